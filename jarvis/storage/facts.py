"""Facts that the person asked to be remembered, as memories of source "told".

As long as a person told hundreds, every fact is read, so that nothing in common with a question finds nothing. Of many
more, those are read that the full-text index finds.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial

from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.contracts.memory import ForgetTarget, Memory, MemoryFilter, NewMemory
from jarvis.contracts.ports import Clock
from jarvis.contracts.skills import Fact
from jarvis.storage.database import Database
from jarvis.storage.forgetting import Gone, SqliteForgetting, forget_within
from jarvis.storage.forgetting_look import Look
from jarvis.storage.forgetting_order import files_first
from jarvis.storage.memories import SqliteMemories
from jarvis.storage.memory_rows import SELECT, memory_of
from jarvis.storage.memory_words import SqliteMemoryWords
from jarvis.storage.redaction import any_of, messages_with, redact
from jarvis.storage.words import content_stems, query_stems

NEARLY_AS_GOOD = 0.6
"""A fact is left out of an answer when it shares less than this part of what the best one shares."""

ALL_READ = 1000
"""Up to so many facts are compared one by one."""

_TOLD = MemoryFilter(sources=("told",))
_IMPORTANCE = 0.7


class SqliteFactBook:
    """The fact book over the memories; `forgot` is called once a fact is gone, to wipe what indexes hold of it.

    `clean` takes what goes out of files beside the database. It is called before anything is gone, and once more with
    what came since; where it raises, every row stays. `aside` tells whether there are copies that it leaves alone.
    """

    def __init__(
        self,
        memories: SqliteMemories,
        database: Database,
        clock: Clock,
        forgot: Callable[[], None] | None = None,
        clean: Callable[[Gone], None] | None = None,
        aside: Callable[[], bool] = lambda: False,
    ) -> None:
        self._memories = memories
        self._database = database
        self._clock = clock
        self._words = SqliteMemoryWords(database)
        self._forgot = forgot
        self._clean = clean
        self._aside = aside
        self._stems: dict[int, frozenset[str]] = {}

    def remember(self, text: str, language: Language) -> Fact:
        """Store a fact, or count that the one already there with the same words was told again."""
        # Facts of an older database get the key by which they are found again.
        self._memories.words_catch_up()
        known = next(iter(self._memories.same_text(text, ("told",))), None)
        if known is not None:
            self._memories.told_again(known.id, self._clock.now())
            return _fact(known)
        row = NewMemory(
            text=text,
            source="told",
            language=language,
            said_at=self._clock.now(),
            importance=_IMPORTANCE,
            provenance="facts",
        )
        return _fact(self._memories.add([row])[0])

    def search(self, words: str, limit: int = 5) -> list[Fact]:
        """Return the facts that share content words with `words`, best first and then newest first.

        A shared word weighs more the fewer facts hold it (inverse document frequency, as in BM25).
        """
        facts = self._worth_comparing(words)
        wanted = {language: content_stems(words, language) for language in LANGUAGES}
        # Stemming is the slow part, and a number never gets another text; those that are gone fall out here too.
        stems = {fact.id: self._stems.get(fact.id) or content_stems(fact.text, fact.language) for fact in facts}
        self._stems = stems
        shared = {fact.id: wanted[fact.language] & stems[fact.id] for fact in facts}
        frequency = Counter(stem for stems in shared.values() for stem in stems)
        weight = {stem: math.log(1 + (len(facts) + 0.5) / (count + 0.5)) for stem, count in frequency.items()}
        score = {fact.id: sum(weight[stem] for stem in shared[fact.id]) for fact in facts}
        best = max(score.values(), default=0.0)
        found = [fact for fact in facts if score[fact.id] > 0 and score[fact.id] >= NEARLY_AS_GOOD * best]
        found.sort(key=lambda fact: score[fact.id], reverse=True)
        return found[:limit]

    def _worth_comparing(self, words: str) -> list[Fact]:
        facts = self.all(limit=ALL_READ + 1)
        if len(facts) <= ALL_READ:
            return facts
        found = self._words.search(query_stems(words), limit=ALL_READ, within=_TOLD, before_weight=0.0)
        rows = self._memories.by_seq(seq for seq, _ in found)
        return sorted(map(_fact, rows.values()), key=lambda fact: (fact.created_at, fact.id), reverse=True)

    def all(self, limit: int = 100) -> list[Fact]:
        """Return the facts, newest first; a negative limit means every one."""
        with self._database.read() as connection:
            rows = connection.execute(
                f"{SELECT} WHERE m.source = 'told' ORDER BY m.said_at DESC, m.seq DESC LIMIT ?", (limit,)
            )
            return [_fact(memory_of(row)) for row in rows]

    def version(self) -> str:
        """Return a text that changes with everything that is remembered or forgotten, but not with every turn."""
        return self._memories.lasting_version()

    def forget(self, fact_id: int) -> None:
        """Delete a fact for good, bytes included, also where conversations and memories of them quote it, with what
        hangs together with it: facts found in it, answers that drew on it."""
        self._forget("m.seq = ?", fact_id)

    def forget_all(self) -> int:
        """Delete every fact for good as `forget` does, in one act; returns how many there were."""
        return self._forget("?", 1)

    def kept_aside(self) -> bool:
        """Tell whether copies of what was here before a restore are kept, which forgetting here leaves alone."""
        return self._aside()

    def _forget(self, which: str, given: int) -> int:
        """Forget the facts for which `which` (SQL) holds; returns how many there were, 0 having done nothing."""
        chosen = f"{SELECT} WHERE m.source = 'told' AND {which}"
        # Looked for before others have to wait; what is told or said meanwhile is looked for while they wait.
        with self._database.read() as connection:
            known = {row["id"]: row["text"] for row in connection.execute(chosen, (given,))}
            last = connection.execute("SELECT coalesce(max(seq), 0) FROM messages").fetchone()[0]
            growing = connection.execute("SELECT seq FROM messages WHERE state = 'streaming'").fetchall()
            holding = {row["seq"] for row in (*messages_with(connection, set(known.values())), *growing)}
        look = Look()
        gone = SqliteForgetting(self._database).look(ForgetTarget(kind="found", ids=tuple(known)), look)
        clean = self._clean if known else None
        cleaned = nullcontext() if clean is None else files_first(self._database, partial(clean, gone))
        with cleaned, self._database.write() as connection:
            told = {row["id"]: row["text"] for row in connection.execute(chosen, (given,))}
            if told:
                texts = set(told.values())
                newer = {row["seq"] for row in connection.execute("SELECT seq FROM messages WHERE seq > ?", (last,))}
                among = holding | newer if texts <= set(known.values()) else None
                # Memories first: their texts are told from their messages' by where they stand in them.
                self._redact_memories(connection, texts, among)
                redact(connection, texts, among)
                forget_within(connection, ForgetTarget(kind="found", ids=tuple(told)), look, self._clean)
        if told:
            self._wipe()
        return len(told)

    def _wipe(self) -> None:
        while self._memories.words_catch_up():
            pass
        self._memories.optimize_words()
        self._database.scrub()
        if self._forgot is not None:
            self._forgot()

    def _redact_memories(self, connection: sqlite3.Connection, texts: set[str], among: set[int] | None) -> None:
        pattern = any_of(texts)
        holding = json.dumps([row["id"] for row in messages_with(connection, texts, among)])
        rows = connection.execute(
            f"{SELECT} WHERE m.message_id IN (SELECT value FROM json_each(?))", (holding,)
        ).fetchall()
        for memory in map(memory_of, rows):
            left = pattern.sub("…", memory.text)
            if left == memory.text:
                continue
            if left.strip(" .…\"'“”«»"):
                self._memories.edit_within(connection, memory, left)
            else:
                self._memories.delete_within(connection, [memory.seq])


def _fact(memory: Memory) -> Fact:
    return Fact(id=memory.seq, text=memory.text, language=memory.language, created_at=memory.said_at)
