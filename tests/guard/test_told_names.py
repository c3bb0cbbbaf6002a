"""Whose names are read out of what was remembered, and what is no name."""

from __future__ import annotations

import pytest

from jarvis.guard.redaction import PatternRedactor
from jarvis.guard.told_names import names_told


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("my sister is called Laura", ("Laura",)),
        ("my sister is called laura.", ("laura",)),
        ("My name is John Walker", ("John Walker",)),
        ("our neighbour Mrs Smith has the key", ("Mrs Smith",)),
        ("my best friend's name is Zoë", ("Zoë",)),
        ("Karim is my dentist and Ana Gil is my boss", ("Karim", "Ana Gil")),
        ("my mother-in-law is Inés de la Torre", ("Inés de la Torre",)),
        ("me llamo Íñigo", ("Íñigo",)),
        ("mi hermana se llama Laura Pérez", ("Laura Pérez",)),
        ("mis hijos se llaman Leo y Vera", ("Leo", "Vera")),
        ("mi jefe es Luis Gil", ("Luis Gil",)),
        ("Nuria es mi vecina", ("Nuria",)),
        ("mi mujer, Marta, cumple en mayo", ("Marta",)),
        ("I live in Madrid and drive a Toyota", ()),
        ("my favourite city is Paris", ()),
        ("mi coche es un Seat y vivo en Sevilla", ()),
        ("the wifi is called Home", ("Home",)),
        ("my friend lives in Rome", ()),
        ("mi médico pasa consulta en Getafe", ()),
        ("", ()),
    ],
)
def test_names(text: str, names: tuple[str, ...]) -> None:
    assert names_told([text]) == names


def test_they_stay_here() -> None:
    redactor = PatternRedactor(lambda: names_told(["mi hermana se llama Laura Pérez"]))
    assert redactor.redact("qué le regalo a laura?").text == "qué le regalo a [NAME_1]?"
