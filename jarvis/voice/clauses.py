"""Turns streamed text into clauses to say: cut where a voice may breathe, without what only eyes can use.

Pure. The first clause is cut early, so that speech starts while the answer is still being written. Where a cut falls
depends only on the text before it, never on how the text was split into pieces.
"""

from __future__ import annotations

import re

from jarvis.contracts.errors import Language

FIRST_CLAUSE_WORDS = 3
"""The first clause may end at a comma once it has this many words."""
LONGEST_CLAUSE_CHARACTERS = 280
"""A sentence longer than this is cut at its last comma or space: a voice makes one piece of sound per clause."""

_HIDDEN: tuple[tuple[str, str], ...] = (("<think>", "</think>"), ("<thinking>", "</thinking>"), ("```", "```"))
_CODE: dict[Language, str] = {"en": "The code is on the screen.", "es": "El código está en la pantalla."}
_LINK: dict[Language, str] = {"en": "a link", "es": "un enlace"}

_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st sr jr vs etc e.g i.e no nos fig approx dept est inc ltd co corp vol ed eds al cf "
    "jan feb mar apr jun jul aug sep sept oct nov dec a.m p.m u.s "
    "sra srta dra ud uds d dª p.ej p ej pág págs núm tel av avda c cía aprox art cap ene abr ago dic "
    "ee uu ee.uu d.c a.c ph.d".split()
)
# These end a sentence as often as not, so only a small letter after them says that it goes on.
_AMBIGUOUS = frozenset("etc a.m p.m u.s inc ltd co corp d.c a.c no jr sr".split())
_SENTENCE_END = ".!?…。"
_CLAUSE_END = ",;:—"
_CLOSERS = "\"'”’»)]*_"
_URL = re.compile(r"(?:https?://|www\.)[^\s<>()\[\]]*[^\s<>()\[\].,;:!?'\"»”]")
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\U00002600-\U000027bf\U00002b00-\U00002bff\U0000fe0f\U0000200d\U000020e3\U000e0020-\U000e007f]+"
)


class ClauseStream:
    """Feed it text as it arrives; it returns each clause as soon as it is whole."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._hidden = _HiddenParts(_CODE[language])
        self._buffer = ""
        self._scanned = 0
        self._spoke = False

    def feed(self, text: str) -> list[str]:
        """Add `text`; return the clauses that it completed."""
        self._buffer += self._hidden.feed(text)
        return self._take()

    def close(self) -> list[str]:
        """End the text; return what is left."""
        self._buffer += self._hidden.close() + "\n"
        clauses = self._take()
        rest = speakable(self._buffer, self._language)
        self._buffer, self._scanned = "", 0
        return [*clauses, rest] if rest else clauses

    def _take(self) -> list[str]:
        clauses = []
        # The last two characters wait: what a full stop means depends on the letter after the space.
        while self._scanned < len(self._buffer) - 2 or self._buffer[self._scanned :].startswith("\n"):
            self._scanned += 1
            cut = self._cut(self._scanned)
            if cut == 0:
                continue
            clause = speakable(self._buffer[:cut], self._language)
            self._buffer, self._scanned = self._buffer[cut:], 0
            if clause:
                self._spoke = True
                clauses.append(clause)
        return clauses

    def _cut(self, at: int) -> int:
        """Return where to cut when a clause ends with the `at`-th character, else 0."""
        text = self._buffer[:at]
        if text[-1] == "\n":
            return at if text.strip() else 0
        follower = self._buffer[at : at + 2]
        if follower[:1].isspace() and not _inside_markup(text):
            stem = text.rstrip(_CLOSERS)
            if stem[-1:] in tuple(_SENTENCE_END) and _ends_sentence(stem, follower):
                return at
            if not self._spoke and text[-1] in _CLAUSE_END and len(text.split()) >= FIRST_CLAUSE_WORDS:
                return at
        if at < LONGEST_CLAUSE_CHARACTERS:
            return 0
        space = max(text.rfind(mark) + 1 for mark in (", ", "; ", ": "))
        space = space if space > at // 2 else text.rfind(" ") + 1
        return space or (at if at >= 2 * LONGEST_CLAUSE_CHARACTERS else 0)


def clauses_of(text: str, language: Language) -> list[str]:
    """Return the clauses of a whole text."""
    stream = ClauseStream(language)
    return [*stream.feed(text), *stream.close()]


def speakable(text: str, language: Language) -> str:
    """Return `text` as it is said: no markdown, links by their name, bare addresses as "a link", no emoji."""
    lines = [_line(line, language) for line in text.splitlines()]
    said = " ".join(line for line in lines if line)
    said = re.sub(r"\s+", " ", said).strip()
    return said if any(character.isalnum() for character in said) else ""


def _line(line: str, language: Language) -> str:
    line = re.sub(r"^\s*(?:#{1,6}\s+|>\s?|[-*+•]\s+(?:\[[ xX]\]\s+)?)+", "", line)
    if re.fullmatch(r"[\s|:\-=_*]*", line):
        return ""
    if line.strip().startswith("|"):
        line = ", ".join(cell.strip() for cell in line.strip().strip("|").split("|") if cell.strip()) + "."
    line = re.sub(r"!?\[([^\]]*)\]\(([^()\s]*(?:\([^()]*\))?[^()\s]*)(?:\s+\"[^\"]*\")?\)", r"\1", line)
    line = _URL.sub(_LINK[language], line)
    line = re.sub(r"</?[a-zA-Z][^<>]{0,80}>", " ", line)
    line = re.sub(r"(\*{1,3}|~~|`+)(?=\S)(.*?\S)\1", r"\2", line)
    line = re.sub(r"(?<!\w)_{1,3}(?=\S)(.*?\S)_{1,3}(?!\w)", r"\1", line)
    line = line.replace("**", " ").replace("`", " ")
    return _EMOJI.sub(" ", line).strip()


def _ends_sentence(stem: str, follower: str) -> bool:
    if stem[-1] != ".":
        return True
    word = re.split(r"[\s(\"'“«¿¡*_]", stem[:-1])[-1].casefold()
    goes_on = follower[1:2].islower()
    if word in _AMBIGUOUS:
        return not goes_on and not (word in ("no", "sr", "jr") and follower[1:2].isdigit())
    if word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha() and stem[-2:-1].isupper()):
        return False
    # "1." opening a line is a list number, not the end of a sentence.
    return not (word.isdigit() and len(word) <= 2 and stem[:-1].strip().casefold() == word)


def _inside_markup(text: str) -> bool:
    line = text[text.rfind("\n") + 1 :]
    if line.count("`") % 2:
        return True
    opened = line.rfind("[")
    link = opened > max(line.rfind("]"), len(line) - 120)
    return link or re.search(r"\]\([^)]*$", line) is not None


class _HiddenParts:
    """Drops thoughts and code blocks from a stream; a code block leaves one sentence behind."""

    def __init__(self, code_sentence: str) -> None:
        self._code_sentence = code_sentence
        self._held = ""
        self._closer = ""

    def feed(self, text: str) -> str:
        self._held += text
        out: list[str] = []
        while True:
            if self._closer:
                end = self._held.find(self._closer)
                if end < 0:
                    self._held = self._held[-len(self._closer) + 1 :]
                    return "".join(out)
                self._held = self._held[end + len(self._closer) :]
                self._closer = ""
            found = [(at, opener, closer) for opener, closer in _HIDDEN if (at := self._held.find(opener)) >= 0]
            if not found:
                keep = self._possible_opener()
                out.append(self._held[: len(self._held) - keep])
                self._held = self._held[len(self._held) - keep :]
                return "".join(out)
            at, opener, self._closer = min(found)
            out.append(self._held[:at])
            if opener == "```":
                out.append(f"\n{self._code_sentence}\n")
            self._held = self._held[at + len(opener) :]

    def close(self) -> str:
        rest, self._held = "" if self._closer else self._held, ""
        self._closer = ""
        return rest

    def _possible_opener(self) -> int:
        """Return how many last characters could be the beginning of an opener."""
        for length in range(min(len(self._held), 9), 0, -1):
            if any(opener.startswith(self._held[-length:]) for opener, _ in _HIDDEN):
                return length
        return 0
