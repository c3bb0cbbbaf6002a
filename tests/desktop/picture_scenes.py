"""Further scenes for the pictures of the windows: what comes and goes, files, dialogs, machines, sizes and accents."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QMimeData, QPoint, QUrl
from PySide6.QtWidgets import QMessageBox, QWidget

from jarvis.contracts.resources import GpuView, ResourceView
from jarvis.desktop import resources_texts
from jarvis.desktop.attachment_chip import AttachmentChip
from jarvis.desktop.colours import ACCENTS
from jarvis.desktop.memory_card import MemoryCard
from jarvis.desktop.message_widgets import AnswerMessage, UserMessage
from jarvis.desktop.paged_dialog import PagedDialog
from jarvis.desktop.resources_gpu import GpuCard
from jarvis.desktop.resources_window import ResourceWindow
from jarvis.desktop.run import Desktop
from tests.desktop.conftest import shown
from tests.fakes.assistant import ScriptedEngine
from tests.fakes.desk_attachments import AttachingDesk
from tests.fakes.desk_resources import FOUR_GPUS, GONE, GONE_RIG, NO_GPU, REFERENCE_RIG, RTX_5070_TI, machine
from tests.fakes.documents import pdf
from tests.fakes.pictures import png

if TYPE_CHECKING:
    from tests.desktop.pictures import Gallery

Window = TypeVar("Window", bound=QWidget)

PAST_SECONDS = 240
WIDE_SCREEN = 600
"""Points of a screen below which nobody would enlarge the text too."""
WRITTEN = {
    "en": "To double a number, add it to itself:\n\n1. take the number\n2. add it to ",
    "es": "Para duplicar un número, súmalo a sí mismo:\n\n1. toma el número\n2. súmalo a ",
}
FILES = {"en": ("The plumber's bill.pdf", "A garden.png"), "es": ("Factura del fontanero.pdf", "Un jardín.png")}
ASKED_OF_FILES = {"en": "What does he cost?", "es": "¿Cuánto cuesta?"}
REASON = {"en": "Too long", "es": "Demasiado largo"}


def streaming(gallery: Gallery) -> None:
    """An answer while it is being written."""
    gallery.fake.settings.set("appearance.motion", "reduced")
    gallery.desktop.apply_settings()
    gate = threading.Event()
    gallery.fake.bench.engines = [ScriptedEngine("small", [WRITTEN[gallery.language], gate.wait, "."])]  # type: ignore[list-item]
    session, view = gallery.desktop.session, gallery.desktop.window.view
    session.open(None)
    session.ask(gallery.asked)
    word = WRITTEN[gallery.language].split()[0]
    gallery.until(lambda: any(word in shown(each) for each in view.findChildren(AnswerMessage)))
    gallery.take("chat-streaming", gallery.desktop.window)
    gate.set()
    gallery.until(lambda: not session.busy)


def rating_and_edit(gallery: Gallery) -> None:
    """A low rating that asks why, and a question whose words are being changed."""
    window = gallery.desktop.window
    gallery.desktop.session.open(gallery.conversation)
    gallery.until(lambda: len(_in_view(window, AnswerMessage)) == 2)
    rating = _in_view(window, AnswerMessage)[-1].rating
    rating.stars.show_stars(2)
    rating.stars.chosen.emit(2)
    gallery.until(lambda: rating.reason is not None and rating.reason.isVisible())
    assert rating.reason is not None
    rating.reason.field.setText(REASON[gallery.language])
    gallery.take("chat-rating", window)
    question = _in_view(window, UserMessage)[-1]
    question.begin_edit()
    gallery.take("chat-edit", window)
    question.leave_edit()


def dialogs(gallery: Gallery) -> None:
    """What is asked before something is deleted, and before Jarvis ends."""
    window = gallery.desktop.window
    window.asks.delete(gallery.conversation)
    _take_box(gallery, "dialog-delete")
    window._ask_to_quit()
    _take_box(gallery, "dialog-quit")


def resources(gallery: Gallery) -> None:
    """The resources of a machine without GPUs, of the reference rig, and of that rig when its driver went."""
    gallery.machine.now = NO_GPU
    gallery.desktop.further.show_resources()
    window = gallery.desktop.further.window("resources")
    assert isinstance(window, ResourceWindow)
    gallery.until(lambda: window.status.text() == resources_texts.NO_GPU.to(gallery.language) and not window.cards)
    gallery.take("resources-without-gpu", window)
    window.close()
    gallery.machine.now = REFERENCE_RIG
    window.show()
    gallery.until(partial(_shows, window, len(REFERENCE_RIG.gpus)))
    gallery.take("resources", window)
    gallery.machine.now = GONE_RIG
    gallery.until(lambda: window.trouble.isVisible() and window.trouble.text() == GONE[gallery.language])
    gallery.until(lambda: all(card.gone for card in window.cards.values()))
    gallery.take("resources-driver-gone", window)
    window.close()


def machines(gallery: Gallery) -> None:
    """The resources of a machine with one GPU and with four, both with a past."""
    gallery.desktop.further.show_resources()
    window = gallery.desktop.further.window("resources")
    assert window is not None
    window.close()
    for name, now in (("resources-one-gpu", machine(RTX_5070_TI)), ("resources-four-gpus", FOUR_GPUS)):
        gallery.machine.now = replace(now, at=1000.0 + PAST_SECONDS)
        gallery.machine.past = [_earlier(now, second) for second in range(0, PAST_SECONDS, 2)]
        window.show()
        gallery.until(partial(_shows, window, len(now.gpus)))
        gallery.take(name, window)
        window.close()
    gallery.machine.past = []


def accents(gallery: Gallery) -> None:
    """The chat in each accent; where the screen is magnified they look no different."""
    if not _is_wide(gallery):
        return
    gallery.desktop.session.open(gallery.conversation)
    for accent in ACCENTS:
        gallery.fake.settings.set("appearance.accent", accent)
        gallery.desktop.apply_settings()
        gallery.take(f"accent-{accent}", gallery.desktop.window)
    gallery.fake.settings.set("appearance.accent", "indigo")
    gallery.desktop.apply_settings()


def very_large(gallery: Gallery) -> None:
    """Chat, settings, memory and models with the largest text, where the screen is not magnified as well."""
    if not _is_wide(gallery):
        return
    gallery.fake.settings.set("appearance.font_size", "very_large")
    gallery.desktop.apply_settings()
    gallery.take("large-chat", gallery.desktop.window)
    gallery.desktop.open_settings()
    settings = gallery.desktop.settings_dialog
    assert settings is not None
    gallery.pages("large-settings", settings)
    settings.close()
    gallery.desktop.open_memory()
    memory = gallery.desktop.memory_window
    assert memory is not None
    gallery.until(lambda: bool(memory.findChildren(MemoryCard)))
    gallery.pages("large-memory", memory)
    memory.close()
    gallery.desktop.further.show_models()
    models = gallery.desktop.further.window("models")
    assert isinstance(models, PagedDialog)
    gallery.pages("large-models", models)
    models.close()
    gallery.fake.settings.set("appearance.font_size", "normal")
    gallery.desktop.apply_settings()


def attachments(gallery: Gallery, folder: Path) -> None:
    """Files that wait in the composer, and files of a question that was asked."""
    folder.mkdir()
    world = AttachingDesk(folder)
    for name in ("language", "appearance.theme"):
        world.fake.settings.set(name, gallery.fake.settings.get(name))
    desktop = Desktop(world.services)
    desktop.start()
    desktop.window.resize(1120, 800)
    world.connect(desktop)
    bill, picture = (folder / name for name in FILES[gallery.language])
    bill.write_bytes(pdf([["The plumber costs 912 euros."], ["He comes on 3 March."]]))
    picture.write_bytes(png(320, 200))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in (bill, picture)])
    composer = desktop.window.composer
    composer.input.insertFromMimeData(data)
    gallery.until(lambda: len(composer.tray.files()) == 2 and not composer.tray.reading)
    composer.input.setPlainText(ASKED_OF_FILES[gallery.language])
    gallery.take("chat-attachments", desktop.window)
    composer.send_button.click()
    view = desktop.window.view
    gallery.until(lambda: not desktop.session.busy and len(view.findChildren(AttachmentChip)) == 2)
    gallery.take("chat-attachments-sent", desktop.window)
    desktop.window.end()
    desktop.close()
    world.close()


def _in_view(window: QWidget, kind: type[Window]) -> list[Window]:
    """Return the messages of a kind that are shown, from top to bottom."""
    found = [widget for widget in window.findChildren(kind) if widget.isVisible()]
    return sorted(found, key=lambda widget: widget.mapTo(window, QPoint()).y())


def _is_wide(gallery: Gallery) -> bool:
    return gallery.desktop.window.screen().availableGeometry().width() >= WIDE_SCREEN


def _shows(window: QWidget, gpus: int) -> bool:
    return len([card for card in window.findChildren(GpuCard) if card.isVisible()]) == gpus


def _take_box(gallery: Gallery, name: str) -> None:
    gallery.until(lambda: bool(gallery.shown(QMessageBox)))
    (box,) = gallery.shown(QMessageBox)
    gallery.take(name, box)
    box.close()
    gallery.until(lambda: not gallery.shown(QMessageBox))


def _earlier(now: ResourceView, second: int) -> ResourceView:
    """Return a machine as it may have been, `second` seconds after the first look."""
    return replace(
        now,
        at=1000.0 + second,
        cpu_percent=20.0 + second % 60,
        ram_used_mib=now.ram_used_mib * (0.8 + 0.001 * (second % 100)),
        gpus=tuple(_busy(gpu, second + 30 * at) for at, gpu in enumerate(now.gpus)),
    )


def _busy(gpu: GpuView, second: int) -> GpuView:
    sample = gpu.sample
    used = round(sample.used_mib * (0.5 if second % 120 < 40 else 1.0))
    return replace(gpu, sample=replace(sample, used_mib=used, utilisation_percent=10 + second * 7 % 85))
