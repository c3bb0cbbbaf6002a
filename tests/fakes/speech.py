"""Spoken test sentences, made on the spot: eSpeak NG in a child process, flite where it is installed.

`synthetic_speech` is a plain function, cached for the whole run; use it from any test, fixture or benchmark.
The voice `WAKING_VOICE` saying "hey jarvis" wakes the wake word every time.
"""

from __future__ import annotations

import atexit
import io
import json
import shutil
import struct
import subprocess
import sys
import threading
import wave
from functools import cache
from pathlib import Path

import numpy as np
import soxr

from jarvis.contracts.speech import SAMPLE_RATE

WAKING_VOICE = "en-gb-scotland+f4"
FLITE_VOICES = ("kal16", "awb", "rms", "slt")

_PROGRAM = Path(__file__).parent.parent / "programs" / "espeak_to_pipe.py"
_lock = threading.Lock()


@cache
def synthetic_speech(text: str, voice: str = "en-us", rate: int = 165) -> bytes:
    """Return `text` spoken by eSpeak's `voice` (with variant: `en-us+f2`) at `rate` words per minute.

    16 kHz int16 mono PCM, without silence around it. RuntimeError for an unknown voice.
    """
    wish = json.dumps({"text": text, "voice": voice, "rate": rate}) + "\n"
    with _lock:
        speaker = _speaker()
        assert speaker.stdin is not None and speaker.stdout is not None
        speaker.stdin.write(wish.encode())
        speaker.stdin.flush()
        header = speaker.stdout.read(8)
        if len(header) < 8:
            _speaker.cache_clear()
            raise RuntimeError(f"eSpeak could not say this with voice {voice}")
        sample_rate, size = struct.unpack("<II", header)
        pcm = speaker.stdout.read(size)
    return resampled(pcm, sample_rate)


@cache
def flite_speech(text: str, voice: str = "slt", stretch: float = 1.0) -> bytes:
    """Return `text` spoken by flite's `voice`, 16 kHz int16 mono PCM; `stretch` above 1 is slower."""
    command = ["flite", "-voice", voice, "--setf", f"duration_stretch={stretch}", "-t", text, "/dev/stdout"]
    raw = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    at = raw.index(b"data") + 8
    with wave.open(io.BytesIO(raw)) as header:
        sample_rate = header.getframerate()
    return resampled(raw[at : at + (len(raw) - at) // 2 * 2], sample_rate)


def has_flite() -> bool:
    """True if flite is installed, with the voices of `FLITE_VOICES`."""
    program = shutil.which("flite")
    if program is None:
        return False
    voices = subprocess.run([program, "-lv"], check=True, capture_output=True, text=True).stdout.split()
    return set(FLITE_VOICES) <= set(voices)


def silence(seconds: float) -> bytes:
    """Return digital silence as 16 kHz int16 mono PCM."""
    return bytes(2 * round(seconds * SAMPLE_RATE))


def with_noise(pcm: bytes, noise: bytes, snr_db: float) -> bytes:
    """Return `pcm` with `noise` (repeated to length) mixed in at `snr_db` of mean power, both 16 kHz int16."""
    speech = np.frombuffer(pcm, "<i2").astype(np.float64)
    other = np.resize(np.frombuffer(noise, "<i2").astype(np.float64), speech.size)
    scale = np.sqrt(np.mean(speech**2) / max(np.mean(other**2), 1.0) / 10 ** (snr_db / 10))
    return np.clip(speech + other * scale, -32768, 32767).astype("<i2").tobytes()


def pink_noise(seconds: float, seed: int = 1) -> bytes:
    """Return noise whose power falls 3 dB an octave, 16 kHz int16 mono, always the same for one `seed`."""
    count = round(seconds * SAMPLE_RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    spectrum /= np.sqrt(np.maximum(np.arange(spectrum.size), 1))
    sound = np.fft.irfft(spectrum, count)
    return (sound / np.abs(sound).max() * 16000).astype("<i2").tobytes()


def write_wav(path: Path, pcm: bytes, sample_rate: int = SAMPLE_RATE) -> Path:
    """Write int16 mono `pcm` as a WAV file and return its path."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(pcm)
    return path


def resampled(pcm: bytes, sample_rate: int) -> bytes:
    """Return int16 mono `pcm` at 16 kHz."""
    if sample_rate == SAMPLE_RATE:
        return pcm
    sound = np.frombuffer(pcm, "<i2").astype(np.float32)
    changed: np.ndarray = soxr.resample(sound, sample_rate, SAMPLE_RATE)
    return np.clip(changed, -32768, 32767).astype("<i2").tobytes()


@cache
def _speaker() -> subprocess.Popen[bytes]:
    speaker = subprocess.Popen([sys.executable, str(_PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    atexit.register(_end, speaker)
    return speaker


def _end(speaker: subprocess.Popen[bytes]) -> None:
    speaker.communicate()
