"""One table has every key: what is heeded comes from it, and no two actions of one place have the same."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from jarvis import desktop as room
from jarvis.desktop.run import Desktop
from jarvis.desktop.shortcuts_global import SHORTCUTS as GLOBAL
from jarvis.desktop.shortcuts_table import (
    PLACES,
    SHORTCUTS,
    Place,
    Shortcut,
    by_id,
    clash,
    in_use,
    keys_of,
    keys_told,
    places_over,
    sequences_of,
    wanted,
    writes,
)
from jarvis.desktop.words import Words
from jarvis.settings.options import OPTION_BY_NAME, OPTIONS
from tests.desktop.conftest import Until

FOLDER = Path(str(room.__file__)).parent
ITSELF = {"shortcuts_table.py", "shortcuts_texts.py"}
OF_ONE_WIDGET: dict[str, tuple[Place, ...]] = {
    "attachment_chip.py": ("file",),
    "message_column.py": ("messages",),
    "message_list.py": ("messages",),
    "plot.py": ("plot",),
    "question_edit.py": ("correction",),
    "quick.py": ("quick",),
    "rating.py": ("stars",),
    "text_widgets.py": ("messages",),
}
"""Widgets that name keys of their own, and the places whose keys these must be."""
WITHIN_FIELDS = {"key_recorder.py": {"Backspace", "Del", "Esc"}, "shortcuts_window.py": {"Down"}, "rating.py": {"0"}}
"""Keys that mean what stands beside the field: how keys are chosen, from a search to its list."""


def named_keys(path: Path) -> Iterator[str]:
    """Yield each key that a file names as `Qt.Key.Key_X`, in Qt's portable form."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr.startswith("Key_"):
            key = getattr(Qt.Key, node.attr)
            yield QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def written_keys(path: Path) -> Iterator[str]:
    """Yield each string of a file that is keys with a modifier, such as "Ctrl+K", and what makes keys of a standard."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            head, plus, _ = node.value.partition("+")
            if plus and head in ("Ctrl", "Alt", "Shift", "Meta"):
                yield node.value
        elif isinstance(node, ast.Attribute) and node.attr == "StandardKey":
            yield "StandardKey"


def test_no_file_names_keys_that_the_table_does_not_have_for_it() -> None:
    for path in FOLDER.glob("*.py"):
        if path.name in ITSELF:
            continue
        places = OF_ONE_WIDGET.get(path.name, ())
        known = {keys for each in SHORTCUTS if each.place in places for keys in each.keys}
        named = set(named_keys(path)) - WITHIN_FIELDS.get(path.name, set())
        assert named <= known, path.name
        assert list(written_keys(path)) == [], path.name


def test_the_widgets_that_name_keys_are_those_that_are_known() -> None:
    named = {path.name for path in FOLDER.glob("*.py") if path.name not in ITSELF and list(named_keys(path))}
    assert named <= set(OF_ONE_WIDGET) | set(WITHIN_FIELDS)


def test_what_makes_shortcuts_takes_their_keys_from_the_table() -> None:
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in ("QShortcut", "setShortcut", "setKey") or not node.args:
                continue
            given = node.args[0]
            from_table = isinstance(given, ast.Call) and getattr(given.func, "id", "") == "keys_of"
            # The window itself; a name that `sequences_of`, `keys_of` or an option's value was given.
            held = (isinstance(given, ast.Name) and given.id == "keys") or ast.unparse(given).startswith("self.")
            assert from_table or held, f"{path.name}:{node.lineno}"


def test_every_name_that_is_asked_for_is_in_the_table() -> None:
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("keys_of", "sequences_of"):
                (given,) = node.args
                if isinstance(given, ast.Constant):
                    assert given.value in by_id(), path.name
    assert len(by_id()) == len(SHORTCUTS)


def test_no_two_that_hold_at_the_same_place_have_the_same_keys() -> None:
    default = {option.name: str(option.default) for option in OPTIONS}

    def keys_in_use(each: Shortcut) -> set[str]:
        return {keys.toString() for keys in in_use(each, default.__getitem__)}

    for one, other in combinations(SHORTCUTS, 2):
        together = one.place in places_over(other.place) or other.place in places_over(one.place)
        same = keys_in_use(one) & keys_in_use(other)
        told = other.id in one.before or one.id in other.before
        # Which comes first is said where it must be, and only there.
        assert (together and bool(same)) == told, (one.id, other.id, same)


def test_every_shortcut_has_keys_that_qt_knows() -> None:
    assert {each.option for each in SHORTCUTS if each.option} == set(GLOBAL) <= set(OPTION_BY_NAME)
    for each in SHORTCUTS:
        assert bool(each.keys) != bool(each.option), each.id
        for keys in each.keys:
            sequence = QKeySequence(keys)
            assert sequence.count() == 1
            assert sequence.toString(QKeySequence.SequenceFormat.PortableText) == keys
        assert each.place in PLACES and each.id.startswith(each.place + ".")


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers)


def test_a_key_is_told_by_its_place() -> None:
    control, shift, keypad = (
        Qt.KeyboardModifier.ControlModifier,
        Qt.KeyboardModifier.ShiftModifier,
        Qt.KeyboardModifier.KeypadModifier,
    )
    assert wanted(press(Qt.Key.Key_P, control), "list") == "pin"
    assert wanted(press(Qt.Key.Key_P, control | shift), "list") == ""
    assert wanted(press(Qt.Key.Key_P, control), "input") == ""
    assert wanted(press(Qt.Key.Key_Enter, keypad), "input") == "send"
    assert wanted(press(Qt.Key.Key_Return, shift), "input") == "new_line"
    assert wanted(press(Qt.Key.Key_Return, control), "input") == ""


def test_keys_that_something_else_has_are_told(desktop: Desktop) -> None:
    option = desktop.desk.services.settings.text
    taken = clash("Ctrl+K", "shortcut.talk", option)
    assert taken is not None and taken.id == "chat.search"
    taken = clash("Ctrl+Alt+J", "shortcut.talk", option)
    assert taken is not None and taken.option == "shortcut.quick_query"
    assert clash("Ctrl+Alt+J", "shortcut.quick_query", option) is None
    assert clash("", "shortcut.talk", option) is None
    assert clash("Ctrl+Alt+9", "shortcut.talk", option) is None


def test_keys_that_write_are_none_for_every_program() -> None:
    assert all(writes(keys) for keys in ("A", "Shift+A", "Left", "Return", "Space", "Ñ", "Shift+F1, A"[-1:]))
    assert not any(writes(keys) for keys in ("", "F8", "Shift+F8", "Pause", "Ctrl+A", "Alt+Space", "Media Play"))


def test_keys_are_told_as_the_keyboard_of_the_language_has_them(qapp: object) -> None:
    english, spanish = Words("en"), Words("es")
    for keys, en, es in (
        ("Ctrl+Shift+M", "Ctrl+Shift+M", "Ctrl+Mayús+M"),
        ("Del", "Del", "Supr"),
        ("Shift+Return", "Shift+Enter", "Mayús+Intro"),
        ("Ctrl++", "Ctrl++", "Ctrl++"),
        ("Ctrl+,", "Ctrl+,", "Ctrl+,"),
        ("", "", ""),
    ):
        assert (keys_told(QKeySequence(keys), english), keys_told(QKeySequence(keys), spanish)) == (en, es)


def test_the_window_heeds_the_table(desktop: Desktop, qtbot: QtBot, until: Until) -> None:
    window = desktop.window
    own = {each.key().toString() for each in window.findChildren(QShortcut) if not each.key().isEmpty()}
    own |= {
        each.shortcut().toString() for each in window.findChildren(QAbstractButton) if not each.shortcut().isEmpty()
    }
    ways = {"models", "resources", "usage", "memory"} - set(window.sidebar.ways.buttons)
    there = [each for each in SHORTCUTS if each.place == "chat" and each.id.partition(".")[2] not in ways]
    for each in there:
        assert {keys.toString() for keys in sequences_of(each.id)} <= own, each.id
    known = {keys.toString() for each in SHORTCUTS for keys in in_use(each, desktop.desk.services.settings.text)}
    assert own <= known
    assert keys_of("chat.shortcuts") == QKeySequence("Ctrl+/")


def table_of_the_document() -> str:
    """Return the table that docs/shortcuts.md has."""
    words, rows = Words("en"), ["| where | keys | what they do |", "|-|-|-|"]
    for each in SHORTCUTS:
        keys = ", ".join(dict.fromkeys(f"`{keys_told(QKeySequence(one), words)}`" for one in each.keys))
        rows.append(f"| {PLACES[each.place][0].en} | {keys or f'`{each.option}`'} | {each.text.en} |")
    return "\n".join(rows)


def test_the_document_lists_them_all() -> None:
    document = (FOLDER.parents[1] / "docs" / "shortcuts.md").read_text(encoding="utf-8")
    assert table_of_the_document() in document
    readme = (FOLDER.parents[1] / "README.md").read_text(encoding="utf-8")
    assert "(docs/shortcuts.md)" in readme
