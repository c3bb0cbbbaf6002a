"""Every sentence of the models' window, in English and Spanish. Knows no widget."""

from __future__ import annotations

from jarvis.desktop.texts import Text

MODELS = Text(en="Models", es="Modelos")
PAGE_HERE = Text(en="Here", es="Aquí")
PAGE_DOWNLOAD = Text(en="To download", es="Para descargar")
PAGE_RECOMMENDED = Text(en="Recommended", es="Recomendados")
PAGE_CLOUD = Text(en="In the cloud", es="En la nube")
PAGE_IMPORT = Text(en="Import", es="Importar")

# Finding
SEARCH_MODELS = Text(en="Search by name or use", es="Buscar por nombre o uso")
KIND = Text(en="What for", es="Para qué")
ANY_KIND = Text(en="Everything", es="Todo")
ONLY_FITTING = Text(en="Fits here", es="Cabe aquí")
ONLY_FITTING_NAME = Text(en="Show only what fits on this computer", es="Mostrar solo lo que cabe en este equipo")
COUNTED = Text(en="{shown} of {total}", es="{shown} de {total}")
LOOKING = Text(en="Looking at what is here …", es="Mirando qué hay aquí…")
LOOK_AGAIN = Text(en="Look again", es="Mirar de nuevo")
SHOW_MORE = Text(en="Show more", es="Mostrar más")
NOTHING_MATCHES = Text(en="No model here matches that.", es="Ningún modelo de aquí coincide con eso.")
NONE_HERE = Text(
    en="No model is on this computer yet. “Recommended” shows what suits it.",
    es="Aún no hay modelos en este equipo. «Recomendados» muestra los que le convienen.",
)
NONE_LEFT = Text(en="Everything in the catalogue is here.", es="Todo el catálogo está aquí.")
NONE_CLOUD = Text(en="The catalogue has no cloud models.", es="El catálogo no tiene modelos en la nube.")
CLOUD_BODY = Text(
    en="These answer on somebody else's computers. They are asked only with the cloud switched on and a key in the "
    "settings, and only what the privacy settings allow leaves.",
    es="Estos responden en equipos ajenos. Solo se les pregunta con la nube activada y una clave en los ajustes, "
    "y solo sale lo que permita la privacidad.",
)

# Kinds
KINDS = {
    "text": Text(en="Answers", es="Respuestas"),
    "recognition": Text(en="Speech recognition", es="Reconocimiento de voz"),
    "voice": Text(en="Voice", es="Voz"),
    "embedding": Text(en="Memory search", es="Búsqueda en la memoria"),
    "reranker": Text(en="Ordering of finds", es="Orden de lo encontrado"),
    "wake": Text(en="Wake word", es="Palabra de activación"),
    "turn": Text(en="End of speech", es="Fin del habla"),
}

# States
ACTIVE = Text(en="In service", es="En servicio")
INSTALLED = Text(en="Ready", es="Listo")
INACTIVE = Text(en="Switched off", es="Desactivado")
DOWNLOADING = Text(en="Downloading", es="Descargando")
UPDATING = Text(en="Updating", es="Actualizando")
QUEUED = Text(en="Waiting its turn", es="Espera su turno")
PAUSING = Text(en="Pausing …", es="Pausando…")
PAUSED = Text(en="Paused", es="En pausa")
FAILED = Text(en="Failed", es="Falló")
AVAILABLE = Text(en="Not here", es="No está aquí")
IN_CLOUD = Text(en="Not in service", es="Fuera de servicio")
STATE_IS = Text(en="{name}: {state}", es="{name}: {state}")
FAILED_BECAUSE = Text(en="It failed: {why}", es="Falló: {why}")
KEPT = Text(en="What arrived is kept; “Resume” goes on from there.", es="Lo recibido se conserva; «Reanudar» sigue.")
LOADED = Text(en="In memory: {device}, {memory}", es="En memoria: {device}, {memory}")
LOADED_CPU = Text(en="In memory: {device}", es="En memoria: {device}")
PINNED = Text(en="kept in memory", es="se queda en memoria")
MEASURED = Text(en="measured: {speed} tokens/s", es="medido: {speed} tokens/s")
HERE_AS = Text(en="Here already as {quantizations}", es="Ya está aquí como {quantizations}")

# Facts
ON_DISK = Text(en="{size} on disk", es="{size} en disco")
TO_FETCH = Text(en="{size} to download", es="{size} por descargar")
CONTEXT = Text(en="context of {tokens} tokens", es="contexto de {tokens} tokens")
LANGUAGES = Text(en="Languages: {languages}", es="Idiomas: {languages}")
LICENCE = Text(en="Licence: {licence}", es="Licencia: {licence}")
FROM_OLLAMA = Text(en="in Ollama's care", es="a cargo de Ollama")
FROM_IMPORT = Text(en="used in place", es="se usa donde está")
QUANTIZATION = Text(en="Quantization of {name}", es="Cuantización de {name}")
QUANTIZATION_TIP = Text(
    en="Fewer bits take less memory and answer worse.", es="Menos bits ocupan menos memoria y responden peor."
)
GATED = Text(en="licence to be accepted", es="hay que aceptar la licencia")
GATED_BODY = Text(
    en="Its makers want their licence accepted: do so on its page at huggingface.co, then put an access token as "
    "“huggingface” among the keys in the settings.",
    es="Sus autores piden aceptar la licencia: acéptala en su página de huggingface.co y guarda un token de acceso "
    "como «huggingface» entre las claves de los ajustes.",
)
ABILITIES = {
    "chat": Text(en="conversation", es="conversación"),
    "code": Text(en="code", es="código"),
    "reasoning": Text(en="reasoning", es="razonamiento"),
    "maths": Text(en="maths", es="matemáticas"),
    "vision": Text(en="pictures", es="imágenes"),
    "tools": Text(en="tools", es="herramientas"),
    "translation": Text(en="translation", es="traducción"),
    "legal": Text(en="law", es="derecho"),
    "long_context": Text(en="long texts", es="textos largos"),
    "embedding": Text(en="search by meaning", es="búsqueda por significado"),
    "recognition": Text(en="recognition", es="reconocimiento"),
    "speech": Text(en="speech", es="habla"),
    "wake": Text(en="wake word", es="palabra de activación"),
    "turn": Text(en="end of speech", es="fin del habla"),
}

# Where it would go
FITS = Text(en="Fits here: {where}", es="Cabe aquí: {where}")
FITS_SPEED = Text(en="Fits here: {where}, about {speed} tokens/s", es="Cabe aquí: {where}, unos {speed} tokens/s")
FITS_MEASURED = Text(
    en="Fits here: {where}, {speed} tokens/s measured", es="Cabe aquí: {where}, {speed} tokens/s medidos"
)
SLOW = Text(
    en="Fits, but slowly: {where}, about {speed} tokens/s", es="Cabe, pero lento: {where}, unos {speed} tokens/s"
)
FITS_NOT = Text(en="Does not fit here", es="No cabe aquí")
FITS_UNKNOWN = Text(en="Where it would go is not known: {why}", es="No se sabe dónde iría: {why}")
WEIGHING = Text(en="Working out where it would go …", es="Calculando dónde iría…")
ON_GPU_AND_CPU = Text(en="{gpus} and the processor", es="{gpus} y el procesador")
ON_CPU = Text(en="processor", es="procesador")

# Acts
DOWNLOAD = Text(en="Download", es="Descargar")
PAUSE = Text(en="Pause", es="Pausar")
RESUME = Text(en="Resume", es="Reanudar")
AGAIN = Text(en="Try again", es="Reintentar")
ACTIVATE = Text(en="Activate", es="Activar")
DEACTIVATE = Text(en="Switch off", es="Desactivar")
TRY = Text(en="Try it…", es="Probar…")
MORE = Text(en="More", es="Más")
MORE_ACTS = Text(en="More about {name}", es="Más sobre {name}")
PIN = Text(en="Keep it in memory", es="Mantenerlo en memoria")
UNPIN = Text(en="Let it leave memory", es="Dejar que salga de memoria")
UPDATE = Text(en="Look for a newer version", es="Buscar una versión nueva")
REMOVE = Text(en="Remove…", es="Eliminar…")
ACT_ON = Text(en="{act}: {name}", es="{act}: {name}")
REMOVE_TITLE = Text(en="Remove {name}?", es="¿Eliminar {name}?")
REMOVE_FILES = Text(en="Files that would be deleted:", es="Ficheros que se borrarían:")
REMOVE_MORE = Text(en="… and {count} more", es="… y {count} más")
REMOVE_DO = Text(en="Remove", es="Eliminar")
REMOVED = Text(en="{name} is gone; {size} are free again.", es="{name} ya no está; {size} quedan libres.")
ACTIVATED = Text(
    en="{name} is in service from the next question on.", es="{name} está en servicio desde la próxima pregunta."
)
DEACTIVATED = Text(en="{name} is switched off.", es="{name} está desactivado.")
IS_PINNED = Text(en="{name} stays in memory once loaded.", es="{name} se queda en memoria una vez cargado.")
IS_UNPINNED = Text(en="{name} may leave memory again.", es="{name} puede volver a salir de memoria.")
FAILED_OF = Text(en="{name}: {why}", es="{name}: {why}")
FETCHED = Text(en="{name} is here now.", es="{name} ya está aquí.")
UPDATED = Text(en="{name} has been updated.", es="{name} se ha actualizado.")
UP_TO_DATE = Text(en="{name} is the newest version already.", es="{name} ya es la versión más nueva.")

# Progress
PROGRESS = Text(en="{done} of {total}", es="{done} de {total}")
RATE = Text(en="{rate}/s", es="{rate}/s")
LEFT = Text(en="{time} left", es="faltan {time}")
STARTING = Text(en="Starting …", es="Empezando…")
SECONDS_LONG = Text(en="{seconds} s", es="{seconds} s")
MINUTES_LONG = Text(en="{minutes} min", es="{minutes} min")
HOURS_LONG = Text(en="{hours} h {minutes} min", es="{hours} h {minutes} min")
PROGRESS_OF = Text(en="Progress of {name}", es="Progreso de {name}")
PAUSE_ALL = Text(en="Pause all", es="Pausar todo")
RUNNING = Text(en="Downloads: {count}", es="Descargas: {count}")

# In the chat's window
FETCHING = Text(en="Downloading {name}", es="Descargando {name}")
UPDATING_OF = Text(en="Updating {name}", es="Actualizando {name}")
AND_MORE = Text(en="{name} and {count} more", es="{name} y {count} más")
NAMES_AND = Text(en="{names} and {last}", es="{names} y {last}")
SO_FAR = Text(en="{percent} %, {done} of {total}", es="{percent} %, {done} de {total}")
READY = Text(en="{name} is here and ready.", es="{name} ya está aquí, listo para usar.")
READY_ALL = Text(en="{name} are here and ready.", es="{name} ya están aquí, listos para usar.")

# Recommended
RECOMMENDED_BODY = Text(
    en="A set that works together on this computer.", es="Un conjunto que funciona bien en este equipo."
)
WORKING_OUT = Text(en="Working out what suits this computer …", es="Calculando qué conviene a este equipo…")
DOWNLOAD_MISSING = Text(en="Download {size}", es="Descargar {size}")
ALL_HERE = Text(en="All of it is here.", es="Ya está todo aquí.")
LOADS_IN = Text(en="loads in about {time}", es="se carga en unos {time}")
ROLES = {
    "recognition": Text(en="Hears you", es="Te oye"),
    "voice": Text(en="Speaks", es="Habla"),
    "embedding": Text(en="Searches the memory", es="Busca en la memoria"),
    "fast": Text(en="Answers at once", es="Responde al momento"),
    "code": Text(en="Writes programs", es="Escribe programas"),
    "big": Text(en="Thinks longer", es="Piensa más"),
}
IS_HERE = Text(en="downloaded", es="ya descargado")
IS_MISSING = Text(en="to download", es="por descargar")
TOKENS_SPEED = Text(en="about {speed} tokens/s", es="unos {speed} tokens/s")

# Import
IMPORT_BODY = Text(
    en="A model that is already on this disk is used where it lies: nothing is copied, and removing it from the list "
    "deletes nothing.",
    es="Un modelo que ya está en este disco se usa donde está: no se copia nada, y quitarlo de la lista no borra nada.",
)
IMPORT_DROP = Text(
    en="Or drop GGUF files and model folders anywhere on this window.",
    es="O suelta ficheros GGUF y carpetas de modelo en cualquier parte de esta ventana.",
)
CHOOSE_FILE = Text(en="GGUF file…", es="Fichero GGUF…")
CHOOSE_FOLDER = Text(en="Model folder…", es="Carpeta de modelo…")
FILE_TITLE = Text(en="Model file", es="Fichero del modelo")
FOLDER_TITLE = Text(en="Model folder", es="Carpeta del modelo")
GGUF_FILES = Text(en="GGUF models (*.gguf)", es="Modelos GGUF (*.gguf)")
PLACE = Text(en="File, folder or Ollama name", es="Fichero, carpeta o nombre en Ollama")
PLACE_HINT = Text(en="/path/to/model.gguf", es="/ruta/al/modelo.gguf")
OWN_NAME = Text(en="Name in the list (optional)", es="Nombre en la lista (opcional)")
FROM_OLLAMA_TITLE = Text(en="From Ollama", es="De Ollama")
FROM_OLLAMA_BODY = Text(
    en="Ollama's models answer through Ollama. Take one over, and Jarvis runs it itself, from Ollama's own files.",
    es="Los modelos de Ollama responden a través de Ollama. Si tomas uno, Jarvis lo ejecuta directamente, con los "
    "ficheros de Ollama.",
)
OLLAMA_NAME = Text(en="Ollama's name of the model", es="Nombre del modelo en Ollama")
OLLAMA_HINT = Text(en="llama3.2:3b", es="llama3.2:3b")
TAKE_OVER = Text(en="Use it", es="Usarlo")
TAKE_OLLAMA = Text(en="Take it over", es="Tomarlo")
PULL_OLLAMA = Text(en="Pull with Ollama", es="Descargar con Ollama")
TAKING = Text(en="Reading the model …", es="Leyendo el modelo…")
TAKEN = Text(en="{name} is in the list now.", es="{name} ya está en la lista.")

# Trying
TRY_TITLE = Text(en="Try {name}", es="Probar {name}")
TRY_PROMPT = Text(en="What to ask", es="Qué preguntar")
TRY_EXAMPLE = Text(
    en="Explain in two sentences why the sky is blue.", es="Explica en dos frases por qué el cielo es azul."
)
TRY_BODY = Text(
    en="Asked alone, without memory or skills; nothing is kept.",
    es="Se le pregunta a solas, sin memoria ni habilidades; no se guarda nada.",
)
TRY_ASK = Text(en="Ask", es="Preguntar")
TRY_ANSWER = Text(en="Its answer", es="Su respuesta")
TRY_WAITING = Text(
    en="Waiting for its first word; loading can take a while …",
    es="Esperando su primera palabra; cargarlo puede tardar…",
)
TRY_RUNNING = Text(en="Answering …", es="Respondiendo…")
TRY_DONE = Text(en="First word after {first}, {total} in all.", es="Primera palabra en {first}, {total} en total.")
TRY_SPEED = Text(en="Speed: {speed} tokens/s.", es="Velocidad: {speed} tokens/s.")
TRY_STOPPED = Text(en="Stopped.", es="Detenido.")
TRY_STOP = Text(en="Stop", es="Parar")
