"""Child program: writes eSpeak NG's voice saying "hey jarvis", a pause, and a question, as a WAV file.

Run as `python -m jarvis.voice.demo_speech FILE LANGUAGE QUESTION`. A process of its own, because the library is a
process-wide singleton. The wake word is in the voice that woke the detector in every trial, an English question in the
one that the basic recogniser understands best.
"""

from __future__ import annotations

import ctypes
import sys
import wave

WAKING_VOICE = "en-gb-scotland+f4"
ASKING_VOICES = {"en": "en-us+adam", "es": "es"}
WORDS_PER_MINUTE = 150

_LEAD_SECONDS = 0.4
_PAUSE_SECONDS = 0.6
_SYNCHRONOUS = 2
_RATE_PARAMETER = 1
_UTF8 = 1
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def main() -> None:
    """Write the file named by the first argument."""
    path, language, question = sys.argv[1:4]
    sample_rate, phrases = _spoken([(WAKING_VOICE, "hey jarvis"), (ASKING_VOICES[language], question)])
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(_silence(_LEAD_SECONDS, sample_rate))
        file.writeframes(phrases[0])
        file.writeframes(_silence(_PAUSE_SECONDS, sample_rate))
        file.writeframes(phrases[1])


def _spoken(lines: list[tuple[str, str]]) -> tuple[int, list[bytes]]:
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    sample_rate = library.espeak_Initialize(_SYNCHRONOUS, 200, espeakng_loader.get_data_path().encode(), 0)
    pieces: list[bytes] = []

    def collect(samples: object, count: int, _events: object) -> int:
        if samples and count > 0:
            pieces.append(ctypes.string_at(samples, count * 2))  # type: ignore[arg-type]
        return 0

    callback = _CALLBACK(collect)
    library.espeak_SetSynthCallback(callback)
    phrases = []
    for voice, text in lines:
        pieces.clear()
        library.espeak_SetVoiceByName(voice.encode())
        library.espeak_SetParameter(_RATE_PARAMETER, WORDS_PER_MINUTE, 0)
        data = text.encode()
        library.espeak_Synth(data, ctypes.c_size_t(len(data) + 1), 0, 0, 0, _UTF8, None, None)
        phrases.append(b"".join(pieces))
    return sample_rate, phrases


def _silence(seconds: float, sample_rate: int) -> bytes:
    return bytes(2 * round(seconds * sample_rate))


if __name__ == "__main__":
    main()
