import string

import pytest

from installer.words import SENTENCES, language_of
from tests.fakes.installer import RememberingScreen


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("name", SENTENCES)
def test_both_languages_say_the_same_values(name):
    english, spanish = SENTENCES[name]
    assert english
    assert spanish
    assert fields(english) == fields(spanish)


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "es_ES.UTF-8"}, "es"),
        ({"LANG": "es_ES.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "es_MX.UTF-8"}, "es"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_language_is_the_locales(variables, language):
    assert language_of(variables) == language


def test_passing_progress_is_left_out_where_there_is_no_terminal():
    screen = RememberingScreen("es")
    screen.progress("Collecting numpy")
    screen.say("starting")
    assert screen.said == "Iniciando Jarvis.\n"
