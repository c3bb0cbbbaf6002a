"""What a backup of somebody else's brings that this computer neither uses nor allows, and how that is set aside.

Works on what was unpacked; reads what holds here and changes nothing of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jarvis.contracts.data_desk import SetAside
from jarvis.contracts.errors import SettingsError
from jarvis.contracts.guard import PermissionLevel
from jarvis.memory.backup import DATABASE_FILE
from jarvis.settings.folders import Folders
from jarvis.settings.foreign import leads_elsewhere, left_out, lower_limits
from jarvis.settings.option import OptionValue
from jarvis.settings.options import OPTION_BY_NAME, OPTIONS
from jarvis.settings.store import check
from jarvis.storage.foreign_rows import Allowed, allowed_in, keep_accounts, take_away

DefaultLevel = Callable[[str], PermissionLevel]
"""What holds for the name of a skill or tool as long as nobody said otherwise."""
_LEVELS: tuple[PermissionLevel, ...] = ("never", "ask", "allow")
"""From what allows least."""
_ROLES = "roles.json"
_TOGETHER = "cooperation.mode"
"""The option that roles belong to."""
_DEFAULTS = {option.name: option.default for option in OPTIONS}
_NOT_TAKEN = (_ROLES, "desktop.json")
"""What models are told to be, and what somebody began to write: both would be sent as if said here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Changes:
    told: tuple[SetAside, ...]
    options: dict[str, OptionValue] | None
    levels: dict[str, PermissionLevel | None]
    unfollowed: tuple[str, ...]
    unshared: tuple[str, ...]
    out_of_service: tuple[str, ...]
    unknown: tuple[str, ...]


def asks(name: str) -> PermissionLevel:
    """Return the level of whatever nothing is known of."""
    del name
    return "ask"


def strange_to_here(staged: Path, here: Folders, default: DefaultLevel) -> tuple[SetAside, ...]:
    """Return what of an unpacked backup `set_aside` would leave out; raises `sqlite3.DatabaseError`, and `ValueError`
    for rows that no Jarvis writes."""
    return _changes(staged, here, default).told


def set_aside(staged: Path, here: Folders, default: DefaultLevel) -> tuple[SetAside, ...]:
    """Rewrite what was unpacked so that it sends nothing to where this computer sends nothing, and allows nothing that
    this computer does not; returns what was left out. Raises `OSError` and as `strange_to_here` does."""
    changes = _changes(staged, here, default)
    if changes.options is not None:
        _write(staged / here.settings_file.name, changes.options)
    for name in _NOT_TAKEN:
        (staged / name).unlink(missing_ok=True)
    take_away(
        staged / DATABASE_FILE,
        levels=changes.levels,
        unfollowed=changes.unfollowed,
        unshared=changes.unshared,
        out_of_service=changes.out_of_service,
        unknown=changes.unknown,
    )
    return changes.told


def keep_limits(staged: Path, here: Folders) -> None:
    """Rewrite what was unpacked so that nobody's backup spends more than this computer would: its lower limits hold,
    what it has spent counts, and nothing waits for a yes or runs that did elsewhere. Raises as `set_aside` does."""
    foreign = staged / here.settings_file.name
    if foreign.exists():
        theirs, mine = _values(foreign), _values(here.settings_file)
        limits = lower_limits({**_DEFAULTS, **theirs}.__getitem__, {**_DEFAULTS, **mine}.__getitem__)
        if limits:
            _write(foreign, {**(_document(foreign) or {}), **limits})
    keep_accounts(staged / DATABASE_FILE, here.database)


def _changes(staged: Path, here: Folders, default: DefaultLevel) -> _Changes:
    told, options = _options(staged / here.settings_file.name, here.settings_file)
    theirs, mine = allowed_in(staged / DATABASE_FILE), _allowed_here(here.database)
    levels: dict[str, PermissionLevel | None] = {}
    for name in sorted({*theirs.levels, *mine.levels}):
        wanted, holds = theirs.levels.get(name, default(name)), mine.levels.get(name, default(name))
        if _LEVELS.index(wanted) > _LEVELS.index(holds):
            levels[name] = mine.levels.get(name)
            told.append(SetAside(kind="permission", name=name, value=wanted))
    unfollowed, unshared = sorted(theirs.followed - mine.followed), sorted(theirs.shared - mine.shared)
    told += [SetAside(kind="folder", name=path) for path in sorted({*unfollowed, *unshared})]
    out_of_service = sorted(theirs.in_service - mine.in_service)
    told += [SetAside(kind="model", name=model, value="active") for model in out_of_service]
    far = {model: path for model, path in theirs.paths.items() if leads_elsewhere(path)}
    unknown = sorted(model for model, path in far.items() if mine.paths.get(model) != path)
    told += [SetAside(kind="model", name=far[model]) for model in unknown]
    if _other_roles(staged / _ROLES, here.home / _ROLES) and not any(each.name == _TOGETHER for each in told):
        told.append(SetAside(kind="consent", name=_TOGETHER, value=_ROLES))
    return _Changes(
        told=tuple(told),
        options=options,
        levels=levels,
        unfollowed=tuple(unfollowed),
        unshared=tuple(unshared),
        out_of_service=tuple(out_of_service),
        unknown=tuple(unknown),
    )


def _options(foreign: Path, here: Path) -> tuple[list[SetAside], dict[str, OptionValue] | None]:
    """Return what is left out, and the options as they are to be written: those that are known, and no others. Without
    settings in the backup those that are here stay as they are."""
    if not foreign.exists():
        return [], None
    theirs, mine = _values(foreign), _values(here)
    left, instead = left_out({**_DEFAULTS, **theirs}.__getitem__, {**_DEFAULTS, **mine}.__getitem__)
    told = [
        SetAside(
            kind="address" if each.option.is_address or each.option.is_path else "consent",
            name=each.option.name,
            value=_shown(each.value),
        )
        for each in left
    ]
    return told, {**theirs, **instead}


def _values(file: Path) -> dict[str, OptionValue]:
    """Return the options that a file of settings sets, as Jarvis would read them; none where it could read nothing."""
    values: dict[str, OptionValue] = {}
    for name, value in (_document(file) or {}).items():
        if (option := OPTION_BY_NAME.get(name)) is not None:
            with contextlib.suppress(SettingsError):
                values[name] = check(option, value)
    return values


def _document(file: Path) -> dict[str, object] | None:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _write(file: Path, options: Mapping[str, object]) -> None:
    with file.open("w", encoding="utf-8") as written:
        json.dump(options, written, indent=2, ensure_ascii=False, sort_keys=True)
        written.flush()
        os.fsync(written.fileno())


def _other_roles(foreign: Path, here: Path) -> bool:
    if not foreign.is_file():
        return False
    return not here.is_file() or here.read_bytes() != foreign.read_bytes()


def _allowed_here(database: Path) -> Allowed:
    try:
        return allowed_in(database) if database.exists() else Allowed()
    except (sqlite3.DatabaseError, ValueError):
        # Nothing that Jarvis could read either: nothing is allowed here.
        return Allowed()


def _shown(value: OptionValue) -> str:
    return value if isinstance(value, str) else json.dumps(value)
