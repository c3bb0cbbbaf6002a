"""What happens to a folder after it was read: changes, moves, deletions, folders within folders, and crashes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.contracts.memory import FileReport, NewMemory
from jarvis.storage.documents import Document
from tests.fakes.document_world import DocumentWorld, document_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DocumentWorld]:
    with document_world(tmp_path) as world:
        yield world


def _seqs(world: DocumentWorld) -> dict[str, int]:
    return {memory.text: memory.seq for memory in world.pieces()}


def test_what_looks_as_it_did_is_not_even_opened(world: DocumentWorld) -> None:
    path = world.write("a.md", "One.")
    world.read()
    before = path.stat()
    path.write_text("Two.")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert world.read() == {}
    assert world.texts() == {"a.md": ["One."]}


def test_a_file_that_was_only_touched_keeps_its_pieces(world: DocumentWorld) -> None:
    path = world.write("a.md", "One.")
    world.read()
    before = _seqs(world)
    os.utime(path, (1, 1))
    assert world.read() == {}
    assert _seqs(world) == before


def test_a_changed_file_keeps_the_pieces_that_it_still_has(world: DocumentWorld) -> None:
    world.write("a.md", "# A\n\nOne.\n\n# B\n\nTwo.\n\n# C\n\nThree.\n")
    world.read()
    before = _seqs(world)
    world.write("a.md", "# A\n\nOne.\n\n# B2\n\nTwo.\n\n# D\n\nFour.\n")
    assert world.read()["a.md"].pieces == 3
    after = _seqs(world)
    assert sorted(after) == ["Four.", "One.", "Two."]
    assert (after["One."], after["Two."]) == (before["One."], before["Two."])
    assert {memory.text: memory.place for memory in world.pieces()}["Two."] == "B2"
    assert world.memories.forgotten() == [before["Three."]]


def test_the_same_piece_several_times_in_a_file_stays_as_often(world: DocumentWorld) -> None:
    world.write("a.md", "# A\n\nSame.\n\n# B\n\nSame.\n\n# C\n\nSame.\n")
    world.read()
    world.write("a.md", "# A\n\nSame.\n\n# C\n\nSame.\n")
    world.read()
    assert [(memory.place, memory.text) for memory in world.pieces()] == [("A", "Same."), ("C", "Same.")]


def test_a_moved_file_is_followed_with_its_pieces(world: DocumentWorld) -> None:
    path = world.write("a.md", "One.")
    world.read()
    before = _seqs(world)
    (world.docs / "sub").mkdir()
    path.rename(world.docs / "sub/b.md")
    assert {name: report.state for name, report in world.read().items()} == {"sub/b.md": "indexed"}
    assert world.texts() == {"sub/b.md": ["One."]}
    assert _seqs(world) == before
    assert [world.name(report.path) for report in world.keeper.files(world.docs)] == ["sub/b.md"]


def test_files_that_trade_names_trade_pieces(world: DocumentWorld) -> None:
    a, b = world.write("a.md", "One."), world.write("b.md", "Number two.")
    c = world.write("c.md", "And number three.")
    world.read()
    before = _seqs(world)
    c.rename(world.docs / "x")
    b.rename(c)
    a.rename(b)
    (world.docs / "x").rename(a)
    world.read()
    assert world.texts() == {"a.md": ["And number three."], "b.md": ["One."], "c.md": ["Number two."]}
    assert _seqs(world) == before
    assert world.read() == {}


def test_a_deleted_file_is_forgotten_and_told_of(world: DocumentWorld) -> None:
    world.write("a.md", "One.").unlink(missing_ok=True)
    path = world.write("b.md", "Two.")
    world.write("c.md", "Three.")
    world.read()
    path.unlink()
    report = world.read()["b.md"]
    assert (report.state, report.pieces, report.why("es")) == ("gone", 0, "El fichero ya no está.")
    assert world.texts() == {"c.md": ["Three."]}
    assert world.read() == {}
    path.write_text("Two again.")
    assert world.read()["b.md"].state == "indexed"


def test_deleted_files_are_listed_for_a_month(world: DocumentWorld) -> None:
    world.write("a.md", "One.")
    path = world.write("b.md", "Two.")
    world.read()
    path.unlink()
    world.read()
    assert len(world.keeper.files(world.docs)) == 2
    world.clock.advance(31 * 86_400)
    world.read()
    assert [world.name(report.path) for report in world.keeper.files(world.docs)] == ["a.md"]


def test_a_copy_takes_over_when_the_first_of_two_goes_or_changes(world: DocumentWorld) -> None:
    first = world.write("a.md", "The same.")
    world.write("b.md", "The same.")
    world.write("c.md", "The same.")
    world.read()
    before = _seqs(world)
    first.unlink()
    world.read()
    assert (world.texts(), _seqs(world)) == ({"b.md": ["The same."]}, before)
    world.write("b.md", "Another.")
    world.read()
    assert world.texts() == {"c.md": ["The same."], "b.md": ["Another."]}
    assert _seqs(world)["The same."] == before["The same."]


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 400])
def test_a_file_that_became_unreadable_for_good_is_forgotten(world: DocumentWorld, content: bytes) -> None:
    world.write("a.txt", "One.")
    world.read()
    world.write("a.txt", content)
    assert world.read()["a.txt"].state == "skipped"
    assert world.pieces() == []
    assert world.read() == {}


def test_a_file_that_broke_keeps_what_was_read_of_it(world: DocumentWorld) -> None:
    world.write("a.ipynb", '{"cells": [{"cell_type": "markdown", "source": "One."}]}')
    world.read()
    world.write("a.ipynb", "{half of a noteb")
    report = world.read()["a.ipynb"]
    assert (report.state, report.pieces) == ("failed", 1)
    assert world.texts() == {"a.ipynb": ["One."]}
    assert world.read() == {}


def test_an_unplugged_folder_keeps_everything(world: DocumentWorld) -> None:
    world.write("a.md", "One.")
    world.read()
    shutil.move(world.docs, world.docs.parent / "away")
    (report,) = world.read().values()
    assert (report.path, report.state) == (world.docs, "failed")
    assert "unplugged" in report.why("en")
    assert len(world.pieces()) == 1
    shutil.move(world.docs.parent / "away", world.docs)
    assert world.read() == {}


def test_a_single_file_that_is_deleted_is_forgotten(world: DocumentWorld) -> None:
    path = world.write("a.md", "One.")
    world.read(path)
    path.unlink()
    assert world.read(path)["a.md"].state == "gone"
    assert world.pieces() == []


def test_a_file_moved_to_another_folder_takes_that_ones_privacy(world: DocumentWorld) -> None:
    path = world.write("open/a.md", "One.")
    (world.docs / "closed").mkdir()
    world.read(world.docs / "open", privacy="cloud")
    world.read(world.docs / "closed", privacy="local")
    before = _seqs(world)
    path.rename(world.docs / "closed/a.md")
    world.read(world.docs / "closed", privacy="local")
    (piece,) = world.pieces()
    assert (piece.privacy, piece.folder) == ("local", str(world.docs / "closed"))
    assert _seqs(world) == before


def test_a_folder_within_a_folder_is_one_of_its_own(world: DocumentWorld) -> None:
    world.write("a.md", "One.")
    world.write("sub/b.md", "Two.")
    world.read()
    before = _seqs(world)
    world.read(world.docs / "sub", privacy="cloud")
    assert _seqs(world) == before
    assert {memory.text: (memory.folder, memory.privacy) for memory in world.pieces()} == {
        "One.": (str(world.docs), "local"),
        "Two.": (str(world.docs / "sub"), "cloud"),
    }
    world.write("sub/c.md", "Three.")
    world.read()
    assert {memory.privacy for memory in world.pieces() if memory.text != "One."} == {"cloud"}


def test_a_folder_that_was_forgotten_does_not_come_back_with_the_one_around_it(world: DocumentWorld) -> None:
    world.write("a.md", "One.")
    world.write("sub/b.md", "Two.")
    world.read(world.docs / "sub", privacy="cloud")
    world.read()
    world.keeper.forget_folder(world.docs / "sub")
    world.read()
    assert world.texts() == {"a.md": ["One."]}
    world.read(world.docs / "sub")
    assert world.texts() == {"a.md": ["One."], "sub/b.md": ["Two."]}


def test_a_part_of_a_folder_can_be_read_alone(world: DocumentWorld) -> None:
    world.write("a.md", "One.")
    world.write("sub/b.md", "Two.")
    world.read()
    world.write("a.md", "One more.")
    (world.docs / "sub/b.md").unlink()
    world.write("sub/c.md", "Three.")
    assert sorted(world.read(world.docs / "sub")) == ["sub/b.md", "sub/c.md"]
    assert world.texts() == {"a.md": ["One."], "sub/c.md": ["Three."]}
    assert len(world.keeper.folders()) == 1


def test_a_long_file_that_fails_in_the_middle_leaves_nothing_half_read(
    world: DocumentWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jarvis.memory.folder_pass._BATCH", 4)
    # Far more than a pipe holds, so that the child is certainly not done when it is killed.
    pages = "\n\n".join(f"# {number}\n\nSection {number} of many words." + " More." * 130 for number in range(600))
    world.write("a.md", pages)
    put = world.documents.put
    stored: list[int] = []

    def put_and_kill(*given: object, **named: object) -> object:
        done = put(*given, **named)  # type: ignore[arg-type]
        stored.append(len(world.pieces()))
        world.reader._child.kill()
        return done

    monkeypatch.setattr(world.documents, "put", put_and_kill)
    report = world.read()["a.md"]
    assert stored[0] == 4
    assert (report.state, report.pieces, world.pieces()) == ("failed", 0, [])
    monkeypatch.undo()
    world.write("a.md", pages + "\n\nThe end.")
    assert world.read()["a.md"].state == "indexed"
    assert len(world.pieces()) == 600


def test_what_a_killed_process_left_half_read_is_mended(world: DocumentWorld) -> None:
    path = world.write("a.md", "# A\n\nOne.\n\n# B\n\nTwo.\n")
    other = world.write("elsewhere/b.md", "Other.")
    world.read(world.docs / "elsewhere", privacy="cloud")
    folder = world.documents.put_folder(world.docs, False, "local", Document(path=str(world.docs)))
    half = NewMemory(text="One.", source="document", place="A", folder=str(world.docs))
    lost = NewMemory(text="Never there.", source="document", place="A", folder=str(world.docs))
    world.documents.put(folder, Document(path=str(path), state="failed"), 1, add=[half, lost])
    before = _seqs(world)
    world.read(other.parent, privacy="cloud")
    assert sorted(_seqs(world)) == ["Other."]
    world.documents.put(folder, Document(path=str(path), state="failed"), 2, add=[half, lost])
    half_read = _seqs(world)
    assert half_read["One."] > before["One."]
    assert world.read()["a.md"].state == "indexed"
    after = _seqs(world)
    assert sorted(after) == ["One.", "Other.", "Two."]
    assert after["One."] == half_read["One."]


def test_a_clock_that_goes_back_does_not_hide_deletions(world: DocumentWorld) -> None:
    world.write("a.md", "One.")
    path = world.write("b.md", "Two.")
    world.read()
    world.clock.advance(-86_400 * 400)
    path.unlink()
    world.write("c.md", "Three.")
    reports: dict[str, FileReport] = world.read()
    assert {name: report.state for name, report in reports.items()} == {"b.md": "gone", "c.md": "indexed"}


def test_a_future_or_ancient_date_of_a_file_is_not_believed(world: DocumentWorld) -> None:
    for name, seconds in (("a.md", 99_999_999_999), ("b.md", 0)):
        os.utime(world.write(name, name), (seconds, seconds))
    world.read()
    assert [memory.said_at for memory in world.pieces()] == [world.clock.now()] * 2


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may read everything")
def test_a_locked_folder_keeps_what_was_read_of_it(world: DocumentWorld) -> None:
    world.write("sub/a.md", "One.")
    world.read()
    (world.docs / "sub").chmod(0)
    try:
        assert world.read()["sub"].state == "failed"
        assert len(world.pieces()) == 1
    finally:
        (world.docs / "sub").chmod(0o700)
