"""What an answer took, in a few words for the line under it. Pure; knows no widget."""

from __future__ import annotations

from jarvis.contracts.events import AskFinished, RouteChosen
from jarvis.desktop import message_texts as texts
from jarvis.desktop.decision_facts import Figures, rate
from jarvis.desktop.resources_figures import dollars, number
from jarvis.desktop.unbroken import NO_BREAK
from jarvis.desktop.words import Words


def figures_of_end(event: AskFinished, route: RouteChosen | None, hops: int) -> Figures | None:
    """Return what the end of an answer tells of it; None for one that no model wrote now."""
    if event.source != "model" or event.cached:
        return None
    writing = event.timings.get("total", 0.0) - event.timings.get("first_text", 0.0)
    places = {row.get("model"): row.get("where") for row in route.details} if route is not None else {}
    return Figures(
        usage=event.usage,
        rate=rate(event.usage.completion_tokens, writing) if "first_text" in event.timings else None,
        cost_usd=event.cost_usd,
        cloud=places.get(event.model) == "cloud" or event.cost_usd is None,
        hops=hops,
    )


def figure_words(figures: Figures, words: Words) -> list[str]:
    """Return speed, cost and failures, each in a few words; what is nothing is left out."""
    parts = []
    if figures.rate is not None:
        text = texts.ABOUT_TOKENS_A_SECOND if figures.estimated else texts.TOKENS_A_SECOND
        parts.append(words(text, rate=rate_text(figures.rate, words)))
    if figures.cost_usd is None:
        parts.append(words(texts.COST_UNKNOWN))
    elif figures.cost_usd > 0 or figures.cloud:
        parts.append(dollars(figures.cost_usd, words.language))
    if figures.hops:
        parts.append(words(texts.ONE_HOP) if figures.hops == 1 else words(texts.HOPS, count=figures.hops))
    return parts


def rate_text(tokens_per_second: float, words: Words) -> str:
    """Return a speed with one decimal below ten."""
    return number(tokens_per_second, words.language, 1 if tokens_per_second < 10 else 0)


def whole(count: int, words: Words) -> str:
    """Return a count with the language's own separator of thousands."""
    return number(count, words.language)


def percent(share: float, words: Words) -> str:
    """Return a share 0..1 as a percentage, written as the language does."""
    return f"{share * 100:.0f}{NO_BREAK}%" if words.language == "es" else f"{share * 100:.0f}%"
