"""Everything about the spoken conversation, measured: `python -m benchmarks.voice [--only PART ...]`.

`scenarios`: some thirty situations in English and Spanish, in real time, each several times. `rival`: the same parts
assembled in pipecat (`--pipecat PYTHON`, an interpreter with pipecat-ai and wyoming). `self-hearing`: spoken answers
leaking into the microphone. `noises`: chairs, coughs and stop words into spoken answers. `idle`: a day asleep. `demo`:
the demonstration's timings.

Free speech is heard by a real Whisper child whose toy model knows one sentence, and the language model is simulated at
measured speeds: how well a model hears, or how fast it thinks, is not measured here.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.voice import report
from benchmarks.voice.answering import Speed
from benchmarks.voice.demo_times import demos
from benchmarks.voice.devices import OUTPUT_LATENCY_SECONDS
from benchmarks.voice.idle import idle
from benchmarks.voice.noises import into_answers
from benchmarks.voice.rival import compare, pipecat_version
from benchmarks.voice.running import play
from benchmarks.voice.scenarios import ASKING, Scenario
from benchmarks.voice.scenarios_interrupting import INTERRUPTING
from benchmarks.voice.self_hearing import live, self_hearing
from benchmarks.voice.world import LEAK_DB, Bench
from jarvis.contracts.errors import LANGUAGES
from tests.fakes.speech import has_flite

PARTS = ("scenarios", "rival", "self-hearing", "noises", "idle", "demo")


def main() -> None:
    """Print the tables, or one JSON document."""
    options = arguments()
    logging.disable(logging.WARNING)
    found: dict[str, Any] = {"machine": report.machine(), "notes": notes(options)}
    parts = options.only or [part for part in PARTS if part != "rival" or options.pipecat]
    if not options.json:
        print("\n".join(report.lines_of("machine", found["machine"])), *found["notes"], sep="\n", flush=True)
    if {"scenarios", "rival", "self-hearing", "noises"} & set(parts):
        with tempfile.TemporaryDirectory() as folder:
            in_rooms(found, parts, options, Path(folder))
    if "idle" in parts:
        found["idle"] = idle(options.hours)
        told(options, "\n".join(report.lines_of("idle", found["idle"])))
    if "demo" in parts:
        found["demo"] = demos(options.demos)
        told(options, report.demo_table(found["demo"]))
    if options.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))


def arguments() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.voice", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, help="these parts only")
    parser.add_argument("--scenario", nargs="+", default=[], help="scenarios whose name contains one of these")
    parser.add_argument("--language", choices=LANGUAGES, help="this language only")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each scenario and question")
    parser.add_argument("--clips", type=Path, help="folder of real recordings: hey_jarvis_1.wav and others")
    parser.add_argument("--pipecat", metavar="PYTHON", help="interpreter with pipecat-ai, else Jarvis alone")
    parser.add_argument("--answers", type=int, default=100, help="answers of self-hearing and noises")
    parser.add_argument("--hours", type=float, default=24.0, help="length of the compressed day")
    parser.add_argument("--demos", type=int, default=5, help="runs of the demonstration")
    parser.add_argument("--read", type=float, default=Speed().read, help="tokens a second that the model reads")
    parser.add_argument("--written", type=float, default=Speed().written, help="tokens a second that it writes")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of tables")
    return parser.parse_args()


def notes(options: argparse.Namespace) -> list[str]:
    """Return what has to be known to read the figures."""
    speed = Speed(read=options.read, written=options.written)
    return [
        f"Model simulated: {asdict(speed)} tokens a second. Free speech: canned Whisper, one sentence each.",
        "English voices: flite's, from recorded speakers."
        if has_flite()
        else "flite is missing: all voices are eSpeak's.",
        f"Recordings of people: {options.clips or 'none; --clips FOLDER'}.",
        f"pipecat: {pipecat_version(options.pipecat) if options.pipecat else 'not asked; --pipecat PYTHON'}.",
        f"The speaker leaks at {LEAK_DB:.0f} dB; its device adds {OUTPUT_LATENCY_SECONDS * 1000:.0f} ms everywhere.",
    ]


def in_rooms(found: dict[str, Any], parts: list[str], options: argparse.Namespace, folder: Path) -> None:
    """Measure what needs the app in a room."""
    speed = Speed(read=options.read, written=options.written)
    bench = Bench(folder, speed, options.clips)
    say = progress()
    try:
        bench.warm()
        if "scenarios" in parts:
            rows = play(bench, chosen(options), options.repeat, say)
            found["scenarios"] = [row.to_json() for row in rows]
            found["totals"] = report.totals(rows)
            totals = "\n".join(report.lines_of("totals", found["totals"]))
            told(options, report.scenario_table(rows), report.stage_table(rows), totals)
        if "rival" in parts:
            sides = compare(bench, options.pipecat, folder, speed, options.repeat, say)
            found["rival"] = [side.to_json() for side in sides]
            told(options, report.rival_table(sides))
        if "self-hearing" in parts:
            found["self_hearing"] = hears_itself(bench, options)
            told(options, "\n".join(report.lines_of("self-hearing", found["self_hearing"])))
        if "noises" in parts:
            found["noises"] = among_noises(bench, options.answers)
            told(options, "\n".join(report.lines_of("noises", found["noises"])))
    finally:
        bench.close()


def hears_itself(bench: Bench, options: argparse.Namespace) -> dict[str, Any]:
    """Return what the ears made of Jarvis' own answers: counted in sound, and a few in real time."""
    parts = bench.jarvis.speech.parts(bench.silent_speaker())
    assert parts.wake is not None
    wake = parts.wake
    counted = self_hearing(bench.voice, lambda: wake, parts.stop_words, options.answers)
    if parts.stop_words is not None:
        parts.stop_words.close()
    each = max(1, min(10, options.answers // 10))
    return {"counted_in_sound": counted.to_json()} | {
        f"whole_loop_{language}": live(bench, each, language) for language in LANGUAGES
    }


def among_noises(bench: Bench, count: int) -> dict[str, Any]:
    """Return which noises and stop words silence Jarvis, of `count` spoken into its answers."""
    stop_words = bench.jarvis.speech.parts(bench.silent_speaker()).stop_words
    if stop_words is None:
        return {"nobody hears stop words here": True}
    try:
        return into_answers(bench.voice, stop_words, count).to_json()
    finally:
        stop_words.close()


def chosen(options: argparse.Namespace) -> list[Scenario]:
    """Return the scenarios that are wanted, in the languages that are wanted."""
    named = [
        one
        for one in [*ASKING, *INTERRUPTING]
        if not options.scenario or any(part in one.name for part in options.scenario)
    ]
    if options.language is None:
        return named
    return [replace(one, languages=(options.language,)) for one in named if options.language in one.languages]


def told(options: argparse.Namespace, *texts: str) -> None:
    """Print tables as soon as they are there."""
    if not options.json:
        print(*("\n" + text for text in texts), sep="\n", flush=True)


def progress() -> Callable[[str], None]:
    """Return what tells how far it is, on standard error."""
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {text}", file=sys.stderr, flush=True)

    return say


if __name__ == "__main__":
    main()
