"""The questions that a remembered fact answers, in English and Spanish: of whom they ask what. Pure.

A question must be such a form from its first word to its last. What somebody else's life, the past, a plan or the world
at large is about fits none of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.memory.fact_kin import PLURAL, QUALIFIER, SINGULAR, kin_name, qualifier_name
from jarvis.memory.fact_text import key, plain
from jarvis.memory.fact_values import (
    EVENTS_EN,
    EVENTS_ES,
    THINGS,
    THINGS_ES,
    event_name,
    favourite_name,
    thing_name,
    words,
)

MOST_CHARACTERS = 120

_VEHICLE_EN = r"(?P<thing>car|van|motorbike|motorcycle|bike|bicycle|scooter|truck|laptop|phone)"
_VEHICLE_ES = r"(?P<thing>coche|carro|auto|furgoneta|moto|bici|bicicleta|patinete|camion|portatil|movil|telefono)"
_THING_EN = rf"(?P<thing>(?:[a-z]+ ){{0,2}}{words(THINGS)})"
_THING_ES = rf"(?P<thing>{words(THINGS_ES)}(?: (?:de|del)(?: la| el)? [a-zñ]+| [a-zñ]+)?)"
_EVENT_EN = rf"(?P<event>(?:[a-z'-]+ ){{0,2}}{words(EVENTS_EN)}(?: (?:to|with) [a-z'. -]{{2,24}})?)"
_EVENT_ES = rf"(?P<event>{words(EVENTS_ES)}(?: (?:de|del|con|a|al)(?: la| el)? [a-zñ ]{{2,24}}| medica| final)?)"

_LEAD = {
    "en": r"(?:(?:hey|hi|hello|ok|okay|jarvis|so|and|please|well|by the way|again)[,:]? )*"
    r"(?:(?:do you (?:remember|know|recall)|can you (?:tell me|remember)|could you (?:tell me|remind "
    r"me)|tell me|remind me"
    r"|what did i (?:say|tell you))[,:]? )?",
    "es": r"(?:(?:oye|hola|ok|vale|jarvis|pues|y|por favor|bueno|por cierto)[,:]? )*"
    r"(?:(?:(?:te acuerdas de|recuerdas|sabes|me dices|puedes decirme|me puedes decir|podrias decirme|dime|recuerdame"
    r"|me recuerdas)(?: de)?)[,:]? )?",
}
_TRAIL = {
    "en": r"(?:,? (?:please|again|jarvis|now|currently|these days|do you (?:know|remember)))*",
    "es": r"(?:,? (?:por favor|otra vez|jarvis|ahora|actualmente))*",
}
_RULES: dict[Language, tuple[tuple[str, str], ...]] = {
    "en": (
        ("name", r"(?:what(?:'s| is)|whats) my (?:full |own )?name|what my name is|what am i called"),
        ("called", r"what do (?:people|my friends) call me|what should you call me"),
        ("name", r"(?:what(?:'s| is)|whats) <WHOS> name|what <WHOS> name is"),
        ("name", r"(?:what(?:'s| is)|whats) the name of <MINE>"),
        (
            "name",
            r"what(?:'s| is) <WHO> (?:called|named)|how is <WHO> called|who(?:'s| is) <MINE>|what "
            r"<WHO> is called|who <MINE> is",
        ),
        (
            "name",
            r"what are <KINS> (?:called|named)|(?:what are|whats|what's) <KINS>'?s? names|who are "
            r"<KINS>|what are the names of <KINS>",
        ),
        (
            "birthday",
            r"when(?:'s| is) my birthday|(?:what day|what date|on what day|on what date)(?:'s| is) "
            r"my birthday|when my birthday is|when was i born|what(?:'s| is) my (?:birthday|date "
            r"of birth|birth date)",
        ),
        (
            "birthday",
            r"when(?:'s| is) <WHOS> birthday|(?:what|which|on what|on which) (?:day|date) is <WHOS> "
            r"birthday|when <WHOS> birthday is|when was <WHO> born|what(?:'s| is) (?:the date of "
            r")?<WHOS> (?:birthday|date of birth)",
        ),
        (
            "anniversary",
            r"when(?:'s| is) (?:my|our) (?:wedding )?anniversary|what (?:day|date) is (?:my|our) "
            r"(?:wedding )?anniversary|when did we get married|when did i get married",
        ),
        ("age", r"how old am i|what(?:'s| is) my age"),
        ("birth year", r"(?:what|which) year was i born(?: in)?|in (?:what|which) year was i born"),
        ("age", r"how old is <WHO>|what(?:'s| is) <WHOS> age"),
        (
            "home",
            r"where do (?:i|we) live|(?:what|which) (?:city|town|country|village) do (?:i|we) live "
            r"in|(?:what|which) (?:city|town|country|village) am i (?:living )?in"
            r"|where am i living|where i live|where(?:'s| is) my home",
        ),
        ("home", r"where does <WHO> live|(?:what|which) (?:city|town|country) does <WHO> live in|where <WHO> lives"),
        ("address", r"what(?:'s| is) (?:my|our) (?:home |postal )?address"),
        ("address", r"what(?:'s| is) <WHOS> (?:home )?address"),
        ("birthplace", r"where was i born|what(?:'s| is) my (?:birthplace|place of birth)"),
        ("birthplace", r"where was <WHO> born"),
        ("from", r"where am i from|where do i come from"),
        ("from", r"where is <WHO> from|where does <WHO> come from"),
        ("work", r"where do i work|who do i work for|(?:what|which) company do i work (?:for|at)|where i work"),
        (
            "work",
            r"where does <WHO> work|who does <WHO> work for|(?:what|which) company does <WHO> work "
            r"(?:for|at)|where <WHO> works",
        ),
        ("job", r"what do i do for a living|what do i work as|what(?:'s| is) my (?:job|profession|occupation)"),
        (
            "job",
            r"what does <WHO> do(?: for a living)?|what does <WHO> work as|what(?:'s| is) <WHOS> "
            r"(?:job|profession|occupation)",
        ),
        ("studies", r"what (?:do i study|am i studying)"),
        ("studies", r"what (?:does <WHO> study|is <WHO2> studying)"),
        ("school", r"where (?:do i study|am i studying)"),
        (
            "phone",
            r"what(?:'s| is) my (?:own )?(?:phone |mobile |cell |telephone )?number|what(?:'s| is) my (?:phone|mobile)",
        ),
        ("phone", r"what(?:'s| is) <WHOS> (?:phone |mobile |cell |telephone )?number"),
        ("email", r"what(?:'s| is) my e-?mail(?: address)?"),
        ("email", r"what(?:'s| is) <WHOS> e-?mail(?: address)?"),
        (
            "allergy",
            r"what am i allergic to|what are my allergies|what allergies do i have|which allergies "
            r"do i have|what i am allergic to|what i'm allergic to",
        ),
        ("allergy", r"what(?:'s| is) <WHO> allergic to|what allergies does <WHO> have|what <WHO> is allergic to"),
        ("language", r"(?:what|which) languages do i speak"),
        ("language", r"(?:what|which) languages does <WHO> speak"),
        (
            "favourite",
            r"(?:what|which|who)(?:'s| is| are) my favou?rite (?P<fav>[a-z]+(?: [a-z]+)?)|what my "
            r"favou?rite (?P<fav2>[a-z]+(?: [a-z]+)?) is",
        ),
        ("favourite", r"(?:what|which|who)(?:'s| is| are) <WHOS> favou?rite (?P<fav>[a-z]+(?: [a-z]+)?)"),
        (
            "plate",
            rf"what(?:'s| is) (?:my|our) {_VEHICLE_EN}(?:'s|s)? (?:(?:number|licen[cs]e|registration) "
            r"plate|plate(?: number)?|registration(?: number)?)",
        ),
        (
            "plate",
            r"what(?:'s| is) the (?:(?:number|licen[cs]e|registration) plate|plate(?: number)?|registration(?: "
            rf"number)?) (?:of|on) (?:my|our) {_VEHICLE_EN}",
        ),
        (
            "plate",
            r"what(?:'s| is) my (?P<carplate>(?:number|licen[cs]e|registration) plate|plate(?: number)?"
            r"|registration number)",
        ),
        (
            "kind",
            rf"(?:what|which) (?:kind of |make of |model of )?{_VEHICLE_EN} do (?:i|we) (?:have|drive"
            rf"|own)|what colou?r is my {_VEHICLE_EN.replace('thing', 'thing2')}",
        ),
        ("place", r"where (?:did|have) (?:i|we) park(?:ed)?(?P<parked>)|where (?:i|we) parked(?P<parked2>)"),
        (
            "place",
            rf"where (?:did|have) (?:i|we) park(?:ed)? (?:my|our|the) {_VEHICLE_EN}|where(?:'s| is) "
            rf"(?:my|our|the) {_VEHICLE_EN.replace('thing', 'thing2')}(?: parked)?",
        ),
        (
            "place",
            r"where (?:did|do|have) (?:i|we) (?:leave|left|put|keep|kept|hide|hidden|store|stored) "
            rf"(?:my|our|the) {_THING_EN}",
        ),
        (
            "place",
            rf"(?:where are|where is|where's) (?:my|our) {_THING_EN}(?: kept)?|where (?:i|we) (?:left"
            rf"|put|keep|kept|hid) (?:my|our|the) {_THING_EN.replace('thing', 'thing2')}",
        ),
        (
            "date",
            rf"when(?:'s| is) (?:my|our) (?:next )?{_EVENT_EN}|(?:what|which) (?:day|date) is (?:my"
            rf"|our) (?:next )?{_EVENT_EN.replace('event', 'event2')}|when do (?:i|we) have (?:my"
            rf"|our|the) {_EVENT_EN.replace('event', 'event3')}",
        ),
        ("about", r"what do you know about (?P<person>[a-zñ'-]{2,20}(?: [a-zñ'-]{2,20})?)"),
        ("who", r"who(?:'s| is) (?P<person>[a-zñ'-]{2,20}(?: [a-zñ'-]{2,20})?)"),
        (
            "birthday",
            r"when(?:'s| is) (?P<person>[a-zñ-]{2,20})'s birthday|(?:what|which) (?:day|date) is "
            r"(?P<person2>[a-zñ-]{2,20})'s birthday",
        ),
        ("home", r"where does (?P<person>[a-zñ-]{2,20}) live"),
        ("work", r"where does (?P<person>[a-zñ-]{2,20}) work"),
        ("age", r"how old is (?P<person>[a-zñ-]{2,20})"),
        ("allergy", r"what(?:'s| is) (?P<person>[a-zñ-]{2,20}) allergic to"),
        ("phone", r"what(?:'s| is) (?P<person>[a-zñ-]{2,20})'s (?:phone |mobile )?number"),
    ),
    "es": (
        ("name", r"como me llamo|cual es mi nombre|que nombre tengo"),
        ("called", r"como me (?:llaman|tienes que llamar|gusta que me llamen)"),
        ("name", r"como se (?:llama|llamaba) <MINE>|(?:cual|como) es el nombre de <MINE>|quien es <MINE>"),
        ("name", r"como se llaman <KINS>|cuales son los nombres de <KINS>|quienes son <KINS>"),
        (
            "birthday",
            r"(?:cuando|que dia|en que dia|en que fecha) (?:es|cae) mi (?:cumpleaños|cumple)|cuando "
            r"cumplo años|que dia cumplo años|cual es mi (?:cumpleaños|fecha de nacimiento)|(?:cuando"
            r"|que dia) naci",
        ),
        (
            "birthday",
            r"(?:cuando|que dia|en que dia|en que fecha) (?:es|cae) el (?:cumpleaños|cumple) de <MINE>"
            r"|(?:cuando|que dia) cumple años <MINE>|(?:cuando|que dia) nacio <MINE>|cual es (?:la "
            r"fecha de nacimiento|el cumpleaños) de <MINE>",
        ),
        (
            "anniversary",
            r"(?:cuando|que dia) (?:es|cae) (?:mi|nuestro) aniversario(?: de bodas?)?|(?:cuando|que "
            r"dia) (?:nos casamos|me case)",
        ),
        ("birth year", r"en que año naci|de que año soy"),
        ("age", r"cuantos años tengo|que edad tengo|cual es mi edad"),
        ("age", r"(?:cuantos años|que edad) tiene <MINE>|cual es la edad de <MINE>"),
        ("home", r"(?:donde|en que (?:ciudad|pueblo|pais|sitio)) (?:vivo|vivimos)"),
        ("home", r"(?:donde|en que (?:ciudad|pueblo|pais)) vive <MINE>"),
        ("address", r"cual es (?:mi|nuestra) direccion"),
        ("address", r"cual es la direccion de <MINE>"),
        ("birthplace", r"(?:donde|en que (?:ciudad|pueblo|pais)) naci|cual es mi lugar de nacimiento"),
        ("birthplace", r"(?:donde|en que (?:ciudad|pueblo|pais)) nacio <MINE>"),
        ("from", r"de donde soy"),
        ("from", r"de donde es <MINE>"),
        ("work", r"(?:donde|en que (?:empresa|sitio)|para (?:quien|que empresa)) trabajo"),
        ("work", r"(?:donde|en que (?:empresa|sitio)|para (?:quien|que empresa)) trabaja <MINE>"),
        ("job", r"(?:de|en) que trabajo|a que me dedico|cual es mi (?:trabajo|profesion|oficio)"),
        (
            "job",
            r"(?:de|en) que trabaja <MINE>|a que se dedica <MINE>|cual es (?:el trabajo|la profesion"
            r"|el oficio) de <MINE>",
        ),
        ("studies", r"que (?:estudio|estoy estudiando)"),
        ("studies", r"que (?:estudia|esta estudiando) <MINE>"),
        ("school", r"donde (?:estudio|estoy estudiando)"),
        (
            "phone",
            r"cual es mi (?:numero(?: de (?:telefono|movil))?|telefono|movil)|que (?:numero de telefono"
            r"|telefono) tengo",
        ),
        (
            "phone",
            r"cual es el (?:numero(?: de (?:telefono|movil))?|telefono|movil) de <MINE>|que telefono tiene <MINE>",
        ),
        ("email", r"cual es mi (?:correo(?: electronico)?|e-?mail)"),
        ("email", r"cual es el (?:correo(?: electronico)?|e-?mail) de <MINE>"),
        ("allergy", r"a que (?:soy alergic[oa]|tengo alergia)|que alergias tengo|cuales son mis alergias"),
        ("allergy", r"a que (?:es alergic[oa]|tiene alergia) <MINE>|que alergias tiene <MINE>"),
        ("language", r"que (?:idiomas|lenguas) hablo"),
        ("language", r"que (?:idiomas|lenguas) habla <MINE>"),
        ("favourite", r"(?:cual|quien|que) es mi (?P<fav>[a-zñ]+(?: [a-zñ]+)?) (?:favorit[oa]|preferid[oa])"),
        ("favourite", r"(?:cual|quien) es (?:el|la) (?P<fav>[a-zñ]+) (?:favorit[oa]|preferid[oa]) de <MINE>"),
        (
            "plate",
            rf"cual es la matricula (?:de (?:mi|nuestr[oa]) |del? )(?:la )?{_VEHICLE_ES}|que matricula "
            rf"tiene (?:mi|nuestr[oa]|el|la) {_VEHICLE_ES.replace('thing', 'thing2')}",
        ),
        ("plate", r"cual es mi (?P<carplate>matricula)"),
        (
            "kind",
            rf"que {_VEHICLE_ES} (?:tengo|conduzco|tenemos)"
            rf"|de que color es mi {_VEHICLE_ES.replace('thing', 'thing2')}",
        ),
        ("place", r"donde (?:aparque|he aparcado|hemos aparcado|aparcamos|estacione|he estacionado)(?P<parked>)"),
        (
            "place",
            r"donde (?:aparque|he aparcado|hemos aparcado|estacione|he estacionado|tengo|deje|he "
            rf"dejado) (?:mi|el|la|nuestr[oa]) {_VEHICLE_ES}(?: aparcad[oa])?|donde esta (?:mi|el"
            rf"|la|nuestr[oa]) {_VEHICLE_ES.replace('thing', 'thing2')}(?: aparcad[oa])?",
        ),
        (
            "place",
            r"donde (?:deje|he dejado|puse|he puesto|guardo|guarde|he guardado|meti|he metido|escondi"
            rf"|he escondido|tengo) (?:mis?|el|la|los|las) {_THING_ES}",
        ),
        ("place", rf"donde (?:esta|estan) (?:mis?|nuestr[oa]s?) {_THING_ES}"),
        (
            "date",
            rf"(?:cuando|que dia) (?:es|tengo|sale) (?:mi|nuestr[oa]) (?:proxim[oa] )?{_EVENT_ES}"
            rf"|(?:cuando|que dia) tengo (?:la |el )?{_EVENT_ES.replace('event', 'event2')}",
        ),
        ("about", r"que sabes (?:de|sobre) (?P<person>[a-zñ'-]{2,20}(?: [a-zñ'-]{2,20})?)"),
        ("who", r"quien es (?P<person>[a-zñ'-]{2,20}(?: [a-zñ'-]{2,20})?)"),
        (
            "birthday",
            r"(?:cuando|que dia) es el (?:cumpleaños|cumple) de (?P<person>[a-zñ-]{2,20})|(?:cuando"
            r"|que dia) cumple años (?P<person2>[a-zñ-]{2,20})",
        ),
        ("home", r"donde vive (?P<person>[a-zñ-]{2,20})"),
        ("work", r"donde trabaja (?P<person>[a-zñ-]{2,20})"),
        ("age", r"(?:cuantos años|que edad) tiene (?P<person>[a-zñ-]{2,20})"),
        ("allergy", r"a que (?:es alergic[oa]|tiene alergia) (?P<person>[a-zñ-]{2,20})"),
        ("phone", r"cual es el (?:numero|telefono)(?: de telefono)? de (?P<person>[a-zñ-]{2,20})"),
    ),
}
_TOGETHER_ES = {"hijos": "child", "padres": "parent", "hermanos": "sibling", "papas": "parent"}
_NOBODY = frozenset(
    """it he she that this there here who what my your his her the a an god jarvis everyone you me i they we us him them
    el ella ese esa este esta eso esto quien mi tu su un una dios yo usted ellos nosotros nadie alguien boss""".split()
)


_PARENT_EN = re.compile(r"(?<!my )(?<!our )\b(dad|mum|mom)\b")
_PARENT_ES = re.compile(r"(?<=[ea] )(?<!mi )(?<!la )(papa|mama)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a question asks: a `relation` of a `subject` (see `fact_sentences`); or of somebody called `person`, whose
    subject only the facts know ("who" asks for the very person, "about" for all that is known of them). `kin` is which
    relative `subject` is."""

    relation: str
    subject: str = ""
    kin: str = ""
    person: str = ""


def asked_of(text: str, language: Language) -> Asked | None:
    """Return what of the person's own life a question asks; None for any other question."""
    if len(text) > MOST_CHARACTERS:
        return None
    bare = " ".join(plain(text).casefold().strip(" ¿?!¡.…").split())
    bare = _PARENT_EN.sub(r"my \1", _PARENT_ES.sub(r"mi \1", bare))
    for tried in (language, *(other for other in LANGUAGES if other != language)):
        for relation, pattern in _compiled(tried):
            match = pattern.fullmatch(bare)
            if match is not None:
                return _asked(relation, match.groupdict(), tried)
    return None


def _asked(relation: str, groups: dict[str, str | None], language: Language) -> Asked | None:
    def first(*names: str) -> str:
        return next((groups[name] or "" for name in names if groups.get(name)), "")

    person = first("person", "person2")
    if person:
        # "my sister" would have fitted a rule of its own.
        return None if set(key(person).split()) & _NOBODY else Asked(relation=relation, person=person)
    if "person" in groups:
        return None
    kins = first("kins", "kins2", "kins3")
    if kins:
        kin = _TOGETHER_ES.get(kins) or kin_name(kins, language)
        return Asked(relation=relation, subject=f"user/{kin}", kin=kin) if kin else None
    kin_word = first("kin", "kin2", "kin3", "kin4", "kin5", "kin6", "kin7")
    if kin_word:
        kin = kin_name(kin_word, language)
        qualifier = qualifier_name(first(*(f"{q}{n}" for q in ("q", "qb") for n in ("", *"234567"))), language)
        subject = f"user/{qualifier} {kin}".replace("/ ", "/")
        return Asked(relation=_relation(relation, first("fav")), subject=subject, kin=kin) if kin else None
    thing = first("thing", "thing2")
    if thing or "parked" in groups or groups.get("carplate"):
        return Asked(relation=relation, subject=f"user/{thing_name(thing or 'car')}")
    event = first("event", "event2", "event3")
    if event:
        return Asked(relation=relation, subject=f"user/{event_name(event)}")
    return Asked(relation=_relation(relation, first("fav", "fav2")), subject="user")


def _relation(relation: str, thing: str) -> str:
    return f"favourite:{favourite_name(thing)}" if relation == "favourite" else relation


@cache
def _compiled(language: Language) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (relation, re.compile(f"{_LEAD[language]}(?:{_numbered(pattern, language)}){_TRAIL[language]}"))
        for relation, pattern in _RULES[language]
    )


def _numbered(pattern: str, language: Language) -> str:
    """Return the pattern with its marks for people filled in; a group's name may stand once, so they are counted."""
    count = 0
    many = 0

    def person(mark: re.Match[str]) -> str:
        nonlocal count, many
        if mark[1] == "KINS":
            many += 1
            own = r"(?:my|our)" if language == "en" else r"(?:mis|nuestr[oa]s)"
            return rf"{own} (?P<kins{many if many > 1 else ''}>{PLURAL[language]})"
        count += 1
        n = str(count) if count > 1 else ""
        kin, qualifier = SINGULAR[language], QUALIFIER[language]
        if language == "en":
            owner = r"(?:'s|'|s)" if mark[1] == "WHOS" else ""
            return rf"(?:my|our) (?:(?P<q{n}>{qualifier}) )?(?P<kin{n}>{kin}){owner}"
        return rf"(?:mi|nuestr[oa]) (?:(?P<qb{n}>mejor) )?(?P<kin{n}>{kin})(?: (?P<q{n}>{qualifier}))?"

    return re.sub(r"<(WHOS|WHO2|WHO|MINE|KINS)>", person, pattern)
