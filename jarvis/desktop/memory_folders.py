"""The folders that are read: add, follow, read again, what became of every file, forget."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QFrame,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled
from jarvis.contracts.memory import FileReport, ForgetTarget, IngestProgress, MemoryPrivacy, WatchedFolder
from jarvis.desktop import memory_texts as texts
from jarvis.desktop import texts as window_texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.memory_acts import MemoryActs
from jarvis.desktop.models_parts import Sides
from jarvis.desktop.resources_figures import number
from jarvis.desktop.text_widgets import row
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import styled
from jarvis.desktop.window_words import in_window

MOST_FILES = 2000
"""Lines of one report; the command line has them all."""


class FoldersPage(QWidget):
    """A card per folder."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.acts = MemoryActs(desk, self)
        self.acts.changed.connect(self.read)
        self._cancel: CancelToken | None = None
        words = desk.words
        body = QLabel()
        body.setProperty("look", "muted")
        body.setWordWrap(True)
        words.bind(body, body.setText, texts.FOLDERS_BODY)
        self.add = self._button(texts.ADD_FOLDER, "primary")
        self.add.clicked.connect(self._choose)
        self.stop = self._button(texts.STOP_READING)
        self.stop.clicked.connect(self._stop)
        self.stop.hide()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        words.name(self.bar, texts.READING_FIRST, tooltip=False)
        self.bar.hide()
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.acts.said.connect(self.message.setText)
        holder = styled(QWidget(), "column")
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, 0, 0)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(10)
        inside.addLayout(self._cards)
        inside.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(holder)
        layout = QVBoxLayout()
        layout.setSpacing(12)
        layout.addWidget(body)
        layout.addLayout(row(self.add, self.stop))
        layout.addWidget(self.message)
        layout.addWidget(self.bar)
        layout.addWidget(scroll, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(Sides(layout, top=24, bottom=16))
        words.changed.connect(self.read)

    def showEvent(self, event: QShowEvent) -> None:
        """Read the folders when the page comes into view."""
        super().showEvent(event)
        self.read()

    def read(self) -> None:
        """Show the folders as they are now."""
        acts = self.acts
        acts.work(lambda: (acts.memory.folders(), acts.memory.following()), lambda found: self._show(*found))

    def ingest(self, path: Path, *, watch: bool = True, privacy: MemoryPrivacy = "local") -> None:
        """Read a folder, showing how far it is; the end of the program ends that, what was read is kept."""
        if self._cancel is not None:
            return
        cancel = self._cancel = CancelToken()
        self.stop.show()
        self.bar.setRange(0, 0)
        self.bar.show()
        self.message.setText(self._desk.words(texts.READING_FIRST))

        def work() -> int:
            done = 0
            try:
                for step in self.acts.memory.ingest(path, watch=watch, privacy=privacy, cancel=cancel):
                    done = step.done
                    self._desk.bridge.post(lambda step=step: self._progress(step))  # type: ignore[misc]
            except Cancelled:
                pass
            return done

        self._desk.bridge.run(work, self._done, self._failed, cancel=cancel)

    def _progress(self, step: IngestProgress) -> None:
        if step.total:
            self.bar.setRange(0, step.total)
            self.bar.setValue(step.done)
            words = self._desk.words
            done, total = (number(count, words.language) for count in (step.done, step.total))
            self.message.setText(words(texts.READING, done=done, total=total))

    def _done(self, done: int) -> None:
        self._end()
        words = self._desk.words
        self.message.setText(words(texts.READ_DONE, done=number(done, words.language)))
        self.read()

    def _failed(self, error: Exception) -> None:
        self._end()
        self.message.setText(self._desk.words(window_texts.COULD_NOT, why=self._desk.sentence(error)))
        self.read()

    def _end(self) -> None:
        self._cancel = None
        self.stop.hide()
        self.bar.hide()

    def _stop(self) -> None:
        if self._cancel is not None:
            self._cancel.cancel()

    def _choose(self) -> None:
        dialog = QFileDialog(self, self._desk.words(texts.ADD_FOLDER_TITLE))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda path: self.ingest(Path(path)))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _show(self, folders: list[WatchedFolder], told: dict[Path, str]) -> None:
        while self._cards.count():
            item = self._cards.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if not folders:
            self._cards.addWidget(QLabel(self._desk.words(texts.NO_FOLDERS)))
        for folder in folders:
            self._cards.addWidget(self._card(folder, told.get(folder.path, "")))

    def _card(self, folder: WatchedFolder, told: str) -> QFrame:
        words, acts = self._desk.words, self.acts
        name = QLabel(str(folder.path))
        name.setTextFormat(Qt.TextFormat.PlainText)
        name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        name.setToolTip(str(folder.path))
        counted = {"files": folder.files, "pieces": folder.pieces, "skipped": folder.skipped, "failed": folder.failed}
        follow = self._switch(
            folder, texts.WATCHED, folder.watched, lambda wanted: acts.memory.set_watched(folder.path, wanted)
        )
        leaves = self._switch(
            folder,
            texts.FOLDER_LEAVES,
            folder.privacy == "cloud",
            lambda wanted: acts.memory.set_folder_privacy(folder.path, "cloud" if wanted else "local"),
        )
        leaves.setToolTip(words(texts.FOLDER_LEAVES_TIP))
        again, files, forget = (
            self._button(text, "link") for text in (texts.READ_AGAIN, texts.FILES, texts.FOLDER_FORGET)
        )
        again.clicked.connect(lambda: self.ingest(folder.path, watch=folder.watched, privacy=folder.privacy))
        files.clicked.connect(lambda: self._list_files(folder.path))
        forget.clicked.connect(lambda: self.acts.forget(ForgetTarget(kind="folder", folder=str(folder.path))))
        card = styled(QFrame(), "card")
        layout = QVBoxLayout(card)
        layout.setContentsMargins(14, 10, 10, 8)
        layout.setSpacing(4)
        layout.addWidget(name)
        for line in (words(texts.FOLDER_COUNTS, **counted), told):
            if line:
                layout.addWidget(_small(line))
        layout.addWidget(follow)
        layout.addWidget(leaves)
        layout.addLayout(row(again, files, forget, spacing=6))
        return card

    def _switch(self, folder: WatchedFolder, text: Text, checked: bool, change: Callable[[bool], None]) -> QCheckBox:
        """Return a box that changes something of a folder; afterwards it shows how it is, also where that failed."""

        def work(wanted: bool) -> None:
            try:
                change(wanted)
            finally:
                self._desk.bridge.post(self.read)

        box = QCheckBox(self._desk.words(text))
        box.setAccessibleName(f"{self._desk.words(text)}: {folder.path}")
        box.setChecked(checked)
        box.toggled.connect(lambda wanted: self.acts.work(lambda: work(wanted), lambda _: None, keep=True))
        return box

    def _list_files(self, folder: Path) -> None:
        self.acts.work(lambda: self.acts.memory.files(folder), lambda found: self._show_files(folder, found))

    def _show_files(self, folder: Path, found: list[FileReport]) -> None:
        words = self._desk.words
        lines = [f"{one.path}: {self._what(one)}" for one in found[:MOST_FILES]]
        if len(found) > MOST_FILES:
            lines.append(words(texts.MORE_FILES, count=len(found) - MOST_FILES))
        dialog = QDialog(self)
        dialog.setWindowTitle(words(texts.FILES_OF, folder=folder.name))
        text = QPlainTextEdit("\n".join(lines))
        text.setReadOnly(True)
        text.setTabChangesFocus(True)
        text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        text.setAccessibleName(dialog.windowTitle())
        layout = QVBoxLayout(dialog)
        layout.addWidget(text)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.resize(640, 420)
        dialog.open()

    def _what(self, report: FileReport) -> str:
        words = self._desk.words
        if report.state == "indexed":
            return words(texts.FILE_INDEXED, pieces=report.pieces)
        return in_window(report.why(words.language))

    def _button(self, text: Text, look: str = "") -> QPushButton:
        button = QPushButton()
        button.setProperty("look", look)
        button.setAutoDefault(False)
        self._desk.words.bind(button, button.setText, text)
        self._desk.words.name(button, text, tooltip=False)
        return button


def _small(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("look", "small")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
