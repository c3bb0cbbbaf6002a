"""Which models stand on which page, in what order, and which a search lets through. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from jarvis.contracts.errors import LANGUAGES
from jarvis.contracts.model_desk import ModelView
from jarvis.contracts.models import ModelKind
from jarvis.desktop import models_texts as texts

Shelf = Literal["here", "download", "cloud"]
"""The pages that list models."""

KINDS: tuple[ModelKind, ...] = ("text", "recognition", "voice", "embedding", "reranker", "wake", "turn")
"""In the order in which they are listed."""

_URGENT = ("downloading", "failed", "active", "installed", "inactive", "available")
_WHOLE = frozenset(("installed", "active", "inactive"))


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelGroup:
    """One card: a model in one or several quantizations, the one to begin with first.

    `key` is stable: the catalogue's entry on the page of downloads, the model's id elsewhere. `here` names the
    quantizations of the same entry that are on this disk already.
    """

    key: str
    views: tuple[ModelView, ...]
    here: tuple[str, ...] = ()

    @property
    def first(self) -> ModelView:
        """The quantization to begin with."""
        return self.views[0]


def groups(shelf: Shelf, views: Sequence[ModelView], chosen: frozenset[str]) -> list[ModelGroup]:
    """Return the cards of a page in order; of several quantizations one of `chosen` stands first, or one under way."""
    if shelf == "cloud":
        found = [ModelGroup(key=view.id, views=(view,)) for view in views if view.source == "cloud"]
        return sorted(found, key=lambda group: (group.first.state != "active", group.key))
    if shelf == "here":
        ours = [view for view in views if view.source != "cloud" and view.state != "available"]
        return sorted((ModelGroup(key=view.id, views=(view,)) for view in ours), key=_urgency)
    return sorted(_to_download(views, chosen), key=lambda group: (bool(group.here), *_by_size(group.first)))


def passes(group: ModelGroup, words: str, kind: str) -> bool:
    """Tell whether every one of `words` stands in what is known of the model, and it is of `kind` ("" is any)."""
    view = group.first
    if kind and view.kind != kind:
        return False
    told = [view.id, view.name, view.about, view.licence, *(each.quantization for each in group.views)]
    for language in LANGUAGES:
        told.append(texts.KINDS[view.kind].to(language))
        told += [texts.ABILITIES[each].to(language) for each in view.abilities if each in texts.ABILITIES]
    known = " ".join(told).casefold()
    return all(word in known for word in words.casefold().split())


def is_to_fetch(view: ModelView) -> bool:
    """Tell whether a download is what this model of the catalogue waits for."""
    unfinished = view.state in {"available", "downloading"} or (view.state == "failed" and not view.path)
    return view.source == "catalogue" and unfinished


def _to_download(views: Sequence[ModelView], chosen: frozenset[str]) -> list[ModelGroup]:
    waiting: dict[str, list[ModelView]] = {}
    here: dict[str, list[str]] = {}
    for view in views:
        entry = view.id.partition(":")[0]
        if is_to_fetch(view):
            waiting.setdefault(entry, []).append(view)
        elif view.source == "catalogue" and view.state in _WHOLE:
            here.setdefault(entry, []).append(view.quantization)
    return [
        ModelGroup(
            key=entry,
            views=tuple(sorted(found, key=lambda view: (view.state == "available", view.id not in chosen, view.bytes))),
            here=tuple(here.get(entry, ())),
        )
        for entry, found in waiting.items()
    ]


def _urgency(group: ModelGroup) -> tuple[int, int, int, str]:
    return (_URGENT.index(group.first.state), *_by_size(group.first))


def _by_size(view: ModelView) -> tuple[int, int, str]:
    return (KINDS.index(view.kind), view.bytes, view.id)
