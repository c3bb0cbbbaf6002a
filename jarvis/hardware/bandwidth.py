"""How fast a GPU reads its own memory: from a table of known cards, else from its clock and bus, else a low guess.

Pure; asks no driver.
"""

from __future__ import annotations

import functools
import logging
import re

from jarvis.hardware.bandwidth_table import KNOWN

_LOG = logging.getLogger(__name__)

UNKNOWN_GPU_GBS = 100.0
"""Taken for a card of which nothing is known: less than every discrete card of the last ten years but the smallest,
so that a prediction made with it is exceeded rather than missed."""

_KEYS = sorted(KNOWN, key=len, reverse=True)


def gpu_bandwidth_gbs(name: str) -> float | None:
    """Return the published memory bandwidth of the GPU that its driver calls `name`, in GB/s; None when unknown.

    Upper and lower case do not matter. A key must end where a word ends: "RTX 4070" is not in "RTX 4070Ti".
    """
    told = " ".join(name.lower().replace("(tm)", "").replace("(r)", "").split())
    found = next((key for key in _KEYS if re.search(rf"(?<![a-z0-9]){re.escape(key)}(?![a-z0-9])", told)), None)
    return None if found is None else KNOWN[found]


def computed_bandwidth_gbs(clock_mhz: int | None, bus_bits: int | None) -> float | None:
    """Return what clock and bus width make, in GB/s: two transfers a clock; None where either is not told.

    The clock is the one that NVML reports as the memory's highest: 10501 MHz and 384 bits are an RTX 4090's 1008 GB/s.
    """
    if not clock_mhz or not bus_bits:
        return None
    return clock_mhz * 1e6 * 2 * bus_bits / 8 / 1e9


@functools.lru_cache(maxsize=64)
def bandwidth_gbs(name: str, clock_mhz: int | None = None, bus_bits: int | None = None) -> float:
    """Return the bandwidth to reckon with, in GB/s.

    A card of which nothing is known gets `UNKNOWN_GPU_GBS`, and the log says so, once.
    """
    known = gpu_bandwidth_gbs(name) or computed_bandwidth_gbs(clock_mhz, bus_bits)
    if known is None:
        _LOG.warning("the memory bandwidth of %s is not known; %.0f GB/s is assumed", name, UNKNOWN_GPU_GBS)
        return UNKNOWN_GPU_GBS
    return known
