"""Which model answers, and the header that this is decided by."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.contracts.errors import EngineError
from jarvis.engines.gguf_file import needed_mib, read_gguf
from jarvis.engines.model_choice import choose_model

PLENTY_MIB = 100_000


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def gguf(path: Path, mib: int, *, architecture: str = "llama", kind: int = 1) -> Path:
    """Write a sparse file whose header says what a model's would: one tensor of `mib` MiB, 32 layers."""
    numbers = {"block_count": 32, "embedding_length": 4096, "attention.head_count": 32, "attention.head_count_kv": 8}
    entries = [_text("general.architecture") + struct.pack("<I", 8) + _text(architecture)]
    entries += [_text(f"{architecture}.{key}") + struct.pack("<II", 4, value) for key, value in numbers.items()]
    entries += [_text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 2) + _text("a") + _text("b")]
    block, size = {1: (1, 2), 12: (256, 144)}[kind]
    tensor = _text("t") + struct.pack("<IQIQ", 1, mib * (1 << 20) // size * block, kind, 0)
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(entries)) + b"".join(entries) + tensor
    path.parent.mkdir(exist_ok=True, parents=True)
    with path.open("wb") as file:
        file.write(head)
        file.truncate(len(head) + 64 + mib * (1 << 20))
    return path


def test_the_memory_of_a_model_is_weights_twice_where_repacked_plus_cache(tmp_path: Path) -> None:
    header = read_gguf(gguf(tmp_path / "a.gguf", 1000))
    assert (header.architecture, header.layers) == ("llama", 32)
    assert header.kv_bytes_per_token == 2 * 32 * 8 * 128 * 2
    assert header.memory_mib(4096) == pytest.approx(1000 + 512 + 35, abs=2)
    assert read_gguf(gguf(tmp_path / "q4.gguf", 1000, kind=12)).memory_mib(4096) == pytest.approx(2547, abs=2)


def test_the_largest_that_fits_is_taken(tmp_path: Path) -> None:
    for mib in (500, 3000, 9000):
        gguf(tmp_path / f"m{mib}.gguf", mib)
    for ram, expected in ((PLENTY_MIB, "m9000"), (8000, "m3000"), (3000, "m500")):
        path = choose_model(tmp_path, "", ram).path
        assert path is not None and path.stem == expected


def test_a_smaller_context_lets_a_larger_model_fit(tmp_path: Path) -> None:
    gguf(tmp_path / "small.gguf", 500)
    gguf(tmp_path / "large.gguf", 3000)
    names = [choose_model(tmp_path, "", 5100, context_tokens=tokens).path for tokens in (512, 8192)]
    assert [name.stem if name else None for name in names] == ["large", "small"]


def test_nothing_there_says_where_to_put_one(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        choice = choose_model(folder, "", PLENTY_MIB)
        assert choice.path is None and choice.why_not is not None
        assert choice.why_not.code == "engine.no_model"
        assert str(folder) in choice.why_not.sentence("es")


def test_nothing_that_fits_names_the_smallest_and_its_need(tmp_path: Path) -> None:
    gguf(tmp_path / "m3000.gguf", 3000)
    gguf(tmp_path / "m9000.gguf", 9000)
    why = choose_model(tmp_path, "", 2000).why_not
    assert why is not None and why.code == "engine.none_fits"
    assert "m3000" in why.sentence("es") and "500 MB" in why.sentence("es")


def test_helpers_of_models_and_broken_files_are_passed_over(tmp_path: Path) -> None:
    gguf(tmp_path / "mmproj.gguf", 900, architecture="clip")
    gguf(tmp_path / "embed.gguf", 900, architecture="bert")
    (tmp_path / "broken.gguf").write_bytes(b"GGUF")
    why = choose_model(tmp_path, "", PLENTY_MIB).why_not
    assert why is not None and why.code == "model.truncated"
    good = gguf(tmp_path / "sub" / "chat.gguf", 100)
    assert choose_model(tmp_path, "", PLENTY_MIB).path == good


def test_a_split_model_counts_as_one_and_only_when_whole(tmp_path: Path) -> None:
    first = gguf(tmp_path / "big-00001-of-00002.gguf", 1000)
    assert choose_model(tmp_path, "", PLENTY_MIB).path is None
    gguf(tmp_path / "big-00002-of-00002.gguf", 2000)
    assert choose_model(tmp_path, "", PLENTY_MIB).path == first
    assert needed_mib(first, read_gguf(first), 0) == pytest.approx(3035, abs=2)
    assert choose_model(tmp_path, "", 4000).path is None


def test_a_replaced_file_is_looked_at_again(tmp_path: Path) -> None:
    gguf(tmp_path / "m.gguf", 9000)
    assert choose_model(tmp_path, "", 3000).path is None
    gguf(tmp_path / "m.gguf", 500)
    assert choose_model(tmp_path, "", 3000).path == tmp_path / "m.gguf"


@pytest.mark.parametrize("setting", ["chosen", "chosen.gguf", " chosen.gguf ", "{folder}/chosen.gguf"])
def test_a_set_model_wins_over_size(tmp_path: Path, setting: str) -> None:
    gguf(tmp_path / "huge.gguf", 900)
    chosen = gguf(tmp_path / "chosen.gguf", 10)
    assert choose_model(tmp_path, setting.replace("{folder}", str(tmp_path)), PLENTY_MIB).path == chosen


def test_a_set_model_that_is_missing_is_not_replaced_by_another(tmp_path: Path) -> None:
    gguf(tmp_path / "other.gguf", 10)
    why = choose_model(tmp_path, "wanted", PLENTY_MIB).why_not
    assert why is not None and why.code == "engine.model_missing"
    assert "wanted" in why.sentence("es")


def test_a_set_path_that_does_not_exist_is_named_itself(tmp_path: Path) -> None:
    wanted = tmp_path / "elsewhere" / "wanted.gguf"
    why = choose_model(tmp_path / "models", str(wanted), PLENTY_MIB).why_not
    assert why is not None and why.code == "engine.model_missing"
    for sentence in (why.sentence("en"), why.sentence("es")):
        assert str(wanted) in sentence and str(tmp_path / "models") not in sentence


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_damage_to_a_header_is_an_engine_error_or_harmless(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = gguf(tmp_path_factory.mktemp("g") / "m.gguf", 1)
    content = bytearray(path.read_bytes()[:600])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, 450))] = data.draw(st.integers(0, 255))
    with path.open("r+b") as file:
        file.write(content)
        if data.draw(st.booleans()):
            file.truncate(data.draw(st.integers(0, 600)))
    try:
        assert read_gguf(path).memory_mib(4096) >= 0
    except EngineError as error:
        assert error.code.startswith("model.")
        assert "m.gguf" in error.sentence("es")
