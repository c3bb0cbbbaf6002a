"""Timers: start, cancel, pause, resume, lengthen, ask how long is left; several at once, with and without names.

Knows nothing about ringing: whoever watches the `AlertBook` does that.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from jarvis.contracts.skills import Alert, AwaitedSlot, SkillReply
from jarvis.skills.alerts import cancel as cancel_one
from jarvis.skills.alerts import cancel_all as cancel_every
from jarvis.skills.alerts import pick, with_ringing_notice
from jarvis.skills.turn import Handler, Turn
from jarvis.skills.wording import duration_words, join_words


def start(turn: Turn) -> SkillReply:
    """Start a timer, or ask for how long."""
    seconds = turn.number("duration")
    if seconds is None:
        return turn.ask("how_long", awaits=AwaitedSlot(slot="duration", kind="duration"))
    turn.ports.alerts.add(
        "timer",
        turn.text("label"),
        turn.now.astimezone(UTC) + timedelta(seconds=seconds),
        duration_seconds=seconds,
        language=turn.language,
    )
    key = "started_named" if turn.has("label") else "started"
    reply = turn.reply(key, duration=duration_words(seconds, turn.language), label=turn.text("label"))
    return with_ringing_notice(turn, reply)


def unclear(turn: Turn) -> SkillReply:
    """Say that the length was not understood and nothing was started."""
    return turn.reply("unclear")


def cancel(turn: Turn) -> SkillReply:
    """Cancel the timer meant."""
    return cancel_one(turn, "timer", _name)


def cancel_all(turn: Turn) -> SkillReply:
    """Cancel every timer."""
    return cancel_every(turn, "timer", _name)


def pause(turn: Turn) -> SkillReply:
    """Hold a running timer where it is."""
    picked = pick(turn, "timer", _name, states=("running",))
    if isinstance(picked, SkillReply):
        return picked
    running = [alert for alert in picked if alert.state == "running"]
    if not running:
        return turn.reply("already_paused", name=_name(turn, picked[0]))
    for alert in running:
        turn.ports.alerts.replace(replace(alert, state="paused", remaining_seconds=_left(alert, turn.now)))
    return turn.reply(
        "paused",
        name=join_words([_name(turn, alert) for alert in running], turn.language),
        left=duration_words(_left(running[0], turn.now), turn.language),
    )


def resume(turn: Turn) -> SkillReply:
    """Let a paused timer run on."""
    picked = pick(turn, "timer", _name, states=("paused",))
    if isinstance(picked, SkillReply):
        return picked
    paused = [alert for alert in picked if alert.state == "paused"]
    if not paused:
        return turn.reply("not_paused", name=_name(turn, picked[0]))
    for alert in paused:
        due = turn.now.astimezone(UTC) + timedelta(seconds=_left(alert, turn.now))
        turn.ports.alerts.replace(replace(alert, state="running", due_at=due, remaining_seconds=None))
    return turn.reply(
        "resumed",
        name=join_words([_name(turn, alert) for alert in paused], turn.language),
        left=duration_words(_left(paused[0], turn.now), turn.language),
    )


def extend(turn: Turn) -> SkillReply:
    """Add time to a timer; a ringing one starts again with that time."""
    return _change(turn, +1)


def shorten(turn: Turn) -> SkillReply:
    """Take time off a timer; never below zero."""
    return _change(turn, -1)


def remaining(turn: Turn) -> SkillReply:
    """Say how long is left, of one timer or of all."""
    active = turn.ports.alerts.active("timer")
    if not active:
        return turn.reply("none")
    if turn.has("label") or turn.has("duration"):
        picked = pick(turn, "timer", _name)
        if isinstance(picked, SkillReply):
            return picked
        active = picked
    if len(active) == 1:
        return turn.reply(f"left_{active[0].state}", left=_left_words(turn, active[0]), name=_name(turn, active[0]))
    items = [
        turn.words(f"item_{alert.state}", name=_name(turn, alert), left=_left_words(turn, alert)) for alert in active
    ]
    return turn.reply("several", n=len(active), items="; ".join(items))


def _change(turn: Turn, sign: int) -> SkillReply:
    seconds = turn.number("duration")
    if seconds is None:
        return turn.ask("how_much", awaits=AwaitedSlot(slot="duration", kind="duration"))
    picked = pick(turn, "timer", _name)
    if isinstance(picked, SkillReply):
        return picked
    changed = [_changed(alert, sign * seconds, turn.now) for alert in picked]
    if any(_left(alert, turn.now) <= 0 for alert in changed):
        left = _left_words(turn, picked[0])
        return turn.reply("too_short", name=_name(turn, picked[0]), left=left)
    for alert in changed:
        turn.ports.alerts.replace(alert)
    return turn.reply("changed", name=_name(turn, picked[0]), left=_left_words(turn, changed[0]))


def _changed(alert: Alert, seconds: float, now: datetime) -> Alert:
    whole = max(0.0, (alert.duration_seconds or 0.0) + seconds)
    if alert.state == "paused":
        return replace(alert, remaining_seconds=_left(alert, now) + seconds, duration_seconds=whole)
    due = max(alert.due_at, now.astimezone(UTC)) + timedelta(seconds=seconds)
    return replace(alert, state="running", due_at=due, duration_seconds=whole)


def _left(alert: Alert, now: datetime) -> float:
    if alert.state == "paused" and alert.remaining_seconds is not None:
        return alert.remaining_seconds
    return max(0.0, (alert.due_at - now.astimezone(UTC)).total_seconds())


def _left_words(turn: Turn, alert: Alert) -> str:
    return duration_words(_left(alert, turn.now), turn.language)


def _name(turn: Turn, alert: Alert) -> str:
    if alert.label:
        return turn.words("name", label=alert.label)
    return turn.words("name_unnamed", duration=duration_words(alert.duration_seconds or 0.0, turn.language))


HANDLERS: dict[str, Handler] = {
    "start": start,
    "unclear": unclear,
    "cancel": cancel,
    "cancel_all": cancel_all,
    "pause": pause,
    "resume": resume,
    "extend": extend,
    "shorten": shorten,
    "remaining": remaining,
}
