"""How well the basic recogniser hears the skills' commands, per voice and noise, against the bundled language model.

    python -m benchmarks.recognition [--quick] [--no-baseline] [--jobs N]

Speech is synthetic: flite's voices where flite is installed, and those eSpeak voices of which pocketsphinx understands
most. It understands few of them: of 37 tried, plain `en-us` is heard right in one command of five, so their figures say
little about people. "understood" = accepted, and the skills' matcher finds the same skill with the same slots as for
the written command; "wrong" = accepted and not that. Noise is mixed in at the named ratio of mean power.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from pathlib import Path

from jarvis.contracts.skills import SkillMatch
from jarvis.engines.children.pocketsphinx_commands import CommandRecogniser, word_distance
from jarvis.engines.speech.command_files import known_words, write_command_files
from jarvis.settings.folders import folders
from jarvis.skills.grammar import command_grammar
from jarvis.skills.matcher import Matcher
from jarvis.skills.slots import SLOT_PARSERS
from jarvis.skills.templates import load_language, sentences_folder
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
ESPEAK_VOICES = ("en-us+f5", "en-us+adam", "en-us+f2")
NOISES = ("clean", "pink 20", "pink 10", "pink 5", "babble 20", "babble 10", "babble 5")
NOW = datetime(2026, 3, 4, 10, 0).astimezone()
CHUNK_BYTES = 1024


@dataclass(kw_only=True)
class Tally:
    """Sums over utterances; times in seconds."""

    spoken: int = 0
    understood: int = 0
    wrong: int = 0
    accepted: list[str] = field(default_factory=list)
    word_error: float = 0.0
    audio: float = 0.0
    compute: float = 0.0
    slowest_finish: float = 0.0

    def row(self) -> str:
        """Return the figures of commands as one line."""
        count = max(self.spoken, 1)
        return (
            f"{self.understood:4d}/{self.spoken} understood {100 * self.understood / count:5.1f} %"
            f"  wrong {self.wrong:3d}  WER {self.word_error / count:.2f}"
            f"  {self.compute / max(self.audio, 1e-9):.2f} x real time  finish {1000 * self.slowest_finish:.0f} ms"
        )


def voices() -> list[str]:
    """Return the voices of this machine, flite's first."""
    return [*(FLITE_VOICES if has_flite() else ()), *ESPEAK_VOICES]


def spoken(text: str, voice: str, noise: str) -> bytes:
    """Return `text` in `voice` with `noise`, 300 ms before it and 350 ms after it."""
    pcm = flite_speech(text, voice) if voice in FLITE_VOICES else synthetic_speech(text, voice, 150)
    pcm = silence(0.3) + pcm + silence(0.35)
    if noise == "clean":
        return pcm
    kind, ratio = noise.split()
    return with_noise(pcm, pink_noise(10) if kind == "pink" else _babble(), float(ratio))


def hear_commands(folder: Path, voice: str, noise: str, commands: list[str]) -> Tally:
    """Return how the commands were understood."""
    recogniser, matcher, tally = CommandRecogniser(folder), Matcher(sentences_folder(), SLOT_PARSERS), Tally()
    for command in commands:
        heard = _heard(recogniser, spoken(command, voice, noise), tally)
        tally.spoken += 1
        tally.word_error += word_distance(heard.text, command.replace("-", " "))
        if heard.accepted:
            same = _same(_match(matcher, heard.text), _match(matcher, command))
            tally.understood += same
            tally.wrong += not same
    return tally


def hear_other_speech(folder: Path, voice: str, sentences: list[str]) -> Tally:
    """Return which sentences were taken for commands."""
    recogniser, tally = CommandRecogniser(folder), Tally()
    for sentence in sentences:
        heard = _heard(recogniser, spoken(sentence, voice, "clean"), tally)
        tally.spoken += 1
        if heard.accepted:
            tally.accepted.append(f"{sentence!r} as {heard.text!r}")
    return tally


def hear_with_bundled_model(voice: str, commands: list[str]) -> Tally:
    """Return how pocketsphinx' own language model hears the commands, ungated: what there is without a grammar."""
    from pocketsphinx import Decoder

    decoder, matcher, tally = Decoder(loglevel="FATAL"), Matcher(sentences_folder(), SLOT_PARSERS), Tally()
    for command in commands:
        pcm = spoken(command, voice, "clean")
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
        tally.spoken += 1
        tally.word_error += word_distance(text, command.replace("-", " "))
        same = _same(_match(matcher, text), _match(matcher, command))
        tally.understood += same
        tally.wrong += not same
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description="Basic speech recognition of the skills' own commands")
    parser.add_argument("--quick", action="store_true", help="every fourth sentence, clean only")
    parser.add_argument("--no-baseline", action="store_true", help="leave the bundled language model out")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    commands = (DATA / "commands_en.txt").read_text().splitlines()[:: 4 if options.quick else 1]
    others = (DATA / "off_grammar_en.txt").read_text().splitlines()[:: 4 if options.quick else 1]
    grammar = command_grammar(load_language(sentences_folder(), "en"), known_words())
    folder = write_command_files(grammar, folders().cache)
    print(f"{len(commands)} commands, {len(others)} other sentences, voices: {', '.join(voices())}")
    with ProcessPoolExecutor(options.jobs) as pool:
        noises = NOISES[:1] if options.quick else NOISES
        pairs = list(product(noises, voices()))
        jobs = [pool.submit(hear_commands, folder, voice, noise, commands) for noise, voice in pairs]
        other_jobs = [pool.submit(hear_other_speech, folder, voice, others) for voice in voices()]
        baseline = [] if options.no_baseline else voices()
        baseline_jobs = [pool.submit(hear_with_bundled_model, voice, commands) for voice in baseline]
        for noise in noises:
            rows = [(voice, job.result()) for (kind, voice), job in zip(pairs, jobs, strict=True) if kind == noise]
            _print_rows(f"grammar and trigram, {noise}", rows)
        for voice, job in zip(voices(), other_jobs, strict=True):
            tally = job.result()
            print(f"{voice:12s} {len(tally.accepted)} of {tally.spoken} other sentences accepted", *tally.accepted)
        if baseline:
            rows = [(voice, job.result()) for voice, job in zip(baseline, baseline_jobs, strict=True)]
            _print_rows("bundled language model alone, clean, nothing rejected", rows)


def _print_rows(title: str, rows: Iterable[tuple[str, Tally]]) -> None:
    print(f"\n{title}")
    total = Tally()
    for voice, tally in rows:
        print(f"  {voice:12s} {tally.row()}", flush=True)
        for name in ("spoken", "understood", "wrong", "word_error", "audio", "compute"):
            setattr(total, name, getattr(total, name) + getattr(tally, name))
        total.slowest_finish = max(total.slowest_finish, tally.slowest_finish)
    print(f"  {'all':12s} {total.row()}")


def _heard(recogniser: CommandRecogniser, pcm: bytes, tally: Tally):
    began = time.process_time()
    recogniser.start()
    for start in range(0, len(pcm), CHUNK_BYTES):
        recogniser.feed(pcm[start : start + CHUNK_BYTES])
    ended = time.process_time()
    heard = recogniser.finish()
    tally.audio += len(pcm) / 32000
    tally.compute += time.process_time() - began
    tally.slowest_finish = max(tally.slowest_finish, time.process_time() - ended)
    return heard


def _match(matcher: Matcher, text: str) -> SkillMatch | None:
    return matcher.match(text, "en", now=NOW, prefer="en")


def _same(left: SkillMatch | None, right: SkillMatch | None) -> bool:
    return left is not None and right is not None and (left.skill, left.slots) == (right.skill, right.slots)


def _babble() -> bytes:
    """Return four people talking at once."""
    sentences = (DATA / "off_grammar_en.txt").read_text().splitlines()
    crowd = b""
    for number, voice in enumerate(("en-us+m3", "en+f1", "en-us+f3", "en+m1")):
        talk = b"".join(synthetic_speech(text, voice) for text in sentences[number * 8 : number * 8 + 8])
        crowd = talk if not crowd else with_noise(crowd, talk, 0.0)
    return crowd


if __name__ == "__main__":
    main()
