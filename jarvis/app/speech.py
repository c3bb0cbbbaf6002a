"""Builds hearing and speaking from the settings, and the whole acts that the command line asks for."""

from __future__ import annotations

import queue
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.assistant.language import language_of
from jarvis.audio.devices import SoundDeviceMicrophone, SoundDeviceSpeaker
from jarvis.audio.files import FileMicrophone, WavSpeaker, sound_info
from jarvis.audio.portaudio import find_device
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import LANGUAGES, DeviceError, InputError, JarvisError, Language
from jarvis.contracts.speech import Transcript, VoiceEvent, WakeHit
from jarvis.contracts.speech_ports import Microphone, Speaker, SpeechToText, TextToSpeech
from jarvis.voice.activity import SileroVoiceDetector
from jarvis.voice.clauses import clauses_of
from jarvis.voice.demo import listen_to_file, run_demo
from jarvis.voice.floor import Resting
from jarvis.voice.loop import VoiceLoop
from jarvis.voice.options import VoiceOptions, voice_options
from jarvis.voice.parts import VoiceParts
from jarvis.voice.turns import SilenceTurnDetector
from jarvis.voice.wake import KeyphraseWakeDetector, MicroWakeDetector, wake_detector

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

LONGEST_TRANSCRIPTION_SECONDS = 2 * 3600.0
"""Longer recordings are refused with a sentence."""


class Speech:
    """The recogniser, the voice, the detectors and what is done with them. Children start when first needed."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis

    @cached_property
    def speech_to_text(self) -> SpeechToText:
        """The best recogniser that is here."""
        from jarvis.app.speech_children import speech_to_text

        return speech_to_text(self._jarvis)

    @cached_property
    def text_to_speech(self) -> TextToSpeech:
        """The best voices that are here."""
        from jarvis.app.speech_children import text_to_speech

        return text_to_speech(self._jarvis)

    def wake_detector(self) -> MicroWakeDetector | KeyphraseWakeDetector:
        """Return a detector with the threshold that is set; `EngineError` where none can run."""
        return wake_detector(self._jarvis.settings.number("voice.wake_threshold"))

    def options(self) -> VoiceOptions:
        """Return the voice options as they are now."""
        return voice_options(self._jarvis.settings, self._jarvis.language)

    def microphone(self) -> Microphone:
        """Return the chosen microphone, unopened."""
        return SoundDeviceMicrophone(self._jarvis.settings.text("voice.microphone"))

    def speaker(self) -> Speaker:
        """Return the chosen speaker, unopened."""
        return SoundDeviceSpeaker(self._jarvis.settings.text("voice.speaker"))

    def parts(self, speaker: Speaker) -> VoiceParts:
        """Return what a listening loop is built from."""
        return VoiceParts(
            microphone=self.microphone,
            wake=self.wake_detector(),
            activity=SileroVoiceDetector(),
            turns=SilenceTurnDetector(self._jarvis.settings.number("voice.endpoint_silence_seconds")),
            speech_to_text=self.speech_to_text,
            assistant=self._jarvis.assistant(),
            text_to_speech=self.text_to_speech,
            speaker=speaker,
            clock=self._jarvis.clock,
        )

    def loop(self, on_event: Callable[[VoiceEvent], None], resting: Resting = "sleeping") -> VoiceLoop:
        """Return a listening loop on the devices; `stop` reaches it."""
        loop = VoiceLoop(self.parts(self.speaker()), options=self.options, on_event=on_event, resting=resting)
        self._jarvis.stop_hub.register(loop.stop_all)
        return loop

    def transcribe(self, file: Path, language: Language | None) -> Transcript:
        """Recognise one audio file as one utterance."""
        sound_info(file)
        utterance = self.speech_to_text.open(language)
        try:
            microphone = FileMicrophone(file, trailing_silence_seconds=0.3, limit_seconds=LONGEST_TRANSCRIPTION_SECONDS)
            for chunk in microphone.chunks():
                utterance.feed(chunk)
        except BaseException:
            utterance.abandon()
            raise
        return utterance.finish()

    def wake_hits(self, file: Path) -> Iterator[WakeHit]:
        """Yield the wake words in an audio file."""
        sound_info(file)
        detector = self.wake_detector()
        microphone = FileMicrophone(file, trailing_silence_seconds=0.5, limit_seconds=LONGEST_TRANSCRIPTION_SECONDS)
        for chunk in microphone.chunks():
            yield from detector.process(chunk)

    def say(self, text: str, language: Language | None, output: Path | None) -> Mapping[str, object]:
        """Speak `text`; returns `{engine, voice, audio_seconds, first_audio_seconds}`."""
        spoken_in = language or language_of(text, self._jarvis.language)
        clauses = clauses_of(text, spoken_in)
        if not clauses:
            raise InputError(
                "say.empty", en="There is nothing to say in that text.", es="En ese texto no hay nada que decir."
            )
        speaker = WavSpeaker(output) if output else self._present_speaker()
        voice = self.text_to_speech
        voice.warm()
        began, first, seconds = time.perf_counter(), None, 0.0
        try:
            for clause in clauses:
                for chunk in voice.synthesize(clause, spoken_in, self._jarvis.settings.number("voice.rate")):
                    first = first or time.perf_counter() - began
                    seconds += chunk.seconds
                    speaker.play(chunk)
            speaker.wait()
        finally:
            speaker.close()
        info = voice.info(spoken_in)
        return {
            "engine": info.engine,
            "voice": info.model,
            "language": spoken_in,
            "audio_seconds": round(seconds, 3),
            "first_audio_seconds": round(first or 0.0, 4),
            "note": info.note,
        }

    def listen(
        self, *, source: Path | None, output: Path | None, once: bool, cancel: CancelToken
    ) -> Iterator[VoiceEvent]:
        """Yield what the listening loop does, until `cancel`, the file's end or, with `once`, one turn."""
        if source:
            sound_info(source)
        speaker = WavSpeaker(output) if output else self._file_speaker() if source else self.speaker()
        parts = self.parts(speaker)
        events: queue.SimpleQueue[VoiceEvent | JarvisError | None] = queue.SimpleQueue()
        turns = 1 if once else None
        loop = None if source else VoiceLoop(parts, options=self.options, on_event=events.put)

        def run() -> None:
            try:
                if loop is None:
                    assert source is not None
                    listen_to_file(parts, source, options=self.options, on_event=events.put, turns=turns)
                else:
                    loop.run(turns=turns)
            except JarvisError as error:
                events.put(error)
            finally:
                events.put(None)

        self._warm_answers()
        if loop is not None:
            find_device(self._jarvis.settings.text("voice.microphone"), "input")
            cancel.on_cancel(loop.close)
        thread = threading.Thread(target=run, name="jarvis-listen", daemon=True)
        thread.start()
        try:
            while (event := events.get()) is not None:
                if isinstance(event, JarvisError):
                    raise event
                yield event
        finally:
            if loop is not None:
                loop.close()

    def demo(self, *, source: Path | None, output: Path | None) -> Mapping[str, object]:
        """Run one whole spoken turn; the reply is played where there is a speaker, else only written."""
        if source:
            sound_info(source)
        with tempfile.TemporaryDirectory(prefix="jarvis-demo") as folder:
            speaker: Speaker
            if output:
                speaker, heard = WavSpeaker(output), str(output)
            else:
                try:
                    speaker, heard = self._present_speaker(), "speaker"
                except DeviceError:
                    speaker, heard = (
                        WavSpeaker(Path(folder) / "reply.wav"),
                        "nowhere: no speaker here; --output keeps it",
                    )
            self._warm_answers()
            report = run_demo(self.parts(speaker), options=self.options, path=source)
        recogniser = self.speech_to_text.info(self._jarvis.language)
        return {**report.to_json(), "reply": heard, "note": recogniser.note}

    def close(self) -> None:
        """End the children that were started."""
        for part in ("speech_to_text", "text_to_speech"):
            if part in self.__dict__:
                self.__dict__[part].close()

    def _warm_answers(self) -> None:
        """Load sentences and open the database before anybody speaks, as the window does while nobody waits."""
        for language in LANGUAGES:
            self._jarvis.skill_book.warm(language)
        self._jarvis.conversation_log.conversations(limit=1)
        self._jarvis.routing_room.encoder.prepare()

    def _present_speaker(self) -> Speaker:
        find_device(self._jarvis.settings.text("voice.speaker"), "output")
        return self.speaker()

    def _file_speaker(self) -> Speaker:
        # A recording answered without a speaker and without --output is still answered in text.
        try:
            return self._present_speaker()
        except DeviceError:
            return WavSpeaker(Path("/dev/null"))
