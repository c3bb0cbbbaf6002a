"""The desktop is closed while every worker is stuck: what the window shows as changed is stored all the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import Cancelled, StorageError
from jarvis.desktop import bridge as bridge_module
from jarvis.desktop.mcp_page import McpPage
from jarvis.desktop.permissions_page import PermissionsPage
from jarvis.desktop.run import Desktop
from jarvis.desktop.settings_extra import PrivacyPage, RoutingPage, privacy_profile
from jarvis.desktop.voice_pill_holder import OPTION as PILL
from tests.desktop.conftest import Until, answers, page_of, started
from tests.desktop.test_quit_with_jobs import TOO_LONG_SECONDS, Stuck
from tests.fakes.assistant import ScriptedEngine
from tests.fakes.desk_routing import RoutedDesktop, wired
from tests.fakes.desk_settings import SettingsDesks
from tests.fakes.desktop import FakeDesktop

Hold = Callable[[Desktop], None]


@pytest.fixture
def hold(until: Until) -> Iterator[Hold]:
    """Have every ordinary worker of a desktop stuck until the test ends."""
    stuck = [Stuck() for _ in range(3)]

    def holding(desktop: Desktop) -> None:
        for each in stuck:
            desktop.bridge.run(each)
        until(lambda: all(each.begun.is_set() for each in stuck))

    yield holding
    for each in stuck:
        each.free.set()
    assert all(each.ended.wait(TOO_LONG_SECONDS) for each in stuck if each.begun.is_set())


@dataclass(frozen=True, kw_only=True)
class Place:
    """A desktop with its settings open, and what stands behind it."""

    desktop: Desktop
    fake: FakeDesktop
    desks: SettingsDesks
    until: Until


Change = Callable[[Place], tuple[Callable[[], None], Callable[[], bool]]]
"""Goes where something can be changed; returns what changes it, and what tells whether that is stored."""


def _an_option(place: Place) -> tuple[Callable[[], None], Callable[[], bool]]:
    assert place.desktop.settings_dialog is not None
    place.desktop.settings_dialog.go_to("memory")
    page = place.desktop.settings_dialog.option_page("memory")
    place.until(lambda: "memory.recall_items" in page.rows)
    row = page.rows["memory.recall_items"]
    return lambda: row.save(9), lambda: place.fake.settings.integer("memory.recall_items") == 9


def _the_privacy_profile(place: Place) -> tuple[Callable[[], None], Callable[[], bool]]:
    cards = page_of(place.desktop, "privacy", PrivacyPage).cards
    return lambda: cards._choose("cloud"), lambda: privacy_profile(place.fake.settings.get) == "cloud"


def _the_routing_profile(place: Place) -> tuple[Callable[[], None], Callable[[], bool]]:
    page = page_of(place.desktop, "routing", RoutingPage)
    return lambda: page._choose("best"), lambda: place.fake.settings.text("routing.profile") == "best"


def _all_options(place: Place) -> tuple[Callable[[], None], Callable[[], bool]]:
    place.fake.settings.set_all({"memory.recall_items": 9, "routing.profile": "best"})
    dialog = place.desktop.settings_dialog
    assert dialog is not None
    return dialog.reset_everything, lambda: place.fake.settings.changed() == {}


def _the_pill(place: Place) -> tuple[Callable[[], None], Callable[[], bool]]:
    place.fake.settings.set(PILL, True)
    return place.desktop.pill._hide, lambda: not place.fake.settings.flag(PILL)


def _a_permission(place: Place) -> tuple[Callable[[], None], Callable[[], bool]]:
    page = page_of(place.desktop, "permissions", PermissionsPage)
    place.until(lambda: len(page.rows) == 5)
    return lambda: page._set("volume.up", "never"), lambda: place.desks.permissions.kept == {"volume.up": "never"}


def _all_permissions(place: Place) -> tuple[Callable[[], None], Callable[[], bool]]:
    place.desks.permissions.kept = {"volume.up": "never", "timers.start": "never"}
    page = page_of(place.desktop, "permissions", PermissionsPage)
    return page.revoke_all, lambda: place.desks.permissions.kept == {}


def _a_tool_server(place: Place) -> tuple[Callable[[], None], Callable[[], bool]]:
    page = page_of(place.desktop, "mcp", McpPage)
    page.name.setText("files")
    page.target.setText("files-server")
    page.add_typed()
    place.until(lambda: "files" in page.cards)
    return lambda: page.switch("files", False), lambda: place.desks.mcp.rows["files"].disabled


def _a_title(place: Place) -> tuple[Callable[[], None], Callable[[], bool]]:
    log = place.fake.log
    conversation = log.start_conversation("Tea").id
    rename = place.desktop.session.rename
    return lambda: rename(conversation, "Coffee"), lambda: [one.title for one in log.conversations()] == ["Coffee"]


def _a_conversation(place: Place) -> tuple[Callable[[], None], Callable[[], bool]]:
    log = place.fake.log
    conversation = log.start_conversation("Tea").id
    return lambda: place.desktop.session.delete(conversation), lambda: log.conversations() == []


def _an_alarm(place: Place) -> tuple[Callable[[], None], Callable[[], bool]]:
    return lambda: place.desktop._dismiss_alert("a1"), lambda: place.fake.alerts.dismissed == ["a1"]


CHANGES: dict[str, Change] = {
    "an option": _an_option,
    "the privacy profile": _the_privacy_profile,
    "the routing profile": _the_routing_profile,
    "all options": _all_options,
    "the pill": _the_pill,
    "a permission": _a_permission,
    "all permissions": _all_permissions,
    "a tool server": _a_tool_server,
    "a title": _a_title,
    "a conversation": _a_conversation,
    "an alarm": _an_alarm,
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_was_shown_is_stored(
    shown: Desktop, fake: FakeDesktop, desks: SettingsDesks, until: Until, hold: Hold, name: str
) -> None:
    change, is_stored = CHANGES[name](Place(desktop=shown, fake=fake, desks=desks, until=until))
    assert not is_stored()
    hold(shown)
    change()
    shown.bridge.close()
    assert is_stored()


def test_stars_that_were_shown_are_stored(qtbot: QtBot, tmp_path: Path, until: Until, hold: Hold) -> None:
    routed = RoutedDesktop(tmp_path)
    routed.bench.engines = [ScriptedEngine("small", ["small says so"])]
    with started(routed.services) as chat:
        wired(chat)
        chat.session.ask("rate me")
        until(lambda: bool(answers(chat)) and answers(chat)[0].answer.ended and not chat.session.busy)
        hold(chat)
        answers(chat)[0].rating.stars.chosen.emit(4)
        chat.bridge.close()
        assert [given for _, given, _ in routed.routing.rated] == [4]


def test_what_is_to_be_kept_is_done_in_order_to_the_last_and_told(desktop: Desktop, until: Until) -> None:
    gate, begun, order, told = threading.Event(), threading.Event(), [], []

    def first() -> None:
        begun.set()
        gate.wait(TOO_LONG_SECONDS)
        order.append(-1)

    desktop.bridge.run(first, keep=True)
    for number in range(50):
        desktop.bridge.run(lambda n=number: order.append(n), lambda _, n=number: told.append(n), keep=True)
    until(begun.is_set)
    # It goes on only once the desktop is being closed.
    desktop.bridge._jobs.close = gate.set  # type: ignore[method-assign, assignment]
    desktop.bridge.close()
    assert order == list(range(-1, 50)) and told == list(range(50))


def test_what_cannot_be_kept_in_time_is_said_in_the_log_and_the_rest_is_not_begun(
    desktop: Desktop, until: Until, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(bridge_module, "_KEPT_SECONDS", 0.0)
    stuck, never = Stuck(), threading.Event()
    desktop.bridge.run(stuck, keep=True)
    for _ in range(2):
        desktop.bridge.run(never.set, keep=True)
    until(stuck.begun.is_set)
    desktop.bridge.close()
    assert "a change is left under way and 2 more are not stored" in caplog.text
    stuck.free.set()
    assert stuck.ended.wait(TOO_LONG_SECONDS) and desktop.bridge._kept_jobs.wait(TOO_LONG_SECONDS)
    assert not never.is_set()


def test_what_fails_once_nobody_is_told_any_more_is_in_the_log(
    desktop: Desktop, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    stuck, gives_up, unheard, heard = Stuck(), Stuck(), Stuck(), []

    def fails() -> None:
        stuck()
        raise StorageError("x", en="The disk is full.", es="El disco está lleno.")

    def fails_unheard() -> None:
        unheard()
        raise KeyError("nobody waits for this")

    def gives_up_late() -> None:
        gives_up()
        raise Cancelled

    desktop.bridge.run(fails, None, heard.append)
    desktop.bridge.run(fails_unheard)
    desktop.bridge.run(gives_up_late, None, heard.append)
    every = (stuck, gives_up, unheard)
    until(lambda: all(each.begun.is_set() for each in every))
    desktop.bridge.close()
    for each in every:
        each.free.set()
    assert desktop.bridge._jobs.wait(TOO_LONG_SECONDS)
    desktop.bridge._mail.flush()
    assert heard == []
    failures = [record for record in caplog.records if "a job of the window failed" in record.getMessage()]
    assert sorted(record.exc_info[0].__name__ for record in failures if record.exc_info and record.exc_info[0]) == [
        "KeyError",
        "StorageError",
    ]
