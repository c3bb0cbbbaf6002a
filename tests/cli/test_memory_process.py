"""`jarvis memory` as the program that people start: what one process stored another finds, and forgets for good."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECRET = "The vault in Asturias opens with Quillivant 88431."


def _jarvis(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "JARVIS_HOME": str(home), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "jarvis", "memory", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        check=False,
    )
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    return done


def test_one_process_adds_another_finds_and_a_third_forgets(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    # Nothing answers there: only words are compared, and no model has to start.
    (home / "settings.json").write_text('{"memory.embedder": "server", "memory.embedder_url": "http://127.0.0.1:9/v1"}')
    rows = tmp_path / "rows.jsonl"
    rows.write_text(
        "".join(
            f"{json.dumps(row)}\n"
            for row in (
                {"id": "a", "text": SECRET, "speaker": "Ana", "when": "2023-05-08T13:56:00Z"},
                {"id": "b", "text": "I will remember that.", "speaker": "Luis", "when": "2023-05-08T13:57:00Z"},
            )
        )
    )
    added = [json.loads(line) for line in _jarvis(home, "add", "--batch", str(rows)).stdout.splitlines()]
    assert added == [{"id": "a", "memory": "a"}, {"id": "b", "memory": "b"}]
    asked = tmp_path / "asked.jsonl"
    asked.write_text('{"id": "q", "text": "What opens the vault?"}\n')
    (found,) = [
        json.loads(line) for line in _jarvis(home, "search", "-k", "5", "--batch", str(asked)).stdout.splitlines()
    ]
    assert found["id"] == "q" and found["searched_by"] == "words" and found["notice"]
    best = found["results"][0]
    assert (best["id"], best["when"], best["source"]) == ("a", "2023-05-08T13:56:00+00:00", "imported")
    _jarvis(home, "forget", "a", "--yes")
    left = [path.name for path in home.rglob("*") if path.is_file() and b"uillivant" in path.read_bytes().lower()]
    assert left == []
