"""Lists: many ways to say each thing, several items at once, and answers about lists that really are in SQLite."""

from pathlib import Path

import pytest

from jarvis.contracts.messages import Request
from jarvis.storage.database import Database
from jarvis.storage.lists import SqliteListBook
from tests.fakes.skills import FakePorts
from tests.skills.phrasings import lines, rows

SAYINGS = {
    ("en", "add"): """
        add milk to the shopping list
        Add milk, eggs and bread to my shopping list.
        put eggs on the grocery list
        could you put coffee on the groceries list please
        please add toilet paper to our shopping list
        hey Jarvis, add a dozen eggs to the shopping list
        add to my shopping list milk and butter
        stick some cheese on the shopping list
        add call the dentist to my to-do list
        put water the plants on the to do list
        add pay the rent to my todo list
        add a task to clean the garage
        new task: renew the passport
        add finish the report to my tasks
        add sunscreen to the packing list
        add tent to the list called camping
        put bananas on the list
        can you write olive oil on the shopping list?
    """,
    ("es", "add"): """
        añade leche a la lista de la compra
        Añade leche, huevos y pan a la lista de la compra.
        pon huevos en la lista de la compra
        ¿puedes apuntar café en la lista de la compra?
        agrega papel higiénico a mi lista de compras
        mete queso en la lista del súper
        quiero que añadas tomates a la lista de la compra
        apúntame pan en la lista de la compra por favor
        añade a la lista de la compra azúcar y sal
        añade llamar al dentista a la lista de tareas
        apunta regar las plantas en la lista de pendientes
        añade pagar el alquiler a mis tareas
        nueva tarea: renovar el pasaporte
        crea una tarea de limpiar el garaje
        pon crema solar en la lista de viaje
        añade tienda a la lista llamada camping
        pon plátanos en la lista
        anota leche en la compra
    """,
    ("en", "read"): """
        what's on my shopping list
        what is on the shopping list?
        what do I have on my grocery list
        read me my shopping list
        read the shopping list out
        show my to-do list
        show me the to do list
        what's on my todo list
        what do I need to buy
        what do we have to get at the store
        what are my tasks
        tell me my to-dos
        what do I have to do
        is there anything on my shopping list
        how many things are on my shopping list
        what's on the packing list
        could you read me the shopping list please
        my shopping list
    """,
    ("es", "read"): """
        qué hay en la lista de la compra
        ¿qué hay en mi lista de la compra?
        léeme la lista de la compra
        lee la lista de la compra en voz alta
        ¿puedes leerme la lista de la compra?
        muéstrame la lista de tareas
        enséñame mi lista de tareas
        qué tengo en la lista de pendientes
        qué tengo que comprar
        qué nos falta por comprar
        cuáles son mis tareas
        dime mis tareas
        qué tareas me quedan
        qué me queda por hacer
        hay algo en la lista de la compra
        qué hay en la lista de viaje
        dime qué hay en la lista de la compra
        la lista de la compra
    """,
    ("en", "complete"): """
        check off milk
        cross off eggs
        tick off bread on my shopping list
        check milk off my shopping list
        cross the eggs off my list
        mark milk as bought
        mark pay the rent as done
        mark call mom as done on my to-do list
        mark call mom on my to-do list as complete
        complete pay the rent on my to-do list
        complete the task water the plants
        please mark off the milk from the shopping list
    """,
    ("es", "complete"): """
        tacha la leche
        marca la leche como comprada
        marca pagar el alquiler como hecho
        marca pagar el alquiler como completado en la lista de tareas
        marca los huevos de la lista de la compra como comprados
        ¿puedes marcar la leche como comprada?
        marca llamar al dentista como terminado
        completa la tarea de regar las plantas
        completa pagar el alquiler en la lista de tareas
        marca como hecho regar las plantas
        da por hecho pagar el alquiler
        quiero que marques el pan como comprado
    """,
    ("en", "remove"): """
        remove milk from the shopping list
        delete eggs from my shopping list
        take bread off the shopping list
        take the bread off my list
        remove the cheese from our grocery list
        please remove coffee from the shopping list
        drop butter from the shopping list
        erase pay the rent from my to-do list
        remove tent from the camping list
        remove the task water the plants
        scratch milk off the shopping list
        could you delete the milk from my list
    """,
    ("es", "remove"): """
        quita la leche de la lista de la compra
        borra los huevos de mi lista de la compra
        elimina el pan de la lista de la compra
        saca el queso de la lista del súper
        quita el café de la lista
        ¿puedes quitar la mantequilla de la lista de la compra?
        borra pagar el alquiler de la lista de tareas
        quita tienda de la lista de camping
        quita la tarea de regar las plantas
        quiero que quites la leche de la lista de la compra
        tacha la leche de la lista de la compra
        elimina la leche de mi lista
    """,
    ("en", "clear"): """
        clear my shopping list
        clear the shopping list
        empty the grocery list
        wipe my to-do list
        erase my whole shopping list
        delete the entire to-do list
        delete my shopping list
        remove everything from my shopping list
        clear everything off the shopping list
        delete all the items from my todo list
        clear the packing list
        please clear out my shopping list
    """,
    ("es", "clear"): """
        vacía la lista de la compra
        borra la lista de la compra
        borra toda la lista de la compra
        limpia la lista de tareas
        elimina mi lista de tareas
        borra todo de la lista de la compra
        quita todo lo que hay en la lista de la compra
        vacía mi lista de pendientes
        borra la lista de la compra entera
        ¿puedes vaciar la lista de la compra?
        vacía la lista de viaje
        quiero que vacíes la lista de la compra
    """,
    ("en", "names"): """
        what lists do I have
        which lists are there
        show me my lists
        what are my lists
    """,
    ("es", "names"): """
        qué listas tengo
        qué listas hay
        cuáles son mis listas
        dime todas mis listas
    """,
    ("en", "has"): """
        is milk on my shopping list?
        are eggs on the shopping list
        is there any bread on the grocery list?
        did I put coffee on the shopping list
    """,
    ("es", "has"): """
        ¿está la leche en la lista de la compra?
        ¿hay pan en la lista de la compra?
        tengo huevos en la lista de la compra
        he apuntado café en la lista de la compra
    """,
    ("en", "create"): """
        create a new list called camping
        make a shopping list
        start a packing list
        create a list for the party
    """,
    ("es", "create"): """
        crea una nueva lista llamada camping
        haz una lista de la compra
        crea una lista de viaje
        empieza una lista para la fiesta
    """,
}

NOT_LISTS = """
    add 3 and 4
    add me to the waiting list
    add five minutes to the timer
    what is a linked list
    what's on TV
    who is on Schindler's list
    list the planets
    list all the prime numbers under 100
    what should I buy for my mother's birthday
    clear the cache
    delete the file
    remove the background from this picture
    how do I clear a list in Python
    what is on the agenda
    check this essay for mistakes
    mark my words
    cross the street
    suma 3 y 4
    añade cinco minutos al temporizador
    qué es una lista enlazada
    borra el archivo
    quita la mesa
    qué hay en la tele
    haz una lista de los planetas del sistema solar y sus lunas
"""


@pytest.fixture
def fakes(tmp_path: Path):
    fakes = FakePorts()
    database = Database(tmp_path / "jarvis.sqlite3")
    fakes.lists = SqliteListBook(database, fakes.clock)
    yield fakes
    database.close()


@pytest.mark.parametrize(("language", "intent", "sentence"), rows(SAYINGS))
def test_ways_to_say_it(match, language, intent, sentence):
    found = match(sentence)
    assert found is not None
    assert (found.skill, found.language) == (f"lists.{intent}", language)
    assert found.risk == {"clear": "could_lose", "read": "none", "names": "none", "has": "none"}.get(intent, "acts")


@pytest.mark.parametrize("sentence", lines(NOT_LISTS))
def test_not_lists(match, sentence):
    found = match(sentence)
    assert found is None or not found.skill.startswith("lists.")


def kept(fakes, name: str) -> list[str]:
    return [item.text for item in fakes.lists.items(name)]


@pytest.mark.parametrize(
    ("sentence", "name", "texts"),
    [
        ("add milk, eggs and bread to the shopping list", "shopping", ["milk", "eggs", "bread"]),
        ("add milk, eggs, and bread to the shopping list", "shopping", ["milk", "eggs", "bread"]),
        ("add some Rioja and the good olive oil to my shopping list", "shopping", ["Rioja", "good olive oil"]),
        (
            "add mac and cheese and salt and pepper to the shopping list",
            "shopping",
            ["mac and cheese", "salt and pepper"],
        ),
        ("add milk and Milk to the shopping list", "shopping", ["milk"]),
        ("add call Mom and Dad to my to-do list", "to-do", ["call Mom and Dad"]),
        ("añade leche, huevos y pan a la lista de la compra", "shopping", ["leche", "huevos", "pan"]),
        ("añade piñas e higos a la lista de la compra", "shopping", ["piñas", "higos"]),
        ("añade llamar a Ana y Luis a la lista de tareas", "to-do", ["llamar a Ana y Luis"]),
        ("pon la tienda y los sacos en la lista de camping", "camping", ["tienda", "sacos"]),
        ("put bananas on the list", "shopping", ["bananas"]),
    ],
)
def test_what_is_added(say, fakes, sentence, name, texts):
    reply = say(sentence)
    assert kept(fakes, name) == texts
    for text in texts:
        assert text in reply.text


def test_one_list_in_both_languages(say):
    say("add milk to the shopping list")
    assert say("qué hay en la lista de la compra").text == "En la lista de la compra hay una cosa: milk."
    say("añade huevos a la lista de la compra")
    assert say("what's on my shopping list").text == "2 things are on the shopping list: milk and huevos."


def test_the_only_list_is_the_list(say, fakes):
    say("add tent to the camping list")
    say("add lamp to the list")
    assert kept(fakes, "camping") == ["tent", "lamp"]


def test_what_is_there_already_is_said(say):
    say("add milk to the shopping list")
    assert "already" in say("add Milk to the shopping list").text
    assert say("add milk and eggs to the shopping list").text == "Added eggs to the shopping list."


def test_completing_and_removing_find_other_forms(say, fakes):
    say("add 2 bottles of milk, eggs and bread to the shopping list")
    assert say("check off the egg").text == "Done: eggs."
    assert say("take milk off my list").text == "Removed 2 bottles of milk from the shopping list."
    assert kept(fakes, "shopping") == ["bread"]


def test_what_is_not_there_changes_nothing(say, fakes):
    say("add bread to the shopping list")
    assert "nothing was changed" in say("remove caviar from the shopping list").text
    assert "ninguna lista" in say("tacha el caviar").text
    assert kept(fakes, "shopping") == ["bread"]


def test_several_that_fit_are_asked_about(say, book, fakes):
    say("add oat milk, cow milk and bread to the shopping list")
    asked = say("remove milk from the shopping list")
    assert asked.expects_reply
    assert asked.text == "Which one: oat milk and cow milk?"
    assert len(kept(fakes, "shopping")) == 3
    book.run(book.match("the oat one"), Request(text="the oat one"))
    assert kept(fakes, "shopping") == ["cow milk", "bread"]


def test_clearing_tells_what_was_there(say, book, fakes):
    say("add milk and eggs to the shopping list")
    match = book.match("vacía la lista de la compra")
    assert book.read_back(match) == "¿Vacío la lista «compra» entera? No se puede deshacer."
    assert say("clear my shopping list").text == "The shopping list is empty now; it had 2 items."
    assert say("clear my shopping list").text == "There is nothing on the shopping list."


def test_questions_about_lists(say):
    assert "no lists yet" in say("what lists do I have").text
    say("add milk to the shopping list")
    say("add tent to the camping list")
    assert say("what lists do I have").text == "You have 2 lists: the camping list and the shopping list."
    assert say("is there any milk on my shopping list?").text == "Yes, milk is on the shopping list."
    assert say("¿hay pan en la lista de la compra?").text.startswith("No, pan no está")
    assert "1 item" in say("make a shopping list").text


def test_every_saying_can_be_read_back_and_run(book):
    for _, _, sentence in rows(SAYINGS):
        found = book.match(sentence)
        assert "{" not in book.read_back(found)
        assert book.run(found, Request(text=sentence)).text
