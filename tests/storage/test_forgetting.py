"""What goes together when something is forgotten, what stays, and that a preview says exactly that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jarvis.contracts.errors import InputError
from jarvis.contracts.memory import ForgetTarget, TimeRange
from tests.fakes.memory_tables import SECRET, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.database.close()


def test_two_words_that_were_told_go_from_the_command_and_stay_elsewhere(world: World) -> None:
    talk = world.log.start_conversation("Two words").id
    command = world.log.add_message(talk, "user", "Recuerda que soy celíaco").id
    said = world.log.add_message(talk, "assistant", "Lo recordaré: «soy celíaco»", source="skill").id
    other, _ = world.turn(talk, "¿Soy celíaco o no?")
    told = world.remember("soy celíaco")
    assert world.forget(ForgetTarget(kind="one", ids=(told,))) == (1, 2, 0)
    text = "SELECT text FROM messages WHERE id = ?"
    assert world.one(text, command) == "Recuerda que …"
    assert world.one(text, said) == "Lo recordaré: «…»"
    assert world.one(text, other) == "¿Soy celíaco o no?"


def test_one_memory_that_was_told(world: World) -> None:
    secret, other = world.remember(SECRET), world.remember("Ana likes tea.")
    assert world.forget(ForgetTarget(kind="one", ids=(secret,))) == (1, 0, 0)
    assert world.texts() == {"Ana likes tea."}
    assert world.one("SELECT count(*) FROM memory_forgotten WHERE seq > 0") == 1
    assert world.one("SELECT count(*) FROM memory_words WHERE memory_words MATCH 'quokka'") == 0
    assert world.one("SELECT id FROM memories") == other


def test_a_turn_goes_with_its_message_its_other_parts_its_facts_and_its_answer(world: World) -> None:
    talk = world.log.start_conversation("My locker code at the…").id
    message, memory = world.turn(talk, SECRET)
    second = world.remember("Second part of the same message.", "conversation", message_id=message)
    world.remember("locker code: 4471 Quokka", "fact", origin_seq=world.seq(memory))
    answer, _ = world.turn(talk, "Noted, 4471 Quokka opens your locker.", "assistant")
    later, _ = world.turn(talk, "Thanks, what is for lunch?")
    assert world.forget(ForgetTarget(kind="one", ids=(second,))) == (4, 1, 1)
    assert world.log.message(message).text == world.log.message(answer).text == "…"  # type: ignore[union-attr]
    assert world.log.message(later).text == "Thanks, what is for lunch?"  # type: ignore[union-attr]
    assert world.log.conversation(talk).title == "…"  # type: ignore[union-attr]
    assert world.texts() == {"Thanks, what is for lunch?"}


def test_answers_that_drew_on_it_go_from_other_conversations_too(world: World) -> None:
    memory = world.remember(SECRET)
    talk = world.log.start_conversation("What opens it?").id
    asked, _ = world.turn(talk, "What opens my box?")
    answer, _ = world.turn(talk, "Quokka, after 4471.", "assistant")
    world.run("INSERT INTO memory_uses VALUES (?, ?, 0.9)", answer, world.seq(memory))
    world.run("INSERT INTO ratings VALUES (?, 5, 'Quokka is right', 1)", answer)
    assert world.forget(ForgetTarget(kind="one", ids=(memory,))) == (2, 0, 1)
    assert world.log.message(answer).text == "…"  # type: ignore[union-attr]
    assert world.log.message(asked).text == "What opens my box?"  # type: ignore[union-attr]
    assert world.log.conversation(talk).title == "What opens it?"  # type: ignore[union-attr]
    assert world.one("SELECT reason FROM ratings") == ""


def test_quotes_of_it_are_taken_out_elsewhere(world: World) -> None:
    memory = world.remember(SECRET)
    talk = world.log.start_conversation("Remember my locker").id
    message, quoting = world.turn(talk, "Remember this: my LOCKER code  at the gym is 4471 quokka. And buy milk.")
    follower = world.remember("It was cheap.", previous_seq=world.seq(quoting))
    fact = world.remember("code: 4471 Quokka", "fact", origin_seq=world.seq(quoting))
    copy = world.remember(f"  {SECRET.upper()} ", "imported")
    other_title = world.log.start_conversation("My locker code at the gym…").id
    world.run("INSERT INTO memory_profile VALUES (1, 1, ?, NULL, 'local')", f"Note: {SECRET}")
    world.run("INSERT INTO memory_profile VALUES (2, 2, 'Likes tea', NULL, 'local')")
    old = world.seq(quoting)
    assert world.forget(ForgetTarget(kind="one", ids=(memory,))) == (3, 1, 0)
    assert world.log.message(message).text == "Remember this: …. And buy milk."  # type: ignore[union-attr]
    assert world.texts() == {"Remember this: …. And buy milk.", "It was cheap."}
    assert world.seq(quoting) > old and world.seq(quoting) > world.seq(follower)
    assert world.one("SELECT previous_seq FROM memories WHERE id = ?", follower) == world.seq(quoting)
    assert world.one("SELECT group_concat(worded) FROM memories") == "0,0"
    assert world.one("SELECT count(*) FROM memory_words") == 0
    assert {world.one("SELECT 1 FROM memories WHERE id = ?", each) for each in (fact, copy)} == {None}
    assert world.log.conversation(other_title).title == "…"  # type: ignore[union-attr]
    assert world.one("SELECT group_concat(text) FROM memory_profile") == "Likes tea"
    next_one = world.remember("new")
    assert world.seq(next_one) > world.seq(quoting)


def test_everyday_words_and_questions_are_left_where_else_they_were_said(world: World) -> None:
    talk = world.log.start_conversation("x").id
    for words in ("Yes, please.", "What time is the next bus to Madrid?", "Good morning!"):
        first, memory = world.turn(talk, words)
        again, _ = world.turn(world.log.start_conversation("y").id, words)
        world.forget(ForgetTarget(kind="one", ids=(memory,)))
        assert world.log.message(first).text == "…"  # type: ignore[union-attr]
        assert world.log.message(again).text == words  # type: ignore[union-attr]


def test_forgetting_a_fact_forgets_the_turn_that_told_it(world: World) -> None:
    turn = world.remember("By the way, my sister's birthday is on 5 May.", "imported")
    old = world.remember("sister's birthday: 4 May", "fact", subject="user/sister", relation="birthday")
    fact = world.remember(
        "sister's birthday: 5 May", "fact", origin_seq=world.seq(turn), subject="user/sister", relation="birthday"
    )
    world.run("UPDATE memories SET valid_until = 5, superseded_by = ? WHERE id = ?", fact, old)
    assert world.forget(ForgetTarget(kind="one", ids=(fact,))) == (2, 0, 0)
    assert world.texts() == {"sister's birthday: 4 May"}
    assert world.one("SELECT superseded_by FROM memories") is None


def test_what_followed_loses_its_words(world: World) -> None:
    first = world.remember(SECRET)
    world.remember("It is the blue one.", previous_seq=world.seq(first))
    world.run("UPDATE memory_words SET before = 'quokka' WHERE own LIKE 'It is%'")
    world.forget(ForgetTarget(kind="one", ids=(first,)))
    # They are made again from what is left.
    assert world.one("SELECT before FROM memory_words") is None
    assert world.one("SELECT worded FROM memories") == 0
    assert world.one("SELECT previous_seq FROM memories") is None


def test_cached_answers_and_pending_questions_go(world: World) -> None:
    talk = world.log.start_conversation("x").id
    _, memory = world.turn(talk, SECRET)
    other = world.log.start_conversation("y").id
    world.run(
        "INSERT INTO cached_answers (id, profile, language, policy_key, memory_version, exact, question, answer, model,"
        " conversation_id, message_id, made_at, used_at)"
        " VALUES ('a', 'p', 'en', '', '1', 'q', 'q', ?, '', ?, '', 1, 1)",
        "4471 it is",
        other,
    )
    for conversation, text in (
        (talk, "sure?"),
        (other, f"Write down {SECRET}"),
        (world.log.start_conversation("z").id, "ok?"),
    ):
        world.run("INSERT INTO pending_confirmations VALUES (?, 's', '{}', 1, 'en', ?, 'low', 1)", conversation, text)
    world.forget(ForgetTarget(kind="one", ids=(memory,)))
    assert world.one("SELECT count(*) FROM cached_answers") == 0
    assert world.one("SELECT group_concat(text) FROM pending_confirmations") == "ok?"


def test_a_conversation_goes_with_everything_that_belongs_to_it(world: World) -> None:
    talk, other = world.log.start_conversation("Locker").id, world.log.start_conversation("Other").id
    message, memory = world.turn(talk, SECRET)
    world.turn(other, "Hello there")
    drew, _ = world.turn(other, "It opens with Quokka.", "assistant")
    world.run("INSERT INTO memory_uses VALUES (?, ?, 1)", drew, world.seq(memory))
    world.run("INSERT INTO decisions (message_id, candidates, reason, at) VALUES (?, '[]', 'r', 1)", message)
    assert world.forget(ForgetTarget(kind="conversation", conversation_id=talk)) == (2, 1, 1)
    assert world.log.conversation(talk) is None
    assert world.one("SELECT count(*) FROM decisions") == 0
    assert world.log.message(drew).text == "…"  # type: ignore[union-attr]
    assert world.texts() == {"Hello there"}


def test_an_imported_conversation_goes_too(world: World) -> None:
    world.remember(SECRET, "imported", conversation_id="import:1:1")
    world.remember("Something else", "imported", conversation_id="import:1:2")
    assert world.forget(ForgetTarget(kind="conversation", conversation_id="import:1:1")) == (1, 0, 0)
    assert world.texts() == {"Something else"}


def test_a_folder_goes_with_its_documents_and_is_no_longer_watched(world: World) -> None:
    for number, path in enumerate(("/home/ana/notes", "/home/ana/notes2"), 1):
        world.run("INSERT INTO memory_folders VALUES (?, ?, 1, 'local', 1)", number, path)
        world.run(
            "INSERT INTO memory_documents VALUES (?, ?, 'a.md', 'd', 1, 1, 'markdown', 'indexed', '', '', 1)",
            number,
            number,
        )
        world.remember(f"{SECRET} {number}", "document", document_id=number, folder=path)
    world.remember("typed into it", folder="/home/ana/notes")
    assert world.forget(ForgetTarget(kind="folder", folder="/home/ana/notes")) == (2, 0, 0)
    assert world.texts() == {f"{SECRET} 2"}
    assert world.one("SELECT group_concat(path) FROM memory_folders") == "/home/ana/notes2"
    assert world.one("SELECT count(*) FROM memory_documents") == 1


def test_a_time_span_goes_with_messages_that_never_became_memories(world: World) -> None:
    before = world.log.start_conversation("Before").id
    early, _ = world.turn(before, "It rained all morning.")
    start = world.clock.now()
    world.clock.advance(3600)
    late = world.log.add_message(before, "user", SECRET)
    whole = world.log.start_conversation("Inside").id
    world.turn(whole, "All of this was said then.")
    world.clock.advance(3600)
    span = TimeRange(start=start + timedelta(seconds=1), end=start + timedelta(seconds=7000))
    assert world.forget(ForgetTarget(kind="span", said=span)) == (1, 2, 0)
    assert world.log.message(early).text == "It rained all morning."  # type: ignore[union-attr]
    assert world.log.message(late.id).text == "…"  # type: ignore[union-attr]
    assert world.log.conversation(whole) is None and world.log.conversation(before) is not None


def test_everything_goes_but_lists_notes_and_what_is_still_to_ring(world: World) -> None:
    talk = world.log.start_conversation("Locker").id
    world.turn(talk, SECRET)
    world.remember("A told one")
    world.run("INSERT INTO memory_folders VALUES (1, '/a', 1, 'local', 1)")
    world.run("INSERT INTO memory_profile VALUES (1, 1, 'Likes tea', NULL, 'local')")
    world.run("INSERT INTO notes (text, created_at) VALUES ('buy milk', 1)")
    for state in ("running", "done"):
        world.run(
            "INSERT INTO alerts VALUES (?, 'reminder', 'call Ana', 1, ?, 1, NULL, NULL, 'once', 'en')", state, state
        )
    assert world.forget(ForgetTarget(kind="everything")) == (2, 1, 0)
    for table in ("memories", "memory_words", "memory_folders", "memory_profile", "conversations", "messages"):
        assert world.one(f"SELECT count(*) FROM {table}") == 0, table
    assert world.one("SELECT count(*) FROM memory_forgotten WHERE seq > 0") == 2
    assert world.one("SELECT group_concat(state) FROM alerts") == "running"
    assert world.one("SELECT text FROM notes") == "buy milk"
    world.remember("begins anew")
    assert world.one("SELECT count(*) FROM memory_words WHERE memory_words MATCH 'anew'") == 1


@pytest.mark.parametrize(
    "target",
    [
        ForgetTarget(kind="one", ids=("nobody",)),
        ForgetTarget(kind="conversation", conversation_id="nobody"),
        ForgetTarget(kind="folder", folder="/nowhere"),
    ],
)
def test_what_is_not_there_is_refused_by_name(world: World, target: ForgetTarget) -> None:
    for act in (world.forgetting.preview, world.forgetting.carry_out):
        with pytest.raises(InputError, match=r"nobody|/nowhere"):
            act(target)
    world.forget(ForgetTarget(kind="span", said=TimeRange(end=datetime(1990, 1, 1, tzinfo=UTC))))
