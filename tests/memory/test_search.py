"""The search over a real database: both arms, time, facts, privacy, the floor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jarvis.contracts.errors import EngineError
from jarvis.contracts.memory import MemoryFilter, MemoryQuery, NewMemory, SearchResult, TimeRange
from jarvis.memory.search import MemorySearch
from jarvis.storage.database import Database
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.memory_stems import SqliteMemoryStems
from jarvis.storage.memory_words import SqliteMemoryWords
from tests.fakes.host import FakeClock
from tests.fakes.memory_meaning import FakeMeaning, FakeReranker, NoMeaning

MAY = datetime(2026, 5, 8, 10, 0, tzinfo=UTC)
TALK = (
    ("t1", "Nora", "I signed up for pottery on Tuesday evenings."),
    ("t2", "Felix", "Nice! What did you make first?"),
    ("t3", "Nora", "A green mug that leaks."),
    ("t4", "Felix", "My beagle ate the tax letter."),
    ("t5", "Nora", "Poor you. Was the letter important?"),
    ("t6", "Felix", "The office wants it by Friday."),
)


class World:
    """A database with memories, and the search over them."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "jarvis.sqlite3")
        self.clock = FakeClock(datetime(2026, 11, 20, 18, 42, tzinfo=UTC))
        self.memories = SqliteMemories(self.database, self.clock, lambda _: "en")
        self.reranker: FakeReranker | None = None

    def talk(self, *said: tuple[str, str, str], at: datetime = MAY, **more: object) -> None:
        rows, previous = [], None
        for place, (memory_id, speaker, text) in enumerate(said):
            row = NewMemory(
                id=memory_id, speaker=speaker, text=text, source="imported", previous=previous,
                said_at=at + timedelta(minutes=place), language="en",
            )  # fmt: skip
            rows.append(replace(row, **more))  # type: ignore[arg-type]
            previous = memory_id
        self.memories.add(rows)

    def add(self, memory_id: str, text: str, **more: object) -> None:
        self.memories.add([replace(NewMemory(id=memory_id, text=text, said_at=MAY, language="en"), **more)])  # type: ignore[arg-type]

    def searching(self, *, meaning: bool = True, stems: bool = True) -> MemorySearch:
        return MemorySearch(
            self.memories,
            SqliteMemoryWords(self.database),
            FakeMeaning(self.memories.after(0, 10_000)) if meaning else NoMeaning(),
            self.clock,
            lambda: self.reranker,
            stems=SqliteMemoryStems(self.database) if stems else None,
        )

    def search(self, text: str, *, meaning: bool = True, **more: object) -> SearchResult:
        return self.searching(meaning=meaning).search(replace(MemoryQuery(text=text), **more), "en")  # type: ignore[arg-type]

    def ids(self, text: str, **more: object) -> list[str]:
        return [each.memory.id for each in self.search(text, **more).found]  # type: ignore[arg-type]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.database.close()


def test_words_and_meaning_each_find_what_the_other_does_not(world: World) -> None:
    world.talk(*TALK)
    assert world.ids("Which crockery is leaking? The mug")[0] == "t3"
    assert world.ids("What did the puppy eat?")[0] == "t4"


def test_an_answer_stands_near_to_the_words_of_the_question(world: World) -> None:
    world.talk(*TALK)
    assert "t6" in world.ids("When is the tax letter of Felix due?", meaning=False)[:3]


def test_a_turn_that_only_asks_stands_below_what_answers(world: World) -> None:
    world.talk(("q", "Felix", "Where is the violin?"), ("a", "Nora", "The violin is under the stairs."))
    assert world.ids("where is the violin")[0] == "a"


def test_other_forms_of_words_are_found_in_both_languages(world: World) -> None:
    world.add("en", "I bought two knives")
    world.add("es", "Fuimos a la playa y compré unas sandalias", language="es")
    assert world.ids("when did I buy a knife", meaning=False)[0] == "en"
    assert world.ids("¿cuándo compraste sandalias?", meaning=False, language="es")[0] == "es"


def test_without_an_embedder_words_alone_search_and_a_sentence_says_so(world: World) -> None:
    world.talk(*TALK)
    result = world.search("pottery", meaning=False)
    assert (result.searched_by, result.notice) == ("words", "Only by words.")
    spanish = world.searching(meaning=False).search(MemoryQuery(text="pottery"), "es")
    assert spanish.notice == "Solo por palabras."
    assert world.search("pottery").searched_by == "words and meaning"


def test_stems_read_and_stems_made_anew_rank_alike(world: World) -> None:
    world.talk(*TALK)
    query = MemoryQuery(text="Which letter did the dog eat on Friday?")
    ranked = [
        [(each.memory.id, round(each.score, 6)) for each in world.searching(stems=stems).search(query, "en").found]
        for stems in (True, False)
    ]
    assert ranked[0] == ranked[1]


def test_what_was_said_in_the_time_asked_for_comes_first(world: World) -> None:
    for year in (2023, 2024, 2025):
        world.add(f"trip {year}", "We drove to the mountains", said_at=datetime(year, 3, 5, tzinfo=UTC))
    world.add("told later", "The mountains were lovely", happened=TimeRange(
        start=datetime(2024, 8, 1, tzinfo=UTC), end=datetime(2024, 8, 3, tzinfo=UTC)))  # fmt: skip
    assert world.ids("when did we drive to the mountains in March 2024")[0] == "trip 2024"
    assert world.ids("the mountains in August 2024")[0] == "told later"
    understood = world.search("the mountains last year").understood
    assert understood is not None
    assert understood.start is not None
    assert understood.start.year == 2025


def test_a_month_without_a_year_is_that_of_the_latest_year_with_memories(world: World) -> None:
    world.add("old", "We painted the fence", said_at=datetime(2022, 3, 5, tzinfo=UTC))
    world.add("other", "We painted the door", said_at=datetime(2022, 6, 5, tzinfo=UTC))
    assert world.ids("what did we paint in March?")[0] == "old"


def test_time_alone_lists_what_was_said_then(world: World) -> None:
    world.add("then", "The roof was mended", said_at=datetime(2026, 11, 19, 9, tzinfo=UTC))
    world.add("before", "The car was washed", said_at=datetime(2026, 10, 1, tzinfo=UTC))
    assert world.ids("what was it yesterday", meaning=False) == ["then"]


def test_a_question_for_nothing_but_a_time_is_answered_by_what_was_then(world: World) -> None:
    world.add("then", "Ayer fuimos a la playa", language="es", said_at=datetime(2026, 8, 15, tzinfo=UTC))
    world.add("named", "The August sale is over", said_at=datetime(2026, 10, 1, tzinfo=UTC))
    for asked, language in (("¿qué hicimos en agosto?", "es"), ("What happened in August?", "en")):
        found = world.search(asked, language=language, weak=False)
        assert found.matched
        assert found.found[0].memory.id == "then"
    assert not world.search("Which parrot died in February?").matched


def test_what_i_said_in_a_span_is_only_what_was_said_in_it(world: World) -> None:
    world.add("in", "The keys are in the shed", said_at=datetime(2026, 11, 19, 9, tzinfo=UTC))
    world.add("out", "The keys are with Ana", said_at=datetime(2026, 10, 1, tzinfo=UTC))
    assert world.ids("what did I tell you about the keys yesterday?") == ["in"]
    assert set(world.ids("where were the keys yesterday?")) == {"in", "out"}


def test_a_fact_lifts_its_turn_and_is_not_listed_beside_it(world: World) -> None:
    world.add("turn", "Mum turns sixty on the ninth, can you believe it", said_at=MAY)
    world.add("other", "The ninth symphony is long", said_at=MAY)
    world.add("fact", "birthday of the user's mother: 9 June", source="fact", origin="turn", subject="user/mother",
              relation="birthday")  # fmt: skip
    result = world.search("when is my mother's birthday?")
    assert result.found[0].memory.id == "turn"
    assert "fact" not in [each.memory.id for each in result.found]
    assert result.found[0].because == "birthday of the user's mother: 9 June"
    assert world.ids("birthday of my mother", where=MemoryFilter(sources=("fact",))) == ["fact"]


def test_what_no_longer_holds_is_found_far_below(world: World) -> None:
    world.add("old turn", "I live in Madrid", said_at=MAY)
    world.add("new turn", "I live in Lisbon now", said_at=MAY + timedelta(days=40))
    for age in ("old", "new"):
        world.add(f"{age} fact", f"home of the user: {age} city", source="fact", origin=f"{age} turn",
                  subject="user", relation="home")  # fmt: skip
    world.memories.supersede("old fact", "new fact", MAY + timedelta(days=40))
    found = world.search("where do I live?").found
    assert [each.memory.id for each in found] == ["new turn", "old turn"]
    assert found[0].score > found[1].score + 0.05


def test_the_pieces_of_one_message_do_not_crowd_out_others(world: World) -> None:
    for piece in range(12):
        world.add(f"piece {piece}", f"The zebra of chapter {piece}", message_id="m1")
    world.add("other", "I saw a zebra in the park")
    assert "other" in world.ids("zebra", limit=5)


def test_the_same_text_comes_once(world: World) -> None:
    for day in range(3):
        world.add(f"d{day}", "Buy more oat milk!", said_at=MAY + timedelta(days=day))
    assert world.ids("oat milk") == ["d2"]


def test_nothing_matches_what_was_never_told(world: World) -> None:
    world.talk(*TALK)
    asked = "Which volcano erupted in Iceland?"
    assert not world.search(asked).matched
    assert world.search(asked, weak=False).found == ()
    told = world.search("Which letter did the beagle eat?", weak=False)
    assert told.matched
    assert told.found[0].memory.id == "t4"
    assert not world.search(asked, meaning=False).matched


def test_a_question_is_read_in_its_own_language(world: World) -> None:
    world.add("then", "El tejado está arreglado", language="es", said_at=datetime(2026, 11, 19, 9, tzinfo=UTC))
    assert world.search("¿qué dijimos ayer de lo del tejado?").understood is not None
    assert world.search("¿qué dijimos ayer de lo del tejado?", language="en").understood is None


def test_an_empty_memory_and_an_empty_question_find_nothing(world: World) -> None:
    assert world.search("anything").found == ()
    world.talk(*TALK)
    assert world.search("", meaning=False).found == ()
    assert not world.search("the of and", meaning=False).matched


def test_a_question_that_leans_on_the_turn_before_finds_by_it(world: World) -> None:
    world.add("yes", "Rex was born in Toledo")
    world.add("no", "Tom was born in Paris")
    assert world.ids("and where born?", before="My dog is called Rex", meaning=False)[0] == "yes"


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (MemoryFilter(speaker="Felix"), {"t2", "t4", "t6"}),
        (MemoryFilter(conversation_id="nowhere"), set()),
        (MemoryFilter(privacy="cloud"), set()),
        (MemoryFilter(text="LETTER"), {"t4", "t5"}),
        (MemoryFilter(said=TimeRange(end=MAY + timedelta(minutes=2))), {"t1", "t2"}),
    ],
)
def test_filters_hold_for_everything_found(world: World, where: MemoryFilter, expected: set[str]) -> None:
    world.talk(*TALK)
    found = set(world.ids("What did Nora and Felix say of the letter, mug and office on Friday?", where=where))
    assert found <= expected
    assert bool(found) == bool(expected)


def test_the_conversation_that_asks_is_left_out(world: World) -> None:
    world.add("there", "The parrot speaks Latin", source="conversation", conversation_id="c1")
    world.add("here", "The parrot sleeps", source="conversation", conversation_id="c2")
    assert set(world.ids("parrot")) == {"there", "here"}
    assert world.ids("parrot", without_conversation="c2") == ["there"]


def test_a_reranker_judges_the_best_once_more(world: World) -> None:
    world.add("a", "The piano was tuned and the piano was polished")
    world.add("b", "Somebody sold a piano to Marta")
    assert world.ids("piano")[0] == "a"
    world.reranker = FakeReranker("Marta")
    assert world.ids("piano")[0] == "b"


def test_a_reranker_in_trouble_leaves_the_order_and_says_so(world: World) -> None:
    world.add("a", "The piano was tuned")
    world.reranker = FakeReranker("", EngineError("rerank.dead", en="It died.", es="Se murió."))
    result = world.search("piano")
    assert [each.memory.id for each in result.found] == ["a"]
    assert result.notice == "It died."


WORDS = "zebra piano garden letter Nora boat".split()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
            st.sampled_from(["local", "cloud"]),
            st.sampled_from(["told", "imported"]),
            st.booleans(),
        ),
        min_size=1,
        max_size=12,
    ),
    question=st.lists(st.sampled_from([*WORDS, "yesterday", "in May", "I", "where"]), min_size=1, max_size=4),
    meaning=st.booleans(),
    sources=st.sampled_from([(), ("told",), ("fact",)]),
)
def test_what_is_local_never_leaves(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[list[str], str, str, bool]],
    question: list[str],
    meaning: bool,
    sources: tuple[str, ...],
) -> None:
    made = World(tmp_path_factory.mktemp("leaving"))
    for place, (words, privacy, source, has_fact) in enumerate(rows):
        previous = f"r{place - 1}" if place else None
        made.add(f"r{place}", f"{' '.join(words)} {place}", privacy=privacy, source=source, previous=previous)
        if has_fact:
            other = "cloud" if privacy == "local" else "local"
            made.add(f"f{place}", f"fact {words[0]} {place}", source="fact", origin=f"r{place}", privacy=other,
                     subject="x", relation=f"y{place}")  # fmt: skip
    result = made.search(
        " ".join(question),
        meaning=meaning,
        leaving=True,
        limit=30,
        where=MemoryFilter(sources=sources),  # type: ignore[arg-type]
    )
    local = {row.text for row in made.memories.after(0, 1000) if row.privacy == "local"}
    made.database.close()
    assert all(each.memory.privacy == "cloud" for each in result.found)
    assert all(each.because not in local for each in result.found if each.because)


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(range(len(TALK))))
def test_the_order_of_adding_decides_nothing(tmp_path_factory: pytest.TempPathFactory, order: list[int]) -> None:
    ranked: list[list[str]] = []
    for places in (list(range(len(TALK))), order):
        made = World(tmp_path_factory.mktemp("order"))
        for place in places:
            memory_id, speaker, text = TALK[place]
            made.add(memory_id, text, speaker=speaker, source="imported")
        ranked.append(made.ids("Which letter did the puppy eat before Friday?"))
        made.database.close()
    assert ranked[0][:2] == ranked[1][:2]
