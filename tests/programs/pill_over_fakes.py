"""The real desktop with its voice pill over fakes, for a test that drives it from outside: `pill_over_fakes.py FOLDER`.

Writes to FOLDER/seen, again and again, what the voice was told, how often everything was stopped, and which
window has the keyboard.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from jarvis.contracts.speech import VoiceState
from jarvis.desktop.keepsake import INTRODUCED
from jarvis.desktop.run import make_application, run_desktop
from jarvis.desktop.voice_pill_holder import OPTION
from jarvis.host.compositor import composites
from tests.fakes.desktop import FakeDesktop


def main() -> int:
    folder = Path(sys.argv[1])
    (folder / "desktop.json").write_text(json.dumps({INTRODUCED: True}))
    fake = FakeDesktop(folder)
    fake.voice.state = VoiceState(name="sleeping")
    fake.settings.set(OPTION, True)
    make_application(sys.argv)
    look = QTimer(interval=50)

    def report() -> None:
        active = QApplication.activeWindow()
        seen = f"{','.join(fake.voice.calls)}|{fake.stops}|{active is not None and active.windowTitle()}"
        part = folder / "part"
        part.write_text(seen)
        part.replace(folder / "seen")

    look.timeout.connect(report)
    look.start()
    return run_desktop(replace(fake.services, see_through=lambda: composites(os.environ)), sys.argv)


if __name__ == "__main__":
    sys.exit(main())
