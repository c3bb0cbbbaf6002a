"""Every sentence of the memory's windows, in English and Spanish. Knows no widget."""

from __future__ import annotations

from jarvis.desktop.texts import Text

MEMORY = Text(en="Memory", es="Memoria")
PAGE_MEMORIES = Text(en="Memories", es="Recuerdos")
PAGE_FOLDERS = Text(en="Folders", es="Carpetas")
PAGE_PROFILE = Text(en="About you", es="Sobre ti")

# Under an answer
FROM_MEMORY = Text(en="From memory", es="De la memoria")
FROM_MEMORY_NAME = Text(en="Show what was remembered for this answer", es="Ver qué se recordó para esta respuesta")
NOT_KEPT = Text(
    en="What it drew on has been forgotten since.", es="Aquello en que se basó se ha olvidado desde entonces."
)

# One memory
REMEMBERED = Text(en="Memory", es="Recuerdo")
OPEN = Text(en="Open", es="Abrir")
CORRECT = Text(en="Correct…", es="Corregir…")
FORGET = Text(en="Forget…", es="Olvidar…")
PIN = Text(en="Pin", es="Fijar")
UNPIN = Text(en="Unpin", es="Soltar")
IS_PINNED = Text(en="pinned", es="fijado")
SHARED = Text(en="may leave", es="puede salir")
LET_LEAVE = Text(en="Let it go to cloud models", es="Dejar que vaya a modelos en la nube")
KEEP_HERE = Text(en="Keep it on this computer", es="Dejarlo en este equipo")
MORE_ACTS = Text(en="More about this memory", es="Más sobre este recuerdo")
SUPERSEDED = Text(en="until {day}", es="hasta {day}")
SAID_YOU = Text(en="you", es="tú")
SAID_JARVIS = Text(en="Jarvis", es="Jarvis")
SOURCE_CONVERSATION = Text(en="conversation", es="conversación")
SOURCE_TOLD = Text(en="you asked to remember it", es="pediste recordarlo")
SOURCE_FACT = Text(en="learned", es="aprendido")
SOURCE_DOCUMENT = Text(en="document", es="documento")
SOURCE_IMPORTED = Text(en="imported", es="importado")
SOURCES = {
    "conversation": SOURCE_CONVERSATION,
    "told": SOURCE_TOLD,
    "fact": SOURCE_FACT,
    "document": SOURCE_DOCUMENT,
    "imported": SOURCE_IMPORTED,
}
CORRECT_TITLE = Text(en="Correct this memory", es="Corregir este recuerdo")
CORRECT_LABEL = Text(
    en="The earlier text is gone for good; a conversation shows the new one.",
    es="El texto anterior se borra para siempre; la conversación muestra el nuevo.",
)
FORGET_TITLE = Text(en="Forget this for good?", es="¿Olvidar esto para siempre?")
FORGET_NONE = Text(en="No memory goes.", es="No se borra ningún recuerdo.")
FORGET_MEMORY = Text(en="1 memory goes.", es="Se borra 1 recuerdo.")
FORGET_MEMORIES = Text(en="{count} memories go.", es="Se borran {count} recuerdos.")
FORGET_MESSAGE = Text(en="1 message becomes empty.", es="Queda vacío 1 mensaje.")
FORGET_MESSAGES = Text(en="{count} messages become empty.", es="Quedan vacíos {count} mensajes.")
FORGET_ANSWER = Text(en="1 answer drawn from it becomes empty.", es="Queda vacía 1 respuesta que se basaba en ello.")
FORGET_ANSWERS = Text(
    en="{count} answers drawn from it become empty.", es="Quedan vacías {count} respuestas que se basaban en ello."
)
NO_WAY_BACK = Text(en="This cannot be undone.", es="No se puede deshacer.")
FORGET_ASIDE = Text(
    en="What restores kept aside goes whole, since it may hold this too: {names}.",
    es="También se borra entero lo que se guardó aparte al restaurar, que puede contenerlo: {names}.",
)
FORGET_DO = Text(en="Forget", es="Olvidar")
FORGETTING = Text(en="Forgetting …", es="Olvidando…")
FORGOTTEN = Text(en="Forgotten: {count}.", es="Olvidados: {count}.")
AROUND_TITLE = Text(en="What was said around it", es="Lo que se dijo alrededor")
HISTORY_TITLE = Text(en="How it changed", es="Cómo cambió")

# Browsing
SEARCH_MEMORIES = Text(en="Search by words or meaning", es="Buscar por palabra o idea")
KIND = Text(en="Where from", es="De dónde")
ANY_KIND = Text(en="Everything", es="Todo")
SINCE = Text(en="Since when", es="Desde cuándo")
ANY_TIME = Text(en="Any time", es="Cualquier fecha")
LAST_WEEK = Text(en="Last 7 days", es="Últimos 7 días")
LAST_MONTH = Text(en="Last 30 days", es="Últimos 30 días")
LAST_YEAR = Text(en="Last 365 days", es="Últimos 365 días")
PINNED = Text(en="Pinned", es="Fijados")
LAST_ANSWER = Text(en="Last answer", es="Última respuesta")
LAST_ANSWER_NAME = Text(en="Show what the last answer drew on", es="Ver en qué se basó la última respuesta")
FORGET_FOUND = Text(en="Forget these…", es="Olvidar estos…")
MORE = Text(en="Show more", es="Mostrar más")
FOUND = Text(en="{shown} of {total}", es="{shown} de {total}")
BEST = Text(en="Best first", es="Primero lo mejor")
NO_MEMORIES = Text(
    en="Nothing is remembered yet. Conversations will be, and folders that you add.",
    es="Aún no hay recuerdos. Los habrá de las conversaciones y de las carpetas que añadas.",
)
NOTHING_FOUND = Text(en="Nothing matched well.", es="Nada encaja bien.")
NOT_MATCHED = Text(en="Nothing matched well; these come nearest.", es="Nada encaja bien; esto es lo más cercano.")
LOOKING = Text(en="Looking …", es="Buscando…")

# Folders
FOLDERS_BODY = Text(
    en="Jarvis reads these folders and quotes from them. The files themselves are never changed.",
    es="Jarvis lee estas carpetas y las cita. Los ficheros en sí nunca se tocan.",
)
ADD_FOLDER = Text(en="Add a folder…", es="Añadir carpeta…")
ADD_FOLDER_TITLE = Text(en="Folder to read", es="Carpeta que leer")
NO_FOLDERS = Text(en="No folder is read.", es="No se lee ninguna carpeta.")
WATCHED = Text(en="Follow changes", es="Seguir los cambios")
FOLDER_LEAVES = Text(en="May go to cloud models", es="Puede ir a modelos en la nube")
FOLDER_LEAVES_TIP = Text(
    en="Unchecked, what stands in these files never leaves this computer.",
    es="Sin marcar, lo que dicen estos ficheros no sale nunca de este equipo.",
)
FOLDER_COUNTS = Text(
    en="{files} files, {pieces} pieces, {skipped} skipped, {failed} failed",
    es="{files} ficheros, {pieces} trozos, {skipped} omitidos, {failed} fallidos",
)
FILES = Text(en="Files", es="Ficheros")
READ_AGAIN = Text(en="Read again", es="Leer otra vez")
READING = Text(en="Reading: {done} of {total}", es="Leyendo: {done} de {total}")
READING_FIRST = Text(en="Looking for files …", es="Buscando ficheros…")
READ_DONE = Text(en="Read: {done} files.", es="Leídos: {done} ficheros.")
STOP_READING = Text(en="Stop", es="Parar")
FOLDER_FORGET = Text(en="Forget folder…", es="Olvidar carpeta…")
FILES_OF = Text(en="Files of {folder}", es="Ficheros de {folder}")
FILE_INDEXED = Text(en="{pieces} pieces", es="{pieces} trozos")
MORE_FILES = Text(en="… and {count} more", es="… y {count} más")

# Profile
PROFILE_BODY = Text(
    en="What you write here goes with every question to a model on this computer: one thing per line, 12 at most. Once "
    "saved, you choose which lines may also go to cloud models.",
    es="Lo que escribas aquí acompaña a cada pregunta a un modelo de este equipo: una cosa por línea, 12 como mucho. "
    "Una vez guardado, eliges qué líneas pueden ir también a modelos en la nube.",
)
PROFILE_HINT = Text(
    en="For example:\nI live in Porto.\nI like short answers.",
    es="Por ejemplo:\nVivo en Oporto.\nMe gustan las respuestas cortas.",
)
PROFILE_NAME = Text(en="What Jarvis always knows about you", es="Lo que Jarvis siempre sabe de ti")
PROFILE_SAVED = Text(en="Saved.", es="Guardado.")
PROFILE_LEAVES = Text(en="May go to cloud models", es="Pueden ir a modelos en la nube")
PROFILE_LEAVES_ONE = Text(en="May go to cloud models: {line}", es="Puede ir a modelos en la nube: {line}")
