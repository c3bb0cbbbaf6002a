"""What the desktop asks of the desktop environment it runs in, and of what draws for it. Standard library only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from jarvis.contracts.errors import JarvisError, Language


class GlobalShortcuts(Protocol):
    """Keys that reach Jarvis whatever program has the keyboard; calls may block for seconds, from any thread."""

    def bind(
        self,
        shortcut_id: str,
        keys: str,
        description: str,
        pressed: Callable[[str], None],
        released: Callable[[], None] | None = None,
    ) -> None:
        """Take `keys`, such as "Ctrl+Alt+J", in place of those that `shortcut_id` had; raises `DeviceError`.

        `description` is shown where the desktop asks the person for leave. `pressed` gets the token with which a window
        may come forward, empty where none is needed; a key that is held repeats nothing. Both are called on a thread of
        their own.
        """
        ...

    def unbind(self, shortcut_id: str) -> None:
        """Give the keys of `shortcut_id` back; one that has none is left so."""
        ...

    def why_not(self, shortcut_id: str) -> JarvisError | None:
        """Return why the keys of `shortcut_id` do not work now, None while they do or none are wanted."""
        ...

    def where_set(self, language: Language) -> str:
        """Return a sentence on where the desktop lets these keys be changed, empty where Jarvis alone decides them."""
        ...

    def close(self) -> None:
        """Give everything back; nothing is called after it."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnFormula:
    """A formula as a picture of lines alone: `svg` draws in `currentColor`; the rest is in em of the text around it.

    `depth` is how far the picture reaches below the line that letters stand on; negative where it ends above that.
    """

    svg: str
    width: float
    height: float
    depth: float


class Formulas(Protocol):
    """Draws what is written in LaTeX's mathematics."""

    def draw(self, latex: str, *, block: bool) -> DrawnFormula | None:
        """Return the picture of `latex`, set as on a line of its own where `block`; None where it is no formula that
        can be drawn, or takes too long. Blocks for seconds at worst; from any thread. Raises `EngineError` where
        nothing draws here."""
        ...

    def close(self) -> None:
        """Give everything back; nothing is drawn after it."""
        ...
