"""What is said about keys, in English and Spanish. Knows no widget."""

from __future__ import annotations

from types import MappingProxyType

from jarvis.desktop.texts import Text

GLOBAL_QUICK = Text(en="Ask Jarvis quickly", es="Hacer una consulta rápida a Jarvis")
GLOBAL_TALK = Text(en="Talk to Jarvis", es="Hablar con Jarvis")

# Where keys hold
IN_PROGRAMS = Text(en="In every program", es="En todos los programas")
IN_JARVIS = Text(en="In every window of Jarvis", es="En todas las ventanas de Jarvis")
IN_CHAT = Text(en="In the chat window", es="En la ventana del chat")
IN_TEXT = Text(en="In every text field", es="En todo campo de texto")
IN_INPUT = Text(en="In the input", es="Al escribir la pregunta")
IN_SEARCH = Text(en="In the search above the conversations", es="En la búsqueda de conversaciones")
IN_LIST = Text(en="In the list of conversations", es="En la lista de conversaciones")
IN_MESSAGES = Text(en="In the messages", es="En los mensajes")
IN_CORRECTION = Text(en="While a question is being changed", es="Al cambiar una pregunta")
IN_FILE = Text(en="On an attached file", es="En un fichero adjunto")
IN_STARS = Text(en="On the stars of an answer", es="En las estrellas de una respuesta")
IN_PLOT = Text(en="In a chart", es="En una gráfica")
IN_MODELS = Text(en="In the models", es="En los modelos")
IN_SETTINGS = Text(en="In the settings", es="En los ajustes")
IN_SHORTCUTS = Text(en="In this list", es="En esta lista")
IN_QUICK = Text(en="In the quick query", es="En la consulta rápida")

# What they do
DO_DICTATE = Text(en="Hold to dictate into the text field", es="Mantener pulsada para dictar en el campo de texto")
DO_DISCARD = Text(en="Discard what is being dictated", es="Descartar lo que se dicta")
DO_STOP = Text(en="Stop the answer, the voice and what rings", es="Detener la respuesta, la voz y lo que suena")
DO_SEARCH = Text(en="Search conversations", es="Buscar conversaciones")
DO_SIDEBAR = Text(en="Show or hide the conversations", es="Mostrar u ocultar las conversaciones")
DO_INPUT = Text(en="Go to the input", es="Ir a escribir la pregunta")
DO_TALK = Text(en="Talk", es="Hablar")
DO_NEW = Text(en="Begin a new conversation", es="Empezar una conversación nueva")
DO_MODELS = Text(en="Open the models", es="Abrir los modelos")
DO_RESOURCES = Text(en="Open the resources", es="Abrir los recursos")
DO_USAGE = Text(en="Open what was used and spent", es="Abrir el uso y el gasto")
DO_MEMORY = Text(en="Open the memory", es="Abrir la memoria")
DO_SETTINGS = Text(en="Open the settings", es="Abrir los ajustes")
DO_SHORTCUTS = Text(en="Show this list", es="Mostrar esta lista")
DO_QUIT = Text(en="Quit Jarvis", es="Salir de Jarvis")
DO_COPY = Text(en="Copy", es="Copiar")
DO_CUT = Text(en="Cut", es="Cortar")
DO_PASTE = Text(en="Paste; pictures and files are attached", es="Pegar; lo largo, imágenes y ficheros se adjuntan")
DO_UNDO = Text(en="Undo", es="Deshacer")
DO_REDO = Text(en="Redo", es="Rehacer")
DO_ALL = Text(en="Select everything", es="Seleccionar todo")
DO_SEND = Text(en="Send", es="Enviar")
DO_NEW_LINE = Text(en="Begin a new line", es="Empezar otra línea")
DO_EMPTY = Text(en="Empty the search", es="Vaciar la búsqueda")
DO_TO_LIST = Text(en="Go to the list", es="Ir a la lista")
DO_BEST = Text(en="Open what fits best", es="Abrir lo que mejor encaja")
DO_OPEN = Text(en="Open", es="Abrir")
DO_RENAME = Text(en="Change the name", es="Cambiar el nombre")
DO_DELETE = Text(en="Delete", es="Eliminar")
DO_PIN = Text(en="Pin, or let go", es="Fijar o soltar")
DO_ARCHIVE = Text(en="Archive, or take out", es="Archivar o sacar del archivo")
DO_MOVE = Text(en="Put into a folder", es="Poner en una carpeta")
DO_LEAVE = Text(en="Leave the search", es="Salir de la búsqueda")
DO_FOLD = Text(en="Close the folder", es="Cerrar la carpeta")
DO_UNFOLD = Text(en="Open the folder", es="Abrir la carpeta")
DO_FIRST = Text(en="Go to the first message", es="Ir al primer mensaje")
DO_LAST = Text(en="Go to the latest message", es="Ir al último mensaje")
DO_SCROLL = Text(en="Scroll", es="Desplazar")
DO_ASK_CHANGED = Text(en="Ask it as it is now", es="Preguntarla como está ahora")
DO_KEEP_OLD = Text(en="Leave the question as it was", es="Dejar la pregunta como estaba")
DO_TAKE_AWAY = Text(en="Take it away", es="Quitarlo")
DO_RATE = Text(en="Give so many stars", es="Dar esas estrellas")
DO_KEEP_RATING = Text(en="Keep the marked stars", es="Guardar las estrellas marcadas")
DO_POINT = Text(en="Go to the point before or after", es="Ir al punto anterior o siguiente")
DO_ENDS = Text(en="Go to the first or last point", es="Ir al primer o último punto")
DO_FIND = Text(en="Search", es="Buscar")
DO_ASK = Text(en="Ask", es="Preguntar")
DO_CLOSE = Text(en="Close", es="Cerrar")

# The list of all of them
SHORTCUTS = Text(en="Keyboard shortcuts", es="Atajos de teclado")
SHORTCUTS_MENU = Text(en="Keyboard shortcuts…", es="Atajos de teclado…")
SEARCH = Text(en="Search actions or keys", es="Buscar acciones o teclas")
NO_SHORTCUT = Text(
    en="No shortcut has these words. Fewer or other words may find one.",
    es="Ningún atajo tiene esas palabras. Prueba con menos o con otras.",
)
NO_KEYS = Text(en="no keys", es="sin teclas")
KEYS_OR = Text(en="{one} or {other}", es="{one} o {other}")
CHANGE = Text(en="Change global keys", es="Cambiar teclas globales")

# The page of settings
ALL_KEYS = Text(en="All keyboard shortcuts", es="Todos los atajos")
HOW = Text(
    en="Choose a field and press the keys together. Backspace clears them.",
    es="Elige un campo y pulsa las teclas a la vez. Retroceso las borra.",
)
CLEAR = Text(en="No keys for “{what}”", es="Sin teclas para «{what}»")
WRITES = Text(
    en="{keys} would be missing when writing. Nothing was changed; add Ctrl or Alt, or take a key such as F8.",
    es="{keys} faltaría al escribir. No se ha cambiado nada; añade Ctrl o Alt, o elige una tecla como F8.",
)
CLASH = Text(
    en="{keys} has a meaning already. {where}: {what}. Nothing was changed; press other keys.",
    es="{keys} ya significa algo. {where}: {what}. No se ha cambiado nada; pulsa otras teclas.",
)

KEY_NAMES = MappingProxyType(
    {
        "Ctrl": Text(en="Ctrl", es="Ctrl"),
        "Alt": Text(en="Alt", es="Alt"),
        "Shift": Text(en="Shift", es="Mayús"),
        "Meta": Text(en="Super", es="Super"),
        "Return": Text(en="Enter", es="Intro"),
        "Enter": Text(en="Enter", es="Intro"),
        "Space": Text(en="Space", es="Espacio"),
        "Esc": Text(en="Esc", es="Esc"),
        "Del": Text(en="Del", es="Supr"),
        "Ins": Text(en="Ins", es="Insert"),
        "Backspace": Text(en="Backspace", es="Retroceso"),
        "Home": Text(en="Home", es="Inicio"),
        "End": Text(en="End", es="Fin"),
        "PgUp": Text(en="Page up", es="Re Pág"),
        "PgDown": Text(en="Page down", es="Av Pág"),
        "Left": Text(en="Left", es="Izquierda"),
        "Right": Text(en="Right", es="Derecha"),
        "Up": Text(en="Up", es="Arriba"),
        "Down": Text(en="Down", es="Abajo"),
        "Pause": Text(en="Pause", es="Pausa"),
        "Print": Text(en="Print", es="Impr Pant"),
    }
)
"""What the parts of keys are called, by how Qt writes them; what is missing is called as it is written."""
