"""Colours, fonts and icons of the window in light and dark, and which of the two holds. Knows no widget's meaning."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, Literal, TypeVar

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from jarvis.desktop.colours import LIGHT, look_of
from jarvis.desktop.interpreter import no_search
from jarvis.desktop.stylesheet import stylesheet
from jarvis.settings.folders import assets_folder
from jarvis.settings.store import Settings

BASE_POINTS = 10.5
"""Smallest body text in points; the system's own size is used when it is larger."""
SCALES: Final = {"small": 0.9, "normal": 1.0, "large": 1.2, "very_large": 1.45}
"""By the values of the option appearance.font_size: what every size of text is multiplied by."""
_UNSCALED = "jarvis_points"
"""Property of the application: the points of its font before any scale."""
_PLAIN_FAMILIES = ("Inter", "Noto Sans", "Cantarell", "Ubuntu", "Open Sans")


Role = Literal["text", "muted", "accent", "on_accent", "good", "warn", "bad"]
"""Colours that an icon may take."""
Styled = TypeVar("Styled", bound=QWidget)


class Theme(QObject):
    """The look in use; follows the system unless the person chose one.

    `choice` is system, light or dark; accent, size of text and motion are what `take` finds in the options.
    """

    changed = Signal()

    def __init__(self, choice: str) -> None:
        super().__init__()
        self._choice = choice
        self._accent = "indigo"
        self._size = "normal"
        self._motion = "system"
        self._system_rests = False
        self._bound: dict[int, list[Callable[[], None]]] = {}
        self.colours = LIGHT
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._system_changed)
        self.use(choice)

    def use(self, choice: str) -> None:
        """Switch to `system`, `light` or `dark`."""
        self._choice = choice
        dark = choice == "dark" or (
            choice == "system" and QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        )
        self.colours = look_of(dark=dark, accent=self._accent)
        self._paint_application()
        for actions in list(self._bound.values()):
            for action in actions:
                action()
        self.changed.emit()

    def take(self, settings: Settings) -> None:
        """Bring the look in line with the options of the appearance; costs nothing where nothing changed."""
        names = ("theme", "accent", "font_size", "motion")
        choice, accent, size, motion = (settings.text(f"appearance.{name}") for name in names)
        if (choice, accent, size, motion) == (self._choice, self._accent, self._size, self._motion):
            return
        self._accent, self._size, self._motion = accent, size, motion
        self.use(choice)

    @property
    def scale(self) -> float:
        """What every size of text is multiplied by."""
        return SCALES[self._size]

    @property
    def moves(self) -> bool:
        """True where things on the screen may move by themselves: as the system has it, or as the person wants it."""
        return self._motion == "full" or (self._motion == "system" and not self._system_rests)

    def system_rests(self, rests: bool) -> None:
        """Say whether the system asks for little motion."""
        self._system_rests = rests

    def follow(self, owner: QObject, action: Callable[[], None]) -> None:
        """Call `action` now and after each change of look, as long as `owner` lives."""
        key = id(owner)
        if key not in self._bound:
            self._bound[key] = []
            owner.destroyed.connect(lambda: self._bound.pop(key, None))
        self._bound[key].append(action)
        action()

    def icon(self, name: str, role: Role = "text") -> QIcon:
        """Return `assets/icons/<name>.svg` in the colour of `role`, sharp up to 300 %."""
        return tinted_icon(name, getattr(self.colours, role))

    def dress(self, button: QAbstractButton, name: str, role: Role = "muted", size: int = 20) -> None:
        """Keep `button` showing icon `name` at `size` logical pixels in the look in use."""
        button.setIconSize(QSize(size, size))
        self.follow(button, lambda: button.setIcon(self.icon(name, role)))

    def mono(self) -> QFont:
        """Return the system's fixed-width font a little smaller than the body."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(QApplication.font().pointSizeF() - 0.5 * self.scale)
        font.setStyleHint(QFont.StyleHint.Monospace)
        return font

    def _system_changed(self) -> None:
        if self._choice == "system":
            self.use("system")

    def _paint_application(self) -> None:
        application = QApplication.instance()
        if not isinstance(application, QApplication):
            raise RuntimeError("a QApplication must exist before its theme")
        c = self.colours
        palette = QPalette()
        roles = QPalette.ColorRole
        for role, colour in (
            (roles.Window, c.ground),
            (roles.WindowText, c.text),
            (roles.Base, c.field),
            (roles.AlternateBase, c.side),
            (roles.Text, c.text),
            (roles.Button, c.raised),
            (roles.ButtonText, c.text),
            (roles.ToolTipBase, c.raised),
            (roles.ToolTipText, c.text),
            (roles.PlaceholderText, c.muted),
            (roles.Highlight, c.accent),
            (roles.HighlightedText, c.on_accent),
            (roles.Link, c.accent),
            (roles.LinkVisited, c.accent),
            (roles.Accent, c.accent),
        ):
            palette.setColor(role, QColor(colour))
        palette.setColor(QPalette.ColorGroup.Disabled, roles.ButtonText, QColor(c.muted))
        palette.setColor(QPalette.ColorGroup.Disabled, roles.Text, QColor(c.muted))
        # Where one sheet takes another's place, Qt gives every widget its look once for each one around it; without a
        # sheet in between it does so once, in a third of the time.
        with no_search():
            application.setStyleSheet("")
            application.setPalette(palette)
            font = application.font()
            font.setPointSizeF(_unscaled_points(application) * self.scale)
            if font != application.font():
                application.setFont(font)
            application.setStyleSheet(stylesheet(c, self.scale))


def prepare_fonts(application: QApplication) -> None:
    """Use the system's font, never smaller than `BASE_POINTS`; where only a generic one is set, a plain modern one."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if font.family().lower() in {"sans serif", "sans", "sans-serif", "helvetica"}:
        known = set(QFontDatabase.families())
        family = next((name for name in _PLAIN_FAMILIES if name in known), None)
        if family:
            font.setFamily(family)
    font.setPointSizeF(max(font.pointSizeF(), BASE_POINTS))
    application.setProperty(_UNSCALED, font.pointSizeF())
    font.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    application.setFont(font)


def _unscaled_points(application: QApplication) -> float:
    """Return the size of the application's text before any scale; it outlives every theme."""
    points = application.property(_UNSCALED)
    if points is None:
        points = max(application.font().pointSizeF(), BASE_POINTS)
        application.setProperty(_UNSCALED, points)
    return float(points)


def styled(widget: Styled, name: str) -> Styled:
    """Give `widget` the look that the style sheet keeps under `name`."""
    widget.setObjectName(name)
    return widget


@lru_cache(maxsize=256)
def tinted_icon(name: str, colour: str) -> QIcon:
    """Return the SVG icon `name` drawn in `colour` at the sizes that 100–300 % screens ask for."""
    icon = QIcon()
    renderer = svg_renderer(name, colour)
    for pixels in (16, 20, 24, 32, 48, 64, 96):
        icon.addPixmap(_rendered(renderer, pixels))
    return icon


def svg_renderer(name: str, colour: str) -> QSvgRenderer:
    """Return a renderer of `assets/icons/<name>.svg` whose `currentColor` is `colour`."""
    return QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", colour).encode()))


@lru_cache(maxsize=256)
def _drawing(name: str) -> str:
    return (assets_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


def _rendered(renderer: QSvgRenderer, pixels: int) -> QPixmap:
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    return pixmap
