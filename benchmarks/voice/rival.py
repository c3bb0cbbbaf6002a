"""The same questions to Jarvis and to pipecat, one after the other in the same run, on the same sound files.

Both listen already, so there is no wake word. Recogniser, voice and model are the same programs and speeds; what
differs is when a turn counts as over, and what happens between the parts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import wave
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.voice import sounds
from benchmarks.voice.answering import Speed
from benchmarks.voice.running import STAGES
from benchmarks.voice.scenarios import MODEL, TIME, plain
from benchmarks.voice.timing import AnswerTimes, median, percentile
from benchmarks.voice.world import Bench, World, Wrong
from jarvis.contracts.errors import LANGUAGES, Language
from jarvis.voice.options import VoiceOptions
from tests.fakes.speech import write_wav

ROOT = Path(__file__).resolve().parent.parent.parent
READY = {"en": "It is ten past four.", "es": "Son las cuatro y diez."}
"""What pipecat answers at once where Jarvis asks its skill."""

TURNS = {"smart": "pipecat, Smart Turn v3.2 (its default)", "silence": "pipecat, 0.2 s of silence"}
RUN_SECONDS = 600


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Questions of one kind in one language; `recogniser` is what the listening child is started with."""

    name: str
    language: Language
    text: str
    files: tuple[Path, ...]
    recogniser: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """What one side made of one group: times of the answers, and what went wrong."""

    group: str
    side: str
    answers: tuple[AnswerTimes, ...]
    wrong: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Return it as a JSON-ready dict, in milliseconds."""
        totals = [times.total for times in self.answers]
        stages = {
            name: round(1000 * median([getattr(times, name) for times in self.answers]))
            for name in (*STAGES, "own")
            if self.answers
        }
        found = {"p50": round(1000 * median(totals)), "p95": round(1000 * percentile(totals, 0.95))} if totals else {}
        return (
            {"questions": self.group, "side": self.side, "answered": len(totals), "wrong": self.wrong} | found | stages
        )


def pipecat_version(python: str) -> str:
    """Return which pipecat-ai the interpreter has; CalledProcessError when it has none."""
    command = [python, "-c", "from importlib.metadata import version; print(version('pipecat-ai'))"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def groups(bench: Bench, folder: Path, repeat: int) -> list[Group]:
    """Write the sound files and return what is asked."""
    made = []
    for kind, texts in (("skill", TIME), ("model", MODEL)):
        for language in LANGUAGES:
            text = texts[language]
            files = tuple(
                write_wav(folder / f"{kind}-{language}-{turn}.wav", sounds.sentence(text, language, turn))
                for turn in range(repeat)
            )
            made.append(
                Group(
                    name=f"{kind}, {language}",
                    language=language,
                    text=text,
                    files=files,
                    recogniser=_recogniser(bench, kind, text, language),
                )
            )
    return made


def _recogniser(bench: Bench, kind: str, text: str, language: Language) -> tuple[str, ...]:
    if kind == "skill" and language == "en":
        return ("-m", "jarvis.app.command_listener", str(bench.jarvis.folders.cache))
    folder = bench.ears.folder_of(text, language)
    return ("-m", "jarvis.engines.children.recogniser", "--whisper", str(folder), "--device", "cpu")


def compare(
    bench: Bench, python: str | None, folder: Path, speed: Speed, repeat: int, say: Callable[[str], None]
) -> list[Side]:
    """Ask both; without `python`, the interpreter that has pipecat, only Jarvis."""
    found = []
    for group in groups(bench, folder, repeat):
        say(f"comparing on “{group.text}”")
        found.append(ours(bench, group))
        if python is not None:
            found += [theirs(python, group, turn, folder, speed) for turn in TURNS]
    return found


def ours(bench: Bench, group: Group) -> Side:
    """Ask Jarvis."""
    if group.recogniser[1] == "jarvis.app.command_listener":
        bench.ears.expect_commands()
    else:
        bench.ears.expect(group.text, language=group.language)
    answers, wrong = [], []
    options = VoiceOptions(usual_language=group.language, language=group.language)
    for file in group.files:
        try:
            with World(bench, group.language, options=options, leak_db=None) as world:
                answers.append(_asked(world, file, group.text))
        except Wrong as error:
            wrong.append(f"{file.name}: {error}")
    return Side(group=group.name, side="Jarvis", answers=tuple(answers), wrong=tuple(wrong))


def _asked(world: World, file: Path, text: str) -> AnswerTimes:
    world.loop.push_to_talk()
    world.wait_for_state("listening")
    world.wait(0.5)
    with wave.open(str(file)) as wav:
        heard = world.say(wav.readframes(wav.getnframes()), text)
    times = world.times_of(heard)
    if plain(text) != plain(got := world.transcript(heard.began)):
        raise Wrong(f"heard “{got}”")
    return times


def theirs(python: str, group: Group, turn: str, folder: Path, speed: Speed) -> Side:
    """Ask pipecat in a process of its own."""
    plan = {
        "sounds": [str(file) for file in group.files],
        "recogniser": [sys.executable, *group.recogniser],
        "voice": [sys.executable, "-m", "jarvis.engines.children.synthesiser"],
        "speed": asdict(speed),
        "ready": {TIME[group.language]: READY[group.language]},
        "turn": turn,
        "language": group.language,
    }
    path = folder / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    done = subprocess.run(
        [python, "-m", "benchmarks.voice.pipecat_bot", str(path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_SECONDS,
    )
    return read_side(group, turn, done.stdout.splitlines(), done.stderr)


def read_side(group: Group, turn: str, lines: Sequence[str], errors: str) -> Side:
    """Return what pipecat's lines say; an answer to other words counts as wrong."""
    answers, wrong = [], []
    for line in lines:
        told = json.loads(line)
        if "total" not in told:
            wrong.append(f"{told['file']}: no answer")
        elif plain(told["words"]) != plain(group.text):
            wrong.append(f"{told['file']}: heard “{told['words']}”")
        else:
            answers.append(AnswerTimes(**{name: told[name] for name in AnswerTimes.__slots__}))
    if len(lines) < len(group.files):
        wrong.append(f"it ended early: {errors.strip()[-300:]}")
    return Side(group=group.name, side=TURNS[turn], answers=tuple(answers), wrong=tuple(wrong))
