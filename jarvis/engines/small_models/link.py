"""The small models' child as its parent sees it: models are opened once and live on in every further life of the child.

A child that dies, or answers nothing for long, is started again, its models begin anew, and whoever listens is told
once. Who follows sound never waits for that. Knows no model and no sound.
"""

from __future__ import annotations

import itertools
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jarvis.contracts.errors import EngineError
from jarvis.engines.small_models.framing import Message
from jarvis.engines.small_models.life import ModelsLife, NoAnswer

if TYPE_CHECKING:
    from jarvis.processes.child import Child

OPEN_SECONDS = 60.0
"""How long the child's start with the loading of one model may take; it takes a second."""

AT_ONCE_SECONDS = 0.25
"""How long who follows sound waits for an answer, which takes a millisecond."""

IN_TIME_SECONDS = 10.0
"""How long anybody else waits, and how long an answer may be missing before the child is ended."""

PAUSES_SECONDS = (0.0, 2.0, 10.0, 30.0)
"""Before the tries to start it again; the last one is for all that follow."""

SHORT_LIFE_SECONDS = 10.0
"""Whoever dies sooner is not started again at once."""


class Model:
    """One model in the child, opened by `SmallModels.open`; dropped there when nothing here refers to it any more."""

    def __init__(self, models: SmallModels, number: int, wanted: dict[str, Any]) -> None:
        self._models = models
        self.number = number
        self.wanted = wanted
        self.told: dict[str, Any] = {}
        """What the child said of it when it was opened last."""

    def ask_at_once(self, facts: dict[str, Any], payload: bytes) -> Message | None:
        """Return the answer; None while the child is away, behind or longer than `AT_ONCE_SECONDS` over it."""
        return self._models.ask_at_once(self, facts, payload)

    def ask(self, facts: dict[str, Any], payload: bytes) -> Message:
        """Return the answer, after `IN_TIME_SECONDS` at most; raises `EngineError`."""
        return self._models.ask(self, facts, payload)


class SmallModels:
    """The child and the models in it; any thread. `on_trouble` is told of its failures, once of every kind."""

    def __init__(
        self,
        child: Child,
        *,
        on_trouble: Callable[[EngineError], None] | None = None,
        at_once_seconds: float = AT_ONCE_SECONDS,
    ) -> None:
        self.on_trouble = on_trouble
        self._at_once_seconds = at_once_seconds
        self._child = child
        self._starting = threading.Lock()
        self._over = threading.Event()
        self._numbers = itertools.count(1)
        self._models: weakref.WeakValueDictionary[int, Model] = weakref.WeakValueDictionary()
        self._dropped: deque[int] = deque()
        self._life: ModelsLife | None = None
        self._restarting = False
        self._short_lives = 0
        self._told: set[str] = set()

    @property
    def here(self) -> bool:
        """True while the child answers, as far as is known."""
        return self._life is not None

    def open(self, kind: str, **wanted: object) -> Model:
        """Load a model, starting the child first where it does not run; raises `EngineError`."""
        with self._starting:
            life = self._life or self._started()
            model = Model(self, next(self._numbers), {"kind": kind, **wanted})
            try:
                self._open(life, model)
            except NoAnswer as error:
                raise _stopped(error.why) from error
            self._models[model.number] = model
            # Whoever has a finalizer may be anywhere, with any lock: the number leaves with the next question.
            weakref.finalize(model, self._dropped.append, model.number).atexit = False
        return model

    def ask_at_once(self, model: Model, facts: dict[str, Any], payload: bytes) -> Message | None:
        """See `Model.ask_at_once`."""
        life = self._life
        if life is None:
            return None
        if behind := life.behind_seconds:
            if behind > IN_TIME_SECONDS:
                self._stuck(life)
            return None
        try:
            return life.ask(self._question(model, facts, payload), self._at_once_seconds)
        except (NoAnswer, EngineError):
            return None

    def ask(self, model: Model, facts: dict[str, Any], payload: bytes) -> Message:
        """See `Model.ask`."""
        life = self._life
        if life is None:
            raise _stopped("not there")
        # Writing to a child that reads nothing has no end of its own.
        watch = threading.Timer(IN_TIME_SECONDS, self._stuck, (life,))
        watch.daemon = True
        watch.start()
        try:
            return life.ask(self._question(model, facts, payload), IN_TIME_SECONDS)
        except NoAnswer as error:
            raise _stopped(error.why) from error
        finally:
            watch.cancel()

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

    def _question(self, model: Model, facts: dict[str, Any], payload: bytes) -> Message:
        asked = {"model": model.number, **facts}
        if self._dropped:
            asked["dropped"] = [self._dropped.popleft() for _ in range(len(self._dropped))]
        return Message(facts=asked, payload=payload)

    def _started(self) -> ModelsLife:
        """Start the child and open in it what is open; `_starting` is held."""
        if self._over.is_set():
            raise _stopped("closed")
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
        self._life = life
        if self._over.is_set():
            life.end("closed")
        return life

    def _open(self, life: ModelsLife, model: Model) -> None:
        facts = {"model": model.number, "open": model.wanted}
        model.told = life.ask(Message(facts=facts), OPEN_SECONDS).facts

    def _stuck(self, life: ModelsLife) -> None:
        if life is self._life:
            self._life = None
            threading.Thread(target=self._child.kill, name="small-models-end", daemon=True).start()

    def _ended(self, life: ModelsLife, why: str) -> None:
        """On the thread that read it, which goes on to start the next one, where no other does already."""
        life.close()
        with self._starting:
            if self._over.is_set() or self._life not in (life, None):
                return
            self._life = None
            if self._restarting or not self._models:
                return
            self._restarting = True
        self._tell(_stopped(why))
        self._short_lives = self._short_lives + 1 if time.monotonic() - life.began < SHORT_LIFE_SECONDS else 0
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
        "voice.small_models_stopped",
        en="The part of Jarvis that hears “hey Jarvis”, “stop” and pauses ended by itself ({why}) and is started "
        "again; nothing that was written is lost. If you were speaking just now, please say it again.",
        es="La parte de Jarvis que oye «hey Jarvis», «para» y las pausas terminó por sí sola ({why}) y se vuelve a "
        "iniciar; no se pierde nada de lo escrito. Si estabas hablando, repítelo, por favor.",
        why=why,
    )
