"""Hand-written stand-ins for everything around the voice loop. Sound is counted, never waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import numpy as np

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError, JarvisError, Language
from jarvis.contracts.events import AskCancelled, AskEvent, AskFinished, AskStarted, TextDelta
from jarvis.contracts.messages import Request
from jarvis.contracts.speech import (
    SAMPLE_RATE,
    VAD_SAMPLES,
    PartialWords,
    RecognitionHints,
    SpeechServiceInfo,
    Transcript,
    TurnSoFar,
    VoiceEvent,
    VoiceState,
    WakeHit,
)

FRAME_BYTES = VAD_SAMPLES * 2
FRAME_SECONDS = VAD_SAMPLES / SAMPLE_RATE
PATIENCE_SECONDS = 60.0
"""Bound of every wait; only a failing test uses it up."""

QUIET, SPEECH, WAKE = 0, 3000, 9000
"""Amplitudes that the fake detectors know: nothing, words, and the wake word at its last frame."""


def frames(amplitude: int, count: int = 1) -> bytes:
    """Return `count` frames of one constant amplitude."""
    return np.full(VAD_SAMPLES * count, amplitude, "<i2").tobytes()


def seconds(amplitude: int, length: float) -> bytes:
    """Return about `length` seconds of one amplitude, in whole frames."""
    return frames(amplitude, round(length / FRAME_SECONDS))


def utterance(length: float = 1.0, silence: float = 1.0) -> bytes:
    """Return words and the silence after them."""
    return seconds(SPEECH, length) + seconds(QUIET, silence)


def wake_word() -> bytes:
    """Return a wake phrase: words, and the frame at which the fake detector fires, then a short pause."""
    return seconds(SPEECH, 0.6) + frames(WAKE) + seconds(QUIET, 0.3)


def error(code: str = "test.trouble", kind: type[JarvisError] = EngineError) -> JarvisError:
    """Return an error with a sentence per language."""
    return kind(code, en="It broke.", es="Se rompió.")


class FakeClock:
    """Time that moves only when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds


class ScriptedMicrophone:
    """Plays `sound`, then ends; `fails` raises that error at the end. `on_frame` is called before each frame."""

    name = "scripted"

    def __init__(
        self,
        sound: bytes,
        fails: JarvisError | None = None,
        on_frame: Callable[[int], None] | None = None,
        endless: bool = False,
    ) -> None:
        self.sound = sound
        self.fails = fails
        self.on_frame = on_frame
        self.endless = endless
        self.closed = threading.Event()

    def chunks(self) -> Iterator[bytes]:
        number = 0
        while not self.closed.is_set():
            frame = self.sound[number * FRAME_BYTES : (number + 1) * FRAME_BYTES]
            if len(frame) < FRAME_BYTES:
                if not self.endless:
                    break
                frame = bytes(FRAME_BYTES)
                self.closed.wait(0.0002)
            if self.on_frame is not None:
                self.on_frame(number)
            number += 1
            yield frame
        if self.fails is not None and not self.closed.is_set():
            raise self.fails

    def close(self) -> None:
        self.closed.set()


class FakeWake:
    """Fires at a frame of amplitude `WAKE`."""

    score = 0.0

    def __init__(self) -> None:
        self.samples = 0

    def process(self, pcm: bytes) -> list[WakeHit]:
        self.samples += len(pcm) // 2
        if np.frombuffer(pcm, "<i2").max(initial=0) < WAKE:
            return []
        return [WakeHit(at_seconds=self.samples / SAMPLE_RATE, score=0.99)]

    def reset(self) -> None:
        pass


class FakeActivity:
    """Speech is whatever is loud."""

    def probability(self, pcm: bytes) -> float:
        return 1.0 if np.abs(np.frombuffer(pcm, "<i2").astype(int)).max() >= SPEECH else 0.0

    def reset(self) -> None:
        pass


class FakeJudge:
    """Judges every pause as `completeness`, or as the words are in `by_text`."""

    def __init__(self, completeness: float = 1.0, by_text: dict[str, float] | None = None) -> None:
        self.answer = completeness
        self.by_text = by_text or {}
        self.asked: list[TurnSoFar] = []

    def completeness(self, so_far: TurnSoFar) -> float:
        self.asked.append(so_far)
        return self.by_text.get(so_far.text, self.answer)


class FakeUtterance:
    """Collects the sound; its words are what its recogniser was told."""

    def __init__(self, owner: FakeSpeechToText) -> None:
        self.owner = owner
        self.sound = b""
        self.abandoned = False
        self.cancelled = threading.Event()
        self.settled: Transcript | None = None

    def feed(self, pcm: bytes) -> None:
        self.sound += pcm
        if np.abs(np.frombuffer(pcm, "<i2").astype(int)).max(initial=0) >= SPEECH:
            self.settled = None

    def partial(self) -> PartialWords | None:
        return self.owner.partials.pop(0) if self.owner.partials else None

    def settle(self) -> Transcript | None:
        if not self.owner.settles:
            return None
        if self.settled is None:
            self.settled = self.owner.finished(self)
        return self.settled

    def finish(self) -> Transcript:
        return self.settled or self.owner.finished(self)

    def cancel(self) -> None:
        self.cancelled.set()

    def abandon(self) -> None:
        self.abandoned = True


class FakeSpeechToText:
    """Answers utterance after utterance with `results`: words, a transcript, or an error to raise.

    Every pause that is looked at takes one of them, and so does an end that no look came before. With `gate` it is
    `busy` with the words until that opens or nobody wants them any more. With `refuses` no utterance is even begun;
    without `settles` it answers at the end only, as a foreign service does.
    """

    def __init__(
        self,
        *results: str | Transcript | JarvisError,
        gate: threading.Event | None = None,
        refuses: JarvisError | None = None,
        settles: bool = True,
        partials: Sequence[PartialWords] = (),
    ) -> None:
        self.results = list(results)
        self.refuses = refuses
        self.settles = settles
        self.partials = list(partials)
        self.hints: list[RecognitionHints | None] = []
        self.asked_in: list[Language | None] = []
        self.languages: tuple[Language, ...] = ("en", "es")
        self.gate = gate
        self.utterances: list[FakeUtterance] = []
        self.warmed = False
        self.busy = threading.Event()

    def info(self, language: Language = "en") -> SpeechServiceInfo:
        return SpeechServiceInfo(engine="fake", model="fake", quality="full", languages=self.languages)

    def warm(self) -> None:
        self.warmed = True

    def open(self, language: Language | None = None, hints: RecognitionHints | None = None) -> FakeUtterance:
        if self.refuses is not None:
            raise self.refuses
        self.hints.append(hints)
        self.asked_in.append(language)
        self.utterances.append(FakeUtterance(self))
        return self.utterances[-1]

    def finished(self, utterance: FakeUtterance) -> Transcript:
        gate, patience = self.gate, time.monotonic() + PATIENCE_SECONDS
        self.busy.set()
        while gate is not None and not gate.wait(0.002):
            if utterance.cancelled.is_set() or time.monotonic() > patience:
                break
        result = self.results.pop(0) if self.results else "what time is it"
        if utterance.cancelled.is_set():
            return heard("", accepted=False)
        if isinstance(result, JarvisError):
            raise result
        if isinstance(result, Transcript):
            return result
        return heard(result)

    def close(self) -> None:
        pass


def heard(text: str, *, accepted: bool = True, basic: bool = False, language: Language = "en") -> Transcript:
    """Return a transcript."""
    return Transcript(
        text=text, language=language, engine="fake", quality="basic" if basic else "full", accepted=accepted
    )


class FakeAssistant:
    """Answers question after question with `answers`: text (as a model streams it), or the events themselves.

    With `gate` it waits in the middle, until the gate opens or the ask is cancelled.
    """

    def __init__(self, *answers: str | Sequence[AskEvent] | Exception, gate: threading.Event | None = None) -> None:
        self.answers = list(answers)
        self.gate = gate
        self.requests: list[Request] = []
        self.cancelled = 0
        self.reached = threading.Event()

    def ask(self, request: Request, cancel: CancelToken) -> Iterator[AskEvent]:
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else "It is ten past three."
        events = model_answer(answer) if isinstance(answer, str) else answer
        if isinstance(events, Exception):
            raise events
        self.reached.set()
        while self.gate is not None and not self.gate.wait(0.002):
            if cancel.cancelled:
                self.cancelled += 1
                yield AskCancelled(ask_id="a", text="")
                return
        for event in events:
            if cancel.cancelled:
                self.cancelled += 1
                yield AskCancelled(ask_id="a", text="")
                return
            yield event


def model_answer(text: str, *, expects_reply: bool = False, language: Language = "en") -> list[AskEvent]:
    """Return the events of a model that streams `text` word by word."""
    words = [word + " " for word in text.split(" ")]
    return [
        AskStarted(ask_id="a", conversation_id="c1", message_id="m", text="q", language=language),
        *(TextDelta(ask_id="a", text=word) for word in words),
        AskFinished(
            ask_id="a", message_id="m", text=text, source="model", expects_reply=expects_reply, language=language
        ),
    ]


class EventLog:
    """Collects voice events; `wait_for` blocks until one of a kind has come."""

    def __init__(self) -> None:
        self.events: list[VoiceEvent] = []
        self._come = threading.Condition()

    def __call__(self, event: VoiceEvent) -> None:
        with self._come:
            self.events.append(event)
            self._come.notify_all()

    def of(self, kind: type) -> list[VoiceEvent]:
        return [event for event in self.events if isinstance(event, kind)]

    def states(self) -> list[str]:
        return [event.name for event in self.events if isinstance(event, VoiceState)]

    def wait_for(self, right: Callable[[list[VoiceEvent]], bool], timeout: float = PATIENCE_SECONDS) -> None:
        with self._come:
            assert self._come.wait_for(lambda: right(self.events), timeout), self.events

    def wait_for_state(self, name: str) -> None:
        self.wait_for(lambda events: any(isinstance(e, VoiceState) and e.name == name for e in events))
