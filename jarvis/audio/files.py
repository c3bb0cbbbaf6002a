"""Sound files in the place of devices: any format that libsndfile reads comes in, WAV goes out.

Files are streamed, so memory does not grow with their length. Knows nothing about what is said in them.
"""

from __future__ import annotations

import contextlib
import io
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.audio.file_errors import cannot_read, cannot_write, empty, not_sound, too_long
from jarvis.audio.resampling import Resampler, louder
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import InputError
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES, AudioChunk

if TYPE_CHECKING:
    import soundfile

LONGEST_RECORDING_SECONDS = 3600.0
"""Default limit of a recording; a longer one is far more likely the wrong file than a question."""

_BLOCK_SAMPLES = 1 << 16
_FRAME_BYTES = VAD_SAMPLES * 2


@dataclass(frozen=True, kw_only=True, slots=True)
class SoundInfo:
    """What the header of a sound file says; `seconds` is None where the format does not tell."""

    seconds: float | None
    sample_rate: int
    channels: int


def sound_info(path: Path) -> SoundInfo:
    """Read the header of `path`; `InputError` as for `read_blocks`."""
    with _opened(path) as file:
        return _info(file)


def read_blocks(path: Path, limit_seconds: float = LONGEST_RECORDING_SECONDS) -> Iterator[bytes]:
    """Stream `path` as 16 kHz int16 mono in blocks of a few seconds at most; channels are averaged.

    Raises `InputError` before the first block when the file is missing, unreadable, no sound, without a single
    sample, or longer than `limit_seconds`; later only when a damaged file breaks off with nothing decoded.
    """
    with _opened(path) as file:
        info = _info(file)
        if info.seconds is not None and info.seconds > limit_seconds:
            raise too_long(path, info.seconds, limit_seconds)
        yield from _decoded(path, file, limit_seconds)


def _decoded(path: Path, file: soundfile.SoundFile, limit_seconds: float) -> Iterator[bytes]:
    import soundfile

    resampler = Resampler(file.samplerate, SAMPLE_RATE)
    read = 0
    while True:
        try:
            samples = file.read(_BLOCK_SAMPLES, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise not_sound(path, error) from error
        read += len(samples)
        if read > limit_seconds * file.samplerate:
            raise too_long(path, read / file.samplerate, limit_seconds)
        last = len(samples) < _BLOCK_SAMPLES
        if block := resampler.push_samples(samples.mean(axis=1), last):
            yield block
        if last:
            break
    if read == 0:
        raise empty(path)


class FileMicrophone:
    """The Microphone port over a sound file; one pass.

    `paced` delivers frames as a real microphone would, else as fast as they are taken. `trailing_silence_seconds`
    of silence follow the file, so that its last sentence ends as one does in a room. Errors as `read_blocks`.
    """

    def __init__(
        self,
        path: Path,
        *,
        paced: bool = False,
        trailing_silence_seconds: float = 1.0,
        limit_seconds: float = LONGEST_RECORDING_SECONDS,
    ) -> None:
        self._path = path
        self._paced = paced
        self._trailing = trailing_silence_seconds
        self._limit = limit_seconds
        self._closed = threading.Event()

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name

    def chunks(self) -> Iterator[bytes]:
        """Yield frames of `VAD_SAMPLES`; the last one of the file is filled up with silence."""
        held = bytearray()
        started, sent = time.perf_counter(), 0
        for block in self._sound():
            held += block
            while len(held) >= _FRAME_BYTES:
                frame = bytes(held[:_FRAME_BYTES])
                del held[:_FRAME_BYTES]
                sent += 1
                ahead = started + sent * VAD_SAMPLES / SAMPLE_RATE - time.perf_counter() if self._paced else 0.0
                if self._closed.wait(max(ahead, 0.0)) if ahead > 0 else self._closed.is_set():
                    return
                yield frame

    def close(self) -> None:
        """End `chunks` at the next frame; a closed one stays closed."""
        self._closed.set()

    def _sound(self) -> Iterator[bytes]:
        length = 0
        for block in read_blocks(self._path, self._limit):
            length += len(block)
            yield block
        wanted = length + round(self._trailing * SAMPLE_RATE) * 2
        yield bytes(-(-wanted // _FRAME_BYTES) * _FRAME_BYTES - length)


class WavSpeaker:
    """The Speaker port over a WAV file.

    The file has one rate: `sample_rate`, else that of the first sound; other sound is converted. It appears under
    its name when closed, so an older file of that name survives a run in which nothing was said. Sound is written
    at once and counts as heard then: `wait` blocks only while paused, and `stop` has nothing to drop.
    """

    def __init__(self, path: Path, sample_rate: int | None = None) -> None:
        self._path = path
        self._rate = sample_rate
        self._lock = threading.Condition()
        self._gain, self._gain_seconds = 1.0, inf
        self._paused = False
        self._stops = 0
        self._resampler: Resampler | None = None
        self._from_rate = 0
        self._started = False
        self._written = 0
        self._closed = False
        # Devices such as /dev/null and pipes are written in place: replacing them by a file would destroy them.
        self._in_place = path.exists() and not path.is_file()
        self._temporary: Path | None = None
        try:
            self._file = self._open()
        except OSError as error:
            raise cannot_write(path, error) from error

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name

    @property
    def seconds(self) -> float:
        """How much sound was written."""
        with self._lock:
            return self._written / 2 / self._rate if self._rate else 0.0

    def play(self, chunk: AudioChunk) -> None:
        """Append `chunk`; `StorageError` when the disk is full or the file cannot be written."""
        with self._lock, self._writing():
            if not self._unpaused() or self._closed or not chunk.pcm:
                return
            self._rate = self._rate or chunk.sample_rate
            if not self._started:
                self._started = True
                self._write(_wav_header(self._rate, None))
            if chunk.sample_rate != self._from_rate:
                self._drain()
                self._from_rate = chunk.sample_rate
                self._resampler = Resampler(chunk.sample_rate, self._rate)
            assert self._resampler is not None
            self._add(self._resampler.push(chunk.pcm if self._gain == 1.0 else self._ducked(chunk)))

    def wait(self, cancel: CancelToken | None = None) -> None:
        """Return at once, or when no longer paused: what was played is written."""
        unregister = cancel.on_cancel(self._wake) if cancel else lambda: None
        try:
            with self._lock:
                self._unpaused(cancel)
        finally:
            unregister()

    def position(self) -> float:
        """Return the seconds of sound that were written."""
        return self.seconds

    def duck(self, gain: float, seconds: float = inf) -> None:
        """Write the next `seconds` that are played at `gain` times their loudness."""
        with self._lock:
            self._gain, self._gain_seconds = min(max(gain, 0.0), 1.0), seconds

    def pause(self) -> None:
        """Let `play` and `wait` wait for `resume` or `stop`."""
        with self._lock:
            self._paused = True

    def resume(self) -> None:
        """Go on after `pause`."""
        with self._lock:
            self._paused = False
            self._lock.notify_all()

    def stop(self) -> None:
        """End a pause, dropping what waits to be played, and restore the loudness: what was played is written."""
        with self._lock:
            self._stops += 1
            self._paused, self._gain = False, 1.0
            self._lock.notify_all()

    def close(self) -> None:
        """Finish the file and give it its name; `StorageError` as for `play`."""
        self.stop()
        with self._lock, self._writing():
            if self._closed:
                return
            self._drain()
            if self._rate is not None and self._written and self._file.seekable():
                self._file.seek(0)
                self._write(_wav_header(self._rate, self._written))
            self._closed = True
            self._file.close()
            if self._temporary is not None:
                if self._written:
                    self._temporary.replace(self._path)
                else:
                    self._temporary.unlink()

    def _ducked(self, chunk: AudioChunk) -> bytes:
        still = 2 * round(min(chunk.seconds, self._gain_seconds) * chunk.sample_rate)
        pcm = louder(chunk.pcm[:still], self._gain) + chunk.pcm[still:]
        self._gain_seconds -= chunk.seconds
        if self._gain_seconds <= 0:
            self._gain = 1.0
        return pcm

    def _unpaused(self, cancel: CancelToken | None = None) -> bool:
        """Wait for the end of a pause; False when it was ended by `stop`."""
        stops = self._stops
        while self._paused and not (cancel and cancel.cancelled):
            self._lock.wait()
        return stops == self._stops

    def _wake(self) -> None:
        with self._lock:
            self._lock.notify_all()

    def _open(self) -> io.FileIO:
        if self._in_place:
            return io.FileIO(self._path, "wb")
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
        self._temporary = Path(name)
        self._temporary.chmod(0o644)
        return io.FileIO(handle, "wb")

    def _drain(self) -> None:
        if self._resampler is not None:
            self._add(self._resampler.push(b"", last=True))
            self._resampler = None
            self._from_rate = 0

    def _add(self, pcm: bytes) -> None:
        self._write(pcm)
        self._written += len(pcm)

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._closed = True
            self._file.close()
            if self._temporary is not None:
                self._temporary.unlink(missing_ok=True)
            raise cannot_write(self._path, error) from error


def _wav_header(sample_rate: int, data_bytes: int | None) -> bytes:
    # None is what a stream of unknown length carries.
    size = 0xFFFFFFFF - 36 if data_bytes is None else data_bytes
    form = struct.pack(
        "<4sI4s4sIHHIIHH", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1, sample_rate, sample_rate * 2, 2, 16
    )
    return form + struct.pack("<4sI", b"data", size)


def _info(file: soundfile.SoundFile) -> SoundInfo:
    frames = file.frames
    # libsndfile reports the largest integer for streams whose length it cannot know.
    known = 0 <= frames < 1 << 62
    return SoundInfo(
        seconds=frames / file.samplerate if known else None, sample_rate=file.samplerate, channels=file.channels
    )


def _opened(path: Path) -> soundfile.SoundFile:
    try:
        import soundfile
    except (ImportError, OSError) as error:
        raise InputError(
            "audio.no_reader",
            en="Sound files cannot be read here because a library is missing ({why}); nothing was changed. "
            "Run ./install_upgrade.sh run once more.",
            es="Aquí no se pueden leer ficheros de sonido porque falta una biblioteca ({why}); no se ha cambiado nada. "
            "Ejecuta otra vez ./install_upgrade.sh run.",
            why=error,
        ) from error
    try:
        if path.stat().st_size == 0 and path.is_file():
            raise empty(path)
        with path.open("rb"):
            pass
    except OSError as error:
        raise cannot_read(path, error) from error
    try:
        return soundfile.SoundFile(str(path))
    except soundfile.LibsndfileError as error:
        raise not_sound(path, error) from error
