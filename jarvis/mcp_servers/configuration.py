"""The file `mcp.json`: which servers there are, in the shape that other programs use too.

Knows no server process. Keys may stand in it as "keyring:mcp-NAME": the value is fetched only when a server is started,
and Jarvis' own keys can never be meant.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jarvis.contracts.errors import InputError
from jarvis.mcp_servers.failures import bad_configuration, server_failure

FILE_NAME = "mcp.json"
"""The file's name in Jarvis' home."""

_KEYRING = re.compile(r"((?:Bearer |Basic |[Tt]oken )?)keyring:(.*)", re.DOTALL)
_KEY = re.compile(r"mcp-[a-z0-9-]{1,40}")

MOST_BYTES = 1_000_000
"""A larger file is not a list of servers."""

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,22}[A-Za-z0-9])?")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_ALLOWED = {
    "object": ("an object {…}", "un objeto {…}"),
    "text": ("a text", "un texto"),
    "texts": ("a list of texts", "una lista de textos"),
    "pairs": ("an object of texts", "un objeto de textos"),
    "flag": ("true or false", "true o false"),
    "one": ("a server with either “command” or “url”", "un servidor con «command» o con «url», uno de los dos"),
    "url": (
        "an https address (http only on this computer or in the house)",
        "una dirección https (http solo en este equipo o en casa)",
    ),
    "key": (
        "keyring:mcp-NAME with small letters, digits and hyphens",
        "keyring:mcp-NOMBRE con minúsculas, cifras y guiones",
    ),
    "headers": ("an object of header names and one-line texts", "un objeto de cabeceras y textos de una línea"),
}
_GIVEN = {
    "command": ("the program (after “--”)", "el programa (tras «--»)"),
    "args": ("the arguments (after “--”)", "los argumentos (tras «--»)"),
    "url": ("the address (--url)", "la dirección (--url)"),
    "env": ("the environment (--env)", "el entorno (--env)"),
    "headers": ("the headers (--header)", "las cabeceras (--header)"),
}
"""What somebody gives for a new server, each with how the command line calls it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerEntry:
    """One configured server: a program to run (`command`, `args`, `env`, `cwd`) or an address (`url`, `headers`).

    `private`, which other programs do not know: what its tools give back is for models on this computer only.
    """

    name: str
    command: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    cwd: str = ""
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    disabled: bool = False
    private: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The stored keys that it uses, by name, each once."""
        meant = (_KEYRING.fullmatch(value) for value in (*self.env.values(), *self.headers.values()))
        return tuple(dict.fromkeys(found[2] for found in meant if found is not None))

    @property
    def host(self) -> str:
        """The computer that it is on, where that is another one; "" for a program and for this computer."""
        host = (urlsplit(self.url).hostname or "") if self.url else ""
        return "" if _is_here(host) else host

    @property
    def target(self) -> str:
        """What is run or reached, without keys: the program with its arguments, or the address without its query."""
        if self.command:
            return " ".join((self.command, *self.args))
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def read_servers(file: Path) -> tuple[ServerEntry, ...]:
    """Return the configured servers in the file's order; none where there is no file.

    Raises `InputError` (codes `mcp.config_…`) that names the file and the place.
    """
    servers = _document(file).get("mcpServers", {})
    _demand(isinstance(servers, dict), file, "mcpServers", "object")
    entries = tuple(_entry(file, name, raw) for name, raw in servers.items())
    seen: set[str] = set()
    for entry in entries:
        check_name(entry.name, seen)
        seen.add(entry.name.lower())
    return entries


def add_server(file: Path, entry: ServerEntry) -> None:
    """Write `entry` into the file, which keeps everything else in it; raises `InputError` where that cannot be."""
    taken = {each.name.lower() for each in read_servers(file)}
    check_name(entry.name, set())
    if entry.name.lower() in taken:
        raise bad_configuration("exists", name=entry.name)
    raw: dict[str, Any] = {}
    if entry.command:
        raw = {"command": entry.command, "args": list(entry.args)}
        raw |= {"env": dict(entry.env)} if entry.env else {}
        raw |= {"cwd": entry.cwd} if entry.cwd else {}
    else:
        raw = {"url": entry.url} | ({"headers": dict(entry.headers)} if entry.headers else {})
    _check_given(file, entry.name, raw)
    raw |= {"private": True} if entry.private else {}
    document = _document(file)
    document.setdefault("mcpServers", {})[entry.name] = raw
    _write(file, document)


def remove_server(file: Path, name: str) -> None:
    """Take the server `name` out of the file; `InputError` where there is none."""
    document = _document(file)
    if name not in {entry.name for entry in read_servers(file)}:
        raise bad_configuration("unknown", name=name)
    del document["mcpServers"][name]
    _write(file, document)


def switch_server(file: Path, name: str, on: bool) -> None:
    """Write into the file whether the server `name` is used; `InputError` where there is none."""
    document = _document(file)
    if name not in {entry.name for entry in read_servers(file)}:
        raise bad_configuration("unknown", name=name)
    entry = document["mcpServers"][name]
    if on:
        entry.pop("disabled", None)
    else:
        entry["disabled"] = True
    _write(file, document)


def resolved(values: Mapping[str, str], server: str, secret: Callable[[str], str | None]) -> dict[str, str]:
    """Return `values` with every "keyring:NAME" replaced, also after "Bearer " and the like; `ServerFailure` (code
    `mcp.secret`) where there is no key."""
    found = {}
    for name, value in values.items():
        if (meant := _KEYRING.fullmatch(value)) is None:
            found[name] = value
            continue
        before, key = meant.groups()
        if (kept := secret(key)) is None:
            raise server_failure("secret", server, key=key)
        found[name] = before + kept
    return found


def check_name(name: str, taken: set[str]) -> None:
    """Raise `InputError` for a name that no server may have; `taken` are those of others, in lower case."""
    if not _NAME.fullmatch(name) or name.lower() in taken:
        raise bad_configuration("name", name=name[:60])


def _document(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise bad_configuration("unreadable", file=file, why=f"> {MOST_BYTES} B")
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise bad_configuration("unreadable", file=file, why=getattr(error, "strerror", None) or error) from error
    try:
        document = json.loads(text) if text.strip() else {}
    except json.JSONDecodeError as error:
        raise bad_configuration("json", file=file, line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise bad_configuration("unreadable", file=file, why="too deep") from error
    _demand(isinstance(document, dict), file, "the file", "object")
    return dict(document)


def _check_given(file: Path, name: str, raw: dict[str, Any]) -> None:
    """Raise `InputError` (code `mcp.config_given`) where what somebody gives for a new server is not what it must be:
    there is nothing to mend in the file then."""
    try:
        _entry(file, name, raw)
    except InputError as error:
        part = str(error.values.get("place", "")).rpartition(".")[2]
        if error.code != "mcp.config_shape":
            raise
        part_en, part_es = _GIVEN.get(part, _GIVEN["command"])
        allowed = {key: error.values[key] for key in ("allowed_en", "allowed_es")}
        raise bad_configuration("given", part_en=part_en, part_es=part_es, name=name, **allowed) from error


def _entry(file: Path, name: str, raw: object) -> ServerEntry:
    place = f"mcpServers.{name}"[:100]
    if not isinstance(raw, dict):
        raise _misshapen(file, place, "object")
    command, url = raw.get("command", ""), raw.get("url", "")
    for key in ("command", "url", "cwd"):
        _demand(isinstance(raw.get(key, ""), str) and "\0" not in raw.get(key, ""), file, f"{place}.{key}", "text")
    _demand(bool(command) != bool(url), file, place, "one")
    args = raw.get("args", [])
    _demand(_texts(args), file, f"{place}.args", "texts")
    _demand(_pairs(raw.get("env", {})), file, f"{place}.env", "pairs")
    _demand(_pairs(headers := raw.get("headers", {})) and _one_line(headers), file, f"{place}.headers", "headers")
    for key in ("disabled", "private"):
        _demand(isinstance(raw.get(key, False), bool), file, f"{place}.{key}", "flag")
    for key, values in (("env", raw.get("env", {})), ("headers", headers)):
        _demand(all(map(_names_no_other_key, values.values())), file, f"{place}.{key}", "key")
    _demand(not url or _is_address(url), file, f"{place}.url", "url")
    return ServerEntry(
        name=name,
        command=command,
        args=tuple(args),
        env=dict(raw.get("env", {})),
        cwd=raw.get("cwd", ""),
        url=url,
        headers=dict(headers),
        disabled=raw.get("disabled", False),
        private=raw.get("private", False),
    )


def _demand(fine: bool, file: Path, place: str, allowed: str) -> None:
    if not fine:
        raise _misshapen(file, place, allowed)


def _misshapen(file: Path, place: str, allowed: str) -> Exception:
    en, es = _ALLOWED[allowed]
    return bad_configuration("shape", file=file, place=place, allowed_en=en, allowed_es=es)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and "\0" not in each for each in value)


def _pairs(value: object) -> bool:
    return (
        isinstance(value, dict)
        and _texts(list(value.values()))
        and all(name and "=" not in name and "\0" not in name for name in value)
    )


def _one_line(headers: Mapping[str, str]) -> bool:
    return all(_HEADER.fullmatch(name) and (not text or text.isprintable()) for name, text in headers.items())


def _names_no_other_key(value: str) -> bool:
    """Tell whether `value` is a plain text or means a key that was stored for servers: never one of Jarvis' own."""
    meant = _KEYRING.fullmatch(value)
    return meant is None or _KEY.fullmatch(meant[2]) is not None


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    return bool(host) and url.isprintable() and (parts.scheme == "https" or (parts.scheme == "http" and _is_near(host)))


def _is_near(host: str) -> bool:
    """Tell whether `host` is this computer or in the house: what is sent there in the clear passes no stranger."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".home.arpa", ".localhost"))


def _is_here(host: str) -> bool:
    try:
        return not host or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _write(file: Path, document: Mapping[str, Any]) -> None:
    """Replace the file in one step; it may hold keys, so nobody else may read it."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as written:
                json.dump(document, written, ensure_ascii=False, indent=2)
                written.write("\n")
            Path(part).replace(file)
        except OSError:
            Path(part).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise bad_configuration("unwritable", file=file, why=error.strerror or error) from error
