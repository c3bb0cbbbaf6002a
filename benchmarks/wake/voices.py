"""The voices of the wake set, in groups, and which of them the detector's bars were chosen on.

Synthetic voices are not people. flite's voices are made from recorded speakers; eSpeak's are formant voices, which
hum where people speak, and the wake model follows few of them. `chosen_on` voices were looked at while bars, floors
and pauses were chosen; figures are to be judged by the others. Variants that are not meant to sound like a person
(whispers, robots) are left out. Spanish voices say the wake word with a Spanish accent: spelled as a Spaniard hears it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jarvis.contracts.errors import Language
from tests.fakes.speech import flite_speech, has_flite, synthetic_speech

Group = Literal["recorded voices", "formant, Scottish", "formant, English", "formant, Spanish accent"]
GROUPS: tuple[Group, ...] = ("recorded voices", "formant, Scottish", "formant, English", "formant, Spanish accent")

CHOSEN_ON = "f2 f4 iven4 m1 m4 m6 Alex edward2 kaukovalta michel pedro RicishayMax3 Storm zac".split()
_HELD_OUT = (
    "f1 f3 f5 m2 m3 m5 m7 m8 Alicia Andrea Andy Annie Denis Diogo Gene Henrique Hugo Jacky Lee Marco Mario Michael "
    "Mike Nguyen adam anika antonio aunty belinda benjamin boris caleb david ed edward gustave iven john linda marcelo "
    "max miguel norbert pablo paul quincy rob robert sandro shelby steph travis victor"
).split()
_FLITE_CHOSEN_ON, _FLITE_HELD_OUT = ("kal16", "rms"), ("awb", "slt")
_ACCENTS: dict[Group, tuple[str, ...]] = {
    "formant, Scottish": ("en-gb-scotland",),
    "formant, English": ("en-us", "en-gb-x-rp", "en-029"),
    "formant, Spanish accent": ("es", "es-419"),
}
_NORMAL_RATE = 165
_AS_HEARD_IN_SPANISH = (("hey jarvis", "ei yarvis"), ("oye jarvis", "oye yarvis"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """One synthetic speaker; `name` is what its program calls it."""

    group: Group
    name: str
    language: Language
    chosen_on: bool

    def say(self, text: str, pace: float = 1.0) -> bytes:
        """Return `text` as 16 kHz int16 mono PCM without silence around it; `pace` above 1 is faster."""
        # Hours of sentences are said once each: nothing is to be remembered, so past the caches.
        if self.group == "recorded voices":
            return flite_speech.__wrapped__(text, self.name, 1 / pace)
        if self.language == "es":
            for written, heard in _AS_HEARD_IN_SPANISH:
                text = text.replace(written, heard)
        return synthetic_speech.__wrapped__(text, self.name, round(_NORMAL_RATE * pace))


def voices(group: Group, *, chosen_on: bool | None = None) -> list[Voice]:
    """Return the voices of `group`: all, or those that bars were (or were not) chosen on."""
    if group == "recorded voices":
        if not has_flite():
            return []
        named = [(name, True) for name in _FLITE_CHOSEN_ON] + [(name, False) for name in _FLITE_HELD_OUT]
    else:
        variants = [(name, True) for name in CHOSEN_ON] + [(name, False) for name in _HELD_OUT]
        named = [(f"{accent}+{name}", early) for accent in _ACCENTS[group] for name, early in variants]
    return [
        Voice(group=group, name=name, language="es" if group.endswith("Spanish accent") else "en", chosen_on=early)
        for name, early in named
        if chosen_on is None or early == chosen_on
    ]
