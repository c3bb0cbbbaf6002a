"""How much a server may send before it is let go: counted in bytes as they arrive, whatever client reads them.

Knows no protocol beyond lines and events. Asks for uncompressed answers and takes no others: a few compressed bytes
could unfold to any size.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from jarvis.contracts.errors import EngineError
from jarvis.engines.failures import failure

if TYPE_CHECKING:
    from httpx2 import Request, Response

LINE_BYTES = 4 << 20
"""One line or event of a stream, and everything that is no stream, such as a list."""

ERROR_BYTES = 1 << 20
"""The body of a refusal."""

ANSWER_BYTES = 64 << 20
"""One whole answer with its protocol around it; the longest answers of any model stay below."""

_EVENT_ENDS = (b"\n\n", b"\r\n\r\n", b"\r\r")


class TooMuch(Exception):
    """The server sent more than it may, or sent it compressed."""


def hooks() -> dict[str, list[Callable[..., Any]]]:
    """Return the event hooks for an `httpx2.AsyncClient` that hold every answer to the limits."""
    return {"request": [_ask_plainly], "response": [_limit]}


def limit_failure(error: BaseException, *, where: str, model: str) -> EngineError | None:
    """Return what a person is told where a limit is behind `error`, None where none is."""
    at: BaseException | None = error
    while at is not None:
        if isinstance(at, TooMuch):
            return failure("too_much", where=where, model=model)
        at = at.__cause__ or at.__context__
    return None


async def _ask_plainly(request: Request) -> None:
    request.headers["accept-encoding"] = "identity"


async def _limit(response: Response) -> None:
    from httpx2 import AsyncByteStream

    inner: Any = response.stream

    class Counted(AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            count = _Count(response)
            async for piece in inner:
                count.add(piece)
                yield piece

        async def aclose(self) -> None:
            await inner.aclose()

    response.stream = Counted()


class _Count:
    """Counts one body."""

    def __init__(self, response: Response) -> None:
        if response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            raise TooMuch
        streams = response.status_code == 200 and response.request.method == "POST"
        self._most = ANSWER_BYTES if streams else LINE_BYTES if response.status_code == 200 else ERROR_BYTES
        events = "event-stream" in response.headers.get("content-type", "")
        self._ends = _EVENT_ENDS if events else (b"\n",)
        self._all = self._open = 0
        self._tail = b""

    def add(self, piece: bytes) -> None:
        """Take the next piece; raises `TooMuch`."""
        joined = self._tail + piece
        ended = max(joined.rfind(end) + len(end) if end in joined else -1 for end in self._ends)
        self._all += len(piece)
        self._open = self._open + len(piece) if ended < 0 else len(joined) - ended
        self._tail = joined[-3:]
        if self._all > self._most or self._open > LINE_BYTES:
            raise TooMuch
