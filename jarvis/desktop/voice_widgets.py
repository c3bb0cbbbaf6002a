"""The microphone button with its live level ring, and the voice state in words and colour. Know no audio."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QToolButton

from jarvis.contracts.speech import VoiceStateName
from jarvis.desktop import texts
from jarvis.desktop.colours import Colours
from jarvis.desktop.desk import Desk
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import svg_renderer

STATE_TEXTS: dict[VoiceStateName, Text] = {
    "off": texts.VOICE_OFF,
    "muted": texts.VOICE_MUTED,
    "sleeping": texts.VOICE_SLEEPING,
    "listening": texts.VOICE_LISTENING,
    "hearing": texts.VOICE_HEARING,
    "thinking": texts.VOICE_THINKING,
    "speaking": texts.VOICE_SPEAKING,
}
"""Every state of the voice in words; asleep, `word` is what wakes it."""
DETAIL_TEXTS = {"follow_up": texts.VOICE_FOLLOW_UP, "reply": texts.VOICE_REPLY, "dictation": texts.VOICE_DICTATION}
"""What a detail of a state says instead."""

_LOUD = 0.12
"""RMS of a near, clear voice as a fraction of full scale; fills the ring."""
STILL_STEPS = 4
"""Where nothing moves by itself, a level is shown in so many steps."""


def state_colour(state: VoiceStateName, colours: Colours) -> str:
    """Return the colour of a voice state: grey when deaf, green when it hears, accent when it works."""
    return {
        "off": colours.muted,
        "muted": colours.bad,
        "sleeping": colours.muted,
        "listening": colours.good,
        "hearing": colours.good,
        "thinking": colours.accent,
        "speaking": colours.accent,
    }[state]


def state_text(desk: Desk, state: VoiceStateName, detail: str = "") -> str:
    """Say what the voice is at, and asleep what wakes it."""
    settings = desk.services.settings
    if state == "sleeping":
        if settings.text("voice.mode") == "push":
            return desk.words(texts.VOICE_PUSH)
        first = settings.text("voice.wake_words").split(",")[0].strip() or "hey jarvis"
        return desk.words(texts.VOICE_SLEEPING, word=word_told(first))
    return desk.words(DETAIL_TEXTS.get(detail, STATE_TEXTS[state]))


def word_told(word: str) -> str:
    """Return a wake word as it is written everywhere: “hey Jarvis”, however it was set."""
    return word.replace("jarvis", "Jarvis")


def wake_words_set(desk: Desk) -> list[str]:
    """Return the wake words that are set, in lower case."""
    words = desk.services.settings.text("voice.wake_words").split(",")
    return [" ".join(word.split()).casefold() for word in words if word.strip()] or ["hey jarvis"]


class MicrophoneButton(QToolButton):
    """Push to talk; a ring around it shows how loud the microphone hears."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._state: VoiceStateName = "off"
        self._level = 0.0
        self.setFixedSize(QSize(40, 40))
        self._fade = QTimer(self, interval=50)
        self._fade.timeout.connect(self._decay)
        desk.words.follow(self, self._rename)
        desk.theme.follow(self, self._take_look)

    def set_state(self, state: VoiceStateName) -> None:
        """Show the voice's state."""
        self._state = state
        if state in ("off", "muted"):
            self._level = 0.0
        self._rename()
        self._redraw()

    def set_level(self, level: float) -> None:
        """Show a microphone level, RMS 0..1; it fades when no other follows, or stands still where nothing moves."""
        share = min(1.0, level / _LOUD)
        if not self._desk.theme.moves:
            still = round(share * STILL_STEPS) / STILL_STEPS if self._state not in ("off", "muted") else 0.0
            if still != self._level:
                self._level = still
                self.update()
            return
        if share == self._level == 0.0:
            return
        self._level = max(self._level * 0.6, share)
        if not self._fade.isActive() and self._level > 0:
            self._fade.start()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw disc, ring and microphone."""
        del event
        colours = self._desk.theme.colours
        colour = QColor(state_colour(self._state, colours))
        active = self._state in ("listening", "hearing", "thinking", "speaking")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre = QPointF(self.width() / 2, self.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._level > 0.02:
            halo = QColor(colour)
            halo.setAlphaF(0.22)
            painter.setBrush(halo)
            reach = 15 + 4.5 * self._level
            painter.drawEllipse(centre, reach, reach)
        painter.setBrush(colour if active else QColor(colours.hover if self.underMouse() else colours.accent_soft))
        painter.drawEllipse(centre, 15, 15)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), 1.5))
            painter.drawEllipse(centre, 18.5, 18.5)
        if self._level > 0.02:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour, 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            box = QRectF(centre.x() - 17.5, centre.y() - 17.5, 35, 35)
            painter.drawArc(box, 90 * 16, -int(360 * 16 * self._level))
        self._renderer.render(painter, QRectF(centre.x() - 9.5, centre.y() - 9.5, 19, 19))
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus ring."""
        super().focusInEvent(event)
        self.update()

    def _decay(self) -> None:
        self._level *= 0.8
        if self._level < 0.02 or not self._desk.theme.moves:
            self._rest()
        self.update()

    def _take_look(self) -> None:
        if not self._desk.theme.moves:
            # It may be on its way down in a silence that is told once.
            self._rest()
        self._redraw()

    def _rest(self) -> None:
        self._level = 0.0
        self._fade.stop()

    def _rename(self) -> None:
        text = self._desk.words(texts.TALK_OFF if self._state in ("off", "muted") else texts.TALK)
        self.setToolTip(text)
        self.setAccessibleName(text)

    def _redraw(self) -> None:
        colours = self._desk.theme.colours
        active = self._state in ("listening", "hearing", "thinking", "speaking")
        name = "microphone-off" if self._state in ("off", "muted") else "microphone"
        quiet = colours.bad if self._state == "muted" else colours.accent
        self._renderer = svg_renderer(name, colours.on_accent if active else quiet)
        self.update()


class VoicePill(QToolButton):
    """The voice's state in words with a dot in its colour; pressing it offers what can be changed."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.state: VoiceStateName = "off"
        self._detail = ""
        self.setProperty("look", "pill")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._menu = QMenu(self)
        self.setMenu(self._menu)
        self._menu.aboutToShow.connect(self._fill_menu)
        desk.words.follow(self, self.show_state)
        desk.theme.follow(self, self.update)

    def set_state(self, state: VoiceStateName, detail: str = "") -> None:
        """Show `state`, in the words of `detail` where that has some."""
        self.state, self._detail = state, detail
        self.show_state()

    def sizeHint(self) -> QSize:
        """Leave room for the dot."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 44, max(30, metrics.height() + 12))

    def minimumSizeHint(self) -> QSize:
        """Shrink to the dot in a narrow window."""
        return QSize(30, 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, dot and words."""
        del event
        colours = self._desk.theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75)
        painter.setPen(QPen(QColor(colours.accent), 1.5) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.hover) if self.underMouse() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(state_colour(self.state, colours)))
        painter.drawEllipse(QPointF(16, self.height() / 2), 4.2, 4.2)
        quiet = self.state in ("off", "sleeping")
        painter.setPen(QColor(colours.muted if quiet else state_colour(self.state, colours)))
        words = QRectF(28, 0, self.width() - 36, self.height())
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, max(0, int(words.width())))
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
        painter.end()

    def show_state(self) -> None:
        """Say the state in the language and with the wake word that hold."""
        words = self._desk.words
        text = state_text(self._desk, self.state, self._detail)
        self.setText(text)
        self.setAccessibleName(words(texts.VOICE_MENU, state=text))
        self.setToolTip(words(texts.VOICE_MENU, state=text))
        self.updateGeometry()
        self.update()

    def _fill_menu(self) -> None:
        fill_voice_menu(self._menu, self._desk, self.state)


def fill_voice_menu(menu: QMenu, desk: Desk, state: VoiceStateName) -> None:
    """Offer in `menu` what can be done with the microphone in `state`."""
    menu.clear()
    voice, words, run = desk.services.voice, desk.words, desk.bridge.run
    if state == "off":
        menu.addAction(words(texts.VOICE_START), lambda: run(voice.start))
        return
    if state == "muted":
        menu.addAction(words(texts.UNMUTE), lambda: run(voice.unmute))
    else:
        menu.addAction(words(texts.MUTE), lambda: run(voice.mute))
    menu.addAction(words(texts.VOICE_STOP), lambda: run(voice.stop))
