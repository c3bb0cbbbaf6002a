"""The AttachmentDesk port: files are looked at, their text is read in a child, and both go into the database.

Knows no window. A file that is refused leaves nothing behind.
"""

from __future__ import annotations

import logging
import mimetypes
import os
import re
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from jarvis.app.late_recall import LatePassages
from jarvis.contracts.attachments import LARGEST_DOCUMENT, LARGEST_IMAGE, MOST_PIXELS, Passage, broken_picture
from jarvis.contracts.errors import InputError
from jarvis.contracts.messages import Attachment
from jarvis.documents.kinds import reader_of, suffix_of
from jarvis.documents.picture_metadata import without_metadata
from jarvis.documents.pictures import HEAD_BYTES, SUFFIXES, picture_of
from jarvis.documents.reading import DocumentReader
from jarvis.documents.reasons import Reason, Unreadable, amount
from jarvis.processes.registry import ChildRegistry
from jarvis.settings.folders import Folders
from jarvis.storage.attachments import PART_BYTES, SqliteAttachments

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

_LONGEST_NAME = 120
_log = logging.getLogger(__name__)
_PAGE = re.compile(r"p\. (?:\d+-)?(\d+)")


class Attachments:
    """What doors do with files; any thread. Two documents are read one after the other.

    `taken` is told of a document and its passages as soon as it is kept.
    """

    def __init__(
        self,
        rows: SqliteAttachments,
        folders: Folders,
        registry: ChildRegistry,
        taken: Callable[[str, Sequence[Passage]], None] = lambda _, __: None,
    ) -> None:
        self._rows = rows
        self._taken = taken
        self._folders = folders
        self._registry = registry
        self._reading = threading.Lock()

    def add(self, name: str, source: bytes | Path, *, draft: str | None = None) -> Attachment:
        """Take a file in; see the port."""
        name = _plain_name(name)
        with _file_of(name, source, self._folders.run) as file:
            head = _head(name, file)
            if picture_of(head) is not None or suffix_of(name) in SUFFIXES:
                return self._rows.keep(_picture(name, head, file), _parts(name, file), draft=draft)
            if reader_of(name) is None:
                raise _kind(name)
            _check_size(name, file, LARGEST_DOCUMENT)
            document, passages = self._read(name, file)
            kept = self._rows.keep(document, _parts(name, file), passages, draft=draft)
        self._taken(kept.id, passages)
        return kept

    def drafts(self, conversation_id: str) -> Sequence[Attachment]:
        """Return what waits in a conversation's unsent message."""
        return self._rows.drafts(conversation_id)

    def drop(self, attachment_id: str) -> None:
        """Delete a file that was not sent."""
        self._rows.drop(attachment_id)

    def data(self, attachment_id: str) -> bytes:
        """Return its bytes."""
        return self._rows.data(attachment_id)

    def picture(self, attachment_id: str) -> bytes:
        """Return a picture without what it tells besides its pixels; empty where it is gone or broken."""
        data = self._rows.data(attachment_id)
        try:
            return without_metadata(data) if data else b""
        except ValueError:
            _log.warning("a picture that was kept is broken")
            return b""

    def passages(self, attachment_id: str) -> Sequence[Passage]:
        """Return a document's text."""
        return self._rows.passages(attachment_id)

    def keep_here(self, attachment_ids: Sequence[str]) -> None:
        """Mark them as attached while nothing might leave."""
        self._rows.keep_here(attachment_ids)

    def _read(self, name: str, file: Path) -> tuple[Attachment, list[Passage]]:
        with self._reading:
            reader = DocumentReader(logs=self._folders.logs, registry=self._registry)
            try:
                reading = reader.open(file, file.stat().st_size)
                passages = [Passage(text=piece.text, place=piece.place) for piece in reading.pieces()]
                partly = reading.partly
            except Unreadable as error:
                raise _unreadable(name, error.reason) from error
            except OSError as error:
                raise _gone(name) from error
            finally:
                reader.close()
        document = Attachment(
            id="",
            name=name,
            kind="document",
            media_type=mimetypes.guess_type(name)[0] or "text/plain",
            bytes=0,
            pages=_pages(passages) if suffix_of(name) == ".pdf" else None,
            note_en=partly.sentence("en") if partly is not None else "",
            note_es=partly.sentence("es") if partly is not None else "",
        )
        return document, passages


def attachments_of(jarvis: Jarvis) -> Attachments:
    """Return what doors do with files; long documents are read for their meaning before anything is asked."""
    ranking = LatePassages(lambda: jarvis.memory_room)

    def read_ahead(attachment_id: str, passages: Sequence[Passage]) -> None:
        from jarvis.assistant.attached import ROOM_SHARE
        from jarvis.assistant.prompt import CHARACTERS_PER_TOKEN

        characters = sum(len(passage.text) for passage in passages)
        # What a model on this computer reads whole is never chosen from.
        if characters > jarvis.settings.integer("engine.context_tokens") * CHARACTERS_PER_TOKEN * ROOM_SHARE:
            ranking.begin(attachment_id, passages)

    def taken(attachment_id: str, passages: Sequence[Passage]) -> None:
        try:
            read_ahead(attachment_id, passages)
        except Exception:  # noqa: BLE001 - reading ahead is optional, taking the file in is not
            # The document is kept already, and is read for its meaning once something is asked.
            _log.exception("a document is not read for its meaning ahead of a question")

    rows = SqliteAttachments(jarvis.database, jarvis.clock)
    return Attachments(rows, jarvis.folders, jarvis.registry, taken)


def _picture(name: str, head: bytes, file: Path) -> Attachment:
    _check_size(name, file, LARGEST_IMAGE)
    found = picture_of(head)
    if found is None:
        raise broken_picture(name)
    if found.width * found.height > MOST_PIXELS:
        raise InputError(
            "attachment.pixels",
            en="“{name}” has {width} by {height} pixels, more than pictures may have (64 million); it was not "
            "attached. Attach a smaller copy.",
            es="«{name}» tiene {width} por {height} píxeles, más de los que puede tener una imagen (64 millones); no "
            "se adjuntó. Adjunta una copia más pequeña.",
            name=name,
            width=found.width,
            height=found.height,
        )
    return Attachment(id="", name=name, kind="image", media_type=found.media_type, bytes=0)


@contextmanager
def _file_of(name: str, source: bytes | Path, run: Path) -> Iterator[Path]:
    """Yield the file itself; bytes become one that only this user may read, and that is gone afterwards."""
    if isinstance(source, Path):
        yield source.resolve()
        return
    handle, path = tempfile.mkstemp(dir=run, prefix="attached-", suffix=suffix_of(name) or ".txt")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(source)
        yield Path(path)
    finally:
        Path(path).unlink(missing_ok=True)


def _head(name: str, file: Path) -> bytes:
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):
            raise InputError(
                "attachment.no_file",
                en="“{name}” is a folder or a device, not a file; it was not attached.",
                es="«{name}» es una carpeta o un dispositivo, no un fichero; no se adjuntó.",
                name=name,
            )
        if not found.st_size:
            raise InputError(
                "attachment.empty",
                en="“{name}” is empty, so there was nothing to attach.",
                es="«{name}» está vacío y no había nada que adjuntar.",
                name=name,
            )
        with file.open("rb") as opened:
            return opened.read(HEAD_BYTES)
    except OSError as error:
        raise _gone(name) from error


def _check_size(name: str, file: Path, most: int) -> None:
    size = file.stat().st_size
    if size > most:
        raise InputError(
            "attachment.too_large",
            en="“{name}” has {size}, and files of this kind are taken up to {limit}; it was not attached.",
            es="«{name}» ocupa {size} y los ficheros de este tipo se admiten hasta {limit}; no se adjuntó.",
            name=name,
            size=amount(size),
            limit=f"{most // 1_000_000} MB",
        )


def _parts(name: str, file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as opened:
            while part := opened.read(PART_BYTES):
                yield part
    except OSError as error:
        raise _gone(name) from error


def _pages(passages: Sequence[Passage]) -> int | None:
    """Return the last page with text on it."""
    numbers = [int(found.group(1)) for passage in passages if (found := _PAGE.match(passage.place))]
    return max(numbers, default=None)


def _plain_name(name: str) -> str:
    """Return the name alone, without what would break a line or turn the reading direction; its end is kept."""
    shown = " ".join("".join(c for c in PurePath(name).name if c.isprintable()).split()) or "?"
    if len(shown) <= _LONGEST_NAME:
        return shown
    suffix = PurePath(shown).suffix[:12]
    return shown[: _LONGEST_NAME - len(suffix) - 1] + "…" + suffix


def _kind(name: str) -> InputError:
    return InputError(
        "attachment.kind",
        en="Jarvis does not read files like “{name}”; it was not attached. It takes pictures (PNG, JPEG, WebP, GIF), "
        "PDF, Office and text documents, tables, mail, books and source code.",
        es="Jarvis no lee ficheros como «{name}»; no se adjuntó. Admite imágenes (PNG, JPEG, WebP, GIF), PDF, "
        "documentos de Office y de texto, tablas, correo, libros y código.",
        name=name,
    )


def _unreadable(name: str, why: Reason) -> InputError:
    return InputError(
        "attachment.unreadable",
        en="“{name}” was not attached. {why_en}",
        es="«{name}» no se adjuntó. {why_es}",
        name=name,
        why_en=why.sentence("en"),
        why_es=why.sentence("es"),
    )


def _gone(name: str) -> InputError:
    return InputError(
        "attachment.unread_file",
        en="“{name}” could not be read, so it was not attached. Look whether it is still there and may be read.",
        es="No se pudo leer «{name}» y no se adjuntó. Mira si sigue ahí y si se puede leer.",
        name=name,
    )
