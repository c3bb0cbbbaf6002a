"""Facts in great numbers: what one more costs does not grow with them, and how the work is divided does not show."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.contracts.memory import MemoryFilter, NewMemory
from jarvis.memory.facts import FactFinder
from tests.fakes.memory_facts import talking, told

SPRING = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROLE = st.sampled_from([(text, language) for language in ("en", "es") for text, _ in told(language)])
LIVELY = st.sampled_from(
    [
        *((text, "en") for text in ("I live in Madrid", "I live in Bilbao", "I no longer live in Bilbao")),
        *((text, "en") for text in ("I like sushi", "I hate sushi", "I like the sushi", "I no longer like sushi")),
        *((text, "en") for text in ("My wife is called Clara", "My wife is called Rosa", "Rosa lives in Vigo")),
        *((text, "en") for text in ("My wife lives in Leeds", "My sister is called Ana", "My cat is called Ana")),
        *((text, "en") for text in ("Ana lives in Leeds", "Ana works at Tesco", "We broke up", "My dog is called Rex")),
        *(
            (text, "es")
            for text in ("Me gusta el sushi", "Vivo en Madrid", "Mi hermana se llama Eva", "Ya no vivo allí")
        ),
    ]
)


def many(kind: str, start: int, number: int) -> list[NewMemory]:
    form = {
        "likes": "I like {name}",
        "homes": "I live in {name}",
        "allergies": "I'm allergic to {name}",
        "sisters": "My sister is called {name}",
    }[kind]
    names = ["".join(chr(ord("a") + int(digit)) for digit in f"{n:05}") for n in range(start, start + number)]
    return [
        NewMemory(
            text=form.format(name=f"B{name}o"),
            language="en",
            source="imported",
            speaker="user",
            said_at=SPRING + timedelta(minutes=start + place),
        )
        for place, name in enumerate(names)
    ]


def work_of_learning(world, rows: list[NewMemory]) -> int:
    """Return how much the database had to do, in hundreds of its own steps, while the facts of rows were found."""
    turns = world.memories.add(rows)
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    with world.database.read() as connection:
        connection.set_progress_handler(step, 100)
        world.finder.learn(turns)
        connection.set_progress_handler(None, 0)
    return steps


@pytest.mark.parametrize("kind", ["likes", "homes", "allergies", "sisters"])
def test_one_more_fact_costs_the_same_among_many(tmp_path, kind):
    with talking(tmp_path) as world:
        work_of_learning(world, many(kind, 0, 20))
        few = work_of_learning(world, many(kind, 20, 20))
        work_of_learning(world, many(kind, 40, 1000))
        assert world.memories.count(MemoryFilter(sources=("fact",))) == 1040
        assert work_of_learning(world, many(kind, 1040, 20)) < 3 * few


def test_the_profile_is_filled_once_for_all_that_was_learned_together(tmp_path):
    with talking(tmp_path) as world:
        filled = []
        real = world.profile.fill
        world.profile.fill = lambda lines: filled.append(1) or real(lines)
        world.finder.learn(world.memories.add(many("allergies", 0, 60)))
        assert len(filled) == 1
        newest = [f"I am allergic to {row.text.rpartition(' ')[2]}." for row in many("allergies", 57, 3)]
        assert [line.text for line in world.profile.lines()] == newest[::-1]


def test_what_others_change_meanwhile_is_seen(tmp_path):
    with talking(tmp_path) as world:
        other = FactFinder(world.memories, world.profile, world.clock)
        world.say("I like jazz")
        world.say("My sister is called Ana")
        world.memories.delete([world.memories.facts_about("user", "likes")[0].seq])
        other.learn([world.hear("I like chess"), world.hear("My cat is called Tom")])
        world.say("I like jazz")
        world.say("I like chess")
        world.say("Tom is black. Tom lives in Leeds")
        assert world.facts("user", "likes") == [("I like chess.", True), ("I like jazz.", True)]
        assert [fact.times_told for fact in world.memories.facts_about("user", "likes")] == [2, 1]
        world.memories.delete([fact.seq for fact in world.memories.facts_about("user/sister", "name")])
        world.say("Ana lives in Leeds")
        assert world.facts("user/sister/ana", "home") == []


@pytest.mark.parametrize("at_the_end", [False, True])
def test_what_was_taken_back_is_read_afresh(tmp_path, at_the_end):
    with talking(tmp_path) as world:
        turns = [world.hear("I like jazz"), world.hear("I like chess")]
        real, together = world.memories.add, world.memories.together

        def add(rows):
            if rows[0].text == "I like chess." and not at_the_end:
                raise KeyboardInterrupt
            return real(rows)

        @contextmanager
        def broken():
            with together():
                yield
                raise KeyboardInterrupt

        world.memories.add, world.memories.together = add, broken
        with pytest.raises(KeyboardInterrupt):
            world.finder.learn(turns)
        assert world.facts("user", "likes") == []
        del world.memories.add, world.memories.together
        # The number that the first had is now another's.
        FactFinder(world.memories, world.profile, world.clock).learn([world.hear("I like tea")])
        world.finder.learn([*turns, world.hear("I like tea")])
        assert [(fact.text, fact.times_told) for fact in world.memories.facts_about("user", "likes")] == [
            ("I like jazz.", 1),
            ("I like chess.", 1),
            ("I like tea.", 2),
        ]


@settings(max_examples=20, deadline=None)
@given(said=st.lists(LIVELY | ROLE, max_size=30), cuts=st.lists(st.integers(1, 25), min_size=1, max_size=30))
def test_how_the_work_is_divided_does_not_show(tmp_path_factory, said, cuts):
    assert _outcome(tmp_path_factory, said, cuts) == _outcome(tmp_path_factory, said, [1])


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(8)), cuts=st.lists(st.integers(1, 8), min_size=1, max_size=8))
def test_nor_in_which_order_it_comes_in(tmp_path_factory, order, cuts):
    said = [
        *(("I live in Madrid", "en"), ("Vivo en Bilbao", "es"), ("I like sushi", "en"), ("I live in Leeds", "en")),
        *(("No me gusta el sushi", "es"), ("My wife is called Clara", "en"), ("Me llamo Marta", "es")),
        ("My wife is called Rosa", "en"),
    ]
    assert _outcome(tmp_path_factory, said, cuts, order) == _outcome(tmp_path_factory, said, [8])


def _outcome(tmp_path_factory, said, cuts, order=None):
    with talking(tmp_path_factory.mktemp("divided")) as world:
        turns = [world.hear(text, language, id=f"turn {place}") for place, (text, language) in enumerate(said)]
        left = [turns[place] for place in order] if order else turns
        again = 0
        while left:
            cut = cuts[again % len(cuts)]
            world.finder.learn(left[:cut])
            left, again = left[cut:], again + 1
        facts = world.memories.page(MemoryFilter(sources=("fact",)), limit=500).memories
        known = {
            (fact.id, fact.text, fact.said_at, fact.valid_until, fact.superseded_by, fact.times_told, fact.last_told)
            for fact in facts
        }
        return known, [line.text for line in world.profile.lines()]
