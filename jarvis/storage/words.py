"""Folds and stems words, so that stored texts are found by other forms of the same words. Pure.

Stemming is Snowball's (English and Spanish). `content_stems` serves short facts: its stop words are the small words of
both languages plus the verbs with which people ask for what they stored ("where did I leave", "dónde puse"), since
these say nothing of it. `index_stems` and `query_stems` serve the memory: a text is read in its own language, a
question in both, and irregular forms ("went", "fui") become the word they belong to before stemming.
Knows no synonyms and no spelling mistakes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.storage.word_forms import FORMS, SMALL_WORDS

if TYPE_CHECKING:
    from snowballstemmer.basestemmer import BaseStemmer

_WORD = re.compile(r"\w+")
_SNOWBALL: dict[Language, str] = {"en": "english", "es": "spanish"}

SHORTEST_STEM = 3
"""A Spanish stem keeps at least so many letters when its last "i" goes."""

_STOP_WORDS: dict[Language, frozenset[str]] = {
    "en": frozenset(
        """a about after again all also am an and any are as at be because been before being but by can could d did do
        does doing down each few for from get go had has have having he her here hers him his how i if in into is it
        its itself just ll m me more most my myself no nor not now of off on once only or other our out over own please
        re s same shall she should so some such t tell than that the their them then there these they thing this those
        through to too under until up us ve very was we were what when where which while who whom whose why will with
        would you your yours leave left put keep kept store stored remember told know said say remind forget find
        called named""".split()
    ),
    "es": frozenset(
        """a al algo ante antes aqui asi aun aunque cada casi como con contra cual cuales cuando cuanto cuanta cuantos
        cuantas de del desde donde dos durante e el ella ellas ellos en entre era eran es esa esas ese eso esos esta
        estaba estan estar este esto estos estoy fue ha hace han has hasta hay he la las le les lo los mas me mi mia
        mias mio mios mis mucho muy nada ni no nos nosotros o os otra otro para pero poco por porfavor porque que quien
        quienes se sea ser si sin sobre son su sus suyo tambien tan te tengo tiene tienen ti todo todos tu tus tuyo un
        una unas uno unos va y ya yo deje dejado puse puesto guarde guardado guardo recuerda recuerdas recuerdo
        acuerdas acuerda dije dicho dime sabes se cosa olvida olvidar llama llamaba esta encuentro""".split()
    ),
}


def fold(text: str) -> str:
    """Return `text` without case, accents, outer punctuation and repeated spaces; ñ stays apart from n."""
    if text.isascii():
        return " ".join(text.lower().split()).strip(" .,;:!?\"'")
    # Composed first: a mathematical capital has no lower case of its own.
    kept = unicodedata.normalize("NFKC", text).casefold().replace("ñ", "\0")
    plain = "".join(c for c in unicodedata.normalize("NFKD", kept) if not unicodedata.combining(c))
    return " ".join(plain.replace("\0", "ñ").split()).strip(" .,;:!?¡¿\"'")


def content_stems(text: str, language: Language) -> frozenset[str]:
    """Return the stems of the words in `text` that carry meaning; empty when it has only stop words."""
    words = [word for word in _WORD.findall(fold(text)) if not _is_stop_word(word)]
    return frozenset(_stemmer(language).stemWords(words))


def index_stems(text: str, language: Language) -> list[str]:
    """Return the stems of the words of `text` in order, with repeats and without the small words of `language`."""
    small = SMALL_WORDS[language]
    return [_stem(word, language) for word in _WORD.findall(fold(text)) if word not in small]


def seems_in(text: str) -> Language | None:
    """Return the language whose small words a text has most of; None where that is open."""
    counts = _small_words(_WORD.findall(fold(text)))
    best = max(LANGUAGES, key=counts.__getitem__)
    return best if all(counts[best] > counts[other] for other in LANGUAGES if other != best) else None


def query_words(text: str, *, without: Collection[str] = ()) -> list[tuple[str, ...]]:
    """Return for each word that a question looks for, once and in order, the stems that rows of either language have.

    The small words are those of the language that the question seems to be in, of both where that is open. `without`
    are folded words that are not looked for.
    """
    words = _WORD.findall(fold(text))
    small = _small_words(words)
    most = max(small.values())
    left_out = frozenset[str]().union(*(SMALL_WORDS[language] for language in LANGUAGES if small[language] == most))
    wanted = [word for word in words if word not in left_out and word not in without]
    stems = [tuple(dict.fromkeys(_stem(word, language) for language in LANGUAGES)) for word in wanted]
    return list(dict.fromkeys(stems))


def query_stems(text: str) -> list[str]:
    """Return the stems that a question looks for, each once, in order, as rows of either language would have them."""
    return list(dict.fromkeys(stem for stems in query_words(text) for stem in stems))


def _small_words(words: Sequence[str]) -> dict[Language, int]:
    return {language: sum(word in SMALL_WORDS[language] for word in words) for language in LANGUAGES}


@lru_cache(maxsize=65536)
def _stem(word: str, language: Language) -> str:
    stem = str(_stemmer(language).stemWord(FORMS[language].get(word, word)))
    if language == "es" and len(stem) > SHORTEST_STEM and stem[-1] == "i":
        # The stemmer knows "comió" by its accent, which people leave out and folding has taken.
        return stem[:-1]
    return stem


def _is_stop_word(word: str) -> bool:
    return any(word in words for words in _STOP_WORDS.values())


@cache
def _stemmer(language: Language) -> BaseStemmer:
    import snowballstemmer

    return snowballstemmer.stemmer(_SNOWBALL[language])
