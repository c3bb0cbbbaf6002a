"""What people tell over some months and ask for later: nothing that has changed since is quoted as if it still held."""

import pytest

from jarvis.memory.recall_lines import asks_for_questions, only_asks
from tests.fakes.memory_facts import talking


@pytest.fixture
def world(tmp_path):
    with talking(tmp_path) as talked:
        yield talked


def quoted(world, question, language="en"):
    answer = world.quote(question, language)
    return answer.text if answer else None


def on_days(world, *turns, language="en"):
    """Say one turn a day."""
    for turn in turns:
        world.say(turn, language)
        world.clock.advance(86400)


@pytest.mark.parametrize(
    ("language", "turns", "question", "new", "old"),
    [
        ("en", ("My mum's called Joan and she lives in Leeds", "My mum has moved to York"), "where does my mother live",
         "York", "Leeds"),
        ("es", ("Mi madre se llama Rosario y vive en Zamora", "Mi madre se ha mudado a Valladolid"),
         "¿dónde vive mi madre?", "Valladolid", "«Mi madre se llama Rosario"),
        ("en", ("I drive a grey Skoda Octavia", "I sold the Skoda and bought a red Toyota Yaris"),
         "what car do I have?", "Yaris", "“I drive"),
        ("es", ("Tengo un Seat Ibiza gris", "He vendido el Ibiza y me he comprado un Toyota Yaris rojo"),
         "¿qué coche tengo?", "Yaris", "«Tengo"),
        ("es", ("Tengo cita con el dentista el 12 de diciembre",
                "Me han cambiado la cita del dentista al 20 de diciembre"),
         "¿cuándo es mi cita con el dentista?", "20 de diciembre", "«Tengo cita"),
        ("en", ("my brother Tom's birthday is on 4 March", "Actually Tom's birthday is the 5th of March, not the 4th"),
         "when's Tom's birthday?", "5th of March", "“my brother"),
    ],
)  # fmt: skip
def test_only_the_newest_is_quoted_as_what_holds(world, language, turns, question, new, old):
    on_days(world, *turns, language=language)
    text = quoted(world, question, language)
    assert text is not None
    assert new in text
    assert old not in text


def test_somebody_is_known_who_was_only_ever_named_in_passing(world):
    on_days(world, "My sister Clara is allergic to peanuts")
    assert "peanuts" in (quoted(world, "What is Clara allergic to?") or "")
    assert "sister" in (quoted(world, "who is Clara?") or "")
    assert quoted(world, "who is Clara Schumann?") is None
    on_days(world, "Clara lives in Leeds")
    known = quoted(world, "what do you know about Clara?")
    assert known is not None
    assert "peanuts" in known
    assert "Leeds" in known
    assert quoted(world, "¿qué sabes de Clara?", "es") is not None
    assert quoted(world, "what do you know about Paris?") is None
    assert "Leeds" in (quoted(world, "where does my sister live?") or quoted(world, "where does Clara live?") or "")


def test_two_people_of_one_name_are_not_mixed_up(world):
    on_days(world, "My sister Ana is allergic to nuts", "My aunt Ana is allergic to milk")
    assert quoted(world, "what is Ana allergic to?") is None


def test_a_sentence_that_is_partly_over_is_not_quoted_whole(world):
    on_days(world, "My name is Harriet and I live in Bristol.", "I've moved to Exeter")
    text = quoted(world, "what's my name?")
    assert text is not None
    assert "Harriet" in text
    assert "Bristol" not in text


def test_selling_another_car_ends_nothing(world):
    on_days(world, "I drive a grey Skoda Octavia", "I sold the Ford")
    assert "Skoda" in (quoted(world, "what car do I have?") or "")


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Where is my passport?", True),
        ("¿Qué coche tengo?", True),
        ("what's my dad's number", True),
        ("Did you know that I moved to Exeter?", False),
        ("I moved to Exeter. Where is that?", False),
        ("When I was born we lived in Leeds", False),
        ("Cuando era pequeña vivía en Zamora", False),
        ("qué coche tengo", True),
        ("what year was I born in", True),
        ("My passport is in the drawer", False),
    ],
)
def test_the_persons_own_questions_answer_nothing(world, text, asks):
    assert only_asks(world.hear(text)) is asks


@pytest.mark.parametrize("text", ["what did I ask you yesterday?", "¿qué te pregunté ayer?"])
def test_what_was_asked_can_be_asked_for(text):
    assert asks_for_questions(text)


def test_a_question_is_recalled_only_for_who_asks_for_questions(world):
    asked = world.hear("Who asked for my guitar tuner?")
    said = world.hear("I lent the guitar tuner to Wanda")
    world.clock.advance(86400)
    assert [item.memory.seq for item in world.recall("who has the guitar tuner").items] == [said.seq]
    assert asked.seq in {item.memory.seq for item in world.recall("I asked for my guitar tuner").items}


@pytest.mark.parametrize("again", ["who won the chess game with wanda", "Who won the chess game, with Wanda?"])
def test_what_the_person_says_now_is_not_recalled_as_said_before(world, again):
    """The basic recogniser writes no question mark, so nothing else tells that it only asks."""
    before = world.hear("who won the chess game with wanda")
    told = world.hear("I won the chess game with Wanda")
    world.clock.advance(86400)
    found = {item.memory.seq for item in world.recall(again).items}
    assert told.seq in found
    assert before.seq not in found
