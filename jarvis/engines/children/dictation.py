"""The state of one utterance in the listening child: sound, finished pieces, the words so far.

Decides what is to be recognised next, and puts the answers together; recognises nothing itself. Not thread-safe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from jarvis.contracts.errors import Language
from jarvis.contracts.speech import SAMPLE_RATE, Segment
from jarvis.engines.children.agreement import Agreement
from jarvis.engines.children.heard import HeardSpeech, PartialSpeech, Request
from jarvis.engines.children.live_sound import LONG_SECONDS, PAUSE_SECONDS, LiveSound
from jarvis.engines.children.whisper import HeardWindow, Window

SHORT_PAUSE_SECONDS = 0.09
"""Silence that looks like a pause: three frames."""

NEW_SOUND_SECONDS = 0.5
"""While somebody speaks, less new sound than this is not worth another look."""

_UNFINISHED_SECONDS = 1.5
"""Words that end so near to the end of a full window are recognised again with what follows."""

_BEFORE_CHARACTERS = 200
"""Of what was said before: about forty tokens."""

_FADE_SAMPLES = 960
"""60 ms in which the last sound of a word dies away."""

JobKind = Literal["look", "piece", "rest"]
"""`look`: the words so far, for showing. `piece`: a part that is cut off for good. `rest`: all that is left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Sound to recognise, from the last cut to each of `ends`; `timed` when the times of words are needed, `short` for
    words that are only shown: quicker and less exact."""

    kind: JobKind
    ends: tuple[int, ...]
    windows: tuple[Window, ...]
    timed: bool = False
    short: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Piece:
    text: str
    language: Language
    accepted: bool
    probability: float
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What was recognised from the last cut to `end`."""

    end: int
    heard: HeardWindow


class Dictation:
    """One utterance; `previous` is the language of the one before. Positions are samples."""

    def __init__(self, request: Request, activity: Callable[[bytes], float], previous: Language | None) -> None:
        self.request = request
        self.previous = previous
        self.sound = LiveSound(activity)
        self.asked: int | None = None
        self.ended = False
        self.compute_seconds = 0.0
        self.note: tuple[str, str] | None = None
        self._pieces: list[_Piece] = []
        self._known: _Known | None = None
        self._looked = 0
        self._agreement = Agreement()
        self._shown = ""

    @property
    def wanted(self) -> bool:
        """True while somebody waits for an answer."""
        return self.ended or self.asked is not None

    @property
    def is_known(self) -> bool:
        """True when nothing but silence lies behind what was recognised."""
        if not self.sound.has_speech(self.sound.end):
            return True
        return self._known is not None and self._covers(self._known.end)

    def keep_long_piece(self) -> None:
        """Cut off what is known, when it is long and ends in a pause: it need not be recognised again."""
        known, sound = self._known, self.sound
        if known is None or (known.end - sound.start) / SAMPLE_RATE < LONG_SECONDS:
            return
        # A shorter silence can be the closed lips of a "p".
        if sound.pause_seconds >= PAUSE_SECONDS and self.is_known:
            self._keep(known.heard, known.end)
            self._cut(known.end)

    def next_job(self, *, look: bool, short: bool, batch: int) -> Job | None:
        """Return what to recognise now.

        `look` allows a look for showing, which is a short one with `short` while somebody speaks: that of a pause can
        be the answer. `batch` is how many pieces go at once.
        """
        cuts = self.sound.cuts(batch)
        if cuts and (self.sound.overlong or not self.wanted):
            begins = (self.sound.start, *cuts)
            windows = tuple(self._window(end, begin) for begin, end in zip(begins, cuts, strict=False))
            return Job(kind="piece", ends=tuple(cuts), windows=windows)
        if self.sound.overlong:
            end = self.sound.window_end
            return Job(kind="piece", ends=(end,), windows=(self._window(end),), timed=True)
        if self.wanted and not self.is_known:
            end = self.sound.end
            return Job(kind="rest", ends=(end,), windows=(self._window(end),))
        if look and self.request.partials and self._worth_a_look():
            end = self.sound.end
            short = short and not self.pausing
            return Job(kind="look", ends=(end,), windows=(self._window(end),), timed=True, short=short)
        return None

    def still_useful(self, job: Job) -> bool:
        """Tell whether the result of `job`, which is running, will still be needed."""
        if not self.wanted or job.kind == "rest" or self.sound.overlong:
            return True
        return not job.short and self._covers(job.ends[-1])

    def take(self, job: Job, heard: Sequence[HeardWindow]) -> None:
        """Keep the result of `job`."""
        if job.kind == "piece":
            for end, one in zip(job.ends, heard, strict=True):
                self._take_piece(one, end, forced=job.timed)
            return
        if not job.short:
            self._known = _Known(end=job.ends[0], heard=heard[0])
        if job.timed:
            self._looked = job.ends[0]
            seconds = (job.ends[0] - self.sound.start) / SAMPLE_RATE
            words = heard[0].words if heard[0].verdict != "loop" else ()
            self._agreement = self._agreement.after(words, seconds)

    def partial(self) -> PartialSpeech | None:
        """Return the words so far, if they have changed since the last call."""
        before = _joined(piece.text for piece in self._pieces)
        text = _joined((before, self._agreement.text))
        if text == self._shown:
            return None
        self._shown = text
        stable = len(_joined((before, self._agreement.text[: self._agreement.stable_characters])))
        return PartialSpeech(text=text, stable=stable, language=self.language)

    @property
    def language(self) -> Language:
        """The language of the words so far."""
        if self.request.language is not None:
            return self.request.language
        if self._pieces:
            return max(self._pieces, key=lambda piece: len(piece.text)).language
        return self._known.heard.language if self._known is not None else self.previous or "en"

    @property
    def fixed_language(self) -> Language | None:
        """The language where it is no longer in question: asked for, or that of the pieces before."""
        return self.language if self.request.language is not None or self._pieces else None

    @property
    def hints(self) -> tuple[Sequence[str], str]:
        """Likely words, and what was said before the present sound."""
        said = _joined(piece.text for piece in self._pieces) or self.request.before
        if len(said) > _BEFORE_CHARACTERS:
            said = said[-_BEFORE_CHARACTERS:].partition(" ")[2]
        return self.request.words, said

    def result(self) -> HeardSpeech:
        """Return the words of everything; call when it `is_known`."""
        pieces = list(self._pieces)
        if self._known is not None and self._known.heard.text:
            pieces.append(self._piece(self._known.heard, self._known.end))
        letters = sum(len(piece.text) for piece in pieces)
        trusted = sum(len(piece.text) for piece in pieces if piece.accepted)
        return HeardSpeech(
            text=_joined(piece.text for piece in pieces),
            language=max(pieces, key=lambda piece: len(piece.text)).language if pieces else self.language,
            accepted=2 * trusted > letters,
            confidence=sum(piece.probability * len(piece.text) for piece in pieces) / letters if letters else 0.0,
            segments=tuple(
                Segment(start_seconds=piece.start_seconds, end_seconds=piece.end_seconds, text=piece.text)
                for piece in pieces
            ),
            compute_seconds=self.compute_seconds,
            note=self.note,
        )

    def _worth_a_look(self) -> bool:
        if self.is_known or not self.sound.has_speech(self.sound.end):
            return False
        new = (self.sound.end - max(self._looked, self.sound.start)) / SAMPLE_RATE
        return self.pausing or new >= NEW_SOUND_SECONDS

    @property
    def pausing(self) -> bool:
        """True in a pause, however short."""
        return self.sound.pause_seconds >= SHORT_PAUSE_SECONDS

    def _window(self, end: int, begin: int = 0) -> Window:
        return Window(pcm=self.sound.until(end, begin), speech_seconds=self.sound.speech_seconds(end, begin))

    def _covers(self, end: int) -> bool:
        """Tell whether nothing but silence lies behind `end`; a sound fades for a moment after its last clear part."""
        return end >= min(self.sound.end, self.sound.speech_end + _FADE_SAMPLES)

    def _take_piece(self, heard: HeardWindow, end: int, *, forced: bool) -> None:
        """Keep a piece. In one that ends where nobody paused, only the words that are surely finished are kept, and
        recognising goes on behind them; where their times are unknown, all of it."""
        last = (end - self.sound.start) / SAMPLE_RATE - _UNFINISHED_SECONDS
        finished = [word for word in heard.words if word.end_seconds <= last] if forced else []
        if heard.accepted and finished and finished[-1].end_seconds >= LONG_SECONDS / 2:
            end = self.sound.start + round(finished[-1].end_seconds * SAMPLE_RATE)
            heard = replace(heard, text=" ".join(word.text for word in finished))
        self._keep(heard, end)
        self._cut(end)

    def _keep(self, heard: HeardWindow, end: int) -> None:
        if heard.text:
            self._pieces.append(self._piece(heard, end))

    def _piece(self, heard: HeardWindow, end: int) -> _Piece:
        start_seconds, end_seconds = self.sound.bounds(end)
        return _Piece(
            text=heard.text,
            language=heard.language,
            accepted=heard.accepted,
            probability=heard.probability,
            start_seconds=start_seconds,
            end_seconds=end_seconds,
        )

    def _cut(self, end: int) -> None:
        self.sound.drop(end)
        self._known = None
        self._agreement = Agreement()


def _joined(texts: Iterable[str]) -> str:
    return " ".join(text for text in texts if text)
