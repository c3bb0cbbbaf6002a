"""What goes along with a question, as routing weighs it: how much, how many pictures, whether it must stay. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from jarvis.assistant.attached import room_for_files
from jarvis.assistant.candidate import Asked
from jarvis.assistant.prompt import CHARACTERS_PER_TOKEN, tokens_asked, turns_worth_telling
from jarvis.contracts.guard import Redactor
from jarvis.contracts.ports import EngineStatus
from jarvis.contracts.tools import Toolbox

MOST_LOOKED_THROUGH: Final = 400_000
"""Characters of attached files that are looked through for personal data; what is longer stays here unread."""


def pictures_told(asked: Asked, statuses: Iterable[EngineStatus]) -> int:
    """Return how many pictures ask for a model that sees; those of earlier questions do where there is one."""
    somebody = any("vision" in one.abilities and one.state in {"ready", "loadable"} for one in statuses)
    return len(asked.request.images) + len(asked.attached.pictures(recent=somebody))


def tokens_told(asked: Asked, context_tokens: int, answer_tokens: int) -> int:
    """Return about how many tokens go with a question: earlier turns, and of attached files what there is room for."""
    told = round(sum(len(message.text) for message in asked.history) / CHARACTERS_PER_TOKEN)
    turns = min(told, max(context_tokens - answer_tokens, 256) // 2)
    if not asked.attached:
        return turns
    own = tokens_asked(asked.text)
    files = _file_tokens(asked, context_tokens, answer_tokens)[0]
    return min(turns + files, max(context_tokens - answer_tokens - own, 0))


def tokens_beyond(asked: Asked, context_tokens: int, answer_tokens: int) -> int:
    """Return about how many tokens of the attached files do not fit a context."""
    return _file_tokens(asked, context_tokens, answer_tokens)[1] if asked.attached else 0


def _file_tokens(asked: Asked, context_tokens: int, answer_tokens: int) -> tuple[int, int]:
    """Return about how many tokens of the attached files fit, and how many do not."""
    room = room_for_files(context_tokens, answer_tokens, tokens_asked(asked.text), CHARACTERS_PER_TOKEN)
    characters = asked.attached.characters()
    fits = min(characters, room)
    return round(fits / CHARACTERS_PER_TOKEN), math.ceil((characters - fits) / CHARACTERS_PER_TOKEN)


def tools_offered(toolbox: Toolbox | None, asked: Asked) -> bool:
    """Tell whether a model elsewhere that takes tools gets any with this question."""
    return toolbox is not None and any(not spec.private for spec in toolbox.specs(asked.text, asked.language))


def must_stay(redactor: Redactor | None, asked: Asked) -> bool:
    """Tell whether a question, or what would go with it to a server, has personal data, or more than is looked through;
    without a `redactor` nothing is looked for."""
    if redactor is None:
        return False
    files = asked.attached.texts()
    if sum(map(len, files)) > MOST_LOOKED_THROUGH:
        return True
    told = turns_worth_telling(asked.history, leaving=True)
    return any(redactor.findings(text) for text in (asked.text, *files, *(message.text for message in told)))
