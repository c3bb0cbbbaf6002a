"""Sound in which every word is a number, and a recogniser that reads it back: nothing about it is left to chance.

A word is 12 frames of one value from 2 on, then a frame of 1s, which is speech but no word. Silence is 0.
"""

from __future__ import annotations

import queue
import threading
from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES
from jarvis.engines.children.agreement import TimedWord
from jarvis.engines.children.heard import HeardSpeech, PartialSpeech, Request
from jarvis.engines.children.whisper import GivenUp, HeardWindow, Window

WORD_FRAMES, GAP_FRAMES = 12, 1
WORD_SECONDS = (WORD_FRAMES + GAP_FRAMES) * VAD_SAMPLES / SAMPLE_RATE


def spoken(first: int, count: int = 1) -> bytes:
    """Return the words `first`, `first + 1` ... as sound, without a pause between them."""
    return b"".join(
        array("h", [number] * (WORD_FRAMES * VAD_SAMPLES) + [1] * (GAP_FRAMES * VAD_SAMPLES)).tobytes()
        for number in range(first, first + count)
    )


def silent(frames: int) -> bytes:
    """Return that many frames of silence."""
    return bytes(2 * VAD_SAMPLES * frames)


def words(first: int, count: int) -> str:
    """Return the text of `spoken(first, count)`."""
    return " ".join(f"w{number}" for number in range(first, first + count))


class NumberActivity:
    """Everything that is not 0 is speech."""

    def __call__(self, pcm: bytes) -> float:
        return 0.9 if any(pcm) else 0.01

    def reset(self) -> None:
        """Nothing to forget."""


class NumberWindows:
    """Reads words back; a word that is cut off at the end is read as its beginning, "w12-".

    While `gate` is clear it stops in the middle, after setting `busy`, and gives up when it is told to.
    """

    def __init__(self, batch: int = 1) -> None:
        self.batch = batch
        self.note: tuple[str, str] | None = None
        self.window_seconds = 0.0
        self.gate = threading.Event()
        self.gate.set()
        self.busy = threading.Event()
        self.decoded: list[float] = []
        self.given_up = 0
        self.short: list[bool] = []
        self.shares: Mapping[str, float] = {"en": 1.0}
        self.hints: list[tuple[Sequence[str], str]] = []
        self.fails: Exception | None = None

    def decode(
        self,
        windows: Sequence[Window],
        *,
        choose: Callable[[Mapping[str, float]], Any],
        hints: tuple[Sequence[str], str] = ((), ""),
        words: bool = False,
        short: bool = False,
        stale: Callable[[], bool] = lambda: False,
    ) -> list[HeardWindow]:
        if self.fails is not None:
            raise self.fails
        self.hints.append(hints)
        self.busy.set()
        while not self.gate.wait(0.002):
            if stale():
                self.given_up += 1
                raise GivenUp
        self.short.append(short)
        self.decoded += [len(window.pcm) / 2 / SAMPLE_RATE for window in windows]
        return [self._heard(window, choose(self.shares), words) for window in windows]

    def _heard(self, window: Window, language: Any, timed: bool) -> HeardWindow:
        found = _read(array("h", window.pcm))
        return HeardWindow(
            text=" ".join(word.text for word in found),
            language=language,
            verdict="believed" if found else "silence",
            probability=0.9 if found else 0.0,
            words=tuple(found) if timed else (),
        )


def _read(samples: array[int]) -> list[TimedWord]:
    found: list[TimedWord] = []
    at = 0
    while at < len(samples):
        value, begin = samples[at], at
        while at < len(samples) and samples[at] == value:
            at += 1
        if value > 1:
            whole = at - begin == WORD_FRAMES * VAD_SAMPLES
            found.append(
                TimedWord(
                    text=f"w{value}" if whole else f"w{value}-",
                    start_seconds=begin / SAMPLE_RATE,
                    end_seconds=at / SAMPLE_RATE,
                )
            )
    return found


class Ear:
    """The `Listener`: keeps what it is told; `next` waits for it."""

    def __init__(self) -> None:
        self.partials: list[PartialSpeech] = []
        self.answers: queue.Queue[tuple[int, int | None, HeardSpeech]] = queue.Queue()
        self.told = threading.Condition()

    def partial(self, request: Request, heard: PartialSpeech) -> None:
        with self.told:
            self.partials.append(heard)
            self.told.notify_all()

    def settled(self, request: Request, number: int, heard: HeardSpeech) -> None:
        self.answers.put((request.number, number, heard))

    def finished(self, request: Request, heard: HeardSpeech) -> None:
        self.answers.put((request.number, None, heard))

    def next(self) -> tuple[int, int | None, HeardSpeech]:
        """Return the next answer; fails after 20 s."""
        return self.answers.get(timeout=20)

    def partial_where(self, wanted: Callable[[PartialSpeech], bool]) -> PartialSpeech:
        """Return the first partial that is `wanted`; fails after 20 s."""
        with self.told:
            assert self.told.wait_for(lambda: any(map(wanted, self.partials)), 20)
            return next(filter(wanted, self.partials))
