"""The bundled list of models: complete, consistent, and of sizes that its shapes explain."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel import Locale

from jarvis.catalog.entries import Ability, CatalogModel, Format, Shape, Variant
from jarvis.catalog.models import catalog_file, find_model, load_catalog
from jarvis.contracts.errors import LANGUAGES
from jarvis.engines.speech.children import BASIC_RECOGNITION
from jarvis.engines.speech.recognition import _unknown_language
from jarvis.placement.__main__ import schema_text
from jarvis.placement.entry_shape import shape_of_entry
from jarvis.placement.estimate import kv_bytes
from jarvis.placement.support_matrix import CLASSES, TASKS, suited, with_matrix, write_matrix
from tests.catalog.quantized_sizes import file_bytes, parameters

MODELS = load_catalog(catalog_file())
LOCAL = [model for model in MODELS if not model.in_cloud]
CLOUD = [model for model in MODELS if model.in_cloud]
VARIANTS = [(model, variant) for model in LOCAL for variant in model.variants]
README = catalog_file().with_name("README.md")

NAMED: dict[str, set[str]] = {
    "llama-3.3-70b": {"gguf", "awq"},
    "qwen2.5-32b": {"gguf", "awq"},
    "deepseek-r1-distill-qwen-14b": {"gguf", "compressed-tensors"},
    "deepseek-r1-distill-qwen-32b": {"gguf"},
    "llama-3.1-70b": {"gguf"},
    "llama-3.1-8b": {"gguf"},
    "llama-3.2-3b": {"gguf"},
    "llama-3.2-1b": {"gguf"},
    "qwen2.5-0.5b": {"gguf"},
    "qwen2.5-1.5b": {"gguf"},
    "qwen2.5-3b": {"gguf"},
    "qwen2.5-7b": {"gguf"},
    "qwen2.5-14b": {"gguf"},
    "qwen2.5-coder-7b": {"gguf"},
    "deepseek-coder-v2-lite": {"gguf"},
    "mistral-7b": {"gguf"},
    "mixtral-8x7b": {"gguf"},
    "mistral-small-3.2-24b": {"gguf"},
    "phi-3-mini": {"gguf"},
    "phi-4": {"gguf"},
    "phi-4-mini": {"gguf"},
    "orca-2-7b": {"gguf"},
    "starcoder2-3b": {"gguf"},
    "tinyllama-1.1b": {"gguf"},
    "gemma-2-2b": {"gguf"},
    "gemma-3-1b": {"gguf"},
    "gemma-3-4b": {"gguf"},
    "gemma-3-12b": {"gguf"},
    "gemma-3-27b": {"gguf"},
    "falcon3-7b": {"gguf"},
    "glm-4-9b": {"gguf"},
    "llava-1.6-mistral-7b": {"gguf"},
    "qwen2.5-vl-7b": {"gguf"},
    "qwen3-0.6b": {"gguf"},
    "qwen3-1.7b": {"gguf"},
    "qwen3-4b": {"gguf"},
    "qwen3-8b": {"gguf"},
    "qwen3-14b": {"gguf"},
    "qwen3-32b": {"gguf"},
    "qwen3-30b-a3b": {"gguf"},
    "gpt-oss-20b": {"gguf"},
    "gpt-oss-120b": {"gguf"},
    "whisper-tiny": {"ctranslate2"},
    "whisper-base": {"ctranslate2"},
    "whisper-small": {"ctranslate2"},
    "whisper-medium": {"ctranslate2"},
    "whisper-large-v3": {"ctranslate2"},
    "whisper-large-v3-turbo": {"ctranslate2"},
    "distil-large-v3": {"ctranslate2"},
    "bge-m3": {"gguf", "safetensors"},
    "multilingual-e5-small": {"safetensors"},
    "bge-reranker-v2-m3": {"safetensors"},
    "voice-en-lessac": {"onnx"},
    "voice-en-alan": {"onnx"},
    "voice-es-davefx": {"onnx"},
    "voice-es-sharvard": {"onnx"},
    "voice-es-claude": {"onnx"},
    "voice-es-ald": {"onnx"},
    "wake-hey-jarvis": {"bundled"},
    "gpt-4o": set(),
    "gpt-4o-mini": set(),
    "claude-sonnet-5.5": set(),
    "gemini-3.8-flash": set(),
    "command-r-plus": set(),
    "jamba-large": set(),
    "deepseek-flash": set(),
}
"""What the list must offer, and in which formats."""

ENGINES: dict[Format, set[str]] = {
    "gguf": {"llama.cpp", "ollama"},
    "awq": {"vllm"},
    "gptq": {"vllm"},
    "compressed-tensors": {"vllm"},
    "safetensors": {"sentence-transformers", "vllm"},
    "ctranslate2": {"faster-whisper"},
    "onnx": {"piper", "onnxruntime"},
    "bundled": {"bundled"},
}
SUFFIXES: dict[Format, str | tuple[str, ...]] = {
    "gguf": ".gguf",
    "awq": ".safetensors",
    "gptq": ".safetensors",
    "compressed-tensors": ".safetensors",
    "safetensors": (".safetensors", "pytorch_model.bin"),
    "ctranslate2": ".bin",
    "onnx": ".onnx",
    "bundled": ".tflite",
}
NEVER_PUBLISHED = {"llama-3.2-8b", "llama3.2-8b"}
"""Models that people speak of and that were never published."""


def named(value: object) -> str:
    """Return a test's name from a model or variant."""
    if isinstance(value, CatalogModel):
        return value.id
    return value.quantization if isinstance(value, Variant) else str(value)


def shaped() -> list[tuple[CatalogModel, Shape]]:
    """Return the local text models with their shapes."""
    return [(model, model.shape) for model in LOCAL if model.shape is not None]


@pytest.mark.parametrize(("identity", "formats"), NAMED.items())
def test_every_promised_model_is_there_in_its_formats(identity: str, formats: set[str]) -> None:
    assert formats <= {variant.format for variant in find_model(MODELS, identity).variants}


def test_there_is_no_model_that_was_never_published() -> None:
    assert not NEVER_PUBLISHED & {model.id for model in MODELS}


def test_every_ability_and_every_voice_language_has_a_model() -> None:
    wanted = set(Ability.__args__)  # type: ignore[attr-defined]
    assert wanted == {ability for model in LOCAL for ability in model.abilities}
    assert {"en", "es"} == {language for model in MODELS if model.kind == "voice" for language in model.languages}


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_texts_exist_in_both_languages_and_links_are_https(model: CatalogModel) -> None:
    assert model.about_en != model.about_es
    assert bool(model.notes_en) == bool(model.notes_es)
    assert not model.notes_en or model.notes_en != model.notes_es
    assert all(Locale.parse(language).language == language for language in model.languages)
    assert model.licence_url.startswith("https://")
    assert len(set(model.abilities)) == len(model.abilities)


@pytest.mark.parametrize("model", CLOUD, ids=named)
def test_a_cloud_model_has_a_dated_price(model: CatalogModel) -> None:
    assert model.price is not None
    assert model.price.output_usd >= model.price.input_usd > 0
    assert model.price.cached_input_usd is None or model.price.cached_input_usd < model.price.input_usd
    assert model.price.on.year >= 2026
    for tier in model.price.tiers:
        assert tier.input_usd is None or tier.input_usd > model.price.input_usd


def test_a_long_prompt_never_shows_less_than_is_billed() -> None:
    for model in CLOUD:
        assert model.price is not None
        named = re.search(r"(100|272),000", model.notes_en)
        assert bool(named) == bool(model.price.tiers), model.id
    haiku = find_model(MODELS, "claude-haiku-5.5").price
    assert haiku is not None and [(tier.above_tokens, tier.output_usd) for tier in haiku.tiers] == [(100_000, 2.5)]


def test_what_llama_cpp_cannot_load_or_caches_otherwise_is_not_listed_so() -> None:
    assert not [
        model.id for model, variant in VARIANTS if variant.repository == "TheBloke/Mixtral-8x7B-Instruct-v0.1-GGUF"
    ]
    lite = find_model(MODELS, "deepseek-coder-v2-lite")
    cache = kv_bytes(shape_of_entry(lite, lite.variants[0]), range(27), context=8192, kv_type="f16")
    assert cache == 2160 << 20
    starcoder = find_model(MODELS, "starcoder2-3b").shape
    assert starcoder is not None and starcoder.sliding_window is None


@pytest.mark.parametrize(
    ("identity", "said"),
    [
        ("voice-en-ryan", "NC"),
        ("voice-en-lessac", "Blizzard"),
        ("voice-en-amy", "model card"),
        ("voice-en-alan", "model card"),
        ("voice-es-claude", "Apache"),
        ("deepseek-r1-distill-llama-8b", "Llama 3.1"),
        ("qwen2.5-3b", "non-commercial"),
        ("qwen2.5-coder-3b", "non-commercial"),
    ],
)
def test_a_licence_that_is_not_free_is_named(identity: str, said: str) -> None:
    assert said in find_model(MODELS, identity).licence


def test_scores_of_another_version_are_not_shown_as_its_own() -> None:
    assert find_model(MODELS, "mistral-7b").scores == ()
    for identity in ("qwen3-4b-2507", "qwen3-30b-a3b-2507"):
        assert all(score.source.endswith("2507") for score in find_model(MODELS, identity).scores)
    assert "base model" in find_model(MODELS, "mixtral-8x7b").notes_en


def test_an_ollama_tag_names_the_same_quantization() -> None:
    """Tags without one follow Ollama's own choice, which is Q4_K_M only for models converted since 2024."""
    other = {"mixtral", "orca2", "tinyllama", "deepseek-coder-v2", "phi3", "llava", "mistral", "starcoder2", "gemma2"}
    for model, variant in VARIANTS:
        name = variant.ollama.partition(":")[0]
        assert name not in other or variant.ollama.lower().endswith(variant.quantization.lower()), model.id


@pytest.mark.parametrize(("model", "variant"), VARIANTS, ids=named)
def test_engines_and_files_fit_the_format(model: CatalogModel, variant: Variant) -> None:
    assert set(variant.engines) <= ENGINES[variant.format]
    weights = [file for file in variant.files if file.role == "weights"]
    assert weights
    assert all(file.name.endswith(SUFFIXES[variant.format]) for file in weights)
    assert len({file.name for file in variant.files}) == len(variant.files)
    assert not any(file.approximate and file.sha256 for file in variant.files)
    projector = [file for file in variant.files if file.role == "projector"]
    assert len(projector) == ("vision" in model.abilities)


@pytest.mark.parametrize(("model", "variant"), VARIANTS, ids=named)
def test_an_ollama_tag_stands_where_ollama_can_serve(model: CatalogModel, variant: Variant) -> None:
    assert bool(variant.ollama) == ("ollama" in variant.engines)
    assert not variant.ollama or re.fullmatch(r"[a-z0-9.\-]+:[a-zA-Z0-9._\-]+", variant.ollama)


def test_shards_are_listed_whole() -> None:
    for model, variant in VARIANTS:
        shards = [re.search(r"-(\d{5})-of-(\d{5})\.", file.name) for file in variant.files]
        numbers = [(int(found[1]), int(found[2])) for found in shards if found]
        assert [number for number, _ in numbers] == list(range(1, len(numbers) + 1)), model.id
        assert all(total == len(numbers) for _, total in numbers), model.id


@pytest.mark.parametrize(("model", "shape"), shaped(), ids=named)
def test_the_shape_has_as_many_parameters_as_published(model: CatalogModel, shape: Shape) -> None:
    assert model.parameters_billion == pytest.approx(parameters(shape) / 1e9, rel=0.04)
    assert (model.active_billion is None) == (shape.experts is None)
    assert shape.heads % shape.kv_heads == 0


@pytest.mark.parametrize(
    ("model", "variant"), [pair for pair in VARIANTS if pair[0].shape is not None and pair[0].kind == "text"], ids=named
)
def test_the_files_weigh_what_shape_and_quantization_give(model: CatalogModel, variant: Variant) -> None:
    assert model.shape is not None
    weights = [file for file in variant.files if file.role == "weights"]
    size = sum(file.bytes for file in weights)
    tolerance = 0.06 if any(file.approximate for file in weights) else 0.08
    expected = [file_bytes(model.shape, variant.quantization, own_output=own) for own in (False, True)]
    assert any(size == pytest.approx(each, rel=tolerance) for each in expected), (size, expected)


@pytest.mark.parametrize(
    ("identity", "quantization", "gigabytes"),
    [
        ("llama-3.3-70b", "Q4_K_M", 42.5),
        ("llama-3.3-70b", "AWQ", 39.8),
        ("qwen2.5-32b", "AWQ", 19.3),
        ("qwen2.5-32b", "Q4_K_M", 19.85),
        ("llama-3.1-8b", "Q4_K_M", 4.92),
        ("qwen3-14b", "Q8_0", 15.7),
    ],
)
def test_sizes_that_are_often_told_wrong(identity: str, quantization: str, gigabytes: float) -> None:
    variant = find_model(MODELS, identity).variant(quantization)
    assert variant is not None
    assert sum(file.bytes for file in variant.files if file.role == "weights") / 1e9 == pytest.approx(
        gigabytes, rel=0.01
    )


def test_sizes_told_beside_a_download_are_those_of_the_list() -> None:
    told = re.findall(r"jarvis models download ([\w.-]+)` \((\d+) MB\)", README.read_text(encoding="utf-8"))
    hearing = [_unknown_language("es").sentence(language) for language in LANGUAGES]
    hearing += [BASIC_RECOGNITION.note_en, BASIC_RECOGNITION.note_es]
    told += [("whisper-base", size) for note in hearing for size in re.findall(r"(\d+) MB", note)]
    assert len(told) >= 5
    for identity, size in told:
        (variant,) = find_model(MODELS, identity).variants
        assert round(sum(file.bytes for file in variant.files) / 1e6) == int(size), identity


def test_text_models_come_in_a_small_and_a_finer_quantization() -> None:
    for model, shape in shaped():
        offered = {variant.quantization for variant in model.variants}
        assert offered & {"Q4_K_M", "MXFP4"}, model.id
        small = (model.parameters_billion or 0) <= 14 and shape.experts is None and "vision" not in model.abilities
        if small and model.id != "deepseek-r1-distill-llama-8b":
            assert offered & {"Q8_0", "Q6_K", "Q5_K_M"}, model.id


def test_the_schema_beside_the_list_is_current_and_named_in_it() -> None:
    file = catalog_file().with_name("models.schema.json")
    assert file.read_text(encoding="utf-8") == schema_text(), "run: python -m jarvis.placement"
    assert '"$schema": "models.schema.json"' in catalog_file().read_text(encoding="utf-8")


def test_the_list_stays_readable() -> None:
    text = catalog_file().read_text(encoding="utf-8")
    assert len(text.encode()) < 400_000
    assert "\t" not in text
    assert all(len(line) < 500 for line in text.splitlines())


def test_every_class_of_machine_has_a_model_for_every_task() -> None:
    for machine in CLASSES:
        for task in TASKS:
            best = suited(MODELS, machine, task)
            assert best, (machine.name, task)
            assert all(variant.bytes < machine.bytes for _, variant in best)


def test_the_readme_shows_the_current_support_matrix() -> None:
    text = README.read_text(encoding="utf-8")
    assert with_matrix(text, MODELS) == text, "run: python -m jarvis.placement README.md"


def test_the_matrix_is_written_once(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- support-matrix:begin -->\n<!-- support-matrix:end -->\nafter\n", encoding="utf-8")
    assert write_matrix(readme)
    assert not write_matrix(readme)
    text = readme.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "qwen3-8b" in text
    readme.write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="unpack"):
        write_matrix(readme)
