"""HTTP side of the model child: checks the key and the request, posts a job, and streams what comes of it.

A client that goes away cancels its job, in the queue, in the prompt and in the answer, streamed or not.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from jarvis.engines.children.chat_answer import Answer, Finished, Gathered, Item, sse
from jarvis.engines.children.chat_protocol import ChatRequest, ProtocolError, parse_chat
from jarvis.engines.children.llama_model import Aborted
from jarvis.engines.children.model_owner import Delivery, Job, ModelOwner, Work
from jarvis.engines.children.placed_llama import Sampling
from jarvis.engines.children.tool_book import ToolBook, Validate, validator
from jarvis.engines.children.tool_calls import AnswerParts
from jarvis.engines.schema_patterns import plain_json

if TYPE_CHECKING:
    from llama_cpp.llama_grammar import LlamaGrammar

    from jarvis.engines.children.llama_model import LlamaModel

KEEP_ALIVE_SECONDS = 2.0
"""A stream that has nothing to say yet sends a comment this often, so that its reader can tell slow from dead."""

_CLIENT_LEFT = 499


def routes(model: LlamaModel, *, name: str, key: str) -> Starlette:
    """Return the application that serves `model` under `name` to whoever knows `key`."""
    server = _Server(model, name, key)
    return Starlette(
        routes=[
            Route("/healthz", server.health),
            Route("/v1/models", server.models),
            Route("/v1/chat/completions", server.chat, methods=["POST"]),
        ]
    )


class _Server:
    def __init__(self, model: LlamaModel, name: str, key: str) -> None:
        self._model = model
        self._name = name
        self._key = key.encode("utf-8")
        self._owner = ModelOwner(raise_abort=model.abort.up, lower_abort=model.abort.down, aborted=(Aborted,))

    async def health(self, request: Request) -> Response:
        return self._guarded(request) or JSONResponse({"status": "ok"})

    async def models(self, request: Request) -> Response:
        entry = {"id": self._name, "object": "model", "created": 0, "owned_by": "jarvis"}
        return self._guarded(request) or JSONResponse({"object": "list", "data": [entry]})

    async def chat(self, request: Request) -> Response:
        if refused := self._guarded(request):
            return refused
        try:
            asked = parse_chat(await request.body())
            if asked.model != self._name:
                raise ProtocolError(404, "model_not_found", f"Only {self._name} is served here, not {asked.model}.")
            work, validate = await run_in_threadpool(self._prepared, asked)
        except ProtocolError as error:
            return _refusal(error)
        task = _Task(self._owner, work)
        answer = Answer(model=self._name)
        if asked.stream:
            return _Stream(task, answer, wants_usage=asked.wants_usage, validate=validate)
        return await _whole(request, task, answer, validate)

    def _prepared(self, asked: ChatRequest) -> tuple[Work, Validate | None]:
        """Return what is to be run for `asked`, and the check of an answer in JSON; `ProtocolError` when it cannot."""
        schema = asked.schema_body()
        validate = validator(schema) if schema is not None else None
        book = ToolBook(asked.offered_tools(), must_call=asked.must_call, parallel=asked.parallel_tool_calls)
        enforced = schema is not None or book.must_call
        prompt = self._model.prompt(asked.turns(), book.tools, answer_now=enforced)
        sampling = self._sampling(asked, book)

        def work() -> Iterator[Item]:
            parts = AnswerParts(tools=book.names(), thinking=prompt.thinking, plain=enforced)
            return book.items(self._model.answer(prompt, sampling), parts)

        return work, validate

    def _sampling(self, asked: ChatRequest, book: ToolBook) -> Sampling:
        schema = asked.schema_body()
        grammar: LlamaGrammar | None = None
        triggers: tuple[str, ...] = ()
        if schema is not None:
            grammar = self._model.grammar(schema)
        elif book.tools:
            grammar, triggers = self._call_grammar(book)
        return Sampling(
            max_tokens=asked.max_completion_tokens or asked.max_tokens,
            temperature=asked.temperature,
            top_p=asked.top_p,
            frequency_penalty=asked.frequency_penalty,
            presence_penalty=asked.presence_penalty,
            stops=asked.stops(),
            seed=asked.seed,
            grammar=grammar,
            triggers=triggers,
        )

    def _call_grammar(self, book: ToolBook) -> tuple[LlamaGrammar | None, tuple[str, ...]]:
        """Return the grammar of the calls and its cues; none where the answer may be text and it cannot be enforced:
        every call is checked all the same."""
        try:
            grammar = self._model.call_grammar(book)
        except ProtocolError:
            if book.must_call:
                raise
            return None, ()
        return grammar, () if book.must_call else book.triggers(self._model.template.style)

    def _guarded(self, request: Request) -> Response | None:
        offered = request.headers.get("authorization", "").removeprefix("Bearer ").encode("utf-8")
        if self._key and hmac.compare_digest(offered, self._key):
            return None
        return _refusal(ProtocolError(401, "invalid_api_key", "The key is missing or wrong."))


class _Task:
    """A job as the event loop sees it."""

    def __init__(self, owner: ModelOwner, work: Work) -> None:
        loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Delivery] = asyncio.Queue()
        self._owner = owner
        self._job = Job(work, lambda item: _post(loop, self._queue, item))

    @asynccontextmanager
    async def running(self, receive: Receive) -> AsyncIterator[Callable[[], Awaitable[Delivery]]]:
        """Run the job inside the block; it is given up when the client leaves or the block ends."""
        watch = asyncio.create_task(self._cancel_when_left(receive))
        self._owner.submit(self._job)
        try:
            yield self._queue.get
        finally:
            watch.cancel()
            self._owner.cancel(self._job)

    async def _cancel_when_left(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            continue
        self._owner.cancel(self._job)


class _Stream(Response):
    """Server-sent events of one answer."""

    def __init__(self, task: _Task, answer: Answer, *, wants_usage: bool, validate: Validate | None) -> None:
        super().__init__(media_type="text/event-stream", headers={"cache-control": "no-store"})
        del self.headers["content-length"]
        self._task = task
        self._answer = answer
        self._wants_usage = wants_usage
        self._validate = validate

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await _send(send, self._answer.opening())
        gathered = Gathered()
        async with self._task.running(receive) as take:
            while (item := await _next(take, send)) is not None:
                if isinstance(item, Finished | ProtocolError):
                    await _send(send, self._last(item, gathered.text))
                else:
                    await _send(send, self._answer.piece(item, gathered.calls))
                    gathered.add(item)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _last(self, item: Finished | ProtocolError, text: str) -> bytes:
        if isinstance(item, Finished):
            error = _mismatch(self._validate, text, item)
            return sse(error.document()) if error else self._answer.closing(item, wants_usage=self._wants_usage)
        return sse(item.document())


async def _whole(request: Request, task: _Task, answer: Answer, validate: Validate | None) -> Response:
    gathered = Gathered()
    async with task.running(request.receive) as take:
        while (item := await take()) is not None:
            if isinstance(item, Finished):
                error = _mismatch(validate, gathered.text, item)
                return _refusal(error) if error else JSONResponse(answer.whole(gathered, item))
            if isinstance(item, ProtocolError):
                return _refusal(item)
            gathered.add(item)
    return Response(status_code=_CLIENT_LEFT)


async def _next(take: Callable[[], Awaitable[Delivery]], send: Send) -> Delivery:
    """Return the next item, sending comments while there is none."""
    waiting = asyncio.ensure_future(take())
    try:
        while not (await asyncio.wait({waiting}, timeout=KEEP_ALIVE_SECONDS))[0]:
            await _send(send, b": working\n\n")
        return waiting.result()
    finally:
        waiting.cancel()


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


def _post(loop: asyncio.AbstractEventLoop, items: asyncio.Queue[Delivery], item: Delivery) -> None:
    loop.call_soon_threadsafe(items.put_nowait, item)


def _mismatch(validate: Validate | None, text: str, end: Finished) -> ProtocolError | None:
    """Say how the answer misses its schema: grammars do not hold bounds, and an answer may be cut off."""
    if validate is None:
        return None
    try:
        validate(plain_json(text))
    except ValueError as error:
        why = "it was cut off at max_tokens" if end.finish_reason == "length" else str(error)
        return ProtocolError(422, "schema_mismatch", f"The answer does not follow the JSON schema: {why}")
    return None


def _refusal(error: ProtocolError) -> Response:
    return JSONResponse(error.document(), status_code=error.status)
