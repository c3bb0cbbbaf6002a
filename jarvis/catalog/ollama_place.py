"""Finds the Ollama that answers: at the address of the settings or, where nobody listens there, in a container here.

Asks docker and podman for what runs, starts nothing, and knows nothing of models.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from jarvis.catalog.ollama_store import OllamaStore, is_here
from jarvis.contracts.errors import EngineError, JarvisError, Language

PORT = 11434
"""Where Ollama listens, in a container too."""

_PROGRAMS = ("docker", "podman")
_PROGRAM_SECONDS = 3.0
_ANSWER_SECONDS = 1.0
_LOOK_AGAIN_SECONDS = 30.0
"""How long `url` believes what was found; then it is looked for again in the background."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OllamaContainer:
    """A running container of Ollama's image and the URL of its published port; empty where it publishes none."""

    name: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Containers:
    """What docker and podman run; `forbidden` names the program that does not let this account ask it."""

    found: tuple[OllamaContainer, ...] = ()
    forbidden: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundOllama:
    """Where Ollama is asked. `container` is the name of the one that answers there in place of the address `asked`;
    `trouble` says why a container that runs cannot be used."""

    asked: str
    url: str
    container: str = ""
    trouble: EngineError | None = None

    def sentence(self, language: Language) -> str:
        """Say that a container stands in for the address that was set; empty where none does."""
        if not self.container:
            return ""
        return (
            f"Nadie responde en {self.asked}; los modelos de Ollama son los de su contenedor {self.container}, en "
            f"{self.url}."
            if language == "es"
            else f"Nobody answers at {self.asked}; Ollama's models are those of its container {self.container}, at "
            f"{self.url}."
        )


class OllamaPlace:
    """Where Ollama answers now; `asked` returns the address of the settings, empty to look for none.

    Containers are looked for only where that address is on this computer and nobody listens there. Safe from several
    threads.
    """

    def __init__(
        self,
        asked: Callable[[], str],
        *,
        containers: Callable[[], Containers] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._asked = asked
        self._containers = containers or running_containers
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: tuple[float, FoundOllama] | None = None
        self._looking = False

    def look(self) -> FoundOllama:
        """Look anew; takes a second or two where containers have to be asked for."""
        found = _found(self._asked().rstrip("/"), self._containers)
        with self._lock:
            self._known = (self._monotonic(), found)
        return found

    def url(self) -> str:
        """Return where to ask, by what was found last: waits only the first time and after a change of the settings."""
        asked = self._asked().rstrip("/")
        with self._lock:
            known = self._known
            fits = known is not None and known[1].asked == asked
            stale = known is not None and self._monotonic() - known[0] >= _LOOK_AGAIN_SECONDS
            again = fits and stale and not self._looking
            self._looking = self._looking or again
        if known is None or not fits:
            return self.look().url
        if again:
            threading.Thread(target=self._look_behind, name="ollama-place", daemon=True).start()
        return known[1].url

    def _look_behind(self) -> None:
        try:
            self.look()
        finally:
            with self._lock:
                self._looking = False


def running_containers(seconds: float = _PROGRAM_SECONDS) -> Containers:
    """Return the running containers of Ollama's image; none without docker and podman, or where they do not answer."""
    found: dict[tuple[str, str], OllamaContainer] = {}
    forbidden = ""
    for program in _PROGRAMS:
        where = shutil.which(program)
        if where is None:
            continue
        try:
            told = subprocess.run(
                [where, "ps", "--format", "{{json .}}"], capture_output=True, text=True, timeout=seconds, check=False
            )
        except (subprocess.TimeoutExpired, OSError):
            continue  # a container service that hangs or is broken has no containers for us
        if told.returncode != 0 and "permission denied" in told.stderr.lower():
            forbidden = program
        for line in told.stdout.splitlines():
            container = _container(line)
            if container is not None:
                found.setdefault((container.name, container.url), container)
    return Containers(found=tuple(found.values()), forbidden=forbidden)


def _found(asked: str, containers: Callable[[], Containers]) -> FoundOllama:
    if not asked or not is_here(asked) or _listens(asked):
        return FoundOllama(asked=asked, url=asked)
    told = containers()
    for container in told.found:
        if container.url and _is_ollama(container.url):
            return FoundOllama(asked=asked, url=container.url, container=container.name)
    return FoundOllama(asked=asked, url=asked, trouble=_trouble(asked, told.found, told.forbidden))


def _listens(url: str) -> bool:
    try:
        address = urlsplit(url)
        with socket.create_connection((address.hostname or "", address.port or 80), timeout=_ANSWER_SECONDS):
            return True
    except (OSError, ValueError):
        return False


def _is_ollama(url: str) -> bool:
    try:
        return bool(OllamaStore(url, seconds=_ANSWER_SECONDS).version())
    except JarvisError:
        return False


def _trouble(asked: str, containers: Sequence[OllamaContainer], forbidden: str) -> EngineError | None:
    if not containers and not forbidden:
        return None
    if not containers:
        return EngineError(
            "ollama.containers_hidden",
            en="No Ollama answers at {url}, and this account may not ask {program} for its containers; Ollama's models "
            "are left out. Add yourself to the group “{program}” and log in again, or start Ollama.",
            es="Ningún Ollama responde en {url} y esta cuenta no puede preguntar a {program} por sus contenedores; se "
            "prescinde de los modelos de Ollama. Añádete al grupo «{program}» y vuelve a entrar, o arranca Ollama.",
            url=asked,
            program=forbidden,
        )
    silent = next((each for each in containers if each.url), None)
    if silent is not None:
        return EngineError(
            "ollama.container_silent",
            en="The Ollama container {name} runs but does not answer at {url}; its models are left out. Look at its "
            "log, or restart it.",
            es="El contenedor de Ollama {name} está en marcha, pero no responde en {url}; se prescinde de sus modelos. "
            "Mira su registro o reinícialo.",
            name=silent.name,
            url=silent.url,
        )
    return EngineError(
        "ollama.container_closed",
        en="The Ollama container {name} runs but publishes no port, so its models are left out. Start it again with "
        "“-p 127.0.0.1:{port}:{port}”; what it has is kept in its volume.",
        es="El contenedor de Ollama {name} está en marcha, pero no publica ningún puerto, así que se prescinde de sus "
        "modelos. Arráncalo de nuevo con «-p 127.0.0.1:{port}:{port}»; lo que tiene se conserva en su volumen.",
        name=containers[0].name,
        port=PORT,
    )


def _container(line: str) -> OllamaContainer | None:
    try:
        seen = json.loads(line)
    except ValueError:
        return None
    if not isinstance(seen, dict) or "ollama/ollama" not in str(seen.get("Image", "")):
        return None
    names = seen.get("Names")
    name = names[0] if isinstance(names, list) and names else names if isinstance(names, str) else ""
    return OllamaContainer(name=str(name), url=_published(seen))


def _published(seen: dict[str, object]) -> str:
    """Return the URL of port 11434 on this computer; docker writes "0.0.0.0:11434->11434/tcp", podman objects."""
    ports = seen.get("Ports")
    if isinstance(ports, list):
        for each in ports:
            told = each if isinstance(each, dict) and each.get("container_port") == PORT else {}
            if isinstance(port := told.get("host_port"), int) and port:
                return _url(str(told.get("host_ip") or ""), port)
        return ""
    for each in str(ports or "").split(","):
        outside, arrow, inside = each.strip().partition("->")
        host, _, number = outside.rpartition(":")
        if arrow and inside.startswith(f"{PORT}/") and number.isdigit():
            return _url(host, int(number))
    # A container in the computer's own network publishes nothing and is there all the same.
    return _url("", PORT) if seen.get("Networks") == "host" else ""


def _url(host: str, port: int) -> str:
    everywhere = host.strip("[]") in {"", "0.0.0.0", "::", "*"}
    return f"http://{'127.0.0.1' if everywhere else host}:{port}"
