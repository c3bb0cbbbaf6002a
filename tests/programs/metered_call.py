"""Asks a server behind a meter and waits to be killed: `DATABASE URL`; prints "streaming" once an answer has begun."""

import sys
from pathlib import Path

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.messages import ChatMessage
from jarvis.contracts.ports import EngineText, GenerationOptions
from jarvis.engines.metered import MeteredEngine
from jarvis.engines.openai_compatible import OpenAICompatibleEngine
from jarvis.storage.budgets import SqliteBudget
from jarvis.storage.database import Database
from jarvis.storage.ledger import SqliteLedger
from tests.fakes.clock import FakeClock
from tests.fakes.metering import PRICE


def main(path: str, url: str) -> None:
    database, clock = Database(Path(path)), FakeClock()
    inner = OpenAICompatibleEngine(base_url=lambda: url, model=lambda: "m", key=lambda: None, enabled=lambda: True)
    engine = MeteredEngine(
        inner,
        where="cloud",
        price=PRICE,
        reference=None,
        budget=SqliteBudget(database, clock, lambda: (1.0, None)),
        record=SqliteLedger(database, clock).record_call,
        clock=clock,
    )
    question = [ChatMessage(role="user", text="hello")]
    for item in engine.stream(question, GenerationOptions(max_tokens=50_000, message_id="q1"), CancelToken()):
        if isinstance(item, EngineText):
            sys.stdout.write("streaming\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
