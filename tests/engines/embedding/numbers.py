"""Arithmetic on vectors as they travel."""

from __future__ import annotations

from array import array
from operator import mul

from jarvis.contracts.embedding import Embedding


def numbers(dense: bytes) -> array[float]:
    """Return the float32 numbers of `dense`."""
    made = array("f")
    made.frombytes(dense)
    return made


def cosine(one: Embedding, other: Embedding) -> float:
    """Return how alike two vectors of length 1 are."""
    return sum(map(mul, numbers(one.dense), numbers(other.dense)))
