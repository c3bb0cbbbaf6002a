"""What `jarvis doctor` looks at: each part of this installation, how it is, and what to do when it is not well."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from jarvis import __version__
from jarvis.app.voice_checks import State, VoiceChecks
from jarvis.cli.services import Check
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import JarvisError, Language
from jarvis.contracts.ports import EngineStatus
from jarvis.engines.llama_build import build_state
from jarvis.hardware.machine import machine_facts

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

_LOW_DISK_MIB = 2000
_INSTALL = "./install_upgrade.sh run"


def checks(jarvis: Jarvis) -> Iterator[Check]:
    """Yield the checks; a part that raises is reported as failed and the others still run."""
    doctor = _Doctor(jarvis)
    voice = VoiceChecks(jarvis, doctor.language, doctor.check)
    parts: tuple[tuple[str, str, Callable[[], Iterator[Check]]], ...] = (
        ("Jarvis", "Jarvis", doctor.program),
        ("machine", "equipo", doctor.machine),
        ("graphics cards", "tarjetas gráficas", doctor.cards),
        ("files", "ficheros", doctor.files),
        ("keys", "claves", doctor.keys),
        ("skills", "habilidades", doctor.skills),
        ("hearing", "oído", voice.hearing),
        ("wake word", "palabra de activación", voice.wake_word),
        ("stop words", "palabras para parar", voice.stop_words),
        ("end of a turn", "fin del turno", voice.end_of_turn),
        ("echo cancelling", "cancelación de eco", voice.echo),
        ("voice", "voz", voice.voices),
        ("sound devices", "dispositivos de sonido", voice.devices),
        ("llama.cpp", "llama.cpp", doctor.llama),
        ("llama-server", "llama-server", doctor.llama_server),
        ("vLLM", "vLLM", doctor.vllm),
        ("Ollama", "Ollama", doctor.ollama),
        ("language models", "modelos de lenguaje", doctor.models),
        ("choice of model", "elección del modelo", doctor.routing),
        ("memory", "memoria", doctor.memory),
        ("MCP servers", "servidores MCP", doctor.mcp),
        ("audit log", "registro de auditoría", doctor.audit),
        ("window", "ventana", doctor.window),
    )
    for english, spanish, part in parts:
        doctor.name = spanish if doctor.language == "es" else english
        try:
            yield from part()
        except JarvisError as error:
            yield doctor.check("failed", error.sentence(doctor.language))


class _Doctor:
    """The checks, each a generator; `name` is the part being looked at."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis
        self.language: Language = jarvis.language
        self.name = ""

    def check(self, state: State, finding: str, remedy: str = "") -> Check:
        """Return one line about the current part."""
        return Check(name=self.name, state=state, finding=finding, remedy=remedy)

    def words(self, en: str, es: str) -> str:
        """Return the text in the person's language."""
        return es if self.language == "es" else en

    def program(self) -> Iterator[Check]:
        """Version and folder."""
        yield self.check("ok", f"{__version__}, Python {sys.version.split()[0]}, {self._jarvis.folders.home}")
        for warning in self._jarvis.settings.warnings:
            yield self.check("note", warning.sentence(self.language))

    def machine(self) -> Iterator[Check]:
        """Cores, memory, disk."""
        facts = machine_facts(self._jarvis.folders.home, self._jarvis.gpus)
        cores = self.words("cores", "núcleos")
        free = self.words("free on disk", "libres en disco")
        finding = (
            f"{facts.system}, {facts.processor}, {facts.usable_cores} {cores}, "
            f"{facts.ram_limit_mib / 1024:.0f} GB RAM, {facts.disk_free_mib / 1024:.0f} GB {free}"
        )
        if facts.disk_free_mib >= _LOW_DISK_MIB:
            yield self.check("ok", finding)
        else:
            yield self.check("note", finding, self.words("Free some disk space.", "Libera espacio en disco."))

    def cards(self) -> Iterator[Check]:
        """NVIDIA cards and their driver; none is a normal case."""
        facts = machine_facts(self._jarvis.folders.home, self._jarvis.gpus)
        for gpu in facts.gpus:
            yield self.check(
                "ok",
                f"GPU {gpu.index}: {gpu.name}, {gpu.total_mib} MiB ({facts.driver.version}, CUDA {facts.driver.cuda})",
            )
        if not facts.gpus:
            yield self.check(
                "ok",
                self.words(
                    "none with an NVIDIA driver; the processor is used",
                    "ninguna con controlador NVIDIA; se usa el procesador",
                ),
            )

    def files(self) -> Iterator[Check]:
        """The database opens and answers."""
        count = len(self._jarvis.conversation_log.conversations(limit=1_000_000))
        with self._jarvis.database.read() as connection:
            sound = connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
        finding = self.words(f"database sound, {count} conversations", f"base de datos íntegra, {count} conversaciones")
        if sound:
            yield self.check("ok", finding)
        else:
            yield self.check(
                "failed",
                self.words("the database is damaged", "la base de datos está dañada"),
                self.words("Restore a backup of ", "Restaura una copia de ") + str(self._jarvis.folders.database),
            )

    def keys(self) -> Iterator[Check]:
        """The system keyring."""
        secrets = self._jarvis.secrets()
        names = ", ".join(secrets.names()) or self.words("no keys", "sin claves")
        if "fail" in secrets.where():
            yield self.check(
                "note",
                self.words("there is no system keyring here", "aquí no hay llavero del sistema"),
                self.words(
                    "Only needed for servers that ask for a key: unlock one, or set JARVIS_KEY_OPENAI.",
                    "Solo hace falta para servidores con clave: desbloquea uno o define JARVIS_KEY_OPENAI.",
                ),
            )
        else:
            yield self.check("ok", f"{secrets.where()}: {names}")

    def skills(self) -> Iterator[Check]:
        """The sentences load in both languages."""
        english, spanish = (len(self._jarvis.skill_book.names(language)) for language in ("en", "es"))
        yield self.check(
            "ok",
            self.words(f"{english} in English, {spanish} in Spanish", f"{english} en inglés, {spanish} en español"),
        )

    def llama(self) -> Iterator[Check]:
        """The library that runs local models."""
        build = build_state()
        state: State = {"installed": "ok", "building": "note"}.get(build.state, "missing")  # type: ignore[assignment]
        yield self.check(state, build.sentence(self.language))

    def llama_server(self) -> Iterator[Check]:
        """llama.cpp's own server, which models run in where it was built; to have none is a normal case."""
        from jarvis.engines.llama_server_build import state as server_state

        build = server_state(self._jarvis.folders.home)
        known: dict[str, State] = {"built": "ok", "elsewhere": "ok", "absent": "note", "building": "note"}
        yield self.check(known.get(build.state, "failed"), build.sentence(self.language))

    def vllm(self) -> Iterator[Check]:
        """vLLM; said only where it is installed, begun, or could run."""
        from jarvis.app.models import environments_folder
        from jarvis.engines.vllm_install import vllm_state

        found = vllm_state(environments_folder())
        if found.state != "absent" or self._jarvis.gpus.facts():
            yield self.check("ok" if found.state == "installed" else "note", found.sentence(self.language))

    def ollama(self) -> Iterator[Check]:
        """The Ollama daemon, and which models it has; none running is a normal case."""
        library = self._jarvis.models_room.library
        if not self._jarvis.settings.text("ollama.url"):
            yield self.check("ok", self.words("none is looked for (ollama.url)", "no se busca ninguno (ollama.url)"))
            return
        library.reconcile()
        if library.ollama_failure is not None:
            yield self.check("note", library.ollama_failure.sentence(self.language))
            return
        rows = [row for row in self._jarvis.models_room.book.rows() if row.source == "ollama"]
        names = ", ".join(row.id.removeprefix("ollama/") for row in rows)
        url, found = self._jarvis.models_room.ollama_place.url(), library.ollama_found
        yield self.check("ok", f"{url}: {names or self.words('no models yet', 'todavía sin modelos')}")
        if found is not None and found.container:
            yield self.check("note", found.sentence(self.language))

    def models(self) -> Iterator[Check]:
        """The engines that answer open questions, and whether they may use the GPUs."""
        if self._jarvis.models_room.book.hold():
            yield self.check(
                "note",
                self.words("the GPUs are kept free", "las GPU se mantienen libres"),
                "jarvis free --end",
            )
        for engine in self._jarvis.text_engines():
            status = engine.status(self.language)
            usable = status.state in {"ready", "loadable"}
            state: State = "ok" if usable else "failed" if status.state == "failed" else "missing"
            if status.where == "cloud" and not usable:
                state = "note"
            named = status.id if not status.model or status.model in status.id else f"{status.id} ({status.model})"
            yield self.check(state, f"{named}: {status.sentence or self._ability(status)}")

    def _ability(self, status: EngineStatus) -> str:
        ready = self.words("ready", "listo")
        can = self.words("can be loaded", "se puede cargar")
        said = [{"ready": ready, "loadable": can}.get(status.state, status.state), status.device or ""]
        if status.tokens_per_second:
            said.append(self.words("about ", "unos ") + f"{status.tokens_per_second:.0f} tokens/s")
        return ", ".join(part for part in said if part)

    def routing(self) -> Iterator[Check]:
        """What judges questions, and the specialists."""
        from jarvis.app.routing import roles_in

        room = self._jarvis.routing_room
        ready = room.encoder.make_ready() and room.head is not None
        finding = self.words("rules and Jarvis' classifier", "reglas y el clasificador de Jarvis")
        without = room.encoder.why_not(self.language) or self.words(
            "rules alone: the file of Jarvis' classifier cannot be used; reinstall Jarvis",
            "solo reglas: el fichero del clasificador de Jarvis no se puede usar; reinstala Jarvis",
        )
        yield self.check("ok", finding) if ready else self.check("note", without)
        # A file that cannot be used raises, and its sentence is the finding.
        roles = roles_in(self._jarvis.folders.home / "roles.json")
        names = ", ".join(role.id for role in roles if role.kind == "specialist")
        yield self.check("ok", self.words(f"specialists: {names}", f"especialistas: {names}"))

    def memory(self) -> Iterator[Check]:
        """How much is remembered, what compares meanings, and how far the index is."""
        stats = self._jarvis.memory().stats()
        index = stats.index
        state: State = "note" if index.state in {"off", "failed", "damaged"} else "ok"
        finding = self.words(
            f"{stats.memories} memories, {index.embedder}", f"{stats.memories} recuerdos, {index.embedder}"
        )
        yield self.check(state, ". ".join(part for part in (finding, index.sentence) if part))
        advice = self._jarvis.memory_room.advice()
        if advice is not None:
            yield self.check("note", advice)

    def mcp(self) -> Iterator[Check]:
        """Which servers are configured; none is started for this."""
        for row in self._jarvis.mcp().servers(CancelToken(), connect=False):
            sentence = row.sentence(self.language)
            yield self.check("failed" if sentence else "ok", f"{row.name}: {sentence or row.target}")

    def audit(self) -> Iterator[Check]:
        """Whether the chain holds."""
        verdict = self._jarvis.audit().verify()
        yield self.check("ok" if verdict.broken_at is None else "failed", verdict.sentence(self.language))

    def window(self) -> Iterator[Check]:
        """Qt and a display."""
        if (missing := self._missing("PySide6")) is not None:
            yield missing
        elif sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            yield self.check(
                "note",
                self.words("no display here", "aquí no hay pantalla"),
                self.words(
                    "“jarvis ask” and “jarvis demo” work without one.", "«jarvis ask» y «jarvis demo» no la necesitan."
                ),
            )
        else:
            yield self.check("ok", "Qt")

    def _missing(self, *modules: str) -> Check | None:
        absent = [name for name in modules if importlib.util.find_spec(name) is None]
        if not absent:
            return None
        finding = self.words("not installed: ", "sin instalar: ") + ", ".join(absent)
        return self.check("missing", finding, self.words(f"Run {_INSTALL}.", f"Ejecuta {_INSTALL}."))
