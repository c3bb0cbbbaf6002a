"""One pass over a folder: what is new or changed is read, what moved is followed, what is gone is forgotten.

A file that looks as it did (size and time of change) is not opened; one whose content is known is not read. Pieces that
a changed file still has keep their rows, and so their vectors. Knows neither threads nor when a pass is due.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled
from jarvis.contracts.memory import FileReport, NewMemory
from jarvis.documents.blocks import Piece
from jarvis.documents.kinds import READERS_VERSION, reader_of
from jarvis.documents.reading import DocumentReader, Head, Reading
from jarvis.documents.reasons import Reason, Unreadable, reason
from jarvis.documents.walk import Found, modified_ns, reachable, walk
from jarvis.storage.documents import APART, Document, DocumentRow, FolderRow, SqliteDocuments, path_text

_BATCH = 256
"""Pieces that are written at once; a file of no more changes in a single transaction."""

_SEEN_BATCH = 500
_AGAIN = frozenset({"permission", "vanished", "changed", "unreadable", "interrupted"})
"""Failures that the next pass may not meet again; others are met only after the file changes."""

_MOUNTED_UNDER = frozenset({"mnt", "media", "Volumes"})


class FolderPass:
    """A pass over `folder`. `apart` are the paths of other folders, which read for themselves; `now` bounds the dates
    of files; `own` is Jarvis' data folder."""

    def __init__(
        self,
        *,
        documents: SqliteDocuments,
        reader: DocumentReader,
        folder: FolderRow,
        apart: frozenset[str],
        own: Path,
        now: datetime,
        cancel: CancelToken | None = None,
    ) -> None:
        self._documents = documents
        self._reader = reader
        self._folder = folder
        self._root = Path(folder.path)
        self._apart = apart - {folder.path}
        self._own = own
        self._now = now
        self._cancel = cancel
        self._stamp = documents.new_stamp()
        self._seen: list[tuple[int, int]] = []

    def count(self, below: Path | None = None) -> Iterator[int]:
        """Yield how many files were counted so far, every now and then and at the end."""
        number = 0
        for number, _ in enumerate(self._found(below), start=1):
            if number % 1000 == 0:
                self._go_on()
                yield number
        yield number

    def run(self, below: Path | None = None) -> Iterator[FileReport | None]:
        """Go through the folder, or through the part of it at `below`, and yield what became of each file, None for
        one that is as it was. Raises `Cancelled`, and `FolderForgotten` where the folder was forgotten meanwhile."""
        missing = self._missing()
        if missing is not None:
            yield FileReport(
                path=self._root, state="failed", why_en=missing.sentence("en"), why_es=missing.sentence("es")
            )
            return
        try:
            for found in self._found(below):
                self._go_on()
                yield self._one(found)
        finally:
            self._flush_seen()
        for row in self._documents.unseen(self._folder, self._stamp, path_text(below) if below else None):
            self._go_on()
            yield self._unseen(row)

    def _found(self, below: Path | None) -> Iterator[Found]:
        start = below or self._root
        if _there(start) is not False and reachable(self._root, start, self._left_out):
            yield from walk(start, self._left_out)

    def _missing(self) -> Reason | None:
        """Return why nothing of the folder may be taken for deleted: it may lie on a drive that is not there."""
        there = _there(self._root)
        if there is False:
            single = self._documents.document(self._folder, self._folder.path) is not None
            return None if single and _there(self._root.parent) else reason("missing_folder")
        if there is None:
            return reason("permission")
        if _MOUNTED_UNDER & set(self._root.parts) and self._root.is_dir() and not any(self._root.iterdir()):
            return reason("emptied") if self._documents.has_pieces(self._folder) else None
        return None

    def _left_out(self, path: Path) -> Reason | bool:
        if path == self._own:
            return reason("own")
        text = path_text(path)
        return reason("apart") if text in self._apart or self._is_mark(text) else False

    def _is_mark(self, text: str) -> bool:
        row = self._documents.document(self._folder, text)
        return row is not None and row.document.reader == APART

    def _one(self, found: Found) -> FileReport | None:
        text = path_text(found.path)
        row = self._documents.document(self._folder, text)
        marked = row is not None and row.document.reader == APART
        why = reason("apart") if text in self._apart or marked else found.why
        if why is None and found.bytes == 0:
            why = reason("empty")
        document = Document(path=text, bytes=found.bytes, modified_ns=found.modified_ns, reader=_reader_tag(text))
        if why is not None:
            return self._unread(row, document, why)
        if row is not None and _as_it_was(row.document, document):
            self._note_seen(row, found.modified_ns)
            return None
        try:
            reading = self._reader.open(found.path, found.bytes, self._cancel)
            known = self._known(row, document, reading)
            return known if known is not None else self._read(document, reading)
        except _Unchanged:
            return None
        except Unreadable as error:
            # What is known of it may have been handed on to a file of the same content.
            return self._unread(self._documents.document(self._folder, text), document, error.reason)

    def _known(self, row: DocumentRow | None, document: Document, reading: Reading) -> FileReport | None:
        """Return what became of a file whose content is known; None for one that has to be read."""
        head = reading.head
        document = _headed(document, head)
        if row is not None and row.document.digest == head.digest and row.document.reader == document.reader:
            reading.leave()
            kept = replace(row.document, bytes=head.bytes, modified_ns=head.modified_ns)
            self._documents.put(self._folder, kept, self._stamp)
            raise _Unchanged
        for other in self._documents.with_digest(head.digest):
            if other.document.reader != document.reader or other.document.path == document.path:
                continue
            if self._left_its_place(other):
                reading.leave()
                moved = replace(
                    document, state=other.document.state, why_en=other.document.why_en, why_es=other.document.why_es
                )
                if row is not None:
                    self._hand_over(row)
                self._documents.move(other, self._folder, moved, self._stamp)
                return self._report(moved, len(self._documents.pieces(other.id)))
            if other.folder_id == self._folder.id and other.document.state == "indexed":
                reading.leave()
                self._hand_over(row)
                row = self._documents.document(self._folder, document.path)
                return self._unread(row, document, reason("same", path=other.document.path))
        self._hand_over(row)
        return None

    def _left_its_place(self, other: DocumentRow) -> bool:
        """Tell whether a known file is no longer where it was: gone, or another file by now."""
        place = Path(other.document.path)
        try:
            status = place.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return _there(self._documents.folder_path(other)) is True
        except OSError:
            return False
        return (status.st_size, modified_ns(status)) != (other.document.bytes, other.document.modified_ns)

    def _hand_over(self, row: DocumentRow | None) -> bool:
        """Let a file of the same content that was left alone have the pieces of one that is gone or changed."""
        if row is None or row.document.state != "indexed":
            return False
        for heir in self._documents.same_as(row):
            try:
                status = Path(heir.document.path).lstat()
            except OSError:
                continue
            if (status.st_size, modified_ns(status)) == (heir.document.bytes, heir.document.modified_ns):
                heired = replace(heir.document, state="indexed", why_en=row.document.why_en, why_es=row.document.why_es)
                self._documents.move(row, self._folder, heired, self._stamp)
                return True
        return False

    def _read(self, document: Document, reading: Reading) -> FileReport:
        """Read a file and bring its pieces up to date."""
        document = _headed(document, reading.head)
        row = self._documents.document(self._folder, document.path)
        old: dict[str, deque[tuple[int, str]]] = {}
        for seq, text, place in self._documents.pieces(row.id) if row is not None else ():
            old.setdefault(text, deque()).append((seq, place))
        unfinished = _with_reason(replace(document, digest="", reader=""), reason("interrupted"))
        add: list[NewMemory] = []
        added: list[int] = []
        places: list[tuple[int, str]] = []
        count = 0
        try:
            for piece in reading.pieces():
                count += 1
                known = old.get(piece.text)
                if known:
                    seq, place = known.popleft()
                    places += [(seq, piece.place)] if place != piece.place else []
                    continue
                add.append(self._memory(piece, document))
                if len(add) >= _BATCH:
                    added += self._documents.put(self._folder, unfinished, self._stamp, add=add)[1]
                    add = []
        except (Unreadable, Cancelled):
            if added:
                self._documents.put(self._folder, unfinished, self._stamp, drop=added)
            raise
        if reading.partly is not None:
            document = replace(document, why_en=reading.partly.sentence("en"), why_es=reading.partly.sentence("es"))
        left = [seq for rest in old.values() for seq, _ in rest]
        self._documents.put(self._folder, document, self._stamp, add=add, drop=left, places=places)
        return self._report(document, count)

    def _memory(self, piece: Piece, document: Document) -> NewMemory:
        return NewMemory(
            text=piece.text,
            source="document",
            speaker=piece.speaker,
            said_at=piece.said_at or self._date(document.modified_ns),
            place=piece.place,
            folder=self._folder.path,
            privacy=self._folder.privacy,
            provenance=document.reader.partition("/")[0],
        )

    def _date(self, changed_ns: int) -> datetime:
        """Return a file's date; one before 1970 or in the future is taken for now."""
        seconds = changed_ns / 1e9
        if not 0 < seconds <= self._now.timestamp():
            return self._now
        return datetime.fromtimestamp(seconds, UTC)

    def _unread(self, row: DocumentRow | None, document: Document, why: Reason) -> FileReport | None:
        """Note why a file is not read. What it had stays where it should have been read and could not."""
        reader = APART if why.code == "apart" else document.reader
        noted = _with_reason(replace(document, reader=reader), why)
        if why.code in _AGAIN:
            noted = replace(noted, digest="")
        elif not noted.digest:
            # Nothing was opened: as long as it looks the same, it is the same.
            noted = replace(noted, digest=f"-{why.code}")
        pieces = self._documents.pieces(row.id) if row is not None else []
        drop = [seq for seq, _, _ in pieces] if why.outcome == "skipped" else []
        if row is not None and row.document == noted and not drop:
            self._note_seen(row, document.modified_ns)
            return None
        self._documents.put(self._folder, noted, self._stamp, drop=drop)
        return self._report(noted, len(pieces) - len(drop))

    def _unseen(self, row: DocumentRow) -> FileReport | None:
        """Forget a file that is gone; one that is there and was not come by (its folder is locked) stays known."""
        path = Path(row.document.path)
        if _there(path) is not False:
            self._documents.seen([(row.id, row.document.modified_ns)], self._stamp)
            return None
        if self._hand_over(row):
            left = self._documents.document(self._folder, row.document.path)
            if left is not None:
                self._documents.remove(left)
            return None
        pieces = [seq for seq, _, _ in self._documents.pieces(row.id)]
        if not pieces:
            self._documents.remove(row)
            return None
        gone = replace(_with_reason(replace(row.document, digest=""), reason("gone")), state="gone")
        self._documents.put(self._folder, gone, self._stamp, drop=pieces)
        return self._report(gone, 0)

    def _report(self, document: Document, pieces: int) -> FileReport:
        return FileReport(
            path=Path(document.path),
            state=document.state,
            pieces=pieces,
            bytes=document.bytes,
            why_en=document.why_en,
            why_es=document.why_es,
            seen_at=self._now,
        )

    def _note_seen(self, row: DocumentRow, changed_ns: int) -> None:
        self._seen.append((row.id, changed_ns))
        if len(self._seen) >= _SEEN_BATCH:
            self._flush_seen()

    def _flush_seen(self) -> None:
        if self._seen:
            self._documents.seen(self._seen, self._stamp)
            self._seen = []

    def _go_on(self) -> None:
        if self._cancel is not None:
            self._cancel.raise_if_cancelled()


class _Unchanged(Exception):
    """The file has the content that it had."""


def _reader_tag(name: str) -> str:
    kind = reader_of(name)
    return f"{kind}/{READERS_VERSION}" if kind else ""


def _headed(document: Document, head: Head) -> Document:
    return replace(document, digest=head.digest, bytes=head.bytes, modified_ns=head.modified_ns)


def _with_reason(document: Document, why: Reason) -> Document:
    return replace(document, state=why.outcome, why_en=why.sentence("en"), why_es=why.sentence("es"))


def _as_it_was(known: Document, found: Document) -> bool:
    return (
        bool(known.digest)
        and (known.bytes, known.modified_ns, known.reader)
        == (
            found.bytes,
            found.modified_ns,
            found.reader,
        )
        and known.state != "gone"
    )


def _there(path: Path) -> bool | None:
    """Tell whether something is at `path`; None where that cannot be told."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return None
    return True
