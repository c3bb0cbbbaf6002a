"""Scenes of the pictures that lie over a window: what asks for words, a model on trial, what would be removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QDialog, QInputDialog, QMessageBox

from jarvis.contracts.memory import ForgetTarget, MemoryFilter
from jarvis.desktop.links import words_of
from jarvis.desktop.models_window import ModelsWindow
from jarvis.desktop.text_widgets import RichText

if TYPE_CHECKING:
    from tests.desktop.pictures import Gallery

LINK = "https://example.org"
TRIED = "qwen2.5-7b:q4_k_m"


def words(gallery: Gallery) -> None:
    """Another title, a folder, and other words for a memory."""
    desktop = gallery.desktop
    desktop.window.asks.rename(gallery.conversation)
    _take(gallery, "dialog-rename", QInputDialog)
    one = desktop.window.sidebar.conversation(gallery.conversation)
    assert one is not None
    desktop.window.sidebar.acts.ask_folder(one)
    _take(gallery, "dialog-folder", QInputDialog)
    desktop.open_memory()
    memory = desktop.memory_window
    assert memory is not None and desktop.desk.services.memory is not None
    remembered = desktop.desk.services.memory().page(MemoryFilter()).memories[0]
    acts = memory.browse.acts
    acts.correct(remembered)
    _take(gallery, "dialog-correct", QInputDialog)
    acts.forget(ForgetTarget(kind="one", ids=(remembered.id,)))
    _take(gallery, "dialog-forget", QMessageBox)
    before = set(gallery.shown(QDialog))
    acts.open(remembered)
    gallery.until(lambda: bool(set(gallery.shown(QDialog)) - before))
    (around,) = set(gallery.shown(QDialog)) - before
    gallery.take("dialog-around", around)
    around.close()
    memory.close()


def link(gallery: Gallery) -> None:
    """What is asked before a link is followed that does not say where it leads."""
    desktop = gallery.desktop
    desktop.session.open(gallery.conversation)
    gallery.until(lambda: bool(_texts(gallery)))
    _texts(gallery)[-1].anchorClicked.emit(QUrl(LINK))
    _take(gallery, "dialog-link", QMessageBox)


def _texts(gallery: Gallery) -> list[RichText]:
    """Return the texts with the link of the answers."""
    found = gallery.desktop.window.view.findChildren(RichText)
    return [text for text in found if words_of(QUrl(LINK), text.document())]


def models(gallery: Gallery) -> None:
    """A model that was asked alone, and what would go with one."""
    gallery.desktop.further.show_models()
    window = gallery.desktop.further.window("models")
    assert isinstance(window, ModelsWindow)
    gallery.until(lambda: TRIED in window.stock.views)
    view = window.stock.views[TRIED]
    trial = window.acts.try_out(view)
    trial.ask_button.click()
    gallery.until(lambda: trial.ask_button.isEnabled() and bool(trial.answer.toPlainText()))
    gallery.take("dialog-try", trial)
    trial.close()
    window.acts.remove(view)
    _take(gallery, "dialog-remove", QMessageBox)
    window.close()


def _take(gallery: Gallery, name: str, kind: type[QInputDialog] | type[QMessageBox]) -> None:
    gallery.until(lambda: bool(gallery.shown(kind)))
    (dialog,) = gallery.shown(kind)
    gallery.take(name, dialog)
    dialog.close()
    gallery.until(lambda: not gallery.shown(kind))
