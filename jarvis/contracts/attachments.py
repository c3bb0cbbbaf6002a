"""Files that go with questions: taken in, kept, read again, deleted. Values and two ports; who keeps them is elsewhere.

What a file says is text from elsewhere: it is material to be asked about, never an order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import InputError, Language
from jarvis.contracts.messages import Attachment

LARGEST_IMAGE = 20_000_000
"""Bytes of a picture: what the strictest of the usual interfaces take in one request (OpenAI, Gemini: 20 MB)."""

LARGEST_DOCUMENT = 100_000_000
"""Bytes of a document: it is kept in the database, whose backup must stay something that one copies."""

MOST_PIXELS = 64_000_000
"""Of a picture: decoded it takes 256 MB, and no model looks at a tenth of that."""

MOST_FILES = 12
"""Files of one question."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A piece of a document's text in reading order; `place` cites where it stands ("p. 3"), empty where unknown."""

    text: str
    place: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RankedPassages:
    """How much each passage bears on a question: `scores` 0 to 1, one for each, 0 where it does not.

    `why` says in a sentence why meanings were not compared, or not by everything that could; empty where they were.
    """

    scores: tuple[float, ...]
    why: str = ""


class PassageRanking(Protocol):
    """Ranks the passages of a document by words and meaning. Any thread; waits for models only so long."""

    def begin(self, attachment_id: str, passages: Sequence[Passage]) -> None:
        """Read a document for its meaning in the background, before anything is asked about it."""
        ...

    def ranked(
        self,
        attachment_id: str,
        passages: Sequence[Passage],
        question: str,
        language: Language,
        cancel: CancelToken | None = None,
    ) -> RankedPassages:
        """Return the ranks for a question in `language`.

        Without a model, or where it takes too long, the ranks are those of the words alone. Raises `Cancelled` soon
        after `cancel` is raised, and nothing else.
        """
        ...


class AttachmentReader(Protocol):
    """What answering needs of the files that are kept. Any thread; raises `StorageError`."""

    def data(self, attachment_id: str) -> bytes:
        """Return its bytes as they were taken in; empty where it is gone."""
        ...

    def picture(self, attachment_id: str) -> bytes:
        """Return a picture as models get it: without where, when and by whom it was taken; empty where it is gone."""
        ...

    def passages(self, attachment_id: str) -> Sequence[Passage]:
        """Return a document's text in pieces, in reading order; empty for a picture or where it is gone."""
        ...

    def keep_here(self, attachment_ids: Sequence[str]) -> None:
        """Mark them as attached while nothing might leave."""
        ...


class AttachmentDesk(AttachmentReader, Protocol):
    """What doors do with files. Any thread, never a window's: it reads and writes whole files."""

    def add(self, name: str, source: bytes | Path, *, draft: str | None = None) -> Attachment:
        """Take a file in: its bytes, and a document's text, which is read once, now.

        `draft` is the conversation ("" a new one) whose unsent message it belongs to; None is of no draft: it must be
        sent soon, or it is deleted. `InputError` with the reason where it is too large, broken, empty, of a kind that
        is not read, or not a file; nothing is kept then.
        """
        ...

    def drafts(self, conversation_id: str) -> Sequence[Attachment]:
        """Return what waits in a conversation's unsent message, in the order in which it was attached."""
        ...

    def drop(self, attachment_id: str) -> None:
        """Delete a file that was not sent, bytes included; nothing where it was sent or is gone."""
        ...


def broken_picture(name: str) -> InputError:
    """Return the error for a picture that cannot be decoded."""
    return InputError(
        "attachment.broken_image",
        en="“{name}” is broken or not a picture, whatever its name says; it was not attached.",
        es="«{name}» está dañado o no es una imagen, diga lo que diga su nombre; no se adjuntó.",
        name=name,
    )
