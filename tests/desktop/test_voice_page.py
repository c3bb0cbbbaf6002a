"""The page of hearing and speaking: devices, level, test, wake word, voices, what is in use."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from jarvis.contracts.errors import LANGUAGES, DeviceError, Language
from jarvis.contracts.speech import (
    AudioChunk,
    DeviceInUse,
    LevelMeasured,
    VoiceState,
    VoiceTrouble,
    WakeHeard,
    WakeHit,
    WakeScored,
)
from jarvis.desktop import texts, voice_texts
from jarvis.desktop.meters import decibels, level_share, score_at, score_share
from jarvis.desktop.option_rows import OptionRow
from jarvis.desktop.run import Desktop
from jarvis.desktop.services import Recording
from jarvis.desktop.settings_dialog import SettingsDialog
from jarvis.desktop.texts import Text
from jarvis.desktop.voice_page import VoicePage
from jarvis.desktop.voice_rows import DeviceRow, SensitivityRow, VoiceRow
from jarvis.settings.options import OPTIONS
from tests.desktop.conftest import Until
from tests.fakes.desktop import FakeDesktop


@pytest.fixture
def dialog(desktop: Desktop, until: Until) -> SettingsDialog:
    desktop.open_settings()
    dialog = desktop.settings_dialog
    assert dialog is not None
    dialog.go_to("voice")
    until(lambda: dialog.voice.done)
    return dialog


@pytest.fixture
def page(dialog: SettingsDialog) -> VoicePage:
    return dialog.voice


def row(page: VoicePage, name: str) -> object:
    return next(row for row in page.rows if row.option.name == name)


def test_every_option_of_the_voice_is_on_its_page_once(dialog: SettingsDialog) -> None:
    names = [r.option.name for r in dialog.voice.rows]
    assert sorted(names) == sorted(o.name for o in OPTIONS if o.name.startswith(("voice.", "speech.")))


def test_devices_come_go_and_are_called_missing(page: VoicePage, fake: FakeDesktop, until: Until) -> None:
    microphone = row(page, "voice.microphone")
    assert isinstance(microphone, DeviceRow)
    combo = microphone.combo

    def shown() -> list[str]:
        return [combo.itemText(at) for at in range(combo.count())]

    until(lambda: shown() == [voice_texts.SYSTEM_DEVICE.en, "Built-in", "Headset"])
    combo.setCurrentIndex(2)
    combo.activated.emit(2)
    until(lambda: fake.settings.text("voice.microphone") == "Headset")
    fake.voice.there["input"] = ["Built-in"]
    page.look()
    until(lambda: shown()[-1] == "Not connected: Headset")
    assert combo.currentText() == "Not connected: Headset"
    fake.voice.there["input"] = ["Built-in", "headset"]
    page.look()
    until(lambda: combo.currentText() == "headset")
    fake.settings.set("voice.microphone", "Yeti: USB Audio (hw:1,0)")
    fake.voice.there["input"] = ["Built-in", "Yeti: USB Audio (hw:2,0)"]
    page.look()
    until(lambda: combo.currentText() == "Yeti: USB Audio (hw:2,0)")
    assert shown() == [voice_texts.SYSTEM_DEVICE.en, "Built-in", "Yeti: USB Audio (hw:2,0)"]
    microphone.reset.click()
    until(lambda: combo.currentText() == voice_texts.SYSTEM_DEVICE.en)


def test_without_sound_devices_the_page_says_why(page: VoicePage, fake: FakeDesktop, until: Until) -> None:
    fake.voice.fail = DeviceError("audio.none", en="There is no PortAudio.", es="No hay PortAudio.")
    microphone = row(page, "voice.microphone")
    assert isinstance(microphone, DeviceRow)

    def told() -> bool:
        page.look()
        return microphone.in_use.text() == "There is no PortAudio."

    until(told)


def test_the_device_in_use_is_told_also_when_known_before(desktop: Desktop, fake: FakeDesktop, until: Until) -> None:
    fake.voice.send(DeviceInUse(direction="output", name="Headset", note="The speaker is gone."))
    until(lambda: "output" in desktop.window.spoken.devices)
    desktop.open_settings()
    assert desktop.settings_dialog is not None
    voice = desktop.settings_dialog.voice
    until(lambda: voice.done)
    speaker = row(voice, "voice.speaker")
    assert isinstance(speaker, DeviceRow)
    assert speaker.in_use.text() == "In use: Headset The speaker is gone."


def test_the_microphone_is_watched_only_while_the_page_is_in_view(
    dialog: SettingsDialog, fake: FakeDesktop, until: Until
) -> None:
    page = dialog.voice
    assert fake.voice.watching
    assert page.level.says.text() == voice_texts.LEVEL_OPENING.en
    fake.voice.send(LevelMeasured(level=0.1))
    until(lambda: page.level.meter.value > 0.6)
    assert page.level.says.text() == voice_texts.LEVEL_OWN.en
    dialog.pages.setCurrentRow(0)
    assert not fake.voice.watching and not page._timer.isActive()
    assert page.level.meter.value == 0
    page.take(LevelMeasured(level=0.1))
    assert page.level.meter.value == 0
    dialog.go_to("voice")
    assert fake.voice.watching
    dialog.close()
    assert not fake.voice.watching


def test_the_page_says_whether_the_microphone_is_open(page: VoicePage, fake: FakeDesktop, until: Until) -> None:
    fake.voice.send(VoiceState(name="sleeping"))
    until(lambda: page.level.says.text() == voice_texts.LEVEL_LISTENING.en)
    assert not page.level.unmute.isVisible()
    fake.voice.send(VoiceState(name="muted"))
    until(lambda: page.level.says.text() == voice_texts.LEVEL_MUTED.en)
    page.level.unmute.click()
    until(lambda: fake.voice.calls == ["unmute"])


@pytest.mark.parametrize(
    ("pcm", "level", "verdict"),
    [
        (b"\x00\x10" * 1600, 0.125, "Loud enough (−18\u00a0dB)."),
        (b"\x10\x00" * 1600, 0.001, voice_texts.TEST_QUIET.to("en", decibels="−60")),
        (b"\xff\x7f" * 1600, 0.9, voice_texts.TEST_CLIPPED.to("en", decibels="−1")),
    ],
)
def test_a_recording_is_played_back_and_judged(
    page: VoicePage, fake: FakeDesktop, until: Until, pcm: bytes, level: float, verdict: str
) -> None:
    fake.voice.recording = Recording(sound=AudioChunk(pcm=pcm, sample_rate=16_000), level=level)
    page.test.record.click()
    assert page.test.says.text() == voice_texts.TEST_RECORDING.en
    assert not page.test.record.isEnabled()
    until(lambda: page.test.says.text() == verdict)
    assert [sound.pcm for sound in fake.voice.played] == [pcm]
    assert page.test.record.isEnabled() and fake.voice.watching


def test_a_microphone_that_cannot_be_opened_is_told(page: VoicePage, fake: FakeDesktop, until: Until) -> None:
    fake.voice.fail = DeviceError("audio.busy", en="Another program has it.", es="Lo tiene otro programa.")
    page.test.record.click()
    until(lambda: page.test.says.text() == "Another program has it.")
    assert page.test.record.isEnabled()


def test_trouble_with_the_microphone_is_told_until_it_is_heard(
    page: VoicePage, fake: FakeDesktop, until: Until
) -> None:
    fake.voice.send(VoiceTrouble(code="x", sentence="There is no microphone."))
    until(lambda: page.level.says.text() == "There is no microphone.")
    fake.voice.send(LevelMeasured(level=0.1))
    until(lambda: page.level.says.text() == voice_texts.LEVEL_OWN.en)


def test_the_test_sentence_is_followed_to_its_end(page: VoicePage, fake: FakeDesktop, until: Until) -> None:
    page.test.speak.click()
    until(lambda: len(fake.voice.said) == 1)
    assert page.test.says.text() == voice_texts.TEST_SPOKEN.en
    fake.voice.send(VoiceState(name="muted"))
    fake.voice.send(VoiceState(name="speaking"))
    until(lambda: page.test._speaking == "heard")
    assert page.test.says.text() == voice_texts.TEST_SPOKEN.en
    fake.voice.send(VoiceState(name="muted"))
    until(lambda: page.test.says.text() == "")
    page.test.speak.click()
    fake.voice.send(VoiceTrouble(code="x", sentence="There is no speaker."))
    until(lambda: page.test.says.text() == "There is no speaker.")


def test_voices_are_chosen_and_heard(page: VoicePage, fake: FakeDesktop, until: Until) -> None:
    english, spanish = row(page, "speech.voice_en"), row(page, "speech.voice_es")
    assert isinstance(english, VoiceRow) and isinstance(spanish, VoiceRow)
    until(lambda: english.combo.count() == 3)
    assert english.combo.itemText(1) == "en_US-lessac"
    english.combo.activated.emit(1)
    until(lambda: fake.settings.text("speech.voice_en") == "/models/en_US-lessac.onnx")
    until(lambda: "apply_settings" in fake.voice.calls)
    spanish.preview.click()
    until(lambda: fake.voice.said == [(voice_texts.SAMPLE.es, "es")])
    page.test.speak.click()
    until(lambda: fake.voice.said[1:] == [(voice_texts.SAMPLE.en, "en")])


def test_another_voice_file_can_be_chosen(page: VoicePage, fake: FakeDesktop, until: Until) -> None:
    spanish = row(page, "speech.voice_es")
    assert isinstance(spanish, VoiceRow)
    until(lambda: spanish.combo.count() == 2)
    spanish.combo.activated.emit(1)
    chooser = spanish.findChild(QFileDialog)
    chooser.fileSelected.emit("/home/me/es_ES-x.onnx")
    chooser.reject()
    until(lambda: spanish.combo.currentText() == "Not here: es_ES-x")


def test_the_threshold_is_a_mark_on_the_meter_of_scores(
    page: VoicePage, fake: FakeDesktop, qtbot: QtBot, until: Until
) -> None:
    sensitivity = row(page, "voice.wake_threshold")
    assert isinstance(sensitivity, SensitivityRow)
    meter, slider = sensitivity.meter, sensitivity.slider
    assert meter.mark == pytest.approx(score_share(0.97))
    fake.voice.send(WakeScored(score=0.98))
    until(lambda: meter.value > score_share(0.97))
    qtbot.keyClick(slider, Qt.Key.Key_PageDown)
    until(lambda: fake.settings.number("voice.wake_threshold") < 0.97)
    assert meter.mark == pytest.approx(score_share(fake.settings.number("voice.wake_threshold")), abs=0.01)
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    until(lambda: fake.settings.number("voice.wake_threshold") == pytest.approx(0.3))
    qtbot.keyClick(slider, Qt.Key.Key_End)
    until(lambda: fake.settings.number("voice.wake_threshold") == pytest.approx(0.999))
    sensitivity.reset.click()
    until(lambda: meter.mark == pytest.approx(score_share(0.97)))


def test_the_last_wake_word_is_told(page: VoicePage, fake: FakeDesktop, until: Until) -> None:
    sensitivity = row(page, "voice.wake_threshold")
    assert isinstance(sensitivity, SensitivityRow)
    assert sensitivity._last.text() == voice_texts.MARK_OR_LOOK.en
    fake.voice.send(WakeHeard(hit=WakeHit(at_seconds=3.0, score=0.991)))
    until(lambda: sensitivity._last.text().startswith("Last heard: “hey Jarvis” with 0.991 at "))
    fake.settings.set("language", "es")
    page._desk.words.use("es")
    assert sensitivity._last.text().startswith("Última vez: «hey Jarvis» con 0,991 a las ")
    assert sensitivity._last.text().endswith(f"\n{voice_texts.MARK_OR_LOOK.es}")
    fake.voice.send(WakeHeard(hit=WakeHit(at_seconds=9.0, score=0.5, word="computer")))
    until(lambda: sensitivity._last.text().startswith("Última vez: «computer» a las "))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("words", "threshold", "looks", "told", "movable"),
    [
        ("hey Jarvis", 0.97, True, [voice_texts.MARK_OR_LOOK], True),
        ("hey Jarvis", 0.97, False, [voice_texts.MARK_ALONE], True),
        ("hey Jarvis", 0.999, True, [voice_texts.MARK_ALONE], True),
        (" Hey  JARVIS ,", 0.97, True, [voice_texts.MARK_OR_LOOK], True),
        ("", 0.97, True, [voice_texts.MARK_OR_LOOK], True),
        ("computer, hey jarvis", 0.97, True, [voice_texts.MARK_OR_LOOK, voice_texts.MARK_NOT_FOR_OTHERS], True),
        ("computer, samantha", 0.97, True, [voice_texts.MARK_UNUSED], False),
    ],
)
def test_the_row_says_what_wakes_as_it_is_set(
    page: VoicePage,
    until: Until,
    words: str,
    threshold: float,
    looks: bool,
    told: list[Text],
    movable: bool,
    language: Language,
) -> None:
    page._desk.services.settings.set("language", language)
    page._desk.words.use(language)
    sensitivity = row(page, "voice.wake_threshold")
    assert isinstance(sensitivity, SensitivityRow)
    settings = {"voice.wake_words": words, "voice.wake_threshold": threshold, "voice.wake_second_look": looks}
    for name, value in settings.items():
        changing = row(page, name)
        assert isinstance(changing, OptionRow)
        changing.save(value)
    wanted = "\n".join(text.to(language) for text in told)
    until(lambda: sensitivity._last.text() == wanted)
    assert sensitivity.slider.isEnabled() is movable


def test_what_is_in_use_and_why_it_is_not_better(page: VoicePage, fake: FakeDesktop, until: Until) -> None:
    until(lambda: page.recogniser.text() == "In use: Whisper · whisper-base")
    until(lambda: page.speaker.text() == "In use: Piper · en_voice, Piper · es_voice")
    fake.voice.note = "No room on the graphics card."
    fake.settings.set("language", "es")
    page._desk.words.use("es")
    until(lambda: page.recogniser.text() == "En uso: Whisper · whisper-base\nNo room on the graphics card.")
    fake.voice.fail = DeviceError("x", en="Nothing is here.", es="Aquí no hay nada.")
    page._look_in_use()
    until(lambda: page.recogniser.text() == "Aquí no hay nada.")


def test_resetting_all_settings_takes_those_of_the_voice_along(
    dialog: SettingsDialog, fake: FakeDesktop, until: Until
) -> None:
    rate = next(r for r in dialog.voice.rows if r.option.name == "voice.rate")
    rate.save(1.5)
    until(lambda: dialog.reset_all.isEnabled() and fake.settings.number("voice.rate") == 1.5)
    dialog.reset_everything()
    until(lambda: fake.settings.number("voice.rate") == 1.0)


def test_numbers_have_room_and_the_languages_own_sign(page: VoicePage, fake: FakeDesktop, until: Until) -> None:
    line = next(r for r in page.rows if r.option.name == "voice.rate")
    rate = line.control
    assert rate.lineEdit().width() > rate.fontMetrics().horizontalAdvance("1.05")  # type: ignore[attr-defined]
    assert rate.text() == "1"  # type: ignore[attr-defined]
    line.save(1.05)
    until(lambda: rate.text() == "1.05")  # type: ignore[attr-defined]
    fake.settings.set("language", "es")
    page._desk.words.use("es")
    assert rate.text() == "1,05"  # type: ignore[attr-defined]


def test_in_a_narrow_window_nothing_is_cut(dialog: SettingsDialog, fake: FakeDesktop, until: Until) -> None:
    dialog.resize(dialog.minimumWidth(), 600)
    page = dialog.voice
    for language in ("es", "en"):
        fake.settings.set("language", language)
        page._desk.words.use(language)
        until(lambda: page._scroll.widget().minimumSizeHint().width() <= page._scroll.viewport().width())


@pytest.mark.parametrize("score", [0.3, 0.5, 0.9, 0.97, 0.999])
def test_the_scale_of_scores_goes_there_and_back(score: float) -> None:
    assert score_at(score_share(score)) == pytest.approx(score)


def test_scales() -> None:
    assert [score_share(score) for score in (0.0, 1.0)] == [0.0, pytest.approx(1.0)]
    shares = [score_share(score / 100) for score in range(101)]
    assert shares == sorted(shares)
    assert level_share(0.0) == 0.0 and level_share(1.0) == 1.0 and level_share(0.001) == pytest.approx(0.0)
    assert decibels(0.1) == pytest.approx(-20)
    assert texts.CHOICES["push"].en
