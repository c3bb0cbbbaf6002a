"""Brings a question into one spelling: case, contractions, numerals, punctuation, the wake word and politeness.

Pure, English and Spanish. Everything that could change an answer stays: word order, negations, signs, decimals,
accents, and capitals where they make another word. Text with quotations or code is left as it is. Knows no synonyms.
"""

from __future__ import annotations

import re
import unicodedata

from jarvis.contracts.errors import Language
from jarvis.orchestrator.reuse_numerals import with_digits

_VERBATIM = re.compile(r"[\"“”«»„`{}\[\]<>|\\_\n\r\t\x0b\x0c\x1c-\x1f\x85\u2028\u2029]|(?<!\w)'\w(?:[^']*\w)?'(?!\w)")
"""Quotations and code: there, every character may matter."""

_OPENING = re.compile(r"^(?:[¿¡,;:…!?]+|\.+(?!\d))+")
_CLOSING = re.compile(r"(?:[¿¡,;:….?]|(?<![\d)!])!)+$")
_SCOPED = re.compile(r"^(?:no|not|yes|sí|si),$")
"""A comma after these decides what they belong to: "no, es posible" is not "no es posible"."""

_CAPITALS = frozenset(
    "WHO IT AIDS Turkey China Polish March May August Nice Reading Java Rust Swift Apple Amazon Mercury Jordan Orange "
    "Bath Job Mobile Cork Chad Guinea Hungary Greece Chile Granada Lima León Cuenca Marte Mercurio Panda Ceres".split()
)
"""Words that are another word when written small."""

_ABBREVIATED = (
    (re.compile(r"(?<!\w)(?:U\.\s?S\.(?:\s?A\.?)?|USA|usa|US|u\.s\.a?\.?)(?!\w)"), "usa"),
    (re.compile(r"(?<!\w)(?:U\.\s?K\.?|UK|u\.k\.)(?!\w)"), "uk"),
    (re.compile(r"(?<!\w)(?:EE\.?\s?UU\.?|EEUU|eeuu|ee\.?\s?uu\.?)(?!\w)"), "eeuu"),
)
_WITH_IS = frozenset("what who where when why how it that there he she here".split())
_UNMARKED = {
    "whats": "what is",
    "wheres": "where is",
    "hows": "how is",
    "dont": "do not",
    "doesnt": "does not",
    "didnt": "did not",
    "isnt": "is not",
    "arent": "are not",
    "wasnt": "was not",
    "werent": "were not",
    "couldnt": "could not",
    "wouldnt": "would not",
    "shouldnt": "should not",
    "can't": "can not",
    "cannot": "can not",
    "won't": "will not",
    "shan't": "shall not",
    "i'm": "i am",
}
_ENDINGS = {"n't": " not", "'re": " are", "'ve": " have", "'ll": " will"}
_ORDINALS = {
    f"{number}{suffix}": word
    for number, suffix, word in (
        (1, "st", "first"),
        (2, "nd", "second"),
        (3, "rd", "third"),
        (4, "th", "fourth"),
        (5, "th", "fifth"),
        (6, "th", "sixth"),
        (7, "th", "seventh"),
        (8, "th", "eighth"),
        (9, "th", "ninth"),
        (10, "th", "tenth"),
    )
}
_GROUPED = {
    "en": re.compile(r"^\d{1,3}(?:,\d{3})+(?=\.\d+$|$)"),
    "es": re.compile(r"^\d{1,3}(?:\.\d{3}){2,}(?=,\d+$|$)"),
}
"""Thousands; in Spanish "3.142" could be pi, so one point alone says nothing."""

_ABOUT_WORDS = frozenset(
    "say says said translate translated translation spell spelled spelling word words mean means meaning term "
    "phrase pronounce pronounced pronunciation define definition etymology rhyme rhymes synonym synonyms antonym "
    "sang sings sing song wrote called titled named di dice dicen decir digo traduce traducir traduzca traducción "
    "deletrea palabra palabras significa significado pronuncia pronunciar define definición etimología rima "
    "sinónimo sinónimos antónimo "
    "canta cantó canción escribe escribir escribió llamada llamado titulada titulado frase término".split()
)
"""Where one of these stands, "please" may be what is asked about."""

_TELLING = re.compile(r"(?:puedes|podrías|puede|podría) decir(?!\w)")
_GREETING = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay|oye|hola|oiga|eh|vale)[ ,]+jarvis|jarvis(?=[,:]))[ ,:.!]+", re.IGNORECASE
)
_CALLED = re.compile(r"[,;.!?] ?jarvis[.!?]*$", re.IGNORECASE)
_POLITE_BEFORE = re.compile(
    r"^(?:please(?! please)|por favor|(?:excuse me|sorry|perdona|perdone|disculpa|disculpe|oye|oiga)(?=,))[ ,]+",
    re.IGNORECASE,
)
_POLITE_AFTER = re.compile(
    r"(?:[ ,;.!?]+(?:please|por favor)|[,;.!?]+ ?(?:thanks|thank you|many thanks|gracias|muchas gracias))[.!?]*$",
    re.IGNORECASE,
)
_BEFORE_A_NAME = frozenset(
    "is are was were of by the a an and or to for in es son era de por el la un una y o en con to".split()
)
_INTERROGATIVES = {
    "que": "qué",
    "quien": "quién",
    "quienes": "quiénes",
    "cual": "cuál",
    "cuales": "cuáles",
    "cuando": "cuándo",
    "donde": "dónde",
    "adonde": "adónde",
    "como": "cómo",
    "cuanto": "cuánto",
    "cuanta": "cuánta",
    "cuantos": "cuántos",
    "cuantas": "cuántas",
}
_UNACCENTED = re.compile(r"^(\w{3,}[csx])ion$")
_SCIENCE = re.compile(r"^(\w+(?:log|graf|nom|metr|sof|pat))ia$")
_PLACES = dict(
    zip(
        "mexico peru japon canada panama bogota paris espana america africa pekin tunez libano medellin".split(),
        "méxico perú japón canadá panamá bogotá parís españa américa áfrica pekín túnez líbano medellín".split(),
        strict=True,
    )
)


_MOST_PASSES = 8
"""What is taken away can lay bare more to take away, each time a shorter text."""


def normalised(text: str, language: Language) -> str:
    """Return `text` in one spelling; doing it twice changes nothing. Empty for a text without any word."""
    for _ in range(_MOST_PASSES):
        before, text = text, _normalised_once(text, language)
        if text == before:
            break
    return text


def _normalised_once(text: str, language: Language) -> str:
    text = unicodedata.normalize("NFC", text).replace("’", "'").replace("‘", "'").strip()
    if _VERBATIM.search(text):
        return text
    text = _without_politeness(" ".join(text.split()))
    for pattern, short in _ABBREVIATED:
        text = pattern.sub(short, text)
    words = [word for chunk in text.split() for word in _words(chunk, language)]
    if language == "es":
        words = _with_accents(words)
    return " ".join(with_digits(words, language))


def is_verbatim(normal: str) -> bool:
    """True if the normalised text holds a quotation or code, so that only the very same text is the same question."""
    return bool(_VERBATIM.search(normal))


def _without_politeness(text: str) -> str:
    about_words = not _ABOUT_WORDS.isdisjoint(re.findall(r"\w+", _TELLING.sub("", text.casefold())))
    while True:
        shorter = _GREETING.sub("", text, count=1)
        shorter = _CALLED.sub("", shorter, count=1)
        if not about_words:
            shorter = _POLITE_BEFORE.sub("", shorter, count=1)
            end = _POLITE_AFTER.search(shorter)
            # "… of please" asks about the word.
            if end and (end[0][0] != " " or not _ends_open(shorter[: end.start()])):
                shorter = shorter[: end.start()]
        if shorter == text or not any(character.isalnum() for character in shorter):
            return text
        text = shorter


def _ends_open(text: str) -> bool:
    words = text.casefold().split()
    return not words or words[-1] in _BEFORE_A_NAME


def _words(chunk: str, language: Language) -> list[str]:
    if not _SCOPED.match(chunk.casefold()):
        chunk = _CLOSING.sub("", _OPENING.sub("", chunk))
    if not chunk:
        return []
    if chunk in _CAPITALS:
        return [chunk]
    word = unicodedata.normalize("NFC", chunk.casefold())
    word = _GROUPED[language].sub(lambda match: re.sub(r"[.,]", "", match[0]), word)
    return _expanded(word) if language == "en" else [word]


def _expanded(word: str) -> list[str]:
    if word in _UNMARKED:
        return _UNMARKED[word].split()
    if word in _ORDINALS:
        return [_ORDINALS[word]]
    if word == "an":
        return ["a"]
    stem, apostrophe, ending = word.rpartition("'")
    if apostrophe and stem and ending == "s":
        return [stem, "is"] if stem in _WITH_IS else [stem, "'s"]
    for short, full in _ENDINGS.items():
        if word.endswith(short) and len(word) > len(short):
            return [word.removesuffix(short), full.strip()]
    return [word]


def _with_accents(words: list[str]) -> list[str]:
    # Accents are often left out on the question word and where no other word is spelled without.
    if words and words[0] in _INTERROGATIVES:
        words = [_INTERROGATIVES[words[0]], *words[1:]]
    elif words[:2] == ["por", "que"]:
        words = ["por", "qué", *words[2:]]
    return [_accented(word) for word in words]


def _accented(word: str) -> str:
    if word.endswith("sis"):
        return "".join(c for c in unicodedata.normalize("NFD", word) if c != "\u0301")
    return _PLACES.get(word) or _SCIENCE.sub(r"\1ía", _UNACCENTED.sub(r"\1ión", word))
