"""Everything that a door can do with conversations besides talking: look through, order, search, rate, write out.

Values and one port; who does it lives behind `app`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from jarvis.contracts.errors import Language
from jarvis.contracts.messages import Conversation

Shelf = Literal["open", "archived"]
WrittenFormat = Literal["markdown", "json"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationHit:
    """A conversation in which the words were found: in the message `message_id`, or None in its title.

    `snippet` is a line of it, and `matches` are the places (start, end) in the snippet of the words that were looked
    for. `count` is how many of its messages hold all of them.
    """

    conversation: Conversation
    message_id: str | None
    snippet: str
    matches: tuple[tuple[int, int], ...]
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Rating:
    """How good the person found an answer: 1 to 5 stars, and in their words why."""

    stars: int
    reason: str = ""


class ConversationDesk(Protocol):
    """The doors' way to the conversations that there are. Raises `JarvisError` with one sentence."""

    def conversations(
        self, *, shelf: Shelf = "open", folder: str | None = None, limit: int = 200
    ) -> list[Conversation]:
        """Return those of a shelf, or of one folder of it ("" is none): pinned ones first, each newest first."""
        ...

    def folders(self) -> Sequence[tuple[str, int]]:
        """Return the folders by name, each with how many conversations that are not archived it holds."""
        ...

    def search(self, words: str, *, limit: int = 50) -> list[ConversationHit]:
        """Return the conversations with a title or a message that holds all `words`, newest first.

        Accents and capitals do not matter; words in quotation marks stand together. Empty without words.
        """
        ...

    def pin(self, conversation_id: str, pinned: bool) -> None:
        """Keep a conversation on top, or no longer."""
        ...

    def archive(self, conversation_id: str, archived: bool) -> None:
        """Put a conversation out of the way, or back."""
        ...

    def move(self, conversation_id: str, folder: str) -> None:
        """Put a conversation in a folder, which begins to exist by that; "" takes it out."""
        ...

    def rename_folder(self, name: str, new: str) -> None:
        """Give a folder another name; "" dissolves it and keeps its conversations."""
        ...

    def show_version(self, message_id: str) -> None:
        """Bring the branch into view in which this version of a question or an answer stands."""
        ...

    def ratings(self, conversation_id: str) -> Mapping[str, Rating]:
        """Return the ratings of a conversation's answers by message id."""
        ...

    def written(self, conversation_id: str, form: WrittenFormat, language: Language) -> str:
        """Return the branch in view as a document of its own."""
        ...
