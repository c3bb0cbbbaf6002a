"""Every sentence about hearing, dictating and the voice's settings, in English and Spanish. Knows no widget."""

from __future__ import annotations

from jarvis.contracts.errors import Language
from jarvis.desktop.texts import Text

# In the conversation
HEARD_SO_FAR = Text(en="Heard so far: {heard}", es="Oído hasta ahora: {heard}")
NOT_WHAT_I_SAID = Text(en="That is not what I said", es="No he dicho eso")
NOT_WHAT_I_SAID_NAME = Text(en="Correct what was heard and ask again", es="Corregir lo oído y preguntar de nuevo")
CORRECTING = Text(en="Correct it and press Enter to ask.", es="Corrígelo y pulsa Intro para preguntar.")
INTERRUPTED_HERE = Text(en="you interrupted here", es="aquí interrumpiste")

# Dictation
DICTATE = Text(en="Hold to dictate (F9)", es="Mantén pulsado para dictar (F9)")
DICTATING = Text(en="Speak, then let go. Esc discards what was said.", es="Habla y suelta. Esc descarta lo dicho.")
DICTATION_WAITING = Text(en="Writing down what you said…", es="Anotando lo que has dicho…")
DICTATED = Text(en="Dictated", es="Dictado")
DICTATION_COPIED = Text(
    en="No text field was active, so what you dictated is on the clipboard: “{heard}”",
    es="No había ningún campo de texto activo; lo dictado está en el portapapeles: «{heard}»",
)
DICTATION_EMPTY = Text(
    en="Nothing was heard, so nothing was written.", es="No se oyó nada, así que no se ha escrito nada."
)
DICTATION_CANCELLED = Text(en="Dictation discarded", es="Dictado descartado")
DICTATION_MUTED = Text(
    en="Muted while you dictated: what you had said until then was kept.",
    es="Se silenció el micrófono mientras dictabas: se conserva lo dicho hasta entonces.",
)
DICTATION_MICROPHONE_LOST = Text(
    en="The microphone was lost: what you had said until then was kept.",
    es="Se perdió el micrófono: se conserva lo dicho hasta entonces.",
)
DICTATION_END_MISSING = Text(
    en="Speech recognition stopped: the words until then were kept, and the end may be missing. Dictate it again.",
    es="El reconocimiento de voz se detuvo: se conservan las palabras hasta entonces y puede faltar el final. "
    "Díctalo otra vez.",
)
DICTATION_FAILED = Text(
    en="Speech recognition failed, so nothing was written.",
    es="El reconocimiento de voz falló, así que no se ha escrito nada.",
)
DICTATION_UNSURE = Text(
    en="Dictated, but the recogniser is unsure: check these words.",
    es="Dictado, pero el reconocedor no está seguro: revisa las palabras.",
)
DICTATION_BASIC = Text(
    en="Basic recognition knows only English commands, so these words may be wrong: check them, or download Whisper in "
    "“Models”.",
    es="El reconocimiento básico solo conoce órdenes en inglés y puede haberse equivocado: revisa las palabras o "
    "descarga Whisper en «Modelos».",
)
DICTATION_BASIC_EMPTY = Text(
    en="Nothing was understood: basic recognition knows only English commands. Download Whisper in “Models”.",
    es="No se entendió nada: el reconocimiento básico solo conoce órdenes en inglés. Descarga Whisper en «Modelos».",
)

# The page of settings
PAGE_VOICE = Text(en="Voice", es="Voz")
SECTION_DEVICES = Text(en="Microphone and speaker", es="Micrófono y altavoz")
SECTION_WAKE = Text(en="Waking", es="Activación")
SECTION_TURNS = Text(en="Conversation", es="Conversación")
SECTION_SPEAKING = Text(en="Speaking", es="Hablar")
SECTION_RECOGNITION = Text(en="Recognition", es="Reconocimiento")
SYSTEM_DEVICE = Text(en="System default", es="El del sistema")
MISSING_DEVICE = Text(en="Not connected: {name}", es="No conectado: {name}")
MISSING_FILE = Text(en="Not here: {name}", es="No está: {name}")
CHOOSE_FILE = Text(en="Choose a file…", es="Elegir un fichero…")
VOICE_FILES = Text(en="Piper voices", es="Voces de Piper")
DEVICE_IN_USE = Text(en="In use: {name}", es="En uso: {name}")
ENGINE_IN_USE = Text(en="In use: {engine}", es="En uso: {engine}")
LOOKING_ENGINE = Text(en="Looking what is in use…", es="Mirando qué está en uso…")

LEVEL = Text(en="Microphone level", es="Nivel del micrófono")
LEVEL_OPENING = Text(en="Opening the microphone…", es="Abriendo el micrófono…")
LEVEL_OWN = Text(
    en="The microphone is open as long as you look at this page.",
    es="El micrófono está abierto mientras miras esta página.",
)
LEVEL_LISTENING = Text(en="The microphone is open: Jarvis listens.", es="El micrófono está abierto: Jarvis escucha.")
LEVEL_MUTED = Text(
    en="Muted, so the microphone stays closed. The test below opens it for three seconds.",
    es="Silenciado: el micrófono sigue cerrado. La prueba de abajo lo abre tres segundos.",
)
TEST_MICROPHONE = Text(en="Record and play back", es="Grabar y escuchar")
TEST_SPEAKER = Text(en="Play a sentence", es="Decir una frase")
TEST_RECORDING = Text(en="Speak now: recording for 3 seconds…", es="Habla ahora: grabando 3 segundos…")
TEST_PLAYING = Text(en="This is what the microphone hears…", es="Esto es lo que oye el micrófono…")
TEST_GOOD = Text(en="Loud enough ({decibels} dB).", es="Se oye bien ({decibels} dB).")
TEST_QUIET = Text(
    en="Very quiet ({decibels} dB). Come nearer, raise the microphone's level, or choose another one.",
    es="Se oye muy bajo ({decibels} dB). Acércate, sube el nivel del micrófono o elige otro.",
)
TEST_CLIPPED = Text(
    en="Too loud ({decibels} dB). Lower the microphone's level or move away a little.",
    es="Demasiado fuerte ({decibels} dB). Baja el nivel del micrófono o aléjate un poco.",
)
TEST_SPOKEN = Text(en="Playing a sentence…", es="Diciendo una frase…")

SENSITIVITY = Text(en="Sensitivity of the wake word", es="Sensibilidad de la palabra de activación")
SENSITIVITY_NOW = Text(en="Wakes from a score of {score}", es="Activa desde una puntuación de {score}")
WAKES_EASILY = Text(en="Wakes easily", es="Fácil")
WAKES_RARELY = Text(en="Only when sure", es="Solo si es seguro")
SCORE = Text(en="Wake score now", es="Puntuación ahora")
MARK_ALONE = Text(
    en="Say “hey Jarvis”: the bar has to reach the mark.",
    es="Di «hey Jarvis»: la barra debe llegar a la marca.",
)
MARK_OR_LOOK = Text(
    en="Say “hey Jarvis”: it wakes where the bar reaches the mark; where it falls short, the second look decides.",
    es="Di «hey Jarvis»: activa si la barra llega a la marca; si no llega, decide la segunda comprobación.",
)
MARK_NOT_FOR_OTHERS = Text(
    en="Your other wake words have no score: they do not depend on this slider.",
    es="Tus otras palabras de activación no tienen puntuación: no dependen de este control.",
)
MARK_UNUSED = Text(
    en="Your wake words have no score, so this slider does nothing for them: it is for “hey Jarvis” only.",
    es="Tus palabras de activación no tienen puntuación, así que este control no sirve: es solo para «hey Jarvis».",
)
LAST_WORD = Text(en="Last heard: “{word}” at {time}", es="Última vez: «{word}» a las {time}")
LAST_HIT = Text(en="Last heard: “{word}” with {score} at {time}", es="Última vez: «{word}» con {score} a las {time}")

PREVIEW_EN = Text(en="Listen to the English voice", es="Escuchar la voz inglesa")
PREVIEW_ES = Text(en="Listen to the Spanish voice", es="Escuchar la voz española")
LISTED: dict[Language, Text] = {
    "en": Text(en="Listen to the English voices without choosing one", es="Escuchar las voces inglesas sin elegirlas"),
    "es": Text(en="Listen to the Spanish voices without choosing one", es="Escuchar las voces españolas sin elegirlas"),
}
VOICE_HEAR = Text(en="Listen to {name}", es="Escuchar {name}")
VOICE_STOP = Text(en="Stop {name}", es="Detener {name}")
VOICE_NOT_HERE = Text(
    en="{name}: not downloaded; fetch it under Models to hear it",
    es="{name}: sin descargar; descárgala en Modelos para oírla",
)
SAMPLE = Text(
    en="Hello, I am Jarvis. It is half past four and nineteen degrees outside.",
    es="Hola, soy Jarvis. Son las cuatro y media y fuera hay diecinueve grados.",
)
