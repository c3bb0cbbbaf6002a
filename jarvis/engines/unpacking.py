"""Unpacks source archives from elsewhere: files and folders, and nothing beside the folder that they are meant for."""

from __future__ import annotations

import tarfile
from pathlib import Path


def unpack(archive: Path, folder: Path) -> None:
    """Unpack the tar file `archive` into `folder`, which is made. Raises `tarfile.TarError` and `OSError`.

    Python before 3.11.4 has no filter of its own; there links, devices and names that lead elsewhere are left out.
    """
    with tarfile.open(archive) as packed:
        if hasattr(tarfile, "data_filter"):
            packed.extractall(folder, filter="data")
            return
        folder.mkdir(parents=True, exist_ok=True)
        whole = folder.resolve()
        for member in packed.getmembers():
            if (member.isfile() or member.isdir()) and (whole / member.name).resolve().is_relative_to(whole):
                packed.extract(member, whole, set_attrs=False)
