import os
import signal
import threading

import numpy as np
import pytest

from jarvis.contracts.errors import EngineError, InputError
from jarvis.engines.children.piper_voice import PIECE_SECONDS, PiperFileVoice, clauses
from jarvis.engines.speech.children import text_to_speech
from tests.fakes.mouth import described_voice, endless_piper_voice
from tests.fakes.speech_children import toy_piper_voice

LONG = "This sentence is said again and again. " * 400


def seconds(chunks) -> float:
    return sum(chunk.seconds for chunk in chunks)


def test_espeak_says_a_sentence_in_both_languages(espeak):
    english = list(espeak.synthesize("It is half past nine.", "en"))
    spanish = list(espeak.synthesize("Son las nueve y media.", "es"))
    assert 1.0 < seconds(english) < 3.0 and 1.0 < seconds(spanish) < 3.0
    loudness = np.abs(np.frombuffer(b"".join(chunk.pcm for chunk in english), "<i2")).max()
    assert loudness > 3000
    assert len(english) > 5, "sound must come in small pieces"


def test_rate_changes_the_length(espeak):
    slow = seconds(espeak.synthesize("One, two, three, four.", "en", rate=0.6))
    fast = seconds(espeak.synthesize("One, two, three, four.", "en", rate=1.8))
    assert slow > 1.7 * fast


def test_nothing_to_say_is_silent(espeak, start_child):
    assert list(espeak.synthesize("  \n", "en")) == []
    assert start_child.children[0].pid is None


def test_closing_stops_at_once_and_the_next_sentence_is_whole(espeak):
    whole = seconds(espeak.synthesize("Hello there.", "en"))
    sound = espeak.synthesize(LONG, "en")
    next(sound)
    sound.close()
    assert seconds(espeak.synthesize("Hello there.", "en")) == pytest.approx(whole, abs=0.1)


def test_a_sentence_that_nobody_listens_to_is_stopped_too(espeak):
    espeak.synthesize(LONG, "en").close()
    assert 0.3 < seconds(espeak.synthesize("Hello there.", "en")) < 3


def test_a_new_sentence_takes_over_from_an_unfinished_one(espeak):
    first = espeak.synthesize(LONG, "en")
    next(first)
    assert 0.3 < seconds(espeak.synthesize("Hello there.", "en")) < 3
    assert list(first) == []


def test_killed_child_is_reported_and_started_again(espeak, start_child):
    sound = espeak.synthesize(LONG, "en")
    next(sound)
    os.kill(start_child.children[0].pid, signal.SIGKILL)
    with pytest.raises(EngineError) as caught:
        list(sound)
    assert caught.value.code == "speech.stopped"
    assert "se vuelve a iniciar" in caught.value.sentence("es")
    assert seconds(espeak.synthesize("Hello again.", "en")) > 0.3


def test_info_names_the_basic_voice_in_both_languages(espeak):
    assert espeak.info("en").quality == "basic"
    assert espeak.info("en").note.startswith("Basic voice")
    assert espeak.info("es").note.startswith("Voz básica")


def test_piper_speaks_the_language_it_has_a_voice_for(start_child, tmp_path):
    path = toy_piper_voice(tmp_path / "en_US-toy-low.onnx")
    voice = text_to_speech(start_child=start_child, voices={"en": path, "es": None})
    english = list(voice.synthesize("This is the first sentence. This is the second sentence.", "en"))
    spanish = list(voice.synthesize("Hola.", "es"))
    assert {chunk.sample_rate for chunk in english} == {16000}
    assert max(chunk.seconds for chunk in english) <= PIECE_SECONDS, "it must come in small pieces"
    assert spanish[0].sample_rate == 22050
    assert (voice.info("en").engine, voice.info("es").engine) == ("piper", "espeak-ng")
    assert voice.info("en").note == ""
    fast = list(voice.synthesize("This is the first sentence. This is the second sentence.", "en", rate=2.0))
    assert seconds(fast) == pytest.approx(seconds(english) / 2, rel=0.01)


def test_a_new_sentence_breaks_into_the_computation_of_another(start_child, tmp_path):
    path = endless_piper_voice(tmp_path / "en_US-endless.onnx")
    voice = text_to_speech(start_child=start_child, voices={"en": path, "es": None})
    voice.warm()
    rest = []
    waiting = threading.Thread(target=lambda: rest.extend(voice.synthesize("This never comes.", "en")))
    waiting.start()
    waiting.join(0.3)
    assert seconds(voice.synthesize("Hola.", "es")) > 0.2
    waiting.join(60.0)
    assert not waiting.is_alive() and rest == []


def test_piper_is_stopped_before_during_and_between_its_pieces(tmp_path):
    voice = PiperFileVoice(endless_piper_voice(tmp_path / "en_US-endless.onnx"))
    taken = []
    voice.speak("Not wanted.", 1.0, taken.append, lambda: False)
    wanted = [True]

    def stop():
        wanted[0] = False
        voice.stop()

    threading.Timer(0.2, stop).start()
    voice.speak("Stopped in the middle.", 1.0, taken.append, lambda: wanted[0])
    assert taken == []
    toy = PiperFileVoice(toy_piper_voice(tmp_path / "en_US-toy.onnx"))
    toy.speak(
        "One sentence here. And there is another one.", 1.0, lambda pcm: taken.append(pcm) or len(taken) < 3, bool
    )
    toy.speak("One sentence here.", 1.0, lambda pcm: taken.append(pcm) or False, lambda: True)
    assert len(taken) == 1


def test_a_voice_that_would_fetch_models_is_refused(tmp_path):
    path = described_voice(toy_piper_voice(tmp_path / "zh_CN-toy.onnx"), phoneme_type="pinyin")
    with pytest.raises(EngineError) as caught:
        PiperFileVoice(path)
    assert caught.value.code == "speech.voice_broken" and "pinyin" in caught.value.sentence("en")


def test_a_voice_that_cannot_say_something_says_so(tmp_path):
    voice = PiperFileVoice(toy_piper_voice(tmp_path / "en_US-toy.onnx"))
    with pytest.raises(EngineError) as caught:
        voice.speak("Hello.", float("nan"), lambda pcm: True, lambda: True)
    assert caught.value.code == "speech.voice_failed" and "en_US-toy.onnx" in caught.value.sentence("es")


@pytest.mark.parametrize(
    "text", ["a [[b]] c", "nul\x00 here", "lone \ud800 half", "日本語 and עברית", "x" * 3000, "... ?!"]
)
def test_odd_text_does_no_harm(espeak, start_child, tmp_path, text):
    list(espeak.synthesize(text, "en"))
    path = toy_piper_voice(tmp_path / "en_US-toy.onnx")
    piper = text_to_speech(start_child=start_child, voices={"en": path})
    list(piper.synthesize(text, "en"))
    assert seconds(piper.synthesize("Hello there.", "en")) > 0.3
    assert seconds(espeak.synthesize("Hello there.", "en")) > 0.3


def test_broken_piper_voice_gives_way_visibly(start_child, tmp_path):
    path = tmp_path / "es_ES-broken.onnx"
    path.write_bytes(b"no model")
    (tmp_path / "es_ES-broken.onnx.json").write_text("{}")
    voice = text_to_speech(start_child=start_child, voices={"es": path})
    voice.warm()
    assert seconds(voice.synthesize("Hola, ¿qué tal?", "es")) > 0.3
    info = voice.info("es")
    assert (info.engine, info.quality) == ("espeak-ng", "basic")
    assert "es_ES-broken.onnx" in info.note and "voz básica" in info.note


def test_clauses_lose_nothing_and_begin_short():
    text = "The timer is set for ten minutes, and the second one is still running; it ends at noon. Anything else?"
    pieces = clauses(text)
    assert " ".join(pieces) == text
    assert pieces[0] == "The timer is set for ten minutes,"
    assert clauses("Yes. The timer rings at noon.") == ["Yes. The timer rings at noon."]


def test_network_service_speaks(server):
    voice = text_to_speech(start_child=None, voices={}, address=server.address)
    assert seconds(voice.synthesize("ten chars!", "en")) == pytest.approx(0.1)
    sound = voice.synthesize("x" * 500, "en")
    next(sound)
    sound.close()
    assert seconds(voice.synthesize("five.", "es")) == pytest.approx(0.05)
    assert "jarvis-stop-speaking" not in server.requests
    voice.close()


def test_network_service_reports_its_error(server):
    voice = text_to_speech(start_child=None, voices={}, address=server.address)
    server.fail_next = True
    with pytest.raises(EngineError, match=r"out of \{memory\}"):
        list(voice.synthesize("hello", "en"))
    assert seconds(voice.synthesize("hello", "en")) > 0
    voice.close()


def test_wrong_address_and_absent_service():
    with pytest.raises(InputError, match="tcp://host:port"):
        text_to_speech(start_child=None, voices={}, address="http://somewhere")
    voice = text_to_speech(start_child=None, voices={}, address="tcp://127.0.0.1:9")
    with pytest.raises(EngineError) as caught:
        list(voice.synthesize("hello", "en"))
    assert caught.value.code == "speech.unreachable"
