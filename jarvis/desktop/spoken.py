"""What is heard and said, as the chat window shows it: state, partial words, dictation, corrections, devices.

Knows the parts of the window that it speaks to, and no audio.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from jarvis.contracts.events import AskStarted
from jarvis.contracts.speech import (
    AnswerInterrupted,
    AnswerStep,
    DeviceInUse,
    Dictated,
    LevelMeasured,
    PartialHeard,
    PartialWords,
    TranscriptReady,
    TurnFinished,
    VoiceEvent,
    VoiceState,
    VoiceTrouble,
)
from jarvis.desktop import texts, voice_texts
from jarvis.desktop.banners import Banners
from jarvis.desktop.composer import Composer
from jarvis.desktop.desk import Desk, code_of
from jarvis.desktop.dictation import Dictation, HeldKey
from jarvis.desktop.dictation_flaws import flaws_of
from jarvis.desktop.services import Notice
from jarvis.desktop.session import ChatSession
from jarvis.desktop.texts import Text


class Spoken(QObject):
    """The spoken side of the window; `show_status` says a sentence in its status line."""

    def __init__(
        self,
        desk: Desk,
        session: ChatSession,
        composer: Composer,
        banners: Banners,
        show_status: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._desk = desk
        self._session = session
        self._composer = composer
        self._banners = banners
        self._show_status = show_status
        self._state = VoiceState(name="off")
        self._lost = ""
        self._taken_up = desk.services.settings.revision
        self._taking_up = False
        self.devices: dict[str, DeviceInUse] = {}
        self.dictation = Dictation(desk, composer, composer.dictate_button)
        self._held_key = HeldKey(self.dictation)
        composer.talk_wanted.connect(self.talk)
        composer.dictate_button.pressed.connect(self.dictation.begin)
        composer.dictate_button.released.connect(self.dictation.end)
        self.dictation.changed.connect(self._dictation_changed)
        for signal, text in (
            (self.dictation.written, voice_texts.DICTATED),
            (self.dictation.nothing, voice_texts.DICTATION_EMPTY),
            (self.dictation.cancelled, voice_texts.DICTATION_CANCELLED),
        ):
            signal.connect(partial(self._say, text))
        self.dictation.copied.connect(self._tell_copied)
        self.dictation.flawed.connect(self._tell_flaw)
        self.dictation.trouble.connect(banners.show_trouble)

    def take(self, event: VoiceEvent) -> None:
        """Show what the voice does."""
        if isinstance(event, LevelMeasured):
            self._composer.microphone.set_level(event.level)
        elif isinstance(event, VoiceState):
            self._state = event
            self._show_state()
            if self._lost and event.name != "off":
                # What was told while nothing was heard, such as a microphone that is gone, is over.
                self._banners.end_trouble(self._lost)
                self._lost = ""
        elif isinstance(event, PartialHeard):
            self._composer.show_live(event.words)
        elif isinstance(event, AnswerStep):
            if isinstance(event.event, AskStarted):
                self._composer.show_live(None)
            self._session.take_spoken(event.event)
        elif isinstance(event, AnswerInterrupted):
            self._session.interrupted(event)
        elif isinstance(event, TranscriptReady):
            heard = event.transcript
            self._composer.show_live(PartialWords(text=heard.text, stable=len(heard.text), language=heard.language))
            self._show_status(self._desk.words(texts.HEARD, heard=heard.text))
        elif isinstance(event, TurnFinished | Dictated):
            self._composer.show_live(None)
        elif isinstance(event, VoiceTrouble):
            self._banners.show_trouble(event.sentence, event.code)
            self._lost = event.sentence if self._state.name == "off" else ""
        elif isinstance(event, DeviceInUse):
            self._device_changed(event)
        self.dictation.take(event)

    def talk(self) -> None:
        """Listen at once, turning the microphone on where it is off."""
        voice = self._desk.services.voice
        state = self._state.name

        def talk() -> None:
            if state == "off":
                voice.start()
            elif state == "muted":
                voice.unmute()
            voice.push_to_talk()

        self._desk.bridge.run(talk, None, self._failed)

    def correct(self, heard: str) -> None:
        """The person was misheard: what is being answered is not wanted, and the words are theirs to mend."""
        if self._session.busy or self._state.name == "speaking":
            self._session.stop()
        self._composer.correct(heard)
        self._say(voice_texts.CORRECTING)

    def keep_up(self) -> None:
        """Take up options that were changed, wherever that was; call it every now and then."""
        services = self._desk.services
        revision = services.settings.revision
        if self._taking_up or revision == self._taken_up:
            return
        self._taking_up = True
        self._composer.pill.show_state()

        def done(taken_up: bool) -> None:
            self._taking_up = False
            if taken_up:
                self._taken_up = revision
                self.keep_up()

        def failed(error: Exception) -> None:
            done(True)
            self._failed(error)

        self._desk.bridge.run(services.voice.apply_settings, done, failed)

    def _failed(self, error: Exception) -> None:
        self._banners.show_trouble(self._desk.sentence(error), code_of(error))

    def _show_state(self) -> None:
        state, composer = self._state, self._composer
        composer.microphone.set_state(state.name)
        dictating = self.dictation.phase != "idle" and state.name in ("listening", "hearing", "thinking")
        composer.pill.set_state(state.name, "dictation" if dictating else state.detail)
        if state.name not in ("hearing", "thinking"):
            composer.show_live(None)

    def _device_changed(self, event: DeviceInUse) -> None:
        self.devices[event.direction] = event
        notice_id = f"device-{event.direction}"
        if event.note:
            self._banners.tell(Notice(id=notice_id, text=event.note))
        else:
            self._banners.untell(notice_id)

    def _dictation_changed(self) -> None:
        phase = self.dictation.phase
        self._composer.dictate_button.setDown(phase in ("starting", "holding"))
        if phase != "idle":
            self._say(voice_texts.DICTATION_WAITING if phase == "waiting" else voice_texts.DICTATING)
        self._show_state()

    def _tell_copied(self, heard: str) -> None:
        sentence = self._desk.words(voice_texts.DICTATION_COPIED, heard=heard)
        self._banners.tell(Notice(id="dictation", text=sentence))

    def _tell_flaw(self, event: Dictated) -> None:
        if sentences := [self._desk.words(text) for text in flaws_of(event)]:
            self._show_status(" ".join(sentences))

    def _say(self, text: Text) -> None:
        self._show_status(self._desk.words(text))
