"""Kept answers as rows: scopes, age, size, vectors, ratings, deletion down to the bytes, and sudden death."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from jarvis.contracts.errors import StorageError
from jarvis.contracts.messages import Privacy
from jarvis.contracts.reuse import ReuseScope, policy_key
from jarvis.orchestrator.reuse import SameQuestion
from jarvis.storage.answers import CacheLimits, SqliteAnswerCache
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.database import Database
from tests.fakes.clock import FakeClock

SCOPE = ReuseScope(language="en", policy_key="balanced", memory_version="1")
QUESTION = "What is the capital of France?"


class FakeEncoder:
    """Gives every text the vector of its language: alike within one, and counts what it was asked."""

    def __init__(self, name: str = "fake-1", vectors: dict[str, tuple[float, ...]] | None = None) -> None:
        self.name = name
        self.is_ready = True
        self.asked: list[str] = []
        self._vectors = vectors or {}

    def ready(self) -> bool:
        return self.is_ready

    def encode(self, text: str) -> Sequence[float] | None:
        self.asked.append(text)
        return self._vectors.get(text, (1.0, 0.0))


class World:
    """One database with a conversation in it, and caches over it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "jarvis.sqlite3"
        self.database = Database(self.path)
        self.clock = FakeClock()
        self.log = SqliteConversationLog(self.database, self.clock)
        self.conversation = self.log.start_conversation("one").id

    def cache(
        self, encoder: FakeEncoder | None = None, profile: str = "default", most: int = 2000
    ) -> SqliteAnswerCache:
        limits = CacheLimits(most_answers=most)
        return SqliteAnswerCache(
            self.database, self.clock, SameQuestion(), encoder=encoder, limits=limits, profile=profile
        )

    def keep(
        self, cache: SqliteAnswerCache, question: str = QUESTION, answer: str = "Paris.", scope: ReuseScope = SCOPE
    ) -> str:
        self.clock.advance(1)
        return cache.keep(
            question,
            answer,
            scope,
            model="qwen:q4",
            conversation_id=self.conversation,
            message_id=f"message {question}",
        )

    def bytes(self) -> bytes:
        return b"".join(file.read_bytes() for file in self.path.parent.glob("jarvis.sqlite3*"))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.database.close()


def test_an_answer_comes_back_with_its_story(world: World) -> None:
    cache = world.cache()
    identity = world.keep(cache)
    world.clock.advance(90)
    found = cache.find("hey Jarvis, what's the capital of france", SCOPE)
    assert found is not None
    assert (found.id, found.answer, found.model, found.question) == (identity, "Paris.", "qwen:q4", QUESTION)
    assert found.age_seconds == 90 and found.by == "exact" and found.scope == SCOPE
    assert cache.find("What is the capital of Spain?", SCOPE) is None


@pytest.mark.parametrize(
    "scope",
    [
        replace(SCOPE, language="es"),
        replace(SCOPE, policy_key="best"),
        replace(SCOPE, memory_version="2"),
    ],
)
def test_an_answer_serves_only_its_scope(world: World, scope: ReuseScope) -> None:
    cache = world.cache(FakeEncoder())
    world.keep(cache)
    assert cache.find(QUESTION, SCOPE) is not None
    assert cache.find(QUESTION, scope) is None


def test_an_answer_serves_only_its_profile(world: World) -> None:
    world.keep(world.cache(profile="ana"))
    assert world.cache(profile="luis").find(QUESTION, SCOPE) is None
    assert world.cache(profile="luis").clear() == 0 and world.cache(profile="ana").clear() == 1


def test_policies_have_keys_of_their_own() -> None:
    privacies: tuple[Privacy, ...] = ("local", "ask", "cloud")
    keys = {
        policy_key(profile=profile, privacy=privacy, model=model, detail=detail)
        for profile in ("fast", "balanced", "best")
        for privacy in privacies
        for model in (None, "a", "b")
        for detail in ("", "1")
    }
    assert len(keys) == 3 * 3 * 3 * 2


def test_a_rephrasing_is_found_once_the_encoder_is_ready(world: World) -> None:
    encoder = FakeEncoder()
    encoder.is_ready = False
    cache = world.cache(encoder)
    world.keep(cache)
    assert cache.find("Tell me the capital of France", SCOPE) is None
    encoder.is_ready = True
    found = cache.find("Tell me the capital of France", SCOPE)
    assert found is not None and found.by == "meaning"
    assert world.cache(None).find("Tell me the capital of France", SCOPE) is None


def test_the_kept_vector_is_used_until_the_encoder_changes(world: World) -> None:
    first = FakeEncoder()
    world.keep(world.cache(first))
    assert world.cache(first).find("Tell me the capital of France", SCOPE) is not None
    assert first.asked == [QUESTION, "Tell me the capital of France"]
    second = FakeEncoder("fake-2")
    assert world.cache(second).find("Tell me the capital of France", SCOPE) is not None
    assert second.asked == ["Tell me the capital of France", QUESTION]


def test_vectors_far_apart_veto_a_rephrasing(world: World) -> None:
    cache = world.cache(FakeEncoder(vectors={"Tell me the capital of France": (0.0, 1.0)}))
    world.keep(cache)
    assert cache.find("Tell me the capital of France", SCOPE) is None
    assert cache.find("What's France's capital?", SCOPE) is not None


def test_a_question_without_kin_costs_no_encoding(world: World) -> None:
    encoder = FakeEncoder()
    cache = world.cache(encoder)
    world.keep(cache)
    encoder.asked.clear()
    assert cache.find("How deep is the sea?", SCOPE) is None and encoder.asked == []


def test_an_answer_is_too_old_after_a_week_and_unknown_when_the_clock_goes_back(world: World) -> None:
    cache = world.cache()
    world.keep(cache)
    world.clock.advance(timedelta(days=7).total_seconds())
    assert cache.find(QUESTION, SCOPE) is not None
    world.clock.advance(1)
    assert cache.find(QUESTION, SCOPE) is None
    world.clock.advance(-timedelta(days=8).total_seconds())
    assert cache.find(QUESTION, SCOPE) is None


def test_keeping_drops_the_old_the_surplus_and_other_memory(world: World) -> None:
    cache = world.cache(most=3)
    for number in range(4):
        world.keep(cache, f"What is {number}?")
    assert cache.stats().answers == 3 and cache.find("What is 0?", SCOPE) is None
    used = cache.find("What is 1?", SCOPE)
    assert used is not None
    world.clock.advance(1)
    cache.given(used.id, "again")
    world.keep(cache, "What is 5?")
    assert cache.find("What is 1?", SCOPE) is not None and cache.find("What is 2?", SCOPE) is None
    world.keep(cache, "What is 6?", scope=replace(SCOPE, memory_version="2"))
    assert cache.stats().answers == 1
    world.clock.advance(timedelta(days=8).total_seconds())
    world.keep(cache, "What is 7?", scope=replace(SCOPE, memory_version="2"))
    assert cache.stats().answers == 1


def test_a_newer_answer_replaces_an_older_one(world: World) -> None:
    cache = world.cache(FakeEncoder())
    world.keep(cache, answer="Lyon.")
    world.keep(cache, "what's the capital of France", answer="Paris.")
    world.keep(cache, "Tell me the capital of France", answer="Paris, of course.")
    assert cache.stats().answers == 2
    exact = cache.find(QUESTION, SCOPE)
    assert exact is not None and exact.answer == "Paris."
    newest = cache.find("France's capital is what?", SCOPE) or cache.find("What's France's capital?", SCOPE)
    assert newest is not None and newest.answer == "Paris, of course."


def test_what_was_given_again_is_counted_and_dropped_when_rated_badly(world: World) -> None:
    cache = world.cache()
    identity = world.keep(cache)
    cache.given(identity, "second")
    cache.given(identity, "third")
    cache.given("gone", "fourth")
    assert cache.stats().given == 2
    assert not cache.forget_message("fourth")
    assert cache.forget_message("third") and cache.find(QUESTION, SCOPE) is None
    world.keep(cache)
    assert cache.forget_message(f"message {QUESTION}") and cache.stats().answers == 0


@pytest.mark.parametrize("how", ["conversation", "forget", "clear", "mention", "message"])
def test_deletion_leaves_no_bytes(world: World, how: str) -> None:
    cache = world.cache(FakeEncoder())
    identity = world.keep(cache, "What is the zanzibarium?", "A quixotrope of course.")
    world.keep(cache, "What is the capital of Spain?", "Madrid.")
    assert b"zanzibarium" in world.bytes() and b"quixotrope" in world.bytes()
    {
        "conversation": lambda: world.log.delete(world.conversation),
        "forget": lambda: cache.forget(identity),
        "clear": cache.clear,
        "mention": lambda: cache.forget_mentioning("QUIXOtrope"),
        "message": lambda: cache.forget_message("message What is the zanzibarium?"),
    }[how]()
    assert b"zanzibarium" not in world.bytes() and b"quixotrope" not in world.bytes()
    assert cache.stats().answers == (0 if how in {"conversation", "clear"} else 1)


def test_forgetting_tells_whether_there_was_anything(world: World) -> None:
    cache = world.cache()
    identity = world.keep(cache)
    assert cache.forget_mentioning(" ") == 0 and cache.forget_mentioning("tokyo") == 0
    assert cache.forget_mentioning("PARIS") == 1 and cache.forget(identity) is False


def test_an_answer_needs_its_conversation(world: World) -> None:
    world.log.delete(world.conversation)
    with pytest.raises(StorageError):
        world.keep(world.cache())


def test_stats_of_an_empty_and_a_full_cache(world: World) -> None:
    cache = world.cache()
    assert cache.stats().answers == 0 and cache.stats().oldest_at is None
    world.keep(cache)
    stats = cache.stats()
    assert stats.answers == 1 and stats.characters == len(QUESTION) + len("Paris.")
    assert stats.oldest_at == world.clock.now()


_KEEP_AND_DIE = """
import os, signal, sys
from pathlib import Path
from jarvis.contracts.reuse import ReuseScope
from jarvis.orchestrator.reuse import SameQuestion
from jarvis.storage.answers import SqliteAnswerCache
from jarvis.storage.database import Database
from tests.fakes.clock import FakeClock
cache = SqliteAnswerCache(Database(Path(sys.argv[1])), FakeClock(), SameQuestion())
scope = ReuseScope(language="en", policy_key="balanced", memory_version="1")
cache.keep("What is the capital of France?", "Paris.", scope, model="m", conversation_id=sys.argv[2], message_id="a")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_what_was_kept_outlives_sudden_death(world: World) -> None:
    command = [sys.executable, "-c", _KEEP_AND_DIE, str(world.path), world.conversation]
    assert subprocess.run(command, check=False).returncode == -9
    found = world.cache().find(QUESTION, SCOPE)
    assert found is not None and found.answer == "Paris."


def test_a_look_up_reads_only_rows_of_the_same_question(world: World) -> None:
    with world.database.read() as connection:
        for which in ("exact", "meaning"):
            plan = connection.execute(
                f"EXPLAIN QUERY PLAN SELECT * FROM cached_answers WHERE {which} = ? AND profile = ? AND language = ?",
                ("a", "b", "c"),
            ).fetchall()
            assert any("SEARCH" in row["detail"] and f"{which}=?" in row["detail"] for row in plan)
