"""How a question wants to be answered, told from its first words: with more thought, or anew. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_DEEPER = (
    r"(?:please |now |can you |could you )?"
    r"think (?:deeper|harder|more deeply|it through|hard)(?: about (?:it|that|this))?"
    r"|(?:por favor,? |ahora )?(?:pi[ée]nsalo|piensa|pi[ée]nsatelo|reflexiona) "
    r"(?:m[áa]s a fondo|a fondo|mejor|m[áa]s|bien|con (?:m[áa]s )?calma|dos veces)"
    r"|(?:puedes|podr[íi]as) pensarlo (?:m[áa]s a fondo|a fondo|mejor|m[áa]s|bien|con (?:m[áa]s )?calma)"
    r"|dale (?:otra vuelta|m[áa]s vueltas)"
    r"|(?:pregunta|consulta) a (?:todos|los especialistas)|ask (?:everybody|the specialists)"
)
_ANEW = (
    r"ask (?:it |that )?again|answer (?:it |that )?(?:again|anew)|not from (?:the )?cache"
    r"|preg[úu]nta(?:lo)? (?:otra vez|de nuevo)|resp[óo]nde(?:lo)? (?:otra vez|de nuevo)"
    r"|vuelve a (?:preguntar|responder)(?:lo)?|no de la (?:cach[ée]|memoria)"
)
_CALLED = r"[¡¿]?(?:(?:hey|oye|hola|ok|okay)?,? ?jarvis,? )?[¡¿]?"
_ALONE = re.compile(
    rf"^{_CALLED}(?:(?P<deeper>{_DEEPER})|(?P<anew>{_ANEW}))(?:,? (?:please|por favor))?[.!?…]*$", re.IGNORECASE
)
_BEFORE = re.compile(
    rf"^{_CALLED}(?:(?P<deeper>{_DEEPER})|(?P<anew>{_ANEW}))\s*(?:[:;,.!–—]|about|sobre|en)\s+(?P<rest>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """`deeper`: several specialists together; `anew`: no earlier answer. `text` is what is left to be answered, empty
    when the last question is meant."""

    kind: Literal["deeper", "anew"]
    text: str


def manner_of(text: str) -> Manner | None:
    """Return how `text` says that it wants to be answered; None for a question that says nothing of it."""
    plain = " ".join(text.split()) if len(text) < 400 else text.strip()
    found = _ALONE.match(plain) or _BEFORE.match(plain)
    if found is None:
        return None
    rest = found.groupdict().get("rest") or ""
    return Manner(kind="deeper" if found["deeper"] else "anew", text=rest)
