"""One family of errors: a stable code for programs, one sentence per language for people.

Knows nothing about where errors are shown.
"""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "es"]
"""The two first-class languages, as ISO 639-1 codes."""

LANGUAGES: tuple[Language, ...] = ("en", "es")


class JarvisError(Exception):
    """Something a person must hear about: what happened, what was kept, and what to do next.

    `code` is dotted and stable (`audio.unknown_device`); `en` and `es` are `str.format` templates filled
    from `values`. `str(error)` is the English sentence.
    """

    def __init__(self, code: str, *, en: str, es: str, **values: object) -> None:
        self.code = code
        self.values = values
        self._templates: dict[str, str] = {"en": en, "es": es}
        super().__init__(self.sentence("en"))

    def sentence(self, language: Language = "en") -> str:
        """Return the sentence in `language`, filled with this error's values."""
        return self._templates[language].format(**self.values)


class InputError(JarvisError):
    """What the person handed in cannot be used: a bad file, an unknown option, an empty recording."""


class DeviceError(JarvisError):
    """A microphone, speaker or display is missing, busy or unknown."""


class EngineError(JarvisError):
    """A model engine could not load, answer or stay alive.

    `retryable` is True where the same request may succeed later or on another engine.
    """

    def __init__(self, code: str, *, en: str, es: str, retryable: bool = True, **values: object) -> None:
        super().__init__(code, en=en, es=es, **values)
        self.retryable = retryable


class BudgetError(EngineError):
    """A call would pass the spending limit of the day or the month; another engine may still answer."""


class NotAllowed(JarvisError):
    """A skill, tool or engine is forbidden to do this, by a permission or by the privacy in force."""


class StorageError(JarvisError):
    """The database or a file of Jarvis' own could not be read or written."""


class SettingsError(JarvisError):
    """An option is unknown or its value is not allowed."""


class AlreadyRunning(JarvisError):
    """Another process holds what this one needs: the desktop instance, a port, a lock."""


class Cancelled(Exception):
    """The person stopped this work; carries no sentence because nothing went wrong."""
