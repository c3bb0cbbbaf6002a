"""Orders conversations (pinned, folders, archive), searches them and finds their ratings, as rows.

Searching reads every message: an index over the words would keep bytes of what was forgotten. A year of talk, some
50,000 messages, takes a fifth of a second.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise

from jarvis.contracts.conversation_desk import ConversationHit, Rating, Shelf
from jarvis.contracts.errors import InputError
from jarvis.contracts.messages import Conversation
from jarvis.storage.conversations import conversation_of
from jarvis.storage.database import Database

SNIPPET_CHARACTERS = 120
LONGEST_FOLDER_NAME = 60
_BEFORE_MATCH = 40
_ACCENTED = frozenset("aeioucnyAEIOUCNY")


class SqliteLibrary:
    """The shelves over `Database`; safe from several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def conversations(
        self, *, shelf: Shelf = "open", folder: str | None = None, limit: int = 200
    ) -> list[Conversation]:
        """Return those of a shelf, or of one folder of it: pinned ones first, each newest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT * FROM conversations WHERE archived = ?1 AND (?2 IS NULL OR folder = ?2)"
                " ORDER BY pinned DESC, updated_at DESC LIMIT ?3",
                (shelf == "archived", folder, limit),
            )
            return [conversation_of(row) for row in rows]

    def folders(self) -> Sequence[tuple[str, int]]:
        """Return the folders by name, each with how many conversations that are not archived it holds."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT folder, sum(NOT archived) AS held FROM conversations WHERE folder <> '' GROUP BY folder"
                " ORDER BY folder COLLATE NOCASE"
            )
            return [(str(row["folder"]), int(row["held"])) for row in rows]

    def search(self, words: str, *, limit: int = 50) -> list[ConversationHit]:
        """Return the conversations with a title or a message that holds all `words`, newest first; see the port."""
        wanted = wanted_words(words)
        if not wanted:
            return []
        patterns = [f"%{_pattern(word)}%" for word in wanted]
        within = " AND ".join("text LIKE ? ESCAPE '\\'" for _ in patterns)
        found: dict[str, tuple[str | None, str, int]] = {}
        with self._database.read() as connection:
            titled = connection.execute(
                f"SELECT id, title AS text FROM conversations WHERE {within.replace('text', 'title')}", patterns
            )
            for row in titled:
                if _holds(row["text"], wanted):
                    found[row["id"]] = (None, row["text"], 0)
            # The newest message of each conversation comes first, and stands for it.
            said = connection.execute(
                f"SELECT id, conversation_id, text FROM messages WHERE {within} ORDER BY seq DESC", patterns
            )
            for row in said:
                if _holds(row["text"], wanted):
                    message, text, count = found.get(row["conversation_id"], (None, "", 0))
                    if count == 0:
                        message, text = row["id"], row["text"]
                    found[row["conversation_id"]] = (message, text, count + 1)
            return [_hit(row, *found[row["id"]], wanted) for row in self._newest(connection, list(found), limit)]

    def pin(self, conversation_id: str, pinned: bool) -> None:
        """Keep a conversation on top, or no longer."""
        self._set("pinned", conversation_id, pinned)

    def archive(self, conversation_id: str, archived: bool) -> None:
        """Put a conversation out of the way, or back."""
        self._set("archived", conversation_id, archived)

    def move(self, conversation_id: str, folder: str) -> None:
        """Put a conversation in a folder; "" takes it out; `InputError` for a name that is too long."""
        self._set("folder", conversation_id, folder_name(folder))

    def rename_folder(self, name: str, new: str) -> None:
        """Give a folder another name; "" dissolves it and keeps its conversations."""
        with self._database.write() as connection:
            connection.execute("UPDATE conversations SET folder = ? WHERE folder = ?", (folder_name(new), name))

    def ratings(self, conversation_id: str) -> Mapping[str, Rating]:
        """Return the ratings of a conversation's answers by message id."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT message_id, stars, reason FROM ratings"
                " WHERE message_id IN (SELECT id FROM messages WHERE conversation_id = ?)",
                (conversation_id,),
            )
            return {row["message_id"]: Rating(stars=row["stars"], reason=row["reason"]) for row in rows}

    def _set(self, column: str, conversation_id: str, value: object) -> None:
        with self._database.write() as connection:
            connection.execute(f"UPDATE conversations SET {column} = ? WHERE id = ?", (value, conversation_id))

    def _newest(self, connection: sqlite3.Connection, found: Sequence[str], limit: int) -> list[sqlite3.Row]:
        rows: list[sqlite3.Row] = []
        for start in range(0, len(found), 500):
            some = found[start : start + 500]
            marks = ", ".join("?" for _ in some)
            rows += connection.execute(f"SELECT * FROM conversations WHERE id IN ({marks})", some)
        return sorted(rows, key=lambda row: int(row["updated_at"]), reverse=True)[:limit]


def wanted_words(words: str) -> list[str]:
    """Return what is to be found, folded: each word, or several that stand together in quotation marks."""
    parts = [quoted or bare for quoted, bare in re.findall(r'["«“]([^"»”]+)["»”]|([^\s"«»“”]+)', words)]
    return list(dict.fromkeys(folded for part in parts if (folded := fold(" ".join(part.split())))))


def folder_name(name: str) -> str:
    """Return a folder's name as it is kept; `InputError` (code `folder.too_long`) for more than 60 characters."""
    name = " ".join(name.split())
    if len(name) > LONGEST_FOLDER_NAME:
        raise InputError(
            "folder.too_long",
            en="A folder's name can have {limit} characters and this one has {have}; nothing was moved. Shorten it.",
            es="El nombre de una carpeta puede tener {limit} caracteres y este tiene {have}; no se movió nada. "
            "Acórtalo.",
            limit=LONGEST_FOLDER_NAME,
            have=len(name),
        )
    return name


def fold(text: str) -> str:
    """Return `text` without accents and capitals, letter for letter: places in it are places in `text`."""
    return text.lower() if text.isascii() else text.translate(_FOLDED)


class _Folding(dict[int, str]):
    """What `str.translate` asks about a letter that it has not met."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFD", chr(code))[0].lower()
        self[code] = folded = plain if len(plain) == 1 else chr(code)
        return folded


_FOLDED = _Folding()


def _pattern(word: str) -> str:
    """Return a LIKE pattern that finds every text with `word`, and some without: accents may stand on these letters."""
    return "".join("_" if one in _ACCENTED or not one.isascii() else re.sub(r"([%_\\])", r"\\\1", one) for one in word)


def _holds(text: str, wanted: Sequence[str]) -> bool:
    folded = fold(text)
    return all(word in folded for word in wanted)


def _hit(row: sqlite3.Row, message_id: str | None, text: str, count: int, wanted: Sequence[str]) -> ConversationHit:
    snippet, matches = snippet_of(text, wanted)
    return ConversationHit(
        conversation=conversation_of(row), message_id=message_id, snippet=snippet, matches=matches, count=count
    )


def snippet_of(text: str, wanted: Sequence[str]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return about a line of `text` around the first of the `wanted` words, and where words stand in it."""
    line = " ".join(text.split())
    folded = fold(line)
    first = min((at for word in wanted if (at := folded.find(word)) >= 0), default=0)
    begin = max(0, first - _BEFORE_MATCH)
    if begin:
        space = line.find(" ", begin, first)
        begin = space + 1 if space >= 0 else begin
    cut = line[begin : begin + SNIPPET_CHARACTERS]
    before, after = "…" if begin else "", "…" if begin + SNIPPET_CHARACTERS < len(line) else ""
    found = sorted((match.start(), match.end()) for word in wanted for match in re.finditer(re.escape(word), fold(cut)))
    apart = [place for place, next_one in pairwise([*found, (len(cut), 0)]) if place[1] <= next_one[0]]
    return before + cut + after, tuple((a + len(before), b + len(before)) for a, b in apart)
