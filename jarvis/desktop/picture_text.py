"""Pictures that stand in an answer itself, as its text shows them: decoded on a worker, never wider than the text.

Until a picture is there, and where it cannot be decoded, its words are shown. Nothing is ever fetched, and only PNG,
JPEG, GIF (its first frame) and WebP are decoded: what a picture says it is, is not believed of anything else.
"""

from __future__ import annotations

import base64
import binascii
from functools import cache

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QCoreApplication,
    QIODevice,
    QObject,
    QRect,
    QRectF,
    QSize,
    QSizeF,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QImage,
    QImageReader,
    QPainter,
    QPyTextObject,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from shiboken6 import isValid

from jarvis.desktop.bridge import Bridge
from jarvis.desktop.late_text import put_late
from jarvis.desktop.maths import PICTURE, SOURCE
from jarvis.desktop.picture_sieve import EncodedPicture, PictureSieve
from jarvis.desktop.text_room import NATURAL, room_at

MOST_SIDE = 4096
"""Pixels of a side beyond which a picture is not decoded."""
KEPT_SIDE = 1560
"""Pixels of a side that are kept: twice of what a message is wide, for screens that show it twice as fine."""
_OBJECT = "\ufffc"
_WAITING = SOURCE + 10
_NUMBER, _IMAGE, _HEIGHT = _WAITING + 1, _WAITING + 2, _WAITING + 3


class AnswerPictures(QObject):
    """The pictures of one answer, each decoded once."""

    came = Signal()
    """A picture that was asked for was decoded."""

    def __init__(self, bridge: Bridge, owner: QObject) -> None:
        super().__init__(owner)
        self._bridge = bridge
        self.sieve = PictureSieve()
        self._decoded: dict[EncodedPicture, tuple[QImage, QSize] | None] = {}

    def begin(self) -> None:
        """Begin anew, with another text."""
        self.sieve = PictureSieve()

    def picture(self, address: str) -> tuple[QImage, QSize] | None:
        """Return the picture at a `data:` address and its size in pixels; None where there is none or not yet."""
        encoded = self.sieve.picture(address)
        if encoded is None or encoded in self._decoded:
            return None if encoded is None else self._decoded[encoded]
        self._decoded[encoded] = None

        def done(found: tuple[QImage, QSize] | None) -> None:
            if found is not None and isValid(self):
                self._decoded[encoded] = found
                self.came.emit()

        self._bridge.run(lambda: decoded(encoded), done)
        return None


class PicturesInText:
    """The pictures of one document; `unnamed` stands for one without words."""

    def __init__(self, document: QTextDocument, pictures: AnswerPictures, unnamed: str) -> None:
        self._document = document
        self._pictures = pictures
        self._unnamed = unnamed
        document.documentLayout().registerHandler(PICTURE, _painter())
        self.begin()

    def begin(self) -> None:
        """Begin anew with an empty document."""
        self.any = False
        self._missing = False
        self._count = 0

    def write(self, cursor: QTextCursor, address: str, words: str, base: QTextCharFormat) -> None:
        """Write a picture, or `words` until it is there; both tell `words` where the mouse stays on them."""
        form = QTextCharFormat(base)
        form.setProperty(SOURCE, words or self._unnamed)
        form.setProperty(_WAITING, address)
        # Two of the same side by side stay two.
        self._count += 1
        form.setProperty(_NUMBER, self._count)
        if not form.isAnchor():
            form.setToolTip(words or self._unnamed)
        if not self._put(cursor, form):
            self._missing = True
            cursor.insertText(words or self._unnamed, form)

    def take_in(self) -> bool:
        """Put pictures that came in the place of their words; True where there were any."""
        if not self._missing:
            return False
        return put_late(
            self._document,
            lambda form: form.hasProperty(_WAITING) and form.objectType() != PICTURE,
            self._put,
        )

    def _put(self, cursor: QTextCursor, form: QTextCharFormat) -> bool:
        found = self._pictures.picture(str(form.property(_WAITING)))
        if found is None:
            return False
        image, size = found
        put = QTextCharFormat()
        put.setObjectType(PICTURE)
        put.setToolTip(form.toolTip())
        put.setAnchor(form.isAnchor())
        put.setAnchorHref(form.anchorHref())
        for name in (SOURCE, _NUMBER):
            put.setProperty(name, form.property(name))
        for name, value in ((_IMAGE, image), (NATURAL, size.width()), (_HEIGHT, size.height())):
            put.setProperty(name, value)
        cursor.insertText(_OBJECT, put)
        block = cursor.blockFormat()
        # The room between lines of words is a share of a line's height: a tall picture would leave a gap.
        block.setLineHeight(100, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.setBlockFormat(block)
        self.any = True
        return True


class PicturePainter(QPyTextObject):
    """Draws the pictures of all documents; each is held by the text in which it stands."""

    def intrinsicSize(self, document: QTextDocument, at: int, form: QTextFormat) -> QSizeF:
        """Return a picture's room: its own, or as much less as makes it as wide as the text where it stands."""
        size = QSizeF(float(form.property(NATURAL)), float(form.property(_HEIGHT)))
        room = room_at(document, at, size.width())
        return size * (room / size.width()) if room is not None and room < size.width() else size

    def drawObject(
        self, painter: QPainter, area: QRectF | QRect, document: QTextDocument, at: int, form: QTextFormat
    ) -> None:
        """Draw a picture where its room is."""
        del document, at
        image = form.property(_IMAGE)
        if isinstance(image, QImage):
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(area), image)
            painter.restore()


def decoded(encoded: EncodedPicture) -> tuple[QImage, QSize] | None:
    """Return a picture no larger than `KEPT_SIDE` each way, and its own size; None where it is broken, larger than
    `MOST_SIDE` or not what it says. Runs on any thread."""
    try:
        data = base64.b64decode(encoded.base64, validate=True)
    except (binascii.Error, ValueError):
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(encoded.form.encode()))
    # Whatever else these bytes are, an SVG among them, is not tried.
    reader.setAutoDetectImageFormat(False)
    size = reader.size()
    if not size.isValid() or max(size.width(), size.height()) > MOST_SIDE or size.isEmpty():
        return None
    if max(size.width(), size.height()) > KEPT_SIDE:
        # The reader makes it smaller: `QImage.scaled` would hold every other thread up meanwhile.
        reader.setScaledSize(
            size.scaled(KEPT_SIDE, KEPT_SIDE, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))
        )
    image = reader.read()
    return None if image.isNull() else (image, size)


@cache
def _painter() -> PicturePainter:
    """Return the one painter: Qt holds one such object for each kind of thing in a text."""
    return PicturePainter(QCoreApplication.instance())
