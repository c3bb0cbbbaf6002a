from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from jarvis.contracts.memory import NewMemory
from jarvis.storage.database import Database
from jarvis.storage.documents import (
    APART,
    Document,
    FolderForgotten,
    FolderRow,
    SqliteDocuments,
    lies_in,
    path_text,
)
from jarvis.storage.memories import SqliteMemories
from tests.fakes.clock import FakeClock

_MARK = Document(path="/mark", reader=APART, state="skipped")


class _Rows:
    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.database = Database(folder / "jarvis.sqlite3")
        self.memories = SqliteMemories(self.database, self.clock, lambda text: "en")
        self.documents = SqliteDocuments(self.database, self.memories, self.clock)

    def folder(self, path: str = "/docs") -> FolderRow:
        return self.documents.put_folder(Path(path), True, "local", replace(_MARK, path=path))

    def file(self, folder: FolderRow, name: str, *texts: str, digest: str = "") -> tuple[int, list[int]]:
        document = Document(
            path=f"{folder.path}/{name}", digest=digest or name, bytes=1, modified_ns=2, reader="text/1"
        )
        add = [NewMemory(text=text, source="document", folder=folder.path, privacy=folder.privacy) for text in texts]
        return self.documents.put(folder, document, 1, add=add)

    def texts(self, document_id: int) -> list[str]:
        return [text for _, text, _ in self.documents.pieces(document_id)]


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[_Rows]:
    rows = _Rows(tmp_path)
    yield rows
    rows.database.close()


def test_a_file_and_its_pieces_change_together_or_not_at_all(rows: _Rows) -> None:
    folder = rows.folder()
    identity, (one, two) = rows.file(folder, "a.txt", "One.", "Two.")
    with pytest.raises(Exception, match="no text"):
        rows.documents.put(
            folder, Document(path="/docs/a.txt", state="failed"), 2, drop=[one], add=[NewMemory(text=" ")]
        )
    assert rows.texts(identity) == ["One.", "Two."]
    known = rows.documents.document(folder, "/docs/a.txt")
    assert known is not None and known.document.state == "indexed"
    same, (three,) = rows.documents.put(
        folder,
        replace(known.document, digest="new"),
        2,
        drop=[one],
        add=[NewMemory(text="Three.", source="document")],
        places=[(two, "p. 9")],
    )
    assert same == identity
    assert rows.documents.pieces(identity) == [(two, "Two.", "p. 9"), (three, "Three.", "")]


def test_a_forgotten_folder_takes_no_more_files(rows: _Rows) -> None:
    folder = rows.folder()
    _, seqs = rows.file(folder, "a.txt", "One.")
    assert rows.documents.forget_folder(Path("/docs")) == seqs
    with pytest.raises(FolderForgotten):
        rows.file(folder, "b.txt", "Two.")
    assert rows.memories.count() == 0
    assert rows.documents.forget_folder(Path("/docs")) == []


def test_privacy_reaches_every_piece(rows: _Rows) -> None:
    folder = rows.folder()
    _, seqs = rows.file(folder, "a.txt", "One.", "Two.")
    assert rows.documents.set_privacy(Path("/docs"), "cloud")
    assert {memory.privacy for memory in rows.memories.by_seq(seqs).values()} == {"cloud"}
    assert not rows.documents.set_privacy(Path("/elsewhere"), "cloud")
    assert not rows.documents.set_watched(Path("/elsewhere"), True)


def test_moving_onto_a_known_path_trades_places(rows: _Rows) -> None:
    folder = rows.folder()
    a, _ = rows.file(folder, "a.txt", "One.")
    b, _ = rows.file(folder, "b.txt", "Two.")
    row = rows.documents.document(folder, "/docs/a.txt")
    assert row is not None
    rows.documents.move(row, folder, replace(row.document, path="/docs/b.txt"), 5)
    at = {name: rows.documents.document(folder, f"/docs/{name}.txt") for name in "ab"}
    assert {name: row.id for name, row in at.items() if row is not None} == {"a": b, "b": a}
    assert [row.id for row in rows.documents.unseen(folder, 5)] == [b]


def test_a_folder_within_another_takes_its_files_over_and_leaves_a_mark(rows: _Rows) -> None:
    outer = rows.folder()
    rows.file(outer, "a.txt", "One.")
    _, seqs = rows.file(outer, "sub/b.txt", "Two.")
    rows.file(outer, "subway.txt", "Three.")
    inner = rows.documents.put_folder(Path("/docs/sub"), False, "cloud", replace(_MARK, path="/docs/sub"))
    (moved,) = rows.memories.by_seq(seqs).values()
    assert (moved.folder, moved.privacy) == ("/docs/sub", "cloud")
    assert rows.documents.document(inner, "/docs/sub/b.txt") is not None
    mark = rows.documents.document(outer, "/docs/sub")
    assert mark is not None and mark.document.reader == APART
    assert rows.documents.document(outer, "/docs/subway.txt") is not None
    rows.documents.forget_folder(Path("/docs/sub"))
    assert rows.documents.document(outer, "/docs/sub") is not None


def test_counts_and_reports(rows: _Rows) -> None:
    folder = rows.folder()
    rows.file(folder, "b.txt", "One.", "Two.")
    why = Document(path="/docs/a.pdf", state="failed", why_en="Broken.", why_es="Roto.")
    rows.documents.put(folder, why, 1)
    (counted,) = rows.documents.watched_folders()
    assert (counted.files, counted.pieces, counted.failed, counted.skipped) == (1, 2, 1, 0)
    assert [
        (report.path.name, report.pieces, report.why("es")) for report in rows.documents.reports(Path("/docs"))
    ] == [
        ("a.pdf", 0, "Roto."),
        ("b.txt", 2, ""),
    ]
    assert rows.documents.has_pieces(folder)


def test_marks_of_passes_only_grow(rows: _Rows) -> None:
    folder = rows.folder()
    stamp = rows.documents.new_stamp()
    rows.documents.put(folder, Document(path="/docs/a.txt"), stamp)
    rows.clock.advance(-timedelta(days=900).total_seconds())
    assert rows.documents.new_stamp() == stamp + 1


def test_copies_and_contents_are_found(rows: _Rows) -> None:
    folder = rows.folder()
    rows.file(folder, "a.txt", "One.", digest="d")
    rows.documents.put(folder, Document(path="/docs/b.txt", digest="d", state="skipped"), 1)
    (first,) = rows.documents.with_digest("d")
    assert first.document.path == "/docs/a.txt"
    assert [row.document.path for row in rows.documents.same_as(first)] == ["/docs/b.txt"]
    assert rows.documents.folder_path(first) == Path("/docs")


def test_interrupted_files_are_known(rows: _Rows) -> None:
    folder = rows.folder()
    rows.file(folder, "a.txt", "One.")
    half = Document(path="/docs/b.txt", state="failed")
    rows.documents.put(folder, half, 1, add=[NewMemory(text="Half.", source="document")])
    assert [(found.path, row.document) for found, row in rows.documents.unfinished()] == [("/docs", half)]


def test_paths_as_text() -> None:
    assert lies_in("/a/b", "/a")
    assert lies_in("/a", "/a")
    assert lies_in("/a", "/")
    assert not lies_in("/ab", "/a")
    assert path_text(Path("/a/\udcff")) == "/a/\\xff"
