"""Short facts side by side in one text that wraps: a dot between them ends a line, it never begins one."""

from __future__ import annotations

from collections.abc import Iterable

BETWEEN = "\u00a0\u00a0·  "
"""Between two facts; a line is broken after the dot, not before it."""
_ENDS = (".", "…", "!", "?")


def joined(parts: Iterable[str]) -> str:
    """Return what is not empty of `parts` side by side; what ends as a sentence has its own line."""
    lines: list[list[str]] = []
    after_sentence = True
    for part in parts:
        if not part:
            continue
        sentence = part.endswith(_ENDS)
        if after_sentence or sentence:
            lines.append([])
        lines[-1].append(part)
        after_sentence = sentence
    return "\n".join(BETWEEN.join(line) for line in lines)
