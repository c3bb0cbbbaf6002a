"""Every sentence of the conversation library in the sidebar, in English and Spanish. Knows no widget."""

from __future__ import annotations

from jarvis.desktop.texts import Text

# Groups
PINNED = Text(en="Pinned", es="Fijadas")
THIS_WEEK = Text(en="This week", es="Esta semana")
MONTH_OF_YEAR = Text(en="{month} {year}", es="{month} de {year}")
ARCHIVE = Text(en="Archive", es="Archivo")
SHOW_MORE = Text(en="Show more", es="Mostrar más")
FOLDER_NAME = Text(en="Folder {name}, {count}, {state}", es="Carpeta {name}, {count}, {state}")
ARCHIVE_NAME = Text(en="Archive, {state}", es="Archivo, {state}")
STATE_OPEN = Text(en="open", es="abierta")
STATE_CLOSED = Text(en="closed", es="cerrada")
IS_PINNED = Text(en="pinned", es="fijada")
IS_ARCHIVED = Text(en="archived", es="archivada")
IN_FOLDER = Text(en="in {name}", es="en {name}")
ONE_CHAT = Text(en="1 conversation", es="1 conversación")
MANY_CHATS = Text(en="{count} conversations", es="{count} conversaciones")

# Search
SEARCHING = Text(en="Searching…", es="Buscando…")
FIRST_FOUND = Text(en="The newest {count} conversations", es="Las {count} conversaciones más nuevas")
ONE_MESSAGE = Text(en="1 message", es="1 mensaje")
MANY_MESSAGES = Text(en="{count} messages", es="{count} mensajes")
IN_TITLE = Text(en="in the title", es="en el título")
NOTHING_HAS = Text(
    en="Nothing found: no title and no message holds all of “{words}”.",
    es="No se encontró nada: ningún título ni mensaje contiene todo «{words}».",
)

# Acts
PIN = Text(en="Pin", es="Fijar")
UNPIN = Text(en="Unpin", es="Dejar de fijar")
MOVE = Text(en="Move to folder", es="Mover a una carpeta")
NO_FOLDER = Text(en="No folder", es="Ninguna carpeta")
NEW_FOLDER = Text(en="New folder…", es="Carpeta nueva…")
NEW_FOLDER_TITLE = Text(en="New folder", es="Carpeta nueva")
FOLDER_LABEL = Text(en="Name of the folder", es="Nombre de la carpeta")
TO_ARCHIVE = Text(en="Archive it", es="Archivar")
FROM_ARCHIVE = Text(en="Take out of the archive", es="Sacar del archivo")
EXPORT = Text(en="Export", es="Exportar")
EXPORT_MARKDOWN = Text(en="As Markdown…", es="Como Markdown…")
EXPORT_JSON = Text(en="As JSON…", es="Como JSON…")
EXPORT_PDF = Text(en="As PDF…", es="Como PDF…")
RENAME_FOLDER_TITLE = Text(en="Rename folder", es="Cambiar el nombre de la carpeta")
JOIN_TITLE = Text(en="Put both folders together?", es="¿Juntar las dos carpetas?")
JOIN_BODY = Text(
    en="There is a folder “{new}” already. The conversations of “{name}” go there, and cannot be told apart again.",
    es="Ya hay una carpeta «{new}». Las conversaciones de «{name}» pasan a ella y ya no se podrán distinguir.",
)
JOIN_DO = Text(en="Put together", es="Juntar")
DISSOLVE = Text(en="Dissolve…", es="Deshacer la carpeta…")
DISSOLVE_TITLE = Text(en="Dissolve this folder?", es="¿Deshacer esta carpeta?")
DISSOLVE_BODY = Text(
    en="“{name}” goes, and its conversations stay: they are listed by day again.",
    es="«{name}» desaparece y sus conversaciones se quedan: vuelven a la lista por días.",
)
DISSOLVE_DO = Text(en="Dissolve", es="Deshacer")

# Writing out
EXPORT_TITLE = Text(en="Export conversation", es="Exportar conversación")
FILTER_MARKDOWN = Text(en="Markdown text (*.md)", es="Texto Markdown (*.md)")
FILTER_JSON = Text(en="JSON data (*.json)", es="Datos JSON (*.json)")
FILTER_PDF = Text(en="PDF document (*.pdf)", es="Documento PDF (*.pdf)")
FILE_NAME = Text(en="conversation", es="conversación")
EXPORTING = Text(en="Writing {name}…", es="Escribiendo {name}…")
EXPORTED = Text(en="Written: {name}", es="Escrito: {name}")
OPEN_FILE = Text(en="Open", es="Abrir")
REPLACE_TITLE = Text(en="Replace this file?", es="¿Reemplazar este fichero?")
REPLACE_BODY = Text(
    en="“{name}” is there already. What it holds now would be lost.",
    es="«{name}» ya existe. Se perdería lo que contiene ahora.",
)
REPLACE_DO = Text(en="Replace", es="Reemplazar")
PAGE = Text(en="Page {number}", es="Página {number}")

# The line for what happened
HIDE_LINE = Text(en="Hide this line", es="Ocultar esta línea")

# Ways to other windows
MODELS = Text(en="Models", es="Modelos")
RESOURCES = Text(en="Resources", es="Recursos")
USAGE = Text(en="Usage", es="Uso")
