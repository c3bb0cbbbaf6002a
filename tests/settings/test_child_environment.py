"""What other processes get from this one's environment."""

from __future__ import annotations

import os
from pathlib import Path

from jarvis.settings.child_environment import for_python_child, without_keys

ROOT = str(Path(__file__).resolve().parents[2])


def test_no_key_is_handed_on() -> None:
    given = {"JARVIS_KEY_OPENAI": "sk", "jarvis_key_other": "sk", "HOME": "/h", "JARVIS_ENGINE_KEY": "of the child"}
    assert without_keys(given) == {"HOME": "/h", "JARVIS_ENGINE_KEY": "of the child"}
    assert "sk" not in for_python_child(given).values()


def test_a_given_import_path_is_kept_and_means_what_it_meant(tmp_path: Path) -> None:
    given = os.pathsep.join((str(tmp_path), "", "here"))
    child = for_python_child({"PYTHONPATH": given})
    assert child["PYTHONSAFEPATH"] == "1"
    assert child["PYTHONPATH"].split(os.pathsep) == [ROOT, str(tmp_path), str(Path.cwd() / "here")]
