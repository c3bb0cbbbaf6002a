"""Sentences of the page of data, in English and Spanish. Knows no widget."""

from __future__ import annotations

from types import MappingProxyType

from jarvis.desktop.texts import Text

PAGE = Text(en="Your data", es="Tus datos")
ABOUT = Text(
    en="Where it is, how big, backup, restore, forget everything",
    es="Dónde está, cuánto ocupa, copia de seguridad, restaurar, olvidar todo",
)
WHERE = Text(en="Everything is in {home} on this computer.", es="Todo está en {home}, en este equipo.")
READING = Text(en="Measuring…", es="Midiendo…")
OPEN = Text(en="Open the folder", es="Abrir la carpeta")
NOT_OPENED = Text(
    en="No program here opens folders. The path is above.",
    es="Aquí ningún programa abre carpetas. La ruta está arriba.",
)
KINDS = MappingProxyType(
    {
        "rows": Text(en="Conversations, memories, notes, lists", es="Conversaciones, recuerdos, notas, listas"),
        "index": Text(en="Index of the memory", es="Índice de la memoria"),
        "models": Text(en="Models", es="Modelos"),
        "settings": Text(en="Settings", es="Ajustes"),
        "logs": Text(en="Logs", es="Registros"),
        "cache": Text(en="Cache", es="Caché"),
        "other": Text(en="Everything else", es="Todo lo demás"),
    }
)
SIZE = Text(en="Size on disk", es="Tamaño en disco")
BACKUP_HEADING = Text(en="Backup", es="Copia de seguridad")
BACKUP_BODY = Text(
    en="One file with everything but models, caches and keys. Whoever has the file can read it, so keep it safe.",
    es="Un archivo con todo salvo modelos, cachés y claves. Quien tenga el archivo puede leerlo: guárdalo bien.",
)
BACKUP = Text(en="Back up to a file…", es="Copiar a un archivo…")
BACKING_UP = Text(en="Writing the backup…", es="Escribiendo la copia…")
BACKED_UP = Text(en="The backup is at {path}.", es="La copia está en {path}.")
BACKUP_FILES = Text(en="Jarvis backups", es="Copias de Jarvis")
RESTORE_BODY = Text(
    en="To put a backup in the place of what is here, quit Jarvis and run this with the file's name; what is here is "
    "kept aside.",
    es="Para poner una copia en lugar de lo que hay, sal de Jarvis y ejecuta esto con el nombre del archivo; lo que "
    "hay se aparta.",
)
COPY = Text(en="Copy the command", es="Copiar la orden")
FORGET_HEADING = Text(en="Forget everything", es="Olvidar todo")
FORGET_BODY = Text(
    en="Conversations, memories, attachments, notes, lists, timers, reminders and what ratings taught are wiped for "
    "good. Settings, keys, permissions, models and the record of what left this computer stay; so do backups and "
    "your own files.",
    es="Conversaciones, recuerdos, adjuntos, notas, listas, temporizadores, recordatorios y lo aprendido de tus "
    "valoraciones se borran para siempre. Se conservan ajustes, claves, permisos, modelos y el registro de lo que "
    "salió de este equipo; también las copias de seguridad y tus propios ficheros.",
)
FORGET_TYPE = Text(en="Type {word} to confirm", es="Escribe {word} para confirmar")
FORGET_WORD = Text(en="FORGET", es="OLVIDAR")
FORGET = Text(en="Forget everything now", es="Olvidar todo ahora")
FORGETTING = Text(en="Forgetting, and wiping what is on the disk…", es="Olvidando y borrando lo que hay en el disco…")
FORGOTTEN = Text(
    en="Gone: {memories} memories, {notes} notes, {items} list entries, {alerts} timers and reminders, and every "
    "conversation.",
    es="Borrado: {memories} recuerdos, {notes} notas, {items} entradas de listas, {alerts} temporizadores y "
    "recordatorios, y todas las conversaciones.",
)
