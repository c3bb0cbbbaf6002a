"""Every option of Jarvis, declared once: the CLI, the settings window and the README read this table."""

from __future__ import annotations

from jarvis.settings.memory_options import MEMORY_OPTIONS
from jarvis.settings.option import Option, OptionValue
from jarvis.settings.voice_options import SPEECH_OPTIONS, VOICE_OPTIONS

__all__ = ["OPTIONS", "Option", "OptionValue"]

OPTIONS: tuple[Option, ...] = (
    Option(
        name="language",
        default="auto",
        choices=("auto", "en", "es"),
        about_en="Language of the window and of answers; automatic (auto) is the system's for the window and yours for "
        "answers.",
        about_es="Idioma de la ventana y de las respuestas; en automático (auto), el del sistema para la ventana y el "
        "tuyo para las respuestas.",
    ),
    Option(
        name="appearance.theme",
        default="system",
        choices=("system", "light", "dark"),
        about_en="Colours of the window.",
        about_es="Colores de la ventana.",
    ),
    Option(
        name="appearance.accent",
        default="indigo",
        choices=("indigo", "blue", "teal", "green", "orange", "pink"),
        about_en="Colour of buttons, links and marks in every window.",
        about_es="Color de los botones, enlaces y marcas en todas las ventanas.",
    ),
    Option(
        name="appearance.font_size",
        default="normal",
        choices=("small", "normal", "large", "very_large"),
        about_en="Size of the text in every window, on top of what the system sets.",
        about_es="Tamaño del texto en todas las ventanas, además del que fije el sistema.",
    ),
    Option(
        name="appearance.motion",
        default="system",
        choices=("system", "full", "reduced"),
        about_en="Let things move by themselves, such as the mark that breathes while an answer is being found.",
        about_es="Dejar que algo se mueva solo, como la marca que respira mientras se busca una respuesta.",
    ),
    *VOICE_OPTIONS,
    *MEMORY_OPTIONS,
    *SPEECH_OPTIONS,
    Option(
        name="engine.model",
        default="",
        is_path=True,
        about_en="GGUF file of the local model; unless one is given, the largest in the models folder that fits in "
        "memory.",
        about_es="Fichero GGUF del modelo local; si no se indica, el mayor de la carpeta de modelos que quepa en "
        "memoria.",
    ),
    Option(
        name="engine.context_tokens",
        default=4096,
        minimum=256,
        maximum=1_048_576,
        about_en="How much text the local model can take into account at once, its answer included; more takes more "
        "memory. A token is most of a word.",
        about_es="Cuánto texto puede tener en cuenta a la vez el modelo local, incluida su respuesta; cuanto más, más "
        "memoria ocupa. Un token es algo menos que una palabra.",
    ),
    Option(
        name="engine.gpu_layers",
        default=-1,
        minimum=-1,
        maximum=1000,
        about_en="Most layers of the local model that may go on GPUs; 0 keeps it off them, with -1 Jarvis decides.",
        about_es="Cuántas capas del modelo local van como mucho en la GPU; con 0, ninguna; con -1, lo decide Jarvis.",
    ),
    Option(
        name="engine.threads",
        default=0,
        minimum=0,
        maximum=256,
        about_en="Processor threads for the local model; with 0, one for each physical core.",
        about_es="Hilos del procesador para el modelo local; con 0, uno por cada núcleo físico.",
    ),
    Option(
        name="engine.idle_minutes",
        default=15.0,
        minimum=0.1,
        maximum=100_000.0,
        about_en="Minutes without a question after which the local model leaves memory.",
        about_es="Minutos sin preguntas tras los cuales el modelo local sale de la memoria.",
    ),
    Option(
        name="engine.runner",
        default="auto",
        choices=("auto", "llama", "llama-server"),
        about_en="What runs GGUF models: llama.cpp inside Python, or its own server; automatic (auto) takes the server "
        "where it was built.",
        about_es="Qué ejecuta los modelos GGUF: llama.cpp desde Python o su propio servidor; en automático (auto), el "
        "servidor si está compilado.",
    ),
    Option(
        name="ollama.url",
        default="http://127.0.0.1:11434",
        is_address=True,
        about_en="Address of an Ollama daemon whose models are offered too; without an address none is looked for.",
        about_es="Dirección de un Ollama cuyos modelos también se ofrecen; sin dirección no se busca ninguno.",
    ),
    Option(
        name="vllm.url",
        default="",
        is_address=True,
        about_en="Address of a vLLM server or cluster of your own, such as http://host:8000/v1; its key is kept under "
        "the name vllm.",
        about_es="Dirección de un servidor o clúster vLLM propio, como http://host:8000/v1; su clave se guarda con el "
        "nombre vllm.",
    ),
    Option(
        name="vllm.model",
        default="",
        goes_with="vllm.url",
        about_en="Model to ask for there; unless one is given, the one that the server offers.",
        about_es="Modelo que se pide allí; si no se indica, el que ofrezca el servidor.",
    ),
    Option(
        name="engine.max_answer_tokens",
        default=1024,
        minimum=16,
        maximum=32768,
        weighs=True,
        about_en="After so many tokens an answer is cut off; a token is most of a word.",
        about_es="Tras tantos tokens se corta una respuesta; un token es algo menos que una palabra.",
    ),
    Option(
        name="cloud.enabled",
        default=False,
        allows=(False, True),
        about_en="Allow open questions, and the conversation they belong to, to leave for the configured server; "
        "facts, lists, notes and reminders never do.",
        about_es="Permitir que las preguntas abiertas y su conversación salgan hacia el servidor configurado; los "
        "datos recordados, listas, notas y recordatorios no salen nunca.",
    ),
    Option(
        name="cloud.base_url",
        default="https://api.openai.com/v1",
        is_address=True,
        about_en="Address of an OpenAI-compatible server; its key is kept under the name openai.",
        about_es="Dirección de un servidor compatible con OpenAI; su clave se guarda con el nombre openai.",
    ),
    Option(
        name="cloud.model",
        default="gpt-4o-mini",
        goes_with="cloud.base_url",
        about_en="Model to ask for on that server.",
        about_es="Modelo que se pide a ese servidor.",
    ),
    Option(
        name="routing.profile",
        default="balanced",
        choices=("fast", "balanced", "best"),
        weighs=True,
        about_en="What counts when a model is chosen: short waits, a balance, or the best answer.",
        about_es="Qué cuenta al elegir el modelo: poca espera, un equilibrio o la mejor respuesta.",
    ),
    Option(
        name="routing.model",
        default="",
        weighs=True,
        about_en="Model that answers everything it can, such as qwen2.5-7b:q4_k_m or openai/gpt-4o; unless one is "
        "given, Jarvis chooses for each question.",
        about_es="Modelo que responde a todo lo que pueda, como qwen2.5-7b:q4_k_m u openai/gpt-4o; si no se indica, "
        "Jarvis elige en cada pregunta.",
    ),
    Option(
        name="routing.per_dollar",
        default=-1.0,
        minimum=-1.0,
        maximum=10_000.0,
        weighs=True,
        about_en="Share of good answers that a dollar must buy; higher spends less, -1 takes the profile's.",
        about_es="Proporción de buenas respuestas que debe comprar un dólar; más alta gasta menos; con -1, la "
        "del perfil.",
    ),
    Option(
        name="routing.per_second_voice",
        default=-1.0,
        minimum=-1.0,
        maximum=10.0,
        weighs=True,
        about_en="Share of good answers that a second of waiting costs when speaking; -1 takes the profile's.",
        about_es="Proporción de buenas respuestas que cuesta un segundo de espera al hablar; con -1, la del perfil.",
    ),
    Option(
        name="routing.per_second_chat",
        default=-1.0,
        minimum=-1.0,
        maximum=10.0,
        weighs=True,
        about_en="The same when reading; -1 takes the profile's.",
        about_es="Lo mismo al leer; con -1, la del perfil.",
    ),
    Option(
        name="routing.per_second_background",
        default=-1.0,
        minimum=-1.0,
        maximum=10.0,
        weighs=True,
        about_en="The same for what nobody waits for; -1 takes the profile's.",
        about_es="Lo mismo para lo que nadie espera; con -1, la del perfil.",
    ),
    Option(
        name="routing.explore",
        default=-1.0,
        minimum=-1.0,
        maximum=1.0,
        weighs=True,
        about_en="How readily a model that is little known is tried, 0 to 1; -1 takes the profile's. Never on private, "
        "spoken or expensive questions.",
        about_es="Con qué facilidad se prueba un modelo poco conocido, de 0 a 1; con -1, la del perfil. Nunca con "
        "preguntas privadas, habladas o caras.",
    ),
    Option(
        name="routing.leaving",
        default=-1.0,
        minimum=-1.0,
        maximum=1.0,
        weighs=True,
        about_en="Share of good answers by which a cloud model must be better before a question leaves; -1 takes the "
        "profile's.",
        about_es="Cuánto mejor, en proporción de buenas respuestas, debe ser un modelo en la nube para que la pregunta "
        "salga; con -1, lo que diga el perfil.",
    ),
    Option(
        name="privacy.cloud",
        default="allow",
        choices=("allow", "ask"),
        allows=("ask", "allow"),
        about_en="Where the cloud is allowed: send questions there when that is best, or ask before each one.",
        about_es="Cuando la nube está permitida: enviar allí las preguntas si conviene, o preguntar antes de cada una.",
    ),
    Option(
        name="privacy.personal_data",
        default="replace",
        choices=("replace", "stay"),
        allows=("stay", "replace"),
        about_en="What is done with personal data in a question for the cloud: it is replaced before it leaves, or the "
        "question stays here.",
        about_es="Qué se hace con los datos personales de una pregunta para la nube: se sustituyen antes de salir, o "
        "la pregunta se queda aquí.",
    ),
    Option(
        name="privacy.pictures",
        default=True,
        allows=(False, True),
        about_en="Let pictures leave with a question for the cloud; they cannot be searched for personal data.",
        about_es="Permitir que las imágenes salgan con una pregunta para la nube; en ellas no se pueden buscar datos "
        "personales.",
    ),
    Option(
        name="privacy.contacts",
        default="",
        about_en="Names of people that never leave, separated by commas; those in what you asked to be remembered are "
        "known already.",
        about_es="Nombres de personas que no salen nunca, separados por comas; los de lo que pediste recordar ya se "
        "conocen.",
    ),
    Option(
        name="budget.day_usd",
        default=0.0,
        minimum=0.0,
        maximum=100_000.0,
        is_limit=True,
        about_en="Most that cloud models may cost a day, in US dollars; 0 sets no limit.",
        about_es="Máximo que pueden costar al día los modelos en la nube, en dólares; 0 no pone límite.",
    ),
    Option(
        name="budget.month_usd",
        default=0.0,
        minimum=0.0,
        maximum=1_000_000.0,
        is_limit=True,
        about_en="Most that cloud models may cost a month, in US dollars; 0 sets no limit.",
        about_es="Máximo que pueden costar al mes los modelos en la nube, en dólares; 0 no pone límite.",
    ),
    Option(
        name="usage.reference_model",
        default="openai/gpt-4o",
        about_en="Cloud model that savings are reckoned against.",
        about_es="Modelo en la nube con el que se calcula el ahorro.",
    ),
    Option(
        name="answers.reuse",
        default=True,
        about_en="Give an earlier answer again when the same is asked; it is marked, and can be asked anew.",
        about_es="Repetir una respuesta anterior si se pregunta lo mismo; se indica, y se puede preguntar de nuevo.",
    ),
    Option(
        name="answers.reuse_days",
        default=7.0,
        minimum=0.01,
        maximum=3650.0,
        about_en="Days after which an answer is not given again.",
        about_es="Días tras los que una respuesta ya no se repite.",
    ),
    Option(
        name="cooperation.mode",
        default="off",
        choices=("off", "auto"),
        weighs=True,
        about_en="Let several specialists answer very hard questions together; “think deeper” works either way.",
        about_es="Dejar que varios especialistas respondan juntos las preguntas muy difíciles; «piénsalo a fondo» "
        "funciona siempre.",
    ),
    Option(
        name="cooperation.seconds",
        default=180.0,
        minimum=5.0,
        maximum=7200.0,
        about_en="Most seconds that specialists may take together.",
        about_es="Máximo de segundos que pueden tardar los especialistas juntos.",
    ),
    Option(
        name="cooperation.usd",
        default=0.1,
        minimum=0.0,
        maximum=1000.0,
        weighs=True,
        about_en="Most that one such answer may cost, in US dollars.",
        about_es="Máximo que puede costar una de esas respuestas, en dólares.",
    ),
    Option(
        name="web.search_url",
        default="https://duckduckgo.com/?q={query}",
        is_address=True,
        about_en="Web search; {query} is replaced by the words.",
        about_es="Búsqueda en la web; {query} se sustituye por las palabras.",
    ),
    Option(
        name="shortcut.quick_query",
        default="Ctrl+Alt+J",
        about_en="Keys that open the quick query from any program, where the desktop allows it; empty for none.",
        about_es="Teclas que abren la consulta rápida desde cualquier programa, si el escritorio lo permite; vacío, "
        "ninguna.",
    ),
    Option(
        name="shortcut.talk",
        default="",
        about_en="Keys to talk to Jarvis at once from any program, where the desktop allows it; empty for none.",
        about_es="Teclas para hablar con Jarvis al momento desde cualquier programa, si el escritorio lo permite; "
        "vacío, ninguna.",
    ),
)

OPTION_BY_NAME: dict[str, Option] = {option.name: option for option in OPTIONS}
