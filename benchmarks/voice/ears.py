"""Recognisers for the scenarios: the one that the app comes with, and Whisper models that know one sentence each.

The canned models are real Whisper folders run by the real child, but of toy size: what they take is not what a real
one takes, and they hear their sentence in any sound. Which one listens is told before the sentence is said.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.voice.timing import WorkLog
from jarvis.contracts.errors import Language
from jarvis.contracts.speech import PartialWords, RecognitionHints, SpeechServiceInfo, Transcript
from jarvis.contracts.speech_ports import SpeechToText, Utterance
from jarvis.engines.speech.children import ChildProgram, StartChild, WhisperPlace, speech_to_text
from tests.fakes.canned_whisper import canned_whisper

MOST_MODELS = 3
"""Canned models that are kept loaded at once."""


class ToldEars:
    """The SpeechToText port over several recognisers; `expect` says which one hears what comes next.

    `commands` is the app's own basic recogniser.
    """

    def __init__(self, commands: SpeechToText, start_child: StartChild, folder: Path, work: WorkLog) -> None:
        self._commands = commands
        self._start_child = start_child
        self._folder = folder
        self._work = work
        self._canned: OrderedDict[tuple[str, Language], SpeechToText] = OrderedDict()
        self._now: list[SpeechToText] = [commands]
        self._at = 0

    def expect_commands(self) -> None:
        """Let the app's own recogniser hear."""
        self._now, self._at = [self._commands], 0

    def expect(self, *texts: str, language: Language) -> None:
        """Let models hear that always hear these texts; they are loaded first where they are not yet.

        The first is heard until `go_on` says that the next one is, also within an utterance.
        """
        self._now, self._at = [self._model(text, language) for text in texts], 0

    def go_on(self) -> None:
        """From now on the next of the expected texts is heard."""
        self._at += 1

    def folder_of(self, text: str, language: Language) -> Path:
        """Return the folder of the model that hears `text`, made where it is not there yet."""
        folder = self._folder / f"canned-{language}-{text.replace(' ', '-')[:40]}"
        if not folder.exists():
            canned_whisper(folder, text, language, whole_words=True)
        return folder

    def info(self, language: Language = "en") -> SpeechServiceInfo:
        return self._now[self._at].info(language)

    def warm(self) -> None:
        self._now[self._at].warm()

    def open(self, language: Language | None = None, hints: RecognitionHints | None = None) -> Utterance:
        # Hints go before the words, where the toy models count the places of theirs.
        given = hints if self._now == [self._commands] else None
        return ToldUtterance([each.open(language, given) for each in self._now], lambda: self._at, self._work)

    def close(self) -> None:
        for model in [self._commands, *self._canned.values()]:
            model.close()

    def _model(self, text: str, language: Language) -> SpeechToText:
        key = (text, language)
        if key not in self._canned:
            self._canned[key] = self._loaded(text, language)
            while len(self._canned) > MOST_MODELS:
                _, oldest = self._canned.popitem(last=False)
                oldest.close()
        self._canned.move_to_end(key)
        return self._canned[key]

    def _loaded(self, text: str, language: Language) -> SpeechToText:
        folder = self.folder_of(text, language)
        model = speech_to_text(
            start_child=self._start_child,
            commands=ChildProgram(module="jarvis.app.command_listener", arguments=(str(self._folder),)),
            whisper=WhisperPlace(folder=folder),
        )
        model.warm()
        return model


class ToldUtterance:
    """The Utterance port over one or several at once, of which `which` counts; what is waited for is noted."""

    def __init__(self, inner: Sequence[Utterance], which: Callable[[], int], work: WorkLog) -> None:
        self._all = inner
        self._which = which
        self._work = work

    def feed(self, pcm: bytes) -> None:
        for each in self._all:
            each.feed(pcm)

    def partial(self) -> PartialWords | None:
        return self._inner.partial()

    def settle(self) -> Transcript | None:
        with self._work.during("recognition"):
            return self._inner.settle()

    def finish(self) -> Transcript:
        counts = self._inner
        with self._work.during("recognition"):
            transcript = counts.finish()
        for other in self._all:
            if other is not counts:
                other.abandon()
        return transcript

    def cancel(self) -> None:
        for each in self._all:
            each.cancel()

    def abandon(self) -> None:
        for each in self._all:
            each.abandon()

    @property
    def _inner(self) -> Utterance:
        return self._all[min(self._which(), len(self._all) - 1)]
