"""Everything that leaves for a server: nothing personal in it, all of it recorded, the answers whole."""

from __future__ import annotations

import hashlib
import json
import random
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import EngineError, Language, StorageError
from jarvis.contracts.guard import AuditEntry, AuditKind, AuditVerdict
from jarvis.contracts.messages import ChatMessage, Image, ToolCall, Usage
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
)
from jarvis.engines.openai_compatible import OpenAICompatibleEngine
from jarvis.guard.outgoing import INSTRUCTION, GuardedEngine, OutgoingGuard, canonical_prompt
from jarvis.guard.redaction import PatternRedactor
from tests.fakes.openai_server import DONE, USAGE, chunk, http, scripted, streamed
from tests.guard.personal_data import CONTACTS, MAKERS, sentence

REDACTOR = PatternRedactor(lambda: CONTACTS)
END = EngineDone(usage=Usage(prompt_tokens=1, completion_tokens=1))


class Recorder:
    """Keeps entries in a list; fails where told to."""

    def __init__(self, failure: StorageError | None = None) -> None:
        self.kept: list[tuple[str, Mapping[str, object]]] = []
        self._failure = failure

    def record(self, kind: AuditKind, facts: Mapping[str, object]) -> AuditEntry:
        if self._failure:
            raise self._failure
        self.kept.append((kind, json.loads(json.dumps(facts))))
        return AuditEntry(seq=len(self.kept), at=datetime.now(UTC), kind=kind, facts=facts, digest="0" * 64)

    def entries(self, limit: int = 100, kind: AuditKind | None = None) -> Sequence[AuditEntry]:
        raise NotImplementedError

    def verify(self) -> AuditVerdict:
        raise NotImplementedError


class Scripted:
    """A `TextEngine` that yields what it is given and keeps the prompts; an error among the items is raised."""

    id = "cloud"

    def __init__(self, *items: EngineItem | Exception) -> None:
        self.items = items
        self.asked: list[tuple[ChatMessage, ...]] = []
        self.closed = False

    def status(self, language: Language = "en") -> EngineStatus:
        return EngineStatus(id="cloud", model="gpt", where="cloud", state="ready", device="api.example.com")

    def stream(
        self, messages: Sequence[ChatMessage], options: GenerationOptions, cancel: CancelToken
    ) -> Iterator[EngineItem]:
        self.asked.append(tuple(messages))
        for item in self.items:
            if isinstance(item, Exception):
                raise item
            yield item

    def close(self) -> None:
        self.closed = True


def _ask(engine: GuardedEngine, *messages: ChatMessage, options: GenerationOptions | None = None) -> list[EngineItem]:
    return list(engine.stream(messages, options or GenerationOptions(), CancelToken()))


def _user(text: str, **more: object) -> ChatMessage:
    return ChatMessage(role="user", text=text, **more)  # type: ignore[arg-type]


def test_one_value_over_all_messages() -> None:
    inner = Scripted(EngineText(text="I wrote to [EMAIL"), EngineText(text="_1]."), END)
    call = ToolCall(id="c1", name="mail", arguments={"to": ["x1@y.es"], "cc": {"x1@y.es": 612345678}})
    items = _ask(
        GuardedEngine(inner, REDACTOR, None),
        ChatMessage(role="system", text="Be brief. The user is Ana."),
        _user("write to x1@y.es"),
        ChatMessage(role="assistant", text="", tool_calls=(call,)),
        ChatMessage(role="tool", text='{"sent": "x1@y.es"}', tool_call_id="c1"),
    )
    sent = inner.asked[0]
    assert sent[0].text == f"Be brief. The user is [NAME_1].\n\n{INSTRUCTION}"
    assert sent[1].text == "write to [EMAIL_1]"
    assert sent[2].tool_calls[0].arguments == {"to": ["[EMAIL_1]"], "cc": {"[EMAIL_1]": "[PHONE_1]"}}
    assert sent[3].text == '{"sent": "[EMAIL_1]"}'
    assert items[0] == EngineRedacted(kinds={"name": 1, "email": 4, "phone": 1})
    assert "".join(item.text for item in items if isinstance(item, EngineText)) == "I wrote to x1@y.es."
    assert items[-1] == END


def test_calls_thoughts_and_notices_keep_their_order() -> None:
    call = EngineToolCall(call=ToolCall(id="1", name="mail", arguments={"to": "[email_1]", "n": [1, True, None]}))
    notice = EngineNotice(code="x.y", en="a", es="b")
    inner = Scripted(EngineThought(text="to EMAIL_1"), EngineText(text="ok EMAIL"), notice, call, END)
    items = _ask(GuardedEngine(inner, REDACTOR, None), _user("x1@y.es"))
    assert items[1:] == [
        EngineThought(text="to "),
        EngineText(text="ok "),
        EngineThought(text="x1@y.es"),
        EngineText(text="EMAIL"),
        notice,
        EngineToolCall(call=ToolCall(id="1", name="mail", arguments={"to": "x1@y.es", "n": [1, True, None]})),
        END,
    ]


def test_nothing_personal_leaves_the_prompt_as_it_is() -> None:
    inner = Scripted(EngineText(text="[EMAIL_1]"), END)
    messages = (ChatMessage(role="system", text="Be brief."), _user("what time is it?"))
    assert _ask(GuardedEngine(inner, REDACTOR, None), *messages) == [EngineText(text="[EMAIL_1]"), END]
    assert inner.asked == [messages]


def test_an_answer_in_json_stays_json() -> None:
    secret = 'my password is "a1\\b2"'
    inner = Scripted(EngineText(text='{"p": "[SECRET'), EngineText(text='_1]"}'), END)
    options = GenerationOptions(json_schema={"type": "object"})
    items = _ask(GuardedEngine(inner, REDACTOR, None), _user(secret), options=options)
    assert json.loads("".join(item.text for item in items if isinstance(item, EngineText))) == {"p": "a1\\b2"}


def test_what_was_held_back_is_shown_before_a_failure() -> None:
    failure = EngineError("engine.lost", en="lost", es="perdido")
    engine = GuardedEngine(Scripted(EngineText(text="see [EMAIL_"), failure), REDACTOR, None)
    shown = []
    with pytest.raises(EngineError, match="lost"):
        for item in engine.stream([_user("x1@y.es")], GenerationOptions(), CancelToken()):
            shown.append(item)
    assert [item.text for item in shown if isinstance(item, EngineText)] == ["see ", "[EMAIL_"]


def test_every_call_is_recorded_before_it_leaves() -> None:
    inner, audit = Scripted(EngineError("engine.lost", en="lost", es="perdido")), Recorder()
    message = _user("I am Ana, x1@y.es", images=(Image(data=b"\x89PNG", media_type="image/png"),))
    with pytest.raises(EngineError):
        _ask(GuardedEngine(inner, REDACTOR, audit), message)
    [(kind, facts)] = audit.kept
    sent = canonical_prompt(inner.asked[0])
    assert kind == "cloud_call"
    assert facts == {
        "engine": "cloud",
        "model": "gpt",
        "where": "api.example.com",
        "messages": 2,
        "pictures": 1,
        "bytes": len(sent),
        "sha256": hashlib.sha256(sent).hexdigest(),
        "redaction": True,
        "replaced": {"name": 1, "email": 1},
    }


def test_what_cannot_be_recorded_does_not_leave() -> None:
    inner = Scripted(END)
    audit = Recorder(StorageError("storage.full", en="The disk is full.", es="El disco está lleno."))
    with pytest.raises(EngineError) as caught:
        _ask(GuardedEngine(inner, REDACTOR, audit), _user("hi"))
    assert (caught.value.code, inner.asked) == ("guard.not_recorded", [])
    assert "disco está lleno" in caught.value.sentence("es")


def test_pictures_stay_where_they_may_not_leave() -> None:
    inner = Scripted(END)
    message = _user("what is this?", images=(Image(data=b"1", media_type="image/png"),))
    with pytest.raises(EngineError) as caught:
        _ask(GuardedEngine(inner, REDACTOR, None, pictures=lambda: False), message)
    assert (caught.value.code, inner.asked) == ("guard.pictures", [])


def test_switched_off_it_only_records() -> None:
    inner, audit = Scripted(EngineText(text="[EMAIL_1]"), END), Recorder()
    items = _ask(GuardedEngine(inner, REDACTOR, audit, enabled=lambda: False), _user("x1@y.es"))
    assert items == [EngineText(text="[EMAIL_1]"), END]
    assert inner.asked[0][0].text == "x1@y.es"
    assert audit.kept[0][1]["redaction"] is False
    assert OutgoingGuard(REDACTOR, enabled=lambda: False).preview([_user("x1@y.es")]).messages[0].text == "x1@y.es"


def test_the_preview_is_what_leaves() -> None:
    inner = Scripted(END)
    messages = [_user("call Ana at 612345678"), ChatMessage(role="assistant", text="Ana?"), _user("yes, Ana")]
    _ask(GuardedEngine(inner, REDACTOR, None), *messages)
    preview = OutgoingGuard(REDACTOR).preview(messages)
    assert preview.messages == inner.asked[0]
    assert preview.kinds == {"name": 3, "phone": 1}


def test_it_is_the_engine_that_it_guards() -> None:
    inner = Scripted(END)
    engine = GuardedEngine(inner, REDACTOR, None)
    assert (engine.id, engine.status()) == ("cloud", inner.status())
    engine.close()
    assert inner.closed


def _holds(body: str, value: str) -> bool:
    """Tell whether `value` stands in `body`, however it is spaced; a name of few letters as a word of its own."""
    if len(value) < 5:
        return re.search(rf"\b{value}\b", body, re.IGNORECASE) is not None
    return _compact(value) in _compact(body)


def _compact(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def _answer(body: Mapping[str, object]) -> bytes:
    """Return a streamed answer that repeats the last user message, in pieces of three characters."""
    messages = body["messages"]
    assert isinstance(messages, list)
    text = next(message["content"] for message in reversed(messages) if message["role"] == "user")
    pieces = [chunk(content=text[at : at + 3]) for at in range(0, len(text), 3)]
    return b"".join([*pieces, chunk(finish="stop"), USAGE, DONE])


def test_no_personal_data_in_two_thousand_calls() -> None:
    rng = random.Random(4)
    leaks, wrong, calls = [], [], 0
    audit = Recorder()
    with scripted(http(500, {})) as server:
        server.replies = [streamed(b"")]
        inner = OpenAICompatibleEngine(
            base_url=lambda: f"{server.url}/v1",
            model=lambda: "m",
            key=lambda: None,
            enabled=lambda: True,
        )
        engine = GuardedEngine(inner, REDACTOR, audit)
        kinds = list(MAKERS)
        for number in range(2000):
            told = [sentence(rng, kinds[(number + step) % len(kinds)]) for step in range(4)]
            messages = [
                ChatMessage(role="system", text=f"You are Jarvis. Known: {told[0][0]}"),
                _user(told[1][0]),
                ChatMessage(role="assistant", text=f"Noted: {told[1][1]}"),
                ChatMessage(role="tool", text=json.dumps({"result": told[2][0]}), tool_call_id="1"),
                _user(told[3][0]),
            ]
            server.replies = [streamed(_answer({"messages": _wire(messages)}))]
            answer = "".join(item.text for item in _ask(engine, *messages) if isinstance(item, EngineText))
            if answer != told[3][0]:
                wrong.append((told[3][0], answer))
            calls += 1
            sent = json.dumps(server.asked[-1].body, ensure_ascii=False)
            # A tool's answer is JSON within JSON, in which a character may hide behind its number.
            body = re.sub(r"\\\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), sent)
            leaks += [value for _, value in told if _holds(body, value)]
        engine.close()
    assert calls == len(server.asked) == len(audit.kept) == 2000
    assert leaks == []
    assert wrong == []


def _wire(messages: Sequence[ChatMessage]) -> list[dict[str, str]]:
    prompt = OutgoingGuard(REDACTOR).preview(messages)
    return [{"role": message.role, "content": message.text} for message in prompt.messages]
