"""The child as its parent sees it: what files do to it costs one file each."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled
from jarvis.documents.blocks import Piece
from jarvis.documents.limits import ReadLimits
from jarvis.documents.reading import DocumentReader
from jarvis.documents.reasons import Unreadable
from jarvis.processes.registry import ChildRegistry
from tests.fakes import documents

_LIMITS = ReadLimits(memory_bytes=512 << 20, seconds=1.0, seconds_per_mib=60.0)
_SMALL = 0
_LARGE = 8 << 20
"""Told sizes: how long a file may take goes by them, and only the naughty ones are given little."""


def _reader(folder: Path, limits: ReadLimits, module: str) -> DocumentReader:
    return DocumentReader(logs=folder / "logs", registry=ChildRegistry(folder / "run"), limits=limits, module=module)


@pytest.fixture
def naughty(tmp_path: Path) -> Iterator[DocumentReader]:
    reader = _reader(tmp_path, _LIMITS, "tests.programs.naughty_reader")
    yield reader
    reader.close()


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[DocumentReader]:
    reader = _reader(tmp_path, ReadLimits(), "jarvis.documents.child")
    yield reader
    reader.close()


def _read(reader: DocumentReader, path: Path, size: int = _LARGE) -> list[Piece]:
    return list(reader.open(path, size).pieces())


def _failure(reader: DocumentReader, path: Path) -> str:
    with pytest.raises(Unreadable) as raised:
        _read(reader, path, _SMALL if path.name in ("hang.txt", "spin.txt") else _LARGE)
    return raised.value.reason.code


def _file(folder: Path, name: str, content: str = "Some text.") -> Path:
    path = folder / name
    path.write_text(content)
    return path


@pytest.mark.parametrize(("name", "code"), [("hang.txt", "slow"), ("spin.txt", "slow"), ("crash.txt", "crashed")])
def test_a_hang_a_loop_and_a_crash_cost_one_file_each(
    naughty: DocumentReader, tmp_path: Path, name: str, code: str
) -> None:
    good = _file(tmp_path, "good.txt")
    assert [piece.text for piece in _read(naughty, good)] == ["Some text."]
    assert _failure(naughty, _file(tmp_path, name)) == code
    assert [piece.text for piece in _read(naughty, good)] == ["Some text."]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no bound for a process' memory here")
def test_a_file_that_takes_all_memory_costs_one_file(naughty: DocumentReader, tmp_path: Path) -> None:
    assert _failure(naughty, _file(tmp_path, "swell.txt")) == "memory"
    assert [piece.text for piece in _read(naughty, _file(tmp_path, "good.txt"))] == ["Some text."]


def test_a_parser_cannot_reach_the_network_start_programs_or_write(naughty: DocumentReader, tmp_path: Path) -> None:
    texts = [piece.text for piece in _read(naughty, _file(tmp_path, "reach.txt"))]
    assert texts == [f"{name} refused" for name in ("connect", "resolve", "run", "fork", "write")]


def test_the_head_tells_files_of_the_same_content(reader: DocumentReader, tmp_path: Path) -> None:
    digests = []
    for name, content in (("a.txt", "one"), ("b.txt", "one"), ("c.txt", "two")):
        opened = reader.open(_file(tmp_path, name, content), 3)
        digests.append(opened.head.digest)
        assert opened.head.bytes == 3
        opened.leave()
    assert digests[0] == digests[1] != digests[2]


def test_cancelling_ends_a_reading_at_once(tmp_path: Path) -> None:
    patient = _reader(tmp_path, ReadLimits(seconds=600), "tests.programs.naughty_reader")
    cancel = CancelToken()
    opened = patient.open(_file(tmp_path, "hang.txt"), 0, cancel)
    pieces = opened.pieces()
    timer = threading.Timer(0.1, cancel.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        list(pieces)
    timer.join()
    assert [piece.text for piece in _read(patient, _file(tmp_path, "good.txt"))] == ["Some text."]
    patient.close()


def test_a_reading_that_was_left_in_the_middle_does_not_disturb_the_next(
    tmp_path: Path, reader: DocumentReader
) -> None:
    long = _file(tmp_path, "long.txt", "A sentence of some words. " * 20_000)
    pieces = reader.open(long, 0).pieces()
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert [piece.text for piece in _read(reader, _file(tmp_path, "b.txt", "Two."))] == ["Two."]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in the file system")
def test_pipes_and_links_are_never_waited_for(reader: DocumentReader, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "link.txt").symlink_to(_file(tmp_path, "real.txt"))
    assert _failure(reader, tmp_path / "pipe.txt") == "special"
    assert _failure(reader, tmp_path / "link.txt") == "unreadable"
    assert _failure(reader, Path("/dev/zero")) in ("special", "kind")


def test_what_is_not_there_is_not_allowed_or_empty(reader: DocumentReader, tmp_path: Path) -> None:
    locked = _file(tmp_path, "locked.txt")
    locked.chmod(0)
    assert _failure(reader, tmp_path / "none.txt") == "vanished"
    assert _failure(reader, _file(tmp_path, "blank.txt", " \n")) == "empty"
    assert _failure(reader, _file(tmp_path, "none.txt", "")) == "empty"
    if os.geteuid():
        assert _failure(reader, locked) == "permission"


def test_a_name_that_is_no_text_is_read(reader: DocumentReader, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/od\xffd.txt"))
    path.write_text("Odd.")
    assert [piece.text for piece in _read(reader, path)] == ["Odd."]


def test_a_large_binary_file_with_a_text_name_is_refused_quickly(reader: DocumentReader, tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.truncate(64 << 20)
    assert _failure(reader, path) == "binary"


def test_pieces_come_with_place_writer_and_day(reader: DocumentReader, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(
        documents.docx(documents.docx_paragraph("Casa", "Ttulo1") + documents.docx_paragraph("Piso de la abuela."))
    )
    (piece,) = _read(reader, path)
    assert (piece.place, piece.text, piece.speaker, piece.said_at) == ("Casa", "Piso de la abuela.", "", None)
