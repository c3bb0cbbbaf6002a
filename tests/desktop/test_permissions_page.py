"""What skills may do: levels set and taken back, the record, a filter, trouble."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QBoxLayout

from jarvis.contracts.errors import StorageError
from jarvis.contracts.guard import AuditVerdict
from jarvis.desktop import permissions_texts as texts
from jarvis.desktop.permissions_page import PermissionsPage
from jarvis.desktop.run import Desktop
from tests.desktop.conftest import Until, page_of
from tests.fakes.desk_settings import SettingsDesks
from tests.fakes.desktop import FakeDesktop


@pytest.fixture
def page(shown: Desktop, desks: SettingsDesks, until: Until) -> PermissionsPage:
    desks.audit.record("cloud_call", {"provider": "openai", "tokens": 12, "sha256": "feed"})
    page = page_of(shown, "permissions", PermissionsPage)
    until(lambda: len(page.rows) == 5 and "openai" in page.record.text())
    return page


def choose(page: PermissionsPage, name: str, at: int) -> None:
    page.rows[name].level.setCurrentIndex(at)
    page.rows[name].level.activated.emit(at)


def test_every_skill_has_its_level_under_its_family(page: PermissionsPage) -> None:
    assert page.rows["timers.start"].level.currentText() == texts.ALLOW.en
    assert page.rows["notes.delete_all"].level.currentText() == texts.ASK.en
    assert [heading.text() for heading, _, _ in page._families.values()] == [
        "Notes",
        "Timers",
        "Volume",
        "Recorded lately",
    ]
    assert page.rows["volume.up"].reset.isHidden() and not page.revoke.isEnabled()
    assert page.decided.text() == texts.REMEMBERED_NONE.en


def test_a_level_is_kept_marked_and_taken_back(page: PermissionsPage, desks: SettingsDesks, until: Until) -> None:
    choose(page, "volume.up", 2)
    until(lambda: desks.permissions.kept == {"volume.up": "never"} and not page.rows["volume.up"].reset.isHidden())
    assert page.decided.text() == "What you decided: Turn the volume up"
    page.rows["volume.up"].reset.click()
    until(lambda: desks.permissions.kept == {} and page.rows["volume.up"].level.currentIndex() == 0)


def test_every_change_is_recorded_with_what_held_before(
    page: PermissionsPage, desks: SettingsDesks, until: Until
) -> None:
    choose(page, "volume.up", 2)
    until(lambda: desks.permissions.kept == {"volume.up": "never"} and page.revoke.isEnabled())
    page.rows["volume.up"].reset.click()
    until(lambda: desks.permissions.kept == {} and not page.revoke.isEnabled())
    choose(page, "notes.delete_all", 0)
    until(page.revoke.isEnabled)
    page.revoke_all()
    until(lambda: desks.permissions.kept == {} and not page.revoke.isEnabled())
    changes = [entry.facts for entry in reversed(desks.audit.entries(20)) if entry.kind == "permission"]
    assert [(one["name"], one["before"], one["after"], one["door"]) for one in changes] == [
        ("volume.up", "allow", "never", "window"),
        ("volume.up", "never", "allow", "window"),
        ("notes.delete_all", "ask", "allow", "window"),
        ("notes.delete_all", "allow", "ask", "window"),
    ]
    assert "Turn the volume up: Never → Allow, in the window" in page.record.text()


@pytest.mark.parametrize("back", [False, True])
def test_a_change_that_cannot_be_recorded_is_not_made(
    page: PermissionsPage, desks: SettingsDesks, until: Until, monkeypatch: pytest.MonkeyPatch, back: bool
) -> None:
    choose(page, "volume.up", 2)
    until(lambda: desks.permissions.kept == {"volume.up": "never"} and not page.rows["volume.up"].reset.isHidden())

    def full(*_: object) -> None:
        raise StorageError("x", en="The disk is full.", es="El disco está lleno.")

    monkeypatch.setattr(desks.audit, "record", full)
    if back:
        page.rows["volume.up"].reset.click()
    else:
        choose(page, "volume.up", 0)
    until(lambda: page.message.text() == "The disk is full." and not page.message.isHidden())
    assert desks.permissions.kept == {"volume.up": "never"}
    assert page.rows["volume.up"].level.currentText() == texts.NEVER.en


def test_everything_decided_is_revoked_and_names_from_elsewhere_have_a_row(
    page: PermissionsPage, desks: SettingsDesks, until: Until
) -> None:
    desks.permissions.kept = {"mcp.files.write": "allow", "timers.start": "never"}
    page.read()
    until(lambda: "mcp.files.write" in page.rows and page.revoke.isEnabled())
    assert page._families["mcp"][0].text() == texts.FAMILIES["mcp"].en
    row = page.rows["mcp.files.write"]
    assert row.label.text() == "mcp.files.write" and row.level.accessibleName() == "mcp.files.write: permission"
    assert row.label.toolTip() == ""
    row.label.resize(20, row.label.height())
    assert row.label.toolTip() == "mcp.files.write"
    assert page.decided.text() == "What you decided: mcp.files.write, Start a timer"
    page.revoke_all()
    until(lambda: desks.permissions.kept == {} and not page.revoke.isEnabled())


def test_what_cannot_be_kept_is_said_and_the_old_level_stays(
    page: PermissionsPage, desks: SettingsDesks, until: Until
) -> None:
    desks.permissions.fail = StorageError("x", en="The disk is full.", es="El disco está lleno.")
    choose(page, "volume.up", 2)
    until(lambda: page.message.text() == "The disk is full." and not page.message.isHidden())
    assert page.rows["volume.up"].level.currentText() == texts.ALLOW.en


def test_the_record_is_read_without_hashes_and_checked(
    page: PermissionsPage, desks: SettingsDesks, until: Until
) -> None:
    assert page.record.text().endswith("Cloud  provider openai, tokens 12") and "feed" not in page.record.text()
    page.verify.click()
    until(lambda: page.message.text() == "All is whole." and page.message.property("look") == "")
    desks.audit.verdict = AuditVerdict(entries=1, broken_at=1, sentence_en="Broken at 1.", sentence_es="Roto en 1.")
    page.verify.click()
    until(lambda: page.message.text() == "Broken at 1." and page.message.property("look") == "bad")


def test_a_change_in_the_record_is_told_in_words(page: PermissionsPage, desks: SettingsDesks, until: Until) -> None:
    change = {"name": "notes.delete_all", "before": "ask", "after": "never", "door": "cli"}
    desks.audit.record("permission", change)
    desks.audit.record("permission", {**change, "name": "mcp.files.write", "after": "perhaps"})
    desks.audit.record("permission", {"name": "notes.take"})
    desks.audit.record("tool_call", {"name": "mcp.files.read", "before": 1, "after": 2})
    page.read()
    until(lambda: page.record.text().count("\n") == 4)
    assert [line.split("  ", 1)[1] for line in page.record.text().split("\n")[:4]] == [
        "Tool  name mcp.files.read, before 1, after 2",
        "Permission  name notes.take",
        "Permission  mcp.files.write: Ask first → perhaps, in the terminal",
        "Permission  Delete all notes: Ask first → Never, in the terminal",
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("notas", ["notes.delete_all", "notes.take"]),
        ("cancel", ["timers.cancel_all"]),
        ("delete all", ["notes.delete_all"]),
        ("Borrar TODAS", ["notes.delete_all"]),
        ("all", ["notes.delete_all", "timers.cancel_all"]),
        ("notes.delete_all", ["notes.delete_all"]),
        ("timers.", ["timers.cancel_all", "timers.start"]),
        ("sound", []),
    ],
)
def test_names_are_filtered_by_their_words_their_family_and_themselves(
    page: PermissionsPage, words: str, found: list[str]
) -> None:
    page.search.setText(words)
    assert [name for name, row in page.rows.items() if row.isVisible()] == found
    page.search.clear()
    assert all(row.isVisible() for row in page.rows.values())


def test_a_row_says_in_words_what_may_be_done_and_keeps_the_name_for_the_pointer(page: PermissionsPage) -> None:
    row = page.rows["notes.delete_all"]
    assert row.label.text() == "Delete all notes" and row.label.toolTip() == "notes.delete_all"
    assert row.level.accessibleName() == "Delete all notes: permission"
    assert row.reset.accessibleName() == row.reset.toolTip() == "Delete all notes: back to the default"
    high = row.label.height()
    row.label.setFixedWidth(row.label.fontMetrics().horizontalAdvance("Delete all") + 2)
    assert row.label.height() > high, "words wrap"
    row.resize(100, row.height())
    assert row.label.toolTip() == "notes.delete_all"


def test_all_rows_put_the_choice_under_the_words_at_the_same_width(page: PermissionsPage) -> None:
    short, long = page.rows["notes.take"], page.rows["timers.cancel_all"]
    seen = []
    for width in range(600, 150, -10):
        for row in (short, long):
            row.resize(width, 80)
        assert short._line.direction() == long._line.direction()
        seen.append(short._line.direction())
    beside, under = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
    assert seen == [beside] * seen.count(beside) + [under] * seen.count(under) and {*seen} == {beside, under}


def test_the_page_follows_the_language(
    page: PermissionsPage, desks: SettingsDesks, until: Until, fake: FakeDesktop, shown: Desktop
) -> None:
    choose(page, "notes.delete_all", 2)
    until(lambda: page.decided.text() == "What you decided: Delete all notes")
    fake.settings.set("language", "es")
    shown.apply_settings()
    assert page.rows["timers.start"].level.currentText() == texts.ALLOW.es
    assert page._families["timers"][0].text() == "Temporizadores"
    row = page.rows["notes.delete_all"]
    assert row.label.text() == "Borrar todas las notas" and row.label.toolTip() == "notes.delete_all"
    assert row.level.accessibleName() == "Borrar todas las notas: permiso"
    assert row.reset.accessibleName() == row.reset.toolTip() == "Borrar todas las notas: volver al valor inicial"
    assert page.decided.text() == "Lo que has decidido: Borrar todas las notas"
    newest, before = page.record.text().splitlines()[:2]
    assert (newest.split("  ")[1], before.split("  ")[1]) == ("Permiso", "Nube")
