"""Facts by rules: what tells one, and, above all, what does not."""

import re
import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.contracts.memory import Memory
from jarvis.memory.fact_dates import DATE, day_in
from jarvis.memory.fact_rules import find_facts
from jarvis.memory.fact_sentences import RELATIONS, sentence_for, value_of
from jarvis.memory.fact_text import plain
from tests.fakes.memory_facts import table, told

FRIDAY = date(2026, 11, 20)


def found(text, language="en", **more):
    return [
        (fact.subject, f"-{fact.relation}" if fact.ends else fact.relation, fact.value)
        for fact in find_facts(text, language, FRIDAY, **more)
    ]


@pytest.mark.parametrize("language", ["en", "es"])
def test_there_are_enough_examples(language):
    assert len(told(language)) >= 150
    assert len(table(f"not_told_{language}.txt")) >= 200


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_tells_a_fact(language):
    missed = {
        text: found(text, language) for text, facts in told(language) if not set(facts) <= set(found(text, language))
    }
    assert missed == {}


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_tells_none(language):
    turns = [text.replace("\\n", "\n") for text in table(f"not_told_{language}.txt")]
    assert {text: found(text, language) for text in turns if found(text, language)} == {}


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_language_of_a_short_turn_may_be_guessed_wrongly(language):
    other = "es" if language == "en" else "en"
    for text, facts in told(language)[:20]:
        assert set(facts) <= set(found(text, other))


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_sentence_gives_back_its_value(language):
    for text, _ in told(language):
        for fact in find_facts(text, language, FRIDAY):
            if fact.ends:
                continue
            row = _row(fact)
            assert value_of(row) == fact.value, (text, fact.text)
            assert fact.text[0].isupper()
            assert fact.text.endswith(".")


@pytest.mark.parametrize("language", ["en", "es"])
def test_values_stand_in_the_turn_word_for_word(language):
    for text, _ in told(language):
        for fact in find_facts(text, language, FRIDAY):
            if fact.relation in {"birthday", "anniversary", "date", "work"}:
                continue
            assert fact.value in text


def test_relatives_are_told_apart():
    assert found("My older sister is called Eva") == [("user/older sister", "name", "Eva")]
    assert found("Mi hermana mayor se llama Eva", "es") == [("user/older sister", "name", "Eva")]


def test_relatives_in_law_are_others():
    assert found("My sister in law is called Eva") == [("user/sister-in-law", "name", "Eva")]
    assert found("My mother-in-law's birthday is on 4 May") == [("user/mother-in-law", "birthday", "on 4 May")]


def test_a_known_name_stands_for_whom_it_names():
    people = {"ana": ("user/sister/ana", "my sister Ana")}
    assert found("Ana lives in Leeds", people=people) == [("user/sister/ana", "home", "Leeds")]
    assert found("Ana's birthday is on 4 May", people=people) == [("user/sister/ana", "birthday", "on 4 May")]
    assert found("Ana lives in Leeds") == []
    assert found("Ana thinks that I live in Leeds", people=people) == []


def test_somebody_elses_words_are_about_them():
    facts = find_facts("I live in Leeds and my sister is called Eva", "en", FRIDAY, speaker="Ana")
    assert [(fact.subject, fact.text) for fact in facts] == [
        ("ana", "Ana lives in Leeds."),
        ("ana/sister", "Ana's sister's name is Eva."),
    ]
    facts = find_facts("Vivo en Lugo y mi hermana se llama Eva", "es", FRIDAY, speaker="Ana")
    assert [fact.text for fact in facts] == ["Ana vive en Lugo.", "La hermana de Ana se llama Eva."]


def test_a_pronoun_means_nobody_without_somebody_named():
    assert found("She lives in Leeds") == []
    assert found("My sister is called Ana and she lives in Leeds")[1] == ("user/sister/ana", "home", "Leeds")
    assert found("My sister is called Ana. She lives in Leeds") == [("user/sister", "name", "Ana")]


@pytest.mark.parametrize(
    ("said", "language", "month", "day", "year"),
    [
        ("4 May", "en", 5, 4, None),
        ("May 4th, 1990", "en", 5, 4, 1990),
        ("the twenty-third of August", "en", 8, 23, None),
        ("2027-01-09", "en", 1, 9, 2027),
        ("25/12", "en", 12, 25, None),
        ("el 4 de mayo", "es", 5, 4, None),
        ("veintitrés de agosto de 1990", "es", 8, 23, 1990),
        ("treinta y uno de enero", "es", 1, 31, None),
        ("primero de mayo", "es", 5, 1, None),
        ("4/5/1990", "es", 5, 4, 1990),
        ("tomorrow", "en", 11, 21, 2026),
        ("friday", "en", 11, 27, 2026),
        ("pasado mañana", "es", 11, 22, 2026),
        ("el lunes que viene", "es", 11, 23, 2026),
        ("in two weeks", "en", 12, 4, 2026),
    ],
)
def test_days(said, language, month, day, year):
    read = day_in(said, language, FRIDAY)
    assert (read.month, read.day, read.year) == (month, day, year)


@pytest.mark.parametrize("said", ["4/5", "31 February", "30 de febrero", "May", "soon", "13/13/2020", ""])
def test_no_days(said):
    assert day_in(said, "en", FRIDAY) is None


def test_what_is_to_come_has_its_day():
    fact = find_facts("My exam is next Monday", "en", FRIDAY)[0]
    assert fact.day == date(2026, 11, 23)
    assert fact.text == "My exam: next Monday (23 November 2026)."
    fact = find_facts("La boda es el 12 de junio", "es", FRIDAY)[0]
    assert fact.day == date(2027, 6, 12)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["en", "es"]))
def test_anything_may_be_said(text, language):
    for fact in find_facts(text, language, FRIDAY):
        assert fact.subject


@pytest.mark.parametrize(
    "frame",
    [
        "{}?",
        "¿{}?",
        "If {}, then yes",
        "She said: “{}”",
        "Translate: {}",
        "Si {}, vale",
        "Dijo que {}",
        "```\n{}\n```",
        "Perhaps {}",
    ],
)
def test_no_fact_survives_being_asked_supposed_quoted_or_reported(frame):
    single = [text.rstrip(".") for text, _ in told("en") + told("es") if not re.search(r"[?!;]|\. ", text)]
    assert len(single) > 400
    assert {text: found(frame.format(text)) for text in single if found(frame.format(text))} == {}


def test_plain_letters_keep_their_places():
    for text in ("Íñigo vive en A Coruña", "naïve café", "e\u0301s"):
        assert len(plain(text)) == len(unicodedata.normalize("NFC", text))


def test_every_relation_has_both_languages():
    for relation in RELATIONS:
        assert sentence_for(relation, "x", "en", who="my sister", thing="y")
        assert sentence_for(relation, "x", "es", who="mi hermana", thing="y")
    assert set(DATE) == {"en", "es"}


def _row(fact):
    return Memory(
        seq=1, id="a", text=fact.text, source="fact", speaker="user", said_at=datetime.now(UTC), relation=fact.relation,
        subject=fact.subject, language=fact.language,
    )  # fmt: skip
