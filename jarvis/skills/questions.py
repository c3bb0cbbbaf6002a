"""A question that a skill asked, and whether the next sentence answers it: "For how long?" - "ten minutes".

Knows nothing about which skills ask.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from jarvis.contracts.errors import Language
from jarvis.contracts.skills import AwaitedSlot, SkillMatch, SlotValue
from jarvis.skills.folding import key
from jarvis.skills.matcher import SlotContext
from jarvis.skills.slots import SLOT_PARSERS

ANSWER_SECONDS = 60.0
"""How long a question stays open."""

ALL = "all"
"""Value of a choice that takes every one."""

_ALL_WORDS = {
    "en": {"all", "both", "all of them", "both of them", "every one", "everything", "all three"},
    "es": {"todos", "todas", "los dos", "las dos", "ambos", "ambas", "los tres", "las tres"},
}
_ORDINALS = {
    "en": {"first": 0, "second": 1, "third": 2, "last": -1},
    "es": {"primero": 0, "primera": 0, "segundo": 1, "segunda": 1, "tercero": 2, "ultimo": -1, "ultima": -1},
}
_ASKS = re.compile(
    r"\?\s*$|^[¿\s]*(?:what|what's|who|who's|why|how|when|where|which|tell me|can you|qué|quién|cómo|cuándo|dónde|"
    r"por qué|cuál|cuánto|dime|puedes)\b",
    re.IGNORECASE,
)
"""What asks something is never the free words that were asked for."""

_EMPTY_WORDS = {
    "en": set("the a an one timer alarm reminder for of at to cancel stop pause please my".split()),
    "es": set(
        "el la los las un una de del al a para temporizador alarma recordatorio cancela para por favor mi".split()
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenQuestion:
    """What was asked, of which match, and when (seconds of the monotonic clock)."""

    match: SkillMatch
    awaits: AwaitedSlot
    asked_at: float

    @property
    def free(self) -> bool:
        """True if almost any words would do as the answer, so that they must first be known to mean nothing else."""
        return not self.awaits.choices and self.awaits.kind in {"task", "new_list"}

    def answered_by(self, text: str, now: datetime, monotonic: float) -> SkillMatch | None:
        """Return the match completed by `text`, or None when `text` is no answer or the question is too old.

        Only a time where the thing to do was asked for is kept as the time, and the thing is asked for again.
        """
        if monotonic - self.asked_at > ANSWER_SECONDS:
            return None
        language = self.match.language
        if self.awaits.choices:
            value: SlotValue | Mapping[str, SlotValue] | None = chosen(text, self.awaits.choices, language)
        else:
            bare = re.sub(r"^(?:for|de|durante|para)\s+", "", text.strip(" .,;:!?¡¿"), flags=re.IGNORECASE)
            context = SlotContext(language=language, now=now)
            if self.free and _ASKS.search(text):
                return None
            when = SLOT_PARSERS["moment"](bare, context) if self.awaits.kind == "task" else None
            value = when or SLOT_PARSERS[self.awaits.kind](bare, context)
        if value is None:
            return None
        added = value if isinstance(value, Mapping) else {self.awaits.slot: value}
        return replace(self.match, slots={**self.match.slots, **added}, text=text)


def chosen(text: str, choices: tuple[tuple[str, str], ...], language: Language) -> str | None:
    """Return the value of the one choice that `text` names, `ALL` for all of them, or None."""
    from text_to_num import alpha2digit

    words = key(text)
    if words in _ALL_WORDS[language]:
        return ALL
    tokens = set(key(alpha2digit(words, language)).replace("-", " ").split()) - _EMPTY_WORDS[language]
    if len(tokens) == 1 and (place := _ORDINALS[language].get(next(iter(tokens)))) is not None:
        return choices[place][0] if -1 <= place < len(choices) else None
    singular = {token.rstrip("s") for token in tokens}
    fitting = [
        value
        for value, spoken in choices
        if singular and singular <= {token.rstrip("s") for token in key(spoken).replace("-", " ").split()}
    ]
    return fitting[0] if len(fitting) == 1 else None
