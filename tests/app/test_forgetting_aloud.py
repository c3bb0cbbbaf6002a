"""What is forgotten by talking goes out of drafts and logs too, as what the Memory window forgets does."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.app.build import Jarvis
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.events import AskEvent, AskFailed, AskFinished
from jarvis.contracts.messages import Request
from jarvis.settings.folders import Folders

SPOKEN = {
    "en": (
        "the vault in Asturias opens with Quillivant 88431",
        "remember that",
        "forget what I told you about the vault",
        "yes",
    ),
    "es": (
        "mi abuela Eulogia guarda el pasaporte violáceo en Cádiz",
        "recuerda que",
        "olvida lo que te dije de mi abuela",
        "sí",
    ),
}
ALL = {"en": "forget everything you remember", "es": "olvida todo lo que te he dicho"}
STARTED = '{"message": "started"}\n'


@pytest.fixture
def jarvis(tmp_path: Path) -> Iterator[Jarvis]:
    made = Jarvis(Folders(home=tmp_path / "home"))
    yield made
    made.close()


def say(jarvis: Jarvis, text: str, conversation: str | None = None) -> tuple[str, AskEvent]:
    """Ask as every door does; return the conversation and how the answer ended."""
    request = Request(text=text, conversation_id=conversation)
    events = list(jarvis.assistant().ask(request, CancelToken()))
    talk = conversation or jarvis.conversation_log.conversations()[0].id
    return talk, events[-1]


def strew(jarvis: Jarvis, fact: str) -> dict[str, list[str]]:
    """Let drafts, a rewording, a log and a cache quote `fact`; return the drafts that do not."""
    home = jarvis.folders.home
    stay = {"": ["Hi", ""], "other": ["Buy milk", ""]}
    quoting = {"talk": [f"By the way: {fact}", ""], "talk/question": [f"Is it so that {fact}", ""], "x": ["See", fact]}
    (home / "desktop.json").write_text(json.dumps({"drafts": {**stay, **quoting}, "place": "left"}), encoding="utf-8")
    line = json.dumps({"message": f"said {fact}"})
    (jarvis.folders.logs / "child.log").write_text(f"{STARTED}{line}\n", encoding="utf-8")
    (jarvis.folders.cache / "answer.json").write_text(json.dumps([fact]), encoding="utf-8")
    return stay


def holding(home: Path, fact: str) -> list[str]:
    """Name the files below `home` that hold a rare word of `fact`."""
    rare = [word.encode() for word in fact.split() if len(word) > 6]
    rare += [json.dumps(word)[1:-1].encode() for word in fact.split() if not word.isascii()]
    files = [file for file in home.rglob("*") if file.is_file()]
    return sorted(file.name for file in files if any(word.lower() in file.read_bytes().lower() for word in rare))


@pytest.mark.parametrize("everything", [False, True], ids=["one", "everything"])
@pytest.mark.parametrize("language", SPOKEN)
def test_what_is_forgotten_by_talking_is_in_no_draft_and_no_log(
    jarvis: Jarvis, language: str, everything: bool
) -> None:
    fact, remember, forget, yes = SPOKEN[language]
    talk, _ = say(jarvis, f"{remember} {fact}")
    stay = strew(jarvis, fact)
    assert {"desktop.json", "child.log", "answer.json"} <= set(holding(jarvis.folders.home, fact))
    _, asked = say(jarvis, ALL[language] if everything else forget, talk)
    assert isinstance(asked, AskFinished) and asked.expects_reply
    assert "desktop.json" in holding(jarvis.folders.home, fact)
    _, done = say(jarvis, yes, talk)
    assert isinstance(done, AskFinished) and done.skill == ("facts.forget_all" if everything else "facts.forget")
    assert jarvis.fact_book.all() == []
    assert holding(jarvis.folders.home, fact) == []
    document = json.loads((jarvis.folders.home / "desktop.json").read_text(encoding="utf-8"))
    assert document == {"drafts": stay, "place": "left"}
    assert (jarvis.folders.logs / "child.log").read_text(encoding="utf-8").startswith(STARTED)


ASIDE = {"en": ("a restore", "Settings", "“Your data”"), "es": ("restaurar una copia", "Ajustes", "«Tus datos»")}


@pytest.mark.parametrize("everything", [False, True], ids=["one", "everything"])
@pytest.mark.parametrize("language", SPOKEN)
def test_what_a_restore_kept_aside_stays_and_the_answer_says_so(
    jarvis: Jarvis, language: str, everything: bool
) -> None:
    fact, remember, forget, yes = SPOKEN[language]
    aside = jarvis.folders.home / "before-restore-20260101-000000"
    for folder in (None, aside):
        talk, _ = say(jarvis, f"{remember} {fact}")
        if folder is not None:
            folder.mkdir()
            (folder / "jarvis.sqlite3").write_text(fact, encoding="utf-8")
        say(jarvis, ALL[language] if everything else forget, talk)
        _, done = say(jarvis, yes, talk)
        assert isinstance(done, AskFinished) and jarvis.fact_book.all() == []
        assert all((words in done.text) is (folder is not None) for words in ASIDE[language])
    assert (aside / "jarvis.sqlite3").read_text(encoding="utf-8") == fact
    assert holding(jarvis.folders.home, fact) == ["jarvis.sqlite3"]


def test_where_the_rows_cannot_follow_the_files_it_is_said(jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch) -> None:
    fact, remember, forget, yes = SPOKEN["en"]
    talk, _ = say(jarvis, f"{remember} {fact}")
    say(jarvis, forget, talk)

    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("jarvis.storage.facts.redact", broken)
    _, failed = say(jarvis, yes, talk)
    assert isinstance(failed, AskFailed) and failed.code == "memory.rows_stay"
    assert [each.text for each in jarvis.fact_book.all()] == [fact]


def test_where_a_draft_cannot_be_cleaned_nothing_is_forgotten_and_it_is_said(jarvis: Jarvis) -> None:
    fact, remember, forget, yes = SPOKEN["en"]
    talk, _ = say(jarvis, f"{remember} {fact}")
    drafts = jarvis.folders.home / "desktop.json"
    drafts.mkdir()
    say(jarvis, forget, talk)
    _, failed = say(jarvis, yes, talk)
    assert isinstance(failed, AskFailed) and failed.code == "memory.leftovers"
    assert "nothing was forgotten yet" in failed.sentence
    assert [each.text for each in jarvis.fact_book.all()] == [fact]
    drafts.rmdir()
    say(jarvis, forget, talk)
    say(jarvis, yes, talk)
    assert jarvis.fact_book.all() == [] and holding(jarvis.folders.home, fact) == []


def test_what_is_told_while_it_is_looked_for_goes_out_of_drafts_too(
    jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jarvis.storage.forgetting import SqliteForgetting

    fact, later = SPOKEN["en"][0], "the cellar in Burgos opens with Zarzaparrilla 9921"
    jarvis.fact_book.remember(fact, "en")
    look = SqliteForgetting.look

    def and_meanwhile(self: SqliteForgetting, target: object, seen: object) -> object:
        gone = look(self, target, seen)  # type: ignore[arg-type]
        jarvis.fact_book.remember(later, "en")
        strew(jarvis, later)
        return gone

    monkeypatch.setattr(SqliteForgetting, "look", and_meanwhile)
    assert jarvis.fact_book.forget_all() == 2
    assert holding(jarvis.folders.home, later) == [] and holding(jarvis.folders.home, fact) == []
