"""What timers, alarms and reminders share: naming one of several, finding it, cancelling it.

Knows nothing about sentences; each skill's own file has the words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from jarvis.contracts.errors import Language
from jarvis.contracts.skills import Alert, AlertKind, AwaitedSlot, Repeat, SkillReply
from jarvis.skills.folding import key, stem
from jarvis.skills.questions import ALL
from jarvis.skills.turn import Turn
from jarvis.skills.wording import at_words, join_words, moment_words

Name = Callable[[Turn, Alert], str]
"""Says one alert so that it can be told from the others: "the pasta timer"."""


def pick(turn: Turn, kind: AlertKind, name: Name, *, states: tuple[str, ...] = ()) -> list[Alert] | SkillReply:
    """Return the alerts meant, or the reply that says there is none or asks which.

    An `id` slot (an answer to "which one?") wins over `label`, `duration` and `when`; `states` narrows the choice.
    """
    active = turn.ports.alerts.active(kind)
    if not active:
        return turn.reply("none")
    if turn.text("id") == ALL:
        return active
    fitting = [alert for alert in active if _fits(turn, alert)]
    if not fitting:
        return turn.reply("no_such", items=join_words([name(turn, alert) for alert in active], turn.language))
    narrowed = [alert for alert in fitting if alert.state in states] if states else fitting
    fitting = narrowed or fitting
    if len(fitting) == 1:
        return fitting
    names = [name(turn, alert) for alert in fitting]
    awaits = AwaitedSlot(
        slot="id", kind="choice", choices=tuple((alert.id, words) for alert, words in zip(fitting, names, strict=True))
    )
    return turn.ask("which", awaits=awaits, items=either(names, turn.language))


def cancel(turn: Turn, kind: AlertKind, name: Name) -> SkillReply:
    """Cancel the one meant, or ask which; answers `cancelled`."""
    picked = pick(turn, kind, name, states=("ringing",))
    if isinstance(picked, SkillReply):
        return picked
    return _cancelled(turn, picked, name)


def cancel_all(turn: Turn, kind: AlertKind, name: Name) -> SkillReply:
    """Cancel every one of `kind`."""
    active = turn.ports.alerts.active(kind)
    return _cancelled(turn, active, name) if active else turn.reply("none")


def with_ringing_notice(turn: Turn, reply: SkillReply) -> SkillReply:
    """Add the sentence that nothing will ring unless Jarvis runs, when no process that rings is running."""
    if turn.ports.alerts.rings():
        return reply
    return replace(reply, text=f"{reply.text} {turn.say('will_not_ring')}")


def either(names: list[str], language: Language) -> str:
    """Return "a, b, or c" or "a, b o c"."""
    from babel.lists import format_list

    text: str = format_list(names, style="or", locale=language)
    return text


def due_locally(turn: Turn, alert: Alert) -> datetime:
    """Return when `alert` is due in the person's own zone."""
    return alert.due_at.astimezone(turn.now.tzinfo)


def first_repeat(repeat: str, due: datetime, now: datetime) -> tuple[Repeat, datetime]:
    """Return the kind of repetition and its first moment; `repeat` may be `weekly:0` (Monday) to `weekly:6`.

    `daily:evening` is every evening: an hour of five to eleven is then one before midnight.
    """
    kind, _, weekday = repeat.partition(":")
    allowed = {"": range(7), "daily": range(7), "weekdays": range(5), "weekends": range(5, 7)}
    if weekday == "evening":
        weekday, due = "", due + timedelta(hours=12 if 5 <= due.hour < 12 else 0)
    days = [int(weekday)] if weekday else list(allowed[kind])
    due = datetime.combine(now.date(), due.timetz()) if kind else due
    while kind and (due <= now or due.weekday() not in days):
        due += timedelta(days=1)
    return cast("Repeat", kind or "once"), due


def repeat_words(turn: Turn, repeat: str, due: datetime) -> str:
    """Return "every day", "on weekdays", "every Friday"."""
    from babel.dates import format_date

    return turn.words(f"repeat_{repeat}", weekday=format_date(due, format="EEEE", locale=turn.language))


def when_words(turn: Turn, alert: Alert) -> str:
    """Return "tomorrow at 7 am", or "every day at 7 am" of one that comes back."""
    due = due_locally(turn, alert)
    if alert.repeat == "once":
        return moment_words(due, turn.language, turn.now)
    return f"{repeat_words(turn, alert.repeat, due)} {at_words(due, turn.language)}"


def _fits(turn: Turn, alert: Alert) -> bool:
    if turn.has("id"):
        return alert.id == turn.text("id")
    if turn.has("label"):
        words = _stems(turn.text("label"))
        return bool(words) and words <= _stems(alert.label)
    if (seconds := turn.number("duration")) is not None and turn.call.match.skill.endswith((".cancel", ".remaining")):
        return alert.duration_seconds == seconds
    if turn.has("when"):
        return _at_moment(turn, due_locally(turn, alert))
    return True


def _at_moment(turn: Turn, due: datetime) -> bool:
    """Tell whether `due` agrees with all that was said of a moment; what was left unsaid may be anything."""
    wanted = datetime.fromisoformat(turn.text("when"))
    said = turn.text("when_said").split()
    day = next((word for word in said if word[0].isdigit()), None)
    if day is not None and due.date().isoformat() != day:
        return False
    if "half" in said and (due.hour < 12) != (wanted.hour < 12):
        return False
    return "time" not in said or (due.hour % 12, due.minute) == (wanted.hour % 12, wanted.minute)


def _stems(words: str) -> set[str]:
    return {stem(word) for word in key(words).split()}


def _cancelled(turn: Turn, alerts: list[Alert], name: Name) -> SkillReply:
    for alert in alerts:
        turn.ports.alerts.replace(replace(alert, state="done" if alert.state == "ringing" else "cancelled"))
    if len(alerts) == 1:
        return turn.reply("cancelled", name=name(turn, alerts[0]))
    return turn.reply("cancelled_several", n=len(alerts))
