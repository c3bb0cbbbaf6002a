"""The whole acts with sound that the command line asks for: a file recognised, words said, listening, the demo."""

from __future__ import annotations

import logging
import queue
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.app.speech import Speech
from jarvis.assistant.language import language_of
from jarvis.audio.files import FileMicrophone, WavSpeaker, sound_info
from jarvis.audio.portaudio import find_device
from jarvis.audio.silent import SilentSpeaker
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import DeviceError, InputError, JarvisError, Language
from jarvis.contracts.speech import Transcript, TurnFinished, VoiceEvent, WakeHit
from jarvis.contracts.speech_ports import Speaker
from jarvis.voice.clauses import clauses_in
from jarvis.voice.demo import listen_to_file, run_demo
from jarvis.voice.mouth import Mouth
from jarvis.voice.parts import VoiceParts
from jarvis.voice.unanswered import Unanswered
from jarvis.voice.wake import no_wake_word
from jarvis.voice.wake_confirm import confirmed_hits

if TYPE_CHECKING:
    from jarvis.settings.store import Settings

LONGEST_TRANSCRIPTION_SECONDS = 2 * 3600.0
"""Longer recordings are refused with a sentence."""

_log = logging.getLogger(__name__)


class SpeechActs:
    """What is done once with recogniser, voice and detectors, from beginning to end."""

    def __init__(self, speech: Speech, settings: Settings) -> None:
        self._speech = speech
        self._settings = settings

    def transcribe(self, file: Path, language: Language | None) -> Transcript:
        """Recognise one audio file as one utterance."""
        sound_info(file)
        utterance = self._speech.speech_to_text.open(language)
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
        detector, confirmer = self._speech.wake_of_file(), self._speech.hearing.confirmer()
        if detector is None:
            raise no_wake_word()
        microphone = FileMicrophone(file, trailing_silence_seconds=0.5, limit_seconds=LONGEST_TRANSCRIPTION_SECONDS)
        yield from confirmed_hits(microphone.chunks(), detector, confirmer)

    def say(self, text: str, language: Language | None, output: Path | None) -> Mapping[str, object]:
        """Speak `text` as an answer is said; returns `{engine, voice, audio_seconds, first_audio_seconds}`."""
        spoken_in = language or language_of(text, self._speech.options().usual_language)
        clauses = clauses_in(text, spoken_in)
        if not clauses:
            raise InputError(
                "say.empty", en="There is nothing to say in that text.", es="En ese texto no hay nada que decir."
            )
        speaker = WavSpeaker(output) if output else self._present_speaker()
        voice = self._speech.text_to_speech
        voice.warm()
        began, cancel = time.perf_counter(), CancelToken()
        sounded: list[float] = []
        troubles: list[JarvisError] = []
        options = self._speech.options()
        speech = Mouth(voice, speaker, troubles.append).speech(
            cancel, options.rate, lambda: sounded.append(time.perf_counter() - began), volume=options.volume
        )
        try:
            for clause in clauses:
                speech.say(clause, clause.language)
            speech.finish()
        finally:
            # Who breaks it off wants no more of it; what was said wholly is over by now.
            cancel.cancel()
            speaker.close()
        if troubles:
            raise troubles[0]
        info = voice.info(spoken_in)
        return {
            "engine": info.engine,
            "voice": info.model,
            "language": spoken_in,
            "audio_seconds": round(speech.spans[-1].end if speech.spans else 0.0, 3),
            "first_audio_seconds": round(sounded[0] if sounded else 0.0, 4),
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
        elif self._settings.text("voice.mode") == "push":
            raise _no_talk_button()
        else:
            find_device(self._settings.text("voice.microphone"), "input")
        written = WavSpeaker(output) if output else None
        parts = self._file_parts(written or self._file_speaker()) if source else None
        events: queue.SimpleQueue[VoiceEvent | JarvisError | None] = queue.SimpleQueue()
        turns = 1 if once else None
        loop = None if source else self._speech.loop(_with_words(events.put), speaker=written)

        unanswered = Unanswered()

        def told(event: VoiceEvent) -> None:
            unanswered.take(event)
            events.put(event)

        def run() -> None:
            try:
                if loop is None:
                    assert source is not None and parts is not None
                    listen_to_file(parts, source, options=self._speech.options, on_event=_with_words(told), turns=turns)
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
            self._speech.warm_answers()
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
            self._speech.warm_answers()
            report = run_demo(self._file_parts(speaker), options=self._speech.options, path=source)
        recogniser = self._speech.speech_to_text.info(self._speech.options().usual_language)
        return {**report.to_json(), "reply": heard, "note": recogniser.note}

    def _warm_quietly(self) -> None:
        """Warm while it listens already; what cannot start is told to whoever then asks it."""
        try:
            self._speech.warm()
        except JarvisError as error:
            _log.info("warming ended", extra={"facts": {"code": error.code}})

    def _present_speaker(self) -> Speaker:
        find_device(self._settings.text("voice.speaker"), "output")
        return self._speech.speaker()

    def _file_parts(self, speaker: Speaker) -> VoiceParts:
        return self._speech.parts(speaker, of_file=True)

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
