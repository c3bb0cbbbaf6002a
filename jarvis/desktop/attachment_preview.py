"""Looks at one attached file: a picture as large as the window, or a document's text; a copy of it can be saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from jarvis.contracts.attachments import AttachmentDesk, Passage
from jarvis.contracts.messages import Attachment
from jarvis.desktop import attachments_texts as texts
from jarvis.desktop.attachment_sources import decoded
from jarvis.desktop.attachments import all_about, attachments_of
from jarvis.desktop.desk import Desk
from jarvis.desktop.export_file import write_whole
from jarvis.desktop.models_parts import button_of, muted
from jarvis.desktop.resources_figures import number

LONGEST_SHOWN = 40_000
"""Characters of a document that are shown: about 15 pages, laid out within a frame."""
_MOST_PIXELS = QSize(2_560, 2_560)


class AttachmentPreview(QDialog):
    """Deletes itself when it is closed."""

    def __init__(self, desk: Desk, file: Attachment, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._file = file
        self._shelf = attachments_of(desk)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(file.name)
        self.resize(720, 560)
        self.setMinimumSize(320, 240)
        self.about = muted("small")
        self.note = muted()
        desk.words.follow(self, lambda: self.about.setText(all_about(file, desk.words)))
        self.note.setText(desk.words(texts.LOADING))
        self.picture = _Picture()
        self.picture.setAccessibleName(file.name)
        self.picture.hide()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        desk.words.name(self.text, texts.FILE_TEXT, tooltip=False)
        self.text.hide()
        self.save = button_of(desk, texts.SAVE_COPY, self._choose_place)
        close = button_of(desk, texts.CLOSE, self.close, "primary")
        buttons = QHBoxLayout()
        buttons.addWidget(self.note, 1)
        buttons.addWidget(self.save)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(self.about)
        layout.addWidget(self.picture, 1)
        layout.addWidget(self.text, 1)
        layout.addLayout(buttons)
        self._spare = QWidget()
        layout.insertWidget(1, self._spare, 1)
        self._read()

    def save_to(self, place: Path) -> None:
        """Write a copy of the file."""

        def saved(_: object) -> None:
            self.note.setText(self._desk.words(texts.SAVED_COPY, path=place))

        self._run(lambda desk: write_whole(place, lambda part: part.write_bytes(desk.data(self._file.id))), saved)

    def _read(self) -> None:
        identity = self._file.id
        if self._file.kind == "image":
            self._run(lambda desk: _picture_in(desk.data(identity)), self._show_picture)
        else:
            self._run(lambda desk: _joined(desk.passages(identity)), self._show_text)

    def _run(self, work: Callable[[AttachmentDesk], object], done: Callable[[object], None]) -> None:
        def failed(error: Exception) -> None:
            if isValid(self):
                self.note.setText(self._desk.sentence(error))

        def shown(found: object) -> None:
            # The window may be closed by now.
            if isValid(self):
                done(found)

        self._shelf.run(work, shown, failed)

    def _show_picture(self, found: object) -> None:
        assert isinstance(found, tuple)
        image, there = found
        self._spare.setVisible(image is None)
        if image is None:
            self.note.setText(self._desk.words(texts.NOT_SHOWN if there else texts.GONE))
            self.save.setEnabled(there)
            return
        self.note.clear()
        self.picture.set_image(image)
        self.picture.show()

    def _show_text(self, found: object) -> None:
        assert isinstance(found, tuple)
        shown, total = found
        self._spare.setVisible(not total)
        if not total:
            self.note.setText(self._desk.words(texts.GONE))
            self.save.setEnabled(False)
            return
        words = self._desk.words
        first, of = (number(count, words.language) for count in (len(shown), total))
        cut = words(texts.FIRST_PART, shown=first, total=of)
        self.note.setText(cut if len(shown) < total else "")
        self.text.setPlainText(shown)
        self.text.show()
        self.text.setFocus()

    def _choose_place(self) -> None:
        dialog = QFileDialog(self, self._desk.words(texts.SAVE_COPY))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(self._file.name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.save_to(Path(path)))
        dialog.open()


class _Picture(QLabel):
    """A picture that fits its room, never larger than it is."""

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    def set_image(self, image: QImage) -> None:
        """Show `image`."""
        self._image = image
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the new room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._image.isNull() or self.width() < 2 or self.height() < 2:
            return
        ratio = self.devicePixelRatio()
        room = QSize(round(self.width() * ratio), round(self.height() * ratio)).boundedTo(self._image.size())
        fitted = self._image.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation)
        pixmap = QPixmap.fromImage(fitted)
        pixmap.setDevicePixelRatio(ratio)
        self.setPixmap(pixmap)


def _picture_in(data: bytes) -> tuple[QImage | None, bool]:
    """Return the picture if it can be decoded, and whether there is anything at all."""
    return decoded(data, _MOST_PIXELS), bool(data)


def _joined(passages: Sequence[Passage]) -> tuple[str, int]:
    """Return the beginning of a text, and how long it is."""
    rows: list[str] = []
    place = ""
    for passage in passages:
        if passage.place and passage.place != place:
            place = passage.place
            rows.append(f"— {place} —")
        rows.append(passage.text)
    whole = "\n\n".join(rows)
    return whole[:LONGEST_SHOWN], len(whole)
