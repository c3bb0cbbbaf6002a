"""Writes each kind of fact as one short sentence in either language, and reads the value back out of it. Pure.

A relation is an English name; a favourite's has the thing after a colon ("favourite:colour"). Knows what a person has
only one of at a time, and which relations speak against each other.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from jarvis.contracts.errors import Language
from jarvis.contracts.memory import Memory
from jarvis.memory.fact_dates import CalendarDay, day_in, same_day
from jarvis.memory.fact_kin import ONLY_ONE, kind_of
from jarvis.memory.fact_text import key

_OF_THING: dict[Language, tuple[str, str]] = {
    "en": ("The plate of {w} is {v}.", "The plate of {w} is {v}."),
    "es": ("La matrícula de {w} es {v}.", "La matrícula de {w} es {v}."),
}
# (of oneself, of somebody or something else); {w} is who or what, {W} the same with a capital, {v} the value.
_FORMS: dict[str, dict[Language, tuple[str, str]]] = {
    "name": {"en": ("My name is {v}.", "{W}'s name is {v}."), "es": ("Me llamo {v}.", "{W} se llama {v}.")},
    "called": {"en": ("I am called {v}.", "{W} is called {v}."), "es": ("Me llaman {v}.", "A {w} le llaman {v}.")},
    "birthday": {
        "en": ("My birthday is {v}.", "{W}'s birthday is {v}."),
        "es": ("Mi cumpleaños es {v}.", "El cumpleaños de {w} es {v}."),
    },
    "birth year": {"en": ("I was born in {v}.", "{W} was born in {v}."), "es": ("Nací en {v}.", "{W} nació en {v}.")},
    "anniversary": {
        "en": ("My wedding anniversary is {v}.", "{W}'s wedding anniversary is {v}."),
        "es": ("Mi aniversario de boda es {v}.", "El aniversario de boda de {w} es {v}."),
    },
    "age": {"en": ("I am {v} years old.", "{W} is {v} years old."), "es": ("Tengo {v} años.", "{W} tiene {v} años.")},
    "home": {"en": ("I live in {v}.", "{W} lives in {v}."), "es": ("Vivo en {v}.", "{W} vive en {v}.")},
    "address": {
        "en": ("My address is {v}.", "{W}'s address is {v}."),
        "es": ("Mi dirección es {v}.", "La dirección de {w} es {v}."),
    },
    "birthplace": {"en": ("I was born in {v}.", "{W} was born in {v}."), "es": ("Nací en {v}.", "{W} nació en {v}.")},
    "from": {"en": ("I am from {v}.", "{W} is from {v}."), "es": ("Soy de {v}.", "{W} es de {v}.")},
    "work": {"en": ("I work {v}.", "{W} works {v}."), "es": ("Trabajo en {v}.", "{W} trabaja en {v}.")},
    "job": {"en": ("I work as {v}.", "{W} works as {v}."), "es": ("Trabajo de {v}.", "{W} trabaja de {v}.")},
    "school": {"en": ("I study at {v}.", "{W} studies at {v}."), "es": ("Estudio en {v}.", "{W} estudia en {v}.")},
    "studies": {"en": ("I study {v}.", "{W} studies {v}."), "es": ("Estudio {v}.", "{W} estudia {v}.")},
    "phone": {
        "en": ("My phone number is {v}.", "{W}'s phone number is {v}."),
        "es": ("Mi número de teléfono es {v}.", "El número de teléfono de {w} es {v}."),
    },
    "email": {
        "en": ("My e-mail address is {v}.", "{W}'s e-mail address is {v}."),
        "es": ("Mi correo electrónico es {v}.", "El correo electrónico de {w} es {v}."),
    },
    "diet": {"en": ("I am {v}.", "{W} is {v}."), "es": ("Soy {v}.", "{W} es {v}.")},
    "avoids": {"en": ("I do not have {v}.", "{W} does not have {v}."), "es": ("No tomo {v}.", "{W} no toma {v}.")},
    "allergy": {
        "en": ("I am allergic to {v}.", "{W} is allergic to {v}."),
        "es": ("Tengo alergia {v}.", "{W} tiene alergia {v}."),
    },
    "language": {"en": ("I speak {v}.", "{W} speaks {v}."), "es": ("Hablo {v}.", "{W} habla {v}.")},
    "likes": {"en": ("I like {v}.", "{W} likes {v}."), "es": ("Me gusta{n} {v}.", "A {w} le gusta{n} {v}.")},
    "dislikes": {
        "en": ("I do not like {v}.", "{W} does not like {v}."),
        "es": ("No me gusta{n} {v}.", "A {w} no le gusta{n} {v}."),
    },
    "favourite": {
        "en": ("My favourite {n} is {v}.", "{W}'s favourite {n} is {v}."),
        "es": ("Mi {n} es {v}.", "{W}: su {n} es {v}."),
    },
    "count": {"en": ("I have {v}.", "{W} has {v}."), "es": ("Tengo {v}.", "{W} tiene {v}.")},
    "kind": {"en": ("I have {v}.", "{W} is {v}."), "es": ("Tengo {v}.", "{W} es {v}.")},
    "plate": {"en": _OF_THING["en"], "es": _OF_THING["es"]},
    "place": {"en": ("{W}: {v}.", "{W}: {v}."), "es": ("{W}: {v}.", "{W}: {v}.")},
    "date": {"en": ("{W}: {v}.", "{W}: {v}."), "es": ("{W}: {v}.", "{W}: {v}.")},
}
RELATIONS = frozenset(_FORMS)
_MANY = frozenset("likes dislikes allergy diet avoids language".split())
OPPOSITE = {"likes": "dislikes", "dislikes": "likes"}
"""A new value of one of these ends the same value of the other."""

IMPORTANCE: dict[str, float] = {
    "name": 0.9, "called": 0.9, "allergy": 0.95, "diet": 0.85, "home": 0.8, "birthday": 0.8, "job": 0.75, "work": 0.75,
    "avoids": 0.7, "phone": 0.7, "address": 0.7, "anniversary": 0.7, "birthplace": 0.65, "from": 0.65, "language": 0.65,
    "date": 0.6, "place": 0.6, "plate": 0.6, "email": 0.6, "school": 0.6, "studies": 0.6, "age": 0.6, "count": 0.6,
    "birth year": 0.6, "kind": 0.55, "favourite": 0.5, "likes": 0.4, "dislikes": 0.4,
}  # fmt: skip
_ARTICLE = re.compile(r"^(?:(?:the|a|an|in|for|en|para|el|la|los|las|un|una|on|at|to|al?|de|del)\s+)+")
_PLURAL_VALUE = re.compile(r"(?:los|las|mis)\b", re.IGNORECASE)


def single(subject: str, relation: str) -> bool:
    """Tell whether a newer value of this pair takes the place of the older one."""
    if relation == "name":
        kind = kind_of(subject)
        return not kind or kind in ONLY_ONE or "/" in subject.partition("/")[2]
    return relation not in _MANY


def sentence_for(
    relation: str, value: str, language: Language, *, who: str = "", of_self: bool = False, thing: str = ""
) -> str:
    """Return the sentence; `who` as in "my sister Ana", `thing` what is the favourite ("color favorito", "colour")."""
    form = _FORMS[relation.partition(":")[0]][language][0 if of_self else 1]
    if relation in OPPOSITE:
        thing = "n" if _PLURAL_VALUE.match(value) else ""
    return form.format(w=who, W=who[:1].upper() + who[1:], v=value, n=thing)


def value_of(fact: Memory) -> str:
    """Return the value that a fact's sentence states; empty where the person has rewritten it beyond reading."""
    for pattern in _readers(fact.relation.partition(":")[0], fact.language):
        if found := pattern.fullmatch(fact.text.strip()):
            return str(found["v"])
    return ""


def who_of(fact: Memory) -> str:
    """Return who or what a fact is about, as its sentence says it ("My sister Ana"); empty for the person alone."""
    for pattern in _readers(fact.relation.partition(":")[0], fact.language):
        found = pattern.fullmatch(fact.text.strip())
        if found and "w" in found.groupdict():
            return str(found["w"])
    return ""


def same_value(relation: str, one: str, other: str) -> bool:
    """Tell whether two values of one relation mean the same, in whichever languages."""
    if relation in {"birthday", "anniversary"}:
        days = [_any_day(one), _any_day(other)]
        if days[0] and days[1]:
            return same_day(days[0], days[1])
    if relation in {"phone", "plate"}:
        return re.sub(r"\W", "", one).casefold() == re.sub(r"\W", "", other).casefold()
    return bare_value(one) == bare_value(other)


def _any_day(value: str) -> CalendarDay | None:
    words = re.sub(r"^(?:on |el )", "", value)
    return day_in(words, "en", date(2000, 1, 1)) or day_in(words, "es", date(2000, 1, 1))


def bare_value(value: str) -> str:
    """Return what values have in common that are the same but for articles, case and accents."""
    return _ARTICLE.sub("", key(value))


@lru_cache(maxsize=128)
def _readers(relation: str, language: Language) -> tuple[re.Pattern[str], ...]:
    forms = _FORMS.get(relation)
    if forms is None:
        return ()
    patterns = []
    for form in forms[language]:
        pattern = re.escape(form).replace(r"\{v\}", "(?P<v>.+?)").replace(r"\{n\}", ".*?")
        pattern = re.sub(r"\\\{[wW]\\\}", "(?P<w>.+?)", pattern)
        patterns.append(re.compile(pattern.removesuffix(r"\.") + r"\.?", re.IGNORECASE | re.DOTALL))
    return tuple(patterns)
