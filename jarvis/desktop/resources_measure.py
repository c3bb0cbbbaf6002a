"""Measuring how fast this computer's memory and disk are, so that what is predicted of models fits it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QVBoxLayout
from shiboken6 import isValid

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled
from jarvis.contracts.model_desk import MeasuredSpeeds, MeasureStep
from jarvis.desktop import resources_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.models_parts import button_of, muted
from jarvis.desktop.resources_figures import number
from jarvis.desktop.resources_models import Said
from jarvis.desktop.theme import styled

Result = TypeVar("Result")
_STEPS: tuple[MeasureStep, ...] = ("memory", "disk")
_TOLD = {"memory": texts.MEASURING_MEMORY, "disk": texts.MEASURING_DISK}


class MeasurePanel(QFrame):
    """One button, what it is at, a way to stop it, and what came of it; `desk.services.models` must be there."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        styled(self, "card")
        self._desk = desk
        self._cancel: CancelToken | None = None
        title, about = QLabel(), muted("small")
        title.setProperty("look", "title")
        title.setWordWrap(True)
        desk.words.bind(title, title.setText, texts.MEASURE_HEADING)
        desk.words.bind(about, about.setText, texts.MEASURE_ABOUT)
        self.begin = button_of(desk, texts.MEASURE, self.measure)
        self.stop = button_of(desk, texts.MEASURE_STOP, self._stop)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, len(_STEPS))
        desk.words.name(self.bar, texts.MEASURE_PROGRESS, tooltip=False)
        self.message = Said(desk, look="")
        inside = QVBoxLayout(self)
        inside.setContentsMargins(14, 10, 14, 12)
        inside.setSpacing(8)
        inside.addWidget(title)
        inside.addWidget(about)
        inside.addWidget(self.message)
        inside.addWidget(self.bar)
        inside.addLayout(FlowRow(self.begin, self.stop))
        self.bar.hide()
        self.stop.hide()

    def measure(self) -> None:
        """Measure on a worker; the window goes on."""
        models = self._desk.services.models
        assert models is not None
        self._cancel = cancel = CancelToken()
        self.bar.setValue(0)
        self.message.say(texts.MEASURING)
        self._show_busy(True)
        self._desk.bridge.run(
            lambda: models().measure(
                cancel, lambda step: self._desk.bridge.post(lambda: self._show_step(cancel, step))
            ),
            self._here(self._done),
            self._here(self._failed),
            cancel=cancel,
        )

    def hideEvent(self, event: QHideEvent) -> None:
        """Measure for nobody no longer."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._stop()

    def _stop(self) -> None:
        if self._cancel is not None:
            self._cancel.cancel()
            self.stop.setEnabled(False)

    def _show_step(self, cancel: CancelToken, step: MeasureStep) -> None:
        if isValid(self) and cancel is self._cancel and not cancel.cancelled:
            at = _STEPS.index(step)
            self.bar.setValue(at)
            self.message.say(_TOLD[step], at=at + 1, of=len(_STEPS))

    def _done(self, found: MeasuredSpeeds) -> None:
        self._show_busy(False)
        self.message.say_made(lambda: self._result(found))

    def _result(self, found: MeasuredSpeeds) -> str:
        words = self._desk.words
        ram = number(found.ram_gbs, words.language, 1)
        if found.disk_gbs is None:
            return words(texts.MEASURED_NO_DISK, ram=ram)
        return words(texts.MEASURED, ram=ram, disk=number(found.disk_gbs, words.language, 2))

    def _failed(self, error: Exception) -> None:
        self._show_busy(False)
        if isinstance(error, Cancelled):
            self.message.say(texts.MEASURE_STOPPED)
        else:
            self.message.fail(error)

    def _show_busy(self, busy: bool) -> None:
        focused = self.begin.hasFocus() or self.stop.hasFocus()
        self.begin.setVisible(not busy)
        self.stop.setVisible(busy)
        self.stop.setEnabled(True)
        self.bar.setVisible(busy)
        if not busy:
            self._cancel = None
        if focused:
            (self.stop if busy else self.begin).setFocus()

    def _here(self, act: Callable[[Result], None]) -> Callable[[Result], None]:
        return lambda result: act(result) if isValid(self) else None
