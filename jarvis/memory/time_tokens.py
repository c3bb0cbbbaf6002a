"""Cuts a text into words and phrases, each with what it means for time. Pure; knows no order of words."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from jarvis.contracts.errors import Language
from jarvis.memory.time_words import LONGEST_PHRASE, TIME_WORDS, Kind, Value
from jarvis.storage.words import fold

_PIECE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|\d+(?:st|nd|rd|th|s|º|ª)?|\w+")
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th|º|ª)")
_DECADE = re.compile(r"(?:(19|20))?(\d)0s")

EARLIEST_YEAR, LATEST_YEAR = 1900, 2099


class Token(NamedTuple):
    """A word or phrase and what it means for time; `value` is a month, a weekday from Monday 0, a number, a name."""

    kind: Kind | Literal[""]
    value: Value
    text: str


def tokens_of(text: str, language: Language) -> list[Token]:
    """Return the words and phrases of a text in order; the longest phrase wins."""
    pieces = _PIECE.findall(fold(text))
    phrases = TIME_WORDS[language]
    tokens: list[Token] = []
    place = 0
    while place < len(pieces):
        for length in range(min(LONGEST_PHRASE, len(pieces) - place), 0, -1):
            phrase = " ".join(pieces[place : place + length])
            if phrase in phrases:
                tokens.append(Token(*phrases[phrase], phrase))
                break
        else:
            length = 1
            tokens.append(_number_token(pieces[place]))
        place += length
    return tokens


def _number_token(piece: str) -> Token:
    if not piece[0].isdigit():
        return Token("word", 0, piece)
    if re.search(r"\d[/.-]\d", piece):
        return Token("date", 0, piece)
    if ordinal := _ORDINAL.fullmatch(piece):
        return Token("number", int(ordinal[1]), piece)
    if decade := _DECADE.fullmatch(piece):
        return Token("decade", int(f"{decade[1] or 19}{decade[2]}0"), piece)
    if piece.isdecimal() and len(piece) <= 4:
        value = int(piece)
        return Token("year" if EARLIEST_YEAR <= value <= LATEST_YEAR else "number", value, piece)
    return Token("word", 0, piece)
