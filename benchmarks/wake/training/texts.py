"""What the training voices say: calls, stop words, words that sound alike, and ordinary sentences in both languages.

Nothing that `benchmarks.wake` measures with is in here: its near misses, commands and sentences are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from benchmarks.wake.calls import COMMANDS
from benchmarks.wake.others import NEAR_MISSES, sentences
from jarvis.contracts.errors import Language

ROOT = Path(__file__).parents[3]

CALLS: dict[str, tuple[str, ...]] = {
    "en": ("hey jarvis", "hey, jarvis"),
    "es": ("ei yarvis", "oye yarvis", "jei yarvis", "ei jarvis", "oye, yarvis", "ei llarvis"),
    "ca": ("ei jarvis", "ei djarvis"),
    "it": ("ei giarvis", "hei giarvis"),
    "pt": ("ei djarvis", "hei djarvis"),
    "fr-fr": ("hé djarvisse",),
    "de": ("hej dscharwis",),
    "nl": ("hee dzjarvis",),
    "pl": ("hej dżarwis",),
    "cs": ("hej džárvis", "hej, džárvis", "hej džarvis"),
}
"""How a voice of each language has to spell the call so that it sounds like its speakers' English."""

STOPS: dict[str, dict[str, tuple[str, ...]]] = {
    "stop": {
        "en": ("stop", "stop!"),
        "es": ("stop",),
        "it": ("stop",),
        "de": ("stopp",),
        "nl": ("stop",),
        "cs": ("stop",),
    },
    "cancel": {"en": ("cancel", "cancel!"), "nl": ("kensel",), "cs": ("kensl",)},
    "para": {"es": ("para", "¡para!"), "ca": ("para",), "it": ("para",), "pt": ("para",), "cs": ("para",)},
    "cancela": {"es": ("cancela", "¡cancela!"), "ca": ("cancela",), "it": ("cancela",), "pt": ("cancela",)},
    "silencio": {"es": ("silencio", "¡silencio!"), "it": ("silensio",), "pt": ("silêncio",)},
    "basta": {"es": ("basta", "¡basta!"), "ca": ("basta",), "it": ("basta",), "pt": ("basta",), "cs": ("basta",)},
}
"""The words that silence Jarvis, as a voice of each language spells them."""

_NAMES = """
jasper arthur james harris carter jordan gerald jerome jeremy janice jonas judith marcus mavis davis elvis purvis larry
barbara sarah chandler jacob joyce chavez george jarrow jarhead jaguar jackie jenny jason jamie john jonathan julius
julia harper hardy martha margaret martin carlisle arnold archie clarence lawrence florence morris alexa google computer
assistant mycroft cortana everybody there you guys man buddy listen wait look garcia carson larson parsons starbucks
tardis jazz jasmine jumper justice gervase jaws jams charm chuck charlotte charity churchill arliss corvus darius
"""
_BEFORE_NAMES = ("hey", "hey", "hey", "hi", "say", "they", "may", "pay", "hay", "ok")
_NEAR_EN = """
the artist starved|it is larvae|they are nervous|a large vase|the jarring noise|his heart is broken
parties and artists|there was garbage in the yard|hay and barley|they starve us|that gave us hope|eight carvers
we carve this|she serves us|the tardis|the jury is out|hey just a minute|hey judge this|hey charge this
hey you are fast|hey star wars is on|they jar this|play jazz|say charges|okay archives|eight jars this|stay jobless
great jar vase|hey join us|hey job is done|jarvis is a name|did jarvis call|I met jarvis there|jarvis went home
the butler jarvis left|who is jarvis|ask jarvis|jarvis street is closed|a letter for mister jarvis
tell jarvis about it|jarvis said hello|what did jarvis say to you|in the comic jarvis makes tea|jarvis and I
professor jarvis teaches history|we saw jarvis at the station|no jarvis here|hey are you awake|hey are the kids home
hey what a day|hey that was fast|hey come here|hey how are you|hey stop it
"""
_NEAR_ES = """
oye jaime|oye jairo|oye javi|oye carmen|oye marcos|oye diego|oye álvaro|oye julia|oye laura|oye martín|ey marcos
ey pablo|hay llaves|hay lluvia|hay yogur|hoy ya he visto|oye ya vi la película|y ya vi el coche|hay yates
el rey arturo|ya ves|la ley arbitral|las yerbas|hay hierbas|para llevarlas|yo iba a casa|oye ya has visto
oye, ya basta|ay marcos|hay árboles|oye, hablas mucho|ley y arbitrio|seis jarrones|hay jarrones|oye jamás|oye julio
oye jorge|los jardines|el jarabe dulce|jarvis es un nombre|ha llamado jarvis|vi a jarvis allí|jarvis se fue a casa
quién es jarvis|pregunta a jarvis|dile a jarvis|yarvis vive aquí|yarvis no vino|la carta es de yarvis
me lo dijo yarvis ayer|el señor yarvis|con yarvis y con ana|oye, estás ahí|oye, ven aquí|oye, mira esto|oye, escucha
ey, cómo estás|ey, vamos|hoy hay arroz|hay avispas|oye avisa
"""
_NEAR_CS = """
hej karle|hej marku|hej marto|hej jardo|hej jarmilo|hej jaromíre|hej jano|hej davide|hej džordži|hej džeku|hej džeme
hej dženy|hej džejsne|hej džasmíno|hej džungle|hej džínová|hej arture|hej larisa|hej elvisi|hej travis je tu
hej parku|hej páni|hej tady jsem|hej počkej na mě|hej kde jsi|hej co děláš|hej jaký je to den|hej žárlivý
hej žárovka nesvítí|dej žárovku sem|ten žár vis|ej žár byl velký|nej džem je doma|hej čárka chybí|hej čarvis
džárvis je jméno|volal džárvis|viděl jsem tam džárvise|džárvis šel domů|kdo je džárvis|zeptej se džárvise
řekni to džárvisovi|sluha džárvis odešel|dopis pro pana džárvise|pán džárvis učí dějepis|žádný džárvis tu není
"""
_TALK_CS = """
kolik je hodin, prosím|zítra ráno pojedeme vlakem do města|na stole leží chléb a sýr|děti si hrají na zahradě za domem
včera večer dlouho pršelo|kde jsem nechala ty klíče|musíme ještě koupit mléko a vajíčka|ta kniha je o starém hradě
v neděli přijede babička na oběd|světlo v kuchyni zase bliká|pes štěká na pošťáka|vlak má deset minut zpoždění
dnes je krásné počasí na procházku|připomeň mi to prosím večer|tu píseň jsem už dlouho neslyšel|otevři okno, je tu horko
v létě jezdíme k moři|ta polévka potřebuje trochu soli|musím napsat ten dopis do pátku|podívej se, jak svítí měsíc
nevíš, kde je nejbližší lékárna|dědeček vypráví o válce|na jaře kvetou stromy|ten film byl velmi smutný
autobus jede každou půlhodinu|v obchodě měli jen dvě jablka|kočka spí na okně|přišel domů až po půlnoci
učitel mluvil o dějinách města|nejdřív si umyj ruce|máme doma tři židle a jeden stůl|cesta do hor trvá tři hodiny
"""
_STOP_LIKE: dict[str, str] = {
    "en": """step|shop|top|drop|stock|spot|stuff|start|store|stove|stone|stay|study|stab|star|talk|lot|what|not|hot|up
candle|council|cattle|camel|cancer|camera|pencil|can|can't|counsel|handle|castle|single|uncle|yes|no|okay|hello|thanks
nonstop|stopping|stopped|cancelled|stopover|shopping|wait|please|right|exactly|sure|hmm|uh huh|mm hmm|oh|ah|well|so""",
    "es": """cara|pala|pare|parar|pera|sala|nada|cada|hora|ahora|parece|parado|barra|rara|vara|mara|clara|pata|papá|paga
cancha|canela|candela|candado|escuela|cancelar|cancelado|carrera|silla|silencioso|servicio|comercio|sí|no|vale|gracias
hasta|basto|casta|bastante|besta|busta|fiesta|lista|cuesta|bueno|claro|ajá|bien|exacto|hola|adiós|espera|mira|oye""",
}
"""Said alone: they must not silence Jarvis."""
_WITH_STOP = {
    "en": """stop the music please|we had to stop at the shop|the bus stop is over there|please stop talking to
him|he will not stop|I want to cancel my flight|cancel the meeting on friday|they had to cancel everything|do not stop
now|stop by later|it comes to a full stop and then goes on|you can cancel at any time|just say stop or cancel
and it ends""",
    "es": """para mañana por la mañana|esto es para ti|gracias para todos|es para comer|pon una alarma para las siete
|para el coche en la esquina|cancela la reunión del lunes|ya basta con eso|basta con pulsar el botón|silencio en la
sala por favor|el silencio de la noche|hay que cancelar la cita|sirve para todo|para que lo sepas|no basta con
decirlo|di para o silencio y me callo|se para en cada parada|cancela el temporizador ahora|la tienda para y
luego sigue""",
}
"""A stop word within a sentence: talk, not an order."""

_PHONES = ("JH", "AA", "R", "V", "AH", "S")
_MOST_ALIKE = 160


def listed(text: str) -> tuple[str, ...]:
    """Return the phrases of `text`, which bars or line ends divide."""
    return tuple(" ".join(part.split()) for part in re.split(r"\||\n(?=\S)", text) if part.strip())


def bars(text: str) -> tuple[str, ...]:
    """Return the phrases of `text`, which only bars divide."""
    return tuple(" ".join(part.split()) for part in text.split("|") if part.strip())


def of_other_voices(language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return near misses and ordinary sentences for voices that speak neither English nor Spanish; empty for most.

    Czech spells every sound of the call, and its recorded voices are women, men and a child: they have both.
    """
    return (listed(_NEAR_CS), listed(_TALK_CS)) if language == "cs" else ((), ())


@cache
def near_calls(language: Language) -> tuple[str, ...]:
    """Return phrases that almost call Jarvis, or name him without calling."""
    forbidden = {word for text in NEAR_MISSES[language] for word in _words(text)} - {"hey", "oye", "ey", "jarvis"}
    if language == "es":
        return tuple(text for text in listed(_NEAR_ES) if not set(_words(text)) & (forbidden - _COMMON))
    names = [*_NAMES.split(), *alike_words()]
    called = [f"{_BEFORE_NAMES[at % len(_BEFORE_NAMES)]} {name}" for at, name in enumerate(names)]
    both = [*called, *listed(_NEAR_EN)]
    return tuple(text for text in both if not set(_words(text)) & (forbidden - _COMMON))


_COMMON = frozenset(
    "there is in the a it of i that was at day did not work to over here they her name think film home busy come y "
    "el la las los hay en casa están es ayer no para ready dinner please".split()
)


@cache
def alike_words() -> tuple[str, ...]:
    """Return the dictionary's words whose phones are nearest to "jarvis", without it and its forms."""
    found = find_spec("pocketsphinx")
    if found is None or found.origin is None:
        return ()
    path = Path(found.origin).parent / "model" / "en-us" / "cmudict-en-us.dict"
    ranked = []
    for line in path.read_text(encoding="utf-8").splitlines():
        word, _, phones = line.partition(" ")
        heard = phones.split()
        if word.isalpha() and 4 <= len(heard) <= 8 and "JH AA R V" not in phones and "JH ER V IH" not in phones:
            ranked.append((_distance(heard, _PHONES), word))
    return tuple(word for _, word in sorted(ranked)[:_MOST_ALIKE])


@cache
def stop_like(language: Language) -> tuple[str, ...]:
    """Return words that sound like a stop word, or are often said alone."""
    return bars(_STOP_LIKE[language].replace("\n", "|"))


@cache
def with_stop(language: Language) -> tuple[str, ...]:
    """Return sentences with a stop word in them."""
    return bars(_WITH_STOP[language])


@cache
def talk(language: Language) -> tuple[str, ...]:
    """Return some thousand ordinary sentences without the name, none of the benchmark's."""
    known = {_plain(text) for text in (*sentences(language), *COMMANDS[language])}
    rows = (ROOT / "assets" / "router" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    found = [row["text"] for row in map(json.loads, rows) if row["language"] == language]
    spoken = (ROOT / "tests" / "voice" / f"spoken_{language}.txt").read_text(encoding="utf-8").splitlines()
    found += [line.split("=>")[-1].strip() for line in spoken]
    if language == "en":
        found += (ROOT / "benchmarks" / "data" / "commands_en.txt").read_text(encoding="utf-8").splitlines()
    quoted = re.compile(rf'\b{language}="([^"{{}}]{{20,160}})"')
    for path in sorted((ROOT / "jarvis").rglob("*.py")):
        found += quoted.findall(path.read_text(encoding="utf-8"))
    return tuple(
        dict.fromkeys(
            text for text in found if 8 < len(text) < 160 and "arvis" not in text.lower() and _plain(text) not in known
        )
    )


def _plain(text: str) -> str:
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Edits that make one of the other; vowels differ by half."""
    row = [2 * at for at in range(len(other) + 1)]
    for number, phone in enumerate(one, 1):
        before, row[0] = row[0], 2 * number
        for at, wanted in enumerate(other, 1):
            same = 0 if phone == wanted else 1 if phone[0] in "AEIOU" and wanted[0] in "AEIOU" else 2
            before, row[at] = row[at], min(before + same, row[at] + 2, row[at - 1] + 2)
    return row[-1]
