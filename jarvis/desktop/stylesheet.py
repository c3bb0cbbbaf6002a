"""The one Qt style sheet, filled from a set of colours. Widgets ask for a look through `objectName` or a property."""

from __future__ import annotations

import re
from dataclasses import asdict
from string import Template

from jarvis.desktop.colours import Colours
from jarvis.settings.folders import assets_folder

_POINTS = re.compile(r"(\d+(?:\.\d+)?)pt")

_UNDER_POINTER = 0.16
"""How much of the text's colour there is in a filled button under the pointer."""

_SHEET = Template("""
* { outline: none; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 5px 8px; }
QWidget#side { background: $side; border-right: 1px solid $border; }
QWidget#ground, QScrollArea#messages, QWidget#column, QDialog { background: $ground; }
QWidget#clear { background: transparent; }
QScrollArea { border: none; background: transparent; }
QLabel { color: $text; background: transparent; }
QLabel[look="muted"] { color: $muted; }
QLabel[look="small"] { color: $muted; font-size: 9.5pt; }
QLabel[look="title"] { font-size: 12pt; font-weight: 600; }
QLabel[look="hello"] { font-size: 22pt; font-weight: 600; }
QLabel[look="heading"] { font-size: 12.5pt; font-weight: 600; color: $text; }
QLabel[look="brand"] { font-size: 13.5pt; font-weight: 650; }
QLabel[look="live"] { font-size: 11pt; padding: 0 2px; }
QLabel#qt_msgbox_label { font-size: 12pt; font-weight: 600; }
QLabel[look="bad"] { color: $bad; }

QPushButton {
  background: $raised; color: $text; border: 1px solid $border; border-radius: 9px; padding: 7px 14px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $border; }
QPushButton:focus { border: 1px solid $accent; }
QPushButton:disabled { color: $muted; }
QPushButton[look="primary"] { background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600; }
QPushButton[look="primary"]:hover { background: $accent_hover; }
QPushButton[look="primary"]:focus { border: 2px solid $text; padding: 6px 13px; }
QPushButton[look="primary"]:disabled, QPushButton[look="danger"]:disabled {
  background: $hover; color: $muted; border: 1px solid $border;
}
QPushButton[look="card"] { background: $ground; border: 1px solid $border; border-radius: 13px; text-align: left; }
QPushButton[look="card"]:hover { background: $side; }
QPushButton[look="card"]:checked { background: $accent_soft; border: 2px solid $accent; padding: 6px 13px; }
QPushButton[look="card"]:focus { border: 2px solid $text; padding: 6px 13px; }
QPushButton[look="hit"] { background: $ground; border: 1px solid $border; border-radius: 11px; text-align: left;
  padding: 10px 14px; }
QPushButton[look="hit"]:hover { background: $side; }
QPushButton[look="hit"]:focus { border: 1px solid $accent; background: $accent_soft; }
QPushButton[look="danger"] { background: $bad; color: $ground; border: 1px solid $bad; font-weight: 600; }
QPushButton[look="danger"]:hover { background: $bad_hover; }
QPushButton[look="danger"]:focus { border: 2px solid $text; padding: 6px 13px; }
QPushButton[look="new"] { text-align: left; background: $accent_soft; color: $accent; border: 1px solid transparent;
  font-weight: 600; padding: 9px 6px; }
QPushButton[look="new"]:hover { background: $hover; }
QPushButton[look="new"]:focus { border: 1px solid $accent; }
QPushButton[look="example"] { text-align: left; padding: 13px 16px; border-radius: 13px; background: $ground; }
QPushButton[look="example"]:hover { background: $side; border-color: $accent; }
QPushButton[look="example"]:focus { border: 1px solid $accent; }
QPushButton[look="link"] { background: transparent; border: 1px solid transparent; color: $muted; padding: 2px 5px;
  border-radius: 6px; font-size: 9.5pt; }
QPushButton[look="link"]:hover { color: $accent; background: $hover; }
QPushButton[look="link"]:focus { border: 1px solid $accent; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 9px; padding: 6px; color: $text; }
QToolButton:hover { background: $hover; }
QToolButton:focus { border: 1px solid $accent; }
QToolButton::menu-indicator { image: none; }
QToolButton[look="small"] { padding: 3px; border-radius: 7px; color: $muted; font-size: 9.5pt; }
QToolButton[look="choice"] { padding: 6px 12px; background: $raised; border: 1px solid $border; }
QToolButton[look="choice"]:hover { background: $hover; }
QToolButton[look="choice"]:checked { background: $accent_soft; border: 1px solid $accent; }
QToolButton[look="choice"]:focus { border: 1px solid $accent; }
QPushButton[look="act"] { padding: 3px 8px; border-radius: 7px; font-size: 9.5pt; }
QToolButton[look="send"] { background: $accent; border-radius: 18px; padding: 8px; }
QToolButton[look="send"]:hover { background: $accent_hover; }
QToolButton[look="send"]:focus { border: 2px solid $text; }
QToolButton[look="send"]:disabled { background: $hover; }
QToolButton[look="pill"] { padding: 5px 10px; border-radius: 13px; color: $muted; }
QToolButton[look="pill"]:hover { background: $hover; }
QToolButton#latest { background: $raised; border: 1px solid $border; border-radius: 18px; padding: 8px; }
QToolButton#latest:hover { background: $hover; }

QLineEdit, QPlainTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {
  background: $field; color: $text; border: 1px solid $border; border-radius: 9px; padding: 7px 10px;
  selection-background-color: $accent; selection-color: $on_accent; placeholder-text-color: $muted;
}
QLineEdit:focus, QPlainTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {
  border: 1px solid $accent;
}
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
  width: 0; border: none;
}
QLineEdit#quick { border: none; background: transparent; font-size: 14pt; padding: 4px 2px; }
QComboBox::drop-down { border: none; width: 30px; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView { background: $raised; color: $text; border: 1px solid $border; padding: 4px;
  selection-background-color: $accent_soft; selection-color: $text; }

QFrame#composer { background: $field; border: 1px solid $border; border-radius: 18px; }
QFrame#composer[focused="true"] { border: 1px solid $accent; }
QPlainTextEdit#input { border: none; background: transparent; padding: 2px; font-size: 11pt; }
QFrame#chip { background: $accent_soft; border-radius: 10px; }

QFrame#bubble { background: $bubble; border-radius: 16px; }
QFrame#trouble { background: $bad_soft; border-radius: 12px; }
QFrame#trouble QLabel { color: $text; }
QFrame#halted { background: $warn_soft; border-radius: 12px; }
QFrame#code { background: $code; border: 1px solid $border; border-radius: 12px; }
QFrame#code QPlainTextEdit { border: none; background: transparent; padding: 0; border-radius: 0; }
QTextBrowser { background: transparent; border: none; color: $text; selection-background-color: $accent;
  selection-color: $on_accent; }
QTextBrowser:focus, QFrame#code QPlainTextEdit:focus { border: none; }

QFrame#notice { background: $accent_soft; border-radius: 12px; }
QFrame#notice[kind="warning"] { background: $warn_soft; }
QFrame#notice[kind="ringing"] { background: $accent; }
QFrame#notice[kind="ringing"] QLabel { color: $on_accent; font-weight: 600; }
QFrame#notice[kind="bad"] { background: $bad_soft; }
QLabel#step { background: $field; border: 1px solid $border; border-radius: 7px; padding: 4px 8px; }
QProgressBar { background: $border; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }

QListView { background: transparent; border: none; color: $text; }
QListView#pages { background: $side; padding: 8px; }
QListView#pages::item { padding: 9px 10px; border-radius: 9px; }
QListView#pages[tight="true"] { padding: 8px 3px; }
QListView#pages[tight="true"]::item { padding: 9px 8px; }
QListView#pages::item:selected { background: $accent_soft; color: $text; }
QListView#pages::item:hover:!selected { background: $hover; }
QFrame#card { background: $ground; border: 1px solid $border; border-radius: 14px; }
QFrame#line { background: $border; max-height: 1px; min-height: 1px; border: none; }

QMenu { background: $raised; color: $text; border: 1px solid $border; border-radius: 10px; padding: 6px; }
QMenu::item { padding: 8px 22px 8px 12px; border-radius: 7px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $border; margin: 5px 8px; }
QMenu::icon { padding-left: 8px; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar::handle:vertical { background: $border; border-radius: 3px; min-height: 36px; }
QScrollBar::handle:vertical:hover { background: $muted; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle:horizontal { background: $border; border-radius: 3px; min-width: 36px; }
QScrollBar::handle:horizontal:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QSlider { min-height: 22px; }
QSlider::groove:horizontal { background: $border; height: 4px; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $border; height: 4px; border-radius: 2px; }
QSlider::handle:horizontal { background: $accent; width: 16px; height: 16px; margin: -6px 0; border-radius: 8px; }
QSlider::handle:horizontal:focus { border: 2px solid $text; width: 12px; height: 12px; }

QFrame#quickframe { background: $raised; border: 1px solid $border; border-radius: 16px; }
QCheckBox { color: $text; spacing: 8px; }
QCheckBox:focus { color: $accent; }
QCheckBox::indicator { width: 16px; height: 16px; background: $field; border: 1px solid $muted; border-radius: 4px; }
QCheckBox::indicator:hover { background: $hover; }
QCheckBox::indicator:checked { background: $accent; border: 1px solid $accent; image: url("$tick"); }
QCheckBox::indicator:disabled { background: $side; border: 1px solid $border; }
""")


def stylesheet(colours: Colours, scale: float = 1.0) -> str:
    """Return the whole sheet in `colours`, every size of text times `scale`."""
    tick = assets_folder() / "icons" / f"tick-{'dark' if colours.dark else 'light'}.svg"
    values = {name: str(value) for name, value in asdict(colours).items()} | {"tick": tick.as_posix()}
    values |= {f"{name}_hover": under_pointer(getattr(colours, name), colours) for name in ("accent", "bad")}
    sheet = _SHEET.substitute(values)
    return _POINTS.sub(lambda found: f"{float(found[1]) * scale:.2f}".rstrip("0").rstrip(".") + "pt", sheet)


def under_pointer(colour: str, colours: Colours) -> str:
    """Return what a filled button in `colour` becomes under the pointer: nearer to the text, its words stay clear."""
    mixed = (
        round(int(colour[at : at + 2], 16) * (1 - _UNDER_POINTER) + int(colours.text[at : at + 2], 16) * _UNDER_POINTER)
        for at in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in mixed)
