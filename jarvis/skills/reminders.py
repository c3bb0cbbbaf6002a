"""Reminders at a time: set, cancel, ask which there are.

Knows nothing about ringing: whoever watches the `AlertBook` does that.
"""

from __future__ import annotations

from datetime import UTC, datetime

from jarvis.contracts.skills import Alert, AwaitedSlot, SkillReply
from jarvis.skills.alerts import cancel as cancel_one
from jarvis.skills.alerts import cancel_all as cancel_every
from jarvis.skills.alerts import due_locally, first_repeat, repeat_words, when_words, with_ringing_notice
from jarvis.skills.infinitives import infinitive_first
from jarvis.skills.repeats import says_repeat, says_two_times
from jarvis.skills.turn import Handler, Turn
from jarvis.skills.wording import at_words, moment_words


def set_reminder(turn: Turn) -> SkillReply:
    """Set a reminder, or ask for what is missing: the thing or the time; one that cannot be kept is refused."""
    task = infinitive_first(turn.text("task")) if turn.language == "es" else turn.text("task")
    if says_two_times(task, turn.language):
        return turn.reply("one_at_a_time")
    if says_repeat(task, turn.language):
        return turn.reply("no_such_repeat")
    if not turn.has("task"):
        return turn.ask("what", awaits=AwaitedSlot(slot="task", kind="task"))
    if not turn.has("when"):
        kind = "habit_moment" if turn.has("repeat") else "moment"
        return turn.ask("when", awaits=AwaitedSlot(slot="when", kind=kind), task=task)
    due = datetime.fromisoformat(turn.text("when")).replace(tzinfo=turn.now.tzinfo)
    repeat, due = first_repeat(turn.text("repeat"), due, turn.now)
    turn.ports.alerts.add("reminder", task, due.astimezone(UTC), repeat=repeat, language=turn.language)
    if repeat == "once":
        when = moment_words(due, turn.language, turn.now)
    else:
        when = f"{repeat_words(turn, repeat, due)} {at_words(due, turn.language)}"
    return with_ringing_notice(turn, turn.reply("set", when=when, task=task))


def cancel(turn: Turn) -> SkillReply:
    """Cancel the reminder meant."""
    return cancel_one(turn, "reminder", _name)


def cancel_all(turn: Turn) -> SkillReply:
    """Cancel every reminder."""
    return cancel_every(turn, "reminder", _name)


def list_reminders(turn: Turn) -> SkillReply:
    """Say which reminders are set."""
    active = turn.ports.alerts.active("reminder")
    if not active:
        return turn.reply("none")
    items = [turn.words("item", when=_when(turn, alert), task=alert.label) for alert in active]
    return turn.reply("several", n=len(items), items="; ".join(items))


def today(turn: Turn) -> SkillReply:
    """Say the alarms and reminders of the rest of today."""
    due = [alert for alert in turn.ports.alerts.active() if alert.kind != "timer"]
    due = [alert for alert in due if due_locally(turn, alert).date() == turn.now.date()]
    if not due:
        return turn.reply("nothing_today")
    items = [
        turn.words(
            "today_alarm" if alert.kind == "alarm" and not alert.label else "item",
            when=at_words(due_locally(turn, alert), turn.language),
            task=alert.label,
        )
        for alert in due
    ]
    return turn.reply("today", items="; ".join(items))


def _name(turn: Turn, alert: Alert) -> str:
    return turn.words("name", task=alert.label, when=_when(turn, alert))


def _when(turn: Turn, alert: Alert) -> str:
    return when_words(turn, alert)


HANDLERS: dict[str, Handler] = {
    "set": set_reminder,
    "cancel": cancel,
    "cancel_all": cancel_all,
    "list": list_reminders,
    "today": today,
}
