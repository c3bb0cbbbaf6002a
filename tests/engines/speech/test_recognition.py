import json
import os
import signal
import time
from dataclasses import replace

import pytest

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import CommandGrammar, PartialWords, RecognitionHints
from jarvis.engines.speech.children import WhisperPlace, speech_to_text
from jarvis.engines.speech.command_files import command_files, fingerprint
from jarvis.engines.speech.connectors import TcpConnector
from jarvis.voice.dictating import KeptUtterance
from tests.fakes.recognition import COMMANDS, VOICE, hear, listener, say, small_grammar
from tests.fakes.speech import silence, synthetic_speech


def test_commands_are_accepted_and_other_speech_is_not(basic):
    for command in COMMANDS:
        heard = say(basic, command)
        assert (heard.text, heard.accepted, heard.language) == (command, True, "en")
    assert (heard.engine, heard.quality) == ("pocketsphinx", "basic")
    assert 1.0 < heard.audio_seconds < 4.0 and heard.compute_seconds > 0
    assert heard.segments[0].text == command
    for other in ("the children fell asleep in the car", "she always forgets her umbrella"):
        assert not say(basic, other).accepted
    assert not hear(basic, silence(1.5)).accepted
    assert not hear(basic, b"").accepted


def test_the_same_sound_is_heard_the_same_after_other_speech(basic):
    first = say(basic, "what time is it")
    say(basic, "read me my shopping list")
    again = say(basic, "what time is it")
    assert (first.text, first.confidence) == (again.text, again.confidence)


def test_a_pause_is_settled_and_speech_after_it_is_heard_too(basic):
    whole = say(basic, "set a timer for ten minutes")
    utterance = basic.open()
    utterance.feed(silence(0.3) + synthetic_speech("set a timer for ten minutes", VOICE) + silence(0.35))
    settled = utterance.settle()
    assert (settled.text, settled.accepted) == (whole.text, True)
    utterance.feed(silence(0.5))
    assert utterance.finish() == replace(
        settled, audio_seconds=settled.audio_seconds + 0.5, compute_seconds=settled.compute_seconds
    )
    broken = basic.open()
    spoken = synthetic_speech("set a timer for ten minutes", VOICE)
    broken.feed(silence(0.3) + spoken[: len(spoken) // 2])
    assert broken.settle().text != whole.text
    broken.feed(spoken[len(spoken) // 2 :] + silence(0.35))
    heard = broken.finish()
    assert (heard.text, heard.accepted, heard.confidence) == (whole.text, True, whole.confidence)
    assert basic.open().settle().text == ""


def test_an_abandoned_utterance_leaves_nothing_behind(basic):
    whole = say(basic, "cancel the timer")
    dropped = basic.open()
    dropped.feed(synthetic_speech("play the music", VOICE))
    dropped.abandon()
    never_ended = basic.open()
    never_ended.feed(synthetic_speech("play the music", VOICE))
    assert say(basic, "cancel the timer").confidence == whole.confidence


def test_spanish_is_refused_with_a_sentence_by_the_basic_recogniser(basic, start_child):
    with pytest.raises(EngineError) as caught:
        basic.open("es")
    assert caught.value.code == "speech.language"
    assert "no entiende español" in caught.value.sentence("es")
    assert start_child.children[0].pid is None
    assert "solo órdenes en inglés" in basic.info("es").note
    assert "English commands only" in basic.info("en").note


def test_killed_mid_utterance_is_reported_and_the_next_one_works(basic, start_child):
    utterance = basic.open()
    utterance.feed(synthetic_speech("what time is it", VOICE))
    os.kill(start_child.children[0].pid, signal.SIGKILL)
    start_child.children[0].wait_exit(5)
    utterance.feed(synthetic_speech("what time is it", VOICE))
    with pytest.raises(EngineError) as caught:
        utterance.finish()
    assert caught.value.code == "speech.stopped"
    assert say(basic, "what time is it").text == "what time is it"


def test_one_that_is_killed_mid_dictation_is_started_anew_and_hears_all_of_it(basic, start_child):
    whole = synthetic_speech("what time is it", VOICE)
    dictated = KeptUtterance(basic.open)
    dictated.feed(whole[: len(whole) // 2])
    os.kill(start_child.children[0].pid, signal.SIGKILL)
    start_child.children[0].wait_exit(5)
    dictated.feed(whole[len(whole) // 2 :])
    assert dictated.finish().text == "what time is it"


def test_a_recogniser_at_rest_starts_anew_and_one_that_listens_does_not(basic, start_child):
    assert basic.renew() and start_child.children[0].pid is None
    utterance = basic.open()
    first = start_child.children[0].pid
    utterance.feed(silence(0.3) + synthetic_speech("what time is it", VOICE) + silence(0.35))
    assert not basic.renew()
    assert utterance.finish().text == "what time is it"
    assert start_child.children[0].pid == first
    assert basic.renew()
    assert start_child.children[0].pid not in (None, first)
    assert say(basic, "cancel the timer").text == "cancel the timer"
    basic.open().abandon()
    assert basic.renew()
    basic.close()
    assert basic.renew() and start_child.children[0].state == "exited"


def test_command_files_are_made_once_per_version_of_the_sentences(tmp_path):
    made = []

    def grammar(knows):
        made.append(knows("timer") and not knows("zorgblatt"))
        return small_grammar()

    sentences, cache = tmp_path / "timers.yaml", tmp_path / "cache"
    sentences.write_text("one")
    first = command_files(cache, fingerprint([sentences]), grammar)
    assert command_files(cache, fingerprint([sentences]), grammar) == first
    assert made == [True]
    sentences.write_text("two")
    second = command_files(cache, fingerprint([sentences]), grammar)
    assert made == [True, True] and list(cache.iterdir()) == [second]


def test_a_full_disk_is_reported(tmp_path):
    (tmp_path / "cache").write_text("not a folder")
    with pytest.raises(EngineError) as caught:
        listener(tmp_path / "cache")
    assert caught.value.code == "speech.command_files" and "espacio" in caught.value.sentence("es")


def test_damaged_command_files_are_reported(start_child, tmp_path):
    recogniser = speech_to_text(
        start_child=start_child,
        commands=listener(tmp_path / "cache", CommandGrammar(automaton="nonsense", sentences=COMMANDS)),
    )
    with pytest.raises(EngineError) as caught:
        recogniser.warm()
    assert caught.value.code == "speech.command_files"


def test_whisper_tells_the_language_and_gives_segments(start_child, tmp_path, whisper_es):
    recogniser = speech_to_text(
        start_child=start_child,
        commands=listener(tmp_path / "cache"),
        whisper=WhisperPlace(folder=whisper_es, threads=1),
    )
    heard = say(recogniser, "some words of no importance at all")
    assert (heard.text, heard.language, heard.quality) == ("qué hora es", "es", "full")
    assert heard.accepted and heard.segments[0].text == "qué hora es"
    assert 0 < heard.segments[0].end_seconds <= heard.audio_seconds
    assert say(recogniser, "some words of no importance at all", "en").language == "en"
    assert recogniser.info().note == ""


def test_whisper_invents_nothing_in_silence(start_child, tmp_path, whisper_es):
    recogniser = speech_to_text(
        start_child=start_child,
        commands=listener(tmp_path / "cache"),
        whisper=WhisperPlace(folder=whisper_es, threads=1),
    )
    heard = hear(recogniser, silence(2))
    assert (heard.text, heard.accepted) == ("", False)


@pytest.mark.parametrize("damage", ["missing tokenizer", "short model", "bad tokenizer"])
def test_broken_whisper_folder_gives_way_visibly(start_child, tmp_path, whisper_es, damage):
    folder = tmp_path / "whisper-broken"
    folder.mkdir()
    for file in whisper_es.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    if damage == "missing tokenizer":
        (folder / "tokenizer.json").unlink()
    elif damage == "short model":
        (folder / "model.bin").write_bytes(b"\6\0\0\0")
    else:
        (folder / "tokenizer.json").write_text("{")
    recogniser = speech_to_text(
        start_child=start_child, commands=listener(tmp_path / "cache"), whisper=WhisperPlace(folder=folder)
    )
    assert say(recogniser, "what time is it").text == "what time is it"
    info = recogniser.info("en")
    assert (info.engine, info.quality) == ("pocketsphinx", "basic")
    assert "whisper-broken" in info.note and "incomplete or damaged" in info.note and "English commands" in info.note
    assert "incompleto o dañado" in recogniser.info("es").note


def test_network_service_recognises(server, start_child, tmp_path):
    recogniser = speech_to_text(start_child=start_child, commands=listener(tmp_path / "cache"), address=server.address)
    server.text, server.language = " enciende la luz ", "es"
    heard = hear(recogniser, silence(1.0), "es")
    assert (heard.text, heard.language, heard.accepted, heard.quality) == ("enciende la luz", "es", True, "full")
    assert server.heard_bytes == 32000
    server.text = ""
    assert not hear(recogniser, silence(0.1)).accepted
    recogniser.open().abandon()
    server.text = "yes"
    assert hear(recogniser, silence(0.1)).text == "yes"
    recogniser.close()


@pytest.mark.parametrize("says_transcript", [True, False])
def test_words_of_a_streaming_network_service_are_shown(server, start_child, tmp_path, says_transcript):
    server.streams, server.says_transcript = True, says_transcript
    recogniser = speech_to_text(start_child=start_child, commands=listener(tmp_path / "cache"), address=server.address)
    utterance = recogniser.open("en", RecognitionHints(words=("Ana", "Zaragoza"), before="hello"))
    utterance.feed(silence(0.1))
    deadline = time.monotonic() + 20
    while (partial := utterance.partial()) is None and time.monotonic() < deadline:
        time.sleep(0.005)
    assert partial == PartialWords(text="what", stable=4, language="en")
    assert utterance.partial() is None and utterance.settle() is None
    assert utterance.finish().text == "what time is it"
    assert server.asked["transcript_terms"] == ["Ana", "Zaragoza"] and "context" not in server.asked
    recogniser.close()


@pytest.mark.parametrize("extended", [False, True])
def test_a_service_on_another_machine_gets_no_private_words(server, start_child, tmp_path, monkeypatch, extended):
    monkeypatch.setattr("jarvis.engines.speech.connectors.is_this_host", lambda host: host != "127.0.0.1")
    recogniser = speech_to_text(start_child=start_child, commands=listener(tmp_path / "cache"), address=server.address)
    recogniser.warm()
    if extended:
        # It says of itself that it is one of our own.
        recogniser._preferred._service.facts = {"extended": True}
    hints = RecognitionHints(words=("Ana", "Firefox"), public=("Firefox",), before="Ana is my wife")
    utterance = recogniser.open("en", hints)
    deadline = time.monotonic() + 20
    while not server.asked and time.monotonic() < deadline:
        time.sleep(0.005)
    utterance.abandon()
    assert server.asked["transcript_terms"] == ["Firefox"]
    assert "Ana" not in json.dumps(server.asked)
    assert ("context" in server.asked) is extended
    recogniser.close()


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("[::1]", True),
        ("192.168.1.20", False),
        ("kitchen.local", False),
        ("localhost.example.org", False),
    ],
)
def test_only_a_loopback_address_is_surely_this_computer(host, here):
    assert TcpConnector(f"tcp://{host}:10300").on_this_computer is here


def test_absent_network_service_gives_way_visibly(start_child, tmp_path):
    recogniser = speech_to_text(
        start_child=start_child, commands=listener(tmp_path / "cache"), address="tcp://127.0.0.1:9"
    )
    recogniser.warm()
    assert recogniser.info().engine == "pocketsphinx"
    assert "tcp://127.0.0.1:9 does not answer" in recogniser.info().note
