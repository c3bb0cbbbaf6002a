"""Everything between a question and the engine that answers it, put together: routing, guard, budget, ledger."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from jarvis.app.feedback import AnswerFeedback
from jarvis.app.model_facts import entry_behind, facts_of, price_at
from jarvis.app.once import built_once
from jarvis.assistant.reused import EarlierAnswers
from jarvis.catalog.entries import Price
from jarvis.contracts.cooperation import CooperationRole
from jarvis.contracts.errors import InputError, Language
from jarvis.contracts.guard import PermissionLevel
from jarvis.contracts.routing import Assessment, Assessor, ModelFacts, Profile, RouteWeights
from jarvis.guard.outgoing import GuardedEngine, OutgoingGuard
from jarvis.guard.permissions import defaults_for
from jarvis.guard.redaction import PatternRedactor
from jarvis.guard.told_names import names_told
from jarvis.hardware.energy import EnergyMeter, device_energy
from jarvis.orchestrator.assessing import QueryAssessor
from jarvis.orchestrator.features import FEATURE_NAMES
from jarvis.orchestrator.head import RouterHead
from jarvis.orchestrator.health import RestingEngines
from jarvis.orchestrator.orchestrator import ModelOrchestrator
from jarvis.orchestrator.profiles import OVERRIDES, weights_for
from jarvis.orchestrator.reuse import SameQuestion, cacheable, keepable
from jarvis.orchestrator.roles import DEFAULT_ROLES, roles_from_json
from jarvis.settings.folders import assets_folder
from jarvis.storage.answers import CacheLimits, SqliteAnswerCache
from jarvis.storage.audit import SqliteAuditLog
from jarvis.storage.budgets import SqliteBudget
from jarvis.storage.ledger import SqliteLedger
from jarvis.storage.outcomes import SqliteOutcomeBook
from jarvis.storage.permissions import SqlitePermissions
from jarvis.storage.ratings import SqliteRatings
from jarvis.storage.spending import StoredSpending

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis
    from jarvis.contracts.ports import TextEngine
    from jarvis.engines.encoder.minilm import MiniLmEncoder
    from jarvis.engines.small_models.encoder import ChildEncoder
    from jarvis.engines.speed_now import SpeedNow

Encoder: TypeAlias = "MiniLmEncoder | ChildEncoder"

_LOG = logging.getLogger(__name__)
_FIRST_WAIT_SECONDS = 0.5
"""Most that the first question of a process waits for the encoder; a window has it made when it opens."""

_MOST_FACTS = 10_000
_HISTORY_SECONDS = 60.0
"""How long the measured waits of engines are kept before the ledger is read again."""


class Routing:
    """The parts that route, guard and count; each is made when it is first needed."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis
        self.building = jarvis.building
        self._waits: tuple[float, dict[str, float]] = (float("-inf"), {})
        self._lock = threading.Lock()
        self._random = random.Random()
        self._told: tuple[str, tuple[str, ...]] = ("", ())

    # Choosing.

    @built_once
    def health(self) -> RestingEngines:
        """Engines that rest after failures."""
        return RestingEngines(self._jarvis.clock)

    @built_once
    def outcomes(self) -> SqliteOutcomeBook:
        """How answers turned out."""
        return SqliteOutcomeBook(self._jarvis.database, self._jarvis.clock)

    @built_once
    def encoder(self) -> Encoder:
        """The small model that turns questions into vectors; made in the background."""
        from jarvis.engines.encoder.making import made_by_child
        from jarvis.engines.encoder.minilm import MiniLmEncoder
        from jarvis.engines.small_models.encoder import ChildEncoder

        jarvis, places = self._jarvis, self._jarvis.folders

        def made() -> None:
            made_by_child(places.cache, lambda: jarvis.registry, places.logs)

        encoder: Encoder = MiniLmEncoder(places.cache, maker=made)
        if jarvis.models_apart:
            encoder = ChildEncoder(encoder.name, places.cache, lambda: jarvis.small_models, maker=made)
        jarvis.on_close(encoder.settle)
        return encoder

    @built_once
    def router(self) -> ModelOrchestrator:
        """The Router port."""
        return ModelOrchestrator(
            _Warming(QueryAssessor(self.head, self.encoder), self.encoder), self.facts, self.outcomes
        )

    @built_once
    def head(self) -> RouterHead | None:
        """The trained judge of questions; None where its file cannot be used, which `jarvis doctor` tells."""
        try:
            return RouterHead.load(
                assets_folder() / "router" / "head.npz", encoder=self.encoder.name, feature_names=FEATURE_NAMES
            )
        except InputError as error:
            _LOG.warning("%s", error)
            return None

    @built_once
    def ratings(self) -> SqliteRatings:
        """Stars and reasons."""
        return SqliteRatings(self._jarvis.database, self._jarvis.clock)

    @built_once
    def feedback(self) -> AnswerFeedback:
        """Takes what people do with answers."""
        return AnswerFeedback(self, self._jarvis.clock)

    def roles(self) -> Sequence[CooperationRole]:
        """Return the specialists: those in roles.json beside the settings, else the built-in ones.

        A file that cannot be used is logged, and `jarvis doctor` shows why.
        """
        try:
            return roles_in(self._jarvis.folders.home / "roles.json")
        except InputError as error:
            _LOG.warning("%s", error)
            return DEFAULT_ROLES

    # Answering again.

    @built_once
    def cache(self) -> SqliteAnswerCache:
        """Earlier answers."""
        days = self._jarvis.settings.number("answers.reuse_days")
        return SqliteAnswerCache(
            self._jarvis.database,
            self._jarvis.clock,
            SameQuestion(),
            encoder=self.encoder,
            limits=CacheLimits(keep_for=timedelta(days=days)),
        )

    @built_once
    def earlier(self) -> EarlierAnswers:
        """Earlier answers with the rules of what may be given again."""
        return EarlierAnswers(
            cache=self.cache,
            reusable=cacheable,
            keepable=keepable,
            memory_version=self._jarvis.fact_book.version,
            redactor=self.redactor,
        )

    # The exchange rates.

    def weights(self, profile: Profile | None = None) -> RouteWeights:
        """Return the weights of `profile` (None: the one that is set), with those set one by one in place."""
        settings = self._jarvis.settings
        set_by_hand = {name: settings.number(f"routing.{name}") for name in OVERRIDES}
        chosen: Profile = profile or settings.text("routing.profile")  # type: ignore[assignment]
        return weights_for(chosen, {name: value for name, value in set_by_hand.items() if value >= 0})

    def draw(self) -> float:
        """Return a random number 0..1."""
        return self._random.random()

    def facts(self, engine: str) -> ModelFacts:
        """Return what is known of an engine, from the catalogue and from what was measured."""
        settings, catalog = self._jarvis.settings, self._jarvis.models_room.catalog
        model = {"cloud": settings.text("cloud.model"), "vllm": settings.text("vllm.model")}.get(engine, "")
        served = engine in {"cloud", "vllm"}
        waits = self._usual_waits().get(engine)
        facts = facts_of(engine, catalog, model=model, in_cloud=served, first_seconds=waits)
        if not served:
            return facts
        # What counts is who serves it, as the meter counts it, and not who made it.
        price = price_at(
            settings.text("cloud.base_url" if engine == "cloud" else "vllm.url"), model, catalog, own=engine == "vllm"
        )
        return replace(
            facts,
            input_usd=price.input_usd if price is not None else None,
            output_usd=price.output_usd if price is not None else None,
        )

    def _usual_waits(self) -> dict[str, float]:
        """Return each engine's usual seconds to the first token, as the ledger has them."""
        with self._lock:
            now = time.monotonic()
            if now - self._waits[0] >= _HISTORY_SECONDS:
                self._waits = (now, self.ledger.usual_first_seconds())
            return self._waits[1]

    # Guarding.

    @built_once
    def redactor(self) -> PatternRedactor:
        """Finds personal data."""
        return PatternRedactor(self.private_names)

    @built_once
    def outgoing(self) -> OutgoingGuard:
        """Shows what would leave."""
        return OutgoingGuard(self.redactor)

    @built_once
    def audit(self) -> SqliteAuditLog:
        """The audit log."""
        return SqliteAuditLog(self._jarvis.database, self._jarvis.clock)

    @built_once
    def permissions(self) -> SqlitePermissions:
        """Who may do what."""
        return SqlitePermissions(self._jarvis.database, self._jarvis.clock, self.default_level)

    @built_once
    def default_level(self) -> Callable[[str], PermissionLevel]:
        """What holds for a skill or tool as long as nobody said otherwise."""
        return defaults_for(lambda: self._jarvis.skill_book.sentences("en").risks)

    def private_names(self) -> Sequence[str]:
        """Return the names that never leave: those listed, and people in what was told to be remembered."""
        version, told = self._told
        now = self._jarvis.fact_book.version()
        if version != now:
            told = names_told(fact.text for fact in self._jarvis.fact_book.all(_MOST_FACTS))
            self._told = (now, told)
        listed = self._jarvis.settings.text("privacy.contacts").split(",")
        return (*(name for each in listed if (name := each.strip())), *told)

    # Counting.

    @built_once
    def ledger(self) -> SqliteLedger:
        """Calls and decisions."""
        return SqliteLedger(self._jarvis.database, self._jarvis.clock)

    @built_once
    def budget(self) -> SqliteBudget:
        """Spending limits."""
        settings = self._jarvis.settings
        return SqliteBudget(
            self._jarvis.database,
            self._jarvis.clock,
            lambda: (settings.number("budget.day_usd") or None, settings.number("budget.month_usd") or None),
        )

    @built_once
    def spending(self) -> StoredSpending:
        """What was spent, for the doors."""
        return StoredSpending(self.ledger, self.budget, self._jarvis.clock)

    @built_once
    def energy(self) -> EnergyMeter:
        """What the devices use."""
        return EnergyMeter(device_energy(self._jarvis.gpus))

    @built_once
    def speed(self) -> SpeedNow:
        """How fast answers are being written just now."""
        from jarvis.engines.speed_now import SpeedNow

        return SpeedNow(self._jarvis.clock)

    def watched(self, engine: TextEngine, where: Literal["local", "cloud"], price: Price | None = None) -> TextEngine:
        """Return `engine` with its guard (where it leaves this computer) and its meter."""
        from jarvis.engines.metered import MeteredEngine

        name = self._jarvis.settings.text("usage.reference_model")
        entry, _ = entry_behind(name, "", self._jarvis.models_room.catalog)
        metered = MeteredEngine(
            engine,
            where=where,
            price=price,
            reference=entry.price if entry is not None else None,
            reference_model=name,
            budget=self.budget,
            record=self.ledger.record_call,
            clock=self._jarvis.clock,
            energy=self.energy if where == "local" else None,
            speed=self.speed,
        )
        # The meter is inside: it counts what really leaves, and what the guard refuses costs nothing.
        return self._guarded(metered) if where == "cloud" else metered

    def _guarded(self, engine: TextEngine) -> TextEngine:
        settings = self._jarvis.settings
        return GuardedEngine(engine, self.redactor, self.audit, pictures=lambda: settings.flag("privacy.pictures"))


class _Warming:
    """An assessor that has its encoder made when the first question comes, and waits a moment for it."""

    def __init__(self, assessor: Assessor, encoder: Encoder) -> None:
        self._assessor = assessor
        self._encoder = encoder

    def assess(
        self, text: str, language: Language | None = None, *, images: int = 0, context_tokens: int = 0
    ) -> Assessment:
        """Assess `text`; by rules alone while the encoder is not there."""
        making = self._encoder.prepare()
        if making is not None and not self._encoder.ready():
            making.join(_FIRST_WAIT_SECONDS)
        return self._assessor.assess(text, language, images=images, context_tokens=context_tokens)


def roles_in(file: Path) -> Sequence[CooperationRole]:
    """Return the roles that `file` describes, the built-in ones where there is none; `InputError` for a wrong file."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return DEFAULT_ROLES
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "cooperation.roles",
            en="{file} cannot be read ({why}). The built-in roles are in use; mend the file.",
            es="{file} no se puede leer ({why}). Se usan los papeles incluidos; corrige el fichero.",
            file=file.name,
            why=str(error),
        ) from error
    return roles_from_json(text, file.name)
