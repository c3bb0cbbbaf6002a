"""Writes the memory to a file that people or programs read, and reads the latter back.

JSON lines have every field and come back as they were; Markdown is for reading. Both are written and read in small
pieces, however many memories there are. Knows neither vectors nor conversations' messages.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from jarvis.contracts.errors import InputError, Language
from jarvis.contracts.memory import ASSISTANT, USER, Transferred, place_in
from jarvis.contracts.memory_desk import ExportFormat
from jarvis.contracts.memory_times import FURTHEST_AHEAD
from jarvis.contracts.ports import Clock
from jarvis.memory.new_file import new_file
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.memory_rows import milliseconds
from jarvis.storage.memory_transfer import PAGE, BadRow, MemoryTransfer, checked_row

FORMAT = 1
"""Number of the way in which JSON lines are written; a higher one is refused."""

LONGEST_LINE = 8_000_000
"""Bytes; the longest text takes far less, even with every character escaped."""

_MOST_REFUSED = 1000
_AHEAD = "ahead"
_WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}


class Transfers:
    """Export and import of one Jarvis' memory; sentences and headings are in `language`. `language_of` tells that of a
    text that comes without."""

    def __init__(
        self,
        *,
        rows: MemoryTransfer,
        memories: SqliteMemories,
        clock: Clock,
        language: Callable[[], Language],
        language_of: Callable[[str], Language],
    ) -> None:
        self._rows = rows
        self._memories = memories
        self._clock = clock
        self._language = language
        self._language_of = language_of

    def export(self, path: Path, form: ExportFormat, *, force: bool = False) -> Transferred:
        """Write every memory to a new private file; raises as `new_file` does."""
        with new_file(path, force=force) as file:
            written = self._markdown(file) if form == "markdown" else self._json_lines(file)
        return Transferred(path=path, written=written)

    def import_file(self, path: Path) -> Transferred:
        """Read a file that `export` wrote as JSON lines; what is there stays, what cannot be read is told by line.

        Raises `InputError` for a file that cannot be opened or holds nothing of the kind.
        """
        try:
            with path.open("rb") as file:
                return self._take(path, file)
        except OSError as error:
            raise InputError(
                "memory.cannot_read",
                en="{path} cannot be read ({why}); what was brought in before that is kept.",
                es="No se puede leer {path} ({why}); lo incorporado antes se conserva.",
                path=path,
                why=error.strerror or error,
            ) from error

    def _json_lines(self, file: BinaryIO) -> int:
        head = {"kind": "jarvis memory", "format": FORMAT, "exported_at": self._clock.now().isoformat()}
        file.write(_line(head))
        written = 0
        for row in self._rows.rows():
            file.write(_line({"kind": "memory", **row}))
            written += 1
        for line in self._rows.profile():
            file.write(_line({"kind": "profile", **line}))
        return written

    def _markdown(self, file: BinaryIO) -> int:
        spanish = self._language() == "es"
        file.write(("# Lo que recuerda Jarvis\n" if spanish else "# What Jarvis remembers\n").encode())
        lines = self._rows.profile()
        if lines:
            file.write(("\n## Perfil\n\n" if spanish else "\n## Profile\n\n").encode())
            file.writelines(f"- {_flat(line['text'])}\n".encode() for line in lines)
        zone = self._clock.now().tzinfo
        day: date | None = None
        group: tuple[str, str] | None = None
        written = 0
        for row in self._rows.by_time():
            at: datetime = row["said_at"].astimezone(zone)
            if at.date() != day:
                day, group = at.date(), None
                file.write(f"\n## {_day(day, self._language())}\n".encode())
            if (now := _group(row, self._language())) != group:
                group = now
                file.write(f"\n### {_flat(group[1])}\n\n".encode())
            file.write(_entry(row, at, self._language()).encode())
            written += 1
        return written

    def _take(self, path: Path, file: BinaryIO) -> Transferred:
        written = known = 0
        latest = milliseconds(self._clock.now() + FURTHEST_AHEAD)
        refused: list[str] = []
        page: list[dict[str, Any]] = []
        profile: list[dict[str, Any]] = []
        for number, line in _lines(file):
            try:
                kind, row = _read(line, self._language_of)
                # A file may be of any time that its disk gives it.
                if kind == "memory" and row["document"] is None and row["columns"]["said_at"] > latest:
                    raise BadRow(_AHEAD)
            except BadRow as error:
                if len(refused) < _MOST_REFUSED:
                    refused.append(self._refusal(number, str(error)))
                continue
            if kind == "memory":
                page.append(row)
            elif kind == "profile":
                profile.append(row)
            if len(page) >= PAGE:
                taken = self._rows.take(page)
                written, known, page = written + taken.written, known + taken.known, []
        taken = self._rows.take(page)
        self._rows.take_profile(profile)
        written, known = written + taken.written, known + taken.known
        while self._memories.words_catch_up():
            pass
        if refused and not (written or known or profile):
            raise InputError(
                "memory.not_an_export",
                en="{path} holds no memories as “jarvis memory export” writes them; nothing was brought in.",
                es="{path} no contiene recuerdos como los escribe «jarvis memory export»; no se ha incorporado nada.",
                path=path,
            )
        return Transferred(path=path, written=written, known=known, refused=tuple(refused))

    def _refusal(self, number: int, why: str) -> str:
        spanish = self._language() == "es"
        known = {
            "json": ("it is not a JSON object", "no es un objeto JSON"),
            _AHEAD: ("it says that it was said more than a year ahead", "dice haberse dicho dentro de más de un año"),
        }
        reason = known.get(why, (f"“{why}” is missing or wrong", f"«{why}» falta o no vale"))[spanish]
        return f"{'Línea' if spanish else 'Line'} {number}: {reason}."


def _line(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode() + b"\n"


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield number, b"too long"
        elif line.strip():
            yield number, line


def _read(line: bytes, language_of: Callable[[str], Language]) -> tuple[str, dict[str, Any]]:
    try:
        document = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadRow("json") from error
    if not isinstance(document, dict):
        raise BadRow("json")
    match document.get("kind", "memory"):
        case "memory":
            if "language" not in document and isinstance(document.get("text"), str):
                document["language"] = language_of(document["text"])
            return "memory", checked_row(document)
        case "profile":
            text = document.get("text")
            if not isinstance(text, str) or not 0 < len(text.strip()) <= 200:
                raise BadRow("text")
            privacy = "cloud" if document.get("privacy") == "cloud" else "local"
            memory = document.get("memory")
            return "profile", {"text": text, "privacy": privacy, "memory": memory if isinstance(memory, str) else None}
        case "jarvis memory":
            if document.get("format") != FORMAT:
                raise InputError(
                    "memory.newer_format",
                    en="This file was written by a newer Jarvis; nothing was brought in. Update Jarvis first.",
                    es="Este fichero lo escribió un Jarvis más nuevo; no se ha incorporado nada. Actualiza Jarvis.",
                )
            return "head", {}
        case _:
            raise BadRow("kind")


def _day(day: date, language: Language) -> str:
    weekday = _WEEKDAYS[language][day.weekday()]
    return f"{day.isoformat()}, {weekday}"


def _group(row: dict[str, Any], language: Language) -> tuple[str, str]:
    """Return what tells one stretch from another, and its heading."""
    if row["conversation_id"]:
        otherwise = "Conversación" if language == "es" else "Conversation"
        return row["conversation_id"], row["title"] or otherwise
    if row["path"]:
        return row["path"], row["path"]
    headings = {
        "told": ("Told", "Dicho"),
        "fact": ("Facts", "Datos"),
        "imported": ("Brought in", "Incorporado"),
        "document": ("Documents", "Documentos"),
        "conversation": ("Conversation", "Conversación"),
    }
    return row["source"], headings[row["source"]][language == "es"]


def _entry(row: dict[str, Any], at: datetime, language: Language) -> str:
    spanish = language == "es"
    who = {USER: "Yo" if spanish else "Me", ASSISTANT: "Jarvis"}.get(row["speaker"], row["speaker"])
    notes = [place_in(row["place"], language)] if row["place"] else []
    notes += ["dato" if spanish else "fact"] if row["source"] == "fact" else []
    notes += ["fijado" if spanish else "pinned"] if row["pinned"] else []
    notes += ["ya no vale" if spanish else "no longer so"] if row["valid_until"] is not None else []
    said = f"**{_flat(who)}**: " if row["source"] != "document" else ""
    told = row["text"].strip().replace("\r\n", "\n").replace("\n", "\n  ")
    noted = f" ({_flat(', '.join(notes))})" if notes else ""
    return f"- {at:%H:%M} {said}{told}{noted}\n"


def _flat(text: str) -> str:
    return " ".join(text.split())
