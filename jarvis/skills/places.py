"""Places whose time can be told: cities, countries and regions, named in English or Spanish.

Names come from Babel's territories and exemplar cities, from the zone names themselves, and from a table of large
cities that lend their name to no zone. Knows nothing about the time itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from jarvis.contracts.errors import Language
from jarvis.skills.folding import key
from jarvis.skills.place_names import CITIES, COUNTRIES, MAIN_ZONES, UNOFFICIAL_ZONES, ZONE_NAMES


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A named place and its IANA zones, the main one first."""

    name: str
    zones: tuple[str, ...]


def place_in(text: str, language: Language) -> Place | None:
    """Return the place that `text` names, or None; "Paris, France" is Paris."""
    words = _place_key(text)
    for name in (words, re.sub(r"^(?:the|el|la|los|las)\s+", "", words)):
        for names in (_places(language), _places("en")):
            if name in names:
                return names[name]
    return _city_and_country(words.split(), language)


def _city_and_country(words: list[str], language: Language) -> Place | None:
    """Read "paris france"."""
    names = _places(language)
    for cut in range(1, len(words)):
        city, country = names.get(" ".join(words[:cut])), names.get(" ".join(words[cut:]))
        if city and country and set(city.zones) <= set(country.zones):
            return city
    return None


def city_of(zone: str, language: Language) -> str:
    """Return the name of the city that stands for `zone`."""
    if zone in ZONE_NAMES:
        return ZONE_NAMES[zone][language]
    from babel import Locale

    named = Locale(language).time_zones.get(zone, {}).get("city")
    return str(named) if named else zone.rsplit("/", 1)[-1].replace("_", " ")


_CONTINENTS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Arctic/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)
_COUNTIES = ("America/Indiana/", "America/Kentucky/", "America/North_Dakota/")


@lru_cache(maxsize=2)
def _places(language: Language) -> dict[str, Place]:
    from zoneinfo import available_timezones

    from babel import Locale
    from babel.core import get_global

    locale = Locale(language)
    known = available_timezones()
    places: dict[str, Place] = {}
    for zone in sorted(known):
        if zone.startswith(_CONTINENTS) and not zone.startswith(_COUNTIES):
            name = city_of(zone, language)
            place = Place(name=name, zones=(zone,))
            places.setdefault(_place_key(name), place)
            places.setdefault(_place_key(zone.rsplit("/", 1)[-1].replace("_", " ")), place)
    for code, zones in get_global("territory_zones").items():
        territory = locale.territories.get(code)
        real = tuple(zone for zone in zones if zone in known and zone not in UNOFFICIAL_ZONES)
        if territory and real:
            place = Place(name=str(territory), zones=tuple(sorted(real, key=_rank)))
            places[_place_key(place.name)] = place
            for alias in COUNTRIES.get(code, ()):
                places[_place_key(alias)] = place
    for english, spanish, zone, others in CITIES:
        name = spanish if language == "es" else english
        for alias in (english, spanish, *others):
            places[_place_key(alias)] = Place(name=name, zones=(zone,))
    return places


def _place_key(name: str) -> str:
    return key(name.partition(",")[0]).replace("-", " ")


def _rank(zone: str) -> int:
    return MAIN_ZONES.index(zone) if zone in MAIN_ZONES else len(MAIN_ZONES)
