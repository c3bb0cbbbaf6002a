"""The four pages of the first run: language, microphone, models, privacy. Each works without a network.

Knows no page before or after its own.
"""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from jarvis.contracts.errors import Language
from jarvis.contracts.model_desk import ModelDesk, RecommendedModel, RecommendedSet
from jarvis.contracts.speech import LevelMeasured, VoiceEvent, VoiceState, VoiceTrouble, WakeHeard
from jarvis.desktop import first_run_texts as texts
from jarvis.desktop.desk import Desk
from jarvis.desktop.models_figures import size, span
from jarvis.desktop.models_flow import FlowRow
from jarvis.desktop.models_parts import button_of, muted, side_room
from jarvis.desktop.models_texts import ROLES
from jarvis.desktop.models_transfers import transfers_of
from jarvis.desktop.settings_cards import CardText, ChoiceCards
from jarvis.desktop.settings_extra import PrivacyCards
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import styled
from jarvis.desktop.unbroken import unbroken
from jarvis.desktop.voice_sound import LevelRow, SoundTest
from jarvis.desktop.voice_widgets import word_told
from jarvis.desktop.window_words import in_window

MEGABITS = 50
"""The speed that download times are reckoned with: a common home connection; it is said beside them."""
AGAIN_MILLISECONDS = 2000
"""How often a microphone that is missing is looked for while its page is in view."""
_LANGUAGES = (
    CardText(id="auto", title=texts.BOTH, body=texts.BOTH_BODY),
    CardText(id="en", title=texts.ENGLISH, body=texts.ENGLISH_BODY),
    CardText(id="es", title=texts.SPANISH, body=texts.SPANISH_BODY),
)


class FirstRunPage(QWidget):
    """A page with room below its parts; `changed` names an option that was changed on it."""

    changed = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.message = muted("")
        self.message.hide()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(28, 16, 28, 8)
        self.column.setSpacing(10)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave less room at the sides of a narrow window."""
        super().resizeEvent(event)
        side = side_room(self.width()) + 4
        self.column.setContentsMargins(side, 16, side, 8)

    def heading(self, text: Text) -> None:
        """Put a heading on top."""
        title = QLabel()
        title.setProperty("look", "heading")
        title.setWordWrap(True)
        title.setContentsMargins(2, 12, 0, 2)
        self._desk.words.bind(title, title.setText, text)
        self.column.addWidget(title)

    def end(self) -> None:
        """Leave what is left of the page empty."""
        self.column.addWidget(self.message)
        self.column.addStretch()

    def say(self, sentence: str, *, bad: bool = False) -> None:
        """Say what happened."""
        self.message.setProperty("look", "bad" if bad else "")
        self.message.style().polish(self.message)
        self.message.setText(sentence)
        self.message.show()

    def fail(self, error: Exception) -> None:
        """Say what went wrong; the page can be left all the same."""
        self.say(self._desk.sentence(error), bad=True)


class LanguagePage(FirstRunPage):
    """English, Spanish, or as the system and the words are."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.cards = ChoiceCards(desk, texts.LANGUAGE_HEADING, _LANGUAGES)
        self.cards.show_chosen(desk.services.settings.text("language"))
        self.cards.chosen.connect(self._choose)
        self.column.addWidget(self.cards)
        self.end()

    def _choose(self, language: str) -> None:
        settings = self._desk.services.settings

        def stored(_: object) -> None:
            self.cards.show_chosen(language)
            self.changed.emit("language")

        self._desk.bridge.run(lambda: settings.set("language", language), stored, self.fail, keep=True)


class MicrophonePage(FirstRunPage):
    """The microphone's level, a recording to listen to, and whether the wake word is heard; watched while in view."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.heading(texts.VOICE_HEADING)
        body = muted()
        self.heard = QLabel()
        self.heard.setProperty("look", "title")
        self.heard.setWordWrap(True)
        self._word = ""
        self._again = QTimer(self, interval=AGAIN_MILLISECONDS)
        self._again.timeout.connect(self._watch_again)
        self.level, self.test = LevelRow(desk), SoundTest(desk)
        card = styled(QFrame(), "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(0, 4, 0, 4)
        for widget in (self.level, styled(QFrame(), "line"), self.test):
            inside.addWidget(widget)
        for part in (body, card, self.heard):
            self.column.addWidget(part)
        self.end()
        wanted = desk.services.settings.text("voice.wake_words").split(",")[0].strip()
        desk.words.bind(body, body.setText, texts.VOICE_BODY, word=word_told(wanted))
        desk.words.follow(self, lambda: self._tell(wanted))
        desk.bridge.heard.connect(self.take)
        self.test.ended.connect(self._watch)

    def take(self, event: VoiceEvent) -> None:
        """Show what the voice does."""
        if isinstance(event, VoiceState | VoiceTrouble):
            self.test.take(event)
        if isinstance(event, VoiceState):
            self.level.set_state(event.name)
        elif isinstance(event, WakeHeard):
            self._word = event.hit.word
            self._tell(self._word)
        elif self.isVisible() and isinstance(event, LevelMeasured):
            self.level.show_level(event.level)
        elif self.isVisible() and isinstance(event, VoiceTrouble):
            self.level.show_trouble(in_window(event.sentence))
        # Without a microphone no word is waited for.
        self.heard.setVisible(bool(self._word) or not self.level.troubled)

    def showEvent(self, event: QShowEvent) -> None:
        """Open the microphone."""
        super().showEvent(event)
        self._desk.bridge.watch_levels(self, True)
        self._watch()
        self._again.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave the microphone alone."""
        super().hideEvent(event)
        self._desk.bridge.watch_levels(self, False)
        self._again.stop()
        self._desk.services.voice.leave_microphone()
        self.level.clear()

    def _watch_again(self) -> None:
        """A microphone that was missing may have been plugged in."""
        if not self.level.hears and self.test.record.isEnabled():
            self._watch()

    def _watch(self) -> None:
        if self.isVisible():
            self._desk.services.voice.watch_microphone()

    def _tell(self, word: str) -> None:
        text = texts.VOICE_HEARD if self._word else texts.VOICE_WAITING
        self.heard.setText(self._desk.words(text, word=word_told(self._word or word)))


class ModelsPage(FirstRunPage):
    """The set that suits this computer, with sizes and times, and "nothing for now"."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._found: RecommendedSet | None = None
        self._names: dict[str, str] = {}
        self.heading(texts.MODELS_HEADING)
        self.machine, self.summary, self.lines, self.cost = muted(""), muted(), muted(""), muted()
        self.download = button_of(desk, texts.DOWNLOAD, self.fetch, "primary")
        self.nothing = button_of(desk, texts.NOTHING_NOW, lambda: self.say(desk.words(texts.NOTHING_CHOSEN)))
        for label in (self.machine, self.summary, self.lines, self.cost):
            self.column.addWidget(label)
        self.column.addLayout(FlowRow(self.download, self.nothing))
        self.end()
        desk.words.follow(self, self._tell)
        desk.words.changed.connect(self._read)

    def showEvent(self, event: QShowEvent) -> None:
        """Look what suits this computer."""
        super().showEvent(event)
        self._read()

    def fetch(self) -> None:
        """Begin the downloads; they go on whatever becomes of this window."""
        transfers = transfers_of(self._desk)
        for model in self._found.models if self._found is not None else ():
            if not model.installed:
                transfers.start(model.id, self._names.get(model.id, model.id))
        self.download.setEnabled(False)
        self.say(self._desk.words(texts.DOWNLOADING))

    def _read(self) -> None:
        models, language = self._desk.services.models, self._desk.words.language
        if models is not None and self.isVisible():
            self._desk.bridge.run(lambda: _recommended(models(), language), self._take, self._not_found)

    def _not_found(self, error: Exception) -> None:
        self.summary.setText("")
        self.fail(error)

    def _take(self, found: tuple[RecommendedSet, dict[str, str]]) -> None:
        self._found, self._names = found
        self._tell()

    def _tell(self) -> None:
        words, found = self._desk.words, self._found
        missing = [model for model in found.models if not model.installed] if found is not None else []
        self.download.setEnabled(bool(missing))
        if found is None:
            self.summary.setText(words(texts.MODELS_READING))
            return
        self.machine.setText(unbroken(found.machine))
        self.summary.setText(unbroken(found.summary))
        self.lines.setText("\n".join(self._line(model) for model in found.models))
        total = sum(model.bytes for model in missing)
        time = span(total * 8 / (MEGABITS * 1_000_000), words)
        told = words(texts.MODELS_TO_FETCH, size=size(total, words.language), time=time, speed=MEGABITS)
        self.cost.setText(told if missing else words(texts.MODELS_ALL_HERE) if found.models else "")

    def _line(self, model: RecommendedModel) -> str:
        """Return what a model is for, its name, and how big it is or that it is here."""
        words, role = self._desk.words, ROLES.get(model.role)
        name = self._names.get(model.id, model.id)
        told = words(texts.MODEL_FOR, role=words(role), name=name) if role is not None else name
        if model.installed:
            return words(texts.MODEL_HERE, name=told)
        return words(texts.MODEL_LINE, name=told, size=size(model.bytes, words.language), device=model.device)


def _recommended(models: ModelDesk, language: Language) -> tuple[RecommendedSet, dict[str, str]]:
    """Return the set and what its models are called."""
    found = models.recommend(language)
    wanted = {model.id for model in found.models}
    return found, {view.id: view.name for view in models.views(language) if view.id in wanted}


class PrivacyChoicePage(FirstRunPage):
    """How much may leave, and the way to the keys."""

    keys_wanted = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.cards = PrivacyCards(desk, self._chosen, lambda sentence: self.say(sentence, bad=True))
        body = muted()
        desk.words.bind(body, body.setText, texts.PRIVACY_BODY)
        self.keys = button_of(desk, texts.ENTER_KEYS, self.keys_wanted.emit)
        line = QHBoxLayout()
        line.addWidget(self.keys)
        line.addStretch()
        self.column.addWidget(self.cards)
        if desk.services.keys is not None:
            self.column.addWidget(body)
            self.column.addLayout(line)
        self.end()

    def _chosen(self, option: str) -> None:
        self.cards.load()
        self.changed.emit(option)
