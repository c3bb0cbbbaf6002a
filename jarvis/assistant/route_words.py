"""What is told of a decision: the event that shows it, and the sentences for when nobody can answer. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.events import RouteChosen
from jarvis.contracts.ports import EngineStatus
from jarvis.contracts.routing import Assessment, Decision

if TYPE_CHECKING:
    from jarvis.assistant.candidate import Asked

NO_SUCH_MODEL: dict[Language, str] = {
    "en": "There is no model called “{model}” here, so another one answers; “jarvis models list” names them.",
    "es": "Aquí no hay ningún modelo llamado «{model}» y responde otro; «jarvis models list» los nombra.",
}
NOBODY_FITS: dict[Language, str] = {
    "en": "Working together does not fit the limits of time and money now; one model answers alone.",
    "es": "Trabajar juntos no cabe ahora en los límites de tiempo y gasto; responde un solo modelo.",
}
ALONE: dict[Language, str] = {
    "en": "Working together failed ({why}); one model answers alone.",
    "es": "Trabajar juntos falló ({why}); responde un solo modelo.",
}
FROM_CACHE: dict[Language, str] = {
    "en": "Answered from cache: “{asked}” was asked before.",
    "es": "Respuesta ya dada: antes se preguntó «{asked}».",
}
_CANNOT: dict[Language, str] = {
    "en": "I cannot answer that yet: it needs a language model, and none can run here now.",
    "es": "Aún no puedo responder a eso: hace falta un modelo de lenguaje y ahora no hay ninguno disponible.",
}


def chosen(asked: Asked, assessment: Assessment, decision: Decision) -> RouteChosen:
    """Return the event that shows `decision`, with every candidate's numbers."""
    return RouteChosen(
        ask_id=asked.ask_id,
        candidates=tuple(candidate.engine for candidate in decision.candidates),
        reason=decision.reason,
        difficulty=round(assessment.difficulty, 4),
        domain=assessment.domain,
        details=tuple(asdict(candidate) for candidate in decision.candidates),
        excluded=tuple(asdict(one) for one in decision.excluded),
    )


def nobody_can(statuses: Iterable[EngineStatus], decision: Decision, language: Language) -> str:
    """Return that nobody can answer, with every engine's reason once."""
    reasons = [status.sentence for status in statuses if status.sentence]
    reasons += [one.why for one in decision.excluded if one.code != "missing"]
    return "\n\n".join(dict.fromkeys([_CANNOT[language], *reasons]))


def result_stays() -> EngineError:
    """Return the failure of a question whose tool results may not leave while no model here can go on."""
    return EngineError(
        "tool.stays",
        en="The tool did its work, but the model that asked for it is gone, and what tools brought stays on this "
        "computer. Ask again with a model here.",
        es="La herramienta hizo su trabajo, pero el modelo que la pidió ya no está y lo que trajo no sale de este "
        "equipo. Repite con un modelo de aquí.",
    )
