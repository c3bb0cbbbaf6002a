"""Which questions are sums that anybody does in one step, and that the rules find them easy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.orchestrator.everyday_sums import is_everyday_sum
from jarvis.orchestrator.rules import judge_by_rules

SUMS = [
    "17 times 23",
    "17*23",
    "What's seventeen times twenty-three?",
    "hey, how much is 144 divided by 12",
    "half of 250",
    "what is 15% of 80",
    "the square root of 81",
    "2 + 2 + 3 =",
    "cuánto es 17 por 23",
    "¿Cuánto es ciento veinte entre cuatro?",
    "oye, la mitad de 80",
    "el 21 por ciento de 250 euros",
    "diecisiete por veintitrés",
    "raíz cuadrada de 144",
]
OTHERS = [
    "",
    "17",
    "solve 3x + 7 = 22",
    "resuelve 3x + 7 = 22",
    "12345678 times 87654321",
    "nine to five",
    "dos por la mañana y una por la noche",
    "what is 20% of my salary after tax",
    "x times y",
    "If 3 pens cost 6 dollars, how much do 5 cost?",
    "prove that the square root of 2 is irrational",
]


@pytest.mark.parametrize("text", SUMS)
def test_sums_are_told_and_easy(text):
    assert is_everyday_sum(text)
    judged = judge_by_rules(text)
    assert judged.domain == "maths"
    assert judged.difficulty <= 0.12


@pytest.mark.parametrize("text", OTHERS)
def test_other_questions_are_not_taken_for_sums(text):
    assert not is_everyday_sum(text)


@given(st.integers(0, 9999), st.sampled_from(["+", "-", "x", " times ", " plus ", " por ", " más ", " entre "]))
def test_any_two_numbers_make_a_sum(number, sign):
    assert is_everyday_sum(f"{number}{sign}7")


@given(st.text(max_size=70))
def test_any_text_is_answered(text):
    assert is_everyday_sum(text) in (True, False)


@pytest.mark.parametrize("text", ["one " * 17, "and " * 17, "1+" * 35, "y y-y " * 11])
def test_repeated_words_end_soon(text):
    assert is_everyday_sum(text) in (True, False)
