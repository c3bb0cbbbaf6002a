"""The list of models in `models.json`, read and checked. Knows nothing about what is on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jarvis.contracts.errors import InputError, Language


class CatalogModel(BaseModel):
    """One model that can be fetched. `approximate_mb` is 10^6 bytes, for display before the hub is asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.\-]*$")
    kind: Literal["text", "recognition", "voice"]
    about_en: str = Field(min_length=1)
    about_es: str = Field(min_length=1)
    repository: str = Field(pattern=r"^[\w.\-]+/[\w.\-]+$")
    files: tuple[str, ...] = Field(min_length=1)
    approximate_mb: int = Field(gt=0)
    licence: str
    languages: tuple[Language, ...]

    def paths(self, folder: Path) -> list[Path]:
        """Return where its files go below the models folder: recognition models in a folder of their own."""
        base = folder / self.id if self.kind == "recognition" else folder
        return [base / Path(name).name for name in self.files]

    def installed(self, folder: Path) -> bool:
        """True if every file is there."""
        return all(path.is_file() for path in self.paths(folder))


class _Catalog(BaseModel):
    model_config = ConfigDict(extra="forbid")
    models: tuple[CatalogModel, ...]


def catalog_file() -> Path:
    """Return `models.json`: inside the package when installed, at the top of a clone otherwise."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "models.json"
    return inside if inside.is_file() else package.parent / "models.json"


def load_catalog(file: Path) -> tuple[CatalogModel, ...]:
    """Return the models of `file`; `InputError` names the field that is wrong."""
    try:
        return _Catalog.model_validate_json(file.read_bytes()).models
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            "catalog.invalid",
            en="{file} is not a valid list of models: {where}: {what}. Mend that field.",
            es="{file} no es una lista de modelos válida: {where}: {what}. Corrige ese campo.",
            file=file,
            where=".".join(str(part) for part in first["loc"]) or "file",
            what=first["msg"],
        ) from error


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
