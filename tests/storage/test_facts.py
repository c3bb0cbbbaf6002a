"""Facts: found by other forms of the same words, never by stop words, and gone for good when forgotten."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jarvis.contracts.memory import MemoryFilter, NewMemory
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import Database
from jarvis.storage.facts import ALL_READ, SqliteFactBook
from jarvis.storage.forgetting import SqliteForgetting
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.words import content_stems, fold
from tests.fakes.host import FakeClock

ENGLISH = (
    "my wifi password is tortoise42",
    "the spare keys are in the blue drawer",
    "my sister's birthday is on May 4th",
    "I parked the car on level 3",
    "my locker combination is 12 34 56",
)
SPANISH = (
    "las llaves están en el cajón de la entrada",
    "mi contraseña del banco es Ñandú7",
    "el cumpleaños de Iñaki es el 4 de mayo",
    "dejé el coche en la planta tercera",
)


@pytest.fixture
def database(tmp_path: Path):
    database = Database(tmp_path / "jarvis.sqlite3")
    yield database
    database.close()


@pytest.fixture
def memories(database) -> SqliteMemories:
    return SqliteMemories(database, FakeClock(), lambda _text: "en")


@pytest.fixture
def facts(database, memories) -> SqliteFactBook:
    book = SqliteFactBook(memories, database, FakeClock())
    for text in ENGLISH:
        book.remember(text, "en")
    for text in SPANISH:
        book.remember(text, "es")
    return book


@pytest.mark.parametrize(
    ("words", "best"),
    [
        ("what's my wifi password", ENGLISH[0]),
        ("WIFI", ENGLISH[0]),
        ("the passwords", ENGLISH[0]),
        ("where did I leave the spare key", ENGLISH[1]),
        ("when is my sister's birthday?", ENGLISH[2]),
        ("where did I park", ENGLISH[3]),
        ("which level are the cars parked on", ENGLISH[3]),
        ("locker combinations", ENGLISH[4]),
        ("dónde dejé las llaves", SPANISH[0]),
        ("donde puse la llave", SPANISH[0]),
        ("cuál es mi contraseña del banco", SPANISH[1]),
        ("CONTRASEÑAS de los bancos", SPANISH[1]),
        ("cuándo cumple Iñaki, su cumpleaños", SPANISH[2]),
        ("dónde he dejado el coche", SPANISH[3]),
        ("¿en qué planta está el coche?", SPANISH[3]),
    ],
)
def test_found_first(facts, words, best):
    assert facts.search(words)[0].text == best


@pytest.mark.parametrize(
    "words",
    [
        "what is the",
        "where did I leave it",
        "dónde lo dejé",
        "qué es lo de la",
        "capital of France",
        "",
        "¿?",
        "is on in",
    ],
)
def test_nothing_in_common_finds_nothing(facts, words):
    assert facts.search(words) == []


def test_a_rare_word_outweighs_a_common_one_and_the_tail_is_left_out(facts):
    facts.remember("my email password is hunter2", "en")
    facts.remember("my work password is hunter3", "en")
    assert [fact.text for fact in facts.search("wifi password")] == [ENGLISH[0]]
    assert len(facts.search("password")) == 3
    assert len(facts.search("password", limit=2)) == 2


def test_the_same_words_are_stored_once(facts):
    first = facts.remember("My WIFI password is tortoise42.", "en")
    assert first.text == ENGLISH[0]
    assert len(facts.all()) == len(ENGLISH) + len(SPANISH)


def test_all_is_newest_first(database):
    clock = FakeClock()
    book = SqliteFactBook(SqliteMemories(database, clock, lambda _text: "en"), database, clock)
    for text in ("one", "two", "three"):
        book.remember(text, "en")
        clock.advance(1)
    assert [fact.text for fact in book.all(2)] == ["three", "two"]


def test_a_forgotten_fact_leaves_no_bytes_in_file_or_log(facts, database):
    assert any(b"tortoise42" in file.read_bytes() for file in database.path.parent.iterdir())
    facts.forget(facts.search("wifi")[0].id)
    assert facts.search("wifi") == []
    for file in database.path.parent.iterdir():
        assert b"tortoise42" not in file.read_bytes(), file


def test_told_ten_times_is_one_memory(facts, memories):
    for _ in range(9):
        facts.remember("my WIFI password is tortoise42", "en")
    (row,) = memories.same_text(ENGLISH[0])
    assert (row.times_told, row.source, row.speaker) == (10, "told", "user")
    assert row.last_told is not None
    assert memories.count(MemoryFilter(sources=("told",))) == len(ENGLISH) + len(SPANISH)


def test_a_fact_among_very_many_is_found(facts, memories):
    memories.add([NewMemory(text=f"fact number {n} about bricks", language="en") for n in range(ALL_READ)])
    assert facts.search("what's my wifi password")[0].text == ENGLISH[0]
    assert facts.search("dónde dejé las llaves")[0].text == SPANISH[0]
    assert facts.search("what is the") == []
    assert len(facts.search("bricks", limit=7)) == 7


def test_the_version_follows_facts_and_not_turns(facts, memories):
    before = facts.version()
    memories.add([NewMemory(text="hello", source="conversation")])
    assert facts.version() == before
    facts.remember("my shoe size is 43", "en")
    assert facts.version() != before


def test_a_forgotten_fact_is_gone_from_memories_of_conversations_too(facts, memories, database):
    log = SqliteConversationLog(database, FakeClock())
    conversation = log.start_conversation("hello")
    message = log.add_message(conversation.id, "assistant", f"You said: “{ENGLISH[0]}”. Anything else?")
    alone = log.add_message(conversation.id, "assistant", f"“{ENGLISH[0]}”.")
    memories.add(
        [NewMemory(id=each.id, text=each.text, source="conversation", message_id=each.id) for each in (message, alone)]
    )
    told = []
    book = SqliteFactBook(memories, database, FakeClock(), forgot=lambda: told.append(memories.forgotten()))
    seqs = memories.all_seqs()
    book.forget(facts.search("wifi")[0].id)
    assert memories.get(message.id).text == "You said: “…”. Anything else?" == log.message(message.id).text
    assert memories.get(alone.id) is None
    assert told == [[seqs[0], seqs[-2], seqs[-1]]]
    for file in database.path.parent.iterdir():
        assert b"tortoise42" not in file.read_bytes().lower(), file


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=60))
def test_whatever_is_found_shares_a_content_word(facts, words):
    for fact in facts.search(words):
        assert content_stems(words, fact.language) & content_stems(fact.text, fact.language)


@settings(max_examples=200)
@given(text=st.text(max_size=40))
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


def test_an_answer_that_drew_on_it_goes_with_a_forgotten_fact(database, memories):
    clock = FakeClock()
    book, log = SqliteFactBook(memories, database, clock), SqliteConversationLog(database, clock)
    fact = book.remember("my locker code is 4471", "en")
    talk = log.start_conversation("Gym").id
    log.add_message(talk, "user", "What opens my locker at the gym?")
    answer = log.add_message(talk, "assistant", "Yours opens with 4471.", source="model", model="m")
    memories.add(
        [NewMemory(text=answer.text, source="conversation", speaker="assistant", message_id=answer.id, language="en")]
    )
    memories.record_use(answer.id, [(fact.id, 0.9)])
    book.forget(fact.id)
    assert memories.count() == 0
    assert log.message(answer.id).text == "…"
    assert b"4471" not in database.path.read_bytes()


def test_all_facts_are_forgotten_in_one_act(database, memories, monkeypatch):
    clock, wiped, optimized = FakeClock(), [], []
    book = SqliteFactBook(memories, database, clock, forgot=lambda: wiped.append(len(memories.forgotten())))
    log = SqliteConversationLog(database, clock)
    talk = log.start_conversation("hello").id
    said = log.add_message(talk, "assistant", "You said: “my door is red” and “my door is red and my cat is Quokka7”.")
    memories.add([NewMemory(id=said.id, text=said.text, source="conversation", message_id=said.id, language="en")])
    memories.add([NewMemory(text="the trombone stays", source="imported", language="en")])
    for text in (
        "my door is red",
        "my door is red and my cat is Quokka7",
        *(f"my number {n} is 7{n}" for n in range(120)),
    ):
        book.remember(text, "en")
    optimize = memories.optimize_words
    monkeypatch.setattr(memories, "optimize_words", lambda: (optimized.append(1), optimize()))
    assert book.forget_all() == 122
    assert book.all() == []
    assert len(wiped) == len(optimized) == 1
    assert log.message(said.id).text == "You said: “…” and “…”." == memories.get(said.id).text
    assert memories.count() == 2
    assert b"quokka7" not in database.path.read_bytes().lower()
    assert book.forget_all() == 0
    assert len(wiped) == 1


def test_a_fact_quoted_or_told_while_others_are_looked_for_goes_too(database, memories, monkeypatch):
    clock = FakeClock()
    book, log = SqliteFactBook(memories, database, clock), SqliteConversationLog(database, clock)
    book.remember("red door", "en")
    talk = log.start_conversation("hello").id
    growing = log.add_message(talk, "assistant", "You", "streaming").id
    said, look = [], SqliteForgetting.look

    def and_meanwhile(self, target, seen):
        gone = look(self, target, seen)
        if told := next(texts, None):
            book.remember(told, "en")
        log.append_text(growing, " said: “red door”.")
        said.append(log.add_message(talk, "assistant", "Noted: red door, Quokka cat.").id)
        return gone

    monkeypatch.setattr(SqliteForgetting, "look", and_meanwhile)
    texts = iter([None, "Quokka cat"])
    assert book.forget_all() == 1
    assert log.message(growing).text == "You said: “…”."
    assert log.message(said[0]).text == "Noted: …, Quokka cat."
    book.remember("blue hat", "en")
    assert book.forget_all() == 2
    assert log.message(said[0]).text == "Noted: …, …."
    assert log.message(said[1]).text == "Noted: red door, …."
