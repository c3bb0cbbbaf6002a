"""Sentences of the page of keys, in English and Spanish. Knows no widget."""

from __future__ import annotations

from jarvis.desktop.texts import Text

BODY = Text(
    en="Keys let models of these providers answer. They are kept in {where}; their values are never shown again.",
    es="Con las claves pueden responder los modelos de estos proveedores. Se guardan en {where}; sus valores no se "
    "vuelven a mostrar.",
)
BODY_NONE = Text(
    en="Keys let models of these providers answer. There is no system keyring here, so each key asks where it may be "
    "kept; nothing is ever written as plain text.",
    es="Con las claves pueden responder los modelos de estos proveedores. Aquí no hay llavero del sistema, así que "
    "con cada clave se pregunta dónde puede guardarse; nunca se escribe nada en claro.",
)
READING = Text(en="Looking for keys…", es="Buscando claves…")
CLOUD_OFF = Text(
    en="The cloud is switched off, so no key is used at present. “Language, privacy” switches it on.",
    es="La nube está desactivada, así que ahora no se usa ninguna clave. Se activa en «Idioma, privacidad».",
)
NONE = Text(en="No key yet", es="Sin clave todavía")
IN_KEYRING = Text(en="Stored in the keyring", es="Guardada en el llavero")
IN_ENVIRONMENT = Text(en="Given by {variable} in the environment", es="Dada por {variable} en el entorno")
UNTIL_QUIT = Text(en="Kept until Jarvis ends", es="Se conserva hasta que Jarvis termine")
MODELS = Text(en="{state} · models in the catalogue: {count}", es="{state} · modelos en el catálogo: {count}")
NO_ADDRESS = Text(
    en="Its address is set under “{page}”; it is not set yet.",
    es="Su dirección se fija en «{page}»; todavía no está.",
)
ENTER = Text(en="Enter key…", es="Introducir clave…")
REPLACE = Text(en="Replace…", es="Sustituir…")
TEST = Text(en="Test", es="Probar")
REMOVE = Text(en="Remove", es="Quitar")
NAMED = Text(en="{title}: {act}", es="{title}: {act}")
VALUE = Text(en="Paste the key", es="Pega la clave")
STORE = Text(en="Store", es="Guardar")
GET_ONE = Text(en="Where to get one: {page}", es="Dónde conseguir una: {page}")
STORED = Text(en="Stored. Testing it…", es="Guardada. Probándola…")
TESTING = Text(en="Asking {title}…", es="Preguntando a {title}…")
CREDIT = Text(
    en="Whether the account has credit left, only a question shows: without any, the answer says so.",
    es="Si a la cuenta le queda saldo solo lo muestra una pregunta: sin saldo, la respuesta lo dice.",
)
WORKS = Text(en="It works: {where} offers {count} models.", es="Funciona: {where} ofrece {count} modelos.")
WORKS_ALONE = Text(en="It works: {where} accepted it.", es="Funciona: {where} la aceptó.")
GONE = Text(en="The key is gone.", es="La clave ya no está.")
NO_KEYRING = Text(
    en="There is no usable keyring here, so nothing was stored. You can choose: keep the key until Jarvis ends (it is "
    "written nowhere), or put the line below into the environment that starts Jarvis, with the key at its end, where "
    "every program of yours can read it.",
    es="Aquí no hay un llavero utilizable y no se guardó nada. Puedes elegir: conservar la clave hasta que Jarvis "
    "termine (no se escribe en ningún sitio), o poner la línea de abajo, con la clave al final, en el entorno que "
    "inicia Jarvis, donde todos tus programas pueden leerla.",
)
KEEP_NOW = Text(en="Keep until Jarvis ends", es="Conservar hasta que Jarvis termine")
COPY_LINE = Text(en="Copy the line", es="Copiar la línea")
LINE_COPIED = Text(
    en="The line is on the clipboard; the key itself is not in it.",
    es="La línea está en el portapapeles; la clave no va en ella.",
)
REMOVE_TITLE = Text(en="Remove the key for {title}?", es="¿Quitar la clave de {title}?")
REMOVE_BODY = Text(
    en="Its models cannot answer any more until you enter one again. Conversations are kept.",
    es="Sus modelos no podrán responder hasta que vuelvas a introducir una. Las conversaciones se conservan.",
)
