"""The assistant behind the window, made after the window is there: what answers takes longer to load than what shows.

Knows nothing of how it is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.events import AskEvent
from jarvis.contracts.messages import Request

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis
    from jarvis.app.routing import Encoder
    from jarvis.contracts.ports import Assistant


class LateAssistant:
    """The Assistant port; whoever asks first, or `get`, has it made, and it is made once. Any thread."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis

    def get(self) -> Assistant:
        """Return the assistant itself; half a second for the first caller."""
        with self._jarvis.building:
            return self._jarvis.assistant()

    def encoder(self) -> Encoder:
        """Return the encoder of questions, which may not be ready yet."""
        with self._jarvis.building:
            return self._jarvis.routing_room.encoder

    def ask(self, request: Request, cancel: CancelToken) -> Iterator[AskEvent]:
        """Ask it; see the port."""
        return self.get().ask(request, cancel)
