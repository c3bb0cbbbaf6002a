"""A second process over one memory: `memory_process FOLDER WHAT [TEXT...]`, one line on standard output per step.

"keep" keeps the index until its input ends, "hold" only holds the index's lock, "add" remembers each text and makes
its vector, "forget" forgets the memories with these texts.
"""

import sys
from pathlib import Path

from jarvis.contracts.errors import JarvisError
from jarvis.contracts.memory import MemoryFilter
from jarvis.processes.instance import single_instance
from tests.fakes.memory import MemoryWorld


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    folder, what, *texts = sys.argv[1:]
    if what == "hold":
        with single_instance(Path(folder) / "memory", "index"):
            say("held")
            sys.stdin.read()
        return
    world = MemoryWorld(Path(folder))
    if what == "keep":
        world.keeper.start()
        world.settled()
        say("kept")
        sys.stdin.read()
    elif what == "add":
        world.remember(*texts)
        say(world.keeper.progress("en").state)
    else:
        world.memories.delete([seq for text in texts for seq in world.memories.seqs(MemoryFilter(text=text))])
        try:
            world.keeper.purge()
            say("forgotten")
        except JarvisError as error:
            say(error.code)
    world.close()


if __name__ == "__main__":
    main()
