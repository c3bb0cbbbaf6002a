"""Asks the person before a question leaves this computer or a tool acts, and keeps what a yes will need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jarvis.assistant.candidate import Asked, CandidateAnswer
from jarvis.assistant.consent import CLOUD_CONSENT, TOOL_CONSENT, call_slots, cloud_question, goes_on, message_rows
from jarvis.assistant.draft import Draft
from jarvis.assistant.tool_use import ToolWork
from jarvis.contracts.events import AskEvent, ConsentAsked, TextDelta
from jarvis.contracts.messages import DETAIL_ASKED_BACK, ToolCall
from jarvis.contracts.skills import SkillMatch

if TYPE_CHECKING:
    from jarvis.assistant.abilities import Abilities


@dataclass(frozen=True, kw_only=True, slots=True)
class AskingBack:
    """The questions of one run; each ends with the text in `draft` and a confirmation pending."""

    asked: Asked
    draft: Draft
    abilities: Abilities

    def to_send(self, run: CandidateAnswer, where: str) -> Iterator[AskEvent]:
        """Ask whether the prompt may go to `run`'s candidate, at `where`, and show exactly what would be sent."""
        candidate = run.candidate
        messages = run.prompt()
        kinds: Mapping[str, int] = {}
        if self.abilities.outgoing is not None:
            prompt = self.abilities.outgoing.preview(messages)
            messages, kinds = list(prompt.messages), prompt.kinds
        yield ConsentAsked(
            ask_id=self.asked.ask_id,
            model=candidate.model,
            where=where or candidate.engine,
            preview=message_rows(messages),
            cost_usd=candidate.cost_usd,
        )
        text = cloud_question(candidate, kinds, self.asked.language)
        memories = " ".join(item.memory.id for item in run.remembered.items)
        slots = {"engine": candidate.engine, "memories": memories, **_files(run)}
        yield from self._ask(CLOUD_CONSENT, text, slots)

    def for_tool(self, call: ToolCall, run: CandidateAnswer) -> Iterator[AskEvent]:
        """Ask whether `call` may be made; what the model said before it is kept as a message of its own, and what other
        tools brought before it waits with it."""
        assert self.abilities.toolbox is not None
        candidate, language = run.candidate, self.asked.language
        self.draft.close("complete", source="model", model=candidate.model, detail=run.detail)
        text = self.abilities.toolbox.read_back(call, language) + goes_on(candidate, language)
        work = ToolWork(turns=tuple(run.turns), waiting=tuple(run.waiting))
        slots = call_slots(call, work, here=candidate.where == "local")
        yield from self._ask(TOOL_CONSENT, text, {"engine": candidate.engine, **slots, **_files(run)})

    def _ask(self, what: str, text: str, slots: Mapping[str, str]) -> Iterator[AskEvent]:
        request = self.asked.request
        self.abilities.pending.put(
            self.draft.conversation_id,
            SkillMatch(
                skill=what,
                slots={
                    **slots,
                    "message": self.asked.message_id,
                    "after": self.asked.history[-1].id if self.asked.history else "",
                    "deep": int(request.deep),
                    "pictures": len(request.images),
                    "model": request.model or "",
                    "privacy": request.privacy or "",
                },
                confidence=1.0,
                language=self.asked.language,
                text=self.asked.text,
                risk="could_lose",
            ),
        )
        self.draft.write(text, "none", detail=DETAIL_ASKED_BACK)
        yield TextDelta(ask_id=self.asked.ask_id, text=text)


def _files(run: CandidateAnswer) -> Mapping[str, str]:
    """Return what has to wait so that of attached files just what was shown is sent."""
    return {"files": run.files_shown().as_text()} if run.asked.attached else {}
