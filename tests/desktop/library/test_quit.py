"""The window is closed with its workers stuck: what was done to a conversation in the list is stored all the same."""

from __future__ import annotations

from jarvis.desktop.desk import Desk
from jarvis.desktop.sidebar import Sidebar
from tests.desktop.conftest import Until
from tests.desktop.library.conftest import read
from tests.desktop.test_quit_with_jobs import TOO_LONG_SECONDS, Stuck
from tests.fakes.desk_conversations import StoredConversations


def test_pinned_archived_and_moved_conversations_are(
    sidebar: Sidebar, desk: Desk, stored: StoredConversations, until: Until
) -> None:
    one = stored.add("Tea")
    read(sidebar, until, "Today")
    every = [Stuck() for _ in range(3)]
    for each in every:
        desk.bridge.run(each)
    until(lambda: all(each.begun.is_set() for each in every))
    sidebar.acts.pin(one)
    sidebar.acts.archive(one)
    sidebar.acts.move(one, "Home")
    desk.bridge.close()
    kept = stored.log.conversation(one.id)
    assert kept is not None and kept.pinned and kept.archived and kept.folder == "Home"
    for each in every:
        each.free.set()
    assert all(each.ended.wait(TOO_LONG_SECONDS) for each in every)
