"""Stand-ins for what `ask` is handed: skills that know three sentences, engines that follow a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import InputError, JarvisError, Language
from jarvis.contracts.guard import PermissionLevel
from jarvis.contracts.memory import (
    Memory,
    MemoryPrivacy,
    ProfileLine,
    QuotedAnswer,
    Recalled,
    RecallQuestion,
    Recollection,
)
from jarvis.contracts.messages import ChatMessage, Privacy, Request, ToolCall, ToolSpec, Usage
from jarvis.contracts.ports import EngineDone, EngineItem, EngineStatus, EngineText, GenerationOptions
from jarvis.contracts.routing import (
    Assessment,
    Decision,
    Domain,
    Excluded,
    Need,
    RouteCandidate,
    RouteQuestion,
)
from jarvis.contracts.skills import SkillMatch, SkillReply
from jarvis.contracts.tools import ToolResult

MATCHES: dict[str, SkillMatch] = {
    "set a timer for ten minutes": SkillMatch(
        skill="timer_start", slots={"seconds": 600}, confidence=1.0, language="en", text="", risk="acts"
    ),
    "qué hora es": SkillMatch(skill="time", slots={}, confidence=1.0, language="es", text="", risk="none"),
    "clear the shopping list": SkillMatch(
        skill="list_clear", slots={"list": "shopping"}, confidence=1.0, language="en", text="", risk="could_lose"
    ),
    "cancel the timer": SkillMatch(
        skill="timers.cancel", slots={}, confidence=1.0, language="en", text="", risk="acts"
    ),
    "mute": SkillMatch(skill="volume.mute", slots={}, confidence=1.0, language="en", text="", risk="acts"),
    "break": SkillMatch(skill="broken", slots={}, confidence=1.0, language="en", text="", risk="none"),
    "explode": SkillMatch(skill="bug", slots={}, confidence=1.0, language="en", text="", risk="none"),
    "repeat that": SkillMatch(skill="repeat", slots={}, confidence=1.0, language="en", text="", risk="none"),
}


class FakeSkills:
    """Knows `MATCHES`; remembers what it ran. What is asked with the words in `unknown` is not found."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.unknown: set[str] = set()

    def match(self, text: str, language: Language | None = None) -> SkillMatch | None:
        found = MATCHES.get(text.lower().rstrip(".?"))
        return replace(found, text=text) if found and language in {None, found.language} else None

    def run(self, match: SkillMatch, request: Request, previous_answer: str | None = None) -> SkillReply:
        self.ran.append(match.skill)
        if match.skill == "broken":
            raise InputError("broken", en="The mixer is gone.", es="El mezclador no está.")
        if match.skill == "bug":
            raise RuntimeError("secret words")
        if match.skill == "repeat":
            return SkillReply(text=previous_answer or "I have said nothing yet.", control="repeat")
        return SkillReply(text=f"done {match.skill}", found=match.text not in self.unknown)

    def read_back(self, match: SkillMatch) -> str:
        return f"{match.skill}, right?"


class ScriptedEngine:
    """Yields the pieces of its script, texts and whole items; a `JarvisError` in it is raised, a callable is called."""

    def __init__(
        self,
        identity: str,
        script: Sequence[str | EngineItem | JarvisError | Callable[[], None]],
        *,
        where: str = "local",
        state: str = "ready",
        sentence: str = "",
        abilities: frozenset[str] = frozenset(),
        load_seconds: float | None = None,
    ) -> None:
        self.id = identity
        self.script = script
        self.prompts: list[Sequence[ChatMessage]] = []
        self.asked: list[GenerationOptions] = []
        self._status = EngineStatus(
            id=identity,
            model=f"{identity}-model",
            where=where,  # type: ignore[arg-type]
            state=state,  # type: ignore[arg-type]
            sentence=sentence,
            abilities=abilities,
            load_seconds=load_seconds,
        )

    def status(self, language: Language = "en") -> EngineStatus:
        return self._status

    def stream(
        self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Iterator[EngineItem]:
        self.prompts.append(list(messages))
        self.asked.append(options)
        for piece in self._pieces():
            cancel.raise_if_cancelled()
            if isinstance(piece, JarvisError):
                raise piece
            if callable(piece):
                piece()
            else:
                yield EngineText(text=piece) if isinstance(piece, str) else piece
            if isinstance(piece, EngineDone):
                return
        yield EngineDone(usage=Usage(prompt_tokens=7, completion_tokens=len(self.script)))

    def close(self) -> None:
        pass

    def _pieces(self) -> Sequence[str | EngineItem | JarvisError | Callable[[], None]]:
        return self.script


class ReadingAhead(ScriptedEngine):
    """An engine that can read prompts before it is asked; `read` has them, and what it did for each is in `fails`."""

    def __init__(self, identity: str, script: Sequence[str], **status: Any) -> None:
        super().__init__(identity, script, **status)
        self.read: list[Sequence[ChatMessage]] = []
        self.fails: Exception | None = None

    def prefill(self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken) -> None:
        cancel.raise_if_cancelled()
        self.read.append(list(messages))
        if self.fails is not None:
            raise self.fails


class AnsweringInTurn(ScriptedEngine):
    """Follows another script each time it is asked; the last one from then on."""

    def __init__(
        self,
        identity: str,
        *scripts: Sequence[str | EngineItem | JarvisError | Callable[[], None]],
        **status: Any,
    ) -> None:
        super().__init__(identity, scripts[-1], **status)
        self._scripts = list(scripts)

    def _pieces(self) -> Sequence[str | EngineItem | JarvisError | Callable[[], None]]:
        return self._scripts[min(len(self.prompts), len(self._scripts)) - 1]


class LocalFirst:
    """A router that takes engines as they are listed, local ones first; every question is as hard as `difficulty`.

    Every candidate takes a second and costs what `cost_usd` says; with privacy "ask" the cloud asks first. In the cloud
    models read `further` tokens more of files.
    """

    def __init__(self) -> None:
        self.difficulty = 0.3
        self.domain: Domain = "knowledge"
        self.needs: frozenset[Need] = frozenset()
        self.cost_usd: float | None = 0.001
        self.further = 0
        self.quality: dict[str, float] = {}
        self.questions: list[RouteQuestion] = []

    def assess(
        self, text: str, language: Language | None = None, *, images: int = 0, context_tokens: int = 0
    ) -> Assessment:
        return Assessment(
            difficulty=self.difficulty,
            p_weak=0.5,
            p_strong=0.8,
            domain=self.domain,
            domains={self.domain: 1.0},
            language=language or "en",
            needs=self.needs,
        )

    def decide(self, question: RouteQuestion, engines: Sequence[EngineStatus]) -> Decision:
        self.questions.append(question)
        usable = [engine for engine in engines if engine.state in {"ready", "loadable"}]
        allowed = [e for e in usable if e.where == "local" or (question.privacy != "local" and not question.private)]
        rested = [engine for engine in allowed if engine.id not in question.unusable]
        ordered = sorted(rested, key=lambda engine: (engine.id != question.pinned, engine.where == "cloud"))
        return Decision(
            candidates=tuple(self._candidate(engine, question) for engine in ordered),
            excluded=tuple(
                Excluded(engine=engine.id, model=engine.model, code="privacy", why=f"{engine.model} may not see this.")
                for engine in usable
                if engine not in allowed
            ),
            reason=f"{ordered[0].model} comes first." if ordered else "Nobody can.",
        )

    def _candidate(self, engine: EngineStatus, question: RouteQuestion) -> RouteCandidate:
        return RouteCandidate(
            engine=engine.id,
            model=engine.model,
            where=engine.where,
            score=0.5,
            quality=self.quality.get(engine.id, 0.5),
            cost_usd=0.0 if engine.where == "local" else self.cost_usd,
            first_seconds=1.0 + (engine.load_seconds or 0.0),
            seconds=1.0 + (engine.load_seconds or 0.0),
            why=f"{engine.model} comes first.",
            asks=engine.where == "cloud" and question.privacy == "ask",
            further_tokens=min(self.further, question.further_tokens) if engine.where == "cloud" else 0,
        )


def remembered_row(text: str, privacy: MemoryPrivacy = "local", seq: int = 1) -> Memory:
    """Return a memory of `text`."""
    said = datetime(2026, 5, 8, 12, tzinfo=UTC)
    return Memory(seq=seq, id=f"m{seq}", text=text, source="told", speaker="user", said_at=said, privacy=privacy)


class ListedFacts:
    """Recalls the facts that share a word with the question; `shared` may leave, `quotes` are answers by question,
    `notice` is told each time.

    It hands out what must stay whatever is asked, as a memory with a fault would.
    """

    def __init__(self, *facts: str) -> None:
        self.facts = facts
        self.shared: tuple[str, ...] = ()
        self.profile: tuple[ProfileLine, ...] = ()
        self.quotes: dict[str, str] = {}
        self.learned: tuple[str, ...] = ()
        self.kept = False
        self.notice = ""
        self.asked: list[RecallQuestion] = []
        self.uses: list[tuple[str, tuple[str, ...]]] = []

    def recall(self, question: RecallQuestion) -> Recollection:
        self.asked.append(question)
        words = set(question.text.lower().strip("?").split())
        rows = [(fact, "local") for fact in self.facts] + [(fact, "cloud") for fact in self.shared]
        found = tuple(
            Recalled(memory=remembered_row(fact, privacy, seq), score=0.9)  # type: ignore[arg-type]
            for seq, (fact, privacy) in enumerate(rows, 1)
            if words & set(fact.lower().split())
        )
        lines = tuple(item.memory.text for item in found)
        return Recollection(profile=self.profile, items=found, lines=lines, notice=self.notice)

    def quote(self, question: RecallQuestion) -> QuotedAnswer | None:
        text = self.quotes.get(question.text)
        return None if text is None else QuotedAnswer(text=text, items=self.recall(question).items)

    def keeps(self) -> bool:
        return self.kept

    def told(self, text: str, language: Language) -> tuple[str, ...]:
        return self.learned

    def used(self, message_id: str, recollection: Sequence[Recalled]) -> None:
        self.uses.append((message_id, tuple(item.memory.text for item in recollection)))

    def version(self) -> str:
        return "1"


class Drawer:
    """A toolbox of three tools: `look` reads, `act` acts, `page` brings text from elsewhere."""

    def __init__(self, **levels: PermissionLevel) -> None:
        self.levels = levels
        self.private: frozenset[str] = frozenset()
        self.ran: list[ToolCall] = []
        self.allowed: list[Privacy | None] = []

    def specs(self, question: str, language: Language, limit: int = 8) -> tuple[ToolSpec, ...]:
        parameters: dict[str, object] = {"type": "object", "properties": {"what": {"type": "string"}}}
        return tuple(
            ToolSpec(name=name, description=name, parameters=parameters, private=name in self.private)
            for name in ("look", "act", "page")
        )

    def permission(self, call: ToolCall, *, tainted: bool) -> PermissionLevel:
        level = self.levels.get(call.name, "allow")
        return "ask" if tainted and call.name == "act" and level == "allow" else level

    def read_back(self, call: ToolCall, language: Language) -> str:
        return f"¿Uso {call.name}?" if language == "es" else f"Use {call.name}?"

    def run(self, call: ToolCall, request: Request, language: Language, cancel: CancelToken) -> ToolResult:
        cancel.raise_if_cancelled()
        self.ran.append(call)
        self.allowed.append(request.privacy)
        return ToolResult(text=f"{call.name} done", trusted=call.name != "page")
