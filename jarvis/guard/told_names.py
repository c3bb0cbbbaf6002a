"""Names of people in what Jarvis was told to remember: "my sister is called Laura", "mi jefe es Luis Gil".

Reads only sentences that say of somebody who they are, so that places and things stay what they are. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_CAPITAL = r"[A-ZÁÉÍÓÚÜÑÀÈÇÖÄ][\w'’-]+"
_NAME = rf"{_CAPITAL}(?:\s(?:(?:de|del|de la|de los|van|von|di|da|y)\s)?{_CAPITAL}){{0,3}}"
_WHO = (
    r"wife|husband|spouse|partner|girlfriend|boyfriend|fianc[eé]e?|son|daughter|child|baby|mother|mom|mum|father|dad"
    r"|brother|sister|twin|uncle|aunt|cousin|nephew|niece|grand(?:mother|father|son|daughter|ma|pa)|(?:step|half)-?\w{3,8}"
    r"|(?:mother|father|brother|sister|son|daughter)-in-law|boss|manager|friend|neighbou?r|colleague|coworker|flatmate"
    r"|roommate|landlord|landlady|doctor|dentist|teacher|lawyer|therapist|nanny|ex|godmother|godfather"
    r"|mujer|marido|espos[oa]|pareja|novi[oa]|prometid[oa]|hij[oa]|madre|mam[aá]|padre|pap[aá]|herman[oa]|mellizo"
    r"|t[ií][oa]|prim[oa]|sobrin[oa]|abuel[oa]|niet[oa]|suegr[oa]|cuñad[oa]|yerno|nuera|jef[ea]|amig[oa]|vecin[oa]"
    r"|compañer[oa]|casero|casera|m[eé]dic[oa]|doctora?|dentista|profesora?|maestr[oa]|abogad[oa]|psic[oó]log[oa]"
    r"|canguro|padrino|madrina"
)
_MINE = r"(?:[Mm]y|[Oo]ur|[Mm]is?|[Nn]uestr[oa]s?)"
_NAMED = re.compile(
    r"(?:\b(?:is|are|was|am) (?:called|named)|\b[Nn]ames? (?:is|are|was)|['’]s name is|\bnamed|\bse llaman?"
    r"|\b[Mm]e llamo|\b[Nn]ombre es|\bllamad[oa])\s{1,2}"
    rf"(?P<name>{_NAME}(?:(?:,| and| y)\s{_NAME})*|[^\W\d_]{{3,20}}(?=\s*(?:$|[.,;!?])))"
)
_RELATED = re.compile(
    rf"\b{_MINE} (?:[\w’']{{2,12}} ){{0,2}}(?:{_WHO})(?:,| is| es| was| era|['’]s name is)?\s{{1,2}}(?P<name>{_NAME})"
)
_RELATED_AFTER = re.compile(rf"(?P<name>{_NAME}) (?:is|es|was|era) {_MINE} (?:[\w’']{{2,12}} ){{0,2}}(?:{_WHO})\b")
_JOINED = re.compile(r",\s|\sand\s|\sy\s")
_NO_NAME = frozenset("remember recuerda that que the the el la los las una uno not no mine mio after como like".split())


def names_told(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the names in `texts`, each once, in the order in which they come."""
    found: dict[str, None] = {}
    for text in texts:
        for pattern in (_NAMED, _RELATED, _RELATED_AFTER):
            for match in pattern.finditer(text):
                for name in _JOINED.split(match["name"]):
                    if name.lower() not in _NO_NAME:
                        found.setdefault(name)
    return tuple(found)
