"""One attached file as a small card: its picture or a symbol, its name, size and pages. Opened by a click or Enter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from jarvis.contracts.messages import Attachment
from jarvis.desktop import attachments_texts as texts
from jarvis.desktop.attachments import about, all_about, attachments_of
from jarvis.desktop.desk import Desk

_SIDE = 36
_NAME_WIDTH = 170
_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class AttachmentChip(QFrame):
    """Shows `name` as being read until `show_file`; with `removable` it can be taken away."""

    opened = Signal()
    removed = Signal()

    def __init__(self, desk: Desk, name: str, *, removable: bool = False) -> None:
        super().__init__()
        self._desk = desk
        self._name = name
        self.file: Attachment | None = None
        self.setObjectName("chip")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._picture = QLabel()
        self._picture.setFixedSize(_SIDE, _SIDE)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._thumbnail: QImage | None = None
        self._title = QLabel()
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._about = QLabel()
        self._about.setProperty("look", "small")
        self._about.setTextFormat(Qt.TextFormat.PlainText)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._about)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 5, 8 if not removable else 4, 5)
        layout.setSpacing(8)
        layout.addWidget(self._picture)
        layout.addLayout(words)
        self.remove_button = QToolButton()
        self.remove_button.setVisible(removable)
        self.remove_button.setProperty("look", "small")
        desk.theme.dress(self.remove_button, "close", size=14)
        self.remove_button.clicked.connect(self.removed)
        layout.addWidget(self.remove_button)
        desk.words.follow(self, self._tell)
        desk.theme.follow(self, self._draw)

    def show_file(self, file: Attachment) -> None:
        """It is read: show what it is."""
        self.file = file
        self._name = file.name
        self._tell()
        self._draw()
        if file.kind == "image":
            attachments_of(self._desk).thumbnail(file, self._take)

    def _take(self, image: QImage) -> None:
        # It may have been taken away while the picture was decoded.
        if isValid(self):
            self._thumbnail = image
            self._draw()

    def _tell(self) -> None:
        words = self._desk.words
        metrics = self._title.fontMetrics()
        self._title.setText(metrics.elidedText(self._name, Qt.TextElideMode.ElideMiddle, _NAME_WIDTH))
        self._about.setText(words(texts.READING) if self.file is None else about(self.file, words))
        whole = all_about(self.file, words) if self.file is not None else f"{self._name}: {words(texts.READING)}"
        self.setToolTip(whole)
        self.setAccessibleName(words(texts.OPEN_FILE, name=self._name) if self.file is not None else whole)
        self.setAccessibleDescription(whole)
        remove = words(texts.REMOVE, name=self._name)
        self.remove_button.setToolTip(remove)
        self.remove_button.setAccessibleName(remove)

    def _draw(self) -> None:
        if self._thumbnail is None:
            pixels = QSize(22, 22)
            self._picture.setPixmap(
                self._desk.theme.icon("attachment", "accent").pixmap(pixels, self.devicePixelRatio())
            )
        else:
            self._picture.setPixmap(_rounded(self._thumbnail, self.devicePixelRatio()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open it."""
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open it with Enter or the space bar, take it away with Delete."""
        if event.key() in _KEYS:
            self._open()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not self.remove_button.isHidden():
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard is here."""
        super().focusInEvent(event)
        self._mark(focused=True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the keyboard is elsewhere."""
        super().focusOutEvent(event)
        self._mark(focused=False)

    def event(self, event: QEvent) -> bool:
        """Draw the picture anew where the screen is another."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._draw()
        return super().event(event)

    def _mark(self, *, focused: bool) -> None:
        colour = self._desk.theme.colours.accent
        self.setStyleSheet(f"QFrame#chip {{ border: 1px solid {colour}; }}" if focused else "")

    def _open(self) -> None:
        if self.file is not None:
            self.opened.emit()


def open_file(desk: Desk, file: Attachment, near: QWidget) -> None:
    """Show a file in a window of its own."""
    from jarvis.desktop.attachment_preview import AttachmentPreview

    AttachmentPreview(desk, file, near.window()).show()


def _rounded(image: QImage, ratio: float) -> QPixmap:
    """Return the middle of a picture as a square with round corners."""
    side = round(_SIDE * ratio)
    filled = image.scaled(
        QSize(side, side),
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    made = QPixmap(side, side)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    path.addRoundedRect(QRectF(0, 0, side, side), 6 * ratio, 6 * ratio)
    painter.setClipPath(path)
    painter.drawImage((side - filled.width()) // 2, (side - filled.height()) // 2, filled)
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made
