"""Turns what people and programs write on the command line into memories, and memories into JSON.

A row of a batch that follows another within six hours was said after it, and searching leans on that: such rows become
neighbours, and every stretch of them a conversation of its own. Knows the computer's time zone and nothing else of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from jarvis.cli.output import batch_rows
from jarvis.contracts.errors import InputError
from jarvis.contracts.memory import (
    MEMORY_SOURCES,
    USER,
    Memory,
    MemoryPrivacy,
    MemorySource,
    NewMemory,
    SearchResult,
    TimeRange,
)
from jarvis.contracts.memory_times import checked_said_at, is_too_far_ahead

NEIGHBOURS = timedelta(hours=6)
"""Lines of a batch further apart than this were not said after one another."""


def moment_of(text: str) -> datetime:
    """Return an ISO 8601 date or date-time as an aware time; without a zone it is local. Raises `InputError`."""
    try:
        given = datetime.fromisoformat(text.strip())
        return given.astimezone() if given.tzinfo is None else given
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(
            "memory.when",
            en="“{text}” is not a time; nothing was done with it. Write it as 2026-05-08 or 2026-05-08T14:30.",
            es="«{text}» no es una hora; no se ha hecho nada con ella. Escríbela como 2026-05-08 o 2026-05-08T14:30.",
            text=text[:60],
        ) from error


def said_at_of(text: str) -> datetime:
    """Return when something was said; raises `InputError` for what is no time, or too far ahead."""
    return checked_said_at(moment_of(text), datetime.now().astimezone())


def asked_at_of(text: str) -> datetime:
    """Return when a question is asked; raises `InputError` for what is no time, or so far away that “next week” and
    “ten years ago” would be none."""
    moment = moment_of(text)
    if not 1000 <= moment.year <= 3000:
        raise InputError(
            "memory.asked_at",
            en="“now” is {when}, but a question is asked between the years 1000 and 3000; the rows before it were "
            "answered. Correct it, or leave it out.",
            es="«now» es {when}, pero una pregunta se hace entre los años 1000 y 3000; las filas anteriores se han "
            "respondido. Corrígelo u omítelo.",
            when=moment.date().isoformat(),
        )
    return moment


def end_of(text: str) -> datetime:
    """Return the end of a span as written: a day ends when the next one begins."""
    moment = moment_of(text)
    try:
        return moment + timedelta(days=1) if len(text.strip()) <= len("2026-05-08") else moment
    except OverflowError:
        # The last day of all.
        return moment


def rows_of(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON-lines file; raises `InputError` for a bad line and for what is no UTF-8 text."""
    try:
        yield from batch_rows(file)
    except UnicodeDecodeError as error:
        raise InputError(
            "batch.encoding",
            en="{file} is not UTF-8 text; the lines before that place were done. Save it as UTF-8 and try again.",
            es="{file} no es texto UTF-8; las líneas anteriores a ese punto se hicieron. Guárdalo como UTF-8 y repite.",
            file=file,
        ) from error


class BatchMemories:
    """The rows of one batch file as memories; `names` has the id that each row came with, in the same order."""

    def __init__(
        self, rows: Iterable[Mapping[str, Any]], *, folder: str = "", privacy: MemoryPrivacy = "local"
    ) -> None:
        self._rows = rows
        self._folder = folder
        self._privacy: MemoryPrivacy = privacy
        self.names: list[Any] = []
        self._file = ""
        self._stretch = 0
        self._ends: dict[str, tuple[str, datetime | None]] = {}
        """Per conversation the last row's id and time; "" has those of the rows that name none."""

    def __iter__(self) -> Iterator[NewMemory]:
        for number, row in enumerate(self._rows, 1):
            try:
                memory = self._memory(number, row)
                if memory.said_at is not None and is_too_far_ahead(memory.said_at, datetime.now().astimezone()):
                    raise _too_far_ahead(number, memory.said_at)
            except (KeyError, TypeError, ValueError) as error:
                raise InputError(
                    "memory.row",
                    en="Row {number}: “{field}” cannot be used; the rows before it were stored. Mend it and add the "
                    "file again, what is there already stays as it is.",
                    es="Fila {number}: «{field}» no sirve; las filas anteriores se han guardado. Corrígela y añade el "
                    "fichero otra vez, lo que ya está se queda como está.",
                    number=number,
                    field=error.args[0] if error.args else "?",
                ) from error
            self.names.append(row.get("id"))
            yield memory

    def _memory(self, number: int, row: Mapping[str, Any]) -> NewMemory:
        text = str(row["text"])
        when = _when(row)
        speaker = _text(row, "speaker")
        said_in = _text(row, "conversation")
        self._file = self._file or _hash(text, _text(row, "speaker"), str(row.get("when") or ""))
        last, last_when = self._ends.get(said_in, ("", None))
        near = when is None or last_when is None or abs(when - last_when) < NEIGHBOURS
        if not said_in and not (near and last):
            self._stretch += 1
        conversation = said_in or f"import:{self._file}:{self._stretch}"
        identity = str(row["id"]) if row.get("id") not in (None, "") else _hash(conversation, str(number), text)
        self._ends[said_in] = (identity, when or last_when)
        return NewMemory(
            id=identity,
            text=text,
            source=cast("MemorySource", _among(row, "source", MEMORY_SOURCES, "imported" if speaker else "told")),
            speaker=speaker or USER,
            said_at=when,
            conversation_id=conversation,
            previous=str(row.get("previous") or "") or (last if near and last else None),
            folder=_text(row, "folder") or self._folder,
            privacy=cast("MemoryPrivacy", _among(row, "privacy", ("local", "cloud"), self._privacy)),
            provenance="import",
        )


def memory_document(memory: Memory) -> dict[str, Any]:
    """Return a memory as JSON: what `search` gives for it, and the rest of what is known."""
    return {
        "id": memory.id,
        "text": memory.text,
        "when": memory.said_at.isoformat(),
        "source": memory.source,
        "speaker": memory.speaker,
        "happened": range_document(memory.happened),
        "conversation": memory.conversation_id,
        "path": memory.path,
        "place": memory.place,
        "folder": memory.folder,
        "privacy": memory.privacy,
        "language": memory.language,
        "pinned": memory.pinned,
        "subject": memory.subject,
        "relation": memory.relation,
        "valid_until": memory.valid_until.isoformat() if memory.valid_until else None,
        "superseded_by": memory.superseded_by,
        "times_told": memory.times_told,
        "importance": memory.importance,
        "provenance": memory.provenance,
    }


def search_document(result: SearchResult) -> dict[str, Any]:
    """Return what a search found as the contract has it."""
    return {
        "results": [found.row() for found in result.found],
        "matched": result.matched,
        "searched_by": result.searched_by,
        "notice": result.notice,
        "understood": range_document(result.understood),
    }


def range_document(span: TimeRange | None) -> dict[str, str | None] | None:
    """Return a span of time as JSON."""
    if span is None:
        return None
    return {
        "start": span.start.isoformat() if span.start else None,
        "end": span.end.isoformat() if span.end else None,
    }


def span_of(since: str | None, until: str | None) -> TimeRange | None:
    """Return the span that two options name; None for neither. Raises `InputError` where it is empty."""
    if since is None and until is None:
        return None
    span = TimeRange(start=moment_of(since) if since else None, end=end_of(until) if until else None)
    if span.start and span.end and span.start >= span.end:
        raise InputError(
            "memory.span",
            en="The span from {since} to {until} is empty; nothing was done. Exchange the two times.",
            es="El periodo de {since} a {until} está vacío; no se ha hecho nada. Intercambia las dos fechas.",
            since=since,
            until=until,
        )
    return span


def _too_far_ahead(number: int, said_at: datetime) -> InputError:
    return InputError(
        "memory.row_future",
        en="Row {number}: {when} is more than a year ahead, so nothing can have been said then; the rows before it "
        "were stored. Mend it and add the file again, what is there already stays as it is.",
        es="Fila {number}: {when} queda a más de un año, así que nada pudo decirse entonces; las filas anteriores se "
        "han guardado. Corrígela y añade el fichero otra vez, lo que ya está se queda como está.",
        number=number,
        when=said_at.date().isoformat(),
    )


def _when(row: Mapping[str, Any]) -> datetime | None:
    text = _text(row, "when")
    try:
        return moment_of(text) if text else None
    except InputError as error:
        raise ValueError("when") from error


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def _among(row: Mapping[str, Any], name: str, allowed: Iterable[str], otherwise: str) -> str:
    value = row.get(name) or otherwise
    if value not in tuple(allowed):
        raise ValueError(name)
    return str(value)


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=8).hexdigest()
