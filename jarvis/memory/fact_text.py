"""Prepares what a person wrote for reading facts: comparable letters, sentences, clauses, and what must not be read.

A turn that plays a part, quotes, pastes, asks for a text or jokes is refused whole; a sentence that asks, supposes,
wishes or reports is refused alone. Refusing too much loses a fact, refusing too little makes one up. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MOST_CHARACTERS = 1200
"""A longer turn is a pasted text, as a rule somebody else's."""
MOST_LINES = 12
LONGEST_CLAUSE = 240
"""Characters; nobody tells a fact in more, and the patterns' time grows with them."""

_MARKS = str.maketrans({"’": "'", "‘": "'", "`": "'", "–": "-", "—": ",", "\t": " ", "\u00a0": " "})
_QUOTED = re.compile(r"[\"“”«»]|(?<!\w)'[^']{2,}'(?!\w)")
_NAMED_IN_QUOTES = re.compile(
    r"\b(called|named|name is|se llama|se llaman|me llamo)(,? )[\"“«]([\w'-]+(?: [\w'-]+)?)[\"”»]", re.IGNORECASE
)
_PASTED = re.compile(r"```|^\s*(?:>|\||\* |- |#|\d+[.)] )|^\s*(?:from|subject|de|asunto|para|to):", re.I | re.M)
_PART = re.compile(
    r"\b(?:pretend\w*|role-?play\w*|imagin\w+|let's (?:say|play)|suppos\w+|hypothe\w+|fictional|act (?:as|like)"
    r"|you(?:'re| are) (?:now )?an? |you killed|mataste|translat\w+|proof-?read|rewrite|rephrase"
    r"|paraphrase|summari[sz]e|write|writing"
    r"|draft|compose|how (?:do|would|can) (?:you|i|we) (?:say|spell|write|pronounce)|kidding|joking|a joke|jokes?"
    r"|just a test|testing|lol|lmao|rofl|ha(?:ha)+|for example|for instance|e\.g|the following|lyrics|sing|quote"
    r"|once upon a time|story|poem|dialogue|in the (?:film|movie|book|novel|game|song)|repeat after me|say this"
    r"|complete the|fill in|correct (?:this|my|the)|what does .+ mean"
    r"|finge|finjamos|fingir|haz (?:como|de|que)|hagamos como|juego de rol|imagin[ae]\w*|supon\w+|pongamos"
    r"|actua como|eres (?:ahora )?un[ao]? |traduc\w+|traduz\w+|corrig\w+|corrij\w+|reescrib\w+|resum\w+|redact\w+"
    r"|escrib\w+|como se (?:dice|escribe|pronuncia)|como (?:digo|diria)|broma|bromeando|chiste|ja(?:ja)+|je(?:je)+"
    r"|por ejemplo|lo siguiente|la letra de|cantame|erase una vez|cuento|poema|dialogo"
    r"|en (?:la|el) (?:pelicula|libro|novela|juego|cancion)|repite|di esto|es una prueba|completa|ejemplo)\b",
    re.IGNORECASE,
)
_PLAY = re.compile(
    r"\b(?:pretend|role-?play\w*|let's play|act as|you(?:'re| are) (?:now )?an? |in this (?:story|game)"
    r"|finge|finjamos|juego de rol|hagamos como|haz (?:como|de)|actua como|eres (?:ahora )?un[ao]? |juguemos"
    r"|en est[ea] (?:historia|cuento|juego))",
    re.IGNORECASE,
)
_LOUD = re.compile(r"(?:;-?\)|:-?[PpD]\b|😂|🤣|😜|😉|🙃|/s\b)")
# Lower case only where a name may look the same (Hope, Will); "may" is a month.
_UNSURE = re.compile(
    r"\b(?:[Ii]f|[Ww]hether|would|could|might|[Mm]aybe|[Pp]erhaps|probably|possibly|supposedly|apparently|allegedly"
    r"|wish\w*|hope|hopes|hoped|should|ought|think|thinks|thought|guess|believe|believes|bet|doubt|not sure|unsure"
    r"|used to|wanna|dream\w*|dreamt|said|says|saying|told|tells|asked|asks|wrote|claims?|claimed|according|reads"
    r"|unless|until|till|when i (?:was|am|get|grow)|as if|as though|almost|nearly|not|never|nobody|someone|somebody"
    r"|neither|nor|swear|lied|lying|wonder\w*|feels? like|seems?|looks? like"
    r"|[Ss]i|[Oo]jala|[Qq]uizas?|tal vez|[Tt]al vez|a lo mejor|igual|posiblemente|probablemente|supuestamente"
    r"|seguramente|podria|deberia|querria|quisiera|gustaria|encantaria|haria|seria|tendria|viviria|creo|crees|cree"
    r"|creia|pienso|piensa|penso|supongo|dudo|dice|dicen|dijo|dijeron|dije|conto|cuentan|pregunto|segun|sone|sueño"
    r"|soñe|soñado|soñar|parece|casi|antes|solia|cuando (?:era|sea|tenga|vivia)|como si|a menos|hasta que|jamas|nunca"
    r"|nadie|alguien|miento|mentira|juro|quiero|quisiese|fuera|fuese|no se|no estoy segur[oa])\b"
)
_TAG = re.compile(
    r"(?:,? (?:right|correct|yeah|huh|eh|innit|ok|is that right|am i right)|, (?:do|does|is|are|was|were|did|have|has"
    r"|am)(?:n't)? (?:i|he|she|it|they|we|you)|,? (?:no|verdad|cierto|vale|a que si|o no|no es (?:asi|cierto)|eh"
    r"|no crees))\s*$",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"(?:in|on|at|as|for|by|under|during|with|within|without|from|some ?day|one day|next|once|when|while|after|before"
    r"|since|because|although|though|soon|en|sobre|como|por|bajo|durante|con|cuando|mientras|despues|aunque|algun"
    r"|proximamente|pronto|desde|para)\b[^,]*,",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(?:by the way|for the record|for your information|in fact|as you know|as i said|por cierto|por favor|en realidad"
    r"|en efecto|como (?:sabes|te dije)|para que (?:lo )?sepas|en casa|at home|from today|desde hoy)\b",
    re.IGNORECASE,
)
_YES = re.compile(r"\b[Ss]í\b")
_SENTENCE = re.compile(
    r"(?<!\bDr)(?<!\bMr)(?<!\bSt)(?<!\bMs)(?<!\bMrs)(?<!\bSra)(?<!\bSr)(?<!\bC)\.(?=\s|$)|[!;\n]+|(?<=\?)|\.\.\.|…"
)
_CLAUSE = re.compile(
    r",?\s+(?:and|but|so|y|e|pero|aunque|although)\s+(?=(?:i|i'm|i've|my|our|we|we're|he|she|it|they|his|her|its|now"
    r"|today|also|bought|mi|mis|yo|me|nos|nuestr[oa]s?|vivo|vive|vivimos|trabajo|trabaja|trabajamos|tengo|tiene|tenemos|soy"
    r"|es|somos|estoy|naci|nacio|se|su|sus|le|he|hemos|ha|ahora|ya|el cumpleaños|cumple|hablo|habla|estudio|estudia"
    r"|odio|detesto|aparque|deje|guardo|no|tambien|cumplo)\b)"
    r"|,\s+(?=(?:now|and now|i|i'm|i've|my|our|we|he|she|it|his|her|its|but|mi|mis|yo|me|nos|vivo"
    r"|vive|trabajo|trabaja|tengo|tiene"
    r"|soy|estoy|es un|es una|naci|nacio|se|su|sus|he|pero|hablo|estudio|estudia|ahora|cumple)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Clause:
    """A piece of a sentence: `text` as it was written, `plain` the same with comparable letters, letter for letter.

    `joined` tells that it goes on from the clause before it in the same sentence. `sentence` is the whole sentence.
    """

    text: str
    plain: str
    sentence: str
    joined: bool = False


def plain(text: str) -> str:
    """Return composed `text` without accents, letter for letter; case and ñ stay."""
    return "".join(_plain_letter(letter) for letter in unicodedata.normalize("NFC", text).translate(_MARKS))


def key(text: str) -> str:
    """Return the form under which two spellings of one thing are equal."""
    return " ".join(re.sub(r"[^\w']+", " ", plain(text).casefold()).split())


def readable(text: str) -> bool:
    """Tell whether a turn is the person's own plain words at all."""
    bare = plain(text)
    if len(text) > MOST_CHARACTERS or text.count("\n") >= MOST_LINES or _PASTED.search(text) or _LOUD.search(text):
        return False
    return not _PART.search(bare)


def starts_a_part(text: str) -> bool:
    """Tell whether a turn begins a game of make-believe, in which later turns are not meant either."""
    return bool(_PLAY.search(plain(text)))


def unsure(sentence: str) -> bool:
    """Tell whether a sentence asks, supposes, denies, quotes or reports; `sentence` as `plain` gives it.

    A plain "not" counts only outside what was rewritten for the rules of denial; see `clauses`.
    """
    words = sentence[:1].lower() + sentence[1:]
    return bool("?" in sentence or "¿" in sentence or _QUOTED.search(sentence) or _UNSURE.search(words))


def clauses(text: str) -> list[Clause]:
    """Return the clauses of a turn that state something, in order."""
    if not readable(text):
        return []
    # A yes ("sí") must not look like an if ("si") once its accent is gone.
    composed = _YES.sub("  ", _NAMED_IN_QUOTES.sub(r"\1\2\3", unicodedata.normalize("NFC", text)))
    composed = _CORRECTED.sub("", composed)
    found: list[Clause] = []
    for sentence in _sentences(composed):
        bare = plain(sentence)
        # "no longer" and "not ... any more" end a fact: the rules read them, so they are no reason to refuse.
        if unsure(_without_endings(bare)) or _TAG.search(bare.rstrip(" .!")):
            continue
        start = 0
        if _ELSEWHERE.match(bare) and not _ASIDE.match(bare):
            # "In my dreams, I live in Paris": what comes after the comma is not simply so.
            continue
        for cut in [*_CLAUSE.finditer(bare), None]:
            end = cut.start() if cut else len(bare)
            left = start + len(bare[start:end]) - len(bare[start:end].lstrip(" ,¡.-"))
            right = start + len(bare[start:end].rstrip(" ,.!-"))
            if 0 < right - left <= LONGEST_CLAUSE:
                found.append(
                    Clause(
                        text=sentence[left:right], plain=bare[left:right], sentence=sentence.strip(), joined=start > 0
                    )
                )
            start = cut.end() if cut else end
    return found


def _sentences(text: str) -> list[str]:
    parts: list[str] = []
    start = 0
    for cut in _SENTENCE.finditer(text):
        parts.append(text[start : cut.end()])
        start = cut.end()
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip(" .!;\n…")]


_CORRECTED = re.compile(
    r",? (?:and )?(?:[Nn]ot|no) (?:(?:on|in|at|the|el|día|en|de) )*"
    r"(?:\d[\w/:.-]*(?: (?:of |de )?[\w]+)?|[A-ZÁÉÍÓÚÑ][\w-]+)"
    r"(?=\s*[.!\n]|\s*$)"
)
"""What a correction denies at its end ("..., not the 4th", ", no en Oviedo") says nothing of what it states."""
_ENDINGS = re.compile(
    r"\b(?:(?:no longer|not)\b(?=.*\b(?:any ?more|any longer)\b)|no longer\b|not (?=allergic|eat|drink|like)"
    r"|antes de ayer|quiero (?=que me llam))",
    re.IGNORECASE,
)


def _without_endings(bare: str) -> str:
    return _ENDINGS.sub(" ", bare)


@lru_cache(maxsize=4096)
def _plain_letter(letter: str) -> str:
    if letter in "ñÑ":
        return letter
    base = unicodedata.normalize("NFD", letter)[0]
    return base if len(base) == 1 else letter
