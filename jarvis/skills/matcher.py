"""Finds the skill that a sentence surely means, or none.

Tries hassil's templates over the folded sentence, then lets each slot's parser accept or refuse its words; a
candidate with one refused slot is dropped. Knows nothing about what the skills do.
"""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.contracts.skills import SkillMatch, SlotValue
from jarvis.skills.folding import compose, match_text
from jarvis.skills.templates import FREE_KIND, LanguagePack, SlotSpec, load_language

MAX_CHARACTERS = 300
"""Longer texts are never commands."""

MAX_CANDIDATES = 200
"""Bound on readings of one sentence that are weighed."""

_QUESTION = re.compile(r"\?\s*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotContext:
    """What a slot parser may lean on; `now` is aware local time."""

    language: Language
    now: datetime


class SlotParser(Protocol):
    """Turns the words of one slot into a value, or refuses them with None."""

    def __call__(self, text: str, context: SlotContext) -> SlotValue | Mapping[str, SlotValue] | None:
        """Return the value of `text` as it was written, several named values, or None."""
        ...


class Matcher:
    """Matches sentences of both languages; each language is loaded when first needed."""

    def __init__(self, folder: Path, parsers: Mapping[str, SlotParser]) -> None:
        self._folder = folder
        self._parsers = parsers
        self._packs: dict[Language, LanguagePack] = {}
        self._lock = threading.Lock()

    def pack(self, language: Language) -> LanguagePack:
        """Return the sentence files of `language`, loading them on first use."""
        with self._lock:
            if language not in self._packs:
                self._packs[language] = load_language(self._folder, language)
            return self._packs[language]

    def match(self, text: str, language: Language | None, *, now: datetime, prefer: Language) -> SkillMatch | None:
        """Return the best sure match, or None; `language` None tries both, `prefer` breaks a tie."""
        tried = (language,) if language else tuple(sorted(LANGUAGES, key=lambda one: one != prefer))
        found = [hit for one in tried if (hit := self._best(text, self.pack(one), now)) is not None]
        return min(found, key=lambda hit: hit[0])[1] if found else None

    def _best(self, text: str, pack: LanguagePack, now: datetime) -> tuple[tuple[int, ...], SkillMatch] | None:
        original = compose(text)
        if not 0 < len(original.strip()) <= MAX_CHARACTERS:
            return None
        folded = match_text(original)
        context = SlotContext(language=pack.language, now=now)
        start, bare, polite = _unwrap(folded, pack)
        asks = bool(_QUESTION.search(original)) and not polite
        whole = folded.strip()
        tries = [(start, bare)] if bare == whole else [(start, bare), (folded.index(whole), whole)]
        for offset, words in tries:
            for reading in sorted(itertools.islice(_readings(words, pack), MAX_CANDIDATES), key=_score):
                if asks and reading.free_characters and pack.risks[reading.skill] != "none":
                    continue
                slots = self._slots(reading, original, offset, context)
                if slots is not None:
                    return reading.score, _match(reading, slots, pack, text)
        return None

    def _slots(
        self, reading: _Reading, original: str, offset: int, context: SlotContext
    ) -> dict[str, SlotValue] | None:
        slots: dict[str, SlotValue] = dict(reading.fixed)
        for name, spec, start, end in reading.wildcards:
            words = original[offset + start : offset + end].strip(' .,;:!?¡¿"“”«»…')
            if not words or len(words.split()) > spec.max_words:
                return None
            value = words if spec.kind == FREE_KIND else self._parsers[spec.kind](words, context)
            if value is None:
                return None
            if isinstance(value, Mapping):
                slots.update(value)
            else:
                slots[name] = value
        return slots


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reading:
    """One way in which a template fits the sentence; a lower `score` is a better fit."""

    skill: str
    fixed: Mapping[str, SlotValue]
    wildcards: tuple[tuple[str, SlotSpec, int, int], ...]
    free_characters: int
    score: tuple[int, ...]


def _score(reading: _Reading) -> tuple[int, ...]:
    return reading.score


def _match(reading: _Reading, slots: Mapping[str, SlotValue], pack: LanguagePack, text: str) -> SkillMatch:
    return SkillMatch(
        skill=reading.skill,
        slots=slots,
        confidence=0.9 if reading.free_characters else 1.0,
        language=pack.language,
        text=text,
        risk=pack.risks[reading.skill],
    )


def _unwrap(folded: str, pack: LanguagePack) -> tuple[int, str, bool]:
    """Return where the bare command starts, the bare command, and whether polite words were taken off."""
    start = len(folded) - len(folded.lstrip())
    bare = folded.strip()
    if not bare:
        return start, bare, False
    found = pack.polite_start.match(bare)
    if found and found.end() < len(bare):
        start, bare = start + found.end(), bare[found.end() :]
    tail = pack.polite_end.search(bare)
    if tail and tail.start() > 0:
        bare = bare[: tail.start()]
    return start, bare, found is not None or tail is not None


def _readings(bare: str, pack: LanguagePack) -> Iterator[_Reading]:
    from hassil import recognize_all

    if not bare:
        return
    for result in recognize_all(bare, pack.prefilter.narrowed(bare), language=pack.language):
        yield _reading(result, pack)


def _reading(result: Any, pack: LanguagePack) -> _Reading:
    skill = result.intent.name
    specs = pack.slot_specs[skill.partition(".")[0]]
    lists = {ref.slot_name: ref.list_name for ref in _list_references(result, pack)}
    fixed: dict[str, SlotValue] = {}
    wildcards: list[tuple[str, SlotSpec, int, int]] = []
    free = 0
    for entity in result.entities_list:
        if entity.is_wildcard and entity.text_span is not None:
            spec = specs[lists[entity.name]]
            wildcards.append((entity.name, spec, *entity.text_span))
            free += len(entity.text) if spec.kind == FREE_KIND else 0
        else:
            fixed[entity.name] = entity.value
    return _Reading(
        skill=skill,
        fixed=fixed,
        wildcards=tuple(wildcards),
        free_characters=free,
        score=(free, len(wildcards), -result.text_chunks_matched),
    )


def _list_references(result: Any, pack: LanguagePack) -> list[Any]:
    rules = {**pack.intents.expansion_rules, **result.intent_data.expansion_rules}
    return list(result.intent_sentence.expression.list_references(rules))
