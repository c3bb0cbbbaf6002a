"""The files of a chat, as its widgets share them: the port to them, which message has which, and small pictures.

Everything here is of the Qt thread; what reads files runs on workers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from jarvis.contracts.attachments import AttachmentDesk
from jarvis.contracts.errors import Language
from jarvis.contracts.messages import Attachment, StoredMessage
from jarvis.desktop import attachments_texts as texts
from jarvis.desktop.attachment_sources import decoded
from jarvis.desktop.desk import Desk
from jarvis.desktop.resources_figures import number
from jarvis.desktop.unbroken import NO_BREAK
from jarvis.desktop.words import Words

THUMBNAIL_PIXELS = 120
"""The longer side of a small picture: 40 logical pixels at 300 %."""
_MOST_THUMBNAILS = 200


class AttachmentShelf(QObject):
    """One for each desktop. `source` gives the port, on a worker; None means that nothing can be attached here."""

    available = Signal()
    """`source` was set."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.bridge)
        self._desk = desk
        self._source: Callable[[], AttachmentDesk] | None = None
        self._of: dict[str, tuple[Attachment, ...]] = {}
        self._thumbnails: dict[str, QImage] = {}

    @property
    def source(self) -> Callable[[], AttachmentDesk] | None:
        """What gives the port, on a worker."""
        return self._source

    def use(self, source: Callable[[], AttachmentDesk] | None) -> None:
        """Take what gives the port."""
        self._source = source
        self.available.emit()

    def put(self, message_id: str, files: Sequence[Attachment]) -> None:
        """Note which files a message has."""
        if files:
            self._of[message_id] = tuple(files)

    def put_all(self, messages: Iterable[StoredMessage]) -> None:
        """Note which files stored messages have."""
        for message in messages:
            self.put(message.id, message.attachments)

    def of(self, message_id: str) -> tuple[Attachment, ...]:
        """Return the files of a message, as far as they are noted."""
        return self._of.get(message_id, ())

    def run(
        self,
        work: Callable[[AttachmentDesk], object],
        done: Callable[[object], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        *,
        long: bool = False,
    ) -> None:
        """Do something with the port on a worker; nothing where there is none. `long` as the bridge has it."""
        source = self._source
        if source is not None:
            self._desk.bridge.run(lambda: work(source()), done, failed, long=long)

    def thumbnail(self, file: Attachment, done: Callable[[QImage], None]) -> None:
        """Hand a small copy of a picture to `done`, at once or later; not at all where it cannot be decoded."""
        known = self._thumbnails.get(file.id)
        if known is not None:
            done(known)
            return
        most = QSize(THUMBNAIL_PIXELS, THUMBNAIL_PIXELS)

        def made(image: object) -> None:
            if isinstance(image, QImage):
                while len(self._thumbnails) >= _MOST_THUMBNAILS:
                    self._thumbnails.pop(next(iter(self._thumbnails)))
                self._thumbnails[file.id] = image
                done(image)

        self.run(lambda desk: decoded(desk.data(file.id), most), made, lambda _: None)


def attachments_of(desk: Desk) -> AttachmentShelf:
    """Return the one shelf of this desktop, made when it is first asked for."""
    found = desk.bridge.findChild(AttachmentShelf)
    return found if isinstance(found, AttachmentShelf) else AttachmentShelf(desk)


def size_text(size: int, language: Language) -> str:
    """Return a number of bytes for people."""
    if size >= 100_000:
        return f"{number(size / 1_000_000, language, 1)}{NO_BREAK}MB"
    return f"{size / 1000:.0f}{NO_BREAK}kB" if size >= 1000 else f"{size}{NO_BREAK}B"


def about(file: Attachment, words: Words) -> str:
    """Return size and pages of a file in a few words."""
    parts = [size_text(file.bytes, words.language)]
    if file.pages:
        parts.append(
            words(texts.ONE_PAGE) if file.pages == 1 else words(texts.PAGES, count=number(file.pages, words.language))
        )
    return " · ".join(parts)


def all_about(file: Attachment, words: Words) -> str:
    """Return what is to be known of a file, a line each."""
    notes = [file.note(words.language), words(texts.STAYS) if file.stays else ""]
    return "\n".join([f"{file.name} ({about(file, words)})", *(note for note in notes if note)])
