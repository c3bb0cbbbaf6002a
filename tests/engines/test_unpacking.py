"""Archives are unpacked into their folder and nowhere else, whatever Python runs this."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from jarvis.engines.unpacking import unpack


def archive(path: Path, *names: str) -> Path:
    with tarfile.open(path, "w:gz") as packed:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = 2
            packed.addfile(info, io.BytesIO(b"hi"))
    return path


@pytest.mark.parametrize("old_python", [False, True])
def test_files_come_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old_python: bool) -> None:
    if old_python:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    unpack(archive(tmp_path / "a.tar.gz", "top/a.c", "top/deep/b.c"), tmp_path / "out")
    assert sorted(str(file.relative_to(tmp_path / "out")) for file in (tmp_path / "out").rglob("*.c")) == [
        "top/a.c",
        "top/deep/b.c",
    ]


def test_nothing_leaves_the_folder_on_an_old_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(tarfile, "data_filter", raising=False)
    unpack(archive(tmp_path / "a.tar.gz", "../evil.c", "fine.c"), tmp_path / "out")
    assert not (tmp_path / "evil.c").exists()
    assert (tmp_path / "out" / "fine.c").read_text() == "hi"
