"""The audit log as rows that are only added, each with a digest over the one before.

Triggers refuse changes from within SQLite, the chain shows those made around it. How many entries there are stands in
a row of its own and in a small file beside the database, so that a cut tail is noticed. What cannot be noticed:
somebody who may write all three and computes the whole chain anew, because no secret goes into it; and the loss of all
three together.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from jarvis.contracts.errors import StorageError
from jarvis.contracts.guard import AuditEntry, AuditKind, AuditVerdict
from jarvis.contracts.ports import Clock
from jarvis.storage.audit_chain import ChainCheck, Head, Link, canonical, check, digest_of
from jarvis.storage.database import Database, from_milliseconds, to_milliseconds


class SqliteAuditLog:
    """An `AuditLog` over `Database`; `head_file` None keeps it beside the database."""

    def __init__(self, database: Database, clock: Clock, head_file: Path | None = None) -> None:
        self._database = database
        self._clock = clock
        self._head_file = head_file or database.path.with_name(database.path.name + ".audit-head")

    def record(self, kind: AuditKind, facts: Mapping[str, object]) -> AuditEntry:
        """Append one entry; safe from several processes at once.

        Raises `StorageError`, and `TypeError` or `ValueError` where `facts` are not JSON.
        """
        text = canonical(facts)
        with self._database.write() as connection:
            head = _head(connection)
            seq, at_ms = head.entries + 1, to_milliseconds(self._clock.now())
            digest = digest_of(head.digest, seq=seq, at_ms=at_ms, kind=kind, facts=text)
            connection.execute(
                "INSERT INTO audit (seq, at, kind, facts, digest) VALUES (?, ?, ?, ?, ?)",
                (seq, at_ms, kind, text, digest),
            )
            connection.execute("UPDATE audit_head SET entries = ?, digest = ?", (seq, digest))
        self._note_head(Head(entries=seq, digest=digest))
        return _entry(Link(seq=seq, at_ms=at_ms, kind=kind, facts=text, digest=digest))

    def entries(self, limit: int = 100, kind: AuditKind | None = None) -> Sequence[AuditEntry]:
        """Newest first; a negative `limit` returns all."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT * FROM audit WHERE ? IS NULL OR kind = ? ORDER BY seq DESC LIMIT ?", (kind, kind, limit)
            )
            return [_entry(_link(row)) for row in rows]

    def verify(self) -> AuditVerdict:
        """Read the whole chain; entries may be added meanwhile."""
        # The heads first: what is added after they were read can only make the chain longer than they say.
        noted = self._noted_head()
        with self._database.read() as connection:
            heads = [_head(connection), *([noted] if noted else [])]
            found = check(_links(connection), heads)
        if noted and found.broken_at is None and heads[0].entries < noted.entries:
            # The file is written after the row, so a row that is behind it was set back.
            found = ChainCheck(entries=found.entries, broken_at=heads[0].entries + 1)
        return _verdict(found)

    def _note_head(self, head: Head) -> None:
        # Several processes may pass each other here: an older head is true too, so it does no harm.
        own = self._head_file.with_name(f"{self._head_file.name}.{os.getpid()}-{threading.get_ident()}")
        try:
            own.write_text(json.dumps({"entries": head.entries, "digest": head.digest}), encoding="utf-8")
            own.replace(self._head_file)
        except OSError as error:
            raise _head_not_noted(self._head_file, error) from error

    def _noted_head(self) -> Head | None:
        try:
            noted = json.loads(self._head_file.read_text(encoding="utf-8"))
            return Head(entries=int(noted["entries"]), digest=str(noted["digest"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _head_not_noted(self._head_file, error) from error


def _head(connection: sqlite3.Connection) -> Head:
    row = connection.execute("SELECT entries, digest FROM audit_head").fetchone()
    if row is None:
        raise _head_row_gone()
    return Head(entries=row["entries"], digest=row["digest"])


def _links(connection: sqlite3.Connection) -> Iterator[Link]:
    for row in connection.execute("SELECT * FROM audit ORDER BY seq"):
        yield _link(row)


def _link(row: sqlite3.Row) -> Link:
    return Link(seq=row["seq"], at_ms=row["at"], kind=row["kind"], facts=row["facts"], digest=row["digest"])


def _entry(link: Link) -> AuditEntry:
    return AuditEntry(
        seq=link.seq,
        at=from_milliseconds(link.at_ms),
        kind=cast(AuditKind, link.kind),
        facts=json.loads(link.facts),
        digest=link.digest,
    )


_WHOLE = (
    ("The audit log is whole: it has no entry yet.", "El registro de auditoría está íntegro: aún no tiene entradas."),
    ("The audit log is whole: it has one entry.", "El registro de auditoría está íntegro: tiene una entrada."),
)
"""Of none, and of one."""


def _verdict(found: ChainCheck) -> AuditVerdict:
    if found.broken_at is None:
        en = f"The audit log is whole: {found.entries} entries, each follows from the one before."
        es = f"El registro de auditoría está íntegro: {found.entries} entradas, cada una sigue a la anterior."
        if found.entries < 2:
            en, es = _WHOLE[found.entries]
    elif found.missing_tail:
        en = (
            f"The audit log is cut short: {found.missing_tail} entries after number {found.entries} are missing. "
            "They were removed, or a power cut lost them."
        )
        es = (
            f"Al registro de auditoría le falta el final: {found.missing_tail} entradas después de la {found.entries}. "
            "Alguien las quitó o se perdieron en un corte de luz."
        )
        if found.missing_tail == 1:
            en = (
                f"The audit log is cut short: one entry after number {found.entries} is missing. "
                "It was removed, or a power cut lost it."
            )
            es = (
                f"Al registro de auditoría le falta el final: una entrada después de la {found.entries}. "
                "Alguien la quitó o se perdió en un corte de luz."
            )
    else:
        en = (
            f"The audit log was tampered with: entry {found.broken_at} of {found.entries} does not follow from those "
            "before it. The entries before it are sound."
        )
        es = (
            f"El registro de auditoría fue manipulado: la entrada {found.broken_at} de {found.entries} no sigue a las "
            "anteriores. Las entradas anteriores son fiables."
        )
    return AuditVerdict(entries=found.entries, broken_at=found.broken_at, sentence_en=en, sentence_es=es)


def _head_row_gone() -> StorageError:
    return StorageError(
        "storage.audit_head_row",
        en="The audit log was tampered with: the row that says how long it is was removed. Its entries are kept, none "
        "is added. Restore the database from a backup.",
        es="El registro de auditoría fue manipulado: falta la fila que dice cuán largo es. Sus entradas se conservan y "
        "no se añade ninguna. Restaura la base de datos desde una copia.",
    )


def _head_not_noted(file: Path, error: Exception) -> StorageError:
    return StorageError(
        "storage.audit_head",
        en="{file}, which says how long the audit log is, could not be read or written ({why}); the log is kept. "
        "Check the folder's permissions and space.",
        es="No se pudo leer o escribir {file}, que dice cuán largo es el registro de auditoría ({why}); el registro "
        "se conserva. Comprueba los permisos y el espacio de la carpeta.",
        file=file,
        why=error,
    )
