"""The parsers of typed slots, by the `kind` that sentence files name, and the words that say a value again.

A parser returns a text, a number, several named values, or None to refuse. Knows nothing about skills.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from jarvis.contracts.errors import Language
from jarvis.contracts.skills import SlotValue
from jarvis.skills.act_slots import ACT_SLOT_PARSERS
from jarvis.skills.arithmetic import parse_sum
from jarvis.skills.dates import date_in
from jarvis.skills.durations import seconds_in
from jarvis.skills.folding import key
from jarvis.skills.infinitives import infinitive_first
from jarvis.skills.matcher import SlotContext, SlotParser
from jarvis.skills.moments import Purpose, moment_in, moment_said
from jarvis.skills.numerals import integer_in, number_in
from jarvis.skills.places import place_in
from jarvis.skills.quantities import quantity_in, unit_in
from jarvis.skills.repeats import says_repeat, says_two_times
from jarvis.skills.wording import day_words, duration_words, moment_words, number_words

Value = SlotValue | Mapping[str, SlotValue] | None

_MORE = {"en": re.compile(r"\b(?:more|extra|additional)\b"), "es": re.compile(r"\bmás\b|\bmas\b")}
_NOT_A_NAME = {
    "en": re.compile(
        r"\b(?:timers?|alarms?|reminders?|how|what|who|why|when|where|minutes?|seconds?|hours?)\b"
        r"|^(?:to|on|off|from|for|in|at|of|with|by)\b|^(?:the|my|a|an|some|this|that|two|more|one)$"
        r"|^(?:daily|nightly|weekly|weekdays?|weekends?|every|each)\b"
    ),
    "es": re.compile(
        r"\b(?:temporizador(?:es)?|alarmas?|recordatorios?|como|que|quien|por que|cuando|donde)\b"
        r"|\b(?:minutos?|segundos?|horas?)\b|^(?:el|la|los|las|un|una|mi|mis|ese|esa|este|esta|mas)$"
        r"|^(?:a|al|de|del|en|para|por|con|mas|cada|diari[oa])\b"
    ),
}
_ARTICLE = {
    "en": re.compile(r"^(?:the|my|a|an|some)\s+", re.IGNORECASE),
    "es": re.compile(r"^(?:el|la|los|las|un|una|mi|mis)\s+", re.IGNORECASE),
}
_DATE_LIKE = re.compile(r"^[\d\s]+(?:[-/:.][\d\s]+)+$")
_LOOSE_END = {
    "en": re.compile(r"(?:^|\s)(?:in|at|on|for|by|to|until|every|and)$"),
    "es": re.compile(r"(?:^|\s)(?:en|a|de|por|para|hasta|cada|y|las?|los|el)$"),
}
_VAGUE_PLACE = re.compile(
    r"^(?:my|your|the|a|an|this|that|which|mi|tu|el|la|los|las|un|una|este|esta|ese|esa|que)\b"
    r"|^(?:english|spanish|words|binary|military|roman|ingles|espanol|palabras|binario|formato)\b"
)
_TASK_LEAD = {
    "en": re.compile(r"^(?:to|that|about|of)\s+", re.IGNORECASE),
    "es": re.compile(r"^(?:que(?: tengo que| debo)?|de que(?: tengo que)?|de|lo de|sobre|para)\s+", re.IGNORECASE),
}


def _duration(text: str, context: SlotContext) -> Value:
    return seconds_in(text, context.language)


def _more_duration(text: str, context: SlotContext) -> Value:
    pattern = _MORE[context.language]
    return seconds_in(pattern.sub("", text), context.language) if pattern.search(text) else None


def _number(text: str, context: SlotContext) -> Value:
    return number_in(text, context.language)


def _integer(text: str, context: SlotContext) -> Value:
    return integer_in(text, context.language)


def _name(text: str, context: SlotContext) -> Value:
    """Read a name for an alert: a few words that are neither a number, a duration nor a time."""
    name = _ARTICLE[context.language].sub("", text)
    folded = key(name)
    words = name.split()
    if not folded or _NOT_A_NAME[context.language].search(folded) or says_repeat(name, context.language):
        return None
    starts = (" ".join(words[:count]) for count in range(1, len(words) + 1))
    if any(seconds_in(start, context.language) or number_in(start, context.language) for start in starts):
        return None
    if moment_in(name, context.language, context.now, "reminder") is not None:
        return None
    return name


def _named_duration(text: str, context: SlotContext) -> Value:
    """Read "ten minute pasta" as a duration and a name."""
    for head, tail in _cuts(text):
        seconds = seconds_in(head, context.language)
        name = _name(tail, context) if seconds else None
        if seconds and isinstance(name, str):
            return {"duration": seconds, "label": name}
    return None


def _moment(text: str, context: SlotContext) -> Value:
    return _when(text, context, "reminder")


def _alarm_moment(text: str, context: SlotContext) -> Value:
    seconds = seconds_in(text, context.language)
    if seconds is not None:
        due = context.now + timedelta(seconds=seconds)
        return {"when": _local(due), "when_said": f"{due.date().isoformat()} time half"}
    return _when(text, context, "alarm")


def _habit_moment(text: str, context: SlotContext) -> Value:
    return _when(text, context, "habit")


def _when(text: str, context: SlotContext, purpose: Purpose) -> Value:
    """Read a moment as `when`, and what of it was said: its date, a `time`, which `half` of the day."""
    found = moment_said(text, context.language, context.now, purpose)
    if found is None:
        return None
    said = (found.day.isoformat() if found.day else "", "time" * found.time, "half" * found.half)
    return {"when": _local(found.at), "when_said": " ".join(word for word in said if word)}


def _task_and_moment(text: str, context: SlotContext) -> Value:
    """Read "call Ana at five" or "at five to call Ana" as a task and when; the longest time wins."""
    return _task_when(text, context, "reminder")


def _task_and_habit(text: str, context: SlotContext) -> Value:
    """Read the same where it comes back every day."""
    return _task_when(text, context, "habit")


def _task_only(text: str, context: SlotContext) -> Value:
    return _task(text, context.language)


def _date(text: str, context: SlotContext) -> Value:
    found = date_in(text, context.language, context.now.date())
    return found.isoformat() if found else None


def _place(text: str, context: SlotContext) -> Value:
    place = place_in(text, context.language)
    return place.name if place else None


def _places(text: str, context: SlotContext) -> Value:
    """Read "London and Paris" as two places."""
    first, _, second = re.sub(r"\s+(?:and|y|e)\s+", "\0", text, count=1).partition("\0")
    place, other = place_in(first, context.language), place_in(second, context.language)
    return {"place": place.name, "other": other.name} if place and other else None


def _unknown_place(text: str, context: SlotContext) -> Value:
    """Read what stands where a place should, but is none that has a time here; "my country" names none."""
    return None if _VAGUE_PLACE.match(key(text)) or place_in(text, context.language) else text


def _expression(text: str, context: SlotContext) -> Value:
    return text if parse_sum(text, context.language) is not None else None


def _bare_expression(text: str, context: SlotContext) -> Value:
    """Read a calculation said with no "what is": what could be a date, a score or a telephone number is none."""
    return None if _DATE_LIKE.match(text) else _expression(text, context)


def _quantity(text: str, context: SlotContext) -> Value:
    found = quantity_in(text, context.language)
    return {"amount": found.amount, "unit": found.unit} if found else None


def _unit(text: str, context: SlotContext) -> Value:
    return unit_in(text, context.language)


SLOT_PARSERS: Mapping[str, SlotParser] = {
    **ACT_SLOT_PARSERS,
    "duration": _duration,
    "duration_more": _more_duration,
    "named_duration": _named_duration,
    "number": _number,
    "integer": _integer,
    "name": _name,
    "moment": _moment,
    "alarm_moment": _alarm_moment,
    "habit_moment": _habit_moment,
    "task_and_moment": _task_and_moment,
    "task_and_habit": _task_and_habit,
    "task": _task_only,
    "date": _date,
    "place": _place,
    "places": _places,
    "unknown_place": _unknown_place,
    "expression": _expression,
    "bare_expression": _bare_expression,
    "quantity": _quantity,
    "unit": _unit,
}
"""`duration` seconds; `number` float; `integer` int; moments and dates ISO 8601, local; `unit` pint's name."""


def slot_words(kind: str, value: SlotValue, language: Language, now: datetime) -> str:
    """Return `value` as it is said back; kinds without a wording of their own are said as they are."""
    if kind in {"duration", "duration_more"} and not isinstance(value, str):
        return duration_words(value, language)
    if isinstance(value, int | float):
        return number_words(value, language)
    if kind in {"moment", "alarm_moment", "when"}:
        return moment_words(datetime.fromisoformat(value).replace(tzinfo=now.tzinfo), language, now)
    if kind == "date":
        return day_words(date.fromisoformat(value), language, now.date())
    return value


def _iso(text: str, context: SlotContext, purpose: Purpose) -> str | None:
    found = moment_in(text, context.language, context.now, purpose)
    return _local(found) if found else None


def _local(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")


def _task_when(text: str, context: SlotContext, purpose: Purpose) -> Value:
    for head, tail in _cuts(text):
        if (when := _iso(tail, context, purpose)) and (task := _task(head, context.language)):
            return {"task": task, "when": when}
    for head, tail in reversed(list(_cuts(_TASK_LEAD[context.language].sub("", text, count=1)))):
        if (when := _iso(head, context, purpose)) and (task := _task(tail, context.language)):
            return {"task": task, "when": when}
    return None


def _task(words: str, language: Language) -> str | None:
    task = _TASK_LEAD[language].sub("", words.strip(" ,.;:"), count=1).strip()
    task = infinitive_first(task) if language == "es" else task
    if not task or _LOOSE_END[language].search(task.lower()):
        return None
    return None if says_repeat(task, language) or says_two_times(task, language) else task


def _cuts(text: str) -> Iterator[tuple[str, str]]:
    """Yield every cut of `text` in two, shortest head first."""
    words = text.split()
    for cut in range(1, len(words)):
        yield " ".join(words[:cut]), " ".join(words[cut:])
