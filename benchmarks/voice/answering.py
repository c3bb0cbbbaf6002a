"""A language model by its speed alone: tokens come as a small resident model would give them, words from a list.

The speeds are those measured of Qwen2.5-0.5B's shape, Q8_0, on two threads of a 2.5 GHz Xeon: 83 tokens a second read,
19.4 written. A model on a graphics card is several times faster. The fixed beginning of the prompt counts as read, as
it is in a model that is resident.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.voice.timing import WorkLog
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.messages import ChatMessage, Usage
from jarvis.contracts.ports import EngineDone, EngineItem, EngineStatus, EngineText, GenerationOptions

TOKENS_PER_WORD = 1.35


@dataclass(frozen=True, kw_only=True, slots=True)
class Speed:
    """How fast a model reads a new question and writes, in tokens a second."""

    read: float = 83.0
    written: float = 19.4


ANSWERS: dict[str, str] = {
    "who wrote don quixote": (
        "Don Quixote was written by Miguel de Cervantes, in two parts. The first appeared in sixteen hundred and five. "
        "Many readers call it the first modern novel, and it is still read in every school in Spain today."
    ),
    "quién escribió el quijote": (
        "El Quijote lo escribió Miguel de Cervantes, en dos partes. La primera apareció en mil seiscientos cinco. "
        "Muchos lectores la llaman la primera novela moderna, y todavía se lee en las escuelas de España."
    ),
    "tell me about the sea": (
        "The sea covers most of our planet, and much of it is still unknown. Its water moves in great streams that "
        "carry warmth from the middle of the earth to the north. Whales cross it every year, and so do birds. "
        "At night small animals rise to the surface, and sink again before the day begins."
    ),
    "háblame del mar": (
        "El mar cubre casi todo nuestro planeta, y gran parte sigue sin conocerse. Sus aguas se mueven en grandes "
        "corrientes que llevan calor hacia el norte. Las ballenas lo cruzan cada año, y las aves también. "
        "De noche los animales pequeños suben a la superficie, y bajan antes de que empiece el día."
    ),
}
"""What is answered to which question; anything else gets the sentence below."""

OTHERWISE: dict[Language, str] = {
    "en": "That is a good question, and here is a short answer.",
    "es": "Es una buena pregunta, y esta es una respuesta corta.",
}


def answer_to(question: str) -> str:
    """Return the words of the answer to `question`, which is compared without capitals and signs."""
    plain = " ".join(re.findall(r"\w+", question.casefold()))
    for known, answer in ANSWERS.items():
        if known in plain:
            return answer
    return OTHERWISE["es" if re.search(r"\b(qu[eé]|el|la|los|de|por|cu[aá]ndo|d[oó]nde)\b", plain) else "en"]


def tokens_of(text: str) -> float:
    """Return how many tokens `text` is, about."""
    return TOKENS_PER_WORD * len(text.split())


class SimulatedModel:
    """The TextEngine and Prefilling ports at `speed`; what is waited for is noted as `answer`."""

    def __init__(self, speed: Speed, work: WorkLog) -> None:
        self.speed = speed
        self._work = work
        self._lock = threading.Lock()
        self._reading: tuple[str, float] = ("", 0.0)
        self.prefilled = 0

    @property
    def id(self) -> str:
        return "simulated-0.5b:q8_0"

    def status(self, language: Language = "en") -> EngineStatus:  # noqa: ARG002 - the port's
        return EngineStatus(
            id=self.id,
            model=self.id,
            where="local",
            state="ready",
            device="CPU",
            load_seconds=1.0,
            context_tokens=8192,
            abilities=frozenset({"chat"}),
            tokens_per_second=self.speed.written,
        )

    def prefill(
        self,
        messages: Sequence[ChatMessage],
        options: GenerationOptions,  # noqa: ARG002 - the port's
        cancel: CancelToken,
    ) -> None:
        """Read the question ahead; see the port."""
        question = messages[-1].text
        seconds = self._seconds_to_read(question)
        with self._lock:
            self._reading = (question, time.perf_counter() + seconds)
        if cancel.wait(seconds):
            with self._lock:
                self._reading = ("", 0.0)
        else:
            self.prefilled += 1

    def stream(
        self,
        messages: Sequence[ChatMessage],
        options: GenerationOptions,  # noqa: ARG002 - the port's
        cancel: CancelToken,
    ) -> Iterator[EngineItem]:
        """Yield the answer word for word, each after its time; see the port."""
        question = messages[-1].text
        pause = self._seconds_to_read(question)
        words = answer_to(question).split(" ")
        due = time.perf_counter() + pause
        began = time.perf_counter()
        for number, word in enumerate(words):
            due += TOKENS_PER_WORD / self.speed.written
            cancel.wait(max(0.0, due - time.perf_counter()))
            cancel.raise_if_cancelled()
            self._work.add("answer", began, time.perf_counter())
            began = time.perf_counter()
            yield EngineText(text=word if number == 0 else f" {word}")
        yield EngineDone(usage=Usage(prompt_tokens=round(tokens_of(question)), completion_tokens=len(words)))

    def _seconds_to_read(self, question: str) -> float:
        """Return what is left to read: a question that is being read ahead is not begun anew, as in a real model."""
        with self._lock:
            read, done_at = self._reading
        if read == question:
            return max(0.0, done_at - time.perf_counter())
        return tokens_of(question) / self.speed.read

    def close(self) -> None:
        return
