"""Reads desktop entries, the files that say which applications are installed on Linux.

Follows freedesktop.org's Desktop Entry Specification 1.5: which file wins, localized names, TryExec, Exec quoting
and field codes. Starts nothing.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_GROUP = "[Desktop Entry]"
_ESCAPE = re.compile(r"\\([sntr\\;])")
_ESCAPED = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\", ";": ";"}
_ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)', re.DOTALL)
_FILE_CODES = frozenset("fFuUdDnNvm")
"""Field codes for files to open, and the deprecated ones: all of them fall away without a file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DesktopEntry:
    """One application that a menu would show. `id` is its desktop-file id, such as `org.gnome.Maps.desktop`."""

    id: str
    path: Path
    name: str
    other_names: tuple[str, ...]
    exec_line: str
    icon: str
    working_folder: str
    in_terminal: bool

    def command_line(self) -> list[str]:
        """Return the program and its arguments with the field codes filled, no file being opened.

        ValueError when the entry's Exec line says nothing that can be run.
        """
        arguments: list[str] = []
        for quoted, plain in _ARGUMENT.findall(self.exec_line):
            if plain:
                arguments.extend(self._filled(plain))
            else:
                arguments.append(re.sub(r'\\(["`$\\])', r"\1", quoted))
        if not arguments or not arguments[0]:
            raise ValueError(f"{self.id} has no usable Exec line")
        return arguments

    def _filled(self, argument: str) -> list[str]:
        if argument == "%i":
            return ["--icon", self.icon] if self.icon else []
        if len(argument) == 2 and argument[0] == "%" and argument[1] in _FILE_CODES:
            return []
        values = {"%": "%", "c": self.name, "k": str(self.path)}
        return [re.sub(r"%(.)", lambda code: values.get(code.group(1), ""), argument)]


def applications_folders(environment: Mapping[str, str] = os.environ) -> list[Path]:
    """Return where desktop entries are looked for, most important first."""
    home = environment.get("XDG_DATA_HOME") or str(Path(environment.get("HOME", "~")).expanduser() / ".local/share")
    shared = environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    return [Path(folder) / "applications" for folder in (home, *shared.split(":")) if folder]


def desktop_entries(folders: Sequence[Path], environment: Mapping[str, str] = os.environ) -> Iterator[DesktopEntry]:
    """Yield every application to show; of several files with one id the first folder's counts, even to hide it."""
    seen: set[str] = set()
    for folder in folders:
        for path in sorted(folder.rglob("*.desktop")):
            identity = "-".join(path.relative_to(folder).parts)
            if identity in seen:
                continue
            seen.add(identity)
            keys = _keys_of(path)
            if keys is not None and _is_shown(keys, environment):
                yield _entry(identity, path, keys, environment)


def _keys_of(path: Path) -> dict[str, str] | None:
    """Return the keys of the main group, or None for a file that cannot be read as one."""
    keys: dict[str, str] = {}
    inside = False
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    for line in lines:
        if line.startswith("["):
            inside = line.strip() == _GROUP
        elif inside and "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            keys[name.strip()] = _ESCAPE.sub(lambda escape: _ESCAPED[escape.group(1)], value.strip())
    return keys


def _is_shown(keys: Mapping[str, str], environment: Mapping[str, str]) -> bool:
    if keys.get("Type") != "Application" or not keys.get("Name") or not keys.get("Exec"):
        return False
    if "true" in (keys.get("NoDisplay"), keys.get("Hidden")):
        return False
    desktops = set(environment.get("XDG_CURRENT_DESKTOP", "").split(":"))
    only, never = (set(keys.get(name, "").split(";")) - {""} for name in ("OnlyShowIn", "NotShowIn"))
    if (only and not only & desktops) or never & desktops:
        return False
    needed = keys.get("TryExec")
    return not needed or shutil.which(needed, path=environment.get("PATH")) is not None


def _entry(identity: str, path: Path, keys: Mapping[str, str], environment: Mapping[str, str]) -> DesktopEntry:
    locale = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    name = _localized(keys, "Name", locale)
    others = [
        _localized(keys, key, language) for key in ("Name", "GenericName") for language in ("", locale, "en", "es")
    ]
    return DesktopEntry(
        id=identity,
        path=path,
        name=name,
        other_names=tuple(dict.fromkeys(other for other in others if other and other != name)),
        exec_line=keys["Exec"],
        icon=_localized(keys, "Icon", locale),
        working_folder=keys.get("Path", ""),
        in_terminal=keys.get("Terminal") == "true",
    )


def _localized(keys: Mapping[str, str], name: str, locale: str) -> str:
    """Return the value of `name` for a locale such as `es_MX.UTF-8@latin`, by the specification's order of matches."""
    match = re.fullmatch(r"([a-zA-Z]+)(?:_(\w+))?(?:\.[^@]*)?(?:@(\w+))?", locale)
    if match:
        language, country, modifier = match.groups()
        tried = []
        if country and modifier:
            tried.append(f"{language}_{country}@{modifier}")
        if country:
            tried.append(f"{language}_{country}")
        if modifier:
            tried.append(f"{language}@{modifier}")
        for tag in (*tried, language):
            if value := keys.get(f"{name}[{tag}]"):
                return value
    return keys.get(name, "")
