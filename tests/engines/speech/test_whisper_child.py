"""The real child with real CTranslate2 models: canned words, or random weights of a real shape."""

import os
import signal
import subprocess
import sys
import threading
import time

import ctranslate2
import psutil
import pytest

from jarvis.contracts.errors import EngineError, InputError
from jarvis.contracts.placement import Decoding
from jarvis.contracts.speech import RecognitionHints
from jarvis.engines.children.moving_whisper import MovingWhisper
from jarvis.engines.children.whisper import GivenUp, WhisperDecoder, Window
from jarvis.engines.children.whisper_place import Place
from jarvis.engines.speech.children import ChildProgram, WhisperPlace, speech_to_text
from jarvis.engines.speech.wyoming_connection import import_wyoming
from tests.fakes.speech import silence, synthetic_speech
from tests.fakes.whisper_shapes import random_whisper

NO_COMMANDS = ChildProgram(module="jarvis.engines.children.recogniser", arguments=("--commands", "/nowhere"))
WORDS = synthetic_speech("some words of no importance at all", "en-us+f5")


@pytest.fixture(scope="session")
def toy_whisper(tmp_path_factory):
    return random_whisper(tmp_path_factory.mktemp("shapes") / "whisper-toy", "toy")


@pytest.fixture
def listening(start_child):
    made = []

    def make(folder, **where):
        facts = []
        recogniser = speech_to_text(
            start_child=start_child,
            commands=NO_COMMANDS,
            whisper=WhisperPlace(folder=folder, threads=1, **where),
            loaded=facts.append,
        )
        made.append(recogniser)
        return recogniser, facts

    yield make
    for recogniser in made:
        recogniser.close()


def feed(utterance, pcm):
    for start in range(0, len(pcm), 1024):
        utterance.feed(pcm[start : start + 1024])


def wait_for(look, seconds=20):
    deadline = time.monotonic() + seconds
    while (found := look()) is None and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


def test_words_come_while_they_are_spoken_at_a_pause_and_at_the_end(listening, whisper_es):
    recogniser, facts = listening(whisper_es)
    utterance = recogniser.open()
    feed(utterance, silence(0.3) + WORDS + silence(0.4))
    partial = wait_for(utterance.partial)
    assert (partial.text, partial.language) == ("qué hora es", "es")
    feed(utterance, silence(0.2))
    settled = utterance.settle()
    assert (settled.text, settled.language, settled.accepted) == ("qué hora es", "es", True)
    feed(utterance, silence(0.5))
    last = utterance.finish()
    assert (last.text, last.compute_seconds) == (settled.text, settled.compute_seconds)
    assert last.segments[0].end_seconds <= 0.3 + len(WORDS) / 32000 + 0.2
    (fact,) = facts
    assert fact["device"] == "CPU" and fact["compute_type"] == "int8" and fact["note"] is None
    assert fact["load_seconds"] > 0 and fact["window_seconds"] > 0 and psutil.pid_exists(fact["pid"])


def test_any_number_of_hints_fits_in_front_of_the_words(listening, toy_whisper):
    recogniser, _ = listening(toy_whisper)
    names = tuple(f"Zaragoza número {number}" for number in range(400))
    utterance = recogniser.open("es", RecognitionHints(words=names, before="buenos días " * 300))
    feed(utterance, silence(0.2) + WORDS + silence(0.2))
    assert utterance.finish().audio_seconds > 1.0
    decoder = WhisperDecoder(toy_whisper, Place(gpu=None, compute_type="int8"), threads=1)
    heard = decoder.decode(
        [Window(pcm=WORDS, speech_seconds=1.5)], choose=lambda _: "es", hints=(names, "buenos días " * 300), words=True
    )
    assert [one.language for one in heard] == ["es"]


def test_the_answers_of_a_dropped_utterance_are_never_taken_for_the_next_ones(listening, whisper_es):
    recogniser, _ = listening(whisper_es)
    dropped = recogniser.open()
    feed(dropped, WORDS)
    dropped.abandon()
    assert dropped.settle() is None and dropped.partial() is None
    never_ended = recogniser.open()
    feed(never_ended, WORDS)
    quiet = recogniser.open()
    feed(quiet, silence(1.0))
    assert quiet.settle().text == "" and quiet.finish().text == ""
    assert quiet.partial() is None


@pytest.mark.parametrize("asked", ["settle", "finish"])
def test_killed_in_the_middle_of_a_word_is_reported_and_the_next_one_works(listening, start_child, whisper_es, asked):
    recogniser, facts = listening(whisper_es)
    utterance = recogniser.open()
    feed(utterance, WORDS[: len(WORDS) // 2])
    os.kill(facts[0]["pid"], signal.SIGKILL)
    with pytest.raises(EngineError) as caught:
        getattr(utterance, asked)()
    assert caught.value.code == "speech.stopped" and "Repítelo" in caught.value.sentence("es")
    utterance.abandon()
    again = recogniser.open()
    feed(again, WORDS + silence(0.3))
    assert again.finish().text == "qué hora es"
    assert len(facts) == 2 and recogniser.info().engine == "faster-whisper"


def test_freed_memory_comes_back_with_the_next_utterance(listening, whisper_es):
    recogniser, facts = listening(whisper_es)
    recogniser.warm()
    recogniser.free()
    assert not psutil.pid_exists(facts[0]["pid"])
    utterance = recogniser.open()
    feed(utterance, WORDS + silence(0.3))
    assert utterance.finish().text == "qué hora es"


def test_memory_stays_flat_over_fifty_utterances(listening, whisper_es):
    recogniser, facts = listening(whisper_es)
    recogniser.warm()
    process = psutil.Process(facts[0]["pid"])
    held = []
    for number in range(50):
        utterance = recogniser.open()
        utterance.feed(silence(0.1) + WORDS + silence(0.2))
        utterance.settle()
        utterance.abandon() if number % 2 else utterance.finish()
        held.append(process.memory_info().rss)
    # A leak of one utterance's features (1 MB) or sound a time would show as 30 MB.
    assert max(held[-10:]) - max(held[10:20]) < 12_000_000


def test_spoilt_sound_is_borne(listening, whisper_es):
    recogniser, _ = listening(whisper_es)
    loudest = b"\xff\x7f\x00\x80" * 16000
    offset = b"\x00\x40" * 32000
    for sound in (loudest, offset, b"\x01", b"", silence(0.01)):
        utterance = recogniser.open()
        utterance.feed(sound)
        utterance.settle()
        assert utterance.finish().audio_seconds >= 0.0
    utterance = recogniser.open()
    feed(utterance, WORDS + silence(0.3))
    assert utterance.finish().accepted


def test_a_long_recording_comes_in_pieces_in_order(listening, toy_whisper):
    recogniser, _ = listening(toy_whisper)
    utterance = recogniser.open("en")
    feed(utterance, (WORDS + silence(0.6)) * 20)
    heard = utterance.finish()
    assert len(heard.segments) >= 2
    ends = [0.0, *(segment.end_seconds for segment in heard.segments)]
    assert all(
        before <= segment.start_seconds <= segment.end_seconds
        for before, segment in zip(ends, heard.segments, strict=False)
    )
    assert ends[-1] <= heard.audio_seconds


def test_a_gpu_that_is_not_there_is_told_and_the_processor_takes_over(listening, whisper_es):
    if ctranslate2.get_cuda_device_count():
        pytest.skip("there is a GPU here")
    recogniser, facts = listening(whisper_es, device="cuda:1")
    utterance = recogniser.open()
    feed(utterance, WORDS + silence(0.3))
    assert utterance.finish().text == "qué hora es"
    assert (facts[0]["device"], facts[0]["no_room"], recogniser.info().device) == ("CPU", False, "CPU")
    assert "on the processor: GPU 1 cannot be used" in recogniser.info("en").note
    assert "la GPU 1 no se puede usar" in recogniser.info("es").note


def test_the_child_computes_as_the_plan_says_and_tells_it(listening, whisper_es):
    recogniser, facts = listening(whisper_es, decoding=Decoding(compute_type="float32", beam=3))
    assert (recogniser.info().device, recogniser.info().decoding) == ("", "")
    recogniser.warm()
    assert (facts[0]["compute_type"], facts[0]["beam"], facts[0]["type_note"]) == ("float32", 3, None)
    info = recogniser.info("es")
    assert (info.device, info.decoding, info.note) == ("CPU", "float32, haz de 3", "")
    utterance = recogniser.open()
    feed(utterance, WORDS + silence(0.3))
    assert utterance.finish().text == "qué hora es"
    recogniser.free()
    assert recogniser.info("es").decoding == ""


def test_without_a_plan_the_child_takes_the_best_of_its_device(listening, toy_whisper):
    recogniser, facts = listening(toy_whisper)
    recogniser.warm()
    assert (facts[0]["compute_type"], facts[0]["beam"], facts[0]["type_note"]) == ("int8", 1, None)
    assert recogniser.info().decoding == "int8, beam 1"


def test_a_type_that_the_device_cannot_do_is_told_and_the_next_one_used(listening, whisper_es):
    if "float16" in ctranslate2.get_supported_compute_types("cpu"):
        pytest.skip("this processor computes in float16")
    recogniser, facts = listening(whisper_es, decoding=Decoding(compute_type="float16", beam=2))
    utterance = recogniser.open()
    feed(utterance, WORDS + silence(0.3))
    assert utterance.finish().text == "qué hora es"
    assert (facts[0]["compute_type"], facts[0]["beam"], facts[0]["note"]) == ("int8", 2, None)
    english, spanish = recogniser.info("en"), recogniser.info("es")
    assert (english.device, english.decoding) == ("CPU", "int8, beam 2")
    assert "The processor cannot compute in float16 as planned, so speech is recognised in int8" in english.note
    assert "El procesador no puede calcular en float16 como estaba previsto" in spanish.note


def test_what_is_given_reaches_ctranslate2(toy_whisper, monkeypatch):
    asked, generate = [], ctranslate2.models.Whisper.generate

    def recorded(model, *arguments, **options):
        asked.append((model.compute_type, options["beam_size"]))
        return generate(model, *arguments, **options)

    monkeypatch.setattr(ctranslate2.models.Whisper, "generate", recorded)
    for compute_type, beam, used in (("float32", 4, "float32"), ("int8", 2, "int8_float32")):
        asked.clear()
        MovingWhisper(toy_whisper, compute_type=compute_type, beam=beam, threads=1)
        assert set(asked) == {(used, beam)}


class Card(WhisperDecoder):
    """A GPU that is none; computes what is in `able`, and what cuBLAS says of everything else."""

    able = ()
    tried = ()

    def __init__(self, folder, place, *, beam, threads):
        self.tried.append((place.name, place.compute_type, beam))
        super().__init__(folder, Place(gpu=None, compute_type="int8"), beam=beam, threads=threads)
        self.place = place

    def decode(self, windows, **how):
        if self.place.gpu is not None and self.place.compute_type not in self.able:
            raise RuntimeError("cuBLAS failed with status CUBLAS_STATUS_NOT_SUPPORTED")
        return super().decode(windows, **how)


def test_a_gpu_without_8_bit_products_recognises_in_16_bit_and_says_so(toy_whisper, monkeypatch):
    monkeypatch.setattr(Card, "tried", [])
    monkeypatch.setattr(Card, "able", ("float16", "float32"))
    moving = MovingWhisper(toy_whisper, gpu=0, compute_type="int8_float16", beam=5, threads=1, load=Card)
    assert Card.tried == [("GPU 0", "int8_float16", 5), ("GPU 0", "float16", 5)]
    assert (moving.place.name, moving.decoding, moving.note) == (
        "GPU 0",
        Decoding(compute_type="float16", beam=5),
        None,
    )
    assert moving.type_note[0].startswith("GPU 0 cannot compute in int8_float16 as planned, so speech is recognised in")
    assert moving.type_note[1].startswith("La GPU 0 no puede calcular en int8_float16 como estaba previsto")


def test_a_gpu_that_computes_in_nothing_leaves_it_to_the_processor_in_its_own_way(toy_whisper, monkeypatch):
    monkeypatch.setattr(Card, "tried", [])
    moving = MovingWhisper(toy_whisper, gpu=1, compute_type="int8_float32", beam=7, threads=1, load=Card)
    order = ("int8_float32", "int8_float16", "float16", "float32")
    assert Card.tried == [*(("GPU 1", each, 7) for each in order), ("CPU", "int8", 1)]
    assert (moving.place.name, moving.type_note) == ("CPU", None)
    assert "GPU 1 cannot be used" in moving.note[0] and "NOT_SUPPORTED" in moving.note[1]


def test_work_is_given_up_between_its_steps(toy_whisper):
    decoder = WhisperDecoder(toy_whisper, Place(gpu=None, compute_type="int8"), threads=1)
    window = Window(pcm=WORDS, speech_seconds=1.5)
    looks = iter([False, False, True])
    with pytest.raises(GivenUp):
        decoder.decode([window], choose=lambda _: "en", stale=lambda: next(looks))
    assert next(looks, None) is None
    together = decoder.decode([window, Window(pcm=WORDS[:32000], speech_seconds=0.9)], choose=lambda _: "es")
    assert [one.language for one in together] == ["es", "es"]


def test_a_folder_without_the_bands_of_its_features_is_understood(tmp_path):
    folder = random_whisper(tmp_path / "whisper-large", "toy-128", "turn it off")
    (folder / "preprocessor_config.json").unlink()
    decoder = WhisperDecoder(folder, Place(gpu=None, compute_type="int8"), threads=1)
    (heard,) = decoder.decode([Window(pcm=WORDS, speech_seconds=1.5)], choose=lambda _: "en", words=True)
    assert (heard.text, heard.accepted, len(heard.words)) == ("turn it off", True, 3)


def test_a_gpu_that_runs_full_moves_the_model_and_loses_no_words(whisper_es):
    class Full(WhisperDecoder):
        full = False

        def __init__(self, folder, place, *, beam, threads):
            super().__init__(folder, Place(gpu=None, compute_type="int8"), beam=beam, threads=threads)
            self.place = place

        def decode(self, windows, **how):
            if self.place.gpu is not None and Full.full:
                raise RuntimeError("CUDA failed with error out of memory")
            return super().decode(windows, **how)

    moving = MovingWhisper(whisper_es, gpu=1, compute_type="int8", threads=1, load=Full)
    assert (moving.place.name, moving.note, moving.batch) == ("GPU 1", None, 8)
    Full.full = True
    (heard,) = moving.decode([Window(pcm=WORDS, speech_seconds=1.5)], choose=lambda _: "es")
    assert heard.text == "qué hora es" and moving.place.name == "CPU"
    assert "no queda sitio" in moving.note[1] and moving.no_room


def test_a_port_of_this_computer_serves_several_at_once(whisper_es, start_child, tmp_path):
    command = [sys.executable, "-m", "jarvis.engines.children.recogniser", "--whisper", str(whisper_es)]
    service = subprocess.Popen(
        [*command, "--threads", "1", "--listen", "tcp://127.0.0.1:0"], stdout=subprocess.PIPE, text=True
    )
    try:
        address = service.stdout.readline().strip()
        ears = [speech_to_text(start_child=start_child, commands=NO_COMMANDS, address=address) for _ in range(2)]
        heard = {}

        def listen(number):
            utterance = ears[number].open("es" if number else None)
            feed(utterance, WORDS + silence(0.3))
            heard[number] = (utterance.settle().text, utterance.finish().text)

        threads = [threading.Thread(target=listen, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert heard == dict.fromkeys(range(2), ("qué hora es", "qué hora es"))
        for ear in ears:
            ear.close()
    finally:
        service.kill()
        service.wait(10)
        service.stdout.close()


@pytest.mark.parametrize("address", ["tcp://0.0.0.0:1", "http://127.0.0.1:1", "tcp://127.0.0.1", "tcp://127.0.0.1:x"])
def test_only_ports_of_this_computer_are_served(address):
    import_wyoming()
    from jarvis.engines.children.recogniser_port import loopback

    with pytest.raises(InputError) as caught:
        loopback(address)
    assert "no es un puerto de este equipo" in caught.value.sentence("es")
    assert loopback("tcp://localhost:10300") == ("localhost", 10300)


@pytest.mark.skipif(not ctranslate2.get_cuda_device_count(), reason="needs an NVIDIA GPU")
def test_on_a_gpu_it_recognises_there_and_gives_the_memory_back(listening, tmp_path_factory):
    folder = random_whisper(tmp_path_factory.mktemp("shapes") / "whisper-base", "base")
    recogniser, facts = listening(folder, device="cuda:0")
    utterance = recogniser.open("en")
    feed(utterance, WORDS + silence(0.3))
    utterance.settle()
    assert utterance.finish().audio_seconds > 1.0
    assert facts[0]["device"] == "GPU 0" and facts[0]["note"] is None
    assert facts[0]["compute_type"] in {"int8_float16", "int8", "float16"}
    assert facts[0]["window_seconds"] < 1.0
    recogniser.free()
    assert not psutil.pid_exists(facts[0]["pid"])
