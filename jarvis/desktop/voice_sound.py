"""The sound part of the voice's settings: the microphone's level, a recording to listen to, a sentence to hear."""

from __future__ import annotations

import array
from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.speech import VoiceState, VoiceStateName, VoiceTrouble
from jarvis.desktop import voice_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.meters import Meter, decibels, level_share
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.services import Recording
from jarvis.desktop.texts import UNMUTE, Text
from jarvis.desktop.window_words import in_window

RECORD_SECONDS = 3.0
QUIET_DECIBELS = -38.0
"""RMS of a voice's loudest moment below which recognition suffers: a near voice has some -20 dB."""
CLIPPED_SAMPLES = 20
"""So many samples at full scale in a recording are clipping, not chance."""


class LevelRow(QWidget):
    """The microphone's level, and whether it is open because of this page."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._state: VoiceStateName = "off"
        self._hears = False
        self._trouble = ""
        title = QLabel()
        desk.words.bind(title, title.setText, texts.LEVEL)
        self.meter = Meter(desk)
        desk.words.name(self.meter, texts.LEVEL)
        self.says = _sentence()
        self.unmute = QPushButton()
        self.unmute.setProperty("look", "link")
        self.unmute.setAutoDefault(False)
        desk.words.bind(self.unmute, self.unmute.setText, UNMUTE)
        desk.words.name(self.unmute, UNMUTE, tooltip=False)
        self.unmute.clicked.connect(lambda: desk.bridge.run(desk.services.voice.unmute))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 11, 16, 11)
        layout.setSpacing(4)
        layout.addWidget(title)
        layout.addWidget(self.meter)
        layout.addWidget(self.says)
        layout.addWidget(self.unmute, 0, Qt.AlignmentFlag.AlignLeft)
        desk.words.follow(self, self._tell)

    def show_level(self, level: float) -> None:
        """Move the meter to an RMS level 0..1."""
        self.meter.show_value(level_share(level))
        if self._trouble or not self._hears:
            self._hears = True
            self.show_trouble("")

    def show_trouble(self, sentence: str) -> None:
        """Say why there is no level, until there is one."""
        self._trouble = sentence
        self._tell()

    @property
    def hears(self) -> bool:
        """Whether there is a level."""
        return self._hears and not self._trouble

    @property
    def troubled(self) -> bool:
        """Whether there is none, for a reason that is told."""
        return bool(self._trouble)

    def set_state(self, state: VoiceStateName) -> None:
        """Say whether the microphone is open, and why."""
        self._state = state
        if state in ("off", "muted"):
            self.clear()
        self._tell()

    def clear(self) -> None:
        """Nothing is heard until the next level."""
        self._hears = False
        self.meter.clear()
        self.show_trouble("")

    def _tell(self) -> None:
        own = {"off": texts.LEVEL_OWN if self._hears else texts.LEVEL_OPENING, "muted": texts.LEVEL_MUTED}
        self.says.setText(self._trouble or self._desk.words(own.get(self._state, texts.LEVEL_LISTENING)))
        self.unmute.setVisible(self._state == "muted")


class SoundTest(QWidget):
    """Records a few seconds and plays them back, and lets Jarvis say a sentence."""

    ended = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._told: Callable[[], str] = _nothing
        self._speaking: Literal["no", "asked", "heard"] = "no"
        self.record = self._button(texts.TEST_MICROPHONE, self._record)
        self.speak = self._button(texts.TEST_SPEAKER, self._speak)
        self.says = _sentence()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 11, 16, 11)
        layout.setSpacing(4)
        layout.addLayout(FlowRow(self.record, self.speak))
        layout.addWidget(self.says)
        desk.words.follow(self, self._say)

    def say_sample(self, language: Language) -> None:
        """Let Jarvis say a sentence in the voice of `language`."""
        voice, sentence = self._desk.services.voice, texts.SAMPLE.to(language)
        self._desk.bridge.run(lambda: voice.say(sentence, language), None, self._failed)

    def take(self, event: VoiceState | VoiceTrouble) -> None:
        """Follow the sentence that Jarvis was asked to say."""
        if self._speaking == "no":
            return
        if isinstance(event, VoiceTrouble):
            self._speaking = "no"
            self._told = lambda: in_window(event.sentence)
        elif event.name == "speaking":
            self._speaking = "heard"
        elif self._speaking == "heard":
            self._speaking, self._told = "no", _nothing
        self._say()

    def _speak(self) -> None:
        self._speaking = "asked"
        self._tell(texts.TEST_SPOKEN)
        self.say_sample(self._desk.words.language)

    def _record(self) -> None:
        self._speaking = "no"
        self.record.setEnabled(False)
        self._tell(texts.TEST_RECORDING)
        voice = self._desk.services.voice
        self._desk.bridge.run(lambda: voice.record(RECORD_SECONDS), self._play, self._failed)

    def _play(self, recording: Recording) -> None:
        self._tell(texts.TEST_PLAYING)
        voice = self._desk.services.voice
        cancel = CancelToken()
        self._desk.bridge.run(
            lambda: voice.play(recording.sound, cancel), lambda _: self._judge(recording), self._failed, cancel=cancel
        )

    def _judge(self, recording: Recording) -> None:
        loud = decibels(recording.level)
        clipped = _clipped(recording.sound.pcm) >= CLIPPED_SAMPLES
        verdict = texts.TEST_CLIPPED if clipped else texts.TEST_QUIET if loud < QUIET_DECIBELS else texts.TEST_GOOD
        self._tell(verdict, decibels=f"{loud:.0f}".replace("-", "−"))
        self.record.setEnabled(True)
        self.ended.emit()

    def _failed(self, error: Exception) -> None:
        self._told = lambda: self._desk.sentence(error)
        self._say()
        self.record.setEnabled(True)
        self.ended.emit()

    def _tell(self, text: Text, **values: object) -> None:
        self._told = lambda: self._desk.words(text, **values)
        self._say()

    def _say(self) -> None:
        told = self._told()
        self.says.setText(told)
        self.says.setVisible(bool(told))

    def _button(self, text: Text, act: Callable[[], None]) -> QPushButton:
        button = QPushButton()
        button.setAutoDefault(False)
        self._desk.words.bind(button, button.setText, text)
        self._desk.words.name(button, text, tooltip=False)
        button.clicked.connect(act)
        return button


def _nothing() -> str:
    return ""


def _clipped(pcm: bytes) -> int:
    samples = array.array("h")
    samples.frombytes(pcm[: len(pcm) // 2 * 2])
    return sum(1 for sample in samples if abs(sample) >= 32_700)


def _sentence() -> QLabel:
    label = QLabel()
    label.setProperty("look", "small")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
