"""Facts over time: told again, changed, ended, in whatever order they come in, and whatever breaks in between."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.contracts.memory import ASSISTANT, MemoryFilter
from jarvis.memory.facts import FactFinder
from tests.fakes.memory_facts import talking

SPRING = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def world(tmp_path):
    with talking(tmp_path) as world:
        yield world


def test_a_fact_points_to_the_turn_it_came_from(world):
    turn = world.say("My sister is called Ana", privacy="cloud")
    fact = world.memories.facts_about("user/sister", "name")[0]
    assert (fact.source, fact.origin_seq, fact.said_at) == ("fact", turn.seq, turn.said_at)
    assert (fact.text, fact.privacy, fact.speaker) == ("My sister's name is Ana.", "cloud", "user")
    assert fact.importance > 0.5


def test_what_was_said_of_a_privately_held_turn_stays_private(world):
    world.say("I'm allergic to nuts", privacy="local")
    assert world.memories.facts_about("user", "allergy")[0].privacy == "local"


def test_told_ten_times_is_one_fact(world):
    for _ in range(10):
        world.say("I live in Bilbao")
    facts = world.memories.facts_about("user", "home", current=False)
    assert [(fact.text, fact.times_told) for fact in facts] == [("I live in Bilbao.", 10)]


def test_told_in_the_other_language_is_the_same_fact(world):
    world.say("My birthday is on 4 May")
    world.say("Mi cumpleaños es el cuatro de mayo", "es")
    facts = world.memories.facts_about("user", "birthday", current=False)
    assert [fact.times_told for fact in facts] == [2]


def test_a_newer_value_takes_the_place_of_the_older(world):
    first = world.say("I live in Madrid")
    world.pass_days(30)
    second = world.say("I've just moved to Bilbao")
    madrid, bilbao = world.memories.facts_about("user", "home", current=False)
    assert (madrid.valid_until, madrid.superseded_by) == (second.said_at, bilbao.id)
    assert (bilbao.valid_until, madrid.said_at) == (None, first.said_at)
    assert [fact.text for fact in world.memories.history(bilbao.id)] == ["I live in Madrid.", "I live in Bilbao."]


def test_going_back_is_a_new_fact(world):
    for place in ("Madrid", "Bilbao", "Madrid"):
        world.say(f"I live in {place}")
        world.pass_days(10)
    assert world.facts("user", "home") == [
        ("I live in Madrid.", False),
        ("I live in Bilbao.", False),
        ("I live in Madrid.", True),
    ]


def test_what_there_may_be_many_of_adds_up(world):
    for text in (
        "I like jazz",
        "I like hiking",
        "My dog is called Rex",
        "My dog is called Toby",
        "I'm allergic to nuts",
    ):
        world.say(text)
    assert len(world.memories.facts_about("user", "likes")) == 2
    assert len(world.memories.facts_about("user/dog", "name")) == 2


def test_a_person_has_one_wife_at_a_time(world):
    world.say("My wife is called Clara")
    world.say("My wife is called Rosa")
    assert world.facts("user/wife", "name") == [("My wife's name is Clara.", False), ("My wife's name is Rosa.", True)]


def test_liking_and_disliking_speak_against_each_other(world):
    world.say("I like sushi")
    world.pass_days(1)
    world.say("I hate sushi")
    assert world.facts("user", "likes") == [("I like sushi.", False)]
    assert world.facts("user", "dislikes") == [("I do not like sushi.", True)]


@pytest.mark.parametrize(
    ("told", "ended", "subject", "relation"),
    [
        ("I work at Google", "I no longer work at Google", "user", "work"),
        ("I work at Google", "I quit my job", "user", "work"),
        ("Trabajo en Google", "Ya no trabajo en Google", "user", "work"),
        ("Trabajo en Google", "Me han despedido", "user", "work"),
        ("My boyfriend is called Max", "We broke up", "user/boyfriend", "name"),
        ("Mi novia se llama Eva", "Hemos roto", "user/girlfriend", "name"),
        ("I'm vegan", "I'm no longer vegan", "user", "diet"),
        ("Vivo en Vigo", "Ya no vivo en Vigo", "user", "home"),
        ("My car's plate is 1234 BCD", "I sold my car", "user/car", "plate"),
    ],
)
def test_what_is_no_longer_so_ends_without_a_successor(world, told, ended, subject, relation):
    world.say(told)
    world.pass_days(3)
    turn = world.say(ended)
    fact = world.memories.facts_about(subject, relation, current=False)[0]
    assert (fact.valid_until, fact.superseded_by) == (turn.said_at, None)


def test_an_ending_ends_only_what_it_names(world):
    world.say("I work at Google")
    world.say("I no longer work at Tesco")
    assert world.facts("user", "work") == [("I work at Google.", True)]


def test_a_pinned_fact_is_never_superseded(world):
    world.say("I live in Madrid")
    world.memories.pin(world.memories.facts_about("user", "home")[0].id, True)
    world.say("I live in Bilbao")
    world.say("I no longer live in Madrid")
    assert world.facts("user", "home") == [("I live in Madrid.", True), ("I live in Bilbao.", True)]


@settings(max_examples=25, deadline=None)
@given(st.permutations(["Madrid", "Bilbao", "Vigo", "Leeds"]))
def test_when_it_was_said_decides_not_when_it_came_in(tmp_path_factory, order):
    with talking(tmp_path_factory.mktemp("order")) as world:
        days = {"Madrid": 0, "Bilbao": 10, "Vigo": 20, "Leeds": 30}
        for place in order:
            world.say(f"I live in {place}", said_at=SPRING + timedelta(days=days[place]), source="imported")
        rows = world.memories.facts_about("user", "home", current=False)
        assert [row.text for row in rows] == [f"I live in {place}." for place in days]
        ends = [row.valid_until for row in rows]
        assert ends == [SPRING + timedelta(days=d) for d in (10, 20, 30)] + [None]
        assert [row.superseded_by for row in rows] == [row.id for row in rows[1:]] + [None]


def test_a_clock_that_went_back_leaves_the_newer_in_force(world):
    world.say("I live in Bilbao")
    world.say("I live in Madrid", said_at=world.clock.now() - timedelta(days=400))
    assert world.facts("user", "home") == [("I live in Madrid.", False), ("I live in Bilbao.", True)]


def test_learning_twice_changes_nothing(world):
    turns = [
        world.hear(text)
        for text in (
            "I live in Madrid",
            "I work at Google",
            "I live in Bilbao",
            "I live in Bilbao",
            "I quit my job",
            "I like jazz",
        )
    ]
    world.finder.learn(turns)
    before = world.memories.page(_everything(), limit=100).memories
    world.finder.learn(turns)
    world.finder.learn(list(reversed(turns)))
    assert world.memories.page(_everything(), limit=100).memories == before


@pytest.mark.parametrize("calls", range(1, 14))
def test_whatever_breaks_off_is_made_good_the_next_time(tmp_path, calls):
    texts = (
        "I live in Madrid",
        "I live in Bilbao",
        "I live in Bilbao",
        "I like sushi",
        "I hate sushi",
        "I live in Vigo",
    )
    with talking(tmp_path) as world:
        for text in texts:
            world.hear(text)
            world.pass_days(1)
        _break_after(world.memories, calls)
        with pytest.raises(Killed):
            while world.finder.catch_up():
                pass
            raise Killed
        for name in ("add", "supersede", "told_again"):
            del world.memories.__dict__[name]
        while world.finder.catch_up():
            pass
        assert world.facts("user", "home") == [
            ("I live in Madrid.", False),
            ("I live in Bilbao.", False),
            ("I live in Vigo.", True),
        ]
        assert world.facts("user", "likes") == [("I like sushi.", False)]
        told = world.memories.facts_about("user", "home", current=False)
        assert [fact.times_told for fact in told] == [1, 2, 1]


def test_two_processes_find_each_fact_once(world):
    turns = [world.hear(text) for text in ("I live in Madrid", "I live in Bilbao", "I like jazz")]
    other = FactFinder(world.memories, world.profile, world.clock)
    for turn in turns:
        world.finder.learn([turn])
        other.learn([turn])
    assert other.catch_up() == 3 + 3
    assert len(world.memories.page(MemoryFilter(sources=("fact",))).memories) == 3
    assert [fact.times_told for fact in world.memories.facts_about("user", "likes")] == [1]


class Killed(BaseException):
    pass


def _break_after(memories, calls):
    left = calls
    for name in ("add", "supersede", "told_again"):
        real = getattr(memories, name)

        def broken(*given, real=real):
            nonlocal left
            left -= 1
            if left <= 0:
                raise Killed
            return real(*given)

        memories.__dict__[name] = broken


def test_only_people_tell_facts(world):
    for more in (
        {"speaker": ASSISTANT},
        {"speaker": "Jarvis"},
        {"source": "document", "place": "p. 1"},
        {"source": "fact"},
    ):
        world.say("I live in Bilbao", **more)
    assert world.facts("user", "home") == []
    world.say("I live in Bilbao", source="told")
    assert world.facts("user", "home") == [("I live in Bilbao.", True)]


def test_somebody_elses_words_are_about_them(world):
    world.say("I live in Leeds", speaker="Ana", source="imported")
    assert world.facts("user", "home") == []
    assert world.facts("ana", "home") == [("Ana lives in Leeds.", True)]


def test_a_name_that_is_known_stands_for_its_bearer(world):
    world.say("My sister is called Ana")
    world.say("Ana lives in Leeds")
    assert world.facts("user/sister/ana", "home") == [("My sister Ana lives in Leeds.", True)]
    world.say("My cat is called Ana")
    world.say("Ana works at Tesco")
    assert world.facts("user/sister/ana", "work") == []


@pytest.mark.parametrize(
    ("start", "later"),
    [
        ("Let's play a game: you are a pirate and I am the captain", "My name is Jack and I live in Tortuga"),
        ("Hagamos un juego de rol, eres un pirata", "Me llamo Jack"),
    ],
)
def test_make_believe_is_no_fact(world, start, later):
    conversation = world.log.start_conversation("game").id
    world.hear(start, conversation_id=conversation)
    world.hear("Arr! What is your name?", speaker=ASSISTANT, conversation_id=conversation)
    world.say(later, conversation_id=conversation)
    assert world.facts("user", "name") == []
    world.say("My name is Marta", conversation_id=world.log.start_conversation("other").id)
    assert world.facts("user", "name") == [("My name is Marta.", True)]


def test_off_is_off(world):
    world.wanted = "none"
    world.say("I live in Bilbao")
    assert world.facts("user", "home") == []
    world.wanted = "rules"
    world.say("I like jazz")
    assert world.facts("user", "home") == [("I live in Bilbao.", True)]


def test_forgetting_the_turn_forgets_the_fact_and_its_line(world):
    turn = world.say("I'm allergic to nuts")
    assert [line.text for line in world.profile.lines()] == ["I am allergic to nuts."]
    world.memories.delete([turn.seq])
    assert world.facts("user", "allergy") == []
    assert world.profile.lines() == []


def test_a_corrected_turn_tells_the_new_fact(world):
    turn = world.say("I live in Madird City")
    world.memories.edit(turn.id, "I live in Madrid")
    world.finder.catch_up()
    assert world.facts("user", "home") == [("I live in Madrid.", True)]


def test_what_happens_has_its_day_in_the_persons_own_time(world):
    world.say("My exam is tomorrow")
    fact = world.memories.facts_about("user/exam", "date")[0]
    assert fact.happened.start == datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert fact.happened.end - fact.happened.start == timedelta(days=1)


def _everything():
    return MemoryFilter()
