"""Remembers what stands in the person's files: reads folders, keeps up with their changes, and tells what became of
every file.

One reading at a time, in this process and in all others; a reading that was asked for goes before one that follows
changes. Nothing is parsed here: a child does it. Knows neither search nor windows.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import AlreadyRunning, Cancelled, InputError
from jarvis.contracts.memory import FileReport, IngestProgress, MemoryPrivacy, WatchedFolder
from jarvis.contracts.ports import Clock
from jarvis.documents.kinds import reader_of
from jarvis.documents.reading import DocumentReader
from jarvis.documents.reasons import reason
from jarvis.documents.walk import reachable
from jarvis.memory.folder_pass import FolderPass
from jarvis.memory.follow import Follower, Following
from jarvis.processes.instance import InstanceLock, single_instance
from jarvis.storage.documents import (
    APART,
    Document,
    FolderForgotten,
    FolderRow,
    SqliteDocuments,
    lies_in,
    path_text,
)

_LOCK = "documents"
_PATIENCE_SECONDS = 20.0
"""How long another process' reading is waited for."""

_LOOK_SECONDS = 0.1


class DocumentKeeper:
    """Reads files and folders into the memory; safe to use from several threads.

    `own` is Jarvis' data folder, which is never read, `run_folder` where the lock between processes lies.
    `settle_seconds` is how long a changed file must rest before it is read, `rescan_seconds` how often a followed
    folder is looked through as a whole. `added` is called whenever a reading changed anything.
    """

    def __init__(
        self,
        *,
        documents: SqliteDocuments,
        reader: DocumentReader,
        clock: Clock,
        own: Path,
        run_folder: Path,
        settle_seconds: float = 2.0,
        rescan_seconds: float = 1800.0,
        added: Callable[[], None] = lambda: None,
    ) -> None:
        self._documents = documents
        self._reader = reader
        self._clock = clock
        self._own = own.resolve()
        self._run_folder = run_folder
        self._added = added
        self._turn = threading.Lock()
        self._asked = 0
        self._asking = threading.Lock()
        self._follower = Follower(
            look=self._look, settle_seconds=settle_seconds, rescan_seconds=rescan_seconds, own=self._own
        )

    def ingest(
        self, path: Path, *, watch: bool, privacy: MemoryPrivacy, cancel: CancelToken | None = None
    ) -> Iterator[IngestProgress]:
        """Read a file or folder, only what changed since; yields while counting, and after every file.

        Raises `InputError` for what cannot be read at all, `AlreadyRunning` while another process reads, `EngineError`
        where no child starts, and `Cancelled`: what was read before is kept.
        """
        path = self._checked(path)
        with self._asked_for(), self._reading(cancel):
            folder, below = self._registered(path, watch, privacy)
            self._follower.folders(self._watched())
            self._mend(folder)
            parts = [(folder, below)]
            parts += [(row, None) for row in self._documents.folders() if row.id != folder.id and _in(row, path)]
            passes = [(self._pass(row, cancel), part) for row, part in parts]
            total = 0
            for one, part in passes:
                before = total
                for counted in one.count(part):
                    total = before + counted
                    yield IngestProgress(done=0, total=None)
            done = 0
            for one, part in passes:
                for report in one.run(part):
                    done += 1
                    yield IngestProgress(done=done, total=max(total, done), report=report)
            self._documents.drop_old_gone()
        self._added()

    def folders(self) -> list[WatchedFolder]:
        """Return the folders and files that were read, with their counts."""
        return self._documents.watched_folders()

    def files(self, folder: Path) -> list[FileReport]:
        """Return what became of every file of a folder; nothing for one that was never read."""
        return self._documents.reports(_absolute(folder))

    def set_watched(self, folder: Path, watched: bool) -> None:
        """Follow a folder's changes, or no longer; `InputError` for one that was never read."""
        if not self._documents.set_watched(_absolute(folder), watched):
            raise _unknown(folder)
        self._follower.folders(self._watched())

    def set_privacy(self, folder: Path, privacy: MemoryPrivacy) -> None:
        """Say whether a folder's pieces may leave this computer, now and from now on; `InputError` as above."""
        if not self._documents.set_privacy(_absolute(folder), privacy):
            raise _unknown(folder)
        self._added()

    def seqs_of(self, folder: Path) -> list[int]:
        """Return the numbers of a folder's pieces: what `forget_folder` would take away."""
        return self._documents.seqs_of(_absolute(folder))

    def forget_folder(self, folder: Path) -> list[int]:
        """Forget a folder, its files and their pieces, and no longer follow it; returns the pieces' numbers."""
        seqs = self._documents.forget_folder(_absolute(folder))
        self._follower.folders(self._watched())
        return seqs

    def follow(self) -> None:
        """Follow the watched folders on a thread of its own, from what they are now on; twice is the same as once."""
        self._follower.start(self._watched())

    def following(self) -> list[Following]:
        """Return how each watched folder is followed, with a sentence where it is not as it should be; of one that
        this process does not follow only whether it is there."""
        known = {one.path: one for one in self._follower.following()}
        found = [known.get(path, Following(path=path, how="waiting")) for path in self._watched()]
        return [replace(one, how="missing") if one.how == "waiting" and _is_gone(one.path) else one for one in found]

    def stop(self) -> None:
        """Stop following, at once, even in the middle of a file; a reading that was asked for goes on."""
        self._follower.stop()

    def _checked(self, path: Path) -> Path:
        path = _absolute(path)
        known = any(row.path == path_text(path) for row in self._documents.folders())
        if path == self._own or self._own in path.parents:
            raise InputError(
                "memory.own_folder",
                en="{path} is Jarvis' own data folder, which is never read as documents; nothing was changed.",
                es="{path} es la carpeta de datos de Jarvis, que nunca se lee como documentos; no se cambió nada.",
                path=path_text(path),
            )
        if path_text(path) != str(path) or (not known and not (path.is_dir() or path.is_file())):
            raise InputError(
                "memory.no_folder",
                en="There is no file or folder {path} that Jarvis can read; nothing was changed. Check the path.",
                es="No hay fichero ni carpeta {path} que Jarvis pueda leer; no se cambió nada. Revisa la ruta.",
                path=path_text(path),
            )
        if not known and path.is_file() and reader_of(path.name) is None:
            why = reason("kind", suffix=path.suffix or path.name)
            raise InputError("memory.kind", en=_literal(why.sentence("en")), es=_literal(why.sentence("es")))
        return path

    def _registered(self, path: Path, watch: bool, privacy: MemoryPrivacy) -> tuple[FolderRow, Path | None]:
        """Return the folder that a path is read with, and the part of it; it becomes one of its own unless it lies in
        one that would treat it the same."""
        text = path_text(path)
        rows = self._documents.folders()
        around = [row for row in rows if row.path != text and lies_in(text, row.path)]
        if around and not any(row.path == text for row in rows):
            outer = max(around, key=lambda row: len(row.path))
            known = self._documents.document(outer, text)
            apart = known is not None and known.document.reader == APART
            usual = not apart and reachable(Path(outer.path), path, lambda _: False)
            if usual and outer.privacy == privacy and outer.watched >= watch:
                return outer, path
        why = reason("apart")
        mark = Document(
            path=text,
            digest="-apart",
            reader=APART,
            state="skipped",
            why_en=why.sentence("en"),
            why_es=why.sentence("es"),
        )
        return self._documents.put_folder(path, watch, privacy, mark), None

    def _pass(self, folder: FolderRow, cancel: CancelToken | None) -> FolderPass:
        return FolderPass(
            documents=self._documents,
            reader=self._reader,
            folder=folder,
            apart=frozenset(row.path for row in self._documents.folders()),
            own=self._own,
            now=self._clock.now(),
            cancel=cancel,
        )

    def _mend(self, coming: FolderRow) -> None:
        """Drop the pieces of files whose reading was interrupted, besides those that are read again right now."""
        for folder, row in self._documents.unfinished():
            if folder.id != coming.id:
                pieces = [seq for seq, _, _ in self._documents.pieces(row.id)]
                self._documents.put(folder, row.document, self._documents.new_stamp(), drop=pieces)

    def _watched(self) -> list[Path]:
        return [Path(row.path) for row in self._documents.folders() if row.watched]

    def _look(self, root: Path, changed: Sequence[Path] | None, cancel: CancelToken) -> list[FileReport]:
        """Bring one followed folder up to date, all of it or what changed; stops early when a reading is asked for.

        Returns what became of the files; `Cancelled` where it has to be done again.
        """
        row = next((row for row in self._documents.folders() if row.path == path_text(root)), None)
        if row is None or not row.watched:
            # Forgotten, or no longer watched, by way of another process or the desk.
            self._follower.folders(self._watched())
            return []
        reports: list[FileReport] = []
        with self._reading(cancel):
            self._mend(row)
            for part in changed if changed is not None else (None,):
                for report in self._pass(row, cancel).run(part):
                    reports += [report] if report is not None else []
                    if self._asked:
                        raise Cancelled("another reading was asked for")
        if reports:
            self._added()
        return reports

    @contextmanager
    def _asked_for(self) -> Iterator[None]:
        with self._asking:
            self._asked += 1
        try:
            yield
        finally:
            with self._asking:
                self._asked -= 1

    @contextmanager
    def _reading(self, cancel: CancelToken | None) -> Iterator[None]:
        """Have the turn, among the threads and the processes; a folder that is forgotten meanwhile ends the reading."""
        while not self._turn.acquire(timeout=_LOOK_SECONDS):
            if cancel is not None:
                cancel.raise_if_cancelled()
        try:
            with self._lock(cancel):
                try:
                    yield
                except FolderForgotten:
                    return
                finally:
                    self._reader.close()
        finally:
            self._turn.release()

    def _lock(self, cancel: CancelToken | None) -> InstanceLock:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return single_instance(self._run_folder, _LOCK)
            except AlreadyRunning as error:
                if time.monotonic() >= deadline:
                    raise AlreadyRunning(
                        "memory.reading",
                        en="Another Jarvis (process {pid}) is reading documents; nothing was changed. Wait until it is "
                        "done and try again.",
                        es="Otro Jarvis (proceso {pid}) está leyendo documentos; no se ha cambiado nada. Espera a que "
                        "termine y repite.",
                        pid=error.values.get("pid", "?"),
                    ) from error
            if cancel is not None:
                cancel.raise_if_cancelled()
            time.sleep(_LOOK_SECONDS)


def _absolute(path: Path) -> Path:
    return path.expanduser().resolve()


def _is_gone(path: Path) -> bool:
    try:
        path.stat()
    except OSError as error:
        return isinstance(error, FileNotFoundError)
    return False


def _in(row: FolderRow, path: Path) -> bool:
    return row.path != path_text(path) and lies_in(row.path, path_text(path))


def _literal(sentence: str) -> str:
    return sentence.replace("{", "{{").replace("}", "}}")


def _unknown(folder: Path) -> InputError:
    return InputError(
        "memory.unknown_folder",
        en="{path} is not among the folders that were read; nothing was changed. “jarvis memory folders” lists them.",
        es="{path} no está entre las carpetas leídas; no se ha cambiado nada. «jarvis memory folders» las muestra.",
        path=path_text(_absolute(folder)),
    )
