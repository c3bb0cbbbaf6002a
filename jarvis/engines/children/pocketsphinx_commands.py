"""Recognises commands with pocketsphinx' bundled English model: three decoders hear the same sound at once.

One knows only the grammar, and always finds some command in the sound; one follows a trigram model of the commands
and may leave the grammar; one hears bare phones without any words. `command_gate` decides by how far the three agree
whether it was a command. Knows nothing about the wire or about what the commands mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import SAMPLE_RATE
from jarvis.engines.children.command_gate import NOTHING_HEARD, QUIET_ROOM_DB, Evidence, above_noise, is_command
from jarvis.engines.children.noise_reduction import NoiseReduction, loudness
from jarvis.engines.speech.command_files import DICTIONARY_FILE, GRAMMAR_FILE, TRIGRAM_FILE

GRAMMAR_OPTIONS = {"bestpath": False, "wip": 0.1, "silprob": 0.5, "beam": 1e-60, "pbeam": 1e-60, "wbeam": 1e-40}
"""Without the second pass over the lattice, which costs up to seconds after the end and wins nothing here. One more
word costs more than pocketsphinx' own 0.65, or noise after a command is heard as a short number; a pause costs less
than its own 0.005, or noise before it is heard as "five" or "thanks". The beams are wider than its own, which sometimes
lose every sentence of the grammar."""

TRIGRAM_OPTIONS = {"fwdflat": False, "lw": 9.5}
"""The trigram's probabilities weigh more against the sound than pocketsphinx' own 6.5."""

PHONE_OPTIONS = {"lw": 2.0, "pip": 0.3, "beam": 1e-20, "pbeam": 1e-10}
"""As pocketsphinx' manual advises for phone recognition."""

VOICE_SECONDS = 0.8
"""Sound from which the mean of the features (cepstral mean normalisation) is measured before decoding begins."""

SHORTEST_SECONDS = 0.2
"""Less sound is no word, and pocketsphinx cannot measure it."""

_NO_PHONES = frozenset({"SIL", "+NSN+", "+SPN+"})


@dataclass(frozen=True, kw_only=True, slots=True)
class HeardCommand:
    """What one utterance sounded like. `text` is the grammar's words if `accepted`, else the trigram's."""

    text: str
    accepted: bool
    evidence: Evidence
    grammar_text: str
    trigram_text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Hypothesis:
    """One decoder's words, its score (the n-th root of the acoustic likelihood), and the words as `word`, `word(2)`."""

    text: str = ""
    score: float = 0.0
    pieces: tuple[str, ...] = ()


class CommandRecogniser:
    """Streams one utterance at a time; `EngineError` when the files of `folder` cannot be used."""

    def __init__(self, folder: Path) -> None:
        from pocketsphinx import Decoder, get_model_path

        model = Path(get_model_path()) / "en-us"
        shared = {"hmm": str(model / "en-us"), "dict": str(folder / DICTIONARY_FILE), "loglevel": "FATAL"}
        phones = str(model / "en-us-phone.lm.bin")
        try:
            self._grammar: Any = Decoder(**shared, lm=None, fsg=str(folder / GRAMMAR_FILE), **GRAMMAR_OPTIONS)
            self._trigram: Any = Decoder(**shared, lm=str(folder / TRIGRAM_FILE), **TRIGRAM_OPTIONS)
            self._phones: Any = Decoder(**shared, lm=None, allphone=phones, **PHONE_OPTIONS)
        except (RuntimeError, ValueError) as error:
            raise EngineError(
                "speech.command_files",
                en="The command grammar in {folder} cannot be used ({why}). Delete that folder; it is made again.",
                es="La gramática de órdenes de {folder} no se puede usar ({why}). Borra esa carpeta: se crea otra.",
                retryable=False,
                folder=folder,
                why=error,
            ) from error
        self._decoders = (self._grammar, self._trigram, self._phones)
        self._waiting = bytearray()
        self._levels: list[float] = []
        self._streaming = False
        self._reduction: NoiseReduction | None = None

    def start(self) -> None:
        """Begin an utterance, dropping one that was not finished."""
        if self._streaming:
            for decoder in self._decoders:
                decoder.end_utt()
        self._streaming = False
        self._waiting.clear()
        self._levels.clear()

    def feed(self, pcm: bytes) -> None:
        """Take 16 kHz int16 mono sound."""
        self._levels += loudness(pcm)
        if self._streaming:
            self._decode(self._reduction.feed(pcm) if self._reduction is not None else pcm)
            return
        self._waiting += pcm
        if len(self._waiting) >= 2 * SAMPLE_RATE * VOICE_SECONDS:
            self._stream()

    def finish(self) -> HeardCommand:
        """End the utterance and decide."""
        if not self._streaming and len(self._waiting) < 2 * SAMPLE_RATE * SHORTEST_SECONDS:
            return HeardCommand(text="", accepted=False, evidence=NOTHING_HEARD, grammar_text="", trigram_text="")
        if not self._streaming:
            self._stream()
        if self._reduction is not None:
            self._decode(self._reduction.finish())
        self._streaming = False
        grammar, trigram, phones = (_ended(decoder) for decoder in self._decoders)
        evidence = Evidence.of(
            score=grammar.score,
            grammar=self._pronounced(grammar),
            trigram=self._pronounced(trigram),
            phones=tuple(piece for piece in phones.pieces if piece not in _NO_PHONES),
            above_noise_db=above_noise(self._levels),
        )
        accepted = bool(grammar.text) and is_command(evidence)
        return HeardCommand(
            text=grammar.text if accepted else trigram.text,
            accepted=accepted,
            evidence=evidence,
            grammar_text=grammar.text,
            trigram_text=trigram.text,
        )

    def _pronounced(self, hypothesis: _Hypothesis) -> tuple[str, ...]:
        """Return the phones of the pronunciations that were heard."""
        words = [word for word in hypothesis.pieces if not word.startswith(("<", "["))]
        return tuple(phone for word in words for phone in (self._grammar.lookup_word(word) or "").split())

    def _stream(self) -> None:
        """Measure the noise, the voice and the microphone on what was heard so far, then decode it and what follows.

        Nothing of the last utterance is kept: its measure spoils the next one. In a quiet room the sound is left as it
        is: soft consonants are all that could be taken for noise, and "set a timer" becomes "shut up timer".
        """
        sound = bytes(self._waiting)
        self._streaming = True
        self._reduction = NoiseReduction(sound) if above_noise(self._levels) < QUIET_ROOM_DB else None
        cleaned = self._reduction.feed(sound) if self._reduction is not None else sound
        self._phones.reinit_feat()
        self._phones.start_utt()
        self._phones.process_raw(cleaned, True, False)
        measure = self._phones.get_cmn(True)
        self._phones.end_utt()
        for decoder in self._decoders:
            decoder.reinit_feat()
            decoder.set_cmn(measure)
            decoder.start_utt()
        self._decode(cleaned)

    def _decode(self, sound: bytes) -> None:
        # pocketsphinx does not take nothing.
        for decoder in self._decoders if sound else ():
            decoder.process_raw(sound, False, False)


def _ended(decoder: Any) -> _Hypothesis:
    decoder.end_utt()
    hypothesis = decoder.hyp()
    if not hypothesis:
        return _Hypothesis()
    pieces = tuple(segment.word for segment in decoder.seg() or ())
    return _Hypothesis(text=hypothesis.hypstr, score=float(hypothesis.score), pieces=pieces)
