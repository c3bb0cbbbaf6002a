"""What a short command does before it looks into the memory. Waits for no other process and for no long backlog."""

from __future__ import annotations

from collections.abc import Callable

from jarvis.app.memory_work import MemoryWork
from jarvis.contracts.errors import JarvisError, Language

_BACKLOG: dict[Language, str] = {
    "en": "Not everything that came in lately has been remembered yet; Jarvis goes on with it while it is open, and "
    "with every command. What follows may lack some of it.",
    "es": "Aún no se ha recordado todo lo que llegó últimamente; Jarvis sigue con ello mientras está abierto y con "
    "cada orden. A lo que sigue puede faltarle algo.",
}


def freshen(finish: Callable[[], object], work: MemoryWork, language: Language) -> tuple[str, ...]:
    """Finish what a dead process left half-forgotten, and remember what was said until now.

    `finish` raises at once where another process is to do it. What could not be done now is returned as sentences.
    """
    notices: list[str] = []
    try:
        finish()
    except JarvisError as error:
        notices.append(error.sentence(language))
    work.remember_before_question()
    if work.trouble is not None:
        notices.append(work.trouble.sentence(language))
    elif work.unfinished:
        notices.append(_BACKLOG[language])
    return tuple(notices)
