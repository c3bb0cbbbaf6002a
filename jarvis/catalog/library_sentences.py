"""The sentences for what can go wrong with a model's name or state."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from jarvis.contracts.errors import EngineError, InputError
from jarvis.contracts.models import ModelRow


def unknown(wish: str, known: Sequence[str]) -> InputError:
    """Return the error for a name that nothing has, with the nearest of `known`."""
    near = difflib.get_close_matches(wish.lower(), sorted(set(known)), n=4, cutoff=0.4)
    return InputError(
        "models.unknown",
        en="There is no model called {id}; nothing was changed.{near_en} “jarvis models list” shows all.",
        es="No hay ningún modelo llamado {id}; no se ha cambiado nada.{near_es} «jarvis models list» los muestra "
        "todos.",
        id=wish,
        near_en=f" Nearest: {', '.join(near)}." if near else "",
        near_es=f" Parecidos: {', '.join(near)}." if near else "",
    )


def ambiguous(wish: str, rows: Sequence[ModelRow]) -> InputError:
    """Return the error for an entry of which several quantizations are here."""
    return InputError(
        "models.ambiguous",
        en="Several of {id} are here: {ids}; nothing was changed. Say which.",
        es="Hay varios de {id}: {ids}; no se ha cambiado nada. Di cuál.",
        id=wish,
        ids=", ".join(row.id for row in rows),
    )


def not_here(row: ModelRow) -> InputError:
    """Return the error for a model that is not whole on this computer."""
    return InputError(
        "models.not_here",
        en="{id} is not whole on this computer; nothing was changed. “jarvis models download {id}” fetches it.",
        es="{id} no está completo en este equipo; no se cambió nada. «jarvis models download {id}» lo descarga.",
        id=row.id,
    )


def not_fetched(identity: str) -> InputError:
    """Return the error for a model that the catalogue does not have."""
    return InputError(
        "models.not_from_catalogue",
        en="{id} does not come from the list of models, so it can be neither fetched nor updated; nothing was changed.",
        es="{id} no viene de la lista de modelos, así que no se puede descargar ni actualizar; no se cambió nada.",
        id=identity,
    )


def no_ollama() -> EngineError:
    """Return the error for a wish of Ollama's where none is set up."""
    return EngineError(
        "ollama.none",
        en="No Ollama is set up; nothing was changed. Set its URL in the settings.",
        es="No hay ningún Ollama configurado; no se ha cambiado nada. Indica su URL en los ajustes.",
        retryable=False,
    )


def comes_with_jarvis(identity: str) -> InputError:
    """Return the error for removing what is a part of Jarvis."""
    return InputError(
        "models.bundled",
        en="{id} is a part of Jarvis and was kept. “jarvis models deactivate {id}” takes it out of service.",
        es="{id} forma parte de Jarvis y se conserva. «jarvis models deactivate {id}» lo retira del servicio.",
        id=identity,
    )


def bad_id(identity: str) -> InputError:
    """Return the error for an id that cannot be given."""
    return InputError(
        "models.bad_id",
        en="{id} cannot be a model's name; nothing was taken over. Use letters without accents, digits and . - _ / :, "
        "beginning with a letter or digit and not with “ollama/”.",
        es="{id} no puede ser el nombre de un modelo; no se incorporó nada. Usa letras sin tilde, cifras y . - _ / :, "
        "empezando por letra o cifra y no por «ollama/».",
        id=repr(identity),
    )


def taken_id(identity: str) -> InputError:
    """Return the error for an id that another model has."""
    return InputError(
        "models.id_taken",
        en="There is a model called {id} already; nothing was taken over. Choose another name.",
        es="Ya hay un modelo llamado {id}; no se incorporó nada. Elige otro nombre.",
        id=identity,
    )


def already_here(path: str, identity: str) -> InputError:
    """Return the error for taking over under a new name what is here under another."""
    return InputError(
        "models.already_here",
        en="{path} is here as {id} already; nothing was changed. To rename it, “jarvis models remove {id}” first: the "
        "files of a take-over are kept.",
        es="{path} ya está como {id}; no se cambió nada. Para cambiarle el nombre, primero «jarvis models remove "
        "{id}»: los ficheros incorporados se conservan.",
        path=path,
        id=identity,
    )
