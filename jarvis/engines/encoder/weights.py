"""Reads the float32 arrays of a safetensors file with numpy alone.

The format: eight bytes with the length of a JSON header, the header (name, type, shape, place), the bare numbers. Knows
nothing about what the arrays are for; others than float32 are left out.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

_LENGTH_BYTES = 8
_HEADER_AT_MOST = 16_000_000


class DamagedWeights(ValueError):
    """The file is not a whole safetensors file, or not the one that was expected."""


def read_weights(path: Path, *, checksum: str | None = None) -> dict[str, npt.NDArray[np.float32]]:
    """Return the arrays of `path` by name; read-only.

    `checksum` is the SHA-256 that the file must have, in hexadecimal. Raises `DamagedWeights`, and `OSError` where the
    file cannot be read.
    """
    content = path.read_bytes()
    if checksum is not None and hashlib.sha256(content).hexdigest() != checksum:
        raise DamagedWeights(f"{path.name} has another checksum than the published file")
    try:
        (length,) = struct.unpack("<Q", content[:_LENGTH_BYTES])
        if length > min(_HEADER_AT_MOST, len(content)):
            raise DamagedWeights(f"the header of {path.name} is longer than the file")
        start = _LENGTH_BYTES + length
        header = json.loads(content[_LENGTH_BYTES:start])
        return {
            name: _array(content, start, entry)
            for name, entry in header.items()
            if name != "__metadata__" and entry["dtype"] == "F32"
        }
    except DamagedWeights:
        raise
    except (struct.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedWeights(f"{path.name} has no readable header") from error


def _array(content: bytes, start: int, entry: dict[str, list[int]]) -> npt.NDArray[np.float32]:
    begin, end = entry["data_offsets"]
    shape = entry["shape"]
    if not 0 <= begin <= end <= len(content) - start or end - begin != 4 * math.prod(shape):
        raise DamagedWeights("an array lies outside of the file")
    return np.frombuffer(content, np.dtype("<f4"), count=(end - begin) // 4, offset=start + begin).reshape(shape)
