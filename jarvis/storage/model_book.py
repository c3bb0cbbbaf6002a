"""Model rows, what was measured of them, which process has them in memory, and the hold on the GPUs.

A note of a loaded model counts only while that very process lives (its id and its start time); others are dropped
when rows are read. Knows nothing about files or how models run.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import cast

import psutil

from jarvis.contracts.models import EngineKind, LoadedModel, ModelKind, ModelRow, ModelSource, ModelState
from jarvis.contracts.placement import DeviceShare, Measurement
from jarvis.contracts.ports import Clock
from jarvis.storage.database import Database, from_milliseconds, to_milliseconds

_SAME_START_SECONDS = 1.0
"""Start times are rounded to the kernel's ticks and shift when the wall clock is set."""

_COLUMNS = (
    "id",
    "kind",
    "engine",
    "source",
    "state",
    "path",
    "quantization",
    "bytes",
    "sha256",
    "version",
    "pinned",
    "keep_alive_minutes",
    "failure_en",
    "failure_es",
    "added_at",
    "used_at",
)


class SqliteModelBook:
    """`ModelBook` over `Database`; several threads and processes may use one file at once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def rows(self) -> list[ModelRow]:
        """All rows, by id."""
        runs = self._living_runs()
        with self._database.read() as connection:
            found = connection.execute("SELECT * FROM models ORDER BY id").fetchall()
        return [replace(_row(each), loaded=runs.get(each["id"])) for each in found]

    def row(self, identity: str) -> ModelRow | None:
        """The row of `identity`, None when it is unknown."""
        runs = self._living_runs()
        with self._database.read() as connection:
            found = connection.execute("SELECT * FROM models WHERE id = ?", (identity,)).fetchone()
        return replace(_row(found), loaded=runs.get(identity)) if found else None

    def put(self, row: ModelRow) -> None:
        """Insert or replace everything but `loaded`."""
        marks = ", ".join("?" * len(_COLUMNS))
        changes = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
        values = (
            row.id,
            row.kind,
            row.engine,
            row.source,
            row.state,
            row.path,
            row.quantization,
            row.bytes,
            row.sha256,
            row.version,
            int(row.pinned),
            row.keep_alive_minutes,
            row.failure_en,
            row.failure_es,
            _stored(row.added_at),
            _stored(row.used_at),
        )
        with self._write() as connection:
            connection.execute(
                f"INSERT INTO models ({', '.join(_COLUMNS)}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {changes}",
                values,
            )

    def remove(self, identity: str) -> None:
        """Forget the row, its measurements and the notes of who has it in memory."""
        with self._write() as connection:
            connection.execute("DELETE FROM models WHERE id = ?", (identity,))
            connection.execute("DELETE FROM model_measurements WHERE model = ?", (identity,))

    def set_loaded(self, identity: str, loaded: LoadedModel | None) -> None:
        """Note that this process loaded or unloaded it; unknown ids and children that are gone are ignored.

        A `pid` of 0 is a model in somebody else's process (a daemon's): the note lives as long as this process.
        """
        owner = os.getpid()
        with self._write() as connection:
            connection.execute("DELETE FROM model_runs WHERE model = ? AND owner_pid = ?", (identity, owner))
            started = _started(loaded.pid or owner) if loaded else None
            if loaded is None or started is None:
                return
            connection.execute(
                "INSERT INTO model_runs (model, owner_pid, owner_started, pid, pid_started, device, vram_mib, ram_mib,"
                " url, shares) SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM models WHERE id = ?",
                (
                    owner,
                    _started(owner) or 0.0,
                    loaded.pid,
                    started,
                    loaded.device,
                    loaded.vram_mib,
                    loaded.ram_mib,
                    loaded.url,
                    json.dumps([[s.gpu, s.layers, s.mib, s.first_layer] for s in loaded.shares]),
                    identity,
                ),
            )

    def used(self, identity: str) -> None:
        """Note that it answered just now."""
        with self._write() as connection:
            connection.execute(
                "UPDATE models SET used_at = ? WHERE id = ?", (to_milliseconds(self._clock.now()), identity)
            )

    def measurements(self, identity: str) -> list[Measurement]:
        """Everything measured of one model, newest first."""
        with self._database.read() as connection:
            found = connection.execute(
                "SELECT * FROM model_measurements WHERE model = ? ORDER BY measured_at DESC, rowid DESC", (identity,)
            ).fetchall()
        return [
            Measurement(
                model=each["model"],
                signature=each["signature"],
                vram_mib=tuple((int(gpu), float(mib)) for gpu, mib in json.loads(each["vram"])),
                ram_mib=each["ram_mib"],
                load_seconds=each["load_seconds"],
                tokens_per_second=each["tokens_per_second"],
                prompt_tokens_per_second=each["prompt_tokens_per_second"],
            )
            for each in found
        ]

    def measured(self, measurement: Measurement) -> None:
        """Keep `measurement`; a speed that is None leaves the one known for the same signature."""
        with self._write() as connection:
            connection.execute(
                "INSERT INTO model_measurements VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (model, signature) DO"
                " UPDATE SET vram = excluded.vram, ram_mib = excluded.ram_mib, load_seconds = excluded.load_seconds,"
                " tokens_per_second = COALESCE(excluded.tokens_per_second, tokens_per_second),"
                " prompt_tokens_per_second = COALESCE(excluded.prompt_tokens_per_second, prompt_tokens_per_second),"
                " measured_at = excluded.measured_at",
                (
                    measurement.model,
                    measurement.signature,
                    json.dumps(measurement.vram_mib),
                    measurement.ram_mib,
                    measurement.load_seconds,
                    measurement.tokens_per_second,
                    measurement.prompt_tokens_per_second,
                    to_milliseconds(self._clock.now()),
                ),
            )

    def hold(self) -> bool:
        """True while the GPUs are to be left alone, in every process."""
        return bool(self._hold_row()["held"])

    def set_hold(self, held: bool) -> None:
        """Begin or end it."""
        with self._write() as connection:
            connection.execute("UPDATE model_hold SET held = ?", (int(held),))

    def revision(self) -> int:
        """A number that grows with every write here, whichever process made it."""
        return int(self._hold_row()["revision"])

    def _hold_row(self) -> sqlite3.Row:
        with self._database.read() as connection:
            return cast("sqlite3.Row", connection.execute("SELECT held, revision FROM model_hold").fetchone())

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._database.write() as connection:
            yield connection
            connection.execute("UPDATE model_hold SET revision = revision + 1")

    def _living_runs(self) -> dict[str, LoadedModel]:
        with self._database.read() as connection:
            found = connection.execute("SELECT * FROM model_runs ORDER BY owner_started").fetchall()
        dead = [each for each in found if not _lives(each["pid"] or each["owner_pid"], each["pid_started"])]
        if dead:
            with self._write() as connection:
                connection.executemany(
                    "DELETE FROM model_runs WHERE model = ? AND owner_pid = ? AND pid = ? AND pid_started = ?",
                    [(each["model"], each["owner_pid"], each["pid"], each["pid_started"]) for each in dead],
                )
        return {
            each["model"]: LoadedModel(
                device=each["device"],
                vram_mib=each["vram_mib"],
                ram_mib=each["ram_mib"],
                url=each["url"],
                pid=each["pid"],
                shares=tuple(_share(*share) for share in json.loads(each["shares"])),
            )
            for each in found
            if each not in dead
        }


def _share(gpu: int, layers: int, mib: float, first_layer: int | None = None) -> DeviceShare:
    """Return a share as it is kept; another Jarvis that still runs may have kept no number of a layer."""
    return DeviceShare(gpu=gpu, layers=layers, mib=mib, first_layer=first_layer)


def _started(pid: int) -> float | None:
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.NoSuchProcess:
        return None


def _lives(pid: int, started: float) -> bool:
    now = _started(pid)
    return now is not None and abs(now - started) <= _SAME_START_SECONDS


def _stored(moment: datetime | None) -> int | None:
    return None if moment is None else to_milliseconds(moment)


def _moment(stored: int | None) -> datetime | None:
    return None if stored is None else from_milliseconds(stored)


def _row(found: sqlite3.Row) -> ModelRow:
    return ModelRow(
        id=found["id"],
        kind=cast("ModelKind", found["kind"]),
        engine=cast("EngineKind", found["engine"]),
        source=cast("ModelSource", found["source"]),
        state=cast("ModelState", found["state"]),
        path=found["path"],
        quantization=found["quantization"],
        bytes=found["bytes"],
        sha256=found["sha256"],
        version=found["version"],
        pinned=bool(found["pinned"]),
        keep_alive_minutes=found["keep_alive_minutes"],
        failure_en=found["failure_en"],
        failure_es=found["failure_es"],
        added_at=_moment(found["added_at"]),
        used_at=_moment(found["used_at"]),
    )
