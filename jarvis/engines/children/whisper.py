"""Recognises up to 30 s of speech with a faster-whisper model folder, strictly offline, in English or Spanish.

Uses the package's parts (features, tokenizer, alignment) and CTranslate2 directly, so that the work can be given up
between its steps and each window is encoded once. Knows nothing about the wire or about utterances.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from jarvis.contracts.errors import LANGUAGES, EngineError, Language
from jarvis.contracts.speech import SAMPLE_RATE
from jarvis.engines.children.agreement import TimedWord
from jarvis.engines.children.believable import Figures, Verdict, verdict, without_credits
from jarvis.engines.children.hint_prompt import hint_prompt
from jarvis.engines.children.whisper_place import Place

NEEDED_FILES = ("model.bin", "config.json", "tokenizer.json")
"""Without its tokenizer faster-whisper would look on the network."""

_MAX_TOKENS = 448
_TOKENS_PER_SECOND = 12
_SPARE_TOKENS = 16
"""More than anybody says: about six words a second of two tokens each. It bounds the time that a loop can take."""

_FRAMES = 3000
_LEAST_FRAMES = 1000
_SPARE_FRAMES = 100
"""Of 10 ms: what Whisper reads at once, and the least of a short window, which ends a second after its sound."""

_LOOP_BREAKER = 4
"""In the second try no four tokens may come twice."""

Sound = npt.NDArray[np.float32]
Stale = Callable[[], bool]
ChooseLanguage = Callable[[Mapping[str, float]], Language]


class GivenUp(Exception):
    """The result is no longer wanted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """What to recognise: 16 kHz int16 mono sound, at most 30 s, with `speech_seconds` of speech in it."""

    pcm: bytes
    speech_seconds: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.pcm) / 2 / SAMPLE_RATE


@dataclass(frozen=True, kw_only=True, slots=True)
class HeardWindow:
    """The words of a window; `words` is empty unless asked for. `probability` 0..1 is of a token, the mean."""

    text: str
    language: Language
    verdict: Verdict
    probability: float
    words: tuple[TimedWord, ...] = ()

    @property
    def accepted(self) -> bool:
        """True for words that Whisper and the guards trust."""
        return bool(self.text) and self.verdict == "believed"


class WhisperDecoder:
    """The model in `folder` at `place`; `EngineError` when it is incomplete or damaged, RuntimeError for a bad device.

    One thread at a time. `beam` 1 is greedy search; `threads` 0 lets CTranslate2 choose.
    """

    def __init__(self, folder: Path, place: Place, *, beam: int = 1, threads: int = 0) -> None:
        missing = [name for name in NEEDED_FILES if not (folder / name).is_file()]
        if missing:
            raise _broken(folder, f"{', '.join(missing)}: ?")
        self.place = place
        self.beam = beam
        self._model = _loaded(folder, place, threads)
        self._tokenizers: dict[Language, Any] = {}

    @property
    def languages(self) -> tuple[Language, ...]:
        """What the model understands, of the languages of Jarvis."""
        return LANGUAGES if self._model.model.is_multilingual else ("en",)

    def measure(self) -> float:
        """Recognise half a second of nothing, which loads what is loaded late; returns the seconds of a second time."""
        window = Window(pcm=bytes(SAMPLE_RATE), speech_seconds=0.5)
        self.decode([window], choose=lambda _: "en")
        began = time.perf_counter()
        self.decode([window], choose=lambda _: "en")
        return time.perf_counter() - began

    def decode(
        self,
        windows: Sequence[Window],
        *,
        choose: ChooseLanguage,
        hints: tuple[Sequence[str], str] = ((), ""),
        words: bool = False,
        short: bool = False,
        stale: Stale = lambda: False,
    ) -> list[HeardWindow]:
        """Recognise all windows at once. `choose` picks a language by its shares; `hints` are likely words and what was
        said before; `words` asks for the times of words. `short` reads no more than there is sound instead of 30 s,
        which takes a fraction of the time and is a little less exact: Whisper was trained with 30 s. Raises `GivenUp`
        as soon as `stale` says so."""
        longest = max(window.seconds for window in windows)
        frames = min(_FRAMES, max(_LEAST_FRAMES, math.ceil(100 * longest) + _SPARE_FRAMES)) if short else _FRAMES
        features = np.stack([self._features(window.pcm, frames) for window in windows])
        _go_on(stale)
        encoded = self._model.encode(features)
        _go_on(stale)
        languages = [choose(shares) for shares in self._shares(encoded, len(windows))]
        _go_on(stale)
        prompt = self._prompt(hints, languages[0])
        heard = self._generate(encoded, windows, languages, prompt)
        for at, one in enumerate(heard):
            if one.verdict == "loop" or (prompt and not one.text):
                _go_on(stale)
                alone = encoded if len(windows) == 1 else self._model.encode(features[at : at + 1])
                heard[at] = self._again(alone, windows[at], languages[at])
        _go_on(stale)
        if words and len(windows) == 1:
            heard[0] = self._timed(heard[0], encoded, len(windows[0].pcm) // 2)
        return [one.heard for one in heard]

    def _features(self, pcm: bytes, frames: int) -> Sound:
        from faster_whisper.audio import pad_or_trim

        sound = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
        features: Sound = pad_or_trim(self._model.feature_extractor(sound)[..., :-1], frames)
        return features

    def _shares(self, encoded: Any, count: int) -> list[dict[str, float]]:
        if not self._model.model.is_multilingual:
            return [{"en": 1.0}] * count
        return [{token[2:-2]: share for token, share in found} for found in self._model.model.detect_language(encoded)]

    def _tokenizer(self, language: Language) -> Any:
        if language not in self._tokenizers:
            from faster_whisper.tokenizer import Tokenizer

            multilingual = self._model.model.is_multilingual
            self._tokenizers[language] = Tokenizer(
                self._model.hf_tokenizer, multilingual, task="transcribe", language=language
            )
        return self._tokenizers[language]

    def _prompt(self, hints: tuple[Sequence[str], str], language: Language) -> list[int]:
        tokenizer = self._tokenizer(language)
        text = hint_prompt(hints[0], hints[1], lambda text: len(tokenizer.encode(f" {text}")))
        return [tokenizer.sot_prev, *tokenizer.encode(f" {text}")] if text else []

    def _generate(
        self,
        encoded: Any,
        windows: Sequence[Window],
        languages: Sequence[Language],
        prompt: list[int],
        *,
        no_repeat: int = 0,
    ) -> list[_Heard]:
        from faster_whisper.transcribe import get_suppressed_tokens

        tokenizer = self._tokenizer(languages[0])
        starts = [self._tokenizer(each).sot_sequence for each in languages]
        prompts = [[*prompt, *start, tokenizer.no_timestamps] for start in starts]
        # Activity can miss soft speech, so half of all sound counts at least.
        seconds = max(max(window.speech_seconds, window.seconds / 2) for window in windows)
        words = _SPARE_TOKENS + math.ceil(_TOKENS_PER_SECOND * seconds)
        # CTranslate2 writes at most half of max_length, and what the prompt leaves of it.
        room = max(2 * words, words + len(prompts[0]))
        results = self._model.model.generate(
            encoded,
            prompts,
            beam_size=self.beam,
            no_repeat_ngram_size=no_repeat,
            max_length=min(_MAX_TOKENS, room),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=list(get_suppressed_tokens(tokenizer, [-1])),
        )
        return [
            self._heard(result, window, language)
            for result, window, language in zip(results, windows, languages, strict=True)
        ]

    def _heard(self, result: Any, window: Window, language: Language) -> _Heard:
        tokens = list(result.sequences_ids[0])
        # With a length penalty of 1 the score is the mean over the tokens, without the end.
        mean = result.scores[0] * len(tokens) / (len(tokens) + 1)
        text = without_credits(self._tokenizer(language).decode(tokens).strip())
        figures = Figures(log_probability=mean, no_speech=result.no_speech_prob, speech_seconds=window.speech_seconds)
        found = verdict(text, figures)
        heard = HeardWindow(
            text="" if found == "silence" else text,
            language=language,
            verdict=found,
            probability=math.exp(min(0.0, mean)) if math.isfinite(mean) and found != "silence" else 0.0,
        )
        return _Heard(heard=heard, tokens=tokens)

    def _again(self, encoded: Any, window: Window, language: Language) -> _Heard:
        """Try without hints, which may have led astray, and without loops; what still loops is not trusted."""
        return self._generate(encoded, [window], [language], [], no_repeat=_LOOP_BREAKER)[0]

    def _timed(self, one: _Heard, encoded: Any, samples: int) -> _Heard:
        if not one.text:
            return one
        tokenizer = self._tokenizer(one.heard.language)
        text_tokens = [token for token in one.tokens if token < tokenizer.eot]
        frames = max(2, math.ceil(samples / self._model.feature_extractor.hop_length))
        found = self._model.find_alignment(tokenizer, [text_tokens], encoded, min(frames, _FRAMES))
        timed = timed_words(found[0] if found else [], samples / SAMPLE_RATE)
        kept = timed[: len(one.heard.text.split())]
        heard = one.heard
        return _Heard(
            heard=HeardWindow(
                text=heard.text,
                language=heard.language,
                verdict=heard.verdict,
                probability=heard.probability,
                words=kept,
            ),
            tokens=one.tokens,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Heard:
    heard: HeardWindow
    tokens: list[int]

    @property
    def verdict(self) -> Verdict:
        return self.heard.verdict

    @property
    def text(self) -> str:
        return self.heard.text


def timed_words(pieces: Sequence[Mapping[str, Any]], longest: float) -> tuple[TimedWord, ...]:
    """Join aligned `pieces` (word, start, end) to words with punctuation; times lie in 0..`longest` and only grow."""
    words: list[TimedWord] = []
    for piece in pieces:
        text = str(piece["word"])
        start, end = (min(longest, max(0.0, _number(piece[key]))) for key in ("start", "end"))
        if words and not text.startswith(" "):
            last = words.pop()
            text, start = last.text + text, last.start_seconds
        start = max(start, words[-1].start_seconds) if words else start
        words.append(TimedWord(text=text.strip(), start_seconds=start, end_seconds=max(start, end)))
    return tuple(word for word in words if word.text)


def _number(value: float) -> float:
    return float(value) if math.isfinite(value) else 0.0


def _go_on(stale: Stale) -> None:
    if stale():
        raise GivenUp


def _loaded(folder: Path, place: Place, threads: int) -> Any:
    from faster_whisper import WhisperModel
    from faster_whisper.feature_extractor import FeatureExtractor

    try:
        model = WhisperModel(
            str(folder),
            device=place.device,
            compute_type=place.compute_type,
            cpu_threads=threads,
            local_files_only=True,
        )
    except (RuntimeError, ValueError) as error:
        if place.gpu is not None:
            # A GPU that cannot be used is another matter than a broken model: the processor is tried next.
            raise RuntimeError(str(error)) from error
        raise _broken(folder, str(error)) from error
    except (OSError, TypeError, KeyError) as error:
        raise _broken(folder, str(error)) from error
    except Exception as error:
        # tokenizers raises plain Exception for a file that it cannot read.
        if type(error) is not Exception:
            raise
        raise _broken(folder, str(error)) from error
    if len(model.feature_extractor.mel_filters) != model.model.n_mels:
        # A folder without preprocessor_config.json: the package then takes 80 bands, large-v3 and its like want 128.
        model.feature_extractor = FeatureExtractor(feature_size=model.model.n_mels)
    return model


def _broken(folder: Path, why: str) -> EngineError:
    return EngineError(
        "speech.model_broken",
        en="The speech model in {folder} is incomplete or damaged ({why}). Download it again; "
        "until then basic speech recognition is used.",
        es="El modelo de voz de {folder} está incompleto o dañado ({why}). Descárgalo de nuevo; "
        "hasta entonces se usa el reconocimiento de voz básico.",
        retryable=False,
        folder=folder,
        why=(why.strip().splitlines() or ["?"])[0][:160],
    )
