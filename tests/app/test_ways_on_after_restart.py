"""An answer that failed offers the same way on after its program was killed and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jarvis.app.build import Jarvis
from jarvis.desktop.keepsake import INTRODUCED
from jarvis.settings.folders import Folders

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 240


def run(tmp_path: Path) -> tuple[int, dict[str, Any]]:
    """Run the program once; returns its exit code and what it told."""
    told = tmp_path / "told.json"
    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        "JARVIS_HOME": str(tmp_path / "home"),
        "FAIL_TOLD": str(told),
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/programs/fail_in_window.py"), "app"], env={**os.environ, **environment}
    )
    try:
        code = process.wait(PATIENCE_SECONDS)
    finally:
        process.kill()
    return code, json.loads(told.read_text())


@pytest.mark.skipif(sys.platform == "win32", reason="the program kills itself")
def test_the_way_on_outlives_the_program(tmp_path: Path) -> None:
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    (tmp_path / "home" / "desktop.json").write_text(json.dumps({INTRODUCED: True}))
    for name, value in (("language", "en"), ("voice.enabled", False), ("memory.enabled", False)):
        jarvis.settings.set(name, value)
    jarvis.close()
    code, before = run(tmp_path)
    assert code == -signal.SIGKILL and before == {"way": "API keys"}
    code, after = run(tmp_path)
    # The error that ended it leads nowhere; that of the model before it does.
    assert code == 0 and after["way"] == before["way"] and after["led_to"] == "keys"
    assert "begun " in after["texts"]
