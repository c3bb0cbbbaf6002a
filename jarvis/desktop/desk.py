"""The four things that every part of the window needs, handed around together."""

from __future__ import annotations

from dataclasses import dataclass

from jarvis.contracts.errors import JarvisError
from jarvis.desktop import texts
from jarvis.desktop.bridge import Bridge
from jarvis.desktop.services import DesktopServices
from jarvis.desktop.theme import Theme
from jarvis.desktop.words import Words


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Services, words, look and bridge of one running desktop."""

    services: DesktopServices
    words: Words
    theme: Theme
    bridge: Bridge

    def sentence(self, error: Exception) -> str:
        """Return what to show for `error` in the language in use."""
        if isinstance(error, JarvisError):
            return error.sentence(self.words.language)
        return self.words(texts.UNEXPECTED, what=error)
