"""Reads a yes or a no from a short reply, in either language. Pure.

A reply is a yes or a no only when all of it is: a leading word, then nothing but words that repeat what was asked.
"""

from __future__ import annotations

import re
import unicodedata

_YES = frozenset(
    "yes yeah yep yup y sure ok okay si claro vale venga dale affirmative absolutely correct right".split()
)
_NO = frozenset("no nope nah n negative".split())
_YES_ALONE = frozenset(
    "do it|please do|go ahead|of course|that is right|thats right|confirm|hazlo|adelante|de acuerdo|por supuesto|"
    "correcto|eso es|exacto|confirmo|delete it|borralo|borrala".split("|")
)
_NO_ALONE = frozenset(
    "dont|do not|cancel|stop|never mind|nevermind|wrong|forget it|not now|keep it|leave it|cancela|cancelalo|dejalo|"
    "dejala|para|mejor no|olvidalo|ahora no|incorrecto|que no|nada".split("|")
)
_AGREEING = frozenset(
    "yes yeah sure ok okay please do it that them all go ahead of course right delete remove clear empty "
    "forget cancel erase thanks thank you si claro vale que por favor hazlo adelante de acuerdo supuesto "
    "gracias borra borralo borrala borralos borralas elimina eliminalo eliminala vacia vaciala vacialo cancela "
    "cancelalo cancelala cancelalos todo toda todos todas quita quitalo quitala olvida olvidalo olvidala "
    "exacto eso es".split()
)
_REFUSING = frozenset(
    "no dont do not it that them delete remove clear forget cancel stop never mind nevermind thanks thank you "
    "wait wrong leave keep please gracias lo la los las hagas borres elimines canceles olvides dejalo dejala "
    "mejor cancela para espera ahora que nada por favor olvidalo".split()
)
_FILLER = frozenset("jarvis hey oye um uh eh pues well bueno".split())


def confirmation_of(text: str) -> bool | None:
    """Return True for a yes, False for a no, None when `text` is neither and so is a new question."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("'", "").replace("’", "")
    words = [word for word in re.findall(r"\w+", plain) if word not in _FILLER]
    phrase = " ".join(words)
    if phrase in _YES_ALONE:
        return True
    if phrase in _NO_ALONE:
        return False
    if words and words[0] in _YES and all(word in _AGREEING for word in words[1:]):
        return True
    if words and words[0] in _NO and all(word in _REFUSING for word in words[1:]):
        return False
    return None
