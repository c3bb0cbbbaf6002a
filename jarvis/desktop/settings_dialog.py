"""The settings: pages of options from the table, of the voice, keys, permissions and data, and a search over all.

A page is made when it is first looked at. Every change holds at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QPushButton, QWidget

from jarvis.contracts.data_desk import DataDesk
from jarvis.contracts.speech import VoiceEvent
from jarvis.desktop import data_texts, mcp_texts, permissions_texts, texts
from jarvis.desktop import settings_texts as own
from jarvis.desktop.data_page import DataPage
from jarvis.desktop.desk import Desk
from jarvis.desktop.dialogs import confirmation
from jarvis.desktop.keys_page import KeysPage
from jarvis.desktop.mcp_page import McpPage
from jarvis.desktop.models_parts import LatePage, side_room
from jarvis.desktop.paged_dialog import Page, PagedDialog
from jarvis.desktop.permissions_page import PermissionPorts, PermissionsPage
from jarvis.desktop.settings_extra import AppearancePage, PrivacyPage, RoutingPage
from jarvis.desktop.settings_page import OptionPage
from jarvis.desktop.settings_search import HitsPage, PageName, find
from jarvis.desktop.settings_table import GROUPS, SettingsGroup
from jarvis.desktop.shortcuts_global import GlobalKeys
from jarvis.desktop.shortcuts_page import ShortcutsPage
from jarvis.desktop.shortcuts_table import keys_of
from jarvis.desktop.texts import Text
from jarvis.desktop.theme import styled
from jarvis.desktop.voice_page import VoicePage
from jarvis.settings.options import OPTION_BY_NAME

_OWN_PAGES = {"privacy": PrivacyPage, "routing": RoutingPage, "appearance": AppearancePage}


class SettingsDialog(PagedDialog):
    """Everything that can be set."""

    changed = Signal(str)
    forgotten = Signal()
    """Every conversation is gone."""
    anew_wanted = Signal()
    """Jarvis is to start again."""
    shortcuts_wanted = Signal()
    """Show every keyboard shortcut."""

    def __init__(self, desk: Desk, parent: QWidget | None = None, keys: GlobalKeys | None = None) -> None:
        self._desk = desk
        self._keys = keys
        self._devices: list[VoiceEvent] = []
        self._late: dict[str, LatePage] = {}
        self._made: dict[str, QWidget] = {}
        pages = [self._entry(each.id, each.title, each.icon, partial(self._group, each)) for each in GROUPS]
        self._names: list[PageName] = []
        for name, title, icon, about, build in self._more_pages():
            pages.append(self._entry(name, title, icon, build))
            self._names.append(PageName(page=name, title=title, about=about))
        self.search, self.reset_all = QLineEdit(), QPushButton()
        super().__init__(
            desk, parent, texts.SETTINGS, pages, widest=940, tallest=680, list_width=208, head=self._head()
        )
        self.hits = HitsPage(desk)
        self.hits.chosen.connect(self.go_to)
        self.stack.addWidget(self.hits)
        self.pages.currentRowChanged.connect(lambda _: self.search.clear())
        self.pages.itemClicked.connect(lambda _: self.search.clear())
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._open_first)
        desk.words.changed.connect(lambda: self._search(self.search.text()))
        QShortcut(keys_of("settings.find"), self, self.search.setFocus)
        self.show_reset()

    @property
    def voice(self) -> VoicePage:
        """The page of the voice, made where it is not yet."""
        page = self.page("voice")
        assert isinstance(page, VoicePage)
        return page

    def page(self, name: str) -> QWidget:
        """Return the page called `name`, making it where it is not there yet."""
        page = self._late[name].page
        page.show()
        return page

    def option_page(self, name: str) -> OptionPage:
        """Return a page of options."""
        page = self.page(name)
        assert isinstance(page, OptionPage)
        return page

    def take(self, event: VoiceEvent) -> None:
        """Keep what was told of a device before the page of the voice is there."""
        if "voice" in self._made:
            self.voice.take(event)
        else:
            self._devices.append(event)

    def go_to(self, page: str, option: str = "") -> None:
        """Show a page, and on it the row of an option."""
        self.search.clear()
        at = list(self._late).index(page)
        self.pages.setCurrentRow(at)
        self.stack.setCurrentIndex(at)
        made = self.page(page)
        if isinstance(made, OptionPage | VoicePage) and option:
            made.go_to(option)
        else:
            self.pages.setFocus()

    def show_reset(self) -> None:
        """Offer the way back where anything was changed."""
        changed = self._desk.services.settings.changed()
        self.reset_all.setEnabled(bool(changed))
        self.reset_all.setToolTip("" if changed else self._desk.words(texts.NOTHING_CHANGED))

    def show_option(self, name: str) -> None:
        """Show anew what holds for an option that was changed elsewhere."""
        for page in self._made.values():
            rows = page.rows if isinstance(page, VoicePage) else ()
            if isinstance(page, OptionPage):
                page.option_changed(name)
            for row in rows:
                if row.option.name == name:
                    row.load()
        self.show_reset()

    def _entry(self, name: str, title: Text, icon: str, build: Callable[[], QWidget]) -> Page:
        def made() -> QWidget:
            page = self._made[name] = build()
            return page

        late = self._late[name] = _SoonPage(made)
        return title, icon, late

    def _more_pages(self) -> Iterator[tuple[str, Text, str, Text, Callable[[], QWidget]]]:
        """Yield what there is beside options: id, name, icon, what it is about, and what makes it."""
        desk, services = self._desk, self._desk.services
        if (keys := services.keys) is not None:
            yield "keys", texts.PAGE_KEYS, "key", own.ABOUT_KEYS, lambda: KeysPage(desk, keys)
        if (permissions := services.permissions) is not None and (audit := services.audit) is not None:
            ports = PermissionPorts(names=services.skill_names, permissions=permissions, audit=audit)
            about = permissions_texts.ABOUT
            yield "permissions", permissions_texts.PAGE, "permissions", about, lambda: PermissionsPage(desk, ports)
        if (mcp := services.mcp) is not None:
            yield "mcp", mcp_texts.PAGE, "plug", mcp_texts.ABOUT, lambda: McpPage(desk, mcp, keys)
        if (data := services.data) is not None:
            yield "data", data_texts.PAGE, "archive", data_texts.ABOUT, lambda: self._data_page(data)

    def _group(self, group: SettingsGroup) -> QWidget:
        desk = self._desk
        if group.id == "voice":
            voice = VoicePage(desk)
            voice.changed.connect(self._changed)
            for event in self._devices:
                voice.take(event)
            return voice
        if group.id == "shortcuts":
            shortcuts = ShortcutsPage(desk, group, self._keys)
            shortcuts.changed.connect(self._changed)
            shortcuts.list_wanted.connect(self.shortcuts_wanted)
            return shortcuts
        kind = _OWN_PAGES.get(group.id)
        page = kind(desk, group) if kind is not None else OptionPage(desk, group)
        page.changed.connect(self._changed)
        return page

    def _data_page(self, data: Callable[[], DataDesk]) -> DataPage:
        page = DataPage(self._desk, data)
        page.forgotten.connect(self.forgotten)
        page.anew_wanted.connect(self.anew_wanted)
        return page

    def _head(self) -> QWidget:
        words = self._desk.words
        self.search.setClearButtonEnabled(True)
        words.name(self.search, own.SEARCH, tooltip=False)
        words.bind(self.search, self.search.setPlaceholderText, own.SEARCH)
        words.bind(self.reset_all, self.reset_all.setText, texts.RESET_ALL)
        words.name(self.reset_all, texts.RESET_ALL, tooltip=False)
        self.reset_all.setAutoDefault(False)
        self.reset_all.clicked.connect(self._ask_reset)
        return _Head(self.search, self.reset_all)

    def _search(self, text: str) -> None:
        if text.strip():
            self.hits.show_hits(find(text, self._names, self._desk.words.language))
            self.stack.setCurrentWidget(self.hits)
        else:
            self.stack.setCurrentIndex(self.pages.currentRow())

    def _open_first(self) -> None:
        hits = find(self.search.text(), self._names, self._desk.words.language)
        if hits:
            self.go_to(hits[0].page, hits[0].option)

    def _changed(self, name: str) -> None:
        if name.startswith("appearance."):
            self._desk.theme.take(self._desk.services.settings)
        self.show_option(name)
        self.changed.emit(name)

    def _ask_reset(self) -> None:
        words = self._desk.words
        count = len(self._desk.services.settings.changed())
        box = confirmation(
            self,
            words(texts.RESET_TITLE),
            words(texts.RESET_BODY, count=count),
            words(texts.RESET_ALL),
            words(texts.CANCEL),
        )
        box.accepted.connect(self.reset_everything)
        box.open()

    def reset_everything(self) -> None:
        """Give every option its default again; what could not be set back is said where the pages are."""
        settings = self._desk.services.settings
        names = list(settings.changed())
        defaults = {name: OPTION_BY_NAME[name].default for name in names}
        self._desk.bridge.run(
            lambda: settings.set_all(defaults), lambda _: self._was_reset(names), self._not_reset, keep=True
        )

    def _was_reset(self, names: list[str]) -> None:
        for name in names:
            self._changed(name)
        if "voice" in self._made:
            for row in self.voice.rows:
                row.load()

    def _not_reset(self, error: Exception) -> None:
        self.show_reset()
        words = self._desk.words
        self.hits.say(words(texts.COULD_NOT, why=self._desk.sentence(error)))
        self.stack.setCurrentWidget(self.hits)
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)


class _Head(QWidget):
    """The search and the way back over every page; the button stands below where there is no room beside."""

    _BESIDE_TEXT = 50
    """Pixels of the field that its words cannot have."""

    def __init__(self, search: QLineEdit, button: QPushButton) -> None:
        super().__init__()
        styled(self, "clear")
        self._search, self._button = search, button
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setSpacing(10)
        self._line.addWidget(search, 1)
        self._line.addWidget(button)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find room for both."""
        super().resizeEvent(event)
        side = side_room(self.width())
        self._line.setContentsMargins(side, 18 if side > 12 else 12, side, 8)
        words = self._search.fontMetrics().horizontalAdvance(self._search.placeholderText())
        wanted = words + self._BESIDE_TEXT + self._button.sizeHint().width() + 2 * side
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._line.setDirection(beside if wanted <= self.width() else below)


class _SoonPage(LatePage):
    """A page that is made right after it was shown, so that the window's own first picture does not wait for it."""

    def showEvent(self, event: QShowEvent) -> None:
        """Make the page next."""
        QWidget.showEvent(self, event)
        QTimer.singleShot(0, self, self._make)

    def _make(self) -> None:
        self.page.show()
