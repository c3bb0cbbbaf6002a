from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.contracts.errors import InputError
from jarvis.skills.arithmetic import compute, parse_sum
from jarvis.skills.book import SkillBook
from tests.skills.conftest import Say
from tests.skills.table import cases, phrasings

EN = phrasings(
    "calculator.calculate",
    """
    what is twelve times seven
    what's 12 times 7?
    what is 15% of 80
    what's fifteen percent of eighty
    how much is 45 plus 30
    calculate 100 divided by 8
    12 x 7
    2 + 2
    square root of 144
    what is the square root of two
    work out 5 squared plus 3
    could you tell me what 12 times 7 is
    add 5 and 7
    subtract 3 from 10
    multiply twenty-five by four
    what is half of 50
    20% off 50
    what is two to the power of ten
    ten divided by zero
    (2 + 3) * 4
    """,
)
ES = phrasings(
    "calculator.calculate",
    """
    cuánto es doce por siete
    ¿Cuánto es 12 por 7?
    cuánto es el 15% de 80
    cuánto es el quince por ciento de ochenta
    cuánto son 45 más 30
    calcula 100 entre 8
    cuánto es 100 dividido por 8
    raíz cuadrada de 144
    cuál es la raíz cuadrada de dos
    cuánto es cinco al cuadrado más tres
    ¿puedes calcular 12 por 7?
    suma 5 y 7
    resta 3 de 10
    multiplica veinticinco por cuatro
    cuánto es la mitad de 50
    cuánto es dos elevado a diez
    diez entre cero
    treinta y cinco más dos
    """,
)


@cases(EN)
def test_english_phrasings(book: SkillBook, sentence: str, skill: str) -> None:
    found = book.match(sentence, "en")
    assert found is not None
    assert found.skill == skill


@cases(ES)
def test_spanish_phrasings(book: SkillBook, sentence: str, skill: str) -> None:
    found = book.match(sentence, "es")
    assert found is not None
    assert found.skill == skill


@pytest.mark.parametrize(
    ("sentence", "reply"),
    [
        ("what is twelve times seven", "That is 84."),
        ("what is 15% of 80", "That is 12."),
        ("what is 20% off 50", "That is 40."),
        ("what is 80 plus 15%", "That is 92."),
        ("3 to the 4th power", "That is 81."),
        ("what is 10 divided by 4", "That is 2.5."),
        ("what is 10 divided by 3", "That is about 3.333333."),
        ("square root of 144", "That is 12."),
        ("square root of 2", "That is about 1.414214."),
        ("what is 1000 times 1000", "That is 1,000,000."),
        ("what is two plus three times four", "That is 14."),
        ("what is 2 to the power of 100", "That is about 1.268 times 10 to the power of 30."),
        ("what is 1 divided by 3000", "That is about 0.000333333."),
        ("what is 0.1 plus 0.2", "That is 0.3."),
        ("what is three minus five", "That is -2."),
        ("cuánto es doce por siete", "El resultado es 84."),
        ("cuánto es 10 entre 4", "El resultado es 2,5."),
        ("cuánto es 3,5 por 2", "El resultado es 7."),
        ("cuánto es 10 entre 3", "El resultado es aproximadamente 3,333333."),
        ("cuánto es el veintidós por ciento de 50", "El resultado es 11."),
        ("suma treinta y cinco y dos", "El resultado es 37."),
        ("cuánto es mil por mil", "El resultado es 1.000.000."),
    ],
)
def test_replies(say: Say, sentence: str, reply: str) -> None:
    assert say(sentence).text == reply


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("ten divided by zero", "arithmetic.division_by_zero"),
        ("diez entre cero", "arithmetic.division_by_zero"),
        ("what is zero to the power of minus one", "arithmetic.division_by_zero"),
        ("what is 9^9^9^9", "arithmetic.too_large"),
        ("what is 10 to the power of 1000000", "arithmetic.too_large"),
        ("square root of minus four", "arithmetic.no_real_root"),
    ],
)
def test_what_has_no_answer_says_so(say: Say, sentence: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        say(sentence)
    assert caught.value.code == code
    assert caught.value.sentence("es") != caught.value.sentence("en")


@pytest.mark.parametrize(
    "words",
    ["seven", "the meaning of life", "2 +", "* 3", "(2 + 3", "2 + 3)", "", "times", "five times", "import os", "1 2 3"],
)
def test_what_is_no_calculation_is_refused(words: str) -> None:
    assert parse_sum(words, "en") is None
    assert parse_sum(words, "es") is None


NUMBERS = st.integers(min_value=-10_000, max_value=10_000)


@settings(max_examples=150, deadline=None)
@given(left=NUMBERS, middle=NUMBERS, right=NUMBERS, first=st.sampled_from("+-*"), second=st.sampled_from("+-*"))
def test_agrees_with_python(left: int, middle: int, right: int, first: str, second: str) -> None:
    def operate(a: int, sign: str, b: int) -> int:
        return {"+": a + b, "-": a - b, "*": a * b}[sign]

    if second == "*" and first != "*":
        expected = operate(left, first, operate(middle, second, right))
    else:
        expected = operate(operate(left, first, middle), second, right)
    for language in ("en", "es"):
        parsed = parse_sum(f"{left} {first} {middle} {second} {right}", language)
        assert parsed is not None
        assert compute(parsed) == expected


@settings(max_examples=80, deadline=None)
@given(whole=st.integers(min_value=0, max_value=999_999))
def test_spoken_numbers_compute_as_written_ones(whole: int) -> None:
    from unicode_rbnf import RbnfEngine

    for language, sign in (("en", "plus"), ("es", "más")):
        spoken = RbnfEngine.for_language(language).format_number(whole).text
        parsed = parse_sum(f"{spoken} {sign} 1", language)
        assert parsed is not None, spoken
        assert compute(parsed) == whole + 1


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet="0123456789+-*/^%(). ,x", max_size=20))
def test_any_scribble_is_answered_or_refused(text: str) -> None:
    parsed = parse_sum(text, "en")
    if parsed is not None:
        try:
            compute(parsed)
        except InputError as error:
            assert error.code.startswith("arithmetic.")
