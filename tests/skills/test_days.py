from __future__ import annotations

import pytest

from jarvis.skills.book import SkillBook
from tests.skills.conftest import Say
from tests.skills.table import cases, phrasings

EN = [
    *phrasings(
        "days.until",
        "how many days until Christmas\nhow many days are there until Christmas\n"
        "how long until Christmas\nhow many days are left until New Year's Eve\nhow many weeks until Christmas\n"
        "tell me how many days until Easter\ndays until Halloween\nhow long is it until Friday\n"
        "how many days till the 3rd of May\nhow far away is Christmas\nhow many sleeps until Christmas\n"
        "how many days to December 31st\nhow many more days until Monday",
    ),
    *phrasings(
        "days.which",
        "what day is the 3rd of May\nwhat day is May 3rd\nwhat day of the week is Christmas\n"
        "when is Easter\nwhat date is next Friday\nwhat day will the 1st of January be\nwhen is Thanksgiving\n"
        "what's the date tomorrow\nwhat day is tomorrow\nwhat day does Christmas fall on\n"
        "on what day is Halloween\nwhat was the date yesterday\nwhat day is it tomorrow\nwhat's the date of Easter",
    ),
]
ES = [
    *phrasings(
        "days.until",
        "cuántos días faltan para navidad\ncuántos días quedan para nochevieja\n"
        "cuánto falta para navidad\ncuántos días hay hasta el 3 de mayo\ndime cuántos días faltan para el viernes\n"
        "cuánto tiempo queda para semana santa\ncuántas semanas faltan para navidad\ncuántos días faltan para reyes\n"
        "cuánto queda para el lunes\nsabes cuántos días faltan para navidad\n"
        "cuántos días quedan hasta el 31 de diciembre\n"
        "cuantos dias faltan para navidad",
    ),
    *phrasings(
        "days.which",
        "qué día es el 3 de mayo\nqué día de la semana es navidad\nqué día cae navidad\n"
        "en qué día cae el 3 de mayo\ncuándo es semana santa\nqué fecha es el próximo viernes\nqué día es mañana\n"
        "cuándo es navidad\nqué día será el 1 de enero\nnavidad qué día cae\nqué día cae nochebuena este año\n"
        "dime qué día es el lunes",
    ),
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
        ("how many days until Christmas", "34 days until Friday, December 25."),
        ("how many weeks until Christmas", "4 weeks and 6 days until Friday, December 25."),
        ("how many days until tomorrow", "One day until Sunday, November 22."),
        ("cuántos días faltan para navidad", "Faltan 34 días para el viernes 25 de diciembre."),
        ("cuántas semanas faltan para el 5 de diciembre", "Faltan 2 semanas para el sábado 5 de diciembre."),
        ("cuánto falta para mañana", "Falta un día para el domingo 22 de noviembre."),
        ("what day is the 3rd of May", "That is Monday, May 3, 2027."),
        ("what day is today", "Today is Saturday, November 21."),
        ("when is Easter", "That is Sunday, March 28, 2027."),
        ("qué día es el 3 de mayo", "Es el lunes 3 de mayo de 2027."),
        ("what was the date yesterday", "That was Friday, November 20."),
        ("cuántos días faltan para hoy", "Es hoy, sábado 21 de noviembre."),
    ],
)
def test_replies(say: Say, sentence: str, reply: str) -> None:
    assert say(sentence).text == reply
