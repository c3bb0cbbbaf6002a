"""What one option is."""

from __future__ import annotations

from dataclasses import dataclass

OptionValue = str | int | float | bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One option. `choices` lists allowed values, `minimum`/`maximum` bound numbers; empty text means "automatic"."""

    name: str
    default: OptionValue
    about_en: str
    about_es: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    @property
    def type(self) -> type:
        """The Python type of its values."""
        return type(self.default)
