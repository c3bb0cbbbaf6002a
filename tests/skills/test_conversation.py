from __future__ import annotations

from datetime import datetime

import pytest

from jarvis.contracts.messages import Request
from jarvis.skills.book import SkillBook
from tests.fakes.skills import MADRID, FakePorts
from tests.skills.conftest import Say
from tests.skills.table import cases, phrasings

EN = [
    *phrasings(
        "conversation.stop",
        "stop\nstop it\nstop talking\nbe quiet\nquiet\nenough\nshut up\nthat's enough\n"
        "please stop\nstop please\nsilence\nhey jarvis stop",
    ),
    *phrasings(
        "conversation.sleep",
        "stop listening\ngo to sleep\nstop listening to me\nplease go to sleep\nyou can go to sleep now\n"
        "go back to sleep\ndon't listen anymore\nhey jarvis stop listening",
    ),
    *phrasings(
        "conversation.never_mind",
        "never mind\ncancel\ncancel that\nforget it\nnothing\nscratch that\n"
        "forget about it\nnevermind\nleave it\nI changed my mind\nno, never mind\ndrop it",
    ),
    *phrasings(
        "conversation.repeat",
        "repeat that\nsay that again\nrepeat\ncan you repeat that please\n"
        "what did you say\none more time\ncome again\nI didn't hear you\npardon\nsay it again\nonce more\n"
        "could you say that again",
    ),
    *phrasings(
        "conversation.slower",
        "speak slower\nspeak more slowly\nslow down\ntalk a bit slower\n"
        "you're talking too fast\nnot so fast\nplease speak slower",
    ),
    *phrasings(
        "conversation.faster", "speak faster\ntalk faster\nspeed up\nspeak a little faster\nyou speak too slowly"
    ),
    *phrasings("conversation.normal_speed", "speak at normal speed\ntalk normally\nnormal speed"),
    *phrasings(
        "conversation.switch_language",
        "speak Spanish\nswitch to Spanish\nanswer in Spanish\nlet's speak Spanish\n"
        "change the language to spanish\nspeak English\ncan you speak Spanish",
    ),
    *phrasings(
        "conversation.greeting", "hello\nhi\nhello Jarvis\ngood morning\nhey there\nhey jarvis\ngood evening jarvis"
    ),
    *phrasings("conversation.how_are_you", "how are you\nhow are you doing today\nhow's it going\nwhat's up"),
    *phrasings("conversation.thanks", "thanks\nthank you\nthank you very much\nthanks jarvis\nthanks a lot\nwell done"),
    *phrasings("conversation.goodbye", "goodbye\nbye\nsee you later\ngood night\nthat's all for now"),
    *phrasings(
        "conversation.abilities",
        "what can you do\nhelp\nwhat can I ask you\nwhat are your skills\n"
        "how can you help me\nwhat commands do you understand",
    ),
    *phrasings(
        "conversation.who_are_you",
        "who are you\nwhat's your name\nare you a robot\nwhat are you\nintroduce yourself\nare you human",
    ),
]
ES = [
    *phrasings(
        "conversation.stop",
        "para\nsilencio\ncállate\nbasta\nya basta\ndetente\npara ya\ndeja de hablar\n"
        "por favor para\nsuficiente\nya está\nno sigas",
    ),
    *phrasings(
        "conversation.sleep",
        "deja de escuchar\nduérmete\ndeja de escucharme\nvete a dormir\nno escuches más\npor favor deja de escuchar\n"
        "ya puedes dormir\nduérmete ya\npara de escuchar",
    ),
    *phrasings(
        "conversation.never_mind",
        "olvídalo\ncancela\ndéjalo\nnada\nno importa\nda igual\ncancela eso\n"
        "he cambiado de idea\nno, nada\nmejor no\ncancélalo\nno hace falta",
    ),
    *phrasings(
        "conversation.repeat",
        "repite\nrepítelo\notra vez\nqué has dicho\n¿puedes repetirlo?\ncómo dices\n"
        "dilo otra vez\nno te he oído\nuna vez más\nrepite eso por favor\nqué dijiste\n¿me lo puedes repetir?",
    ),
    *phrasings(
        "conversation.slower",
        "habla más despacio\nhabla más lento\nmás despacio\nhablas demasiado rápido\n"
        "no hables tan rápido\n¿puedes hablar más despacio?",
    ),
    *phrasings("conversation.faster", "habla más rápido\nmás deprisa\nhabla un poco más rápido\nhablas muy despacio"),
    *phrasings("conversation.normal_speed", "habla a velocidad normal\nvelocidad normal"),
    *phrasings(
        "conversation.switch_language",
        "habla inglés\nhabla en inglés\ncambia a inglés\nresponde en inglés\n"
        "habla en español\ncambia el idioma a español\nhablas inglés",
    ),
    *phrasings("conversation.greeting", "hola\nbuenos días\nhola Jarvis\nbuenas tardes\noye jarvis\nbuenas"),
    *phrasings("conversation.how_are_you", "cómo estás\nqué tal\nqué tal estás\ncómo te va"),
    *phrasings("conversation.thanks", "gracias\nmuchas gracias\ngracias jarvis\nbien hecho\nmil gracias"),
    *phrasings("conversation.goodbye", "adiós\nhasta luego\nhasta mañana\nnos vemos\neso es todo"),
    *phrasings(
        "conversation.abilities",
        "qué puedes hacer\nayuda\nqué sabes hacer\nen qué puedes ayudarme\npara qué sirves\nqué te puedo preguntar",
    ),
    *phrasings("conversation.who_are_you", "quién eres\ncómo te llamas\ncuál es tu nombre\neres un robot\npreséntate"),
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


def test_stop_stops_and_says_nothing(say: Say, fakes: FakePorts) -> None:
    reply = say("stop")
    assert (reply.control, reply.spoken, reply.text) == ("stop", "", "Stopped.")
    fakes.stop.busy = False
    assert say("para").text == "No hay nada que parar."
    assert fakes.stop.stops == 2


def test_said_aloud_sleep_ends_listening_typed_it_cannot(book: SkillBook) -> None:
    for sentence, spoken, typed in (
        ("go to sleep", "I am no longer listening.", "when you say it"),
        ("duérmete", "Ya no escucho.", "de viva voz"),
    ):
        found = book.match(sentence)
        assert found is not None
        reply = book.run(found, Request(text=sentence, door="voice"), None)
        assert (reply.text, reply.control) == (spoken, "sleep")
        reply = book.run(found, Request(text=sentence, door="chat"), None)
        assert typed in reply.text and reply.control is None


def test_never_mind_closes_an_open_question(book: SkillBook, say: Say) -> None:
    say("set a timer")
    assert say("never mind").control == "stop"
    assert book.match("ten minutes") is None


def test_repeat_gives_the_last_answer(say: Say) -> None:
    assert say("repeat that").text == "I have not said anything yet."
    reply = say("repeat that", previous_answer="It is 10 am.")
    assert (reply.text, reply.control) == ("It is 10 am.", "repeat")


def test_speech_rate_moves_in_steps_and_stops_at_the_ends(say: Say, fakes: FakePorts) -> None:
    assert say("speak slower").text == "I'll speak more slowly."
    assert fakes.preferences.rate == pytest.approx(0.85)
    assert say("habla más rápido").text == "Hablaré más deprisa."
    assert fakes.preferences.rate == pytest.approx(1.0)
    fakes.preferences.rate = 0.5
    assert say("speak slower").text == "This is as slowly as I can speak."
    fakes.preferences.rate = 2.0
    assert say("speak faster").text == "This is as fast as I can speak."
    say("speak at normal speed")
    assert fakes.preferences.rate == 1.0


def test_switching_language_answers_in_the_new_one(say: Say, fakes: FakePorts) -> None:
    assert say("speak Spanish").text == "A partir de ahora respondo en español."
    assert fakes.preferences.chosen == "es"
    assert say("habla en inglés").text == "I'll answer in English from now on."
    assert fakes.preferences.chosen == "en"


@pytest.mark.parametrize(
    ("hour", "word"), [(9, "Good morning"), (15, "Good afternoon"), (22, "Good evening"), (3, "Hello")]
)
def test_greets_as_the_hour_has_it(say: Say, fakes: FakePorts, hour: int, word: str) -> None:
    fakes.clock.moment = datetime(2026, 11, 21, hour, 0, tzinfo=MADRID)
    assert say("hello").text.startswith(f"{word}.")


def test_says_honestly_what_it_is(say: Say) -> None:
    assert "not a person" in say("are you human").text
    assert "no soy una persona" in say("quién eres").text.lower()
