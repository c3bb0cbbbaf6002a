"""Which system libraries Jarvis needs, what they are called where, and the line that installs them.

Libraries are looked for by the file that the program loads, never by a package's name.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from installer.facts import Facts, Manager


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """Something of the system's. `probe` is a shared library (`*.so.*`) or a program."""

    name: str
    probe: str
    packages: dict[Manager, str]


PORTAUDIO = Need(
    name="PortAudio",
    probe="libportaudio.so.2",
    packages={"apt": "libportaudio2", "dnf": "portaudio", "pacman": "portaudio", "brew": "portaudio"},
)

DESKTOP = (
    Need(name="EGL", probe="libEGL.so.1", packages={"apt": "libegl1", "dnf": "libglvnd-egl", "pacman": "libglvnd"}),
    Need(name="OpenGL", probe="libGL.so.1", packages={"apt": "libgl1", "dnf": "libglvnd-glx", "pacman": "libglvnd"}),
    Need(
        name="xkbcommon",
        probe="libxkbcommon.so.0",
        packages={"apt": "libxkbcommon0", "dnf": "libxkbcommon", "pacman": "libxkbcommon"},
    ),
    Need(name="GLib", probe="libglib-2.0.so.0", packages={"apt": "libglib2.0-0", "dnf": "glib2", "pacman": "glib2"}),
    Need(
        name="fontconfig",
        probe="libfontconfig.so.1",
        packages={"apt": "libfontconfig1", "dnf": "fontconfig", "pacman": "fontconfig"},
    ),
    Need(name="D-Bus", probe="libdbus-1.so.3", packages={"apt": "libdbus-1-3", "dnf": "dbus-libs", "pacman": "dbus"}),
    Need(
        name="xcb-cursor",
        probe="libxcb-cursor.so.0",
        packages={"apt": "libxcb-cursor0", "dnf": "xcb-util-cursor", "pacman": "xcb-util-cursor"},
    ),
    Need(
        name="xcb-icccm",
        probe="libxcb-icccm.so.4",
        packages={"apt": "libxcb-icccm4", "dnf": "xcb-util-wm", "pacman": "xcb-util-wm"},
    ),
    Need(
        name="xcb-keysyms",
        probe="libxcb-keysyms.so.1",
        packages={"apt": "libxcb-keysyms1", "dnf": "xcb-util-keysyms", "pacman": "xcb-util-keysyms"},
    ),
    Need(
        name="xcb-image",
        probe="libxcb-image.so.0",
        packages={"apt": "libxcb-image0", "dnf": "xcb-util-image", "pacman": "xcb-util-image"},
    ),
    Need(
        name="xcb-render-util",
        probe="libxcb-render-util.so.0",
        packages={"apt": "libxcb-render-util0", "dnf": "xcb-util-renderutil", "pacman": "xcb-util-renderutil"},
    ),
    Need(
        name="xcb-shape",
        probe="libxcb-shape.so.0",
        packages={"apt": "libxcb-shape0", "dnf": "libxcb", "pacman": "libxcb"},
    ),
    Need(name="xcb-xkb", probe="libxcb-xkb.so.1", packages={"apt": "libxcb-xkb1", "dnf": "libxcb", "pacman": "libxcb"}),
    Need(
        name="xkbcommon-x11",
        probe="libxkbcommon-x11.so.0",
        packages={"apt": "libxkbcommon-x11-0", "dnf": "libxkbcommon-x11", "pacman": "libxkbcommon-x11"},
    ),
)

COMPILER = Need(
    name="C++",
    probe="c++",
    packages={"apt": "build-essential", "dnf": "gcc-c++ make", "pacman": "base-devel"},
)

VENV = Need(
    name="venv", probe="", packages={"apt": "python3-venv", "dnf": "python3", "pacman": "python", "brew": "python@3.13"}
)

TEST_TOOLS = tuple(
    Need(name=program, probe=program, packages={"apt": apt, "dnf": dnf, "pacman": pacman})
    for program, apt, dnf, pacman in (
        ("Xvfb", "xvfb", "xorg-x11-server-Xvfb", "xorg-server-xvfb"),
        ("xauth", "xauth", "xorg-x11-xauth", "xorg-xauth"),
        ("xdotool", "xdotool", "xdotool", "xdotool"),
        ("openbox", "openbox", "openbox", "openbox"),
        ("trayer", "trayer", "trayer", "trayer"),
        ("import", "imagemagick", "ImageMagick", "imagemagick"),
        ("dbus-run-session", "dbus", "dbus-daemon", "dbus"),
        ("gnome-keyring-daemon", "gnome-keyring", "gnome-keyring", "gnome-keyring"),
        (
            "pulseaudio",
            "pulseaudio libasound2-plugins",
            "pulseaudio alsa-plugins-pulseaudio",
            "pulseaudio pulseaudio-alsa",
        ),
        ("pactl", "pulseaudio-utils", "pulseaudio-utils", "libpulse"),
        ("flite", "flite", "flite", "flite"),
        ("sox", "sox", "sox", "sox"),
    )
)
"""Programs that only the checks use: a virtual display, sound server, tray, keyring and second synthesizer."""


def has_compiler() -> bool:
    """True if a C++ compiler is on PATH now."""
    return any(shutil.which(name) for name in ("c++", "g++", "clang++"))


def libraries(needs: Iterable[Need]) -> dict[str, str]:
    """Return name -> shared library for those of `needs` that are libraries."""
    return {need.name: need.probe for need in needs if ".so" in need.probe}


def missing(
    facts: Facts, *, desktop: bool, tests: bool, compiler: bool, which: Callable[[str], str | None] = shutil.which
) -> list[Need]:
    """Return what this machine lacks of the things that are wanted."""
    needs = [PORTAUDIO, *(DESKTOP if desktop else ())] if facts.system == "linux" else []
    lacking = [need for need in needs if need.name in facts.missing_libraries]
    if not facts.has_venv:
        lacking.append(VENV)
    if compiler and not facts.compiler:
        lacking.append(COMPILER)
    if tests and facts.system == "linux":
        lacking.extend(need for need in TEST_TOOLS if which(need.probe) is None)
    return lacking


def packages_for(needs: Iterable[Need], manager: Manager, python: str) -> list[str]:
    """Return the package names that `manager` knows, each once; `python` is the running version `3.11.7`."""
    names: list[str] = []
    for need in needs:
        text = need.packages.get(manager, "")
        if need is VENV and manager == "apt":
            text = f"python{'.'.join(python.split('.')[:2])}-venv"
        names.extend(name for name in text.split() if name not in names)
    return names


def install_line(packages: Iterable[str], manager: Manager, *, root: bool) -> str:
    """Return the line that a person types to install `packages`; empty where no manager is known."""
    words = " ".join(packages)
    if manager == "none" or not words:
        return ""
    line = {
        "apt": f"apt-get install -y --no-install-recommends {words}",
        "dnf": f"dnf install -y {words}",
        "pacman": f"pacman -S --needed {words}",
        "brew": f"brew install {words}",
    }[manager]
    return line if root or manager == "brew" else f"sudo {line}"
