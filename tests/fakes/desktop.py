"""A desktop's services with nothing behind them: a scripted assistant, a log in memory, a voice that records calls."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import JarvisError
from jarvis.contracts.events import AskCancelled, AskEvent, AskFailed, AskFinished, AskStarted, EngineFailed, TextDelta
from jarvis.contracts.messages import Conversation, Door, MessageState, Request, Source, StoredMessage
from jarvis.contracts.skills import Alert
from jarvis.desktop.services import DesktopServices, Notice
from jarvis.settings.store import Settings
from tests.fakes.desktop_voice import RecordingVoice

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class FakeClock:
    """Noon, until it is moved."""

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()


class MemoryLog:
    """A `ConversationLog` in memory; `fail` makes every call raise."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._conversations: dict[str, Conversation] = {}
        self._messages: dict[str, list[StoredMessage]] = {}
        self._count = 0
        self.fail: JarvisError | None = None
        self.calls: list[tuple[str, int | None]] = []

    def start_conversation(self, title: str) -> Conversation:
        with self._lock:
            self._count += 1
            moment = NOON - timedelta(hours=1) + timedelta(seconds=self._count)
            conversation = Conversation(id=f"c{self._count}", title=title, created_at=moment, updated_at=moment)
            self._conversations[conversation.id] = conversation
            self._messages[conversation.id] = []
            return conversation

    def conversation(self, conversation_id: str) -> Conversation | None:
        with self._lock:
            return self._conversations.get(conversation_id)

    def conversations(self, limit: int = 200) -> list[Conversation]:
        with self._lock:
            if self.fail is not None:
                raise self.fail
            return sorted(self._conversations.values(), key=lambda c: c.updated_at, reverse=True)[:limit]

    def rename(self, conversation_id: str, title: str) -> None:
        with self._lock:
            self._conversations[conversation_id] = replace(self._conversations[conversation_id], title=title)

    def delete(self, conversation_id: str) -> None:
        with self._lock:
            del self._conversations[conversation_id], self._messages[conversation_id]

    def add_message(
        self,
        conversation_id: str,
        role: Literal["user", "assistant"],
        text: str,
        state: MessageState = "complete",
        source: Source | None = None,
        model: str | None = None,
        detail: str = "",
        door: Door | None = None,
    ) -> StoredMessage:
        with self._lock:
            self._count += 1
            message = StoredMessage(
                id=f"m{self._count}",
                conversation_id=conversation_id,
                role=role,
                text=text,
                state=state,
                created_at=NOON,
                source=source,
                model=model,
                detail=detail,
                door=door,
            )
            self._messages[conversation_id].append(message)
            return message

    def append_text(self, message_id: str, text: str) -> None:
        self._change(message_id, lambda message: replace(message, text=message.text + text))

    def close_message(
        self,
        message_id: str,
        state: MessageState,
        *,
        text: str | None = None,
        source: Source | None = None,
        model: str | None = None,
        detail: str = "",
        codes: Sequence[str] = (),
    ) -> None:
        self._change(
            message_id,
            lambda message: replace(
                message,
                state=state,
                text=message.text if text is None else text,
                source=source,
                model=model,
                detail=detail,
                codes=tuple(codes),
            ),
        )

    def messages(self, conversation_id: str, limit: int | None = None, until: str | None = None) -> list[StoredMessage]:
        with self._lock:
            self.calls.append((conversation_id, limit))
            if self.fail is not None:
                raise self.fail
            messages = self._messages[conversation_id]
            if until is not None:
                messages = messages[: next(n for n, one in enumerate(messages, 1) if one.id == until)]
            return list(messages if limit is None else messages[-limit:])

    def _change(self, message_id: str, change: Callable[[StoredMessage], StoredMessage]) -> None:
        with self._lock:
            for messages in self._messages.values():
                for at, message in enumerate(messages):
                    if message.id == message_id:
                        messages[at] = change(message)


Script = Callable[[str, Request], Iterator[AskEvent]]
"""The steps between question and end, given the run's id; a final event of its own ends the run early."""


class ScriptedAssistant:
    """Stores question and answer like the real one and plays `script`; `gate` holds it before the first step."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log
        self._count = 0
        self.script: Script = lambda ask_id, request: iter([TextDelta(ask_id=ask_id, text=f"You said: {request.text}")])
        self.seconds = 0.42
        self.ending: dict[str, object] = {"source": "model", "model": "small-model", "reason": "It is the only one."}
        self.requests: list[Request] = []
        self.gate = threading.Event()
        self.gate.set()
        self.before_start: AskFailed | None = None

    def ask(self, request: Request, cancel: CancelToken) -> Iterator[AskEvent]:
        self._count += 1
        ask_id = f"a{self._count}"
        self.requests.append(request)
        if self.before_start is not None:
            yield replace(self.before_start, ask_id=ask_id)
            return
        conversation_id = request.conversation_id or self._log.start_conversation(request.text[:60]).id
        asked = self._log.add_message(conversation_id, "user", request.text)
        yield AskStarted(
            ask_id=ask_id, conversation_id=conversation_id, message_id=asked.id, text=request.text, language="en"
        )
        answer = self._log.add_message(conversation_id, "assistant", "", state="streaming")
        while not self.gate.wait(0.01):
            if cancel.cancelled:
                break
        text = ""
        for event in self.script(ask_id, request):
            if cancel.cancelled:
                self._log.close_message(answer.id, "cancelled")
                yield AskCancelled(ask_id=ask_id, text=text, message_id=answer.id)
                return
            if isinstance(event, TextDelta):
                text += event.text
                self._log.append_text(answer.id, event.text)
            if isinstance(event, EngineFailed) and event.restarts:
                text = ""
            if isinstance(event, AskFailed):
                self._log.close_message(answer.id, "failed", detail=event.sentence, codes=(event.code,))
                yield event
                return
            yield event
        if cancel.cancelled:
            self._log.close_message(answer.id, "cancelled")
            yield AskCancelled(ask_id=ask_id, text=text, message_id=answer.id)
            return
        self._log.close_message(
            answer.id,
            "complete",
            source=self.ending["source"],  # type: ignore[arg-type]
            model=self.ending.get("model"),  # type: ignore[arg-type]
            detail=str(self.ending["reason"]),
        )
        yield AskFinished(
            ask_id=ask_id,
            message_id=answer.id,
            text=text,
            timings={"total": self.seconds},
            **self.ending,  # type: ignore[arg-type]
        )


class ListedAlerts:
    """An `AlertPanel` over a list."""

    def __init__(self) -> None:
        self.alerts: list[Alert] = []
        self.over: list[Alert] = []
        self.dismissed: list[str] = []
        self.snoozed: list[str] = []
        self.restarted: list[str] = []
        self._callbacks: list[Callable[[Alert], None]] = []

    def active(self) -> Sequence[Alert]:
        return list(self.alerts)

    def subscribe(self, callback: Callable[[Alert], None]) -> Callable[[], None]:
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def dismiss(self, alert_id: str) -> None:
        self.dismissed.append(alert_id)
        self.alerts = [alert for alert in self.alerts if alert.id != alert_id]

    def snooze(self, alert_id: str) -> None:
        self.snoozed.append(alert_id)

    def recent(self) -> Sequence[Alert]:
        return list(self.over)

    def again(self, alert_id: str) -> None:
        self.restarted.append(alert_id)

    def ring(self, alert: Alert) -> None:
        self.alerts.append(alert)
        for callback in list(self._callbacks):
            callback(alert)


class MemorySecrets:
    """A `SecretStore` in memory."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.read: list[str] = []

    def get(self, name: str) -> str | None:
        self.read.append(name)
        return self.values.get(name)

    def set(self, name: str, value: str) -> None:
        self.values[name] = value

    def delete(self, name: str) -> bool:
        return self.values.pop(name, None) is not None

    def names(self) -> list[str]:
        return list(self.values)

    def where(self) -> str:
        return "memory"


class FakeDesktop:
    """Every fake together, and the `DesktopServices` made of them."""

    def __init__(self, folder: Path) -> None:
        self.log = MemoryLog()
        self.assistant = ScriptedAssistant(self.log)
        self.voice = RecordingVoice()
        self.alerts = ListedAlerts()
        self.secrets = MemorySecrets()
        self.clock = FakeClock()
        self.settings = Settings(None)
        self.settings.set("language", "en")
        self.settings.set("appearance.theme", "light")
        self.notices: list[Notice] = []
        self.stops = 0
        self.quits = 0
        self.services = DesktopServices(
            assistant=self.assistant,
            log=self.log,
            settings=self.settings,
            secrets=self.secrets,
            clock=self.clock,
            voice=self.voice,
            alerts=self.alerts,
            notices=lambda language: list(self.notices),
            stop_all=self._stop_all,
            on_quit=self._on_quit,
            home=folder,
            run_folder=folder,
        )

    def _stop_all(self) -> bool:
        self.stops += 1
        return True

    def _on_quit(self) -> None:
        self.quits += 1
