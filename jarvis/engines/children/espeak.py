"""eSpeak NG as a voice: text in, int16 mono PCM out as it is made, through the shared library of `espeakng-loader`.

The library is one voice per process: one `EspeakVoice` at a time, from one thread. Knows nothing about the wire.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

from jarvis.contracts.errors import EngineError, Language

VOICES: dict[Language, str] = {"en": "en-us", "es": "es"}
WORDS_PER_MINUTE: dict[Language, int] = {"en": 165, "es": 160}
"""Normal speed; eSpeak's own default of 175 is hard to follow."""

BUFFER_MS = 60
"""Length of one piece of sound: short enough to begin at once and to stop at once."""

_SYNCHRONOUS_RETRIEVAL = 2
_RATE = 1
_UTF8 = 1
_NO_EXIT_ON_ERROR = 0x8000
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class EspeakVoice:
    """The bundled voice for both languages; raises `EngineError` when the library cannot be loaded."""

    def __init__(self) -> None:
        import espeakng_loader

        try:
            self._library = ctypes.CDLL(espeakng_loader.get_library_path())
            data = espeakng_loader.get_data_path().encode()
        except (OSError, RuntimeError) as error:
            raise _unusable(str(error)) from error
        rate = self._library.espeak_Initialize(_SYNCHRONOUS_RETRIEVAL, BUFFER_MS, data, _NO_EXIT_ON_ERROR)
        if rate <= 0:
            raise _unusable(f"espeak_Initialize: {rate}")
        self.sample_rate = int(rate)
        self._take: Callable[[bytes], bool] = bool
        # The library keeps the pointer, so the callback must live as long as this object.
        self._callback = _CALLBACK(self._made)
        self._library.espeak_SetSynthCallback(self._callback)
        self._voice = ""

    def speak(self, text: str, language: Language, rate: float, take: Callable[[bytes], bool]) -> None:
        """Hand each piece of sound to `take` until it returns False; `rate` 1 is normal speed."""
        voice = VOICES[language]
        if voice != self._voice:
            status = self._library.espeak_SetVoiceByName(voice.encode())
            if status != 0:
                raise _unusable(f"espeak_SetVoiceByName({voice}): {status}")
            self._voice = voice
        self._library.espeak_SetParameter(_RATE, round(WORDS_PER_MINUTE[language] * rate), 0)
        data = text.replace("\0", " ").encode()
        self._take = take
        self._library.espeak_Synth(data, ctypes.c_size_t(len(data) + 1), 0, 0, 0, _UTF8, None, None)

    def _made(self, samples: object, count: int, _events: object) -> int:
        if samples and count > 0 and not self._take(ctypes.string_at(samples, 2 * count)):  # type: ignore[arg-type]
            return 1
        return 0


def _unusable(why: str) -> EngineError:
    return EngineError(
        "speech.espeak",
        en="The bundled voice cannot be used ({why}), so answers are only shown. Reinstall Jarvis' voice parts.",
        es="No se puede usar la voz incluida ({why}), así que las respuestas solo se muestran. "
        "Reinstala las partes de voz de Jarvis.",
        retryable=False,
        why=why,
    )
