"""What may be handed to an embedder that is not at home: what is marked so, and only where questions may leave at all.

Everything else is found by its words alone, without a vector. An embedder at home is handed everything. Changes of mind
are followed: vectors of what is to stay are taken away, those of what may leave now are asked for.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Protocol

from jarvis.contracts.embedding import Embedder, EmbedderInfo
from jarvis.contracts.errors import Language
from jarvis.contracts.memory import Memory, MemoryFilter
from jarvis.memory.filling import agree
from jarvis.memory.vectors import VectorStore

_LEAVING = MemoryFilter(privacy="cloud")
_SETTINGS: dict[Language, str] = {
    "en": "{model} is not at home, and the settings do not let questions leave unasked, so it is sent nothing: "
    "memories are found by their words alone. Allow it (cloud.enabled, privacy.cloud), or choose an embedder here "
    "(memory.embedder).",
    "es": "{model} no está en casa y los ajustes no dejan salir preguntas sin consultar, así que no se le envía nada: "
    "los recuerdos se encuentran solo por sus palabras. Permítelo (cloud.enabled, privacy.cloud) o elige un embedder "
    "de aquí (memory.embedder).",
}
_NONE: dict[Language, str] = {
    "en": "{model} is not at home and no memory is marked to leave, so it is sent nothing: memories are found by their "
    "words alone. Choose an embedder here (memory.embedder) to have their meaning compared too.",
    "es": "{model} no está en casa y ningún recuerdo está marcado para salir, así que no se le envía nada: los "
    "recuerdos se encuentran solo por sus palabras. Elige un embedder de aquí (memory.embedder) para comparar también "
    "su significado.",
}
_SOME: dict[Language, str] = {
    "en": "{kept} more stay on this computer: {model} is not sent them, and they are found by their words.",
    "es": "Otros {kept} se quedan en este equipo: no se envían a {model} y se encuentran por sus palabras.",
}


class SharedRows(Protocol):
    """The stored memories, as far as it matters here which of them may leave."""

    def count(self, where: MemoryFilter = ...) -> int:
        """Return how many there are, of those that fit."""
        ...

    def seqs(self, where: MemoryFilter) -> list[int]:
        """Return the numbers of those that fit."""
        ...

    def all_seqs(self) -> array[int]:
        """Return the numbers of all, ascending."""
        ...

    def lasting_version(self) -> str:
        """Return a text that changes whenever it changes what may leave."""
        ...


class Staying:
    """Keeps apart what may leave and what stays; `may_leave` tells whether questions may at all."""

    def __init__(self, memories: SharedRows, may_leave: Callable[[], bool]) -> None:
        self._memories = memories
        self._may_leave = may_leave
        self._settled: dict[str, str] = {}

    def why_not(self, embedder: Embedder, info: EmbedderInfo, language: Language = "en") -> str | None:
        """Return one sentence why an embedder cannot be asked now, None where it can."""
        reason = embedder.why_not(language)
        if reason is not None or info.local:
            return reason
        if not self._may_leave():
            return _SETTINGS[language].format(model=info.model)
        return None if self._memories.count(_LEAVING) else _NONE[language].format(model=info.model)

    def readable(self, info: EmbedderInfo) -> Callable[[Memory], bool]:
        """Return what tells of a memory whether an embedder may read it."""
        return lambda memory: info.local or memory.privacy == "cloud"

    def seqs(self, info: EmbedderInfo) -> array[int]:
        """Return the numbers of all memories that an embedder may read."""
        return self._memories.all_seqs() if info.local else array("q", self._memories.seqs(_LEAVING))

    def total(self, info: EmbedderInfo) -> int:
        """Return how many memories an embedder may read."""
        return self._memories.count() if info.local else self._memories.count(_LEAVING)

    def kept(self, info: EmbedderInfo, language: Language) -> str:
        """Return one sentence on what an embedder may not read; empty where it may read everything."""
        kept = 0 if info.local else self._memories.count() - self._memories.count(_LEAVING)
        return _SOME[language].format(kept=kept, model=info.model) if kept else ""

    def settle(self, info: EmbedderInfo, store: VectorStore) -> list[int]:
        """Take away the vectors of what is to stay now and ask for those of what may leave; returns their numbers."""
        version = self._memories.lasting_version()
        if info.local or self._settled.get(info.tag) == version:
            return []
        changed = agree(store, lambda: self.seqs(info))
        self._settled[info.tag] = version
        return changed
