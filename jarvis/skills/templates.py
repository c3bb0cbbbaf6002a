"""Reads the sentence files of one language into a matcher's raw material.

One YAML file per skill: `intents` (sentences, fixed slots, risk), `lists`, `rules`, `responses`, `read_back`.
`_common.yaml` holds what all files share, and the polite words around a command. A list with `wildcard: true`
is validated after the match by the slot parser named in `kind` (`text`: free words); its `spoken` template is a
bounded form of it for recognisers, and an intent's `spoken` are the ways to say it that they listen for. Knows nothing
about matching or about what a skill does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from jarvis.contracts.errors import InputError, Language
from jarvis.contracts.skills import SkillRisk, SlotValue
from jarvis.skills.folding import fold
from jarvis.skills.prefilter import Prefilter

COMMON = "_common"
FREE_KIND = "text"
"""Kind of a wildcard that takes any words; every other kind has a parser that can refuse."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotSpec:
    """How the words of one list become a slot: the parser's `kind`, and the most words it may take."""

    kind: str
    max_words: int
    spoken: str | None = None


@dataclass(frozen=True, kw_only=True)
class SkillTexts:
    """What one skill file says in one language; a plural phrase is a mapping `{one, other}`."""

    responses: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    read_back: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ToolTexts:
    """What a family of skills is as a tool for models: one sentence, and commands that it understands."""

    about: str
    examples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LanguagePack:
    """All sentence files of one language. `intents` is hassil's own `Intents`, named `file.intent`.

    `spoken` holds, per skill, the templates that a recogniser of commands listens for; `spoken_answers` those that
    answer a question of Jarvis.
    """

    language: Language
    intents: Any
    prefilter: Prefilter
    risks: Mapping[str, SkillRisk]
    slot_specs: Mapping[str, Mapping[str, SlotSpec]]
    texts: Mapping[str, SkillTexts]
    polite_start: re.Pattern[str]
    polite_end: re.Pattern[str]
    spoken: Mapping[str, tuple[str, ...]]
    spoken_answers: tuple[str, ...]
    tools: Mapping[str, ToolTexts] = field(default_factory=dict)

    @property
    def skills(self) -> tuple[str, ...]:
        """Every skill name, `file.intent`."""
        return tuple(self.intents.intents)


def sentences_folder() -> Path:
    """Return where the sentence files are: inside the installed package, else beside the source tree."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "assets" / "sentences"
    return installed if installed.is_dir() else package.parent / "assets" / "sentences"


def load_language(folder: Path, language: Language) -> LanguagePack:
    """Read every `*.yaml` of `folder/language`; raises `InputError` when they are missing or malformed."""
    import yaml
    from hassil.parser import ParseError

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    documents: dict[str, dict[str, Any]] = {}
    try:
        for path in sorted((folder / language).glob("*.yaml")):
            documents[path.stem] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or {}
        return _pack(language, documents)
    except (OSError, KeyError, TypeError, ValueError, AttributeError, yaml.YAMLError, ParseError) as error:
        raise InputError(
            "skills.bad_sentences",
            en="The sentence files in {folder} cannot be used ({why}). Reinstall Jarvis to get them back.",
            es="Los ficheros de frases de {folder} no se pueden usar ({why}). Reinstala Jarvis para recuperarlos.",
            folder=str(folder / language),
            why=str(error),
        ) from error


def _pack(language: Language, documents: Mapping[str, dict[str, Any]]) -> LanguagePack:
    common = documents[COMMON]
    whole = _parsed(language, common)
    risks: dict[str, SkillRisk] = {}
    specs: dict[str, Mapping[str, SlotSpec]] = {}
    texts: dict[str, SkillTexts] = {}
    spoken: dict[str, tuple[str, ...]] = {}
    for stem, document in documents.items():
        lists = {**common.get("lists", {}), **document.get("lists", {})}
        specs[stem] = {name: _slot_spec(entry) for name, entry in lists.items() if entry.get("wildcard")}
        texts[stem] = SkillTexts(
            responses={**common.get("responses", {}), **document.get("responses", {})},
            read_back=document.get("read_back", {}),
        )
        own = _parsed(language, document)
        whole.slot_lists = {**own.slot_lists, **whole.slot_lists}
        for name, entry in document.get("intents", {}).items():
            risks[f"{stem}.{name}"] = _risk(entry.get("risk", "none"))
            spoken[f"{stem}.{name}"] = tuple(fold(template) for template in entry.get("spoken", ()))
            whole.intents[f"{stem}.{name}"] = _intent(f"{stem}.{name}", entry, own, set(specs[stem]))
    return LanguagePack(
        language=language,
        intents=whole,
        prefilter=Prefilter(whole),
        risks=risks,
        slot_specs=specs,
        texts=texts,
        polite_start=_wrapper(common["polite_start"], start=True),
        polite_end=_wrapper(common["polite_end"], start=False),
        spoken=spoken,
        spoken_answers=tuple(fold(template) for template in common.get("spoken_answers", ())),
        tools={
            stem: ToolTexts(about=document["tool"]["about"], examples=tuple(document["tool"]["examples"]))
            for stem, document in documents.items()
            if "tool" in document
        },
    )


def _parsed(language: Language, document: Mapping[str, Any]) -> Any:
    """Return the lists and rules of one file, parsed by hassil, with no intents yet."""
    from hassil import Intents

    return Intents.from_dict(
        {
            "language": language,
            "intents": {},
            "lists": {name: _folded_list(entry) for name, entry in document.get("lists", {}).items()},
            "expansion_rules": {name: fold(body) for name, body in document.get("rules", {}).items()},
        }
    )


def _intent(skill: str, entry: Mapping[str, Any], own: Any, wildcards: set[str]) -> Any:
    """Return one intent; its file's lists and rules stay local to it. Templates are parsed now, so that a bad one
    is found while loading.
    """
    from hassil.intents import Intent, IntentData

    blocks = entry.get("data") or [entry]
    data = [
        IntentData(
            sentence_texts=[fold(sentence) for sentence in block["sentences"]],
            slots=_fixed_slots(block.get("slots", {})),
            expansion_rules=own.expansion_rules,
            slot_lists=own.slot_lists,
            wildcard_list_names=wildcards,
        )
        for block in blocks
    ]
    if not all(block.sentences for block in data):
        raise ValueError(f"{skill} has no sentences")
    return Intent(name=skill, data=data)


def _slot_spec(entry: Mapping[str, Any]) -> SlotSpec:
    return SlotSpec(
        kind=str(entry.get("kind", FREE_KIND)),
        max_words=int(entry.get("max_words", 12)),
        spoken=entry.get("spoken"),
    )


def _folded_list(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Fold the words that a list takes in; what it puts out stays as written."""
    if "values" not in entry:
        return dict(entry)
    values = [
        {"in": fold(value), "out": value} if isinstance(value, str) else {**value, "in": fold(value["in"])}
        for value in entry["values"]
    ]
    return {**entry, "values": values}


def _fixed_slots(slots: Mapping[str, Any]) -> dict[str, SlotValue]:
    for name, value in slots.items():
        if not isinstance(value, str | int | float):
            raise TypeError(f"slot {name} must be a text or a number")
    return dict(slots)


def _risk(value: str) -> SkillRisk:
    if value not in {"none", "acts", "could_lose"}:
        raise ValueError(f"unknown risk {value!r}")
    return cast("SkillRisk", value)


def _wrapper(words: list[str], *, start: bool) -> re.Pattern[str]:
    joined = "|".join(re.escape(fold(word)) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"^(?:(?:{joined})(?:\s+|$))+" if start else rf"(?:(?:^|\s+)(?:{joined}))+$")
