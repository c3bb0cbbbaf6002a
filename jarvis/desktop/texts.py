"""Every sentence of the window, in English and Spanish. Knows no widget; a test walks all of them."""

from __future__ import annotations

from dataclasses import dataclass

from jarvis.contracts.errors import Language
from jarvis.desktop.unbroken import unbroken


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """One string in both languages; `{name}` places are filled by `str.format` and must agree."""

    en: str
    es: str

    def to(self, language: Language, **values: object) -> str:
        """Return the string in `language`, filled with `values`; no line ends between a filled place and its unit."""
        template = self.es if language == "es" else self.en
        return unbroken(template).format(**values) if values else template


APP = Text(en="Jarvis", es="Jarvis")

# Conversation list
NEW_CHAT = Text(en="New chat", es="Nueva conversación")
SEARCH_CHATS = Text(en="Search conversations", es="Buscar conversaciones")
CONVERSATIONS = Text(en="Conversations", es="Conversaciones")
NO_CHATS = Text(en="Your conversations will be kept here.", es="Aquí se guardarán tus conversaciones.")
NO_MATCH = Text(en="No conversation has these words.", es="Ninguna conversación tiene esas palabras.")
RENAME = Text(en="Rename…", es="Cambiar nombre…")
RENAME_TITLE = Text(en="Rename conversation", es="Cambiar el nombre de la conversación")
RENAME_LABEL = Text(en="New name", es="Nombre nuevo")
DELETE = Text(en="Delete…", es="Eliminar…")
DELETE_TITLE = Text(en="Delete this conversation?", es="¿Eliminar esta conversación?")
DELETE_BODY = Text(
    en="“{title}” and all its messages are removed for good. This cannot be undone.",
    es="«{title}» y todos sus mensajes se borran para siempre. No se puede deshacer.",
)
DELETE_DO = Text(en="Delete", es="Eliminar")
CANCEL = Text(en="Cancel", es="Cancelar")
SAVE = Text(en="Save", es="Guardar")
CLOSE = Text(en="Close", es="Cerrar")
TODAY = Text(en="Today", es="Hoy")
YESTERDAY = Text(en="Yesterday", es="Ayer")
SIDEBAR = Text(en="Show or hide the conversation list", es="Mostrar u ocultar la lista de conversaciones")
CHAT_MENU = Text(en="More to do here", es="Más acciones")
SETTINGS = Text(en="Settings", es="Ajustes")

# Empty state
HELLO = Text(en="What can I do for you?", es="¿Qué puedo hacer por ti?")
HELLO_BODY = Text(
    en="Type a question, press the microphone, or say “hey Jarvis”.",
    es="Escribe una pregunta, pulsa el micrófono o di «hey Jarvis».",
)
EXAMPLE_TIMER = Text(en="Set a timer for ten minutes", es="Pon un temporizador de diez minutos")
EXAMPLE_SUM = Text(en="What is 15 % of 80?", es="¿Cuánto es el 15 % de 80?")
EXAMPLE_LIST = Text(en="Add milk to the shopping list", es="Añade leche a la lista de la compra")
EXAMPLE_OPEN = Text(
    en="Explain how rainbows form, in three sentences",
    es="Explica en tres frases cómo se forma el arcoíris",
)

# Messages
YOU_SAID = Text(en="You said", es="Dijiste")
ANSWER = Text(en="Answer", es="Respuesta")
THINKING = Text(en="Thinking…", es="Pensando…")
WRITING = Text(en="Answering…", es="Respondiendo…")
LOADING = Text(en="Loading {model} on {device}…", es="Cargando {model} en {device}…")
LOADING_SECONDS = Text(
    en="Loading {model} on {device}, usually {seconds} s…", es="Cargando {model} en {device}, suele tardar {seconds} s…"
)
ENGINE_FAILED = Text(en="{model} could not answer: {sentence}", es="{model} no pudo responder: {sentence}")
BY_SKILL = Text(en="Skill: {skill}", es="Habilidad: {skill}")
BY_SOME_SKILL = Text(en="Answered by a skill", es="Respondido por una habilidad")
BY_MODEL = Text(en="Model: {model}", es="Modelo: {model}")
BY_SOME_MODEL = Text(en="Answered by a model", es="Respondido por un modelo")
BY_MEMORY = Text(en="From memory", es="De la memoria")
ASKS_BACK = Text(en="Jarvis asks first", es="Jarvis pregunta antes")
BY_NOTHING = Text(en="No answer", es="Sin respuesta")
SECONDS = Text(en="{seconds} s", es="{seconds} s")
LESS_THAN = Text(en="less than {most}", es="menos de {most}")
WHY = Text(en="Why?", es="¿Por qué?")
WHY_NAME = Text(en="Why? Show the whole decision", es="¿Por qué? Ver toda la decisión")
NO_REASON = Text(en="No reason was recorded.", es="No se guardó ningún motivo.")
CANCELLED = Text(en="Stopped. What was written is kept.", es="Detenido. Lo escrito se conserva.")
FAILED = Text(en="No answer.", es="Sin respuesta.")
INTERRUPTED = Text(
    en="Interrupted: Jarvis ended while this was being written. What was shown is kept.",
    es="Interrumpido: Jarvis se cerró mientras lo escribía. Lo mostrado se conserva.",
)
STILL_WRITING = Text(en="Being written elsewhere…", es="Se está escribiendo en otro lugar…")
FROM_CACHE = Text(en="answered from cache", es="respuesta ya dada antes")
ASK_ANEW = Text(en="Ask again", es="Preguntar de nuevo")
REPLACED = Text(en="{count} personal details replaced", es="{count} datos personales sustituidos")
TRY_AGAIN = Text(en="Try again", es="Reintentar")
COPY = Text(en="Copy", es="Copiar")
COPIED = Text(en="Copied", es="Copiado")
COPY_CODE = Text(en="Copy code", es="Copiar el código")
COPY_ANSWER = Text(en="Copy the answer", es="Copiar la respuesta")
CODE = Text(en="Code", es="Código")
LONG_TEXT = Text(
    en="{shown} of {total} characters are shown; copying takes all.",
    es="Se muestran {shown} de {total} caracteres; al copiar van todos.",
)
LINK_REFUSED = Text(
    en="This link was not opened: only web addresses are.", es="No se abrió el enlace: solo se abren direcciones web."
)
MESSAGES = Text(en="Messages", es="Mensajes")
TO_LATEST = Text(en="Go to the latest message", es="Ir al último mensaje")
COULD_NOT = Text(en="That did not work: {why}", es="No ha funcionado: {why}")
UNEXPECTED = Text(
    en="Something unexpected went wrong ({what}). What was shown is kept; details are in the log.",
    es="Ha ocurrido algo inesperado ({what}). Lo mostrado se conserva; los detalles están en el registro.",
)

# Input
ASK_HINT = Text(en="Ask Jarvis anything", es="Pregunta lo que quieras a Jarvis")
INPUT = Text(en="Your question", es="Tu pregunta")
SEND = Text(en="Send (Enter)", es="Enviar (Intro)")
STOP = Text(en="Stop (Esc)", es="Detener (Esc)")
INPUT_KEYS = Text(en="Enter: send · Shift+Enter: new line", es="Intro: enviar · Mayús+Intro: otra línea")
PASTED = Text(en="Pasted text · {size}", es="Texto pegado · {size}")
REMOVE_PASTED = Text(en="Remove the pasted text", es="Quitar el texto pegado")
STILL_ANSWERING = Text(
    en="Still answering: press Esc to stop it, then send.", es="Aún respondiendo: pulsa Esc para detener y envía."
)
READY = Text(en="Ready", es="Listo")
ANSWERED_IN = Text(en="Answered in {seconds} s", es="Respondido en {seconds} s")

# Voice
TALK = Text(en="Talk to Jarvis", es="Hablar con Jarvis")
TALK_OFF = Text(en="Turn the microphone on and talk", es="Encender el micrófono y hablar")
VOICE_MENU = Text(en="Voice: {state}", es="Voz: {state}")
VOICE_OFF = Text(en="Microphone off", es="Micrófono apagado")
VOICE_MUTED = Text(en="Muted", es="Silenciado")
VOICE_SLEEPING = Text(en="Say “{word}”", es="Di «{word}»")
VOICE_PUSH = Text(en="Press the microphone to talk", es="Pulsa el micrófono para hablar")
VOICE_FOLLOW_UP = Text(en="Go on, I am listening…", es="Sigue, te escucho…")
VOICE_REPLY = Text(en="Your answer?", es="¿Tu respuesta?")
VOICE_DICTATION = Text(en="Dictating…", es="Dictando…")
VOICE_LISTENING = Text(en="Listening…", es="Escuchando…")
VOICE_HEARING = Text(en="Hearing you…", es="Te oigo…")
VOICE_THINKING = Text(en="Thinking…", es="Pensando…")
VOICE_SPEAKING = Text(en="Speaking…", es="Hablando…")
MUTE = Text(en="Mute the microphone", es="Silenciar el micrófono")
UNMUTE = Text(en="Unmute the microphone", es="Activar el micrófono")
VOICE_START = Text(en="Turn the microphone on", es="Encender el micrófono")
VOICE_STOP = Text(en="Turn the microphone off", es="Apagar el micrófono")
HEARD = Text(en="Heard: “{heard}”", es="Oído: «{heard}»")

# Notices and alerts
DISMISS = Text(en="Dismiss", es="Descartar")
COPY_STEP = Text(en="Copy this step", es="Copiar este paso")
PERCENT = Text(en="{percent} % done", es="{percent} % hecho")
MORE_NOTICES = Text(en="{count} more notices", es="{count} avisos más")
ONE_MORE_NOTICE = Text(en="1 more notice", es="1 aviso más")
RINGING_TIMER = Text(en="Timer finished: {label}", es="Temporizador terminado: {label}")
RINGING_ALARM = Text(en="Alarm: {label}", es="Alarma: {label}")
RINGING_REMINDER = Text(en="Reminder: {label}", es="Recordatorio: {label}")
UNNAMED_TIMER = Text(en="timer", es="temporizador")
UNNAMED_ALARM = Text(en="alarm", es="alarma")
UNNAMED_REMINDER = Text(en="reminder", es="recordatorio")
ALERT_LEFT = Text(en="{label} · {left} left", es="{label} · faltan {left}")
ALERT_PAUSED = Text(en="{label} · paused, {left} left", es="{label} · en pausa, faltan {left}")
ALERT_AT = Text(en="{label} · {time}", es="{label} · {time}")
ALERT_CANCEL = Text(en="Cancel “{label}”", es="Cancelar «{label}»")

# Tray, quick query, closing
OPEN_WINDOW = Text(en="Open Jarvis", es="Abrir Jarvis")
QUICK = Text(en="Quick query", es="Consulta rápida")
QUICK_HINT = Text(en="Ask anything…", es="Pregunta algo…")
QUICK_KEYS = Text(en="Enter: ask · Esc: close", es="Intro: preguntar · Esc: cerrar")
QUICK_FURTHER = Text(en="Enter: ask on · Esc: close", es="Intro: seguir preguntando · Esc: cerrar")
QUICK_REPLY = Text(en="Your answer…", es="Tu respuesta…")
QUICK_WAITS = Text(
    en="Jarvis waits for your answer · Enter: send it · Esc: close",
    es="Jarvis espera tu respuesta · Intro: enviarla · Esc: cerrar",
)
QUICK_OPEN = Text(en="Open in chat", es="Abrir en el chat")
STOP_ALL = Text(en="Stop everything", es="Detener todo")
TIMERS = Text(en="Timers and alarms", es="Temporizadores y alarmas")
NO_TIMERS = Text(en="None is running", es="No hay ninguno")
QUIT = Text(en="Quit Jarvis", es="Salir de Jarvis")
TRAY_STAYS = Text(
    en="Jarvis keeps running here. Choose “Quit Jarvis” in this menu to end it.",
    es="Jarvis sigue funcionando aquí. Para cerrarlo elige «Salir de Jarvis» en este menú.",
)
CLOSE_TITLE = Text(en="Quit Jarvis?", es="¿Salir de Jarvis?")
CLOSE_BODY = Text(
    en="This desktop has no system tray, so closing the window ends Jarvis: it stops listening and timers will not "
    "ring until it runs again. Conversations are kept.",
    es="Este escritorio no tiene bandeja del sistema, así que cerrar la ventana cierra Jarvis: deja de escuchar y los "
    "temporizadores no sonarán hasta que se abra de nuevo. Las conversaciones se conservan.",
)
CLOSE_DO = Text(en="Quit", es="Salir")
CLOSE_STAY = Text(en="Stay open", es="Seguir abierto")
DO_NOT_ASK = Text(en="Do not ask again", es="No preguntar más")

# Settings
PAGE_KEYS = Text(en="API keys", es="Claves de API")
PAGES = Text(en="Pages", es="Páginas")
RESET_ONE = Text(en="Set back to {default}", es="Volver a {default}")
RESET_ALL = Text(en="Reset all", es="Restablecer todo")
RESET_TITLE = Text(en="Reset all settings?", es="¿Restablecer todos los ajustes?")
RESET_BODY = Text(
    en="All {count} changed settings go back to their defaults. Conversations and keys are kept.",
    es="Los {count} ajustes cambiados vuelven a su valor inicial. Conversaciones y claves se conservan.",
)
NOTHING_CHANGED = Text(en="All settings have their defaults.", es="Todos los ajustes tienen su valor inicial.")
AUTOMATIC = Text(en="Automatic", es="Automático")
ON = Text(en="On", es="Sí")
OFF = Text(en="Off", es="No")
GROUP_LANGUAGE = Text(en="Language", es="Idioma")
GROUP_APPEARANCE = Text(en="Appearance", es="Apariencia")
GROUP_VOICE = Text(en="Voice", es="Voz")
GROUP_SPEECH = Text(en="Speech models", es="Modelos de voz")
GROUP_ENGINE = Text(en="Local model", es="Modelo local")
GROUP_CLOUD = Text(en="Cloud", es="Nube")
GROUP_OLLAMA = Text(en="Ollama", es="Ollama")
GROUP_VLLM = Text(en="Own vLLM server", es="Servidor vLLM propio")
GROUP_WEB = Text(en="Web", es="Web")
GROUP_SHORTCUT = Text(en="Shortcuts", es="Atajos")
GROUP_ROUTING = Text(en="Choice of model", es="Elección del modelo")
GROUP_PRIVACY = Text(en="Privacy", es="Privacidad")
GROUP_BUDGET = Text(en="Spending", es="Gasto")
GROUP_USAGE = Text(en="Usage", es="Uso")
GROUP_ANSWERS = Text(en="Earlier answers", es="Respuestas anteriores")
GROUP_COOPERATION = Text(en="Cooperation", es="Cooperación")
GROUP_MEMORY = Text(en="Memory", es="Memoria")
GROUPS = {
    "language": GROUP_LANGUAGE,
    "appearance": GROUP_APPEARANCE,
    "voice": GROUP_VOICE,
    "speech": GROUP_SPEECH,
    "engine": GROUP_ENGINE,
    "ollama": GROUP_OLLAMA,
    "vllm": GROUP_VLLM,
    "cloud": GROUP_CLOUD,
    "routing": GROUP_ROUTING,
    "privacy": GROUP_PRIVACY,
    "budget": GROUP_BUDGET,
    "usage": GROUP_USAGE,
    "answers": GROUP_ANSWERS,
    "cooperation": GROUP_COOPERATION,
    "memory": GROUP_MEMORY,
    "web": GROUP_WEB,
    "shortcut": GROUP_SHORTCUT,
}
"""Heading of each family of options, by the first part of their names."""
CHOICES = {
    "auto": AUTOMATIC,
    "en": Text(en="English", es="Inglés"),
    "es": Text(en="Spanish", es="Español"),
    "system": Text(en="Like the system", es="Como el sistema"),
    "light": Text(en="Light", es="Claro"),
    "dark": Text(en="Dark", es="Oscuro"),
    "spoken": Text(en="To spoken questions", es="A preguntas habladas"),
    "always": Text(en="Always", es="Siempre"),
    "never": Text(en="Never", es="Nunca"),
    "fast": Text(en="Short waits", es="Poca espera"),
    "balanced": Text(en="Balanced", es="Equilibrado"),
    "best": Text(en="Best answer", es="Mejor respuesta"),
    "allow": Text(en="Send when that is best", es="Enviar si conviene"),
    "ask": Text(en="Ask before each one", es="Preguntar cada vez"),
    "replace": Text(en="Replace it", es="Sustituirlos"),
    "stay": Text(en="Keep the question here", es="Dejar la pregunta aquí"),
    "off": Text(en="Only when asked", es="Solo si se pide"),
    "rules": Text(en="By rules alone", es="Solo con reglas"),
    "none": Text(en="Do not look for any", es="No buscarlos"),
    "local": Text(en="Nothing", es="Nada"),
    "as_told": Text(en="What had gone to one anyway", es="Lo que ya fue a uno"),
    "minilm": Text(en="Bundled, English", es="El incluido, inglés"),
    "bge-m3": Text(en="BGE-M3, all languages", es="BGE-M3, todos los idiomas"),
    "server": Text(en="A server", es="Un servidor"),
    "llama": Text(en="llama.cpp in Python", es="llama.cpp en Python"),
    "llama-server": Text(en="llama.cpp's own server", es="Servidor de llama.cpp"),
    "wake": Text(en="After the wake word", es="Tras la palabra clave"),
    "continuous": Text(en="All the time", es="Todo el tiempo"),
    "push": Text(en="At the push of a button", es="Al pulsar el botón"),
    "wake_word": Text(en="Wake word and “stop”", es="Palabra clave y «para»"),
}
"""What a choice is called; a choice that is not here is shown as it is."""

EXAMPLES = (EXAMPLE_TIMER, EXAMPLE_SUM, EXAMPLE_LIST, EXAMPLE_OPEN)
"""What the empty state offers to ask."""
