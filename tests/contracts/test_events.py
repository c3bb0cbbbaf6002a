"""Every event class survives its own wire."""

from __future__ import annotations

import json

import pytest

from jarvis.contracts import events
from jarvis.contracts.events import EVENT_TYPES, AskEvent, event_from_json, event_to_json
from jarvis.contracts.messages import Usage

EXAMPLES: tuple[AskEvent, ...] = (
    events.AskStarted(ask_id="1", conversation_id="c", message_id="m", text="hola", language="es"),
    events.SkillMatched(ask_id="1", skill="timer", slots={"seconds": 600, "label": "té"}, confidence=0.9),
    events.MemoryRecalled(ask_id="1", texts=("a", "b")),
    events.RouteChosen(ask_id="1", candidates=("x", "y"), reason="why", details=({"engine": "x", "quality": 0.5},)),
    events.EngineLoading(ask_id="1", model="m", device="cpu", seconds=1.5),
    events.EngineNoticed(ask_id="1", code="pool.queued", sentence="waits"),
    events.ThoughtDelta(ask_id="1", text="hm"),
    events.EngineFailed(ask_id="1", model="m", code="c", sentence="s", restarts=True),
    events.CacheAnswered(ask_id="1", model="m", asked="q", age_seconds=3.5),
    events.Redacted(ask_id="1", model="m", kinds={"email": 2}),
    events.ConsentAsked(
        ask_id="1", model="m", where="w", preview=({"role": "user", "text": "[EMAIL_1]"},), cost_usd=0.1
    ),
    events.ToolCalled(ask_id="1", name="timers", arguments={"command": "x"}, permission="ask"),
    events.ToolAnswered(ask_id="1", name="timers", ok=False, text="no"),
    events.StageStarted(ask_id="1", stage=1, stages=3, role="maths", title="Maths", model="m"),
    events.StageDelta(ask_id="1", stage=1, text="…"),
    events.StageFinished(ask_id="1", stage=1, role="maths", model="m", ok=True, text="42", seconds=1.5),
    events.TextDelta(ask_id="1", text="…"),
    events.AskFinished(
        ask_id="1", message_id="m", text="t", source="model", usage=Usage(prompt_tokens=1), timings={"total": 0.5}
    ),
    events.AskFailed(ask_id="1", code="c", sentence="s", text="half"),
    events.AskCancelled(ask_id="1", text="half"),
)


def test_there_is_an_example_of_every_event() -> None:
    defined = {
        name
        for name, value in vars(events).items()
        if isinstance(value, type) and issubclass(value, AskEvent) and value is not AskEvent
    }
    assert {type(event).__name__ for event in EXAMPLES} == defined == set(EVENT_TYPES)


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_round_trip(event: AskEvent) -> None:
    assert event_from_json(json.loads(json.dumps(event_to_json(event)))) == event


def test_an_unknown_event_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown event"):
        event_from_json({"type": "Nonsense"})
