"""The voice pill: a small window over all others that shows what the voice is at and takes a press to talk or stop.

It takes the keyboard from no program; what it offers is also in the tray's menu and on keys.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QMouseEvent,
    QMoveEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QScreen,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu

from jarvis.contracts.speech import LevelMeasured, VoiceEvent
from jarvis.desktop import texts
from jarvis.desktop import voice_pill_texts as own
from jarvis.desktop.desk import Desk
from jarvis.desktop.keepsake import Keepsake
from jarvis.desktop.meters import level_share
from jarvis.desktop.theme import svg_renderer
from jarvis.desktop.voice_pill_place import placed, read, written
from jarvis.desktop.voice_pill_state import PillState, after, pill_text
from jarvis.desktop.voice_texts import HEARD_SO_FAR
from jarvis.desktop.voice_widgets import STILL_STEPS, fill_voice_menu, state_colour

_PLACE = "pill"
"""Under which name the keepsake has its place."""
_DISC, _EDGE, _ROUND = 30, 9, 22
"""The microphone's disc, the room around it, the corners' radius; pixels."""
_WORDS_WIDTH = 300


class FloatingPill(QAbstractButton):
    """Shows itself where it was put; `see_through` says whether corners may be round."""

    talk_wanted = Signal()
    stop_wanted = Signal()
    open_wanted = Signal()
    hide_wanted = Signal()

    def __init__(self, desk: Desk, keepsake: Keepsake, state: PillState, *, see_through: bool) -> None:
        super().__init__()
        flags = Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint
        self.setWindowFlags(flags | Qt.WindowType.WindowDoesNotAcceptFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground, see_through)
        # Programs of the desktop's own panel are not told of it, and the last window is another.
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self._desk, self._keepsake, self.round = desk, keepsake, see_through
        self.state = state
        self.level = 0.0
        self._breath = 0
        self._pressed_at: QPoint | None = None
        self._dragging = False
        self._carried = False
        self._put_at: QPoint | None = None
        self._wished = read(keepsake.text(_PLACE))
        self._menu = QMenu(self)
        self._beat = QTimer(self, interval=60)
        self._beat.timeout.connect(self._beats)
        self.clicked.connect(self._act)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenAdded.connect(self._screen_came)
        application.screenRemoved.connect(self._screens_changed)
        for screen in QGuiApplication.screens():
            screen.availableGeometryChanged.connect(self._screens_changed)
        desk.words.bind(self, self.setWindowTitle, own.PILL)
        desk.words.follow(self, self._tell)
        desk.theme.follow(self, self._tell)

    def take(self, event: VoiceEvent) -> None:
        """Show what the voice does."""
        if isinstance(event, LevelMeasured):
            self._hear(event.level)
            return
        state = after(self.state, event)
        if state != self.state:
            self.state = state
            self._tell()

    def appear(self) -> None:
        """Come where the person put it, on a screen that there is."""
        self._put()
        self.show()
        self._put()

    def show_anew(self) -> None:
        """Say the state as the options have it now, such as another wake word."""
        if pill_text(self._desk, self.state) != self.text():
            self._tell()

    def sizeHint(self) -> QSize:
        """As wide as what it says, wider while words are heard."""
        state, heard = self._fonts()
        wide = state.horizontalAdvance(self.text())
        high = state.height()
        if self._heard():
            wide = max(wide, round(_WORDS_WIDTH * self._desk.theme.scale))
            high += heard.height() + 2
        room = self.screen().availableGeometry()
        wide = min(wide, round(1.4 * _WORDS_WIDTH * self._desk.theme.scale))
        return QSize(min(room.width(), _DISC + 3 * _EDGE + wide + 6), max(_DISC, high) + 2 * _EDGE - 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a press, or a drag."""
        self._dragging = self._carried = False
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move with the pointer once it went far enough; the desktop does it where it can."""
        pressed = self._pressed_at
        if pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            self.update()
            return
        if not self._dragging:
            if (event.position().toPoint() - pressed).manhattanLength() < QApplication.startDragDistance():
                return
            self.setDown(False)
            window = self.windowHandle()
            if window is not None and window.startSystemMove():
                # Its end is not told here.
                self._carried, self._pressed_at = True, None
                return
            self._dragging = True
        self.move(event.globalPosition().toPoint() - pressed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a press or a drag."""
        self._pressed_at = None
        if self._carried:
            self.setDown(False)
        elif self._dragging:
            self._dragging = False
            self._put()
        else:
            super().mouseReleaseEvent(event)

    def moveEvent(self, event: QMoveEvent) -> None:
        """Remember where it was dragged to."""
        super().moveEvent(event)
        if (self._dragging or self._carried) and event.pos() != self._put_at:
            self._wished = event.pos()
            self._keepsake.keep(_PLACE, written(event.pos()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the microphone, the window, and to go away."""
        self.fill_menu()
        self._menu.popup(event.globalPos())

    def fill_menu(self) -> QMenu:
        """Return the menu as it is now."""
        words = self._desk.words
        fill_voice_menu(self._menu, self._desk, self.state.name)
        self._menu.addSeparator()
        self._menu.addAction(words(texts.OPEN_WINDOW), self.open_wanted.emit)
        self._menu.addAction(words(own.HIDE_PILL), self.hide_wanted.emit)
        return self._menu

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, microphone with level, state, words."""
        del event
        colours = self._desk.theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hot = self.underMouse() or self.isDown()
        painter.setBrush(QColor(colours.hover if hot else colours.raised))
        painter.setPen(QPen(QColor(colours.border), 1))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.round:
            painter.drawRoundedRect(box, min(_ROUND, box.height() / 2), min(_ROUND, box.height() / 2))
        else:
            painter.drawRect(box)
        self._draw_disc(painter, QPointF(_EDGE + _DISC / 2, self.height() / 2))
        self._draw_words(painter)
        painter.end()

    def _draw_disc(self, painter: QPainter, centre: QPointF) -> None:
        colours = self._desk.theme.colours
        colour = QColor(colours.warn if self.state.trouble else state_colour(self.state.name, colours))
        works = self.state.stops
        disc = QColor(colour if works else colours.accent_soft)
        if self._moves() and self._breath % 16 >= 8:
            disc.setAlphaF(0.72)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(disc)
        painter.drawEllipse(centre, 11.5, 11.5)
        if self.level > 0.02:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour, 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            ring = QRectF(centre.x() - 14, centre.y() - 14, 28, 28)
            painter.drawArc(ring, 90 * 16, -int(360 * 16 * min(1.0, self.level)))
        name = "warning" if self.state.trouble else "microphone"
        if self.state.name in ("off", "muted") and not self.state.trouble:
            name = "microphone-off"
        sign = _sign(name, colours.on_accent if works else colour.name())
        sign.render(painter, QRectF(centre.x() - 7.5, centre.y() - 7.5, 15, 15))

    def _draw_words(self, painter: QPainter) -> None:
        colours, heard = self._desk.theme.colours, self._heard()
        state, small = self._fonts()
        left = _DISC + 2 * _EDGE
        room = self.width() - left - _EDGE - 4
        high = state.height() + (small.height() + 2 if heard else 0)
        top = (self.height() - high) // 2
        painter.setFont(self.font())
        painter.setPen(QColor(colours.text))
        text = state.elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(left, top, room, state.height()), Qt.AlignmentFlag.AlignVCenter, text)
        words = self.state.heard
        if not heard or words is None:
            return
        painter.setFont(_smaller(self.font()))
        # Its end is what was just said.
        shown = small.elidedText(heard, Qt.TextElideMode.ElideLeft, room)
        open_ = min(len(shown), max(0, len(heard) - min(words.stable, len(heard))))
        sure = shown[: len(shown) - open_]
        line = QRect(left, top + state.height() + 2, room, small.height())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, sure)
        painter.setPen(QColor(colours.muted))
        line.setLeft(left + small.horizontalAdvance(sure))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown[len(sure) :])

    def _act(self) -> None:
        (self.stop_wanted if self.state.stops else self.talk_wanted).emit()

    def _hear(self, level: float) -> None:
        share = level_share(level) if self.state.name not in ("off", "muted") else 0.0
        if share == self.level == 0.0:
            return
        if self._desk.theme.moves:
            self.level = max(share, self.level * 0.7)
        else:
            self.level = round(share * STILL_STEPS) / STILL_STEPS
        self._keep_beating()
        self.update()

    def _moves(self) -> bool:
        return self._desk.theme.moves and self.state.name == "thinking"

    def _keep_beating(self) -> None:
        beats = self._desk.theme.moves and (self._moves() or self.level > 0)
        if beats and not self._beat.isActive():
            self._beat.start()
        elif not beats:
            self._beat.stop()

    def _beats(self) -> None:
        self._breath += 1
        self.level = self.level * 0.8 if self.level > 0.02 else 0.0
        self._keep_beating()
        self.update()

    def _tell(self) -> None:
        """Say the state, to eyes and to a screen reader."""
        words, said = self._desk.words, pill_text(self._desk, self.state)
        self.setText(said)
        heard = words(HEARD_SO_FAR, heard=self._heard()) if self._heard() else ""
        self.setAccessibleName(words(texts.VOICE_MENU, state=f"{said} {heard}".strip()))
        self.setToolTip(words(own.PILL_STOPS if self.state.stops else own.PILL_TALKS, state=said.rstrip("….")))
        if self.state.name in ("off", "muted"):
            self.level = 0.0
        self._keep_beating()
        if self.size() != self.sizeHint():
            self.resize(self.sizeHint())
            self._put()
        self.update()

    def _heard(self) -> str:
        return " ".join(self.state.heard.text.split()) if self.state.heard is not None else ""

    def _fonts(self) -> tuple[QFontMetrics, QFontMetrics]:
        return QFontMetrics(self.font()), QFontMetrics(_smaller(self.font()))

    def _screen_came(self, screen: QScreen) -> None:
        screen.availableGeometryChanged.connect(self._screens_changed)
        self._put()

    def _screens_changed(self) -> None:
        self._put()

    def _put(self) -> None:
        """Stand where it is wished, or as near as the screens allow; the wish is kept for when they come back."""
        if self._dragging:
            return
        main = QGuiApplication.primaryScreen()
        screens: list[QScreen] = sorted(QGuiApplication.screens(), key=lambda screen: screen is not main)
        if screens:
            rooms = [screen.availableGeometry() for screen in screens]
            self._put_at = placed(self._wished, self.sizeHint(), rooms)
            self.move(self._put_at)


@lru_cache(maxsize=16)
def _sign(name: str, colour: str) -> QSvgRenderer:
    """Keep what is drawn again and again while the level moves."""
    return svg_renderer(name, colour)


def _smaller(font: QFont) -> QFont:
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() * 0.92)
    return small
