"""What a made-up life consists of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from jarvis.contracts.errors import Language

Kind = Literal["single", "multi", "temporal", "updated", "swapped", "dated", "none"]
"""One turn answers; two to four turns do; it asks when; the last of several states is meant; it asks one friend's story
of the other, so a search should find the turn and an answer should object; it asks what was told of a matter in one
month; nobody said it."""

KINDS: tuple[Kind, ...] = ("single", "multi", "temporal", "updated", "swapped", "dated", "none")


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """Something that one of the friends wrote. `session` counts from 1, `when` is UTC."""

    id: str
    session: int
    when: datetime
    speaker: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A question of the kind `kind`; `evidence` are the ids of the turns that answer it, empty for "none" only."""

    id: str
    kind: Kind
    text: str
    evidence: tuple[str, ...]
    language: Language


@dataclass(frozen=True, kw_only=True, slots=True)
class Life:
    """A year of two friends writing to each other. `held_out` marks what nothing may be tuned on."""

    name: str
    language: Language
    held_out: bool
    speakers: tuple[str, str]
    turns: tuple[Turn, ...]
    questions: tuple[Question, ...]
