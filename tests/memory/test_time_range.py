"""Spans of time read out of English and Spanish, as seen on Saturday 21 November 2026 at noon in Madrid."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.errors import Language
from jarvis.contracts.memory import TimeRange
from jarvis.memory.time_range import happened_in, read_range

MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=MADRID)

ENGLISH = [
    ("what did I do last March", "2026-03-01", "2026-04-01"),
    ("in 2021", "2021-01-01", "2022-01-01"),
    ("back in 2021", "2021-01-01", "2022-01-01"),
    ("two weeks ago", "2026-11-04", "2026-11-11"),
    ("between May and July", "2026-05-01", "2026-08-01"),
    ("yesterday", "2026-11-20", "2026-11-21"),
    ("on 8 May 2023", "2023-05-08", "2023-05-09"),
    ("what did Ana do on May 8th, 2023?", "2023-05-08", "2023-05-09"),
    ("on the 8th of May 2023", "2023-05-08", "2023-05-09"),
    ("8 May", "2026-05-08", "2026-05-09"),
    ("May 8, 2023", "2023-05-08", "2023-05-09"),
    ("2023-05-08", "2023-05-08", "2023-05-09"),
    ("on 5/8/2023", "2023-05-08", "2023-05-09"),
    ("on 25/12/2023", "2023-12-25", "2023-12-26"),
    ("last summer", "2026-06-01", "2026-09-01"),
    ("this summer", "2026-06-01", "2026-09-01"),
    ("next summer", "2027-06-01", "2027-09-01"),
    ("in the summer of 2022", "2022-06-01", "2022-09-01"),
    ("in winter", "2025-12-01", "2026-03-01"),
    ("this morning", "2026-11-21", "2026-11-22"),
    ("last night", "2026-11-20", "2026-11-21"),
    ("tonight", "2026-11-21", "2026-11-22"),
    ("today", "2026-11-21", "2026-11-22"),
    ("tomorrow", "2026-11-22", "2026-11-23"),
    ("the day before yesterday", "2026-11-19", "2026-11-20"),
    ("a few days ago", "2026-11-14", "2026-11-20"),
    ("several months ago", "2026-04-21", "2026-09-22"),
    ("a couple of weeks ago", "2026-11-04", "2026-11-11"),
    ("one year ago", "2025-01-01", "2026-01-01"),
    ("three years ago", "2023-01-01", "2024-01-01"),
    ("two months ago", "2026-09-06", "2026-10-07"),
    ("last week", "2026-11-09", "2026-11-16"),
    ("this week", "2026-11-16", "2026-11-23"),
    ("next week", "2026-11-23", "2026-11-30"),
    ("last month", "2026-10-01", "2026-11-01"),
    ("last year", "2025-01-01", "2026-01-01"),
    ("this year", "2026-01-01", "2027-01-01"),
    ("last weekend", "2026-11-14", "2026-11-16"),
    ("this weekend", "2026-11-21", "2026-11-23"),
    ("next weekend", "2026-11-28", "2026-11-30"),
    ("since May", "2026-05-01", ""),
    ("since 2021", "2021-01-01", ""),
    ("until May 2023", "", "2023-06-01"),
    ("before 2020", "", "2020-01-01"),
    ("after Christmas", "2026-01-01", ""),
    ("at Christmas", "2025-12-20", "2026-01-01"),
    ("last Christmas", "2025-12-20", "2026-01-01"),
    ("Christmas 2022", "2022-12-20", "2023-01-01"),
    ("on Christmas Eve", "2025-12-24", "2025-12-25"),
    ("on New Year's Eve", "2025-12-31", "2026-01-01"),
    ("Easter 2024", "2024-03-24", "2024-04-02"),
    ("on Good Friday 2024", "2024-03-29", "2024-03-30"),
    ("Thanksgiving 2024", "2024-11-28", "2024-11-29"),
    ("on Halloween", "2026-10-31", "2026-11-01"),
    ("on Valentine's Day", "2026-02-14", "2026-02-15"),
    ("on Monday", "2026-11-16", "2026-11-17"),
    ("last Monday", "2026-11-16", "2026-11-17"),
    ("next Friday", "2026-11-27", "2026-11-28"),
    ("this Friday", "2026-11-20", "2026-11-21"),
    ("from 3 to 9 May 2022", "2022-05-03", "2022-05-10"),
    ("from November 2022 to February 2023", "2022-11-01", "2023-03-01"),
    ("between May and July 2023", "2023-05-01", "2023-08-01"),
    ("between November and February", "2025-11-01", "2026-03-01"),
    ("in the last three months", "2026-08-21", "2026-11-22"),
    ("over the past week", "2026-11-14", "2026-11-22"),
    ("in the past few days", "2026-11-15", "2026-11-22"),
    ("the next two weeks", "2026-11-21", "2026-12-06"),
    ("in early May 2023", "2023-05-01", "2023-05-11"),
    ("in mid June", "2026-06-11", "2026-06-21"),
    ("in late 2022", "2022-09-01", "2023-01-01"),
    ("at the end of last year", "2025-09-01", "2026-01-01"),
    ("at the beginning of March", "2026-03-01", "2026-03-11"),
    ("the first weekend of August 2023", "2023-08-05", "2023-08-07"),
    ("the first week of May", "2026-05-01", "2026-05-08"),
    ("the last week of May 2023", "2023-05-25", "2023-06-01"),
    ("the week of 8 May", "2026-05-04", "2026-05-11"),
    ("March of last year", "2025-03-01", "2025-04-01"),
    ("in the 90s", "1990-01-01", "2000-01-01"),
    ("the nineties", "1990-01-01", "2000-01-01"),
    ("in the month of May", "2026-05-01", "2026-06-01"),
    ("the year 2021", "2021-01-01", "2022-01-01"),
    ("the previous week", "2026-11-09", "2026-11-16"),
    ("the past month", "2026-10-21", "2026-11-22"),
    ("last few weeks", "2026-10-10", "2026-11-22"),
    ("in May of this year", "2026-05-01", "2026-06-01"),
    ("last autumn", "2025-09-01", "2025-12-01"),
    ("Where was I on Sunday morning?", "2026-11-15", "2026-11-16"),
]
SPANISH = [
    ("el mes pasado", "2026-10-01", "2026-11-01"),
    ("la semana pasada", "2026-11-09", "2026-11-16"),
    ("esta semana", "2026-11-16", "2026-11-23"),
    ("la semana que viene", "2026-11-23", "2026-11-30"),
    ("la próxima semana", "2026-11-23", "2026-11-30"),
    ("en Navidad", "2025-12-20", "2026-01-01"),
    ("las navidades pasadas", "2025-12-20", "2026-01-01"),
    ("la Navidad de 2022", "2022-12-20", "2023-01-01"),
    ("el verano pasado", "2026-06-01", "2026-09-01"),
    ("este verano", "2026-06-01", "2026-09-01"),
    ("en verano", "2026-06-01", "2026-09-01"),
    ("en el verano de 2022", "2022-06-01", "2022-09-01"),
    ("hace tres días", "2026-11-18", "2026-11-19"),
    ("hace una semana", "2026-11-11", "2026-11-18"),
    ("hace dos semanas", "2026-11-04", "2026-11-11"),
    ("hace un par de semanas", "2026-11-04", "2026-11-11"),
    ("hace unos días", "2026-11-14", "2026-11-20"),
    ("hace unos meses", "2026-04-21", "2026-09-22"),
    ("hace un año", "2025-01-01", "2026-01-01"),
    ("hace dos años", "2024-01-01", "2025-01-01"),
    ("en 2021", "2021-01-01", "2022-01-01"),
    ("en el 2021", "2021-01-01", "2022-01-01"),
    ("en el año 2021", "2021-01-01", "2022-01-01"),
    ("el 8 de mayo de 2023", "2023-05-08", "2023-05-09"),
    ("el 8 de mayo", "2026-05-08", "2026-05-09"),
    ("8 de mayo del 2023", "2023-05-08", "2023-05-09"),
    ("8/5/2023", "2023-05-08", "2023-05-09"),
    ("2023-05-08", "2023-05-08", "2023-05-09"),
    ("entre mayo y julio", "2026-05-01", "2026-08-01"),
    ("entre mayo y julio de 2023", "2023-05-01", "2023-08-01"),
    ("de mayo a julio de 2023", "2023-05-01", "2023-08-01"),
    ("desde mayo", "2026-05-01", ""),
    ("desde mayo hasta julio", "2026-05-01", "2026-08-01"),
    ("a partir de 2021", "2021-01-01", ""),
    ("hasta mayo de 2023", "", "2023-06-01"),
    ("antes de 2020", "", "2020-01-01"),
    ("después de Navidad", "2026-01-01", ""),
    ("ayer", "2026-11-20", "2026-11-21"),
    ("ayer por la tarde", "2026-11-20", "2026-11-21"),
    ("anteayer", "2026-11-19", "2026-11-20"),
    ("antes de ayer", "2026-11-19", "2026-11-20"),
    ("anoche", "2026-11-20", "2026-11-21"),
    ("anteanoche", "2026-11-19", "2026-11-20"),
    ("hoy", "2026-11-21", "2026-11-22"),
    ("esta mañana", "2026-11-21", "2026-11-22"),
    ("esta noche", "2026-11-21", "2026-11-22"),
    ("mañana", "2026-11-22", "2026-11-23"),
    ("pasado mañana", "2026-11-23", "2026-11-24"),
    ("el lunes", "2026-11-16", "2026-11-17"),
    ("el lunes pasado", "2026-11-16", "2026-11-17"),
    ("el pasado lunes", "2026-11-16", "2026-11-17"),
    ("el lunes que viene", "2026-11-23", "2026-11-24"),
    ("el próximo viernes", "2026-11-27", "2026-11-28"),
    ("este viernes", "2026-11-20", "2026-11-21"),
    ("el fin de semana pasado", "2026-11-14", "2026-11-16"),
    ("este fin de semana", "2026-11-21", "2026-11-23"),
    ("el finde que viene", "2026-11-28", "2026-11-30"),
    ("en los últimos tres meses", "2026-08-21", "2026-11-22"),
    ("la última semana", "2026-11-14", "2026-11-22"),
    ("los últimos días", "2026-11-15", "2026-11-22"),
    ("las próximas dos semanas", "2026-11-21", "2026-12-06"),
    ("a principios de mayo", "2026-05-01", "2026-05-11"),
    ("a principios de mes", "2026-11-01", "2026-11-11"),
    ("a mediados de junio de 2022", "2022-06-11", "2022-06-21"),
    ("a finales de año", "2026-09-01", "2027-01-01"),
    ("a finales de 2022", "2022-09-01", "2023-01-01"),
    ("en mayo", "2026-05-01", "2026-06-01"),
    ("en mayo pasado", "2026-05-01", "2026-06-01"),
    ("el pasado mayo", "2026-05-01", "2026-06-01"),
    ("en mayo del año pasado", "2025-05-01", "2025-06-01"),
    ("en mayo de este año", "2026-05-01", "2026-06-01"),
    ("el próximo mes", "2026-12-01", "2027-01-01"),
    ("el año pasado", "2025-01-01", "2026-01-01"),
    ("el año que viene", "2027-01-01", "2028-01-01"),
    ("este año", "2026-01-01", "2027-01-01"),
    ("en Semana Santa de 2024", "2024-03-24", "2024-04-02"),
    ("en Nochebuena", "2025-12-24", "2025-12-25"),
    ("en Nochevieja", "2025-12-31", "2026-01-01"),
    ("el día de Reyes", "2026-01-06", "2026-01-07"),
    ("en San Juan", "2026-06-24", "2026-06-25"),
    ("en San Valentín", "2026-02-14", "2026-02-15"),
    ("en Halloween", "2026-10-31", "2026-11-01"),
    ("del 3 al 9 de mayo", "2026-05-03", "2026-05-10"),
    ("el día 8", "2026-11-08", "2026-11-09"),
    ("en los años noventa", "1990-01-01", "2000-01-01"),
    ("en los 90", "1990-01-01", "2000-01-01"),
    ("la primera semana de mayo", "2026-05-01", "2026-05-08"),
    ("el primer fin de semana de agosto de 2023", "2023-08-05", "2023-08-07"),
    ("la última semana de mayo de 2023", "2023-05-25", "2023-06-01"),
    ("la semana del 8 de mayo", "2026-05-04", "2026-05-11"),
    ("en el mes de mayo", "2026-05-01", "2026-06-01"),
    ("el otoño pasado", "2025-09-01", "2025-12-01"),
    ("el invierno pasado", "2025-12-01", "2026-03-01"),
    ("la primavera de 2023", "2023-03-01", "2023-06-01"),
    ("desde hace dos años", "2024-11-21", "2026-11-22"),
    ("el domingo por la mañana", "2026-11-15", "2026-11-16"),
    ("el 1 de enero", "2026-01-01", "2026-01-02"),
    ("el tres de marzo", "2026-03-03", "2026-03-04"),
]
NOTHING: list[tuple[Language, str]] = [
    *(("en", text) for text in (
        "What is Caroline's identity?", "May I come in?", "I march on", "When did June go to the zoo?", "I like April",
        "every Friday", "between you and me", "two million years", "", "the week", "a day in the life", "room 2021b",
        "it costs 2000 dollars", "before dinner", "my sister is 30 years old",
    )),
    *(("es", text) for text in (
        "¿Quién es Marta?", "hace calor", "por la mañana", "los lunes", "un día", "Julio vino a casa", "cada viernes",
        "hablé con Abril", "", "tengo 30 años", "entre tú y yo", "cuesta 2000 euros", "antes de cenar",
    )),
]  # fmt: skip


def days(span: TimeRange) -> tuple[str, str]:
    return tuple("" if side is None else side.date().isoformat() for side in (span.start, span.end))  # type: ignore[return-value]


@pytest.mark.parametrize(("text", "start", "end"), ENGLISH)
def test_english(text: str, start: str, end: str) -> None:
    reading = read_range(text, "en", NOW)
    assert reading is not None
    assert days(reading.range) == (start, end)


@pytest.mark.parametrize(("text", "start", "end"), SPANISH)
def test_spanish(text: str, start: str, end: str) -> None:
    reading = read_range(text, "es", NOW)
    assert reading is not None
    assert days(reading.range) == (start, end)


@pytest.mark.parametrize(("language", "text"), NOTHING)
def test_what_only_looks_like_time(language: Language, text: str) -> None:
    assert read_range(text, language, NOW) is None


def test_days_begin_at_midnight_of_the_given_zone() -> None:
    reading = read_range("yesterday", "en", NOW)
    assert reading is not None
    assert reading.range.start == datetime(2026, 11, 20, tzinfo=MADRID)
    assert reading.range.start.utcoffset() == timedelta(hours=1)


def test_a_span_without_a_year_may_be_of_any_year() -> None:
    reading = read_range("what did we do in May?", "en", NOW)
    assert reading is not None
    assert days(reading.range) == ("2026-05-01", "2026-06-01")
    assert days(reading.earlier[0]) == ("2025-05-01", "2025-06-01")
    leap = read_range("on 29 February", "en", NOW)
    assert leap is not None
    assert leap.earlier


@pytest.mark.parametrize("text", ["in May 2023", "last May", "yesterday", "two years ago"])
def test_a_span_with_a_year_is_of_that_year_alone(text: str) -> None:
    reading = read_range(text, "en", NOW)
    assert reading is not None
    assert reading.earlier == ()


@pytest.mark.parametrize(
    ("language", "text", "about"),
    [
        ("en", "What did I tell you last week?", True),
        ("en", "what did we talk about yesterday", True),
        ("es", "¿Qué te dije ayer?", True),
        ("es", "¿De qué hablamos la semana pasada?", True),
        ("en", "What did I do last week?", False),
        ("en", "What did Ana say she did last week?", False),
        ("es", "¿Qué hice ayer?", False),
    ],
)
def test_about_when_something_was_said(language: Language, text: str, about: bool) -> None:
    reading = read_range(text, language, NOW)
    assert reading is not None
    assert reading.about_saying is about


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "I went to the support group yesterday", ("2026-11-20", "2026-11-21")),
        ("en", "We're going to Lisbon in March", ("2027-03-01", "2027-04-01")),
        ("en", "We were in Lisbon in March", ("2026-03-01", "2026-04-01")),
        ("en", "I'll see her on Monday", ("2026-11-23", "2026-11-24")),
        ("en", "I saw her on Monday", ("2026-11-16", "2026-11-17")),
        ("en", "in two weeks we will move", ("2026-12-02", "2026-12-09")),
        ("es", "Ayer fui al dentista", ("2026-11-20", "2026-11-21")),
        ("es", "Vamos a mudarnos en marzo", ("2027-03-01", "2027-04-01")),
        ("es", "Nos mudamos en marzo", ("2026-03-01", "2026-04-01")),
        ("es", "La veré el lunes", ("2026-11-23", "2026-11-24")),
        ("es", "dentro de tres días nos vemos", ("2026-11-24", "2026-11-25")),
        ("en", "I have lived here since 2015", None),
        ("en", "I love pizza", None),
        ("es", "vivo aquí desde 2015", None),
    ],
)
def test_when_what_is_told_happened(language: Language, text: str, expected: tuple[str, str] | None) -> None:
    span = happened_in(text, language, NOW)
    assert (None if span is None else days(span)) == expected


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "What did we do last week?", {"last", "week"}),
        ("en", "What did we do on 8 May 2023?", set()),
        ("en", "What did we do in March of last year?", {"of", "last", "year"}),
        ("es", "¿Qué hicimos hace tres días?", {"hace", "tres", "dias"}),
        ("es", "¿Qué hicimos el 8 de mayo?", {"de"}),
    ],
)
def test_words_that_only_count_from_now(language: Language, text: str, words: set[str]) -> None:
    reading = read_range(text, language, NOW)
    assert reading is not None
    assert reading.relative_words == words


@given(
    st.lists(
        st.sampled_from(
            "last this next May in the of 31 2023 week ago two first between and since Monday a hace el la pasado mayo"
            " semana de que viene entre y fin dia finales Easter 29 february yesterday 8/5/2023 0/0/00 1990s".split()
        ),
        max_size=8,
    ),
    st.sampled_from(["en", "es"]),
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)),
)
def test_any_words_are_read_without_error_and_spans_go_forward(
    words: list[str], language: Language, now: datetime
) -> None:
    reading = read_range(" ".join(words), language, now.replace(tzinfo=MADRID))
    if reading is not None:
        for span in (reading.range, *reading.earlier):
            assert span.start is None or span.end is None or span.start < span.end
        assert reading.range != TimeRange()


@given(st.text(max_size=80), st.sampled_from(["en", "es"]))
def test_any_text_is_read_without_error(text: str, language: Language) -> None:
    assert read_range(text, language, NOW) is None or text


@pytest.mark.parametrize(("language", "text"), [("en", "it ends on 9999-12-31"), ("es", "acaba el 31/12/9999")])
def test_the_last_day_of_the_calendar_has_an_open_end(language: Language, text: str) -> None:
    assert happened_in(text, language, NOW) is None
    reading = read_range(text, language, NOW)
    assert reading is not None and days(reading.range) == ("9999-12-31", "")
