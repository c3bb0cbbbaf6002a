"""Notes: take, read, search, delete. A note keeps the words as they were said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jarvis.contracts.skills import AwaitedSlot, Note, SkillReply
from jarvis.skills.turn import Handler, Turn
from jarvis.skills.wording import date_words, time_words

READ_AT_ONCE = 5
"""How many notes are read when several are asked for; more is a lecture."""

_ALL = 1_000_000


def take(turn: Turn) -> SkillReply:
    """Store a note, or ask for its words."""
    words = turn.text("note").strip()
    if not words:
        return turn.ask("what", awaits=AwaitedSlot(slot="note", kind="said"))
    note = turn.ports.notes.add(words[:1].upper() + words[1:])
    return turn.reply("taken", note=note.text)


def read(turn: Turn) -> SkillReply:
    """Read the newest note or the newest few."""
    notes = turn.ports.notes.recent(int(turn.number("count") or READ_AT_ONCE))
    if not notes:
        return turn.reply("none")
    if turn.has("count"):
        return turn.reply("newest", when=_when(notes[0], turn), note=notes[0].text)
    return turn.reply("read", n=len(notes), notes=_told(notes, turn))


def search(turn: Turn) -> SkillReply:
    """Read the notes that speak of something."""
    words = turn.text("words")
    notes = turn.ports.notes.search(words, READ_AT_ONCE)
    if not notes:
        return turn.reply("not_found", words=words)
    return turn.reply("found", n=len(notes), words=words, notes=_told(notes, turn))


def delete_last(turn: Turn) -> SkillReply:
    """Delete the newest note; asked and confirmed before."""
    notes = turn.ports.notes.recent(1)
    return _deleted(notes[0], turn) if notes else turn.reply("none")


def delete(turn: Turn) -> SkillReply:
    """Delete the one note that speaks of something; none when several do."""
    words = turn.text("words")
    notes = turn.ports.notes.search(words)
    if not notes:
        return turn.reply("not_found", words=words)
    if len(notes) > 1:
        return turn.reply("too_many", n=len(notes), words=words)
    return _deleted(notes[0], turn)


def delete_all(turn: Turn) -> SkillReply:
    """Delete every note; asked and confirmed before."""
    notes = turn.ports.notes.recent(_ALL)
    for note in notes:
        turn.ports.notes.delete(note.id)
    return turn.reply("deleted_all", n=len(notes)) if notes else turn.reply("none")


def _deleted(note: Note, turn: Turn) -> SkillReply:
    turn.ports.notes.delete(note.id)
    return turn.reply("deleted", note=note.text)


def _told(notes: Sequence[Note], turn: Turn) -> str:
    if len(notes) == 1:
        return notes[0].text
    return "; ".join(turn.say("item", when=_when(note, turn), note=note.text) for note in notes)


def _when(note: Note, turn: Turn) -> str:
    """Return "today at 10 am" or "on Friday, May 3", as a note is remembered."""
    local: datetime = note.created_at.astimezone(turn.now.tzinfo)
    days = (turn.now.date() - local.date()).days
    if days == 0:
        return f"{_TODAY[turn.language]} {time_words(local, turn.language)}"
    if days == 1:
        return _YESTERDAY[turn.language]
    return _ON[turn.language] + date_words(local.date(), turn.language, turn.now.date())


_TODAY = {"en": "today at", "es": "hoy a"}
_YESTERDAY = {"en": "yesterday", "es": "ayer"}
_ON = {"en": "", "es": "el "}

HANDLERS: dict[str, Handler] = {
    "take": take,
    "read": read,
    "search": search,
    "delete_last": delete_last,
    "delete": delete,
    "delete_all": delete_all,
}
