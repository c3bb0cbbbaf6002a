"""The list of models in `models.json` and the person's own beside it, read and checked.

A complaint names the file, the line and the field, and says what is allowed. Knows nothing about what is on disk.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from jarvis.catalog.complaints import complaint, json_complaint, json_line
from jarvis.catalog.entries import Catalog, CatalogModel, Variant
from jarvis.catalog.json_place import line_of
from jarvis.contracts.errors import InputError

__all__ = [
    "LARGEST_BYTES",
    "CatalogModel",
    "Merged",
    "Variant",
    "catalog_file",
    "find_model",
    "load_all",
    "load_catalog",
    "merged",
]

LARGEST_BYTES = 10_000_000
"""A list longer than this is refused unread; the bundled one has less than half a megabyte."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """Both lists as one. `added` and `replaced` are the ids that the person's own file brought in."""

    models: tuple[CatalogModel, ...]
    added: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()


def catalog_file() -> Path:
    """Return `models.json`: inside the package when installed, at the top of a clone otherwise."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "models.json"
    return inside if inside.is_file() else package.parent / "models.json"


def load_catalog(file: Path) -> tuple[CatalogModel, ...]:
    """Return the models of `file`; `InputError` names the line and the field that is wrong."""
    text = _text(file)
    raw = _parsed(file, text)
    try:
        models = Catalog.model_validate_json(text).models
    except ValidationError as error:
        first = error.errors()[0]
        path = tuple(first["loc"])
        en, es = complaint(first)
        line = json_line(first) or line_of(text, path)
        raise _wrong(file, line, _field(raw, path), en, es) from error
    _check_ids(file, text, models)
    return models


def load_all(catalog_file: Path, user_file: Path) -> tuple[CatalogModel, ...]:
    """Return the models of both files, those of `user_file` in place of bundled ones with the same id.

    A missing `user_file` is the normal case. Raises what `load_catalog` raises.
    """
    return merged(catalog_file, user_file).models


def merged(catalog_file: Path, user_file: Path) -> Merged:
    """Like `load_all`, and says which ids the person's own file added or replaced."""
    bundled = load_catalog(catalog_file)
    if not user_file.exists():
        return Merged(models=bundled)
    own = {model.id: model for model in load_catalog(user_file)}
    known = {model.id for model in bundled}
    return Merged(
        models=tuple(own.get(model.id, model) for model in bundled)
        + tuple(model for identity, model in own.items() if identity not in known),
        added=tuple(identity for identity in own if identity not in known),
        replaced=tuple(identity for identity in own if identity in known),
    )


def find_model(models: tuple[CatalogModel, ...], identity: str) -> CatalogModel:
    """Return the model called `identity`; `InputError` lists the known ones."""
    for model in models:
        if model.id == identity:
            return model
    raise InputError(
        "catalog.unknown",
        en="There is no model called {id} in the list; nothing was fetched. Known: {known}.",
        es="No hay ningún modelo llamado {id} en la lista; no se descargó nada. Conocidos: {known}.",
        id=identity,
        known=", ".join(model.id for model in models),
    )


def _text(file: Path) -> str:
    try:
        size = file.stat().st_size
        if size > LARGEST_BYTES:
            raise InputError(
                "catalog.too_large",
                en="{file} has {size} bytes; a list of models may have {most}. It was not read.",
                es="{file} ocupa {size} bytes; una lista de modelos puede ocupar {most}. No se leyó.",
                file=file,
                size=size,
                most=LARGEST_BYTES,
            )
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        en, es = "it is not UTF-8 text; save it as UTF-8", "no es texto UTF-8; guárdalo como UTF-8"
        raise _wrong(file, line, "file", en, es) from error
    except OSError as error:
        raise InputError(
            "catalog.unreadable",
            en="The list of models {file} cannot be read: {why}. Mend its path or permissions.",
            es="No se puede leer la lista de modelos {file}: {why}. Corrige su ruta o sus permisos.",
            file=file,
            why=error.strerror or type(error).__name__,
        ) from error


def _parsed(file: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise _wrong(file, error.lineno, "file", *json_complaint(error)) from error
    except (RecursionError, ValueError) as error:
        en = "it is nested too deeply or has a number of too many digits"
        es = "tiene demasiados niveles o un número de demasiadas cifras"
        raise _wrong(file, 1, "file", en, es) from error


def _check_ids(file: Path, text: str, models: tuple[CatalogModel, ...]) -> None:
    seen: dict[str, int] = {}
    for index, model in enumerate(models):
        if model.id in seen:
            path = ("models", index, "id")
            first = line_of(text, ("models", seen[model.id], "id"))
            en = f'"{model.id}" is already used on line {first}; every id must be different'
            es = f'"{model.id}" ya se usa en la línea {first}; cada id debe ser distinto'
            raise _wrong(file, line_of(text, path), f"models[{index}].id", en, es)
        seen[model.id] = index


def _field(raw: Any, path: tuple[str | int, ...]) -> str:
    """Return such as `models[3] (qwen3-8b).variants[0].files`."""
    shown = ""
    for part in path:
        try:
            raw = raw[part]
        except (KeyError, IndexError, TypeError):
            raw = None
        if isinstance(part, str):
            shown += f".{part}" if shown else part
        else:
            name = raw.get("id") if shown == "models" and isinstance(raw, dict) else None
            shown += f"[{part}]" + (f" ({name})" if isinstance(name, str) else "")
    return shown or "file"


def _wrong(file: Path, line: int, field: str, en: str, es: str) -> InputError:
    return InputError(
        "catalog.invalid",
        en="{file}, line {line}, {field}: {what_en}. Nothing of that list is used until it is mended.",
        es="{file}, línea {line}, {field}: {what_es}. No se usa nada de esa lista hasta corregirla.",
        file=file,
        line=line,
        field=field,
        what_en=en,
        what_es=es,
    )
