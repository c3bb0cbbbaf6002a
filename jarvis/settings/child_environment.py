"""The environment of processes that Jarvis starts: without its keys, and with code from nowhere but its own folders.

Knows nothing about which process it is for, and changes nothing in this one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

_KEY_PREFIX = "JARVIS_KEY_"


def without_keys(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return `environment` without the API keys in it: for programs of the person's own and for helpers."""
    return {name: value for name, value in environment.items() if not name.upper().startswith(_KEY_PREFIX)}


def for_python_child(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment for a Python of Jarvis' own that runs one of its modules.

    No keys; the current folder is never imported from (`PYTHONSAFEPATH`); the import path is the given one with the
    folder of a cloned `jarvis` first. An empty entry of it means the current folder and is dropped.
    """
    child = {**without_keys(environment), "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", "PYTHONSAFEPATH": "1"}
    folders = [str(Path(entry).absolute()) for entry in environment.get("PYTHONPATH", "").split(os.pathsep) if entry]
    root = Path(__file__).resolve().parents[2]
    if root.name not in ("site-packages", "dist-packages"):
        folders.insert(0, str(root))
    child.pop("PYTHONPATH", None)
    if folders:
        child["PYTHONPATH"] = os.pathsep.join(folders)
    return child


def for_program(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment for a program that brings its own Python or none: no keys, and nothing that would make
    its Python look into Jarvis' environment."""
    ours = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTHONSAFEPATH"}
    return {name: value for name, value in without_keys(environment).items() if name not in ours}


def safe_folder() -> str:
    """Return a folder for such a child to stand in, whatever folder Jarvis was started from: the interpreter's own."""
    return sys.prefix
