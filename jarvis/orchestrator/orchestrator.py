"""The router that the assistant asks: assesses a question, decides with what was learned, and shows what that is.

Reads the kept outcomes again only when they changed, in whichever process. Knows no engine and no settings: it is
given the assessor, the facts about models, and the book of outcomes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import cache

from jarvis.contracts.errors import Language, StorageError
from jarvis.contracts.ports import EngineStatus
from jarvis.contracts.routing import (
    Assessment,
    Assessor,
    Decision,
    Effectiveness,
    ModelFacts,
    OutcomeBook,
    RouteQuestion,
)
from jarvis.orchestrator.abilities import Abilities, abilities_of
from jarvis.orchestrator.learning import NOTHING, AbilitiesOfEngine, Learned, learn
from jarvis.orchestrator.policy import decide

_LOG = logging.getLogger(__name__)


class ModelOrchestrator:
    """The `Router` over an assessor. `facts` must answer at once, for any engine id. Safe from several threads.

    A decision never waits for learning, but for the first in the process: when outcomes changed, they are replayed
    beside it, and the next decision knows them.
    """

    def __init__(
        self, assessor: Assessor, facts: Callable[[str], ModelFacts], outcomes: OutcomeBook | None = None
    ) -> None:
        self._assessor = assessor
        self._facts = facts
        self._outcomes = outcomes
        self._lock = threading.Lock()
        self._abilities: dict[str, tuple[ModelFacts, frozenset[str], Abilities]] = {}
        self._learned: tuple[int, Learned] | None = None
        self._learning: threading.Thread | None = None

    def assess(
        self, text: str, language: Language | None = None, *, images: int = 0, context_tokens: int = 0
    ) -> Assessment:
        """Tell how hard the question is and what it is about; see `Assessor`."""
        return self._assessor.assess(text, language, images=images, context_tokens=context_tokens)

    def decide(self, question: RouteQuestion, engines: Sequence[EngineStatus]) -> Decision:
        """Return the engines that may answer in the order to try; see `policy.decide`."""
        return decide(question, engines, self._facts, self._learned_lately(), abilities=self._abilities_of)

    def learned(self) -> Learned:
        """Return what the outcomes teach, as of now; `StorageError` when they cannot be read."""
        if self._outcomes is None:
            return NOTHING
        # Read ahead of the rows: one that is added in between is then replayed once more, never missed.
        revision = self._outcomes.revision()
        with self._lock:
            if self._learned is not None and self._learned[0] == revision:
                return self._learned[1]
        learned = learn(self._outcomes.all(), self._by_facts())
        with self._lock:
            self._learned = (revision, learned)
        return learned

    def settle(self) -> None:
        """Wait until nothing is being learned."""
        with self._lock:
            learning = self._learning
        if learning is not None:
            learning.join()

    def effectiveness(self) -> tuple[Effectiveness, ...]:
        """Return how each model did in each domain with this person, and what that changed, by model and domain."""
        return self.learned().effectiveness

    def forget(self) -> int:
        """Forget everything that was learned; returns how many outcomes that were."""
        return self._outcomes.clear() if self._outcomes is not None else 0

    def _learned_lately(self) -> Learned:
        """What is known already; begins to learn what is new."""
        if self._outcomes is None:
            return NOTHING
        with self._lock:
            known = self._learned
        if known is None:
            return self.learned()
        if self._outcomes.revision() != known[0]:
            with self._lock:
                if self._learning is None or not self._learning.is_alive():
                    self._learning = threading.Thread(target=self._learn, name="route-learning", daemon=True)
                    self._learning.start()
        return known[1]

    def _learn(self) -> None:
        try:
            self.learned()
        except StorageError as error:
            # The next decision tries again, and meanwhile goes by what was learned before.
            _LOG.warning("what was rated could not be read", extra={"facts": {"code": error.code}})

    def _by_facts(self) -> AbilitiesOfEngine:
        """Abilities by engine for one replay: from the facts alone, so that every process replays alike."""
        return cache(lambda engine: abilities_of(self._facts(engine)))

    def _abilities_of(self, engine: EngineStatus, facts: ModelFacts) -> Abilities:
        with self._lock:
            kept = self._abilities.get(engine.id)
        if kept is not None and kept[1] == engine.abilities and _same_model(kept[0], facts):
            return kept[2]
        found = abilities_of(facts, engine.abilities)
        with self._lock:
            self._abilities[engine.id] = (facts, engine.abilities, found)
        return found


def _same_model(one: ModelFacts, other: ModelFacts) -> bool:
    """Whether abilities stay the same: measured speeds may change in between."""
    return one is other or (
        one.scores == other.scores
        and one.abilities == other.abilities
        and one.active_billion == other.active_billion
        and one.parameters_billion == other.parameters_billion
        and one.quantization == other.quantization
        and one.output_usd == other.output_usd
        and one.input_usd == other.input_usd
    )
