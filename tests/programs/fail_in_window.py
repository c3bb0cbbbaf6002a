"""The whole program with a window, whose models all fail: `fail_in_window.py app`.

The first start asks a question, writes the way on that its answer offers to FAIL_TOLD, and is killed. The next start
opens that conversation, presses the way on, and writes what it was called and where it led.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer

from jarvis.__main__ import main
from jarvis.app.build import Jarvis
from jarvis.contracts.errors import EngineError
from jarvis.desktop import run
from jarvis.desktop.message_widgets import AnswerMessage
from tests.fakes.assistant import ScriptedEngine

LOOK_MILLISECONDS = 20
TOLD = Path(os.environ["FAIL_TOLD"])
FAILURES = [
    ["half ", EngineError("engine.auth", en="The key is wrong.", es="La clave no vale.")],
    ["begun ", EngineError("engine.died", en="It died.", es="Ha muerto.")],
]
"""In the order in which models are asked, whichever the router asks first."""
begin = run.Desktop.start


class FailingNext(ScriptedEngine):
    """Fails as the next one that is asked does."""

    def _pieces(self) -> list[str | EngineError]:
        return FAILURES.pop(0)


ENGINES = [FailingNext("first", []), FailingNext("second", [])]


class Hand:
    """Does one step after the other, each once what it needs is on the screen."""

    def __init__(self, desktop: run.Desktop) -> None:
        self.desktop = desktop
        self.steps = [self.see, self.press] if TOLD.exists() else [self.ask, self.die]
        self.timer = QTimer(desktop, interval=LOOK_MILLISECONDS)
        self.timer.timeout.connect(self.look)
        self.timer.start()

    def look(self) -> None:
        if self.steps and self.steps[0]():
            self.steps.pop(0)

    def failed(self) -> AnswerMessage | None:
        found = self.desktop.window.view.findChildren(AnswerMessage)
        return next((each for each in found if each.answer.code == "engine.died" and each.way.isVisible()), None)

    def ask(self) -> bool:
        self.desktop.session.ask("Tell me a long story about quokkas")
        return True

    def die(self) -> bool:
        answer = self.failed()
        if answer is None:
            return False
        TOLD.write_text(json.dumps({"way": answer.way.text()}))
        os.kill(os.getpid(), signal.SIGKILL)
        return True

    def see(self) -> bool:
        if self.desktop.session.conversations and self.desktop.session.current is None:
            self.desktop.session.open(self.desktop.session.conversations[0].id)
        return self.failed() is not None

    def press(self) -> bool:
        answer = self.failed()
        answer.way.click()
        dialog = self.desktop.settings_dialog
        shown = next(name for name, late in dialog._late.items() if dialog.stack.currentWidget() is late)
        text = [each.answer.text for each in self.desktop.window.view.findChildren(AnswerMessage)]
        TOLD.write_text(json.dumps({"way": answer.way.text(), "led_to": shown, "texts": text}))
        self.desktop.quit()
        return True


def start(self: run.Desktop, *, with_quick: bool = False) -> None:
    begin(self, with_quick=with_quick)
    self.hand = Hand(self)


Jarvis.text_engine_list = property(lambda self: lambda: list(ENGINES))
run.Desktop.start = start
sys.exit(main())
