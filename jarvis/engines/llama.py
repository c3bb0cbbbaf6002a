"""A text engine on this computer: one GGUF in a child process, started when needed and ended when idle.

Knows the child only by its address and its announcements; llama.cpp is never loaded into this process.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.ports import EngineDone, EngineStatus, EngineText, GenerationOptions
from jarvis.engines.child_health import answers
from jarvis.engines.completions import Completions, Target
from jarvis.engines.load_times import LoadTimes
from jarvis.engines.model_choice import ModelChoice
from jarvis.processes.child import Child
from jarvis.processes.exits import ChildExit, literal
from jarvis.processes.registry import ChildRegistry
from jarvis.settings.folders import Folders

_LOG = logging.getLogger(__name__)

_MODULE = "jarvis.engines.children.llama_server"
_KEY = "JARVIS_ENGINE_KEY"
_CHILD_ENVIRONMENT = {"GOMP_SPINCOUNT": "0", "OMP_WAIT_POLICY": "passive", "GGML_NO_BACKTRACE": "1"}
"""Read by native libraries when they load; see the child for what each prevents."""

_EXIT_SECONDS = 3.0
"""How long after a broken answer the end of the child is waited for, to name the reason."""

_FAILED_SECONDS = 60.0
"""How long a model that would not load is reported as failed before it is worth another try."""

_SILENCE_SECONDS = 30.0
"""The child sends something every two seconds, so this long a silence means that it hangs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LlamaOptions:
    """What the person can set: `threads` 0 uses the physical cores, `gpu_layers` -1 all."""

    context_tokens: int = 4096
    threads: int = 0
    gpu_layers: int = -1
    idle_minutes: float = 15.0


class LlamaEngine:
    """A `TextEngine` over the model that `choose` names; `options` are asked for at every answer.

    `install_state` returns the sentence about a llama-cpp-python that is still being installed (or failed to be)
    in the asked language, and an empty text once it is there. `check_seconds` is the pace of the watch on idleness
    and health; a child that misses two checks of `health_seconds` each hangs. `start_seconds` is the longest load.
    After a changed choice the first question waits `patience_seconds` at most for the answers that the old model gives.
    """

    def __init__(
        self,
        *,
        engine_id: str = "local",
        choose: Callable[[], ModelChoice],
        folders: Folders,
        registry: ChildRegistry,
        options: Callable[[], LlamaOptions],
        install_state: Callable[[Language], str],
        check_seconds: float = 5.0,
        health_seconds: float = 10.0,
        start_seconds: float = 600.0,
        patience_seconds: float = 120.0,
    ) -> None:
        self._id = engine_id
        self._choose = choose
        self._folders = folders
        self._registry = registry
        self._options = options
        self._install_state = install_state
        self._check_seconds = check_seconds
        self._health_seconds = health_seconds
        self._start_seconds = start_seconds
        self._patience_seconds = patience_seconds
        self._completions = Completions()
        self._times = LoadTimes(folders.cache / "load-times.json")
        self._changed = threading.Condition()
        self._running: _Running | None = None
        self._leaving: Child | None = None
        self._failed: tuple[Path, float, EngineError] | None = None
        self._closed = threading.Event()

    @property
    def id(self) -> str:
        """Name of this engine in routes and settings."""
        return self._id

    def status(self, language: Language = "en") -> EngineStatus:
        """Say whether it can answer; starts nothing and waits for nothing."""
        choice = self._choose()
        name = choice.path.stem if choice.path is not None else ""
        running = self._running
        mine = running is not None and running.path == choice.path
        state, sentence = self._state(choice, running.child if running is not None and mine else None, language)
        return EngineStatus(
            id=self._id,
            model=name,
            where="local",
            state=state,
            device=str(running.child.document.get("device", "cpu")) if running is not None and mine else "cpu",
            load_seconds=self._times.of(name),
            sentence=sentence,
        )

    def stream(
        self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Iterator[EngineText | EngineDone]:
        """Stream one answer, starting the child first when needed; see `TextEngine.stream`.

        When the child dies, `EngineError` with code `engine.died` follows the text that had arrived.
        """
        cancel.raise_if_cancelled()
        path = self._usable_path()
        with self._used(path, cancel) as running:
            document = self._ready(running, cancel)
            target = Target(
                base_url=document["url"],
                key=running.key,
                model=document["model"],
                where=path.stem,
                direct=True,
                silence_seconds=_SILENCE_SECONDS,
                retries=0,
            )
            try:
                yield from self._completions.stream(target, messages, options, cancel)
            except EngineError as error:
                raise self._explained(running, document, error) from error

    def close(self) -> None:
        """End the child and let go of everything; a later `stream` starts it again."""
        self._closed.set()
        with self._changed:
            running = self._running
            self._retire()
        if running is not None:
            running.child.stop()
        self._completions.close()

    def _usable_path(self) -> Path:
        if self._install_state("en"):
            raise EngineError(
                "engine.installing",
                en=literal(self._install_state("en")),
                es=literal(self._install_state("es")),
                retryable=False,
            )
        choice = self._choose()
        if choice.path is None:
            assert choice.why_not is not None
            raise choice.why_not
        return choice.path

    def _ready(self, running: _Running, cancel: CancelToken) -> dict[str, Any]:
        self._completions.prepare()
        if running.before is not None:
            # Two models at once may not fit into the memory.
            running.before.stop()
        begun = time.monotonic()
        was_up = running.child.state == "ready"
        try:
            document = running.child.ensure_ready(cancel)
        except EngineError as error:
            self._failed = (running.path, time.monotonic(), error)
            raise
        self._failed = None
        if not was_up:
            self._times.remember(running.path.stem, time.monotonic() - begun)
        return document

    def _explained(self, running: _Running, document: dict[str, Any], error: EngineError) -> EngineError:
        """Return `error`, or that the child died when that is what broke the answer."""
        if error.code not in ("engine.cut_off", "engine.unreachable", "engine.timeout"):
            return error
        if error.code == "engine.timeout":
            running.child.kill()
        how = running.child.wait_exit(_EXIT_SECONDS)
        return (
            error if how is None and running.child.document.get("url") == document["url"] else _died(running.path, how)
        )

    @contextmanager
    def _used(self, path: Path, cancel: CancelToken) -> Iterator[_Running]:
        """Hand out the child for `path`; neither idleness nor another choice ends it inside the block."""
        unregister = cancel.on_cancel(self._wake)
        try:
            with self._changed:
                running = self._child_for(path, cancel)
                running.users += 1
        finally:
            unregister()
        try:
            yield running
        finally:
            with self._changed:
                running.users -= 1
                running.idle_since = time.monotonic()
                self._changed.notify_all()

    def _child_for(self, path: Path, cancel: CancelToken) -> _Running:
        """Return the child for `path` and the present options; one for other ones leaves once nobody uses it.

        The lock is held. Raises `Cancelled`, and `EngineError` when the other answers take too long.
        """
        options = self._options()
        arguments = (
            str(path),
            f"--context={options.context_tokens}",
            f"--threads={options.threads}",
            f"--gpu-layers={options.gpu_layers}",
        )
        deadline = time.monotonic() + self._patience_seconds
        while (other := self._running) is not None and other.arguments != arguments and other.users:
            cancel.raise_if_cancelled()
            if time.monotonic() >= deadline:
                raise _still_answering(other.path)
            self._changed.wait(deadline - time.monotonic())
        if self._running is not None and self._running.arguments != arguments:
            self._retire()
        if self._running is None:
            self._running = self._new_child(path, arguments)
        return self._running

    def _retire(self) -> None:
        """Let the present child go: whoever starts the next one waits for its end first. The lock is held."""
        if self._running is not None:
            self._leaving, self._running = self._running.child, None
            self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _new_child(self, path: Path, arguments: tuple[str, ...]) -> _Running:
        key = secrets.token_urlsafe(32)
        child = Child(
            name=path.stem,
            module=_MODULE,
            arguments=arguments,
            environment={**_CHILD_ENVIRONMENT, _KEY: key},
            log=self._folders.logs / "text-model.log",
            registry=self._registry,
            start_seconds=self._start_seconds,
        )
        running = _Running(path=path, arguments=arguments, key=key, child=child, before=self._leaving)
        self._closed.clear()
        threading.Thread(target=self._watch, args=(running,), name="text-model-watch", daemon=True).start()
        return running

    def _watch(self, running: _Running) -> None:
        """End the child when it has been idle long enough, and by force when it no longer answers."""
        silent = 0
        while not self._closed.wait(self._check_seconds) and self._running is running:
            document = running.child.document
            if not document:
                silent = 0
                continue
            silent = 0 if answers(document["url"], running.key, self._health_seconds) else silent + 1
            if silent >= 2:
                _LOG.warning("the model %s no longer answers and is ended", running.path.stem)
                running.child.kill()
            self._end_if_idle(running)

    def _end_if_idle(self, running: _Running) -> None:
        with self._changed:
            idle = time.monotonic() - running.idle_since
            if running.users or running is not self._running or idle < self._options().idle_minutes * 60:
                return
            self._retire()
        running.child.stop()

    def _state(
        self, choice: ModelChoice, child: Child | None, language: Language
    ) -> tuple[Literal["ready", "loadable", "missing", "failed", "installing"], str]:
        if sentence := self._install_state(language):
            return "installing", sentence
        if choice.path is None:
            return "missing", choice.why_not.sentence(language) if choice.why_not is not None else ""
        if child is not None and child.state == "ready":
            return "ready", ""
        failed = self._failed
        if failed is not None and failed[0] == choice.path and time.monotonic() - failed[1] < _FAILED_SECONDS:
            return "failed", failed[2].sentence(language)
        return "loadable", ""


@dataclass(kw_only=True, slots=True)
class _Running:
    """A child with what is known about it, and the one `before` it; changed under the engine's lock."""

    path: Path
    arguments: tuple[str, ...]
    key: str
    child: Child
    before: Child | None = None
    users: int = 0
    idle_since: float = 0.0


def _still_answering(path: Path) -> EngineError:
    return EngineError(
        "engine.busy",
        en="The model {model} is still answering another question, so the new choice could not be used yet; that "
        "answer goes on. Ask again when it is finished, or stop it.",
        es="El modelo {model} sigue respondiendo otra pregunta y la nueva elección aún no se pudo usar; esa respuesta "
        "continúa. Pregunta de nuevo cuando termine, o detenla.",
        model=path.stem,
    )


def _died(path: Path, how: ChildExit | None) -> EngineError:
    return EngineError(
        "engine.died",
        en="The model {model} ended in the middle of the answer ({why}); what had arrived is kept. "
        "Ask again and it starts anew.",
        es="El modelo {model} terminó a mitad de la respuesta ({why}); se conserva lo recibido. "
        "Pregunta de nuevo y volverá a arrancar.",
        model=path.stem,
        why=how.signal or f"exit code {how.code}" if how is not None else "restarted",
    )
