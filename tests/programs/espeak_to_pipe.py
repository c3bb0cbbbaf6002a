"""Speaks each line of JSON on stdin (`text`, `voice`, `rate`) and writes its sound to stdout.

The answer is the sample rate and the byte count as two little-endian uint32, then int16 mono PCM.
The same wish sounds the same every time: eSpeak seeds its breath noise with the time and carries phases from one
sentence to the next, so the seed is set, and each sentence spoken by a fork of the process, which has said nothing
(Windows has no forks; there a sentence sounds a little different after others).
Knows nothing about Jarvis, so that tests of Jarvis' own voice do not test themselves.
"""

import ctypes
import json
import os
import struct
import sys
from typing import BinaryIO

import espeakng_loader

_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def main() -> None:
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    sample_rate = library.espeak_Initialize(2, 200, espeakng_loader.get_data_path().encode(), 0)
    while line := sys.stdin.readline():
        if not hasattr(os, "fork"):
            speak(library, sample_rate, json.loads(line), output)
        elif child := os.fork():
            if status := os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
                raise SystemExit(status)
        else:
            speak(library, sample_rate, json.loads(line), output)
            os._exit(0)


def speak(library: ctypes.CDLL, sample_rate: int, wish: dict[str, object], output: BinaryIO) -> None:
    pieces: list[bytes] = []

    def collect(samples: object, count: int, _events: object) -> int:
        if samples and count > 0:
            pieces.append(ctypes.string_at(samples, count * 2))
        return 0

    callback = _CALLBACK(collect)
    library.espeak_SetSynthCallback(callback)
    if hasattr(library, "espeak_ng_SetRandSeed"):
        library.espeak_ng_SetRandSeed(ctypes.c_long(1))
    if library.espeak_SetVoiceByName(str(wish["voice"]).encode()) != 0:
        raise SystemExit(f"unknown voice {wish['voice']}")
    library.espeak_SetParameter(1, wish["rate"], 0)
    text = str(wish["text"]).encode()
    library.espeak_Synth(text, ctypes.c_size_t(len(text) + 1), 0, 0, 0, 1, None, None)
    pcm = b"".join(pieces)
    output.write(struct.pack("<II", sample_rate, len(pcm)) + pcm)
    output.flush()


if __name__ == "__main__":
    main()
