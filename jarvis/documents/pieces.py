"""Cuts what a reader found into pieces that are remembered one by one.

A piece ends where a section, a letter or the room ends: at a paragraph where one is near, else at a sentence. Only a
sentence that is longer than a piece is cut between its words, and then a few words are repeated. Tables repeat the
line that names their columns. Knows no file format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from jarvis.documents.blocks import Block, Piece
from jarvis.documents.sentences import cut, sentences

LONGEST = 900
"""Characters of a piece: what the smallest embedder reads at once (254 tokens), in Spanish most of it."""

MOST_WORDS = 220
_OVERLAP = 80
_FULL = 0.6
"""From this share of a full piece on, the end of a paragraph is a better place to cut than the last sentence."""

_LONGEST_PLACE = 200


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is never cut; `joiner` stands between it and the next one."""

    text: str
    joiner: str
    words: int
    block: Block
    number: int | None

    @property
    def ends_paragraph(self) -> bool:
        return self.joiner == "\n\n"


def pieces(blocks: Iterable[Block]) -> Iterator[Piece]:
    """Yield the pieces of `blocks` in order, each of at most `LONGEST` characters and about `MOST_WORDS` words."""
    held: list[_Unit] = []
    for block in blocks:
        if held and not _together(held[-1].block, block):
            yield _piece(held)
            held = []
        elif held and held[-1].block.page != block.page:
            if _goes_on(held[-1].text, block.text):
                held[-1] = replace(held[-1], joiner=" ")
            else:
                yield _piece(held)
                held = []
        for unit in _units(block):
            while held and not _fits([*held, unit]):
                count = _cut_after(held)
                yield _piece(held[:count])
                held = held[count:]
            held.append(unit)
    if held:
        yield _piece(held)


def _together(one: Block, other: Block) -> bool:
    return (one.section, one.kind, one.header, one.speaker, one.said_at) == (
        other.section,
        other.kind,
        other.header,
        other.speaker,
        other.said_at,
    )


def _goes_on(before: str, after: str) -> bool:
    """Tell whether a sentence goes on over the end of a page."""
    return not before.endswith((".", "!", "?", "…", ":", "”", "»")) and after[:1].islower()


def _room(block: Block) -> int:
    return LONGEST - (len(block.header) + 1 if block.header else 0)


def _fits(units: list[_Unit]) -> bool:
    length = sum(len(unit.text) + len(unit.joiner) for unit in units) - len(units[-1].joiner)
    return length <= _room(units[0].block) and sum(unit.words for unit in units) <= MOST_WORDS


def _cut_after(held: list[_Unit]) -> int:
    """Return how many units go into the piece: all, or up to the last paragraph's end where that leaves it full."""
    length, best = 0, len(held)
    for count, unit in enumerate(held, start=1):
        length += len(unit.text) + len(unit.joiner)
        if unit.ends_paragraph and length >= _FULL * LONGEST:
            best = count
    return best


def _units(block: Block) -> Iterator[_Unit]:
    longest = max(_room(block), LONGEST // 3)
    found: list[tuple[str, str, int | None]]
    if block.kind == "text":
        found = [(text, joiner, None) for text, joiner in sentences(block.text)]
    else:
        lines = block.text.split("\n")
        found = [(line, "\n", number) for number, line in enumerate(lines, start=block.first or 1)]
        if block.kind == "code":
            found[-1] = (lines[-1], "\n\n", found[-1][2])
    for text, joiner, offset in found:
        number = offset if block.first is not None and offset is not None else block.first
        if len(text) <= longest and _words(text) <= MOST_WORDS:
            yield _Unit(text, joiner, _words(text), block, number)
            continue
        for part in cut(text, longest, _OVERLAP):
            yield _Unit(part, joiner, min(_words(part), MOST_WORDS), block, number)


def _words(text: str) -> int:
    return len(text.split())


def _piece(units: list[_Unit]) -> Piece:
    first, last = units[0].block, units[-1].block
    text = "".join(unit.text + unit.joiner for unit in units[:-1]) + units[-1].text
    text = text.strip("\n") if first.kind == "code" else text.strip()
    if first.header:
        text = f"{first.header[: LONGEST - len(text) - 1]}\n{text}" if len(text) < LONGEST - 1 else text
    return Piece(text=text, place=_place(units), speaker=first.speaker, said_at=last.said_at)


def _place(units: list[_Unit]) -> str:
    first, last = units[0], units[-1]
    parts = []
    if first.block.page is not None:
        parts.append("p. " + _span(first.block.page, last.block.page))
    if first.block.section:
        parts.append(" > ".join(first.block.section))
    if first.number is not None and (first.block.kind != "text" or not parts):
        span = _span(first.number, last.number)
        word = "row" if first.block.kind == "table" else "line"
        parts.append(f"{word}{'s' if '-' in span else ''} {span}")
    name = next((unit.block.name for unit in units if unit.block.name), "")
    if name:
        parts.append(name)
    place = ", ".join(parts)
    return place if len(place) <= _LONGEST_PLACE else place[: _LONGEST_PLACE - 1] + "…"


def _span(first: int, last: int | None) -> str:
    return str(first) if last is None or last <= first else f"{first}-{last}"
