"""What concerns all GPUs together: keep them free, use them again, and which models would find room now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget
from shiboken6 import isValid

from jarvis.contracts.model_desk import FreedMemory, ModelDesk
from jarvis.contracts.resources import Fit, ResourceDesk, ResourceView
from jarvis.desktop import resources_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.resources_figures import dollars, lasting, memory, number
from jarvis.desktop.resources_models import Said
from jarvis.desktop.texts import Text
from jarvis.desktop.words import Words

Result = TypeVar("Result")


class RoomPanel(QWidget):
    """Buttons for all GPUs, and what would fit; `changed` fires after the GPUs were freed or used again.

    `cost`, the speed of now and today's cost, has its place where the window gives it one.

    Without a `ModelDesk` there is no way to free them, and none is shown.
    """

    changed = Signal()

    def __init__(self, desk: Desk, port: Callable[[], ResourceDesk]) -> None:
        """`port` is asked on worker threads."""
        super().__init__()
        self._desk = desk
        self._port = port
        self._view: ResourceView | None = None
        self._acting = False
        self.held = QLabel()
        self.held.setWordWrap(True)
        desk.words.bind(self.held, self.held.setText, texts.HELD)
        self.held.hide()
        self.free = self._button(texts.FREE_GPUS)
        self.free.clicked.connect(self._free)
        self.use_again = self._button(texts.USE_AGAIN)
        self.use_again.setProperty("look", "primary")
        self.use_again.clicked.connect(self._use_again)
        self.what_fits = self._button(texts.WHAT_FITS)
        self.what_fits.clicked.connect(self.ask_fits)
        self.cost = QLabel()
        self.cost.setProperty("look", "muted")
        self.cost.setWordWrap(True)
        self.message = Said(desk)
        self.fits = FitRows(desk)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.held)
        layout.addLayout(FlowRow(self.free, self.use_again, self.what_fits))
        layout.addWidget(self.message)
        layout.addWidget(self.fits)
        self.free.hide()
        self.use_again.hide()
        desk.words.follow(self, self._tell)
        desk.words.changed.connect(self._ask_again)

    def show_view(self, view: ResourceView) -> None:
        """Show what holds for all GPUs now."""
        self._view = view
        self._tell()

    def ask_fits(self) -> None:
        """Ask which models would find room beside what others hold."""
        self.what_fits.setEnabled(False)
        self.fits.wait()
        language = self._desk.words.language

        def failed(error: Exception) -> None:
            self.what_fits.setEnabled(True)
            self.fits.fail(error)

        def done(found: Sequence[Fit]) -> None:
            self.what_fits.setEnabled(True)
            self.fits.show_fits(found)
            if self._desk.words.language != language:
                self.ask_fits()

        self._run(lambda: self._port().fits(language), done, failed)

    def _free(self) -> None:
        def done(freed: FreedMemory) -> None:
            words = self._desk.words
            self.message.say_made(
                lambda: words(
                    texts.FREED,
                    memory=memory(freed.freed_mib, words.language),
                    seconds=lasting(freed.seconds, words.language),
                )
            )
            self._settled()

        self.message.say(texts.FREEING)
        self._act(lambda models: models.free(), done)

    def _use_again(self) -> None:
        def done(_: None) -> None:
            self.message.clear()
            self._settled()

        self._act(lambda models: models.use_gpus_again(), done)

    def _act(self, act: Callable[[ModelDesk], Result], done: Callable[[Result], None]) -> None:
        models = self._desk.services.models
        assert models is not None

        def failed(error: Exception) -> None:
            self.message.fail(error)
            self._settled()

        self._acting = True
        self._tell()
        self._run(lambda: act(models()), done, failed)

    def _settled(self) -> None:
        self._acting = False
        self._tell()
        self.changed.emit()

    def _run(
        self, work: Callable[[], Result], done: Callable[[Result], None], failed: Callable[[Exception], None]
    ) -> None:
        self._desk.bridge.run(
            work,
            lambda result: done(result) if isValid(self) else None,
            lambda error: failed(error) if isValid(self) else None,
        )

    def _ask_again(self) -> None:
        if self.fits.asked and self.what_fits.isEnabled():
            self.ask_fits()

    def _tell(self) -> None:
        view = self._view
        if view is None:
            return
        words = self._desk.words
        here = self._desk.services.models is not None
        self.held.setVisible(view.held)
        focused = self.free.hasFocus() or self.use_again.hasFocus()
        self.free.setVisible(here and not view.held and bool(view.gpus))
        self.use_again.setVisible(here and view.held)
        for button in (self.free, self.use_again):
            button.setEnabled(not self._acting)
            if focused and not button.isHidden() and button.isEnabled():
                button.setFocus()
        cost = words(texts.COST_TODAY, cost=dollars(view.cost_today_usd, words.language))
        self.cost.setText(f"{_speed_now(view.tokens_per_second_now, words)}  ·  {cost}")

    def _button(self, text: Text) -> QPushButton:
        button = QPushButton()
        button.setAutoDefault(False)
        self._desk.words.bind(button, button.setText, text)
        self._desk.words.name(button, text, tooltip=False)
        return button


def _speed_now(speed: float, words: Words) -> str:
    if speed <= 0:
        return words(texts.NO_SPEED_NOW)
    return words(texts.SPEED_NOW, speed=number(speed, words.language, 0 if speed >= 10 else 1))


class FitRows(QWidget):
    """A row per model: fits or not, and the sentence that says where, or what is missing."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.asked = False
        self.found: tuple[Fit, ...] = ()
        self.message = Said(desk)
        self._holder: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.message)

    def wait(self) -> None:
        """Say that it is being reckoned."""
        self.asked = True
        self.message.say(texts.ASKING_FITS)

    def fail(self, error: Exception) -> None:
        """Say why it cannot be told."""
        self._clear()
        self.message.fail(error)

    def show_fits(self, found: Sequence[Fit]) -> None:
        """Show what was found, those that fit first."""
        self._clear()
        self.found = tuple(sorted(found, key=lambda one: not one.fits))
        if not found:
            self.message.say(texts.NOTHING_TO_FIT)
            return
        self.message.clear()
        self._holder = QWidget()
        grid = QGridLayout(self._holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(2, 3)
        for at, one in enumerate(self.found):
            state = QLabel()
            self._desk.words.bind(state, state.setText, texts.FITS if one.fits else texts.FITS_NOT)
            state.setProperty("look", "" if one.fits else "muted")
            grid.addWidget(state, at, 0, Qt.AlignmentFlag.AlignTop)
            for column, text in ((1, one.model), (2, one.sentence)):
                label = QLabel(text)
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setWordWrap(True)
                label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
                grid.addWidget(label, at, column, Qt.AlignmentFlag.AlignTop)
        self._column.addWidget(self._holder)

    def _clear(self) -> None:
        self.found = ()
        if self._holder is not None:
            self._holder.hide()
            self._holder.deleteLater()
            self._holder = None
