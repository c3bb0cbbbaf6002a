"""Puts Jarvis together. Each part is built when it is first needed, so that every command pays only for its own."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.app.late_recall import LatePassages, LateRecall
from jarvis.app.once import built_once
from jarvis.app.preferences import SettingsPreferences, ask_options
from jarvis.app.stopping import StopHub, StoppableAssistant
from jarvis.app.stored import Stored
from jarvis.assistant.abilities import Abilities
from jarvis.assistant.ask import JarvisAssistant
from jarvis.cli.output import aside
from jarvis.cli.services import Check
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Language
from jarvis.contracts.guard import AuditLog, Permissions, Redactor
from jarvis.contracts.mcp_desk import McpDesk
from jarvis.contracts.memory_desk import MemoryDesk
from jarvis.contracts.ports import TextEngine
from jarvis.contracts.speech import Transcript, VoiceEvent, WakeHit
from jarvis.contracts.speech_ports import TextToSpeech
from jarvis.contracts.spending import Spending
from jarvis.hardware.gpus import NvidiaGpus
from jarvis.hardware.probe import MachineProbe
from jarvis.host.launcher import SystemLauncher
from jarvis.host.media import MprisMediaControl
from jarvis.host.volume import SystemVolume
from jarvis.orchestrator.cooperation import SpecialistPlanner
from jarvis.processes.registry import ChildRegistry
from jarvis.settings.folders import Folders, folders
from jarvis.settings.secrets import KeyringSecrets
from jarvis.skills.book import SkillBook, SkillPorts
from jarvis.storage.conversations import SqliteConversationLog, SqlitePendingConfirmations
from jarvis.storage.lists import SqliteListBook
from jarvis.storage.notes import SqliteNoteBook

if TYPE_CHECKING:
    from jarvis.app.attachments import Attachments
    from jarvis.app.conversation_desk import Conversations
    from jarvis.app.engines import TextEngines
    from jarvis.app.memory import MemoryRoom
    from jarvis.app.model_desk import AppModelDesk
    from jarvis.app.models import Models
    from jarvis.app.resources import AppResources
    from jarvis.app.routing import Routing
    from jarvis.app.routing_desk import AppRoutingDesk
    from jarvis.app.speech import Speech
    from jarvis.app.speech_acts import SpeechActs
    from jarvis.app.tools import Tools
    from jarvis.engines.small_models.link import SmallModels

_log = logging.getLogger(__name__)


class Jarvis(Stored):
    """Everything, built late; also the command line's `Services`. Call `close` when done."""

    def __init__(self, places: Folders | None = None) -> None:
        super().__init__(places or folders(), self._purge_memory)
        self.stop_hub = StopHub()
        self.models_apart = False
        """Small models run in a child of their own: for a process that stays. One command is over before that pays."""

    # Abilities

    @built_once
    def gpus(self) -> NvidiaGpus:
        """NVIDIA cards, read through NVML."""
        gpus = NvidiaGpus()
        self._closers.append(gpus.close)
        return gpus

    @built_once
    def skill_book(self) -> SkillBook:
        """Everything that works with no model."""
        return SkillBook(
            SkillPorts(
                clock=self.clock,
                alerts=self.alert_book,
                lists=SqliteListBook(self.database, self.clock),
                notes=SqliteNoteBook(self.database, self.clock),
                facts=self.fact_book,
                media=MprisMediaControl(),
                volume=SystemVolume(),
                launcher=SystemLauncher(),
                system=MachineProbe(self.folders.home, self.gpus, self.loaded_models),
                preferences=SettingsPreferences(self.settings),
                stop=self.stop_hub,
            )
        )

    @built_once
    def registry(self) -> ChildRegistry:
        """Running children; those of a Jarvis that died are ended here."""
        registry = ChildRegistry(self.folders.run)
        orphans = registry.kill_orphans()
        if orphans:
            _log.warning("children of a dead process were ended", extra={"facts": {"names": orphans}})
        return registry

    @built_once
    def small_models(self) -> SmallModels:
        """The child of the models that listen all day and judge questions; it starts with the first of them."""
        from jarvis.app.speech_children import starter
        from jarvis.engines.small_models.link import SmallModels

        models = SmallModels(starter(self)("small models", "jarvis.app.small_models_child", ()))
        self._closers.append(models.close)
        return models

    @built_once
    def abilities(self) -> Abilities:
        """Everything that answering needs."""
        routing = self.routing_room
        return Abilities(
            skills=self.skill_book,
            router=routing.router,
            engines=self.text_engines,
            recall=LateRecall(lambda: self.memory_room),
            log=self.conversation_log,
            pending=SqlitePendingConfirmations(self.database, self.clock),
            ledger=routing.ledger,
            clock=self.clock,
            options=lambda: ask_options(self.settings, routing.weights()),
            health=routing.health,
            draw=routing.draw,
            budget=routing.budget,
            earlier=routing.earlier,
            feedback=routing.feedback,
            redactor=routing.redactor,
            outgoing=routing.outgoing,
            planner=SpecialistPlanner(routing.roles()),
            toolbox=self.tools_room.toolbox,
            permissions=routing.permissions,
            files=self.attachments(),
            passages=LatePassages(lambda: self.memory_room),
        )

    @built_once
    def running_assistant(self) -> StoppableAssistant:
        """The one run behind every door."""
        assistant = StoppableAssistant(JarvisAssistant(self.abilities))
        self.stop_hub.register(assistant.stop)
        return assistant

    @built_once
    def models_room(self) -> Models:
        """Everything about models: what is here, where it goes, what runs."""
        from jarvis.app.models import Models

        return Models(self)

    @built_once
    def routing_room(self) -> Routing:
        """Everything between a question and the engine that answers it."""
        from jarvis.app.routing import Routing

        return Routing(self)

    @built_once
    def tools_room(self) -> Tools:
        """The tools that models may use."""
        from jarvis.app.tools import Tools

        return Tools(self)

    @built_once
    def memory_room(self) -> MemoryRoom:
        """Everything that remembers."""
        from jarvis.app.memory import MemoryRoom

        return MemoryRoom(self)

    @built_once
    def text_engine_list(self) -> TextEngines:
        """The list of engines, which follows the models and the settings."""
        from jarvis.app.engines import TextEngines

        engines = TextEngines(self)
        self._closers.append(engines.close)
        return engines

    def text_engines(self) -> list[TextEngine]:
        """Return the engines that can answer open questions now, local first."""
        return self.text_engine_list()

    def loaded_models(self) -> tuple[str, ...]:
        """Return the text models that are in memory now, in whichever process; starts nothing."""
        return tuple(row.id for row in self.models_room.book.rows() if row.loaded is not None)

    def _purge_memory(self) -> None:
        self.memory_room.keeper.purge()

    # Services of the command line

    def secrets(self) -> KeyringSecrets:
        """API keys."""
        return KeyringSecrets(self.folders.home / "keys.json")

    def assistant(self) -> StoppableAssistant:
        """The Assistant port."""
        return self.running_assistant

    def conversations(self) -> SqliteConversationLog:
        """The conversation log."""
        return self.conversation_log

    def conversation_desk(self) -> Conversations:
        """Everything that a door can do with conversations besides talking."""
        from jarvis.app.conversation_desk import Conversations
        from jarvis.storage.library import SqliteLibrary

        return Conversations(self.conversation_log, SqliteLibrary(self.database))

    def attachments(self) -> Attachments:
        """What doors do with files."""
        from jarvis.app.attachments import attachments_of

        return attachments_of(self)

    @built_once
    def resources(self) -> AppResources:
        """What the machine is used for."""
        from jarvis.app.resources import AppResources

        return AppResources(self)

    def skills(self) -> SkillBook:
        """The Skills port."""
        return self.skill_book

    def skill_names(self) -> tuple[str, ...]:
        """Every skill's name."""
        return self.skill_book.names()

    @built_once
    def speech(self) -> Speech:
        """Everything that hears and speaks."""
        from jarvis.app.speech import Speech

        speech = Speech(self)
        self._closers.append(speech.close)
        return speech

    @built_once
    def speech_acts(self) -> SpeechActs:
        """What the command line does with sound."""
        from jarvis.app.speech_acts import SpeechActs

        return SpeechActs(self.speech, self.settings)

    def text_to_speech(self) -> TextToSpeech:
        """The voice."""
        return self.speech.text_to_speech

    def transcribe(self, file: Path, language: Language | None) -> Transcript:
        """Recognise one audio file."""
        return self.speech_acts.transcribe(file, language)

    def wake_hits(self, file: Path) -> Iterator[WakeHit]:
        """Yield the wake words in an audio file."""
        return self.speech_acts.wake_hits(file)

    def say(self, text: str, language: Language | None, output: Path | None) -> Mapping[str, object]:
        """Speak `text` to the speaker or into a WAV."""
        return self.speech_acts.say(text, language, output)

    def listen(
        self, *, source: Path | None, output: Path | None, once: bool, cancel: CancelToken
    ) -> Iterator[VoiceEvent]:
        """Run the listening loop on the microphone or a file."""
        if source is None:
            self.memory_room.work.start()
        return self.speech_acts.listen(source=source, output=output, once=once, cancel=cancel)

    def demo(self, *, source: Path | None, output: Path | None) -> Mapping[str, object]:
        """Run one whole spoken turn."""
        return self.speech_acts.demo(source=source, output=output)

    def models(self) -> AppModelDesk:
        """Everything that a door can do with models."""
        from jarvis.app.model_desk import AppModelDesk

        return AppModelDesk(self)

    def routing(self) -> AppRoutingDesk:
        """How questions are routed, and what was learned."""
        from jarvis.app.routing_desk import AppRoutingDesk

        return AppRoutingDesk(self)

    def redactor(self) -> Redactor:
        """Finds personal data."""
        return self.routing_room.redactor

    def audit(self) -> AuditLog:
        """The audit log."""
        return self.routing_room.audit

    def permissions(self) -> Permissions:
        """Who may do what."""
        return self.routing_room.permissions

    def mcp(self) -> McpDesk:
        """The MCP servers."""
        return self.tools_room.desk()

    def memory(self) -> MemoryDesk:
        """What is remembered."""
        for sentence in self.memory_room.freshen():
            aside(sentence)
        return self.memory_room.desk

    def spending(self) -> Spending:
        """What was spent, and why."""
        return self.routing_room.spending

    def checks(self) -> Iterator[Check]:
        """Examine this installation."""
        from jarvis.app.checks import checks

        return checks(self)

    def desktop(self, arguments: list[str]) -> int:
        """Open the desktop app."""
        from jarvis.app.window import run_window

        return run_window(self, arguments)

    def quick(self) -> int:
        """Show the quick query of the desktop app."""
        from jarvis.app.window_quick import run_quick

        return run_quick(self)

    def close(self) -> None:
        """End every child and release everything; safe to call twice."""
        if "running_assistant" in self.__dict__:
            self.running_assistant.stop()
        super().close()
