"""The voices that the network learns from: none of those that the benchmark holds out, nor their near relatives.

eSpeak's chosen-on variants with other pitches and throats, its Klatt voices and some that the benchmark leaves out, in
English, Spanish and, reading a respelling, with other accents; flite's kal16 and rms; festival's, where installed.
The few voices made from recordings say everything as other people would: with another pitch and another mouth.
"""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from benchmarks.wake.voices import CHOSEN_ON
from jarvis.contracts.speech import SAMPLE_RATE
from tests.fakes.speech import flite_speech

Pcm = NDArray[np.int16]

_OTHER_VARIANTS = (
    "klatt klatt2 klatt3 klatt4 klatt5 klatt6 Reed grandma grandpa ian announcer fast Tweaky RicishayMax RicishayMax2"
).split()
_ACCENTS: dict[str, tuple[str, ...]] = {
    "en": (
        "en-gb-scotland",
        "en-gb-scotland",
        "en-us",
        "en-gb-x-rp",
        "en-029",
        "en",
        "en-us-nyc",
        "en-gb-x-gbclan",
        "en-gb-x-gbcwmd",
    ),
    "es": ("es", "es-419"),
    "ca": ("ca",),
    "it": ("it",),
    "pt": ("pt", "pt-br"),
    "fr-fr": ("fr",),
    "de": ("de",),
    "nl": ("nl",),
    "pl": ("pl",),
}
FESTIVAL: dict[str, str] = {
    "ked_diphone": "en",
    "kal_diphone": "en",
    "upc_ca_ona_hts": "ca",
    "lp_diphone": "it",
    "pc_diphone": "it",
    "czech_dita": "cs",
    "czech_krb": "cs",
    "czech_machac": "cs",
    "czech_ph": "cs",
}
"""festival's voices that are used, with the language of their spelling; its slt is held out as flite's is."""

_RATE, _PITCH, _RANGE = 1, 3, 4
_NORMAL_RATE = 165
_PITCHES, _MOUTHS = (0.75, 1.75), (0.85, 1.25)
"""How much higher another person's voice and its formants are than the recorded one's."""

_FRAME, _STEP, _SMOOTH = 512, 128, 26


@dataclass(frozen=True, kw_only=True, slots=True)
class Speaker:
    """One voice of one program; `language` is how its texts are to be spelled."""

    program: str
    name: str
    language: str


def espeak_speakers(language: str) -> list[Speaker]:
    """Return eSpeak's voices that read `language`."""
    return [
        Speaker(program="espeak", name=f"{accent}+{variant}", language=language)
        for accent in _ACCENTS[language]
        for variant in (*CHOSEN_ON, *_OTHER_VARIANTS)
    ]


def flite_speakers() -> list[Speaker]:
    """Return flite's two voices that bars were chosen on; none where flite is missing."""
    if shutil.which("flite") is None:
        return []
    return [Speaker(program="flite", name=name, language="en") for name in ("kal16", "rms")]


def festival_speakers() -> list[Speaker]:
    """Return festival's voices that are installed."""
    if shutil.which("festival") is None:
        return []
    found = subprocess.run(
        ["festival", "-b", "(print (voice.list))"], check=True, capture_output=True, text=True
    ).stdout.split()
    installed = {name.strip("()") for name in found}
    return [
        Speaker(program="festival", name=name, language=language)
        for name, language in FESTIVAL.items()
        if name in installed
    ]


def languages() -> tuple[str, ...]:
    """Return every language that a voice reads."""
    return tuple(_ACCENTS)


def said(speaker: Speaker, text: str, rng: np.random.Generator) -> Pcm:
    """Return `text` by `speaker` of eSpeak or flite at a drawn pace and pitch, 16 kHz, silence around it cut."""
    pace = float(rng.uniform(0.8, 1.25))
    if speaker.program == "flite":
        higher, mouth = _another_person(rng)
        pcm = np.frombuffer(flite_speech.__wrapped__(text, speaker.name, higher / pace), "<i2")
        return trimmed(other_mouth(other_throat(pcm, higher), mouth / higher))
    pitch, spread = int(rng.integers(25, 80)), int(rng.integers(25, 80))
    return trimmed(_espeak_said(text, speaker.name, round(_NORMAL_RATE * pace), pitch, spread))


def festival_said(speaker: Speaker, texts: Sequence[str], rng: np.random.Generator) -> list[Pcm]:
    """Return every one of `texts` by a voice of festival, whose start is slow; an empty array where it failed."""
    with tempfile.TemporaryDirectory(prefix="jarvis-festival") as folder:
        lines = [f"(voice_{speaker.name})"]
        people = [_another_person(rng) for _ in texts]
        for number, text in enumerate(texts):
            plain = re.sub(r'["\\]', " ", text)
            lines.append(f"(Parameter.set 'Duration_Stretch {people[number][0] / rng.uniform(0.8, 1.25):.3f})")
            lines.append(f'(set! u (utt.synth (Utterance Text "{plain}")))')
            lines.append(f'(utt.save.wave u "{folder}/{number}.wav" \'riff)')
        script = Path(folder) / "say.scm"
        encoding = {"en": "utf-8", "cs": "iso-8859-2"}.get(speaker.language, "latin-1")
        script.write_text("\n".join(lines), encoding=encoding, errors="ignore")
        subprocess.run(["festival", "-b", str(script)], check=False, capture_output=True)
        found = [_read(Path(folder) / f"{number}.wav") for number in range(len(texts))]
        return [
            trimmed(other_mouth(other_throat(pcm, higher), mouth / higher)) if pcm.size else pcm
            for pcm, (higher, mouth) in zip(found, people, strict=True)
        ]


def trimmed(pcm: Pcm) -> Pcm:
    """Return `pcm` between its first and last audible sample."""
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) >= 0.02 * np.abs(pcm.astype(np.int32)).max(initial=1))
    return pcm[loud[0] : loud[-1] + 1].copy() if loud.size else pcm[:0]


def other_throat(pcm: Pcm, by: float) -> Pcm:
    """Return `pcm` with pitch and formants `by` times as high, and as much shorter."""
    return _clipped(soxr.resample(pcm.astype(np.float32), SAMPLE_RATE * by, SAMPLE_RATE))


def other_mouth(pcm: Pcm, by: float) -> Pcm:
    """Return `pcm` with formants `by` times as high, pitch and length as they were."""
    padded = np.pad(pcm.astype(np.float64), (_FRAME, 2 * _FRAME))
    window = np.hanning(_FRAME + 1)[:-1]
    spectra = np.fft.rfft(np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_STEP] * window, axis=1)
    cepstra = np.fft.irfft(np.log(np.abs(spectra) + 1.0), axis=1)
    cepstra[:, _SMOOTH : _FRAME - _SMOOTH + 1] = 0.0
    envelope = np.fft.rfft(cepstra, axis=1).real
    source = np.minimum(np.arange(envelope.shape[1]) / by, envelope.shape[1] - 1.001)
    low = source.astype(np.int64)
    share = source - low
    moved = envelope[:, low] * (1 - share) + envelope[:, low + 1] * share
    pieces = np.fft.irfft(spectra * np.exp(np.clip(moved - envelope, -5, 5)), _FRAME, axis=1) * window
    sound = np.zeros(padded.size)
    for number, piece in enumerate(pieces):
        sound[number * _STEP : number * _STEP + _FRAME] += piece
    return _clipped((sound[_FRAME : _FRAME + pcm.size] / (1.5 * _FRAME / _STEP / 4)).astype(np.float32))


def _another_person(rng: np.random.Generator) -> tuple[float, float]:
    """Return how much higher somebody's voice and formants are, a fifth of the time not at all."""
    if rng.random() < 0.2:
        return 1.0, 1.0
    higher = float(np.exp(rng.uniform(*np.log(_PITCHES))))
    # Those who speak higher have smaller mouths, by and large.
    return higher, float(np.clip(higher**0.35 * rng.normal(1.0, 0.07), *_MOUTHS))


def _read(path: Path) -> Pcm:
    if not path.is_file() or path.stat().st_size < 1000:
        return np.zeros(0, np.int16)
    with wave.open(str(path)) as file:
        rate, pcm = file.getframerate(), np.frombuffer(file.readframes(10**8), "<i2")
    return trimmed(_clipped(soxr.resample(pcm.astype(np.float32), rate, SAMPLE_RATE)))


def _clipped(sound: NDArray[np.float32]) -> Pcm:
    return np.clip(np.round(sound), -32768, 32767).astype(np.int16)


_pieces: list[bytes] = []


def _collect(samples: int | None, count: int, _events: object) -> int:
    if samples and count > 0:
        _pieces.append(ctypes.string_at(samples, count * 2))
    return 0


_COLLECT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(_collect)


@cache
def _espeak() -> tuple[ctypes.CDLL, int]:
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = library.espeak_Initialize(2, 200, espeakng_loader.get_data_path().encode(), 0)
    library.espeak_SetSynthCallback(_COLLECT)
    return library, rate


def _espeak_said(text: str, voice: str, rate: int, pitch: int, spread: int) -> Pcm:
    library, sample_rate = _espeak()
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        raise RuntimeError(f"eSpeak has no voice {voice}")
    for parameter, value in ((_RATE, rate), (_PITCH, pitch), (_RANGE, spread)):
        library.espeak_SetParameter(parameter, value, 0)
    _pieces.clear()
    written = text.encode()
    library.espeak_Synth(written, ctypes.c_size_t(len(written) + 1), 0, 0, 0, 1, None, None)
    pcm = np.frombuffer(b"".join(_pieces), "<i2").astype(np.float32)
    return _clipped(soxr.resample(pcm, sample_rate, SAMPLE_RATE)) if pcm.size else np.zeros(0, np.int16)
