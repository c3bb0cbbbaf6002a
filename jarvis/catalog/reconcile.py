"""Brings the rows of the model book into line with what is really on disk and in Ollama's care.

Ends what a dead process left half done: checked files are put in place, begun removals are ended, half downloads become
failures that say so. Downloads and loads nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from pathlib import Path

from jarvis.catalog.download import Fetched, finish_moves, partial_bytes
from jarvis.catalog.entries import CatalogModel, Variant
from jarvis.catalog.imports import folder_kind, gguf_row
from jarvis.catalog.library_rows import (
    available_row,
    damage,
    failed_row,
    installed_row,
    loose_rows,
    ollama_row,
    on_disk,
    recorded_bytes,
    variants,
)
from jarvis.catalog.model_folder import changing, is_changing, places, staging_folder
from jarvis.catalog.ollama_store import OllamaModel
from jarvis.catalog.removal import finish_removals
from jarvis.contracts.errors import AlreadyRunning, InputError, JarvisError
from jarvis.contracts.models import ModelBook, ModelRow
from jarvis.contracts.ports import Clock


def reconcile(
    book: ModelBook,
    models: Sequence[CatalogModel],
    folder: Path,
    ollama: Sequence[OllamaModel] | None,
    clock: Clock,
) -> None:
    """Mend the book. `ollama` None means that no daemon answered: its rows are left as they are."""
    finish_removals(folder)
    mending = _Mending(book, variants(models), folder, clock)
    mending.catalogue()
    mending.files({each.id for each in models})
    if ollama is not None:
        mending.daemon(ollama)


class _Mending:
    """One look at everything; `put` and `drop` keep the book and what was read of it the same."""

    def __init__(
        self, book: ModelBook, known: Mapping[str, tuple[CatalogModel, Variant]], folder: Path, clock: Clock
    ) -> None:
        self._book = book
        self._rows = {row.id: row for row in book.rows()}
        self._known = known
        self._folder = folder
        self._now = clock.now().astimezone(UTC)
        self._whole: set[Path] | None = None

    def catalogue(self) -> None:
        """Mend the rows of what the catalogue has."""
        for identity, (model, variant) in self._known.items():
            if variant.format == "bundled" or is_changing(self._folder, identity):
                continue
            seen = self._variant_row(identity, model, variant)
            if seen is not None:
                self._put(seen)
            elif identity in self._rows:
                self._drop(identity)

    def files(self, entries: set[str]) -> None:
        """Mend the rows of loose files and of take-overs, and add the loose ones that are new."""
        for found in list(self._rows.values()):
            row = found if found.source != "catalogue" or found.id in self._known else _orphan(found)
            if row.source == "folder" and not Path(row.path).is_file():
                self._drop(row.id)
            elif row.source in ("folder", "import"):
                self._put(_file_row(row))
        claimed = {Path(row.path) for row in self._rows.values() if row.path}
        for model, variant in self._known.values():
            claimed.update(each.target for each in places(model, variant, self._folder))
        for row in loose_rows(self._folder, claimed, set(self._rows) | set(self._known) | entries):
            self._put(row)

    def daemon(self, ollama: Sequence[OllamaModel]) -> None:
        """Mend the rows of what is in an Ollama daemon's care."""
        fresh = {row.id: row for row in map(ollama_row, ollama)}
        for identity, row in fresh.items():
            self._put(replace(_keep(row, self._rows.get(identity)), version=row.version))
        for identity in [row.id for row in self._rows.values() if row.source == "ollama" and row.id not in fresh]:
            self._drop(identity)

    def _put(self, row: ModelRow) -> None:
        if self._rows.get(row.id) != row and self._is_as_read(row.id):
            row = replace(row, added_at=row.added_at or self._now)
            self._book.put(row)
            self._rows[row.id] = row

    def _drop(self, identity: str) -> None:
        if self._is_as_read(identity):
            self._book.remove(identity)
            del self._rows[identity]

    def _is_as_read(self, identity: str) -> bool:
        """True unless somebody else wrote the row in the meantime: theirs is newer, and stays until the next look."""
        now, read = self._book.row(identity), self._rows.get(identity)
        if now is None or read is None or replace(now, loaded=None) == replace(read, loaded=None):
            return (now is None) == (read is None)
        self._rows[identity] = now
        return False

    def _variant_row(self, identity: str, model: CatalogModel, variant: Variant) -> ModelRow | None:
        row = self._rows.get(identity)
        staging = staging_folder(self._folder, identity)
        if staging.is_dir():
            try:
                with changing(self._folder, identity):
                    self._finish(identity, model, variant, staging)
            except AlreadyRunning:
                return row
        row = self._rows.get(identity)
        seen = on_disk(model, variant, self._folder)
        if seen.whole:
            return self._whole_row(model, variant, row)
        if partial_bytes(self._folder, identity):
            told = row is not None and row.state == "failed" and not row.path and row.failure_en
            return row if told else failed_row(_keep(available_row(model, variant), row), _interrupted(identity))
        if row is not None and seen.here and not self._of_whole_models().issuperset(seen.here):
            return failed_row(row, damage(model, variant, self._folder) or _interrupted(identity))
        told_why = row is not None and row.state == "failed" and not row.path and staging.is_dir()
        return row if told_why else None

    def _finish(self, identity: str, model: CatalogModel, variant: Variant, staging: Path) -> None:
        def put(fetched: Fetched) -> None:
            if on_disk(model, variant, self._folder).whole:
                row = _keep(installed_row(model, variant, self._folder), self._rows.get(identity))
                self._put(replace(row, version=fetched.version, sha256=fetched.sha256))

        finish_moves(self._folder, identity, places(model, variant, self._folder), put)
        row = self._rows.get(identity)
        if staging.is_dir() and not any(staging.iterdir()) and not (row is not None and row.state == "failed"):
            staging.rmdir()

    def _whole_row(self, model: CatalogModel, variant: Variant, row: ModelRow | None) -> ModelRow:
        fresh = _keep(installed_row(model, variant, self._folder), row)
        wrong = damage(model, variant, self._folder, row)
        if wrong is None:
            return fresh
        return failed_row(replace(fresh, bytes=max(fresh.bytes, recorded_bytes(row) if row else 0)), wrong)

    def _of_whole_models(self) -> set[Path]:
        if self._whole is None:
            self._whole = {
                each.target
                for model, variant in self._known.values()
                if on_disk(model, variant, self._folder).whole
                for each in places(model, variant, self._folder)
            }
        return self._whole


def _keep(fresh: ModelRow, row: ModelRow | None) -> ModelRow:
    """Return what is on disk with what the person and earlier downloads said of it."""
    if row is None:
        return fresh
    state = row.state if row.state in ("active", "inactive") else fresh.state
    return replace(
        fresh,
        state=state,
        sha256=row.sha256,
        version=row.version,
        pinned=row.pinned,
        keep_alive_minutes=row.keep_alive_minutes,
        added_at=row.added_at,
        used_at=row.used_at,
        loaded=row.loaded,
    )


def _file_row(row: ModelRow) -> ModelRow:
    """Return the row of a loose file or a take-over as it is now."""
    path = Path(row.path)
    if not path.exists():
        return failed_row(row, _vanished(row.id, path))
    state = "installed" if row.state == "failed" else row.state
    try:
        if row.engine == "llama.cpp":
            seen = gguf_row(path, row.id)
            return replace(row, state=state, bytes=seen.bytes, kind=seen.kind, failure_en="", failure_es="")
        if path.is_dir():
            folder_kind(path)
    except JarvisError as error:
        return failed_row(row, error)
    return replace(row, state=state, failure_en="", failure_es="")


def _orphan(row: ModelRow) -> ModelRow:
    """Return the row of a model that the catalogue no longer has: a loose file, or a folder that is only looked at."""
    return replace(row, source="import" if row.path and Path(row.path).is_dir() else "folder")


def _interrupted(identity: str) -> InputError:
    return InputError(
        "download.interrupted",
        en="The download of {id} was interrupted; what arrived is kept. “jarvis models download {id}” goes on.",
        es="La descarga de {id} se interrumpió; lo que llegó se conserva. «jarvis models download {id}» continúa.",
        id=identity,
    )


def _vanished(identity: str, path: Path) -> InputError:
    return InputError(
        "models.vanished",
        en="{path} of {id} is not there any more. Bring it back, or “jarvis models remove {id}”.",
        es="{path} de {id} ya no está ahí. Devuélvelo a su sitio, o «jarvis models remove {id}».",
        id=identity,
        path=path,
    )
