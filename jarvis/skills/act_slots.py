"""The parsers of the slots of lists, notes, facts and of what is opened: each refuses words that it is not sure of.

`program` knows only well-known names and `told` nothing; `SkillBook` puts those in their place that know what is
installed and what was told.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from urllib.parse import urlsplit

from jarvis.contracts.ports import Clock
from jarvis.contracts.skill_ports import FactBook, Launcher
from jarvis.contracts.skills import Application, SlotValue
from jarvis.skills.folding import key
from jarvis.skills.matcher import SlotContext, SlotParser
from jarvis.skills.names import SITES, is_known_program, programs_called
from jarvis.skills.numerals import integer_in

INSTALLED_SECONDS = 60.0
"""How long the list of installed programs is taken as it was; reading it takes some 20 ms."""

_PRONOUN = {
    "en": set("me us him her them it this that you everything anything something nothing off things".split()),
    "es": set("me te nos lo la los las esto eso ello todo algo nada mi ti cosas".split()),
}
_NO_LIST = re.compile(
    r"\b(?:shopping|grocer\w+|to do|to-do|todo|tasks?|compras?|tareas|pendientes|lists?|listas?|"
    r"waiting|wait|mailing|guest|black|white|block|ignore|play|reproduccion|espera|correo|invitados|negra|blanca|"
    r"contacts?|contactos|email|following|python|linked|array|number|numeros)\b|'"
)
_NO_NAME = re.compile(r"^(?:a|an|the|my|new|one|of|un|una|la|el|nueva|otra)$|^(?:of|a|to|with) ")
_LIST_AROUND = re.compile(
    r"^(?:(?:the|my|a|la|las|mi|una|lista|de|called|llamada|it is|it's|se llama)\s+)+|\s+list$", re.IGNORECASE
)
_LONGEST_LIST_NAME = 3
_KEPT_LIST = re.compile(r"^(?:(shopping|grocery|groceries|compras?)|to ?-?do|tasks?|tareas|pendientes)$")
_NOT_BARE = re.compile(
    r"\d|\b(?:to|in|on|into|with|from|for|of|the|my|your|it|this|that|these|those|all|me|more|another|new|up|then|some "
    r"more|timers?|alarms?|reminders?|notes?|lists?|tasks?|events?|contacts?|minutes?|hours?|seconds?|numbers?|music|"
    r"songs?|volume|one|two|three|four|five|six|seven|eight|nine|ten|a|al|en|con|de|del|para|por|el|la|los|las|mi|mis|tu|"
    r"esto|eso|todo|otro|otra|nuevo|nueva|mas|temporizador|alarma|recordatorio|notas?|listas?|tareas?|eventos?|"
    r"minutos?|horas?|segundos?|musica|volumen|uno|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|que|"
    r"comments?|columns?|rows?|tests?|features?|emphasis|context|detail|details|examples?|comentarios?|ejemplos?)\b"
)
_STATES = {
    "en": re.compile(
        r"^(?:my|our|the|i|i'm|i've|we|his|her|their|mom|dad|[a-z]+'s)\b.*\s(?:is|are|was|were|am|has|have|had|likes?|"
        r"loves?|hates?|prefers?|lives?|works?|left|parked|put|keep|kept|means|equals|starts?|ends?|weighs?|owes?|born|"
        r"allergic|called|named)\b|^(?:i'm|i am|we're|i've)\b|^[a-z]+'s [\w' ]+ (?:is|are|was)\b"
    ),
    "es": re.compile(
        r"\b(?:es|son|era|eran|esta|estan|tiene|tienen|tengo|tenemos|soy|somos|vivo|vive|viven|trabajo|trabaja|deje|puse|"
        r"guarde|aparque|he|hemos|gusta|gustan|odio|prefiero|se llama|se llaman|me llamo|nacio|naci|cumple|cumplo|"
        r"empieza|termina|mide|pesa|debe|cuesta|significa|vale)\b"
    ),
}
_NOT_STATES = {
    "en": re.compile(r"^(?:to|when|what|who|where|why|how|me|the time|that time|if|it|this|your|you)\b"),
    "es": re.compile(r"^(?:cuando|que|quien|donde|por que|como|me|la vez|aquella|si|tu|tus|eso|esto|llamar|comprar)\b"),
}
_THE = re.compile(r"^(?:the|el|la|los|las|un|una)\b")
_OWN = {
    "en": re.compile(
        r"\b(?:passwords?|passcodes?|passphrase|pin|codes?|combination|number|address|birthday|anniversary|name|nickname|"
        r"colou?r|size|plate|licen[cs]e|keys?|wi-?fi|locker|e-?mail|username|login|account|doctor|dentist|car|bike|seat|"
        r"gate|flight|hotel|room|appointment|blood type|allerg(?:y|ies)|phone|wallet|glasses|passport|passports|"
        r"umbrella|remote|charger|bag|purse|laptop|headphones|insurance|policy|teacher|boss|landlord|plumber|mechanic|"
        r"hairdresser|favou?rite \w+(?: \w+)?|shoe size|door code|parking spot|parking space|parked)"
        r"(?= (?:of|for|at|in|to|on)\b|$)"
    ),
    "es": re.compile(
        r"\b(?:contrasenas?|claves?|pin|codigos?|combinacion|numero|direccion|cumpleanos|santo|aniversario|nombre|apodo|"
        r"color|talla|matricula|llaves?|wi-?fi|taquilla|correo|usuario|cuenta|medico|medica|doctora?|dentista|coche|carro|bici|"
        r"bicicleta|asiento|puerta|vuelo|hotel|habitacion|cita|grupo sanguineo|alergias?|telefono|movil|cartera|gafas|"
        r"pasaportes?|paraguas|mando|cargador|bolso|portatil|auriculares|seguro|poliza|profesora?|jefe|jefa|casero|"
        r"fontanero|mecanico|peluquer[oa]|\w+ favorit[oa]s?|plaza de garaje)(?= (?:de|del|para|en|al?)\b|$)"
    ),
}
_OF_MINE = re.compile(r"(.+?) de mis? \w")
_NOT_OWN = re.compile(r"\b(?:next|proxim[oa]|ip|computer|ordenador|cpu|gpu|mac|volume|battery|memory|screen)\b")
_NOT_SEARCHED = re.compile(
    r"^(?:my|mis?|is|are|was|has|will|can|does|did|es|son|era|tiene)\b|"
    r"^(?:my |mis? |a |una? )?(?:notes?|notas?|lists?|listas?|files?|archivos?|me|it|this|that)\b|"
    r"\b(?:in|en) (?:my|mis?) (?:notes|notas|lists?|listas?|files|archivos)$"
)
_WEB_MATTER = re.compile(
    r"^(?:una? )?(?:recetas?|informacion|noticias|tutoriales|videos?|imagenes|fotos) (?:de|del|sobre|para) (?!mi)"
)
_PERCENT_SIGN = re.compile(r"\s*(?:%|\b(?:percent|per cent|por ciento|porciento|points?|puntos?)\b)\s*$", re.IGNORECASE)
_HOST = re.compile(r"^(?:[a-z0-9ñ](?:[a-z0-9ñ-]*[a-z0-9ñ])?\.)+[a-z]{2,24}$")
_SPOKEN_DOT = {"en": re.compile(r"\s+dot\s+"), "es": re.compile(r"\s+punto\s+")}
_FILE_ENDINGS = frozenset(
    "txt pdf py md doc docx xls xlsx png jpg jpeg mp3 mp4 wav zip csv json html exe sh odt".split()
)


def web_address(text: str, language: str) -> str | None:
    """Return the address of a site said by name or spelled ("wikipedia dot org"), or None."""
    name = key(text)
    if name in SITES:
        return SITES[name]
    spelled = _SPOKEN_DOT[language].sub(".", f" {text.strip().lower()} ").strip()
    spelled = re.sub(r"^(?:triple w|www)[ .]+", "www.", re.sub(r"\s+slash\s+|\s+barra\s+", "/", spelled))
    if re.match(r"^https?://\S+$", spelled):
        return text.strip() if urlsplit(spelled).hostname else None
    host, slash, path = spelled.partition("/")
    if not _HOST.match(host) or " " in path or (not slash and host.rpartition(".")[2] in _FILE_ENDINGS):
        return None
    return f"https://{spelled}"


class ProgramParser:
    """Reads the name of a program: one that is installed here, or that everybody knows."""

    def __init__(self, launcher: Launcher, clock: Clock) -> None:
        self._launcher = launcher
        self._clock = clock
        self._lock = threading.Lock()
        self._installed: tuple[float, list[Application]] | None = None

    def __call__(self, text: str, context: SlotContext) -> SlotValue | None:  # noqa: ARG002
        """Return the name as it was said, or None."""
        known = is_known_program(text) or bool(programs_called(text, self._programs()))
        return text if known else None

    def _programs(self) -> list[Application]:
        with self._lock:
            now = self._clock.monotonic()
            if self._installed is None or now - self._installed[0] > INSTALLED_SECONDS:
                self._installed = now, list(self._launcher.applications())
            return self._installed[1]


class ToldParser:
    """Reads what the person told of before: only words each of which some stored fact shares."""

    def __init__(self, facts: FactBook) -> None:
        self._facts = facts

    def __call__(self, text: str, context: SlotContext) -> SlotValue | None:  # noqa: ARG002
        """Return the words as they were said, or None."""
        told = [{fact.id for fact in self._facts.search(word)} for word in text.split()]
        return text if told and set.intersection(*told) else None


def _nothing_told(text: str, context: SlotContext) -> SlotValue | None:  # noqa: ARG001
    return None


def _said(text: str, context: SlotContext) -> SlotValue | None:  # noqa: ARG001
    return text


def _thing(text: str, context: SlotContext) -> SlotValue | None:
    return None if key(text) in _PRONOUN[context.language] else text


def _list_name(text: str, context: SlotContext) -> SlotValue | None:  # noqa: ARG001
    return None if _NO_LIST.search(key(text)) or _NO_NAME.match(key(text)) else text


def _new_list(text: str, context: SlotContext) -> SlotValue | None:
    """Read the answer to "what is it called?": a name, with or without "the ... list" around it."""
    words = _LIST_AROUND.sub("", text.strip())
    kept = _KEPT_LIST.match(key(words))
    if kept:
        return "shopping" if kept[1] else "to-do"
    return _list_name(words, context) if len(words.split()) <= _LONGEST_LIST_NAME else None


def _bare_things(text: str, context: SlotContext) -> SlotValue | None:
    """Read what is put on a list when no list is named: a few plain words, none of which points elsewhere."""
    words = key(text)
    if _NOT_BARE.search(words) or words in _PRONOUN[context.language]:
        return None
    return text


def _statement(text: str, context: SlotContext) -> SlotValue | None:
    words = key(text)
    if _NOT_STATES[context.language].search(words) or len(words.split()) < 3:
        return None
    return text if _STATES[context.language].search(words) else None


def _own_statement(text: str, context: SlotContext) -> SlotValue | None:
    return None if _THE.match(key(text)) else _statement(text, context)


def _own_thing(text: str, context: SlotContext) -> SlotValue | None:
    words = key(text)
    return text if _OWN[context.language].search(words) and not _NOT_OWN.search(words) else None


def _thing_of_mine(text: str, context: SlotContext) -> SlotValue | None:
    """Read a thing of somebody who is the person's own: "cumpleaños de mi hermana"."""
    named = _OF_MINE.match(key(text))
    return text if named is not None and _own_thing(named[1], context) else None


def _known_program(text: str, context: SlotContext) -> SlotValue | None:  # noqa: ARG001
    return text if is_known_program(text) else None


def _percent(text: str, context: SlotContext) -> SlotValue | None:
    return integer_in(_PERCENT_SIGN.sub("", text), context.language)


def _site(text: str, context: SlotContext) -> SlotValue | None:
    return text if web_address(text, context.language) else None


def _query(text: str, context: SlotContext) -> SlotValue | None:  # noqa: ARG001
    return None if _NOT_SEARCHED.search(key(text)) else text


def _web_matter(text: str, context: SlotContext) -> SlotValue | None:  # noqa: ARG001
    """Read what can only be looked up on the web: "recetas de paella"."""
    return text if _WEB_MATTER.match(key(text)) else None


ACT_SLOT_PARSERS: Mapping[str, SlotParser] = {
    "said": _said,
    "thing": _thing,
    "list_name": _list_name,
    "new_list": _new_list,
    "bare_things": _bare_things,
    "statement": _statement,
    "own_statement": _own_statement,
    "own_thing": _own_thing,
    "thing_of_mine": _thing_of_mine,
    "program": _known_program,
    "percent": _percent,
    "site": _site,
    "told": _nothing_told,
    "query": _query,
    "web_matter": _web_matter,
}
"""`percent` gives an int; all others give the words as they were said."""
