"""What a finished shard says about itself: whose vectors it holds, which, and how its files were when it was finished.

Written last, so that a shard without one is not finished. Knows nothing about how shards are searched.
"""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMAT = 1
MANIFEST = "manifest.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """A shard holds every vector numbered from its first number up to but without `stop`: `count` of them, whose
    numbers have the checksum `seqs`. `files` are those of ChromaDB with size and checksum, `where` is the server."""

    tag: str
    dimensions: int
    stop: int
    count: int
    seqs: int
    where: str = ""
    files: dict[str, Any]
    format: int = FORMAT


def seqs_check(seqs: NDArray[np.int64]) -> int:
    """Return the checksum of numbers in ascending order."""
    return zlib.crc32(seqs.astype("<i8").tobytes())


def read_manifest(folder: Path) -> Manifest | None:
    """Return a shard's manifest; None where there is none that can be understood."""
    try:
        document = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**document)
    except (OSError, ValueError, TypeError):
        return None
    numbers = (manifest.dimensions, manifest.stop, manifest.count, manifest.seqs)
    sound = manifest.format == FORMAT and all(isinstance(number, int) for number in numbers)
    return manifest if sound and isinstance(manifest.files, dict) else None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it all or not at all, and to the disk; OSError where that is not possible."""
    part = folder / f"{MANIFEST}.part"
    with part.open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / MANIFEST)


def remove_manifest(folder: Path) -> None:
    """Say that a shard is not finished any more."""
    (folder / MANIFEST).unlink(missing_ok=True)
