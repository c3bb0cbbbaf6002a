"""Rows of the voice's settings that are more than a plain option: devices, voices and the wake word's sensitivity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePath

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QSlider, QToolButton, QVBoxLayout, QWidget

from jarvis.contracts.device_names import meant_by
from jarvis.contracts.speech import WakeHit
from jarvis.desktop import voice_texts as texts
from jarvis.desktop.choice import Choice
from jarvis.desktop.desk import Desk
from jarvis.desktop.meters import Meter, score_at, score_share
from jarvis.desktop.option_rows import OptionRow
from jarvis.desktop.texts import AUTOMATIC, Text
from jarvis.desktop.voice_widgets import wake_words_set, word_told
from jarvis.settings.options import Option, OptionValue

SLIDER_STEPS = 1000
SLIDER_HANDLE = 16
"""Width in pixels of a slider's handle, as the style sheet has it."""


class ListedRow(OptionRow):
    """An option whose value is one of what is there now; a value that is not there is shown as missing.

    `nothing` is what an empty value is called, `missing` a value that is not offered. With `files` another file can be
    chosen.
    """

    def __init__(self, desk: Desk, option: Option, nothing: Text, missing: Text, *, files: bool = False) -> None:
        self._nothing, self._missing, self._files = nothing, missing, files
        self._offered: Sequence[str] | None = None
        super().__init__(desk, option)

    def offer(self, values: Sequence[str]) -> None:
        """Show these values to choose from."""
        if self._offered is None or list(values) != list(self._offered):
            self._offered = tuple(values)
            self.load()

    def _make_control(self) -> tuple[QWidget, Callable[[OptionValue], None]]:
        self.combo = Choice(self._desk)
        self.combo.setMinimumWidth(120)
        self.combo.setMaximumWidth(250)
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(18)
        self.combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.combo.activated.connect(self._chosen)
        return self.combo, lambda value: self._fill(str(value))

    def _value_text(self, value: OptionValue) -> str:
        return self._desk.words(self._nothing) if value == "" else self._short(str(value))

    def _short(self, value: str) -> str:
        return PurePath(value).stem if self._files else value

    def _fill(self, value: str) -> None:
        words, combo = self._desk.words, self.combo
        offered = list(self._offered or ())
        combo.clear()
        combo.addItem(words(self._nothing), "")
        for one in offered:
            combo.addItem(self._short(one), one)
        meant = self._meant_by(value, offered)
        if value and meant is None:
            # While nothing is known of what is there, nothing is called missing.
            name = self._short(value)
            combo.addItem(name if self._offered is None else words(self._missing, name=name), value)
        if self._files:
            combo.addItem(words(texts.CHOOSE_FILE), None)
        wanted = value if meant is None else meant
        at = next((row for row in range(combo.count()) if combo.itemData(row) == wanted), 0)
        combo.setCurrentIndex(at)
        combo.setToolTip(combo.currentText())

    def _meant_by(self, value: str, offered: Sequence[str]) -> str | None:
        """Return which of `offered` a value means; None where it means none of them."""
        # Files may be named within the models folder.
        named = (one for one in offered if self._files and value and one.endswith(f"/{value}"))
        return meant_by(value, offered) or next(named, None)

    def _chosen(self, at: int) -> None:
        value = self.combo.itemData(at)
        if value is None:
            self._choose_file()
        else:
            self.save(str(value))

    def _choose_file(self) -> None:
        self.load()
        dialog = QFileDialog(self, self._desk.words(texts.CHOOSE_FILE))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(f"{self._desk.words(texts.VOICE_FILES)} (*.onnx)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.save)
        dialog.open()


class DeviceRow(ListedRow):
    """A microphone or a speaker, and which one is in use."""

    def __init__(self, desk: Desk, option: Option) -> None:
        super().__init__(desk, option, texts.SYSTEM_DEVICE, texts.MISSING_DEVICE)
        self.in_use = QLabel()
        self.in_use.setProperty("look", "small")
        self.in_use.setTextFormat(Qt.TextFormat.PlainText)
        self.in_use.setWordWrap(True)
        self.in_use.hide()
        self.left.addWidget(self.in_use)

    def show_in_use(self, name: str, note: str) -> None:
        """Say which device is in use, and why it is not the one wanted."""
        self.in_use.setText(" ".join(part for part in (self._desk.words(texts.DEVICE_IN_USE, name=name), note) if part))
        self.in_use.show()

    def show_trouble(self, sentence: str) -> None:
        """Say why nothing can be looked up."""
        self.in_use.setText(sentence)
        self.in_use.show()


class VoiceRow(ListedRow):
    """The voice of one language, with a button that lets it be heard."""

    heard = Signal()

    def __init__(self, desk: Desk, option: Option, listen: Text) -> None:
        super().__init__(desk, option, AUTOMATIC, texts.MISSING_FILE, files=True)
        self.preview = QToolButton()
        desk.words.name(self.preview, listen)
        desk.theme.dress(self.preview, "speaker")
        self.preview.clicked.connect(self.heard)
        self.right.insertWidget(0, self.preview)


class SensitivityRow(OptionRow):
    """The wake word's threshold as a slider right below a meter of the detector's score, its mark above the handle."""

    def __init__(self, desk: Desk, option: Option) -> None:
        self._hit: tuple[WakeHit, str] | None = None
        self._last = QLabel()
        self._last.setProperty("look", "small")
        self._last.setTextFormat(Qt.TextFormat.PlainText)
        self._last.setWordWrap(True)
        super().__init__(desk, option)
        self.left.addWidget(self._last)

    def show_score(self, score: float) -> None:
        """Move the meter to a wake score 0..1."""
        self.meter.show_value(score_share(score))

    def show_hit(self, hit: WakeHit) -> None:
        """Remember the last wake word that was heard."""
        self._hit = hit, f"{self._desk.services.clock.now().astimezone():%H:%M:%S}"
        self.tell()

    def load(self) -> None:
        """Show the threshold that holds, and what it is for now."""
        super().load()
        self.tell()

    def tell(self) -> None:
        """Say the last wake word that was heard and what wakes now: that depends on other options too."""
        words, lines = self._desk.words, []
        if self._hit is not None:
            hit, time = self._hit
            score = score_text(hit.score, self._desk)
            told = texts.LAST_HIT if hit.word == "hey jarvis" else texts.LAST_WORD
            lines.append(words(told, word=word_told(hit.word), score=score, time=time))
        own = [word for word in wake_words_set(self._desk) if word != "hey jarvis"]
        scored = len(own) < len(wake_words_set(self._desk))
        self.slider.setEnabled(scored)
        lines.append(words(self._rule() if scored else texts.MARK_UNUSED))
        if own and scored:
            lines.append(words(texts.MARK_NOT_FOR_OTHERS))
        self._last.setText("\n".join(lines))

    def _rule(self) -> Text:
        settings = self._desk.services.settings
        strictest = settings.number(self.option.name) >= float(self.option.maximum or 1)
        looked_at = settings.flag("voice.wake_second_look") and not strictest
        return texts.MARK_OR_LOOK if looked_at else texts.MARK_ALONE

    def _make_control(self) -> tuple[QWidget, Callable[[OptionValue], None]]:
        words = self._desk.words
        self.meter = Meter(self._desk, edge=SLIDER_HANDLE / 2)
        words.name(self.meter, texts.SCORE)
        self.slider = _Slider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, SLIDER_STEPS)
        self._least = round(score_share(float(self.option.minimum or 0)) * SLIDER_STEPS)
        self.slider.setPageStep(SLIDER_STEPS // 10)
        self.slider.setSingleStep(SLIDER_STEPS // 50)
        words.name(self.slider, texts.SENSITIVITY, tooltip=False)
        self.slider.valueChanged.connect(self._moved)
        self.slider.sliderReleased.connect(self._let_go)
        ends = QHBoxLayout()
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        for text, side in ((texts.WAKES_EASILY, left), (texts.WAKES_RARELY, right)):
            end = QLabel()
            end.setProperty("look", "small")
            words.bind(end, end.setText, text)
            ends.addWidget(end, 1, side)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.meter)
        column.addWidget(self.slider)
        column.addLayout(ends)
        holder.setMinimumWidth(200)
        holder.setMaximumWidth(250)
        holder.setFocusProxy(self.slider)
        return holder, self._show_threshold

    def _show_threshold(self, value: OptionValue) -> None:
        share = score_share(float(value))
        if not self.slider.isSliderDown():
            self.slider.setValue(round(share * SLIDER_STEPS))
        self._mark(share)

    def _moved(self, at: int) -> None:
        # The scale begins at 0, as the meter's does, and the option later.
        if at < self._least:
            self.slider.setValue(self._least)
            return
        self._mark(at / SLIDER_STEPS)
        if not self._loading and not self.slider.isSliderDown():
            self._let_go()

    def _let_go(self) -> None:
        self.save(_rounded(score_at(self.slider.value() / SLIDER_STEPS)))

    def _mark(self, share: float) -> None:
        self.meter.set_mark(share)
        score = score_text(_rounded(score_at(share)), self._desk)
        self.slider.setToolTip(self._desk.words(texts.SENSITIVITY_NOW, score=score))
        self.slider.setAccessibleDescription(self.slider.toolTip())


class _Slider(QSlider):
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()


def _rounded(score: float) -> float:
    """Return a score as people would write it: three figures after the point near 1, two elsewhere."""
    return round(score, 3 if score > 0.9 else 2)


def score_text(score: float, desk: Desk) -> str:
    """Return a score 0..1 in the language's own decimal sign."""
    text = f"{score:.3f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if desk.words.language == "es" else text
