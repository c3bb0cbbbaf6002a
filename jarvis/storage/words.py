"""Folds and stems words, so that stored texts are found by other forms of the same words. Pure.

Stemming is Snowball's (English and Spanish); stop words are the small words of both languages plus the verbs
with which people ask for what they stored ("where did I leave", "dónde puse"), since these say nothing of it.
Knows no synonyms and no spelling mistakes.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from jarvis.contracts.errors import Language

if TYPE_CHECKING:
    from snowballstemmer.basestemmer import BaseStemmer

_WORD = re.compile(r"\w+")
_SNOWBALL: dict[Language, str] = {"en": "english", "es": "spanish"}

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
    # Composed first: a mathematical capital has no lower case of its own.
    kept = unicodedata.normalize("NFKC", text).casefold().replace("ñ", "\0")
    plain = "".join(c for c in unicodedata.normalize("NFKD", kept) if not unicodedata.combining(c))
    return " ".join(plain.replace("\0", "ñ").split()).strip(" .,;:!?¡¿\"'")


def content_stems(text: str, language: Language) -> frozenset[str]:
    """Return the stems of the words in `text` that carry meaning; empty when it has only stop words."""
    words = [word for word in _WORD.findall(fold(text)) if not _is_stop_word(word)]
    return frozenset(_stemmer(language).stemWords(words))


def _is_stop_word(word: str) -> bool:
    return any(word in words for words in _STOP_WORDS.values())


@cache
def _stemmer(language: Language) -> BaseStemmer:
    import snowballstemmer

    return snowballstemmer.stemmer(_SNOWBALL[language])
