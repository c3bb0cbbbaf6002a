from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from jarvis.app.build import Jarvis
from jarvis.app.hearing import HearingParts
from jarvis.audio.silent import SilentSpeaker
from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import VoiceEvent, VoiceTrouble
from jarvis.engines.encoder.minilm import MiniLmEncoder
from jarvis.engines.small_models.encoder import ChildEncoder
from jarvis.engines.small_models.life import ModelsLife
from jarvis.engines.small_models.link import STOPPED, Model
from jarvis.engines.small_models.listening import ChildLook, ChildVoiceDetector, ChildWakeDetector, ChildWordSpotter
from jarvis.engines.speech.spotting import SpotterWords
from jarvis.settings.folders import Folders
from jarvis.voice.activity import SileroVoiceDetector
from jarvis.voice.end_of_turn import RuleTurnJudge
from jarvis.voice.keyword_spotter import KeywordSpotter
from jarvis.voice.keyword_wake import BothWakeDetectors, KeywordWakeDetector
from jarvis.voice.wake_gathered import GatheredWakeDetector
from jarvis.voice.wake_words import WakeWords
from tests.fakes.processes import gone
from tests.fakes.speech import silence, synthetic_speech
from tests.fakes.voice import FakeSpeechToText


class Child:
    """The spotter, of which only the start counts."""

    trouble = None

    def __init__(self) -> None:
        self.started = 0

    def warm(self) -> None:
        self.started += 1

    def close(self) -> None:
        """Nothing runs."""


@pytest.fixture
def jarvis(tmp_path: Path) -> Iterator[Jarvis]:
    jarvis = Jarvis(Folders(home=tmp_path / "home"))
    jarvis.settings.set("ollama.url", "")
    yield jarvis
    jarvis.close()


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> Child:
    made = Child()
    monkeypatch.setattr("jarvis.app.hearing.Spotter", lambda *_args, **_kwargs: made)
    return made


def parts(jarvis: Jarvis) -> HearingParts:
    return HearingParts(jarvis, FakeSpeechToText())


def test_stop_words_are_heard_without_a_child(jarvis: Jarvis, child: Child) -> None:
    hearing = parts(jarvis)
    assert isinstance(hearing.stop_words(), KeywordSpotter)
    assert isinstance(hearing.wake(), GatheredWakeDetector)
    hearing.warm()
    hearing.close()
    assert child.started == 0


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("language", ["en", "es", "auto"])
def test_stop_words_of_both_languages_are_heard_whatever_the_language(
    jarvis: Jarvis, language: str, apart: bool
) -> None:
    jarvis.models_apart = apart
    if apart:
        jarvis.small_models.at_once_seconds = 60.0
    jarvis.settings.set("language", language)
    hearing = parts(jarvis)
    spotter = hearing.stop_words()
    found = []
    for word, voice in (("stop", "en-us"), ("para", "es+f2"), ("cancel", "en-us+m1"), ("silencio", "es+m1")):
        found += spotter.process(silence(1) + synthetic_speech(word, voice) + silence(0.7))
    hearing.close()
    assert [each.word for each in found if not each.early] == ["stop", "para", "cancel", "silencio"]


def test_the_child_that_hears_them_instead_hears_those_of_the_language(
    jarvis: Jarvis, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_args: object) -> KeywordSpotter:
        raise EngineError("voice.no_keyword_network", en="None here.", es="No hay.", retryable=False)

    monkeypatch.setattr("jarvis.app.hearing.KeywordSpotter", missing)
    jarvis.settings.set("language", "es")
    spotter = parts(jarvis).stop_words()
    assert isinstance(spotter, SpotterWords)
    assert set(spotter._wanted.words) == {"para", "cancela", "silencio", "basta"}


def test_words_of_ones_own_need_the_child(jarvis: Jarvis, child: Child) -> None:
    jarvis.settings.set("voice.wake_words", "hey jarvis, computer")
    hearing = parts(jarvis)
    assert isinstance(hearing.wake(), WakeWords)
    hearing.warm()
    assert child.started == 1


def test_without_the_network_the_child_hears_stop_words(
    jarvis: Jarvis, child: Child, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def missing(*_args: object) -> KeywordSpotter:
        raise EngineError("voice.no_keyword_network", en="None here.", es="No hay.", retryable=False)

    monkeypatch.setattr("jarvis.app.hearing.KeywordSpotter", missing)
    hearing = parts(jarvis)
    assert isinstance(hearing.stop_words(), SpotterWords)
    hearing.warm()
    assert child.started == 1
    assert "None here." in caplog.text


def test_in_the_window_small_models_run_in_a_child_that_ends_with_jarvis(jarvis: Jarvis, tmp_path: Path) -> None:
    jarvis.models_apart = True
    hearing = parts(jarvis)
    assert isinstance(hearing.wake(), ChildWakeDetector)
    assert isinstance(hearing.activity(), ChildVoiceDetector)
    assert isinstance(hearing.stop_words(), ChildWordSpotter)
    assert hearing.notes("es") == []
    assert isinstance(jarvis.routing_room.encoder, ChildEncoder)
    (tmp_path / "home" / "models").mkdir(exist_ok=True)
    (tmp_path / "home" / "models" / "smart-turn-broken.onnx").write_text("no network")
    assert isinstance(hearing.judge(), RuleTurnJudge)
    confirmer = hearing.confirmer()
    assert confirmer is not None
    assert not confirmer.confirm(silence(2), "hey jarvis")
    (child,) = (one for one in psutil.Process().children() if "jarvis.app.small_models_child" in one.cmdline())
    jarvis.close()
    assert gone(child.pid)


@pytest.mark.parametrize("part", ["wake", "stop_words", "judge", "confirmer"])
def test_a_child_that_could_not_be_asked_now_is_no_reason_to_do_without(
    jarvis: Jarvis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    jarvis.models_apart = True
    (tmp_path / "home" / "models").mkdir(parents=True, exist_ok=True)
    (tmp_path / "home" / "models" / "smart-turn-v3.onnx").write_text("never opened")
    fails: list[EngineError] = [EngineError(STOPPED, en="It ended.", es="Acabó.")]

    def opened(kind: str, **_wanted: object) -> Model:
        raise fails[0]

    monkeypatch.setattr(jarvis.small_models, "open", opened)
    hearing = parts(jarvis)
    with pytest.raises(EngineError) as told:
        getattr(hearing, part)()
    assert told.value is fails[0]
    # What never can run is done without.
    fails[0] = EngineError("voice.small_model_unusable", en="No file.", es="No hay.", retryable=False)
    made = getattr(hearing, part)()
    assert made is None if part == "wake" else made is not None


def test_the_child_may_die_while_the_loop_is_built(jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch) -> None:
    jarvis.models_apart = True
    models, opened, killed = jarvis.small_models, jarvis.small_models._open, []

    def dying(life: ModelsLife, model: Model) -> None:
        if not killed:
            (child,) = (one for one in psutil.Process().children() if "jarvis.app.small_models_child" in one.cmdline())
            child.kill()
            killed.append(child.pid)
        opened(life, model)

    monkeypatch.setattr(models, "_open", dying)
    hearing = parts(jarvis)
    assert isinstance(hearing.wake(), ChildWakeDetector)
    assert isinstance(hearing.stop_words(), ChildWordSpotter)
    assert (len(killed), hearing.notes("en")) == (1, [])


def test_parts_that_are_closed_let_go_of_their_models(jarvis: Jarvis) -> None:
    jarvis.models_apart = True
    hearing = parts(jarvis)
    made = [hearing.wake(), hearing.activity(), hearing.confirmer(), hearing.stop_words(), hearing.judge()]
    assert len(jarvis.small_models._models) == 5
    hearing.close()
    assert list(jarvis.small_models._models) == []
    assert len(made) == 5


def test_a_look_that_fails_says_so_once_and_of_the_childs_end_never(
    jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch
) -> None:
    jarvis.models_apart = True
    confirmer = parts(jarvis).confirmer()
    assert confirmer is not None
    codes = iter([STOPPED, "voice.small_model_unusable", "voice.small_model_unusable", STOPPED])

    def failing(_look: ChildLook, _sound: bytes) -> float:
        raise EngineError(next(codes), en="It fails.", es="Falla.")

    monkeypatch.setattr(ChildLook, "score", failing)
    assert not confirmer.confirm(silence(2), "hey jarvis")
    with pytest.raises(EngineError, match="It fails"):
        confirmer.confirm(silence(2), "hey jarvis")
    assert not confirmer.confirm(silence(2), "hey jarvis")
    assert not confirmer.confirm(silence(2), "hey jarvis")
    assert next(codes, None) is None


def test_one_command_keeps_small_models_to_itself(jarvis: Jarvis) -> None:
    hearing = parts(jarvis)
    assert isinstance(hearing.wake_detector(), BothWakeDetectors | KeywordWakeDetector)
    assert isinstance(hearing.activity(), SileroVoiceDetector)
    assert isinstance(jarvis.routing_room.encoder, MiniLmEncoder)
    assert "small_models" not in jarvis.__dict__


def test_the_window_is_told_in_its_language_when_the_child_fails(
    jarvis: Jarvis, monkeypatch: pytest.MonkeyPatch
) -> None:
    jarvis.models_apart = True
    jarvis.settings.set("language", "es")
    events: list[VoiceEvent] = []
    loop = jarvis.speech.loop(events.append, speaker=SilentSpeaker())
    try:
        told = jarvis.small_models.on_trouble
        assert told is not None
        told(EngineError("voice.small_models_stopped", en="Stopped.", es="Parado."))
        assert VoiceTrouble(code="voice.small_models_stopped", sentence="Parado.") in events
    finally:
        loop.close()
