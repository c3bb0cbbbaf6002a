"""What the voice pill says beside the voice's state, in English and Spanish. Knows no widget."""

from __future__ import annotations

from jarvis.desktop.texts import Text

PILL = Text(en="Jarvis' voice", es="La voz de Jarvis")
PILL_TALKS = Text(en="{state}. Press to talk.", es="{state}. Pulsa para hablar.")
PILL_STOPS = Text(en="{state}. Press to stop.", es="{state}. Pulsa para detener.")
HIDE_PILL = Text(en="Hide this pill", es="Ocultar esta píldora")
