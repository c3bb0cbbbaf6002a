import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.voice.clauses import LONGEST_CLAUSE_CHARACTERS, ClauseStream, clauses_of, speakable


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "It is ten past three.", ["It is ten past three."]),
        ("en", "Well, yes. It is.", ["Well, yes.", "It is."]),
        ("en", "In that case, take a coat. It rains, a lot.", ["In that case,", "take a coat.", "It rains, a lot."]),
        ("en", "Dr. Smith paid 3.50 dollars, e.g. for tea.", ["Dr. Smith paid 3.50 dollars,", "e.g. for tea."]),
        ("en", "He left at 5 p.m. Then he slept.", ["He left at 5 p.m.", "Then he slept."]),
        ("en", "He left at 5 p.m. and slept.", ["He left at 5 p.m. and slept."]),
        ("en", "J. R. R. Tolkien wrote it.", ["J. R. R. Tolkien wrote it."]),
        ("en", "The answer is no. Ask again!", ["The answer is no.", "Ask again!"]),
        ("en", 'He said "Stop!" Then he left.', ['He said "Stop!"', "Then he left."]),
        ("en", "Really?! Yes…", ["Really?!", "Yes…"]),
        ("es", "¿Qué hora es? Son las tres.", ["¿Qué hora es?", "Son las tres."]),
        ("es", "La Sra. López vive allí, p. ej. hoy.", ["La Sra. López vive allí,", "p. ej. hoy."]),
        ("es", "Cuesta 3,5 euros. Vale.", ["Cuesta 3,5 euros.", "Vale."]),
        ("es", "Son 1.500 euros. Gracias.", ["Son 1.500 euros.", "Gracias."]),
        ("en", "# Plan\n\n- tea\n- **milk**\n1. go\n2. come", ["Plan", "tea", "milk", "1. go", "2. come"]),
        ("en", "<think>Hmm. Let me see.</think>Yes, I can.", ["Yes, I can."]),
        ("en", "So:\n```python\nx = 1. \nprint(x)\n```\nDone.", ["So:", "The code is on the screen.", "Done."]),
        ("es", "Así:\n```\nx\n```", ["Así:", "El código está en la pantalla."]),
        ("en", "See [the manual](https://a.b/c_d). Bye.", ["See the manual.", "Bye."]),
        ("en", "See https://a.b/c?d=1. Bye.", ["See a link.", "Bye."]),
        ("es", "Mira www.a.es hoy.", ["Mira un enlace hoy."]),
        ("en", "Great 🎉👍🏽! Use `ls -l` now.", ["Great !", "Use ls -l now."]),
        ("en", "2 * 3 is six, snake_case stays.", ["2 * 3 is six,", "snake_case stays."]),
        ("en", "| a | b |\n|---|---|\n| 1 | 2 |", ["a, b.", "1, 2."]),
        ("en", "***\n---\n🎉", []),
        ("en", "", []),
        ("en", "<think>never closed", []),
    ],
)
def test_text_becomes_clauses_to_say(language, text, expected):
    assert clauses_of(text, language) == expected


def test_the_first_clause_comes_before_the_sentence_is_whole():
    stream = ClauseStream("en")
    assert stream.feed("As far as I can tell, th") == ["As far as I can tell,"]
    assert stream.feed("e answer, all in all, is forty two. ") == []
    assert stream.feed("And") == ["the answer, all in all, is forty two."]
    assert stream.close() == ["And"]


def test_a_thought_is_never_said_while_it_streams():
    stream = ClauseStream("en")
    said = [clause for letter in "<think>One. Two. Three.\n\nFour.</think>Five." for clause in stream.feed(letter)]
    assert said + stream.close() == ["Five."]


def test_an_endless_sentence_is_cut_between_words():
    words = [f"word{number}" for number in range(300)]
    clauses = clauses_of(" ".join(words), "en")
    assert " ".join(clauses).split() == words
    assert max(map(len, clauses)) <= LONGEST_CLAUSE_CHARACTERS


SAYABLE = st.text(alphabet=st.sampled_from("abcñéÁZ019 .,;:!?¿¡'\n"), max_size=400)
MARKED = st.text(alphabet=st.sampled_from("ab1 .,\n`*_[](<>think/)#-|🎉:"), max_size=200)


@given(SAYABLE)
def test_no_word_is_lost_or_changed_or_moved(text):
    said = " ".join(clauses_of(text, "es"))
    assert re.findall(r"\w+", said) == re.findall(r"\w+", text)


@given(st.one_of(SAYABLE, MARKED), st.data())
def test_clauses_do_not_depend_on_how_the_text_arrives(text, data):
    stream, at, clauses = ClauseStream("en"), 0, []
    while at < len(text):
        size = data.draw(st.integers(1, 30))
        clauses += stream.feed(text[at : at + size])
        at += size
    assert clauses + stream.close() == clauses_of(text, "en")


@given(MARKED)
def test_every_clause_has_something_to_say(text):
    assert all(any(letter.isalnum() for letter in clause) for clause in clauses_of(text, "en"))


@given(st.text(max_size=300))
def test_any_text_is_speakable(text):
    said = speakable(text, "en")
    assert "\n" not in said
    assert said == said.strip()
