"""Turns streamed text into clauses to say: cut where a voice may breathe, without what only eyes can use.

Pure. The first clause is cut early, so that speech starts while the answer is still being written. Where a cut falls
depends only on the text before it and the two characters after it, never on how the text was split into pieces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from jarvis.contracts.errors import Language
from jarvis.voice.spoken_text import spoken
from jarvis.voice.spoken_text.blocks import Block, BlockKind, Blocks
from jarvis.voice.spoken_text.language import clause_language
from jarvis.voice.spoken_text.markdown import is_heading, is_item, plain

FIRST_CLAUSE_WORDS = 3
"""The first clause may end at a comma once it has this many words."""
FIRST_CLAUSE_LONG_WORDS = 6
"""After this many words the first clause ends ahead of a word such as "and" or "because", without a comma."""
LONGEST_CLAUSE_CHARACTERS = 280
"""A sentence longer than this is cut at its last comma or space: a voice makes one piece of sound per clause."""
WRAPPED_LINE_CHARACTERS = 40
"""A line at least this long that ends without a mark and goes on with a small letter is only wrapped; one half as long
again is whatever kind of letter follows."""

_ON_SCREEN: dict[BlockKind, dict[Language, str]] = {
    "code": {"en": "The code is on the screen.", "es": "El código está en la pantalla."},
    "table": {"en": "The table is on the screen.", "es": "La tabla está en la pantalla."},
    "formula": {"en": "The formula is on the screen.", "es": "La fórmula está en la pantalla."},
}
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st sr jr vs etc e.g i.e no nos fig approx dept est inc ltd co corp vol ed eds al cf jan feb mar "
    "apr jun jul aug sep sept oct nov dec a.m p.m u.s pp ch gen rev s sra srta dra sres sras ud uds d dª dña sto sta "
    "p.ej p ej pág págs núm núms tel tlf tfno av avda c cía aprox art cap ene abr ago dic ee uu ee.uu d.c a.c ph.d máx "
    "mín dpto izq dcha pza ctra".split()
)
# These end a sentence as often as not, so only a small letter after them says that it goes on.
_AMBIGUOUS = frozenset("etc a.m p.m u.s inc ltd co corp d.c a.c no jr sr uu ee.uu".split())
_BREAKS = frozenset(
    "and but because which while when where although since if then y pero porque aunque mientras cuando donde para si "
    "entonces sino pues".split()
)
_SENTENCE_END = ".!?…。"
_CLAUSE_END = ",;:—"
_CLOSERS = "\"'”’»)]*_"
# Marks that may open something before a comma and close it after; an apostrophe within a word opens nothing.
_MARKED = re.compile(r"[*_~`\[\](){}<>\"«»“”$\\|#&:/@]|(?<!\w)['‘’]|['‘’](?!\w)")
_ENTITY = re.compile(r"&#?\w{1,7};$")
_DEEPEST_INDENT = 8
_FEED_CHARACTERS = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Clause:
    """One piece of an answer: `text` as it is written and shown, `spoken` as a voice of `language` says it.

    The texts of an answer's clauses, joined, are the answer's own characters from the first on, markup and all.
    """

    text: str
    spoken: str
    language: Language


class ClauseStream:
    """Feed it text as it arrives; it returns each clause as soon as it is whole. `language` is the answer's."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._blocks = Blocks()
        self._buffer = ""
        self._scanned = 0
        self._unsaid: list[str] = []
        self._told: set[BlockKind] = set()
        self._spoke = False
        self._line_begins = True
        self._full_stop = False

    def feed(self, text: str) -> list[Clause]:
        """Add `text`; return the clauses that it completed."""
        clauses: list[Clause] = []
        for at in range(0, len(text), _FEED_CHARACTERS):
            clauses += self._heeded(self._blocks.feed(text[at : at + _FEED_CHARACTERS]))
        return clauses

    def close(self) -> list[Clause]:
        """End the text; return what is left."""
        return [*self._heeded(self._blocks.close()), *self._flushed()]

    def _heeded(self, blocks: list[Block]) -> list[Clause]:
        clauses: list[Clause] = []
        for block in blocks:
            if block.kind == "prose":
                self._buffer += block.raw
                clauses += self._taken(last=False)
                continue
            if block.opens:
                clauses += self._flushed()
            self._unsaid.append(block.raw)
            if block.opens and block.kind in _ON_SCREEN and block.kind not in self._told:
                self._told.add(block.kind)
                clauses.append(self._clause(_ON_SCREEN[block.kind][self._language], self._language))
        return clauses

    def _flushed(self) -> list[Clause]:
        clauses = self._taken(last=True)
        rest, self._buffer, self._scanned = self._buffer, "", 0
        clauses += self._made(rest, goes_on=False)
        self._line_begins = True
        return clauses

    def _taken(self, *, last: bool) -> list[Clause]:
        clauses: list[Clause] = []
        while self._scanned < len(self._buffer) and (last or self._decidable()):
            self._scanned += 1
            cut = self._cut(self._scanned)
            if cut:
                raw, self._buffer, self._scanned = self._buffer[:cut], self._buffer[cut:], 0
                clauses += self._made(raw, goes_on=True)
        return clauses

    def _decidable(self) -> bool:
        """Tell whether enough is known of what follows the next character to see whether a clause ends with it."""
        following = len(self._buffer) - self._scanned - 1
        if following < 2 and self._is_early_comma(len(self._buffer)):
            # Nothing ends with the letters before it.
            return following == 0 or self._buffer[self._scanned : -1].isalpha()
        if self._buffer[self._scanned] == "\n":
            begins = self._buffer[self._scanned + 1 :].lstrip(" ")
            return bool(begins) or following > _DEEPEST_INDENT or not self._may_be_wrapped(self._scanned)
        return following >= 2

    def _cut(self, at: int) -> int:
        """Return where to cut when a clause ends with the `at`-th character, else 0."""
        last, follower = self._buffer[at - 1], self._buffer[at : at + 2]
        if last == "\n":
            return 0 if self._goes_on_after(at - 1) else at
        if self._is_early_comma(at):
            return at
        if follower[:1].isspace() or last == " ":
            cut = self._breath(self._buffer[:at], follower)
            if cut:
                return cut
        if at < LONGEST_CLAUSE_CHARACTERS:
            return 0
        text = self._buffer[:at]
        space = max(text.rfind(mark) + 1 for mark in (", ", "; ", ": "))
        space = space if space > at // 2 else text.rfind(" ") + 1
        return space or (at if at >= 2 * LONGEST_CLAUSE_CHARACTERS else 0)

    def _is_early_comma(self, at: int) -> bool:
        """Tell whether the first clause ends with the `at`-th character whatever follows: the next word of a slow model
        takes a twentieth of a second, and only figures go on after a comma, or marks that open before it."""
        if self._spoke or self._buffer[at - 1] != "," or not self._buffer[at - 2 : at - 1].isalpha():
            return False
        text = self._buffer[:at]
        return len(text.split()) >= FIRST_CLAUSE_WORDS and not _MARKED.search(text)

    def _breath(self, text: str, follower: str) -> int:
        if text[-1] == " ":
            words = [] if self._spoke else text.split()
            if len(words) > FIRST_CLAUSE_LONG_WORDS and words[-1] in _BREAKS and not _inside_markup(text):
                return len(text.rstrip()) - len(words[-1])
            return 0
        stem = text.rstrip(_CLOSERS)
        if stem[-1:] in tuple(_SENTENCE_END):
            return len(text) if _ends_sentence(stem, follower) and not _inside_markup(text) else 0
        comma = not self._spoke and text[-1] in _CLAUSE_END and len(text.split()) >= FIRST_CLAUSE_WORDS
        return len(text) if comma and not _inside_markup(text) and not _ENTITY.search(text[-10:]) else 0

    def _goes_on_after(self, newline: int) -> bool:
        """Tell whether the line that ends at `newline` is only wrapped there."""
        if not self._may_be_wrapped(newline):
            return False
        begins = self._buffer[newline + 1 : newline + 2 + _DEEPEST_INDENT].lstrip(" ")[:1]
        long = newline - self._buffer.rfind("\n", 0, newline) - 1 >= 3 * WRAPPED_LINE_CHARACTERS // 2
        return begins.islower() or (long and (begins.isalpha() or begins in tuple("(\"'«“`")))

    def _may_be_wrapped(self, newline: int) -> bool:
        line = self._buffer[self._buffer.rfind("\n", 0, newline) + 1 : newline].rstrip()
        return len(line) >= WRAPPED_LINE_CHARACTERS and line[-1] not in ".!?…:;" and not is_heading(line)

    def _made(self, raw: str, *, goes_on: bool) -> list[Clause]:
        """Return the clause that `raw` is said as, if there is anything to say in it."""
        if self._line_begins:
            self._full_stop = is_heading(raw) or is_item(raw)
        ends_line = raw.endswith("\n") or not goes_on
        self._line_begins = ends_line
        if raw:
            self._unsaid.append(raw)
        text = speakable(raw, self._language)
        language = clause_language(text, self._language)
        said = spoken(text, language)
        if not said:
            return []
        if said.rstrip(_CLOSERS)[-1:].isalnum():
            # A voice lets its tone fall at the end of a sentence or item, and keeps it up where a sentence goes on.
            ended = raw.rstrip().rstrip(_CLOSERS)[-1:] in tuple(_SENTENCE_END) or (ends_line and self._full_stop)
            said += "." if ended else "" if ends_line else ","
        self._spoke = True
        return [self._clause(said, language)]

    def _clause(self, said: str, language: Language) -> Clause:
        text = "".join(self._unsaid)
        self._unsaid.clear()
        return Clause(text=text, spoken=said, language=language)


def clauses_in(text: str, language: Language) -> list[Clause]:
    """Return the clauses of a whole text."""
    stream = ClauseStream(language)
    return [*stream.feed(text), *stream.close()]


def aside(said: str, language: Language) -> Clause:
    """Return a clause that is said but is no part of the answer, such as a word while an answer takes its time."""
    return Clause(text="", spoken=spoken(said, language), language=language)


def speakable(text: str, language: Language) -> str:
    """Return `text` without markdown and on one line; figures and signs stay as they are written."""
    return re.sub(r"\s+", " ", " ".join(plain(line, language) for line in text.splitlines())).strip()


def _ends_sentence(stem: str, follower: str) -> bool:
    if stem[-1] != ".":
        return True
    word = re.split(r"[\s(\"“«¿¡*_]|(?<!\w)'", stem[:-1])[-1].casefold()
    goes_on = follower[1:2].islower()
    if word in _AMBIGUOUS:
        titled = (word == "no" and follower[1:2].isdigit()) or (word == "sr" and follower[1:2].isupper())
        return not goes_on and not titled
    if word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha() and stem[-2:-1].isupper()):
        return False
    # "1." opening a line is a list number, not the end of a sentence.
    return not (word.isdigit() and len(word) <= 3 and re.fullmatch(r"[\s>]*", stem[: -len(word) - 1]))


def _inside_markup(text: str) -> bool:
    line = text[text.rfind("\n") + 1 :]
    if line.count("`") % 2:
        return True
    opened = line.rfind("[")
    link = opened > max(line.rfind("]"), len(line) - 120)
    return link or re.search(r"\]\([^)]{0,300}$", line) is not None
