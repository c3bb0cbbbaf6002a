"""Reads a yes or a no from a short reply, in either language. Pure."""

from __future__ import annotations

import re
import unicodedata

_YES = frozenset(
    "yes|yeah|yep|yup|sure|ok|okay|do it|please do|go ahead|of course|correct|right|thats right|confirm|yes please|"
    "si|claro|vale|hazlo|adelante|de acuerdo|por supuesto|correcto|eso es|exacto|confirmo|si por favor|venga|dale|"
    "affirmative|absolutely|si claro|si hazlo|yes do it|claro que si".split("|")
)
_NO = frozenset(
    "no|nope|nah|dont|do not|cancel|stop|never mind|nevermind|no thanks|wrong|forget it|no dont|negative|not now|"
    "no lo hagas|cancela|cancelalo|dejalo|para|mejor no|no gracias|olvidalo|ahora no|incorrecto|que no|nada|"
    "no cancel|no cancela|no thank you".split("|")
)
_FILLER = frozenset("jarvis hey oye um uh eh pues well bueno".split())


def confirmation_of(text: str) -> bool | None:
    """Return True for a yes, False for a no, None when `text` is neither and so is a new question."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("'", "").replace("’", "")
    words = [word for word in re.findall(r"\w+", plain) if word not in _FILLER]
    phrase = " ".join(words)
    if phrase in _YES:
        return True
    if phrase in _NO:
        return False
    return None
