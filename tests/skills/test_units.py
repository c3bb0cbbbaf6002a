from __future__ import annotations

import pytest

from jarvis.skills.book import SkillBook
from jarvis.skills.quantities import UNITS, quantity_in, unit_in
from tests.skills.conftest import Say
from tests.skills.table import cases, phrasings

EN = phrasings(
    "units.convert",
    """
    convert 5 kilometers to miles
    how many feet are in a mile
    how many feet are there in a mile
    what is 100 degrees Fahrenheit in Celsius
    what's 70 F in C
    how many grams in an ounce
    5 miles in kilometers
    change two and a half kilos into pounds
    how much is 3 pounds in kilos
    turn 20 celsius into fahrenheit
    how many liters are 2 gallons
    could you convert 60 mph to km/h
    how many minutes are in a day
    tell me what 6 feet is in meters
    how many megabytes are in a gigabyte
    30 degrees celsius in fahrenheit
    """,
)
ES = phrasings(
    "units.convert",
    """
    convierte 5 kilómetros a millas
    cuántos pies hay en una milla
    cuántos kilómetros son cinco millas
    pasa 100 grados Fahrenheit a Celsius
    cuánto son 70 grados fahrenheit en celsius
    cuántos gramos tiene una onza
    5 millas a kilómetros
    ¿puedes convertir dos kilos y medio a libras?
    cuánto es media libra en gramos
    a cuántos metros equivalen 6 pies
    cuántos litros son 2 galones
    cuántos minutos tiene un día
    cambia 60 millas por hora a kilómetros por hora
    dime cuántos centímetros son 10 pulgadas
    cuántas pulgadas son 25 centímetros
    """,
)


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
        ("how many feet are in a mile", "1 mile is 5,280 feet."),
        ("convert 5 kilometers to miles", "5 kilometers are 3.11 miles."),
        ("what is 100 degrees Fahrenheit in Celsius", "100 degrees Fahrenheit are 37.78 degrees Celsius."),
        ("70 degrees in celsius", "70 degrees Fahrenheit are 21.11 degrees Celsius."),
        ("what is minus 40 celsius in fahrenheit", "-40 degrees Celsius are -40 degrees Fahrenheit."),
        ("how many miles in a meter", "1 meter is 0.000621 miles."),
        ("how many megabytes are in a gigabyte", "1 gigabyte is 1,000 megabytes."),
        ("how many minutes are in a day", "1 day is 1,440 minutes."),
        ("convert 60 mph to km/h", "60 miles per hour are 96.56 kilometers per hour."),
        ("convert 5 feet 10 inches to cm", "5 feet 10 inches are 177.8 centimeters."),
        ("convert 5 ft 11 in to cm", "5 feet 11 inches are 180.34 centimeters."),
        ("5.5 feet in cm", "5.5 feet are 167.64 centimeters."),
        ("cuánto son 5 pies y 11 pulgadas en centímetros", "5 pies y 11 pulgadas son 180,34 centímetros."),
        (
            "convert 5 kilos to meters",
            "Kilograms and meters do not measure the same thing, so one cannot be turned into the other.",
        ),
        ("cuántos pies hay en una milla", "1 milla es igual a 5.280 pies."),
        ("pasa 100 grados Fahrenheit a Celsius", "100 grados Fahrenheit son 37,78 grados Celsius."),
        ("cuánto es media libra en gramos", "0,5 libras son 226,8 gramos."),
        ("convierte dos kilos y medio a libras", "2,5 kilogramos son 5,51 libras."),
    ],
)
def test_replies(say: Say, sentence: str, reply: str) -> None:
    assert say(sentence).text == reply


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_unit_is_known_to_pint_by_every_name(language: str) -> None:
    import pint

    registry = pint.UnitRegistry()
    for row in UNITS:
        assert registry.parse_units(row.unit)
        for name in row.en if language == "en" else row.es:
            assert unit_in(name, language) == row.unit


@pytest.mark.parametrize("words", ["three apples", "meters", "5", "a", "five fingers", "cinco dedos"])
def test_what_is_no_quantity_is_refused(words: str) -> None:
    assert quantity_in(words, "en") is None
    assert quantity_in(words, "es") is None
