"""What the desktop is handed: ports and callables, and the few values that only it shows.

Knows nothing about who stands behind them. Everything here is called from worker threads unless a line says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from jarvis.contracts.attachments import AttachmentDesk
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.conversation_desk import ConversationDesk
from jarvis.contracts.data_desk import DataDesk
from jarvis.contracts.desktop_ports import Formulas, GlobalShortcuts
from jarvis.contracts.errors import Language
from jarvis.contracts.events import AskEvent
from jarvis.contracts.guard import AuditLog, Permissions
from jarvis.contracts.key_desk import KeyDesk
from jarvis.contracts.mcp_desk import McpDesk
from jarvis.contracts.memory_desk import MemoryDesk
from jarvis.contracts.model_desk import ModelDesk
from jarvis.contracts.ports import Assistant, Clock, ConversationLog, SecretStore
from jarvis.contracts.resources import ResourceDesk
from jarvis.contracts.routing_desk import RoutingDesk
from jarvis.contracts.skills import Alert
from jarvis.contracts.speech import AudioChunk, SpeechServiceInfo, VoiceEvent
from jarvis.contracts.spending import Spending
from jarvis.desktop.ways_on import Place
from jarvis.settings.store import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One thing that the person should know: what is missing or under way, and the one step that mends it.

    `id` is stable: a dismissed notice stays away while its id is the same. `text` is a sentence or two in the
    asked language. `step` is a command, address or folder to copy; empty when there is nothing to do. `way` is where a
    button leads, None for no button. `percent` 0..100 shows progress, None shows none; `progress` says it in other
    words than the percentage alone.
    """

    id: str
    text: str
    step: str = ""
    kind: Literal["info", "warning", "progress"] = "info"
    percent: float | None = None
    progress: str = ""
    way: Place | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """A short recording of the microphone; `level` is the RMS of its loudest 32 ms as a fraction of full scale."""

    sound: AudioChunk
    level: float


class AnswerReading(Protocol):
    """One answer that is said while it is written; a stop word, or a spoken turn, ends it as `cancel` does."""

    def heed(self, event: AskEvent) -> None:
        """Take the answer's next event; returns at once, so the Qt thread may call it."""
        ...

    def cancel(self) -> None:
        """Fall silent at once, and say nothing of what is still to come; returns at once as `heed` does."""
        ...


class VoiceControl(Protocol):
    """The listening loop as the window drives it; every call may be made at any time and in any state."""

    def start(self) -> None:
        """Open the microphone and wait for the wake word; trouble arrives as a `VoiceTrouble` event."""
        ...

    def stop(self) -> None:
        """Close the microphone."""
        ...

    def push_to_talk(self) -> None:
        """Listen at once, as if the wake word had been heard."""
        ...

    def mute(self) -> None:
        """Keep running but hear nothing."""
        ...

    def unmute(self) -> None:
        """Hear again."""
        ...

    def say(self, text: str, language: Language) -> None:
        """Say `text` aloud in the background."""
        ...

    def read_answer(self) -> AnswerReading:
        """Say aloud the answer whose events follow, clause by clause; returns at once, so the Qt thread may call it."""
        ...

    def dictate_start(self) -> None:
        """Take down what is said until `dictate_end`; the words come as `Dictated`, nothing is asked."""
        ...

    def dictate_end(self) -> None:
        """The dictation is over: its words come, if there were any."""
        ...

    def dictate_cancel(self) -> None:
        """Drop the dictation and its words."""
        ...

    def apply_settings(self) -> bool:
        """Take up options of hearing and speaking that were changed, and go on as before.

        False while that would cut off what is being said or heard: to be asked again.
        """
        ...

    def devices(self, direction: Literal["input", "output"]) -> Sequence[str]:
        """Return the names of the devices there are now; raises `DeviceError`."""
        ...

    def voices(self, language: Language) -> Sequence[str]:
        """Return the files of the voices that are here for `language`."""
        ...

    def voices_elsewhere(self, language: Language) -> Sequence[str]:
        """Return the names of voices for `language` that could be downloaded and are not here."""
        ...

    def preview(self, file: Path, text: str, language: Language, cancel: CancelToken) -> None:
        """Say `text` in the voice of `file`, whichever is chosen, until it was heard or is cancelled; raises
        `EngineError` for a voice that cannot be loaded, and `DeviceError`."""
        ...

    def recogniser_in_use(self, language: Language) -> SpeechServiceInfo:
        """Say what recognises speech now; raises `JarvisError` when nothing can."""
        ...

    def voice_in_use(self, language: Language) -> SpeechServiceInfo:
        """Say what speaks `language` now; raises `JarvisError` when nothing can."""
        ...

    def watch_microphone(self) -> None:
        """Send levels and wake scores until `leave_microphone`: where the microphone is off, open it for that alone.

        A muted one stays closed. Returns at once, so the Qt thread may call it.
        """
        ...

    def leave_microphone(self) -> None:
        """End `watch_microphone` and `record`; returns at once, so the Qt thread may call it."""
        ...

    def record(self, seconds: float) -> Recording:
        """Record the microphone, whatever listens to it; sends levels meanwhile; raises `DeviceError`."""
        ...

    def play(self, sound: AudioChunk, cancel: CancelToken | None = None) -> None:
        """Play `sound` on the speaker to its end, or until cancelled; raises `DeviceError`."""
        ...

    def subscribe(self, callback: Callable[[VoiceEvent], None]) -> Callable[[], None]:
        """Send every event to `callback`, on any thread, the current `VoiceState` first; returns an unsubscriber."""
        ...


class AlertPanel(Protocol):
    """Timers, alarms and reminders as the window lists them."""

    def active(self) -> Sequence[Alert]:
        """Running, paused and ringing ones, soonest first."""
        ...

    def subscribe(self, callback: Callable[[Alert], None]) -> Callable[[], None]:
        """Send an alert to `callback`, on any thread, when it begins to ring; returns an unsubscriber."""
        ...

    def dismiss(self, alert_id: str) -> None:
        """Silence a ringing alert, or cancel one that has not rung."""
        ...

    def snooze(self, alert_id: str) -> None:
        """Silence a ringing alert and let it ring again in five minutes; any other is left as it is."""
        ...

    def recent(self) -> Sequence[Alert]:
        """The last few that rang or were missed and are over, newest first."""
        ...

    def again(self, alert_id: str) -> None:
        """Start a timer of `recent` once more, for its whole length; any other is left as it is."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class DesktopServices:
    """Everything the desktop needs, built by `app`.

    `notices(language)` returns what holds now, best first; it is asked every two seconds. `stop_all()` silences
    speech and ringing and returns True if there was any. `on_shown()` runs once, on the Qt thread, when the window is
    on the screen, and must return at once; `on_quit()` runs once, on the Qt thread, after the event loop ended. `home`
    holds `desktop.json` (drafts, window place); `run_folder` holds the socket by which a second start reaches this
    one. `secrets` is asked on worker threads because a keyring may show its own dialog. The ports from `memory` on are
    built when they are first asked for, on a worker thread; None means that there is no such thing here, and no way
    to it is shown. `little_motion()` asks the system whether things should not move by themselves, `see_through()`
    whether windows can have round corners; both may wait for the desktop.
    """

    assistant: Assistant
    log: ConversationLog
    settings: Settings
    secrets: SecretStore
    clock: Clock
    voice: VoiceControl
    alerts: AlertPanel
    notices: Callable[[Language], Sequence[Notice]]
    stop_all: Callable[[], bool]
    on_quit: Callable[[], None]
    home: Path
    run_folder: Path
    memory: Callable[[], MemoryDesk] | None = None
    conversations: Callable[[], ConversationDesk] | None = None
    models: Callable[[], ModelDesk] | None = None
    routing: Callable[[], RoutingDesk] | None = None
    spending: Callable[[], Spending] | None = None
    resources: Callable[[], ResourceDesk] | None = None
    shortcuts: GlobalShortcuts | None = None
    keys: Callable[[], KeyDesk] | None = None
    mcp: Callable[[], McpDesk] | None = None
    data: Callable[[], DataDesk] | None = None
    permissions: Callable[[], Permissions] | None = None
    audit: Callable[[], AuditLog] | None = None
    skill_names: Callable[[], Sequence[str]] = tuple
    little_motion: Callable[[], bool] = lambda: False
    see_through: Callable[[], bool] = lambda: True
    attachments: Callable[[], AttachmentDesk] | None = None
    formulas: Formulas | None = None
    on_shown: Callable[[], None] = lambda: None
