"""Measures waking: `python -m benchmarks.wake [--hours H] [--calls N] [--clips FOLDER] [--json FILE]`.

The set is made on the spot and is the same for one `--seed`, but for the random numbers that eSpeak draws for its
breath. flite is used where it is installed (`apt-get install flite`). `--hours` is sound, not waiting: an hour takes
two minutes on one core. `--clips` names a folder of recordings of people (wav, flac): those
with "hey_jarvis" in their names are calls, all others are not.
Interrupted, it reports what it has heard so far.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.wake.calls import calls
from benchmarks.wake.detectors import Bench, bench
from benchmarks.wake.others import Scene, babble, near_misses, noises, television
from benchmarks.wake.over_voice import answers
from benchmarks.wake.report import Measured, count, document, tables
from benchmarks.wake.stops import StopBench, false_stops, over_voice, stops
from benchmarks.wake.voices import GROUPS, Voice, voices
from jarvis.audio.files import FileMicrophone

SEED = 2026
SPOTTED_MINUTES = 20
"""Of the talk, what pocketsphinx alone and the stop words listen to as well: they cost most and wake often enough."""


OVER_ANSWERS = 24
"""Answers of Jarvis of 20 s that people talk over, and as many that nobody does."""


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=1.0, help="hours of television-like talk")
    parser.add_argument(
        "--calls", type=int, default=120, help="calls by each group of voices; 0 for false accepts only"
    )
    parser.add_argument("--clips", type=Path, help="folder of recordings of people")
    parser.add_argument("--json", type=Path, help="file to write everything to")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    measured = Measured()
    with bench() as detectors:
        measured.costs = detectors.costs
        try:
            _measure(measured, detectors, options)
        except KeyboardInterrupt:
            _tell("interrupted: what follows is what was heard so far")
    print(tables(measured))
    if options.json:
        options.json.write_text(json.dumps(document(measured), ensure_ascii=False, indent=1), encoding="utf-8")


def _measure(measured: Measured, detectors: Bench, options: argparse.Namespace) -> None:
    everybody = [voice for group in GROUPS for voice in voices(group)]
    murmur = babble(everybody, options.seed)
    for group in GROUPS if options.calls else ():
        _tell(f"calls by {group}")
        people = _spread(voices(group))
        for call in calls(people, options.calls, options.seed, murmur):
            measured.calls.append((call, detectors.hear(call.pcm)))
    few = [voice for group in GROUPS for voice in _spread(voices(group))[: min(4, options.calls)]]
    _tell("near misses")
    for text, voice, pcm in near_misses(few, options.seed):
        measured.near.append((text, voice.group, detectors.hear(pcm)))
    _stop_words(measured, options)
    spotters = StopBench()
    for number, scene in enumerate(_talk(everybody, options)):
        hours, spotting = len(scene.pcm) / 32000 / 3600, number < SPOTTED_MINUTES
        count(measured.talk, detectors.hear(scene.pcm, spotting=spotting))
        measured.talk_hours += hours
        if spotting:
            measured.spotted_hours += hours
            false_stops(spotters, scene.pcm, measured.false_stops)
    minutes = round(options.hours * 6)
    _tell(f"{minutes} minutes of noise")
    for scene in noises(everybody, minutes, options.seed):
        count(measured.noise, detectors.hear(scene.pcm))
        measured.noise_hours += len(scene.pcm) / 32000 / 3600
    for path in sorted(options.clips.iterdir()) if options.clips else ():
        if path.suffix in (".wav", ".flac"):
            pcm = b"".join(FileMicrophone(path, trailing_silence_seconds=0.8).chunks())
            measured.clips.append((path.name, detectors.hear(bytes(32000) + pcm)))


def _stop_words(measured: Measured, options: argparse.Namespace) -> None:
    if not options.calls:
        return
    _tell("stop words")
    spotters = StopBench()
    many = [voice for group in GROUPS for voice in _spread(voices(group))[: min(30, options.calls)]]
    measured.stops = stops(spotters, many, options.seed)
    _tell("stop words over Jarvis' voice")
    held_out = [voices(group, chosen_on=False) for group in GROUPS[1:]]
    mixed = [person for some in zip(*held_out, strict=False) for person in some]
    recorded = voices(GROUPS[0])
    count = min(OVER_ANSWERS, options.calls)
    for people in (recorded, mixed):
        if people:
            over_voice(spotters, list(answers(people, options.seed, count, orders=True)), measured.stops)
    alone = list(answers([], options.seed + 1, count, orders=False))
    measured.own_stops += over_voice(spotters, alone, measured.stops)
    measured.own_hours = sum(len(answer.pcm) for answer in alone) / 32000 / 3600


def _talk(everybody: list[Voice], options: argparse.Namespace) -> Iterator[Scene]:
    """Half of the talk is by voices made from recordings: they are few, and nearest to people."""
    recorded = voices(GROUPS[0])
    people = recorded * (len(everybody) // max(len(recorded), 1)) + everybody
    for number, scene in enumerate(television(people, options.hours, options.seed)):
        if number % 10 == 0:
            _tell(f"talk, minute {number}")
        yield scene


def _spread(people: list[Voice]) -> list[Voice]:
    """Return `people` with held-out voices first and the others between them, so that any first few are mixed."""
    held_out = [voice for voice in people if not voice.chosen_on]
    seen = [voice for voice in people if voice.chosen_on]
    mixed: list[Voice] = []
    for number, voice in enumerate(held_out):
        mixed.append(voice)
        if number < len(seen):
            mixed.append(seen[number])
    return mixed


def _tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
