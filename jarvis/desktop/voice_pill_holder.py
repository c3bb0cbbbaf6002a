"""Keeps the voice pill there while the option wants it. Knows no picture of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from jarvis.contracts.speech import LevelMeasured, VoiceEvent
from jarvis.desktop.desk import Desk
from jarvis.desktop.keepsake import Keepsake
from jarvis.desktop.voice_pill_state import PillState, after

if TYPE_CHECKING:
    from jarvis.desktop.voice_pill import FloatingPill

OPTION = "voice.pill"


class PillHolder(QObject):
    """Passes on what a person does with the pill; `hidden` once they sent it away, which switches the option off."""

    talk_wanted = Signal()
    stop_wanted = Signal()
    open_wanted = Signal()
    hidden = Signal()
    trouble = Signal(object)
    """The option could not be stored: the error."""

    def __init__(self, desk: Desk, keepsake: Keepsake) -> None:
        super().__init__()
        self._desk = desk
        self._keepsake = keepsake
        self._state = PillState()
        self._asked = False
        self._see_through: bool | None = None
        self.pill: FloatingPill | None = None

    def take(self, event: VoiceEvent) -> None:
        """Know what the voice does, and show it where there is a pill."""
        if not isinstance(event, LevelMeasured):
            self._state = after(self._state, event)
        if self.pill is not None:
            self.pill.take(event)

    def apply(self) -> None:
        """Do as the option says now; call it often."""
        wanted = self._desk.services.settings.flag(OPTION)
        if not wanted:
            self.close()
        elif self.pill is None and self._see_through is None:
            if not self._asked:
                self._asked = True
                self._desk.bridge.run(self._desk.services.see_through, self._know)
        elif self.pill is None:
            self._make()
        else:
            self.pill.show_anew()

    def close(self) -> None:
        """Take it away."""
        if self.pill is not None:
            self.pill.hide()
            self.pill.deleteLater()
            self.pill = None

    def _know(self, see_through: bool) -> None:
        self._see_through = see_through
        self.apply()

    def _make(self) -> None:
        from jarvis.desktop.voice_pill import FloatingPill

        pill = self.pill = FloatingPill(self._desk, self._keepsake, self._state, see_through=bool(self._see_through))
        pill.talk_wanted.connect(self.talk_wanted)
        pill.stop_wanted.connect(self.stop_wanted)
        pill.open_wanted.connect(self.open_wanted)
        pill.hide_wanted.connect(self._hide)
        pill.appear()

    def _hide(self) -> None:
        settings = self._desk.services.settings
        self._desk.bridge.run(lambda: settings.set(OPTION, False), self._was_hidden, self.trouble.emit, keep=True)

    def _was_hidden(self, _: object) -> None:
        self.apply()
        self.hidden.emit()
