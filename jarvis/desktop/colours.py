"""The two looks of the window and their accents as plain values. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True, slots=True)
class Colours:
    """One look. Every text colour keeps 4.5:1 against the grounds it is used on (WCAG 2.1, 1.4.3)."""

    dark: bool
    ground: str
    side: str
    raised: str
    field: str
    bubble: str
    hover: str
    border: str
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_soft: str
    good: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    code: str
    syntax_keyword: str
    syntax_string: str
    syntax_number: str
    syntax_comment: str
    syntax_name: str


LIGHT = Colours(
    dark=False,
    ground="#ffffff",
    side="#f5f5f9",
    raised="#ffffff",
    field="#ffffff",
    bubble="#eceefd",
    hover="#e7e8f0",
    border="#dfe0ea",
    text="#1a1b23",
    muted="#5d6173",
    accent="#4551d8",
    on_accent="#ffffff",
    accent_soft="#eceefd",
    good="#1b7a45",
    warn="#8a5300",
    warn_soft="#fff4df",
    bad="#b3261e",
    bad_soft="#fdeceb",
    code="#f6f6fa",
    syntax_keyword="#7b2fb5",
    syntax_string="#1b7a45",
    syntax_number="#a34a00",
    syntax_comment="#666a7a",
    syntax_name="#2451b8",
)

DARK = Colours(
    dark=True,
    ground="#15161c",
    side="#1b1c24",
    raised="#22242e",
    field="#1e2029",
    bubble="#2a2e4d",
    hover="#2b2d39",
    border="#343747",
    text="#ecedf3",
    muted="#a3a7b8",
    accent="#95a1ff",
    on_accent="#12131a",
    accent_soft="#272b47",
    good="#6fd39a",
    warn="#f0bd6a",
    warn_soft="#332a1b",
    bad="#ff9a92",
    bad_soft="#3a2325",
    code="#1c1e27",
    syntax_keyword="#c9a0ff",
    syntax_string="#8fd6a8",
    syntax_number="#f0b07a",
    syntax_comment="#9095a8",
    syntax_name="#8fb6ff",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Accent:
    """What one accent changes in a look; text on it, and it on every ground, keeps 4.5:1."""

    accent: str
    accent_soft: str
    bubble: str


ACCENTS = MappingProxyType(
    {
        "indigo": (
            Accent(accent=LIGHT.accent, accent_soft=LIGHT.accent_soft, bubble=LIGHT.bubble),
            Accent(accent=DARK.accent, accent_soft=DARK.accent_soft, bubble=DARK.bubble),
        ),
        "blue": (
            Accent(accent="#0b62c4", accent_soft="#e9f1fa", bubble="#e9f1fa"),
            Accent(accent="#7fb6ff", accent_soft="#273143", bubble="#2c394e"),
        ),
        "teal": (
            Accent(accent="#00696d", accent_soft="#e8f2f2", bubble="#e8f2f2"),
            Accent(accent="#5fcfcf", accent_soft="#22353a", bubble="#253f43"),
        ),
        "green": (
            Accent(accent="#1d6e35", accent_soft="#ebf2ed", bubble="#ebf2ed"),
            Accent(accent="#7ed492", accent_soft="#273630", bubble="#2c4036"),
        ),
        "orange": (
            Accent(accent="#9a4700", accent_soft="#f6eee8", bubble="#f6eee8"),
            Accent(accent="#ffb077", accent_soft="#3d302b", bubble="#483830"),
        ),
        "pink": (
            Accent(accent="#b4236a", accent_soft="#f8ebf2", bubble="#f8ebf2"),
            Accent(accent="#ff9cc4", accent_soft="#3d2d39", bubble="#483341"),
        ),
    }
)
"""By the values of the option appearance.accent: what each is in the light and in the dark look."""


def look_of(*, dark: bool, accent: str) -> Colours:
    """Return the light or the dark look with an accent of `ACCENTS`."""
    chosen = ACCENTS[accent][dark]
    return replace(DARK if dark else LIGHT, accent=chosen.accent, accent_soft=chosen.accent_soft, bubble=chosen.bubble)
