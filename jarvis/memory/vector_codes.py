"""Vectors as small integers and as signs: how they are made, checked and compared.

A vector is kept as signed bytes with one scale (about 0.002 off in a cosine) and, for the first look over many, as one
bit per dimension. Knows neither files nor what the vectors mean. numpy comes in with the first call.
"""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jarvis.contracts.errors import EngineError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LOG = logging.getLogger(__name__)

BLOCK = 1024
"""Consecutive numbers whose signs are kept together."""

_STEPS = 127
_SPARSE = struct.Struct("<If")
_CHECK = struct.Struct("<I")


def words_of(dimensions: int) -> int:
    """Return how many 64-bit words the signs of one vector take."""
    return -(-dimensions // 64)


def quantised(dense: Sequence[bytes], dimensions: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return vectors (little-endian float32) as integers, one row each, and their scales: vector = integers * scale.

    A vector with anything infinite in it becomes zero, so that it is never found; one of another length raises
    `EngineError`, since it comes from another model.
    """
    import numpy as np

    wrong = next((len(one) for one in dense if len(one) != 4 * dimensions), None)
    if wrong is not None:
        raise EngineError(
            "memory.vector_length",
            en="The embedding model gave vectors of {got} numbers where {wanted} were expected; they were not kept. "
            "Check which model the setting memory.embedder_model names.",
            es="El modelo de embeddings dio vectores de {got} números en vez de {wanted}; no se han guardado. "
            "Comprueba qué modelo indica el ajuste memory.embedder_model.",
            retryable=False,
            got=wrong // 4,
            wanted=dimensions,
        )
    vectors = np.frombuffer(b"".join(dense), dtype="<f4").reshape(len(dense), dimensions)
    broken = ~np.isfinite(vectors).all(axis=1)
    if broken.any():
        _LOG.warning("%d vectors were not finite and are kept as nothing", int(broken.sum()))
        vectors = np.where(broken[:, None], np.float32(0), vectors)
    scales = np.abs(vectors).max(axis=1, initial=0.0) / _STEPS
    divisors = np.where(scales > 0, scales, 1)
    return np.rint(vectors / divisors[:, None]).astype(np.int8), scales.astype(np.float32)


def signs(codes: NDArray[np.int8]) -> NDArray[np.uint64]:
    """Return one bit per dimension of each row, shape (rows, words), padded with zeros."""
    import numpy as np

    rows, dimensions = codes.shape
    packed = np.zeros((rows, 8 * words_of(dimensions)), dtype=np.uint8)
    packed[:, : -(-dimensions // 8)] = np.packbits(codes > 0, axis=1)
    return packed.view(np.uint64)


def unit(dense: bytes, dimensions: int) -> NDArray[np.float32]:
    """Return a question's vector with length 1 (or 0); `EngineError` where it has another number of dimensions."""
    import numpy as np

    quantised([dense], dimensions)
    vector: NDArray[np.float32] = np.nan_to_num(np.frombuffer(dense, dtype="<f4"), posinf=0.0, neginf=0.0).astype(
        np.float32
    )
    length = float(np.linalg.norm(vector))
    if length > 0:
        vector /= np.float32(length)
    return vector


def cosines(codes: NDArray[np.int8], scales: NDArray[np.float32], query: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the products of each row with `query`, in pieces that fit in the processor's cache."""
    import numpy as np

    found = np.empty(len(codes), dtype=np.float32)
    for start in range(0, len(codes), BLOCK):
        piece = slice(start, start + BLOCK)
        found[piece] = codes[piece].astype(np.float32) @ query
    found *= scales
    return found


def row_check(seq: int, scale: float, codes: bytes) -> int:
    """Return the checksum of one vector; it covers whose it is."""
    return zlib.crc32(codes, zlib.crc32(struct.pack("<qf", seq, scale)))


def block_check(number: int, present: bytes, bits: bytes) -> int:
    """Return the checksum of a block of signs."""
    return zlib.crc32(bits, zlib.crc32(present, number))


def packed_sparse(weights: Mapping[int, float]) -> bytes:
    """Return weights by token as bytes with their checksum; empty for none."""
    if not weights:
        return b""
    body = b"".join(_SPARSE.pack(token, weight) for token, weight in sorted(weights.items()))
    return _CHECK.pack(zlib.crc32(body)) + body


def unpacked_sparse(packed: bytes) -> dict[int, float] | None:
    """Return what `packed_sparse` packed, None where the bytes are damaged."""
    if not packed:
        return {}
    body = packed[_CHECK.size :]
    if len(body) % _SPARSE.size or packed[: _CHECK.size] != _CHECK.pack(zlib.crc32(body)):
        return None
    return dict(_SPARSE.iter_unpack(body))


def as_floats(codes: Any, scales: Any) -> NDArray[np.float32]:
    """Return the vectors that integers and scales stand for, each with length 1 (or 0)."""
    import numpy as np

    vectors = codes.astype(np.float32) * scales[:, None]
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.where(lengths > 0, lengths, 1)
    floats: NDArray[np.float32] = vectors
    return floats
