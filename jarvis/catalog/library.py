"""All models together: what is known, here, in service; fetched, updated, taken over and removed by one door.

Steers running models only through `ModelRunner`. Knows nothing about how they run or where they are placed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC
from pathlib import Path

from jarvis.catalog.download import OnProgress, partial_bytes
from jarvis.catalog.entries import CatalogModel, Variant
from jarvis.catalog.gguf_header import split_parts
from jarvis.catalog.imports import imported_row, row_from_ollama
from jarvis.catalog.library_fetch import LibraryFetch
from jarvis.catalog.library_rows import available_row, cloud_row, on_disk, variants
from jarvis.catalog.library_sentences import (
    already_here,
    ambiguous,
    bad_id,
    comes_with_jarvis,
    not_fetched,
    not_here,
    taken_id,
    unknown,
)
from jarvis.catalog.model_folder import changing, first_weights, own_folder, places
from jarvis.catalog.ollama_place import FoundOllama
from jarvis.catalog.ollama_store import OllamaModel, OllamaStore
from jarvis.catalog.reconcile import reconcile
from jarvis.catalog.removal import Removal, delete_files
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError, InputError, JarvisError
from jarvis.contracts.models import ModelBook, ModelRow, ModelRunner
from jarvis.contracts.ports import Clock

_HERE = ("installed", "active", "inactive")
_ID = re.compile(r"[a-z0-9][a-z0-9.\-_/:]*")


class ModelLibrary:
    """The state of every model and everything that changes it.

    `ollama` is None without a daemon, and `look_for_ollama` finds where it answers now. `choose_variant` names the
    quantization to fetch where none was asked for. The hub gets `HF_TOKEN` from the environment, else what `token`
    returns.
    """

    def __init__(
        self,
        *,
        book: ModelBook,
        catalog: Callable[[], Sequence[CatalogModel]],
        folder: Path,
        runner: ModelRunner,
        ollama: OllamaStore | None,
        clock: Clock,
        token: Callable[[], str | None],
        choose_variant: Callable[[CatalogModel], Variant],
        look_for_ollama: Callable[[], FoundOllama] | None = None,
    ) -> None:
        self._book = book
        self._catalog = catalog
        self._folder = folder
        self._runner = runner
        self._ollama = ollama
        self._clock = clock
        self._choose = choose_variant
        self._look_for_ollama = look_for_ollama
        self._fetcher = LibraryFetch(
            book=book,
            folder=folder,
            runner=runner,
            ollama=ollama,
            clock=clock,
            token=lambda: os.environ.get("HF_TOKEN", "").strip() or token(),
            reconcile=self.reconcile,
        )
        self.ollama_failure: JarvisError | None = None
        self.ollama_found: FoundOllama | None = None

    def reconcile(self) -> None:
        """Compare the book with disk and daemon; where it answers is kept in `ollama_found`, why none does in
        `ollama_failure`."""
        found: list[OllamaModel] | None = [] if self._ollama is None else None
        self.ollama_failure = None
        if self._ollama is not None:
            try:
                found = self._in_ollama(self._ollama)
            except (EngineError, InputError) as error:
                self.ollama_failure = error
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        reconcile(self._book, self._catalog(), self._folder, found, self._clock)

    def rows(self) -> list[ModelRow]:
        """Every model there is to choose from, by id: the book's rows and what the catalogue offers besides."""
        models = self._catalog()
        found = {identity: available_row(*pair) for identity, pair in variants(models).items()}
        found.update({row.id: row for row in map(cloud_row, (each for each in models if each.in_cloud))})
        found.update({row.id: row for row in self._book.rows()})
        return [found[identity] for identity in sorted(found)]

    def find(self, wish: str) -> ModelRow:
        """Return the row that `wish` means: an id, or a catalogue entry of which one quantization is here or chosen.

        Raises `InputError` with the nearest known names, or with the quantizations when several are here.
        """
        rows = {row.id: row for row in self.rows()}
        if wish in rows:
            return rows[wish]
        lower = wish.lower()
        same = next((row for identity, row in rows.items() if identity.lower() == lower), None)
        if same is not None:
            return same
        entry = next((each for each in self._catalog() if each.id == lower), None)
        if entry is None:
            raise unknown(wish, [*rows, *(each.id for each in self._catalog())])
        if entry.in_cloud:
            return rows[f"{entry.provider}/{entry.api_model}"]
        of_entry = [row for row in rows.values() if row.id.rpartition(":")[0] == entry.id]
        here = [row for row in of_entry if row.state in _HERE]
        if len(here) > 1:
            raise ambiguous(wish, here)
        return here[0] if here else rows[f"{entry.id}:{self._choose(entry).quantization.lower()}"]

    def download(self, wish: str, *, cancel: CancelToken, on_progress: OnProgress) -> ModelRow:
        """Fetch a model, or go on where it stopped; returns its row. What is whole is not fetched again."""
        if wish.startswith("ollama/"):
            self._fetcher.pull(wish, cancel, on_progress)
            return self.find(wish if ":" in wish else f"{wish}:latest")
        row = self.find(wish)
        model, variant = self._variant(row.id)
        if row.state in _HERE and (variant.format == "bundled" or on_disk(model, variant, self._folder).whole):
            return row
        return self._fetcher.fetch(row, model, variant, cancel, on_progress)

    def update(self, wish: str, *, cancel: CancelToken, on_progress: OnProgress) -> bool:
        """Fetch the newest version; True if there was one. What runs is paused while the files change places."""
        row = self.find(wish)
        if row.source == "ollama":
            self._fetcher.pull(row.id, cancel, on_progress)
            return self.find(row.id).version != row.version
        model, variant = self._variant(row.id)
        if row.state not in _HERE:
            raise not_here(row)
        if variant.format == "bundled":
            return False
        return self._fetcher.update(row, model, variant, cancel, on_progress)

    def update_all(self, *, cancel: CancelToken, on_progress: OnProgress) -> dict[str, bool | JarvisError]:
        """Update everything that was fetched; one that fails does not stop the others."""
        done: dict[str, bool | JarvisError] = {}
        for row in self.rows():
            if row.source in ("catalogue", "ollama") and row.state in _HERE:
                try:
                    done[row.id] = self.update(row.id, cancel=cancel, on_progress=on_progress)
                except JarvisError as error:
                    done[row.id] = error
        return done

    def activate(self, wish: str) -> ModelRow:
        """Put a model into service; `InputError` for one that is not here."""
        row = self.find(wish)
        if row.source != "cloud" and row.state not in _HERE:
            raise not_here(row)
        return self._put(replace(row, state="active"))

    def deactivate(self, wish: str) -> ModelRow:
        """Take a model out of service and out of memory."""
        row = self.find(wish)
        if row.source != "cloud" and row.state not in _HERE:
            raise not_here(row)
        row = self._put(replace(row, state="inactive"))
        self._unload(row)
        return row

    def set_pinned(self, wish: str, pinned: bool) -> ModelRow:
        """Keep a model in memory whatever else wants its place, or no longer."""
        return self._put(replace(self.find(wish), pinned=pinned))

    def set_keep_alive(self, wish: str, minutes: float | None) -> ModelRow:
        """Unload it after `minutes` without a question; None is as the settings say."""
        return self._put(replace(self.find(wish), keep_alive_minutes=minutes))

    def take_over(self, source: str, identity: str | None = None) -> ModelRow:
        """Take over a file or folder where it lies, or "ollama/<name:tag>" from Ollama's store on this disk.

        Its id is `identity` (lower-cased; `InputError` for one that is taken or not allowed), else made of its name.
        What is here already is returned as it is.
        """
        rows = self.rows()
        taken = {row.id for row in rows} | {each.id for each in self._catalog()}
        wish = None if identity is None else _checked_id(identity)
        path = Path(source).expanduser()
        in_store = source.startswith("ollama/") and not path.exists()
        row = row_from_ollama(source.removeprefix("ollama/"), taken) if in_store else imported_row(path, taken)
        known = next((each for each in rows if each.path == row.path), None)
        if known is not None:
            if wish not in (None, known.id):
                raise already_here(row.path, known.id)
            return known
        if wish in {each.lower() for each in taken}:
            raise taken_id(wish or "")
        return self._put(row if wish is None else replace(row, id=wish))

    def removal(self, wish: str) -> Removal:
        """Say what `remove` would delete; files that another model here uses are kept."""
        row = self.find(wish)
        if row.source == "ollama":
            return Removal(id=row.id, paths=(), bytes=row.bytes, in_ollama=True)
        if row.source in ("import", "cloud"):
            return Removal(id=row.id, paths=(), bytes=0)
        if row.source == "folder":
            paths = [path for path in split_parts(Path(row.path)) if path.is_file()]
            return Removal(id=row.id, paths=tuple(paths), bytes=sum(path.stat().st_size for path in paths))
        model, variant = self._variant(row.id)
        if variant.format == "bundled":
            raise comes_with_jarvis(row.id)
        used = self._used_by_others(row.id)
        mine = [path for path in on_disk(model, variant, self._folder).here if path not in used]
        mine.sort(key=lambda path: path != first_weights(places(model, variant, self._folder)).target)
        size = sum(path.stat().st_size for path in mine) + partial_bytes(self._folder, row.id)
        return Removal(id=row.id, paths=tuple(mine), bytes=size)

    def remove(self, wish: str) -> int:
        """Delete a model and forget it; returns the bytes freed. A take-over's own files are never deleted."""
        plan = self.removal(wish)
        row = self.find(plan.id)
        self._unload(row)
        if row.source == "ollama" and self._ollama is not None:
            self._ollama.delete(row.id.removeprefix("ollama/"))
        elif row.source in ("catalogue", "folder"):
            with changing(self._folder, row.id):
                own = own_folder(*self._variant(row.id), self._folder) if row.source == "catalogue" else None
                delete_files(self._folder, row.id, plan.paths, own)
        self._book.remove(row.id)
        return plan.bytes

    def _in_ollama(self, ollama: OllamaStore) -> list[OllamaModel]:
        found = self.ollama_found = self._look_for_ollama() if self._look_for_ollama is not None else None
        if found is not None and found.trouble is not None:
            raise found.trouble
        return ollama.installed()

    def _used_by_others(self, identity: str) -> set[Path]:
        return {
            each.target
            for other, (model, variant) in variants(self._catalog()).items()
            if other != identity and on_disk(model, variant, self._folder).whole
            for each in places(model, variant, self._folder)
        }

    def _unload(self, row: ModelRow) -> None:
        if row.source == "ollama" and self._ollama is not None:
            self._ollama.unload(row.id.removeprefix("ollama/"))
        elif row.source != "cloud":
            self._runner.pause(row.id)
            self._runner.resume(row.id, load=False)

    def _variant(self, identity: str) -> tuple[CatalogModel, Variant]:
        pair = variants(self._catalog()).get(identity)
        if pair is None:
            raise not_fetched(identity)
        return pair

    def _put(self, row: ModelRow) -> ModelRow:
        row = replace(row, added_at=row.added_at or self._clock.now().astimezone(UTC))
        self._book.put(row)
        return row


def _checked_id(identity: str) -> str:
    wish = identity.strip().lower()
    if not _ID.fullmatch(wish) or wish.startswith("ollama/"):
        raise bad_id(identity)
    return wish
