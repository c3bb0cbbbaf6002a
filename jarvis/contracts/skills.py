"""What a skill is given, what it returns, and the records that skills keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from jarvis.contracts.errors import Language
from jarvis.contracts.messages import Request

SlotValue = str | int | float

SkillRisk = Literal["none", "acts", "could_lose"]
"""`none` only reads; `acts` changes something that is easily changed back; `could_lose` always asks first."""

ControlAct = Literal["stop", "repeat", "sleep"]
"""Acts on the conversation itself, carried out by the door that shows it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SkillMatch:
    """A sentence understood by a skill, sure enough to act; `confidence` 0..1."""

    skill: str
    slots: Mapping[str, SlotValue]
    confidence: float
    language: Language
    text: str
    risk: SkillRisk = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class SkillCall:
    """One run of a skill. `now` is aware local time; `previous_answer` is what Jarvis said last, if anything."""

    match: SkillMatch
    request: Request
    now: datetime
    previous_answer: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AwaitedSlot:
    """The slot that a question asks for: `kind` names its parser; `choices` are (value, words), when it is a choice."""

    slot: str
    kind: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SkillReply:
    """What to show and say. `spoken` None means the shown text is said.

    `expects_reply` True means that the text is a question: with `confirm` set, "yes" runs that match; with
    `awaits` set, the next sentence given to `Skills.match` may fill that slot. `found` False means that what was asked
    for is not among what the skill keeps; perhaps the memory has it.
    """

    text: str
    spoken: str | None = None
    control: ControlAct | None = None
    expects_reply: bool = False
    confirm: SkillMatch | None = None
    awaits: AwaitedSlot | None = None
    found: bool = True


AlertKind = Literal["timer", "alarm", "reminder"]
AlertState = Literal["running", "paused", "ringing", "done", "cancelled", "missed"]
Repeat = Literal["once", "daily", "weekdays", "weekends", "weekly"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """A timer, alarm or reminder. `due_at` is aware UTC; `remaining_seconds` only while paused.

    `duration_seconds` is a timer's whole length; `label` its name or the thing to be reminded of.
    """

    id: str
    kind: AlertKind
    label: str
    due_at: datetime
    state: AlertState
    created_at: datetime
    duration_seconds: float | None = None
    remaining_seconds: float | None = None
    repeat: Repeat = "once"
    language: Language = "en"


@dataclass(frozen=True, kw_only=True, slots=True)
class ListItem:
    """One line of a to-do or shopping list."""

    id: int
    list_name: str
    text: str
    done: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A note as it was dictated; `created_at` aware UTC."""

    id: int
    text: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """Something the person asked to be remembered, in their own words; `created_at` aware UTC."""

    id: int
    text: str
    language: Language
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaPlayer:
    """A running media player; `title` and `artist` are empty when nothing is loaded."""

    name: str
    status: Literal["playing", "paused", "stopped"]
    title: str = ""
    artist: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """Output volume: `percent` 0..100."""

    percent: int
    muted: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Application:
    """An installed desktop application; `command` is its launch id for the host.

    `name` is in the system's language; `other_names` holds its names in English and Spanish and what kind of
    program it is ("Web Browser"), where the system knows them.
    """

    name: str
    command: str
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class GpuReading:
    """One GPU now; memory in MiB, utilisation in percent."""

    name: str
    used_mib: int
    total_mib: int
    utilisation_percent: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemReading:
    """The machine now; memory and disk in MiB, percentages 0..100, battery None when there is none."""

    cpu_percent: float
    ram_used_mib: int
    ram_total_mib: int
    disk_free_mib: int
    disk_total_mib: int
    battery_percent: int | None = None
    battery_charging: bool | None = None
    gpus: tuple[GpuReading, ...] = field(default_factory=tuple)
    loaded_models: tuple[str, ...] = field(default_factory=tuple)
