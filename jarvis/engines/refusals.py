"""What a server's refusal means, whichever API it speaks, and whether and when asking once more makes sense.

Each API fills a `Refusal` from its own exceptions. A refusal's message is only searched for words, never shown:
it may repeat the question or the key.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jarvis.contracts.errors import EngineError
from jarvis.engines.failures import failure
from jarvis.engines.wire_limits import limit_failure

_TOO_LONG_WORDS = (
    "context length",
    "context window",
    "too long",
    "maximum context",
    "too many tokens",
    "input token count",
    "exceeds the maximum number of tokens",
    "exceeds the available context",
)
_TOO_LONG_CODES = ("context_length_exceeded", "context_too_long")
_QUOTA_CODES = ("insufficient_quota", "billing_error", "credit_balance_too_low")
_QUOTA_WORDS = ("credit balance", "insufficient balance", "perday", "per day")
_KEY_WORDS = ("api_key_invalid", "api key not valid", "api key expired", "invalid api key")
_OVERLOAD_CODES = ("overloaded_error", "overloaded", "UNAVAILABLE")


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """An answer that is none: its HTTP status, the server's own code, its private message, whether it is a web page.

    `pause_seconds` is what the server asks to wait, None when it says nothing.
    """

    status: int
    code: str = ""
    message: str = field(default="", repr=False)
    page: bool = False
    numbers: str = ""
    pause_seconds: float | None = None


def refusal_failure(refusal: Refusal, *, where: str, model: str) -> EngineError:
    """Return the error that a person is told."""
    names = {"where": where, "model": model}
    status, words = refusal.status, refusal.message.lower()
    if status in (401, 403) or (status == 400 and any(word in words for word in _KEY_WORDS)):
        return failure("auth", **names)
    if _no_credit(refusal):
        return failure("quota", **names)
    if status == 429:
        return failure("rate_limit", **names)
    if status == 529 or refusal.code in _OVERLOAD_CODES:
        return failure("overloaded", **names)
    if status in (408, 504) or refusal.code in ("timeout_error", "DEADLINE_EXCEEDED"):
        return failure("timeout", **names)
    if 300 <= status < 400:
        return failure("moved", **names)
    if status >= 500:
        return failure("server", **names, detail=f"HTTP {status}")
    if refusal.page:
        return failure("not_an_api", **names)
    if status == 413 or refusal.code in _TOO_LONG_CODES or (status == 400 and _speaks_of(words, _TOO_LONG_WORDS)):
        return failure("context_too_long", **names, numbers=refusal.numbers)
    if status in (404, 410):
        return failure("model_unknown", **names)
    return failure("refused", **names, detail=(refusal.code or f"HTTP {status}")[:80])


def pause_before_retry(refusal: Refusal) -> float | None:
    """Return how many seconds to wait before the same request may succeed, None where it will not."""
    passing = refusal.status in (408, 409, 425, 429) or refusal.status >= 500
    if not passing or _no_credit(refusal):
        return None
    return refusal.pause_seconds or 0.0


def pause_wanted(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that Retry-After demands; None where it is missing or no number of seconds."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * scale
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return seconds
    return None


def is_page(headers: Mapping[str, str]) -> bool:
    """True where the body is a web page."""
    return "text/html" in headers.get("content-type", "")


def openai_failure(error: Exception, *, where: str, model: str, answering: bool) -> EngineError:
    """Return what an exception of the `openai` client means; `answering` once the question had been accepted."""
    import openai

    names = {"where": where, "model": model}
    if limit := limit_failure(error, **names):
        return limit
    if isinstance(error, openai.APIStatusError):
        return refusal_failure(openai_refusal(error), **names)
    if isinstance(error, openai.APITimeoutError):
        return failure("timeout", **names)
    if isinstance(error, openai.APIConnectionError):
        return failure("cut_off" if answering else "unreachable", **names)
    if isinstance(error, openai.APIError) and answering:
        # The local server ends a stream this way when an answer misses its schema.
        detail = str(error.code or error.type or "?")[:80]
        return failure("schema" if error.code == "schema_mismatch" else "server", **names, detail=detail)
    return failure("not_an_api", **names)


def openai_pause(error: Exception) -> float | None:
    """Return how many seconds to wait before the same request of the `openai` client may succeed, or None."""
    import openai

    if isinstance(error, openai.APIStatusError):
        return pause_before_retry(openai_refusal(error))
    passing = isinstance(error, openai.APIConnectionError) and not isinstance(error, openai.APITimeoutError)
    return 0.0 if passing else None


def openai_refusal(error: Any) -> Refusal:
    """Return what an `openai.APIStatusError` says."""
    body = error.body if isinstance(error.body, dict) else {}
    asked, most = body.get("prompt_tokens"), body.get("context_tokens")
    known = isinstance(asked, int) and isinstance(most, int)
    return Refusal(
        status=error.status_code,
        code=str(error.code or error.type or ""),
        message=f"{error.message} {error.body}",
        page=is_page(error.response.headers),
        numbers=f" ({asked} > {most} tokens)" if known else "",
        pause_seconds=pause_wanted(error.response.headers),
    )


def _no_credit(refusal: Refusal) -> bool:
    if refusal.status == 402 or refusal.code in _QUOTA_CODES:
        return True
    return refusal.status in (400, 429) and _speaks_of(refusal.message.lower(), _QUOTA_WORDS)


def _speaks_of(message: str, words: tuple[str, ...]) -> bool:
    return any(word in message for word in words)
