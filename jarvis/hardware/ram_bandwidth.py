"""How fast this machine's RAM and disk are: measured when asked for, kept in the cache folder, else a named default.

What kind of memory is built in cannot be read without administrator rights, hence the measurement.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from jarvis.contracts.cancel import CancelToken

_LOG = logging.getLogger(__name__)

DEFAULT_RAM_GBS = 20.0
"""Taken until it was measured: about what two cores get out of DDR4, and less than any newer desktop has."""

DEFAULT_DISK_GBS = 0.5
"""Taken for a disk of unknown kind: a SATA solid-state disk."""

ROTATING_DISK_GBS = 0.15
"""Taken for a disk that turns."""

NVME_DISK_GBS = 1.5
"""Taken for an NVMe disk: what the slower ones give a single reader."""

MEASURED_BYTES = 384 << 20
"""Memory that a measurement copies in one round, sources and destinations together; beyond every cache."""

_ROUNDS = 6
_SECONDS = 1.0
_MOST_THREADS = 8
_DISK_BYTES = 256 << 20
_DISK_SECONDS = 1.0
_CHUNK = 4 << 20


class KnownSpeeds:
    """The measured speeds of this machine, kept in `cache/speeds.json`; another machine's figures are not used."""

    def __init__(self, cache: Path, machine: str = "") -> None:
        self._file = cache / "speeds.json"
        self._machine = machine or _this_machine()

    def ram_gbs(self) -> float:
        """Return the measured bandwidth of the RAM in GB/s, `DEFAULT_RAM_GBS` before the first measurement."""
        return self._kept().get("ram", DEFAULT_RAM_GBS)

    def disk_gbs(self, place: Path, sys: Path = Path("/sys")) -> float:
        """Return how fast the disk under `place` is read, in GB/s: measured, else by its kind."""
        return self._kept().get(f"disk {_disk_number(place)}") or _disk_kind_gbs(place, sys)

    def measure(
        self, file: Path | None, cancel: CancelToken, then_disk: Callable[[], None] = lambda: None
    ) -> tuple[float, float | None]:
        """Measure the RAM's bandwidth, then how fast `file`'s disk gives it; a second each. Keeps and returns both.

        `then_disk` is called in between. Raises `OSError`, `MemoryError` and `Cancelled`; nothing is kept then.
        """
        ram, disk = measure_ram_bandwidth(cancel=cancel), None
        if file is not None:
            then_disk()
            disk = self._keep(f"disk {_disk_number(file)}", measure_disk_bandwidth(file, cancel=cancel))
        return self._keep("ram", ram), disk

    def _keep(self, what: str, gbs: float) -> float:
        kept = {**self._kept(), what: round(gbs, 3)}
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = self._file.with_name(f".{self._file.name}.{os.getpid()}")
            part.write_text(json.dumps({"machine": self._machine, "gbs": kept}), encoding="utf-8")
            part.replace(self._file)
        except OSError as error:
            _LOG.warning("the measured speed of %s could not be kept: %s", what, error)
        return gbs

    def _kept(self) -> dict[str, float]:
        try:
            document = json.loads(self._file.read_text(encoding="utf-8"))
            if document["machine"] != self._machine:
                return {}
            return {str(what): float(gbs) for what, gbs in document["gbs"].items() if gbs > 0}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            _LOG.warning("the measured speeds cannot be read and are measured anew when asked for: %s", error)
            return {}


def measure_ram_bandwidth(
    threads: int = 0, clock: Callable[[], float] = time.perf_counter, cancel: CancelToken | None = None
) -> float:
    """Copy `MEASURED_BYTES` with several threads and return reads and writes of the best round together, in GB/s.

    `threads` 0 takes one for each core, eight at most. Ends after six rounds or one second; raises `Cancelled` between
    two rounds, `MemoryError` where there is not that much free.
    """
    import numpy

    count = threads or max(1, min(_MOST_THREADS, psutil.cpu_count(logical=False) or 1))
    half = MEASURED_BYTES // 2 // count
    pairs = [(numpy.ones(half, numpy.uint8), numpy.ones(half, numpy.uint8)) for _ in range(count)]

    def copy(number: int) -> None:
        source, target = pairs[number]
        numpy.copyto(target, source)

    best, deadline = 0.0, clock() + _SECONDS
    for _ in range(_ROUNDS):
        workers = [threading.Thread(target=copy, args=(number,)) for number in range(count)]
        begun = clock()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        took = clock() - begun
        best = max(best, 2 * half * count / max(took, 1e-9) / 1e9)
        if cancel is not None:
            cancel.raise_if_cancelled()
        if clock() >= deadline:
            break
    return best


def measure_disk_bandwidth(
    file: Path, clock: Callable[[], float] = time.perf_counter, cancel: CancelToken | None = None
) -> float:
    """Read the end of `file`, past what the system remembers of it where that can be forgotten; returns GB/s.

    At most 256 MiB or a second. A file smaller than a few MiB says little. Raises `OSError`, and `Cancelled` between
    two pieces.
    """
    with file.open("rb", buffering=0) as stream:
        size = os.fstat(stream.fileno()).st_size
        begin = max(0, size - _DISK_BYTES)
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(stream.fileno(), begin, 0, os.POSIX_FADV_DONTNEED)
        stream.seek(begin)
        read, begun = 0, clock()
        while clock() - begun < _DISK_SECONDS and (piece := stream.read(_CHUNK)):
            read += len(piece)
            if cancel is not None:
                cancel.raise_if_cancelled()
        return read / max(clock() - begun, 1e-9) / 1e9


def _disk_kind_gbs(place: Path, sys: Path) -> float:
    """Return the default for the kind of disk; Linux only, elsewhere and for layered file systems the general one."""
    device = sys / "dev" / "block" / _disk_number(place)
    for folder in (device, device / ".."):
        try:
            rotational = (folder / "queue" / "rotational").read_text(encoding="ascii").strip()
        except OSError:
            continue
        name = device.resolve().name
        if name.startswith(("vd", "xvd")):
            # A virtual machine's disk says that it turns, whatever it is.
            return DEFAULT_DISK_GBS
        if rotational == "1":
            return ROTATING_DISK_GBS
        return NVME_DISK_GBS if name.startswith("nvme") else DEFAULT_DISK_GBS
    return DEFAULT_DISK_GBS


def _disk_number(place: Path) -> str:
    there = next((folder for folder in (place, *place.parents) if folder.exists()), Path("/"))
    number = there.stat().st_dev
    return f"{os.major(number)}:{os.minor(number)}" if hasattr(os, "major") else str(number)


def _this_machine() -> str:
    facts = f"{platform.node()} {platform.machine()} {psutil.cpu_count()} {psutil.virtual_memory().total}"
    return hashlib.sha256(facts.encode()).hexdigest()[:16]
