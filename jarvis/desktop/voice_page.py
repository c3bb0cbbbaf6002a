"""The page of hearing and speaking: devices with their level and a test, the wake word, turns, voices, recognition.

The microphone is watched only while the page is in view. Knows no audio.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import PurePath

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.contracts.speech import (
    DeviceInUse,
    LevelMeasured,
    SpeechServiceInfo,
    VoiceEvent,
    VoiceState,
    VoiceTrouble,
    WakeHeard,
    WakeScored,
)
from jarvis.desktop import voice_texts as texts
from jarvis.desktop.answer_body import in_slices
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_parts import NARROW, muted, side_room
from jarvis.desktop.option_rows import OptionRow
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import styled
from jarvis.desktop.voice_list import VoiceList, VoicePreviews
from jarvis.desktop.voice_rows import DeviceRow, SensitivityRow, VoiceRow
from jarvis.desktop.voice_sound import LevelRow, SoundTest
from jarvis.desktop.window_words import in_window
from jarvis.settings.options import OPTIONS, Option

LOOK_MILLISECONDS = 2000
"""How often devices that were plugged in or out are looked for while the page is in view."""

_SECTIONS: tuple[tuple[Text, tuple[str, ...]], ...] = (
    (
        texts.SECTION_DEVICES,
        ("microphone", "speaker", "echo_cancelling", "noise_suppression", "automatic_gain"),
    ),
    (texts.SECTION_WAKE, ("enabled", "mode", "wake_words", "wake_threshold", "wake_second_look")),
    (
        texts.SECTION_TURNS,
        ("follow_up_seconds", "endpoint_silence_seconds", "longest_pause_seconds", "barge_in", "pill"),
    ),
    (
        texts.SECTION_SPEAKING,
        ("answer_aloud", "voice_en", "voice_es", "rate", "volume", "sounds", "fillers", "voice_address"),
    ),
)
"""The options of each section by the last part of their names; the last section has all others."""
_PREVIEWS: tuple[tuple[Language, Text], ...] = (("en", texts.PREVIEW_EN), ("es", texts.PREVIEW_ES))


class VoicePage(QWidget):
    """Every option of hearing and speaking, and what they do just now."""

    changed = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.done = False
        """Every row is there."""
        self.rows: list[OptionRow] = []
        self.level = LevelRow(desk)
        self.test = SoundTest(desk)
        self.recogniser = _InUse()
        self.speaker = _InUse()
        self._looking = False
        self._wanted = ""
        self._early: list[DeviceInUse | WakeHeard] = []
        self._devices: dict[str, DeviceRow] = {}
        self._voices: dict[Language, VoiceRow] = {}
        self.previews = VoicePreviews(desk)
        self.lists: dict[Language, VoiceList] = {each: VoiceList(desk, each, self.previews) for each in LANGUAGES}
        holder = styled(QWidget(), "column")
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(24, 8, 24, 24)
        self._column.setSpacing(8)
        self._column.addStretch()
        steps: list[Callable[[], None]] = []
        for heading, makers in self._sections():
            steps += self._card_steps(heading, makers)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(holder)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)
        in_slices(self, [*steps, self._fill_ends])
        self._timer = QTimer(self, interval=LOOK_MILLISECONDS)
        self._timer.timeout.connect(self.look)
        self._timer.timeout.connect(self._watch_again)
        self.test.ended.connect(self._watch)
        desk.bridge.heard.connect(self.take)
        desk.words.changed.connect(self._look_in_use)

    def go_to(self, name: str) -> None:
        """Bring an option's row into view and give it the keyboard, once it stands on the page."""
        self._wanted = name
        if self.done:
            self._go()

    def take(self, event: VoiceEvent) -> None:
        """Show what the voice does; levels and scores only while the page is in view."""
        if isinstance(event, VoiceState | VoiceTrouble):
            self.test.take(event)
        if isinstance(event, VoiceState):
            self.level.set_state(event.name)
        elif isinstance(event, DeviceInUse | WakeHeard) and not self.done:
            self._early.append(event)
        elif isinstance(event, DeviceInUse):
            self._devices[event.direction].show_in_use(event.name, event.note)
        elif isinstance(event, WakeHeard):
            self._sensitivity.show_hit(event.hit)
        elif self.isVisible():
            if isinstance(event, VoiceTrouble):
                self.level.show_trouble(in_window(event.sentence))
            elif isinstance(event, LevelMeasured):
                self.level.show_level(event.level)
            elif isinstance(event, WakeScored) and self.done:
                self._sensitivity.show_score(event.score)

    def look(self) -> None:
        """Look for devices on a worker; at most one look is under way."""
        if self._looking or not self.done:
            return
        self._looking = True
        voice = self._desk.services.voice

        def find() -> dict[str, Sequence[str]]:
            return {"input": voice.devices("input"), "output": voice.devices("output")}

        self._desk.bridge.run(find, self._found, self._not_found)

    def showEvent(self, event: QShowEvent) -> None:
        """Watch the microphone, the devices and what is in use."""
        super().showEvent(event)
        self._desk.bridge.watch_levels(self, True)
        self._watch()
        self._look_around()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave the microphone alone."""
        super().hideEvent(event)
        self._desk.bridge.watch_levels(self, False)
        self._timer.stop()
        self._desk.services.voice.leave_microphone()
        self.level.clear()
        if self.done:
            self._sensitivity.meter.clear()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put controls below their sentences where there is little room."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        side = side_room(self.width())
        self._column.setContentsMargins(side, 8, side, 24)
        for row in self.rows:
            row.set_narrow(narrow)

    def _watch(self) -> None:
        if self.isVisible():
            self._desk.services.voice.watch_microphone()

    def _watch_again(self) -> None:
        """A microphone that was missing may have been plugged in."""
        if not self.level.hears and self.test.record.isEnabled():
            self._watch()

    def _look_around(self) -> None:
        """Look for devices, voices and what is in use, once there are rows to show them."""
        if not self.done:
            return
        self.look()
        for language in self._voices:
            self._desk.bridge.run(partial(self._voices_of, language), partial(self._offer_voices, language))
        self._look_in_use()

    def _voices_of(self, language: Language) -> tuple[Sequence[str], Sequence[str]]:
        voice = self._desk.services.voice
        return voice.voices(language), voice.voices_elsewhere(language)

    def _offer_voices(self, language: Language, found: tuple[Sequence[str], Sequence[str]]) -> None:
        here, elsewhere = found
        self._voices[language].offer(here)
        self.lists[language].offer(here, elsewhere)

    def _sections(self) -> list[tuple[Text, list[Callable[[], QWidget]]]]:
        """Return what makes each part of each section."""
        options = {o.name: o for o in OPTIONS if o.name.split(".")[0] in ("voice", "speech")}
        by_end = {name.split(".", 1)[1]: option for name, option in options.items()}
        sections: list[tuple[Text, list[Callable[[], QWidget]]]] = []
        for heading, names in _SECTIONS:
            sections.append((heading, [partial(self._row, by_end.pop(name)) for name in names]))
        sections.append((texts.SECTION_RECOGNITION, [partial(self._row, option) for option in by_end.values()]))
        devices, _, _, speaking, recognition = (makers for _, makers in sections)
        for language in LANGUAGES:
            at = _SECTIONS[3][1].index(f"voice_{language}")
            speaking[at] = partial(self._with_list, speaking[at], self.lists[language])
        devices[1:1] = [lambda: self.level]
        devices.insert(3, lambda: self.test)
        speaking.insert(0, lambda: self.speaker)
        recognition.insert(0, lambda: self.recogniser)
        return sections

    def _row(self, option: Option) -> OptionRow:
        row = self._made(option)
        row.changed.connect(self.changed)
        row.changed.connect(self._look_in_use)
        row.changed.connect(self._tell_what_wakes)
        row.set_narrow(self.width() < NARROW)
        self.rows.append(row)
        return row

    def _tell_what_wakes(self) -> None:
        if self.done:
            self._sensitivity.tell()

    def _with_list(self, make: Callable[[], QWidget], listed: VoiceList) -> QWidget:
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(make())
        inside.addWidget(listed)
        return holder

    def _made(self, option: Option) -> OptionRow:
        desk = self._desk
        if option.name == "voice.wake_threshold":
            self._sensitivity = SensitivityRow(desk, option)
            return self._sensitivity
        if option.name in ("voice.microphone", "voice.speaker"):
            direction = "input" if option.name == "voice.microphone" else "output"
            device = self._devices[direction] = DeviceRow(desk, option)
            return device
        for language, listen in _PREVIEWS:
            if option.name == f"speech.voice_{language}":
                voice = self._voices[language] = VoiceRow(desk, option, listen)
                voice.heard.connect(partial(self.test.say_sample, language))
                return voice
        return OptionRow(desk, option)

    def _card_steps(self, title: Text, makers: list[Callable[[], QWidget]]) -> list[Callable[[], None]]:
        """Return what puts a section into the page, in steps so short that the window does not wait for them."""
        heading = muted("heading")
        heading.setContentsMargins(2, 12, 0, 2)
        self._desk.words.bind(heading, heading.setText, title)
        card = styled(QFrame(), "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(0, 4, 0, 4)
        inside.setSpacing(0)
        return [partial(self._add_card, heading, card), *(partial(_add_row, inside, make) for make in makers)]

    def _fill_ends(self) -> None:
        self.done = True
        early, self._early = self._early, []
        for event in early:
            self.take(event)
        if self.isVisible():
            self._look_around()
        self._go()

    def _go(self) -> None:
        row = next((row for row in self.rows if row.option.name == self._wanted), None)
        self._wanted = ""
        if row is not None:
            row.control.setFocus()
            # Its place is known once the layout had its turn.
            QTimer.singleShot(0, row, lambda: self._scroll.ensureWidgetVisible(row))

    def _add_card(self, heading: QLabel, card: QFrame) -> None:
        at = self._column.count() - 1
        self._column.insertWidget(at, heading)
        self._column.insertWidget(at + 1, card)

    def _found(self, devices: dict[str, Sequence[str]]) -> None:
        self._looking = False
        for direction, names in devices.items():
            self._devices[direction].offer(names)

    def _not_found(self, error: Exception) -> None:
        self._looking = False
        for row in self._devices.values():
            row.show_trouble(self._desk.sentence(error))

    def _look_in_use(self) -> None:
        """Ask on a worker what recognises and what speaks now."""
        if not self.isVisible() or not self.done:
            return
        voice, language = self._desk.services.voice, self._desk.words.language

        def speaking() -> list[SpeechServiceInfo]:
            return [voice.voice_in_use(each) for each in dict.fromkeys((language, *LANGUAGES))]

        for shown, ask in (
            (self.recogniser, lambda: [voice.recogniser_in_use(language)]),
            (self.speaker, speaking),
        ):
            shown.show_sentence(self._desk.words(texts.LOOKING_ENGINE))
            self._desk.bridge.run(ask, partial(self._show_in_use, shown), partial(self._show_unused, shown))

    def _show_in_use(self, shown: _InUse, infos: list[SpeechServiceInfo]) -> None:
        names = dict.fromkeys(" · ".join(part for part in (i.engine, PurePath(i.model).name) if part) for i in infos)
        first = self._desk.words(texts.ENGINE_IN_USE, engine=", ".join(names))
        # The note of the other language's voice is in that language.
        shown.show_sentence("\n".join(part for part in (first, infos[0].note) if part))

    def _show_unused(self, shown: _InUse, error: Exception) -> None:
        shown.show_sentence(self._desk.sentence(error))


def _add_row(inside: QVBoxLayout, make: Callable[[], QWidget]) -> None:
    if inside.count():
        inside.addWidget(styled(QFrame(), "line"))
    inside.addWidget(make())


class _InUse(QLabel):
    """Which engine and model work now, and why it is not a better one."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("look", "muted")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setContentsMargins(16, 11, 16, 11)

    def show_sentence(self, sentence: str) -> None:
        """Show `sentence`."""
        self.setText(sentence)
