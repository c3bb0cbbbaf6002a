"""Which models to fetch for a machine and a person's languages, where each will go, and why. Pure.

For text it takes the best model that is fast enough: quality is the published MMLU score, or where there is none a
cautious guess from the number of parameters; speed is the prediction at the place that the plan gives. "Nothing for
now" is an answer. Knows nothing of what is installed already.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from jarvis.catalog.entries import CatalogModel, Variant
from jarvis.contracts.errors import Language
from jarvis.contracts.hardware import Machine
from jarvis.contracts.placement import Placement, Plan
from jarvis.placement.planning import plan, swapped
from jarvis.placement.reasons import comma
from jarvis.placement.wishes import Role, ShapeOf, Wish, installed_id, preferred_variant, wish_for

VOICE_TOKENS_PER_SECOND = 8.0
"""Below this a spoken answer does not begin within a second: its first sentence part has about eight tokens."""

COMFORTABLE_TOKENS_PER_SECOND = 12.0
"""From here on more quality is worth more than more speed in a spoken answer."""

LEAST_TOKENS_PER_SECOND = 3.0
"""Below this no model is recommended: slower than a person reads."""

FAST_FILE_MIB = 8000
"""Largest file of a fast model: it stays resident, and comes back within seconds after another was loaded."""

FAST_SHARE = 0.5
"""Most of all free memory that the fast model may take, so that there is room for the rest."""

DISK_RESERVE_MIB = 2048
"""What stays free on the disk."""

FAST_CONTEXT = 4096
BIG_CONTEXT = 8192

RECOGNITION_MIB_ON_GPU = 2048
"""Largest recognition model where a GPU with `SPEECH_GPU_MIB` can hold it: large-v3-turbo."""

SPEECH_GPU_MIB = 5000

RECOGNITION_MIB_BY_CORES: tuple[tuple[int, int], ...] = ((8, 600), (0, 200))
"""Largest recognition model that answers in time on a CPU with at least so many cores: small, base."""

_SPEAKS: dict[Language, tuple[str, str]] = {
    "en": ("speaks English", "habla inglés"),
    "es": ("speaks Spanish", "habla español"),
}

EMBEDDING_MIB: tuple[tuple[int, int], ...] = ((24_000, 2600), (12_000, 700), (0, 160))
"""Largest embedding model for a machine with at least so much RAM."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pick:
    """One model to fetch. `role` also names voices; `placement` is None where it takes no memory worth planning."""

    model: str
    role: Role | str
    bytes: int
    why_en: str
    why_es: str
    placement: Placement | None = None

    def why(self, language: Language) -> str:
        """The sentence in `language`."""
        return self.why_es if language == "es" else self.why_en


@dataclass(frozen=True, kw_only=True, slots=True)
class Recommendation:
    """What to fetch, in the order of use; `notes` are (English, Spanish) sentences about what is not recommended."""

    picks: tuple[Pick, ...]
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def bytes(self) -> int:
        """Bytes to fetch altogether."""
        return sum(pick.bytes for pick in self.picks)

    def of(self, role: str) -> Pick | None:
        """The first pick of `role`, None when there is none."""
        return next((pick for pick in self.picks if pick.role == role), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Choice:
    model: CatalogModel
    variant: Variant
    wish: Wish
    placement: Placement


def recommend(
    catalog: Sequence[CatalogModel],
    machine: Machine,
    languages: Sequence[Language],
    *,
    free_disk_mib: int,
    shape_of: ShapeOf,
) -> Recommendation:
    """Return what to fetch for `machine` and somebody who speaks `languages`, within `free_disk_mib` of disk.

    Models whose owner wants a licence accepted first, and those in the cloud, are never recommended. `shape_of` makes
    the shape of a catalogue's variant.
    """
    return _Recommender(tuple(catalog), machine, tuple(languages), free_disk_mib - DISK_RESERVE_MIB, shape_of).run()


class _Recommender:
    """One run; `_left_mib` is the disk that is left for further picks."""

    def __init__(
        self,
        catalog: tuple[CatalogModel, ...],
        machine: Machine,
        languages: tuple[Language, ...],
        left_mib: float,
        shape_of: ShapeOf,
    ) -> None:
        self._models = [model for model in catalog if not model.in_cloud and not model.gated and model.variants]
        self._machine = machine
        self._languages = languages
        self._left_mib = left_mib
        self._shape_of = shape_of
        self._picks: list[Pick] = []
        self._notes: list[tuple[str, str]] = []
        self._residents: list[Wish] = []

    def run(self) -> Recommendation:
        self._recognition()
        for language in self._languages:
            self._voice(language)
        self._embedding()
        fast = self._fast()
        if fast is not None:
            self._larger(fast, "big", "chat")
            self._larger(fast, "code", "code")
        return Recommendation(picks=tuple(self._picks), notes=tuple(self._notes))

    def _recognition(self) -> None:
        card = max((gpu.free_mib for gpu in self._machine.gpus), default=0)
        by_cores = next(mib for cores, mib in RECOGNITION_MIB_BY_CORES if self._machine.cores >= cores)
        most = RECOGNITION_MIB_ON_GPU if card >= SPEECH_GPU_MIB else by_cores
        where_en, where_es = ("a GPU", "una GPU") if most == RECOGNITION_MIB_ON_GPU else ("this CPU", "esta CPU")
        self._largest(
            "recognition",
            most,
            f"the most exact speech recognition that {where_en} answers in time",
            f"el reconocimiento de voz más exacto que {where_es} da a tiempo",
        )

    def _embedding(self) -> None:
        most = next(mib for ram, mib in EMBEDDING_MIB if self._machine.ram_mib >= ram)
        self._largest(
            "embedding",
            most,
            "finds memories by meaning in all your languages",
            "encuentra recuerdos por su sentido en todos tus idiomas",
        )

    def _largest(self, role: Role, most_mib: float, why_en: str, why_es: str) -> None:
        fitting = [
            (variant.bytes, model, variant)
            for model in self._speaking(role)
            if (variant := preferred_variant(model)) is not None
            and variant.bytes / 2**20 <= min(most_mib, self._left_mib)
        ]
        for _, model, variant in sorted(fitting, key=lambda each: (-each[0], each[1].id)):
            wish = wish_for(model, variant, role, self._shape_of)
            if not plan(self._machine, [*self._residents, wish]).refused:
                self._residents.append(wish)
                self._add(model, variant, role, why_en, why_es, None)
                return
        self._nothing(role)

    def _voice(self, language: Language) -> None:
        for model in self._models:
            variant = preferred_variant(model)
            speaks = model.kind == "voice" and language in model.languages
            if speaks and variant is not None and variant.bytes / 2**20 <= self._left_mib:
                self._add(model, variant, "voice", *_SPEAKS[language], None)
                return
        self._nothing(f"voice {language}")

    def _fast(self) -> _Choice | None:
        choices = [choice for choice in self._choices("fast", "chat", FAST_CONTEXT) if self._stays(choice)]
        for least in (COMFORTABLE_TOKENS_PER_SECOND, VOICE_TOKENS_PER_SECOND, LEAST_TOKENS_PER_SECOND):
            quick = [choice for choice in choices if choice.placement.tokens_per_second >= least]
            if quick:
                best = max(quick, key=_preference)
                self._take_fast(best)
                return best
        self._nothing("fast")
        return None

    def _stays(self, choice: _Choice) -> bool:
        free = self._machine.ram_free_mib + sum(gpu.free_mib for gpu in self._machine.gpus)
        taken = choice.placement.vram_mib + choice.placement.ram_mib
        return choice.variant.bytes / 2**20 <= FAST_FILE_MIB and taken <= FAST_SHARE * free

    def _take_fast(self, choice: _Choice) -> None:
        speed = choice.placement.tokens_per_second
        en = f"answers at once: about {speed:.0f} tokens/s predicted"
        es = f"responde al momento: unos {speed:.0f} tokens/s previstos"
        if speed < VOICE_TOKENS_PER_SECOND:
            en = f"the best for this machine, but at about {speed:.1f} tokens/s a spoken answer begins late"
            es = f"el mejor para este equipo, pero con unos {comma(f'{speed:.1f}')} tokens/s la voz empieza tarde"
        self._add(choice.model, choice.variant, "fast", en, es, choice.placement)

    def _larger(self, fast: _Choice, role: Role, ability: str) -> None:
        """Add the best model for `ability`, loaded in the fast one's place when asked, if it is better than that."""
        choices = [
            choice
            for choice in self._choices(role, ability, BIG_CONTEXT)
            if choice.placement.tokens_per_second >= LEAST_TOKENS_PER_SECOND
            and choice.model.id != fast.model.id
            and (role == "code" or quality(choice.model) > quality(fast.model))
            and (role != "code" or "chat" not in choice.model.abilities or quality(choice.model) > quality(fast.model))
        ]
        chosen = {pick.model for pick in self._picks}
        best = max(choices, key=_preference, default=None)
        if best is None or best.wish.model in chosen:
            return
        speed = best.placement.tokens_per_second
        what_en, what_es = ("programs", "programas") if role == "code" else ("hard questions", "lo difícil")
        en = f"for {what_en}: about {speed:.0f} tokens/s, loaded when needed"
        es = f"para {what_es}: unos {speed:.0f} tokens/s, se carga al hacer falta"
        self._add(best.model, best.variant, role, en, es, best.placement)

    def _choices(self, role: Role, ability: str, context: int) -> Iterator[_Choice]:
        for model in self._speaking("text"):
            variant = preferred_variant(model)
            usable = variant is not None and variant.format == "gguf" and "llama.cpp" in variant.engines
            if (
                variant is None
                or not usable
                or ability not in model.abilities
                or variant.bytes / 2**20 > self._left_mib
            ):
                continue
            wish = wish_for(model, variant, role, self._shape_of, context=context)
            placement = self._alone(wish)
            if placement is not None:
                yield _Choice(model=model, variant=variant, wish=wish, placement=placement)

    def _alone(self, wish: Wish) -> Placement | None:
        found: Plan = swapped(self._machine, [*self._residents, wish])
        return found.of(wish.model)

    def _speaking(self, kind: str) -> Iterator[CatalogModel]:
        return (model for model in self._models if model.kind == kind and set(self._languages) <= set(model.languages))

    def _add(
        self, model: CatalogModel, variant: Variant, role: str, en: str, es: str, placement: Placement | None
    ) -> None:
        identity = installed_id(model, variant)
        self._left_mib -= variant.bytes / 2**20
        pick = Pick(
            model=identity, role=role, bytes=variant.bytes, why_en=f"{en}.", why_es=f"{es}.", placement=placement
        )
        self._picks.append(pick)

    def _nothing(self, role: str) -> None:
        names = {
            "recognition": ("speech recognition", "el reconocimiento de voz"),
            "embedding": ("finding memories by meaning", "buscar recuerdos por su sentido"),
            "fast": ("answering with a model", "responder con un modelo"),
        }
        en, es = names.get(role, (role.replace("voice", "a voice for"), role.replace("voice", "una voz para")))
        self._notes.append(
            (
                f"Nothing for now for {en}: no model of the list fits in memory and disk and is quick enough here.",
                f"Nada por ahora para {es}: ningún modelo de la lista cabe aquí y es bastante rápido.",
            )
        )


def quality(model: CatalogModel) -> float:
    """Return MMLU in percent, or without a published one a cautious guess from the number of parameters."""
    published: Iterable[float] = (score.value for score in model.scores if score.benchmark.upper() == "MMLU")
    guess = 25.0 + 12.0 * math.log(1.0 + (model.parameters_billion or 0.0))
    return next(iter(published), guess)


def _preference(choice: _Choice) -> tuple[float, float, str]:
    return quality(choice.model), choice.placement.tokens_per_second, choice.model.id
