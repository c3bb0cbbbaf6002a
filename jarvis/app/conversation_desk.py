"""The ConversationDesk port: the shelves of the database, and conversations written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jarvis.assistant.writing_out import json_of, markdown_of
from jarvis.contracts.conversation_desk import ConversationHit, Rating, Shelf, WrittenFormat
from jarvis.contracts.errors import InputError, Language
from jarvis.contracts.messages import Conversation
from jarvis.storage.conversations import SqliteConversationLog
from jarvis.storage.library import SqliteLibrary


class Conversations:
    """What doors can do with conversations besides talking; any thread."""

    def __init__(self, log: SqliteConversationLog, library: SqliteLibrary) -> None:
        self._log = log
        self._library = library

    def conversations(
        self, *, shelf: Shelf = "open", folder: str | None = None, limit: int = 200
    ) -> list[Conversation]:
        """Return those of a shelf or folder: pinned ones first, each newest first."""
        return self._library.conversations(shelf=shelf, folder=folder, limit=limit)

    def folders(self) -> Sequence[tuple[str, int]]:
        """Return the folders by name, each with how many open conversations it holds."""
        return self._library.folders()

    def search(self, words: str, *, limit: int = 50) -> list[ConversationHit]:
        """Return the conversations that hold all `words`, newest first."""
        return self._library.search(words, limit=limit)

    def pin(self, conversation_id: str, pinned: bool) -> None:
        """Keep a conversation on top, or no longer."""
        self._library.pin(conversation_id, pinned)

    def archive(self, conversation_id: str, archived: bool) -> None:
        """Put a conversation out of the way, or back."""
        self._library.archive(conversation_id, archived)

    def move(self, conversation_id: str, folder: str) -> None:
        """Put a conversation in a folder; "" takes it out."""
        self._library.move(conversation_id, folder)

    def rename_folder(self, name: str, new: str) -> None:
        """Give a folder another name; "" dissolves it."""
        self._library.rename_folder(name, new)

    def show_version(self, message_id: str) -> None:
        """Bring the branch into view in which this message stands."""
        self._log.show_version(message_id)

    def ratings(self, conversation_id: str) -> Mapping[str, Rating]:
        """Return the ratings of a conversation's answers by message id."""
        return self._library.ratings(conversation_id)

    def written(self, conversation_id: str, form: WrittenFormat, language: Language) -> str:
        """Return the branch in view as a document; `InputError` when the conversation is gone."""
        conversation = self._log.conversation(conversation_id)
        if conversation is None:
            raise InputError(
                "conversation.unknown",
                en="That conversation no longer exists; nothing was written.",
                es="Esa conversación ya no existe; no se escribió nada.",
            )
        messages, ratings = self._log.messages(conversation_id), self._library.ratings(conversation_id)
        if form == "json":
            return json_of(conversation, messages, ratings)
        return markdown_of(conversation, messages, ratings, language)
