"""Putting placeholders in, and giving the values back however the answer arrives."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.guard.placeholders import Placeholders, Restorer
from jarvis.guard.redaction import PatternRedactor

REDACTOR = PatternRedactor(lambda: ["Marta Ruiz"])
REPLACED = {"[EMAIL_1]": "a@b.es", "[NAME_1]": "Marta Ruiz", "[NAME_12]": "Iker", "[SECRET_1]": 'x"y\\z\n'}


def _streamed(pieces: list[str], **options: bool) -> str:
    restorer = Restorer(REPLACED, **options)
    return "".join([*(restorer.feed(piece) for piece in pieces), restorer.end()])


def test_the_same_value_has_the_same_placeholder() -> None:
    assert REDACTOR.redact("a1@b.es, c@d.es and a1@b.es").text == "[EMAIL_1], [EMAIL_2] and [EMAIL_1]"


def test_a_translated_placeholder_of_the_persons_own_is_left_alone() -> None:
    text = "explica [CORREO_1] y escribe a x@y.es"
    redaction = REDACTOR.redact(text)
    assert redaction.text == "explica [CORREO_1] y escribe a [EMAIL_2]"
    assert Restorer(redaction.replaced).whole(redaction.text) == text


def test_a_placeholder_of_the_persons_own_is_left_alone() -> None:
    redaction = REDACTOR.redact("what does [EMAIL_1] or email_02 mean? ask x@y.es")
    assert redaction.text == "what does [EMAIL_1] or email_02 mean? ask [EMAIL_3]"
    restorer = Restorer(redaction.replaced)
    assert restorer.whole("[EMAIL_1] [EMAIL_2] [EMAIL_3]") == "[EMAIL_1] [EMAIL_2] x@y.es"


@pytest.mark.parametrize(
    ("answer", "given_back"),
    [
        ("Write to [EMAIL_1].", "Write to a@b.es."),
        ("**[email_1]**, `[Email_1]` and “[EMAIL_1]”", "**a@b.es**, `a@b.es` and “a@b.es”"),
        (r"\[EMAIL\_1\] and [EMAIL\_1]", "a@b.es and a@b.es"),
        ("EMAIL_1, [EMAIL 1] and [EMAIL1]", "a@b.es, a@b.es and a@b.es"),
        ("[NAME_1]'s friend is [NAME_12]", "Marta Ruiz's friend is Iker"),
        (
            "[EMAIL_7] [PLACE_1] [EMAIL] EMAIL_ MYEMAIL_1 EMAIL_1x",
            "[EMAIL_7] [PLACE_1] [EMAIL] EMAIL_ MYEMAIL_1 EMAIL_1x",
        ),
        ("a[0], [link](http://x), an email", "a[0], [link](http://x), an email"),
        ("[EMAIL_1](mailto:[EMAIL_1])", "a@b.es(mailto:a@b.es)"),
        ("[[NAME_1]] [NAME_1][NAME_12]", "[Marta Ruiz] Marta RuizIker"),
        ("NAME_1", "Marta Ruiz"),
        ("NAME_12", "Iker"),
        ("my name", "my name"),
        ("【EMAIL_1】 ［email_1］ [EMAIL‑1]", "a@b.es a@b.es a@b.es"),
        ("[CORREO_1] [nombre 12] [Clave_1]", 'a@b.es Iker x"y\\z\n'),
        ("el correo_1, un nombre 1, [CORREO_7] [TELÉFONO_1]", "el correo_1, un nombre 1, [CORREO_7] [TELÉFONO_1]"),
    ],
)
def test_given_back_in_any_pieces(answer: str, given_back: str) -> None:
    assert _streamed([answer]) == given_back
    assert _streamed(list(answer)) == given_back
    for at in range(len(answer)):
        assert _streamed([answer[:at], answer[at:]]) == given_back


def test_in_json_a_value_stays_inside_its_string() -> None:
    answer = '{"key": "[SECRET_1]", "to": "[EMAIL_1]"}'
    assert json.loads(_streamed(list(answer), in_json=True)) == {"key": 'x"y\\z\n', "to": "a@b.es"}


def test_only_what_may_become_a_placeholder_waits() -> None:
    restorer = Restorer(REPLACED)
    assert restorer.feed("Hello there, ") == "Hello there, "
    assert restorer.feed("write to [EM") == "write to "
    assert restorer.feed("AIL_1] now") == "a@b.es now"
    assert restorer.feed(" [no]") == " [no]"
    assert Restorer({}).feed("[EMAIL_") == "[EMAIL_"


_PIECES = st.lists(
    st.sampled_from(
        [
            "ana1@mail.es",
            "612 345 678",
            "Marta Ruiz",
            "4111 1111 1111 1111",
            "12345678Z",
            "[EMAIL_1]",
            "EMAIL_2",
            "[",
            "]",
            "\\",
            "_",
            "[NAME",
            "1",
            " ",
            ", ",
            "\n",
            "é",
            "**",
            '"',
            "name",
        ]
    ),
    max_size=14,
)


@given(_PIECES, st.lists(st.integers(0, 400), max_size=6))
def test_put_in_and_given_back_is_the_same_however_it_is_cut(pieces: list[str], cuts: list[int]) -> None:
    text = "".join(pieces)
    redaction = REDACTOR.redact(text)
    restorer = Restorer(redaction.replaced)
    ends = sorted({min(cut, len(redaction.text)) for cut in cuts} | {0, len(redaction.text)})
    given = [restorer.feed(redaction.text[a:b]) for a, b in pairwise(ends)]
    assert "".join([*given, restorer.end()]) == text


def test_one_prompt_shares_its_placeholders() -> None:
    placeholders = Placeholders(["x1@y.es", "hi"])
    texts = [placeholders.put(text, REDACTOR.findings(text)) for text in ("x1@y.es", "z1@y.es or x1@y.es")]
    assert texts == ["[EMAIL_1]", "[EMAIL_2] or [EMAIL_1]"]
