"""Engines that are not here, as routing would see them: those of a described machine, and the catalogue's clouds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from jarvis.app.model_facts import entry_behind
from jarvis.catalog.entries import CatalogModel
from jarvis.contracts.errors import Language
from jarvis.contracts.placement import Placement, Plan
from jarvis.contracts.ports import EngineStatus


def planned_engines(
    together: Plan, alone: Plan, catalog: Sequence[CatalogModel], language: Language
) -> list[EngineStatus]:
    """Return the text models of a plan: resident ones as ready, those that have a place when they are alone as
    loadable, the others as missing with the reason."""
    text = {
        placement.model for placement in (*together.placements, *alone.placements) if _is_text(placement.model, catalog)
    }
    statuses = []
    for model in sorted(text):
        placement = together.of(model)
        ready = placement is not None
        placement = placement or alone.of(model)
        if placement is not None:
            statuses.append(_placed(placement, catalog, ready=ready))
    for refusal in alone.refused:
        if refusal.model not in text and _is_text(refusal.model, catalog):
            statuses.append(
                EngineStatus(
                    id=refusal.model,
                    model=refusal.model,
                    where="local",
                    state="missing",
                    sentence=refusal.why(language),
                )
            )
    return statuses


def catalogue_clouds(catalog: Iterable[CatalogModel]) -> list[EngineStatus]:
    """Return every cloud model of the catalogue, as if its key was there."""
    return [
        EngineStatus(
            id=f"{entry.provider}/{entry.api_model}",
            model=entry.api_model,
            where="cloud",
            state="ready",
            device=str(entry.provider),
            context_tokens=entry.context_tokens or 0,
            abilities=frozenset(entry.abilities),
        )
        for entry in catalog
        if entry.in_cloud and entry.kind == "text"
    ]


def _placed(placement: Placement, catalog: Sequence[CatalogModel], *, ready: bool) -> EngineStatus:
    entry, _ = entry_behind(placement.model, "", catalog)
    gpus = "+".join(str(share.gpu) for share in placement.devices)
    names = [*([f"GPU {gpus}"] if gpus else []), *(["CPU"] if placement.cpu_layers or not gpus else [])]
    return EngineStatus(
        id=placement.model,
        model=placement.model,
        where="local",
        state="ready" if ready else "loadable",
        device="+".join(names),
        load_seconds=placement.load_seconds,
        context_tokens=placement.context_tokens,
        abilities=frozenset(entry.abilities) if entry is not None else frozenset(),
        tokens_per_second=placement.tokens_per_second,
    )


def _is_text(model: str, catalog: Sequence[CatalogModel]) -> bool:
    entry, _ = entry_behind(model, "", catalog)
    return entry is not None and entry.kind == "text"
