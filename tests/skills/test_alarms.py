from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from jarvis.skills.book import SkillBook
from tests.fakes.skills import MADRID, FakePorts
from tests.skills.conftest import Say
from tests.skills.table import cases, phrasings

EN = [
    *phrasings(
        "alarms.set",
        """
        set an alarm for 7 am
        set an alarm for half past six
        Set an alarm for 6:30.
        wake me up at half past six
        wake me at quarter to eight tomorrow
        please wake me up tomorrow at 6:15
        alarm at seven thirty
        create an alarm for tomorrow morning at 8
        set a 7 am alarm
        set an alarm for 7 every weekday
        set an alarm every weekday at 7 am
        wake me up every day at six
        I need to wake up at five
        could you set an alarm for Monday at nine
        set an alarm for noon called lunch
        wake me up in twenty minutes
        set an alarm
        """,
    ),
    *phrasings(
        "alarms.cancel",
        "cancel the alarm\nturn off my alarm\ncancel my 7 am alarm\nstop the alarm\n"
        "delete the alarm for seven\ndon't wake me up\nturn the alarm off\ndismiss the alarm\n"
        "I don't need the alarm anymore\nremove the lunch alarm\nsilence the alarm\ndisable my alarm",
    ),
    *phrasings("alarms.cancel_all", "cancel all alarms\ndelete all my alarms\nturn off my alarms"),
    *phrasings(
        "alarms.snooze",
        "snooze\nsnooze the alarm\nsnooze for ten minutes\nlet me sleep five more minutes\n"
        "snooze it\nsnooze ten minutes",
    ),
    *phrasings(
        "alarms.list",
        "what alarms do I have\nlist my alarms\nwhich alarms are set\nare there any alarms set\n"
        "show me my alarms\nhow many alarms do I have\ndo I have an alarm for tomorrow",
    ),
    *phrasings(
        "alarms.next",
        "when is my next alarm\nwhat time is my alarm set for\nwhat's my next alarm\nwhen does my alarm go off",
    ),
]
ES = [
    *phrasings(
        "alarms.set",
        """
        pon una alarma a las siete y media de la tarde
        pon una alarma para las 7
        Pon una alarma a las 7:30.
        ponme una alarma mañana a las ocho
        despiértame a las seis y cuarto
        despiértame mañana a las siete menos cuarto
        por favor, pon una alarma para mañana por la mañana a las 8
        alarma a las siete
        pon el despertador a las seis
        pon una alarma para las 7 de lunes a viernes
        despiértame todos los días a las siete
        quiero que me despiertes a las cinco de la mañana
        ¿puedes poner una alarma para el lunes a las nueve?
        pon una alarma al mediodía llamada comida
        crea una alarma para las diez de la noche
        despiértame dentro de veinte minutos
        pon una alarma
        """,
    ),
    *phrasings(
        "alarms.cancel",
        "cancela la alarma\napaga la alarma\nquita la alarma de las siete\npara la alarma\n"
        "borra mi alarma\nno me despiertes\ndesactiva el despertador\nelimina la alarma de las 7\n"
        "ya no necesito la alarma\nanula la alarma\n¿puedes quitar la alarma?\ndetén la alarma",
    ),
    *phrasings("alarms.cancel_all", "cancela todas las alarmas\nborra mis alarmas\nquita todas mis alarmas"),
    *phrasings(
        "alarms.snooze",
        "pospón la alarma\naplaza la alarma diez minutos\ndéjame dormir cinco minutos más\nposponla\nretrasa la alarma",
    ),
    *phrasings(
        "alarms.list",
        "qué alarmas tengo\nlista mis alarmas\nqué alarmas hay puestas\nmuéstrame las alarmas\n"
        "cuántas alarmas tengo\ntengo alguna alarma para mañana",
    ),
    *phrasings(
        "alarms.next",
        "cuándo suena mi próxima alarma\na qué hora suena la alarma\ncuál es mi próxima alarma\n"
        "a qué hora está puesta la alarma",
    ),
]


@cases(EN)
def test_english_phrasings(book: SkillBook, sentence: str, skill: str) -> None:
    found = book.match(sentence)
    assert found is not None
    assert (found.skill, found.language) == (skill, "en")


@cases(ES)
def test_spanish_phrasings(book: SkillBook, sentence: str, skill: str) -> None:
    found = book.match(sentence)
    assert found is not None
    assert (found.skill, found.language) == (skill, "es")


@pytest.mark.parametrize(
    ("sentence", "reply"),
    [
        ("set an alarm for half past six", "Alarm set for tomorrow at 6:30 am."),
        ("wake me up at 11", "Alarm set for 11 am."),
        ("set an alarm for 6 pm", "Alarm set for 6 pm."),
        ("wake me up on Monday at seven", "Alarm set for Monday at 7 am."),
        ("set an alarm for 7 every weekday", "Alarm set on weekdays at 7 am."),
        ("wake me up every day at six", "Alarm set every day at 6 am."),
        ("set an alarm every friday at 8", "Alarm set every Friday at 8 am."),
        ("pon una alarma a las siete y media de la tarde", "Alarma puesta a las 7:30 de la tarde."),
        ("despiértame mañana a las ocho", "Alarma puesta mañana a las 8 de la mañana."),
        ("despiértame a las 7 de lunes a viernes", "Alarma puesta de lunes a viernes a las 7 de la mañana."),
        ("pon una alarma a la una", "Alarma puesta a la 1 de la tarde."),
    ],
)
def test_says_when_it_will_ring(say: Say, sentence: str, reply: str) -> None:
    assert say(sentence).text == reply


@pytest.mark.parametrize(
    ("sentence", "due", "repeat"),
    [
        ("set an alarm for 7 every weekday", (2026, 11, 23, 7, 0), "weekdays"),
        ("set an alarm for 9 am on weekends", (2026, 11, 22, 9, 0), "weekends"),
        ("set an alarm for 11 every day", (2026, 11, 21, 11, 0), "daily"),
        ("despiértame todos los martes a las 7", (2026, 11, 24, 7, 0), "weekly"),
    ],
)
def test_repeating_alarms_start_on_their_next_day(
    say: Say, fakes: FakePorts, sentence: str, due: tuple[int, ...], repeat: str
) -> None:
    say(sentence)
    (alarm,) = fakes.alerts.active("alarm")
    assert (alarm.due_at, alarm.repeat) == (datetime(*due, tzinfo=MADRID), repeat)


def test_asks_for_what_time(say: Say, fakes: FakePorts) -> None:
    assert say("set an alarm").text == "For what time?"
    assert say("half past six").text == "Alarm set for tomorrow at 6:30 am."
    assert say("pon una alarma").text == "¿Para qué hora?"
    assert say("a las siete de la tarde").text == "Alarma puesta a las 7 de la tarde."


def test_several_alarms(say: Say, fakes: FakePorts) -> None:
    say("set an alarm for 7 am")
    say("set an alarm for noon called lunch")
    assert say("what alarms do I have").text == "2 alarms: at noon (lunch) and tomorrow at 7 am."
    assert say("when is my next alarm").text == "Your next alarm rings at noon (lunch)."
    assert say("cancel the alarm").text == "Which one: the lunch alarm at noon or the alarm tomorrow at 7 am?"
    assert say("cancel my 7 am alarm").text == "Cancelled the alarm tomorrow at 7 am."
    assert say("cancel the lunch alarm").text == "Cancelled the lunch alarm at noon."
    assert say("cancel the alarm").text == "No alarm is set."


def test_snooze_rings_again(say: Say, fakes: FakePorts) -> None:
    assert say("snooze").text == "Nothing is ringing."
    say("set an alarm for 11")
    (alarm,) = fakes.alerts.active("alarm")
    fakes.alerts.replace(replace(alarm, state="ringing"))
    assert say("snooze for ten minutes").text == "It will ring again at 10:10 am."
    (alarm,) = fakes.alerts.active("alarm")
    assert (alarm.state, alarm.due_at) == ("running", datetime(2026, 11, 21, 10, 10, tzinfo=MADRID))


def test_reads_back(book: SkillBook) -> None:
    english, spanish = book.match("wake me up at half past six"), book.match("despiértame a las siete")
    assert english is not None and spanish is not None
    assert book.read_back(english) == "Set an alarm tomorrow at 6:30 am?"
    assert book.read_back(spanish) == "¿Pongo una alarma mañana a las 7 de la mañana?"
