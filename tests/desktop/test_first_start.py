"""What the desktop takes up at its start: looks, and the first run once."""

from __future__ import annotations

from jarvis.desktop.colours import ACCENTS
from jarvis.desktop.run import Desktop
from tests.desktop.conftest import Until
from tests.fakes.desk_settings import furnished
from tests.fakes.desktop import FakeDesktop


def test_the_looks_hold_from_the_start_and_the_first_run_comes_once(
    qtbot: object, fake: FakeDesktop, until: Until
) -> None:
    fake.settings.set("appearance.accent", "pink")
    made = Desktop(furnished(fake))
    made.start()
    assert made.theme.colours.accent == ACCENTS["pink"][0].accent
    made.introduce()
    assert made.first_run is not None and made.first_run.isVisible()
    made.first_run.privacy.keys.click()
    assert made.settings_dialog is not None and made.settings_dialog.page("keys").isVisible()
    made.introduce()
    assert made.first_run is None
    made.open_settings()
    made.settings_dialog.forgotten.emit()
    fake.settings.set("appearance.accent", "indigo")
    made.apply_settings()
    assert made.session.current is None
    made.window.end()
    made.close()
