"""The lines of a model's card: facts, state, place and what is in memory, in words. Knows no layout."""

from __future__ import annotations

from dataclasses import dataclass, replace

from jarvis.contracts.model_desk import ModelView
from jarvis.contracts.placement import Placement, Refusal
from jarvis.desktop import models_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.fact_lines import joined
from jarvis.desktop.models_figures import fits_line, is_slow, mebibytes, size, span, speed
from jarvis.desktop.models_stock import Fit
from jarvis.desktop.models_transfers import Fetch
from jarvis.desktop.resources_figures import number
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import Role
from jarvis.desktop.unbroken import unbroken
from jarvis.desktop.window_words import in_window
from jarvis.desktop.words import Words

_LANGUAGES_SHOWN = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Lines:
    """A sentence, what stands under it, and the icon beside it; all empty where there is nothing to say."""

    first: str = ""
    second: str = ""
    icon: str = ""
    role: Role = "muted"


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """How a model stands: its word, its icon, why it failed, and a hint beside the progress.

    `plain` is what the page already says of all of its models.
    """

    text: Text
    icon: str = ""
    role: Role = "muted"
    trouble: str = ""
    hint: Text | None = None
    plain: bool = False


_STATES: dict[str, State] = {
    "active": State(text=texts.ACTIVE, icon="check", role="good"),
    "installed": State(text=texts.INSTALLED, icon="check", role="muted"),
    "inactive": State(text=texts.INACTIVE, icon="stop", role="muted"),
    "available": State(text=texts.AVAILABLE, plain=True),
    "downloading": State(text=texts.PAUSED, icon="pause", role="warn", hint=texts.KEPT),
}


def state_of(view: ModelView, fetch: Fetch | None, desk: Desk) -> State:
    """Return how a model stands, a download of this desktop before what the list says."""
    if fetch is not None and fetch.state == "queued":
        return State(text=texts.QUEUED, icon="download", role="muted")
    if fetch is not None and fetch.state == "running":
        if fetch.pausing:
            return State(text=texts.PAUSING, icon="pause", role="warn")
        running = texts.DOWNLOADING if fetch.act == "download" else texts.UPDATING
        return State(text=running, icon="download", role="accent")
    if fetch is not None and fetch.state == "cancelled" and fetch.stands_in_the_way:
        return State(text=texts.PAUSED, icon="pause", role="warn", hint=texts.KEPT)
    if fetch is not None and fetch.failure is not None:
        why = desk.words(texts.FAILED_BECAUSE, why=desk.sentence(fetch.failure))
        if not fetch.stands_in_the_way and view.state in _STATES:
            return replace(_STATES[view.state], trouble=why)
        return State(text=texts.FAILED, icon="warning", role="bad", trouble=why)
    if view.state == "failed":
        why = desk.words(texts.FAILED_BECAUSE, why=in_window(view.failure))
        return State(text=texts.FAILED, icon="warning", role="bad", trouble=why)
    if view.source == "cloud" and view.state != "active":
        return State(text=texts.IN_CLOUD, plain=True)
    return _STATES[view.state]


def fact_line(view: ModelView, here: tuple[str, ...], words: Words) -> str:
    """Return kind, size, quantization, context and licence."""
    language = words.language
    parts = [words(texts.KINDS[view.kind])]
    if view.bytes:
        told = texts.TO_FETCH if view.state in {"available", "downloading"} else texts.ON_DISK
        parts.append(words(told, size=size(view.bytes, language)))
    if view.quantization:
        parts.append(view.quantization)
    if view.context_tokens:
        parts.append(words(texts.CONTEXT, tokens=number(view.context_tokens, language)))
    if view.licence:
        parts.append(words(texts.LICENCE, licence=view.licence))
    if view.gated:
        parts.append(words(texts.GATED))
    if view.source == "ollama":
        parts.append(words(texts.FROM_OLLAMA))
    if view.source == "import":
        parts.append(words(texts.FROM_IMPORT))
    if here:
        parts.append(words(texts.HERE_AS, quantizations=", ".join(here)))
    return joined(parts)


def use_line(view: ModelView, words: Words) -> str:
    """Return languages and abilities; of a gated model that is not here, what is to be done first."""
    parts = []
    abilities = [words(texts.ABILITIES[each]) for each in view.abilities if each in texts.ABILITIES]
    if abilities and view.kind == "text":
        parts.append(", ".join(abilities))
    if view.languages:
        shown = [code.upper() for code in view.languages[:_LANGUAGES_SHOWN]]
        rest = len(view.languages) - len(shown)
        told = " ".join([*shown, *([f"+{rest}"] if rest else [])])
        parts.append(words(texts.LANGUAGES, languages=told))
    line = joined(parts)
    if view.gated and view.state in {"available", "failed"}:
        return "\n".join(part for part in (line, words(texts.GATED_BODY)) if part)
    return line


def fit_lines(fit: Fit | None, desk: Desk) -> Lines:
    """Return whether it fits, where it would go, how fast it would be, and why."""
    words = desk.words
    if fit is None:
        return Lines(first=words(texts.WEIGHING))
    if isinstance(fit, Placement):
        slow = is_slow(fit)
        told = unbroken(_sentence(fit.reason(words.language)))
        loads = words(texts.LOADS_IN, time=span(fit.load_seconds, words))
        return Lines(
            first=fits_line(fit, words),
            second=joined((told, _sentence(loads))),
            icon="warning" if slow else "check",
            role="warn" if slow else "good",
        )
    if isinstance(fit, Refusal):
        why = unbroken(_sentence(fit.why(words.language)))
        return Lines(first=words(texts.FITS_NOT), second=why, icon="close", role="bad")
    return Lines(first=words(texts.FITS_UNKNOWN, why=desk.sentence(fit)), icon="info")


def loaded_line(view: ModelView, words: Words) -> str:
    """Return where it is in memory, whether it stays there, and how fast it was."""
    parts, language = [], words.language
    if view.device is not None:
        if view.vram_mib:
            memory = mebibytes(view.vram_mib, language)
            parts.append(words(texts.LOADED, device=view.device, memory=memory))
        else:
            parts.append(words(texts.LOADED_CPU, device=view.device))
    if view.pinned:
        parts.append(words(texts.PINNED))
    if view.tokens_per_second:
        parts.append(words(texts.MEASURED, speed=speed(view.tokens_per_second, language)))
    return joined(parts)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
