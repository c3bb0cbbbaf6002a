"""Names and words that the person is likely to say: they help a recogniser that can be told. What of it may leave the
computer is marked; the rest never does."""

from __future__ import annotations

import itertools
import logging
import re
import threading
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from jarvis.contracts.errors import JarvisError
from jarvis.contracts.messages import StoredMessage
from jarvis.contracts.skills import Application
from jarvis.contracts.speech import RecognitionHints
from jarvis.host.launcher import SystemLauncher
from jarvis.skills.folding import key
from jarvis.skills.names import is_known_program
from jarvis.storage.lists import SqliteListBook
from jarvis.storage.word_forms import SMALL_WORDS
from jarvis.storage.words import fold

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

PROGRAMS_SECONDS = 300.0
"""How long the installed programs are kept: reading hundreds of menu entries takes far longer than all the rest."""
PATIENCE_SECONDS = 0.08
"""How long an utterance waits for its words at most: a look takes 0.01 s, and 0.06 s where the programs are read."""
MOST_WORDS = 60
"""Whisper reads about 220 tokens of hints; more words only crowd out the likely ones."""

_BEFORE_CHARACTERS = 200
_CONVERSATIONS = 3
_TURNS = 8
_FACTS = 50
_PEOPLE = 20
_NAMES = 10
_NAMED_PROGRAMS = 6
_ITEMS = 12
_ITEM_CHARACTERS = 40
_PROGRAMS = 20

_CAPITAL = r"[A-ZÁÉÍÓÚÜÑ][\w’'-]{2,}"
_BEGINS = r"(?:^|(?<=[.!?¿¡\n] )|(?<=[¿¡\n]))"
_NAME = re.compile(rf"(?<![.!?¿¡\n] )(?<![¿¡\n])(?<!^)\b{_CAPITAL}")
_DOES = (
    r"is|was|has|had|lives|works|likes|loves|wants|needs|said|says|called|calls|turns|and [A-ZÁÉÍÓÚÜÑ]\w+"
    r"|es|era|est[áa]|tiene|vive|trabaja|quiere|dice|dijo|llam[óa]|se llama|cumple|le gustan?|y [A-ZÁÉÍÓÚÜÑ]\w+"
)
_FIRST_NAME = re.compile(rf"{_BEGINS}{_CAPITAL}(?:(?<=['’]s)|(?=(?: {_CAPITAL}){{0,2}} (?:{_DOES})\b))")
_POSSESSIVE = re.compile(r"['’]s$")
_NO_NAMES = frozenset(
    "let here today tomorrow yesterday everything something nothing someone nobody hoy ayer mañana todo nadie alguien"
    " aqui ahora now please".split()
).union(*SMALL_WORDS.values())
_log = logging.getLogger(__name__)


class Vocabulary:
    """Call it for the hints of now; it looks them up anew each time. Safe from several threads."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis
        self._launcher = SystemLauncher()
        self._lock = threading.Lock()
        self._hints = RecognitionHints()
        self._looking: threading.Thread | None = None
        self._installed: Sequence[Application] = ()
        self._installed_at: float | None = None

    def __call__(self) -> RecognitionHints:
        """Return the hints as they are now, or those of the look before where this takes over `PATIENCE_SECONDS`.

        Where a look is under way already, its hints are those of now.
        """
        with self._lock:
            looking = self._looking
            if looking is None:
                looking = threading.Thread(target=self._look, name="jarvis-vocabulary", daemon=True)
                self._looking = looking
                looking.start()
        looking.join(PATIENCE_SECONDS)
        with self._lock:
            return self._hints

    def warm(self) -> None:
        """Look now, on this thread; without hints, which nothing depends on, where that fails."""
        try:
            self.look()
        except JarvisError as error:
            # Whoever needs those rows says so; hearing goes on without hints.
            _log.info("no hints for the recogniser", extra={"facts": {"code": error.code}})

    def look(self) -> RecognitionHints:
        """Look now, on this thread, and return what was found."""
        jarvis = self._jarvis
        newest = jarvis.conversation_log.conversations(limit=_CONVERSATIONS)
        talks = [jarvis.conversation_log.messages(each.id, limit=_TURNS)[::-1] for each in newest]
        turns = talks[0] if talks else []
        installed = self._programs()
        named = programs_in((turn.text for talk in talks for turn in talk), installed)
        words = [
            *self._people(turns),
            *names_in(line.text for line in jarvis.memory_room.profile.lines())[:_NAMES],
            *names_in(turn.text for turn in turns)[:_NAMES],
            *(program.name for program in named[:_NAMED_PROGRAMS]),
            *self._lists(),
        ]
        likely = known_first(installed)[:_PROGRAMS]
        # Which other programs somebody has is nobody else's business.
        public = [program.name for program in likely if is_well_known(program)]
        before = next((turn.text for turn in turns if turn.text.strip()), "")
        hints = RecognitionHints(
            words=_each_once([*words, *(program.name for program in likely)])[:MOST_WORDS],
            public=_each_once(public),
            before=before[-_BEFORE_CHARACTERS:],
        )
        with self._lock:
            self._hints = hints
        return hints

    def _look(self) -> None:
        try:
            self.warm()
        finally:
            with self._lock:
                self._looking = None

    def _programs(self) -> Sequence[Application]:
        """Return the installed programs, read anew where that was long ago."""
        now = self._jarvis.clock.monotonic()
        if self._installed_at is None or now - self._installed_at >= PROGRAMS_SECONDS:
            self._installed, self._installed_at = self._launcher.applications(), now
        return self._installed

    def _people(self, turns: Sequence[StoredMessage]) -> list[str]:
        """Return who was listed and who is in what was told to be remembered; who was just spoken of comes first."""
        jarvis = self._jarvis
        told = names_in(fact.text for fact in jarvis.fact_book.all(_FACTS))
        said = set(key(" ".join(turn.text for turn in turns)).split())
        known = _each_once([*jarvis.routing_room.private_names(), *told])
        return sorted(known, key=lambda name: said.isdisjoint(key(name).split()))[:_PEOPLE]

    def _lists(self) -> list[str]:
        """Return the names of the lists, then what is open on them: of each the newest first, in turn."""
        lists = SqliteListBook(self._jarvis.database, self._jarvis.clock)
        names = lists.names()
        open_items = [[item.text for item in reversed(lists.items(name))] for name in names]
        items = [text for row in itertools.zip_longest(*open_items, fillvalue="") for text in row]
        short = [text for text in items if 0 < len(text) <= _ITEM_CHARACTERS]
        return [*names[:_NAMES], *short[:_ITEMS]]


def names_in(texts: Iterable[str]) -> list[str]:
    """Return the words of `texts` that are written as names are.

    Of words that begin a sentence only those that are somebody's or of whom something is said.
    """
    found = []
    for text in texts:
        places = [*_FIRST_NAME.finditer(text), *_NAME.finditer(text)]
        for match in sorted(places, key=lambda match: match.start()):
            name = _POSSESSIVE.sub("", match[0])
            if fold(name) not in _NO_NAMES:
                found.append(name)
    return list(dict.fromkeys(found))


def programs_in(texts: Iterable[str], installed: Sequence[Application]) -> list[Application]:
    """Return the programs of which `texts` speak, those of the first text first."""
    found: dict[str, Application] = {}
    names = [(program, {f" {key(name)} " for name in (program.name, *program.other_names)}) for program in installed]
    for text in texts:
        said = f" {key(text)} "
        for program, called in names:
            if any(name.strip() and name in said for name in called):
                found.setdefault(program.command, program)
    return list(found.values())


def known_first(installed: Sequence[Application]) -> list[Application]:
    """Return the programs with those first that everybody knows by name, else in their order."""
    return sorted(installed, key=lambda program: not is_well_known(program))


def is_well_known(program: Application) -> bool:
    """Tell whether everybody knows the program by one of its names."""
    return any(is_known_program(name) for name in (program.name, *program.other_names))


def _each_once(words: Iterable[str]) -> tuple[str, ...]:
    """Return `words` without those that are another one but for case and accents, the first spelling kept."""
    found: dict[str, str] = {}
    for word in words:
        if plain := key(word):
            found.setdefault(plain, word.strip())
    return tuple(found.values())
