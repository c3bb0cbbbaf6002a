"""Words become stems: of a text in its own language, of a question in both."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.errors import Language
from jarvis.storage.word_forms import FORMS, SMALL_WORDS
from jarvis.storage.words import content_stems, fold, index_stems, query_stems, query_words, seems_in


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Hello,   World! ", "hello, world"),
        ("Peña Nevada", "peña nevada"),
        ("¿Qué ÁRBOL?", "que arbol"),
        ("ﬁne", "fine"),
        ("plain ASCII.", "plain ascii"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "went", "going"),
        ("en", "bought", "buying"),
        ("en", "children", "child"),
        ("en", "knives", "knife"),
        ("en", "Mum", "mother"),
        ("en", "married", "marriage"),
        ("en", "lives", "lived"),
        ("en", "leaves", "left"),
        ("en", "colour", "colors"),
        ("es", "fuimos a nadar, voy", "voy a nadar, fuimos"),
        ("es", "hizo", "hacer"),
        ("es", "dije", "decir"),
        ("es", "duermo", "dormir"),
        ("es", "compré", "compraste"),
        ("es", "boda", "casarse"),
        ("es", "comió", "comiste"),
        ("es", "corrio", "correr"),
        ("es", "aprendió", "aprender"),
        ("es", "mamá", "madre"),
        ("es", "pelis", "película"),
    ],
)
def test_forms_of_one_word_have_one_stem(language: Language, one: str, other: str) -> None:
    assert set(index_stems(one, language)) == set(index_stems(other, language)) != set()


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [("en", "dog", "cat"), ("en", "university", "universe's edge"), ("es", "peña", "pena"), ("es", "casa", "cosa")],
)
def test_different_words_stay_apart(language: Language, one: str, other: str) -> None:
    assert set(index_stems(one, language)) != set(index_stems(other, language))


def test_stems_keep_order_and_repeats_and_drop_small_words() -> None:
    assert index_stems("The dog saw the other dog in May", "en") == ["dog", "see", "dog", "may"]
    assert index_stems("El perro y la gata del perro", "es") == ["perr", "gat", "perr"]


def test_the_small_words_of_another_language_are_kept_in_a_text() -> None:
    assert "son" in index_stems("my son", "en")
    assert index_stems("son mis amigos", "es") == index_stems("amigos", "es")


def test_a_question_is_stemmed_in_both_languages() -> None:
    assert query_words("¿Cuándo fue Ana a la playa?") == [("ana",), ("playa", "play")]
    assert query_stems("¿Cuándo fue Ana a la playa?") == ["ana", "playa", "play"]


def test_a_questions_own_language_says_which_words_are_small() -> None:
    assert "son" in query_stems("where does my son live")
    assert "son" not in query_stems("¿quiénes son los amigos de mi hijo?")
    assert query_stems("what is the") == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_tables_are_folded_and_lead_nowhere_twice(language: Language) -> None:
    for form, base in FORMS[language].items():
        assert fold(form) == form
        assert fold(base) == base
    for word in SMALL_WORDS[language]:
        assert fold(word) == word


@given(st.text(max_size=60), st.sampled_from(["en", "es"]))
def test_every_content_word_of_a_text_finds_it(text: str, language: Language) -> None:
    own = set(index_stems(text, language))
    for word in fold(text).split():
        if set(index_stems(word, language)) and not all(small in "".join(SMALL_WORDS["es"]) for small in [word]):
            assert set(index_stems(word, language)) <= own


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("¿Dónde trabaja el padre de Lucía?", "es"),
        ("Where does Lucia's father work?", "en"),
        ("When did Ana go to La Paz?", "en"),
        ("pottery", None),
        ("", None),
    ],
)
def test_the_language_that_a_text_seems_to_be_in(text: str, language: Language | None) -> None:
    assert seems_in(text) == language


def test_short_facts_keep_their_own_stop_words() -> None:
    assert content_stems("where did I leave the keys", "en") == {"key"}
