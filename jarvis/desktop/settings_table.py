"""Which option stands on which page of the settings, and in which section. Knows no widget.

A part of the table is an option's whole name, or the family that its name begins with; the whole name wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from jarvis.desktop import settings_texts as own
from jarvis.desktop import texts
from jarvis.desktop.texts import Text
from jarvis.desktop.voice_texts import PAGE_VOICE
from jarvis.settings.options import OPTIONS, Option


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """Options under one heading, by the parts of their names."""

    title: Text
    parts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingsGroup:
    """One page: its name in the list, its icon, and what stands on it from top to bottom."""

    id: str
    title: Text
    icon: str
    sections: tuple[Section, ...]


GROUPS: tuple[SettingsGroup, ...] = (
    SettingsGroup(
        id="privacy",
        title=own.PAGE_PRIVACY,
        icon="shield",
        sections=(
            Section(title=texts.GROUP_LANGUAGE, parts=("language",)),
            Section(title=texts.GROUP_PRIVACY, parts=("cloud.enabled", "privacy")),
        ),
    ),
    SettingsGroup(
        id="answers",
        title=own.PAGE_ANSWERS,
        icon="models",
        sections=(
            Section(title=texts.GROUP_ENGINE, parts=("engine",)),
            Section(title=texts.GROUP_OLLAMA, parts=("ollama",)),
            Section(title=texts.GROUP_CLOUD, parts=("cloud",)),
            Section(title=texts.GROUP_VLLM, parts=("vllm",)),
            Section(title=texts.GROUP_ANSWERS, parts=("answers",)),
            Section(title=texts.GROUP_COOPERATION, parts=("cooperation",)),
            Section(title=texts.GROUP_WEB, parts=("web",)),
        ),
    ),
    SettingsGroup(
        id="routing",
        title=own.PAGE_ROUTING,
        icon="routes",
        sections=(
            Section(title=texts.GROUP_BUDGET, parts=("budget", "usage")),
            Section(title=texts.GROUP_ROUTING, parts=("routing",)),
        ),
    ),
    SettingsGroup(
        id="voice",
        title=PAGE_VOICE,
        icon="microphone",
        sections=(
            Section(title=texts.GROUP_VOICE, parts=("voice",)),
            Section(title=texts.GROUP_SPEECH, parts=("speech",)),
        ),
    ),
    SettingsGroup(
        id="memory",
        title=texts.GROUP_MEMORY,
        icon="memory",
        sections=(Section(title=texts.GROUP_MEMORY, parts=("memory",)),),
    ),
    SettingsGroup(
        id="shortcuts",
        title=texts.GROUP_SHORTCUT,
        icon="keyboard",
        sections=(Section(title=texts.GROUP_SHORTCUT, parts=("shortcut",)),),
    ),
    SettingsGroup(
        id="appearance",
        title=texts.GROUP_APPEARANCE,
        icon="palette",
        sections=(Section(title=texts.GROUP_APPEARANCE, parts=("appearance",)),),
    ),
)
"""The pages that hold options, in the order of the list."""


@lru_cache(maxsize=1)
def placed() -> dict[str, tuple[SettingsGroup, Section]]:
    """Return where each option stands, by its name; one that the table does not know is missing."""
    by_part = {part: (group, section) for group in GROUPS for section in group.sections for part in section.parts}
    found = {}
    for option in OPTIONS:
        place = by_part.get(option.name) or by_part.get(option.name.partition(".")[0])
        if place is not None:
            found[option.name] = place
    return found


def options_of(group: SettingsGroup) -> list[tuple[Section, list[Option]]]:
    """Return the sections of a page with their options, in the order of the table of options."""
    places = placed()
    return [
        (section, [option for option in OPTIONS if places.get(option.name) == (group, section)])
        for section in group.sections
    ]
