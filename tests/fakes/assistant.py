"""Stand-ins for what `ask` is handed: skills that know three sentences, engines that follow a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import InputError, JarvisError, Language
from jarvis.contracts.messages import ChatMessage, Request, Usage
from jarvis.contracts.ports import EngineDone, EngineItem, EngineStatus, EngineText, GenerationOptions
from jarvis.contracts.skills import SkillMatch, SkillReply

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
    """Knows `MATCHES`; remembers what it ran."""

    def __init__(self) -> None:
        self.ran: list[str] = []

    def match(self, text: str, language: Language | None = None) -> SkillMatch | None:
        found = MATCHES.get(text.lower().rstrip(".?"))
        return found if found and language in {None, found.language} else None

    def run(self, match: SkillMatch, request: Request, previous_answer: str | None = None) -> SkillReply:
        self.ran.append(match.skill)
        if match.skill == "broken":
            raise InputError("broken", en="The mixer is gone.", es="El mezclador no está.")
        if match.skill == "bug":
            raise RuntimeError("secret words")
        if match.skill == "repeat":
            return SkillReply(text=previous_answer or "I have said nothing yet.", control="repeat")
        return SkillReply(text=f"done {match.skill}")

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
    ) -> None:
        self.id = identity
        self.script = script
        self.prompts: list[Sequence[ChatMessage]] = []
        self._status = EngineStatus(id=identity, model=f"{identity}-model", where=where, state=state, sentence=sentence)  # type: ignore[arg-type]

    def status(self, language: Language = "en") -> EngineStatus:
        return self._status

    def stream(
        self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Iterator[EngineItem]:
        self.prompts.append(messages)
        for piece in self.script:
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


class ListedFacts:
    """Recalls the facts that share a word with the question."""

    def __init__(self, *facts: str) -> None:
        self.facts = facts

    def recall(self, text: str, limit: int = 5) -> tuple[str, ...]:
        words = set(text.lower().strip("?").split())
        return tuple(fact for fact in self.facts if words & set(fact.lower().split()))[:limit]
