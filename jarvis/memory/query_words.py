"""What a question leans on besides its words: whom it names, whether it asks for the present, what came before.

Pure; knows no rows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.contracts.memory import ASSISTANT, USER
from jarvis.storage.word_forms import SMALL_WORDS
from jarvis.storage.words import fold, index_stems, query_words

_WORD = re.compile(r"\w+")
_ABOUT_ME = frozenset("i me my mine we our yo mi mis me mio mia nosotros nuestro nuestra".split())
_ABOUT_YOU = frozenset("you your yours tu tus ti te usted".split())
_PRESENT = re.compile(
    r"\b(?:now|nowadays|currently|current|at present|at the moment|these days|any ?more|latest|newest|most recent"
    r"|ahora|actual|actuales|actualmente|hoy en dia|de momento|ya no|ultima vez|mas reciente)\b"
)
_DOING = frozenset(
    """do did done doing happen happened go went going on say said talk talked tell told discuss discussed about up to
    hice hiciste hizo hicimos hicieron hacer hecho paso pasado pasar ocurrio sucedio dije dijiste dijimos hablamos conte
    conto fui fuimos en""".split()
)
_EMPTY: dict[Language, str] = {
    "en": """anything something anyone someone everything question idea info information details please tell know
        remember remind leave put take need get make look want come go bring cost price pay call
        new""",
    "es": """pregunta informacion favor dime saber recordar idea detalles cosa dejar ir venir poner hacer necesitar
        querer llevar medir costar precio llamar nuevo""",
}
_JOINED = re.compile(r"\b([^\W\d_]{1,2})[-‐‑]([^\W\d_]{2,})\b|\b(wi) (fi)\b", re.IGNORECASE)
_APART: Final = {"wifi": "fi", "email": "mail", "emails": "mail", "tshirt": "shirt", "xray": "ray", "ebook": "book"}
"""Words that others write in two parts, with the part under which rows then hold them."""

LEANING_WORDS: Final = 2
"""A question with at most so many words that say something leans on what was said before it."""

BEFORE_SHARE: Final = 0.3
"""What a word of the turn before the question weighs beside one of the question."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaning:
    """`speakers` are those whom the question names, `present` tells that it asks how things are now."""

    speakers: frozenset[str]
    present: bool


def leaning(text: str, speakers: Iterable[str]) -> Leaning:
    """Return what a question leans on; `speakers` are those that could be meant. "I" names the person, "you" Jarvis."""
    folded = fold(text)
    words = set(_WORD.findall(folded))
    named = {speaker for speaker in speakers if speaker not in (USER, ASSISTANT) and _named(speaker, words)}
    if words & _ABOUT_ME:
        named.add(USER)
    if words & _ABOUT_YOU:
        named.add(ASSISTANT)
    return Leaning(speakers=frozenset(named), present=_PRESENT.search(folded) is not None)


def asks_only_when(text: str, language: Language, time_words: Collection[str]) -> bool:
    """Tell whether a question asks for nothing but what was in a time ("What did we do in May?"), which
    `time_words` name."""
    return set(_WORD.findall(fold(text))) <= SMALL_WORDS[language] | _DOING | set(time_words)


def asked_words(text: str, *, without: Collection[str] = ()) -> list[tuple[str, ...]]:
    """Return what `storage.words.query_words` does, but a word that some write in one and some in two parts ("wi-fi")
    is one word, looked for in either writing."""
    joined = _JOINED.sub(lambda parts: "".join(part or "" for part in parts.groups()), text)
    parts = {"".join(match.groups("")).casefold(): match[2] or match[4] for match in _JOINED.finditer(text)}
    other = {
        one: (*one, *two)
        for whole, part in (_APART | parts).items()
        for one, two in zip(query_words(whole), query_words(part), strict=False)
    }
    return [other.get(word, word) for word in query_words(joined, without=without)]


def says_nothing(word: tuple[str, ...]) -> bool:
    """Tell whether a word, as `asked_words` gives it, only asks and says nothing of what is looked for."""
    return any(stem in _empty_stems(language) for language, stem in zip(LANGUAGES, (word[0], word[-1]), strict=True))


@cache
def _empty_stems(language: Language) -> frozenset[str]:
    return frozenset(index_stems(_EMPTY[language], language))


def words_before(text: str, before: str) -> list[tuple[str, ...]]:
    """Return the words of the turn before a question that help it: those it does not have, where it has few itself."""
    asked = query_words(text)
    if not before or len(asked) > LEANING_WORDS:
        return []
    return [word for word in query_words(before) if word not in asked]


def _named(speaker: str, words: set[str]) -> bool:
    """A name counts whole, or by its first part: "Ana" for "Ana Ruiz"."""
    parts = _WORD.findall(fold(speaker))
    return bool(parts) and parts[0] in words
