"""Questions that the memory answers word for word, and the many that it must leave alone."""

import pytest

from jarvis.memory.quoting_questions import asked_of
from tests.fakes.memory_facts import table, talking, told

LIFE = (
    ("My name is Marta", "en"),
    ("Call me Tita", "en"),
    ("My sister is called Ana", "en"),
    ("My sister's birthday is on 4 May", "en"),
    ("My sister Ana lives in Leeds", "en"),
    ("My dog is called Rex", "en"),
    ("Mi hermano se llama Luis", "es"),
    ("El cumpleaños de mi madre es el 9 de julio", "es"),
    ("Vivo en Bilbao", "es"),
    ("I work at Tesco", "en"),
    ("I'm a nurse", "en"),
    ("I'm allergic to nuts", "en"),
    ("Soy alérgica a los gatos", "es"),
    ("My car's plate is 1234 BCD", "en"),
    ("My car is a red Seat Ibiza", "en"),
    ("I left the spare keys in the blue drawer", "en"),
    ("Mi pasaporte está en el cajón de la mesa", "es"),
    ("I parked on level 3", "en"),
    ("My favourite colour is green", "en"),
    ("My exam is next Monday", "en"),
    ("My son is called Leo", "en"),
    ("My daughter is called Eva", "en"),
    ("Our wedding anniversary is on 12 June", "en"),
    ("I speak English and Basque", "en"),
    ("My boss is called Karen", "en"),
    ("I have a flight to Rome on 3 December", "en"),
    ("I was born in Vigo", "en"),
)
ANSWERED = (
    ("when is my sister's birthday?", "en", "4 May"),
    ("When's my sister's birthday", "en", "4 May"),
    ("do you remember when my sister's birthday is?", "en", "4 May"),
    ("what day is Ana's birthday?", "en", "4 May"),
    ("¿cuándo es el cumpleaños de mi hermana?", "es", "4 May"),
    ("cuando es el cumple de ana", "es", "4 May"),
    ("¿Cuándo es el cumpleaños de mi madre?", "es", "9 de julio"),
    ("when is my mum's birthday", "en", "9 de julio"),
    ("what's my name?", "en", "Marta"),
    ("¿cómo me llamo?", "es", "Marta"),
    ("what's my dog's name", "en", "Rex"),
    ("what is my dog called?", "en", "Rex"),
    ("¿cómo se llama mi perro?", "es", "Rex"),
    ("where did I park?", "en", "level 3"),
    ("where is my car", "en", "level 3"),
    ("¿dónde he aparcado el coche?", "es", "level 3"),
    ("where do I live", "en", "Bilbao"),
    ("¿Dónde vivo?", "es", "Bilbao"),
    ("hey jarvis, tell me where I live please", "en", "Bilbao"),
    ("where does my sister live?", "en", "Leeds"),
    ("where does Ana live?", "en", "Leeds"),
    ("where do I work", "en", "Tesco"),
    ("¿dónde trabajo?", "es", "Tesco"),
    ("what do I do for a living?", "en", "nurse"),
    ("¿a qué me dedico?", "es", "nurse"),
    ("what am I allergic to?", "en", "nuts"),
    ("¿a qué soy alérgica?", "es", "gatos"),
    ("who is Ana?", "en", "My sister is called Ana"),
    ("¿quién es Luis?", "es", "Mi hermano se llama Luis"),
    ("who is Rex", "en", "Rex"),
    ("who's my boss?", "en", "Karen"),
    ("what's my car's plate?", "en", "1234 BCD"),
    ("¿cuál es la matrícula de mi coche?", "es", "1234 BCD"),
    ("what car do I have", "en", "Seat Ibiza"),
    ("where are my spare keys?", "en", "blue drawer"),
    ("where did I leave the spare keys", "en", "blue drawer"),
    ("¿dónde está mi pasaporte?", "es", "cajón de la mesa"),
    ("where is my passport?", "en", "cajón de la mesa"),
    ("what's my favourite colour?", "en", "green"),
    ("¿cuál es mi color favorito?", "es", "green"),
    ("when is my exam?", "en", "23 November 2026"),
    ("what are my kids called?", "en", "Leo"),
    ("¿cómo se llaman mis hijos?", "es", "Eva"),
    ("when is our anniversary?", "en", "12 June"),
    ("what languages do I speak?", "en", "Basque"),
    ("where was I born?", "en", "Vigo"),
    ("when is my flight to Rome?", "en", "3 December"),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with talking(tmp_path_factory.mktemp("life")) as world:
        for text, language in LIFE:
            world.say(text, language)
        world.pass_days(2)
        yield world


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A life in which everything that can be told was told."""
    with talking(tmp_path_factory.mktemp("full")) as world:
        for language in ("en", "es"):
            for text, facts in told(language):
                if not any(relation.startswith("-") for _, relation, _ in facts):
                    world.hear(text, language)
        while world.finder.catch_up():
            pass
        yield world


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    with talking(tmp_path_factory.mktemp("empty")) as world:
        world.say("I live with my cat in peace")
        yield world


def test_there_are_enough_examples():
    assert len(table("not_quoted_en.txt")) + len(table("not_quoted_es.txt")) >= 250


@pytest.mark.parametrize(("question", "language", "words"), ANSWERED)
def test_what_the_memory_answers(world, question, language, words):
    answer = world.quote(question, language)
    assert words in answer.text
    assert answer.items[0].memory.source == "conversation"
    assert answer.text.startswith(
        "On 20 November you told me: “" if language == "en" else "El 20 de noviembre me dijiste: «"
    )


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_must_not_be_quoted(full, language):
    questions = table("not_quoted_en.txt") + table("not_quoted_es.txt")
    assert {question: full.quote(question, language) for question in questions if full.quote(question, language)} == {}


@pytest.mark.parametrize("language", ["en", "es"])
def test_statements_are_no_questions(full, language):
    assert {text for text, _ in told(language) if full.quote(text, language)} == set()


@pytest.mark.parametrize(("question", "language", "words"), ANSWERED)
def test_without_the_memory_there_is_no_answer(empty, question, language, words):
    assert empty.quote(question, language) is None


def test_it_says_that_it_changed(tmp_path):
    with talking(tmp_path) as world:
        world.say("I live in Madrid")
        world.pass_days(10)
        world.say("I moved to Bilbao last week")
        world.pass_days(400)
        assert world.quote("where do I live?").text == (
            "On 30 November 2026 you told me: “I moved to Bilbao last week.”"
            " It changed: on 20 November 2026 it was “I live in Madrid.”"
        )
        assert world.quote("¿dónde vivo?", "es").text == (
            "El 30 de noviembre de 2026 me dijiste: «I moved to Bilbao last week»."
            " Cambió: el 20 de noviembre de 2026 era «I live in Madrid»."
        )


def moved(world, *turns, language="en"):
    """Say one turn every ten days."""
    for turn in turns:
        world.say(turn, language)
        world.pass_days(10)


@pytest.mark.parametrize(
    ("question", "was", "then"),
    [
        ("where did I live before Exeter?", "I live in Bath", "moved to Exeter"),
        ("Where did we live before moving to Exeter?", "I live in Bath", "moved to Exeter"),
        ("where did I live before?", "moved to Exeter", "moved to Hull"),
        ("where did I use to live", "moved to Exeter", "moved to Hull"),
        ("¿dónde vivía antes de mudarme a Hull?", "moved to Exeter", "moved to Hull"),
        ("where did I live before Bath?", None, None),
        ("where did I live before Leeds?", None, None),
        ("where did I work before?", None, None),
    ],
)
def test_what_was_so_before_is_quoted_with_until_when(tmp_path, question, was, then):
    with talking(tmp_path) as world:
        moved(world, "I live in Bath", "We have moved to Exeter", "We have moved to Hull")
        answer = world.quote(question)
        told = answer.text.split(" That was so until ") if answer else [None, None]
        assert (was in told[0] and then in told[1]) if was else answer is None


def test_until_when_it_was_so_is_said_in_either_language(tmp_path):
    with talking(tmp_path) as world:
        moved(world, "Vivo en Cádiz", "Me he mudado a Sevilla", language="es")
        assert world.quote("¿dónde vivía antes de Sevilla?", "es").text == (
            "El 20 de noviembre me dijiste: «Vivo en Cádiz»."
            " Así fue hasta el 30 de noviembre: «Me he mudado a Sevilla»."
        )
        world.say("Me he mudado a Huelva", "es")
        assert "Así fue hasta hoy: «Me he mudado a Huelva»." in world.quote("¿dónde vivía antes?", "es").text
        assert len(world.quote("¿dónde vivía antes?", "es").items) == 2


def test_what_only_ended_was_so_before_too(tmp_path):
    with talking(tmp_path) as world:
        moved(world, "I work at Google", "I quit my job")
        assert world.quote("where did I work before?").text == (
            "On 20 November you told me: “I work at Google.” That was so until 30 November."
        )


def test_where_somebody_else_was_before(tmp_path):
    with talking(tmp_path) as world:
        moved(world, "My sister Ana lives in Leeds", "My sister Ana has moved to York")
        for question in ("where did my sister live before?", "where did Ana live before York?"):
            assert "Leeds.” That was so until 30 November" in world.quote(question).text


@pytest.mark.parametrize(
    ("language", "turn", "questions"),
    [
        ("en", "my brother-in-law Luis works at Renfe",
         ("where does my brother-in-law work?", "where does Luis work?", "what's my brother-in-law called?")),
        ("es", "mi cuñado Luis trabaja en Renfe",
         ("¿dónde trabaja mi cuñado?", "¿dónde trabaja Luis?", "¿cómo se llama mi cuñado?")),
        ("en", "my cousin Bob is a nurse", ("what does my cousin do?", "what does Bob do for a living?")),
        ("es", "mi vecina Carmen es enfermera", ("¿a qué se dedica mi vecina?", "¿en qué trabaja Carmen?")),
        ("es", "el cumpleaños de mi tío Paco es el 3 de mayo",
         ("¿cuándo es el cumpleaños de mi tío?", "¿cuándo cumple años Paco?")),
        ("en", "my niece Zoe is 7 years old", ("how old is my niece?", "how old is Zoe?")),
        ("es", "mi hermana Ana vive en León", ("¿dónde vive mi hermana?", "¿dónde vive Ana?")),
        ("en", "I'm allergic to peanuts", ("am I allergic to anything?", "do I have any allergies?")),
        ("es", "Soy alérgico a los cacahuetes", ("¿tengo alguna alergia?", "¿soy alérgico a algo?")),
        ("en", "my daughter Lily has started school", ("what's my daughter called?", "who is Lily?")),
        ("es", "mi hija Lucía ha empezado el colegio", ("¿cómo se llama mi hija?", "¿quién es Lucía?")),
    ],
)  # fmt: skip
def test_somebody_is_asked_for_by_name_or_as_who_they_are(tmp_path, language, turn, questions):
    with talking(tmp_path) as world:
        world.say(turn, language)
        for question in questions:
            answer = world.quote(question, language)
            assert answer, question
            assert turn in answer.text


def test_what_is_no_longer_so_is_not_quoted(tmp_path):
    with talking(tmp_path) as world:
        world.say("I work at Google")
        world.say("I quit my job")
        assert world.quote("where do I work?") is None


def test_today_and_yesterday_are_called_so(tmp_path):
    with talking(tmp_path) as world:
        world.say("I live in Madrid")
        assert world.quote("where do I live?").text.startswith("Today you told me")
        world.pass_days(1)
        assert world.quote("¿dónde vivo?", "es").text.startswith("Ayer me dijiste")


def test_what_was_said_of_another_day_is_explained(tmp_path):
    with talking(tmp_path) as world:
        world.say("My sister's birthday is tomorrow")
        world.pass_days(30)
        assert world.quote("when is my sister's birthday?").text == (
            "On 20 November you told me: “My sister's birthday is tomorrow.” (My sister's birthday is on 21 November.)"
        )


def test_several_sisters_are_all_quoted(tmp_path):
    with talking(tmp_path) as world:
        for text in (
            "My sister is called Ana",
            "My sister is called Eva",
            "My sister Ana lives in Leeds",
            "My sister Eva lives in York",
        ):
            world.say(text)
        answer = world.quote("where does my sister live?").text
        assert "Leeds" in answer
        assert "York" in answer
        assert "York" not in world.quote("where does Ana live?").text


def test_two_of_one_name_are_not_guessed_between(tmp_path):
    with talking(tmp_path) as world:
        for text in ("My sister is called Ana", "My boss is called Ana", "My sister Ana lives in Leeds"):
            world.say(text)
        assert world.quote("where does Ana live?") is None
        assert len(world.quote("who is Ana?").items) == 2


def test_a_pinned_fact_comes_first(tmp_path):
    with talking(tmp_path) as world:
        world.say("I live in Madrid")
        world.memories.pin(world.memories.facts_about("user", "home")[0].id, True)
        world.say("I live in Bilbao")
        assert "Madrid" in world.quote("where do I live?").text


def test_a_corrected_fact_is_quoted_as_it_is_now(tmp_path):
    with talking(tmp_path) as world:
        world.say("I live in Madird")
        world.memories.edit(world.memories.facts_about("user", "home")[0].id, "I live in Madrid.")
        assert world.quote("where do I live?").text == "Today you told me: “I live in Madrid.”"


def test_what_is_over_is_not_to_come(tmp_path):
    with talking(tmp_path) as world:
        world.say("My exam is next Monday")
        world.pass_days(2)
        assert "23 November 2026" in world.quote("when is my exam?").text
        world.pass_days(20)
        assert world.quote("when is my exam?") is None
        world.say("My exam is on 3 February")
        assert world.quote("when is my exam?").text == (
            "Today you told me: “My exam is on 3 February.” (My exam: on 3 February (2027).)"
        )


def test_an_event_that_moves_did_change(tmp_path):
    with talking(tmp_path) as world:
        world.say("My exam is on 3 February")
        world.say("My exam is on 5 February")
        assert "It changed: today it was “My exam: on 3 February (2027).”" in world.quote("when is my exam?").text


def test_a_birthday_tells_the_age_only_with_its_year(tmp_path):
    with talking(tmp_path) as world:
        world.say("My birthday is on 4 May")
        assert world.quote("how old am I?") is None
        world.say("My birthday is on 4 May 1990")
        world.say("I was born in 1990")
        assert "1990" in world.quote("how old am I?").text


def test_a_place_of_work_is_no_trade(tmp_path):
    with talking(tmp_path) as world:
        world.say("I work at Tesco")
        assert world.quote("what do I do for a living?") is None


def test_only_the_sentence_that_says_it_is_quoted(tmp_path):
    with talking(tmp_path) as world:
        world.say("What a day! I live in Madrid. The weather here is dreadful.")
        assert world.quote("where do I live?").text == "Today you told me: “I live in Madrid.”"


def test_too_many_are_left_to_a_model(tmp_path):
    with talking(tmp_path) as world:
        for what in "nuts cats dust eggs milk soy wheat".split():
            world.say(f"I'm allergic to {what}")
        assert world.quote("what am I allergic to?") is None


def test_somebody_elses_life_is_not_the_persons(tmp_path):
    with talking(tmp_path) as world:
        world.say("I live in Leeds", speaker="Ana", source="imported")
        assert world.quote("where do I live?") is None
        assert world.quote("where does Ana live?") is None


def test_questions_are_understood_in_either_language():
    assert asked_of("¿Dónde vivo?", "en") == asked_of("where do I live", "es")
    assert asked_of("where do I live " * 20, "en") is None
