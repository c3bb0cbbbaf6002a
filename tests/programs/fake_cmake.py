"""Stands in for cmake, and as `fake_cmake.py pip ...` for pip's download: makes a program that names its flags.

FAKE_CMAKE is a JSON file: {"calls": FILE, "fails": BOOL, "waits": BOOL, "release": FILE}.
"""

import json
import os
import sys
import tarfile
import time
from pathlib import Path

HELP = "--api-key-file --cache-ram --fit --no-webui --offline --override-tensor --device"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(words: list[str]) -> int:
    orders = json.loads(Path(os.environ["FAKE_CMAKE"]).read_text())
    with Path(orders["calls"]).open("a") as calls:
        calls.write(json.dumps(words) + "\n")
    if words[0] == "pip":
        folder = Path(words[words.index("--dest") + 1])
        folder.mkdir(parents=True)
        with tarfile.open(folder / "llama_cpp_python-9.9.9.tar.gz", "w:gz") as archive:
            archive.add(__file__, "llama_cpp_python-9.9.9/vendor/llama.cpp/CMakeLists.txt")
        return 0
    if words[0] == "-S":
        say("-- Configuring done" if (Path(words[1]) / "CMakeLists.txt").exists() else "no such source")
        return 0
    say("[ 25%] Building C object ggml.c.o")
    if orders.get("fails"):
        say("c++: fatal error: Killed signal terminated program cc1plus")
        return 1
    say("[ 50%] Building CXX object server.cpp.o")
    while orders.get("waits") and not Path(orders["release"]).exists():
        time.sleep(0.02)
    say("[100%] Linking CXX executable bin/llama-server")
    made = Path(words[1]) / "bin" / "llama-server"
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_text(f"#!/bin/sh\necho '{HELP}'\n")
    made.chmod(0o755)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
