"""A made-up conversation as memories, a minute between turns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from jarvis.contracts.memory import NewMemory

DAY = datetime(2024, 3, 1, tzinfo=UTC)


def spanish_or_not(text: str) -> str:
    return "es" if "ñ" in text else "en"


def talk(memories, count: int, conversation: str = "c") -> list:
    return memories.add(
        [
            NewMemory(
                id=f"{conversation}{n}",
                text=f"turn number {n} of {conversation}",
                source="conversation",
                conversation_id=conversation,
                previous=f"{conversation}{n - 1}" if n else None,
                said_at=DAY + timedelta(minutes=n),
            )
            for n in range(count)
        ]
    )
