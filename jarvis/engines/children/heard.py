"""What passes between the wire and a recogniser in the listening child: requests and what was heard. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from jarvis.contracts.errors import Language
from jarvis.contracts.speech import Segment


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One utterance to come. `number` tells it from others; `words` and `before` are hints, best first.

    Without `partials` nothing is decoded before it is asked for.
    """

    number: int = 0
    language: Language | None = None
    words: tuple[str, ...] = ()
    before: str = ""
    partials: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class HeardSpeech:
    """The words of an utterance. `confidence` 0..1 is the mean probability of a token; `note` says, in English and
    Spanish, what changed about the recogniser meanwhile."""

    text: str
    language: Language
    accepted: bool
    confidence: float
    segments: tuple[Segment, ...] = ()
    compute_seconds: float = 0.0
    note: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PartialSpeech:
    """The words of an utterance that goes on; the first `stable` characters no longer change."""

    text: str
    stable: int
    language: Language


class Listener(Protocol):
    """Who is told; any thread, one at a time."""

    def partial(self, request: Request, heard: PartialSpeech) -> None:
        """The words so far have changed."""
        ...

    def settled(self, request: Request, number: int, heard: HeardSpeech) -> None:
        """The answer to `settle(number)`."""
        ...

    def finished(self, request: Request, heard: HeardSpeech) -> None:
        """The answer to `finish`."""
        ...
