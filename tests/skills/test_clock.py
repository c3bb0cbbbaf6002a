from __future__ import annotations

from datetime import datetime

import pytest

from jarvis.skills.book import SkillBook
from jarvis.skills.places import place_in
from tests.fakes.skills import MADRID, FakePorts
from tests.skills.conftest import Say
from tests.skills.table import cases, phrasings

EN = [
    *phrasings(
        "clock.time",
        "what time is it\nWhat's the time?\ntell me the time\ncould you tell me the time please\n"
        "what is the time now\ndo you have the time\ndo you know what time it is\nwhat time is it right now\n"
        "give me the current time\nhey jarvis what time is it\ntime\ncurrent time\nwhat's the exact time",
    ),
    *phrasings(
        "clock.time_in",
        "what time is it in Tokyo\nwhat's the time in New York\nwhat time is it in Japan right now\n"
        "tell me the time in London\nwhat is the current time in Buenos Aires\ntime in Paris\n"
        "what time is it now in Sydney\ndo you know what time it is in Mexico City\nTokyo time\n"
        "what time is it in the United States\nwhat's the local time in Los Angeles\nlocal time in Madrid\n"
        "in Tokyo what time is it",
    ),
    *phrasings(
        "clock.date",
        "what's the date\nwhat is today's date\nwhat date is it\ntell me the date\n"
        "what's the date today\ntoday's date\nwhat is the current date\nwhich day of the month is it\n"
        "what date is it today\ncan you tell me the date\nwhat date is today\ngive me today's date",
    ),
    *phrasings(
        "clock.weekday",
        "what day is it\nwhat day is today\nwhat day of the week is it\nwhich day is it today\n"
        "tell me what day it is\nwhat day is it today\nwhat's the day today\nwhich day of the week is it\n"
        "do you know what day it is\nwhat day of the week is today\ntell me the day\nwhat day are we",
    ),
    *phrasings("clock.year", "what year is it\nwhich year are we in\ntell me the year"),
    *phrasings("clock.month", "what month is it\nwhich month are we in\ntell me what month it is"),
    *phrasings("clock.week", "what week is it\nwhat week number is this\nwhich week of the year is it"),
]
ES = [
    *phrasings(
        "clock.time",
        "qué hora es\n¿Qué hora es?\ndime la hora\n¿me dices la hora, por favor?\n"
        "qué hora es ahora\ntienes hora\nqué horas son\nqué hora tienes\n¿puedes decirme la hora?\n"
        "oye jarvis qué hora es\nsabes qué hora es\nla hora\nque hora es",
    ),
    *phrasings(
        "clock.time_in",
        "qué hora es en Tokio\nqué hora es en Japón\nqué hora es en Buenos Aires\n"
        "dime la hora en Londres\nqué hora es ahora en Nueva York\nla hora en París\nqué hora tienen en México\n"
        "¿qué hora es en Estados Unidos?\nqué horas son en Lima\nhora de Canarias\nsabes qué hora es en Moscú\n"
        "en Tokio qué hora es\nqué hora es en Ciudad de México",
    ),
    *phrasings(
        "clock.date",
        "qué fecha es hoy\na qué fecha estamos\ndime la fecha\ncuál es la fecha de hoy\n"
        "a cuánto estamos\nla fecha de hoy\nqué fecha es\na cuántos estamos hoy\n¿puedes decirme la fecha?\n"
        "en qué fecha estamos\nqué fecha tenemos\ndame la fecha",
    ),
    *phrasings(
        "clock.weekday",
        "qué día es hoy\nqué día es\nqué día de la semana es\nhoy qué día es\n"
        "dime qué día es hoy\nen qué día estamos\nqué día tenemos hoy\nsabes qué día es\n"
        "qué día de la semana es hoy\n¿me dices qué día es?\nque dia es hoy\nqué día de la semana tenemos",
    ),
    *phrasings("clock.year", "en qué año estamos\nqué año es\ndime en qué año estamos"),
    *phrasings("clock.month", "en qué mes estamos\nqué mes es"),
    *phrasings("clock.week", "en qué semana estamos\nqué número de semana es"),
]


@cases(EN)
def test_english_phrasings(book: SkillBook, sentence: str, skill: str) -> None:
    found = book.match(sentence)
    assert found is not None
    assert (found.skill, found.language) == (skill, "en")


@cases(ES)
def test_spanish_phrasings(book: SkillBook, sentence: str, skill: str) -> None:
    found = book.match(sentence)
    assert found is not None
    assert (found.skill, found.language) == (skill, "es")


@pytest.mark.parametrize(
    ("sentence", "reply"),
    [
        ("what time is it", "It is 10 am."),
        ("qué hora es", "Son las 10 de la mañana."),
        ("what time is it in Tokyo", "In Tokyo it is 6 pm."),
        ("what time is it in New York", "In New York it is 4 am."),
        ("what time is it in Sydney", "In Sydney it is 8 pm."),
        ("qué hora es en Japón", "En Japón son las 6 de la tarde."),
        ("qué hora es en Buenos Aires", "En Buenos Aires son las 6 de la mañana."),
        ("qué hora es en Argentina", "En Argentina son las 6 de la mañana."),
        ("what time is it in Spain", "Spain has 2 times now: 10 am in Madrid and 9 am in the Canary Islands."),
        ("qué hora es en China", "En China son las 5 de la tarde."),
        ("what time is it in paris france", "In Paris it is 10 am."),
        ("what date is it", "Today is Saturday, November 21, 2026."),
        ("qué día es hoy", "Hoy es sábado 21 de noviembre."),
        ("qué fecha es hoy", "Hoy es sábado 21 de noviembre de 2026."),
        ("what year is it", "It is 2026."),
        ("en qué mes estamos", "Estamos en noviembre."),
        ("what week is it", "This is week 47."),
    ],
)
def test_replies(say: Say, sentence: str, reply: str) -> None:
    assert say(sentence).text == reply


def test_one_o_clock_is_singular_in_spanish(say: Say, fakes: FakePorts) -> None:
    fakes.clock.moment = datetime(2026, 11, 21, 13, 5, tzinfo=MADRID)
    assert say("qué hora es").text == "Es la 1:05 de la tarde."


def test_another_day_there_is_said(say: Say, fakes: FakePorts) -> None:
    fakes.clock.moment = datetime(2026, 11, 21, 23, 0, tzinfo=MADRID)
    assert say("what time is it in Tokyo").text == "In Tokyo it is 7 am on Sunday."
    assert say("qué hora es en Tokio").text == "En Tokio son las 7 de la mañana del domingo."


def test_a_country_of_many_times_names_the_large_ones(say: Say) -> None:
    reply = say("what time is it in the United States").text
    assert reply.startswith("United States has")
    assert "4 am in New York" in reply
    assert "1 am in Los Angeles" in reply


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_place_is_found_by_its_own_name(language: str) -> None:
    from jarvis.skills.places import _places

    for place in _places(language).values():
        again = place_in(place.name, language)
        assert again is not None, place


@pytest.mark.parametrize("words", ["the kitchen", "hell", "my office", "the movie", "general", "la cocina", ""])
def test_what_is_no_place_is_refused(words: str) -> None:
    assert place_in(words, "en") is None
    assert place_in(words, "es") is None
