from __future__ import annotations

from dataclasses import replace

import pytest

from jarvis.skills.book import SkillBook
from tests.fakes.skills import FakePorts
from tests.skills.conftest import Say
from tests.skills.table import cases, phrasings

EN_START = phrasings(
    "timers.start",
    """
    set a timer for ten minutes
    Set a timer for 10 minutes.
    please set a timer for ten minutes
    could you set a ten minute timer
    Hey Jarvis, start a 10-minute timer please
    start a timer for half an hour
    timer for 1h 30m
    ten minute timer
    I want a timer for an hour and a half
    create a new timer for 90 seconds
    set a pasta timer for eight minutes
    set an eight minute timer for the pasta
    set a timer called eggs for 4 minutes
    five minute egg timer
    put on a timer for three quarters of an hour
    let me know when five minutes are up
    would you mind starting a timer for two minutes
    count down from 30 seconds
    set the timer for 20 minutes
    set timer 5 minutes
    set a timer for the eggs for 5 minutes
    remind me when ten minutes have passed
    set a timer
    """,
)
ES_START = phrasings(
    "timers.start",
    """
    pon un temporizador de diez minutos
    Pon un temporizador de 10 minutos.
    por favor, pon un temporizador de diez minutos
    oye Jarvis, ¿puedes poner un temporizador de hora y media?
    ponme un temporizador de media hora
    inicia un cronómetro de 90 segundos
    temporizador de un cuarto de hora
    quiero un temporizador de tres cuartos de hora
    quiero que pongas un temporizador de cinco minutos
    crea un temporizador para la pasta de ocho minutos
    pon un temporizador de ocho minutos para la pasta
    pon un temporizador llamado huevos de cuatro minutos
    avísame cuando pasen veinte minutos
    pon otro temporizador de 1h 30m
    programa un temporizador de veintidos minutos
    necesito un temporizador de una hora y veinte
    cronometra tres minutos
    pon el temporizador a 20 minutos
    temporizador 5 minutos
    avísame en 10 minutos
    pon un temporizador
    """,
)
EN_ELSE = [
    *phrasings(
        "timers.cancel",
        "cancel the timer\nstop the timer\ncancel the pasta timer\nturn off my timer\n"
        "delete the 10 minute timer\nI don't need the timer anymore\nget rid of that timer\nkill the egg timer\n"
        "remove the timer for the pasta\nforget about the timer\nturn the timer off\nclear the timer please",
    ),
    *phrasings("timers.cancel_all", "cancel all timers\nstop all my timers\ndelete both timers\nclear every timer"),
    *phrasings(
        "timers.pause",
        "pause the timer\nhold my timer\npause the pasta timer\nput the timer on hold\n"
        "freeze the timer\ncan you pause the timer",
    ),
    *phrasings(
        "timers.resume",
        "resume the timer\nunpause the timer\ncontinue the pasta timer\n"
        "let the timer continue\nrestart the timer\nkeep the timer going",
    ),
    *phrasings(
        "timers.extend",
        "add five minutes to the timer\nadd five more minutes to the timer\n"
        "extend the timer by two minutes\ngive me five more minutes\nadd 1 minute to the pasta timer\n"
        "make the timer ten minutes longer\ngive the timer a minute more\nput another minute on the timer\n"
        "increase the timer by half an hour\nadd some time to the timer",
    ),
    *phrasings(
        "timers.shorten",
        "take two minutes off the timer\nshorten the timer by a minute\n"
        "cut 30 seconds off the egg timer\nmake the timer five minutes shorter",
    ),
    *phrasings(
        "timers.remaining",
        "how much time is left\nhow long is left on the timer\n"
        "how much time is left on the pasta timer\nhow many minutes are left on the timer\n"
        "when does the timer go off\nwhat timers are running\nlist my timers\nhow much longer on the timer\n"
        "how long until the timer ends\ncheck the timer\nare there any timers running\n"
        "how much time do I have left\nwhat's left on the egg timer",
    ),
]
ES_ELSE = [
    *phrasings(
        "timers.cancel",
        "cancela el temporizador\npara el temporizador\nquita el temporizador de la pasta\n"
        "apaga mi temporizador\nborra el temporizador de diez minutos\nya no necesito el temporizador\n"
        "elimina el temporizador\n¿puedes cancelar el temporizador?\ndetén el cronómetro\n"
        "anula el temporizador de los huevos\nolvídate del temporizador\nquiero que canceles el temporizador",
    ),
    *phrasings(
        "timers.cancel_all", "cancela todos los temporizadores\nborra mis temporizadores\npara los dos temporizadores"
    ),
    *phrasings(
        "timers.pause",
        "pausa el temporizador\npon el temporizador en pausa\npausa el temporizador de la pasta\n"
        "pon en pausa el temporizador\ncongela el cronómetro",
    ),
    *phrasings(
        "timers.resume",
        "reanuda el temporizador\ncontinúa el temporizador de la pasta\n"
        "sigue con el temporizador\nquita la pausa del temporizador",
    ),
    *phrasings(
        "timers.extend",
        "añade cinco minutos al temporizador\nañade cinco minutos más\n"
        "ponle diez minutos más al temporizador\nalarga el temporizador media hora\ndame dos minutos más\n"
        "suma un minuto al temporizador de la pasta\nagrega un cuarto de hora al cronómetro\n"
        "aumenta el temporizador en dos minutos",
    ),
    *phrasings(
        "timers.shorten",
        "quita dos minutos al temporizador\nacorta el temporizador un minuto\nréstale 30 segundos al temporizador",
    ),
    *phrasings(
        "timers.remaining",
        "cuánto queda\n¿Cuánto tiempo queda en el temporizador?\n"
        "cuánto le queda al temporizador de la pasta\ncuántos minutos quedan\ncuándo suena el temporizador\n"
        "qué temporizadores hay\nlista mis temporizadores\ncuánto falta para que suene el temporizador\n"
        "cómo va el temporizador\ntengo algún temporizador activo\ndime cuánto queda",
    ),
]


@cases(EN_START, EN_ELSE)
def test_english_phrasings(book: SkillBook, sentence: str, skill: str) -> None:
    found = book.match(sentence)
    assert found is not None
    assert (found.skill, found.language) == (skill, "en")


@cases(ES_START, ES_ELSE)
def test_spanish_phrasings(book: SkillBook, sentence: str, skill: str) -> None:
    found = book.match(sentence)
    assert found is not None
    assert (found.skill, found.language) == (skill, "es")


@pytest.mark.parametrize(
    ("sentence", "slots"),
    [
        ("set a timer for an hour and a half", {"duration": 5400.0}),
        ("five minute egg timer", {"duration": 300.0, "label": "egg"}),
        ("set a ten minute pasta timer", {"duration": 600.0, "label": "pasta"}),
        ("set a timer for 4 minutes for the Huevos Rancheros", {"duration": 240.0, "label": "Huevos Rancheros"}),
        ("pon un temporizador de tres cuartos de hora", {"duration": 2700.0}),
        ("pon un temporizador de hora y media para la Pâté", {"duration": 5400.0, "label": "Pâté"}),
        ("add five more minutes to the timer", {"duration": 300.0}),
        ("cancel the 10 minute timer", {"duration": 600.0}),
    ],
)
def test_slots(book: SkillBook, sentence: str, slots: dict[str, object]) -> None:
    found = book.match(sentence)
    assert found is not None
    assert dict(found.slots) == slots


def test_start_says_how_long_and_keeps_it(say: Say, fakes: FakePorts) -> None:
    assert say("set a timer for ten minutes").text == "Timer set for 10 minutes."
    assert say("pon un temporizador de una hora para la pasta").text == "Temporizador «pasta» de 1 hora en marcha."
    first, second = fakes.alerts.active("timer")
    assert (first.duration_seconds, (first.due_at - fakes.clock.now()).total_seconds()) == (600.0, 600.0)
    assert (second.label, second.language) == ("pasta", "es")


@pytest.mark.parametrize(
    ("sentence", "notice"),
    [
        ("set a timer for ten minutes", "It will only ring while Jarvis is running"),
        ("pon un temporizador de diez minutos", "Solo sonará mientras Jarvis esté abierto"),
        ("wake me up at seven", "It will only ring while Jarvis is running"),
        ("recuérdame llamar a Ana a las cinco", "Solo sonará mientras Jarvis esté abierto"),
    ],
)
def test_says_so_when_nothing_will_ring(say: Say, fakes: FakePorts, sentence: str, notice: str) -> None:
    assert notice not in say(sentence).text
    fakes.alerts.ringing_process = False
    assert notice in say(sentence).text


def test_asks_for_how_long_and_takes_the_answer(book: SkillBook, say: Say, fakes: FakePorts) -> None:
    assert book.match("ten minutes") is None
    asked = say("set a timer")
    assert asked.expects_reply
    assert asked.text == "For how long?"
    assert say("for ten minutes").text == "Timer set for 10 minutes."
    assert book.match("ten minutes") is None
    assert len(fakes.alerts.active()) == 1


def test_an_old_question_is_forgotten(book: SkillBook, say: Say, fakes: FakePorts) -> None:
    say("pon un temporizador")
    assert book.match("diez minutos") is not None
    fakes.clock.advance(61)
    assert book.match("diez minutos") is None


def test_pause_resume_and_what_is_left(say: Say, fakes: FakePorts) -> None:
    say("set a timer for ten minutes")
    fakes.clock.advance(60)
    assert say("how much time is left").text == "9 minutes left on the timer for 10 minutes."
    assert say("pause the timer").text == "Paused the timer for 10 minutes with 9 minutes left."
    fakes.clock.advance(3600)
    assert say("how much time is left").text == "The timer for 10 minutes is paused with 9 minutes left."
    assert say("pause the timer").text == "The timer for 10 minutes is already paused."
    assert say("resume the timer").text == "Resumed the timer for 10 minutes: 9 minutes left."
    (timer,) = fakes.alerts.active("timer")
    assert (timer.due_at - fakes.clock.now()).total_seconds() == 540
    assert timer.remaining_seconds is None


def test_extend_and_shorten(say: Say, fakes: FakePorts) -> None:
    say("pon un temporizador de diez minutos")
    assert (
        say("añade cinco minutos al temporizador").text
        == "Hecho. Tiempo restante en el temporizador de 10 minutos: 15 minutos."
    )
    (timer,) = fakes.alerts.active("timer")
    assert timer.duration_seconds == 900.0
    say("quita diez minutos al temporizador")
    assert "es solo de 5 minutos" in say("quita diez minutos al temporizador").text
    (timer,) = fakes.alerts.active("timer")
    assert (timer.due_at - fakes.clock.now()).total_seconds() == 300


def test_several_timers_are_told_apart(say: Say, fakes: FakePorts) -> None:
    say("set a pasta timer for ten minutes")
    say("set a timer for five minutes")
    asked = say("cancel the timer")
    assert asked.expects_reply
    assert asked.text == "Which one: the timer for 5 minutes or the pasta timer?"
    assert say("the pasta one").text == "Cancelled the pasta timer."
    assert [timer.label for timer in fakes.alerts.active()] == [""]


@pytest.mark.parametrize(("answer", "left"), [("both", 0), ("the first one", 1), ("the 5 minute one", 1), ("five", 1)])
def test_answers_to_which_one(say: Say, fakes: FakePorts, answer: str, left: int) -> None:
    say("set a pasta timer for ten minutes")
    say("set a timer for five minutes")
    say("cancel the timer")
    say(answer)
    assert len(fakes.alerts.active()) == left
    assert all(timer.label == "pasta" for timer in fakes.alerts.active())


def test_an_unknown_name_changes_nothing(say: Say, fakes: FakePorts) -> None:
    say("set a timer for five minutes")
    assert say("cancel the rice timer").text == "There is no such timer. There is the timer for 5 minutes."
    assert say("cancela el temporizador del arroz").text.startswith("No hay ningún temporizador así.")
    assert len(fakes.alerts.active()) == 1


def test_a_ringing_timer_is_the_one_meant(say: Say, fakes: FakePorts) -> None:
    say("set a timer for one minute")
    say("set a timer for five minutes")
    ringing = fakes.alerts.active()[0]
    fakes.alerts.replace(replace(ringing, state="ringing"))
    assert say("stop the timer").text == "Cancelled the timer for 1 minute."
    assert fakes.alerts.kept[ringing.id].state == "done"


def test_lists_and_cancels_all(book: SkillBook, say: Say, fakes: FakePorts) -> None:
    assert say("list my timers").text == "There is no timer running."
    say("set a pasta timer for ten minutes")
    say("set a timer for five minutes")
    assert say("list my timers").text == (
        "2 timers: the timer for 5 minutes, 5 minutes left; the pasta timer, 10 minutes left."
    )
    found = book.match("cancel all timers")
    assert found is not None
    assert found.risk == "could_lose"
    assert book.read_back(found) == "Cancel all timers?"
    assert say("cancel all timers").text == "Cancelled 2 timers."


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("set a timer for ten minutes", "Set a timer for 10 minutes?"),
        ("five minute egg timer", "Set a timer for 5 minutes, named egg?"),
        ("pon un temporizador de hora y media", "¿Pongo un temporizador de 1 hora y 30 minutos?"),
        ("cancel the pasta timer", "Cancel the pasta timer?"),
    ],
)
def test_reads_back(book: SkillBook, sentence: str, question: str) -> None:
    found = book.match(sentence)
    assert found is not None
    assert book.read_back(found) == question
