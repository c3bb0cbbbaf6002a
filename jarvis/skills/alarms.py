"""Alarms at a time of day: set, repeat, cancel, snooze, ask which there are.

Knows nothing about ringing: whoever watches the `AlertBook` does that.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from jarvis.contracts.skills import Alert, AwaitedSlot, SkillReply
from jarvis.skills.alerts import cancel as cancel_one
from jarvis.skills.alerts import cancel_all as cancel_every
from jarvis.skills.alerts import first_repeat, repeat_words, when_words, with_ringing_notice
from jarvis.skills.turn import Handler, Turn
from jarvis.skills.wording import at_words, duration_words, join_words, moment_words

SNOOZE_SECONDS = 9 * 60.0
"""How long a snooze lasts when nothing is said; alarm clocks have long used nine minutes."""


def set_alarm(turn: Turn) -> SkillReply:
    """Set an alarm, or ask for what time."""
    if not turn.has("when"):
        return turn.ask("what_time", awaits=AwaitedSlot(slot="when", kind="alarm_moment"))
    due = datetime.fromisoformat(turn.text("when")).replace(tzinfo=turn.now.tzinfo)
    repeat, due = first_repeat(turn.text("repeat"), due, turn.now)
    turn.ports.alerts.add("alarm", turn.text("label"), due.astimezone(UTC), repeat=repeat, language=turn.language)
    if repeat == "once":
        # English says "for 7 am", "for Monday": without the preposition that the words bring.
        when = moment_words(due, turn.language, turn.now)
        reply = turn.reply("set", when=re.sub(r"^(?:at|on) ", "", when))
    else:
        reply = turn.reply("set_repeating", at=at_words(due, turn.language), repeat=repeat_words(turn, repeat, due))
    return with_ringing_notice(turn, reply)


def unclear(turn: Turn) -> SkillReply:
    """Say that the time was not understood and nothing was set."""
    return turn.reply("unclear", words=turn.text("words"))


def cancel(turn: Turn) -> SkillReply:
    """Cancel the alarm meant."""
    return cancel_one(turn, "alarm", _name)


def cancel_all(turn: Turn) -> SkillReply:
    """Cancel every alarm."""
    return cancel_every(turn, "alarm", _name)


def snooze(turn: Turn) -> SkillReply:
    """Let a ringing alarm, timer or reminder ring again later."""
    ringing = [alert for alert in turn.ports.alerts.active() if alert.state == "ringing"]
    if not ringing:
        return turn.reply("nothing_rings")
    seconds = turn.number("duration") or SNOOZE_SECONDS
    due = turn.now + timedelta(seconds=seconds)
    for alert in ringing:
        turn.ports.alerts.replace(replace(alert, state="running", due_at=due.astimezone(UTC)))
    return turn.reply("snoozed", when=moment_words(due, turn.language, turn.now))


def list_alarms(turn: Turn) -> SkillReply:
    """Say which alarms are set."""
    active = turn.ports.alerts.active("alarm")
    if not active:
        return turn.reply("none")
    items = [_item(turn, alert) for alert in active]
    return turn.reply("several", n=len(items), items=join_words(items, turn.language))


def next_alarm(turn: Turn) -> SkillReply:
    """Say when the next alarm rings."""
    active = turn.ports.alerts.active("alarm")
    if not active:
        return turn.reply("none")
    return turn.reply("next", when=_item(turn, active[0]))


def until(turn: Turn) -> SkillReply:
    """Say how long it is until the next alarm rings."""
    active = turn.ports.alerts.active("alarm")
    if not active:
        return turn.reply("none")
    left = (active[0].due_at - turn.now.astimezone(UTC)).total_seconds()
    if left <= 0:
        return turn.reply("rings_now", name=_name(turn, active[0]))
    return turn.reply("until", left=duration_words(left, turn.language), when=_item(turn, active[0]))


def _item(turn: Turn, alert: Alert) -> str:
    words = _when(turn, alert)
    return f"{words} ({alert.label})" if alert.label else words


def _name(turn: Turn, alert: Alert) -> str:
    if alert.label:
        return turn.words("name_labelled", label=alert.label, when=_when(turn, alert))
    return turn.words("name", when=_when(turn, alert))


def _when(turn: Turn, alert: Alert) -> str:
    return when_words(turn, alert)


HANDLERS: dict[str, Handler] = {
    "set": set_alarm,
    "unclear": unclear,
    "cancel": cancel,
    "cancel_all": cancel_all,
    "snooze": snooze,
    "list": list_alarms,
    "next": next_alarm,
    "until": until,
}
