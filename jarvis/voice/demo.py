"""Spoken turns from sound files: the demonstration, and listening to a recording.

Whole turns through the real loop, with a file in the microphone's place. Knows only ports, as the loop does.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from jarvis.audio.files import LONGEST_RECORDING_SECONDS, FileMicrophone, sound_info
from jarvis.contracts.errors import EngineError, Language
from jarvis.contracts.speech import TurnFinished, VoiceEvent
from jarvis.settings.child_environment import for_python_child, safe_folder
from jarvis.voice.loop import VoiceLoop
from jarvis.voice.options import VoiceOptions
from jarvis.voice.parts import VoiceParts
from jarvis.voice.unanswered import Unanswered

DEMO_QUESTIONS: dict[Language, str] = {"en": "what time is it", "es": "qué hora es"}
LONGEST_DEMO_SECONDS = 120.0
"""The demonstration runs at the speed of speech, so a longer recording is refused."""

_TRAILING_SILENCE_SECONDS = 2.5
_SYNTHESIS_LIMIT_SECONDS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoStage:
    """One stage of a turn and how long it took."""

    name: str
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoReport:
    """One whole spoken turn. `timings` are those of `TurnFinished`; `stages` the same as a list that adds up:
    from the end of speech to the first sample of the reply."""

    input: str
    transcript: str
    recogniser: str
    text: str
    wake_at: float | None
    warm_seconds: float
    timings: dict[str, float] = field(default_factory=dict)
    stages: tuple[DemoStage, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return it as a JSON-ready dict."""
        return {
            "input": self.input,
            "wake_at": self.wake_at,
            "transcript": self.transcript,
            "recogniser": self.recogniser,
            "text": self.text,
            "warm_seconds": self.warm_seconds,
            "stages": {stage.name: stage.seconds for stage in self.stages},
            "timings": self.timings,
        }


def run_demo(
    parts: VoiceParts,
    *,
    options: Callable[[], VoiceOptions],
    path: Path | None = None,
    on_event: Callable[[VoiceEvent], None] | None = None,
) -> DemoReport:
    """Do one spoken turn at the speed of speech from `path`, else from a question spoken on the spot.

    That question is in the person's usual language, in English where the recogniser does not know it.
    `parts.speaker` gets the reply and is closed; `parts.microphone` is not used. `InputError` when the file cannot
    be used or wakes nobody, `EngineError` when eSpeak NG cannot speak the question.
    """
    unanswered = Unanswered()

    def heard(event: VoiceEvent) -> None:
        unanswered.take(event)
        if on_event is not None:
            on_event(event)

    with tempfile.TemporaryDirectory(prefix="jarvis-demo") as folder:
        started = time.perf_counter()
        parts.speech_to_text.warm()
        parts.text_to_speech.warm()
        warm_seconds = time.perf_counter() - started
        source, heard_with = path, options
        if source is None:
            language = _asked_in(parts, options().usual_language)
            source = spoken_question(Path(folder) / "question.wav", DEMO_QUESTIONS[language], language)
            heard_with = partial(_in_language, options, language)
        turns = listen_to_file(
            parts,
            source,
            options=heard_with,
            on_event=heard,
            paced=True,
            turns=1,
            limit_seconds=LONGEST_DEMO_SECONDS,
        )
        if not turns:
            raise unanswered.error(source)
        return _report(str(path) if path is not None else "", turns[0], warm_seconds)


def listen_to_file(
    parts: VoiceParts,
    path: Path,
    *,
    options: Callable[[], VoiceOptions],
    on_event: Callable[[VoiceEvent], None] | None = None,
    paced: bool = False,
    turns: int | None = None,
    awake: bool = False,
    limit_seconds: float = LONGEST_RECORDING_SECONDS,
) -> list[TurnFinished]:
    """Let `path` speak to Jarvis and return the turns that came of it; `parts.speaker` is closed at the end.

    `paced` runs at the speed of speech, as timings of recognition need; else as fast as it can be computed, and
    time stands still while Jarvis answers. `awake` needs no wake word. `InputError` for a file that cannot be used.
    """
    sound_info(path)
    finished: list[TurnFinished] = []

    def heard(event: VoiceEvent) -> None:
        if isinstance(event, TurnFinished) and event.transcript is not None:
            finished.append(event)
        if on_event is not None:
            on_event(event)

    def microphone() -> FileMicrophone:
        return FileMicrophone(
            path, paced=paced, trailing_silence_seconds=_TRAILING_SILENCE_SECONDS, limit_seconds=limit_seconds
        )

    loop = VoiceLoop(replace(parts, microphone=microphone), options=options, on_event=heard, hold_while_answering=True)
    try:
        loop.run(turns=turns, awake=awake)
    finally:
        loop.close()
    return finished


def spoken_question(path: Path, question: str = DEMO_QUESTIONS["en"], language: Language = "en") -> Path:
    """Write eSpeak NG saying "hey jarvis" and `question` in `language` to `path`; `EngineError` when it cannot."""
    command = [sys.executable, "-m", "jarvis.voice.demo_speech", str(path.absolute()), language, question]
    try:
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            timeout=_SYNTHESIS_LIMIT_SECONDS,
            env=for_python_child(),
            cwd=safe_folder(),
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EngineError(
            "voice.no_demo_speech",
            en="The demonstration could not speak its question because eSpeak NG did not run; nothing was changed. "
            "Give it a recording with --input, or run ./install_upgrade.sh run once more.",
            es="La demostración no pudo decir su pregunta porque eSpeak NG no funcionó; no se ha cambiado nada. "
            "Dale una grabación con --input o ejecuta otra vez ./install_upgrade.sh run.",
            retryable=False,
        ) from error
    return path


def _asked_in(parts: VoiceParts, usual: Language) -> Language:
    return usual if usual in parts.speech_to_text.info(usual).languages else "en"


def _in_language(options: Callable[[], VoiceOptions], language: Language) -> VoiceOptions:
    return replace(options(), language=language)


def _report(name: str, turn: TurnFinished, warm_seconds: float) -> DemoReport:
    transcript = turn.transcript
    assert transcript is not None
    return DemoReport(
        input=name,
        transcript=transcript.text,
        recogniser=transcript.engine,
        text=turn.text,
        wake_at=turn.wake_at,
        warm_seconds=round(warm_seconds, 6),
        timings=turn.timings,
        stages=stages_of(turn.timings),
    )


def stages_of(timings: dict[str, float]) -> tuple[DemoStage, ...]:
    """Return the stages from the end of speech to the first sample; those that did not happen are left out.

    They add up to `end_of_speech_to_first_audio`.
    """
    stages = [DemoStage(name="endpoint_silence", seconds=timings.get("endpoint_silence", 0.0))]
    before = 0.0
    for name, mark in (
        ("recognition", "transcript"),
        ("answer", "first_text"),
        ("clause", "first_clause"),
        ("synthesis", "pipeline"),
    ):
        if mark in timings:
            stages.append(DemoStage(name=name, seconds=round(timings[mark] - before, 6)))
            before = timings[mark]
    return tuple(stages)
