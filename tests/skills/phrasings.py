"""Reads tables of sentences: one per line, blank lines ignored."""

from collections.abc import Mapping


def rows(table: Mapping[tuple[str, str], str]) -> list[tuple[str, str, str]]:
    """Return (language, intent, sentence) of every line of a table keyed by language and intent."""
    return [
        (language, intent, line.strip())
        for (language, intent), lines in table.items()
        for line in lines.splitlines()
        if line.strip()
    ]


def lines(text: str) -> list[str]:
    """Return the lines that hold something."""
    return [line.strip() for line in text.splitlines() if line.strip()]
