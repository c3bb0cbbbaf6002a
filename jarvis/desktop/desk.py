"""The things that every part of the window needs, handed around together."""

from __future__ import annotations

from dataclasses import dataclass, field

from jarvis.contracts.errors import JarvisError
from jarvis.desktop import texts
from jarvis.desktop.aloud import Aloud
from jarvis.desktop.bridge import Bridge
from jarvis.desktop.maths import Maths
from jarvis.desktop.services import DesktopServices
from jarvis.desktop.slices import Slices
from jarvis.desktop.theme import Theme
from jarvis.desktop.unbroken import unbroken
from jarvis.desktop.window_words import in_window
from jarvis.desktop.words import Words


def code_of(error: Exception) -> str:
    """Return the code of an error of Jarvis' own, empty for any other."""
    return error.code if isinstance(error, JarvisError) else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Services, words, look, bridge, formulas, slices and what is read out of one running desktop."""

    services: DesktopServices
    words: Words
    theme: Theme
    bridge: Bridge
    maths: Maths = field(init=False)
    slices: Slices = field(init=False)
    aloud: Aloud = field(init=False)

    def __post_init__(self) -> None:
        """Have one keeper of formulas, one turn for what can wait and one voice for what is typed, for all messages."""
        object.__setattr__(self, "slices", Slices())
        object.__setattr__(self, "maths", Maths(self.services.formulas, self.bridge))
        object.__setattr__(self, "aloud", Aloud(self.services, self.bridge))

    def sentence(self, error: Exception) -> str:
        """Return what to show for `error` in the language in use, naming the window's ways instead of commands."""
        if isinstance(error, JarvisError):
            return unbroken(in_window(error.sentence(self.words.language)))
        return self.words(texts.UNEXPECTED, what=error)
