"""Starts a server program in FOLDER with BINARY, prints its process id and waits to be killed."""

import sys
import time
from pathlib import Path

from jarvis.engines.runners.llama_server import LlamaServerProcess
from jarvis.engines.running import ModelToRun
from jarvis.processes.registry import ChildRegistry
from tests.fakes.servers import placed

folder, binary = Path(sys.argv[1]), Path(sys.argv[2])
process = LlamaServerProcess(
    model=ModelToRun(id="kept", path=folder / "model.gguf", runner="llama-server", threads=1),
    placement=placed("kept", cpu_layers=1),
    binary=binary,
    run_folder=folder / "run",
    log=folder / "server.log",
    registry=ChildRegistry(folder),
)
sys.stdout.write(f"{process.start().pid}\n")
sys.stdout.flush()
time.sleep(600)
