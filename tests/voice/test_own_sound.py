"""Stop words that Jarvis' own voice sounds like, by what it says just now."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.voice.heard_text import SECONDS_PER_CHARACTER, ClauseSpan, HeardText
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


LONG = "una frase larga que dice muchas cosas antes de que algo llegue para ti al final de todo lo que cuenta hoy"
"""Some seven seconds; "para" comes in the middle of the fifth."""


def growing(position: float, *, faster: float = 1.0) -> list[ClauseSpan]:
    """`LONG` while it sounds at `position`: it is handed over a second ahead, and said `faster` than reckoned."""
    heard = HeardText()
    heard.begin(LONG, LONG, 0.0)
    whole = len(LONG) * SECONDS_PER_CHARACTER / faster
    heard.reach(min(position + 1.0, whole))
    if position + 1.0 >= whole:
        heard.end()
    return list(heard.spans)


@pytest.mark.parametrize("faster", [0.85, 1.0, 1.2])
def test_of_a_clause_still_being_handed_over_its_own_word_is_known_as_it_sounds(faster):
    at = LONG.index("para") * SECONDS_PER_CHARACTER / faster
    for late in (0.3, 0.5, 0.8):
        assert sounds_like("para", sounding_words(growing(at + late, faster=faster), at + late))


def test_of_a_clause_still_being_handed_over_what_comes_much_later_is_not_its_own_yet():
    at = LONG.index("para") * SECONDS_PER_CHARACTER
    for early in (3.0, 2.0):
        assert not sounds_like("para", sounding_words(growing(at - early), at - early))
    assert not sounds_like("para", sounding_words(growing(at + 3.2), at + 3.2))


def test_the_longer_it_is_silent_the_less_is_left():
    spans = [span(TEN_WORDS, 0.0, 10.0)]
    assert sounding_words(spans, 5.0, 1.0) in sounding_words(spans, 5.0)
    assert "cuatro" not in sounding_words(spans, 5.0, 1.5)
