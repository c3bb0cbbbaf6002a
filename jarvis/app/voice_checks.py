"""What `jarvis doctor` says of hearing and speaking: each part that is loaded for it, and what is used in its place."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

from jarvis.cli.services import Check
from jarvis.contracts.errors import DeviceError, EngineError, Language

if TYPE_CHECKING:
    from jarvis.app.build import Jarvis
    from jarvis.audio.portaudio import AudioDevice, Direction

State = Literal["ok", "note", "missing", "failed"]
Row = Callable[..., Check]
_INSTALL = "./install_upgrade.sh run"


class VoiceChecks:
    """The checks, each a generator; `row` makes a line about the current part of state, finding and remedy."""

    def __init__(self, jarvis: Jarvis, language: Language, row: Row) -> None:
        self._jarvis = jarvis
        self._language: Language = language
        self._row = row

    def wake_word(self) -> Iterator[Check]:
        """The words, what hears them, and what looks again."""
        if (missing := self._missing("sounddevice", "soundfile", "soxr")) is not None:
            yield missing
            return
        from jarvis.voice.wake_words import HEY_JARVIS, wake_words_of

        settings, speech = self._jarvis.settings, self._jarvis.speech
        mode = settings.text("voice.mode")
        if mode != "wake":
            yield self._row(
                "ok",
                self._words(
                    f"not listened for (voice.mode {mode}); “jarvis config set voice.mode wake” turns it on",
                    f"no se escucha (voice.mode {mode}); «jarvis config set voice.mode wake» la activa",
                ),
            )
        for word in wake_words_of(settings.text("voice.wake_words")):
            if word != HEY_JARVIS:
                yield self._row(
                    "ok", self._words(f"{word}, by the word spotter", f"{word}, con el detector de palabras")
                )
                continue
            note = speech.wake_detector().note
            trained = self._words("by its trained model", "con su modelo entrenado")
            yield self._row(
                "note" if note else "ok", f"{word}: {note[self._language]}" if note else f"{word}, {trained}"
            )
        if not settings.flag("voice.wake_second_look"):
            second = self._words(
                "no second look at doubtful calls (voice.wake_second_look is off)",
                "sin segunda mirada a las llamadas dudosas (voice.wake_second_look está desactivado)",
            )
            yield self._row("note", second)
        elif speech.speech_to_text.info().quality == "full":
            yield self._row(
                "ok",
                self._words(
                    "doubtful calls are looked at again, with the recogniser",
                    "las llamadas dudosas se miran otra vez, con el reconocedor",
                ),
            )
        else:
            yield self._row(
                "ok",
                self._words(
                    "doubtful calls are looked at again, with the word spotter",
                    "las llamadas dudosas se miran otra vez, con el detector de palabras",
                ),
            )

    def stop_words(self) -> Iterator[Check]:
        """What hears "stop" while Jarvis speaks: the network, else a child."""
        failed = self._jarvis.speech.hearing.network_failure()
        if failed is not None:
            yield self._row("note", failed.sentence(self._language))
            if (missing := self._missing("pocketsphinx")) is not None:
                yield missing
                return
            self._jarvis.speech.hearing.spotter.warm()
        yield self._row(
            "ok",
            self._words(
                "“stop” and its like are heard while Jarvis speaks", "«para» y similares se oyen mientras Jarvis habla"
            ),
        )

    def hearing(self) -> Iterator[Check]:
        """The recogniser starts, and where it runs."""
        if (missing := self._missing("wyoming", "pocketsphinx")) is not None:
            yield missing
            return
        recogniser = self._jarvis.speech.speech_to_text
        recogniser.warm()
        info = recogniser.info(self._language)
        on = self._words(f"on {info.device}", f"en {info.device}") if info.device else ""
        how = f"({info.decoding})" if info.decoding else ""
        yield self._row("ok", " ".join(part for part in (info.engine, info.model, on, how) if part))
        if info.note:
            fetch = "" if info.quality == "full" else "jarvis models download whisper-base"
            yield self._row("note", info.note, fetch)

    def end_of_turn(self) -> Iterator[Check]:
        """What tells whether somebody has finished speaking."""
        file = self._jarvis.speech.hearing.turn_model()
        if file is None:
            yield self._row(
                "ok",
                self._words(
                    "rules for the words and their melody; “jarvis models download turn-smart-v3.2” (9 MB) adds a "
                    "model that listens too",
                    "reglas sobre las palabras y su melodía; «jarvis models download turn-smart-v3.2» (9 MB) añade un "
                    "modelo que también escucha",
                ),
            )
            return
        from jarvis.voice.smart_turn import SmartTurnJudge

        try:
            SmartTurnJudge(file)
        except EngineError as error:
            yield self._row("failed", error.sentence(self._language))
        else:
            yield self._row("ok", self._words(f"{file.name} and rules", f"{file.name} y reglas"))

    def echo(self) -> Iterator[Check]:
        """Whether Jarvis' own voice is taken out of what the microphone hears, and what follows from it."""
        only_words = self._words(
            "only the wake word and “stop” interrupt Jarvis",
            "solo la palabra de activación y «para» interrumpen a Jarvis",
        )
        if not self._jarvis.settings.flag("voice.echo_cancelling"):
            off = self._words("switched off (voice.echo_cancelling)", "desactivada (voice.echo_cancelling)")
            yield self._row("note", f"{off}; {only_words}" if self._careful() else off)
            return
        from jarvis.audio.webrtc import AudioProcessing

        try:
            AudioProcessing(echo=True)
        except EngineError as error:
            yield self._row("missing", error.sentence(self._language))
        else:
            talk = self._words("speech interrupts Jarvis", "hablar interrumpe a Jarvis")
            barge_in = self._jarvis.settings.text("voice.barge_in")
            yield self._row("ok", f"WebRTC; {only_words if barge_in == 'wake_word' else talk}")

    def voices(self) -> Iterator[Check]:
        """Both voices start."""
        if (missing := self._missing("wyoming", "espeakng_loader")) is not None:
            yield missing
            return
        voice = self._jarvis.speech.text_to_speech
        voice.warm()
        for language, fetch in (("en", "voice-en-lessac"), ("es", "voice-es-davefx")):
            info = voice.info("es" if language == "es" else "en")
            finding = f"{language}: {info.engine} {info.model}"
            if info.quality == "full":
                yield self._row("ok", finding)
            else:
                basic = self._words("a basic voice", "una voz básica")
                yield self._row("note", f"{finding}, {basic}", f"jarvis models download {fetch}")

    def devices(self) -> Iterator[Check]:
        """Microphone and speaker: the ones that are used, and the others."""
        from jarvis.audio.portaudio import list_devices

        try:
            found = list_devices()
        except DeviceError as error:
            yield self._row("missing", error.sentence(self._language))
            return
        yield self._device("input", [device for device in found if device.direction == "input"])
        yield self._device("output", [device for device in found if device.direction == "output"])

    def _device(self, direction: Direction, there: list[AudioDevice]) -> Check:
        from jarvis.audio.portaudio import find_device, instead

        what = self._words("microphone", "micrófono") if direction == "input" else self._words("speaker", "altavoz")
        setting = "voice.microphone" if direction == "input" else "voice.speaker"
        if not there:
            return self._row(
                "missing",
                self._words(f"no {what} here", f"aquí no hay {what}"),
                self._words(
                    "Connect one; until then “jarvis demo” and --input/--output work with files.",
                    "Conecta uno; mientras, «jarvis demo» e --input/--output funcionan con ficheros.",
                ),
            )
        wanted = self._jarvis.settings.text(setting)
        try:
            used, note = find_device(wanted, direction), None
        except DeviceError:
            used = find_device("", direction)
            note = instead(wanted, used)
        others = ", ".join(dict.fromkeys(device.name for device in there if device.index != used.index))
        also = self._words(f"; also here: {others}", f"; también: {others}") if others else ""
        if note is not None:
            return self._row(
                "note",
                note.sentence(self._language) + also,
                self._words(f"jarvis config set {setting} NAME", f"jarvis config set {setting} NOMBRE"),
            )
        why = self._words("chosen", "elegido") if wanted else self._words("the system's choice", "el del sistema")
        return self._row("ok", f"{what}: {used.name} ({why}){also}")

    def _careful(self) -> bool:
        return self._jarvis.settings.text("voice.barge_in") != "always"

    def _words(self, en: str, es: str) -> str:
        return es if self._language == "es" else en

    def _missing(self, *modules: str) -> Check | None:
        absent = [name for name in modules if importlib.util.find_spec(name) is None]
        if not absent:
            return None
        finding = self._words("not installed: ", "sin instalar: ") + ", ".join(absent)
        return self._row("missing", finding, self._words(f"Run {_INSTALL}.", f"Ejecuta {_INSTALL}."))
