"""The OpenAI embeddings protocol as a client sees it: one request, its failures as sentences, vectors checked.

Asks with the standard fields only, so that any server understands it; Jarvis' own children send sparse weights beside.
Never logs text or keys.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import mul
from typing import TYPE_CHECKING, Any

from jarvis.contracts.embedding import Embedding
from jarvis.contracts.errors import EngineError
from jarvis.engines.failures import failure
from jarvis.engines.refusals import Refusal, is_page, pause_wanted, refusal_failure
from jarvis.engines.wire_limits import ANSWER_BYTES, ERROR_BYTES

if TYPE_CHECKING:
    from httpx2 import Client

EMPTY = "."
"""Sent for a text that holds nothing: many servers refuse the empty one."""

CONNECT_SECONDS = 10.0
_MOST_DIMENSIONS = 65_536
_UNIT = 1e-5


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A model on a server; `where` names the server in sentences, `headers` go with every request."""

    base_url: str
    model: str
    where: str
    key: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


class Lost(Exception):
    """There was no answer: the connection was refused or broke, or (`late`) the time was over."""

    def __init__(self, *, late: bool) -> None:
        super().__init__("late" if late else "lost")
        self.late = late


class Refused(Exception):
    """The server answered something else than 200; `refusal` says what."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.status)
        self.refusal = refusal


def ask(client: Client, address: Address, path: str, body: Mapping[str, Any], *, seconds: float) -> dict[str, Any]:
    """Return the document that `path` answers; `seconds` is how long the server may say nothing.

    Raises `Lost`, `Refused`, and `EngineError` for what is no document.
    """
    import httpx2

    headers = {"accept-encoding": "identity", "content-type": "application/json", **address.headers}
    if address.key:
        headers["authorization"] = f"Bearer {address.key}"
    names = {"where": address.where, "model": address.model}
    # ASCII only: a lone surrogate cannot be written otherwise, and texts are cleaned by whoever asks.
    content = json.dumps(dict(body)).encode("ascii")
    url, timeout = address.base_url.rstrip("/") + path, httpx2.Timeout(seconds, connect=CONNECT_SECONDS)
    try:
        with client.stream("POST", url, headers=headers, content=content, timeout=timeout) as answer:
            most = ANSWER_BYTES if answer.status_code == 200 else ERROR_BYTES
            received = bytearray()
            for piece in answer.iter_bytes():
                received += piece
                if len(received) > most:
                    raise failure("too_much", **names)
            status, kinds = answer.status_code, answer.headers
    except httpx2.TimeoutException as error:
        raise Lost(late=True) from error
    except httpx2.HTTPError as error:
        raise Lost(late=False) from error
    except RuntimeError as error:
        if not client.is_closed:
            raise
        raise Lost(late=False) from error
    document = _document(bytes(received))
    if status != 200:
        raise Refused(_refusal(status, kinds, document))
    if document is None:
        raise failure("not_an_api", **names)
    return document


def lost_failure(error: Lost, address: Address) -> EngineError:
    """Return what a person is told where a server gave no answer."""
    return failure("timeout" if error.late else "unreachable", where=address.where, model=address.model)


def refused_failure(error: Refused, address: Address) -> EngineError:
    """Return what a person is told where a server refused."""
    return refusal_failure(error.refusal, where=address.where, model=address.model)


def sendable(text: str, most: int) -> str:
    """Return `text` as any server takes it: valid Unicode, not empty, at most `most` characters from its beginning."""
    clean = text[:most].encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    return clean if clean.strip() else EMPTY


def batches(texts: Sequence[str], *, most_texts: int, most_characters: int) -> Iterator[list[str]]:
    """Yield `texts` in order, in lists of at most `most_texts` and, unless one alone is longer, `most_characters`."""
    batch: list[str] = []
    characters = 0
    for text in texts:
        if batch and (len(batch) == most_texts or characters + len(text) > most_characters):
            yield batch
            batch, characters = [], 0
        batch.append(text)
        characters += len(text)
    if batch:
        yield batch


def embeddings(document: Mapping[str, Any], count: int, where: str, *, dimensions: int = 0) -> list[Embedding]:
    """Return the `count` vectors of an answer in the order of the texts, each of length 1 and equally wide.

    `dimensions` 0 takes any width. Raises `EngineError`, which names `where` the answer came from: another number of
    rows, no numbers, a vector of zeros, infinities, or a wrong width.
    """
    rows = document.get("data")
    if not isinstance(rows, list) or len(rows) != count:
        raise _unusable(where, f"{len(rows) if isinstance(rows, list) else 'no'} vectors for {count} texts")
    made: list[Embedding | None] = [None] * count
    for place, row in enumerate(rows):
        if not isinstance(row, dict):
            raise _unusable(where, "a row is no object")
        index = row.get("index", place)
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < count or made[index] is not None:
            raise _unusable(where, "the rows are numbered wrongly")
        made[index] = Embedding(dense=_unit(row.get("embedding"), where), sparse=_sparse(row.get("sparse"), where))
    found = [each for each in made if each is not None]
    widths = {len(each.dense) // 4 for each in found}
    if len(widths) > 1 or (dimensions and widths != {dimensions}):
        raise _unusable(where, f"vectors of {', '.join(map(str, sorted(widths)))} numbers")
    return found


def _unit(given: object, where: str) -> bytes:
    numbers = array("f")
    try:
        if isinstance(given, str):
            numbers.frombytes(base64.b64decode(given, validate=True))
            if sys.byteorder == "big":
                numbers.byteswap()
        elif isinstance(given, list):
            numbers.extend(given)
    except (binascii.Error, ValueError, TypeError, OverflowError) as error:
        raise _unusable(where, "something else than numbers") from error
    if not 0 < len(numbers) <= _MOST_DIMENSIONS:
        raise _unusable(where, f"a vector of {len(numbers)} numbers")
    length = math.sqrt(sum(map(mul, numbers, numbers)))
    if not math.isfinite(length) or length == 0.0:
        raise _unusable(where, "a vector without a length (zeros, infinities or NaN)")
    if abs(length - 1.0) > _UNIT:
        numbers = array("f", [number / length for number in numbers])
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _sparse(given: object, where: str) -> dict[int, float]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise _unusable(where, "weights of words that are no table")
    try:
        weights = {int(token): float(weight) for token, weight in given.items()}
    except (TypeError, ValueError) as error:
        raise _unusable(where, "weights of words that are no numbers") from error
    return {token: weight for token, weight in weights.items() if math.isfinite(weight) and weight > 0}


def _unusable(where: str, why: str) -> EngineError:
    return EngineError(
        "embedding.unusable",
        en="{where} answered with something that is no usable vector ({why}), so nothing of it was kept. Check that "
        "its model makes embeddings, or choose another one in the settings (memory.embedder).",
        es="{where} respondió algo que no es un vector utilizable ({why}) y no se guardó nada. Comprueba que su modelo "
        "produce embeddings o elige otro en los ajustes (memory.embedder).",
        retryable=False,
        where=where,
        why=why,
    )


def _document(body: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _refusal(status: int, headers: Mapping[str, str], document: dict[str, Any] | None) -> Refusal:
    error = (document or {}).get("error")
    told = error if isinstance(error, dict) else {}
    return Refusal(
        status=status,
        code=str(told.get("code") or told.get("type") or ""),
        message=f"{told.get('message', '')} {error}" if error else str(document or ""),
        page=is_page(headers),
        pause_seconds=pause_wanted(headers),
    )
