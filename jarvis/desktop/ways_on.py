"""Where a person goes on from what went wrong, by the error's code: the window or page where it can be mended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from jarvis.desktop.texts import Text

Place = Literal[
    "keys", "usage", "resources", "models", "recommended", "hearing", "voices", "data", "voice", "privacy", "answers"
]
"""A window, a part of the models' ("recommended", "hearing", "voices"), or a page of the settings."""

NAMES: dict[Place, Text] = {
    "keys": Text(en="API keys", es="Claves de API"),
    "usage": Text(en="Costs and budget", es="Costes y presupuesto"),
    "resources": Text(en="GPUs and memory", es="GPU y memoria"),
    "models": Text(en="Models", es="Modelos"),
    "recommended": Text(en="Choose a model…", es="Elegir un modelo…"),
    "hearing": Text(en="Open Models", es="Abrir Modelos"),
    "voices": Text(en="Open Models", es="Abrir Modelos"),
    "data": Text(en="Your data", es="Tus datos"),
    "voice": Text(en="Voice settings", es="Ajustes de voz"),
    "privacy": Text(en="Privacy", es="Privacidad"),
    "answers": Text(en="Answer settings", es="Ajustes de respuestas"),
}

SOMEWHERE = Text(en="Where to mend it", es="Dónde arreglarlo")

_PLACES: dict[str, Place] = {
    "engine.auth": "keys",
    "engine.no_key": "keys",
    "engine.quota": "keys",
    "engine.out_of_memory": "resources",
    "engine.vram": "resources",
    "engine.held": "resources",
    "engine.freed": "resources",
    "engine.no_place": "resources",
    "engine.too_big": "models",
    "engine.model_unknown": "models",
    "engine.model_missing": "models",
    "engine.no_model": "models",
    "engine.smaller": "models",
    "engine.unreachable": "answers",
    "engine.not_an_api": "answers",
    "engine.moved": "answers",
    "engine.bad_address": "answers",
    "engine.insecure_address": "answers",
    "engine.llama_server_missing": "answers",
    "storage.full": "data",
    "memory.disk_full": "data",
    "route.no_such_model": "models",
}
_FAMILIES: dict[str, Place] = {
    "keys": "keys",
    "budget": "usage",
    "models": "models",
    "model": "models",
    "download": "models",
    "audio": "voice",
    "voice": "voice",
    "speech": "voice",
    "privacy": "privacy",
}


def place_of(code: str, causes: Sequence[str] = ()) -> Place | None:
    """Return where `code` can be mended, else where the last of its `causes` can; None where nothing is to be set."""
    for one in (code, *reversed(causes)):
        place = _PLACES.get(one) or _FAMILIES.get(one.partition(".")[0])
        if place is not None:
            return place
    return None
