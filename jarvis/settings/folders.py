"""Where Jarvis keeps its files. `JARVIS_HOME` moves all of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from jarvis.contracts.errors import StorageError


@dataclass(frozen=True, kw_only=True, slots=True)
class Folders:
    """Every place that Jarvis writes to, below one `home`."""

    home: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.home / "jarvis.sqlite3"

    @property
    def settings_file(self) -> Path:
        """The options that differ from their defaults, as JSON."""
        return self.home / "settings.json"

    @property
    def logs(self) -> Path:
        """Jarvis' own log and those of its children."""
        return self.home / "logs"

    @property
    def models(self) -> Path:
        """Where a person puts model files: `*.gguf`, `whisper-*/`, `piper voices (*.onnx)`."""
        return self.home / "models"

    @property
    def run(self) -> Path:
        """Locks, sockets and the list of running children."""
        return self.home / "run"

    @property
    def cache(self) -> Path:
        """Files that can be made again at any time."""
        return self.home / "cache"

    def create(self) -> None:
        """Make every folder, private to the user; `StorageError` where that is impossible."""
        try:
            for folder in (self.home, self.logs, self.models, self.run, self.cache):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                "storage.home",
                en="Jarvis cannot write to its folder {home} ({why}); nothing was changed. "
                "Free some space or point JARVIS_HOME at another folder.",
                es="Jarvis no puede escribir en su carpeta {home} ({why}); no se ha cambiado nada. "
                "Libera espacio o indica otra carpeta en JARVIS_HOME.",
                home=self.home,
                why=error.strerror or error,
            ) from error


def folders() -> Folders:
    """Return the folders of this user: `JARVIS_HOME`, else the platform's data folder."""
    home = os.environ.get("JARVIS_HOME")
    return Folders(
        home=Path(home).expanduser().absolute() if home else Path(platformdirs.user_data_dir("jarvis", False))
    )


def assets_folder() -> Path:
    """Return the folder of sentences, sounds and icons: inside the package when installed, beside it in a clone."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "assets"
    return inside if inside.is_dir() else package.parent / "assets"
