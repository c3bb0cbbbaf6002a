"""The words that routing knows, by group: what they are about and what they ask for, in English and Spanish.

Reads `lexicon.en.yaml` and `lexicon.es.yaml`; answers which groups a word or a phrase belongs to. Knows nothing about
difficulty or domains: `rules` gives the groups their meaning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from jarvis.contracts.errors import LANGUAGES, InputError, Language

SUBJECTS = (
    "maths maths_hard physics chemistry biology medicine law history geography economics programming programming_hard "
    "computing engineering philosophy psychology arts leisure"
).split()
"""Groups of words that say what a text is about."""
ACTS = (
    "write rewrite explain prove solve translate summarise fix design plan compare roleplay extract recommend list "
    "define recall command"
).split()
"""Groups of words that say what is asked for."""
CUES = (
    "negation superlative question sequence constraint conditional quantifier self you greeting feeling kin now fresh "
    "money units relation transaction number_word puzzle form tone tongue document picture store format choice "
    "thinking simple injection"
).split()
"""Groups of words that say how it is asked, and with what."""
USUAL = ("small", "common")
"""Groups that only tell how usual a word is: the small words of the language, and its commonest others."""
GROUPS: tuple[str, ...] = (*SUBJECTS, *ACTS, *CUES, *USUAL)
_INDEX = {group: place for place, group in enumerate(GROUPS)}
_SMALL = _INDEX["small"]

WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*(?:\+\+|#)?")
"""One word of a folded text; with its apostrophes and hyphens, and the signs of C++ and C#."""
_ACCENTS = str.maketrans("áàâäãåéèêëíìîïóòôöõúùûüñç’‘‐‑", "aaaaaaeeeeiiiiooooouuuunc''--")
_Phrase = tuple[tuple[str, ...], bool, int]
_LONGEST_PREFIX = 14
_SHORTEST_PREFIX = 3
_REMEMBERED_WORDS = 20_000
_SPANISH_ENDINGS = ("cion", "ciones", "mente", "ando", "iendo", "dad", "ados", "adas", "arme", "arlo", "ito", "illa")
_ENGLISH_ENDINGS = ("ing", "tion", "tions", "ness", "ly", "ght", "wn", "ck", "sh", "'s", "'t", "'m", "'re", "ould")
_LEAN_OF_KNOWN = 0.8
_LEAN_OF_ENDING = 0.5


def fold(text: str) -> str:
    """Return `text` in lower case and without the accents of western European letters."""
    return unicodedata.normalize("NFC", text).lower().translate(_ACCENTS)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Table:
    """One language's words, exact and by beginning, and phrases: first word, the rest, whether it goes on, group."""

    words: dict[str, tuple[int, ...]] = field(default_factory=dict)
    beginnings: dict[str, tuple[int, ...]] = field(default_factory=dict)
    phrases: list[tuple[str, tuple[str, ...], bool, int]] = field(default_factory=list)


class Lexicon:
    """Groups of words and phrases in both languages; a word that its own language lacks is looked up in the other."""

    def __init__(self, groups: Mapping[Language, Mapping[str, str]]) -> None:
        """`groups` has for each language the words of every group in one string; `ValueError` for other groups."""
        self._tables = {language: _table(groups[language]) for language in LANGUAGES}
        self._phrases: dict[tuple[str, str], list[_Phrase]] = {}
        self._phrase_beginnings: dict[str, list[_Phrase]] = {}
        for table in self._tables.values():
            for first, rest, goes_on, group in table.phrases:
                if len(rest) == 1 and goes_on:
                    self._phrase_beginnings.setdefault(first, []).append((rest, True, group))
                else:
                    self._phrases.setdefault((first, rest[0]), []).append((rest[1:], goes_on, group))
        self._remembered: dict[Language, dict[str, tuple[int, ...]]] = {language: {} for language in LANGUAGES}
        self._leans: dict[str, tuple[float, float]] = {}

    def groups_of(self, word: str, language: Language) -> tuple[int, ...]:
        """Return the places in `GROUPS` of the groups that a folded word belongs to; empty where it is unknown."""
        known = self._remembered[language].get(word)
        if known is not None:
            return known
        found = _look_up(self._tables[language], word)
        if not found:
            other = self._tables["en" if language == "es" else "es"]
            found = tuple(group for group in _look_up(other, word) if GROUPS[group] not in USUAL)
        if len(self._remembered[language]) >= _REMEMBERED_WORDS:
            self._remembered[language].clear()
        self._remembered[language][word] = found
        return found

    def groups_in(self, words: Sequence[str], language: Language) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield the place of every folded word that is known or begins a phrase of either language, with its groups."""
        remembered, phrases, beginnings = self._remembered[language], self._phrases, self._phrase_beginnings
        for place, (word, after) in enumerate(zip(words, [*words[1:], ""], strict=False)):
            found = remembered.get(word)
            if found is None:
                found = self.groups_of(word, language)
            if (candidates := phrases.get((word, after))) is not None:
                found += _phrase_groups(candidates, words, place + 2)
            if (candidates := beginnings.get(word)) is not None:
                found += _phrase_groups(candidates, words, place + 1)
            if found:
                yield place, found

    def lean_of(self, word: str) -> tuple[float, float]:
        """Return how much a folded word speaks for English and for Spanish, each 0..1."""
        known = self._leans.get(word)
        if known is None:
            if len(self._leans) >= _REMEMBERED_WORDS:
                self._leans.clear()
            known = self._leans[word] = _lean(
                _look_up(self._tables["en"], word), _look_up(self._tables["es"], word), word
            )
        return known


def router_folder() -> Path:
    """Return where the router's files are: inside the installed package, else beside the source tree."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "assets" / "router"
    return installed if installed.is_dir() else package.parent / "assets" / "router"


def load_lexicon(folder: Path) -> Lexicon:
    """Read both languages' files of `folder`; raises `InputError` when one is missing or malformed."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return Lexicon(
            {
                language: yaml.load((folder / f"lexicon.{language}.yaml").read_text(encoding="utf-8"), Loader=loader)
                for language in LANGUAGES
            }
        )
    except (OSError, ValueError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise InputError(
            "router.bad_lexicon",
            en="The word lists in {folder} cannot be used ({why}). Reinstall Jarvis to get them back.",
            es="Las listas de palabras de {folder} no se pueden usar ({why}). Reinstala Jarvis para recuperarlas.",
            folder=str(folder),
            why=str(error),
        ) from error


@lru_cache(maxsize=1)
def default_lexicon() -> Lexicon:
    """Return the lexicon of `router_folder()`, read once."""
    return load_lexicon(router_folder())


def _table(groups: Mapping[str, str]) -> _Table:
    if missing := set(GROUPS) ^ set(groups):
        raise ValueError(f"groups that are not in both: {', '.join(sorted(missing))}")
    table = _Table()
    for name, text in groups.items():
        for entry in fold(text).split():
            _add(table, entry, _INDEX[name])
    return table


def _add(table: _Table, entry: str, group: int) -> None:
    goes_on = entry.endswith("*")
    bare = entry.removesuffix("*")
    words = [bare] if bare.isalpha() else WORD.findall(bare.replace("_", " "))
    if not words or any(map(str.isdigit, bare)):
        raise ValueError(f"{entry} is no word or phrase of letters")
    if len(words) > 1:
        table.phrases.append((words[0], tuple(words[1:]), goes_on, group))
        return
    target = table.beginnings if goes_on else table.words
    known = target.get(words[0], ())
    if group not in known:
        target[words[0]] = (*known, group)


def _look_up(table: _Table, word: str) -> tuple[int, ...]:
    found = table.words.get(word)
    if found is None and word.endswith("s"):
        found = table.words.get(word[:-1]) or table.words.get(word.removesuffix("es"))
    begun: tuple[int, ...] = ()
    for length in range(min(len(word), _LONGEST_PREFIX), _SHORTEST_PREFIX - 1, -1):
        if (begun := table.beginnings.get(word[:length], ())) != ():
            break
    return tuple(dict.fromkeys((found or ()) + begun))


def _lean(english: tuple[int, ...], spanish: tuple[int, ...], word: str) -> tuple[float, float]:
    if _SMALL in english or _SMALL in spanish:
        return float(_SMALL in english and _SMALL not in spanish), float(_SMALL in spanish and _SMALL not in english)
    if english and spanish:
        return 0.0, 0.0
    if english or spanish:
        return (_LEAN_OF_KNOWN, 0.0) if english else (0.0, _LEAN_OF_KNOWN)
    return _LEAN_OF_ENDING * word.endswith(_ENGLISH_ENDINGS), _LEAN_OF_ENDING * word.endswith(_SPANISH_ENDINGS)


def _phrase_groups(candidates: list[_Phrase], words: Sequence[str], start: int) -> tuple[int, ...]:
    return tuple(group for rest, goes_on, group in candidates if _follows(words, start, rest, goes_on))


def _follows(words: Sequence[str], start: int, rest: tuple[str, ...], goes_on: bool) -> bool:
    if start + len(rest) > len(words):
        return False
    last = len(rest) - 1
    for step, wanted in enumerate(rest):
        said = words[start + step]
        if said != wanted and not (goes_on and step == last and said.startswith(wanted)):
            return False
    return True
