"""Every way in which a server that speaks the OpenAI protocol fails, as one code and a sentence per language.

Knows the exceptions of the `openai` client by name only, so that importing this is cheap. The sentences never
carry a key or the question.
"""

from __future__ import annotations

from typing import Any

from jarvis.contracts.errors import EngineError

_SENTENCES: dict[str, tuple[bool, str, str]] = {
    "auth": (
        False,
        "{where} refused the key for {model}. Enter a valid one in the settings or with “jarvis keys set”.",
        "{where} rechazó la clave de {model}. Introduce una válida en los ajustes o con «jarvis keys set».",
    ),
    "quota": (
        False,
        "The account at {where} has no credit left for {model}. Add credit there or use a local model.",
        "La cuenta de {where} no tiene saldo para {model}. Recárgala allí o usa un modelo local.",
    ),
    "rate_limit": (
        True,
        "{where} takes no more questions for {model} right now. Wait a moment and ask again.",
        "{where} no admite más preguntas para {model} ahora mismo. Espera un momento y pregunta de nuevo.",
    ),
    "context_too_long": (
        False,
        "The conversation is too long for {model}{numbers}. Start a new conversation or ask something shorter.",
        "La conversación es demasiado larga para {model}{numbers}. Empieza otra o haz una pregunta más corta.",
    ),
    "model_unknown": (
        False,
        "{where} does not offer a model called {model}. Choose another one in the settings.",
        "{where} no ofrece ningún modelo llamado {model}. Elige otro en los ajustes.",
    ),
    "refused": (
        False,
        "{where} refused the question to {model}: {detail}. Check the model and the address in the settings.",
        "{where} rechazó la pregunta a {model}: {detail}. Revisa el modelo y la dirección en los ajustes.",
    ),
    "server": (
        True,
        "{where} had a fault of its own ({detail}). Ask again in a moment.",
        "{where} tuvo un fallo propio ({detail}). Pregunta de nuevo en un momento.",
    ),
    "unreachable": (
        True,
        "{where} could not be reached. Check the network and the address in the settings.",
        "No se pudo conectar con {where}. Revisa la red y la dirección en los ajustes.",
    ),
    "timeout": (
        True,
        "{where} did not answer in time. Ask again, or use another model.",
        "{where} no respondió a tiempo. Pregunta de nuevo o usa otro modelo.",
    ),
    "not_an_api": (
        False,
        "{where} answered with something else than a model's answer, such as a web page. "
        "Check the address in the settings; it usually ends in /v1.",
        "{where} respondió algo que no es la respuesta de un modelo, como una página web. "
        "Revisa la dirección en los ajustes; suele acabar en /v1.",
    ),
    "cut_off": (
        True,
        "The answer of {model} broke off; what had arrived is kept. Ask again.",
        "La respuesta de {model} se interrumpió; se conserva lo recibido. Pregunta de nuevo.",
    ),
    "empty": (
        True,
        "{model} gave an empty answer. Ask again or in other words.",
        "{model} dio una respuesta vacía. Pregunta de nuevo o con otras palabras.",
    ),
    "schema": (
        True,
        "The answer of {model} did not have the demanded form. Ask again.",
        "La respuesta de {model} no tenía la forma pedida. Pregunta de nuevo.",
    ),
}

_TOO_LONG_WORDS = ("context length", "context window", "too long", "maximum context", "too many tokens")


def failure(kind: str, *, where: str, model: str, detail: str = "", numbers: str = "") -> EngineError:
    """Return the error with code `engine.<kind>`; `where` is the server's name, `detail` a few technical words."""
    retryable, en, es = _SENTENCES[kind]
    return EngineError(
        f"engine.{kind}", en=en, es=es, retryable=retryable, where=where, model=model, detail=detail, numbers=numbers
    )


def failure_of(error: Exception, *, where: str, model: str, answering: bool) -> EngineError:
    """Return what an exception of the client means; `answering` is True once the server had accepted the question."""
    import openai

    names = {"where": where, "model": model}
    if isinstance(error, openai.APIStatusError):
        return _status_failure(error, names)
    if isinstance(error, openai.APITimeoutError):
        return failure("timeout", **names)
    if isinstance(error, openai.APIConnectionError):
        return failure("cut_off" if answering else "unreachable", **names)
    if isinstance(error, openai.APIError) and answering:
        return failure("schema" if error.code == "schema_mismatch" else "server", **names, detail=_brief(error))
    return failure("not_an_api", **names)


def may_retry(error: Exception) -> bool:
    """True where the same request is likely to succeed a moment later."""
    import openai

    if isinstance(error, openai.RateLimitError):
        return error.code != "insufficient_quota"
    if isinstance(error, openai.APIStatusError):
        return error.status_code >= 500
    return isinstance(error, openai.APIConnectionError) and not isinstance(error, openai.APITimeoutError)


def _status_failure(error: Any, names: dict[str, str]) -> EngineError:
    status = error.status_code
    page = "text/html" in error.response.headers.get("content-type", "")
    if status in (401, 403):
        return failure("auth", **names)
    if status == 429:
        return failure("quota" if error.code == "insufficient_quota" else "rate_limit", **names)
    if status >= 500:
        return failure("server", **names, detail=f"HTTP {status}")
    if page:
        return failure("not_an_api", **names)
    if _is_too_long(error):
        return failure("context_too_long", **names, numbers=_numbers(error))
    if status == 404:
        return failure("model_unknown", **names)
    return failure("refused", **names, detail=_brief(error))


def _is_too_long(error: Any) -> bool:
    if error.status_code == 413 or error.code in ("context_length_exceeded", "context_too_long"):
        return True
    return error.status_code == 400 and any(words in str(error.message).lower() for words in _TOO_LONG_WORDS)


def _numbers(error: Any) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    asked, most = body.get("prompt_tokens"), body.get("context_tokens")
    return f" ({asked} > {most} tokens)" if isinstance(asked, int) and isinstance(most, int) else ""


def _brief(error: Any) -> str:
    """Name the fault in the server's own code, never in its message: that may repeat the question or the key."""
    return str(error.code or error.type or f"HTTP {getattr(error, 'status_code', '?')}")[:80]
