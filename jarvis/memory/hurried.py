"""The comparison of meanings for whoever is waiting for an answer: it takes its time only so long.

Searches that a person starts by themselves ask the keeper, which waits for a model as long as that takes to start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jarvis.contracts.errors import Language
from jarvis.memory.keeper import IndexKeeper, Near
from jarvis.memory.questions import PATIENCE_SECONDS


class HurriedMeaning:
    """What `keeper` compares within `patience` seconds; after that there is nothing, and `why_not` says so."""

    def __init__(self, keeper: IndexKeeper, *, patience: float = PATIENCE_SECONDS) -> None:
        self._keeper = keeper
        self._patience = patience

    def nearest(self, text: str, k: int, *, within: Sequence[int] | None = None) -> Near | None:
        """Return what is nearest in meaning; see `IndexKeeper.nearest`."""
        return self._keeper.nearest(text, k, within=within, patience=self._patience)

    def similarities(self, text: str, seqs: Sequence[int]) -> Mapping[int, float]:
        """Return the cosines of given rows; see `IndexKeeper.similarities`."""
        return self._keeper.similarities(text, seqs, patience=self._patience)

    def why_not(self, language: Language) -> str | None:
        """Return one sentence why the last question was not compared by its meaning."""
        return self._keeper.why_not(language, asked=True)

    def reads_elsewhere(self) -> bool:
        """Tell whether what is asked leaves the computer and its network to be compared."""
        return self._keeper.reads_elsewhere()
