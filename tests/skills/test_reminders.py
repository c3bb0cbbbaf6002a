from __future__ import annotations

import pytest

from jarvis.skills.book import SkillBook
from tests.fakes.skills import FakePorts
from tests.skills.conftest import Say
from tests.skills.table import cases, phrasings

EN = [
    *phrasings(
        "reminders.set",
        """
        remind me to call Ana at five
        remind me to call Ana in ten minutes
        remind me to call Ana tomorrow morning
        Remind me at five to call Ana.
        remind me in half an hour to take the pizza out
        please remind me tomorrow to buy milk
        set a reminder to water the plants at 6 pm
        set a reminder for tomorrow at nine to call the dentist
        remind me about the meeting on Monday at ten
        remind me that the car needs petrol on Friday
        don't let me forget to lock the door tonight
        remind me every day at nine to take my pills
        remind me to take my pills at nine every day
        make sure I remember to call mum at seven
        create a reminder to pay the rent on the 1st of December
        remind me to call Ana
        add a reminder
        """,
    ),
    *phrasings(
        "reminders.cancel",
        "cancel the reminder\ndelete the reminder to call Ana\nremove my reminder\n"
        "cancel the reminder about the meeting\ndelete the dentist reminder\ndrop that reminder",
    ),
    *phrasings("reminders.cancel_all", "cancel all reminders\ndelete all my reminders\nclear my reminders"),
    *phrasings(
        "reminders.list",
        "what reminders do I have\nlist my reminders\nshow me my reminders\n"
        "do I have any reminders\nread my reminders\nare there any reminders for today",
    ),
]
ES = [
    *phrasings(
        "reminders.set",
        """
        recuérdame llamar a Ana a las cinco
        recuérdame llamar a Ana en diez minutos
        recuérdame mañana por la mañana que llame a Ana
        Recuérdame a las cinco llamar a Ana.
        recuérdame dentro de media hora sacar la pizza
        por favor, recuérdame mañana comprar leche
        pon un recordatorio para regar las plantas a las seis de la tarde
        ponme un recordatorio para mañana a las nueve de llamar al dentista
        avísame de la reunión el lunes a las diez
        ¿puedes recordarme que compre pan esta tarde?
        que no se me olvide cerrar la puerta esta noche
        recuérdame todos los días a las nueve tomar las pastillas
        quiero que me recuerdes llamar a mamá a las siete
        crea un recordatorio de pagar el alquiler el 1 de diciembre
        acuérdame de comprar leche mañana
        recuérdame llamar a Ana
        pon un recordatorio
        """,
    ),
    *phrasings(
        "reminders.cancel",
        "cancela el recordatorio\nborra el recordatorio de llamar a Ana\nquita mi recordatorio\n"
        "elimina el recordatorio de la reunión\nanula el recordatorio\nno me recuerdes lo de la reunión",
    ),
    *phrasings("reminders.cancel_all", "cancela todos los recordatorios\nborra mis recordatorios"),
    *phrasings(
        "reminders.list",
        "qué recordatorios tengo\nlista mis recordatorios\nmuéstrame los recordatorios\n"
        "tengo algún recordatorio\nléeme los recordatorios\nqué recordatorios hay para hoy",
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
        ("remind me to call Ana at five", "I'll remind you at 5 pm: call Ana."),
        ("remind me at five to call Ana", "I'll remind you at 5 pm: call Ana."),
        ("remind me to call Ana in ten minutes", "I'll remind you at 10:10 am: call Ana."),
        ("remind me to call Ana tomorrow morning", "I'll remind you tomorrow at 9 am: call Ana."),
        ("remind me to take my pills at nine every day", "I'll remind you every day at 9 am: take my pills."),
        ("remind me to buy milk and eggs on friday at 6pm", "I'll remind you on Friday at 6 pm: buy milk and eggs."),
        ("recuérdame que el viernes hay que pagar", "Te lo recordaré el viernes a las 9 de la mañana: hay que pagar."),
        ("recuérdame llamar a Ana a las cinco", "Te lo recordaré a las 5 de la tarde: llamar a Ana."),
        ("recuérdame mañana que compre leche", "Te lo recordaré mañana a las 9 de la mañana: comprar leche."),
        ("recuérdame esta noche sacar la basura", "Te lo recordaré a las 9 de la noche: sacar la basura."),
    ],
)
def test_says_what_and_when(say: Say, sentence: str, reply: str) -> None:
    assert say(sentence).text == reply


def test_asks_for_the_time_and_the_thing(say: Say, fakes: FakePorts) -> None:
    assert say("remind me to call Ana").text == "When should I remind you?"
    assert say("at five").text == "I'll remind you at 5 pm: call Ana."
    assert say("pon un recordatorio").text == "¿Qué te recuerdo?"
    assert say("comprar pan").text == "¿Cuándo te lo recuerdo?"
    assert say("mañana a las ocho").text == "Te lo recordaré mañana a las 8 de la mañana: comprar pan."
    assert [alert.label for alert in fakes.alerts.active("reminder")] == ["call Ana", "comprar pan"]


def test_lists_and_cancels(say: Say, fakes: FakePorts) -> None:
    say("remind me to call Ana at five")
    say("remind me tomorrow to buy milk")
    assert say("list my reminders").text == "2 reminders: at 5 pm: call Ana; tomorrow at 9 am: buy milk."
    assert say("delete the reminder to call Ana").text == "Cancelled the reminder “call Ana” at 5 pm."
    assert say("cancel the reminder").text == "Cancelled the reminder “buy milk” tomorrow at 9 am."
    assert say("qué recordatorios tengo").text == "No hay recordatorios."


def test_reads_back(book: SkillBook) -> None:
    english, spanish = book.match("remind me to call Ana at five"), book.match("recuérdame llamar a Ana a las cinco")
    assert english is not None and spanish is not None
    assert book.read_back(english) == "Remind you at 5 pm: call Ana?"
    assert book.read_back(spanish) == "¿Te recuerdo a las 5 de la tarde: llamar a Ana?"
