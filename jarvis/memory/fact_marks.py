"""Makes patterns of the rules by filling in their marks; see `fact_rules`. Pure."""

from __future__ import annotations

import re
from functools import cache

from jarvis.contracts.errors import Language
from jarvis.memory import fact_rules_en, fact_rules_es
from jarvis.memory.fact_dates import DATE, RELATIVE
from jarvis.memory.fact_kin import NEAR, PLURAL, QUALIFIER, SINGULAR
from jarvis.memory.fact_values import AGE, EMAIL, FREE, NAME, NAME_LOWER, NAMES, ORG, PHONE, PLACE, PLATE, known_places

_SHAPES = {"en": fact_rules_en, "es": fact_rules_es}
LEADS: dict[Language, str] = {"en": fact_rules_en.LEAD, "es": fact_rules_es.LEAD}
"""What may stand before a fact without changing it ("by the way, ")."""


@cache
def compiled_rules(language: Language, lower: bool) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return relations with their patterns for `plain` clauses; `lower` for words that were only heard, all small."""
    forms = _SHAPES[language]
    marks = _marks(language, lower)
    compiled = []
    for relation, form in forms.RULES:
        pattern = form
        for mark, meaning in marks.items():
            pattern = pattern.replace(mark, meaning)
        compiled.append((relation, re.compile(f"{forms.LEAD}(?:{pattern}){forms.TRAIL}", re.IGNORECASE)))
    return tuple(compiled)


def _marks(language: Language, lower: bool) -> dict[str, str]:
    kname = "(?!)" if lower else NAME
    kin = SINGULAR[language]
    if language == "en":
        who = (
            rf"(?P<who>(?:(?P<q>{QUALIFIER['en']}) )?(?P<kin>{kin})(?:,? (?:(?:called|named) )?(?P<kname>{kname}),?)?)"
        )
        marks = {
            "<WHOS>": rf"(?:(?:my|our) {who}(?:'s|'|s)|(?P<pro>her|his|its))",
            "<WHO>": rf"(?:(?:my|our) {who}|(?P<pro>she|he|it))",
        }
    else:
        who = rf"(?P<who>(?:(?P<q1>mejor) )?(?P<kin>{kin})(?: (?P<q>{QUALIFIER['es']}))?(?:,? (?P<kname>{kname}),?)?)"
        marks = {
            "<MINE_WHO>": rf"(?:mi|nuestr[oa]) {who}",
            "<WHO1>": rf"(?:mi|nuestr[oa]) {who} ",
            "<WHO>": rf"(?:(?:mi|nuestr[oa]) {who} |(?P<pro>(?:ella |el )?))",
        }
    return marks | {
        "<NAMES>": NAMES if not lower else rf"{NAME_LOWER}(?:(?:, | and | y | e ){NAME_LOWER})*",
        "<NAME>": NAME if not lower else NAME_LOWER,
        "<CASED>": NAME if not lower else "(?!)",
        "<PLACE>": PLACE if not lower else known_places(),
        "<ORG>": ORG if not lower else "(?!)",
        "<DATE>": DATE[language],
        "<RELATIVE>": RELATIVE[language],
        "<FREE>": FREE,
        "<TASTE>": FREE,
        "<PHONE>": PHONE,
        "<EMAIL>": EMAIL,
        "<PLATE>": PLATE,
        "<AGE>": AGE,
        "<QUAL>": QUALIFIER[language],
        "<KINS>": PLURAL[language],
        "<NEAR>": NEAR[language],
        "<KIN>": kin,
    }
