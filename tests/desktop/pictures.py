"""Takes a picture of every window, full of things, and tells what is wrong with it.

`python -m tests.desktop.pictures FOLDER LANGUAGE THEME [TEXT]`; `QT_SCALE_FACTOR` says how large, 1 to 2, and TEXT, a
value of the option appearance.font_size, how large the text is beside that. Prints one JSON object: each picture with
the texts that are cut in it, and the widgets without a name or out of the keyboard's reach.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from jarvis.contracts.errors import Language
from jarvis.contracts.memory import NewMemory
from jarvis.contracts.speech import PartialHeard, PartialWords, VoiceState
from jarvis.contracts.spending import Spending
from jarvis.contracts.titles import title_of
from jarvis.desktop.decision_view import DecisionWindow
from jarvis.desktop.first_run import FirstRun
from jarvis.desktop.memory_card import MemoryCard
from jarvis.desktop.message_widgets import AnswerMessage
from jarvis.desktop.paged_dialog import PagedDialog
from jarvis.desktop.run import Desktop, make_application
from jarvis.desktop.services import Notice
from jarvis.desktop.text_widgets import RichText
from jarvis.documents.formulas import FormulaDrawer
from jarvis.processes.registry import ChildRegistry
from tests.desktop import picture_dialogs as dialogs
from tests.desktop import picture_scenes as scenes
from tests.desktop.fitting import cut_texts
from tests.desktop.reaching import nameless, unreached
from tests.fakes.desk_models import FakeModelDesk
from tests.fakes.desk_resources import REFERENCE_RIG, AddedUp, DescribedMachine
from tests.fakes.desk_routing import RoutedDesktop
from tests.fakes.desk_settings import furnished
from tests.fakes.memory_desk import DeskWorld

LIMIT_SECONDS = 20.0
SETTLED_SECONDS = 0.12
"""Nothing new for this long, and a window is taken as finished."""

ANSWER = {
    "en": """Here is **what** you asked for, with `code` and a [link](https://example.org):

1. one point
2. another

```python
def twice(x: int) -> int:
    \"\"\"Return two times x.\"\"\"
    return 2 * x
```

| model | size | speed |
|---|---:|---:|
| qwen2.5-7b | 4.7 GB | 62 t/s |
| llama-3.1-8b | 4.9 GB | 55 t/s |

> a quotation, and after it a formula: $e^{i\\pi}+1=0$
""",
    "es": """Aquí está **lo** que pediste, con `código` y un [enlace](https://example.org):

1. un punto
2. otro

```python
def doble(x: int) -> int:
    \"\"\"Devuelve dos veces x.\"\"\"
    return 2 * x
```

| modelo | tamaño | velocidad |
|---|---:|---:|
| qwen2.5-7b | 4,7 GB | 62 t/s |
| llama-3.1-8b | 4,9 GB | 55 t/s |

> una cita, y después una fórmula: $e^{i\\pi}+1=0$
""",
}
FORMULA = "\ufffc"
"""What stands for a formula that is drawn."""
ASKED = {
    "en": "How do I double a number in Python, and which of my models is the quickest?",
    "es": "¿Cómo duplico un número en Python y cuál de mis modelos es el más rápido?",
}
SEARCHED = {"en": "model", "es": "modelo"}
TITLES = {
    "en": ("Shopping list", "Timers and reminders", "A long title of a conversation that does not fit into the list"),
    "es": ("Lista de la compra", "Temporizadores", "Un título de conversación muy largo que no cabe en la lista"),
}
NOTICES = {
    "en": (
        Notice(
            id="a", text="No language model is here yet; timers, lists and notes work meanwhile.", way="recommended"
        ),
        Notice(id="b", text="Building llama.cpp for this computer", kind="progress", percent=42.0),
    ),
    "es": (
        Notice(
            id="a",
            text="Aún no hay ningún modelo de lenguaje; mientras tanto funcionan los temporizadores, las listas y las "
            "notas.",
            way="recommended",
        ),
        Notice(id="b", text="Compilando llama.cpp para este equipo", kind="progress", percent=42.0),
    ),
}
FACTS = {
    "en": ("The boiler hums at night", "Rex is afraid of thunder", "The storeroom's key hangs behind the door"),
    "es": (
        "La caldera zumba de noche",
        "A Rex le dan miedo los truenos",
        "La llave del trastero cuelga tras la puerta",
    ),
}


def own_title(language: Language) -> str:
    """Return the title that the conversation with `ASKED` gets from Jarvis."""
    return title_of(ASKED[language])


class Books(AddedUp):
    """A made-up month, and the decisions and calls that `stored` has."""

    def __init__(self, stored: Spending) -> None:
        super().__init__()
        self.decisions_of = stored.decisions_of
        self.calls_of = stored.calls_of


Window = TypeVar("Window", bound=QWidget)


class Gallery:
    """A desktop that is full of things, and the pictures taken of it."""

    def __init__(self, folder: Path, home: Path, language: Language, theme: str, text: str) -> None:
        self.found: dict[str, dict[str, list[str]]] = {}
        self._folder = folder
        self._end = (
            f"{language}-{theme}-{os.environ.get('QT_SCALE_FACTOR', '1')}{'' if text == 'normal' else f'-{text}'}"
        )
        self.language = language
        self.asked = ASKED[language]
        self._app = make_application(["jarvis"])
        self.fake = fake = RoutedDesktop(home)
        fake.settings.set("language", language)
        fake.settings.set("appearance.theme", theme)
        fake.settings.set("appearance.font_size", text)
        self.machine = DescribedMachine(REFERENCE_RIG)
        world = DeskWorld(home / "memories")
        list(world.desk.add([NewMemory(text=text) for text in FACTS[language]]))
        assert fake.services.spending is not None
        models, spending = FakeModelDesk(), Books(fake.services.spending())
        self._drawer = FormulaDrawer(logs=home / "logs", registry=ChildRegistry(home / "run"), seconds=LIMIT_SECONDS)
        services = replace(
            furnished(fake),
            formulas=self._drawer,
            memory=lambda: world.desk,
            models=lambda: models,
            resources=lambda: self.machine,
            spending=lambda: spending,
        )
        self._fill()
        self.desktop = Desktop(services)
        self.desktop.start()
        self.desktop.window.resize(1120, 800)

    def _fill(self) -> None:
        log, language = self.fake.bench.log, self.language
        for title in TITLES[language]:
            log.start_conversation(title)
        self.conversation = log.start_conversation(own_title(language)).id
        for _ in range(2):
            asked = log.add_message(self.conversation, "user", ASKED[language])
            self.fake.keep_run(asked.id)
            log.add_message(self.conversation, "assistant", ANSWER[language], source="model", model="qwen2.5-7b:q4_k_m")

    def until(self, holds: Callable[[], bool]) -> None:
        """Let the windows work until `holds`; `TimeoutError` after `LIMIT_SECONDS`."""
        end = time.monotonic() + LIMIT_SECONDS
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError("a window never got as far as its picture")
            self._app.processEvents()

    def take(self, name: str, widget: QWidget) -> None:
        """Take a picture of `widget` as soon as it does not change any more, and note what is wrong with it."""
        last, since, end = QImage(), time.monotonic(), time.monotonic() + LIMIT_SECONDS
        while time.monotonic() - since < SETTLED_SECONDS and time.monotonic() < end:
            self._app.processEvents()
            now = widget.grab().toImage()
            if now != last:
                last, since = now, time.monotonic()
        widget.grab().save(str(self._folder / f"{name}-{self._end}.png"))
        self.found[name] = {"cut": cut_texts(widget), "nameless": nameless(widget), "unreached": unreached(widget)}

    def pages(self, name: str, window: PagedDialog) -> None:
        """Take a picture of every page of `window`."""
        for number in range(window.pages.count()):
            window.pages.setCurrentRow(number)
            self.take(f"{name}-{number}", window)

    def chat(self) -> None:
        """The window without a conversation, with one, with notices, and narrow."""
        window = self.desktop.window
        self.take("chat-empty", window)
        self.desktop.session.open(self.conversation)
        self.until(lambda: len(window.view.findChildren(AnswerMessage)) == 2)
        self.until(lambda: any(FORMULA in each.document().toPlainText() for each in window.view.findChildren(RichText)))
        self.take("chat", window)
        self.fake.notices = list(NOTICES[self.language])
        self.desktop.poll()
        self.until(window.banners.isVisible)
        self.take("chat-notices", window)
        window.resize(480, 760)
        self.take("chat-narrow", window)
        window.resize(1120, 800)

    def why(self) -> None:
        """The whole decision behind an answer."""
        answer = self.desktop.window.view.findChildren(AnswerMessage)[-1]
        answer.acts.why.click()
        self.until(lambda: bool(self.shown(DecisionWindow)))
        self.take("why", self.shown(DecisionWindow)[0])
        self.shown(DecisionWindow)[0].close()

    def first_run(self) -> None:
        """Every page of the first run."""
        first = FirstRun(self.desktop.desk, self.desktop.window)
        first.show()
        for number in range(len(first.pages)):
            self.take(f"first-run-{number}", first)
            first.next.click()
        first.close()

    def settings(self) -> None:
        """Every page of the settings."""
        self.desktop.open_settings()
        assert self.desktop.settings_dialog is not None
        self.pages("settings", self.desktop.settings_dialog)
        self.desktop.settings_dialog.search.setText(SEARCHED[self.language])
        self.take("settings-search", self.desktop.settings_dialog)
        self.desktop.settings_dialog.close()

    def memory(self) -> None:
        """Every page of the memory's window."""
        self.desktop.open_memory()
        assert self.desktop.memory_window is not None
        self.until(lambda: bool(self.desktop.memory_window and self.desktop.memory_window.findChildren(MemoryCard)))
        self.pages("memory", self.desktop.memory_window)
        self.desktop.memory_window.close()

    def further(self) -> None:
        """Models, resources and usage."""
        further = self.desktop.further
        further.show_models()
        models = further.window("models")
        assert isinstance(models, PagedDialog)
        self.pages("models", models)
        models.close()
        scenes.resources(self)
        further.show_usage()
        usage = further.window("usage")
        assert usage is not None
        self.take("usage", usage)
        usage.close()

    def quick(self) -> None:
        """The quick query, empty and with an answer."""
        quick = self.desktop.quick
        quick.pop_up()
        self.take("quick", quick)
        quick.input.setText(self.asked)
        quick.input.returnPressed.emit()
        self.until(lambda: bool(quick.findChildren(AnswerMessage)))
        self.take("quick-answered", quick)
        quick.hide()

    def shortcuts(self) -> None:
        """The list of keyboard shortcuts, and the voice pill while words are heard."""
        self.desktop.open_shortcuts()
        assert self.desktop.shortcuts is not None
        self.take("shortcuts", self.desktop.shortcuts)
        self.desktop.shortcuts.close()
        self.fake.settings.set("voice.pill", True)
        self.desktop.apply_settings()
        self.until(lambda: self.desktop.pill.pill is not None)
        assert self.desktop.pill.pill is not None
        self.desktop.pill.take(VoiceState(name="hearing"))
        self.desktop.pill.take(
            PartialHeard(words=PartialWords(text=ASKED[self.language], stable=20, language=self.language))
        )
        self.take("pill", self.desktop.pill.pill)

    def close(self) -> None:
        """Put everything away."""
        self.desktop.window.end()
        self.desktop.close()
        self._drawer.close()

    def shown(self, kind: type[Window]) -> list[Window]:
        """Return the windows of a kind that are open."""
        return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, kind) and widget.isVisible()]


def main(folder: Path, language: Language, theme: str, text: str) -> None:
    """Take every picture; of another size of text those of the windows themselves."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="jarvis-pictures") as home:
        gallery = Gallery(folder, Path(home), language, theme, text)
        windows = (
            gallery.first_run,
            gallery.chat,
            gallery.why,
            gallery.settings,
            gallery.memory,
            gallery.further,
            gallery.quick,
            gallery.shortcuts,
        )
        further = (
            partial(scenes.streaming, gallery),
            partial(scenes.rating_and_edit, gallery),
            partial(scenes.dialogs, gallery),
            partial(dialogs.words, gallery),
            partial(dialogs.models, gallery),
            partial(dialogs.link, gallery),
            partial(scenes.machines, gallery),
            partial(scenes.accents, gallery),
            partial(scenes.very_large, gallery),
            partial(scenes.attachments, gallery, Path(home) / "attached"),
        )
        for look in (*windows, *further) if text == "normal" else windows:
            look()
        gallery.close()
    sys.stdout.write(json.dumps(gallery.found, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    where, which, theme, *size = sys.argv[1:]
    main(Path(where), "es" if which == "es" else "en", theme, size[0] if size else "normal")
