"""The secret that backups are marked with: made on any file system, once for all processes, with nothing left over."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jarvis.memory import backup_mark
from jarvis.memory.backup_mark import SECRET_FILE, UNFINISHED, is_marked, mark_of
from jarvis.memory.leftovers import remove_broken_off

LISTED = {"files": {}}


def marked(home: Path) -> dict[str, object]:
    return {**LISTED, "mark": mark_of(LISTED, home)}


def test_it_is_made_where_there_are_no_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuses)
    listed = marked(tmp_path)
    assert is_marked(listed, tmp_path) and not list(tmp_path.glob(f"{UNFINISHED}*"))


@pytest.mark.parametrize("content", [None, b"short"], ids=["the first", "one that was cut short"])
def test_two_at_once_have_one_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / SECRET_FILE).write_bytes(content)
    of_another: list[dict[str, object]] = []
    look = backup_mark._secret

    def looked_just_before(home: Path) -> bytes | None:
        found = look(home)
        monkeypatch.setattr(backup_mark, "_secret", look)
        of_another.append(marked(home))
        return found

    monkeypatch.setattr(backup_mark, "_secret", looked_just_before)
    mine = marked(tmp_path)
    assert is_marked(mine, tmp_path) and is_marked(of_another[0], tmp_path)


def test_nothing_is_left_of_one_that_could_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            mark_of(LISTED, tmp_path)
    assert not list(tmp_path.glob(f"{UNFINISHED}*")) and not (tmp_path / SECRET_FILE).exists()
    assert is_marked(marked(tmp_path), tmp_path)


def test_what_a_killed_process_left_of_one_goes_and_that_of_a_living_one_stays(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    of_the_dead = tmp_path / f"{UNFINISHED}{ended.pid}"
    of_the_living = tmp_path / f"{UNFINISHED}{os.getpid()}"
    for file in (of_the_dead, of_the_living, tmp_path / SECRET_FILE):
        file.write_bytes(b"x" * 32)
    remove_broken_off(tmp_path)
    assert not of_the_dead.exists() and of_the_living.exists() and (tmp_path / SECRET_FILE).exists()
