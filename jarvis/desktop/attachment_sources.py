"""What is dropped, pasted or chosen, made into what can be attached. Pictures are decoded here, off the Qt thread.

Only `take_in` and `decoded` open what is offered, on a worker; the rest runs on the Qt thread and looks at no more
than short words.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from jarvis.contracts.attachments import MOST_PIXELS, AttachmentDesk, broken_picture
from jarvis.contracts.messages import Attachment
from jarvis.desktop import attachments_texts as texts
from jarvis.desktop.words import Words

LONG_TEXT_BYTES = 20_000
"""Bytes from which pasted text becomes a file of its own: about 8 pages, more than one reads over in an input."""

COMFORTABLE_BYTES = 4_500_000
"""Of a picture: the strictest of the usual interfaces take 5 MB each; larger ones go in a smaller copy."""

LONGEST_SIDE = 8_000
"""Pixels beyond which an interface refuses a picture."""

COPY_SIDE = 3_072
"""The longer side of a smaller copy in pixels: twice of what models look at."""

_TAKEN = frozenset({"png", "jpeg", "jpg", "gif", "webp"})
_PICTURES = frozenset(
    {".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".ico", ".tif", ".tiff", ".ppm", ".pgm", ".tga"}
)
_TEXT_FORMATS = ("text/plain;charset=utf-8", "text/plain")
_ONE_ADDRESS = re.compile(r"(?:(?:https?|ftp|file)://|data:|blob:)\S+", re.IGNORECASE)
_NO_WORDS = str.maketrans("", "", "\ufffc\u200b\ufeff")
"""What stands for a picture in a text, and what has no width."""
_SLICE = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """Something to attach: a file, or what was pasted as text or picture; exactly one of these is there."""

    name: str
    path: Path | None = None
    text: QByteArray | None = None
    picture: QImage | None = None


def offered_paths(paths: Sequence[str]) -> list[Offered]:
    """Return the files at `paths`."""
    return [Offered(name=Path(path).name, path=Path(path)) for path in paths if path]


def offered_by(data: QMimeData, words: Words) -> list[Offered]:
    """Return what there is to attach in something dropped or pasted; empty for a short text, which is typed in.

    A picture with words beside it, as of a table's cells, counts as the words; with nothing but its address, as
    browsers give it, it counts as the picture. Nothing is fetched from that address.
    """
    files = offered_paths([url.toLocalFile() for url in data.urls() if url.isLocalFile()])
    if files:
        return files
    if data.hasImage() and not says_something(data):
        picture = data.imageData()
        name = f"{words(texts.PASTED_PICTURE_NAME)}.png"
        return [Offered(name=name, picture=picture)] if isinstance(picture, QImage) and not picture.isNull() else []
    raw = long_text(data)
    return [] if raw is None else [Offered(name=f"{words(texts.PASTED_TEXT_NAME)}.txt", text=raw)]


def says_something(data: QMimeData) -> bool:
    """Tell whether there are words in it: text that is neither blank nor only the address of a picture.

    An address is one of a picture where the markup beside it, if there is any, shows a picture.
    """
    raw = _plain_text(data)
    if raw is None:
        return False
    if raw.size() > LONG_TEXT_BYTES:
        return not raw.startsWith(b"data:image/")
    text = data.text().translate(_NO_WORDS).strip()
    if not _ONE_ADDRESS.fullmatch(text):
        return bool(text)
    return data.hasHtml() and "<img" not in data.html().lower()


def long_text(data: QMimeData) -> QByteArray | None:
    """Return a text in UTF-8 that is too long for an input, None for any other; it is never made into words here."""
    raw = _plain_text(data)
    return raw if raw is not None and raw.size() > LONG_TEXT_BYTES else None


def can_offer(data: QMimeData) -> bool:
    """Tell whether there may be something to attach, looking at nothing but its kinds."""
    return data.hasImage() or any(url.isLocalFile() for url in data.urls())


def take_in(desk: AttachmentDesk, offered: Offered, draft: str, folder: Path) -> Attachment:
    """Attach it to a draft; runs on a worker and raises what the port does. `folder` is for private files."""
    if offered.picture is not None:
        data, suffix = _encoded(offered.picture)
        return desk.add(Path(offered.name).stem + suffix, data, draft=draft)
    if offered.text is not None:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".pasted-", suffix=".txt") as file:
            # In slices: one of 100 MB would hold every other thread up while it is copied.
            for at in range(0, offered.text.size(), _SLICE):
                file.write(offered.text.mid(at, _SLICE).data())
            file.flush()
            return desk.add(offered.name, Path(file.name), draft=draft)
    assert offered.path is not None
    if offered.path.suffix.lower() in _PICTURES and offered.path.is_file() and offered.path.stat().st_size:
        name, source = _as_taken(offered.name, offered.path)
        return desk.add(name, source, draft=draft)
    return desk.add(offered.name, offered.path, draft=draft)


def decoded(data: bytes, most: QSize) -> QImage | None:
    """Return a picture the right way up, no larger than `most` pixels; None where it cannot be decoded."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    image = _read(QImageReader(buffer), most)
    return None if image.isNull() else image


def _plain_text(data: QMimeData) -> QByteArray | None:
    form = next((form for form in _TEXT_FORMATS if data.hasFormat(form)), None)
    return None if form is None else data.data(form)


def _read(reader: QImageReader, most: QSize) -> QImage:
    """Decode within `most`. The reader makes it smaller: `QImage.scaled` would hold every other thread up meanwhile."""
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid():
        if size.width() * size.height() > MOST_PIXELS:
            return QImage()
        room = most.transposed() if _lies(reader) else most
        if size.width() > room.width() or size.height() > room.height():
            reader.setScaledSize(size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    return reader.read()


def _lies(reader: QImageReader) -> bool:
    """Whether the picture is turned by a quarter when it is shown."""
    return bool(reader.transformation().value & 4)


def _as_taken(name: str, path: Path) -> tuple[str, bytes | Path]:
    """Return a picture as models take it: as it is, or a copy where its kind or size is not theirs."""
    reader = QImageReader(str(path))
    reader.setDecideFormatFromContent(True)
    size, form = reader.size(), bytes(reader.format().data()).decode()
    if size.isValid() and size.width() * size.height() > MOST_PIXELS:
        # The port refuses it, and says why.
        return name, path
    small = max(size.width(), size.height()) <= LONGEST_SIDE and path.stat().st_size <= COMFORTABLE_BYTES
    kept = small and form in _TAKEN
    # What is kept as it is, is decoded all the same: a broken one is to be told now.
    image = _read(reader, size if kept else QSize(COPY_SIDE, COPY_SIDE))
    if image.isNull() and not os.access(path, os.R_OK):
        # The port says that it may not be read.
        return name, path
    if image.isNull():
        raise broken_picture(name)
    if kept:
        return name, path
    data, suffix = _encoded(image)
    return Path(name).stem + suffix, data


def _encoded(image: QImage) -> tuple[bytes, str]:
    """Return it as PNG, or where that is large in a smaller copy, without transparency as JPEG; and its name's end."""
    png = _saved(image, "PNG", -1)
    if max(image.width(), image.height()) > COPY_SIDE:
        image = decoded(png, QSize(COPY_SIDE, COPY_SIDE)) or image
        png = _saved(image, "PNG", -1)
    if image.hasAlphaChannel() or len(png) <= COMFORTABLE_BYTES:
        return png, ".png"
    return _saved(image, "JPEG", 90), ".jpg"


def _saved(image: QImage, form: str, quality: int) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, form, quality)  # type: ignore[call-overload]
    return bytes(buffer.data().data())
