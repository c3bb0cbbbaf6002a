"""A server at an address: the way of its messages over streamable HTTP, answers bounded.

What the messages mean is not known here. Imports the protocol's package, so import it late.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from mcp.client.streamable_http import streamable_http_client

from jarvis.mcp_servers.stdio import LONGEST_MESSAGE

_TIMEOUT = httpx2.Timeout(30.0, read=300.0)
"""As the library has it by default: an answer may be held open as long as a tool works."""


@asynccontextmanager
async def address_streams(url: str, headers: Mapping[str, str], *, here: bool) -> AsyncIterator[tuple[Any, Any]]:
    """Yield the streams of the server at `url`; `here` True goes past any proxy that the environment names.

    Nothing may come compressed: a small message could be made into one without bounds.
    """
    async with (
        httpx2.AsyncClient(
            headers={"Accept-Encoding": "identity", **headers},
            timeout=_TIMEOUT,
            trust_env=not here,
            event_hooks={"response": [_bound]},
        ) as client,
        streamable_http_client(url, http_client=client, max_sse_event_size=LONGEST_MESSAGE) as streams,
    ):
        yield streams


async def _bound(response: httpx2.Response) -> None:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise httpx2.DecodingError("compressed", request=response.request)
    if not response.headers.get("content-type", "").startswith("text/event-stream"):
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _Bounded(response.stream, response.request)


class _Bounded(httpx2.AsyncByteStream):
    """An answer that ends with an error where it is too long."""

    def __init__(self, stream: httpx2.AsyncByteStream, request: httpx2.Request) -> None:
        self._stream = stream
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        total = 0
        async for chunk in self._stream:
            total += len(chunk)
            if total > LONGEST_MESSAGE:
                raise httpx2.ReadError(f"> {LONGEST_MESSAGE // 2**20} MiB", request=self._request)
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
