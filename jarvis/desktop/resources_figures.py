"""Numbers as people read them in English and Spanish: memory, shares, speeds, times, days. Knows no widget."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, QLocale

from jarvis.contracts.errors import Language
from jarvis.contracts.spending import dollars as dollars_told
from jarvis.desktop.unbroken import NO_BREAK

UNKNOWN = "—"
"""Shown for what the driver, or nobody, tells."""
SHORTEST = 0.05
"""Seconds below which a duration is told as less than a tenth, for its figures say nothing."""
_GIB = 1024.0


def number(value: float, language: Language, decimals: int = 0) -> str:
    """Return `value` with separators of thousands and `decimals` places: 1,234.5 in English, 1.234,5 in Spanish."""
    written = f"{value:,.{decimals}f}"
    return written if language == "en" else written.translate(str.maketrans(",.", ".,"))


def compact(value: float, language: Language) -> str:
    """Return a count in short: whole below 10,000, then thousands (k) and millions (M) with a decimal below 100."""
    for factor, unit in ((1e6, "M"), (1e3, "k")):
        if value >= factor and value >= 10_000:
            share = value / factor
            return f"{number(share, language, 1 if share < 100 and share % 1 >= 0.05 else 0)}{NO_BREAK}{unit}"
    return number(value, language)


def memory(mib: float, language: Language) -> str:
    """Return an amount of memory: whole MiB below one GiB, else GiB with a decimal below 1,000 of them."""
    if mib < _GIB:
        return f"{number(mib, language)}{NO_BREAK}MiB"
    gib = mib / _GIB
    return f"{number(gib, language, 1 if gib < 1000 else 0)}{NO_BREAK}GiB"


def percent(value: float | None, language: Language) -> str:
    """Return a share 0..100 without decimals."""
    if value is None:
        return UNKNOWN
    return f"{number(value, language)}%" if language == "en" else f"{number(value, language)}{NO_BREAK}%"


def energy(joules: float | None, language: Language) -> str:
    """Return an energy in Wh, from 1,000 Wh on in kWh; a dash where nobody told it."""
    if joules is None:
        return UNKNOWN
    hours = joules / 3600
    if hours >= 1000:
        return f"{number(hours / 1000, language, 1)}{NO_BREAK}kWh"
    return f"{number(hours, language, 1)}{NO_BREAK}Wh"


def seconds(value: float | None, language: Language) -> str:
    """Return a duration in seconds for a table, with decimals where they matter; a dash for none."""
    if value is None:
        return UNKNOWN
    if value < SHORTEST:
        return f"<{NO_BREAK}{number(0.1, language, 1)}{NO_BREAK}s"
    return f"{number(value, language, 2 if value < 1 else 1 if value < 100 else 0)}{NO_BREAK}s"


def lasting(value: float, language: Language) -> str:
    """Return a duration in seconds for a sentence, with one decimal: "2.3 s", "less than 0.1 s"."""
    if value >= SHORTEST:
        return f"{number(value, language, 1)}{NO_BREAK}s"
    return f"menos de 0,1{NO_BREAK}s" if language == "es" else f"less than 0.1{NO_BREAK}s"


def dollars(usd: float, language: Language) -> str:
    """Return an amount as it is told everywhere, with its sign on the same line."""
    return dollars_told(usd, language).replace(" ", NO_BREAK)


def day(value: date, language: Language, *, year: bool = False) -> str:
    """Return a day in short: 3 Mar, or 3 Mar 2026."""
    locale = QLocale(QLocale.Language.Spanish if language == "es" else QLocale.Language.English)
    told = locale.toString(QDate(value.year, value.month, value.day), "d MMM yyyy" if year else "d MMM")
    return told.replace(".", "")
