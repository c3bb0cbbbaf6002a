"""Sentences of the page of MCP servers, in English and Spanish. Knows no widget."""

from __future__ import annotations

from jarvis.desktop.texts import Text

PAGE = Text(en="Tools (MCP)", es="Herramientas (MCP)")
ABOUT = Text(en="MCP servers whose tools models may use", es="Servidores MCP cuyas herramientas usan los modelos")
BODY = Text(
    en="Servers whose tools models may use. A program runs on this computer with your account's rights; what each tool "
    "may do is set under “Permissions”.",
    es="Servidores cuyas herramientas pueden usar los modelos. Un programa se ejecuta en este equipo con los "
    "permisos de tu usuario; lo que puede hacer cada herramienta se fija en «Permisos».",
)
NONE = Text(en="No server is configured yet. Add one below.", es="Aún no hay ningún servidor. Añade uno abajo.")
ADD_HEADING = Text(en="Add a server", es="Añadir un servidor")
NAME = Text(en="Name, such as files", es="Nombre, p. ej. ficheros")
TARGET = Text(en="Program or https://…", es="Programa o https://…")
PRIVATE = Text(
    en="Only models on this computer see what it gives back",
    es="Solo los modelos de este equipo verán lo que devuelva",
)
KEY = Text(en="Key, if it needs one", es="Clave, si la necesita")
VARIABLE = Text(en="Variable for the key: API_KEY", es="Variable de la clave: API_KEY")
KEY_GOES = Text(
    en="The key is kept in the keyring; mcp.json holds its name alone. An address gets it as “Bearer”, a program in "
    "that variable.",
    es="La clave se guarda en el llavero; en mcp.json solo queda su nombre. Una dirección la recibe como «Bearer», un "
    "programa en esa variable.",
)
NEW_KEY = Text(en="Replace key…", es="Cambiar clave…")
NEW_VALUE = Text(en="New key", es="Clave nueva")
STORE_KEY = Text(en="Store key", es="Guardar clave")
KEY_STORED = Text(
    en="The key is stored. “Connect” uses it at once.", es="La clave está guardada. «Conectar» la usa al momento."
)
SWITCH_ON = Text(en="Enable", es="Activar")
SWITCH_OFF = Text(en="Disable", es="Desactivar")
SWITCHED_ON = Text(
    en="Enabled. It is started when it is first needed.", es="Activado. Se inicia cuando haga falta por primera vez."
)
SWITCHED_OFF = Text(
    en="Disabled. Its keys and permissions are kept.", es="Desactivado. Se conservan sus claves y permisos."
)
ADD = Text(en="Add and connect", es="Añadir y conectar")
BAD_QUOTES = Text(
    en="The quotation marks of the program do not match; nothing was added. Close each one that is opened.",
    es="Las comillas del programa no cuadran; no se añadió nada. Cierra cada una que abras.",
)
ADDED = Text(en="{name} is added.", es="{name} está añadido.")
TEST = Text(en="Connect", es="Conectar")
CONNECTING = Text(en="Connecting to {name}…", es="Conectando con {name}…")
CONNECTED = Text(en="Connected in {seconds}. Tools: {count}.", es="Conectado en {seconds}. Herramientas: {count}.")
REMOVE = Text(en="Remove", es="Quitar")
REMOVE_TITLE = Text(en="Remove the server {name}?", es="¿Quitar el servidor {name}?")
REMOVE_BODY = Text(
    en="It is ended and taken out of the configuration; its key and what was permitted to its tools are forgotten.",
    es="Se cierra y se quita de la configuración; se olvidan su clave y lo permitido a sus herramientas.",
)
REMOVED = Text(en="{name} is gone.", es="{name} ya no está.")
STATE_OFF = Text(en="Not connected yet", es="Sin conectar todavía")
STATE_DISABLED = Text(en="Disabled: its tools are not offered", es="Desactivado: sus herramientas no se ofrecen")
STATE_STARTING = Text(en="Starting…", es="Iniciando…")
STATE_READY = Text(en="Connected · tools: {count}", es="Conectado · herramientas: {count}")
STATE_FAILED = Text(en="Did not connect", es="No se conectó")
TOOL = Text(en="{name}: {about}", es="{name}: {about}")
LEFT_OUT = Text(en="{name} is not offered: {why}", es="{name} no se ofrece: {why}")
DESTROYS = Text(en="{line} Asks first: it may destroy something.", es="{line} Pregunta antes: puede destruir algo.")
NAMED = Text(en="{name}: {act}", es="{name}: {act}")
