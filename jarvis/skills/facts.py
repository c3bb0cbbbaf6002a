"""Remembers, recalls and forgets what the person said of their own life, always in their own words.

Recalling only quotes: nothing is concluded from what was told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jarvis.contracts.skills import Fact, SkillReply
from jarvis.skills.folding import key
from jarvis.skills.turn import Handler, Turn

QUOTED_AT_ONCE = 3
"""How many facts answer one question; all are read when all are asked for."""

_PARKED = {"en": "parked car", "es": "aparqué aparcado coche estacioné"}


def remember(turn: Turn) -> SkillReply:
    """Store a fact, or say that it is known."""
    words = (turn.text("fact") or turn.text("statement")).strip()
    if not words:
        return turn.reply("nothing_said")
    known = {fact.id for fact in turn.ports.facts.search(words)}
    fact = turn.ports.facts.remember(words, turn.language)
    return turn.reply("known" if fact.id in known else "remembered", fact=_quoted([fact], turn))


def recall(turn: Turn) -> SkillReply:
    """Quote what was told about something."""
    topic = turn.text("topic")
    found = turn.ports.facts.search(topic or _PARKED[turn.language], QUOTED_AT_ONCE)
    if found:
        return turn.reply("told", facts=_quoted(found, turn))
    quoted = f"“{topic}”" if turn.language == "en" else f"«{topic}»"
    unknown = turn.reply("nothing", topic=quoted) if topic else turn.reply("nothing_parked")
    return replace(unknown, found=False)


def everything(turn: Turn) -> SkillReply:
    """Quote everything that was told, newest first."""
    facts = turn.ports.facts.all()
    if facts:
        return turn.reply("told", facts=_quoted(facts, turn))
    return replace(turn.reply("nothing_at_all"), found=False)


def forget(turn: Turn) -> SkillReply:
    """Delete the one fact that was meant; none when several fit. Asked and confirmed before."""
    topic = turn.text("topic")
    found = turn.ports.facts.search(topic)
    exact = [fact for fact in found if key(fact.text) == key(topic)]
    found = exact or found
    if not found:
        return turn.reply("nothing", topic=topic)
    if len(found) > 1:
        return turn.reply("which", facts=_quoted(found, turn))
    turn.ports.facts.forget(found[0].id)
    return _but_for_copies(turn.reply("forgotten", facts=_quoted(found, turn)), turn)


def forget_all(turn: Turn) -> SkillReply:
    """Delete every fact; asked and confirmed before."""
    count = turn.ports.facts.forget_all()
    return _but_for_copies(turn.reply("forgotten_all", n=count), turn) if count else turn.reply("nothing_at_all")


def _but_for_copies(reply: SkillReply, turn: Turn) -> SkillReply:
    """Say too where what was forgotten may still lie."""
    return replace(reply, text=f"{reply.text} {turn.say('kept_aside')}") if turn.ports.facts.kept_aside() else reply


def _quoted(facts: Sequence[Fact], turn: Turn) -> str:
    opening, closing = ("“", "”") if turn.language == "en" else ("«", "»")
    return ", ".join(f"{opening}{fact.text}{closing}" for fact in facts)


HANDLERS: dict[str, Handler] = {
    "remember": remember,
    "recall": recall,
    "all": everything,
    "forget": forget,
    "forget_all": forget_all,
}
