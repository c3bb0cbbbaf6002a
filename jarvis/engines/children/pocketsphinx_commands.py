"""Recognises commands with pocketsphinx' bundled English model: a grammar and a trigram model listen at once.

A command counts only when both hear nearly the same sounds; then the grammar's words are taken. Words are no measure:
a command that is heard rightly is often spelled otherwise by the trigram ("sixty" and "stick tea"), while other speech
shares whole words with commands. Knows nothing about the wire or about what the commands mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import SAMPLE_RATE
from jarvis.engines.speech.command_files import DICTIONARY_FILE, GRAMMAR_FILE, TRIGRAM_FILE

MAX_SOUND_DISTANCE = 0.25
"""Largest share of phones in which grammar and trigram may differ: other speech stays above 0.35 (300 sentences by six
voices of `benchmarks/recognition.py`)."""

SURE_GRAMMAR_SCORE = 0.53
MAX_SURE_DISTANCE = 0.5
"""A grammar score that other speech does not reach (at most 0.47) lets grammar and trigram differ by this much."""

MIN_GRAMMAR_SCORE = 0.3
"""Least score of the grammar's words: pocketsphinx' own, the n-th root of its acoustic likelihood."""


WORD_PENALTY = 0.1
"""Price of one more word in the grammar (pocketsphinx: 0.65), or noise after a command is heard as a short number."""

TRIGRAM_WEIGHT = 9.5
"""Weight of the trigram's probabilities against the sound (pocketsphinx: 6.5)."""

WIDE_BEAMS = {"beam": 1e-60, "pbeam": 1e-60, "wbeam": 1e-40}
"""Wider than pocketsphinx' own, which sometimes lose every sentence of the grammar."""

VOICE_SECONDS = 0.8
"""Sound from which the mean of the features (cepstral mean normalisation) is measured before decoding begins."""

SHORTEST_SECONDS = 0.2
"""Less sound is no word, and pocketsphinx cannot measure it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeardCommand:
    """What one utterance sounded like. `text` is the grammar's words if `accepted`, else the trigram's."""

    text: str
    accepted: bool
    score: float
    grammar_text: str
    trigram_text: str


class CommandRecogniser:
    """Streams one utterance at a time; `EngineError` when the files of `folder` cannot be used."""

    def __init__(self, folder: Path) -> None:
        from pocketsphinx import Decoder, get_model_path

        shared = {
            "hmm": str(Path(get_model_path()) / "en-us" / "en-us"),
            "dict": str(folder / DICTIONARY_FILE),
            "loglevel": "ERROR",
        }
        try:
            # The second passes over the lattice cost up to seconds after the end and win nothing here.
            self._grammar: Any = Decoder(
                **shared, lm=None, fsg=str(folder / GRAMMAR_FILE), bestpath=False, wip=WORD_PENALTY, **WIDE_BEAMS
            )
            self._trigram: Any = Decoder(**shared, lm=str(folder / TRIGRAM_FILE), fwdflat=False, lw=TRIGRAM_WEIGHT)
        except (RuntimeError, ValueError) as error:
            raise EngineError(
                "speech.command_files",
                en="The command grammar in {folder} cannot be used ({why}). Delete that folder; it is made again.",
                es="La gramática de órdenes de {folder} no se puede usar ({why}). Borra esa carpeta: se crea otra.",
                retryable=False,
                folder=folder,
                why=error,
            ) from error
        self._waiting = bytearray()
        self._streaming = False
        self._samples = 0

    def start(self) -> None:
        """Begin an utterance, dropping one that was not finished."""
        if self._streaming:
            for decoder in (self._grammar, self._trigram):
                decoder.end_utt()
        self._waiting.clear()
        self._streaming = False
        self._samples = 0

    def feed(self, pcm: bytes) -> None:
        """Take 16 kHz int16 mono sound."""
        self._samples += len(pcm) // 2
        if self._streaming:
            self._decode(pcm)
            return
        self._waiting += pcm
        if len(self._waiting) >= 2 * SAMPLE_RATE * VOICE_SECONDS:
            self._stream()

    def finish(self) -> HeardCommand:
        """End the utterance and decide."""
        if not self._streaming and len(self._waiting) < 2 * SAMPLE_RATE * SHORTEST_SECONDS:
            return HeardCommand(text="", accepted=False, score=0.0, grammar_text="", trigram_text="")
        if not self._streaming:
            self._stream()
        self._streaming = False
        (grammar_text, score), (trigram_text, _) = (_ended(decoder) for decoder in (self._grammar, self._trigram))
        distance = word_distance(self._phones(grammar_text), self._phones(trigram_text))
        allowed = MAX_SURE_DISTANCE if score > SURE_GRAMMAR_SCORE else MAX_SOUND_DISTANCE
        accepted = bool(grammar_text) and distance <= allowed and score > MIN_GRAMMAR_SCORE
        return HeardCommand(
            text=grammar_text if accepted else trigram_text,
            accepted=accepted,
            score=score,
            grammar_text=grammar_text,
            trigram_text=trigram_text,
        )

    def _phones(self, text: str) -> str:
        """Return how `text` is pronounced, phones apart by spaces."""
        return " ".join(self._grammar.lookup_word(word) or "" for word in text.split())

    def _stream(self) -> None:
        """Measure the voice and microphone on what was heard so far, then decode it and whatever follows.

        Nothing of the last utterance is kept: its measure spoils the next one.
        """
        sound = bytes(self._waiting)
        self._grammar.reinit_feat()
        self._grammar.start_utt()
        self._grammar.process_raw(sound, True, False)
        measure = self._grammar.get_cmn(True)
        self._grammar.end_utt()
        for decoder in (self._grammar, self._trigram):
            decoder.reinit_feat()
            decoder.set_cmn(measure)
            decoder.start_utt()
        self._streaming = True
        self._decode(sound)

    def _decode(self, sound: bytes) -> None:
        for decoder in (self._grammar, self._trigram):
            decoder.process_raw(sound, False, False)

    @property
    def audio_seconds(self) -> float:
        """Length of the utterance so far."""
        return self._samples / SAMPLE_RATE


def word_distance(left: str, right: str) -> float:
    """Return the edits that turn `left` into `right` as a share of the words of `right` (at least one)."""
    ours, theirs = left.split(), right.split()
    row = list(range(len(theirs) + 1))
    for i, word in enumerate(ours, 1):
        before, row[0] = row[:], i
        for j, other in enumerate(theirs, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (word != other))
    return row[-1] / max(len(theirs), 1)


def _ended(decoder: Any) -> tuple[str, float]:
    decoder.end_utt()
    hypothesis = decoder.hyp()
    return (hypothesis.hypstr, float(hypothesis.score)) if hypothesis else ("", 0.0)
