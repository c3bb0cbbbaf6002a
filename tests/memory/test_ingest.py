"""A folder read for the first time, and everything that may lie in it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import AlreadyRunning, Cancelled, InputError, Language
from jarvis.contracts.memory import FileReport, MemoryFilter
from jarvis.processes.instance import single_instance
from tests.fakes import documents
from tests.fakes.document_world import DocumentWorld, document_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DocumentWorld]:
    with document_world(tmp_path) as world:
        yield world


def test_pieces_know_their_file_place_folder_day_and_privacy(world: DocumentWorld) -> None:
    path = world.write("casa/gastos.md", "# Gastos\n\nEl año pasado la luz costó 400 euros.\n")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    world.read(privacy="cloud")
    (piece,) = world.pieces()
    assert piece.text == "El año pasado la luz costó 400 euros."
    assert (piece.path, piece.folder, piece.place) == (str(path), str(world.docs), "Gastos")
    assert (piece.source, piece.privacy, piece.language, piece.speaker) == ("document", "cloud", "es", "")
    assert (piece.provenance, piece.said_at) == ("markdown", datetime.fromtimestamp(1_700_000_000, UTC))


def test_a_folder_of_everything_that_people_and_attackers_put_into_one(world: DocumentWorld) -> None:
    paragraph = documents.docx_paragraph
    world.write("a.pdf", documents.pdf([["The boiler was mended in May by Ana Ruiz."]]))
    world.write("b.docx", documents.docx(paragraph("Costs", "Ttulo1") + paragraph("Rent is 700 euros.")))
    world.write("c.odt", documents.odt("<text:p>The garden gate is green.</text:p>"))
    world.write("d.epub", documents.epub({"one": "<h1>Night</h1><p>It was dark.</p>"}))
    world.write("e.html", "<h1>Wifi</h1><p>The network is called casa.</p>")
    world.write("f.csv", "Name,Phone\nAna,555\n")
    world.write("g.eml", "From: Eva <e@x.y>\nSubject: Trip\nDate: Mon, 8 May 2023 10:00:00 +0200\n\nWe go to Soria.\n")
    world.write("h.py", "def pay():\n    return 1\n")
    world.write("i.txt", "Notes in an old code page: año".encode("cp1252"))
    world.write("locked.pdf", documents.pdf([["secret"]], trailer=documents.LOCKED))
    world.write("broken.pdf", b"%PDF-1.7 nothing")
    world.write("scan.pdf", documents.pdf([[]]))
    world.write("bomb.docx", documents.packed({"word/document.xml": b"<x>" + b"a" * (9 << 20)}))
    world.write("laughs.odt", documents.packed({"content.xml": '<!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'}))
    world.write("binary.txt", bytes(range(256)) * 10)
    world.write("empty.md", "")
    world.write("photo.jpg", b"\xff\xd8\xff")
    world.write(".git/config.md", "not this")
    (world.docs / "loop").symlink_to(world.docs)
    reports = world.read()
    states = {name: report.state for name, report in reports.items()}
    assert states == {
        **dict.fromkeys(("a.pdf", "b.docx", "c.odt", "d.epub", "e.html", "f.csv", "g.eml", "h.py", "i.txt"), "indexed"),
        **dict.fromkeys(("locked.pdf", "scan.pdf", "bomb.docx", "laughs.odt", "binary.txt", "empty.md"), "skipped"),
        **dict.fromkeys(("photo.jpg", ".git", "loop"), "skipped"),
        "broken.pdf": "failed",
    }
    languages: tuple[Language, ...] = ("en", "es")
    for report in reports.values():
        assert report.state == "indexed" or all(report.why(language).endswith(".") for language in languages)
    assert set(world.texts()) == {name for name, state in states.items() if state == "indexed"}
    letter = next(memory for memory in world.pieces() if memory.path.endswith(".eml"))
    assert (letter.speaker, letter.place, letter.said_at) == ("Eva", "Trip, Eva", datetime(2023, 5, 8, 8, tzinfo=UTC))
    (folder,) = world.keeper.folders()
    assert (folder.files, folder.failed, folder.skipped, folder.pieces) == (9, 1, 9, len(world.pieces()))
    listed = {world.name(report.path): report.state for report in world.keeper.files(world.docs)}
    assert listed == states


def test_progress_counts_first_and_then_every_file(world: DocumentWorld) -> None:
    for number in range(3):
        world.write(f"{number}.md", f"Number {number}.")
    steps = world.steps()
    assert (steps[0].done, steps[0].total, steps[0].report) == (0, None, None)
    read = [step for step in steps if step.total is not None]
    assert [(step.done, step.total) for step in read] == [(1, 3), (2, 3), (3, 3)]
    assert all(isinstance(step.report, FileReport) for step in read)


def test_the_same_content_twice_is_remembered_once(world: DocumentWorld) -> None:
    world.write("a.md", "The same.")
    world.write("b.md", "The same.")
    os.link(world.docs / "a.md", world.docs / "c.md")
    reports = world.read()
    assert [memory.text for memory in world.pieces()] == ["The same."]
    assert reports["b.md"].why("en") == f"It has the same content as {world.docs / 'a.md'}."
    assert reports["c.md"].why("es") == f"Tiene el mismo contenido que {world.docs / 'a.md'}."


def test_a_single_file_can_be_read(world: DocumentWorld) -> None:
    world.write("b.md", "Not this.")
    world.read(world.write("a.md", "Just this."))
    assert world.texts() == {"a.md": ["Just this."]}
    assert [folder.path for folder in world.keeper.folders()] == [world.docs / "a.md"]


def test_a_name_that_is_no_text_is_stored_with_escapes(world: DocumentWorld) -> None:
    Path(os.fsdecode(os.fsencode(world.docs) + b"/od\xffd.txt")).write_text("Odd.")
    assert world.read()["od\\xffd.txt"].state == "indexed"
    assert world.read() == {}
    assert world.texts() == {"od\\xffd.txt": ["Odd."]}


def test_jarvis_own_folder_is_never_read(world: DocumentWorld) -> None:
    (world.home / "inside.md").write_text("own")
    for path in (world.home, world.home / "inside.md"):
        with pytest.raises(InputError, match="own data folder"):
            world.steps(path)
    parent = world.docs.parent
    reports = [step.report for step in world.steps(parent) if step.report]
    assert [(report.path, report.state) for report in reports] == [(world.home, "skipped")]
    assert "datos" in reports[0].why("es")


def test_what_cannot_be_read_at_all_is_refused_and_not_listed(world: DocumentWorld) -> None:
    photo = world.write("photo.jpg", b"\xff")
    for path in (world.docs / "nothing", photo):
        with pytest.raises(InputError) as raised:
            world.steps(path)
        assert raised.value.sentence("es") != raised.value.sentence("en")
    assert world.keeper.folders() == []
    for change in (
        lambda: world.keeper.set_watched(world.docs, True),
        lambda: world.keeper.set_privacy(world.docs, "cloud"),
    ):
        with pytest.raises(InputError, match="not among the folders"):
            change()


def test_a_long_file_is_read_in_part_and_says_so(world: DocumentWorld) -> None:
    line = "2026-01-01 something happened in the log of the house\n"
    world.write("long.csv", line * 60_000)
    report = world.read()["long.csv"]
    assert (report.state, report.why("en")) == ("indexed", "Only the first 2 MB of its text were taken in.")
    assert report.pieces == len(world.texts()["long.csv"])


def test_cancelling_keeps_what_was_read_and_the_next_reading_goes_on(world: DocumentWorld) -> None:
    for number in range(5):
        world.write(f"{number}.md", f"Number {number}.")
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        for step in world.keeper.ingest(world.docs, watch=False, privacy="local", cancel=cancel):
            if step.done == 2:
                cancel.cancel()
    assert sorted(world.texts()) == ["0.md", "1.md"]
    assert sorted(world.read()) == ["2.md", "3.md", "4.md"]


def test_a_reading_that_nobody_finishes_gives_its_turn_back(world: DocumentWorld) -> None:
    world.write("a.md", "One.")
    steps = world.keeper.ingest(world.docs, watch=False, privacy="local")
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert list(world.read()) == ["a.md"]


def test_two_readings_take_turns(world: DocumentWorld) -> None:
    for number in range(8):
        world.write(f"{number}.md", f"Number {number}.")
    other = threading.Thread(target=world.steps)
    other.start()
    world.steps()
    other.join()
    assert len(world.pieces()) == 8


def test_a_second_process_is_told_who_reads(world: DocumentWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jarvis.memory.ingest._PATIENCE_SECONDS", 0.0)
    with single_instance(world.home / "run", "documents"), pytest.raises(AlreadyRunning, match=str(os.getpid())):
        world.steps()


def test_a_folder_that_is_forgotten_meanwhile_ends_its_reading(world: DocumentWorld) -> None:
    for number in range(3):
        world.write(f"{number}.md", f"Number {number}.")
    for step in world.keeper.ingest(world.docs, watch=False, privacy="local"):
        if step.done == 1:
            world.documents.forget_folder(world.docs)
    assert world.pieces() == []
    assert world.keeper.folders() == []


def test_the_privacy_of_a_folder_can_be_changed_with_all_its_pieces(world: DocumentWorld) -> None:
    world.write("a.md", "One.")
    world.read()
    revision = world.memories.revision()
    world.keeper.set_privacy(world.docs, "cloud")
    assert world.memories.revision() > revision
    world.write("b.md", "Two.")
    world.keeper.follow()
    world.keeper.stop()
    world.read(privacy="cloud")
    assert [memory.privacy for memory in world.pieces()] == ["cloud", "cloud"]
    world.read(privacy="local")
    assert world.memories.count(MemoryFilter(privacy="cloud")) == 0


def test_forgetting_a_folder_takes_its_rows_and_leaves_its_files(world: DocumentWorld) -> None:
    path = world.write("a.md", "One.\n\n" + "Word word. " * 300)
    world.read()
    expected = [memory.seq for memory in world.pieces()]
    assert world.keeper.seqs_of(world.docs) == expected
    assert world.keeper.forget_folder(world.docs) == expected
    assert (world.pieces(), world.keeper.folders(), world.keeper.files(world.docs)) == ([], [], [])
    assert world.memories.forgotten() == expected
    assert path.exists()
