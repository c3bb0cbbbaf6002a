"""One open file as its reader sees it: bytes, size, date, bounds, and what has to be said about it afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from jarvis.documents.blocks import Block
from jarvis.documents.decoding import text_of
from jarvis.documents.limits import ReadLimits
from jarvis.documents.reasons import Reason, amount, reason


@dataclass(kw_only=True, slots=True)
class Source:
    """An open, seekable file. `suffix` is the end of its name in small letters, `modified` its date.

    Readers put into `partly` why not all of it was taken in.
    """

    file: BinaryIO
    name: str
    suffix: str
    size: int
    modified: datetime
    limits: ReadLimits
    partly: Reason | None = field(default=None)

    def head(self, most: int) -> str:
        """Return the text of its first `most` bytes, whole lines of it where there is more; `Unreadable` for none."""
        self.file.seek(0)
        data = self.file.read(most)
        if self.size > most:
            end = max(data.rfind(b"\n"), data.rfind(b"\r"))
            data = data[: end + 1] if end > most // 2 else data
            # Half of a two-byte unit would make the rest unreadable.
            data = data[: len(data) & ~1] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data
            self.partly = reason("cut", limit=amount(most))
        return text_of(data)


def bounded(source: Source, blocks: Iterable[Block], most: int) -> Iterator[Block]:
    """Yield `blocks` until their texts reach `most` bytes, and note on `source` that there was more."""
    taken = 0
    for block in blocks:
        taken += len(block.text.encode("utf-8", "replace"))
        if taken > most:
            source.partly = reason("cut", limit=amount(most))
            return
        yield block
