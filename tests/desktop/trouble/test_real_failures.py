"""The window never lies: whatever breaks under it is told as it is, nothing shown is lost, and there is a way on."""

from __future__ import annotations

import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

# Imported while the window waits, PySide would look at every module.
from jarvis.app.build import Jarvis
from jarvis.audio.devices import SoundDeviceMicrophone
from jarvis.contracts.hardware import GpuSample
from jarvis.contracts.messages import Attachment
from jarvis.desktop import models_texts, texts
from jarvis.desktop.resources_window import ResourceWindow
from jarvis.desktop.ways_on import NAMES
from jarvis.storage.database import Database
from jarvis.voice.loop import VoiceLoop
from jarvis.voice.options import VoiceOptions
from jarvis.voice.parts import VoiceParts
from jarvis.voice.turns import SilenceTurnDetector
from tests.desktop.conftest import Until, answers, questions, shown, started, type_and_send
from tests.desktop.test_models_real import card_on, window_over
from tests.desktop.trouble.conftest import banner, banner_ways, real_desktop, trouble_of, ways
from tests.fakes.desk_settings import furnished
from tests.fakes.desktop import FakeDesktop
from tests.fakes.home_list import HOME_MODEL, REPOSITORY
from tests.fakes.hub import Hub
from tests.fakes.openai_server import HELLO, refusal, scripted
from tests.fakes.sound_devices import TABLE, installed
from tests.fakes.sound_library import FakeSoundDevice
from tests.fakes.voice import FakeActivity, FakeAssistant, FakeClock, FakeJudge, FakeSpeechToText, FakeWake
from tests.fakes.voice_output import FakeSpeaker, FakeTextToSpeech


def test_an_engine_that_is_killed_mid_answer(
    qtbot: QtBot, jarvis: Jarvis, fake: FakeDesktop, slow_model: Path, soon: Until
) -> None:
    jarvis.folders.models.mkdir(parents=True, exist_ok=True)
    shutil.copy(slow_model, jarvis.folders.models / "slow.gguf")
    with real_desktop(jarvis, fake) as desktop:
        type_and_send(desktop, qtbot, "tell me something very long")
        soon(lambda: len(answers(desktop)[0].answer.text) > 20)
        seen = answers(desktop)[0].answer.text
        engine_of(psutil.Process()).send_signal(signal.SIGKILL)
        soon(lambda: answers(desktop)[0].answer.ended)
        (answer,) = answers(desktop)
        assert answer.answer.phase == "failed" and answer.answer.text.startswith(seen)
        assert shown(answer).strip(), "what was shown stays in view"
        assert "slow" in trouble_of(answer) and texts.TRY_AGAIN.en in ways(answer._trouble)
        role, text, state = newest(jarvis)
        assert (role, state) == ("assistant", "failed") and text == answer.answer.text
        type_and_send(desktop, qtbot, "what is 12 times 7")
        soon(lambda: len(answers(desktop)) == 2 and "84" in answers(desktop)[1].answer.text)


def engine_of(process: psutil.Process) -> psutil.Process:
    (engine,) = [child for child in process.children(recursive=True) if "llama_server" in " ".join(child.cmdline())]
    return engine


def newest(jarvis: Jarvis) -> tuple[str, str, str]:
    with jarvis.database.read() as connection:
        row = connection.execute("SELECT role, text, state FROM messages ORDER BY seq DESC").fetchone()
    return tuple(row)  # type: ignore[return-value]


def test_a_key_that_is_revoked(
    qtbot: QtBot, jarvis: Jarvis, fake: FakeDesktop, soon: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JARVIS_KEY_OPENAI", "sk-once-good")
    with scripted(HELLO, refusal(401, "invalid_api_key")) as server:
        jarvis.settings.set("cloud.enabled", "true")
        jarvis.settings.set("cloud.base_url", server.url)
        with real_desktop(jarvis, fake) as desktop:
            type_and_send(desktop, qtbot, "write a haiku about the sea")
            soon(lambda: answers(desktop)[0].answer.phase == "done")
            type_and_send(desktop, qtbot, "write a haiku about the mountains")
            soon(lambda: len(answers(desktop)) == 2 and answers(desktop)[1].answer.ended)
            first, second = answers(desktop)
            assert second.answer.phase == "failed" and "key" in trouble_of(second)
            assert ways(second._trouble) == [NAMES["keys"].en, texts.TRY_AGAIN.en]
            assert "hello there" in shown(first) and "mountains" in questions(desktop)[1]
            second.way.click()
            dialog = desktop.settings_dialog
            assert dialog is not None and list(dialog._late)[dialog.pages.currentRow()] == "keys"


def test_a_disk_that_is_full(qtbot: QtBot, jarvis: Jarvis, fake: FakeDesktop, soon: Until) -> None:
    with real_desktop(jarvis, fake) as desktop:
        type_and_send(desktop, qtbot, "what is 12 times 7")
        soon(lambda: answers(desktop)[0].answer.phase == "done" and not desktop.session.busy)
        long = "Why " + "really " * 30_000 + "so?"
        with full_disk(jarvis.database):
            desktop.window.composer.input.setPlainText(long)
            desktop.window.composer.input.setFocus()
            qtbot.keyClick(desktop.window.composer.input, Qt.Key.Key_Return)
            soon(lambda: len(answers(desktop)) == 2 and answers(desktop)[1].answer.ended)
            second = answers(desktop)[1]
            assert "The disk is full" in trouble_of(second)
            assert ways(second._trouble) == [NAMES["data"].en, texts.TRY_AGAIN.en]
            asked = [place for place in desktop.window.view.list.places if place.role == "user"]
            assert asked[-1].text == long, "the words stay in view"
            assert "84" in shown(answers(desktop)[0])
            desktop.session.rename(desktop.session.current or "", "n" * 400_000)
            soon(lambda: "The disk is full" in banner(desktop))
            soon(lambda: [way.text() for way in banner_ways(desktop)] == [NAMES["data"].en])
        type_and_send(desktop, qtbot, "what is 12 times 8")
        soon(lambda: "96" in answers(desktop)[-1].answer.text)
        soon(lambda: not desktop.session.busy)
        second._again.click()
        soon(lambda: newest_question(jarvis) == long)


def newest_question(jarvis: Jarvis) -> str:
    with jarvis.database.read() as connection:
        return str(connection.execute("SELECT text FROM messages WHERE role = 'user' ORDER BY seq DESC").fetchone()[0])


@contextmanager
def full_disk(database: Database) -> Iterator[None]:
    """Let no page be added to the file, by whichever thread; its own is all that a connection knows of."""
    connect = database._connect

    def limited() -> None:
        connect()
        database._local.held.connection.execute("PRAGMA max_page_count=1")

    def every(limit: int) -> None:
        with database._lock:  # so that nobody closes the connection of a thread that ended meanwhile
            for held in database._open:
                held.connection.execute(f"PRAGMA max_page_count={limit}")

    database._connect = limited  # type: ignore[method-assign]
    every(1)
    yield
    database._connect = connect  # type: ignore[method-assign]
    every(1_000_000_000)


def test_a_microphone_that_vanishes_and_comes_back(
    qtbot: QtBot, fake: FakeDesktop, soon: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = installed(monkeypatch, FakeSoundDevice(TABLE))
    monkeypatch.setattr("jarvis.voice.loop.REOPEN_SECONDS", 0.01)
    with started(furnished(fake)) as desktop:
        loop = VoiceLoop(voice_parts(), options=VoiceOptions, on_event=fake.voice.send)
        loop.start()
        try:
            soon(lambda: bool(library.streams) and library.streams[-1].active)
            first = library.streams[-1]
            first.deliver(bytes(2048))
            pill = desktop.window.composer.pill
            soon(lambda: pill.text().startswith("Say"))
            library.busy = True
            first.die()
            soon(lambda: "USB Mic" in banner(desktop))
            assert not pill.text().startswith("Say")
            soon(lambda: [way.text() for way in banner_ways(desktop)] == [NAMES["voice"].en])
            library.busy = False
            soon(lambda: library.streams[-1] is not first and library.streams[-1].active)
            library.streams[-1].deliver(bytes(2048))
            soon(lambda: pill.text().startswith("Say"))
            assert "USB Mic" not in banner(desktop), "what is no longer so is not told any more"
        finally:
            loop.close()


def voice_parts() -> VoiceParts:
    return VoiceParts(
        microphone=SoundDeviceMicrophone,
        wake=FakeWake(),
        activity=FakeActivity(),
        turns=SilenceTurnDetector(),
        speech_to_text=FakeSpeechToText(),
        assistant=FakeAssistant(),
        text_to_speech=FakeTextToSpeech(),
        speaker=FakeSpeaker(),
        clock=FakeClock(),
        judge=FakeJudge(),
    )


def test_graphics_cards_whose_driver_goes(
    qtbot: QtBot, jarvis: Jarvis, fake: FakeDesktop, soon: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards: list[GpuSample] = [GpuSample(index=0, name="RTX 5060 Ti", vendor="nvidia", used_mib=900, total_mib=16_384)]
    monkeypatch.setattr(jarvis.models_room.hardware, "gpu_samples", lambda: tuple(cards))
    with started(replace(fake.services, resources=lambda: jarvis.resources)) as desktop:
        desktop.open_place("resources")
        window = desktop.further.window("resources")
        assert isinstance(window, ResourceWindow)
        soon(lambda: "RTX 5060 Ti" in words_in(window) and window._notice.isHidden())
        cards.clear()
        soon(lambda: "No graphics card answers any more" in window.trouble.text() and window._notice.isVisible())
        assert "RTX 5060 Ti" in words_in(window), "what it was stays in view, greyed"
        cards.append(GpuSample(index=0, name="RTX 5060 Ti", vendor="nvidia", used_mib=900, total_mib=16_384))
        soon(window._notice.isHidden)
        window.close()


def words_in(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if not label.isHidden())


def point_at(monkeypatch: pytest.MonkeyPatch, hub: Hub) -> None:
    """Let the hub's client ask this one."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.url + "/{repo_id}/resolve/{revision}/{filename}")


def test_a_hub_that_goes_in_the_middle_of_a_download(
    qtbot: QtBot,
    home: Jarvis,
    hub: Hub,
    fake: FakeDesktop,
    until: Until,
    home_model: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("jarvis.catalog.hub_files._TRIES", 2)
    hub.cut_after = {f"{REPOSITORY}/h.gguf": home_model.stat().st_size * 3 // 4}
    hub.gate = threading.Event()
    with window_over(home, fake) as window:
        card = card_on(window, 1, "home", until)
        card.main_button.click()
        until(lambda: hub.half_sent.is_set() and card.bar.value() > 0)
        hub._server.shutdown()
        hub._server.server_close()
        hub.gate.set()
        card = card_on(window, 0, HOME_MODEL, until)
        until(lambda: card.state.text() == models_texts.FAILED.en)
        assert card.trouble.text() and card.main_button.text() == models_texts.AGAIN.en
        with closing(Hub(hub.files)) as back:
            point_at(monkeypatch, back)
            card.main_button.click()
            until(lambda: card.state.text() == models_texts.INSTALLED.en)
            assert any(wish.startswith("bytes=") for wish in back.ranges), "what had arrived was not fetched again"


def test_a_first_question_that_cannot_be_stored_leaves_no_empty_conversation(
    qtbot: QtBot, jarvis: Jarvis, fake: FakeDesktop, soon: Until
) -> None:
    with real_desktop(jarvis, fake) as desktop:
        gone = Attachment(id="gone", name="a.txt", kind="document", media_type="text/plain", bytes=1)
        desktop.session.ask("what does it say?", files=(gone,))
        soon(lambda: answers(desktop)[0].answer.phase == "failed")
        assert "attached file is no longer here" in trouble_of(answers(desktop)[0])
        assert questions(desktop) == ["what does it say?"]
        assert jarvis.conversation_log.conversations() == []
