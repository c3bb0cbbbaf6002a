"""Puts likely words and what was said before in front of a recogniser, within its budget of tokens. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

BUDGET_TOKENS = 223
"""Half of Whisper's 448 positions, less the mark that begins a prompt."""

_WORDS_SHARE = 0.7
"""Of the budget for words, when there is also something that was said before."""


def hint_prompt(words: Sequence[str], before: str, count: Callable[[str], int], *, budget: int = BUDGET_TOKENS) -> str:
    """Return the prompt: as many of `words` as fit, the best first, then the end of `before`.

    `count` says how many tokens a text has. The words are a list, which is how Whisper takes them best; what was said
    stands last, next to what is to be recognised, and loses whole words from its beginning.
    """
    room = int(budget * _WORDS_SHARE) if before.strip() else budget
    chosen: list[str] = []
    for word in dict.fromkeys(" ".join(each.split()) for each in words):
        if word and count(_listed([*chosen, word])) <= room:
            chosen.append(word)
    listed = _listed(chosen)
    said = before.split()
    while said and count(_joined(listed, said)) > budget:
        said = said[1 + len(said) // 8 :]
    return _joined(listed, said)


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words)}." if words else ""


def _joined(listed: str, said: Sequence[str]) -> str:
    return f"{listed} {' '.join(said)}".strip()
