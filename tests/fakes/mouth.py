"""A speaker and a voice whose time a test moves by hand, and Piper voices that do not behave."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from math import inf
from pathlib import Path

import numpy as np

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import JarvisError, Language
from jarvis.contracts.speech import SAMPLE_RATE, AudioChunk, SpeechServiceInfo

PATIENCE_SECONDS = 20.0
"""Bound of every wait; only a failing test uses it up."""


def tone(seconds: float, *, before: float = 0.0, after: float = 0.0, level: int = 5000) -> bytes:
    """Return sound of `level` with silence around it."""
    parts = [np.zeros(round(before * SAMPLE_RATE)), np.full(round(seconds * SAMPLE_RATE), level)]
    return np.concatenate([*parts, np.zeros(round(after * SAMPLE_RATE))]).astype("<i2").tobytes()


class HandSpeaker:
    """Sound lasts until `sound` is called: it moves the time of what is queued."""

    name = "by hand"

    def __init__(self, fails: JarvisError | None = None) -> None:
        self.fails = fails
        self.pcm = b""
        self.queued = 0.0
        self.heard = 0.0
        self.gain = 1.0
        self.paused = False
        self.stops = 0
        self.calls: list[str] = []
        self._changed = threading.Condition()

    def play(self, chunk: AudioChunk) -> None:
        with self._changed:
            if self.fails is not None:
                raise self.fails
            self.pcm += chunk.pcm
            self.queued += chunk.seconds
            self._changed.notify_all()

    def wait(self, cancel: CancelToken | None = None) -> None:
        with self._changed:
            stops = self.stops
            self._changed.wait_for(
                lambda: self.stops > stops or (self.heard >= self.queued - 1e-9 and not self.paused), PATIENCE_SECONDS
            )

    def position(self) -> float:
        return self.heard

    def duck(self, gain: float, seconds: float = inf) -> None:
        self.calls.append(f"duck {gain}")
        self.gain = gain

    def pause(self) -> None:
        self.calls.append("pause")
        self.paused = True

    def resume(self) -> None:
        with self._changed:
            self.calls.append("resume")
            self.paused = False
            self._changed.notify_all()

    def stop(self) -> None:
        with self._changed:
            self.stops += 1
            self.queued, self.paused, self.gain = self.heard, False, 1.0
            self._changed.notify_all()

    def close(self) -> None:
        pass

    def sound(self, seconds: float) -> None:
        """Let that much of what is queued be heard."""
        with self._changed:
            if not self.paused:
                self.heard = min(self.heard + seconds, self.queued)
            self._changed.notify_all()

    def until_queued(self, seconds: float) -> None:
        """Wait until at least that much was queued since the beginning."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.queued >= seconds - 1e-6, PATIENCE_SECONDS), self.queued


class HandVoice:
    """Says each text as a tenth of a second per word, padded with silence; `asked` are the texts in order."""

    def __init__(self, before: float = 0.0, after: float = 0.0, on_ask: Callable[[str], None] | None = None) -> None:
        self.before, self.after = before, after
        self.asked: list[tuple[str, Language, float]] = []
        self.on_ask = on_ask
        self._changed = threading.Condition()

    def info(self, language: Language = "en") -> SpeechServiceInfo:
        return SpeechServiceInfo(engine="fake", model="tone", quality="full", languages=("en", "es"))

    def warm(self) -> None:
        pass

    def synthesize(self, text: str, language: Language, rate: float = 1.0) -> Iterator[AudioChunk]:
        with self._changed:
            self.asked.append((text, language, rate))
            self._changed.notify_all()
        if self.on_ask is not None:
            self.on_ask(text)
        pcm = tone(0.1 * len(text.split()), before=self.before, after=self.after)
        for at in range(0, len(pcm), 1600):
            yield AudioChunk(pcm=pcm[at : at + 1600], sample_rate=SAMPLE_RATE)

    def close(self) -> None:
        pass

    def until_asked(self, count: int) -> None:
        """Wait until that many texts were asked for."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.asked) >= count, PATIENCE_SECONDS), self.asked


def endless_piper_voice(path: Path) -> Path:
    """Write a Piper voice whose computation of any clause takes days, and return its path."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def constant(name: str, value: object, kind: type) -> onnx.TensorProto:
        return numpy_helper.from_array(np.asarray(value, kind), name)

    def value(name: str, kind: int, shape: Sequence[str | int | None]) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, kind, shape)

    body = helper.make_graph(
        [
            helper.make_node("Identity", ["going"], ["goes_on"]),
            helper.make_node("Add", ["sum", "step"], ["next"]),
        ],
        "body",
        [
            value("turn", TensorProto.INT64, []),
            value("going", TensorProto.BOOL, []),
            value("sum", TensorProto.FLOAT, []),
        ],
        [value("goes_on", TensorProto.BOOL, []), value("next", TensorProto.FLOAT, [])],
        [constant("step", 1.0, np.float32)],
    )
    graph = helper.make_graph(
        [
            helper.make_node("ReduceSum", ["scales"], ["first"], keepdims=0),
            helper.make_node("Loop", ["turns", "yes", "first"], ["last"], body=body),
            helper.make_node("Reshape", ["last", "shape"], ["output"]),
        ],
        "endless",
        [
            value("input", TensorProto.INT64, [1, "phonemes"]),
            value("input_lengths", TensorProto.INT64, [1]),
            value("scales", TensorProto.FLOAT, [3]),
        ],
        [value("output", TensorProto.FLOAT, [1, 1, "samples"])],
        [constant("turns", 2**50, np.int64), constant("yes", True, np.bool_), constant("shape", [1, 1, -1], np.int64)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)])
    model.ir_version = 8
    onnx.save(model, str(path))
    return described_voice(path)


def described_voice(path: Path, phoneme_type: str = "espeak") -> Path:
    """Write what Piper wants to know about the voice at `path`, and return the path."""
    from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

    about = {
        "audio": {"sample_rate": 16000},
        "espeak": {"voice": "en-us"},
        "phoneme_type": phoneme_type,
        "num_symbols": 256,
        "num_speakers": 1,
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
    }
    Path(f"{path}.json").write_text(json.dumps(about), encoding="utf-8")
    return path
