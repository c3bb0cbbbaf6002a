"""Where a variant's files go in the models folder, and who is changing them now.

GGUF files lie loose; what comes as several files or with a vision file has a folder of its own; voices lie loose as
Piper names them. Names come from outside and never lead out of the folder. Fetches nothing.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from filelock import FileLock, Timeout

from jarvis.catalog.entries import CatalogModel, ModelFile, Variant
from jarvis.contracts.errors import AlreadyRunning, InputError

PARTIAL = ".partial"
"""The folder below the models folder where unfinished work lies; nothing looks for models there."""

_LOOK_SECONDS = 0.3
"""How long somebody who only looks whether files are being changed may have the lock."""

_SPECIAL = frozenset('\\:*?"<>|')


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacedFile:
    """A file of a variant and where it goes."""

    file: ModelFile
    target: Path


def identity_of(entry: CatalogModel, variant: Variant) -> str:
    """Return the id of an installed variant, such as "qwen2.5-7b:q4_k_m"."""
    return f"{entry.id}:{variant.quantization.lower()}"


def places(entry: CatalogModel, variant: Variant, folder: Path) -> list[PlacedFile]:
    """Return where each file goes below `folder`, in the catalogue's order; empty for what comes with Jarvis.

    Raises `InputError` (code `catalog.bad_file_name`) for a name that would lead elsewhere, or for two of one name.
    """
    if variant.format == "bundled":
        return []
    base = folder / _subfolder(entry, variant)
    flat = variant.format in ("gguf", "ctranslate2") or entry.kind in ("voice", "recognition", "wake", "turn")
    placed = []
    for file in variant.files:
        name = _checked(file.name, entry)
        placed.append(PlacedFile(file=file, target=base / (name.name if flat else name)))
    if len({each.target for each in placed}) != len(placed):
        raise _bad_name(entry, variant.files[0].name)
    return placed


def first_weights(placed: list[PlacedFile]) -> PlacedFile:
    """Return the file whose presence makes the model visible: the first one of weights."""
    return next((each for each in placed if each.file.role == "weights"), placed[0])


def model_path(entry: CatalogModel, variant: Variant, folder: Path) -> Path | None:
    """Return what an engine opens: the first GGUF or voice file, else the folder; None for what is bundled."""
    placed = places(entry, variant, folder)
    if not placed:
        return None
    if variant.format == "gguf" or entry.kind == "voice":
        return first_weights(placed).target
    return folder / _subfolder(entry, variant)


def own_folder(entry: CatalogModel, variant: Variant, folder: Path) -> Path | None:
    """Return the folder that only this variant uses, None when its files lie beside others."""
    below = _subfolder(entry, variant)
    return folder / below if below == f"{entry.id}-{variant.quantization.lower()}" else None


def staging_folder(folder: Path, identity: str) -> Path:
    """Return where the unfinished files of `identity` lie."""
    return folder / PARTIAL / _safe(identity)


def save_note(folder: Path, identity: str, name: str, note: Mapping[str, Any]) -> None:
    """Write down what is about to be done with the files of `identity`, whole or not at all, to outlive a crash."""
    staging = staging_folder(folder, identity)
    staging.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (staging / f"{name}.new").open("w", encoding="utf-8") as file:
        json.dump(note, file)
        file.flush()
        os.fsync(file.fileno())
    (staging / f"{name}.new").replace(staging / name)


def noted(staging: Path, name: str) -> dict[str, Any] | None:
    """Return what `save_note` wrote, None where there is nothing (whole)."""
    try:
        found = json.loads((staging / name).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def clear_staging(folder: Path, identity: str, note: str) -> None:
    """Remove the unfinished files of `identity`, what `save_note` wrote as `note` last of all.

    Half-fetched bytes that outlived it would look like an interrupted download.
    """
    staging = staging_folder(folder, identity)
    for each in staging.iterdir():
        if each.is_dir():
            shutil.rmtree(each)
        elif each.name != note:
            each.unlink()
    (staging / note).unlink()
    staging.rmdir()


@contextmanager
def changing(folder: Path, identity: str, seconds: float = _LOOK_SECONDS) -> Iterator[None]:
    """Hold the files of `identity` against every other process and thread; the lock ends with the process.

    Raises `AlreadyRunning` (code `models.busy`) when somebody else changes them now.
    """
    (folder / PARTIAL).mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(folder / PARTIAL / f"{_safe(identity)}.lock", thread_local=False)
    try:
        lock.acquire(timeout=seconds, poll_interval=0.02)
    except Timeout as error:
        raise AlreadyRunning(
            "models.busy",
            en="{id} is being fetched, updated or removed by another Jarvis; nothing was started. Wait for that one.",
            es="Otro Jarvis está descargando, actualizando o borrando {id}; no se empezó nada. Espera a que acabe.",
            id=identity,
        ) from error
    try:
        yield
    finally:
        lock.release()


def is_changing(folder: Path, identity: str) -> bool:
    """True while a living process changes the files of `identity`."""
    if not (folder / PARTIAL / f"{_safe(identity)}.lock").exists():
        return False
    try:
        with changing(folder, identity, 0.0):
            return False
    except AlreadyRunning:
        return True


def _subfolder(entry: CatalogModel, variant: Variant) -> str:
    if entry.kind in ("recognition", "embedding", "reranker", "wake", "turn"):
        return entry.id
    if entry.kind == "voice":
        return ""
    if variant.format == "gguf":
        # Vision files of different models often have the same name.
        return entry.id if any(file.role == "projector" for file in variant.files) else ""
    return f"{entry.id}-{variant.quantization.lower()}"


def _checked(name: str, entry: CatalogModel) -> PurePosixPath:
    path = PurePosixPath(name)
    wrong = path.is_absolute() or any(part == ".." or part.startswith(".") for part in path.parts) or not path.parts
    if wrong or any(letter in _SPECIAL or ord(letter) < 32 for letter in name):
        raise _bad_name(entry, name)
    return path


def _bad_name(entry: CatalogModel, name: str) -> InputError:
    return InputError(
        "catalog.bad_file_name",
        en="The list of models gives {id} the file name {name}, which is not allowed; nothing was written. Mend that "
        "entry: plain names, each once, no “..”.",
        es="La lista de modelos da a {id} el nombre de fichero {name}, que no se admite; no se escribió nada. Corrige "
        "esa entrada: nombres simples, cada uno una vez, sin «..».",
        id=entry.id,
        name=repr(name),
    )


def _safe(identity: str) -> str:
    return "".join(letter if letter.isalnum() or letter in ".-_" else "~" for letter in identity)
