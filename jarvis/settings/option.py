"""What one option is."""

from __future__ import annotations

from dataclasses import dataclass

OptionValue = str | int | float | bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One option. `choices` lists allowed values, `minimum`/`maximum` bound numbers; empty text means "automatic".

    What somebody else's settings may not decide is told too. `is_address`: what is asked, said or found goes there.
    `goes_with` names the address that this belongs to. `allows` are the values of a permission, from the one that
    allows least to the one that allows most; `is_limit` says the same of a number, of which 0 is no limit, and of which
    somebody else's never takes the place of a lower one. `weighs`: where questions go, or what they cost, depends on
    it. `is_path`: it names a file or folder.
    """

    name: str
    default: OptionValue
    about_en: str
    about_es: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    is_address: bool = False
    goes_with: str = ""
    allows: tuple[OptionValue, ...] = ()
    is_limit: bool = False
    weighs: bool = False
    is_path: bool = False

    @property
    def type(self) -> type:
        """The Python type of its values."""
        return type(self.default)
