"""Rows for what the catalogue, the models folder and an Ollama daemon have. Reads files, writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jarvis.catalog.entries import CatalogModel, Variant
from jarvis.catalog.gguf_header import split_parts
from jarvis.catalog.imports import architecture_of, gguf_row, unique_id
from jarvis.catalog.model_folder import first_weights, identity_of, model_path, places
from jarvis.catalog.ollama_store import OllamaModel
from jarvis.contracts.errors import InputError, JarvisError
from jarvis.contracts.models import ModelRow


@dataclass(frozen=True, kw_only=True, slots=True)
class OnDisk:
    """What lies in the models folder of one variant: nothing, some files, or all of them."""

    here: tuple[Path, ...]
    missing: tuple[Path, ...]

    @property
    def whole(self) -> bool:
        """True when every file is there."""
        return not self.missing


def variants(models: Sequence[CatalogModel]) -> dict[str, tuple[CatalogModel, Variant]]:
    """Return every local variant by its id."""
    return {identity_of(model, variant): (model, variant) for model in models for variant in model.variants}


def available_row(model: CatalogModel, variant: Variant) -> ModelRow:
    """Return the row of a variant that is not here; what is bundled with Jarvis is installed."""
    bundled = variant.format == "bundled"
    return ModelRow(
        id=identity_of(model, variant),
        kind=model.kind,
        engine=variant.engines[0],
        source="catalogue",
        state="installed" if bundled else "available",
        quantization=variant.quantization,
        bytes=0 if bundled else variant.bytes,
    )


def cloud_row(model: CatalogModel) -> ModelRow:
    """Return the row of a model behind an API, not in service until it is activated."""
    known = model.provider if model.provider in ("anthropic", "google") else "openai"
    return ModelRow(
        id=f"{model.provider}/{model.api_model}", kind=model.kind, engine=known, source="cloud", state="available"
    )


def ollama_row(model: OllamaModel) -> ModelRow:
    """Return the row of a model in a daemon's care."""
    return ModelRow(
        id=f"ollama/{model.name}",
        kind="embedding" if "embed" in model.name else "text",
        engine="ollama",
        source="ollama",
        state="installed",
        quantization=model.quantization,
        bytes=model.bytes,
        version=model.digest,
    )


def on_disk(model: CatalogModel, variant: Variant, folder: Path) -> OnDisk:
    """Say which of a variant's files are in `folder`."""
    targets = [each.target for each in places(model, variant, folder)]
    here = tuple(target for target in targets if target.is_file())
    return OnDisk(here=here, missing=tuple(target for target in targets if target not in here))


def damage(model: CatalogModel, variant: Variant, folder: Path, row: ModelRow | None = None) -> JarvisError | None:
    """Return what is wrong with a variant's files, None when nothing is: missing, too short, a GGUF header.

    Their size is judged by `row` once it was seen here, and by the catalogue until a download told the version.
    """
    placed = places(model, variant, folder)
    sizes = {each.target: each.target.stat().st_size if each.target.is_file() else 0 for each in placed}
    identity = identity_of(model, variant)
    for each in placed:
        promised = each.file.bytes if not each.file.approximate and not (row and row.version) else 1
        if not sizes[each.target]:
            return _incomplete(identity, each.target)
        if sizes[each.target] < promised:
            return _shorter(identity, each.target.name, sizes[each.target], promised)
    here = sum(sizes.values())
    if row is not None and here < recorded_bytes(row):
        return _shorter(identity, first_weights(placed).target.name, here, row.bytes)
    if variant.format != "gguf" or not placed:
        return None
    try:
        architecture_of(first_weights(placed).target)
    except JarvisError as error:
        return error
    return None


def recorded_bytes(row: ModelRow) -> int:
    """Return how many bytes were seen whole in a row's place, 0 where none were."""
    return row.bytes if row.path and row.state != "downloading" else 0


def loose_rows(folder: Path, known: set[Path], taken: set[str]) -> list[ModelRow]:
    """Return rows for GGUF files in `folder` and one level below that belong to nothing else; damaged ones failed."""
    rows: list[ModelRow] = []
    files = [*folder.glob("*.gguf"), *folder.glob("*/*.gguf")]
    for path in sorted(path for path in files if path.is_file() and path.parent.name != ".partial"):
        parts = split_parts(path)
        if parts[0] != path or path in known:
            continue
        identity = unique_id(path.stem, taken)
        try:
            row = gguf_row(path, identity)
        except JarvisError as error:
            if error.code == "import.projector":
                continue
            row = failed_row(
                ModelRow(id=identity, kind="text", engine="llama.cpp", source="folder", state="failed"), error
            )
            row = with_path(row, path)
        taken.add(identity)
        rows.append(with_source(row))
    return rows


def failed_row(row: ModelRow, error: JarvisError) -> ModelRow:
    """Return `row` as failed, with the error's sentences."""
    return replace(row, state="failed", failure_en=error.sentence("en"), failure_es=error.sentence("es"))


def with_path(row: ModelRow, path: Path | None) -> ModelRow:
    """Return `row` with its file or folder."""
    return replace(row, path="" if path is None else str(path))


def with_source(row: ModelRow) -> ModelRow:
    """Return `row` as found in the models folder."""
    return replace(row, source="folder")


def installed_row(model: CatalogModel, variant: Variant, folder: Path) -> ModelRow:
    """Return the row of a variant that is whole in `folder`."""
    row = with_path(available_row(model, variant), model_path(model, variant, folder))
    size = sum(each.target.stat().st_size for each in places(model, variant, folder))
    return replace(row, state="installed", bytes=size)


def _incomplete(identity: str, missing: Path) -> InputError:
    return InputError(
        "models.incomplete",
        en="{file} of {id} is missing or empty; the other files are kept. “jarvis models download {id}” mends it.",
        es="Falta {file} de {id} o está vacío; los demás ficheros se conservan. «jarvis models download {id}» lo "
        "arregla.",
        id=identity,
        file=missing.name,
    )


def _shorter(identity: str, file: str, here: int, promised: int) -> InputError:
    return InputError(
        "models.too_short",
        en="{file} of {id} has {here} bytes where {promised} are wanted, so it is damaged and not used; it was kept. "
        "“jarvis models download {id}” mends it.",
        es="{file} de {id} tiene {here} bytes donde hacen falta {promised}: está dañado y no se usa; se conserva. "
        "«jarvis models download {id}» lo arregla.",
        id=identity,
        file=file,
        here=here,
        promised=promised,
    )
