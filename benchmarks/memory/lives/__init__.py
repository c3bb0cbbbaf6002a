"""Made-up long lives: two friends write to each other for a year, and questions ask what they wrote.

`lives()` makes them: four in English and four in Spanish, two of each to tune on and two held out. Every sentence was
written for this; the generator deals out who tells what, the details, the order and the small talk, by seed.
"""

from __future__ import annotations

from functools import cache

from benchmarks.memory.lives.making import Cast, make, midnight
from benchmarks.memory.lives.values import KINDS, Kind, Life, Question, Turn

__all__ = ["CASTS", "KINDS", "Cast", "Kind", "Life", "Question", "Turn", "lives"]

CASTS: tuple[Cast, ...] = (
    Cast(
        name="en-1",
        language="en",
        held_out=False,
        speakers=("Nora", "Felix"),
        feminine=(True, False),
        script="en_one",
        talk="en_talk",
        seed=11,
        begin=midnight(2023, 2, 4),
    ),
    Cast(
        name="en-2",
        language="en",
        held_out=False,
        speakers=("Priya", "Owen"),
        feminine=(True, False),
        script="en_one",
        talk="en_talk",
        seed=12,
        begin=midnight(2024, 6, 11),
    ),
    Cast(
        name="en-3",
        language="en",
        held_out=True,
        speakers=("Leila", "Marcus"),
        feminine=(True, False),
        script="en_two",
        talk="en_talk",
        seed=13,
        begin=midnight(2023, 9, 2),
    ),
    Cast(
        name="en-4",
        language="en",
        held_out=True,
        speakers=("Ruth", "Tess"),
        feminine=(True, True),
        script="en_two",
        talk="en_talk",
        seed=14,
        begin=midnight(2025, 1, 17),
    ),
    Cast(
        name="es-1",
        language="es",
        held_out=False,
        speakers=("Lucía", "Tomás"),
        feminine=(True, False),
        script="es_one",
        talk="es_talk",
        seed=21,
        begin=midnight(2023, 3, 12),
    ),
    Cast(
        name="es-2",
        language="es",
        held_out=False,
        speakers=("Irene", "Pablo"),
        feminine=(True, False),
        script="es_one",
        talk="es_talk",
        seed=22,
        begin=midnight(2024, 10, 5),
    ),
    Cast(
        name="es-3",
        language="es",
        held_out=True,
        speakers=("Rocío", "Martín"),
        feminine=(True, False),
        script="es_two",
        talk="es_talk",
        seed=23,
        begin=midnight(2023, 8, 20),
    ),
    Cast(
        name="es-4",
        language="es",
        held_out=True,
        speakers=("Elena", "Mateo"),
        feminine=(True, False),
        script="es_two",
        talk="es_talk",
        seed=24,
        begin=midnight(2025, 2, 9),
    ),
)


@cache
def _life(cast: Cast) -> Life:
    return make(cast)


def lives() -> list[Life]:
    """Return every life, always the same ones in the same order."""
    return [_life(cast) for cast in CASTS]
