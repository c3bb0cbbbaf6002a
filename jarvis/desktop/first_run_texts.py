"""Sentences of the first run, in English and Spanish. Knows no widget."""

from __future__ import annotations

from jarvis.desktop.texts import Text

TITLE = Text(en="Welcome to Jarvis", es="Te damos la bienvenida a Jarvis")
PAGE_OF = Text(en="{at} of {all}", es="{at} de {all}")
SKIP = Text(en="Skip", es="Saltar")
BACK = Text(en="Back", es="Atrás")
NEXT = Text(en="Next", es="Siguiente")
DONE = Text(en="Begin", es="Empezar")
LATER = Text(
    en="Everything here can be changed later in the settings.", es="Todo esto se puede cambiar en los ajustes."
)

LANGUAGE_HEADING = Text(en="Which language?", es="¿Qué idioma?")
ENGLISH = Text(en="English", es="English")
ENGLISH_BODY = Text(en="The window and answers in English.", es="The window and answers in English.")
SPANISH = Text(en="Español", es="Español")
SPANISH_BODY = Text(en="La ventana y las respuestas en español.", es="La ventana y las respuestas en español.")
BOTH = Text(en="English + Español", es="English + Español")
BOTH_BODY = Text(
    en="The window in the system's language; answers in the one you use.",
    es="La ventana, en el idioma del sistema; las respuestas, en el que tú uses.",
)

VOICE_HEADING = Text(en="Can Jarvis hear you?", es="¿Te oye Jarvis?")
VOICE_BODY = Text(
    en="Say “{word}”, or record three seconds and listen to them. Without a microphone everything works by typing.",
    es="Di «{word}», o graba tres segundos y escúchalos. Sin micrófono todo funciona escribiendo.",
)
VOICE_WAITING = Text(en="Waiting for “{word}”…", es="Esperando «{word}»…")
VOICE_HEARD = Text(en="“{word}” was heard. Jarvis will listen to it.", es="Se oyó «{word}». Jarvis la atenderá.")

MODELS_HEADING = Text(en="Models for this computer", es="Modelos para este equipo")
MODELS_READING = Text(
    en="Looking what this computer has and what suits it…", es="Mirando qué tiene este equipo y qué le conviene…"
)
MODELS_ALL_HERE = Text(en="All of them are here already.", es="Ya están todos aquí.")
MODELS_TO_FETCH = Text(
    en="To download: {size}, about {time} at {speed} Mbit/s. It goes on while you work and can be paused under "
    "“Models”.",
    es="Por descargar: {size}, unos {time} a {speed} Mbit/s. Sigue mientras trabajas y se puede pausar en «Modelos».",
)
MODEL_LINE = Text(en="{name} · {size} · {device}", es="{name} · {size} · {device}")
MODEL_FOR = Text(en="{role}: {name}", es="{role}: {name}")
MODEL_HERE = Text(en="{name} · here already", es="{name} · ya está aquí")
DOWNLOAD = Text(en="Download them", es="Descargarlos")
NOTHING_NOW = Text(en="Nothing for now", es="Nada por ahora")
DOWNLOADING = Text(
    en="Downloading in the background. You can go on.", es="Descargando en segundo plano. Puedes continuar."
)
NOTHING_CHOSEN = Text(
    en="Nothing is downloaded. Timers, lists and other skills work without any model; “Models” has the rest whenever "
    "you want.",
    es="No se descarga nada. Los temporizadores, las listas y otras habilidades funcionan sin modelo; en «Modelos» "
    "está lo demás cuando quieras.",
)

PRIVACY_BODY = Text(
    en="Keys for cloud models are optional and entered in the settings.",
    es="Las claves para modelos en la nube son opcionales y se introducen en los ajustes.",
)
ENTER_KEYS = Text(en="Enter keys…", es="Introducir claves…")
