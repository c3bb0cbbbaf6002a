"""Opens applications, files, folders and web pages on this computer, never through a shell.

What is opened belongs to the person: it runs in a session of its own and outlives Jarvis.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from jarvis.contracts.errors import InputError
from jarvis.contracts.skills import Application
from jarvis.host.desktop_entries import DesktopEntry, applications_folders, desktop_entries

_LOG = logging.getLogger(__name__)

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
            raise _not_opened(application.name, "it is no longer installed", "ya no está instalado")
        try:
            line = _terminal_line(entry) + entry.command_line()
        except ValueError as error:
            raise _not_opened(application.name, str(error), str(error)) from error
        folder = entry.working_folder if Path(entry.working_folder).is_dir() else None
        _start(line, application.name, watch_seconds=0.0, folder=folder)

    def open_path(self, path: Path) -> None:
        """Open a file or folder with the program that the person chose for its kind; `InputError` when that fails."""
        if not path.exists():
            raise _not_opened(str(path), "it does not exist", "no existe")
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
                raise _not_opened(shown, str(error), str(error)) from error
            return
        openers = (("open",),) if sys.platform == "darwin" else _OPENERS
        opener = next((line for line in openers if shutil.which(line[0])), None)
        if opener is None:
            raise _not_opened(
                shown, "no opener is installed; install xdg-utils", "no hay con qué abrirlo; instala xdg-utils"
            )
        _start([*opener, target], shown, watch_seconds=OPENER_SECONDS)


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


def _start(line: list[str], shown: str, *, watch_seconds: float, folder: str | None = None) -> None:
    try:
        process = subprocess.Popen(
            line,
            cwd=folder or Path.home(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        why = error.strerror or str(error)
        raise _not_opened(shown, why, why) from error
    try:
        code = process.wait(watch_seconds) if watch_seconds else None
    except subprocess.TimeoutExpired:
        code = None
    if code:
        raise _not_opened(shown, f"{line[0]} failed with code {code}", f"{line[0]} falló con el código {code}")
    if code is None:
        # Somebody has to collect its exit status, or it stays as a zombie until Jarvis ends.
        threading.Thread(target=process.wait, name=f"reap-{process.pid}", daemon=True).start()


def _terminal_line(entry: DesktopEntry) -> list[str]:
    if not entry.in_terminal:
        return []
    for line in _TERMINALS:
        if shutil.which(line[0]):
            return list(line)
    raise _not_opened(entry.name, "it needs a terminal and none was found", "necesita una terminal y no hay ninguna")


def _macos_bundles() -> list[Path]:
    folders = (Path("/Applications"), Path("/System/Applications"), Path.home() / "Applications")
    return [path for folder in folders for pattern in ("*.app", "*/*.app") for path in folder.glob(pattern)]


def _windows_shortcuts() -> list[Path]:
    roots = (os.environ.get("PROGRAMDATA"), os.environ.get("APPDATA"))
    menus = [Path(root) / "Microsoft" / "Windows" / "Start Menu" / "Programs" for root in roots if root]
    return [path for menu in menus for path in menu.rglob("*.lnk")]


def _not_opened(what: str, why_en: str, why_es: str) -> InputError:
    return InputError(
        "host.not_opened",
        en="{what} could not be opened: {why_en}. Nothing was changed.",
        es="No se pudo abrir {what}: {why_es}. No se ha cambiado nada.",
        what=what,
        why_en=why_en,
        why_es=why_es,
    )
