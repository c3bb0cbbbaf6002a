"""Sentences that once did the wrong thing, or claimed less or more than was done, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from jarvis.contracts.messages import Request
from jarvis.contracts.skills import SkillMatch
from jarvis.skills.book import SkillBook
from jarvis.skills.infinitives import infinitive_first
from jarvis.skills.repeats import says_repeat, says_two_times
from jarvis.storage.database import Database
from jarvis.storage.lists import SqliteListBook
from tests.fakes.facts import fact_book
from tests.fakes.skills import MADRID, FakePorts
from tests.skills.conftest import Say


@pytest.fixture
def fakes(tmp_path: Path) -> Iterator[FakePorts]:
    fakes = FakePorts()
    database = Database(tmp_path / "jarvis.sqlite3")
    fakes.lists, fakes.facts = SqliteListBook(database, fakes.clock), fact_book(database, fakes.clock)
    yield fakes
    database.close()


@pytest.mark.parametrize(
    ("alarm", "cancel"),
    [
        ("set an alarm for 7 pm", "cancel my 7 am alarm"),
        ("set an alarm for 7 pm", "delete the alarm for seven in the morning"),
        ("set an alarm for 7 pm", "cancel my alarm for monday at 7"),
        ("set an alarm for 7 pm", "cancel the alarm for 8"),
        ("pon una alarma a las 7 de la tarde", "cancela la alarma de las 7 de la mañana"),
        ("pon una alarma a las 7 de la tarde", "borra la alarma del lunes a las 7"),
    ],
)
def test_another_time_is_never_cancelled(say: Say, fakes: FakePorts, alarm: str, cancel: str) -> None:
    say(alarm)
    assert "7" in say(cancel).text
    assert len(fakes.alerts.active("alarm")) == 1


@pytest.mark.parametrize(
    ("alarm", "cancel"),
    [
        ("set an alarm for 7 pm", "cancel my 7 pm alarm"),
        ("set an alarm for 7 pm", "cancel my 7 alarm"),
        ("set an alarm for monday at 7 am", "cancel my alarm for monday at 7"),
        ("pon una alarma a las 7 de la tarde", "cancela la alarma de las 7"),
        ("pon una alarma a las 7 de la tarde", "cancela la alarma de las 7 de la tarde"),
    ],
)
def test_the_time_said_is_cancelled(say: Say, fakes: FakePorts, alarm: str, cancel: str) -> None:
    say(alarm)
    say(cancel)
    assert fakes.alerts.active("alarm") == []


def test_the_day_said_chooses_among_alarms_of_one_hour(say: Say, fakes: FakePorts) -> None:
    say("set an alarm for tomorrow at 7 am")
    say("set an alarm for monday at 7 am")
    assert say("cancel my alarm for monday at 7 am").text == "Cancelled the alarm on Monday at 7 am."
    assert [alarm.due_at.astimezone(MADRID).date() for alarm in fakes.alerts.active("alarm")] == [date(2026, 11, 22)]


def test_choices_name_the_repeat(say: Say) -> None:
    say("set a weekday alarm for 7")
    say("set a daily alarm at 7")
    asked = say("cancel my alarm")
    assert "on weekdays" in asked.text and "every day" in asked.text
    assert say("the second one").text.startswith("Cancelled")


@pytest.mark.parametrize(
    ("sentence", "kind", "repeat", "hour", "label"),
    [
        ("set a daily alarm at 7", "alarm", "daily", 7, ""),
        ("set a weekday alarm for 7", "alarm", "weekdays", 7, ""),
        ("set a weekend alarm for 9", "alarm", "weekends", 9, ""),
        ("set an alarm every night at 10", "alarm", "daily", 22, ""),
        ("set a daily medicine alarm at 8", "alarm", "daily", 8, "medicine"),
        ("pon una alarma diaria a las 7", "alarm", "daily", 7, ""),
        ("remind me to take out the trash every monday at 8 pm", "reminder", "weekly", 20, "take out the trash"),
        ("remind me every monday at 8 pm to take out the trash", "reminder", "weekly", 20, "take out the trash"),
        ("set a daily reminder to take my pills at 9", "reminder", "daily", 9, "take my pills"),
        ("recuérdame sacar la basura cada lunes a las 8 de la tarde", "reminder", "weekly", 20, "sacar la basura"),
        ("recuérdame cada lunes sacar la basura a las 8", "reminder", "weekly", 8, "sacar la basura"),
    ],
)
def test_repeats_are_kept(
    say: Say, fakes: FakePorts, sentence: str, kind: str, repeat: str, hour: int, label: str
) -> None:
    say(sentence)
    (alert,) = fakes.alerts.active()
    assert (alert.kind, alert.repeat, alert.label) == (kind, repeat, label)
    assert alert.due_at.astimezone(MADRID).hour == hour


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("remind me to take out the trash every monday", "at 8 pm"),
        ("recuérdame sacar la basura cada lunes", "a las 8"),
        ("set a daily alarm", "at 8"),
    ],
)
def test_a_repeat_outlives_the_question(say: Say, fakes: FakePorts, first: str, second: str) -> None:
    assert say(first).expects_reply
    say(second)
    (alert,) = fakes.alerts.active()
    assert alert.repeat != "once"


@pytest.mark.parametrize(
    "sentence",
    [
        "remind me to call mom at 5 and to buy milk at 6",
        "recuérdame llamar a mamá a las 5 y comprar leche a las 6",
        "remind me to water the plants every other day at 8",
        "recuérdame regar las plantas cada dos días",
        "set an alarm every other day at 7",
        "set an alarm for 7 every monday and wednesday",
        "set an alarm for 25:00",
        "pon una alarma a las 25:00",
        "set a timer for zero minutes",
        "pon un temporizador de cero minutos",
    ],
)
def test_what_cannot_be_set_is_said_and_not_set(say: Say, fakes: FakePorts, sentence: str) -> None:
    reply = say(sentence)
    assert not reply.expects_reply
    assert "so n" in reply.text or "no he puesto" in reply.text
    assert fakes.alerts.active() == []


@pytest.mark.parametrize(
    ("words", "language", "repeats"),
    [
        ("take out the trash every monday", "en", True),
        ("every day water the plants", "en", True),
        ("pay rent monthly", "en", True),
        ("thank every guest", "en", False),
        ("daily standup", "en", False),
        ("plan the weekend", "en", False),
        ("regar cada dos días", "es", True),
        ("leer el diario", "es", False),
        ("saludar a cada invitado", "es", False),
    ],
)
def test_repeats_in_a_task(words: str, language: str, repeats: bool) -> None:
    assert says_repeat(words, language) is repeats


@pytest.mark.parametrize(
    ("words", "language", "two"),
    [
        ("call mom at 5 and to buy milk", "en", True),
        ("buy milk and eggs", "en", False),
        ("llamar a las 5 y comprar", "es", True),
        ("llamar a las cinco y media", "es", False),
        ("comprar pan y leche", "es", False),
    ],
)
def test_two_times_in_a_task(words: str, language: str, two: bool) -> None:
    assert says_two_times(words, language) is two


@pytest.mark.parametrize(
    ("sentence", "hour", "minute"),
    [
        ("set an alarm for half past midnight", 0, 30),
        ("set an alarm for half past noon", 12, 30),
        ("set an alarm for quarter to midnight", 23, 45),
        ("pon una alarma a medianoche y media", 0, 30),
        ("pon una alarma a las doce y media de la noche", 0, 30),
    ],
)
def test_around_midnight_and_noon(say: Say, fakes: FakePorts, sentence: str, hour: int, minute: int) -> None:
    say(sentence)
    (alarm,) = fakes.alerts.active("alarm")
    due = alarm.due_at.astimezone(MADRID)
    assert (due.hour, due.minute) == (hour, minute)


@pytest.mark.parametrize(
    ("sentence", "reply"),
    [
        ("what time is it in Narnia", "I don't know where Narnia is."),
        ("qué hora es en Narnia", "No sé dónde está Narnia."),
        ("what time is it in London and Paris", "In London it is 9 am. In Paris it is 10 am."),
        (
            "qué hora es en Londres y París",
            "En Londres son las 9 de la mañana. En París son las 10 de la mañana.",
        ),
        ("set a timer for 10 minutes and call it pizza", "Pizza timer set for 10 minutes."),
        ("how long until my alarm", "No alarm is set."),
        ("qué tengo hoy", "Hoy no te queda ninguna alarma ni recordatorio."),
        ("recuérdame mañana que compre leche", "Te lo recordaré mañana a las 9 de la mañana: comprar leche."),
        ("add milk", "Added milk to the shopping list."),
        ("añade leche", "He añadido leche a la lista de la compra."),
    ],
)
def test_replies(say: Say, sentence: str, reply: str) -> None:
    assert say(sentence).text == reply


@pytest.mark.parametrize(
    "sentence",
    [
        "what time is it in my head",
        "what time is it in spanish",
        "add emphasis",
        "add a new column",
        "añade más detalle",
        "make a list of planets",
    ],
)
def test_open_requests_are_left_alone(match: Callable[..., SkillMatch | None], sentence: str) -> None:
    assert match(sentence) is None


def test_a_command_is_no_task(say: Say, fakes: FakePorts) -> None:
    assert say("avísame a las ocho").text == "¿Qué te recuerdo?"
    assert say("temporizador 5 minutos").text == "Temporizador de 5 minutos en marcha."
    assert fakes.alerts.active("reminder") == []


def test_a_command_in_the_other_language_is_no_task(book: SkillBook, say: Say) -> None:
    say("remind me tomorrow")
    found = book.match("temporizador 5 minutos", "en")
    assert found is not None and found.skill == "timers.start"


def test_a_time_is_no_task(say: Say, fakes: FakePorts) -> None:
    say("recuérdame mañana")
    assert say("mañana a las 7").text == "¿Qué te recuerdo?"
    say("comprar leche")
    (reminder,) = fakes.alerts.active("reminder")
    assert (reminder.label, reminder.due_at) == ("comprar leche", datetime(2026, 11, 22, 7, 0, tzinfo=MADRID))


@pytest.mark.parametrize("question", ["what's the capital of France", "¿quién es el rey?", "is it cold?"])
def test_a_question_is_no_task(book: SkillBook, say: Say, question: str) -> None:
    say("remind me tomorrow")
    assert book.match(question) is None


def test_an_empty_list_exists(say: Say) -> None:
    assert say("make a list").text == "What should the list be called?"
    assert say("beach").text.startswith("The beach list is ready.")
    say("create a shopping list")
    assert say("what lists do I have").text == "You have 2 lists: the beach list and the shopping list."
    say("haz una lista")
    assert "cine" in say("la lista de cine").text


def test_clearing_counts_what_was_shown(say: Say, fakes: FakePorts) -> None:
    say("add milk and eggs to the shopping list")
    say("check off milk")
    assert say("clear the shopping list").text == "The shopping list is empty now; it had 1 item."


def test_a_label_is_found_in_singular_and_plural(say: Say) -> None:
    say("set a timer for 5 minutes called eggs")
    say("set a timer for 6 minutes")
    assert say("cancel the egg timer").text == "Cancelled the eggs timer."


def test_what_rings_today_is_told(say: Say, fakes: FakePorts) -> None:
    say("set an alarm for 7 pm")
    say("remind me to call mom at 5 pm")
    say("remind me to call dad tomorrow")
    assert say("what do I have today").text == "Today: at 5 pm: call mom; at 7 pm, an alarm."
    assert say("how long until my alarm").text == "9 hours until your next alarm, at 7 pm."
    (alarm,) = fakes.alerts.active("alarm")
    fakes.alerts.replace(replace(alarm, due_at=fakes.clock.now(), state="ringing"))
    assert say("how long until my alarm").text == "The alarm at 10 am is ringing now."


@pytest.mark.parametrize(
    ("fact", "question", "unknown"),
    [
        ("recuerda que mi hermana se llama Lucía", "cómo se llama mi hermana", "cómo se llama mi primo"),
        ("recuerda que soy alérgico a las nueces", "a qué soy alérgico", "a qué soy adicto"),
        ("remember that my sister is called Lucy", "what's my sister called", "what's my cousin called"),
    ],
)
def test_only_what_was_told_is_recalled(fakes: FakePorts, fact: str, question: str, unknown: str) -> None:
    book = SkillBook(fakes.ports())
    assert book.match(question) is None
    stored = book.match(fact)
    assert stored is not None
    book.run(stored, Request(text=fact))
    found = book.match(question)
    assert found is not None and found.skill == "facts.recall"
    assert fact.partition("que ")[2][:8] in book.run(found, Request(text=question)).text
    assert book.match(unknown) is None


@pytest.mark.parametrize(
    ("said", "task"), [("compre leche", "comprar leche"), ("vaya al banco", "ir al banco"), ("la cena", "la cena")]
)
def test_subjunctives(said: str, task: str) -> None:
    assert infinitive_first(said) == task
