"""Stands in for pip: does what FAKE_PIP says, writes down how it was called, and makes real little wheels.

FAKE_PIP is a JSON file: {"calls": FILE, "fail_first": N, "say": TEXT, "build_lines": [..],
"wheel": NAME or null, "listing": TEXT, "vllm": VERSION, "compiles_on": BOOL}. What compiles on
does so without a word after the build lines.
"""

import json
import os
import sys
import tarfile
import time
import zipfile
from pathlib import Path


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(words: list[str]) -> int:
    orders = json.loads(Path(os.environ["FAKE_PIP"]).read_text())
    calls = Path(orders["calls"])
    with calls.open("a") as file:
        seen = {name: os.environ.get(name) for name in ("CMAKE_BUILD_PARALLEL_LEVEL", "CMAKE_ARGS")}
        file.write(json.dumps({"words": words, **seen}) + "\n")
    if words[:2] == ["cache", "list"]:
        say(orders.get("listing", ""))
        return 0
    if words[0] == "download":
        with tarfile.open(Path(words[words.index("--dest") + 1]) / "llama_cpp_python.tar.gz", "w:gz") as archive:
            archive.add(__file__, "llama_cpp_python-0.3.36/pyproject.toml")
        return 0
    if words[0] == "wheel":
        return wheel(words, orders)
    if len(calls.read_text().splitlines()) <= orders.get("fail_first", 0):
        say(orders["say"])
        return 1
    if orders.get("vllm") and words[-1].startswith("vllm=="):
        install_vllm(Path(words[words.index("--python") + 1]).parent, orders["vllm"])
    say("Successfully installed everything")
    return 0


def install_vllm(programs: Path, version: str) -> None:
    packages = next((programs.parent / "lib").glob("python*")) / "site-packages"
    (packages / f"vllm-{version}.dist-info").mkdir(exist_ok=True)
    (programs / "vllm").touch()


def wheel(words: list[str], orders: dict) -> int:
    if "--only-binary" in words:
        say("ERROR: No matching distribution found")
        return 1
    for line in orders.get("build_lines", []):
        say(line)
    while orders.get("compiles_on"):
        time.sleep(60)
    if not orders.get("wheel"):
        say("c++: fatal error: Killed signal terminated program cc1plus")
        return 1
    with zipfile.ZipFile(Path(words[words.index("--wheel-dir") + 1]) / orders["wheel"], "w") as archive:
        archive.writestr("llama_cpp/lib/libggml-cpu.so", "")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
