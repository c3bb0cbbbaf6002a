"""Which version of a spoken turn may still come true: each pause opens one, speech that goes on makes it stale.

One object per turn, shared by the thread that hears and the threads that work ahead. Knows nothing of what they do.
"""

from __future__ import annotations

import threading


class Revisions:
    """Numbers the pauses of one turn and lets exactly one of them be committed; every method may be called anywhere.

    Whatever was begun for a revision counts only if `commit` of that revision returned True. Nobody else's word does:
    between asking `is_current` and acting, the person may have gone on speaking.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._revision = 0
        self._paused = False
        self._cancelled = False
        self._committed: int | None = None

    @property
    def committed(self) -> int | None:
        """The revision that came true, None before; it never changes again."""
        with self._lock:
            return self._committed

    @property
    def cancelled(self) -> bool:
        """True if the turn ended without a commit, for good."""
        with self._lock:
            return self._cancelled

    def pause(self) -> int:
        """The person fell silent: return the revision that may be worked on ahead. A second pause in a row is the same.

        Once the turn is committed or cancelled nothing new opens and the last number comes back.
        """
        with self._lock:
            if not self._paused and not self._over():
                self._revision += 1
                self._paused = True
            return self._revision

    def resume(self) -> None:
        """The person goes on: what the last pause opened is stale. Too late once it is committed."""
        with self._lock:
            if not self._over():
                self._paused = False

    def commit(self, revision: int) -> bool:
        """Make `revision` the turn: True exactly once, and only while it is current; atomic against everything else."""
        with self._lock:
            if not self._open(revision):
                return False
            self._committed = revision
            return True

    @property
    def opened(self) -> int:
        """How many pauses there were so far."""
        with self._lock:
            return self._revision

    @property
    def paused(self) -> bool:
        """True from a pause until speech goes on."""
        with self._lock:
            return self._paused

    def close(self, opened: int) -> bool:
        """Make what was said the turn although nobody paused; False when a pause has come since there were `opened`."""
        with self._lock:
            if self._paused or self._over() or self._revision != opened:
                return False
            self._revision += 1
            self._committed = self._revision
            return True

    def leave_off(self) -> bool:
        """Make what was said so far the turn, paused or not; False when it was over before."""
        with self._lock:
            if self._over():
                return False
            self._revision += not self._paused
            self._committed = self._revision
            return True

    def cancel(self) -> bool:
        """End the turn without a commit; False when one has come before, which then stands."""
        with self._lock:
            if self._committed is not None:
                return False
            self._cancelled = True
            return True

    def is_current(self, revision: int) -> bool:
        """Tell whether work on `revision` is worth going on with: it may still be committed, or it was."""
        with self._lock:
            return self._committed == revision or self._open(revision)

    def _open(self, revision: int) -> bool:
        return self._paused and not self._over() and revision == self._revision

    def _over(self) -> bool:
        return self._cancelled or self._committed is not None
