"""Stop words that Jarvis' own voice sounds like, by what it says just now."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.voice.heard_text import ClauseSpan
from jarvis.voice.own_sound import AFTER_SECONDS, BEFORE_SECONDS, sounding_words, sounds_like

TEN_WORDS = "uno dos tres cuatro cinco seis siete ocho nueve diez"


def span(spoken: str, begin: float, end: float, *, whole: bool = True) -> ClauseSpan:
    return ClauseSpan(text=spoken, spoken=spoken, begin=begin, end=end, whole=whole)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("stop", "Nuestro planeta es azul."),
        ("stop", "Esto puede tardar."),
        ("stop", "the best option"),
        ("stop", "Press stop."),
        ("para", "Es para ti."),
        ("para", "Hay que prepararlo."),
        ("para", "¿Párrafo o línea?"),
        ("basta", "bastante bien"),
        ("cancela", "para cancelarlo"),
        ("silencio", "silencioso"),
    ],
)
def test_what_jarvis_says_sounds_like_a_stop_word(word, said):
    assert sounds_like(word, said)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("stop", "Hasta mañana."),
        ("stop", "Nuestro mar es azul."),
        ("stop", ""),
        ("para", "Por la mañana."),
        ("basta", "Vasto mar."),
        ("cancela", "Cancion de cuna."),
        ("silencio", "Silabas."),
    ],
)
def test_most_of_what_it_says_sounds_like_none(word, said):
    assert not sounds_like(word, said)


@given(st.sampled_from(["stop", "para", "cancela"]), st.text("abcdefgh ", max_size=20), st.text("ijklm ", max_size=20))
def test_a_word_sounds_like_itself_wherever_it_stands(word, before, after):
    assert sounds_like(word, f"{before} {word} {after}")


def test_only_what_sounds_about_now_counts():
    spans = [span(TEN_WORDS, 10.0, 20.0)]
    assert sounding_words(spans, 15.0).split() == ["cuatro", "cinco", "seis"]
    assert sounding_words(spans, 10.0).split() == ["uno"]
    assert sounding_words(spans, 20.0 + BEFORE_SECONDS) == ""
    assert sounding_words(spans, 10.0 - AFTER_SECONDS) == ""


def test_words_of_two_clauses_stand_side_by_side():
    assert sounding_words([span("nuestro", 0.0, 0.4), span("planeta", 0.5, 0.9)], 1.0) == "nuestro planeta"


def test_of_a_clause_still_being_made_everything_counts_that_may_sound():
    assert sounding_words([span(TEN_WORDS, 0.0, 0.5, whole=False)], 0.2).endswith("nueve diez")


def test_the_longer_it_is_silent_the_less_is_left():
    spans = [span(TEN_WORDS, 0.0, 10.0)]
    assert sounding_words(spans, 5.0, 1.0) in sounding_words(spans, 5.0)
    assert sounding_words([span("esto", 4.0, 5.0)], 5.0, BEFORE_SECONDS) == ""
