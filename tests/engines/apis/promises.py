"""What every engine over somebody's API promises, whoever's it is: one question, and checks of how it goes wrong."""

from __future__ import annotations

import logging
import threading

import pytest

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.ports import EngineItem, GenerationOptions, TextEngine
from tests.fakes.openai_server import ScriptedServer

QUESTION = [ChatMessage(role="user", text="the question that nobody may log")]


def answer_of(
    engine: TextEngine,
    messages: list[ChatMessage] = QUESTION,
    options: GenerationOptions = GenerationOptions(),  # noqa: B008
    cancel: CancelToken | None = None,
) -> list[EngineItem]:
    """Return everything that `engine` says."""
    return list(engine.stream(messages, options, cancel or CancelToken()))


def fails_as(engine: TextEngine, code: str, words: str, *, secret: str, caplog: pytest.LogCaptureFixture) -> None:
    """Check that it fails with `code` and two sentences, the Spanish one with `words`, and gives nothing away."""
    with caplog.at_level(logging.DEBUG), pytest.raises(EngineError) as caught:
        answer_of(engine)
    error = caught.value
    assert error.code == code
    assert words in error.sentence("es") and error.sentence("en") != error.sentence("es")
    assert secret not in error.sentence("en") + error.sentence("es") + caplog.text
    assert QUESTION[0].text not in caplog.text


def is_asked(engine: TextEngine, server: ScriptedServer, times: int) -> None:
    """Check that a server that answers the second time is asked so many times, and answers if it was asked twice."""
    if times == 2:
        assert len(answer_of(engine)) == 3
    else:
        with pytest.raises(EngineError):
            answer_of(engine)
    assert len(server.asked) == times


def hangs_up_when_cancelled(engine: TextEngine, server: ScriptedServer) -> None:
    """Check that cancelling once the server was asked ends the connection."""
    cancel = CancelToken()
    threading.Thread(target=lambda: (server.wait_asked(), cancel.cancel())).start()
    with pytest.raises(Cancelled):
        answer_of(engine, cancel=cancel)
    assert server.left.wait(60)


def times_out(engine: TextEngine) -> None:
    """Check that silence ends as a timeout."""
    with pytest.raises(EngineError) as caught:
        answer_of(engine)
    assert caught.value.code == "engine.timeout"
