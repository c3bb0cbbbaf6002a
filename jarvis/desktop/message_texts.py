"""Every sentence of what belongs to one message, in English and Spanish. Knows no widget."""

from __future__ import annotations

from jarvis.desktop.texts import Text

# Versions
PREVIOUS_VERSION = Text(en="Previous version", es="Versión anterior")
NEXT_VERSION = Text(en="Next version", es="Versión siguiente")
VERSION = Text(en="Version {number} of {count}", es="Versión {number} de {count}")
VERSION_SHORT = Text(en="{number}/{count}", es="{number}/{count}")

# A question put in other words
EDIT = Text(en="Edit the question", es="Editar la pregunta")
EDITED = Text(en="Your question, in other words", es="Tu pregunta, con otras palabras")
ASK_EDITED = Text(en="Ask", es="Preguntar")
EDIT_HINT = Text(
    en="Enter: ask · Esc: leave it as it was. The first version is kept.",
    es="Intro: preguntar · Esc: dejarla como estaba. La primera versión se conserva.",
)
WAIT_FIRST = Text(
    en="An answer is being written: press Esc to stop it first.",
    es="Se está escribiendo una respuesta: pulsa Esc para detenerla antes.",
)

# Acts
QUOTE = Text(en="Quote in your question", es="Citar en tu pregunta")
QUOTED = Text(en="Quoted below.", es="Citado abajo.")
SPEAK = Text(en="Read it aloud", es="Leerla en voz alta")
SPEAK_STOP = Text(en="Stop reading aloud", es="Dejar de leer en voz alta")
ANOTHER = Text(en="Another answer", es="Otra respuesta")
ANOTHER_SAME = Text(en="Try again", es="Intentarlo de nuevo")
WITH_MODEL = Text(en="With another model", es="Con otro modelo")
LOOKING_FOR_MODELS = Text(en="Looking for models…", es="Buscando modelos…")
NO_OTHER_MODEL = Text(en="No other model can answer this", es="Ningún otro modelo puede responder a esto")
MODEL_LOCAL = Text(en="{model} · on this computer", es="{model} · en este equipo")
MODEL_CLOUD = Text(en="{model} · cloud, about {cost}", es="{model} · nube, unos {cost}")
MODEL_UNPRICED = Text(en="{model} · cloud, price not known", es="{model} · nube, precio desconocido")
MODEL_BLIND = Text(en="{model} · cannot see the picture", es="{model} · no puede ver la imagen")
MODEL_TOO_SHORT = Text(
    en="{model} · takes less text than goes along", es="{model} · admite menos texto del que acompaña"
)

# What an answer took
TOKENS_A_SECOND = Text(en="{rate} tokens/s", es="{rate} tokens/s")
ABOUT_TOKENS_A_SECOND = Text(en="about {rate} tokens/s", es="unos {rate} tokens/s")
COST_UNKNOWN = Text(en="price not known", es="precio desconocido")
ONE_HOP = Text(en="1 failed before", es="1 fallo antes")
HOPS = Text(en="{count} failed before", es="{count} fallos antes")

# Rating
RATE = Text(en="Rate this answer", es="Valorar esta respuesta")
STARS = Text(en="{stars} of 5 stars", es="{stars} de 5 estrellas")
ONE_STAR = Text(en="1 of 5 stars", es="1 de 5 estrellas")
NO_STARS = Text(en="Not rated yet, 5 stars are the most", es="Sin valorar, 5 estrellas es lo máximo")
STARS_TIP = Text(
    en="Rate this answer: arrows to choose, Enter to keep",
    es="Valorar esta respuesta: flechas para elegir, Intro para guardar",
)
REASON = Text(en="What was wrong with it?", es="¿Qué le faltó?")
REASON_GOOD = Text(en="What did you like?", es="¿Qué te gustó?")
SAY_WHY = Text(en="Say why you rated it so", es="Decir por qué la valoras así")
REASON_KEEP = Text(en="Keep", es="Guardar")
RATING_KEPT = Text(en="Kept. Jarvis learns from it.", es="Guardado. Jarvis aprende de ello.")
COPY_TABLE = Text(en="Copy table", es="Copiar tabla")

# Links
LINK_TITLE = Text(en="Go to {host}?", es="¿Ir a {host}?")
LINK_BODY = Text(
    en="Your browser would open:\n\n{address}",
    es="Tu navegador abriría:\n\n{address}",
)
MAIL_TITLE = Text(en="Write to {people}?", es="¿Escribir a {people}?")
MAIL_BODY = Text(
    en="Your mail program would open:\n\n{address}",
    es="Tu programa de correo abriría:\n\n{address}",
)
LINK_OPEN = Text(en="Open", es="Abrir")
