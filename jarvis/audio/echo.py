"""Takes Jarvis' own voice out of what the microphone hears, and steady noise with it, inside this process.

WebRTC's audio processing does the work while Jarvis is alone; where somebody else is heard as well, a linear filter
goes first and leaves their words whole, and a recogniser hears what that filter leaves. Both need what was really
played, at the time it sounded: the speaker reports that to an `EchoReference`, whose times are compared with those of
the microphone. Knows no device and no words.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, cast

from jarvis.audio.foreign import EchoTrace, ForeignSound
from jarvis.audio.linear_echo import LinearEcho
from jarvis.audio.resampling import Resampler
from jarvis.audio.webrtc import STEP_SAMPLES, AudioProcessing
from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import SAMPLE_RATE, VAD_SAMPLES
from jarvis.contracts.speech_ports import Microphone

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LATENCY_SAMPLES = 128
"""What the cutting of frames of `VAD_SAMPLES` into steps delays the sound: 8 ms, the least that fits."""
TAIL_SECONDS = 1.5
"""How long after the last sound of the speaker the microphone is still cleaned of it: the longest echo of a room."""
ECHO_SECONDS = 0.3
"""How long after the last sound of the speaker what is heard may still be Jarvis' own voice, and not just noise of it:
as long as `LinearEcho` looks for it."""
KNOWN_DB, DOUBTED_DB = 18.0, 6.0
"""How far above its rest the predicted echo has to be for the linear filter alone to take it out of what a recogniser
hears, and until where it stays so: another way of the echo, as of a speaker that is plugged in, gets there in two to
four seconds of sound, a person in as many of their own voice."""
ALL_FOREIGN = 1.0
"""How foreign sound is while the speaker is silent, or not heard at all: nothing of it can be Jarvis."""

_LEAD_SECONDS = 0.03
_RING_SECONDS = 6
_GAP_SECONDS = 0.05
_NEW_RUN_SECONDS = 0.3
_STUBBORN = 5
_JUMP_SAMPLES = 480
_SLIP_SAMPLES = 32.0
_SLIP_STEPS = 8
_SMOOTHING = 0.01
_OTHERS_LAST = 0.92
_STEP_BYTES = STEP_SAMPLES * 2


class EchoReference:
    """What the speaker plays, with the time at which each piece sounds; `perf_counter` seconds throughout.

    One thread reports, one reads. Keeps the last seconds only; a report takes microseconds.
    """

    def __init__(self) -> None:
        self._reported: deque[tuple[bytes, int, float]] = deque(maxlen=1024)
        self._sounding_until = float("-inf")
        self._ring: NDArray[np.int16] | None = None
        self._end = 0
        self._anchor: tuple[float, int] | None = None
        self._resampler = Resampler(SAMPLE_RATE, SAMPLE_RATE)
        self._rate = SAMPLE_RATE
        self._fed = 0.0
        self._stubborn = 0

    def played(self, pcm: bytes, sample_rate: int, at: float) -> None:
        """Report int16 mono `pcm` whose first sample sounds `at`; silence between sounds belongs to it."""
        self._reported.append((pcm, sample_rate, at))
        if pcm.count(0) != len(pcm):
            self._sounding_until = at + len(pcm) / 2 / sample_rate

    def sounded_since(self, at: float) -> bool:
        """Tell whether anything but silence sounds at or after `at`."""
        return self._sounding_until >= at

    def index_at(self, at: float) -> float | None:
        """Return the number of the 16 kHz sample that sounds `at`; None before anything was reported."""
        self._absorb()
        if self._anchor is None:
            return None
        return self._anchor[1] + (at - self._anchor[0]) * SAMPLE_RATE

    def samples(self, start: int, count: int) -> bytes:
        """Return `count` samples from number `start` on, 16 kHz int16; silence where there is none any more or yet."""
        import numpy as np

        out = np.zeros(count, "<i2")
        first, last = max(start, self._end - self._length, 0), min(start + count, self._end)
        if self._ring is not None and first < last:
            out[first - start : last - start] = self._ring[np.arange(first, last) % self._length]
        return out.tobytes()

    @property
    def _length(self) -> int:
        return _RING_SECONDS * SAMPLE_RATE

    def _absorb(self) -> None:
        while self._reported:
            pcm, rate, at = self._reported.popleft()
            self._place(at, rate)
            self._write(self._resampler.push(pcm))
            self._fed += len(pcm) / 2 / rate * SAMPLE_RATE

    def _place(self, at: float, rate: int) -> None:
        """Find out where a piece belongs: right after the one before, unless its time insists on something else."""
        if self._anchor is None:
            self._begin_run(rate)
        else:
            # The resampler holds some samples back: they count as written.
            late = at - self._anchor[0] - (self._fed - self._anchor[1]) / SAMPLE_RATE
            self._stubborn = self._stubborn + 1 if abs(late) > _GAP_SECONDS else 0
            new_run = late > _NEW_RUN_SECONDS or rate != self._rate
            if new_run or self._stubborn >= _STUBBORN:
                if late > 0:
                    self._write(bytes(2 * min(self._length, round(late * SAMPLE_RATE))))
                self._begin_run(rate)
            elif self._stubborn:
                return
        self._anchor = (at, round(self._fed))

    def _begin_run(self, rate: int) -> None:
        self._resampler, self._rate = Resampler(rate, SAMPLE_RATE), rate
        self._fed = float(self._end)
        self._stubborn = 0

    def _write(self, pcm: bytes) -> None:
        import numpy as np

        if self._ring is None:
            self._ring = np.zeros(self._length, "<i2")
        samples = np.frombuffer(pcm, "<i2")[-self._length :]
        self._ring[np.arange(self._end, self._end + samples.size) % self._length] = samples
        self._end += samples.size


class AlignedReference:
    """Reads a reference in step with the microphone, 10 ms at a time, and follows the drift between the two devices.

    It stays 30 ms ahead of the microphone's times, because an echo must never come before its cause; WebRTC finds
    the rest of the delay by itself, up to half a second. A drift below 700 parts in a million is followed sample by
    sample; a jump, after a device stumbled, at once when it lasts 50 ms.
    """

    def __init__(self, reference: EchoReference) -> None:
        self._reference = reference
        self._cursor: int | None = None
        self._late = 0.0
        self._stubborn = 0
        self._since_slip = 0

    def step(self, at: float) -> bytes:
        """Return the 10 ms that belong to those recorded `at`."""
        wanted = self._reference.index_at(at + _LEAD_SECONDS)
        if wanted is None:
            return bytes(_STEP_BYTES)
        if self._cursor is None:
            self._jump(wanted)
        self._follow(wanted)
        assert self._cursor is not None
        pcm = self._reference.samples(self._cursor, STEP_SAMPLES)
        self._cursor += STEP_SAMPLES
        return pcm

    def restart(self) -> None:
        """Find the place anew at the next step."""
        self._cursor = None

    def _jump(self, wanted: float) -> None:
        self._cursor = round(wanted)
        self._late = 0.0
        self._stubborn = self._since_slip = 0

    def _follow(self, wanted: float) -> None:
        assert self._cursor is not None
        late = wanted - self._cursor
        if abs(late) > _JUMP_SAMPLES:
            self._stubborn += 1
            if self._stubborn >= _STUBBORN:
                self._jump(wanted)
            return
        self._stubborn = 0
        self._late += (late - self._late) * _SMOOTHING
        self._since_slip += 1
        if abs(self._late) > _SLIP_SAMPLES and self._since_slip >= _SLIP_STEPS:
            slip = 1 if self._late > 0 else -1
            self._cursor += slip
            self._late -= slip
            self._since_slip = 0


class EchoCanceller:
    """Cleans microphone frames: frames in, as many frames of the same length out, 8 ms later. One thread.

    `echo` takes out what `reference` played, `noise_suppression` quietens steady noise, `gain` levels voices.
    `plain` is the last frame with nothing but the echo taken out, `foreign` how surely (0..1) it holds sound that is
    not what was played. While the speaker is silent the canceller stands still, with what it has learned of the room.
    `EngineError` where WebRTC's processing is missing or cannot start.

    `whole` is the last frame for a recogniser of words: once the linear filter knows the echo, it alone takes it out.
    WebRTC's, which detectors need, cuts the first 50 ms of what is said into Jarvis' voice and the soft sounds
    after each gap: of 32 commands said into it the basic recogniser understood 20 so, 28 as `whole`.

    With the linear filter in front where others are heard, Silero takes 75 of 100 frames of people 6 dB below Jarvis'
    echo for speech, with WebRTC's alone 27. Of Jarvis' own voice 2 frames in 1000 are left as speech; weighed with
    `foreign`, 2 in 10 000.

    Noise suppression and gain are off unless asked for, because the detectors know noise and loudness by themselves:
    of 46 clips of "hey jarvis" at 10 dB above pink noise 29 woke it as they were, 28 without echo, 27 with noise
    suppression, 22 with gain as well; at 5 dB 24, 27, 24 and 14. Of the speech frames of four recordings Silero took
    96 of 100 for speech at 10 dB, 85 with noise suppression, 93 with gain; of very quiet ones (-50 dB of full scale)
    74, 88 and 91.
    """

    def __init__(
        self, reference: EchoReference, *, echo: bool = True, noise_suppression: bool = False, gain: bool = False
    ) -> None:
        self._reference = reference
        self._aligned = AlignedReference(reference)
        self._echo = AudioProcessing(echo=True) if echo else None
        self._echo_of_rest = AudioProcessing(echo=True) if echo else None
        self._linear, self._foreign, self._trace = LinearEcho(), ForeignSound(), EchoTrace()
        self._others = self._just_others = 0.0
        self._known = False
        wished = noise_suppression or gain
        self._front, self._front_of_whole = (
            AudioProcessing(noise_suppression=noise_suppression, gain=gain) if wished else None for _ in range(2)
        )
        self._held = bytearray()
        self._out = bytearray(LATENCY_SAMPLES * 2)
        self._plain_out = bytearray(LATENCY_SAMPLES * 2)
        self._whole_out = bytearray(LATENCY_SAMPLES * 2)
        self._cancelling = 0
        self.plain = self.whole = b""
        self.foreign = ALL_FOREIGN

    @property
    def cancelling(self) -> bool:
        """True while there is an echo to take out."""
        return self._cancelling > 0

    def process(self, pcm: bytes, at: float) -> bytes:
        """Take int16 mono sound at 16 kHz whose first sample was recorded `at`; return as much, cleaned."""
        at -= len(self._held) / 2 / SAMPLE_RATE
        self._held += pcm
        whole = len(self._held) // _STEP_BYTES * _STEP_BYTES
        near = bytes(self._held[:whole])
        del self._held[:whole]
        for begin in range(0, len(near), _STEP_BYTES):
            step, whole_step = self._without_echo(near[begin : begin + _STEP_BYTES], at + begin / 2 / SAMPLE_RATE)
            self._plain_out += step
            self._out += self._front.clean(step) if self._front is not None else step
            self._whole_out += self._front_of_whole.clean(whole_step) if self._front_of_whole else whole_step
        self.foreign = self._foreign_share(at)
        self.plain = _shifted(self._plain_out, len(pcm))
        self.whole = _shifted(self._whole_out, len(pcm))
        return _shifted(self._out, len(pcm))

    def _foreign_share(self, at: float) -> float:
        measured = self._foreign.probability()
        may_be_jarvis = self.cancelling and self._reference.sounded_since(at - ECHO_SECONDS)
        return measured if may_be_jarvis and not self._trace.absent else ALL_FOREIGN

    def _without_echo(self, near: bytes, at: float) -> tuple[bytes, bytes]:
        """Return 10 ms for detectors, and the same for a recogniser."""
        if self._echo is None:
            return near, near
        wanted = self._reference.sounded_since(at - TAIL_SECONDS)
        if not wanted and not self._cancelling:
            return near, near
        if not self._cancelling:
            self._aligned.restart()
            self._foreign.begins()
            self._known = False
        played = self._aligned.step(at)
        cleaned, left = self._clean(played, near)
        # While somebody else speaks less of what is heard is echo, and none once Jarvis is silent: that is no reason to
        # doubt it.
        if not self._known or played.count(0) != len(played):
            self._known = self._foreign.gain_db >= (DOUBTED_DB if self._known else KNOWN_DB)
        whole = left if self._known else cleaned
        self._cancelling = self._cancelling + 1 if wanted else 0
        if self._cancelling == 1:
            # What comes out first is what it held when it was stopped.
            return near, near
        if self._cancelling == 2:
            return _faded(near, cleaned), _faded(near, whole)
        return (cleaned, whole) if self._cancelling else (_faded(cleaned, near), _faded(whole, near))

    def _clean(self, played: bytes, near: bytes) -> tuple[bytes, bytes]:
        """Take the echo out: all of it while Jarvis is alone, gently while somebody else is heard.

        Returns that, and what the linear filter alone has left.
        """
        import numpy as np

        assert self._echo is not None
        assert self._echo_of_rest is not None
        sounding, heard = (np.frombuffer(pcm, "<i2").astype(np.float64) for pcm in (played, near))
        self._trace.heed(heard, sounding)
        left, echo = self._linear.step(sounding, heard)
        before, self._just_others = self._just_others, self._foreign.heed(left, echo)
        # A single moment of it is left of Jarvis' own voice more often than not.
        self._others = max(min(before, self._just_others), self._others * _OTHERS_LAST)
        rest = np.clip(np.rint(left), -32768, 32767).astype("<i2").tobytes()
        for processing in (self._echo, self._echo_of_rest):
            processing.played(played, round(_LEAD_SECONDS * 1000))
        quiet, clear = (
            np.frombuffer(pcm, "<i2").astype(np.float64)
            for pcm in (self._echo.clean(near), self._echo_of_rest.clean(rest))
        )
        share = max(0.0, 2 * self._others - 1)
        return np.rint(quiet + share * (clear - quiet)).astype("<i2").tobytes(), rest


class EchoCancellingMicrophone:
    """The Microphone port over another one, cleaned as `EchoCanceller` does; errors are those of the other one.

    The other one's `captured_at` tells when the first sample of its last frame was recorded, as `perf_counter`
    seconds; without it a frame counts as just recorded. The processing is loaded here and now, in a quarter of a second
    the first time; where it is missing or broken, the sound comes as it is and `note` says so.
    `captured_at`, `plain`, `whole` and `foreign` belong to the frame that was yielded last: `plain` has only the echo
    taken out, for detectors that noise suppression would mislead; for the others see `EchoCanceller`.
    What was learned of the room outlasts a `chunks`: keep one of these for as long as the microphone stays the same.
    """

    def __init__(
        self,
        inner: Microphone,
        reference: EchoReference,
        *,
        echo: bool = True,
        noise_suppression: bool = False,
        gain: bool = False,
    ) -> None:
        self._inner = inner
        self._echo = echo
        self.note: EngineError | None = None
        self.captured_at: float | None = None
        self.plain = self.whole = b""
        self.foreign = ALL_FOREIGN
        self._canceller: EchoCanceller | None = None
        if echo or noise_suppression or gain:
            try:
                self._canceller = EchoCanceller(reference, echo=echo, noise_suppression=noise_suppression, gain=gain)
            except EngineError as error:
                self.note = error

    @property
    def name(self) -> str:
        """The name of the other microphone."""
        return self._inner.name

    @property
    def cancels_echo(self) -> bool:
        """Whether Jarvis' own voice is taken out, so that any speech heard is somebody else's."""
        return self._echo and self.note is None

    def chunks(self) -> Iterator[bytes]:
        """Yield cleaned frames; see the port."""
        canceller = self._canceller
        with contextlib.closing(cast("Generator[bytes, None, None]", self._inner.chunks())) as frames:
            for frame in frames:
                at: float | None = getattr(self._inner, "captured_at", None)
                began = time.perf_counter() - VAD_SAMPLES / SAMPLE_RATE if at is None else at
                self.captured_at = began - (LATENCY_SAMPLES / SAMPLE_RATE if canceller else 0.0)
                cleaned = canceller.process(frame, began) if canceller else frame
                self.plain, self.whole = (canceller.plain, canceller.whole) if canceller else (frame, frame)
                self.foreign = canceller.foreign if canceller else ALL_FOREIGN
                yield cleaned

    def close(self) -> None:
        """Close the other microphone; see the port."""
        self._inner.close()


def _shifted(out: bytearray, count: int) -> bytes:
    ready = bytes(out[:count])
    del out[:count]
    return ready


def _faded(before: bytes, after: bytes) -> bytes:
    import numpy as np

    rise = np.linspace(0.0, 1.0, STEP_SAMPLES)
    mixed = np.frombuffer(before, "<i2") * (1.0 - rise) + np.frombuffer(after, "<i2") * rise
    return mixed.astype("<i2").tobytes()
