"""Lists and notes as rows: sameness without case and accents, search by word forms, deletion of bytes."""

from pathlib import Path

import pytest

from jarvis.storage.database import Database
from jarvis.storage.lists import SqliteListBook
from jarvis.storage.notes import SqliteNoteBook
from tests.fakes.host import FakeClock


@pytest.fixture
def database(tmp_path: Path):
    database = Database(tmp_path / "jarvis.sqlite3")
    yield database
    database.close()


@pytest.fixture
def lists(database) -> SqliteListBook:
    return SqliteListBook(database, FakeClock())


def texts(lists: SqliteListBook, name: str, include_done: bool = False) -> list[str]:
    return [item.text for item in lists.items(name, include_done)]


def test_items_keep_their_order_and_their_spelling(lists):
    for text in ("Leche", "piñas", "Pan de molde"):
        lists.add("Shopping", text)
    assert texts(lists, "shopping") == ["Leche", "piñas", "Pan de molde"]


@pytest.mark.parametrize("again", ["café", "CAFÉ", "cafe", " Cafe ", "cafe\u0301"])
def test_the_same_item_is_there_once(lists, again):
    first = lists.add("shopping", "Café")
    assert lists.add("SHOPPING", again) == first
    assert texts(lists, "shopping") == ["Café"]


def test_enye_is_another_letter(lists):
    lists.add("todo", "cana")
    lists.add("todo", "caña")
    assert texts(lists, "todo") == ["cana", "caña"]


def test_a_done_item_is_hidden_and_opens_again_when_added_again(lists):
    milk = lists.add("shopping", "milk")
    lists.complete(milk.id)
    assert texts(lists, "shopping") == []
    assert [item.done for item in lists.items("shopping", include_done=True)] == [True]
    assert lists.add("shopping", "Milk").done is False
    assert texts(lists, "shopping") == ["milk"]


def test_remove_and_clear_touch_one_list(lists):
    eggs = lists.add("shopping", "eggs")
    lists.complete(lists.add("shopping", "bread").id)
    lists.add("todo", "eggs")
    lists.remove(eggs.id)
    assert lists.clear("Shopping") == 1
    assert lists.clear("shopping") == 0
    assert texts(lists, "todo") == ["eggs"]


def test_names_are_of_lists_that_hold_something(lists):
    lists.add("Viaje", "pasaporte")
    lists.add("viaje", "cargador")
    lists.add("books", "Dune")
    assert lists.names() == ["books", "Viaje"]
    lists.clear("books")
    assert lists.names() == ["Viaje"]


def test_notes_newest_first_and_limited(database):
    clock = FakeClock()
    notes = SqliteNoteBook(database, clock)
    for text in ("one", "two", "three"):
        notes.add(text)
        clock.advance(60)
    assert [note.text for note in notes.recent(2)] == ["three", "two"]
    assert notes.recent()[2].created_at == FakeClock().wall


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("plumber", ["The plumber comes on Tuesday"]),
        ("PLUMBERS coming", ["The plumber comes on Tuesday"]),
        ("the", []),
        ("plumber friday", []),
        ("reunión", ["Reuniones los lunes con Núñez"]),
        ("nuñez", ["Reuniones los lunes con Núñez"]),
        ("lunes", ["Reuniones los lunes con Núñez", "lunes: dentista"]),
        ("", []),
    ],
)
def test_note_search(database, words, found):
    notes = SqliteNoteBook(database, FakeClock())
    for text in ("lunes: dentista", "Reuniones los lunes con Núñez", "The plumber comes on Tuesday"):
        notes.add(text)
    assert [note.text for note in notes.search(words)] == found


def test_a_deleted_note_leaves_no_bytes(database):
    notes = SqliteNoteBook(database, FakeClock())
    note = notes.add("the combination is Xyzzy-4711")
    notes.add("stays")
    notes.delete(note.id)
    assert [note.text for note in notes.recent()] == ["stays"]
    for file in database.path.parent.iterdir():
        assert b"Xyzzy-4711" not in file.read_bytes(), file


def test_an_empty_list_is_kept_until_it_is_cleared(lists: SqliteListBook) -> None:
    lists.create("Año nuevo")
    lists.create("año NUEVO")
    assert lists.names() == ["Año nuevo"]
    lists.add("AÑO nuevo", "uvas")
    lists.add("beach", "towel")
    assert lists.names() == ["Año nuevo", "beach"]
    assert lists.clear("Año nuevo") == 1
    assert lists.names() == ["beach"]
