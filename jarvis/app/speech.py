"""Builds hearing and speaking from the settings, and the whole acts that the command line asks for."""

from __future__ import annotations

import logging
import queue
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.app.hearing import HearingParts
from jarvis.app.once import built_once
from jarvis.app.recognition_place import RecognitionPlace
from jarvis.app.vocabulary import Vocabulary
from jarvis.app.wake_files import wake_of_file
from jarvis.assistant.language import language_of
from jarvis.assistant.prepare import Preparation
from jarvis.audio.device_choice import OnDevice
from jarvis.audio.devices import SoundDeviceMicrophone, SoundDeviceSpeaker
from jarvis.audio.echo import EchoCancellingMicrophone, EchoReference
from jarvis.audio.files import FileMicrophone, WavSpeaker, sound_info
from jarvis.audio.portaudio import Direction, find_device
from jarvis.audio.silent import SilentSpeaker
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import LANGUAGES, DeviceError, EngineError, InputError, JarvisError, Language
from jarvis.contracts.messages import Request
from jarvis.contracts.speech import DeviceInUse, Transcript, TurnFinished, VoiceEvent, VoiceTrouble, WakeHit
from jarvis.contracts.speech_ports import Speaker, SpeechToText, TextToSpeech, WakeDetector
from jarvis.storage.heard import SqliteHeardLog
from jarvis.voice.clauses import clauses_of
from jarvis.voice.demo import listen_to_file, run_demo
from jarvis.voice.floor import Resting
from jarvis.voice.loop import VoiceLoop
from jarvis.voice.options import VoiceOptions, hearing_options, voice_options
from jarvis.voice.parts import VoiceParts
from jarvis.voice.spoken_text import warm as warm_words
from jarvis.voice.turns import SilenceTurnDetector
from jarvis.voice.unanswered import Unanswered
from jarvis.voice.wake import NotedWakeDetector, no_wake_word
from jarvis.voice.wake_confirm import confirmed_hits

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

LONGEST_TRANSCRIPTION_SECONDS = 2 * 3600.0
"""Longer recordings are refused with a sentence."""

_OPEN_QUESTIONS: dict[Language, str] = {"en": "why is the sky blue", "es": "por qué el cielo es azul"}
"""What no skill answers: the way of a question to a model is gone with them once, up to the model itself."""

_log = logging.getLogger(__name__)


class Speech:
    """The recogniser, the voice, the detectors and what is done with them. Children start when first needed."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis
        self.building = jarvis.building
        self._loop: VoiceLoop | None = None
        self._place: RecognitionPlace | None = None

    @built_once
    def speech_to_text(self) -> SpeechToText:
        """The best recogniser that is here."""
        from jarvis.app.speech_children import speech_to_text

        self._place = RecognitionPlace(self._jarvis)
        return speech_to_text(self._jarvis, self._place)

    @built_once
    def text_to_speech(self) -> TextToSpeech:
        """The best voices that are here."""
        from jarvis.app.speech_children import text_to_speech

        return text_to_speech(self._jarvis)

    @built_once
    def hearing(self) -> HearingParts:
        """The wake words, stop words and pauses."""
        return HearingParts(self._jarvis, self.speech_to_text)

    @built_once
    def echo_reference(self) -> EchoReference:
        """What the speaker plays, for the echo canceller."""
        return EchoReference()

    @built_once
    def vocabulary(self) -> Vocabulary:
        """The words that help the recogniser."""
        return Vocabulary(self._jarvis)

    def wake_detector(self) -> NotedWakeDetector:
        """Return a detector of "hey jarvis" with the threshold that is set; `EngineError` where none can run."""
        return self.hearing.wake_detector()

    def options(self) -> VoiceOptions:
        """Return the voice options as they are now."""
        return voice_options(self._jarvis.settings, self._jarvis.language)

    def microphone(
        self, on_device: OnDevice | None = None, quiet: Callable[[], bool] = lambda: True
    ) -> EchoCancellingMicrophone:
        """Return the chosen microphone, unopened, with Jarvis' own voice taken out as the settings say.

        While `quiet` returns True it may be taken away for a moment, to look for devices that were plugged in.
        """
        settings = self._jarvis.settings
        return EchoCancellingMicrophone(
            SoundDeviceMicrophone(settings.text("voice.microphone"), on_device=on_device, quiet=quiet),
            self.echo_reference,
            echo=settings.flag("voice.echo_cancelling"),
            noise_suppression=settings.flag("voice.noise_suppression"),
            gain=settings.flag("voice.automatic_gain"),
        )

    def speaker(self, on_device: OnDevice | None = None) -> Speaker:
        """Return the chosen speaker, unopened."""
        return SoundDeviceSpeaker(
            self._jarvis.settings.text("voice.speaker"), reference=self.echo_reference, on_device=on_device
        )

    def parts(
        self, speaker: Speaker, microphone: EchoCancellingMicrophone | None = None, *, of_file: bool = False
    ) -> VoiceParts:
        """Return what a listening loop is built from; the words of a recording may be waited for."""
        hearing, jarvis = self.hearing, self._jarvis
        microphone = microphone or self.microphone()
        return VoiceParts(
            microphone=lambda: microphone,
            wake=self._wake_of_file() if of_file else hearing.wake(),
            activity=hearing.activity(),
            turns=SilenceTurnDetector(),
            speech_to_text=self.speech_to_text,
            assistant=jarvis.assistant(),
            text_to_speech=self.text_to_speech,
            speaker=speaker,
            clock=jarvis.clock,
            judge=hearing.judge(),
            confirmer=hearing.confirmer(),
            stop_words=hearing.stop_words(),
            preparing=Preparation(jarvis.abilities),
            heard_log=SqliteHeardLog(jarvis.database),
            hints=self.vocabulary,
            echo_free=microphone.cancels_echo,
            foreign=lambda: microphone.foreign,
            whole=lambda: microphone.whole,
        )

    def loop(
        self,
        on_event: Callable[[VoiceEvent], None],
        resting: Resting = "sleeping",
        speaker: Speaker | None = None,
    ) -> VoiceLoop:
        """Return a listening loop on the devices, or with another `speaker`; `stop` reaches it."""

        def on_device(direction: Direction, name: str, note: DeviceError | None) -> None:
            sentence = note.sentence(self._jarvis.language) if note else ""
            on_event(DeviceInUse(direction=direction, name=name, note=sentence))

        def quiet() -> bool:
            return loop.state in ("sleeping", "off")

        def on_trouble(error: EngineError) -> None:
            _log.warning("%s", error.sentence("en"))
            on_event(VoiceTrouble(code=error.code, sentence=error.sentence(self._jarvis.language)))

        if self._jarvis.models_apart:
            self._jarvis.small_models.on_trouble = on_trouble
        parts = self.parts(speaker or self.speaker(on_device), self.microphone(on_device, quiet))
        loop = VoiceLoop(
            parts,
            options=self.options,
            on_event=on_event,
            hearing=hearing_options(self._jarvis.settings),
            resting=resting,
        )
        if self._loop is None:
            self._jarvis.stop_hub.register(self._stop_loop)
        self._loop = loop
        return loop

    def renew(self, *, models: bool) -> None:
        """Let go of the detectors, and with `models` of recogniser and voices too: other settings want others."""
        if models and self._place is not None:
            self._place.close()
        for part in ("hearing", *(("speech_to_text", "text_to_speech") if models else ())):
            if part in self.__dict__:
                self.__dict__.pop(part).close()

    def warm(self) -> None:
        """Start the children and load what the first spoken question would wait for; takes seconds.

        Nothing is said, stored or asked. Raises `EngineError` when recogniser or voice cannot start.
        """
        self.warm_children()
        self.warm_answers()

    def warm_children(self) -> None:
        """Start what recognises, speaks and spots words; raises `EngineError` when recogniser or voice cannot start."""
        self.speech_to_text.warm()
        self.text_to_speech.warm()
        self.hearing.warm()

    def warm_answers(self) -> None:
        """Load sentences, words, database, memory and router, and let a loaded model read its instructions."""
        warm_words()
        for language in LANGUAGES:
            self._jarvis.skill_book.warm(language)
        self._jarvis.conversation_log.conversations(limit=1)
        self._jarvis.routing_room.encoder.prepare()
        preparation = Preparation(self._jarvis.abilities)
        for language, question in _OPEN_QUESTIONS.items():
            preparation.prepare(Request(text=question, door="voice", language=language), CancelToken())

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
        detector, confirmer = self._wake_of_file(), self.hearing.confirmer()
        if detector is None:
            raise no_wake_word()
        microphone = FileMicrophone(file, trailing_silence_seconds=0.5, limit_seconds=LONGEST_TRANSCRIPTION_SECONDS)
        yield from confirmed_hits(microphone.chunks(), detector, confirmer)

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
        """Yield what the listening loop does, until `cancel`, the file's end or, with `once`, one turn.

        `InputError` at the end of a file of which nothing was answered: it says why.
        """
        if source:
            sound_info(source)
        elif self._jarvis.settings.text("voice.mode") == "push":
            raise _no_talk_button()
        else:
            find_device(self._jarvis.settings.text("voice.microphone"), "input")
        written = WavSpeaker(output) if output else None
        parts = self._file_parts(written or self._file_speaker()) if source else None
        events: queue.SimpleQueue[VoiceEvent | JarvisError | None] = queue.SimpleQueue()
        turns = 1 if once else None
        loop = None if source else self.loop(_with_words(events.put), speaker=written)

        unanswered = Unanswered()

        def told(event: VoiceEvent) -> None:
            unanswered.take(event)
            events.put(event)

        def run() -> None:
            try:
                if loop is None:
                    assert source is not None and parts is not None
                    listen_to_file(parts, source, options=self.options, on_event=_with_words(told), turns=turns)
                    if not unanswered.answered:
                        raise unanswered.error(source, told=True)
                else:
                    loop.run(turns=turns)
            except JarvisError as error:
                events.put(error)
            finally:
                events.put(None)

        if loop is not None:
            cancel.on_cancel(loop.close)
            threading.Thread(target=self._warm_quietly, name="jarvis-warming", daemon=True).start()
        else:
            self.warm_answers()
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
            self.warm_answers()
            # The question that is spoken on the spot is English, whatever Jarvis is set to.
            options = self.options if source else lambda: replace(self.options(), language="en")
            report = run_demo(self._file_parts(speaker), options=options, path=source)
        recogniser = self.speech_to_text.info(self._jarvis.language)
        return {**report.to_json(), "reply": heard, "note": recogniser.note}

    def close(self) -> None:
        """End the children that were started."""
        for part in ("hearing", "speech_to_text", "text_to_speech"):
            if part in self.__dict__:
                self.__dict__[part].close()

    def _stop_loop(self) -> bool:
        return self._loop is not None and self._loop.stop_all()

    def _warm_quietly(self) -> None:
        """Warm while it listens already; what cannot start is told to whoever then asks it."""
        try:
            self.warm()
        except JarvisError as error:
            _log.info("warming ended", extra={"facts": {"code": error.code}})

    def _present_speaker(self) -> Speaker:
        find_device(self._jarvis.settings.text("voice.speaker"), "output")
        return self.speaker()

    def _file_parts(self, speaker: Speaker) -> VoiceParts:
        return self.parts(speaker, of_file=True)

    def _wake_of_file(self) -> WakeDetector | None:
        return wake_of_file(self.hearing, self._jarvis.settings.text("voice.wake_words"))

    def _file_speaker(self) -> Speaker:
        # A recording answered without a speaker and without --output is still answered in text.
        try:
            return self._present_speaker()
        except DeviceError:
            return SilentSpeaker()


def _with_words(tell: Callable[[VoiceEvent], None]) -> Callable[[VoiceEvent], None]:
    """Return what tells everything but the end of turns that had no words and nothing to say."""

    def told(event: VoiceEvent) -> None:
        if not isinstance(event, TurnFinished) or event.transcript is not None or event.text:
            tell(event)

    return told


def _no_talk_button() -> InputError:
    return InputError(
        "listen.push",
        en="voice.mode is push: Jarvis listens only while its window's talk button was pressed, and the terminal has "
        "none. Nothing was listened to; “jarvis config set voice.mode wake” listens for the wake word.",
        es="voice.mode es push: Jarvis solo escucha cuando se pulsa el botón de hablar de su ventana y el terminal no "
        "tiene ninguno. No se ha escuchado nada; «jarvis config set voice.mode wake» escucha la palabra de activación.",
    )
