"""The real desktop over fakes, for a test that drives it from outside: `desktop_over_fakes.py FOLDER`.

Writes each question to FOLDER/asked, and FOLDER/tray once the window is shown and there is a tray.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QSystemTrayIcon

from jarvis.contracts.events import TextDelta
from jarvis.contracts.speech import VoiceState
from jarvis.desktop.keepsake import INTRODUCED
from jarvis.desktop.run import make_application, run_desktop
from jarvis.host.shortcuts_session import shortcuts_for
from tests.fakes.desktop import FakeDesktop


def main() -> int:
    folder = Path(sys.argv[1])
    (folder / "desktop.json").write_text(json.dumps({INTRODUCED: True}))
    fake = FakeDesktop(folder)
    fake.voice.state = VoiceState(name="sleeping")

    def script(ask_id, request):
        with (folder / "asked").open("a") as file:
            file.write(f"{request.door}: {request.text}\n")
        yield TextDelta(ask_id=ask_id, text=f"**Done**: {request.text}\n\n```python\nprint('hi')\n```")

    fake.assistant.script = script
    services = replace(fake.services, on_quit=(folder / "quit").touch, shortcuts=shortcuts_for(os.environ))
    make_application(sys.argv)
    look = QTimer(interval=50)

    def report() -> None:
        if QSystemTrayIcon.isSystemTrayAvailable():
            look.stop()
            (folder / "tray").touch()

    look.timeout.connect(report)
    look.start()
    return run_desktop(services, sys.argv)


if __name__ == "__main__":
    sys.exit(main())
