"""Downloads the one model described by its arguments (folder, catalogue JSON); HF_ENDPOINT and proxies as ever.

Writes the bytes so far, line by line, and the code of the error that it ends with.
"""

import os
import sys
from pathlib import Path

from jarvis.catalog.download import Progress, download
from jarvis.catalog.entries import CatalogModel
from jarvis.contracts.cancel import CancelToken
from jarvis.contracts.errors import JarvisError
from jarvis.settings.clock import SystemClock


def _tell(progress: Progress) -> None:
    os.write(1, b"%d\n" % progress.done_bytes)


def _main() -> None:
    entry = CatalogModel.model_validate_json(sys.argv[2])
    folder = Path(sys.argv[1])
    try:
        download(entry, entry.variants[0], folder, clock=SystemClock(), cancel=CancelToken(), on_progress=_tell)
    except JarvisError as error:
        os.write(1, f"{error.code}\n".encode())


if __name__ == "__main__":
    _main()
