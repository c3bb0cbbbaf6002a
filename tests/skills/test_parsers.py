"""Durations, times, days and numbers: tables of what people say, and round trips of what they could."""

from __future__ import annotations

import itertools
import re
from datetime import date, datetime, timedelta

import pytest
from hassil.intents import RangeSlotList
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.skills.clocktimes import clock_time_in
from jarvis.skills.dates import date_in
from jarvis.skills.durations import seconds_in
from jarvis.skills.folding import compose, fold, match_text
from jarvis.skills.matcher import Matcher, SlotContext
from jarvis.skills.moments import moment_in
from jarvis.skills.numerals import number_in
from jarvis.skills.slots import SLOT_PARSERS
from jarvis.skills.templates import LanguagePack
from jarvis.skills.wording import date_words, duration_words, moment_words, number_words, time_words
from tests.fakes.skills import MADRID, SATURDAY_MORNING

LANGUAGE = st.sampled_from(LANGUAGES)
NOW = SATURDAY_MORNING
OWN_KINDS = {
    "duration",
    "duration_more",
    "named_duration",
    "number",
    "integer",
    "moment",
    "alarm_moment",
    "date",
    "place",
    "expression",
    "bare_expression",
    "quantity",
    "unit",
}


@pytest.mark.parametrize(
    ("language", "words", "seconds"),
    [
        ("en", "ten minutes", 600),
        ("en", "an hour and a half", 5400),
        ("en", "90 seconds", 90),
        ("en", "1h 30m", 5400),
        ("en", "1h30", 5400),
        ("en", "two and a half hours", 9000),
        ("en", "half an hour", 1800),
        ("en", "three quarters of an hour", 2700),
        ("en", "twenty-five minutes", 1500),
        ("en", "1.5 hours", 5400),
        ("en", "an hour twenty", 4800),
        ("en", "2 hours, 5 minutes and 10 seconds", 7510),
        ("en", "a couple of minutes", 120),
        ("en", "1:30:00", 5400),
        ("es", "media hora", 1800),
        ("es", "hora y media", 5400),
        ("es", "una hora y media", 5400),
        ("es", "tres cuartos de hora", 2700),
        ("es", "un cuarto de hora", 900),
        ("es", "dos horas y media", 9000),
        ("es", "veintidós minutos", 1320),
        ("es", "veintidos minutos", 1320),
        ("es", "treinta y cinco minutos", 2100),
        ("es", "1,5 horas", 5400),
        ("es", "una hora y veinte", 4800),
        ("es", "un par de minutos", 120),
        ("es", "1 h 30 min", 5400),
    ],
)
def test_durations(language: Language, words: str, seconds: float) -> None:
    assert seconds_in(words, language) == seconds


@pytest.mark.parametrize(
    "words",
    [
        "",
        "5",
        "minutes",
        "minutos",
        "the pasta",
        "0 minutes",
        "ten",
        "a",
        "two years",
        "minutes ten",
        "9999 days",
        "1:30",
        "ten minutes minutes",
        "10 minutes for the pasta",
        "minus 5 minutes",
    ],
)
def test_what_is_no_duration_is_refused(words: str) -> None:
    assert seconds_in(words, "en") is None
    assert seconds_in(words, "es") is None


@settings(max_examples=150, deadline=None)
@given(seconds=st.integers(min_value=1, max_value=2 * 86_400 - 1), language=LANGUAGE)
def test_a_worded_duration_is_read_as_itself(seconds: int, language: Language) -> None:
    assert seconds_in(duration_words(seconds, language), language) == seconds


@settings(max_examples=100, deadline=None)
@given(hour=st.integers(0, 23), minute=st.integers(0, 59), language=LANGUAGE)
def test_a_worded_time_is_read_as_itself(hour: int, minute: int, language: Language) -> None:
    moment = datetime(2026, 11, 21, hour, minute, tzinfo=MADRID)
    words = time_words(moment, language)
    clock = clock_time_in(words, language)
    assert clock is not None, words
    assert (clock.hours, clock.minute) == ((hour,), minute), words


@settings(max_examples=100, deadline=None)
@given(ahead=st.integers(0, 700), language=LANGUAGE)
def test_a_worded_day_is_read_as_itself(ahead: int, language: Language) -> None:
    day = NOW.date() + timedelta(days=ahead)
    words = date_words(day, language, NOW.date())
    assert date_in(words, language, NOW.date()) == day, words


@settings(max_examples=150, deadline=None)
@given(minutes=st.integers(1, 500_000), language=LANGUAGE, purpose=st.sampled_from(["alarm", "reminder", "habit"]))
def test_a_worded_moment_is_read_as_itself(minutes: int, language: Language, purpose: str) -> None:
    moment = datetime.combine(NOW.date(), NOW.timetz()) + timedelta(minutes=minutes)
    words = moment_words(moment, language, NOW)
    assert moment_in(words, language, NOW, purpose) == moment, words


@settings(max_examples=200, deadline=None)
@given(value=st.decimals(min_value=-99_999, max_value=99_999, places=3).map(float), language=LANGUAGE)
def test_a_worded_number_is_read_as_itself(value: float, language: Language) -> None:
    assert number_in(number_words(value, language), language) == pytest.approx(value)


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=60), language=LANGUAGE)
def test_no_text_breaks_a_parser(text: str, language: Language) -> None:
    assert len(fold(text)) == len(match_text(text)) == len(compose(text))
    seconds_in(text, language)
    number_in(text, language)
    clock_time_in(text, language)
    date_in(text, language, NOW.date())
    moment_in(text, language, NOW, "reminder")


@pytest.mark.parametrize(
    ("language", "words", "alarm", "reminder"),
    [
        ("en", "half past six", (22, 6, 30), (21, 18, 30)),
        ("en", "6:30", (22, 6, 30), (21, 18, 30)),
        ("en", "5 p.m.", (21, 17, 0), (21, 17, 0)),
        ("en", "5pm", (21, 17, 0), (21, 17, 0)),
        ("en", "noon", (21, 12, 0), (21, 12, 0)),
        ("en", "midnight", (22, 0, 0), (22, 0, 0)),
        ("en", "tomorrow at 7", (22, 7, 0), (22, 7, 0)),
        ("en", "at five", (22, 5, 0), (21, 17, 0)),
        ("en", "quarter to eight tomorrow", (22, 7, 45), (22, 7, 45)),
        ("en", "monday at 9", (23, 9, 0), (23, 9, 0)),
        ("en", "in an hour and a half", (21, 11, 30), (21, 11, 30)),
        ("en", "tonight at 9", (21, 21, 0), (21, 21, 0)),
        ("en", "9 am today", (22, 9, 0), (22, 9, 0)),
        ("en", "17:45", (21, 17, 45), (21, 17, 45)),
        ("en", "twenty one thirty", (21, 21, 30), (21, 21, 30)),
        ("en", "at 7 tomorrow evening", (22, 19, 0), (22, 19, 0)),
        ("es", "las siete y media de la tarde", (21, 19, 30), (21, 19, 30)),
        ("es", "a las cinco", (22, 5, 0), (21, 17, 0)),
        ("es", "mañana a las 8", (22, 8, 0), (22, 8, 0)),
        ("es", "mañana por la tarde a las 5", (22, 17, 0), (22, 17, 0)),
        ("es", "las ocho menos cuarto", (22, 7, 45), (21, 19, 45)),
        ("es", "cuarto para las seis", (22, 5, 45), (21, 17, 45)),
        ("es", "a las 8 de la mañana mañana", (22, 8, 0), (22, 8, 0)),
        ("es", "el lunes a las nueve", (23, 9, 0), (23, 9, 0)),
        ("es", "las doce de la noche", (22, 0, 0), (22, 0, 0)),
        ("es", "la una y cuarto", (21, 13, 15), (21, 13, 15)),
        ("es", "dentro de media hora", (21, 10, 30), (21, 10, 30)),
        ("es", "pasado mañana a las 7", (23, 7, 0), (23, 7, 0)),
        ("es", "mañana a mediodía", (22, 12, 0), (22, 12, 0)),
    ],
)
def test_moments(language: Language, words: str, alarm: tuple[int, ...], reminder: tuple[int, ...]) -> None:
    for purpose, expected in (("alarm", alarm), ("reminder", reminder)):
        assert moment_in(words, language, NOW, purpose) == datetime(2026, 11, *expected, tzinfo=MADRID)


@pytest.mark.parametrize("words", ["", "banana", "the pasta", "25:00", "at", "yesterday at", "five past", "half"])
def test_what_is_no_moment_is_refused(words: str) -> None:
    assert moment_in(words, "en", NOW, "alarm") is None


@pytest.mark.parametrize(
    ("language", "words", "day"),
    [
        ("en", "christmas", date(2026, 12, 25)),
        ("en", "the 3rd of may", date(2027, 5, 3)),
        ("en", "may the fourth", date(2027, 5, 4)),
        ("en", "easter", date(2027, 3, 28)),
        ("en", "March 5th, 2028", date(2028, 3, 5)),
        ("en", "5/3/2027", date(2027, 5, 3)),
        ("en", "thanksgiving", date(2026, 11, 26)),
        ("en", "next friday", date(2026, 11, 27)),
        ("en", "in three weeks", date(2026, 12, 12)),
        ("es", "navidad", date(2026, 12, 25)),
        ("es", "el 3 de mayo", date(2027, 5, 3)),
        ("es", "el primero de mayo", date(2027, 5, 1)),
        ("es", "15/8/2027", date(2027, 8, 15)),
        ("es", "el 29 de febrero", date(2028, 2, 29)),
        ("es", "dentro de dos semanas", date(2026, 12, 5)),
        ("es", "el lunes de la semana que viene", date(2026, 11, 23)),
    ],
)
def test_days(language: Language, words: str, day: date) -> None:
    assert date_in(words, language, NOW.date()) == day


@pytest.mark.parametrize("words", ["my birthday", "february 30", "the end", "2027-13-01", "the 32nd of may", "today's"])
def test_what_is_no_day_is_refused(words: str) -> None:
    assert date_in(words, "en", NOW.date()) is None


@pytest.mark.parametrize(
    ("language", "words", "number"),
    [
        ("en", "twenty-five", 25),
        ("en", "two hundred and five", 205),
        ("en", "three point one four", 3.14),
        ("en", "a hundred", 100),
        ("en", "minus three", -3),
        ("en", "1,234.5", 1234.5),
        ("en", "two and a half", 2.5),
        ("es", "veintidos", 22),
        ("es", "treinta y cinco", 35),
        ("es", "tres coma cinco", 3.5),
        ("es", "mil doscientos", 1200),
        ("es", "1.234,5", 1234.5),
        ("es", "dos y medio", 2.5),
        ("es", "menos cuatro", -4),
    ],
)
def test_numbers(language: Language, words: str, number: float) -> None:
    assert number_in(words, language) == number


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_spoken_form_that_a_recogniser_may_hear_is_understood(matcher: Matcher, language: Language) -> None:
    from hassil.parse_expression import parse_sentence
    from hassil.sample import sample_expression

    pack = matcher.pack(language)
    context = SlotContext(language=language, now=NOW)
    ranges = _inline_ranges(pack)
    checked = 0
    for specs in pack.slot_specs.values():
        for name, spec in specs.items():
            if spec.spoken is None or spec.kind not in OWN_KINDS:
                continue
            expression = parse_sentence(spec.spoken).expression
            forms = sample_expression(expression, ranges, pack.intents.expansion_rules, language=language)
            for form in itertools.islice(forms, 0, 6000, 37):
                words = " ".join(form.split())
                assert SLOT_PARSERS[spec.kind](words, context) is not None, (name, words)
                checked += 1
    assert checked > 500


def _inline_ranges(pack: LanguagePack) -> dict[str, RangeSlotList]:
    """Return a list for each `{1..60}` of the spoken forms, which hassil's sampler does not make itself."""
    spoken = [spec.spoken or "" for specs in pack.slot_specs.values() for spec in specs.values()]
    rules = [str(rule.text) for rule in pack.intents.expansion_rules.values()]
    bounds = {found for text in (*spoken, *rules) for found in re.findall(r"\{(\d+)\.\.(\d+)\}", text)}
    return {f"{low}..{high}": RangeSlotList(name=None, start=int(low), stop=int(high)) for low, high in bounds}
