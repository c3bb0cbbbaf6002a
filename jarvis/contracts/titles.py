"""What a conversation is called before a person names it: the beginning of its first question. Pure."""

from __future__ import annotations

TITLE_CHARACTERS = 60
"""Longest title, its three dots included."""


def title_of(text: str) -> str:
    """Return the beginning of `text` as a title of at most `TITLE_CHARACTERS`, cut between two words if it can be."""
    title = " ".join(text.split())
    if len(title) <= TITLE_CHARACTERS:
        return title
    begins = title[:TITLE_CHARACTERS].rpartition(" ")[0]
    if len(begins) < TITLE_CHARACTERS // 2:
        begins = title[: TITLE_CHARACTERS - 1]
    return begins.rstrip() + "…"
