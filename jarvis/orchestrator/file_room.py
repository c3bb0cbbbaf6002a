"""How much more of attached files a model with a wide context is shown than one on this computer. Pure.

What fits everywhere is part of the prompt that all are weighed with; what comes beyond is bounded by the model's own
context, by money, and by what is left of the budget, so it is held to be worth its price and changes no order.
"""

from __future__ import annotations

from typing import Final

from jarvis.contracts.ports import EngineStatus
from jarvis.contracts.routing import RouteQuestion

FILES_SHARE: Final = 0.75
"""Of what prompt and answer leave of a context; the rest is for tokens that were counted too low."""

FILES_USD: Final = 0.10
"""Most that reading further into files may cost for one question: 40 pages of a dear model, hundreds of a cheap one.
Only one model reads further, once: none that is offered tools, which reads the prompt again after each."""

MOST_TOKENS: Final = 100_000
"""More is never sent along."""

RESERVED: Final = 4
"""Times its likely price that is set aside for a prompt: as many tokens as its characters can be, cached at a
surcharge."""


def further_tokens(
    question: RouteQuestion, engine: EngineStatus, needed: int, reads_usd: float, left_usd: float | None
) -> int:
    """Return how many tokens of files `engine` is sent beyond what fits everywhere.

    `needed` are the tokens of prompt, thought and answer without them, `reads_usd` dollars per million tokens read,
    `left_usd` what is left of the budget for them at their likely price, None without a budget.
    """
    if engine.where == "local" or not engine.context_tokens or not question.further_tokens:
        return 0
    if question.tools_offered and "tools" in engine.abilities:
        return 0
    room = (engine.context_tokens - needed) * FILES_SHARE
    usd = FILES_USD if left_usd is None else min(FILES_USD, left_usd)
    affordable = usd * 1_000_000 / reads_usd if reads_usd > 0 else MOST_TOKENS
    return max(0, int(min(question.further_tokens, room, affordable, MOST_TOKENS)))
