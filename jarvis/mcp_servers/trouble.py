"""Turns what the protocol's package raises into sentences. Imports that package, so import it late."""

from __future__ import annotations

import logging

import httpx2
import mcp_types as types
from mcp import MCPError
from pydantic import ValidationError

from jarvis.contracts.errors import JarvisError
from jarvis.mcp_servers.configuration import ServerEntry
from jarvis.mcp_servers.failures import last_words, server_failure
from jarvis.mcp_servers.schemas import tame_text

_log = logging.getLogger(__name__)


def start_failure(error: BaseException, entry: ServerEntry, lines: tuple[str, ...], *, was_ready: bool) -> JarvisError:
    """Return the sentence for what ended a connection; `lines` are the last ones that the server wrote."""
    plain = innermost(error)
    if isinstance(plain, MCPError) and plain.code == types.CONNECTION_CLOSED and entry.command:
        return server_failure("ended" if was_ready else "ended_early", entry.name, **last_words(lines))
    return _plain_failure(plain, entry)


def call_failure(error: BaseException, entry: ServerEntry, tool: str, seconds: float) -> tuple[JarvisError, bool]:
    """Return the sentence for what ended a call, and whether the connection is lost with it."""
    plain = innermost(error)
    timed_out = isinstance(plain, TimeoutError) or (isinstance(plain, MCPError) and plain.code == types.REQUEST_TIMEOUT)
    if timed_out:
        return server_failure("call_timeout", entry.name, tool=tame_text(tool, 60), seconds=round(seconds)), False
    lost = isinstance(plain, httpx2.HTTPError | OSError) or (
        isinstance(plain, MCPError) and plain.code == types.CONNECTION_CLOSED
    )
    return _plain_failure(plain, entry), lost


def innermost(error: BaseException) -> BaseException:
    """Return the first plain error in groups of errors in groups."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return error


def _plain_failure(plain: BaseException, entry: ServerEntry) -> JarvisError:
    if isinstance(plain, JarvisError):
        return plain
    if isinstance(plain, MCPError):
        return server_failure("refused", entry.name, why=tame_text(str(plain), 200))
    if isinstance(plain, httpx2.HTTPError | OSError | TimeoutError):
        return server_failure("unreachable", entry.name, why=tame_text(str(plain), 200) or type(plain).__name__)
    if not isinstance(plain, ValidationError | RecursionError):
        _log.error("the server %s was not understood", entry.name, exc_info=plain)
    return server_failure("odd", entry.name, why=type(plain).__name__)
