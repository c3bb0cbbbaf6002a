"""What Qt itself says, in the window's language: its own dialogs, their buttons, the menus of text fields, key names.

Spanish is Qt's own translation, and before it Jarvis' `assets/translations/qt_es.qm`: what Qt's lacks, and the names
that Spanish keyboards give their keys. English is what Qt says anyway.
"""

from __future__ import annotations

import logging

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QObject, QTranslator

from jarvis.desktop.words import Words
from jarvis.settings.folders import assets_folder

_LOG = logging.getLogger(__name__)


class QtWords(QObject):
    """Follows `words`; make it before any widget, so that texts that are made of Qt's find them changed already."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._spanish: list[QTranslator] = []
        words.follow(self, self._follow)

    def close(self) -> None:
        """Take the translations away."""
        for translator in self._spanish:
            QCoreApplication.removeTranslator(translator)
        self._spanish = []

    def _follow(self) -> None:
        self.close()
        if self._words.language != "es":
            return
        # The one that is added last is asked first.
        for name, folder in (
            ("qtbase_es", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
            ("qt_es", str(assets_folder() / "translations")),
        ):
            translator = QTranslator()
            if translator.load(name, folder):
                QCoreApplication.installTranslator(translator)
                self._spanish.append(translator)
            else:
                _LOG.warning("%s is not in %s, so dialogs of Qt are partly in English", name, folder)
