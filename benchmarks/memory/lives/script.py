"""Reads the scripts from which lives are made: threads of small dialogues with gaps to fill, and the questions on them.

A script is text. `== name` opens a thread; `topic: a | b` are words for what it is about, `tag hobby: mark` puts one
of its turns into a list that a question gathers over the whole life, `$ gap: x | y` are the fillings of `{gap}`.
`--` opens the next scene; `a:` and `b:` speak, `a #mark:` can be asked for. `? kind marks: words || words || words`
asks, in other words than were said, in some of them, in most of them. `<x|y>` is filled with one of both. Knows nothing
of dates and of who speaks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import cast

from benchmarks.memory.lives.values import KINDS, Kind

DATA = Path(__file__).with_name("data")
_SAID = re.compile(r"(a|b)(?: #(\w+))?: (.+)")
_ASKED = re.compile(r"\? (\w+)(?: ([\w,]+))?: (.+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One turn of a scene; `mark` is empty where no question needs it."""

    who: str
    mark: str
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One question; `marks` name the turns that answer it."""

    kind: Kind
    marks: tuple[str, ...]
    words: str


@dataclass(kw_only=True, slots=True)
class Thread:
    """Scenes that tell one story in order. `tags` maps the name of a list to a mark."""

    name: str
    topics: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    gaps: dict[str, tuple[str, ...]] = field(default_factory=dict)
    scenes: list[list[Said]] = field(default_factory=list)
    questions: list[Asked] = field(default_factory=list)


@cache
def threads(name: str) -> tuple[Thread, ...]:
    """Return the threads of the script `name`; ValueError for a line that means nothing."""
    found: list[Thread] = []
    lines = (DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if line.startswith("== "):
            found.append(Thread(name=line[3:].strip()))
        elif line and not _read(line, found[-1]):
            raise ValueError(f"{name}.txt, line {number}: {line!r} means nothing")
    return tuple(found)


def _read(line: str, thread: Thread) -> bool:
    head, _, tail = line.partition(":")
    if line == "--":
        thread.scenes.append([])
    elif said := _SAID.fullmatch(line):
        thread.scenes[-1].append(Said(who=said[1], mark=said[2] or "", words=said[3]))
    elif (asked := _ASKED.fullmatch(line)) and asked[1] in KINDS:
        marks = tuple((asked[2] or "").split(",")) if asked[2] else ()
        thread.questions.append(Asked(kind=cast(Kind, asked[1]), marks=marks, words=asked[3]))
    elif head == "topic":
        thread.topics = _choices(tail)
    elif head.startswith("tag "):
        thread.tags[head[4:]] = tail.strip()
    elif head.startswith("$ "):
        thread.gaps[head[2:]] = _choices(tail)
    else:
        return False
    return True


def _choices(words: str) -> tuple[str, ...]:
    return tuple(choice.strip() for choice in words.split("|"))
