"""Every sentence inside an answer's text, in English and Spanish. Knows no widget."""

from __future__ import annotations

from jarvis.desktop.texts import Text

SHOW_MORE = Text(en="Show more", es="Mostrar más")
SHOW_MORE_NAME = Text(en="Show more of this answer", es="Mostrar más de esta respuesta")

# Pictures
PICTURE = Text(en="Picture", es="Imagen")
