"""What is remembered, how it is asked for and how it is forgotten: the values that travel between rooms.

Times are aware UTC datetimes unless said otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from jarvis.contracts.data_desk import SetAside
from jarvis.contracts.errors import Language

MemorySource = Literal["conversation", "told", "fact", "document", "imported"]
"""A turn of a conversation with Jarvis; what the person asked to be remembered or typed in; a fact found in a turn,
which points to it; a piece of a file; a row brought in from elsewhere."""

MEMORY_SOURCES: tuple[MemorySource, ...] = ("conversation", "told", "fact", "document", "imported")

MemoryPrivacy = Literal["local", "cloud"]
"""Never part of a prompt that leaves this computer; may be part of one."""

USER = "user"
ASSISTANT = "assistant"
"""Speakers of the turns of conversations with Jarvis; anybody else is called by name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeRange:
    """A span of time, from `start` up to but without `end`; None leaves that side open."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Tell whether `moment` lies inside."""
        return (self.start is None or moment >= self.start) and (self.end is None or moment < self.end)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewMemory:
    """Something to remember.

    `id` None lets Jarvis name it; an id that is taken by the same text gives the row that is there. `said_at` None is
    now. `happened` is when what it tells of took place, None for unknown. `previous` is the id of what was said just
    before. `origin` is the id of the turn that a fact was found in. `subject` and `relation` say what a fact is about
    ("user/sister", "birthday"): a newer one of the same pair supersedes it. `place` cites where in a document it
    stands ("p. 3", "Costs > 2024"), `folder` is the folder that it came from. `provenance` says in a few words how it
    came here. `language` None is found out. `importance` is 0..1.
    """

    text: str
    id: str | None = None
    source: MemorySource = "told"
    speaker: str = USER
    said_at: datetime | None = None
    happened: TimeRange | None = None
    conversation_id: str | None = None
    message_id: str | None = None
    previous: str | None = None
    origin: str | None = None
    subject: str = ""
    relation: str = ""
    document_id: int | None = None
    place: str = ""
    folder: str = ""
    privacy: MemoryPrivacy = "local"
    language: Language | None = None
    provenance: str = ""
    importance: float = 0.5
    pinned: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """One stored memory. `seq` grows with every new or changed text and is never used again, so an index that knows all
    up to a number misses nothing below it. `valid_until` is when a fact stopped being so, None while it holds;
    `superseded_by` is the id of what took its place. `times_told` counts how often the same fact was told, `last_told`
    is when it was told again last. `path` is the file of a document's piece.
    """

    seq: int
    id: str
    text: str
    source: MemorySource
    speaker: str
    said_at: datetime
    happened: TimeRange | None = None
    conversation_id: str | None = None
    message_id: str | None = None
    previous_seq: int | None = None
    origin_seq: int | None = None
    subject: str = ""
    relation: str = ""
    document_id: int | None = None
    path: str = ""
    place: str = ""
    folder: str = ""
    privacy: MemoryPrivacy = "local"
    language: Language = "en"
    provenance: str = ""
    importance: float = 0.5
    pinned: bool = False
    valid_until: datetime | None = None
    superseded_by: str | None = None
    times_told: int = 1
    last_told: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryFilter:
    """Which memories; every field that is set must fit. `said` bounds when it was said or written, `text` is found
    literally (case and accents aside), `current` leaves superseded facts out."""

    sources: tuple[MemorySource, ...] = ()
    said: TimeRange | None = None
    conversation_id: str | None = None
    folder: str | None = None
    speaker: str | None = None
    privacy: MemoryPrivacy | None = None
    pinned: bool | None = None
    text: str = ""
    current: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryPage:
    """Some memories, newest first; `next_before` is the `before` that gives the next page, None at the end."""

    memories: tuple[Memory, ...]
    next_before: int | None
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryQuery:
    """A search. `where` narrows it. `weak` also returns what lies below the floor, marked by `SearchResult.matched`.

    `before` is the turn said just before the question, whose words help a question that leans on it. `leaving` leaves
    out everything that must stay here. `without_conversation` leaves out the turns of the conversation that asks,
    since its prompt has them. `now` is None for the clock's time.
    """

    text: str
    limit: int = 10
    language: Language | None = None
    before: str = ""
    where: MemoryFilter = field(default_factory=MemoryFilter)
    weak: bool = True
    leaving: bool = False
    without_conversation: str | None = None
    now: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Recalled:
    """A memory that bears on a question; `score` is 0..1, comparable within one search only. `because` names the fact
    (its text) by which a turn was found, empty where its own words did."""

    memory: Memory
    score: float
    because: str = ""

    def row(self) -> dict[str, Any]:
        """Return it as JSON-ready data: id, text, when (ISO 8601), score, source, speaker, place, path, privacy."""
        memory = self.memory
        return {
            "id": memory.id,
            "text": memory.text,
            "when": memory.said_at.isoformat(),
            "score": round(self.score, 4),
            "source": memory.source,
            "speaker": memory.speaker,
            "path": memory.path,
            "place": memory.place,
            "conversation": memory.conversation_id,
            "privacy": memory.privacy,
            "because": self.because,
        }


SearchedBy = Literal["words and meaning", "words"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchResult:
    """What a search found, best first. `matched` is False where nothing reached the floor: "nothing matched well".

    `searched_by` says whether meaning was compared at all, `notice` one sentence why not, or what would be better, in
    the language that was asked for. `understood` is the time range that was read out of the words.
    """

    found: tuple[Recalled, ...]
    matched: bool
    searched_by: SearchedBy
    notice: str = ""
    understood: TimeRange | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RecallQuestion:
    """A question on its way to a model, with what decides over recalling. `leaving` tells that the prompt leaves this
    computer. `before` is what was said just before it."""

    text: str
    language: Language
    before: str = ""
    conversation_id: str | None = None
    leaving: bool = False
    limit: int = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileLine:
    """One line of the core profile. `memory_id` is where it was learned; None for what the person wrote."""

    id: int
    text: str
    memory_id: str | None = None
    privacy: MemoryPrivacy = "local"


@dataclass(frozen=True, kw_only=True, slots=True)
class Recollection:
    """What goes into a prompt: `profile` are the lines of the core profile, always there; `items` bear on the question.

    Each of `lines` is one of `items` as the model reads it, with date, speaker and place, in the same order. `notice`
    is one sentence for the person where something kept the search from being as good as it is set up to be, else empty.
    """

    profile: tuple[ProfileLine, ...] = ()
    items: tuple[Recalled, ...] = ()
    lines: tuple[str, ...] = ()
    notice: str = ""

    def __bool__(self) -> bool:
        return bool(self.profile or self.items)


@dataclass(frozen=True, kw_only=True, slots=True)
class QuotedAnswer:
    """An answer that only quotes what is remembered, with the memories it quotes."""

    text: str
    items: tuple[Recalled, ...]
    spoken: str | None = None


ForgetKind = Literal["one", "found", "conversation", "folder", "span", "everything"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ForgetTarget:
    """What to forget: `ids` for one memory or a search's results, else the conversation, the folder, the time span in
    which it was said, or everything."""

    kind: ForgetKind
    ids: tuple[str, ...] = ()
    conversation_id: str | None = None
    folder: str | None = None
    said: TimeRange | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ForgetPreview:
    """What forgetting would take away: counts by source, `messages` of conversations that are blanked, `answers` that
    drew on it and are blanked too, and the first few memories to look at. `conversations` go whole; `aside` are the
    folders that a restore put aside, which go too since it may lie in them. A file itself is never deleted."""

    memories: int
    by_source: dict[str, int]
    messages: int
    answers: int
    examples: tuple[Memory, ...]
    conversations: int = 0
    aside: tuple[str, ...] = ()


_COUNTED = re.compile(r"(?:(?<=^)|(?<=, ))(lines?|rows?) (?=\d)")
_COUNTED_ES = {"line": "línea", "lines": "líneas", "row": "fila", "rows": "filas"}


def place_in(place: str, language: Language) -> str:
    """Return the `place` of a document's piece as people of `language` read it ("lines 4-9" is "líneas 4-9")."""
    if language == "en":
        return place
    return _COUNTED.sub(lambda found: f"{_COUNTED_ES[found.group(1)]} ", place)


FileState = Literal["indexed", "skipped", "failed", "gone"]


@dataclass(frozen=True, kw_only=True, slots=True)
class FileReport:
    """What became of one file: `pieces` stored; `why` one sentence in both languages for everything but indexed, and
    for what was indexed only in part."""

    path: Path
    state: FileState
    pieces: int = 0
    bytes: int = 0
    why_en: str = ""
    why_es: str = ""
    seen_at: datetime | None = None

    def why(self, language: Language) -> str:
        """Return the reason in `language`."""
        return self.why_es if language == "es" else self.why_en


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedFolder:
    """A folder (or single file) whose documents are remembered. `watched` follows changes while Jarvis runs."""

    path: Path
    watched: bool
    privacy: MemoryPrivacy
    added_at: datetime
    files: int = 0
    pieces: int = 0
    failed: int = 0
    skipped: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class IngestProgress:
    """One step of reading a folder: `done` of `total` files (None while counting), and the file that was just read."""

    done: int
    total: int | None
    report: FileReport | None = None


IndexState = Literal["ready", "building", "damaged", "elsewhere", "off", "failed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexProgress:
    """How far the index is: `done` of `total` memories have vectors, `indexed` of them are in ChromaDB. `state`
    "elsewhere" means that another process keeps it; `sentence` says it in words, in the language asked for."""

    state: IndexState
    embedder: str
    done: int
    total: int
    indexed: int
    sentence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryCounts:
    """How many memories there are of which kind, and from when; of documents, those that were read."""

    memories: int
    by_source: dict[str, int]
    by_language: dict[str, int]
    pinned: int
    superseded: int
    oldest: datetime | None
    newest: datetime | None
    folders: int
    documents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryStats(MemoryCounts):
    """Counts and sizes; `bytes` by part of the data folder (rows, vectors, index)."""

    bytes: dict[str, int]
    index: IndexProgress


@dataclass(frozen=True, kw_only=True, slots=True)
class Transferred:
    """What an export, import, backup or restore did: rows written, rows already there, lines that were refused, and
    the MCP servers that came along switched off, since they are not the very same here; of one from elsewhere, also
    what was left as it is here."""

    path: Path
    written: int
    known: int = 0
    refused: tuple[str, ...] = ()
    switched_off: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
