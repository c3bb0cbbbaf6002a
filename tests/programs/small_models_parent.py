"""Opens a small model in the child and waits to be killed; prints the child's process id.

Run as `python -m tests.programs.small_models_parent FOLDER`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from jarvis.engines.small_models.link import SmallModels
from jarvis.engines.small_models.listening import ChildVoiceDetector
from tests.fakes.speech_children import ChildFactory

if __name__ == "__main__":
    factory = ChildFactory(Path(sys.argv[1]))
    detector = ChildVoiceDetector(SmallModels(factory("small models", "jarvis.app.small_models_child", ())))
    sys.stdout.write(f"{factory.children[0].pid}\n")
    sys.stdout.flush()
    time.sleep(600)
