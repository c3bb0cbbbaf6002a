"""The listening ports over models in the child: wake word, voice activity, stop words, second looks, the turn's end.

What follows sound waits a moment at most: what is not answered by then is kept for `KEPT_SECONDS` and spotted once the
child answers again, and the voice counts as going on as it was for as long as a restart takes. Knows no model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES, SpottedWord, TurnSoFar, WakeHit
from jarvis.engines.small_models.life import NoAnswer

if TYPE_CHECKING:
    from pathlib import Path

    from jarvis.engines.small_models.life import Answer
    from jarvis.engines.small_models.link import Model, SmallModels

CALM_SCORE = 0.005
"""Below this wake score nobody is saying the wake word, which takes five scores to be sure of."""

CALM_FRAMES = 2
"""Frames that are sent together then, 64 ms: half the messages. Of 80 calls by 20 voices two woke one frame later."""

STILL_FRAMES = 4
"""Frames that are sent together once it has been still as well."""

STILL_AFTER_FRAMES = 32
"""Frames, a second, after which it is: a call may be recognised by the silence behind it."""

STILL_PEAK = 120
"""Samples (int16) no larger than this are softer than the noise that the wake model lays under all sound."""

AWAY_FRAMES = 94
"""Frames, 3 s, for which the last probability stands while the child is away; then there is no voice."""

KEPT_SECONDS = 2.0
"""Sound that is kept for words while no answer comes; of more the latest is heard anew."""

EVEN_ODDS = 0.5
"""Says nothing: the rules for the words decide alone."""

TURN_SOUND_BYTES = 2 * 8 * SAMPLE_RATE
"""The turn model looks at the last 8 s."""


class _WordStream:
    """A stream of sound into a model that spots words; its time counts all sound, heard or not.

    An answer that is late is waited for no longer, but delivered when it comes; what was said meanwhile is sent then.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._fresh = False
        self._samples = 0
        self._kept = b""
        self._sent = b""
        self._sent_until = 0
        self._answer: Answer | None = None

    @property
    def waits(self) -> bool:
        """True while an answer is late."""
        return self._answer is not None

    def reset(self, unheard: int = 0) -> None:
        """Forget the sound so far, and that `unheard` samples were to come."""
        self._samples += unheard
        self._fresh = True
        self._kept, self._answer = b"", None

    def take(self, pcm: bytes) -> list[tuple[dict[str, Any], float]]:
        """Have it heard; return what came by now, and what to add to the times in it, in seconds."""
        self._samples += len(pcm) // 2
        self._kept += pcm
        came = self._came(0.0)
        if self._kept and self._answer is None:
            facts = {"fresh": True} if self._fresh else {}
            if (answer := self.model.begin(facts, self._kept)) is not None:
                self._answer, self._sent, self._kept, self._fresh = answer, self._kept, b"", False
                self._sent_until = self._samples
                came += self._came(self.model.at_once_seconds)
        most = 2 * round(KEPT_SECONDS * SAMPLE_RATE)
        if len(self._kept) > most:
            self._kept, self._fresh = self._kept[-most:], True
        return came

    def _came(self, seconds: float) -> list[tuple[dict[str, Any], float]]:
        if self._answer is None:
            return []
        try:
            message = self._answer.within(seconds)
        except NoAnswer:
            # Whether it was heard nobody knows: the next life hears it.
            self._answer, self._kept = None, self._sent + self._kept
            return []
        except EngineError:
            self._answer, self._fresh = None, True
            return []
        if message is None:
            return []
        self._answer = None
        # A model that begins anew, and one that missed something, counts less.
        return [(message.facts, (self._sent_until - int(message.facts["samples"])) / SAMPLE_RATE)]


class ChildWakeDetector:
    """The WakeDetector port; where nothing sounds like a call frames are sent a few at a time, once it does each one.

    `EngineError` where none can run. `note` is the detector's own.
    """

    def __init__(self, models: SmallModels, *, threshold: float, candidates: bool = False) -> None:
        self._stream = _WordStream(models.open("wake", threshold=threshold, candidates=candidates))
        self._waiting: list[bytes] = []
        self._latest = self._highest = 0.0
        self._still = 0

    @property
    def note(self) -> dict[str, str] | None:
        """A sentence per language where something is missing, else None."""
        note: dict[str, str] | None = self._stream.model.told.get("note")
        return note

    @property
    def score(self) -> float:
        """The highest score 0..1 since it was last read, for a meter."""
        highest, self._highest = self._highest, self._latest
        return highest

    def process(self, pcm: bytes) -> list[WakeHit]:
        """Take any length of sound and return the hits that it completed; see the port."""
        if pcm:
            self._waiting.append(pcm)
        if pcm and not self._stream.waits and len(self._waiting) < self._together(pcm):
            return []
        answers = self._stream.take(self._taken())
        if not answers:
            self._latest = 0.0
        hits = []
        for facts, add_seconds in answers:
            self._latest = float(facts["score"])
            self._highest = max(self._highest, self._latest)
            hits += [_hit(each, add_seconds) for each in facts["hits"]]
        return hits

    def reset(self) -> None:
        """Forget the sound so far; stream time goes on."""
        self._stream.reset(unheard=len(self._taken()) // 2)
        self._latest = self._highest = 0.0

    def close(self) -> None:
        """Let go of the model."""
        self._stream.model.close()

    def _together(self, pcm: bytes) -> int:
        self._still = self._still + 1 if _is_still(pcm) else 0
        if self._latest >= CALM_SCORE:
            return 1
        return STILL_FRAMES if self._still >= STILL_AFTER_FRAMES else CALM_FRAMES

    def _taken(self) -> bytes:
        taken, self._waiting = b"".join(self._waiting), []
        return taken


class ChildVoiceDetector:
    """The VoiceDetector port; `EngineError` where the network is missing."""

    def __init__(self, models: SmallModels) -> None:
        self._model = models.open("activity")
        self._fresh = False
        self._latest = 0.0
        self._away = 0

    def probability(self, pcm: bytes) -> float:
        """Return the probability of speech in exactly `VAD_SAMPLES` samples; ValueError for another length."""
        if len(pcm) != VAD_SAMPLES * 2:
            raise ValueError(f"a frame is {VAD_SAMPLES * 2} bytes, not {len(pcm)}")
        answer = self._model.ask_at_once({"fresh": True} if self._fresh else {}, pcm)
        self._fresh = answer is None
        if answer is None:
            self._away += 1
            return self._latest if self._away <= AWAY_FRAMES else 0.0
        self._away = 0
        self._latest = float(answer.facts["probability"])
        return self._latest

    def reset(self) -> None:
        """Forget the stream so far."""
        self._latest = 0.0
        self._fresh = True

    def close(self) -> None:
        """Let go of the model."""
        self._model.close()


class ChildWordSpotter:
    """The WordSpotter port for the stop words; `EngineError` where the network cannot run."""

    def __init__(self, models: SmallModels) -> None:
        self._stream = _WordStream(models.open("stops"))

    def process(self, pcm: bytes) -> list[SpottedWord]:
        """Take any length of sound and return the words that it completed; see the port."""
        return [
            SpottedWord(
                word=str(each["word"]),
                at_seconds=each["at_seconds"] + add_seconds,
                sure=bool(each["sure"]),
                early=bool(each["early"]),
            )
            for facts, add_seconds in self._stream.take(pcm)
            for each in facts["words"]
        ]

    def reset(self) -> None:
        """Forget the sound so far; stream time goes on."""
        self._stream.reset()

    def close(self) -> None:
        """Let go of the model."""
        self._stream.model.close()


class ChildLook:
    """Scores a piece of sound for "hey jarvis"; `kind` says by which model: "second look" or "keyword look".

    `EngineError` where that cannot run.
    """

    def __init__(self, models: SmallModels, kind: str) -> None:
        self._model = models.open(kind)

    def score(self, sound: bytes) -> float:
        """Return 0..1; `sound` is the last 2 s. `EngineError` when the child is away."""
        return float(self._model.ask({}, sound).facts["score"])

    def close(self) -> None:
        """Let go of the model."""
        self._model.close()


class ChildTurnJudge:
    """The TurnJudge port over the turn model in `file`; `EngineError` for one that cannot be used."""

    def __init__(self, models: SmallModels, file: Path) -> None:
        self._model = models.open("turn", file=str(file))

    def completeness(self, so_far: TurnSoFar) -> float:
        """Return the network's probability 0..1 that the turn is over, even odds while the child is away."""
        try:
            return float(self._model.ask({}, so_far.sound[-TURN_SOUND_BYTES:]).facts["completeness"])
        except EngineError as error:
            if error.retryable:
                return EVEN_ODDS
            raise

    def close(self) -> None:
        """Let go of the model."""
        self._model.close()


def _is_still(pcm: bytes) -> bool:
    samples = memoryview(pcm).cast("h")
    return max(samples) <= STILL_PEAK and min(samples) >= -STILL_PEAK


def _hit(each: dict[str, Any], add_seconds: float) -> WakeHit:
    return WakeHit(
        at_seconds=each["at_seconds"] + add_seconds,
        score=each["score"],
        sure=bool(each["sure"]),
        word=str(each["word"]),
    )
