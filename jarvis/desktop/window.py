"""The chat window: puts the parts together and sends what the person does to the session. Decides nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QByteArray, QEvent, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from jarvis.desktop import texts
from jarvis.desktop.answer import Answer, doing_now, seconds_text
from jarvis.desktop.attachment_flow import AttachmentFlow
from jarvis.desktop.banners import Banners
from jarvis.desktop.composer import Composer
from jarvis.desktop.conversation_asks import ConversationAsks
from jarvis.desktop.conversation_view import WIDEST_COLUMN, ConversationView
from jarvis.desktop.desk import Desk
from jarvis.desktop.dialogs import confirmation
from jarvis.desktop.empty_state import EmptyState
from jarvis.desktop.keepsake import Keepsake
from jarvis.desktop.message_acts import MessageActs
from jarvis.desktop.one_line import OneLine
from jarvis.desktop.session import ChatSession, Opened
from jarvis.desktop.shortcuts_table import sequences_of
from jarvis.desktop.shortcuts_texts import SHORTCUTS_MENU
from jarvis.desktop.sidebar import Sidebar
from jarvis.desktop.spoken import Spoken
from jarvis.desktop.theme import styled

_NARROW = 760
"""Width below which the conversation list lies over the messages instead of beside them."""


class ChatWindow(QMainWindow):
    """Conversation list, messages, notices and input."""

    settings_wanted = Signal()
    memory_wanted = Signal()
    models_wanted = Signal()
    resources_wanted = Signal()
    usage_wanted = Signal()
    shortcuts_wanted = Signal()
    quit_wanted = Signal()
    way_wanted = Signal(str)
    """A `Place` where something that went wrong can be mended."""
    hidden_to_tray = Signal()

    def __init__(self, desk: Desk, session: ChatSession, keepsake: Keepsake, has_tray: Callable[[], bool]) -> None:
        super().__init__()
        self._desk = desk
        self.session = session
        self._keepsake = keepsake
        log = desk.services.log
        session.drop_drafts = partial(keepsake.drop_drafts, lambda one: log.conversation(one) is not None)
        self._has_tray = has_tray
        self._side_wanted = not keepsake.flag("side_hidden")
        self._side_over = False
        self._quitting = False
        desk.words.bind(self, self.setWindowTitle, texts.APP)
        desk.theme.follow(self, lambda: self.setWindowIcon(desk.theme.icon("jarvis", "accent")))
        self.setMinimumSize(380, 340)
        self.sidebar = Sidebar(desk)
        self.asks = ConversationAsks(desk, session, self.sidebar, self)
        self.banners = Banners(desk)
        self.view = ConversationView(desk)
        self.empty = EmptyState(desk)
        self.composer = Composer(desk)
        self.status = OneLine()
        self.spoken = Spoken(desk, session, self.composer, self.banners, self.show_status)
        self.setCentralWidget(self._assembled())
        self._connect()
        self.message_acts = MessageActs(desk, session, self.view, self.composer, self.banners, self.show_status)
        self.attachments = AttachmentFlow(desk, session, self.composer, self, desk.services.attachments)
        self._shortcuts()
        self._restore()

    def show_status(self, text: str) -> None:
        """Say in the line below the input what is going on."""
        self.status.setText(text)

    def forward(self) -> None:
        """Bring the window in front and put the cursor into the input."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()
        self.composer.setFocus()

    def end(self) -> None:
        """Close for good, without asking and without going to the tray."""
        self._quitting = True
        self._keepsake.keep("place", bytes(self.saveGeometry().toBase64().data()).decode())
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Go to the tray; where there is none, say that closing ends Jarvis and ask."""
        if self._quitting:
            event.accept()
        elif self._has_tray():
            event.ignore()
            self.hide()
            self.hidden_to_tray.emit()
        elif self._keepsake.flag("close_quits") or self._ask_to_quit():
            event.accept()
            self.quit_wanted.emit()
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the conversation list beside or over the messages."""
        super().resizeEvent(event)
        self._place_sidebar()

    def changeEvent(self, event: QEvent) -> None:
        """Put the cursor into the input when the window comes forward."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and self.focusWidget() is None:
            self.composer.setFocus()

    def _assembled(self) -> QWidget:
        main = styled(QWidget(), "ground")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.view)
        self._stack.currentChanged.connect(lambda index: self.banners.set_compact(index == 1))
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._header())
        column.addLayout(_centred(self.banners))
        column.addWidget(self._stack, 1)
        foot = QWidget()
        foot_layout = QVBoxLayout(foot)
        foot_layout.setContentsMargins(24, 4, 24, 10)
        foot_layout.setSpacing(6)
        foot_layout.addWidget(self.composer)
        foot_layout.addLayout(self._status_line())
        column.addLayout(_centred(foot))
        self._main = main
        holder = QWidget()
        self._sides = QHBoxLayout(holder)
        self._sides.setContentsMargins(0, 0, 0, 0)
        self._sides.setSpacing(0)
        self._sides.addWidget(self.sidebar)
        self._sides.addWidget(main, 1)
        return holder

    def _header(self) -> QHBoxLayout:
        words, theme = self._desk.words, self._desk.theme
        self.side_button = QToolButton()
        words.name(self.side_button, texts.SIDEBAR)
        theme.dress(self.side_button, "sidebar")
        self.side_button.clicked.connect(self._toggle_sidebar)
        self.title = OneLine()
        self.title.setProperty("look", "title")
        self.menu_button = QToolButton()
        words.name(self.menu_button, texts.CHAT_MENU)
        theme.dress(self.menu_button, "more")
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.menu_button)
        menu.aboutToShow.connect(lambda: self._fill_menu(menu))
        self.menu_button.setMenu(menu)
        layout = QHBoxLayout()
        layout.setContentsMargins(12, 10, 12, 8)
        layout.setSpacing(8)
        layout.addWidget(self.side_button)
        layout.addWidget(self.title, 1)
        layout.addWidget(self.menu_button)
        return layout

    def _fill_menu(self, menu: QMenu) -> None:
        self.asks.fill_menu(menu)
        menu.addSeparator()
        icon = self._desk.theme.icon("keyboard", "muted")
        menu.addAction(icon, self._desk.words(SHORTCUTS_MENU), self.shortcuts_wanted.emit)

    def _status_line(self) -> QHBoxLayout:
        self.status.setProperty("look", "small")
        self._keys = QLabel()
        self._keys.setProperty("look", "small")
        self._desk.words.bind(self._keys, self._keys.setText, texts.INPUT_KEYS)
        layout = QHBoxLayout()
        layout.setContentsMargins(8, 0, 8, 0)
        layout.addWidget(self.status, 1)
        layout.addWidget(self._keys)
        return layout

    def _connect(self) -> None:
        session, sidebar, composer = self.session, self.sidebar, self.composer
        session.listed.connect(self._listed)
        session.opened.connect(self._opened)
        session.question.connect(self._question)
        session.answered.connect(self._answered)
        session.changed.connect(self._changed)
        session.trouble.connect(self.banners.show_trouble)
        sidebar.opened.connect(self._open)
        # The view waits for the conversation that was opened with it.
        sidebar.message_wanted.connect(lambda _conversation, message: self.view.show_message(message))
        sidebar.new_wanted.connect(lambda: self._open(None))
        sidebar.rename_wanted.connect(self.asks.rename)
        sidebar.delete_wanted.connect(self.asks.delete)
        sidebar.settings_wanted.connect(self.settings_wanted)
        sidebar.memory_wanted.connect(self.memory_wanted)
        sidebar.models_wanted.connect(self.models_wanted)
        sidebar.resources_wanted.connect(self.resources_wanted)
        sidebar.usage_wanted.connect(self.usage_wanted)
        self.empty.asked.connect(session.ask)
        self.view.retry.connect(self._send)
        self.view.anew.connect(lambda text: self._send(text, fresh=True))
        self.view.trouble.connect(self.banners.show_trouble)
        self.view.memory_changed.connect(session.read_again)
        self.view.correct.connect(self.spoken.correct)
        self.view.link_refused.connect(lambda: self.show_status(self._desk.words(texts.LINK_REFUSED)))
        composer.sent.connect(self._send)
        composer.stop_wanted.connect(session.stop)
        composer.edited.connect(self._keep_draft)
        # What is shown, not what is being opened: the words belong to what they are typed in.
        shown = partial(self._keepsake.text, "conversation")
        self.view.rewording = lambda message_id: self._keepsake.edit(shown(), message_id)
        self.view.reworded.connect(lambda message_id, words: self._keepsake.keep_edit(shown(), message_id, words))
        self.view.way_wanted.connect(self.way_wanted)
        self.banners.way_wanted.connect(self.way_wanted)
        self.banners.dismissed.connect(self._dismissed)
        self.banners.hide_ids(self._keepsake.texts("dismissed"))
        self._desk.words.changed.connect(self._changed)

    def _shortcuts(self) -> None:
        for name, act in (
            ("chat.stop", self.session.stop),
            ("chat.search", self._go_to_search),
            ("chat.sidebar", self._toggle_sidebar),
            ("chat.input", self.composer.setFocus),
            ("chat.talk", self.spoken.talk),
            ("chat.shortcuts", self.shortcuts_wanted.emit),
            ("chat.quit", self.quit_wanted.emit),
        ):
            for keys in sequences_of(name):
                QShortcut(keys, self, act)

    def _restore(self) -> None:
        place = QByteArray.fromBase64(self._keepsake.text("place").encode())
        if place.isEmpty() or not self.restoreGeometry(place):
            room = self.screen().availableGeometry()
            self.resize(min(1080, room.width() - 40), min(760, room.height() - 60))
        self.session.open(self._keepsake.text("conversation") or None)
        self.session.refresh()
        # Others delete conversations too; where the log cannot be read, the list says so.
        self._desk.bridge.run(self.session.drop_drafts, failed=lambda _: None)
        self._changed()
        self.composer.setFocus()

    def _open(self, conversation_id: str | None) -> None:
        self.session.open(conversation_id)
        self._side_over = False
        self._place_sidebar()
        self.composer.setFocus()

    def _opened(self, opened: Opened) -> None:
        self.view.open(opened.messages, opened.live, opened.remembering, opened.spoken)
        self._stack.setCurrentWidget(self.view if opened.messages or opened.live else self.empty)
        self._keepsake.keep("conversation", opened.conversation_id or "")
        self.composer.forget_correction()
        self.composer.blockSignals(True)
        self.composer.set_draft(*self._keepsake.draft(opened.conversation_id))
        self.composer.blockSignals(False)
        self.sidebar.mark(opened.conversation_id)

    def _listed(self) -> None:
        self.sidebar.show_conversations(self.session.conversations, self.session.current)
        self._changed()

    def _question(self, text: str, spoken: bool) -> None:
        self._stack.setCurrentWidget(self.view)
        self.view.add_question(text, spoken=spoken)
        self._keepsake.keep("conversation", self.session.current or "")

    def _answered(self, answer: Answer) -> None:
        self._stack.setCurrentWidget(self.view)
        self.view.show_answer(answer)
        words = self._desk.words
        if not answer.ended:
            self.show_status(doing_now(answer, words))
        elif answer.phase == "done" and answer.seconds is not None:
            self.show_status(words(texts.ANSWERED_IN, seconds=seconds_text(answer.seconds, words)))
        else:
            self.show_status(words(texts.READY))

    def _changed(self) -> None:
        busy = self.session.busy
        words = self._desk.words
        self.composer.set_busy(busy)
        self.title.setText(" ".join(self.session.title().split()))
        if busy and self.session.running() is None:
            self.show_status(words(texts.THINKING))
        elif not busy and not self.status.text():
            self.show_status(words(texts.READY))

    def _send(self, text: str, *, fresh: bool = False) -> None:
        if not text or self.session.busy:
            self.show_status(self._desk.words(texts.STILL_ANSWERING))
        else:
            self.session.ask(text, fresh=fresh)

    def _keep_draft(self) -> None:
        self._keepsake.keep_draft(self.session.current, *self.composer.draft())

    def _dismissed(self, notice_id: str) -> None:
        self._keepsake.keep("dismissed", sorted({*self._keepsake.texts("dismissed"), notice_id}))

    def _go_to_search(self) -> None:
        if not self.sidebar.isVisible():
            self._toggle_sidebar()
        self.sidebar.search.setFocus()

    def _toggle_sidebar(self) -> None:
        if self.width() < _NARROW:
            self._side_over = not self._side_over
        else:
            self._side_wanted = not self._side_wanted
            self._keepsake.keep("side_hidden", not self._side_wanted)
        self._place_sidebar()

    def _place_sidebar(self) -> None:
        narrow = self.width() < _NARROW
        shown = self._side_over if narrow else self._side_wanted
        self.sidebar.setVisible(shown)
        # In a narrow window the list takes the messages' place, so that neither is squeezed.
        self._main.setVisible(not (narrow and shown and self.width() < 600))
        self._keys.setVisible(self.width() >= 560)

    def _ask_to_quit(self) -> bool:
        words = self._desk.words
        box = confirmation(
            self, words(texts.CLOSE_TITLE), words(texts.CLOSE_BODY), words(texts.CLOSE_DO), words(texts.CLOSE_STAY)
        )
        again = QCheckBox(words(texts.DO_NOT_ASK))
        again.setAccessibleName(words(texts.DO_NOT_ASK))
        box.setCheckBox(again)

        def leave() -> None:
            self._keepsake.keep("close_quits", again.isChecked())
            QTimer.singleShot(0, self, self.quit_wanted.emit)

        box.accepted.connect(leave)
        box.open()
        return False


def _centred(widget: QWidget) -> QHBoxLayout:
    widget.setMaximumWidth(WIDEST_COLUMN)
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addStretch(1)
    layout.addWidget(widget, 100)
    layout.addStretch(1)
    return layout
