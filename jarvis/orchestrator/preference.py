"""Orders the engines that can answer: what runs on this computer before what leaves it.

Pure: it looks only at the statuses it is given, whose order is the person's own preference.
"""

from __future__ import annotations

from collections.abc import Sequence

from jarvis.contracts.errors import Language
from jarvis.contracts.messages import Door
from jarvis.contracts.ports import EngineStatus, Route

_LOCAL = {
    "en": "{model} answers on this computer; nothing leaves it.",
    "es": "{model} responde en este ordenador; nada sale de él.",
}
_CLOUD = {
    "en": "{model} answers over the network, because no local model can.",
    "es": "{model} responde por la red, porque ningún modelo local puede.",
}
_NONE = {
    "en": "No language model is available.",
    "es": "No hay ningún modelo de lenguaje disponible.",
}


class PreferenceRouter:
    """Local before cloud, each in the given order; cloud engines only ever come in when the person allowed them."""

    def route(self, text: str, door: Door, language: Language, engines: Sequence[EngineStatus]) -> Route:  # noqa: ARG002
        """Return the usable engines in order, and why the first one comes first."""
        usable = [engine for engine in engines if engine.state in {"ready", "loadable"}]
        ordered = sorted(usable, key=lambda engine: engine.where == "cloud")
        if not ordered:
            return Route(candidates=(), reason=_NONE[language])
        first = ordered[0]
        sentence = _LOCAL if first.where == "local" else _CLOUD
        return Route(
            candidates=tuple(engine.id for engine in ordered), reason=sentence[language].format(model=first.model)
        )
