"""A parent that connects to one server as Jarvis does, says so, and waits to be killed.

Usage: `mcp_parent.py FOLDER HOW FILE`.
"""

import sys
import time
from pathlib import Path

from tests.mcp_servers.bench import configured, naughty


def main() -> None:
    folder, how, file = sys.argv[1:]
    with configured(Path(folder), {"one": naughty(how, file)}) as servers:
        servers.connection("one").ensure_ready()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        time.sleep(3600)


if __name__ == "__main__":
    main()
