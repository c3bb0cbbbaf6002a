"""Program of a child process: the small models that listen all day and judge questions, asked over a pipe.

Run as `python -m jarvis.app.small_models_child`. Sound is answered at once and in order; what takes longer is answered
aside, so that nothing that follows sound waits for it. `jarvis.engines.small_models` is the other end.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from array import array
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import TurnSoFar
from jarvis.engines.small_models.encoder import NOT_KEPT
from jarvis.engines.small_models.framing import Message, read_message, write_message
from jarvis.processes.child_side import claim_wire, exit_with_parent

TURN_SECONDS = 0.000_5
"""How long a look keeps a frame waiting for its turn; Python's own is ten times that."""

ASIDE_THREADS = 3
"""A second look, the turn model and the encoder may be asked at the same time."""


class _Opened(Protocol):
    """One model of one stream. `aside` ones take long; `told` is what there is to know of it."""

    aside: bool
    told: dict[str, Any]

    def answer(self, facts: dict[str, Any], payload: bytes) -> Message: ...


class _Wake:
    aside = False

    def __init__(self, *, threshold: float, candidates: bool) -> None:
        from jarvis.voice.wake import wake_detector

        self._detector = wake_detector(threshold, candidates=candidates)
        self._samples = 0
        self.told: dict[str, Any] = {"note": self._detector.note}

    def answer(self, facts: dict[str, Any], payload: bytes) -> Message:
        if facts.get("fresh"):
            self._detector.reset()
        self._samples += len(payload) // 2
        hits = [asdict(hit) for hit in self._detector.process(payload)]
        return Message(facts={"hits": hits, "score": self._detector.score, "samples": self._samples})


class _Activity:
    aside = False

    def __init__(self) -> None:
        from jarvis.voice.activity import SileroVoiceDetector

        self._detector = SileroVoiceDetector()
        self._samples = 0
        self.told: dict[str, Any] = {}

    def answer(self, facts: dict[str, Any], payload: bytes) -> Message:
        if facts.get("fresh"):
            self._detector.reset()
        self._samples += len(payload) // 2
        return Message(facts={"probability": self._detector.probability(payload), "samples": self._samples})


class _Stops:
    aside = False

    def __init__(self) -> None:
        from jarvis.voice.keyword_spotter import KeywordSpotter

        self._spotter = KeywordSpotter()
        self._samples = 0
        self.told: dict[str, Any] = {}

    def answer(self, facts: dict[str, Any], payload: bytes) -> Message:
        if facts.get("fresh"):
            self._spotter.reset()
        self._samples += len(payload) // 2
        words = [asdict(word) for word in self._spotter.process(payload)]
        return Message(facts={"words": words, "samples": self._samples})


class _SecondLook:
    aside = True

    def __init__(self) -> None:
        from jarvis.voice.wake_second_look import SecondLook

        self._look = SecondLook()
        self.told: dict[str, Any] = {}

    def answer(self, _: dict[str, Any], payload: bytes) -> Message:
        return Message(facts={"score": self._look.score(payload)})


class _KeywordLook:
    aside = True

    def __init__(self) -> None:
        from jarvis.voice.keyword_wake import KeywordLook

        self._look = KeywordLook()
        self.told: dict[str, Any] = {}

    def answer(self, _: dict[str, Any], payload: bytes) -> Message:
        return Message(facts={"score": self._look.score(payload)})


class _Turn:
    aside = True

    def __init__(self, *, file: str) -> None:
        from jarvis.voice.smart_turn import SmartTurnJudge

        self._judge = SmartTurnJudge(Path(file))
        self._lock = threading.Lock()
        self.told: dict[str, Any] = {}

    def answer(self, _: dict[str, Any], payload: bytes) -> Message:
        with self._lock:
            # It goes by the sound alone.
            so_far = TurnSoFar(sound=payload, text="", language="en")
            return Message(facts={"completeness": self._judge.completeness(so_far)})


class _Encoder:
    aside = True

    def __init__(self, *, cache: str, make: bool) -> None:
        from jarvis.engines.encoder.minilm import MiniLmEncoder

        self._encoder = MiniLmEncoder(Path(cache))
        if not make:
            self._require_kept()
        if not self._encoder.make_ready():
            why = {language: _literal(self._encoder.why_not(language) or "") for language in ("en", "es")}
            raise EngineError("encoder.not_ready", en=why["en"], es=why["es"], retryable=False)
        self.told: dict[str, Any] = {}

    def _require_kept(self) -> None:
        """Raise `NOT_KEPT`; where it can be made nowhere, making it tells why."""
        with contextlib.suppress(ImportError):
            if self._encoder.why_not() is None and not self._encoder.is_kept():
                raise EngineError(
                    NOT_KEPT, en="The encoder has to be made first.", es="Antes hay que crear el codificador."
                )

    def answer(self, _: dict[str, Any], payload: bytes) -> Message:
        numbers = array("f", self._encoder.encode(payload.decode("utf-8")) or ())
        if sys.byteorder == "big":
            numbers.byteswap()
        return Message(facts={}, payload=numbers.tobytes())


_KINDS: dict[str, Callable[..., _Opened]] = {
    "wake": _Wake,
    "activity": _Activity,
    "stops": _Stops,
    "second look": _SecondLook,
    "keyword look": _KeywordLook,
    "turn": _Turn,
    "encoder": _Encoder,
}


class _Service:
    """Answers until the parent hangs up."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source = source
        self._sink = sink
        self._writing = threading.Lock()
        self._opening = threading.Lock()
        self._opened: dict[int, _Opened] = {}
        self._aside = ThreadPoolExecutor(ASIDE_THREADS, thread_name_prefix="aside")

    def run(self) -> None:
        while (message := read_message(self._source)) is not None:
            for number in message.facts.get("dropped", ()):
                self._opened.pop(number, None)
            model = self._opened.get(message.facts["model"])
            if model is None or model.aside:
                self._aside.submit(self._reply, message)
            else:
                self._reply(message)

    def _reply(self, message: Message) -> None:
        try:
            answer = self._answer(message.facts, message.payload)
        except EngineError as error:
            answer = _failure(error)
        except Exception as error:  # noqa: BLE001 - whatever one model does, the others go on
            answer = _failure(_unexpected(error))
        said = Message(facts={"id": message.facts["id"], **answer.facts}, payload=answer.payload)
        with self._writing:
            write_message(self._sink, said)

    def _answer(self, facts: dict[str, Any], payload: bytes) -> Message:
        number = facts["model"]
        if (wanted := facts.get("open")) is None:
            return self._opened[number].answer(facts, payload)
        with self._opening:
            model = _KINDS[wanted["kind"]](**{name: value for name, value in wanted.items() if name != "kind"})
        self._opened[number] = model
        return Message(facts=model.told)


def _failure(error: EngineError) -> Message:
    said = {"en": error.sentence("en"), "es": error.sentence("es")}
    return Message(facts={"error": {"code": error.code, "retryable": error.retryable, **said}})


def _unexpected(error: Exception) -> EngineError:
    return EngineError(
        "voice.small_model_unusable",
        en="A small model that Jarvis listens with cannot be used ({why}); what is left listens alone. "
        "Run ./install_upgrade.sh run once more.",
        es="No se puede usar un modelo pequeño con el que Jarvis escucha ({why}); escucha solo lo que queda. "
        "Ejecuta otra vez ./install_upgrade.sh run.",
        retryable=False,
        why=f"{type(error).__name__}: {error}",
    )


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def main() -> None:
    """Serve on standard input and output until the parent hangs up."""
    exit_with_parent()
    sys.setswitchinterval(TURN_SECONDS)
    _Service(*claim_wire()).run()


if __name__ == "__main__":
    main()
    # At once: what the native libraries would tear down is the process' own memory.
    os._exit(0)
