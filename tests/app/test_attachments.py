"""Files taken in: real pictures and documents, read in a real child, and what is refused leaves nothing."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from jarvis.app.attachments import Attachments, attachments_of
from jarvis.app.build import Jarvis
from jarvis.cli.asking import ask
from jarvis.contracts.attachments import LARGEST_DOCUMENT, LARGEST_IMAGE
from jarvis.contracts.errors import LANGUAGES, InputError
from jarvis.documents.pictures import picture_of
from jarvis.processes.registry import ChildRegistry
from jarvis.settings.folders import Folders
from jarvis.storage.attachments import SqliteAttachments
from jarvis.storage.database import Database
from tests.fakes.clock import FakeClock
from tests.fakes.documents import pdf
from tests.fakes.pictures import claimed_png, png


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Attachments]:
    folders = Folders(home=tmp_path / "home")
    folders.create()
    database = Database(folders.database)
    yield Attachments(SqliteAttachments(database, FakeClock()), folders, ChildRegistry(folders.run))
    assert not list(folders.run.glob("attached-*"))
    database.close()


def refused(desk: Attachments, name: str, source: bytes | Path) -> str:
    with pytest.raises(InputError) as caught:
        desk.add(name, source, draft="")
    assert all(caught.value.sentence(language) for language in LANGUAGES)
    assert not desk.drafts("")
    return caught.value.code


def test_who_reads_documents_for_their_meaning_is_told_of_them_and_not_of_pictures(tmp_path: Path) -> None:
    folders = Folders(home=tmp_path / "home")
    folders.create()
    database = Database(folders.database)
    told: list[tuple[str, str]] = []
    desk = Attachments(
        SqliteAttachments(database, FakeClock()),
        folders,
        ChildRegistry(folders.run),
        lambda identity, passages: told.append((identity, passages[0].text)),
    )
    kept = desk.add("note.txt", b"The budget is 4,200 euros.")
    desk.add("shot.png", png())
    assert told == [(kept.id, "The budget is 4,200 euros.")]
    database.close()


def test_a_document_is_kept_although_nothing_can_read_ahead(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folders = Folders(home=tmp_path / "home")
    folders.create()
    database = Database(folders.database)

    class Broken:
        clock = FakeClock()
        registry = ChildRegistry(folders.run)
        settings = SimpleNamespace(integer=lambda _: 16)

        @property
        def memory_room(self) -> None:
            raise OSError("no space left")

    jarvis = Broken()
    jarvis.folders, jarvis.database = folders, database  # type: ignore[attr-defined]
    desk = attachments_of(jarvis)  # type: ignore[arg-type]
    kept = desk.add("note.txt", b"The budget is 4,200 euros. " * 20, draft="")
    assert [draft.id for draft in desk.drafts("")] == [kept.id]
    assert "no space left" in caplog.text
    database.close()


def test_a_pdf_is_kept_with_its_text_and_pages(desk: Attachments, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf([["The budget is 4,200 euros."], ["It was approved in May."], ["The end."]]))
    kept = desk.add(file.name, file, draft="")
    assert (kept.kind, kept.media_type, kept.pages, kept.bytes) == (
        "document",
        "application/pdf",
        3,
        file.stat().st_size,
    )
    assert desk.data(kept.id) == file.read_bytes()
    assert [passage.place for passage in desk.passages(kept.id)] == ["p. 1", "p. 2", "p. 3"]
    assert "4,200 euros" in desk.passages(kept.id)[0].text
    desk.drop(kept.id)
    assert not desk.drafts("")


def test_models_get_a_picture_without_what_it_tells(desk: Attachments) -> None:
    note = b"tEXtComment\0" + b"48.8584 N 2.2945 E"
    chunk = struct.pack(">I", len(note) - 4) + note + struct.pack(">I", zlib.crc32(note))
    told = png()[:33] + chunk + png()[33:]
    kept = desk.add("holiday.png", told)
    assert desk.data(kept.id) == told
    assert desk.picture(kept.id) == png()
    assert desk.picture("gone") == b""
    cut = desk.add("cut.png", png()[:40])
    assert desk.picture(cut.id) == b""


def test_a_picture_is_known_by_its_content(desk: Attachments) -> None:
    kept = desk.add("shot.txt", png(40, 30), draft="")
    assert (kept.kind, kept.media_type) == ("image", "image/png")
    assert desk.data(kept.id) == png(40, 30)


def test_pasted_text_is_a_document(desk: Attachments) -> None:
    kept = desk.add("../../etc/pasted\n text.txt", "Érase una vez. ".encode() * 2_000)
    assert kept.name == "pasted text.txt"
    assert kept.passages > 10


def test_what_is_refused_has_a_sentence_and_leaves_nothing(desk: Attachments, tmp_path: Path) -> None:
    folder = tmp_path / "folder.txt"
    folder.mkdir()
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.write(b"text")
        file.truncate(LARGEST_DOCUMENT + 1)
    assert refused(desk, "large.txt", large) == "attachment.too_large"
    assert refused(desk, "large.png", png() + bytes(LARGEST_IMAGE)) == "attachment.too_large"
    assert refused(desk, "broken.png", b"not a picture at all") == "attachment.broken_image"
    assert refused(desk, "cut.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF") == "attachment.broken_image"
    assert refused(desk, "huge.png", claimed_png(60_000, 60_000)) == "attachment.pixels"
    assert refused(desk, "none.pdf", b"%PDF-1.4 nothing follows") == "attachment.unreadable"
    assert refused(desk, "program.exe", b"MZ\0\0") == "attachment.kind"
    assert refused(desk, "empty.txt", b"") == "attachment.empty"
    assert refused(desk, "folder.txt", folder) == "attachment.no_file"
    assert refused(desk, "gone.txt", tmp_path / "gone.txt") == "attachment.unread_file"
    assert refused(desk, "binary.txt", bytes(range(256)) * 40) == "attachment.unreadable"


def test_sizes_are_read_from_every_kind_of_header() -> None:
    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc2\x00\x11\x08" + struct.pack(">HH", 30, 40) + bytes(9)
    gif = b"GIF89a" + struct.pack("<HH", 40, 30)
    extended = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + (39).to_bytes(3, "little") + (29).to_bytes(3, "little")
    lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + struct.pack("<I", 39 | 29 << 14)
    lossy = b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 40, 30)
    for head in (jpeg, gif, extended, lossless, lossy, png(40, 30)):
        found = picture_of(head)
        assert found is not None and (found.width, found.height) == (40, 30)
        assert picture_of(head[:9]) is None


def test_the_command_line_attaches_files_and_the_log_keeps_them(tmp_path: Path) -> None:
    report = tmp_path / "report.pdf"
    report.write_bytes(pdf([["The plumber costs 912 euros."]]))
    picture = tmp_path / "shot.png"
    picture.write_bytes(png())
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    try:
        asked = ["what does he cost?", "--attach", str(report), "--attach", str(picture), "--json"]
        result = CliRunner().invoke(ask, asked, obj=jarvis)
        conversation = json.loads(result.stdout)["conversation_id"]
        (question, *_) = jarvis.conversation_log.messages(conversation)
        assert [file.name for file in question.attachments] == ["report.pdf", "shot.png"]
        assert jarvis.attachments().passages(question.attachments[0].id)[0].text == "The plumber costs 912 euros."
        refused = CliRunner().invoke(ask, ["what?", "--attach", str(tmp_path / "home" / "jarvis.sqlite3")], obj=jarvis)
        assert refused.exit_code == 1 and "jarvis.sqlite3" in refused.output
        assert len(jarvis.conversation_log.conversations()) == 1
        jarvis.conversation_log.delete(conversation)
        assert jarvis.attachments().data(question.attachments[0].id) == b""
    finally:
        jarvis.close()
