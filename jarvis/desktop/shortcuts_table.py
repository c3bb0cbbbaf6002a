"""Every keyboard shortcut of the desktop: where it holds, its keys or the option that holds them, what it does.

Whoever heeds a key takes it from here, so that the list which people read is what happens. Knows no window.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from jarvis.desktop import shortcuts_texts as own
from jarvis.desktop.texts import Text
from jarvis.desktop.words import Words

Place = Literal[
    "programs",
    "jarvis",
    "text",
    "chat",
    "input",
    "search",
    "list",
    "messages",
    "correction",
    "file",
    "stars",
    "plot",
    "models",
    "settings",
    "shortcuts",
    "quick",
]
"""Where keys hold."""
PLACES: dict[Place, tuple[Text, Place | None]] = {
    "programs": (own.IN_PROGRAMS, None),
    "jarvis": (own.IN_JARVIS, "programs"),
    "chat": (own.IN_CHAT, "jarvis"),
    "text": (own.IN_TEXT, "jarvis"),
    "input": (own.IN_INPUT, "chat"),
    "search": (own.IN_SEARCH, "chat"),
    "list": (own.IN_LIST, "chat"),
    "messages": (own.IN_MESSAGES, "chat"),
    "correction": (own.IN_CORRECTION, "chat"),
    "file": (own.IN_FILE, "chat"),
    "stars": (own.IN_STARS, "chat"),
    "quick": (own.IN_QUICK, "jarvis"),
    "models": (own.IN_MODELS, "jarvis"),
    "plot": (own.IN_PLOT, "jarvis"),
    "settings": (own.IN_SETTINGS, "jarvis"),
    "shortcuts": (own.IN_SHORTCUTS, "jarvis"),
}
"""What each place is called, and the wider one that it lies in; in the order of the list."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortcut:
    """One action: `keys` in Qt's portable form, each of which does it, or the `option` that holds them.

    `before` names the shortcuts with the same keys that this one comes before while it holds.
    """

    id: str
    place: Place
    text: Text
    keys: tuple[str, ...] = ()
    option: str = ""
    before: tuple[str, ...] = ()


def _at(place: Place, *rows: tuple[str, Text, tuple[str, ...]]) -> tuple[Shortcut, ...]:
    return tuple(Shortcut(id=f"{place}.{name}", place=place, text=text, keys=keys) for name, text, keys in rows)


_ENTER = ("Return", "Enter")
_STOP = ("chat.stop",)
_LEAVING = ("chat.stop", "search.empty", "list.leave", "correction.leave", "quick.close")

SHORTCUTS: tuple[Shortcut, ...] = (
    Shortcut(id="programs.quick", place="programs", text=own.GLOBAL_QUICK, option="shortcut.quick_query"),
    Shortcut(id="programs.talk", place="programs", text=own.GLOBAL_TALK, option="shortcut.talk"),
    Shortcut(id="jarvis.dictate", place="jarvis", text=own.DO_DICTATE, keys=("F9",)),
    Shortcut(id="jarvis.discard", place="jarvis", text=own.DO_DISCARD, keys=("Esc",), before=_LEAVING),
    Shortcut(id="chat.stop", place="chat", text=own.DO_STOP, keys=("Esc",)),
    *_at(
        "chat",
        ("new", own.DO_NEW, ("Ctrl+N",)),
        ("search", own.DO_SEARCH, ("Ctrl+K",)),
        ("sidebar", own.DO_SIDEBAR, ("Ctrl+B",)),
        ("input", own.DO_INPUT, ("Ctrl+L",)),
        ("talk", own.DO_TALK, ("Ctrl+Shift+Space",)),
        ("models", own.DO_MODELS, ("Ctrl+Shift+M",)),
        ("resources", own.DO_RESOURCES, ("Ctrl+Shift+R",)),
        ("usage", own.DO_USAGE, ("Ctrl+Shift+Y",)),
        ("memory", own.DO_MEMORY, ("Ctrl+M",)),
        ("settings", own.DO_SETTINGS, ("Ctrl+,",)),
        ("shortcuts", own.DO_SHORTCUTS, ("Ctrl+/", "F1")),
        ("quit", own.DO_QUIT, ("Ctrl+Q",)),
    ),
    *_at(
        "text",
        ("copy", own.DO_COPY, ("Ctrl+C",)),
        ("cut", own.DO_CUT, ("Ctrl+X",)),
        ("paste", own.DO_PASTE, ("Ctrl+V",)),
        ("undo", own.DO_UNDO, ("Ctrl+Z",)),
        ("redo", own.DO_REDO, ("Ctrl+Shift+Z",)),
        ("all", own.DO_ALL, ("Ctrl+A",)),
    ),
    *_at("input", ("send", own.DO_SEND, _ENTER), ("new_line", own.DO_NEW_LINE, ("Shift+Return", "Shift+Enter"))),
    Shortcut(id="search.empty", place="search", text=own.DO_EMPTY, keys=("Esc",), before=_STOP),
    *_at("search", ("down", own.DO_TO_LIST, ("Down",)), ("enter", own.DO_BEST, _ENTER)),
    *_at(
        "list",
        ("open", own.DO_OPEN, (*_ENTER, "Space")),
        ("rename", own.DO_RENAME, ("F2",)),
        ("delete", own.DO_DELETE, ("Del",)),
        ("pin", own.DO_PIN, ("Ctrl+P",)),
        ("archive", own.DO_ARCHIVE, ("Ctrl+E",)),
        ("move", own.DO_MOVE, ("Ctrl+D",)),
        ("fold", own.DO_FOLD, ("Left",)),
        ("unfold", own.DO_UNFOLD, ("Right",)),
    ),
    Shortcut(id="list.leave", place="list", text=own.DO_LEAVE, keys=("Esc",), before=_STOP),
    *_at(
        "messages",
        ("first", own.DO_FIRST, ("Home",)),
        ("last", own.DO_LAST, ("End",)),
        ("scroll", own.DO_SCROLL, ("Up", "Down", "PgUp", "PgDown")),
    ),
    *_at("correction", ("ask", own.DO_ASK_CHANGED, _ENTER)),
    Shortcut(id="correction.leave", place="correction", text=own.DO_KEEP_OLD, keys=("Esc",), before=_STOP),
    *_at("file", ("open", own.DO_OPEN, (*_ENTER, "Space")), ("remove", own.DO_TAKE_AWAY, ("Del", "Backspace"))),
    *_at(
        "stars",
        ("give", own.DO_RATE, ("1", "2", "3", "4", "5")),
        ("keep", own.DO_KEEP_RATING, (*_ENTER, "Space")),
    ),
    *_at("quick", ("ask", own.DO_ASK, _ENTER)),
    Shortcut(id="quick.close", place="quick", text=own.DO_CLOSE, keys=("Esc",)),
    *_at("models", ("find", own.DO_FIND, ("Ctrl+F",))),
    *_at("plot", ("point", own.DO_POINT, ("Left", "Right")), ("ends", own.DO_ENDS, ("Home", "End"))),
    *_at("settings", ("find", own.DO_FIND, ("Ctrl+F",))),
    *_at("shortcuts", ("find", own.DO_FIND, ("Ctrl+F",))),
)
"""All of them, in the order of the list."""


@lru_cache(maxsize=1)
def by_id() -> dict[str, Shortcut]:
    """Return every shortcut by its name."""
    return {each.id: each for each in SHORTCUTS}


def keys_of(shortcut_id: str) -> QKeySequence:
    """Return the first keys of a shortcut whose keys are fixed."""
    return QKeySequence(by_id()[shortcut_id].keys[0])


def sequences_of(shortcut_id: str) -> list[QKeySequence]:
    """Return all keys of a shortcut whose keys are fixed."""
    return [QKeySequence(keys) for keys in by_id()[shortcut_id].keys]


def wanted(event: QKeyEvent, place: Place) -> str:
    """Return the name of what a key does in `place`, without the place's own: "pin" for "list.pin"; "" for nothing."""
    keypad = Qt.KeyboardModifier.KeypadModifier
    pressed = QKeyCombination(event.modifiers() & ~keypad, Qt.Key(event.key())).toCombined()
    return _by_keys(place).get(pressed, "")


@lru_cache(maxsize=len(PLACES))
def _by_keys(place: Place) -> dict[int, str]:
    return {
        _first(QKeySequence(keys)).toCombined(): each.id.partition(".")[2]
        for each in SHORTCUTS
        if each.place == place
        for keys in each.keys
    }


def _first(sequence: QKeySequence) -> QKeyCombination:
    return sequence[0]  # type: ignore[index, no-any-return]


def places_over(place: Place) -> Iterator[Place]:
    """Yield a place and every wider one that it lies in."""
    at: Place | None = place
    while at is not None:
        yield at
        at = PLACES[at][1]


def in_use(shortcut: Shortcut, option: Callable[[str], str]) -> list[QKeySequence]:
    """Return the keys of a shortcut, asking `option` for those that an option holds."""
    held = (option(shortcut.option).strip(),) if shortcut.option else shortcut.keys
    return [sequence for keys in held if not (sequence := QKeySequence(keys)).isEmpty()]


def clash(keys: str, name: str, option: Callable[[str], str]) -> Shortcut | None:
    """Return what `keys` would no longer do if the option `name` took them in every program."""
    sequence = QKeySequence(keys)
    if sequence.isEmpty():
        return None
    others = (each for each in SHORTCUTS if each.option != name)
    return next((each for each in others if sequence in in_use(each, option)), None)


_ALONE = tuple(map(QKeySequence, ("Pause", "Print", "SysReq", "ScrollLock", "Menu", "Help")))
"""Keys that write nothing; so do those from `Key_Back` on, which start programs and play music."""


def writes(keys: str) -> bool:
    """Tell whether `keys` write or move the cursor, so that nobody could type any more if they meant something else."""
    sequence = QKeySequence(keys)
    if sequence.isEmpty():
        return False
    held, key = _first(sequence).keyboardModifiers(), _first(sequence).key()
    modifiers = Qt.KeyboardModifier
    if held & (modifiers.ControlModifier | modifiers.AltModifier | modifiers.MetaModifier):
        return False
    return not (Qt.Key.Key_F1 <= key <= Qt.Key.Key_F35 or sequence in _ALONE or key >= Qt.Key.Key_Back)


def keys_told(sequence: QKeySequence, words: Words) -> str:
    """Return keys as the keyboards of the language in use have them, such as "Ctrl+Mayús+M"."""
    parts = sequence.toString(QKeySequence.SequenceFormat.PortableText)
    plus = parts.endswith("+")
    named = (parts[:-1] if plus else parts).split("+")
    told = [words(own.KEY_NAMES[part]) if part in own.KEY_NAMES else part for part in named if part]
    return "+".join([*told, "+"] if plus else told)
