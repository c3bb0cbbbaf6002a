"""The same parts assembled in pipecat: a program for the interpreter that has pipecat-ai, wyoming and soxr.

Run by `benchmarks.voice.rival` as `PYTHON -m benchmarks.voice.pipecat_bot PLAN.json`; one JSON line per question comes
back. What pipecat recommends is left as it is: its Silero analyser with its default parameters (stop after 0.2 s), its
default strategy (Smart Turn v3.2, bundled) or, with `turn` "silence", nothing but those 0.2 s; sentences go to the
voice one by one, sound comes in pieces of 20 ms and goes out in pieces of 40 ms as in its local transport. The
recogniser streams, as its hosted services do; its own Whisper service begins only after the pause. Recogniser, voice
and model are the children and the speeds that Jarvis has, behind small services.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
import wave
from collections import deque
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from loguru import logger
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import (
    EndFrame,
    Frame,
    InputAudioRawFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    OutputAudioRawFrame,
    StartFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.settings import STTSettings, TTSSettings
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy, TurnAnalyzerUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event, async_read_event, async_write_event
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize, SynthesizeVoice

from benchmarks.voice.answering import TOKENS_PER_WORD, Speed, answer_to, tokens_of
from benchmarks.voice.devices import BLOCK_SECONDS, VirtualSpeaker, paced
from benchmarks.voice.room import Room
from benchmarks.voice.timing import WorkLog, answer_times
from jarvis.contracts.speech import AudioChunk as Sound
from jarvis.processes.child_side import LIFELINE

RATE = 16_000
PREROLL_BLOCKS = 50
"""Sound before the voice was noticed that the recogniser gets: a second, as pipecat's own segmented services keep."""
PATIENCE_SECONDS = 10.0


class Child:
    """One of Jarvis' speech children on its standard streams."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start and load it; what it describes is passed over."""
        pipe = asyncio.subprocess.PIPE
        # The wire is its lifeline: a child watches standard input otherwise.
        environment = {**os.environ, LIFELINE: "wire"}
        self._process = await asyncio.create_subprocess_exec(*self._command, stdin=pipe, stdout=pipe, env=environment)
        await self.send(Describe().event())
        while not Info.is_type((await self.receive()).type):
            pass

    async def send(self, event: Event) -> None:
        assert self._process is not None and self._process.stdin is not None
        await async_write_event(event, self._process.stdin)

    async def receive(self) -> Event:
        assert self._process is not None and self._process.stdout is not None
        event = await async_read_event(self._process.stdout)
        assert event is not None, f"{self._command[2]} died"
        return event

    async def close(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            await self._process.wait()


class Ears(STTService):
    """Streams to the recogniser from the beginning of speech, and asks for the words when the voice has stopped."""

    def __init__(self, child: Child, work: WorkLog) -> None:
        settings = STTSettings(model="jarvis", language=None)
        super().__init__(audio_passthrough=True, ttfs_p99_latency=1.0, settings=settings)
        self._child = child
        self._work = work
        self._before: deque[bytes] = deque(maxlen=PREROLL_BLOCKS)
        self._open = False
        self._number = 0

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Pass the sound on; words come at the pause."""
        if self._open:
            await self._child.send(AudioChunk(rate=RATE, width=2, channels=1, audio=audio).event())
        else:
            self._before.append(audio)
        yield None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, VADUserStartedSpeakingFrame) and not self._open:
            await self._begin()
        elif isinstance(frame, VADUserStoppedSpeakingFrame) and self._open:
            self._open = False
            self.create_task(self._end())

    async def _begin(self) -> None:
        self._number += 1
        self._open = True
        await self._child.send(Transcribe(context={"utterance": self._number}).event())
        await self._child.send(AudioStart(rate=RATE, width=2, channels=1).event())
        while self._before:
            await self._child.send(AudioChunk(rate=RATE, width=2, channels=1, audio=self._before.popleft()).event())

    async def _end(self) -> None:
        began = time.perf_counter()
        await self._child.send(AudioStop().event())
        while not Transcript.is_type((event := await self._child.receive()).type):
            pass
        text = Transcript.from_event(event).text
        self._work.add("recognition", began, time.perf_counter())
        frame = TranscriptionFrame(text, "person", "")
        frame.finalized = True
        await self.push_frame(frame)


class Answerer(FrameProcessor):
    """The simulated model, and answers that need none, by the speeds of `benchmarks.voice.answering`."""

    def __init__(self, speed: Speed, ready: dict[str, str], work: WorkLog, asked: list[tuple[float, str]]) -> None:
        super().__init__()
        self._speed = speed
        self._ready = ready
        self._work = work
        self._asked = asked

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame):
            await self._answer(str(frame.context.get_messages()[-1]["content"]))
        else:
            await self.push_frame(frame, direction)

    async def _answer(self, question: str) -> None:
        self._asked.append((time.perf_counter(), question))
        await self.push_frame(LLMFullResponseStartFrame())
        known = self._ready.get(question.casefold().strip(" .?¿!"))
        words = (known or answer_to(question)).split(" ")
        due = began = time.perf_counter()
        if known is None:
            due += tokens_of(question) / self._speed.read
        for number, word in enumerate(words):
            if known is None:
                due += TOKENS_PER_WORD / self._speed.written
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                self._work.add("answer", began, time.perf_counter())
                began = time.perf_counter()
            await self.push_frame(LLMTextFrame(word if number == 0 else f" {word}"))
        await self.push_frame(LLMFullResponseEndFrame())


class Voice(TTSService):
    """Jarvis' speaking child."""

    def __init__(self, child: Child, language: str, work: WorkLog) -> None:
        settings = TTSSettings(model="jarvis", voice=language, language=None)
        super().__init__(push_start_frame=True, push_stop_frames=True, settings=settings)
        self._child = child
        self._language = language
        self._work = work

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        began = time.perf_counter()
        voice = SynthesizeVoice(language=self._language)
        await self._child.send(Synthesize(text=text, voice=voice, context={"rate": 1.0}).event())
        rates: list[int] = []

        async def pieces() -> AsyncGenerator[bytes, None]:
            while not AudioStop.is_type((event := await self._child.receive()).type):
                if AudioChunk.is_type(event.type):
                    chunk = AudioChunk.from_event(event)
                    if not rates:
                        rates.append(chunk.rate)
                        self._work.add("synthesis", began, time.perf_counter())
                    yield chunk.audio

        async for frame in self._stream_audio_frames_from_iterator(
            pieces(), in_sample_rate=VOICE_RATE, context_id=context_id
        ):
            yield frame


VOICE_RATE = 22_050
"""eSpeak's rate."""


class Microphone(BaseInputTransport):
    """20 ms of the room at a time."""

    def __init__(self, room: Room, params: TransportParams) -> None:
        super().__init__(params)
        self._room = room
        self._closed = threading.Event()

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        threading.Thread(target=self._record, name="microphone", daemon=True).start()
        await self.set_transport_ready(frame)

    async def cleanup(self) -> None:
        await super().cleanup()
        self._closed.set()

    def _record(self) -> None:
        for at in paced(BLOCK_SECONDS, self._closed):
            pcm = self._room.hear(at, round(BLOCK_SECONDS * RATE))
            frame = InputAudioRawFrame(audio=pcm, sample_rate=RATE, num_channels=1)
            asyncio.run_coroutine_threadsafe(self.push_audio_frame(frame), self.get_event_loop())


class Loudspeaker(BaseOutputTransport):
    """The virtual speaker behind pipecat's output."""

    def __init__(self, speaker: VirtualSpeaker, params: TransportParams) -> None:
        super().__init__(params)
        self._speaker = speaker
        self._executor = ThreadPoolExecutor(max_workers=1)

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        chunk = Sound(pcm=frame.audio, sample_rate=frame.sample_rate)
        await self.get_event_loop().run_in_executor(self._executor, self._speaker.play, chunk)
        return True


class Judged(LocalSmartTurnAnalyzerV3):
    """Smart Turn, with what it takes noted."""

    def __init__(self, work: WorkLog) -> None:
        super().__init__()
        self._work = work

    def _predict_endpoint(self, audio_array: Any) -> Any:
        with self._work.during("judging"):
            return super()._predict_endpoint(audio_array)


def stop_strategy(turn: str, work: WorkLog) -> Any:
    """Return pipecat's default way to tell the end of a turn, or the plain one."""
    if turn == "silence":
        return SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.0)
    return TurnAnalyzerUserTurnStopStrategy(turn_analyzer=Judged(work))


async def run(plan: dict[str, Any]) -> None:
    """Ask every question of `plan` and print what each took."""
    work, asked = WorkLog(), list[tuple[float, str]]()
    room = Room()
    speaker = VirtualSpeaker(room)
    ears, voice = Child(plan["recogniser"]), Child(plan["voice"])
    await ears.start()
    await voice.start()
    speed = Speed(**plan["speed"])
    params = TransportParams(audio_in_enabled=True, audio_out_enabled=True, audio_out_end_silence_secs=0)
    pair = LLMContextAggregatorPair(
        LLMContext(),
        user_params=LLMUserAggregatorParams(
            vad_analyzer=SileroVADAnalyzer(),
            user_turn_strategies=UserTurnStrategies(stop=[stop_strategy(plan["turn"], work)]),
        ),
    )
    pipeline = Pipeline(
        [
            Microphone(room, params),
            Ears(ears, work),
            pair.user(),
            Answerer(speed, plan["ready"], work, asked),
            Voice(voice, plan["language"], work),
            Loudspeaker(speaker, params),
            pair.assistant(),
        ]
    )
    worker = PipelineWorker(pipeline, params=PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE))
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    await asyncio.to_thread(ask_all, plan["sounds"], room, speaker, work, asked)
    await worker.queue_frame(EndFrame())
    await running
    speaker.unplug()
    await ears.close()
    await voice.close()


def ask_all(
    files: list[str], room: Room, speaker: VirtualSpeaker, work: WorkLog, asked: list[tuple[float, str]]
) -> None:
    """Play the questions into the room one after the other, each once the last answer is over."""
    time.sleep(3.0)
    for file in files:
        with wave.open(file) as wav:
            pcm = wav.readframes(wav.getnframes())
        del asked[:]
        heard = room.say(pcm)
        told: dict[str, Any] = {"file": Path(file).name}
        give_up = heard.ended + PATIENCE_SECONDS
        while not asked and time.perf_counter() < give_up:
            time.sleep(0.005)
        sounded = None
        while asked and sounded is None and time.perf_counter() < give_up:
            time.sleep(0.005)
            sounded = room.played.first_audible(asked[0][0])
        if sounded is not None:
            decided, words = asked[0]
            queued = max(at for at in speaker.handed_over if at <= sounded)
            done = work.between(heard.ended, sounded)
            said = min((busy.begin for busy in done if busy.stage == "synthesis" and busy.begin > decided), default=0.0)
            busy = [busy for busy in done if busy.stage != "answer" or busy.end <= said]
            times = answer_times(ended=heard.ended, decided=decided, queued=queued, sounded=sounded, busy=busy)
            told |= {"words": words, **{name: getattr(times, name) for name in times.__slots__}}
            while room.played.silent_from(sounded, 1.0) is None:
                time.sleep(0.05)
        print(json.dumps(told, ensure_ascii=False), flush=True)
        time.sleep(0.5)


def main() -> None:
    """Run the plan that the first argument names."""
    logger.remove()
    logger.add(sys.stderr, level="WARNING")
    asyncio.run(run(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
