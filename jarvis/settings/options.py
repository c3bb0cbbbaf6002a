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
        about_en="Language of the window and of answers; auto follows the system and the words.",
        about_es="Idioma de la ventana y de las respuestas; auto sigue al sistema y a las palabras.",
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
        about_en="GGUF file of the local model; empty takes the largest one in the models folder that fits in memory.",
        about_es="Fichero GGUF del modelo local; vacío toma el mayor de la carpeta de modelos que quepa en memoria.",
    ),
    Option(
        name="engine.context_tokens",
        default=4096,
        minimum=256,
        maximum=1_048_576,
        about_en="Context of the local model in tokens.",
        about_es="Contexto del modelo local en tokens.",
    ),
    Option(
        name="engine.gpu_layers",
        default=-1,
        minimum=-1,
        maximum=1000,
        about_en="Layers of the local model on the GPU; -1 puts all there when llama.cpp was built for one.",
        about_es="Capas del modelo local en la GPU; -1 las pone todas si llama.cpp se compiló para ella.",
    ),
    Option(
        name="engine.threads",
        default=0,
        minimum=0,
        maximum=256,
        about_en="Threads of the local model; 0 uses the physical cores.",
        about_es="Hilos del modelo local; 0 usa los núcleos físicos.",
    ),
    Option(
        name="engine.idle_minutes",
        default=15.0,
        minimum=0.1,
        maximum=100_000.0,
        about_en="Minutes without a question after which the local model leaves memory.",
        about_es="Minutos sin preguntas tras los cuales el modelo local deja la memoria.",
    ),
    Option(
        name="engine.runner",
        default="auto",
        choices=("auto", "llama", "llama-server"),
        about_en="What runs GGUF models: llama.cpp's Python binding, its own server, or auto for the server where it "
        "was built.",
        about_es="Qué ejecuta los modelos GGUF: llama.cpp desde Python, su propio servidor, o auto para el servidor si "
        "está compilado.",
    ),
    Option(
        name="ollama.url",
        default="http://127.0.0.1:11434",
        is_address=True,
        about_en="Address of an Ollama daemon whose models are offered too; empty looks for none.",
        about_es="Dirección de un Ollama cuyos modelos también se ofrecen; vacío no busca ninguno.",
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
        about_en="Model to ask for there; empty takes the one that is served.",
        about_es="Modelo que se pide allí; vacío toma el que se sirve.",
    ),
    Option(
        name="engine.max_answer_tokens",
        default=1024,
        minimum=16,
        maximum=32768,
        weighs=True,
        about_en="Longest answer in tokens.",
        about_es="Respuesta más larga en tokens.",
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
        about_en="Model that answers everything it can, such as qwen2.5-7b:q4_k_m or openai/gpt-4o; empty lets Jarvis "
        "choose for each question.",
        about_es="Modelo que responde a todo lo que pueda, como qwen2.5-7b:q4_k_m u openai/gpt-4o; vacío deja que "
        "Jarvis elija en cada pregunta.",
    ),
    Option(
        name="routing.per_dollar",
        default=-1.0,
        minimum=-1.0,
        maximum=10_000.0,
        weighs=True,
        about_en="Share of good answers that a dollar must buy; higher spends less, -1 takes the profile's.",
        about_es="Proporción de buenas respuestas que debe comprar un dólar; más alta gasta menos, -1 toma la del "
        "perfil.",
    ),
    Option(
        name="routing.per_second_voice",
        default=-1.0,
        minimum=-1.0,
        maximum=10.0,
        weighs=True,
        about_en="Share of good answers that a second of waiting costs when speaking; -1 takes the profile's.",
        about_es="Proporción de buenas respuestas que cuesta un segundo de espera al hablar; -1 toma la del perfil.",
    ),
    Option(
        name="routing.per_second_chat",
        default=-1.0,
        minimum=-1.0,
        maximum=10.0,
        weighs=True,
        about_en="The same when reading; -1 takes the profile's.",
        about_es="Lo mismo al leer; -1 toma la del perfil.",
    ),
    Option(
        name="routing.per_second_background",
        default=-1.0,
        minimum=-1.0,
        maximum=10.0,
        weighs=True,
        about_en="The same for what nobody waits for; -1 takes the profile's.",
        about_es="Lo mismo para lo que nadie espera; -1 toma la del perfil.",
    ),
    Option(
        name="routing.explore",
        default=-1.0,
        minimum=-1.0,
        maximum=1.0,
        weighs=True,
        about_en="How readily a model that is little known is tried, 0 to 1; -1 takes the profile's. Never on private, "
        "spoken or expensive questions.",
        about_es="Con qué facilidad se prueba un modelo poco conocido, de 0 a 1; -1 toma la del perfil. Nunca con "
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
        "salga; -1 toma la del perfil.",
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
        about_en="Keys of the quick query, in every program where the desktop lets Jarvis take them; empty for none.",
        about_es="Teclas de la consulta rápida, en todo programa donde el escritorio las deje tomar; vacío, ninguna.",
    ),
    Option(
        name="shortcut.talk",
        default="",
        about_en="Keys to speak at once, in every program where the desktop lets Jarvis take them; empty for none.",
        about_es="Teclas para hablar al momento, en todo programa donde el escritorio las deje tomar; vacío, ninguna.",
    ),
)

OPTION_BY_NAME: dict[str, Option] = {option.name: option for option in OPTIONS}
