"""A parent that starts one child as Jarvis does, prints its process ids, and waits to be killed."""

import json
import sys
import time
from pathlib import Path

from jarvis.processes.child import Child
from jarvis.processes.registry import ChildRegistry


def main() -> None:
    folder, mode, module, *arguments = sys.argv[1:]
    child = Child(
        name="test child",
        module=module,
        arguments=arguments,
        log=Path(folder) / "child.log",
        registry=ChildRegistry(Path(folder)),
        mode="pipes" if mode == "pipes" else "announce",
    )
    document = child.ensure_ready()
    sys.stdout.write(json.dumps({**document, "child": child.pid}) + "\n")
    sys.stdout.flush()
    time.sleep(3600)


if __name__ == "__main__":
    main()
