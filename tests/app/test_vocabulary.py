"""The words that help the recogniser, from what is really stored and installed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.app.build import Jarvis
from jarvis.app.vocabulary import MOST_WORDS, PATIENCE_SECONDS, PROGRAMS_SECONDS, Vocabulary, names_in
from jarvis.contracts.errors import InputError
from jarvis.contracts.speech import RecognitionHints
from jarvis.settings.folders import Folders
from jarvis.storage.lists import SqliteListBook
from tests.fakes.clock import FakeClock
from tests.fakes.voice import FakeSpeechToText
from tests.fakes.voice_output import FakeTextToSpeech


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data" / "applications"
    folder.mkdir(parents=True)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "none"))
    return folder


@pytest.fixture
def jarvis(tmp_path: Path, programs: Path) -> Iterator[Jarvis]:
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    jarvis.settings.set("ollama.url", "")
    yield jarvis
    jarvis.close()


def install(folder: Path, *names: str) -> None:
    for name in names:
        entry = f"[Desktop Entry]\nType=Application\nName={name}\nExec=true\n"
        (folder / f"{name.lower().replace(' ', '-')}.desktop").write_text(entry, encoding="utf-8")


def say(jarvis: Jarvis, *texts: str) -> None:
    """Hold a conversation of its own."""
    log = jarvis.conversation_log
    talk = log.start_conversation("Talk")
    for number, text in enumerate(texts):
        log.add_message(talk.id, "assistant" if number % 2 else "user", text)


def test_nothing_stored_gives_no_words(jarvis: Jarvis) -> None:
    hints = Vocabulary(jarvis).look()
    assert (hints.words, hints.public, hints.before) == ((), (), "")


def test_words_come_from_contacts_facts_profile_turns_lists_and_programs_best_first(
    jarvis: Jarvis, programs: Path
) -> None:
    install(programs, "Zettelkasten")
    jarvis.settings.set("privacy.contacts", "Iñaki Etxeberria, Xochitl")
    jarvis.fact_book.remember("Saoirse is my wife", "en")
    jarvis.fact_book.remember("mi perro come en casa de Wenceslao", "es")
    jarvis.memory_room.profile.replace(["The person lives in Gijón."])
    lists = SqliteListBook(jarvis.database, jarvis.clock)
    lists.add("compra", "quinoa")
    lists.add("compra", "tempeh")
    lists.add("work", "call the plumber")
    done = lists.add("work", "gone already")
    lists.complete(done.id)
    say(jarvis, "Is the train to Logroño late?", "It leaves at noon.")
    hints = Vocabulary(jarvis).look()
    assert hints.words == (
        *("Iñaki Etxeberria", "Xochitl", "Saoirse", "Wenceslao", "Gijón", "Logroño"),
        *("compra", "work", "tempeh", "call the plumber", "quinoa", "Zettelkasten"),
    )
    assert hints.before == "It leaves at noon."


def test_only_programs_that_everybody_knows_may_leave_the_computer(jarvis: Jarvis, programs: Path) -> None:
    install(programs, "Zettelkasten", "Firefox")
    jarvis.settings.set("privacy.contacts", "Iñaki")
    jarvis.fact_book.remember("Saoirse is my wife", "en")
    jarvis.memory_room.profile.replace(["The person lives in Gijón."])
    SqliteListBook(jarvis.database, jarvis.clock).add("compra", "quinoa")
    say(jarvis, "Is the train to Logroño late?")
    hints = Vocabulary(jarvis).look()
    assert hints.public == ("Firefox",)
    assert "Zettelkasten" in hints.words


def test_who_was_just_spoken_of_comes_before_the_others(jarvis: Jarvis) -> None:
    jarvis.settings.set("privacy.contacts", ", ".join(f"Friend{number}" for number in range(30)) + ", Xochitl Ruiz")
    say(jarvis, "When is the birthday of Xochitl?")
    words = Vocabulary(jarvis).look().words
    assert words[0] == "Xochitl Ruiz"
    assert sum(word.startswith("Friend") for word in words) == 19, "the rest leaves room for other kinds"


def test_programs_that_were_spoken_of_come_first_then_those_that_everybody_knows(
    jarvis: Jarvis, programs: Path
) -> None:
    install(programs, *(f"Aaa {letter}{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"), "Firefox", "Zettelkasten")
    say(jarvis, "open zettelkasten", "Opening Zettelkasten.")
    say(jarvis, "how are you", "Well.")
    words = Vocabulary(jarvis).look().words
    assert words[:2] == ("Zettelkasten", "Firefox")
    assert len(words) == 21, "twenty, and the one of which was spoken"


def test_a_long_vocabulary_is_cut_where_it_is_worth_least(jarvis: Jarvis, programs: Path) -> None:
    install(programs, *(f"Program {number}" for number in range(30)))
    jarvis.settings.set("privacy.contacts", ", ".join(f"Friend{number}" for number in range(30)))
    jarvis.memory_room.profile.replace(["Knows " + " ".join(f"Town{number}" for number in range(12))])
    lists = SqliteListBook(jarvis.database, jarvis.clock)
    for number in range(30):
        lists.add(f"list {number % 12}", f"thing {number}")
    words = Vocabulary(jarvis).look().words
    assert len(words) == MOST_WORDS
    assert [sum(word.startswith(kind) for word in words) for kind in ("Friend", "Town", "list", "thing")] == [
        20,
        10,
        10,
        12,
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ana is my wife", ["Ana"]),
        ("Ana García vive en Lugo.", ["Ana", "García", "Lugo"]),
        ("Marta's cousin is called Rex", ["Marta", "Rex"]),
        ("He said so. Bilbo and Frodo went home.", ["Bilbo", "Frodo"]),
        ("¿Íñigo vive en Cádiz?", ["Íñigo", "Cádiz"]),
        ("¿Puedes llamar a Íñigo?", ["Íñigo"]),
        ("A Ana le gusta el mar", ["Ana"]),
        ("Mi perro es Toby\nLuis trabaja aquí", ["Toby", "Luis"]),
        ("Open Firefox and call Zoe.", ["Firefox", "Zoe"]),
        ("This is it. That's all. Here's Tom.", ["Tom"]),
        ("Today is fine. Hoy es fiesta. Let's go.", []),
    ],
)
def test_a_name_that_begins_a_sentence_is_one_where_something_is_said_of_it(text: str, names: list[str]) -> None:
    assert names_in([text]) == names


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an utterance wait for its words for as long as a busy machine takes."""
    monkeypatch.setattr("jarvis.app.vocabulary.PATIENCE_SECONDS", 60.0)


def looked() -> None:
    """Wait until nothing is looked up any more."""
    for thread in threading.enumerate():
        if thread.name == "jarvis-vocabulary":
            thread.join()


def test_the_first_utterance_after_the_start_has_its_words(jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch) -> None:
    jarvis.settings.set("privacy.contacts", "Xochitl")
    jarvis.speech.__dict__.update(speech_to_text=FakeSpeechToText(), text_to_speech=FakeTextToSpeech())
    jarvis.speech.warm_children()
    vocabulary, over = jarvis.speech.vocabulary, threading.Event()
    monkeypatch.setattr(vocabulary, "look", over.wait)
    try:
        assert vocabulary().words == ("Xochitl",)
    finally:
        over.set()
        looked()


@pytest.mark.usefixtures("patient")
def test_words_that_came_since_the_utterance_before_are_known_at_once(jarvis: Jarvis) -> None:
    vocabulary = Vocabulary(jarvis)
    assert vocabulary().words == ()
    jarvis.settings.set("privacy.contacts", "Xochitl")
    jarvis.fact_book.remember("Saoirse is my wife", "en")
    assert vocabulary().words == ("Xochitl", "Saoirse")


@pytest.mark.usefixtures("patient")
def test_the_answer_just_given_is_known_to_what_is_said_next(jarvis: Jarvis) -> None:
    vocabulary = Vocabulary(jarvis)
    say(jarvis, "Who wrote that?")
    assert vocabulary().before == "Who wrote that?"
    say(jarvis, "Who wrote that?", "It was written by Wenceslao.")
    assert (vocabulary().before, vocabulary().words) == ("It was written by Wenceslao.", ("Wenceslao",))


@pytest.mark.usefixtures("patient")
def test_programs_are_read_anew_after_a_while_and_then_at_once(
    jarvis: Jarvis, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeClock()
    monkeypatch.setattr(jarvis, "clock", clock)
    vocabulary = Vocabulary(jarvis)
    install(programs, "Firefox")
    assert vocabulary().words == ("Firefox",)
    install(programs, "Zettelkasten")
    clock.advance(PROGRAMS_SECONDS - 1)
    assert vocabulary().words == ("Firefox",)
    clock.advance(1)
    assert vocabulary().words == ("Firefox", "Zettelkasten")


def test_no_utterance_waits_for_a_look_that_takes_long(jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch) -> None:
    jarvis.settings.set("privacy.contacts", "Xochitl")
    vocabulary, over, looks = Vocabulary(jarvis), threading.Event(), []
    before = vocabulary.look()
    monkeypatch.setattr(vocabulary, "look", lambda: looks.append(over.wait()))
    assert PATIENCE_SECONDS <= 0.1, "so much of what is said may wait for it"
    try:
        assert vocabulary() is before
        assert vocabulary() is before and looks == [], "the same look is still waited for"
    finally:
        over.set()
        looked()
    assert looks == [True], "one look at a time"
    vocabulary()
    looked()
    assert looks == [True, True]


def test_a_vocabulary_that_cannot_be_read_leaves_hearing_as_it_is(
    jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise InputError("storage.broken", en="It is broken.", es="Está roto.")

    vocabulary = Vocabulary(jarvis)
    monkeypatch.setattr(vocabulary, "look", fails)
    vocabulary.warm()
    assert vocabulary() == RecognitionHints()
