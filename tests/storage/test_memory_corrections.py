"""Memories that change: corrections, forgetting, facts that no longer hold, and which answers drew on them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jarvis.contracts.errors import InputError
from jarvis.contracts.memory import MemoryFilter, NewMemory
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.profile import LearnedLine, SqliteProfile
from tests.fakes.clock import FakeClock
from tests.fakes.memory_talk import DAY, talk


def test_a_fact_that_changed_keeps_its_history(memories):
    talk(memories, 1)
    homes = ["Madrid", "Oslo", "Rome"]
    rows = memories.add(
        [
            NewMemory(
                id=home,
                text=f"I live in {home}",
                source="fact",
                origin="c0",
                subject="user",
                relation="home",
                said_at=DAY + timedelta(days=number),
            )
            for number, home in enumerate(homes)
        ]
    )
    for old, new in ((0, 1), (1, 2)):
        memories.supersede(homes[old], homes[new], rows[new].said_at)
    assert [memory.id for memory in memories.history("Oslo")] == homes
    assert memories.get("Madrid").valid_until == rows[1].said_at
    assert [memory.id for memory in memories.facts_about("user", "home")] == ["Rome"]
    assert len(memories.facts_about("user", "home", current=False)) == 3
    assert [memory.id for memory in memories.facts_of([1])[1]] == homes
    # Without the one in the middle the others still know each other.
    memories.delete([rows[1].seq])
    assert [memory.id for memory in memories.history("Madrid")] == ["Madrid", "Rome"]
    assert [memory.id for memory in memories.history("c0")] == ["c0"]


def test_a_correction_leaves_nothing_of_the_old_text(memories, found, database):
    log = SqliteConversationLog(database, FakeClock())
    conversation = log.start_conversation("My locker opens with zq7781")
    message = log.add_message(conversation.id, "user", "My locker opens with zq7781")
    memories.add(
        [
            NewMemory(id="m", text=message.text, source="conversation", message_id=message.id),
            NewMemory(id="after", text="and so on", previous="m"),
            NewMemory(id="fact", text="locker: zq7781", source="fact", origin="m"),
        ]
    )
    assert set(found("zq7781")) == {1, 2, 3}
    changed = memories.edit("m", "My locker opens with a key")
    assert (changed.id, changed.seq, memories.get("m")) == ("m", 4, changed)
    assert memories.get("after").previous_seq == changed.seq
    assert memories.get("fact") is None
    assert found("zq7781") == []
    assert set(found("key")) == {2, 4}
    assert log.message(message.id).text == changed.text
    assert log.conversations()[0].title == changed.text
    memories.optimize_words()
    database.scrub()
    for file in database.path.parent.iterdir():
        assert b"zq7781" not in file.read_bytes(), file
    assert memories.edit("m", changed.text) == changed
    for identity, text in (("nobody", "x"), ("m", " ")):
        with pytest.raises(InputError):
            memories.edit(identity, text)


def test_forgetting_takes_facts_and_the_words_beside_it_too(memories, found, database):
    memories.add(
        [
            NewMemory(id="m", text="my code is zq7781"),
            NewMemory(id="after", text="and so on", previous="m"),
            NewMemory(id="fact", text="code zq7781", source="fact", origin="m"),
        ]
    )
    assert memories.delete([1, 99]) == 2
    assert found("zq7781") == []
    assert memories.get("after").previous_seq is None
    memories.optimize_words()
    database.scrub()
    for file in database.path.parent.iterdir():
        assert b"zq7781" not in file.read_bytes(), file
    assert memories.delete([1]) == 0


def test_small_changes_are_kept_and_seen_by_the_version(memories):
    memories.add([NewMemory(id="m", text="x")])
    rows, versions = [], [memories.version()]
    for change in (
        lambda: memories.pin("m", True),
        lambda: memories.set_privacy("m", "cloud"),
        lambda: memories.told_again("m", DAY),
        lambda: memories.supersede("m", "n", DAY),
        lambda: memories.delete([1]),
    ):
        change()
        versions.append(memories.version())
        rows.append(memories.get("m"))
    row = rows[-2]
    assert rows[-1] is None
    assert len(set(versions)) == len(versions)
    assert (row.pinned, row.privacy, row.times_told, row.last_told) == (True, "cloud", 2, DAY)
    assert (row.valid_until, row.superseded_by) == (DAY, "n")
    with pytest.raises(InputError):
        memories.pin("m", False)


def test_what_an_answer_drew_on(memories, database):
    log = SqliteConversationLog(database, FakeClock())
    conversation = log.start_conversation("x")
    answers = [log.add_message(conversation.id, "assistant", "a").id for _ in range(3)]
    memories.add([NewMemory(id=name, text=name) for name in "abc"])
    assert memories.used_by(None) == []
    memories.record_use(answers[0], [(1, 0.5), (2, 0.9), (77, 1.0)])
    memories.record_use(answers[1], [(2, 0.4)])
    memories.record_use("nobody", [(2, 0.4)])
    assert memories.used_by(answers[0]) == [(2, 0.9), (1, 0.5)]
    assert memories.used_by(None) == [(2, 0.4)]
    assert memories.used_by(answers[2]) == []
    assert memories.answers_using([2]) == answers[:2]
    memories.edit("b", "better")
    assert memories.used_by(None) == [(4, 0.4)]
    memories.delete([4])
    assert memories.answers_using([1, 2, 4]) == answers[:1]


def test_what_follows_a_forgotten_text_is_found_by_its_own_words(memories, found):
    talk(memories, 6)
    memories.delete([memories.get("c2").seq, memories.get("c3").seq])
    assert set(found("turn")) == {1, 2, 5, 6}
    assert memories.words_catch_up() == 0


def test_what_says_the_same_stays_here_too(memories, database) -> None:
    log, profile = SqliteConversationLog(database, FakeClock()), SqliteProfile(database)
    talk = log.start_conversation("Walnuts").id
    asked = log.add_message(talk, "user", "I am allergic to walnuts. What can I bake?")
    answer = log.add_message(talk, "assistant", "Anything without walnuts.", source="model", model="m")
    later = log.add_message(talk, "assistant", "Something else.", source="model", model="m")
    _, fact, *_ = memories.add(
        [
            NewMemory(id="turn", text=asked.text, source="conversation", message_id=asked.id, privacy="cloud"),
            NewMemory(id="fact", text="I am allergic to walnuts.", source="fact", origin="turn", privacy="cloud"),
            NewMemory(id="more", text="I bake.", source="fact", origin="turn", privacy="cloud"),
            NewMemory(id="other", text="I like tea.", source="told", privacy="cloud"),
        ]
    )
    profile.fill([LearnedLine(text=fact.text, seq=fact.seq, privacy="cloud")])
    memories.set_privacy("fact", "local")
    assert {row.id: row.privacy for row in memories.page(MemoryFilter()).memories} == {
        "turn": "local",
        "fact": "local",
        "more": "local",
        "other": "cloud",
    }
    assert [line.privacy for line in profile.lines()] == ["local"]
    assert [log.message(each.id).detail for each in (asked, answer, later)] == ["", "stays", ""]
    memories.set_privacy("fact", "cloud")
    assert (memories.get("fact").privacy, memories.get("turn").privacy) == ("cloud", "local")


def test_a_title_that_follows_a_correction_ends_between_two_words(memories, database):
    log = SqliteConversationLog(database, FakeClock())
    conversation = log.start_conversation("My locker opens with zq7781")
    message = log.add_message(conversation.id, "user", "My locker opens with zq7781")
    memories.add([NewMemory(id="m", text=message.text, source="conversation", message_id=message.id)])
    memories.edit("m", "My locker at the swimming pool opens with the small key that hangs behind the door")
    assert log.conversations()[0].title == "My locker at the swimming pool opens with the small key…"
