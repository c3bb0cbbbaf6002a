"""Tells a reasoning model's thinking from its answer in a stream that marks it with <think> tags.

Pure: the same text in other pieces gives the same thoughts and the same answer. Knows no protocol.
"""

from __future__ import annotations

import re

from jarvis.contracts.ports import EngineText, EngineThought

_OPEN, _CLOSE = "<think>", "</think>"
_TAGS = (_OPEN, _CLOSE)

_OPENED_BY_TEMPLATE = re.compile(r"deepseek[-_]?r1|r1[-_]distill|\bqwq\b|qwen3[^/]*thinking", re.IGNORECASE)
"""Models whose chat template ends with the opening tag, so that only the closing one is streamed."""

Piece = EngineText | EngineThought


def thinks_from_the_start(model: str) -> bool:
    """True where the template of the model called `model` writes the opening tag itself."""
    return _OPENED_BY_TEMPLATE.search(model) is not None


class ThoughtSplitter:
    """Splits one answer. `inside` is True where it may begin in the middle of a thought.

    The tags are markup wherever they stand: neither is ever shown.
    """

    def __init__(self, *, inside: bool = False) -> None:
        self._assumed = inside
        self._inside = inside
        self._begun = False
        self._fresh = True
        self._held = ""
        self._unclosed: list[str] = []

    def feed(self, text: str) -> list[Piece]:
        """Return what is certain after `text`."""
        self._held += text
        pieces: list[Piece] = []
        while self._step(pieces):
            pass
        return pieces

    def thinks_apart(self) -> None:
        """Note that the server sends thoughts in a field of their own: nothing is assumed any more."""
        if self._assumed:
            self._assumed = self._inside = False

    def finish(self, *, called: bool = False) -> list[Piece]:
        """Return what was held back; `called` is True before a tool call.

        A thought that was only assumed and never closed was the answer, which is then given once more as text; but
        not before a call, which is what such a thought ends with.
        """
        held, self._held = self._held, ""
        rest = self._piece(held)
        if self._assumed and self._inside and not called:
            text = "".join(self._unclosed)
            return [*rest, EngineText(text=text)] if text.strip() else rest
        return rest

    def _step(self, pieces: list[Piece]) -> bool:
        """Do one thing with what is held; False when there is nothing more to do."""
        if self._fresh:
            lead = self._held.lstrip()
            # The blanks around a thought belong to nothing; those before a plain answer are its own.
            if not lead or (not self._begun and any(tag.startswith(lead) and tag != lead for tag in _TAGS)):
                self._held = lead if self._begun else self._held
                return False
            if self._begun or lead.startswith(_TAGS):
                self._held = lead
            self._fresh = False
        at, tag = min(((self._held.find(tag), tag) for tag in _TAGS if tag in self._held), default=(-1, ""))
        if tag:
            before, self._held = self._held[:at], self._held[at + len(tag) :]
            pieces += self._piece(before)
            self._turn(tag)
            return True
        keep = _held_back(self._held)
        ready, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        pieces += self._piece(ready)
        return False

    def _turn(self, tag: str) -> None:
        self._assumed = False
        self._inside = tag == _OPEN
        self._begun = self._fresh = True
        self._unclosed.clear()

    def _piece(self, text: str) -> list[Piece]:
        if not text:
            return []
        if not self._inside:
            return [EngineText(text=text)]
        if self._assumed:
            self._unclosed.append(text)
        return [EngineThought(text=text)]


def _held_back(text: str) -> int:
    """Return how many characters at the end of `text` may be the beginning of a tag."""
    sizes = range(min(len(text), len(_CLOSE) - 1), 0, -1)
    return next((size for size in sizes if any(tag.startswith(text[-size:]) for tag in _TAGS)), 0)
