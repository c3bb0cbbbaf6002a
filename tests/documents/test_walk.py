from __future__ import annotations

import os
from pathlib import Path

import pytest

from jarvis.documents.reasons import _SENTENCES, Reason, Unreadable, amount, reason
from jarvis.documents.walk import reachable, walk


def _nothing(path: Path) -> bool:
    return False


def _found(root: Path) -> dict[str, str]:
    """Names below `root` with the code of why each is left alone, empty for what is read."""
    return {
        found.path.relative_to(root).as_posix(): found.why.code if found.why else "" for found in walk(root, _nothing)
    }


def _fill(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def test_files_in_order_and_whole_folders_left_alone_with_one_line(tmp_path: Path) -> None:
    _fill(tmp_path, "b.md", "a.txt", "p.jpg", ".env", "~$a.docx", "sub/c.md", "sub/deep/d.md")
    _fill(tmp_path, ".git/x.md", "web/node_modules/y.md", "env/pyvenv.cfg", "env/z.md", "cache/CACHEDIR.TAG")
    assert _found(tmp_path) == {
        ".env": "hidden",
        ".git": "hidden",
        "a.txt": "",
        "b.md": "",
        "cache": "generated",
        "env": "generated",
        "p.jpg": "kind",
        "sub/c.md": "",
        "sub/deep/d.md": "",
        "web/node_modules": "generated",
        "~$a.docx": "temporary",
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in the file system")
def test_loops_of_links_pipes_and_locked_folders_do_not_stop_a_walk(tmp_path: Path) -> None:
    _fill(tmp_path, "a.md", "sub/b.md")
    (tmp_path / "sub/up").symlink_to(tmp_path)
    (tmp_path / "l.md").symlink_to(tmp_path / "nowhere.md")
    os.mkfifo(tmp_path / "pipe.md")
    locked = tmp_path / "locked"
    locked.mkdir(0)
    found = _found(tmp_path)
    locked.chmod(0o700)
    if os.geteuid():
        assert found.pop("locked") == "permission"
    assert found == {"a.md": "", "l.md": "link", "pipe.md": "special", "sub/b.md": "", "sub/up": "link"}


def test_a_folder_can_be_left_out_in_silence_or_with_a_word(tmp_path: Path) -> None:
    _fill(tmp_path, "a/x.md", "b/y.md", "c/z.md")
    answers: dict[str, Reason | bool] = {"a": True, "b": reason("own"), "c": False}
    found = [(entry.path.name, entry.why) for entry in walk(tmp_path, lambda path: answers[path.name])]
    assert found == [("b", reason("own")), ("z.md", None)]


def test_a_single_file_is_walked_too(tmp_path: Path) -> None:
    _fill(tmp_path, "a.md")
    assert [found.path.name for found in walk(tmp_path / "a.md", _nothing)] == ["a.md"]


def test_what_a_walk_would_not_come_to_is_not_reachable(tmp_path: Path) -> None:
    _fill(tmp_path, "a/x.md", ".git/y.md", "a/node_modules/z.md", "out/w.md")
    (tmp_path / "link").symlink_to(tmp_path / "out")
    reached = {
        name: reachable(tmp_path, tmp_path / name, lambda path: path.name == "out")
        for name in (".", "a", "a/x.md", ".git/y.md", ".git", "a/node_modules/z.md", "link/w.md", "out/w.md", "out")
    }
    assert [name for name, yes in reached.items() if yes] == [".", "a", "a/x.md"]


@pytest.mark.parametrize("code", sorted(_SENTENCES))
def test_every_reason_is_a_sentence_in_both_languages(code: str) -> None:
    names = ("suffix", "path", "size", "limit", "why", "seconds", "pages")
    why = reason(code, **dict.fromkeys(names, "{Ñ}"))
    for sentence in (why.sentence("en"), why.sentence("es")):
        assert sentence.endswith(".")
        assert sentence.count("{") == sentence.count("{Ñ}")
    assert why.sentence("en") != why.sentence("es")


def test_a_reason_without_its_values_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        reason("same")
    assert str(Unreadable("same", path="a.md")) == "It has the same content as a.md."


def test_amounts_are_in_words_of_both_languages() -> None:
    assert [amount(count) for count in (12, 2048, 5 << 20, 3 << 30)] == ["12 B", "2 KB", "5 MB", "3 GB"]
