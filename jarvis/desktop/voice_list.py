"""The voices of one language, each with a button that lets it be heard without choosing it. Knows no audio."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePath

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.desktop import voice_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_parts import muted


class VoicePreviews(QObject):
    """What is being heard, in whichever list: one voice at a time."""

    changed = Signal()
    failed = Signal(str, object)
    """The file whose voice could not be heard, and why."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._cancel = CancelToken()
        self.file = ""
        """Whose voice is heard just now; empty for none."""

    def toggle(self, file: str, language: Language) -> None:
        """Let a voice be heard in place of any other, or stop it where it is that one."""
        again = self.file == file
        self.stop()
        if again:
            return
        self.file, self._cancel = file, CancelToken()
        cancel, voice, words = self._cancel, self._desk.services.voice, texts.SAMPLE.to(language)
        self._desk.bridge.run(
            lambda: voice.preview(Path(file), words, language, cancel),
            lambda _: self._over(cancel),
            partial(self._broke, file, cancel),
            cancel=cancel,
        )
        self.changed.emit()

    def stop(self) -> None:
        """Fall silent."""
        self._cancel.cancel()
        if self.file:
            self.file = ""
            self.changed.emit()

    def _over(self, cancel: CancelToken) -> None:
        if cancel is self._cancel and self.file:
            self.file = ""
            self.changed.emit()

    def _broke(self, file: str, cancel: CancelToken, error: Exception) -> None:
        self._over(cancel)
        if not cancel.cancelled:
            self.failed.emit(file, error)


class VoiceList(QWidget):
    """A line for each voice: those that are here can be heard, those that could be fetched say so."""

    def __init__(self, desk: Desk, language: Language, previews: VoicePreviews) -> None:
        super().__init__()
        self._desk = desk
        self._language = language
        self._previews = previews
        self._shown: tuple[tuple[str, ...], tuple[str, ...]] | None = None
        self.buttons: dict[str, QToolButton] = {}
        """By file, or by name where it is not here."""
        self.trouble = muted("bad")
        self.trouble.hide()
        self.hide()
        self._heading = muted("small")
        desk.words.bind(self._heading, self._heading.setText, texts.LISTED[language])
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 0, 10, 10)
        layout.setSpacing(4)
        layout.addWidget(self._heading)
        layout.addLayout(self._lines)
        layout.addWidget(self.trouble)
        self._why: Exception | None = None
        previews.changed.connect(self._tell)
        previews.failed.connect(self._failed)
        desk.words.follow(self, self._tell)

    def offer(self, here: Sequence[str], elsewhere: Sequence[str]) -> None:
        """Show the files that are here and the names of voices that could be fetched."""
        shown = tuple(here), tuple(elsewhere)
        if shown == self._shown:
            return
        self._shown = shown
        self.buttons.clear()
        while (item := self._lines.takeAt(0)) is not None:
            if (line := item.widget()) is not None:
                line.hide()
                line.deleteLater()
        for file in here:
            self._add(file, PurePath(file).stem, here=True)
        for name in elsewhere:
            self._add(name, name, here=False)
        self.setVisible(bool(here or elsewhere))
        self._tell()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks any more: fall silent."""
        super().hideEvent(event)
        if not event.spontaneous() and self._previews.file in self.buttons:
            self._previews.stop()

    def _add(self, key: str, name: str, *, here: bool) -> None:
        line, button, label = QWidget(), QToolButton(), QLabel()
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setProperty("look", "" if here else "muted")
        button.setEnabled(here)
        button.setProperty("look", "small")
        button.setProperty("voice", name)
        if here:
            button.clicked.connect(partial(self._previews.toggle, key, self._language))
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(button)
        row.addWidget(label, 1)
        self._desk.words.follow(
            label, lambda: label.setText(name if here else self._desk.words(texts.VOICE_NOT_HERE, name=name))
        )
        self.buttons[key] = button
        self._lines.addWidget(line)

    def _failed(self, file: str, error: Exception) -> None:
        if file in self.buttons:
            self._why = error
            self._tell()

    def _tell(self) -> None:
        words, heard = self._desk.words, self._previews.file
        if heard:
            self._why = None
        self.trouble.setVisible(self._why is not None)
        if self._why is not None:
            self.trouble.setText(self._desk.sentence(self._why))
        for key, button in self.buttons.items():
            name = str(button.property("voice"))
            sounds = texts.VOICE_STOP if key == heard else texts.VOICE_HEAR
            told = words(sounds if button.isEnabled() else texts.VOICE_NOT_HERE, name=name)
            button.setAccessibleName(told)
            button.setToolTip(told)
            self._desk.theme.dress(button, "stop" if key == heard else "speaker", size=17)
