"""Compiles phrases into the smallest word automaton that says the same, in the FSG text format of CMU Sphinx.

Templates say the same words over and over; a recogniser that follows an automaton with every shared beginning and
ending merged is several times faster than one that follows the templates. Knows nothing about skills or sound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jarvis.skills.phrases import Chain, Choice, Named, Phrase, Words

State = frozenset[int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Automaton:
    """A deterministic word automaton without loops: `arcs[state]` maps a word to the next state; 0 is the start."""

    arcs: tuple[Mapping[str, int], ...]
    final: frozenset[int]

    def accepts(self, words: list[str]) -> bool:
        """True if `words` is one of the sentences."""
        state: int | None = 0
        for word in words:
            state = self.arcs[state].get(word) if state is not None else None
        return state in self.final


@dataclass(slots=True)
class _Draft:
    """An automaton in the making: words lead on, empty steps lead on without one."""

    words: list[list[tuple[str, int]]] = field(default_factory=list)
    empty: list[list[int]] = field(default_factory=list)

    def state(self) -> int:
        self.words.append([])
        self.empty.append([])
        return len(self.words) - 1


def smallest_automaton(phrase: Phrase, rules: Mapping[str, Phrase]) -> Automaton:
    """Return the minimal automaton of `phrase`; rules may not name themselves."""
    draft = _Draft()
    start = draft.state()
    end = _drafted(phrase, rules, draft, start)
    arcs, final = _deterministic(draft, start, end)
    return _minimal(arcs, final)


def fsg_text(automaton: Automaton) -> str:
    """Return `automaton` as FSG text.

    No way costs anything: the probabilities of a state's ways do not sum to one, on purpose, since otherwise a word
    that has many rivals is heard less well.
    """
    end = len(automaton.arcs)
    lines = ["FSG_BEGIN commands", f"NUM_STATES {end + 1}", "START_STATE 0", f"FINAL_STATE {end}"]
    for state, arcs in enumerate(automaton.arcs):
        if state in automaton.final:
            lines.append(f"TRANSITION {state} {end} 1.0")
        lines += [f"TRANSITION {state} {target} 1.0 {word}" for word, target in sorted(arcs.items())]
    return "\n".join([*lines, "FSG_END", ""])


def _drafted(phrase: Phrase, rules: Mapping[str, Phrase], draft: _Draft, start: int) -> int:
    """Add `phrase` behind `start`; returns the state after it."""
    if isinstance(phrase, Words):
        for word in phrase.text.split():
            following = draft.state()
            draft.words[start].append((word, following))
            start = following
        return start
    if isinstance(phrase, Named):
        return _drafted(rules[phrase.rule], rules, draft, start)
    if isinstance(phrase, Chain):
        for part in phrase.parts:
            start = _drafted(part, rules, draft, start)
        return start
    assert isinstance(phrase, Choice)
    end = draft.state()
    for branch in phrase.branches:
        draft.empty[_drafted(branch, rules, draft, start)].append(end)
    return end


def _deterministic(draft: _Draft, start: int, end: int) -> tuple[list[dict[str, int]], set[int]]:
    """Subset construction: states that the same words lead to become one."""
    closures: dict[int, State] = {}
    first = _closure(start, draft, closures)
    numbers: dict[State, int] = {first: 0}
    waiting = [first]
    arcs: list[dict[str, int]] = [{}]
    final: set[int] = set()
    while waiting:
        subset = waiting.pop()
        number = numbers[subset]
        if end in subset:
            final.add(number)
        targets: dict[str, set[int]] = {}
        for state in subset:
            for word, target in draft.words[state]:
                targets.setdefault(word, set()).update(_closure(target, draft, closures))
        for word, reached in targets.items():
            key = frozenset(reached)
            if key not in numbers:
                numbers[key] = len(arcs)
                arcs.append({})
                waiting.append(key)
            arcs[number][word] = numbers[key]
    return arcs, final


def _closure(state: int, draft: _Draft, known: dict[int, State]) -> State:
    """Return the states reached from `state` without a word, those with words or the end only."""
    if state not in known:
        reached, waiting = {state}, [state]
        while waiting:
            for following in draft.empty[waiting.pop()]:
                if following not in reached:
                    reached.add(following)
                    waiting.append(following)
        known[state] = frozenset(one for one in reached if draft.words[one] or not draft.empty[one])
    return known[state]


def _minimal(arcs: list[dict[str, int]], final: set[int]) -> Automaton:
    """Merge states with the same future; without loops one pass from the ends back does it."""
    merged: dict[tuple[bool, tuple[tuple[str, int], ...]], int] = {}
    became: dict[int, int] = {}
    for state in _ends_first(arcs):
        future = (state in final, tuple(sorted((word, became[target]) for word, target in arcs[state].items())))
        became[state] = merged.setdefault(future, len(merged))
    # The start was merged last; it gets number 0.
    last = len(merged) - 1
    ordered = [dict[str, int]() for _ in merged]
    for (_, future_arcs), number in merged.items():
        ordered[last - number] = {word: last - target for word, target in future_arcs}
    return Automaton(arcs=tuple(ordered), final=frozenset(last - became[state] for state in final))


def _ends_first(arcs: list[dict[str, int]]) -> list[int]:
    """Return the states so that each comes after all that it leads to."""
    order: list[int] = []
    seen = {0}
    stack = [(0, iter(arcs[0].values()))]
    while stack:
        state, targets = stack[-1]
        target = next((one for one in targets if one not in seen), None)
        if target is None:
            order.append(state)
            stack.pop()
        else:
            seen.add(target)
            stack.append((target, iter(arcs[target].values())))
    return order
