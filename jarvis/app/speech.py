"""Builds hearing and speaking from the settings."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from jarvis.app.hearing import HearingParts
from jarvis.app.once import built_once
from jarvis.app.recognition_place import RecognitionPlace
from jarvis.app.vocabulary import Vocabulary
from jarvis.app.wake_files import wake_of_file
from jarvis.assistant.prepare import Preparation
from jarvis.audio.device_choice import OnDevice
from jarvis.audio.devices import SoundDeviceMicrophone, SoundDeviceSpeaker
from jarvis.audio.echo import EchoCancellingMicrophone, EchoReference
from jarvis.audio.portaudio import Direction
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import LANGUAGES, DeviceError, EngineError, Language
from jarvis.contracts.messages import Request
from jarvis.contracts.speech import DeviceInUse, VoiceEvent, VoiceTrouble
from jarvis.contracts.speech_ports import Speaker, SpeechToText, TextToSpeech, WakeDetector
from jarvis.storage.heard import SqliteHeardLog
from jarvis.voice.floor import Resting
from jarvis.voice.loop import VoiceLoop
from jarvis.voice.options import VoiceOptions, hearing_options, voice_options
from jarvis.voice.parts import VoiceParts
from jarvis.voice.spoken_text import warm as warm_words
from jarvis.voice.turns import SilenceTurnDetector
from jarvis.voice.wake import NotedWakeDetector

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis

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
        self._options: tuple[int, VoiceOptions] | None = None
        self._echo_trouble: EngineError | None = None

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

    def notes(self, language: Language) -> list[tuple[str, str]]:
        """Return what the person should know of what hears them now, each with a code: what fell back to less."""
        found = self.hearing.notes(language) if "hearing" in self.__dict__ else []
        if self._echo_trouble is not None:
            found.append((self._echo_trouble.code, self._echo_trouble.sentence(language)))
        return found

    def wake_detector(self) -> NotedWakeDetector:
        """Return a detector of "hey jarvis" with the threshold that is set; `EngineError` where none can run."""
        return self.hearing.wake_detector()

    def options(self) -> VoiceOptions:
        """Return the voice options as they are now."""
        # Asked many times a second; taken before the values, so that a change between the two is seen next time.
        revision = self._jarvis.settings.revision
        if self._options is None or self._options[0] != revision:
            self._options = revision, voice_options(self._jarvis.settings, self._jarvis.language)
        return self._options[1]

    def wake_of_file(self) -> WakeDetector | None:
        """Return the wake words for a recording, in step with it; None where none can be heard."""
        return wake_of_file(self.hearing, self._jarvis.settings.text("voice.wake_words"))

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
        self._echo_trouble = microphone.note if jarvis.settings.flag("voice.echo_cancelling") else None
        return VoiceParts(
            microphone=lambda: microphone,
            wake=self.wake_of_file() if of_file else hearing.wake(),
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
        *,
        asleep: bool = False,
    ) -> VoiceLoop:
        """Return a listening loop on the devices, or with another `speaker`; `stop` reaches it.

        `asleep` says that Jarvis was told to sleep.
        """

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
            asleep=asleep,
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
        self.vocabulary.warm()
        self.speech_to_text.warm()
        self.text_to_speech.warm()
        self.hearing.warm()

    def warm_answers(self) -> None:
        """Load sentences, words, database, memory and router, and let a loaded model read its instructions."""
        warm_words()
        for language in LANGUAGES:
            self._jarvis.skill_book.warm(language)
        self._jarvis.conversation_log.conversations(limit=1)
        self.vocabulary.warm()
        self._jarvis.routing_room.encoder.prepare()
        preparation = Preparation(self._jarvis.abilities)
        for language, question in _OPEN_QUESTIONS.items():
            preparation.prepare(Request(text=question, door="voice", language=language), CancelToken())

    def close(self) -> None:
        """End the children that were started."""
        for part in ("hearing", "speech_to_text", "text_to_speech"):
            if part in self.__dict__:
                self.__dict__[part].close()

    def _stop_loop(self) -> bool:
        return self._loop is not None and self._loop.stop_all()
