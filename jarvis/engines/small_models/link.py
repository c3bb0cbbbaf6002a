"""The small models' child as its parent sees it: models are opened once and live on in every further life of the child.

A child that dies, or answers nothing for long, is started again, its models begin anew, and whoever listens is told,
once until it has lived for a minute again. Who follows sound never waits for that. Knows no model and no sound.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jarvis.contracts.errors import EngineError
from jarvis.engines.small_models.framing import Message
from jarvis.engines.small_models.life import Answer, ModelsLife, NoAnswer

if TYPE_CHECKING:
    from jarvis.processes.child import Child

OPEN_SECONDS = 60.0
"""How long the child's start with the loading of one model may take; it takes a second."""

STOPPED = "voice.small_models_stopped"
"""Code of the error that the child is gone or did not answer; who listens is told of it here."""

AT_ONCE_SECONDS = 0.25
"""How long who follows sound waits for an answer, which takes a millisecond; while one is late nobody waits at all."""

IN_TIME_SECONDS = 10.0
"""How long anybody else waits, and how long an answer may be missing before the child is ended."""

PAUSES_SECONDS = (0.0, 2.0, 10.0, 30.0)
"""Before the tries to start it again; the last one is for all that follow."""

SHORT_LIFE_SECONDS = 10.0
"""Whoever dies sooner is not started again at once."""

CALM_LIFE_SECONDS = 60.0
"""After a life as long as this its end is told anew."""


class Model:
    """One model in the child, opened by `SmallModels.open`; dropped there when it is closed, or when nothing here
    refers to it any more."""

    def __init__(self, models: SmallModels, number: int, wanted: dict[str, Any]) -> None:
        self._models = models
        self.number = number
        self.wanted = wanted
        self.told: dict[str, Any] = {}
        """What the child said of it when it was opened last."""
        self.dropping: weakref.finalize[..., Model] | None = None

    def ask_at_once(self, facts: dict[str, Any], payload: bytes) -> Message | None:
        """Return the answer; None while the child is away, behind or longer than `AT_ONCE_SECONDS` over it."""
        return self._models.ask_at_once(self, facts, payload)

    def begin(self, facts: dict[str, Any], payload: bytes) -> Answer | None:
        """Ask without waiting; None while the child is away or behind."""
        return self._models.begin(self, facts, payload)

    @property
    def at_once_seconds(self) -> float:
        """How long who follows sound waits for an answer."""
        return self._models.at_once_seconds

    def ask(self, facts: dict[str, Any], payload: bytes) -> Message:
        """Return the answer, after `IN_TIME_SECONDS` at most; raises `EngineError`."""
        return self._models.ask(self, facts, payload)

    def close(self) -> None:
        """Have the child drop it; it answers nothing any more."""
        self._models.drop(self)


class SmallModels:
    """The child and the models in it; any thread.

    `on_trouble` is told of its failures, once of every kind until a life has lasted `CALM_LIFE_SECONDS` by `monotonic`.
    """

    def __init__(
        self,
        child: Child,
        *,
        on_trouble: Callable[[EngineError], None] | None = None,
        at_once_seconds: float = AT_ONCE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.on_trouble = on_trouble
        self.at_once_seconds = at_once_seconds
        self._monotonic = monotonic
        self._child = child
        self._starting = threading.Lock()
        self._over = threading.Event()
        self._numbers = itertools.count(1)
        self._models: weakref.WeakValueDictionary[int, Model] = weakref.WeakValueDictionary()
        self._dropped: deque[int] = deque()
        self._life: ModelsLife | None = None
        self._began = 0.0
        self._restarting = False
        self._short_lives = 0
        self._told: set[str] = set()

    @property
    def here(self) -> bool:
        """True while the child answers, as far as is known."""
        return self._life is not None

    def open(self, kind: str, *, tries: int = 2, **wanted: object) -> Model:
        """Load a model, starting the child first where it does not run; raises `EngineError`.

        Where the child ends meanwhile it is started again for this, `tries` times in all.
        """
        with self._starting:
            model = Model(self, next(self._numbers), {"kind": kind, **wanted})
            for left in reversed(range(tries)):
                life = self._life or self._started()
                try:
                    self._open(life, model)
                    break
                except NoAnswer as error:
                    if not left or not life.ended or self._over.is_set():
                        raise _stopped(error.why) from error
                    self._let_go()
                    if self._models:
                        self._tell(_stopped(error.why))
            self._models[model.number] = model
            # Whoever has a finalizer may be anywhere, with any lock: the number leaves with the next question.
            model.dropping = weakref.finalize(model, self._dropped.append, model.number)
            model.dropping.atexit = False
        return model

    def ask_at_once(self, model: Model, facts: dict[str, Any], payload: bytes) -> Message | None:
        """See `Model.ask_at_once`."""
        try:
            answer = self.begin(model, facts, payload)
            return None if answer is None else answer.within(self.at_once_seconds)
        except (NoAnswer, EngineError):
            return None

    def begin(self, model: Model, facts: dict[str, Any], payload: bytes) -> Answer | None:
        """See `Model.begin`."""
        life = self._life
        if life is None or model.number not in self._models:
            return None
        if behind := life.behind_seconds:
            if behind > IN_TIME_SECONDS:
                self._stuck(life)
            return None
        try:
            return life.begin(self._question(model, facts, payload))
        except NoAnswer:
            return None

    def ask(self, model: Model, facts: dict[str, Any], payload: bytes) -> Message:
        """See `Model.ask`."""
        life = self._life
        if life is None:
            raise _stopped("not there")
        try:
            return life.ask(self._question(model, facts, payload), IN_TIME_SECONDS)
        except NoAnswer as error:
            self._stuck(life)
            raise _stopped(error.why) from error

    def drop(self, model: Model) -> None:
        """See `Model.close`."""
        self._models.pop(model.number, None)
        if model.dropping is not None:
            model.dropping()

    def close(self) -> None:
        """End the child; whoever waits for an answer gives up."""
        self._over.set()
        life, self._life = self._life, None
        if life is not None:
            life.end("closed")
        self._child.kill()
        with self._starting:
            # What was being started when that began.
            self._child.kill()

    def _question(self, model: Model, facts: dict[str, Any], payload: bytes = b"") -> Message:
        asked = {"model": model.number, **facts}
        dropped = []
        with contextlib.suppress(IndexError):
            while True:
                dropped.append(self._dropped.popleft())
        if dropped:
            asked["dropped"] = dropped
        return Message(facts=asked, payload=payload)

    def _started(self) -> ModelsLife:
        """Start the child and open in it what is open; `_starting` is held."""
        if self._over.is_set():
            raise _stopped("closed")
        # One that hangs may still be there.
        self._child.kill()
        life = ModelsLife(self._child.wire(), self._ended)
        for model in list(self._models.values()):
            try:
                self._open(life, model)
            except EngineError as error:
                # Its file is gone, say; the others go on, and whoever asks for this one is told.
                self._tell(error)
            except NoAnswer as error:
                self._child.kill()
                raise _stopped(error.why) from error
        self._began = self._monotonic()
        self._life = life
        if self._over.is_set():
            life.end("closed")
        return life

    def _open(self, life: ModelsLife, model: Model) -> None:
        model.told = life.ask(self._question(model, {"open": model.wanted}), OPEN_SECONDS).facts

    def _let_go(self) -> float:
        """The life is over: wait for the child's end, so that its pipes are nobody's, and return how long it lasted.

        `_starting` is held.
        """
        self._life = None
        self._child.kill()
        now = self._monotonic()
        lasted, self._began = now - self._began, now
        if lasted >= CALM_LIFE_SECONDS:
            self._told.clear()
        return lasted

    def _stuck(self, life: ModelsLife) -> None:
        if life is not self._life or life.ended:
            return
        self._life = None

        def end() -> None:
            if not life.ended:
                self._child.kill()

        threading.Thread(target=end, name="small-models-end", daemon=True).start()

    def _ended(self, life: ModelsLife, why: str) -> None:
        """On the thread that read it, which goes on to start the next one, where no other does already."""
        with self._starting:
            restarts = not self._over.is_set() and self._life in (life, None)
            if restarts:
                lasted = self._let_go()
                restarts = not self._restarting and bool(self._models)
                self._restarting = self._restarting or restarts
        life.close()
        if not restarts:
            return
        self._tell(_stopped(why))
        self._short_lives = self._short_lives + 1 if lasted < SHORT_LIFE_SECONDS else 0
        tries = self._short_lives
        while not self._over.wait(PAUSES_SECONDS[min(tries, len(PAUSES_SECONDS) - 1)]):
            tries += 1
            if self._is_back():
                return

    def _is_back(self) -> bool:
        with self._starting:
            try:
                if self._life is None:
                    self._started()
            except EngineError as error:
                self._tell(error)
                return False
            self._restarting = False
            return True

    def _tell(self, error: EngineError) -> None:
        if error.code not in self._told and not self._over.is_set():
            self._told.add(error.code)
            if self.on_trouble is not None:
                self.on_trouble(error)


def _stopped(why: str) -> EngineError:
    return EngineError(
        STOPPED,
        en="The part of Jarvis that hears “hey Jarvis”, “stop” and pauses ended by itself ({why}) and is started "
        "again; nothing that was written is lost. If you were speaking just now, please say it again.",
        es="La parte de Jarvis que oye «hey Jarvis», «para» y las pausas terminó por sí sola ({why}) y se vuelve a "
        "iniciar; no se pierde nada de lo escrito. Si estabas hablando, repítelo, por favor.",
        why=why,
    )
