"""Every sentence about files that go with questions, in English and Spanish. Knows no widget."""

from __future__ import annotations

from jarvis.desktop.texts import Text

# In the input
ATTACH = Text(en="Attach pictures or documents", es="Adjuntar imágenes o documentos")
CHOOSE = Text(en="Choose pictures or documents", es="Elige imágenes o documentos")
DROP_HERE = Text(
    en="Drop it to attach it to your question.",
    es="Suéltalo para adjuntarlo a tu pregunta.",
)
READING = Text(en="Reading…", es="Leyendo…")
STILL_READING = Text(
    en="An attached file is still being read; your question waits here until it is.",
    es="Aún se lee un fichero adjunto; tu pregunta espera aquí hasta entonces.",
)
TOO_MANY = Text(
    en="At most {most} files go with one question; the others were not attached.",
    es="A una pregunta se adjuntan {most} ficheros como mucho; los demás no se adjuntaron.",
)
UNREADABLE = Text(
    en="What came could not be read, so nothing was attached; save it as a file and attach that.",
    es="Lo que llegó no se pudo leer, así que no se adjuntó nada; guárdalo como fichero y adjunta ese.",
)
DISMISS = Text(en="Close this message", es="Cerrar este mensaje")
REMOVE = Text(en="Remove {name}", es="Quitar {name}")
ATTACHED_FILES = Text(en="Attached files", es="Ficheros adjuntos")
LOOK_AT_IT = Text(en="Tell me what this is about.", es="Dime de qué trata esto.")
PASTED_TEXT_NAME = Text(en="Pasted text", es="Texto pegado")
PASTED_PICTURE_NAME = Text(en="Pasted picture", es="Imagen pegada")

# One file
ONE_PAGE = Text(en="1 page", es="1 página")
PAGES = Text(en="{count} pages", es="{count} páginas")
STAYS = Text(
    en="Attached while nothing might leave: no server gets it unless you say yes to that.",
    es="Se adjuntó cuando nada podía salir: ningún servidor lo recibe si no lo apruebas.",
)
OPEN_FILE = Text(en="Look at {name}", es="Ver {name}")

# Looking at one
LOADING = Text(en="Opening…", es="Abriendo…")
GONE = Text(
    en="This file is no longer here; what was said about it is.",
    es="Este fichero ya no está aquí; lo que se dijo de él, sí.",
)
NOT_SHOWN = Text(
    en="This picture cannot be shown here. Save a copy to open it elsewhere.",
    es="Esta imagen no se puede mostrar aquí. Guarda una copia para abrirla en otro sitio.",
)
FIRST_PART = Text(
    en="The first {shown} of {total} characters. Save a copy to read all of it.",
    es="Los primeros {shown} de {total} caracteres. Guarda una copia para leerlo todo.",
)
FILE_TEXT = Text(en="The file's text", es="El texto del fichero")
SAVE_COPY = Text(en="Save a copy…", es="Guardar una copia…")
SAVED_COPY = Text(en="Saved as {path}.", es="Guardado en {path}.")
CLOSE = Text(en="Close", es="Cerrar")
