"""The people and animals that belong to a person, by the words of both languages, each under one English name. Pure."""

from __future__ import annotations

import re

from jarvis.contracts.errors import Language

_EN = """
mother: mother mum mom mummy mommy mama|father: father dad daddy papa|sister: sister|brother: brother|son: son
daughter: daughter|wife: wife|husband: husband|partner: partner spouse|girlfriend: girlfriend|boyfriend: boyfriend
fiance: fiance fiancee|grandmother: grandmother grandma granny gran nan
grandfather: grandfather grandpa grandad granddad
aunt: aunt auntie|uncle: uncle|cousin: cousin|niece: niece|nephew: nephew|grandson: grandson
granddaughter: granddaughter|mother-in-law: mother-in-law|father-in-law: father-in-law|sister-in-law: sister-in-law
brother-in-law: brother-in-law|son-in-law: son-in-law|daughter-in-law: daughter-in-law|stepmother: stepmother stepmum
stepfather: stepfather stepdad|stepson: stepson|stepdaughter: stepdaughter|godmother: godmother|godfather: godfather
child: child kid baby|parent: parent|boss: boss manager|friend: friend|neighbour: neighbour neighbor
colleague: colleague coworker co-worker|flatmate: flatmate roommate housemate|doctor: doctor GP|dentist: dentist
teacher: teacher|landlord: landlord landlady|therapist: therapist psychologist|lawyer: lawyer|vet: vet|dog: dog puppy
cat: cat kitten|rabbit: rabbit|hamster: hamster|parrot: parrot|horse: horse pony|fish: goldfish
tortoise: tortoise turtle|bird: bird budgie canary|guinea pig: guinea-pig|ferret: ferret|snake: snake
"""
_ES = """
mother: madre mama|father: padre papa|sister: hermana|brother: hermano|son: hijo|daughter: hija|wife: mujer esposa
husband: marido esposo|partner: pareja|girlfriend: novia|boyfriend: novio|fiance: prometida prometido
grandmother: abuela|grandfather: abuelo|aunt: tia|uncle: tio|cousin: prima primo|niece: sobrina|nephew: sobrino
grandson: nieto|granddaughter: nieta|mother-in-law: suegra|father-in-law: suegro|sister-in-law: cuñada
brother-in-law: cuñado|son-in-law: yerno|daughter-in-law: nuera|stepmother: madrastra|stepfather: padrastro
godmother: madrina|godfather: padrino|child: niño niña bebe peque|boss: jefe jefa|friend: amigo amiga
neighbour: vecino vecina|colleague: colega|flatmate: compañero-de-piso compañera-de-piso
doctor: medico medica doctor doctora|dentist: dentista|teacher: profesor profesora maestro maestra
landlord: casero casera|therapist: psicologo psicologa terapeuta|lawyer: abogado abogada|vet: veterinario veterinaria
dog: perro perra perrito perrita cachorro|cat: gato gata gatito gatita|rabbit: conejo coneja|hamster: hamster
parrot: loro|horse: caballo yegua|fish: pez|tortoise: tortuga|bird: pajaro periquito canario|guinea pig: cobaya
ferret: huron|snake: serpiente
"""
_PLURALS = {"children": "child", "kids": "child", "wives": "wife", "parents": "parent", "puppies": "dog"}
_QUALIFIERS: dict[Language, dict[str, str]] = {
    "en": {
        "older": "older", "elder": "older", "big": "older", "eldest": "oldest", "oldest": "oldest",
        "younger": "younger",
        "little": "younger", "youngest": "youngest", "twin": "twin", "best": "best", "middle": "middle",
    },
    "es": {
        "mayor": "older", "menor": "younger", "pequeña": "younger", "pequeño": "younger", "melliza": "twin",
        "gemela": "twin", "gemelo": "twin", "mellizo": "twin", "mejor": "best", "mediana": "middle",
        "mediano": "middle",
    },
}  # fmt: skip

ANIMALS = frozenset(["guinea pig", *"dog cat rabbit hamster parrot horse fish tortoise bird ferret snake".split()])
ONLY_ONE = frozenset(
    "mother father wife husband partner girlfriend boyfriend fiance boss mother-in-law father-in-law".split(),
)
"""Of these a person has one at a time, so a new name takes the place of the old one."""
COUPLE = ("wife", "husband", "partner", "girlfriend", "boyfriend", "fiance")
CLOSE_FAMILY = (*COUPLE, "son", "daughter", "child", "mother", "father", "sister", "brother")


def _table(text: str) -> dict[str, str]:
    words: dict[str, str] = {}
    for entry in text.replace("\n", "|").split("|"):
        name, _, forms = entry.partition(":")
        words |= {form if "in-law" in form else form.replace("-", " "): name.strip() for form in forms.split()}
    return {(word if word != "co worker" else "co-worker").casefold(): name for word, name in words.items()}


KIN: dict[Language, dict[str, str]] = {"en": _table(_EN), "es": _table(_ES)}
"""The English name under which each word of a language (as `plain` gives it, lower case) is kept."""


def _alternatives(words: dict[str, str], ending: str) -> str:
    return (
        "(?:"
        + "|".join(re.escape(word).replace(r"\-", "[- ]") for word in sorted(words, key=len, reverse=True))
        + rf"){ending}\b"
    )


SINGULAR: dict[Language, str] = {language: _alternatives(KIN[language], "") for language in KIN}
_NEAR = CLOSE_FAMILY + tuple(ANIMALS) + ("grandmother", "grandfather", "aunt", "uncle", "cousin", "niece", "nephew")
NEAR: dict[Language, str] = {
    language: _alternatives(
        {word: name for word, name in KIN[language].items() if name in _NEAR and name not in {"child", "partner"}}, ""
    )
    for language in KIN
}
PLURAL: dict[Language, str] = {
    "en": "(?:children|kids|parents|puppies|" + _alternatives(KIN["en"], "s") + ")",
    "es": _alternatives(KIN["es"], "e?s"),
}
QUALIFIER: dict[Language, str] = {language: _alternatives(words, "") for language, words in _QUALIFIERS.items()}


def kin_name(word: str, language: Language) -> str | None:
    """Return the English name for a word, singular or plural; None for no such word."""
    word = re.sub(r"[ -]in[ -]law", "-in-law", word.casefold())
    if language == "en" and word in _PLURALS:
        return _PLURALS[word]
    words = KIN[language]
    return words.get(word) or words.get(word.removesuffix("s")) or words.get(word.removesuffix("es"))


def qualifier_name(word: str, language: Language) -> str:
    """Return the English name for a word that tells one from another ("mayor" gives "older"); empty for none."""
    return _QUALIFIERS[language].get(word.casefold(), "")


def kind_of(subject: str) -> str:
    """Return which of `KIN`'s English names a subject such as "user/older sister/ana" is about; empty for a person
    themselves."""
    parts = subject.split("/")
    if len(parts) < 2:
        return ""
    return next((name for name in KIN_NAMES if parts[1] == name or parts[1].endswith(f" {name}")), "")


KIN_NAMES = frozenset(KIN["en"].values()) | frozenset(KIN["es"].values())
