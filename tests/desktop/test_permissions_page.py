"""What skills may do: levels set and taken back, the record, a filter, trouble."""

from __future__ import annotations

import pytest

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
    assert page.decided.text() == "What you decided: volume.up"
    page.rows["volume.up"].reset.click()
    until(lambda: desks.permissions.kept == {} and page.rows["volume.up"].level.currentIndex() == 0)


def test_everything_decided_is_revoked_and_names_from_elsewhere_have_a_row(
    page: PermissionsPage, desks: SettingsDesks, until: Until
) -> None:
    desks.permissions.kept = {"mcp.files.write": "allow", "timers.start": "never"}
    page.read()
    until(lambda: "mcp.files.write" in page.rows and page.revoke.isEnabled())
    assert page._families["mcp"][0].text() == texts.FAMILIES["mcp"].en
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


def test_names_are_filtered_by_themselves_and_their_family_in_both_languages(page: PermissionsPage) -> None:
    page.search.setText("notas")
    assert [name for name, row in page.rows.items() if row.isVisible()] == ["notes.delete_all", "notes.take"]
    page.search.setText("cancel")
    assert [name for name, row in page.rows.items() if row.isVisible()] == ["timers.cancel_all"]
    page.search.clear()
    assert all(row.isVisible() for row in page.rows.values())


def test_the_page_follows_the_language(page: PermissionsPage, fake: FakeDesktop, shown: Desktop) -> None:
    fake.settings.set("language", "es")
    shown.apply_settings()
    assert page.rows["timers.start"].level.currentText() == texts.ALLOW.es
    assert page._families["timers"][0].text() == "Temporizadores"
    assert page.record.text().split("  ")[1] == "Nube"
