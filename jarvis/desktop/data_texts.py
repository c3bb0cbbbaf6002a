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
    es="Un fichero con todo salvo modelos, cachés y claves. Quien tenga el fichero puede leerlo: guárdalo bien.",
)
BACKUP = Text(en="Back up to a file…", es="Copiar a un fichero…")
BACKING_UP = Text(en="Writing the backup…", es="Escribiendo la copia…")
BACKED_UP = Text(en="The backup is at {path}.", es="La copia está en {path}.")
BACKUP_FILES = Text(en="Jarvis backups", es="Copias de Jarvis")
RESTORE_BODY = Text(
    en="Restoring checks the file, says what is in it and asks. What is here now is kept aside, and Jarvis starts "
    "again by itself.",
    es="Al restaurar, Jarvis comprueba el fichero, dice qué contiene y pregunta. Lo que hay ahora se guarda aparte, y "
    "Jarvis se reinicia solo.",
)
RESTORE = Text(en="Restore a backup…", es="Restaurar una copia…")
CHECKING = Text(en="Checking the backup…", es="Comprobando la copia…")
UNPACKING = Text(en="Checking the backup: {done} of {all}…", es="Comprobando la copia: {done} de {all}…")
CHECKING_WHOLE = Text(en="Checking that the backup is whole…", es="Comprobando que la copia está completa…")
STOP_CHECK = Text(en="Stop checking", es="Dejar de comprobar")
ASK_TITLE = Text(
    en="Put this backup in the place of what is here?", es="¿Poner esta copia en el lugar de lo que hay aquí?"
)
ASK_BODY = Text(
    en="{made}\n{holds}\n\nIt is whole. What is here now is kept in a folder in {home}; models and keys stay as they "
    "are. Jarvis closes and starts again by itself: an answer or download under way ends.",
    es="{made}\n{holds}\n\nEstá completa. Lo que hay ahora se guarda en una carpeta de {home}; los modelos y las "
    "claves se quedan como están. Jarvis se cierra y se reinicia solo: una respuesta o descarga en curso termina.",
)
MADE = Text(en="Made on {day} at {time}.", es="Hecha el {day} a las {time}.")
MADE_BY = Text(
    en="Made on {day} at {time} with Jarvis {version}.", es="Hecha el {day} a las {time} con Jarvis {version}."
)
MADE_SOME_TIME = Text(en="It does not say when it was made.", es="No dice cuándo se hizo.")
OLDER = Text(
    en="It comes from an older version and was brought up to date.",
    es="Es de una versión anterior y se ha puesto al día.",
)
SET_ASIDE = Text(
    en="Nothing shows that it was written here. This stays as it is on this computer, which neither uses nor allows "
    "it: {names}.",
    es="Nada indica que se escribiera aquí. Esto queda como está en este equipo, que ni lo usa ni lo permite: {names}.",
)
NOTHING_STRANGE = Text(
    en="Nothing shows that it was written here, but it sends questions nowhere new and allows nothing new.",
    es="Nada indica que se escribiera aquí, pero no envía preguntas a ningún sitio nuevo ni permite nada nuevo.",
)
TAKE_OVER = Text(en="Take that over too: I trust this file", es="Tomarlo también: confío en este fichero")
A_PERMISSION = Text(en="permission “{name}”", es="permiso «{name}»")
A_MODEL = Text(en="model {name}", es="modelo {name}")
A_FOLDER = Text(en="folder {name}", es="carpeta {name}")
NEW_SERVERS = Text(
    en="MCP servers in it that are not here: {names}. They come switched off, since they can run programs; switch on "
    "only those you know.",
    es="Servidores MCP que trae y aquí no están: {names}. Vienen desactivados, porque pueden ejecutar programas; "
    "activa solo los que conozcas.",
)
MORE = Text(en="{names} and {count} more", es="{names} y {count} más")
HOLDS = Text(
    en="Conversations: {conversations} · messages: {messages} · memories: {memories} · size: {size}",
    es="Conversaciones: {conversations} · mensajes: {messages} · recuerdos: {memories} · tamaño: {size}",
)
RESTORE_NOW = Text(en="Restore and restart", es="Restaurar y reiniciar")
NOT_RESTORED = Text(en="Nothing was changed.", es="No se ha cambiado nada.")
RESTORING = Text(en="Restoring…", es="Restaurando…")
RESTARTS = Text(
    en="Jarvis closes now and starts again with the backup. What was here is kept in {folder}.",
    es="Jarvis se cierra ahora y se reinicia con la copia. Lo que había se guarda en {folder}.",
)
KEPT = Text(
    en="Kept aside by the restore of {day}, {time}: {size} in {folder}",
    es="Guardado aparte al restaurar el {day}, {time}: {size} en {folder}",
)
KEPT_SOME_TIME = Text(
    en="Kept aside by a restore: {size} in {folder}", es="Guardado aparte al restaurar: {size} en {folder}"
)
PUT_BACK = Text(en="Put it back…", es="Volver a ponerlo…")
REMOVE = Text(en="Delete it…", es="Borrarlo…")
REMOVE_TITLE = Text(en="Delete what the restore kept aside?", es="¿Borrar lo que se guardó aparte al restaurar?")
REMOVE_BODY = Text(
    en="{folder} goes for good. What Jarvis works with now stays.",
    es="{folder} se borra para siempre. Aquello con lo que Jarvis trabaja ahora se queda.",
)
REMOVE_NOW = Text(en="Delete", es="Borrar")
REMOVED = Text(en="Deleted.", es="Borrado.")
FORGET_HEADING = Text(en="Forget everything", es="Olvidar todo")
FORGET_BODY = Text(
    en="Conversations, memories, attachments, notes, lists, timers, reminders, what ratings taught and what restores "
    "kept aside are wiped for good. Settings, keys, permissions, models and the record of what left this computer "
    "stay; so do backups and your own files.",
    es="Conversaciones, recuerdos, adjuntos, notas, listas, temporizadores, recordatorios, lo aprendido de tus "
    "valoraciones y lo que se guardó aparte al restaurar se borran para siempre. Se conservan ajustes, claves, "
    "permisos, modelos y el registro de lo que salió de este equipo; también las copias de seguridad y tus propios "
    "ficheros.",
)
FORGET_TYPE = Text(en="Type {word} to confirm", es="Escribe {word} para confirmar")
FORGET_WORD = Text(en="FORGET", es="OLVIDAR")
FORGET = Text(en="Forget everything", es="Olvidar todo")
FORGETTING = Text(en="Forgetting, and wiping what is on the disk…", es="Olvidando y borrando lo que hay en el disco…")
FORGOTTEN = Text(
    en="Gone: {memories} memories, {notes} notes, {items} list entries, {alerts} timers and reminders, and every "
    "conversation.",
    es="Borrado: {memories} recuerdos, {notes} notas, {items} entradas de listas, {alerts} temporizadores y "
    "recordatorios, y todas las conversaciones.",
)
