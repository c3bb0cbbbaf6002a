"""WebRTC's audio processing, as the livekit package carries it: 10 ms of 16 kHz mono at a time.

The package talks to conference servers; none of that is used and nothing is sent anywhere. Knows no microphone.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import SAMPLE_RATE

STEP_SAMPLES = 160
"""Samples that are taken at a time: 10 ms."""


class AudioProcessing:
    """One processing module; `EngineError` where the package is missing or does not load. One thread.

    0.005 CPU seconds per second of sound with echo cancelling, 0.007 while something is played, 0.002 with noise
    suppression alone; 25 MiB for the first one.
    """

    def __init__(self, *, echo: bool = False, noise_suppression: bool = False, gain: bool = False) -> None:
        try:
            _load()
            from livekit.rtc import AudioFrame
            from livekit.rtc.apm import AudioProcessingModule

            self._module = AudioProcessingModule(
                echo_cancellation=echo,
                noise_suppression=noise_suppression,
                high_pass_filter=True,
                auto_gain_control=gain,
            )
        except (ImportError, OSError, RuntimeError) as error:
            raise missing(error) from error
        self._frame_type: Any = AudioFrame

    def played(self, pcm: bytes, delay_ms: int) -> None:
        """Tell what the speaker plays, whose echo the next `clean` hears `delay_ms` after it at the earliest."""
        self._module.process_reverse_stream(self._frame(pcm))
        self._module.set_stream_delay_ms(delay_ms)

    def clean(self, pcm: bytes) -> bytes:
        """Return what the microphone heard, cleaned; with echo cancelling it comes 8 ms later."""
        frame = self._frame(pcm)
        self._module.process_stream(frame)
        return bytes(frame.data)

    def _frame(self, pcm: bytes) -> Any:
        return self._frame_type(bytearray(pcm), SAMPLE_RATE, 1, STEP_SAMPLES)


def missing(why: object) -> EngineError:
    """Return the error for a computer where the package is missing or broken."""
    return EngineError(
        "audio.no_echo_cancelling",
        en="Jarvis cannot take its own voice out of the microphone because a part of it does not load ({why}); it "
        "listens all the same, and only the wake word and “stop” interrupt it. Run ./install_upgrade.sh run, or use "
        "headphones.",
        es="Jarvis no puede quitar su propia voz del micrófono porque no se carga una pieza ({why}); escucha "
        "igualmente, y solo lo interrumpen la palabra de activación y «para». Ejecuta ./install_upgrade.sh run o usa "
        "auriculares.",
        retryable=False,
        why=why,
    )


@cache
def _load() -> None:
    """Load the native library without its log messages.

    They would be handed to Python from a thread of the library's own, and one that comes while the program ends
    makes the library panic on stderr.
    """
    from livekit.rtc import _ffi_client as client

    load = client.get_ffi_lib

    def quiet() -> Any:
        library: Any = load()
        initialize = library.livekit_ffi_initialize

        def without_logs(callback: Any, _logs: bool, *about: bytes) -> None:
            initialize(callback, False, *about)

        library.livekit_ffi_initialize = without_logs
        return library

    client.get_ffi_lib = quiet
    try:
        _ = client.FfiClient.instance
    finally:
        client.get_ffi_lib = load
