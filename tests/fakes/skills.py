"""Hand-written ports for the skills: everything is kept in memory, and what was done can be read afterwards."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from jarvis.contracts.errors import Language
from jarvis.contracts.skills import Alert, AlertKind, Repeat
from jarvis.skills.turn import SkillPorts

MADRID = ZoneInfo("Europe/Madrid")
SATURDAY_MORNING = datetime(2026, 11, 21, 10, 0, tzinfo=MADRID)


@dataclass
class FixedClock:
    """A clock that stands still until it is moved."""

    moment: datetime = SATURDAY_MORNING

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class MemoryAlerts:
    """An alert book in a list."""

    clock: FixedClock
    ringing_process: bool = True
    kept: dict[str, Alert] = field(default_factory=dict)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def add(
        self,
        kind: AlertKind,
        label: str,
        due_at: datetime,
        *,
        duration_seconds: float | None = None,
        repeat: Repeat = "once",
        language: Language = "en",
    ) -> Alert:
        alert = Alert(
            id=f"{kind}-{next(self._ids)}",
            kind=kind,
            label=label,
            due_at=due_at.astimezone(UTC),
            state="running",
            created_at=self.clock.now().astimezone(UTC),
            duration_seconds=duration_seconds,
            repeat=repeat,
            language=language,
        )
        self.kept[alert.id] = alert
        return alert

    def active(self, kind: AlertKind | None = None) -> list[Alert]:
        wanted = [
            alert
            for alert in self.kept.values()
            if alert.state in {"running", "paused", "ringing"} and kind in {None, alert.kind}
        ]
        return sorted(wanted, key=lambda alert: alert.due_at)

    def replace(self, alert: Alert) -> None:
        assert alert.id in self.kept
        self.kept[alert.id] = alert

    def rings(self) -> bool:
        return self.ringing_process


@dataclass
class MemoryPreferences:
    """Options in two fields."""

    chosen: Language = "en"
    rate: float = 1.0

    def language(self) -> Language:
        return self.chosen

    def set_language(self, language: Language) -> None:
        self.chosen = language

    def speech_rate(self) -> float:
        return self.rate

    def set_speech_rate(self, rate: float) -> None:
        self.rate = rate

    def search_url(self) -> str:
        return "https://search.example/?q={query}"


@dataclass
class CountingStop:
    """Counts how often everything was stopped."""

    busy: bool = True
    stops: int = 0

    def stop_all(self) -> bool:
        self.stops += 1
        return self.busy


class Unused:
    """A port that the skill under test must not touch."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"this skill must not reach {name}")


@dataclass
class FakePorts:
    """Every port, each of which a test may replace before `ports()` is called."""

    clock: FixedClock = field(default_factory=FixedClock)
    alerts: MemoryAlerts = field(init=False)
    preferences: MemoryPreferences = field(default_factory=MemoryPreferences)
    stop: CountingStop = field(default_factory=CountingStop)
    lists: object = field(default_factory=Unused)
    notes: object = field(default_factory=Unused)
    facts: object = field(default_factory=Unused)
    media: object = field(default_factory=Unused)
    volume: object = field(default_factory=Unused)
    launcher: object = field(default_factory=Unused)
    system: object = field(default_factory=Unused)

    def __post_init__(self) -> None:
        self.alerts = MemoryAlerts(clock=self.clock)

    def ports(self) -> SkillPorts:
        return SkillPorts(
            clock=self.clock,
            alerts=self.alerts,
            lists=self.lists,
            notes=self.notes,
            facts=self.facts,
            media=self.media,
            volume=self.volume,
            launcher=self.launcher,
            system=self.system,
            preferences=self.preferences,
            stop=self.stop,
        )
