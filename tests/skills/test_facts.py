"""Facts: many ways to say each thing, quoted back from SQLite, and forgotten only when surely meant."""

from pathlib import Path

import pytest

from jarvis.contracts.messages import Request
from jarvis.storage.database import Database
from tests.fakes.facts import fact_book
from tests.fakes.skills import FakePorts
from tests.skills.phrasings import lines, rows

SAYINGS = {
    ("en", "remember"): """
        remember that my wifi password is tortoise42
        Remember that my wifi password is Tortoise42.
        please remember that I parked on level 3
        can you remember that Ana is allergic to nuts?
        I want you to remember that my shoe size is 42
        remember my locker code is 4711
        remember this: the spare key is under the pot
        don't forget that my sister's birthday is May 4th
        do not forget my blood type is A positive
        keep in mind that I don't eat meat
        bear in mind that the boiler is old
        memorize that the alarm code is 9911
        for future reference my passport expires in June, it is in the drawer
        hey Jarvis, remember that mom's favorite colour is green
    """,
    ("es", "remember"): """
        recuerda que mi contraseña del wifi es tortuga42
        Recuerda que la contraseña del wifi es Tortuga42.
        por favor recuerda que he aparcado en la planta 3
        ¿puedes recordar que Ana es alérgica a las nueces?
        quiero que recuerdes que calzo un 42
        recuerda mi código de la taquilla es 4711
        recuerda esto: la llave está debajo de la maceta
        no olvides que el cumpleaños de mi hermana es el 4 de mayo
        no te olvides de que mi grupo sanguíneo es A positivo
        ten en cuenta que no como carne
        acuérdate de que el vecino se llama Iñaki
        memoriza que el código de la alarma es 9911
        ten presente que la caldera es vieja
        oye Jarvis, recuerda que el color favorito de mamá es el verde
    """,
    ("en", "recall"): """
        what's my wifi password
        What is my wifi password?
        tell me my locker code
        what's my sister's birthday
        when is my sister's birthday?
        where did I leave the keys
        where did I put my passport?
        where did I park
        where did I park the car
        where are my keys?
        what did I tell you about Ana
        do you remember my wifi password?
        do you remember where I parked the car
        what do you remember about the boiler
        remind me where I put the spare key
        who is my dentist
        what's my favorite color
        can you tell me my shoe size?
    """,
    ("es", "recall"): """
        cuál es mi contraseña del wifi
        ¿Cuál es mi contraseña?
        dime mi código de la taquilla
        cuándo es el cumpleaños de mi hermana
        ¿cuándo es mi aniversario?
        dónde dejé las llaves
        ¿dónde he dejado las llaves?
        dónde puse el pasaporte
        ¿dónde aparqué?
        dónde están mis llaves
        qué te dije de Ana
        qué te he dicho sobre la caldera
        ¿recuerdas dónde aparqué el coche?
        qué recuerdas de la caldera
        recuérdame dónde puse la llave
        quién es mi dentista
        cuál es mi color favorito
        ¿te acuerdas de mi contraseña del wifi?
    """,
    ("en", "all"): """
        what do you remember about me
        what do you know about me?
        what do you remember
        what have I told you
        what did I ask you to remember
        tell me everything you remember
        show me everything I told you
        list all the things I asked you to remember
    """,
    ("es", "all"): """
        qué recuerdas de mí
        ¿qué sabes de mí?
        qué recuerdas
        qué te he dicho
        qué te he pedido que recuerdes
        dime todo lo que recuerdas
        muéstrame lo que te he dicho
        dime lo que recuerdas de mí
    """,
    ("en", "forget"): """
        forget my wifi password
        forget about my locker code
        forget what I told you about Ana
        forget everything I told you about the boiler
        forget that my shoe size is 42
        forget the fact that Ana is allergic
        delete what I told you about the car
        forget what you know about Ana
        please forget my door code
        can you forget my old address
        forget that the spare key is under the pot
        forget about what I told you about Luis
    """,
    ("es", "forget"): """
        olvida mi contraseña del wifi
        olvídate de mi código de la taquilla
        olvida lo que te dije de Ana
        olvida lo que te he dicho sobre la caldera
        olvida que mi talla es la 42
        borra lo que te dije del coche
        olvida lo que sabes de Ana
        por favor olvida mi matrícula
        ¿puedes olvidar mi antigua dirección?
        olvida todo lo que te conté de Luis
        quiero que olvides mi clave
        olvida que la llave está debajo de la maceta
    """,
    ("en", "forget_all"): """
        forget everything
        forget everything I told you
        forget everything you know about me
        delete everything I told you
    """,
    ("es", "forget_all"): """
        olvida todo
        olvida todo lo que te he dicho
        olvídate de todo lo que sabes de mí
        borra todo lo que te he contado
    """,
}

NOT_FACTS = """
    what's my IP address
    what is my purpose in life
    what's the capital of France
    where did I leave off
    what is my car worth
    what's my next appointment
    borra todo
    delete everything
    where did I leave off
    what is my car worth
    what's my next appointment
    borra todo
    delete everything
    where is Paris
    where are the pyramids
    when is Easter
    when is Shakespeare's birthday
    who is the president
    who is my favorite
    remember to call mom
    remember the titans
    remember when we went to Rome
    do you remember the moon landing
    what do you know about quantum physics
    forget it
    forget about it
    never mind
    what's my horoscope
    where do penguins live
    what is the best password manager
    remind me to call Ana at five
    recuerda llamar a mamá
    recuerda cuando fuimos a Roma
    cuál es la capital de Francia
    dónde está París
    cuándo es Semana Santa
    qué sabes de física cuántica
    olvídalo
    déjalo
    quién es el presidente
    recuérdame llamar a Ana a las cinco
    cuál es el sentido de la vida
    cuál es mi IP
"""


@pytest.fixture
def fakes(tmp_path: Path):
    fakes = FakePorts()
    database = Database(tmp_path / "jarvis.sqlite3")
    fakes.facts = fact_book(database, fakes.clock)
    yield fakes
    database.close()


@pytest.mark.parametrize(("language", "intent", "sentence"), rows(SAYINGS))
def test_ways_to_say_it(match, language, intent, sentence):
    found = match(sentence)
    assert found is not None
    assert (found.skill, found.language) == (f"facts.{intent}", language)
    assert found.risk == {"remember": "acts", "recall": "none", "all": "none"}.get(intent, "could_lose")


@pytest.mark.parametrize("sentence", lines(NOT_FACTS))
def test_not_facts(match, sentence):
    found = match(sentence)
    assert found is None or not found.skill.startswith("facts.")


@pytest.mark.parametrize(
    ("told", "asked", "answer"),
    [
        (
            "remember that my wifi password is Tortoise42",
            "What's my wifi password?",
            "You told me: “my wifi password is Tortoise42”",
        ),
        (
            "recuerda que las llaves están en el cajón",
            "¿dónde dejé las llaves?",
            "Me dijiste: «las llaves están en el cajón»",
        ),
        ("remember that I parked on level 3", "where did I park?", "You told me: “I parked on level 3”"),
        ("recuerda que aparqué en la planta 3", "¿dónde aparqué?", "Me dijiste: «aparqué en la planta 3»"),
        ("remember my locker code is 4711", "tell me my locker code", "You told me: “my locker code is 4711”"),
        (
            "recuerda que el cumpleaños de mi hermana es el 4 de mayo",
            "cuándo es el cumpleaños de mi hermana",
            "Me dijiste: «el cumpleaños de mi hermana es el 4 de mayo»",
        ),
        (
            "recuerda que el wifi es Tortuga42",
            "do you remember my wifi password?",
            "You told me: “el wifi es Tortuga42”",
        ),
    ],
)
def test_recalling_quotes(say, told, asked, answer):
    say(told)
    say("remember that Ana is allergic to nuts")
    assert say(asked).text == answer


def test_what_was_not_told_is_not_answered(say):
    say("remember that Ana is allergic to nuts")
    assert say("what's my wifi password").text.startswith("You have not told me anything about “wifi password”")
    assert say("¿dónde aparqué?").text.startswith("No me has dicho dónde has aparcado")


def test_the_same_twice(say, fakes):
    say("remember that Ana is allergic to nuts")
    assert "already" in say("remember that ana is allergic to nuts").text
    assert len(fakes.facts.all()) == 1


def test_everything_newest_first(say, fakes):
    assert "Aún no" in say("qué sabes de mí").text
    say("remember that Ana is allergic to nuts")
    fakes.clock.advance(60)
    say("recuerda que la caldera es vieja")
    assert say("what do you know about me?").text == "You told me: “la caldera es vieja”, “Ana is allergic to nuts”"


def test_forgetting_takes_the_one_that_was_meant(say, book, fakes):
    say("remember that my email password is hunter2")
    say("remember that my bank password is hunter3")
    say("remember that Ana is allergic to nuts")
    assert "nothing was forgotten" in say("forget my password").text
    assert len(fakes.facts.all()) == 3
    question = book.read_back(book.match("forget my bank password"))
    assert question == "Forget what you told me about “bank password”? This cannot be undone."
    assert say("forget my bank password").text == "Forgotten for good, also in our conversations."
    assert say("olvida lo que te dije de Ana").text.startswith("Olvidado para siempre")
    assert [fact.text for fact in fakes.facts.all()] == ["my email password is hunter2"]
    assert "the one thing" in say("forget everything").text
    assert fakes.facts.all() == []


def test_forgetting_everything_is_one_act(say, fakes, monkeypatch):
    say("remember that my email password is hunter2")
    say("recuerda que la caldera es vieja")
    monkeypatch.setattr(fakes.facts, "forget", None)
    assert "2" in say("forget everything").text
    assert fakes.facts.all() == []
    assert "2" not in say("forget everything").text


def test_every_saying_can_be_read_back_and_run(book):
    for _, _, sentence in rows(SAYINGS):
        found = book.match(sentence)
        assert "{" not in book.read_back(found)
        assert book.run(found, Request(text=sentence)).text


def test_what_is_asked_of_somebody_close_is_one_topic(say):
    assert "«cumpleaños de mi hermana»" in say("¿cuándo es el cumpleaños de mi hermana?").text
    assert "«santo de mi madre»" in say("cuándo es el santo de mi madre").text
    say("recuerda que mi hermana es alérgica a las nueces")
    say("recuerda que el cumpleaños de mi hermana es el 4 de mayo")
    first = say("cuándo es el cumpleaños de mi hermana").text
    assert first.startswith("Me dijiste: «el cumpleaños de mi hermana es el 4 de mayo»")


@pytest.mark.parametrize("text", ["cuándo es el partido de mi equipo", "cuándo es el cumpleaños de Miguel"])
def test_what_nobody_keeps_or_who_is_not_theirs_is_left_to_others(book, text):
    found = book.match(text, "es")
    assert found is None or found.skill != "facts.recall"
