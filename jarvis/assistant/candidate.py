"""One candidate's answer to one question: prompt, stream, tools that the model calls, patience.

Knows only ports. Which candidate comes next when this one fails is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from jarvis.assistant.attached import Attached, Shown, ShownBefore, room_for_files
from jarvis.assistant.draft import Draft
from jarvis.assistant.pacing import Paced, closable
from jarvis.assistant.patience import FIRST_SECONDS, patiently
from jarvis.assistant.prompt import (
    CHARACTERS_PER_TOKEN,
    prompt_for,
    tokens_asked,
    turns_budget,
    turns_worth_telling,
)
from jarvis.assistant.remembered import stays
from jarvis.assistant.tool_use import ToolNeedsYes, ToolTurn, ToolWork, carried_out, not_allowed, told, unknown
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError, JarvisError, Language
from jarvis.contracts.events import (
    AskEvent,
    EngineNoticed,
    Redacted,
    TextDelta,
    ThoughtDelta,
    ToolAnswered,
    ToolCalled,
)
from jarvis.contracts.guard import PermissionLevel
from jarvis.contracts.memory import Recollection
from jarvis.contracts.messages import (
    DETAIL_FOREIGN,
    DETAIL_STAYS,
    DETAIL_STAYS_FOREIGN,
    FOREIGN_DETAILS,
    ChatMessage,
    Image,
    Request,
    StoredMessage,
    ToolCall,
    ToolSpec,
    Usage,
)
from jarvis.contracts.ports import (
    EngineDone,
    EngineItem,
    EngineNotice,
    EngineRedacted,
    EngineStatus,
    EngineText,
    EngineThought,
    EngineToolCall,
    GenerationOptions,
    Prefilling,
    TextEngine,
)
from jarvis.contracts.routing import RouteCandidate
from jarvis.contracts.tools import ToolResult

if TYPE_CHECKING:
    from jarvis.assistant.abilities import Abilities, AskOptions

MAX_TOOL_ROUNDS = 6
"""How often a model may go on after tools; one that still calls by then is going in circles."""

MAX_CALLS = 8
"""How many calls of one round are made; further ones are a model's stutter."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The question as every candidate is asked it; `work` is what tools did for it before the person said yes, and
    `shown` has the ids of the memories that a server may see because the person saw them before; None for any.
    `attached` are the files of the conversation, `files_shown` is what of them the person saw before the yes."""

    ask_id: str
    message_id: str
    text: str
    request: Request
    history: Sequence[StoredMessage]
    language: Language
    work: ToolWork = field(default_factory=ToolWork)
    shown: frozenset[str] | None = None
    attached: Attached = field(default_factory=Attached)
    files_shown: ShownBefore | None = None

    def images(self, *, recent: bool) -> tuple[Image, ...]:
        """Return the pictures for a model that sees; with `recent` also those that were just spoken of."""
        return (*self.request.images, *self.attached.images(recent=recent))


@dataclass(kw_only=True)
class CandidateAnswer:
    """One candidate at work; `usage`, `cost_usd` and `finish_reason` hold once `steps` is exhausted.

    `turns` and `waiting` are shared by all candidates of a question, so that nothing is done twice: a call leaves
    `waiting` before it is made, and is in `turns` with its result afterwards.
    """

    asked: Asked
    candidate: RouteCandidate
    engine: TextEngine
    remembered: Recollection
    context_tokens: int
    takes_tools: bool
    sees: bool
    cancel: CancelToken
    draft: Draft
    abilities: Abilities
    options: AskOptions
    turns: list[ToolTurn] = field(default_factory=list)
    waiting: list[ToolCall] = field(default_factory=list)
    usage: Usage = field(init=False, default_factory=Usage)
    cost_usd: float | None = field(init=False, default=0.0)
    finish_reason: str = field(init=False, default="stop")
    redacted: bool = field(init=False, default=False)

    @property
    def used_tools(self) -> bool:
        """True once a tool was called, whatever came of it."""
        return bool(self.turns)

    @property
    def stays(self) -> bool:
        """True when the answer may hold what never leaves this computer."""
        told = stays(self.remembered, self.asked.text, self.draft.text)
        return told or self.asked.attached.stays or any(turn.here for turn in self.turns)

    @property
    def detail(self) -> str:
        """What the stored answer is marked with: whether it stays here, and whether it drew on text from elsewhere."""
        foreign = bool(self.asked.attached) or any(not turn.result.trusted for turn in self.turns)
        return detail_of(stays=self.stays, foreign=foreign)

    def prompt(self) -> list[ChatMessage]:
        """Return what the candidate is sent, before anything is redacted."""
        return [*self._prompt(self._tools()), *told(self.turns, self.asked.language)]

    def read_ahead(self) -> None:
        """Let the engine read the prompt, if it can before it is asked; raises `EngineError` or `Cancelled`."""
        if isinstance(self.engine, Prefilling):
            tools = self._tools()
            self.engine.prefill(self._prompt(tools), self._generation(tools), self.cancel)

    def steps(self) -> Iterator[AskEvent]:
        """Yield text, thoughts, notices and tools; raises `EngineError`, `Cancelled` or `ToolNeedsYes`."""
        tools = self._tools()
        messages = self._prompt(tools)
        yield from self._make_calls(tools)
        wrote = False
        for remaining in range(max(MAX_TOOL_ROUNDS - len(self.turns), 0), -1, -1):
            calls: list[ToolCall] = []
            prompt = [*messages, *told(self.turns, self.asked.language)]
            for event in self._round(prompt, tools if remaining else (), calls):
                wrote = wrote or (isinstance(event, TextDelta) and bool(event.text.strip()))
                yield event
            if not calls or not remaining:
                break
            self.waiting += calls[:MAX_CALLS]
            yield from self._make_calls(tools)
        if not wrote:
            raise EngineError(
                "engine.empty",
                en="{model} sent an empty answer; your question is kept. Ask again or choose another model.",
                es="{model} envió una respuesta vacía; tu pregunta se conserva. Repite o elige otro modelo.",
                model=self.candidate.model,
            )
        read = self._files.told(self.asked.language)
        yield from self._written(f"\n\n{read}" if read else "")

    # One round: what the model says until it ends or calls.

    def _round(
        self, messages: Sequence[ChatMessage], tools: tuple[ToolSpec, ...], calls: list[ToolCall]
    ) -> Iterator[AskEvent]:
        paced = Paced(self.abilities.clock)
        with closing(closable(self._pieces(messages, tools))) as pieces:
            try:
                for piece in pieces:
                    if isinstance(piece, EngineText):
                        yield from self._written(paced.add(piece.text))
                    elif isinstance(piece, EngineToolCall):
                        calls.append(piece.call)
                    elif isinstance(piece, EngineDone):
                        self._add(piece)
                    else:
                        yield self._aside(piece)
                    self.cancel.raise_if_cancelled()
            except (JarvisError, Cancelled):
                # What had arrived by then is shown and kept.
                yield from self._written(paced.rest())
                raise
        yield from self._written(paced.rest())

    def _written(self, text: str) -> Iterator[AskEvent]:
        if text:
            self.draft.append(text)
            yield TextDelta(ask_id=self.asked.ask_id, text=text)

    def _pieces(self, messages: Sequence[ChatMessage], tools: tuple[ToolSpec, ...]) -> Iterator[EngineItem]:
        options = self._generation(tools)
        if self.candidate.where == "local":
            # The pool ends what hangs on this computer, and knows what is only slow.
            return iter(self.engine.stream(messages, options, self.cancel))
        return patiently(
            lambda token: self.engine.stream(messages, options, token),
            self.cancel,
            first_seconds=FIRST_SECONDS + 3 * self.candidate.first_seconds,
        )

    def _generation(self, tools: tuple[ToolSpec, ...]) -> GenerationOptions:
        return GenerationOptions(
            # A model that thinks first needs room for that beside the answer.
            max_tokens=self.options.max_answer_tokens + self.candidate.thinking_tokens,
            tools=tools,
            message_id=self.asked.message_id,
        )

    def _add(self, done: EngineDone) -> None:
        self.usage = sum_of(self.usage, done.usage)
        if self.candidate.where == "cloud":
            known = self.cost_usd is not None and done.cost_usd is not None
            self.cost_usd = (self.cost_usd or 0.0) + (done.cost_usd or 0.0) if known else None
        self.finish_reason = done.finish_reason

    def _aside(self, piece: EngineNotice | EngineThought | EngineRedacted) -> AskEvent:
        """Return the event for what is not part of the answer."""
        self.redacted = self.redacted or isinstance(piece, EngineRedacted)
        return aside(piece, self.asked, self.candidate.model)

    # Tools.

    def _tools(self) -> tuple[ToolSpec, ...]:
        toolbox = self.abilities.toolbox
        if toolbox is None or not self.takes_tools:
            return ()
        specs = toolbox.specs(self.asked.text, self.asked.language)
        # What lists, notes and reminders say is nobody else's business.
        return tuple(spec for spec in specs if self.candidate.where == "local" or not spec.private)

    def _make_calls(self, tools: tuple[ToolSpec, ...]) -> Iterator[AskEvent]:
        """Make the calls that wait, in order; each leaves the line before it acts."""
        offered = {spec.name for spec in tools}
        while self.waiting:
            call = self.waiting.pop(0)
            level: PermissionLevel = self._permission(call) if call.name in offered else "never"
            yield ToolCalled(ask_id=self.asked.ask_id, name=call.name, arguments=dict(call.arguments), permission=level)
            if level == "ask":
                raise ToolNeedsYes(call)
            result = self._result(call, level, offered)
            self.turns.append(ToolTurn(call=call, result=result, here=self.candidate.where == "local"))
            yield ToolAnswered(ask_id=self.asked.ask_id, name=call.name, ok=result.ok, text=result.text)

    def _permission(self, call: ToolCall) -> PermissionLevel:
        assert self.abilities.toolbox is not None
        # What came from elsewhere earlier in the conversation still stands in the prompt.
        earlier = any(map(from_elsewhere, self.asked.history))
        tainted = earlier or bool(self.asked.attached) or any(not turn.result.trusted for turn in self.turns)
        level = self.abilities.toolbox.permission(call, tainted=tainted)
        # Where everything that leaves is asked about, so is what a tool would send along.
        return "ask" if self.candidate.asks and level == "allow" else level

    def _result(self, call: ToolCall, level: PermissionLevel, offered: set[str]) -> ToolResult:
        if call.name not in offered:
            return unknown(call, self.asked.language)
        if level == "never":
            return not_allowed(call, self.asked.language)
        assert self.abilities.toolbox is not None
        return carried_out(self.abilities.toolbox, call, self.asked.request, self.asked.language, self.cancel)

    def files_shown(self) -> ShownBefore:
        """Return what its prompt holds of the attached files, to be sent just so after a yes."""
        files = self._files
        return ShownBefore(
            engine=self.candidate.engine,
            passages=files.chosen,
            further_tokens=self._further_tokens,
            why=files.why,
        )

    @property
    def _agreed(self) -> ShownBefore | None:
        before = self.asked.files_shown
        return before if before is not None and before.engine == self.candidate.engine else None

    @property
    def _further_tokens(self) -> int:
        return self.candidate.further_tokens if self._agreed is None else self._agreed.further_tokens

    @cached_property
    def _files(self) -> Shown:
        """What the prompt shows of the attached files."""
        asked, answer_tokens = self.asked, self.options.max_answer_tokens
        if self._agreed is not None:
            return asked.attached.shown_again(self._agreed, asked.language, sees=self.sees)
        room = room_for_files(self.context_tokens, answer_tokens, tokens_asked(asked.text), CHARACTERS_PER_TOKEN)
        room += round(self._further_tokens * CHARACTERS_PER_TOKEN)
        return asked.attached.shown(asked.text, asked.language, room, sees=self.sees)

    def _prompt(self, tools: tuple[ToolSpec, ...]) -> list[ChatMessage]:
        files = self._files
        return prompt_for(
            self.asked.text,
            history=turns_worth_telling(self.asked.history, leaving=self.candidate.where == "cloud"),
            remembered=self.remembered,
            leaving=self.candidate.where == "cloud",
            language=self.asked.language,
            today=self.abilities.clock.now(),
            spoken=self.asked.request.door == "voice",
            budget_tokens=turns_budget(
                self.context_tokens + self._further_tokens,
                self.options.max_answer_tokens,
                self.asked.text + files.text,
            ),
            images=self.asked.images(recent=self.sees),
            acts=bool(tools),
            files=files,
        )


def from_elsewhere(message: StoredMessage) -> bool:
    """Tell whether a message drew on text from elsewhere, or may have: what broke off says why, and not from what."""
    broke_off = message.role == "assistant" and message.state in {"failed", "interrupted"}
    return message.detail in FOREIGN_DETAILS or (broke_off and bool(message.text.strip()))


def detail_of(*, stays: bool, foreign: bool) -> str:
    """Return what a stored answer is marked with."""
    if stays:
        return DETAIL_STAYS_FOREIGN if foreign else DETAIL_STAYS
    return DETAIL_FOREIGN if foreign else ""


def engine_called(name: str, statuses: Mapping[str, EngineStatus]) -> str:
    """Return the id of the engine that has `name` as its id, or that alone is called so; else the name as it is."""
    if name in statuses:
        return name
    called = [one.id for one in statuses.values() if name in (one.model, one.id.partition(":")[0])]
    return called[0] if len(called) == 1 else name


def aside(piece: EngineNotice | EngineThought | EngineRedacted, asked: Asked, model: str) -> AskEvent:
    """Return the event for what an engine says beside its answer."""
    if isinstance(piece, EngineNotice):
        sentence = piece.es if asked.language == "es" else piece.en
        return EngineNoticed(ask_id=asked.ask_id, code=piece.code, sentence=sentence)
    if isinstance(piece, EngineThought):
        return ThoughtDelta(ask_id=asked.ask_id, text=piece.text)
    return Redacted(ask_id=asked.ask_id, model=model, kinds=dict(piece.kinds))


def sum_of(one: Usage, other: Usage) -> Usage:
    """Return the tokens of both."""
    return Usage(
        prompt_tokens=one.prompt_tokens + other.prompt_tokens,
        completion_tokens=one.completion_tokens + other.completion_tokens,
        cached_tokens=one.cached_tokens + other.cached_tokens,
        cache_written_tokens=one.cache_written_tokens + other.cache_written_tokens,
    )
