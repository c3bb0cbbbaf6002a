"""A text engine over one model of the pool: waits for its turn, relays the answer, and explains a child's death.

Knows neither where models come from nor how they are placed: it is given what to run, and asks the pool for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Literal

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError, Language, StorageError
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.models import ModelBook
from jarvis.contracts.placement import Measurement, Placement, Refusal, placement_signature
from jarvis.contracts.ports import EngineDone, EngineItem, EngineNotice, EngineStatus, GenerationOptions
from jarvis.engines.completions import Completions, Target
from jarvis.engines.pool.events import LoadedNow
from jarvis.engines.pool.lease import Lease
from jarvis.engines.pool.pool import EnginePool
from jarvis.engines.pool.sentences import device_of
from jarvis.engines.running import ModelToRun
from jarvis.processes.exits import literal

_SILENCE_SECONDS = {"llama": 30.0, "llama-server": 1800.0, "vllm": 1800.0}
"""Our own child sends something every two seconds, so a short silence means that it hangs; other servers say nothing
while they read a long prompt or answer somebody else, and the pool ends what hangs or gets stuck before that."""

_BROKEN = ("engine.cut_off", "engine.unreachable", "engine.timeout")
"""What a client sees of a child that died, hangs or was ended."""


class LocalModelEngine:
    """A `TextEngine` over what `model` names, which may change between answers.

    `name` is the engine's id. `install_state` returns the sentence about a runtime that is still being installed (or
    failed to be) in the asked language, and "" once it is there. `plan` says where the model would go if it was loaded
    now, None when that is not known; it must answer at once, as `large` must. `preferred` says whether the person put
    it in service. `completions` may be shared and is not closed here. After a broken answer the end of the child is
    waited for `exit_seconds`, to name the reason.
    """

    def __init__(
        self,
        *,
        model: Callable[[], ModelToRun | EngineError],
        name: str,
        pool: EnginePool,
        completions: Completions,
        abilities: frozenset[str] = frozenset(),
        install_state: Callable[[Language], str] = lambda _: "",
        plan: Callable[[], Placement | Refusal | None] = lambda: None,
        book: ModelBook | None = None,
        preferred: Callable[[], bool] = lambda: False,
        large: Callable[[], bool] = lambda: False,
        now: Callable[[], float] = time.monotonic,
        exit_seconds: float = 3.0,
    ) -> None:
        self._model = model
        self._name = name
        self._pool = pool
        self._completions = completions
        self._abilities = abilities
        self._install_state = install_state
        self._plan = plan
        self._book = book
        self._preferred = preferred
        self._large = large
        self._now = now
        self._exit_seconds = exit_seconds

    @property
    def id(self) -> str:
        """Name of this engine in routes and settings."""
        return self._name

    def status(self, language: Language = "en") -> EngineStatus:
        """Say whether it can answer; starts nothing and waits for nothing."""
        model = self._model()
        if isinstance(model, EngineError):
            return self._told("missing", "", model.sentence(language))
        resident = next(
            (one for one in self._pool.now_loaded() if one.model == model and one.phase != "stopping"), None
        )
        plan = resident.placement if resident is not None else self._plan()
        state, sentence = self._state(model, resident, plan, language)
        if not isinstance(plan, Placement):
            return self._told(state, model.id, sentence)
        measured = self._measured(plan)
        ready = resident is not None and resident.phase == "ready"
        load = resident.load_seconds if resident is not None and ready else None
        speed = resident.tokens_per_second if resident is not None else None
        return EngineStatus(
            id=self._name,
            model=model.id,
            where="local",
            state=state,
            device=device_of(plan),
            load_seconds=load or (measured.load_seconds if measured is not None else plan.load_seconds),
            sentence=sentence,
            context_tokens=plan.context_tokens,
            abilities=self._abilities,
            tokens_per_second=speed or (measured and measured.tokens_per_second) or plan.tokens_per_second,
            preferred=self._preferred(),
            large=self._large(),
        )

    def stream(
        self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Iterator[EngineItem]:
        """Stream one answer, with notices while it waits for its turn; see `TextEngine.stream`.

        When the child dies or is taken away, an `EngineError` with the reason follows what had arrived.
        """
        cancel.raise_if_cancelled()
        model = self._usable_model()
        self._completions.prepare()
        try:
            yield from self._leased(model, messages, options, cancel)
        except EngineError as error:
            if not _came_too_late(error):
                raise
            yield from self._leased(model, messages, options, cancel)

    def prefill(self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken) -> None:
        """Let the model read the prompt if it is loaded and nobody uses it; see `Prefilling.prefill`."""
        cancel.raise_if_cancelled()
        model = self._model()
        if isinstance(model, EngineError):
            return
        loaded = next((one for one in self._pool.now_loaded() if one.model == model), None)
        if loaded is None or loaded.phase != "ready" or loaded.in_flight:
            return
        one_token = replace(options, max_tokens=1, json_schema=None)
        with closing(self._leased(model, messages, one_token, cancel)) as items:
            for _ in items:
                pass

    def close(self) -> None:
        """Unload the model; a later `stream` loads it again."""
        model = self._model()
        if not isinstance(model, EngineError):
            self._pool.unload(model.id, drain=False)

    def _leased(
        self, model: ModelToRun, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Generator[EngineItem, None, None]:
        with closing(self._pool.leasing(model, cancel)) as items:
            for item in items:
                if isinstance(item, EngineNotice):
                    yield item
                else:
                    yield from self._answer(item, messages, options, cancel)

    def _usable_model(self) -> ModelToRun:
        if sentence := self._install_state("en"):
            raise EngineError(
                "engine.installing", en=literal(sentence), es=literal(self._install_state("es")), retryable=False
            )
        model = self._model()
        if isinstance(model, EngineError):
            raise model
        return model

    def _answer(
        self, lease: Lease, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Iterator[EngineItem]:
        """Relay one answer of a ready child; ends at once when the person or the pool says so."""
        answering = CancelToken()
        unregister = [
            cancel.on_cancel(lambda: answering.cancel(cancel.reason)),
            lease.broken.on_cancel(lambda: answering.cancel("taken away")),
        ]
        first: float | None = None
        try:
            for item in self._completions.stream(_target(lease), messages, options, answering):
                lease.progress()
                if isinstance(item, EngineDone):
                    lease.answered(item.usage, self._now() - first if first is not None else 0.0)
                elif first is None:
                    first = self._now()
                yield item
        except Cancelled:
            cancel.raise_if_cancelled()
            if lease.failure is None:
                raise
            raise lease.failure from None
        except EngineError as error:
            if error.code not in _BROKEN:
                raise
            if error.code == "engine.timeout":
                lease.kill(_SILENCE_SECONDS[lease.model.runner])
            raise lease.explained(error, self._exit_seconds) from error
        finally:
            for end in unregister:
                end()

    def _state(
        self, model: ModelToRun, resident: LoadedNow | None, plan: Placement | Refusal | None, language: Language
    ) -> tuple[Literal["ready", "loadable", "missing", "failed", "installing"], str]:
        if sentence := self._install_state(language):
            return "installing", sentence
        if resident is not None and resident.phase == "ready":
            return "ready", ""
        failed = self._pool.failure(model)
        if failed is not None:
            return "failed", failed.sentence(language)
        if isinstance(plan, Refusal):
            return "missing", plan.why(language)
        return "loadable", ""

    def _told(
        self, state: Literal["ready", "loadable", "missing", "failed", "installing"], model: str, sentence: str
    ) -> EngineStatus:
        return EngineStatus(
            id=self._name, model=model, where="local", state=state, sentence=sentence, abilities=self._abilities
        )

    def _measured(self, placement: Placement) -> Measurement | None:
        """Return what this placement was measured to do, None when it was not or the book cannot be read."""
        if self._book is None:
            return None
        signature = placement_signature(placement)
        try:
            known = self._book.measurements(placement.model)
        except StorageError:
            # Whoever answers reports the damaged book; here only a prediction stands in.
            return None
        return next((one for one in known if one.signature == signature), None)


def _came_too_late(error: EngineError) -> bool:
    """Tell whether the child had died before the question reached it, so that a new one may be asked."""
    cause = error.__cause__
    return error.code == "engine.died" and isinstance(cause, EngineError) and cause.code == "engine.unreachable"


def _target(lease: Lease) -> Target:
    return Target(
        base_url=lease.endpoint.base_url,
        key=lease.endpoint.key,
        model=lease.endpoint.model,
        where=lease.model.id,
        direct=True,
        silence_seconds=_SILENCE_SECONDS[lease.model.runner],
        retries=0,
    )
