import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.voice.own_words import is_own, letters_of, without_own_words

ENGLISH = [
    "I have added milk, bread and eggs to your shopping list.",
    "The weather in Madrid today is mostly sunny with a high of twenty-three degrees and a light wind.",
    "Your next meeting begins at three o'clock in the large room, and it lasts one hour.",
]
SPANISH = [
    "He añadido leche, pan y huevos a tu lista de la compra.",
    "El tiempo en Madrid hoy es soleado, con una máxima de veintitrés grados y viento flojo.",
    "Tu próxima reunión empieza a las tres en la sala grande y dura una hora.",
]
NUMBERS = {"twenty", "three", "veintitres"}
OWN = {"en": ENGLISH, "es": SPANISH}


def spoilt(word: str, chance: random.Random) -> str:
    """Return a word as a recogniser may mishear it: a letter wrong, missing or too many."""
    at = chance.randrange(len(word))
    return chance.choice([word[:at] + "e" + word[at + 1 :], word[:at] + word[at + 1 :], word[:at] + "a" + word[at:]])


@given(st.sampled_from(["en", "es"]), st.integers(0, 2), st.data())
def test_any_piece_of_a_sentence_is_its_own(language, number, data):
    words = OWN[language][number].split()
    begin = data.draw(st.integers(0, len(words) - 2))
    end = data.draw(st.integers(begin + 2, len(words)))
    assert is_own(" ".join(words[begin:end]), language, OWN[language])


@given(st.sampled_from(["en", "es"]), st.integers(0, 2), st.randoms(use_true_random=False), st.data())
def test_a_piece_with_a_quarter_of_its_long_words_misheard_is_its_own(language, number, chance, data):
    words = letters_of(OWN[language][number]).split()
    begin = data.draw(st.integers(0, len(words) - 8))
    piece = words[begin : begin + 8]
    long = [place for place, word in enumerate(piece) if len(word) >= 5 and word not in NUMBERS]
    for place in chance.sample(long, min(2, len(long))):
        piece[place] = spoilt(piece[place], chance)
    assert is_own(" ".join(piece), language, OWN[language])


@given(st.sampled_from(["en", "es"]), st.data())
def test_a_single_word_never_is(language, data):
    words = letters_of(" ".join(OWN[language])).split()
    assert not is_own(data.draw(st.sampled_from(words)), language, OWN[language])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("what is the weather in Madrid", "en"),
        ("and the weather in Madrid tomorrow", "en"),
        ("is it sunny in the north of Spain", "en"),
        ("add butter to my shopping list", "en"),
        ("move the meeting to four", "en"),
        ("mostly sunny with a high of twenty-three degrees no tell me about Paris", "en"),
        ("¿y qué tiempo hará en Madrid mañana?", "es"),
        ("añade mantequilla a la lista", "es"),
        ("cambia la reunión a las cuatro", "es"),
        ("soleado con una máxima de veintitrés grados no dime el de París", "es"),
    ],
)
def test_questions_about_what_it_said_are_somebody_elses(text, language):
    assert not is_own(text, language, OWN[language])


def test_figures_and_words_for_them_are_the_same():
    assert is_own("a high of 23 degrees", "en", ENGLISH)
    assert is_own("una máxima de 23 grados", "es", SPANISH)
    assert not is_own("24 degrees", "en", ["23 degrees"])


def test_words_that_ran_together_are_still_its_own():
    assert is_own("added milk bread andeggs to your shoppinglist", "en", ENGLISH)
    assert is_own("meeting be gins at three o clock", "en", ENGLISH)


def test_nothing_said_owns_nothing():
    assert not is_own("added milk bread", "en", [])
    assert without_own_words("added milk bread", "en", []) == "added milk bread"


def test_own_words_before_a_persons_are_taken_away():
    text = "mostly sunny with a high of 23 degrees no tell me about Paris"
    assert without_own_words(text, "en", ENGLISH) == "no tell me about paris"
    assert without_own_words("huevos a tu lista de la compra, y también mantequilla", "es", SPANISH) == (
        "y tambien mantequilla"
    )


def test_a_persons_words_that_happen_to_be_jarvis_too_are_kept():
    assert without_own_words("In Madrid, what is on?", "en", ENGLISH) == "In Madrid, what is on?"
