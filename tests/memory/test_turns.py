"""Turns: each said thing becomes a memory once, in order, with its neighbours; commands and yeses do not."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.assistant.confirmation import confirmation_of
from jarvis.contracts.memory import Memory
from jarvis.contracts.messages import DETAIL_ASKED_BACK, DETAIL_CACHED, DETAIL_STAYS, Usage
from jarvis.contracts.spending import Call
from jarvis.memory.turns import ANSWER_SECONDS, PART_CHARACTERS, TurnKeeper, parts_of
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import Database
from jarvis.storage.ledger import SqliteLedger
from jarvis.storage.memories import SqliteMemories
from tests.fakes.clock import FakeClock


class World:
    """Conversations with everything around them on a real database."""

    def __init__(self, path: Path) -> None:
        self.clock = FakeClock()
        self.database = Database(path / "jarvis.sqlite3")
        self.log = SqliteConversationLog(self.database, self.clock)
        self.ledger = SqliteLedger(self.database, self.clock)
        self.memories = SqliteMemories(self.database, self.clock, lambda _text: "en")
        self.enabled, self.privacy = True, "as_told"
        self.turns = TurnKeeper(
            self.database,
            self.memories,
            self.clock,
            enabled=lambda: self.enabled,
            privacy=lambda: self.privacy,
            is_confirmation=lambda text: confirmation_of(text) is not None,
        )
        self.conversation = self.log.start_conversation("talk").id

    def said(self, text: str, answer: str = "", source: str = "model", detail: str = "", *places: str) -> str:
        message = self.log.add_message(self.conversation, "user", text)
        for place in places:
            self.called(message.id, place)
        if answer:
            reply = self.log.add_message(self.conversation, "assistant", answer, "streaming")
            self.log.close_message(reply.id, "complete", source=source, detail=detail)
        return message.id

    def called(self, message_id: str, place: str) -> None:
        self.ledger.record_call(
            Call(
                message_id=message_id,
                engine="e",
                model="m",
                where=place,
                stage="answer",
                usage=Usage(),
                cost_usd=0.0,
                cloud_usd=0.0,
                seconds=1.0,
                first_seconds=1.0,
                joules=None,
                suspect="",
                reference="",
                estimated=False,
                at=self.clock.now(),
            )
        )

    def texts(self, limit: int = 200) -> list[str]:
        return [memory.text for memory in self.turns.keep(limit)]

    def kept(self) -> list[Memory]:
        return self.memories.after(0, 1000)


@pytest.fixture
def world(tmp_path: Path):
    world = World(tmp_path)
    yield world
    world.database.close()


def test_turns_are_kept_word_for_word_once_and_in_a_chain(world):
    first = world.said("My sister lives in Oslo", "How nice!")
    world.said("¿Cómo es Oslo?", "Frío.")
    kept = world.turns.keep()
    assert [(memory.text, memory.speaker) for memory in kept] == [
        ("My sister lives in Oslo", "user"),
        ("How nice!", "assistant"),
        ("¿Cómo es Oslo?", "user"),
        ("Frío.", "assistant"),
    ]
    assert kept[0].id == kept[0].message_id == first
    assert [memory.previous_seq for memory in kept] == [None, *(memory.seq for memory in kept[:-1])]
    assert {memory.conversation_id for memory in kept} == {world.conversation}
    assert world.turns.keep() == []
    assert world.turns.waiting() == 0
    assert world.kept() == kept


@pytest.mark.parametrize(
    ("said", "answer", "source", "detail", "kept"),
    [
        ("set a timer for five minutes", "Done.", "skill", "", []),
        ("delete my list", "Really?", "skill", DETAIL_ASKED_BACK, []),
        ("what is my name?", "You said: Ana.", "memory", "", ["what is my name?"]),
        ("tell me a story", "Once upon a time", "model", DETAIL_CACHED, ["tell me a story"]),
        ("tell me a secret", "Shall I ask in the cloud?", "none", DETAIL_ASKED_BACK, ["tell me a secret"]),
        ("yes please", "Well then.", "model", "", ["Well then."]),
        ("no, gracias", "Vale.", "model", "", ["Vale."]),
        ("…", "What do you mean?", "model", "", ["What do you mean?"]),
        ("tell me", "…", "model", "", ["tell me"]),
        ("tell me", "No model could answer.", "none", "", ["tell me"]),
    ],
)
def test_what_is_kept(world, said, answer, source, detail, kept):
    world.said(said, answer, source, detail)
    assert world.texts() == kept


@pytest.mark.parametrize("state", ["failed", "cancelled", "interrupted"])
def test_an_answer_that_did_not_end_well_is_not_kept(world, state):
    world.log.add_message(world.conversation, "user", "tell me of whales")
    reply = world.log.add_message(world.conversation, "assistant", "Whales are", "streaming")
    world.log.close_message(reply.id, state, source="model")
    assert world.texts() == ["tell me of whales"]


def test_only_the_conversation_that_is_still_being_written_waits(world):
    world.said("one", "two")
    world.log.add_message(world.conversation, "user", "three")
    reply = world.log.add_message(world.conversation, "assistant", "fo", "streaming")
    other = world.log.start_conversation("other").id
    world.log.add_message(other, "user", "five")
    world.log.add_message(other, "assistant", "six", source="model")
    assert world.texts() == ["one", "two", "five", "six"]
    world.log.add_message(world.conversation, "user", "seven")
    world.log.add_message(world.conversation, "assistant", "eight", source="model")
    world.log.add_message(other, "user", "nine")
    world.log.add_message(other, "assistant", "ten", source="model")
    assert world.texts() == ["nine", "ten"]
    assert world.texts() == []
    assert world.turns.waiting() == 4
    world.log.close_message(reply.id, "complete", text="four", source="model")
    assert [world.texts(1) for _ in range(5)] == [["three"], ["four"], ["seven"], ["eight"], []]
    assert world.turns.waiting() == 0
    kept = {memory.text: memory for memory in world.kept()}
    before = {"one": None, "two": "one", "three": "two", "four": "three", "seven": "four", "five": None, "nine": "six"}
    for text, previous in before.items():
        assert kept[text].previous_seq == (kept[previous].seq if previous else None)


def test_what_waits_goes_with_its_conversation_and_when_it_is_off(world):
    world.log.add_message(world.conversation, "user", "what is this?")
    assert (world.texts(), world.turns.waiting()) == ([], 1)
    world.log.delete(world.conversation)
    assert world.turns.waiting() == 0
    world.conversation = world.log.start_conversation("next").id
    world.log.add_message(world.conversation, "user", "and this?")
    assert (world.texts(), world.turns.waiting()) == ([], 1)
    world.enabled = False
    world.texts()
    world.enabled = True
    world.clock.advance(ANSWER_SECONDS + 1)
    assert (world.texts(), world.turns.waiting()) == ([], 0)


STEPS = st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("ask begin end keep".split()), st.integers(1, 4)))


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
def test_each_turn_is_kept_once_and_in_its_order_however_conversations_mix(tmp_path_factory, steps):
    world = World(tmp_path_factory.mktemp("mixed"))
    talks = {name: world.log.start_conversation(name).id for name in "ABC"}
    said = {name: [] for name in talks}
    writing = {}
    for number, (name, what, limit) in enumerate(steps):
        if what == "keep":
            world.turns.keep(limit)
        elif what == "ask":
            said[name].append(world.log.add_message(talks[name], "user", f"question {number}").id)
        elif what == "begin" and name not in writing:
            writing[name] = world.log.add_message(talks[name], "assistant", "", "streaming").id
            said[name].append(writing[name])
        elif what == "end" and name in writing:
            world.log.close_message(writing.pop(name), "complete", text=f"answer {number}", source="model")
    for message in writing.values():
        world.log.close_message(message, "complete", text="at last", source="model")
    world.clock.advance(ANSWER_SECONDS + 1)
    while world.turns.waiting():
        world.turns.keep(3)
    for name, talk in talks.items():
        kept = [memory for memory in world.kept() if memory.conversation_id == talk]
        assert [memory.message_id for memory in kept] == said[name]
        assert [memory.previous_seq for memory in kept] == [None, *(memory.seq for memory in kept)][: len(kept)]
    world.database.close()


KEEPING = """
import os, signal, sys
from pathlib import Path
from tests.memory.test_turns import World

world = World(Path(sys.argv[1]))
left = int(sys.argv[2])
real = world.memories.add_within

def add_within(connection, rows):
    global left
    added = real(connection, rows)
    left -= bool(rows)
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return added

world.memories.add_within = add_within
while world.turns.keep(2):
    pass
"""


@pytest.mark.parametrize("rounds", range(4))
def test_kill_9_neither_loses_nor_doubles_what_waits(world, tmp_path, rounds):
    def keeping(rounds: int) -> int:
        given = [sys.executable, "-c", KEEPING, str(tmp_path), str(rounds)]
        return subprocess.run(given, cwd=Path(__file__).parents[2], check=False).returncode

    world.log.add_message(world.conversation, "user", "a1")
    reply = world.log.add_message(world.conversation, "assistant", "", "streaming")
    other = world.log.start_conversation("other").id
    for number in range(3):
        world.log.add_message(other, "user", f"b{2 * number + 1}")
        world.log.add_message(other, "assistant", f"b{2 * number + 2}", source="model")
    world.turns.keep(2)
    assert keeping(rounds) == (-signal.SIGKILL if rounds < 3 else 0)
    world.log.add_message(world.conversation, "user", "a3")
    world.log.close_message(reply.id, "complete", text="a2", source="model")
    world.clock.advance(ANSWER_SECONDS + 1)
    assert keeping(0) == -signal.SIGKILL
    while world.turns.waiting():
        world.turns.keep(2)
    texts = [memory.text for memory in world.kept()]
    assert sorted(texts) == ["a1", "a2", "a3", "b1", "b2", "b3", "b4", "b5", "b6"]
    assert [text for text in texts if text[0] == "a"] == ["a1", "a2", "a3"]
    assert [text for text in texts if text[0] == "b"] == ["b1", "b2", "b3", "b4", "b5", "b6"]


def test_an_answer_whose_writer_died_holds_nothing_up(world):
    world.log.add_message(world.conversation, "user", "three")
    world.log.add_message(world.conversation, "assistant", "fo", "streaming")
    with world.database.write() as connection:
        connection.execute("UPDATE messages SET owner_started = 1.0")
    assert world.texts() == ["three"]


def test_a_question_waits_for_its_answer_for_a_while(world):
    world.said("what will become of this?")
    assert world.texts() == []
    world.clock.advance(ANSWER_SECONDS + 1)
    assert world.texts() == ["what will become of this?"]


def test_a_bounded_number_at_a_time(world):
    for number in range(10):
        world.said(f"question {number}", f"answer {number}")
    assert len(world.texts(7)) == 7
    assert world.turns.waiting() == 13
    assert [len(world.texts(7)) for _ in range(3)] == [7, 6, 0]
    assert [memory.text for memory in world.kept()][:3] == ["question 0", "answer 0", "question 1"]


def test_what_is_said_while_it_is_off_is_never_kept(world):
    world.enabled = False
    world.said("not for you", "I see")
    assert world.texts() == []
    world.enabled = True
    world.said("for you", "Thanks")
    assert world.texts() == ["for you", "Thanks"]


@pytest.mark.parametrize(
    ("option", "conversation", "detail", "places", "expected"),
    [
        ("as_told", None, "", ["cloud"], ["cloud", "cloud"]),
        ("as_told", "ask", "", ["cloud"], ["cloud", "cloud"]),
        ("as_told", None, "", ["cloud", "local"], ["cloud", "local"]),
        ("as_told", None, "", ["local", "cloud"], ["cloud", "cloud"]),
        ("as_told", None, "", ["local"], ["local", "local"]),
        ("as_told", None, "", [], ["local", "local"]),
        ("as_told", "local", "", ["cloud"], ["local", "local"]),
        ("as_told", None, DETAIL_STAYS, ["cloud"], ["local", "local"]),
        ("local", None, "", ["cloud"], ["local", "local"]),
    ],
)
def test_only_what_went_to_the_cloud_may_go_there(world, option, conversation, detail, places, expected):
    world.privacy = option
    world.log.set_privacy(world.conversation, conversation)
    world.said("question", "answer", "model", detail, *places)
    assert [memory.privacy for memory in world.turns.keep()] == expected


def test_an_answer_after_a_yes_belongs_to_the_question_before(world):
    question = world.said("what is new?", "May I ask in the cloud?", "none", DETAIL_ASKED_BACK)
    world.called(question, "cloud")
    world.said("yes", "A lot.")
    assert [(memory.text, memory.privacy) for memory in world.turns.keep()] == [
        ("what is new?", "cloud"),
        ("A lot.", "cloud"),
    ]


def test_a_long_answer_becomes_parts_that_follow_each_other(world):
    long = "\n\n".join(f"Paragraph {number}. " + "It goes on and on. " * 20 for number in range(8)).strip()
    message = world.said("tell me a lot", long)
    kept = world.turns.keep()
    reply = kept[1].message_id
    parts = world.memories.by_message(reply)
    assert len(parts) > 3
    assert all(part.text.startswith("Paragraph") for part in parts)
    assert [part.previous_seq for part in parts] == [memory.seq for memory in kept[:-1]]
    assert world.memories.by_message(message)[0].text == "tell me a lot"
    # Correcting one of them corrects its piece of the message.
    changed = world.memories.edit(parts[1].id, "Something else.")
    assert world.log.message(reply).text == long.replace(parts[1].text, "Something else.")
    assert [part.id for part in world.memories.by_message(reply)] == [part.id for part in parts]
    assert changed.seq == world.memories.last_seq() > parts[-1].seq


def test_deleting_a_conversation_takes_its_memories(world):
    world.said("one", "two")
    kept = world.turns.keep()
    version = world.memories.version()
    world.log.delete(world.conversation)
    assert world.kept() == []
    assert world.memories.forgotten() == [memory.seq for memory in kept]
    assert world.memories.version() != version


WORDS = st.text(st.sampled_from("ab. \n!?é"), max_size=4000) | st.text(max_size=50)


@given(text=WORDS)
def test_parts_are_the_whole_text_in_order(text):
    parts = list(parts_of(text))
    assert all(0 < len(part) <= PART_CHARACTERS and part == part.strip() for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    place = 0
    for part in parts:
        place = text.index(part, place) + len(part)
