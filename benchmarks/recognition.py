"""How well the basic recogniser hears the skills' commands, per voice and noise, against the bundled language model.

    python -m benchmarks.recognition [--quick] [--full] [--no-baseline] [--jobs N]

Prints JSON. Speech is synthetic: flite's voices, made from recorded speakers, where flite is installed, and eSpeak
voices. pocketsphinx was made for people and understands few eSpeak voices: of 40 variants tried at 150 words a minute,
`CHOSEN_ESPEAK` are the four of which the grammar alone got 23 or 24 of 24 commands right; plain `en-us` got 11. The
rows "not chosen" show three others, so that nobody takes the chosen ones for all voices.

"understood" = accepted, and the skills' matcher finds the same skill with the same slots as for the written command;
"wrong" = accepted and not that; the word error rate counts rejected commands too, with the words that would be shown.
Noise is mixed in at the named ratio of mean power. `off_grammar_en.txt` was used to fit `command_gate` (see
`fit_command_gate`), `off_grammar_held_out_en.txt` for nothing but this. Without `--full`, noise and the bundled model
hear every fourth command, and each voice says every other off-grammar sentence.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jarvis.app.command_listener import listening_files
from jarvis.contracts.skills import SkillMatch
from jarvis.engines.children.command_gate import edits
from jarvis.engines.children.pocketsphinx_commands import CommandRecogniser, HeardCommand
from jarvis.settings.folders import folders
from jarvis.skills.matcher import Matcher
from jarvis.skills.slots import SLOT_PARSERS
from jarvis.skills.templates import sentences_folder
from tests.fakes.speech import (
    FLITE_VOICES,
    flite_speech,
    has_flite,
    pink_noise,
    silence,
    synthetic_speech,
    with_noise,
)

DATA = Path(__file__).parent / "data"
CHOSEN_ESPEAK = ("en-us+adam", "en-us+edward", "en-us+klatt4", "en-us+caleb")
NOT_CHOSEN_ESPEAK = ("en-us+f5", "en-us+f2", "en-us")
WORDS_A_MINUTE = 150
NOISES = ("pink 20", "pink 10", "pink 5", "babble 20", "babble 10", "babble 5")
NOW = datetime(2026, 3, 4, 10, 0).astimezone()
CHUNK_BYTES = 1024

Row = dict[str, Any]


@dataclass(kw_only=True)
class Tally:
    """Sums over utterances; times in seconds."""

    spoken: int = 0
    understood: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    word_edits: int = 0
    words: int = 0
    audio: float = 0.0
    compute: float = 0.0
    slowest_finish: float = 0.0

    def heard(self, command: str, text: str, accepted: bool) -> None:
        """Count one command."""
        said = command.replace("-", " ").split()
        self.spoken += 1
        self.words += len(said)
        self.word_edits += edits(text.split(), said)
        if accepted and _means(text) is not None and _means(text) == _means(command):
            self.understood += 1
        elif accepted:
            self.wrong.append(f"{command} | {text}")
        else:
            self.missed.append(f"{command} | {text}")

    def row(self) -> Row:
        """Return the figures."""
        return {
            "spoken": self.spoken,
            "understood": self.understood,
            "understood_percent": round(100 * self.understood / max(self.spoken, 1), 1),
            "word_error_rate": round(self.word_edits / max(self.words, 1), 3),
            "wrongly_accepted": self.wrong,
            "rejected": self.missed,
            **self.speed(),
        }

    def speed(self) -> Row:
        """Return how fast it was."""
        return {
            "compute_seconds_per_second": round(self.compute / max(self.audio, 1e-9), 3),
            "slowest_finish_ms": round(1000 * self.slowest_finish, 1),
        }


def voices() -> list[str]:
    """Return the voices of this machine, flite's first."""
    return [*(FLITE_VOICES if has_flite() else ()), *CHOSEN_ESPEAK]


def lines(name: str) -> list[str]:
    """Return the sentences of a data file."""
    return (DATA / name).read_text(encoding="utf-8").splitlines()


def spoken(text: str, voice: str, noise: str = "clean") -> bytes:
    """Return `text` in `voice` with `noise`, 300 ms before it and 350 ms after it."""
    pcm = flite_speech(text, voice) if voice in FLITE_VOICES else synthetic_speech(text, voice, WORDS_A_MINUTE)
    pcm = silence(0.3) + pcm + silence(0.35)
    if noise == "clean":
        return pcm
    kind, ratio = noise.split()
    return with_noise(pcm, pink_noise(10) if kind == "pink" else _babble(), float(ratio))


def hear(recogniser: CommandRecogniser, pcm: bytes, tally: Tally | None = None) -> HeardCommand:
    """Return what `recogniser` hears when fed piece by piece; `tally` takes the time."""
    began = time.process_time()
    recogniser.start()
    for start in range(0, len(pcm), CHUNK_BYTES):
        recogniser.feed(pcm[start : start + CHUNK_BYTES])
    ended = time.process_time()
    heard = recogniser.finish()
    if tally is not None:
        tally.audio += len(pcm) / 32000
        tally.compute += time.process_time() - began
        tally.slowest_finish = max(tally.slowest_finish, time.process_time() - ended)
    return heard


def hear_commands(folder: Path, voice: str, noise: str, commands: list[str]) -> Tally:
    """Return how the commands were understood."""
    recogniser, tally = CommandRecogniser(folder), Tally()
    for command in commands:
        heard = hear(recogniser, spoken(command, voice, noise), tally)
        tally.heard(command, heard.text, heard.accepted)
    return tally


def hear_other_speech(folder: Path, voice: str, sentences: list[str]) -> Row:
    """Return which sentences were taken for commands."""
    recogniser = CommandRecogniser(folder)
    heard = [(sentence, hear(recogniser, spoken(sentence, voice))) for sentence in sentences]
    accepted = [f"{sentence} | {one.text}" for sentence, one in heard if one.accepted]
    return {"spoken": len(sentences), "accepted": accepted}


def hear_with_bundled_model(voice: str, commands: list[str]) -> Tally:
    """Return how pocketsphinx' own language model hears the commands, ungated: what there is without a grammar."""
    from pocketsphinx import Decoder

    decoder, tally = Decoder(loglevel="FATAL"), Tally()
    for command in commands:
        pcm = spoken(command, voice)
        began = time.process_time()
        decoder.reinit_feat()
        decoder.start_utt()
        decoder.process_raw(pcm, False, False)
        ended = time.process_time()
        decoder.end_utt()
        text = decoder.hyp().hypstr if decoder.hyp() else ""
        tally.compute += time.process_time() - began
        tally.slowest_finish = max(tally.slowest_finish, time.process_time() - ended)
        tally.audio += len(pcm) / 32000
        tally.heard(command, text, accepted=True)
    return tally


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Basic speech recognition of the skills' own commands")
    parser.add_argument("--quick", action="store_true", help="every fourth sentence, clean only, no bundled model")
    parser.add_argument("--full", action="store_true", help="every sentence in every condition (about half an hour)")
    parser.add_argument("--no-baseline", action="store_true", help="leave the bundled language model out")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    folder, every = listening_files(folders().cache), 4 if options.quick else 1
    commands = lines("commands_en.txt")[::every]
    fewer = commands if options.full or options.quick else commands[::4]
    others = {name: lines(name)[::every] for name in ("off_grammar_en.txt", "off_grammar_held_out_en.txt")}
    with ProcessPoolExecutor(options.jobs) as pool:

        def commands_by(names: Sequence[str], noise: str, texts: list[str]) -> Callable[[], Row]:
            return _rows({voice: pool.submit(hear_commands, folder, voice, noise, texts) for voice in names})

        clean = commands_by(voices(), "clean", commands)
        not_chosen = commands_by(NOT_CHOSEN_ESPEAK, "clean", fewer)
        other_jobs = {
            name: {
                voice: pool.submit(hear_other_speech, folder, voice, texts if options.full else texts[number % 2 :: 2])
                for number, voice in enumerate(voices())
            }
            for name, texts in others.items()
        }
        noisy = {noise: commands_by(voices(), noise, fewer) for noise in (() if options.quick else NOISES)}
        baseline = () if options.no_baseline or options.quick else voices()
        bundled = _rows({voice: pool.submit(hear_with_bundled_model, voice, fewer) for voice in baseline})
        report = {
            "commands": len(commands),
            "clean": clean(),
            "clean, not chosen": not_chosen(),
            "other speech": {name: {v: job.result() for v, job in jobs.items()} for name, jobs in other_jobs.items()},
            **{noise: rows() for noise, rows in noisy.items()},
            "bundled language model alone, nothing rejected": bundled(),
        }
    print(json.dumps(report, indent=1))


def _rows(jobs: dict[str, Future[Tally]]) -> Callable[[], Row]:
    """Return a function that waits for `jobs` and gives their rows and the row of all of them."""

    def rows() -> Row:
        tallies = {voice: job.result() for voice, job in jobs.items()}
        total = Tally()
        for tally in tallies.values():
            for name in ("spoken", "understood", "wrong", "missed", "word_edits", "words", "audio", "compute"):
                setattr(total, name, getattr(total, name) + getattr(tally, name))
            total.slowest_finish = max(total.slowest_finish, tally.slowest_finish)
        whole = {name: value for name, value in total.row().items() if name != "rejected"}
        return {"all": whole, **{voice: tally.row() for voice, tally in tallies.items()}}

    return rows


@cache
def _matcher() -> Matcher:
    return Matcher(sentences_folder(), SLOT_PARSERS)


def _means(text: str) -> tuple[str, object] | None:
    match: SkillMatch | None = _matcher().match(text, "en", now=NOW, prefer="en")
    return None if match is None else (match.skill, match.slots)


@cache
def _babble() -> bytes:
    """Return four people talking at once."""
    sentences = lines("off_grammar_en.txt")
    crowd = b""
    for number, voice in enumerate(("en-us+m3", "en+f1", "en-us+f3", "en+m1")):
        talk = b"".join(synthetic_speech(text, voice) for text in sentences[number * 8 : number * 8 + 8])
        crowd = talk if not crowd else with_noise(crowd, talk, 0.0)
    return crowd


if __name__ == "__main__":
    main()
