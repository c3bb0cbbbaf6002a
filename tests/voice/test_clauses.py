import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.voice.clauses import LONGEST_CLAUSE_CHARACTERS, ClauseStream, clauses_in, speakable
from jarvis.voice.spoken_text.bounds import LONGEST_WORD


def clauses_of(text, language):
    """Return the clauses of a whole text as they are said."""
    return [clause.spoken for clause in clauses_in(text, language)]


ANSWER = """<think>Hmm. One. Two.</think># Plan for *today*

Well, yes. The answer is that you take a coat:

- tea
- **milk** (2 l)
1. go

```python
x = 1. \nprint(x)
```
Then `ls`:

| a | b |
|---|---|
| 1 | 2 |

$$ x^2 $$
A note[^1] and $x^2$. It costs $5 or $10.

[^1]: See https://a.b/c.
<!-- not this -->
~~~
more
~~~
Bye 🎉
"""


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "It is ten past three.", ["It is ten past three."]),
        ("en", "Well, yes. It is.", ["Well, yes.", "It is."]),
        ("en", "In that case, take a coat. It rains, a lot.", ["In that case,", "take a coat.", "It rains, a lot."]),
        (
            "en",
            "Dr. Smith paid 3.50 dollars, e.g. for tea.",
            ["Doctor Smith paid 3.50 dollars,", "for example, for tea."],
        ),
        ("en", "He left at 5 p.m. Then he slept.", ["He left at five p m.", "Then he slept."]),
        ("en", "He left at 5 p.m. and slept.", ["He left at five p m and slept."]),
        ("en", "J. R. R. Tolkien wrote it.", ["J. R. R. Tolkien wrote it."]),
        ("en", "The answer is no. Ask again!", ["The answer is no.", "Ask again!"]),
        ("en", 'He said "Stop!" Then he left.', ['He said "Stop!"', "Then he left."]),
        ("en", "I ate at Joe's. Then I left.", ["I ate at Joe's.", "Then I left."]),
        ("es", "Es del s. XVI. Muy viejo.", ["Es del siglo dieciséis.", "Muy viejo."]),
        ("en", "Really?! Yes…", ["Really?!", "Yes…"]),
        ("es", "¿Qué hora es? Son las tres.", ["¿Qué hora es?", "Son las tres."]),
        ("es", "La Sra. López vive allí, p. ej. hoy.", ["La señora López vive allí,", "por ejemplo, hoy."]),
        ("es", "Vive en EE. UU. Desde hoy.", ["Vive en Estados Unidos.", "Desde hoy."]),
        ("es", "Cuesta 3,5 euros. Vale.", ["Cuesta 3,5 euros.", "Vale."]),
        ("es", "Son 1.500 euros. Gracias.", ["Son 1500 euros.", "Gracias."]),
        (
            "en",
            "# Plan\n\n- tea\n- **milk**\n1. go\n12) come\n* [x] done",
            ["Plan.", "tea.", "milk.", "1: go.", "12: come.", "done."],
        ),
        ("en", "> quoted\n> > twice", ["quoted", "twice"]),
        ("en", "<think>Hmm. Let me see.</think>Yes, I can.", ["Yes, I can."]),
        ("en", "So <thinking>a. b.</thinking>yes.", ["So", "yes."]),
        ("en", "So:\n```python\nx = 1. \nprint(x)\n```\nDone.", ["So:", "The code is on the screen.", "Done."]),
        ("en", "A:\n```\nx\n```\nB:\n~~~\ny\n~~~\nC.", ["A:", "The code is on the screen.", "B:", "C."]),
        ("es", "Así:\n```\nx\n```", ["Así:", "El código está en la pantalla."]),
        ("es", "Mira:\n| a | b |\n|---|---|\n| 1 | 2 |\nFin.", ["Mira:", "La tabla está en la pantalla.", "Fin."]),
        ("en", "It is\n$$ \\frac{a}{b} $$\nso.", ["It is", "The formula is on the screen.", "so."]),
        ("en", "Use \\[x^2\\] now.", ["Use", "The formula is on the screen.", "now."]),
        ("en", "It costs $5 and $10.", ["It costs 5 dollars and 10 dollars."]),
        ("en", "Then $x^2$ and $\\frac{a}{b}$.", ["Then x squared and a divided by b."]),
        ("en", "Then $\\oint_{\\gamma} f$.", ["Then a formula."]),
        ("en", "A $$ sign\n\nand more.", ["A", "The formula is on the screen.", "and more."]),
        ("en", "A fact[^1] is told [2].\n\n[^1]: Source. Page.\n", ["A fact is told."]),
        ("en", "See [the manual](https://a.b/c_d). Bye.", ["See the manual.", "Bye."]),
        ("en", "![a cat](cat.png) sits.", ["a cat sits."]),
        ("en", "See https://a.be/c?d=1. Bye.", ["See link to a dot be.", "Bye."]),
        ("es", "Mira www.a.es hoy.", ["Mira enlace a a punto es hoy."]),
        ("en", "Great 🎉👍🏽! Use `ls -l` now.", ["Great!", "Use ls l now."]),
        ("en", "Call `very_long(code, that=1, nobody=2, reads=3)` now.", ["Call some code now."]),
        ("en", "2 * 3 is six, snake_case stays.", ["2 times 3 is six,", "snake case stays."]),
        ("en", "A<br>line <b>bold</b> &amp; more.", ["A line bold and more."]),
        ("en", "***\n---\n🎉", []),
        ("en", "", []),
        ("en", "<think>never closed", []),
        ("en", "<!-- never closed. Really.", []),
    ],
)
def test_text_becomes_clauses_to_say(language, text, expected):
    assert clauses_of(text, language) == expected


def test_the_first_clause_comes_before_the_sentence_is_whole():
    stream = ClauseStream("en")
    assert [clause.spoken for clause in stream.feed("As far as I can tell, th")] == ["As far as I can tell,"]
    assert stream.feed("e answer, all in all, is forty two. ") == []
    assert [clause.spoken for clause in stream.feed("And")] == ["the answer, all in all, is forty two."]
    assert stream.close()[0].spoken == "And"


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Don Quixote was written by Miguel de Cervantes,", True),
        ("It's late in the day,", True),
        ("There are about 12,", False),
        ("He said “and so on,", False),
        ("This is **bold and so,", False),
        ("So what,", False),
    ],
)
def test_a_first_clause_ends_at_a_comma_before_anything_follows_where_nothing_can_change_that(text, cut):
    stream = ClauseStream("en")
    first = [clause.text for letter in text for clause in stream.feed(letter)]
    assert first == ([text] if cut else [])


@pytest.mark.parametrize(
    ("language", "text", "first"),
    [
        (
            "en",
            "The most important thing to know about this city and th",
            "The most important thing to know about this city,",
        ),
        (
            "es",
            "Lo más importante que hay que saber de este lugar porque es",
            "Lo más importante que hay que saber de este lugar,",
        ),
    ],
)
def test_a_long_first_clause_without_a_comma_ends_at_a_natural_break(language, text, first):
    assert [clause.spoken for clause in ClauseStream(language).feed(text)] == [first]


def test_code_is_told_when_it_begins_not_when_it_ends():
    stream = ClauseStream("en")
    assert [clause.spoken for clause in stream.feed("So:\n```python\nx =")] == ["So:", "The code is on the screen."]


def test_a_thought_is_never_said_while_it_streams():
    stream = ClauseStream("en")
    said = [clause for letter in "<think>One. Two. Three.\n\nFour.</think>Five." for clause in stream.feed(letter)]
    assert [clause.spoken for clause in said + stream.close()] == ["Five."]


def test_a_wrapped_line_goes_on():
    text = "This is a line of an answer that was wrapped\nby its writer at some column.\nThis is another."
    assert clauses_of(text, "en") == [
        "This is a line of an answer that was wrapped by its writer at some column.",
        "This is another.",
    ]


def test_a_wrapped_item_goes_on_and_the_next_item_does_not_belong_to_it():
    text = (
        "So: here it is. It is long.\n"
        "- **The policy** is a pure function of the question and what was learned\n  by everybody, see\n"
        "- The second item has a length that could be wrapped, but the next one\n- is an item of its own\n"
        "The last line is one that is long enough to be taken as wrapped by this\nOne."
    )
    assert clauses_of(text, "en") == [
        "So: here it is.",
        "It is long.",
        "The policy is a pure function of the question and what was learned by everybody, see.",
        "The second item has a length that could be wrapped, but the next one.",
        "is an item of its own.",
        "The last line is one that is long enough to be taken as wrapped by this One.",
    ]


def test_clauses_carry_the_answer_as_it_is_written():
    clauses = clauses_in(ANSWER, "en")
    assert "".join(clause.text for clause in clauses) == ANSWER[: ANSWER.index("Bye 🎉") + 6]
    assert [clause.spoken for clause in clauses] == [
        "Plan for today.",
        "Well, yes.",
        "The answer is that you take a coat:",
        "tea.",
        "milk (2 liters).",
        "1: go.",
        "The code is on the screen.",
        "Then ls:",
        "The table is on the screen.",
        "The formula is on the screen.",
        "A note and x squared.",
        "It costs 5 dollars or 10 dollars.",
        "Bye",
    ]


def test_a_clause_in_the_other_language_is_marked():
    clauses = clauses_in("You would ask:\n¿Dónde está la casa de tu hermana?\nThen you wait for the answer.", "en")
    assert [clause.language for clause in clauses] == ["en", "es", "en"]


def test_an_endless_sentence_is_cut_between_words():
    words = [f"word{number}" for number in range(300)]
    clauses = clauses_of(" ".join(words), "en")
    assert " ".join(clauses).replace(",", "").split() == words
    assert max(map(len, clauses)) <= LONGEST_CLAUSE_CHARACTERS + 1


def test_much_text_in_one_piece_and_endless_words_come_through():
    clauses = clauses_in("x" * 200_000 + " end. " + "Yes, it is. " * 5000, "en")
    assert clauses[-1].spoken == "Yes, it is."
    assert len(clauses) > 5000
    assert max(len(clause.spoken) for clause in clauses) <= LONGEST_CLAUSE_CHARACTERS + 1


SAYABLE = st.text(alphabet=st.sampled_from("abcñéÁZ .,;:!?¿¡'\n"), max_size=400)
MARKED = st.text(alphabet=st.sampled_from("ab1 .,\n`*_[](<>think/)#-|🎉:$\\^!~"), max_size=200)
PIECES = st.lists(
    st.sampled_from(
        ["```", "```py\n", "~~~\n", "| a |\n", "\n", "\n\n", "$$", "<think>", "</think>", "<!--", "-->",
         "\\[", "\\]", "[^1]: ", "- ", "1. ",
         "word ", "Yes. ", "x", "`", "**", "https://a.es/b ", "\\begin{x}", "\\end{x}", "🎉", "10 km "]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(SAYABLE.filter(lambda text: max(map(len, text.split()), default=0) <= LONGEST_WORD))
def test_no_word_is_lost_or_changed_or_moved(text):
    said = " ".join(clauses_of(text, "es"))
    assert re.findall(r"\w+", said) == re.findall(r"\w+", text)


@given(st.one_of(SAYABLE, MARKED, PIECES), st.data())
def test_clauses_do_not_depend_on_how_the_text_arrives(text, data):
    stream, at, clauses = ClauseStream("en"), 0, []
    while at < len(text):
        size = data.draw(st.integers(1, 30))
        clauses += stream.feed(text[at : at + size])
        at += size
    clauses += stream.close()
    whole = clauses_in(text, "en")
    assert [clause.spoken for clause in clauses] == [clause.spoken for clause in whole]
    assert "".join(clause.text for clause in clauses) == "".join(clause.text for clause in whole)


@given(st.one_of(SAYABLE, MARKED, PIECES))
def test_the_texts_of_the_clauses_are_the_beginning_of_the_answer(text):
    assert text.startswith("".join(clause.text for clause in clauses_in(text, "en")))


@given(st.one_of(MARKED, PIECES))
def test_every_clause_has_something_to_say_and_no_markup_in_it(text):
    for clause in clauses_of(text, "en"):
        assert any(letter.isalnum() for letter in clause)
        assert not set("`*_#|<>\\~🎉\n") & set(clause)


@given(st.text(max_size=300))
def test_any_text_is_speakable(text):
    said = speakable(text, "en")
    assert "\n" not in said
    assert said == said.strip()
