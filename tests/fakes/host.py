"""A clock that tests move by hand, a book of alerts, and a computer whose acts are only written down."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from jarvis.contracts.skills import Alert, Application, MediaPlayer, SystemReading, Volume


class FakeClock:
    def __init__(self, start: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC), zone: tzinfo = UTC) -> None:
        self.wall = start
        self.seconds = 1000.0
        self.zone = zone

    def now(self) -> datetime:
        return self.wall.astimezone(self.zone)

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds

    def set_wall(self, seconds: float) -> None:
        """Set the wall clock forward or back, as a person or NTP does."""
        self.wall += timedelta(seconds=seconds)


class MemoryAlerts:
    """What `AlertKeeper` needs of a book."""

    def __init__(self, *alerts: Alert) -> None:
        self.rows = {alert.id: alert for alert in alerts}

    def active(self) -> list[Alert]:
        return [alert for alert in self.rows.values() if alert.state in ("running", "paused", "ringing")]

    def advance(self, before: Alert, *after: Alert) -> bool:
        if self.rows.get(before.id) != before:
            return False
        for alert in after:
            self.rows[alert.id] = alert
        return True


class MemoryVolume:
    def __init__(self, percent: int = 40, muted: bool = False) -> None:
        self.percent, self.muted = percent, muted

    def read(self) -> Volume:
        return Volume(percent=self.percent, muted=self.muted)

    def set_percent(self, percent: int) -> None:
        self.percent = percent

    def set_muted(self, muted: bool) -> None:
        self.muted = muted


class MemoryMedia:
    """Players in a list; `next` and `previous` change the title of the player at once."""

    def __init__(self, *players: MediaPlayer) -> None:
        self.all = list(players)
        self.acts: list[tuple[str, str]] = []

    def players(self) -> list[MediaPlayer]:
        return sorted(self.all, key=lambda player: ("playing", "paused", "stopped").index(player.status))

    def act(self, player: str, act: str) -> None:
        self.acts.append((player, act))
        status = {"play": "playing", "pause": "paused", "stop": "stopped"}.get(act)
        for place, one in enumerate(self.all):
            if one.name == player and status:
                self.all[place] = replace(one, status=status)
            elif one.name == player and one.title:
                self.all[place] = replace(one, title=f"{act} title")


class MemoryLauncher:
    def __init__(self, *applications: Application, folders: dict[str, Path] | None = None) -> None:
        self.installed = list(applications)
        self.folders = folders or {}
        self.opened: list[str] = []

    def applications(self) -> list[Application]:
        return self.installed

    def open_application(self, application: Application) -> None:
        self.opened.append(application.command)

    def open_path(self, path: Path) -> None:
        self.opened.append(str(path))

    def open_url(self, url: str) -> None:
        self.opened.append(url)

    def known_folder(self, name: str) -> Path | None:
        return self.folders.get(name)


class FixedSystem:
    def __init__(self, reading: SystemReading) -> None:
        self.reading = reading

    def read(self) -> SystemReading:
        return self.reading
