"""Asking before a question leaves or a tool acts: the sentence, the preview, and what a yes must bring back. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from jarvis.assistant.tool_use import ToolWork, work_of, work_to_text
from jarvis.contracts.errors import Language
from jarvis.contracts.guard import PermissionLevel
from jarvis.contracts.messages import ChatMessage, ToolCall
from jarvis.contracts.routing import RouteCandidate
from jarvis.contracts.skills import SkillMatch

CLOUD_CONSENT = "consent.cloud"
"""Name under which the question "may this be sent?" waits for its answer."""

TOOL_CONSENT = "consent.tool"
"""Name under which the question "may this tool be used?" waits for its answer."""

_TAKING_AWAY = frozenset({"cancel", "clear", "complete", "delete", "forget", "remove"})
"""Verbs of skills that, wrongly heard, lose something although no value was said."""

FORBIDDEN: dict[Language, str] = {
    "en": "You do not allow {skill}, so nothing was done. “jarvis permissions set {skill} allow” changes that.",
    "es": "No permites {skill}, así que no se hizo nada. «jarvis permissions set {skill} allow» lo cambia.",
}
_SEND: dict[Language, str] = {
    "en": "This would be sent to {model}{cost}.{replaced} Shall I send it?",
    "es": "Esto se enviaría a {model}{cost}.{replaced} ¿Lo envío?",
}
_COST: dict[Language, str] = {"en": ", for about ${usd}", "es": ", por unos {usd} $"}
_GOES_ON: dict[Language, str] = {
    "en": " What comes of it is sent to {model}.",
    "es": " El resultado se envía a {model}.",
}
_REPLACED: dict[Language, tuple[str, str]] = {
    "en": (" One personal detail is replaced first.", " {count} personal details are replaced first."),
    "es": (" Antes se sustituye un dato personal.", " Antes se sustituyen {count} datos personales."),
}


def cloud_question(candidate: RouteCandidate, kinds: Mapping[str, int], language: Language) -> str:
    """Return the question whether the prompt may go to `candidate`."""
    count = sum(kinds.values())
    one, many = _REPLACED[language]
    replaced = "" if count == 0 else one if count == 1 else many.format(count=count)
    cost = _COST[language].format(usd=_money(candidate.cost_usd, language)) if candidate.cost_usd else ""
    return _SEND[language].format(model=candidate.model, cost=cost, replaced=replaced)


def goes_on(candidate: RouteCandidate, language: Language) -> str:
    """Return what a yes to a tool of `candidate` means beyond the tool; empty where the result stays here."""
    return _GOES_ON[language].format(model=candidate.model) if candidate.where == "cloud" else ""


def message_rows(messages: Sequence[ChatMessage]) -> tuple[dict[str, Any], ...]:
    """Return `messages` as JSON-ready rows for a preview; pictures as their type and size."""
    return tuple(
        {
            "role": message.role,
            "text": message.text,
            **({"images": [f"{i.media_type}, {len(i.data)} B" for i in message.images]} if message.images else {}),
        }
        for message in messages
    )


def skill_gate(match: SkillMatch, level: PermissionLevel | None, *, unsure: bool) -> Literal["run", "ask", "never"]:
    """Return what becomes of a command: `level` is what the person set for that skill, None where nothing was.

    What could lose something is asked about first; so is what acts, where only the basic recogniser heard it
    (`unsure`) and it says a value or takes something away.
    """
    if level == "never":
        return "never"
    doubtful = unsure and (bool(match.slots) or match.skill.rpartition(".")[2].split("_")[0] in _TAKING_AWAY)
    loses = match.risk == "could_lose" and level != "allow"
    return "ask" if level == "ask" or loses or (match.risk == "acts" and doubtful) else "run"


def call_slots(call: ToolCall, work: ToolWork, *, here: bool) -> dict[str, str]:
    """Return what of `call`, and of what came before and after it, has to wait with the question; `here` says that a
    model on this computer wants it."""
    return {
        "call": call.id,
        "tool": call.name,
        "arguments": json.dumps(dict(call.arguments), ensure_ascii=False),
        "work": work_to_text(work),
        "where": "local" if here else "cloud",
    }


def call_of(match: SkillMatch) -> ToolCall:
    """Return the call that `call_slots` put into `match`."""
    slots = match.slots
    return ToolCall(id=str(slots["call"]), name=str(slots["tool"]), arguments=json.loads(str(slots["arguments"])))


def work_before(match: SkillMatch) -> ToolWork:
    """Return what was done before that call, and what is still to be done after it."""
    return work_of(str(match.slots["work"]))


def _money(usd: float, language: Language) -> str:
    text = f"{usd:.2f}" if usd >= 0.01 else f"{usd:.4f}".rstrip("0")
    # Less than a hundredth of a cent would read as nothing.
    text = text if usd >= 0.00005 else "0.0001"
    return text.replace(".", ",") if language == "es" else text
