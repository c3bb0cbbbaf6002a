"""The whole program with a window, and a hand that restores a backup: `restore_in_window.py app`.

RESTORE_FILE is the backup. The first start chooses it and says yes (with DIE_AT=decided it is killed once that is
decided); a start that finds something put aside writes what it shows to RESTORE_TOLD, as JSON, and quits.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMessageBox, QPushButton

from jarvis.__main__ import main
from jarvis.desktop import run
from jarvis.desktop.data_page import DataPage

LOOK_MILLISECONDS = 20
begin = run.Desktop.start


class Hand:
    """Does one step after the other, each once what it needs is on the screen."""

    def __init__(self, desktop: run.Desktop) -> None:
        self.desktop = desktop
        home = desktop._services.home
        self.steps = [self.wait_for_notice, self.tell] if list(home.glob("before-restore-*")) else [self.open, self.say]
        self.timer = QTimer(desktop, interval=LOOK_MILLISECONDS)
        self.timer.timeout.connect(self.look)
        self.timer.start()

    def look(self) -> None:
        if self.steps and self.steps[0]():
            self.steps.pop(0)

    def open(self) -> bool:
        if self.desktop.settings_dialog is None:
            self.desktop.open_place("data")
        page = self.desktop.settings_dialog.page("data")
        assert isinstance(page, DataPage)
        if not page.open.isEnabled():
            return False
        if os.environ.get("DIE_AT") == "decided":
            page.restore.anew_wanted.connect(lambda: os.kill(os.getpid(), signal.SIGKILL))
        page.restore.look(os.environ["RESTORE_FILE"])
        return True

    def say(self) -> bool:
        dialog = self.desktop.settings_dialog
        box = dialog.findChild(QMessageBox)
        if box is None:
            message = dialog.page("data").message
            if message.property("look") == "bad":
                Path(os.environ["RESTORE_TOLD"]).write_text(json.dumps({"failed": message.text()}))
                self.desktop.quit()
                return True
            return False
        next(each for each in box.findChildren(QPushButton) if each.text() == "Restore and restart").click()
        return True

    def wait_for_notice(self) -> bool:
        notices = self.desktop.window.banners.visible_notices()
        return any(each.id.startswith("restored:") for each in notices) and bool(self.desktop.session.conversations)

    def tell(self) -> bool:
        notices = self.desktop.window.banners.visible_notices()
        told = {
            "pid": os.getpid(),
            "kept": next(each.step for each in notices if each.id.startswith("restored:")),
            "conversations": [each.title for each in self.desktop.session.conversations],
            "language": self.desktop.words.language,
            "open": sorted(str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.exists()),
        }
        Path(os.environ["RESTORE_TOLD"]).write_text(json.dumps(told))
        self.desktop.quit()
        return True


def start(self: run.Desktop, *, with_quick: bool = False) -> None:
    begin(self, with_quick=with_quick)
    self.hand = Hand(self)


run.Desktop.start = start
sys.exit(main())
