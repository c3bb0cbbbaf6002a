"""What skills may reach: their own records, and a few acts on the person's computer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from jarvis.contracts.errors import Language
from jarvis.contracts.skills import (
    Alert,
    AlertKind,
    Application,
    Fact,
    ListItem,
    MediaPlayer,
    Note,
    Repeat,
    SystemReading,
    Volume,
)


class AlertBook(Protocol):
    """Timers, alarms and reminders; they survive a restart."""

    def add(
        self,
        kind: AlertKind,
        label: str,
        due_at: datetime,
        *,
        duration_seconds: float | None = None,
        repeat: Repeat = "once",
        language: Language = "en",
    ) -> Alert: ...

    def active(self, kind: AlertKind | None = None) -> list[Alert]:
        """Running, paused and ringing ones, soonest first."""
        ...

    def replace(self, alert: Alert) -> None:
        """Store `alert` over the one with its id."""
        ...

    def rings(self) -> bool:
        """True if a process that will ring them is running now."""
        ...


class ListBook(Protocol):
    """Named lists such as `shopping` and `todo`; names and texts are matched case- and accent-insensitively."""

    def create(self, list_name: str) -> None:
        """Keep a list of that name although nothing is on it; one that is there already stays as it is."""
        ...

    def add(self, list_name: str, text: str) -> ListItem: ...

    def items(self, list_name: str, include_done: bool = False) -> list[ListItem]: ...

    def complete(self, item_id: int) -> None: ...

    def remove(self, item_id: int) -> None: ...

    def clear(self, list_name: str) -> int:
        """Remove all items and the list itself; returns how many items."""
        ...

    def names(self) -> list[str]: ...


class NoteBook(Protocol):
    """Dictated notes."""

    def add(self, text: str) -> Note: ...

    def recent(self, limit: int = 10) -> list[Note]:
        """Newest first."""
        ...

    def search(self, words: str, limit: int = 10) -> list[Note]: ...

    def delete(self, note_id: int) -> None: ...


class FactBook(Protocol):
    """Facts that the person asked to be remembered."""

    def remember(self, text: str, language: Language) -> Fact:
        """Store it, or return the one already there with the same words."""
        ...

    def search(self, words: str, limit: int = 5) -> list[Fact]:
        """Best match first; only facts that share a content word (stop words and accents ignored)."""
        ...

    def all(self, limit: int = 100) -> list[Fact]: ...

    def forget(self, fact_id: int) -> None:
        """Delete it for good, bytes included, but for copies that a restore kept aside."""
        ...

    def forget_all(self) -> int:
        """Delete every fact for good as `forget` does, in one act; returns how many there were."""
        ...

    def kept_aside(self) -> bool:
        """Tell whether copies of what was here before a restore are kept; forgetting a fact leaves those alone."""
        ...


class MediaControl(Protocol):
    """Media players of this computer."""

    def players(self) -> Sequence[MediaPlayer]:
        """Running players, the playing one first; empty when there is none."""
        ...

    def act(self, player: str, act: str) -> None:
        """`act` is one of play, pause, toggle, next, previous, stop."""
        ...


class VolumeControl(Protocol):
    """Output volume of this computer; raises `DeviceError` where there is no mixer."""

    def read(self) -> Volume: ...

    def set_percent(self, percent: int) -> None: ...

    def set_muted(self, muted: bool) -> None: ...


class Launcher(Protocol):
    """Opens things on this computer; raises `InputError` when it cannot."""

    def applications(self) -> Sequence[Application]: ...

    def open_application(self, application: Application) -> None: ...

    def open_path(self, path: Path) -> None: ...

    def open_url(self, url: str) -> None: ...

    def known_folder(self, name: str) -> Path | None:
        """`home`, `documents`, `downloads`, `pictures`, `music`, `videos`, `desktop`; None when absent."""
        ...


class SystemProbe(Protocol):
    """The machine now."""

    def read(self) -> SystemReading: ...


class Preferences(Protocol):
    """The options that a person can change by saying so."""

    def language(self) -> Language: ...

    def set_language(self, language: Language) -> None: ...

    def speech_rate(self) -> float:
        """Relative speed 0.5..2."""
        ...

    def set_speech_rate(self, rate: float) -> None: ...

    def search_url(self) -> str:
        """Web search address with `{query}` in it."""
        ...


class StopSwitch(Protocol):
    """Stops what Jarvis is doing: speech, a running answer, a ringing alarm."""

    def stop_all(self) -> bool:
        """True if there was something to stop."""
        ...
