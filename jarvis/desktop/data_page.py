"""What Jarvis keeps: where, how big, a backup of it, and the end of it. Knows no file's content."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.data_desk import DataDesk, DataPlace, Forgotten, KeptAside
from jarvis.contracts.errors import Cancelled
from jarvis.desktop import data_texts as texts
from jarvis.desktop.answer_body import in_slices
from jarvis.desktop.data_restore import RestorePart, breakable
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_figures import size as size_text
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.models_parts import button_of, column, muted, scroll_over
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import styled

_log = logging.getLogger(__name__)


class DataPage(QWidget):
    """Sizes by kind, backup, restoring one, and forgetting everything once the word for it was typed."""

    forgotten = Signal()
    """Every conversation is gone."""
    anew_wanted = Signal()
    """Jarvis is to start again: a backup takes the place of what is here then."""

    def __init__(self, desk: Desk, data: Callable[[], DataDesk]) -> None:
        super().__init__()
        self._desk = desk
        self._data = data
        self._home: Path | None = None
        self._places: Sequence[DataPlace] = ()
        self.where, self.message = muted(""), muted("")
        self.sizes: dict[str, tuple[QLabel, QLabel]] = {}
        holder, cards = column()
        made = (self._places_card(), self._backup_card(), self._forget_card())
        in_slices(self, [partial(cards.addWidget, card) for card in made])
        self.message.setContentsMargins(26, 6, 24, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.message)
        layout.addWidget(scroll_over(holder), 1)
        self.message.hide()
        desk.words.follow(self, self._tell)

    def showEvent(self, event: QShowEvent) -> None:
        """Measure when the page comes into view."""
        super().showEvent(event)
        self.read()

    def read(self) -> None:
        """Measure again."""
        self._desk.bridge.run(
            lambda: (self._data().home(), self._data().places(), self._data().kept_aside()), self._take, self._failed
        )

    def back_up_to(self, path: str) -> None:
        """Write a backup to `path`; the end of the program ends that, an older one stays."""
        self.backup.setEnabled(False)
        self._say(texts.BACKING_UP)

        def done(_: None) -> None:
            self.backup.setEnabled(True)
            self._say(texts.BACKED_UP, path=path)

        def failed(error: Exception) -> None:
            if isinstance(error, Cancelled):
                _log.warning("no backup was written: Jarvis ended first")
            else:
                self._failed(error)

        cancel = CancelToken()
        self._desk.bridge.run(lambda: self._data().backup(Path(path), cancel=cancel), done, failed, cancel=cancel)

    def forget(self) -> None:
        """Forget everything, if the word for it stands in the field; the end of the program ends what takes long."""
        if not self._is_typed():
            return
        self.word.clear()
        self.word.setEnabled(False)
        self._say(texts.FORGETTING)
        self._desk.bridge.stop()

        def failed(error: Exception) -> None:
            if isinstance(error, Cancelled):
                _log.warning("not everything was forgotten: Jarvis ended first")
            else:
                self._failed(error)

        cancel = CancelToken()
        self._desk.bridge.run(lambda: self._data().forget_everything(cancel=cancel), self._gone, failed, give_up=cancel)

    def _places_card(self) -> QFrame:
        self.open = button_of(self._desk, texts.OPEN, self._open)
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        for at, kind in enumerate(texts.KINDS):
            name, size = QLabel(), QLabel()
            name.setWordWrap(True)
            size.setProperty("look", "muted")
            self.sizes[kind] = name, size
            grid.addWidget(name, at, 0)
            grid.addWidget(size, at, 1, Qt.AlignmentFlag.AlignRight)
        card, inside = self._card(None)
        inside.addWidget(self.where)
        inside.addLayout(grid)
        inside.addLayout(_left(self.open))
        return card

    def _backup_card(self) -> QFrame:
        self.backup = button_of(self._desk, texts.BACKUP, self._ask_file)
        self.restore = RestorePart(self._desk, self._data, self._say, self._failed)
        self.restore.anew_wanted.connect(self.anew_wanted)
        self.restore.changed.connect(self.read)
        card, inside = self._card(texts.BACKUP_HEADING)
        inside.addWidget(self._sentence(texts.BACKUP_BODY))
        inside.addWidget(self._sentence(texts.RESTORE_BODY))
        inside.addLayout(FlowRow(self.backup, self.restore.choose, self.restore.stop))
        inside.addWidget(self.restore)
        return card

    def _forget_card(self) -> QFrame:
        words = self._desk.words
        self.word = QLineEdit()
        self.word.setMaximumWidth(320)
        self.forget_now = button_of(self._desk, texts.FORGET, self.forget, "danger")
        self.forget_now.setEnabled(False)
        self.word.textChanged.connect(lambda _: self.forget_now.setEnabled(self._is_typed()))
        words.follow(self.word, self._tell_word)
        card, inside = self._card(texts.FORGET_HEADING)
        inside.addWidget(self._sentence(texts.FORGET_BODY))
        inside.addWidget(self.word)
        inside.addLayout(_left(self.forget_now))
        return card

    def _card(self, heading: Text | None) -> tuple[QFrame, QVBoxLayout]:
        card = styled(QFrame(), "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 13, 16, 14)
        inside.setSpacing(9)
        if heading is not None:
            title = muted("title")
            self._desk.words.bind(title, title.setText, heading)
            inside.addWidget(title)
        return card, inside

    def _sentence(self, text: Text) -> QLabel:
        label = muted()
        self._desk.words.bind(label, label.setText, text)
        return label

    def _tell_word(self) -> None:
        words = self._desk.words
        sentence = words(texts.FORGET_TYPE, word=words(texts.FORGET_WORD))
        self.word.setPlaceholderText(sentence)
        self.word.setAccessibleName(sentence)

    def _is_typed(self) -> bool:
        return self.word.text().strip() == self._desk.words(texts.FORGET_WORD)

    def _tell(self) -> None:
        words = self._desk.words
        known: dict[str, int] = {place.kind: place.bytes for place in self._places}
        home = self._home
        self.where.setText(words(texts.READING) if home is None else words(texts.WHERE, home=breakable(home)))
        self.open.setEnabled(self._home is not None)
        for kind, (name, size) in self.sizes.items():
            name.setText(words(texts.KINDS[kind]))
            size.setText("…" if self._home is None else size_text(known.get(kind, 0), words.language))
            size.setAccessibleName(words(texts.SIZE))

    def _take(self, found: tuple[Path, Sequence[DataPlace], Sequence[KeptAside]]) -> None:
        self._home, self._places, kept = found
        self.restore.show_kept(self._home, kept)
        self._tell()

    def _gone(self, gone: Forgotten) -> None:
        self.word.setEnabled(True)
        self._say(texts.FORGOTTEN, memories=gone.memories, notes=gone.notes, items=gone.list_items, alerts=gone.alerts)
        self.forgotten.emit()
        self.read()

    def _open(self) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._home))):
            self._say(texts.NOT_OPENED)

    def _ask_file(self) -> None:
        dialog = QFileDialog(self, self._desk.words(texts.BACKUP))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(f"{self._desk.words(texts.BACKUP_FILES)} (*.zip)")
        dialog.setDefaultSuffix("zip")
        dialog.selectFile(f"jarvis-{self._desk.services.clock.now():%Y-%m-%d}.zip")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.back_up_to)
        dialog.open()

    def _say(self, text: Text, **values: object) -> None:
        self._show(self._desk.words(text, **values), bad=False)

    def _failed(self, error: Exception) -> None:
        self.backup.setEnabled(True)
        self.word.setEnabled(True)
        self._show(self._desk.sentence(error), bad=True)

    def _show(self, sentence: str, *, bad: bool) -> None:
        self.message.setProperty("look", "bad" if bad else "")
        self.message.style().polish(self.message)
        self.message.setText(sentence)
        self.message.show()


def _left(*widgets: QWidget) -> QHBoxLayout:
    """Return a line of widgets that begins at the left and is no wider than they are."""
    line = QHBoxLayout()
    line.setSpacing(8)
    for widget in widgets:
        line.addWidget(widget)
    line.addStretch()
    return line
