"""MCP servers: added by program or address, connected, their tools, removed, and what goes wrong."""

from __future__ import annotations

import pytest

from jarvis.contracts.errors import EngineError
from jarvis.contracts.mcp_desk import McpServerRow
from jarvis.desktop import mcp_texts as texts
from jarvis.desktop.mcp_page import McpPage, new_server
from jarvis.desktop.run import Desktop
from tests.desktop.conftest import Until, page_of
from tests.fakes.desk_settings import SettingsDesks
from tests.fakes.desktop import FakeDesktop


@pytest.fixture
def page(shown: Desktop, until: Until) -> McpPage:
    page = page_of(shown, "mcp", McpPage)
    until(lambda: not page.none.isHidden())
    return page


def typed(page: McpPage, name: str, target: str) -> None:
    page.name.setText(name)
    page.target.setText(target)
    page.add.click()


def test_what_is_typed_is_a_program_or_an_address() -> None:
    made = new_server("files", 'npx server "/home/me/My files"', private=True)
    assert (made.command, made.args, made.url, made.private) == ("npx", ("server", "/home/me/My files"), "", True)
    assert new_server("far", "https://example.org/mcp", private=False).url == "https://example.org/mcp"
    with pytest.raises(ValueError, match="quotation"):
        new_server("x", 'run "half', private=False)


def test_the_end_of_the_program_waits_for_no_server(
    page: McpPage, shown: Desktop, desks: SettingsDesks, until: Until
) -> None:
    desks.mcp.silent = True
    typed(page, "files", "npx server /tmp")
    until(lambda: desks.mcp.connected == ["files"])
    shown.bridge.close()
    assert desks.mcp.stopped == ["files"]


def test_a_server_is_added_connected_and_shows_its_tools(page: McpPage, desks: SettingsDesks, until: Until) -> None:
    assert not page.add.isEnabled()
    page.private.setChecked(True)
    typed(page, "files", "npx server /tmp")
    until(lambda: "files" in page.cards and page.cards["files"].message.text() == "Connected in 0.3\u00a0s. Tools: 2.")
    assert desks.mcp.added[0].private and desks.mcp.added[0].args == ("server", "/tmp")
    card = page.cards["files"]
    lines = card.tools.text().split("\n")
    assert lines[0] == "read: Reads a file"
    assert lines[1].endswith("… Asks first: it may destroy something.") and len(lines[1]) < 220
    assert lines[2] == "odd is not offered: its name is too long"
    assert card.state.text() == "Connected · tools: 2" and page.none.isHidden()
    assert page.name.text() == "" and page.message.text() == "files is added."


def test_what_cannot_be_added_says_why_and_keeps_what_was_typed(
    page: McpPage, desks: SettingsDesks, until: Until
) -> None:
    typed(page, "files", 'run "half')
    assert page.message.text() == texts.BAD_QUOTES.en and desks.mcp.added == []
    typed(page, "files", "run")
    until(lambda: "files" in page.cards and page.name.text() == "")
    typed(page, "files", "other")
    until(lambda: page.message.text() == "That name is taken.")
    assert page.target.text() == "other"


def test_a_server_that_does_not_come_is_told_on_its_card(page: McpPage, desks: SettingsDesks, until: Until) -> None:
    desks.mcp.fail = EngineError("mcp.gone", en="It ended at once. Look at its command.", es="Terminó enseguida.")
    typed(page, "files", "run")
    until(lambda: "files" in page.cards and page.cards["files"].message.text().startswith("It ended at once."))
    card = page.cards["files"]
    assert card.message.property("look") == "bad" and card.test.isEnabled()
    desks.mcp.fail = None
    card.test.click()
    until(lambda: card.message.text().startswith("Connected in") and card.message.property("look") == "muted")


def test_looking_starts_nothing_and_a_disabled_one_cannot_be_connected(
    page: McpPage, desks: SettingsDesks, until: Until
) -> None:
    desks.mcp.rows["old"] = McpServerRow(
        name="old", kind="address", target="https://example.org", disabled=True, state="off"
    )
    desks.mcp.rows["bad"] = McpServerRow(
        name="bad", kind="program", target="x", disabled=False, state="failed", sentence_en="Gone.", sentence_es="No."
    )
    page.read()
    until(lambda: set(page.cards) == {"old", "bad"})
    assert desks.mcp.connected == [] and not page.cards["old"].test.isEnabled()
    assert page.cards["old"].state.text() == texts.STATE_DISABLED.en
    assert page.cards["bad"].message.text() == "Gone."


def test_a_server_is_removed(page: McpPage, desks: SettingsDesks, until: Until) -> None:
    typed(page, "files", "run")
    until(lambda: bool(desks.mcp.connected))
    page.remove("files")
    until(lambda: page.cards == {} and page.message.text() == "files is gone." and not page.none.isHidden())


def test_a_server_is_switched_off_and_on(page: McpPage, desks: SettingsDesks, until: Until) -> None:
    typed(page, "files", "run")
    until(lambda: "files" in page.cards and page.cards["files"].row.state == "ready")
    card = page.cards["files"]
    assert card.switch.accessibleName() == "files: Disable" and card.new_key.isHidden()
    card.switch.click()
    until(lambda: desks.mcp.rows["files"].disabled and card.message.text() == texts.SWITCHED_OFF.en)
    assert card.state.text() == texts.STATE_DISABLED.en and not card.test.isEnabled()
    assert card.switch.text() == "Enable"
    desks.mcp.fail = EngineError("mcp.unwritable", en="The file cannot be written.", es="No se puede escribir.")
    card.switch.click()
    until(lambda: card.message.text() == "The file cannot be written.")
    desks.mcp.fail = None
    card.switch.click()
    until(lambda: not desks.mcp.rows["files"].disabled and card.test.isEnabled())


def test_a_key_goes_into_the_keyring_and_only_its_name_into_the_server(
    page: McpPage, desks: SettingsDesks, until: Until
) -> None:
    assert page.key.echoMode() == page.key.EchoMode.Password and page.variable.isHidden()
    page.key.setText("s3cret")
    assert not page.variable.isHidden()
    page.variable.setText("TOKEN")
    typed(page, "Files", "npx server")
    until(lambda: "Files" in page.cards and bool(desks.mcp.connected))
    assert desks.keys.kept["mcp-files"] == ("keyring", "s3cret")
    assert desks.mcp.added[0].env == {"TOKEN": "keyring:mcp-files"} and page.key.text() == ""
    page.key.setText("other")
    page.target.setText("https://example.org/mcp")
    assert page.variable.isHidden()
    typed(page, "far", "https://example.org/mcp")
    until(lambda: "far" in page.cards)
    assert desks.mcp.added[1].headers == {"Authorization": "Bearer keyring:mcp-far"}
    card = page.cards["far"]
    card.new_key.click()
    card.value.setText("newer")
    card.store.click()
    until(lambda: desks.keys.kept["mcp-far"][1] == "newer" and card.message.text() == texts.KEY_STORED.en)
    assert card.editor.isHidden() and card.value.text() == ""
    page.remove("far")
    until(lambda: "far" not in page.cards)
    assert set(desks.keys.kept) == {"mcp-files"}


def test_without_a_keyring_no_server_is_left_that_lacks_its_key(
    page: McpPage, desks: SettingsDesks, until: Until
) -> None:
    desks.keys.keyring = False
    page.key.setText("s3cret")
    typed(page, "files", "run")
    until(lambda: page.message.text() == "There is no keyring.")
    assert desks.mcp.rows == {} and page.name.text() == "files"


def test_cards_follow_the_language(page: McpPage, fake: FakeDesktop, shown: Desktop, until: Until) -> None:
    typed(page, "files", "run")
    until(lambda: "files" in page.cards and page.cards["files"].row.state == "ready")
    fake.settings.set("language", "es")
    shown.apply_settings()
    card = page.cards["files"]
    assert card.state.text() == "Conectado · herramientas: 2"
    assert card.tools.text().endswith("odd no se ofrece: su nombre es demasiado largo")
    assert card.test.accessibleName() == "files: Conectar"
