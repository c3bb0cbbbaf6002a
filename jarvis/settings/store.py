"""Loads, checks and saves options. Only values that differ from their default are written."""

from __future__ import annotations

import json
import math
import os
import tempfile
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.contracts.errors import SettingsError, StorageError
from jarvis.settings.options import OPTION_BY_NAME, Option, OptionValue

if TYPE_CHECKING:
    from pydantic import TypeAdapter


class Settings:
    """The options of this user; safe to use from several threads. `path` None keeps them in memory."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._values: dict[str, OptionValue] = {}
        self._unknown: dict[str, object] = {}
        self._seen: tuple[int, int] | None = None
        self._revision = 0
        self.warnings: tuple[SettingsError, ...] = ()
        with self._lock:
            self._reload_if_changed()

    @property
    def revision(self) -> int:
        """A number that grows whenever a value may have changed, here or by another Jarvis: for who reads often."""
        with self._lock:
            self._reload_if_changed()
            return self._revision

    def get(self, name: str) -> OptionValue:
        """Return the value of `name`; `SettingsError` for an unknown one."""
        option = _option(name)
        with self._lock:
            self._reload_if_changed()
            return self._values.get(name, option.default)

    def text(self, name: str) -> str:
        """Return a text option."""
        value = self.get(name)
        assert isinstance(value, str)
        return value

    def number(self, name: str) -> float:
        """Return a numeric option as float."""
        value = self.get(name)
        assert isinstance(value, int | float)
        return float(value)

    def integer(self, name: str) -> int:
        """Return a whole-number option."""
        value = self.get(name)
        assert isinstance(value, int)
        return value

    def flag(self, name: str) -> bool:
        """Return an on/off option."""
        value = self.get(name)
        assert isinstance(value, bool)
        return value

    def set(self, name: str, value: object) -> OptionValue:
        """Check, store and save `value` (text is parsed); returns what was stored."""
        return self.set_all({name: value})[name]

    def set_all(self, wanted: Mapping[str, object]) -> dict[str, OptionValue]:
        """Check, store and save several values in one write, by option: all of them or, after an error, none."""
        checked = {name: check(_option(name), value) for name, value in wanted.items()}
        with self._lock, self._file_lock():
            self._reload_if_changed()
            values = {**self._values, **checked}
            for name, value in checked.items():
                if value == _option(name).default:
                    values.pop(name)
            self._save(values)
            self._values, self._seen = values, self._stamp()
            self._revision += 1
        return checked

    def changed(self) -> dict[str, OptionValue]:
        """Return the options that differ from their defaults."""
        with self._lock:
            self._reload_if_changed()
            return dict(self._values)

    def _stamp(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat() if self._path is not None else None
        except OSError:
            return None
        return (status.st_mtime_ns, status.st_ino) if status is not None else None

    def _reload_if_changed(self) -> None:
        """Take up what another Jarvis has saved; unknown names are kept, bad values fall back with a warning each."""
        stamp = self._stamp()
        if self._path is None or stamp is None or stamp == self._seen:
            return
        document, warnings = _read(self._path)
        self._seen = stamp
        values: dict[str, OptionValue] = {}
        unknown: dict[str, object] = {}
        for name, value in document.items():
            option = OPTION_BY_NAME.get(name)
            if option is None:
                unknown[name] = value
                continue
            try:
                values[name] = check(option, value)
            except SettingsError as error:
                warnings.append(error)
        self._values, self._unknown, self.warnings = values, unknown, tuple(warnings)
        self._revision += 1

    def _file_lock(self) -> AbstractContextManager[object]:
        """Keep other processes from saving between our reading and our writing."""
        if self._path is None or not self._path.parent.is_dir():
            return nullcontext()
        from filelock import FileLock

        return FileLock(self._path.with_suffix(".lock"), timeout=5)

    def _save(self, values: dict[str, OptionValue]) -> None:
        if self._path is None:
            return
        temporary: Path | None = None
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".settings")
            temporary = Path(name)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({**self._unknown, **values}, file, indent=2, ensure_ascii=False, sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path)
        except OSError as error:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
            raise StorageError(
                "settings.save",
                en="The setting could not be saved to {path} ({why}); the old value stays. "
                "Free some space and try again.",
                es="No se pudo guardar el ajuste en {path} ({why}); queda el valor anterior. Libera espacio y repite.",
                path=self._path,
                why=error.strerror or error,
            ) from error


def check(option: Option, value: object) -> OptionValue:
    """Return `value` as the option's type, or raise `SettingsError` naming what is allowed."""
    checked = _read_as(option, value)
    if option.choices and checked not in option.choices:
        raise _not_allowed(option, value)
    if isinstance(checked, int | float) and not isinstance(checked, bool):
        below = option.minimum is not None and checked < option.minimum
        above = option.maximum is not None and checked > option.maximum
        if below or above or math.isnan(checked):
            raise _not_allowed(option, value)
    return checked


def allowed(option: Option) -> str:
    """Say in a few words which values `option` takes."""
    if option.choices:
        return ", ".join(option.choices)
    if option.minimum is not None:
        return f"{option.minimum:,g} … {option.maximum:,.10g}"
    return {str: "text", int: "whole number", float: "number", bool: "true, false"}[option.type]


def _read_as(option: Option, value: object) -> OptionValue:
    if type(value) is option.type:
        # What was saved is so; only words from outside need pydantic, which takes a tenth of the window's start.
        return value  # type: ignore[return-value]
    from pydantic import ValidationError

    try:
        return _adapter(option.type).validate_python(value)
    except ValidationError as error:
        raise _not_allowed(option, value) from error


@cache
def _adapter(kind: type) -> TypeAdapter[OptionValue]:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def _not_allowed(option: Option, value: object) -> SettingsError:
    return SettingsError(
        "settings.value",
        en="{name} cannot be “{value}”; the old value stays. Allowed: {allowed}.",
        es="{name} no puede ser «{value}»; queda el valor anterior. Se permite: {allowed}.",
        name=option.name,
        value=str(value)[:80],
        allowed=allowed(option),
    )


def _option(name: str) -> Option:
    option = OPTION_BY_NAME.get(name)
    if option is None:
        raise SettingsError(
            "settings.unknown",
            en="There is no option called {name}; nothing was changed. “jarvis config get” lists all of them.",
            es="No hay ninguna opción llamada {name}; no se ha cambiado nada. «jarvis config get» las muestra todas.",
            name=name,
        )
    return option


def _read(path: Path) -> tuple[dict[str, object], list[SettingsError]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(document, dict):
            raise ValueError("not an object")
    except (OSError, ValueError) as error:
        kept = path.with_suffix(".broken.json")
        warning = SettingsError(
            "settings.file",
            en="The settings file {path} could not be read ({why}); defaults are used and the file is kept as {kept}.",
            es="No se pudo leer el fichero de ajustes {path} ({why}); se usan los valores iniciales "
            "y queda como {kept}.",
            path=path,
            why=error,
            kept=kept,
        )
        try:
            path.replace(kept)
        except OSError:
            warning.values["kept"] = path
        return {}, [warning]
    return document, []
