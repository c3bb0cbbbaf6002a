import pytest

from jarvis.contracts.errors import InputError
from jarvis.engines.speech.models import recognition_model, voice_file


def make(folder, name, size):
    model = folder / name
    model.mkdir(parents=True)
    (model / "model.bin").write_bytes(bytes(size))
    (model / "config.json").write_text("{}")
    return model


def test_the_largest_whisper_is_taken_and_other_folders_are_not(tmp_path):
    assert recognition_model(tmp_path / "absent", "") is None
    assert recognition_model(tmp_path, "") is None
    make(tmp_path, "whisper-tiny", 10)
    best = make(tmp_path, "whisper-base", 100)
    (tmp_path / "llm").mkdir()
    (tmp_path / "model.gguf").write_bytes(b"x")
    assert recognition_model(tmp_path, "") == best
    assert recognition_model(tmp_path, "whisper-tiny") == tmp_path / "whisper-tiny"
    with pytest.raises(InputError) as caught:
        recognition_model(tmp_path, "whisper-huge")
    assert "No existe" in caught.value.sentence("es")


def test_half_a_whisper_counts_so_that_it_is_reported(tmp_path):
    broken = tmp_path / "whisper-small"
    broken.mkdir()
    (broken / "config.json").write_text("{}")
    assert recognition_model(tmp_path, "") == broken


def test_voices_are_found_by_their_language(tmp_path):
    assert voice_file(tmp_path, "en", "") is None
    (tmp_path / "voices").mkdir()
    spanish = tmp_path / "voices" / "es_ES-davefx-medium.onnx"
    spanish.write_bytes(b"x")
    assert voice_file(tmp_path, "es", "") == spanish
    assert voice_file(tmp_path, "en", "") is None
    assert voice_file(tmp_path, "en", "voices/es_ES-davefx-medium.onnx") == spanish
    with pytest.raises(InputError):
        voice_file(tmp_path, "en", "nothing.onnx")
