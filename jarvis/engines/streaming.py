"""One event loop in a thread, on which requests to servers run and can be let go of at any moment.

Only there can a request be cancelled while it connects, waits for the first byte, or reads. Knows no protocol:
each API brings its own coroutine. Never logs text or keys.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import random
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import Cancelled, EngineError
from jarvis.contracts.ports import EngineDone, EngineItem, EngineText, EngineThought

_RETRY_SECONDS = (0.2, 0.6)
"""Bounds of the random pause before a failed start is repeated."""

_LONGEST_WAIT_SECONDS = 10.0
"""A server that wants a longer pause than this gets no repetition: the person hears of it instead."""

_CLOSE_SECONDS = 2.0
"""How long connections may take to close politely; closing one takes milliseconds."""

_IDLE_CLIENTS = 4
"""How many unused clients are kept with their open connections."""

_LOG = logging.getLogger(__name__)

_MOST_WAITING = 1 << 20
"""Characters, each item counting some more, that may wait for a slow reader before the server has to wait too."""

_ITEM_WEIGHT = 64

T = TypeVar("T")


class Put:
    """Hands items from the loop's thread to one reader in another; the loop never blocks, it awaits `room`."""

    def __init__(self) -> None:
        self._items: queue.SimpleQueue[EngineItem | Exception | None] = queue.SimpleQueue()
        self._given = self._taken = 0
        self._waiter: asyncio.Future[None] | None = None

    def __call__(self, item: EngineItem) -> None:
        """Hand over one item; on the loop's thread."""
        self._given += _weight(item)
        self._items.put(item)

    def end(self, trouble: Exception | None) -> None:
        """Wake the reader with what went wrong, or with None; from any thread."""
        self._items.put(trouble)

    async def room(self) -> None:
        """Wait while the reader is far behind; on the loop's thread."""
        while self._given - self._taken > _MOST_WAITING:
            self._waiter = asyncio.get_running_loop().create_future()
            # The reader may have caught up before it could see that somebody waits.
            if self._given - self._taken > _MOST_WAITING:
                await self._waiter
            self._waiter = None

    def take(self) -> EngineItem | Exception | None:
        """Return the next item, waiting for it; on the reader's thread."""
        item = self._items.get()
        self._taken += _weight(item)
        waiter = self._waiter
        if waiter is not None and self._given - self._taken <= _MOST_WAITING:
            # A loop that is closed meanwhile has cancelled its work already.
            with suppress(RuntimeError):
                waiter.get_loop().call_soon_threadsafe(_wake, waiter)
        return item


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


def _weight(item: object) -> int:
    return _ITEM_WEIGHT + (len(item.text) if isinstance(item, EngineText | EngineThought) else 0)


def silence_loggers(*names: str) -> None:
    """Raise these loggers to warnings: below that, HTTP clients write whole requests into the log."""
    for name in names:
        logging.getLogger(name).setLevel(logging.WARNING)


async def start_with_retries(
    attempt: Callable[[], Awaitable[T]], *, retries: int, pause_of: Callable[[Exception], float | None]
) -> T:
    """Return what `attempt` returns, repeating it at most `retries` times.

    `pause_of` says what a failure wants: None no repetition, 0 one soon, more that many seconds.
    Only for work that produced nothing yet.
    """
    for left in range(retries, -1, -1):
        try:
            return await attempt()
        except Exception as error:
            wanted = pause_of(error) if left else None
            if wanted is None or wanted > _LONGEST_WAIT_SECONDS:
                raise
        await asyncio.sleep(wanted + random.uniform(*_RETRY_SECONDS))
    raise AssertionError("unreachable")


class Clients(Generic[T]):
    """Clients with their open connections, one per key; used on the loop's thread only.

    A client in use is never closed under its user, however many others are asked for.
    """

    def __init__(self, close: Callable[[T], Awaitable[None]]) -> None:
        self._close = close
        self._kept: dict[Hashable, _Kept[T]] = {}

    @asynccontextmanager
    async def use(self, key: Hashable, make: Callable[[], T]) -> AsyncIterator[T]:
        """Lend the client of `key`, made by `make` where there is none."""
        kept = self._kept.pop(key, None) or _Kept(client=make())
        # Put back last, so that the order is that of use.
        self._kept[key] = kept
        kept.users += 1
        try:
            yield kept.client
        finally:
            kept.users -= 1
            await self._close_surplus()

    async def close(self) -> None:
        """Close all of them."""
        kept, self._kept = self._kept, {}
        for each in kept.values():
            await self._close(each.client)

    async def _close_surplus(self) -> None:
        idle = [key for key, kept in self._kept.items() if not kept.users]
        for key in idle[: max(0, len(idle) - _IDLE_CLIENTS)]:
            await self._close(self._kept.pop(key).client)


@dataclass(kw_only=True, slots=True)
class _Kept(Generic[T]):
    client: T
    users: int = 0


class StreamLoop:
    """Runs streams on behalf of any number of threads; `drop` closes what they keep open."""

    def __init__(self, name: str, drop: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._name = name
        self._drop = drop
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run `work` on the loop, in the background."""
        # Under the lock, or a loop that is being closed would take the work and never run it.
        with self._lock:
            return asyncio.run_coroutine_threadsafe(work, self._running_loop())

    def items(
        self, produce: Callable[[Put], Coroutine[Any, Any, None]], cancel: CancelToken, lost: Callable[[], EngineError]
    ) -> Iterator[EngineItem]:
        """Yield what `produce` puts until its `EngineDone`; raises its `EngineError`, or `Cancelled` at once.

        `lost` makes the error for work that was ended from outside, by `close`.
        """
        cancel.raise_if_cancelled()
        put = Put()
        future = self.start(produce(put))
        future.add_done_callback(lambda done: put.end(_trouble(done, lost)))
        unregister = cancel.on_cancel(lambda: put.end(None))
        try:
            while True:
                item = put.take()
                if item is None or cancel.cancelled:
                    raise Cancelled(cancel.reason)
                if isinstance(item, Exception):
                    raise item
                yield item
                if isinstance(item, EngineDone):
                    return
        finally:
            unregister()
            future.cancel()

    def close(self) -> None:
        """End the thread and its connections; the next use starts them again."""
        # A stream that starts meanwhile waits for the end of the old connections and gets a loop of its own.
        with self._lock:
            loop, self._loop = self._loop, None
            if loop is None:
                return
            dropped = asyncio.run_coroutine_threadsafe(self._drop(), loop)
            try:
                dropped.result(_CLOSE_SECONDS)
            except TimeoutError:
                _LOG.warning("connections did not close in time and are dropped")
            finally:
                loop.call_soon_threadsafe(loop.stop)
                if self._thread is not None:
                    self._thread.join(_CLOSE_SECONDS)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=_run_loop, args=(self._loop,), name=self._name, daemon=True)
            self._thread.start()
        return self._loop


def _run_loop(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        unfinished = asyncio.all_tasks(loop)
        for task in unfinished:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*unfinished, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def _trouble(done: Future[None], lost: Callable[[], EngineError]) -> Exception | None:
    """Return why the work ended early, None when it did not."""
    if done.cancelled():
        return lost()
    error = done.exception()
    if error is None:
        return None
    return error if isinstance(error, EngineError) else RuntimeError(f"streaming failed: {type(error).__name__}")
