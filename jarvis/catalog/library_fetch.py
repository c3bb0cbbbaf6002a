"""Fetches and updates models for the library: from the hub into the models folder, or by an Ollama daemon.

Writes each step into the model book. Chooses nothing: it is told which variant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from pathlib import Path

from jarvis.catalog.checksums import matches
from jarvis.catalog.download import LEAST_SECONDS, Fetched, OnProgress, Progress, download
from jarvis.catalog.entries import CatalogModel, Variant
from jarvis.catalog.hub_failures import hub_sentences
from jarvis.catalog.hub_files import newest_commit, remote_file
from jarvis.catalog.library_rows import failed_row, installed_row
from jarvis.catalog.library_sentences import no_ollama
from jarvis.catalog.model_folder import is_changing, places, staging_folder
from jarvis.catalog.ollama_store import OllamaStore
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, JarvisError
from jarvis.contracts.models import ModelBook, ModelRow, ModelRunner
from jarvis.contracts.ports import Clock


class LibraryFetch:
    """What of a `ModelLibrary` fetches; `reconcile` is the library's own."""

    def __init__(
        self,
        *,
        book: ModelBook,
        folder: Path,
        runner: ModelRunner,
        ollama: OllamaStore | None,
        clock: Clock,
        token: Callable[[], str | None],
        reconcile: Callable[[], None],
    ) -> None:
        self._book = book
        self._folder = folder
        self._runner = runner
        self._ollama = ollama
        self._clock = clock
        self._token = token
        self._reconcile = reconcile

    def fetch(
        self,
        row: ModelRow,
        model: CatalogModel,
        variant: Variant,
        cancel: CancelToken,
        on_progress: OnProgress,
    ) -> ModelRow:
        """Fetch what is missing or damaged of a variant, or go on where it stopped; the row tells how it went."""
        if not is_changing(self._folder, row.id):
            self._put(replace(row, state="downloading", failure_en="", failure_es=""))
        try:
            return self._download(row, model, variant, cancel, on_progress, verify=row.state == "failed")
        except Cancelled:
            self._reconcile()
            raise
        except JarvisError as error:
            if error.code != "models.busy":
                # The folder keeps the failure in sight until it is repeated or cleared away.
                staging_folder(self._folder, row.id).mkdir(mode=0o700, parents=True, exist_ok=True)
                self._put(failed_row(row, error))
            raise

    def update(
        self,
        row: ModelRow,
        model: CatalogModel,
        variant: Variant,
        cancel: CancelToken,
        on_progress: OnProgress,
    ) -> bool:
        """Fetch the newest version; True if there was one. What runs is paused while the files change places."""
        if not self._is_newer(row, model, variant, cancel):
            return False
        was_loaded: list[bool] = []

        def pause() -> None:
            was_loaded.append(self._runner.pause(row.id))

        try:
            self._download(row, model, variant, cancel, on_progress, newer=True, before_moves=pause)
        finally:
            if was_loaded:
                self._runner.resume(row.id, load=was_loaded[0])
        return True

    def pull(self, identity: str, cancel: CancelToken, on_progress: OnProgress) -> None:
        """Let the daemon fetch or update "ollama/<name:tag>"."""
        if self._ollama is None:
            raise no_ollama()
        meter = _PullMeter(identity, self._clock, on_progress)
        self._ollama.pull(identity.removeprefix("ollama/"), cancel, meter.heard)
        self._reconcile()

    def _download(
        self,
        row: ModelRow,
        model: CatalogModel,
        variant: Variant,
        cancel: CancelToken,
        on_progress: OnProgress,
        *,
        newer: bool = False,
        verify: bool = False,
        before_moves: Callable[[], None] = lambda: None,
    ) -> ModelRow:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        rows: list[ModelRow] = []
        download(
            model,
            variant,
            self._folder,
            clock=self._clock,
            cancel=cancel,
            on_progress=on_progress,
            token=self._token,
            newer=newer,
            verify=verify,
            before_moves=before_moves,
            on_placed=lambda fetched: rows.append(self._put(self._whole(row, model, variant, fetched))),
        )
        return rows[-1]

    def _whole(self, row: ModelRow, model: CatalogModel, variant: Variant, fetched: Fetched) -> ModelRow:
        return replace(
            installed_row(model, variant, self._folder),
            state=row.state if row.state in ("active", "inactive") else "installed",
            sha256=fetched.sha256,
            version=fetched.version,
            pinned=row.pinned,
            keep_alive_minutes=row.keep_alive_minutes,
            added_at=row.added_at,
            used_at=row.used_at,
        )

    def _is_newer(self, row: ModelRow, model: CatalogModel, variant: Variant, cancel: CancelToken) -> bool:
        key = self._token()
        with hub_sentences(row.id, variant.repository, self._folder, with_token=bool(key)):
            commit = newest_commit(variant.repository, key, cancel)
            if commit == row.version:
                return False
            for each in places(model, variant, self._folder):
                remote = remote_file(variant.repository, each.file.name, commit, key, cancel)
                if each.target.stat().st_size != remote.size or not matches(each.target, remote.etag, cancel):
                    return True
        self._put(replace(row, version=commit))
        return False

    def _put(self, row: ModelRow) -> ModelRow:
        row = replace(row, added_at=row.added_at or self._clock.now().astimezone(UTC))
        self._book.put(row)
        return row


class _PullMeter:
    """Turns the daemon's bytes into progress with a rate since the first report."""

    def __init__(self, identity: str, clock: Clock, on_progress: OnProgress) -> None:
        self._identity = identity
        self._clock = clock
        self._on_progress = on_progress
        self._began = clock.monotonic()
        self._had: int | None = None

    def heard(self, done: int, total: int) -> None:
        """Report."""
        self._had = done if self._had is None else self._had
        seconds = self._clock.monotonic() - self._began
        rate = (done - self._had) / seconds if seconds >= LEAST_SECONDS else 0.0
        self._on_progress(
            Progress(
                model=self._identity,
                file=self._identity.removeprefix("ollama/"),
                done_bytes=done,
                total_bytes=total,
                bytes_per_second=rate,
                seconds_left=(total - done) / rate if rate > 0 else None,
            )
        )
