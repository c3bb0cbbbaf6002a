"""Recognises the model behind an address by the vector that it makes of one known sentence.

Keeps one file for all addresses; a damaged file is begun anew, which means that servers are met again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import logging
import re
from array import array
from dataclasses import asdict, dataclass
from operator import mul
from pathlib import Path

from jarvis.engines.encoder.cache import keep, kept

SENTENCE = "The red boat waits in the harbour. El barco rojo espera en el puerto."

SAME = 0.98
"""Cosine from which two vectors of the sentence come from the same weights: quantizations of one model are above 0.99,
other models far below."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Acquaintance:
    """A model that was met: `tag` names its vectors, `vector` is that of the sentence in base64."""

    tag: str
    dimensions: int
    vector: str


class Acquaintances:
    """What is known of the model called `model` at `url`, kept in `file`."""

    def __init__(self, file: Path, url: str, model: str) -> None:
        self._file = file
        self._entry = f"{url} {model}"
        self._label = re.sub(r"[^a-z0-9.]+", "-", model.lower()).strip("-.")[:40] or "model"
        self._found: Acquaintance | None = None

    def known(self) -> Acquaintance | None:
        """Return the model that was met last; None when none was."""
        if self._found is None:
            self._found = self._all().get(self._entry)
        return self._found

    def recognised(self, dense: bytes) -> bool:
        """True where `dense`, the sentence's vector of length 1, is that of the known model."""
        known = self.known()
        if known is None or len(dense) != 4 * known.dimensions:
            return False
        alike: float = sum(map(mul, _numbers(dense), _numbers(base64.b64decode(known.vector))))
        return alike >= SAME

    def met(self, dense: bytes) -> Acquaintance:
        """Remember the model that made `dense` of the sentence, and return it; a known one keeps its tag."""
        if self._found is None:
            self._found = self._all().get(self._entry)
        if self._found is not None and self.recognised(dense):
            return self._found
        mark = hashlib.sha256(self._entry.encode("utf-8", "replace") + dense).hexdigest()[:8]
        dimensions = len(dense) // 4
        self._found = Acquaintance(
            tag=f"server-{self._label}-{dimensions}-{mark}",
            dimensions=dimensions,
            vector=base64.b64encode(dense).decode("ascii"),
        )
        entries = {name: asdict(entry) for name, entry in {**self._all(), self._entry: self._found}.items()}
        try:
            keep(self._file, json.dumps(entries).encode("ascii"))
        except OSError as error:
            # It is met again by the next process, under the same tag as long as its vector is exactly the same.
            _LOG.warning("what was learned of an embedding server could not be kept: %s", error)
        return self._found

    def _all(self) -> dict[str, Acquaintance]:
        try:
            content = kept(self._file)
            listed = json.loads(content) if content is not None else {}
            entries = {str(name): Acquaintance(**entry) for name, entry in listed.items()}
            return {name: entry for name, entry in entries.items() if _whole(entry)}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            _LOG.warning("what was learned of embedding servers could not be read: %s", error)
            return {}


def _whole(entry: Acquaintance) -> bool:
    try:
        return len(base64.b64decode(entry.vector, validate=True)) == 4 * entry.dimensions > 0
    except binascii.Error:
        return False


def _numbers(dense: bytes) -> array[float]:
    numbers = array("f")
    numbers.frombytes(dense)
    return numbers
