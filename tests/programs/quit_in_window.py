"""The whole program with a window, which is quit while something is under way that does not end by itself.

`quit_in_window.py app`, with UNDER_WAY as one of the names in `STARTS` and QUIT_TOLD the file that is written, with the
name of the state, once it is under way; the window is quit right after. What limits such a wait is lifted. A file
beside QUIT_TOLD, with "unwound" for a suffix, tells that Python took itself apart at the end.
"""

from __future__ import annotations

import atexit
import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import psutil
from keyring.backend import KeyringBackend
from PySide6.QtCore import QTimer

from jarvis.__main__ import main
from jarvis.app import key_check, window
from jarvis.contracts.memory import ForgetTarget
from jarvis.desktop import data_texts, run
from jarvis.desktop.data_page import DataPage
from jarvis.desktop.keys_page import KeysPage
from jarvis.storage import database
from jarvis.storage.forgetting import SqliteForgetting

LOOK_MILLISECONDS = 20
NEVER_SECONDS = 3600.0
begin = run.Desktop.start
under_way = threading.Event()


class Dialog(KeyringBackend):
    """A keyring that is locked, and asks the person for its password."""

    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        under_way.set()
        threading.Event().wait(NEVER_SECONDS)

    def delete_password(self, service: str, username: str) -> None:
        raise AssertionError("nothing is removed here")


def told_before(kind: type, name: str) -> None:
    """Say that it is under way when `name` of `kind` is about to be done."""
    act = getattr(kind, name)

    def acting(*given: object, **named: object) -> object:
        under_way.set()
        return act(*given, **named)

    setattr(kind, name, acting)


def told_after(kind: type, name: str) -> None:
    """Say that it is under way once `name` of `kind` is done."""
    act = getattr(kind, name)

    def acting(*given: object, **named: object) -> object:
        result = act(*given, **named)
        under_way.set()
        return result

    setattr(kind, name, acting)


class Hand:
    """Begins it once its page is there, and quits once it is under way."""

    def __init__(self, desktop: run.Desktop) -> None:
        self.desktop = desktop
        self.home = desktop._services.home
        self.other: sqlite3.Connection | None = None
        self.steps = [STARTS[os.environ["UNDER_WAY"]], Hand.quit]
        self.timer = QTimer(desktop, interval=LOOK_MILLISECONDS)
        self.timer.timeout.connect(self.look)
        self.timer.start()

    def look(self) -> None:
        if self.steps and self.steps[0](self):
            self.steps.pop(0)

    def page(self, name: str) -> object:
        if self.desktop.settings_dialog is None:
            self.desktop.open_place(name)
        assert self.desktop.settings_dialog is not None
        return self.desktop.settings_dialog.page(name)

    def ask_a_silent_server(self) -> bool:
        page = self.page("keys")
        assert isinstance(page, KeysPage)
        if "openai" not in page.cards:
            return False
        key_check.ASK_SECONDS = NEVER_SECONDS
        told_before(key_check.AppKeyDesk, "check")
        page.cards["openai"].check()
        return True

    def wait_for_the_keyring(self) -> bool:
        page = self.page("keys")
        assert isinstance(page, KeysPage)
        if "mistral" not in page.cards:
            return False
        keyring.set_keyring(Dialog())
        card = page.cards["mistral"]
        card.enter.click()
        card.value.setText("sk-secret")
        card.store.click()
        return True

    def hold(self, *statements: str) -> None:
        """Be another program that works with the database."""
        self.other = sqlite3.connect(self.home / "jarvis.sqlite3", isolation_level=None)
        for statement in statements:
            self.other.execute(statement).fetchall()

    def forget_while_another_writes(self) -> bool:
        page = self.page("data")
        assert isinstance(page, DataPage)
        if not page.open.isEnabled():
            return False
        self.hold("BEGIN IMMEDIATE")
        told_after(SqliteForgetting, "look")
        page.word.setText(data_texts.FORGET_WORD.en)
        page.forget()
        return True

    def forget_while_another_reads(self) -> bool:
        if self.desktop.memory_window is None:
            self.desktop.open_memory()
        assert self.desktop.memory_window is not None
        self.hold("BEGIN", "SELECT * FROM memories")
        told_before(database.Database, "scrub")
        self.desktop.memory_window.browse.acts._forget(ForgetTarget(kind="everything"))
        return True

    def decide_on_a_backup(self) -> bool:
        page = self.page("data")
        assert isinstance(page, DataPage)
        if not page.open.isEnabled():
            return False
        contents = page._data().look_into(Path(os.environ["RESTORE_FILE"]))

        def endless() -> Iterator[psutil.Process]:
            under_way.set()
            while True:
                yield psutil.Process(os.getppid())

        psutil.process_iter = endless
        page.restore.restore(contents)
        return True

    def do_nothing(self) -> bool:
        under_way.set()
        return True

    def quit(self) -> bool:
        if not under_way.is_set():
            return False
        Path(os.environ["QUIT_TOLD"]).write_text(os.environ["UNDER_WAY"])
        self.desktop.quit()
        return True


STARTS: dict[str, Callable[[Hand], bool]] = {
    "nothing": Hand.do_nothing,
    "server": Hand.ask_a_silent_server,
    "keyring": Hand.wait_for_the_keyring,
    "writer": Hand.forget_while_another_writes,
    "reader": Hand.forget_while_another_reads,
    "restore": Hand.decide_on_a_backup,
}


def start(self: run.Desktop, *, with_quick: bool = False) -> None:
    begin(self, with_quick=with_quick)
    database.BUSY_SECONDS = NEVER_SECONDS
    self.hand = Hand(self)


if __name__ == "__main__":
    atexit.register(lambda: Path(os.environ["QUIT_TOLD"]).with_suffix(".unwound").touch())
    # What remembers in the background waits for the same database, up to its usual few seconds, and is not looked at.
    window._SETTLE_AFTER_SECONDS = NEVER_SECONDS
    run.Desktop.start = start
    sys.exit(main())
