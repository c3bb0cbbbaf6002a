"""Stands in for the index's child process and misbehaves as its environment says: `JARVIS_NAUGHTY_INDEX`.

"dies", "hangs" and "garbage" happen on a query, "dies at once" on the first request, "refuses" answers every request
with an error.
"""

import os
import sys
import time

from jarvis.memory.index_frames import Ended, read_frame, write_frame
from jarvis.processes.child_side import claim_wire, exit_with_parent


def main() -> None:
    exit_with_parent()
    how = os.environ["JARVIS_NAUGHTY_INDEX"]
    source, sink = claim_wire()
    while True:
        try:
            request, _ = read_frame(source)
        except Ended:
            return
        if how == "dies at once":
            os._exit(3)
        if how == "refuses" and request["do"] != "begin":
            write_frame(sink, {"error": "ImportError: no chromadb here"})
            continue
        if request["do"] == "query":
            if how == "dies":
                os._exit(3)
            if how == "hangs":
                time.sleep(600)
            if how == "garbage":
                sink.write(b"Segmentation fault, and much more of that\n" * 10)
                sink.flush()
                sys.exit(1)
        write_frame(sink, {"files": {}, "seqs": []})


if __name__ == "__main__":
    main()
