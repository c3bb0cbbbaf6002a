"""Deletes a model's files so that a crash in the middle leaves nothing that looks like a model.

What is to go is written down first; `finish_removals` ends what a dead process began. Knows nothing of rows.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jarvis.catalog.model_folder import PARTIAL, changing, clear_staging, noted, save_note, staging_folder
from jarvis.contracts.errors import AlreadyRunning

_NOTE = "removal.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Removal:
    """What removing a model would delete; `paths` is empty for what Jarvis does not own, and `bytes` is then 0."""

    id: str
    paths: tuple[Path, ...]
    bytes: int
    in_ollama: bool = False


def delete_files(folder: Path, identity: str, paths: Sequence[Path], own: Path | None = None) -> None:
    """Delete `paths` below `folder`, then all of `own` and what is half-fetched, and folders that are empty then.

    The caller holds `changing`.
    """
    below = {path.parent for path in paths if path.parent != folder}
    note = {
        "id": identity,
        "files": [path.relative_to(folder).as_posix() for path in paths],
        "own": "" if own is None else own.relative_to(folder).as_posix(),
        "emptied": sorted(path.relative_to(folder).as_posix() for path in below),
    }
    save_note(folder, identity, _NOTE, note)
    finish_removal(folder, identity)


def finish_removal(folder: Path, identity: str) -> bool:
    """End a removal that was begun, also by a dead process; True if there was one. The caller holds `changing`."""
    note = noted(staging_folder(folder, identity), _NOTE)
    if note is None:
        return False
    for name in note["files"]:
        (folder / name).unlink(missing_ok=True)
    if note["own"] and (folder / note["own"]).is_dir():
        shutil.rmtree(folder / note["own"])
    for name in note["emptied"]:
        if (folder / name).is_dir() and not any((folder / name).iterdir()):
            (folder / name).rmdir()
    clear_staging(folder, identity, _NOTE)
    return True


def finish_removals(folder: Path) -> None:
    """End every removal that a dead process left; those of living ones are theirs."""
    for path in sorted((folder / PARTIAL).glob(f"*/{_NOTE}")):
        note = noted(path.parent, _NOTE)
        if note is None:
            continue
        try:
            with changing(folder, note["id"]):
                finish_removal(folder, note["id"])
        except AlreadyRunning:
            continue  # somebody is at it now
