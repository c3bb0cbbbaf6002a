"""To-do, shopping and other lists: add one or several items, complete, remove, read back, clear.

The shopping and the to-do list are the same in both languages; others have the name that the person gave them.
"""

from __future__ import annotations

import re

from jarvis.contracts.skills import AwaitedSlot, ListItem, SkillReply
from jarvis.skills.folding import key, stem
from jarvis.skills.questions import ALL
from jarvis.skills.turn import Handler, Turn
from jarvis.skills.wording import join_words

_STORED = {"shopping": "shopping", "compra": "shopping", "to-do": "to-do", "tareas": "to-do"}
_SAID = {"shopping": "list_shopping", "to-do": "list_todo"}

_COMMA = re.compile(r"\s*[,;]\s*(?:(?:and|y|e|plus)\s+)?", re.IGNORECASE)
_AND = {"en": re.compile(r"\s+(?:and|plus|&)\s+", re.IGNORECASE), "es": re.compile(r"\s+(?:y|e|más)\s+", re.IGNORECASE)}
_TOGETHER = re.compile(
    r"\b(?:mac and cheese|salt and pepper|fish and chips|half and half|gin and tonic|sal y pimienta|"
    r"aceite y vinagre)\b",
    re.IGNORECASE,
)
_ARTICLE = {
    "en": re.compile(r"^(?:some|the|a|an|my|more|any)\s+", re.IGNORECASE),
    "es": re.compile(r"^(?:el|la|los|las|un|una|unos|unas|algo de|más|mas)\s+", re.IGNORECASE),
}


def add(turn: Turn) -> SkillReply:
    """Put one or several items on a list; without a named list, on the only one there is or the shopping list."""
    name = _list_of(turn) or _only_list(turn)
    words = _items_in(turn.text("items"), name, turn.language)
    if not words:
        return turn.reply("nothing_to_add", list=_list_words(turn, name))
    before = {key(item.text) for item in turn.ports.lists.items(name)}
    fresh = [word for word in words if key(word) not in before]
    if not fresh:
        return turn.reply("already", items=join_words(words, turn.language), list=_list_words(turn, name))
    for word in fresh:
        turn.ports.lists.add(name, word)
    return turn.reply("added", items=join_words(fresh, turn.language), list=_list_words(turn, name))


def create(turn: Turn) -> SkillReply:
    """Make a list, or say what is on it when it is there already; asks for the name when none was said."""
    if not turn.has("list"):
        return turn.ask("which_name", awaits=AwaitedSlot(slot="list", kind="new_list"))
    name = _list_of(turn)
    count = len(turn.ports.lists.items(name))
    shown = _list_words(turn, name)
    if count:
        return turn.reply("exists", n=count, list=shown)
    turn.ports.lists.create(name)
    return turn.reply("created", list=shown)


def read(turn: Turn) -> SkillReply:
    """Read a list back."""
    name = _list_of(turn)
    items = [item.text for item in turn.ports.lists.items(name)]
    if not items:
        return turn.reply("empty", list=_list_words(turn, name))
    return turn.reply("read", n=len(items), items=join_words(items, turn.language), list=_list_words(turn, name))


def names(turn: Turn) -> SkillReply:
    """Say which lists there are."""
    found = [_list_words(turn, name) for name in turn.ports.lists.names()]
    return (
        turn.reply("names", n=len(found), names=join_words(found, turn.language)) if found else turn.reply("no_lists")
    )


def has(turn: Turn) -> SkillReply:
    """Say whether something is on a list."""
    name = _list_of(turn)
    found = _found(turn.ports.lists.items(name), turn.text("item"), turn)
    shown = _joined(found, turn) if found else _bare(turn.text("item"), turn)
    return turn.reply("has" if found else "has_not", item=shown, list=_list_words(turn, name))


def complete(turn: Turn) -> SkillReply:
    """Mark the item that was meant as done; asks which when several could be."""
    found = _candidates(turn)
    if not _sure(turn, found):
        return _unclear(turn, found)
    for item in found:
        turn.ports.lists.complete(item.id)
    return turn.reply("completed", item=_joined(found, turn))


def remove(turn: Turn) -> SkillReply:
    """Delete the item that was meant; asks which when several could be."""
    found = _candidates(turn)
    if not _sure(turn, found):
        return _unclear(turn, found)
    for item in found:
        turn.ports.lists.remove(item.id)
    return turn.reply("removed", item=_joined(found, turn), list=_list_words(turn, found[0].list_name))


def clear(turn: Turn) -> SkillReply:
    """Delete everything on a list; asked and confirmed before."""
    name = _list_of(turn)
    count = len(turn.ports.lists.items(name))
    turn.ports.lists.clear(name)
    shown = _list_words(turn, name)
    return turn.reply("cleared", n=count, list=shown) if count else turn.reply("empty", list=shown)


def _list_of(turn: Turn) -> str:
    said = turn.text("list")
    return _STORED.get(key(said), said)


def _only_list(turn: Turn) -> str:
    kept = turn.ports.lists.names()
    return kept[0] if len(kept) == 1 else "shopping"


def _list_words(turn: Turn, name: str) -> str:
    stored = _STORED.get(key(name))
    return turn.words(_SAID[stored]) if stored else turn.words("named", name=name)


def _items_in(text: str, list_name: str, language: str) -> list[str]:
    """Split "milk, eggs and bread"; what is to be done stays whole at "and", which joins one task more often."""
    together: list[str] = []

    def keep(match: re.Match[str]) -> str:
        together.append(match.group())
        return f"\0{len(together) - 1}\0"

    kept = _TOGETHER.sub(keep, text)
    pieces = _COMMA.split(kept)
    if list_name != "to-do":
        pieces = [part for piece in pieces for part in _AND[language].split(piece)]
    pieces = [re.sub(r"\0(\d+)\0", lambda match: together[int(match.group(1))], piece) for piece in pieces]
    if list_name != "to-do":
        pieces = [_ARTICLE[language].sub("", piece.strip()) for piece in pieces]
    cleaned = [piece.strip(' .,;:!?¡¿"“”«»…') for piece in pieces]
    return list({key(piece): piece for piece in reversed(cleaned) if key(piece)}.values())[::-1]


def _bare(text: str, turn: Turn) -> str:
    return _ARTICLE[turn.language].sub("", text.strip())


def _found(items: list[ListItem], words: str, turn: Turn) -> list[ListItem]:
    """Return the item with exactly these words, else all that hold every one of them (singular or plural)."""
    wanted = key(_bare(words, turn))
    exact = [item for item in items if key(_bare(item.text, turn)) == wanted]
    if exact:
        return exact[:1]
    stems = {stem(word) for word in wanted.split()}
    return [item for item in items if stems <= {stem(word) for word in key(item.text).split()}]


def _candidates(turn: Turn) -> list[ListItem]:
    lists = turn.ports.lists
    searched = [_list_of(turn)] if turn.has("list") else lists.names()
    found = [item for name in searched for item in _found(lists.items(name), turn.text("item"), turn)]
    chosen = turn.text("choice", ALL)
    return found if chosen == ALL else [item for item in found if str(item.id) == chosen]


def _sure(turn: Turn, found: list[ListItem]) -> bool:
    return len(found) == 1 or (bool(found) and turn.has("choice"))


def _joined(items: list[ListItem], turn: Turn) -> str:
    return join_words([item.text for item in items], turn.language)


def _unclear(turn: Turn, found: list[ListItem]) -> SkillReply:
    if found:
        choices = tuple((str(item.id), item.text) for item in found)
        return turn.ask(
            "which", awaits=AwaitedSlot(slot="choice", kind="said", choices=choices), items=_joined(found, turn)
        )
    item = _bare(turn.text("item"), turn)
    if turn.has("list"):
        return turn.reply("not_there", item=item, list=_list_words(turn, _list_of(turn)))
    return turn.reply("not_anywhere", item=item)


HANDLERS: dict[str, Handler] = {
    "add": add,
    "create": create,
    "read": read,
    "names": names,
    "has": has,
    "complete": complete,
    "remove": remove,
    "clear": clear,
}
