"""What a skill's handler is given: the call, the ports it may reach, and its own sentences in the right language.

A skill module holds `HANDLERS`, one function per intent of its sentence file. Knows nothing about matching.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from jarvis.contracts.errors import Language
from jarvis.contracts.ports import Clock
from jarvis.contracts.skill_ports import (
    AlertBook,
    FactBook,
    Launcher,
    ListBook,
    MediaControl,
    NoteBook,
    Preferences,
    StopSwitch,
    SystemProbe,
    VolumeControl,
)
from jarvis.contracts.skills import AwaitedSlot, ControlAct, SkillCall, SkillMatch, SkillReply
from jarvis.skills.templates import SkillTexts


@dataclass(frozen=True, kw_only=True, slots=True)
class SkillPorts:
    """Everything outside this room that skills reach."""

    clock: Clock
    alerts: AlertBook
    lists: ListBook
    notes: NoteBook
    facts: FactBook
    media: MediaControl
    volume: VolumeControl
    launcher: Launcher
    system: SystemProbe
    preferences: Preferences
    stop: StopSwitch


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One run of one skill."""

    call: SkillCall
    ports: SkillPorts
    texts: SkillTexts

    @property
    def language(self) -> Language:
        """Language of the reply: that of the words matched."""
        return self.call.match.language

    @property
    def now(self) -> datetime:
        """Aware local time of the call."""
        return self.call.now

    def has(self, name: str) -> bool:
        """True if the sentence filled the slot `name`."""
        return name in self.call.match.slots

    def text(self, name: str, default: str = "") -> str:
        """Return slot `name` as text, or `default` when the sentence did not fill it."""
        return str(self.call.match.slots.get(name, default))

    def number(self, name: str) -> float | None:
        """Return slot `name` as a number, or None when it is missing or is no number."""
        value = self.call.match.slots.get(name)
        return None if value is None or isinstance(value, str) else float(value)

    def say(self, key: str, *, n: float | None = None, **values: object) -> str:
        """Return response `key` filled with `values`; `n` picks `one` or `other` and is itself `{n}`."""
        phrase = self.texts.responses[key]
        if not isinstance(phrase, str):
            phrase = phrase["one" if n == 1 else "other"]
        whole = int(n) if n is not None and n == int(n) else n
        text = phrase.format(n=whole, **values)
        if self.language == "es":
            text = _CONTRACTION.sub(r"\1l", text)
        return text[:1].upper() + text[1:]

    def words(self, key: str, **values: object) -> str:
        """Return response `key` as a piece of a sentence: filled, its first letter as written."""
        phrase = self.texts.responses[key]
        return (phrase if isinstance(phrase, str) else phrase["other"]).format(**values)

    def reply(
        self,
        key: str,
        *,
        n: float | None = None,
        control: ControlAct | None = None,
        **values: object,
    ) -> SkillReply:
        """Return `say(...)` as a reply."""
        return SkillReply(text=self.say(key, n=n, **values), control=control)

    def ask(
        self,
        key: str,
        *,
        confirm: SkillMatch | None = None,
        awaits: AwaitedSlot | None = None,
        n: float | None = None,
        **values: object,
    ) -> SkillReply:
        """Return `say(...)` as a question: "yes" runs `confirm`; the next sentence may fill `awaits`."""
        return SkillReply(text=self.say(key, n=n, **values), expects_reply=True, confirm=confirm, awaits=awaits)


_CONTRACTION = re.compile(r"\b([Aa]|[Dd]e) el\b")

Handler = Callable[[Turn], SkillReply]
"""Carries out one intent; raises `JarvisError` with a sentence when it cannot."""
