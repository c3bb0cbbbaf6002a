"""Reckoning with days: how long until one, on which weekday one falls, which date one is.

Knows nothing about the time of day.
"""

from __future__ import annotations

from datetime import date

from jarvis.contracts.skills import SkillReply
from jarvis.skills.turn import Handler, Turn
from jarvis.skills.wording import date_words


def until(turn: Turn) -> SkillReply:
    """Say how many days, or weeks and days, are left until a day."""
    day = date.fromisoformat(turn.text("date"))
    days = (day - turn.now.date()).days
    words = date_words(day, turn.language, turn.now.date())
    if days == 0:
        return turn.reply("is_today", date=words)
    if days < 0:
        return turn.reply("was", n=-days, date=words)
    if turn.text("count") == "weeks" and days >= 7:
        weeks, rest = divmod(days, 7)
        key = "weeks" if not rest else "weeks_one_day" if rest == 1 else "weeks_and_days"
        return turn.reply(key, n=weeks, days=rest, date=words)
    return turn.reply("until", n=days, date=words)


def which(turn: Turn) -> SkillReply:
    """Say the weekday and date of a day."""
    day = date.fromisoformat(turn.text("date"))
    words = date_words(day, turn.language, turn.now.date())
    if day < turn.now.date():
        return turn.reply("was_on", date=words)
    return turn.reply("is_on", date=words)


HANDLERS: dict[str, Handler] = {"until": until, "which": which}
