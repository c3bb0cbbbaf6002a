"""Leaves out the templates that cannot fit a sentence, so that matching does not slow down as skills are added.

hassil knows which pieces of literal text each template needs; one of those needs, the most telling, is indexed.
Sound: a template is only left out when it provably cannot match.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any


class Prefilter:
    """An index over hassil's `Intents`, built once."""

    def __init__(self, intents: Any) -> None:
        self._intents = intents
        self._blocks: list[tuple[str, Any]] = []
        self._by_fragment: dict[str, set[int]] = defaultdict(set)
        self._always: set[int] = set()
        for intent in intents.intents.values():
            for block in intent.data:
                self._add(len(self._blocks), block)
                self._blocks.append((intent.name, block))

    def narrowed(self, text: str) -> Any:
        """Return the same `Intents` with only the blocks that might fit `text`, which is folded."""
        from hassil.intents import Intent, Intents

        numbers = set(self._always)
        for fragment, blocks in self._by_fragment.items():
            if fragment in text:
                numbers |= blocks
        chosen: dict[str, Any] = {}
        for number in sorted(numbers):
            name, block = self._blocks[number]
            chosen.setdefault(name, Intent(name=name)).data.append(block)
        whole = self._intents
        return Intents(
            language=whole.language,
            intents=chosen,
            slot_lists=whole.slot_lists,
            expansion_rules=whole.expansion_rules,
            settings=whole.settings,
        )

    def _add(self, number: int, block: Any) -> None:
        rules = {**self._intents.expansion_rules, **block.expansion_rules}
        for sentence in block.sentences:
            clauses = sentence.get_required_clauses(rules)
            if not clauses:
                self._always.add(number)
                continue
            for fragment in max(clauses, key=_telling):
                self._by_fragment[fragment].add(number)


def _telling(clause: frozenset[str]) -> tuple[int, int]:
    """Rank a need: its shortest alternative is long, and there are few alternatives."""
    return min(len(fragment) for fragment in clause), -len(clause)
