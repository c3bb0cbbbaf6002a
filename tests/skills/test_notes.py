"""Notes: many ways to say each thing, over notes that really are in SQLite."""

from pathlib import Path

import pytest

from jarvis.contracts.messages import Request
from jarvis.storage.database import Database
from jarvis.storage.notes import SqliteNoteBook
from tests.fakes.skills import FakePorts
from tests.skills.phrasings import lines, rows

SAYINGS = {
    ("en", "take"): """
        take a note
        take a note: the plumber comes on Tuesday
        take a note that the plumber comes on Tuesday
        make a note of the parking spot
        make a note that Ana likes lilies
        note down the gate code is 4711
        note that the meeting moved to room four
        write down buy more ink
        write this down: the red wire is live
        jot down an idea for the garden
        new note: call the bank
        note to self stop buying shoes
        can you take a quick note saying the keys are with Bob
        please add a note that rent is due
        add the wine was excellent to my notes
    """,
    ("es", "take"): """
        toma nota
        toma nota: el fontanero viene el martes
        toma nota de que el fontanero viene el martes
        toma una nota que diga que a Ana le gustan los lirios
        anota que el código de la puerta es 4711
        apunta que la reunión es en la sala cuatro
        apúntame que hay que comprar tinta
        escribe una nota: llamar al banco
        crea una nota con el número de matrícula
        nueva nota: idea para el jardín
        ¿puedes tomar nota de que vence el alquiler?
        quiero que tomes nota de que las llaves las tiene Luis
        haz una nota rápida
        anota lo siguiente: el cable rojo tiene corriente
        apunta el vino era excelente en mis notas
    """,
    ("en", "read"): """
        read my notes
        read me my notes
        show my notes
        show me all my notes
        what are my notes
        what notes do I have
        do I have any notes
        read my last note
        what was my last note
        read me the latest note
        what did I note down
        could you read out my notes please
        list my latest notes
    """,
    ("es", "read"): """
        lee mis notas
        léeme mis notas
        léeme las notas en voz alta
        muéstrame mis notas
        enséñame todas mis notas
        ¿puedes leerme mis notas?
        qué notas tengo
        cuáles son mis notas
        tengo alguna nota
        lee mi última nota
        cuál era mi última nota
        qué he anotado
        dime las últimas notas
    """,
    ("en", "search"): """
        find my notes about the plumber
        find the note about Ana
        search my notes for gate code
        search for plumber in my notes
        look for notes on the garden
        what do my notes say about the plumber
        do I have any notes about Ana
        do I have a note about the bank
        is there a note about the meeting
        show me notes mentioning the garden
        look through my notes for wine
        what did I write down about the meeting
    """,
    ("es", "search"): """
        busca mis notas sobre el fontanero
        busca la nota de Ana
        busca en mis notas el código de la puerta
        busca fontanero en mis notas
        encuentra notas sobre el jardín
        qué dicen mis notas sobre el fontanero
        tengo alguna nota sobre Ana
        hay notas sobre el banco
        qué anoté sobre la reunión
        léeme la nota sobre el jardín
        muéstrame las notas que hablen de vino
        qué he apuntado sobre la reunión
    """,
    ("en", "delete_last"): """
        delete my last note
        remove the latest note
        erase the last note
        delete that note
    """,
    ("es", "delete_last"): """
        borra mi última nota
        elimina la última nota
        borra esa nota
        ¿puedes borrar la última nota?
    """,
    ("en", "delete"): """
        delete the note about the plumber
        remove my note about Ana
        erase the note on the garden
        delete the notes about the meeting
    """,
    ("es", "delete"): """
        borra la nota sobre el fontanero
        elimina mi nota de Ana
        borra la nota del jardín
        ¿puedes borrar la nota sobre la reunión?
    """,
    ("en", "delete_all"): """
        delete all my notes
        erase all notes
        clear my notes
        remove all of my notes
    """,
    ("es", "delete_all"): """
        borra todas mis notas
        elimina todas las notas
        vacía mis notas
        ¿puedes borrar todas mis notas?
    """,
}

NOT_NOTES = """
    what is a musical note
    play a note
    which note comes after C
    write a poem about the sea
    write an email to Ana
    notable people born in 1970
    take a break
    make me a sandwich
    what notes are in a C major chord
    delete the file
    qué es una nota musical
    escribe un poema sobre el mar
    qué nota saqué en el examen
    toma un descanso
    notas de la escala de do mayor
"""


@pytest.fixture
def fakes(tmp_path: Path):
    fakes = FakePorts()
    database = Database(tmp_path / "jarvis.sqlite3")
    fakes.notes = SqliteNoteBook(database, fakes.clock)
    yield fakes
    database.close()


@pytest.mark.parametrize(("language", "intent", "sentence"), rows(SAYINGS))
def test_ways_to_say_it(match, language, intent, sentence):
    found = match(sentence)
    assert found is not None
    assert (found.skill, found.language) == (f"notes.{intent}", language)
    assert found.risk == {"take": "acts", "read": "none", "search": "none"}.get(intent, "could_lose")


@pytest.mark.parametrize("sentence", lines(NOT_NOTES))
def test_not_notes(match, sentence):
    found = match(sentence)
    assert found is None or not found.skill.startswith("notes.")


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("take a note that the plumber comes on Tuesday", "The plumber comes on Tuesday"),
        ("Note down: ask Núñez for 25 % off!", "Ask Núñez for 25 % off"),
        ("toma nota de que la reunión es en la sala 4", "La reunión es en la sala 4"),
        ("¿Puedes tomar nota de que vence el alquiler?", "Vence el alquiler"),
    ],
)
def test_the_words_are_kept_as_they_were_said(say, fakes, sentence, text):
    reply = say(sentence)
    assert [note.text for note in fakes.notes.recent()] == [text]
    assert text in reply.text


def test_a_note_without_words_is_asked_for(say, book, fakes):
    reply = say("take a note")
    assert reply.expects_reply
    answer = book.match("call the bank about the mortgage")
    assert book.run(answer, Request(text="")).text == "Noted: Call the bank about the mortgage"
    assert len(fakes.notes.recent()) == 1


def test_reading(say, fakes):
    assert "no notes" in say("read my notes").text
    say("take a note that the plumber comes")
    assert say("read my notes").text == "You have one note: The plumber comes"
    fakes.clock.advance(86_400)
    say("toma nota de que vence el alquiler")
    fakes.clock.advance(3600)
    read = say("read my notes").text
    assert read.index("Vence el alquiler") < read.index("The plumber comes")
    assert "Yesterday: The plumber comes" in read
    assert say("lee mi última nota").text == "Tu última nota, hoy a las 10 de la mañana: Vence el alquiler"
    fakes.clock.advance(86_400 * 30)
    assert "Sunday, November 22" in say("read my last note").text


def test_searching(say):
    say("take a note that the plumbers come on Tuesday")
    say("take a note that Ana likes lilies")
    assert say("what do my notes say about the plumber").text.endswith("The plumbers come on Tuesday")
    assert say("busca la nota de lirios").text == "Ninguna nota habla de «lirios»."


def test_deleting_takes_the_one_that_was_meant(say, book, fakes):
    for words in ("the plumber comes on Tuesday", "the plumber is expensive", "Ana likes lilies"):
        say(f"take a note that {words}")
    assert "none was deleted" in say("delete the note about the plumber").text
    assert say("borra la nota de lilies").text == "He borrado la nota: Ana likes lilies"
    assert say("delete my last note").text == "Deleted the note: The plumber is expensive"
    assert [note.text for note in fakes.notes.recent()] == ["The plumber comes on Tuesday"]
    assert book.read_back(book.match("delete all my notes")) == "Delete all your notes? This cannot be undone."
    assert "only note" in say("delete all my notes").text
    assert "no tienes notas" in say("borra mi última nota").text.lower()


def test_every_saying_can_be_read_back_and_run(book):
    for _, _, sentence in rows(SAYINGS):
        found = book.match(sentence)
        assert "{" not in book.read_back(found)
        assert book.run(found, Request(text=sentence)).text
