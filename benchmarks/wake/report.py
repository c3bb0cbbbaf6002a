"""Writes what was measured as Markdown tables and as one JSON document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.wake.calls import KINDS, QUIET, Call
from benchmarks.wake.detectors import DETECTORS, Costs, Woken
from benchmarks.wake.stops import SPOTTERS, Stops, Tallies
from benchmarks.wake.voices import GROUPS

HONESTLY = """Synthetic voices are not people: these figures rank detectors and find faults, they do not tell how often
somebody at home is heard. flite's four voices are made from recorded speakers and are the nearest to people here.
eSpeak's formant voices hum where people speak; microWakeWord's model does not follow many of them at all, and Jarvis'
own network was trained on some of them. No recorded Spanish voice is here: the Spanish accent is eSpeak's. Noise goes
down to 0 dB, where people mishear too. "Held out" are voices that the network was not trained on and that no bar was
chosen on."""


@dataclass(kw_only=True)
class Measured:
    """Everything that one run found."""

    calls: list[tuple[Call, Woken]] = field(default_factory=list)
    near: list[tuple[str, str, Woken]] = field(default_factory=list)
    talk: Counter[str] = field(default_factory=Counter)
    talk_hours: float = 0.0
    spotted_hours: float = 0.0
    """Of the talk, what pocketsphinx alone and the stop words listened to as well."""
    noise: Counter[str] = field(default_factory=Counter)
    noise_hours: float = 0.0
    stops: Tallies = field(default_factory=dict)
    false_stops: Counter[str] = field(default_factory=Counter)
    own_stops: Counter[str] = field(default_factory=Counter)
    own_hours: float = 0.0
    """Of Jarvis' own voice with nobody else there."""
    costs: Costs = field(default_factory=Costs)
    clips: list[tuple[str, Woken]] = field(default_factory=list)


def tables(measured: Measured) -> str:
    """Return the report as Markdown."""
    parts = [
        HONESTLY,
        _caught(measured.calls),
        _false_accepts(measured),
        _near_misses(measured.near),
        _stops(measured),
        _costs(measured.costs),
    ]
    if measured.clips:
        rows = [[name, *("wakes" if woken.woke(one) else "-" for one in DETECTORS)] for name, woken in measured.clips]
        parts.append(_table(["recording of a person", *DETECTORS], rows))
    return "\n\n".join(parts)


def document(measured: Measured) -> dict[str, Any]:
    """Return the report as JSON values."""
    return {
        "calls": [
            {
                "group": call.voice.group,
                "voice": call.voice.name,
                "held_out": not call.voice.chosen_on,
                "kind": call.kind,
                "snr_db": call.snr_db,
                "noise": call.noise,
                "about": call.about,
                "woke": {name: woken.woke(name) for name in DETECTORS},
            }
            for call, woken in measured.calls
        ],
        "near_misses": [
            {"group": group, "text": text, "woke": {name: woken.woke(name) for name in DETECTORS}}
            for text, group, woken in measured.near
        ],
        "false_accepts": {
            "talk_hours": measured.talk_hours,
            "pocketsphinx_hours": measured.spotted_hours,
            "talk": dict(measured.talk),
            "noise_hours": measured.noise_hours,
            "noise": dict(measured.noise),
        },
        "stops": [
            {
                "spotter": spotter,
                "word": word,
                "group": group,
                "sounding": about,
                "said": tally.said,
                "found": tally.found,
                "as_another": tally.as_another,
            }
            for (spotter, word, group, about), tally in measured.stops.items()
        ],
        "false_stops": {"talk": dict(measured.false_stops), "hours": measured.spotted_hours},
        "own_stops": {"own voice": dict(measured.own_stops), "hours": measured.own_hours},
    }


def _caught(calls: Sequence[tuple[Call, Woken]]) -> str:
    rows: list[list[str]] = []

    def row(name: str, chosen: Iterable[tuple[Call, Woken]]) -> None:
        kept = list(chosen)
        if kept:
            shares = [np.mean([woken.woke(one) for _, woken in kept]) for one in DETECTORS]
            rows.append([name, str(len(kept)), *(f"{share:.0%}" for share in shares)])

    row("**all**", calls)
    held_out = [one for one in calls if not one[0].voice.chosen_on]
    row("**all, held out**", held_out)
    for group in GROUPS:
        row(group, (one for one in calls if one[0].voice.group == group))
        row(f"{group}, held out", (one for one in held_out if one[0].voice.group == group))
    recorded = [one for one in calls if one[0].voice.group == GROUPS[0]]
    for kind in KINDS:
        row(f"recorded voices, {kind}", (one for one in recorded if one[0].kind == kind))
    for snr in sorted({call.snr_db for call, _ in recorded}, reverse=True):
        named = "quiet" if snr == QUIET else f"{snr} dB"
        row(f"recorded voices, {named}", (one for one in recorded if one[0].snr_db == snr))
    return _table(["“hey jarvis” caught", "calls", *DETECTORS], rows)


def _false_accepts(measured: Measured) -> str:
    rows = []
    for name, found, hours, spotted in (
        ("television-like talk", measured.talk, measured.talk_hours, measured.spotted_hours),
        ("noise", measured.noise, measured.noise_hours, measured.noise_hours),
    ):
        over = {one: spotted if one == "pocketsphinx" else hours for one in DETECTORS}
        if hours and spotted:
            cells = (f"{found[one]} in {over[one]:.2f} h ({found[one] / over[one]:.2f}/h)" for one in DETECTORS)
            rows.append([name, f"{hours:.2f}", *cells])
    return _table(["wakes though nobody called", "hours", *DETECTORS], rows)


def _near_misses(near: Sequence[tuple[str, str, Woken]]) -> str:
    rows = []
    groups: dict[str, list[Woken]] = {}
    for text, group, woken in near:
        groups.setdefault(f"by {group}", []).append(woken)
        groups.setdefault(text, []).append(woken)
    for name, found in groups.items():
        counts = [sum(woken.woke(one) for woken in found) for one in DETECTORS]
        if any(counts):
            rows.append([name, str(len(found)), *map(str, counts)])
    return _table(["near misses that wake", "said", *DETECTORS], rows)


def _stops(measured: Measured) -> str:
    groups: dict[tuple[str, str], dict[str, list[Stops]]] = {}
    for (spotter, word, group, about), tally in measured.stops.items():
        for row in ((group, about), (f"“{word}”", about), ("**all**", about)):
            groups.setdefault(row, {}).setdefault(spotter, []).append(tally)
    rows = [[*row, *_stop_cells(found)] for row, found in sorted(groups.items())]
    head = ["stop words", "sounding", "said", *(f"{name}|ms after, p50|p95" for name in SPOTTERS)]
    wrong = "; ".join(
        f"{name} {measured.false_stops[name] / max(measured.spotted_hours, 1e-9):.1f} an hour of other people's talk "
        f"({measured.spotted_hours:.2f} h), {measured.own_stops[name] / max(measured.own_hours, 1e-9):.1f} an hour of "
        f"Jarvis' own voice alone ({measured.own_hours:.2f} h)"
        for name in SPOTTERS
    )
    return f"{_table(head, rows)}\n\nTaken for a stop word while armed: {wrong}."


def _stop_cells(found: Mapping[str, Sequence[Stops]]) -> list[str]:
    cells = [str(sum(tally.said for tally in found[SPOTTERS[0]]))]
    for name in SPOTTERS:
        said, heard = (sum(getattr(tally, what) for tally in found[name]) for what in ("said", "found"))
        after = [1000 * one for tally in found[name] for one in tally.seconds_after]
        cells.append(f"{heard / said:.0%}")
        cells += [f"{np.percentile(after, share):.0f}" for share in (50, 95)] if after else ["-", "-"]
    return cells


def _costs(costs: Costs) -> str:
    looks, confirmations = _milliseconds(costs.looks), _milliseconds(costs.confirmations)
    return (
        "Cost in CPU seconds per second of sound: "
        f"microWakeWord {costs.model_seconds / max(costs.sound_seconds, 1):.4f}, "
        f"own network {costs.network_seconds / max(costs.sound_seconds, 1):.4f}, "
        f"pocketsphinx {costs.spotter_seconds / max(costs.spotted_seconds, 1):.4f}. {len(costs.looks)} second looks in "
        f"{costs.sound_seconds / 3600:.2f} h of sound, {looks}; {len(costs.confirmations)} asked of the spotter, "
        f"{confirmations}."
    )


def _milliseconds(seconds: Sequence[float]) -> str:
    if not seconds:
        return "none"
    return f"p50 {1000 * np.percentile(seconds, 50):.0f} ms, p95 {1000 * np.percentile(seconds, 95):.0f} ms"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["|" + "|".join(head) + "|", "|" + "|".join("-" * len(head)) + "|"]
    return "\n".join(lines + ["|" + "|".join(row) + "|" for row in rows])


def count(found: Counter[str], woken: Woken) -> None:
    """Add every waking to `found`."""
    times: Mapping[str, list[float]] = woken.times
    for name, all_of_them in times.items():
        found[name] += len(all_of_them)
