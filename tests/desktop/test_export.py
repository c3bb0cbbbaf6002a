"""Conversations in files: names, whole or not at all, and PDFs in which nothing acts."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.errors import InputError
from jarvis.desktop.export_file import SUFFIXES, file_name, with_suffix, write_whole
from jarvis.desktop.export_pdf import write_pdf

PAGE = "Page {number}"


def pdf(text: str, folder: Path, title: str = "Party") -> tuple[int, bytes]:
    file = folder / "out.pdf"
    pages = write_pdf(text, file, title=title, page_word=PAGE, formulas=None)
    return pages, file.read_bytes()


def test_a_name_comes_from_the_title(tmp_path: Path) -> None:
    assert file_name("Plan: the “party”/garden?", "pdf", "x") == "Plan the “party” garden.pdf"
    assert file_name("..\\..\\etc/passwd", "json", "x") == "etc passwd.json"
    assert file_name(" \n?", "markdown", "conversation") == "conversation.md"


@given(st.text(max_size=200))
def test_a_name_is_always_one_of_a_file_in_this_folder(title: str) -> None:
    name = file_name(title, "pdf", "conversation")
    assert Path(name).name == name
    assert name.endswith(".pdf")
    assert name not in (".pdf", "..pdf")
    assert len(name) <= 64


def test_the_ending_is_added_where_it_is_missing() -> None:
    for form, suffix in SUFFIXES.items():
        assert with_suffix(Path("/x/a.b"), form) == Path(f"/x/a.b{suffix}")
        assert with_suffix(Path(f"/x/a{suffix.upper()}"), form) == Path(f"/x/a{suffix.upper()}")


def test_a_file_is_replaced_whole_and_keeps_its_rights(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    write_whole(file, lambda part: part.write_text("new"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o640)
    link = tmp_path / "link.md"
    link.symlink_to(file)
    write_whole(link, lambda part: part.write_text("newer"))
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode), link.is_symlink()) == ("newer", 0o640, True)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.md", "link.md"]


def test_a_failure_leaves_what_was_there_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("old")

    def full(part: Path) -> None:
        part.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="No space left") as told:
        write_whole(file, full)
    assert "no se cambió nada" in told.value.sentence("es")
    assert [one.name for one in tmp_path.iterdir()] == ["a.md"]
    assert file.read_text() == "old"
    with pytest.raises(InputError, match="could not be written"):
        write_whole(tmp_path / "gone" / "a.md", full)


@pytest.mark.usefixtures("qapp")
def test_a_conversation_goes_over_as_many_pages_as_it_takes(tmp_path: Path) -> None:
    short, data = pdf("# Party\n\n## You\n\nHello\n", tmp_path)
    assert short == 1
    assert data.startswith(b"%PDF")
    code = "```python\n" + "".join(f"line_{n} = {n}  # 🎂\n" for n in range(400)) + "```\n"
    long, _ = pdf(f"# Party\n\n{code}\n| a | b |\n|---|--:|\n| 1 | 2 |\n", tmp_path)
    # Some 75 lines of code stand on a page.
    assert 5 <= long <= 8


@pytest.mark.usefixtures("qapp")
def test_one_endless_line_is_laid_out_in_pieces(tmp_path: Path) -> None:
    pages, _ = pdf("**bold** " + "x" * 120_000 + "\n\n```\n" + "y" * 60_000 + "\n```\n", tmp_path)
    assert 15 < pages < 90


@pytest.mark.usefixtures("qapp")
def test_nothing_in_a_pdf_can_act(tmp_path: Path) -> None:
    hostile = (
        "<script>alert(1)</script> ![pic](https://evil.example/a.png) ![f](file:///etc/passwd) "
        "[go](javascript:alert(1)) [run](file:///bin/sh) \u202egnp.exe \x1b[31mred \ufffc\ufdd0\n\n"
        '<img src="https://evil.example/b.png">\n\n[web](https://example.org/page)\n'
    )
    _, data = pdf(hostile, tmp_path)
    for word in (b"/JavaScript", b"/JS", b"/Launch", b"/OpenAction", b"/EmbeddedFile", b"/Subtype /Image", b"file:"):
        assert word not in data
    assert b"javascript:" not in data
    assert b"example.org/page" in data


@pytest.mark.usefixtures("qapp")
def test_a_pdf_is_written_on_any_thread(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pages: list[int] = []
    text = "# T\n\n" + "words " * 3_000 + "\n\n```\ncode\n```\n"
    worker = threading.Thread(target=lambda: pages.append(pdf(text, tmp_path)[0]))
    worker.start()
    worker.join()
    assert pages == [pdf(text, tmp_path)[0]]
    assert "QBasicTimer" not in capfd.readouterr().err


@pytest.mark.usefixtures("qapp")
def test_a_pdf_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_pdf("x", tmp_path / "gone" / "a.pdf", title="T", page_word=PAGE, formulas=None)
