"""Text as a voice is to say it, in English and Spanish: numbers, units, money, dates, addresses and signs in words.

Pure and linear in the length of the text. What every voice reads well by itself, such as plain numbers and words, stays
as it is, so that saying what was already made sayable changes nothing. Knows neither markdown nor clauses.
"""

from __future__ import annotations

import re

from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.voice.spoken_text.abbreviations import say_abbreviations
from jarvis.voice.spoken_text.acronyms import say_acronyms
from jarvis.voice.spoken_text.bounds import without_endless_words, without_unspeakable
from jarvis.voice.spoken_text.dates import say_dates
from jarvis.voice.spoken_text.links import say_links
from jarvis.voice.spoken_text.money import say_money
from jarvis.voice.spoken_text.numbers import (
    join_spaced_thousands,
    say_about,
    say_numbers,
    say_percentages,
    say_ranges,
    say_telephones,
    say_versions,
)
from jarvis.voice.spoken_text.numerals import cardinal
from jarvis.voice.spoken_text.roman import say_roman
from jarvis.voice.spoken_text.symbols import say_maths, say_signs, tidied
from jarvis.voice.spoken_text.times import say_times
from jarvis.voice.spoken_text.units import say_units

__all__ = ["spoken", "warm"]


def spoken(text: str, language: Language) -> str:
    """Return `text`, one clause without markdown, as a voice of `language` says it; "" when nothing can be said."""
    text = re.sub(r"[^\S\u202f]+", " ", without_unspeakable(text, language))
    text = without_endless_words(say_links(text, language), language)
    # A text of letters and commas alone, the usual case, has nothing to put into words.
    if not text.replace(" ", "").replace(",", "").isalpha():
        text = _figures_said(text, language)
        text = say_signs(say_maths(text, language), language)
    text = tidied(say_acronyms(say_roman(text, language), language))
    return text if any(sign.isalnum() for sign in text) else ""


def warm() -> None:
    """Load what the first number in words needs, some 30 ms; any thread."""
    for language in LANGUAGES:
        cardinal(1, language)


def _figures_said(text: str, language: Language) -> str:
    """Return `text` with its numbers and what is measured in them in words; each step leaves no figures to the next."""
    text = say_abbreviations(text, language)
    if not any(sign.isnumeric() or sign in "½¼¾" for sign in text):
        return text
    text = say_telephones(text, language)
    text = say_versions(say_dates(text, language), language)
    text = join_spaced_thousands(say_times(text, language))
    text = say_about(text, language)
    text = say_money(say_ranges(text, language), language)
    text = say_units(say_percentages(text, language), language)
    return say_numbers(text, language)
