"""Dictation: hold a key or a button, speak, let go, and the words stand where the cursor was. Knows no audio."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QTextCursor, QWindow
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QKeySequenceEdit,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

from jarvis.contracts.speech import Dictated, VoiceEvent, VoiceState, VoiceTrouble
from jarvis.desktop.desk import Desk, code_of
from jarvis.desktop.shortcuts_table import wanted

Phase = Literal["idle", "starting", "holding", "waiting"]
"""`starting` until the voice takes words down, `holding` while it does, `waiting` for them after letting go."""


class Dictation(QObject):
    """One dictation at a time. Fires on the Qt thread, where all of it belongs."""

    changed = Signal()
    """Another phase."""
    written = Signal()
    """The words stand in a text field."""
    copied = Signal(str)
    """There was no text field: these words are on the clipboard."""
    nothing = Signal()
    """No words were heard."""
    flawed = Signal(object)
    """Told last: the `Dictated` that was cut short, or whose words are doubted."""
    cancelled = Signal()
    trouble = Signal(str, str)
    """It failed: a sentence and the error's code."""

    def __init__(self, desk: Desk, composer: QWidget, button: QWidget) -> None:
        super().__init__()
        self._desk = desk
        self._composer = composer
        self._button = button
        self._phase: Phase = "idle"
        self._let_go = False
        self._wanted = False
        self._again = False
        self._resting = True
        self._target: QWidget | None = None

    @property
    def phase(self) -> Phase:
        """What it is at."""
        return self._phase

    def begin(self) -> None:
        """The key goes down: words go to the field that has the keyboard now, those of before to theirs first."""
        if self._phase in ("starting", "holding", "waiting"):
            self._again = self._phase == "waiting"
            return
        focused = QApplication.focusWidget()
        self._target = text_field(self._composer if focused is self._button else focused)
        self._let_go, self._wanted = False, True
        self._enter("starting")
        self._desk.bridge.run(self._desk.services.voice.dictate_start, self._started, self._failed)

    def end(self) -> None:
        """The key comes up."""
        self._let_go, self._again = True, False
        if self._phase == "holding":
            self._enter("waiting")
            self._desk.bridge.run(self._desk.services.voice.dictate_end, self._ended, self._failed)

    def cancel(self) -> None:
        """Nothing of it is wanted any more."""
        if self._phase == "idle":
            return
        starting, self._wanted, self._again = self._phase == "starting", False, False
        self._enter("idle")
        self.cancelled.emit()
        if not starting:
            self._desk.bridge.run(self._desk.services.voice.dictate_cancel, None, self._failed)

    def take(self, event: VoiceEvent) -> None:
        """Heed what the voice does."""
        if isinstance(event, Dictated):
            self._dictated(event)
        elif isinstance(event, VoiceTrouble) and self._phase == "waiting":
            self._enter("idle")
        elif isinstance(event, VoiceState):
            self._resting = event.name in ("off", "muted", "sleeping")
            self._ended(None)

    def _ended(self, _: None) -> None:
        """Stop waiting once the voice is at rest; words that come late all the same are still written."""
        if self._phase == "waiting" and self._resting:
            self._enter("idle")
            self.nothing.emit()
            self._go_on()

    def _started(self, _: None) -> None:
        if not self._wanted:
            self._desk.bridge.run(self._desk.services.voice.dictate_cancel, None, self._failed)
            return
        if self._phase != "starting":
            return
        self._enter("holding")
        if self._let_go:
            self.end()

    def _dictated(self, event: Dictated) -> None:
        if not self._wanted:
            return
        text = event.transcript.text.strip()
        holding = self._phase == "holding"
        self._wanted = False
        self._enter("idle")
        if not text:
            self.nothing.emit()
        elif self._target is not None and insert_words(self._target, text):
            self.written.emit()
        else:
            QGuiApplication.clipboard().setText(text)
            self.copied.emit(text)
        if event.cut or event.doubt:
            self.flawed.emit(event)
        if holding and not event.cut:
            # It was ended while the key is still down, and by nothing that stands in the way of going on.
            self.begin()
        self._go_on()

    def _go_on(self) -> None:
        """Begin what the key went down for while words were still waited for."""
        if self._again:
            self._again = False
            self.begin()

    def _failed(self, error: Exception) -> None:
        self._wanted = self._again = False
        self._enter("idle")
        self.trouble.emit(self._desk.sentence(error), code_of(error))

    def _enter(self, phase: Phase) -> None:
        if phase != self._phase:
            self._phase = phase
            self.changed.emit()


class HeldKey(QObject):
    """Tells when the key to dictate goes down and comes up in whatever window of Jarvis has the keyboard; Esc gives up.

    Only the window that has the keyboard is looked at, so that no other event pays for it.
    """

    pressed = Signal()
    released = Signal()
    given_up = Signal()

    def __init__(self, dictation: Dictation) -> None:
        super().__init__()
        self._dictation = dictation
        self._window: QWindow | None = None
        self._down = False
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.focusWindowChanged.connect(self.follow)
        self.follow(QGuiApplication.focusWindow())
        self.pressed.connect(dictation.begin)
        self.released.connect(dictation.end)
        self.given_up.connect(dictation.cancel)

    def follow(self, window: QWindow | None) -> None:
        """Look at the keys of `window`; leaving a window is letting go."""
        if self._window is not None and isValid(self._window):
            self._window.removeEventFilter(self)
        self._let_go()
        self._window = window
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the held key, and Esc while something is dictated."""
        del watched
        kind = event.type()
        if kind not in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride):
            return False
        if not isinstance(event, QKeyEvent):
            return False
        asked = wanted(event, "jarvis")
        if asked == "discard" and self._dictation.phase != "idle":
            # The override keeps Esc from what it means elsewhere.
            event.accept()
            if kind == QEvent.Type.KeyPress:
                self._down = False
                self.given_up.emit()
            return True
        # Where keys are being chosen, this one is shown to be taken instead of being heeded.
        if asked != "dictate" or isinstance(QApplication.focusWidget(), QKeySequenceEdit):
            return False
        event.accept()
        if kind == QEvent.Type.KeyPress and not event.isAutoRepeat() and not self._down:
            self._down = True
            self.pressed.emit()
        elif kind == QEvent.Type.KeyRelease and not event.isAutoRepeat():
            self._let_go()
        return True

    def _let_go(self) -> None:
        if self._down:
            self._down = False
            self.released.emit()


def text_field(widget: QWidget | None) -> QWidget | None:
    """Return `widget`, or what has the keyboard for it, if words can be written into it; never where a secret goes."""
    while widget is not None and widget.focusProxy() is not None:
        widget = widget.focusProxy()
    if isinstance(widget, QLineEdit):
        number = isinstance(widget.parent(), QAbstractSpinBox)
        plain = widget.echoMode() == QLineEdit.EchoMode.Normal
        return widget if plain and not number and not widget.isReadOnly() else None
    if isinstance(widget, QPlainTextEdit | QTextEdit):
        return widget if not widget.isReadOnly() else None
    return None


def insert_words(field: QWidget, words: str) -> bool:
    """Write `words` at the cursor of `field`, in the place of what is selected; False when it is gone."""
    if not isValid(field) or not field.isEnabled():
        return False
    if isinstance(field, QLineEdit):
        at = field.selectionStart() if field.hasSelectedText() else field.cursorPosition()
        field.insert(_spaced(field.text()[:at], words))
        return True
    if isinstance(field, QPlainTextEdit | QTextEdit):
        cursor: QTextCursor = field.textCursor()
        at = cursor.selectionStart()
        before = field.document().characterAt(at - 1) if at else ""
        cursor.insertText(_spaced(before, words))
        return True
    return False


def _spaced(before: str, words: str) -> str:
    return words if not before or before[-1].isspace() or before[-1] in "(¿¡«“\u2029" else f" {words}"
