"""Reads "Ctrl+Alt+J" into modifiers and a key as X11 and the desktop portal name them. Knows no keyboard.

Numbers of keys are the X11 keysyms of keysymdef.h and XF86keysym.h; names of the portal's form are those of the
freedesktop "shortcuts" specification: CTRL, ALT, SHIFT, LOGO and the keysym's own name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jarvis.contracts.errors import InputError

Modifier = Literal["Ctrl", "Alt", "Shift", "Meta"]
"""`Meta` is the key with the logo, which X11 calls Super."""

_MODIFIERS: dict[str, Modifier] = {
    "ctrl": "Ctrl",
    "control": "Ctrl",
    "alt": "Alt",
    "shift": "Shift",
    "meta": "Meta",
    "super": "Meta",
}
_PORTAL_NAMES: dict[Modifier, str] = {"Ctrl": "CTRL", "Alt": "ALT", "Shift": "SHIFT", "Meta": "LOGO"}

_NAMED: dict[str, tuple[int, str]] = {
    "space": (0x0020, "space"),
    "tab": (0xFF09, "Tab"),
    "return": (0xFF0D, "Return"),
    "enter": (0xFF8D, "KP_Enter"),
    "esc": (0xFF1B, "Escape"),
    "backspace": (0xFF08, "BackSpace"),
    "del": (0xFFFF, "Delete"),
    "ins": (0xFF63, "Insert"),
    "home": (0xFF50, "Home"),
    "end": (0xFF57, "End"),
    "left": (0xFF51, "Left"),
    "up": (0xFF52, "Up"),
    "right": (0xFF53, "Right"),
    "down": (0xFF54, "Down"),
    "pgup": (0xFF55, "Prior"),
    "pgdown": (0xFF56, "Next"),
    "pause": (0xFF13, "Pause"),
    "print": (0xFF61, "Print"),
    "menu": (0xFF67, "Menu"),
    "scrolllock": (0xFF14, "Scroll_Lock"),
    "media play": (0x1008FF14, "XF86AudioPlay"),
    "microphone mute": (0x1008FFB2, "XF86AudioMicMute"),
    "search": (0x1008FF1B, "XF86Search"),
    "calculator": (0x1008FF1D, "XF86Calculator"),
}
_SIGNS: dict[str, str] = {
    "+": "plus",
    "-": "minus",
    ",": "comma",
    ".": "period",
    "/": "slash",
    ";": "semicolon",
    "'": "apostrophe",
    "`": "grave",
    "=": "equal",
    "\\": "backslash",
    "[": "bracketleft",
    "]": "bracketright",
    "<": "less",
    "º": "masculine",
    "ñ": "ntilde",
    "ç": "ccedilla",
}
_ALONE = frozenset({"pause", "print", "scrolllock", "media play", "microphone mute", "search", "calculator"})
"""Keys besides F1 to F35 that write nothing and may stand without a modifier."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyChord:
    """Keys pressed together; `keysym` is the unshifted key's, `name` its X11 name."""

    modifiers: frozenset[Modifier]
    keysym: int
    name: str

    def portal_trigger(self) -> str:
        """Return the keys as the desktop portal reads them, such as "CTRL+ALT+j"."""
        return "+".join([_PORTAL_NAMES[one] for one in _PORTAL_NAMES if one in self.modifiers] + [self.name])


def chord_of(keys: str) -> KeyChord:
    """Read keys in Qt's portable form; raises `InputError` for what cannot be taken from all programs."""
    *before, last = _parts(keys)
    modifiers = [_MODIFIERS.get(part.lower()) for part in before]
    found = _key(last)
    if found is None or None in modifiers:
        raise InputError(
            "shortcut.unknown",
            en="“{keys}” is not a key that can be taken everywhere, so nothing was bound. Choose one like Ctrl+Alt+J.",
            es="«{keys}» no es una tecla que se pueda tomar en todas partes, así que no se ha asignado nada. "
            "Elige una como Ctrl+Alt+J.",
            keys=keys,
        )
    held = frozenset(modifier for modifier in modifiers if modifier is not None)
    if not held - {"Shift"} and not (last.lower() in _ALONE or _function_key(last)):
        raise InputError(
            "shortcut.needs_modifier",
            en="“{keys}” would be missing in every other program, so nothing was bound. Add Ctrl, Alt or Meta.",
            es="«{keys}» faltaría en todos los demás programas, así que no se ha asignado nada. "
            "Añade Ctrl, Alt o Meta.",
            keys=keys,
        )
    keysym, name = found
    return KeyChord(modifiers=held, keysym=keysym, name=name)


def _parts(keys: str) -> list[str]:
    # The plus sign is a key as well: "Ctrl++".
    keys = keys.strip()
    if keys.endswith("+") and keys != "+":
        return [*(part for part in keys[:-1].rstrip("+").split("+")), "+"]
    return [part.strip() for part in keys.split("+")] if keys != "+" else ["+"]


def _key(word: str) -> tuple[int, str] | None:
    if number := _function_key(word):
        return 0xFFBE + number - 1, f"F{number}"
    if word.lower() in _NAMED:
        return _NAMED[word.lower()]
    if len(word) != 1:
        return None
    letter = word.lower()
    if letter in _SIGNS:
        return ord(letter), _SIGNS[letter]
    return (ord(letter), letter) if letter.isascii() and letter.isalnum() else None


def _function_key(word: str) -> int:
    number = word[1:]
    return int(number) if word[:1] in "Ff" and number.isascii() and number.isdigit() and 1 <= int(number) <= 35 else 0
