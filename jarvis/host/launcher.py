"""Opens applications, files, folders and web pages on this computer, never through a shell.

What is opened belongs to the person: it runs in a session of its own and outlives Jarvis.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from jarvis.contracts.errors import InputError
from jarvis.contracts.skills import Application
from jarvis.host.desktop_entries import DesktopEntry, applications_folders, desktop_entries
from jarvis.settings.child_environment import without_keys

_LOG = logging.getLogger(__name__)

APPLICATION_SECONDS = 0.5
"""How long a started application is watched for failing at once, as one with a missing library does."""

OPENER_SECONDS = 2.0
"""How long an opener is watched for failure; one that still runs then is the program itself."""

_TERMINALS = (("xdg-terminal-exec",), ("x-terminal-emulator", "-e"), ("gnome-terminal", "--"), ("konsole", "-e"))
_OPENERS = (("xdg-open",), ("gio", "open"), ("kde-open",))
_FOLDERS = {
    "documents": "user_documents_dir",
    "downloads": "user_downloads_dir",
    "pictures": "user_pictures_dir",
    "music": "user_music_dir",
    "videos": "user_videos_dir",
    "desktop": "user_desktop_dir",
}


class SystemLauncher:
    """Opens things on this computer; safe to use from several threads."""

    def applications(self) -> Sequence[Application]:
        """Return the installed applications by name; empty where the system keeps no list of them."""
        if sys.platform == "darwin":
            found = [Application(name=path.stem, command=str(path)) for path in _macos_bundles()]
        elif sys.platform == "win32":
            found = [Application(name=path.stem, command=str(path)) for path in _windows_shortcuts()]
        else:
            found = [
                Application(name=entry.name, command=entry.id, other_names=entry.other_names)
                for entry in desktop_entries(applications_folders())
            ]
        return sorted(found, key=lambda application: (application.name.casefold(), application.command))

    def open_application(self, application: Application) -> None:
        """Start `application`; `InputError` when it is gone or does not start."""
        if sys.platform in ("darwin", "win32"):
            self._open(application.command, application.name)
            return
        entries = desktop_entries(applications_folders())
        entry = next((entry for entry in entries if entry.id == application.command), None)
        if entry is None:
            raise _not_opened(application.name, _GONE)
        try:
            line = _terminal_line(entry) + entry.command_line()
        except ValueError as error:
            raise _not_opened(application.name, _BAD_ENTRY) from error
        folder = entry.working_folder if Path(entry.working_folder).is_dir() else None
        code = _start(line, application.name, watch_seconds=APPLICATION_SECONDS, folder=folder)
        if code:
            raise _not_opened(application.name, _failed(line[0], code))

    def open_path(self, path: Path) -> None:
        """Open a file or folder with the program that the person chose for its kind; `InputError` when that fails."""
        if not path.exists():
            raise _not_opened(str(path), _ABSENT)
        self._open(str(path.absolute()), str(path))

    def open_url(self, url: str) -> None:
        """Open a web page in the default browser; `InputError` for anything but a plain http or https address."""
        if not is_web_address(url):
            raise InputError(
                "host.not_web",
                en="“{url}” is not a web address, so nothing was opened. Use one that starts with https://.",
                es="«{url}» no es una dirección web y no se ha abierto nada. Usa una que empiece por https://.",
                url=url[:200],
            )
        self._open(url, url)

    def known_folder(self, name: str) -> Path | None:
        """Return the person's folder called `home`, `documents`, `downloads`, ...; None when it is not there."""
        import platformdirs

        if name == "home":
            return Path.home()
        if name not in _FOLDERS:
            return None
        folder = Path(getattr(platformdirs.PlatformDirs(), _FOLDERS[name]))
        return folder if folder.is_dir() else None

    def _open(self, target: str, shown: str) -> None:
        if sys.platform == "win32":
            try:
                os.startfile(target)
            except OSError as error:
                raise _not_opened(shown, _refused_by_system(error)) from error
            return
        openers = (("open",),) if sys.platform == "darwin" else _OPENERS
        why = _NO_OPENER
        for opener in openers:
            if shutil.which(opener[0]) is None:
                continue
            code = _start([*opener, target], shown, watch_seconds=OPENER_SECONDS)
            if not code:
                return
            _LOG.info("%s failed with code %d", opener[0], code)
            why = _unopenable(opener[0], code)
        raise _not_opened(shown, why)


def is_web_address(url: str) -> bool:
    """Tell whether `url` is a plain http or https address with a host, without spaces or control characters."""
    if any(character.isspace() or not character.isprintable() for character in url):
        return False
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host)


def _start(line: list[str], shown: str, *, watch_seconds: float, folder: str | None = None) -> int:
    """Start a program and return its exit code, 0 if it still runs after `watch_seconds`."""
    try:
        process = subprocess.Popen(
            line,
            cwd=folder or Path.home(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=without_keys(),
            start_new_session=True,
        )
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise _not_opened(shown, _program_missing(line[0]) if missing else _refused_by_system(error)) from error
    try:
        return process.wait(watch_seconds)
    except subprocess.TimeoutExpired:
        # Somebody has to collect its exit status, or it stays as a zombie until Jarvis ends.
        threading.Thread(target=process.wait, name=f"reap-{process.pid}", daemon=True).start()
        return 0


def _terminal_line(entry: DesktopEntry) -> list[str]:
    if not entry.in_terminal:
        return []
    for line in _TERMINALS:
        if shutil.which(line[0]):
            return list(line)
    raise _not_opened(entry.name, _NO_TERMINAL)


def _macos_bundles() -> list[Path]:
    folders = (Path("/Applications"), Path("/System/Applications"), Path.home() / "Applications")
    return [path for folder in folders for pattern in ("*.app", "*/*.app") for path in folder.glob(pattern)]


def _windows_shortcuts() -> list[Path]:
    roots = (os.environ.get("PROGRAMDATA"), os.environ.get("APPDATA"))
    menus = [Path(root) / "Microsoft" / "Windows" / "Start Menu" / "Programs" for root in roots if root]
    return [path for menu in menus for path in menu.rglob("*.lnk")]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reason:
    """Why something was not opened and what to do about it, in both languages, for the end of a sentence."""

    en: str
    es: str


_GONE = _Reason(
    en="it is no longer installed. Install it again, or name another program.",
    es="ya no está instalado. Vuelve a instalarlo o nombra otro programa.",
)
_BAD_ENTRY = _Reason(
    en="its menu entry has no command that can be run. Install it again, or start it from its own folder.",
    es="su entrada de menú no tiene una orden que se pueda ejecutar. Vuelve a instalarlo o inícialo desde su carpeta.",
)
_ABSENT = _Reason(
    en="it does not exist. Check the name and ask again.", es="no existe. Comprueba el nombre y pídelo de nuevo."
)
_NO_OPENER = _Reason(
    en="there is no program that opens things. Install xdg-utils and ask again.",
    es="no hay ningún programa con qué abrirlo. Instala xdg-utils y pídelo de nuevo.",
)
_NO_TERMINAL = _Reason(
    en="it needs a terminal and none was found. Install one, such as GNOME Terminal.",
    es="necesita una terminal y no hay ninguna. Instala una, como GNOME Terminal.",
)


def _program_missing(program: str) -> _Reason:
    return _Reason(
        en=f"its program {program} is not there. Install it again.",
        es=f"su programa {program} no está. Vuelve a instalarlo.",
    )


def _failed(program: str, code: int) -> _Reason:
    return _Reason(
        en=f"{program} ended at once with code {code}. Start it in a terminal to read why, or install it again.",
        es=f"{program} terminó enseguida con el código {code}. Inícialo en una terminal para leer por qué, "
        "o vuelve a instalarlo.",
    )


def _unopenable(opener: str, code: int) -> _Reason:
    return _Reason(
        en=f"{opener} failed with code {code}. Choose a program for things of this kind in your system's settings "
        "(default applications) and ask again.",
        es=f"{opener} falló con el código {code}. Elige un programa para cosas de este tipo en los ajustes del "
        "sistema (aplicaciones predeterminadas) y pídelo de nuevo.",
    )


def _refused_by_system(error: OSError) -> _Reason:
    detail = f"{errno.errorcode.get(error.errno or 0, 'error')} {error.filename or ''}".strip()
    return _Reason(
        en=f"the system refused it ({detail}). Check that you may open it, and ask again.",
        es=f"el sistema lo rechazó ({detail}). Comprueba que tienes permiso para abrirlo y pídelo de nuevo.",
    )


def _not_opened(what: str, why: _Reason) -> InputError:
    return InputError(
        "host.not_opened",
        en="{what} could not be opened and nothing was changed: {why_en}",
        es="No se pudo abrir {what} y no se ha cambiado nada: {why_es}",
        what=what,
        why_en=why.en,
        why_es=why.es,
    )
