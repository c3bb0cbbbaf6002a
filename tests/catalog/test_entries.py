"""Reading lists of models: what is accepted, and what is said of what is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.catalog.json_place import line_of
from jarvis.catalog.models import (
    LARGEST_BYTES,
    catalog_file,
    find_model,
    load_all,
    load_catalog,
    merged,
)
from jarvis.contracts.errors import InputError

VOICE: dict[str, Any] = {
    "id": "my-voice",
    "name": "My voice",
    "kind": "voice",
    "family": "piper",
    "about_en": "Mine",
    "about_es": "La mía",
    "licence": "MIT",
    "languages": ["en"],
    "abilities": ["speech"],
    "variants": [
        {
            "quantization": "F32",
            "format": "onnx",
            "repository": "me/voices",
            "files": [{"name": "mine.onnx", "bytes": 10}],
            "engines": ["piper"],
        }
    ],
}
CLOUD: dict[str, Any] = {
    **{key: value for key, value in VOICE.items() if key != "variants"},
    "kind": "text",
    "abilities": ["chat"],
    "provider": "openai",
    "api_model": "gpt-x",
}


def written(folder: Path, *models: dict[str, Any]) -> Path:
    """Write a list of `models`, one field a line, and return its path."""
    file = folder / "models.json"
    file.write_text(json.dumps({"models": list(models)}, indent=1), encoding="utf-8")
    return file


def complaint(file: Path) -> tuple[str, str]:
    """Return what loading `file` complains of, English first."""
    with pytest.raises(InputError) as caught:
        load_catalog(file)
    return caught.value.sentence("en"), caught.value.sentence("es")


def changed(**fields: Any) -> dict[str, Any]:
    """Return the voice with other fields; None takes one out."""
    return {key: value for key, value in {**VOICE, **fields}.items() if value is not None}


def variant_with(**fields: Any) -> dict[str, Any]:
    """Return the voice with other fields in its only variant."""
    return changed(variants=[{**VOICE["variants"][0], **fields}])


PRICE = {"input_usd": 1, "output_usd": 1, "on": "2026-11-01", "source": "https://x"}
FILE = "models[0] (my-voice).variants[0].files[0]"
SHAPE = "models[0] (my-voice).shape"


def shaped(**fields: int) -> dict[str, Any]:
    """Return the voice with a shape, `fields` of it changed."""
    sizes = dict.fromkeys(("layers", "embedding_length", "feed_forward_length", "head_size", "vocabulary"), 8)
    return changed(shape={"architecture": "x", "heads": 8, "kv_heads": 2, **sizes, **fields})


def test_a_model_of_ones_own_is_read(tmp_path: Path) -> None:
    (model,) = load_catalog(written(tmp_path, VOICE))
    assert (model.id, model.variants[0].bytes, model.about("es")) == ("my-voice", 10, "La mía")
    assert model.variant("f32") is model.variants[0]
    assert model.variant("Q4_K_M") is None
    assert not model.in_cloud


@pytest.mark.parametrize(
    ("model", "field", "english", "spanish"),
    [
        (changed(licence=None), "models[0] (my-voice).licence", "missing", "falta"),
        (changed(colour="red"), "models[0] (my-voice).colour", "no such field", "no existe"),
        (changed(kind="song"), "models[0] (my-voice).kind", '"voice"', 'elige "text"'),
        (changed(id="My Voice"), "models[0] (My Voice).id", "does not have the form", "no tiene la forma"),
        (changed(languages=[]), "models[0] (my-voice).languages", "must not be empty", "vacío"),
        (changed(context_tokens="much"), "models[0] (my-voice).context_tokens", "whole number", "número entero"),
        (changed(context_tokens=0), "models[0] (my-voice).context_tokens", "must be > 0", "debe ser > 0"),
        (changed(gated="perhaps"), "models[0] (my-voice).gated", "true or false", "true o false"),
        (changed(name=3), "models[0] (my-voice).name", "text in quotes", "entre comillas"),
        (changed(variants=[]), "models[0] (my-voice)", "needs `variants`", "necesita `variants`"),
        (changed(kind="text"), "models[0] (my-voice)", "needs `shape`", "necesita `shape`"),
        (changed(api_model="x"), "models[0] (my-voice)", "models in the cloud", "en la nube"),
        ({**CLOUD, "api_model": ""}, "models[0] (my-voice)", "needs `api_model`", "necesita `api_model`"),
        ({**CLOUD, "variants": VOICE["variants"]}, "models[0] (my-voice)", "has no `variants`", "no tiene `variants`"),
        (variant_with(repository="nowhere"), "models[0] (my-voice).variants[0].repository", "the form", "la forma"),
        (variant_with(engines=["steam"]), "models[0] (my-voice).variants[0].engines[0]", '"llama.cpp"', '"vllm"'),
        (
            variant_with(files=[{"name": "a", "bytes": -1}]),
            "models[0] (my-voice).variants[0].files[0].bytes",
            "too small",
            "muy poco",
        ),
        (
            {**CLOUD, "price": {"input_usd": 1, "output_usd": 1, "on": "soon", "source": "https://x"}},
            "models[0] (my-voice).price.on",
            "a day like",
            "un día como",
        ),
        (variant_with(files=[{"name": "a", "bytes": 10**13}]), FILE + ".bytes", "too much", "demasiado"),
        (variant_with(files=[{"name": "a" * 251, "bytes": 1}]), FILE + ".name", "at most 250", "como mucho 250"),
        (
            variant_with(files=[{"name": "a", "bytes": 1, "role": "config"}]),
            "models[0] (my-voice).variants[0]",
            "needs the role",
            "necesita el papel",
        ),
        (changed(variants=VOICE["variants"] * 2), "models[0] (my-voice)", "quantization f32", "cuantización f32"),
        (shaped(layers=1001), SHAPE + ".layers", "≤ 1000", "≤ 1000"),
        (shaped(vocabulary=10**8), SHAPE + ".vocabulary", "too much", "demasiado"),
        (shaped(head_size=10**7), SHAPE + ".head_size", "too much", "demasiado"),
        (shaped(experts=8), SHAPE, "belong together", "van juntos"),
        (shaped(experts=2, experts_used=3), SHAPE, "more than all 2", "más que los 2"),
        (shaped(kv_heads=3), SHAPE, "does not divide", "no divide"),
        (changed(context_tokens=10**9), "models[0] (my-voice).context_tokens", "too much", "demasiado"),
        (changed(parameters_billion=float("inf")), "models[0] (my-voice).parameters_billion", "finite", "finito"),
        (
            changed(scores=[{"benchmark": "X", "value": float("nan"), "source": "https://x"}]),
            "models[0] (my-voice).scores[0].value",
            "finite",
            "finito",
        ),
        (
            {**CLOUD, "price": {**PRICE, "input_usd": float("inf")}},
            "models[0] (my-voice).price.input_usd",
            "finite",
            "finito",
        ),
        (
            {**CLOUD, "price": {**PRICE, "tiers": [{"above_tokens": 9, "input_usd": 2}]}},
            "models[0] (my-voice).price.tiers[0]",
            "belong together",
            "van juntos",
        ),
        (changed(name="\ud800"), "file", "does not exist", "no existe"),
    ],
)
def test_the_field_and_what_is_allowed_are_named_in_both_languages(
    tmp_path: Path, model: dict[str, Any], field: str, english: str, spanish: str
) -> None:
    en, es = complaint(written(tmp_path, model))
    assert f", {field}: " in en
    assert f", {field}: " in es
    assert english in en
    assert spanish in es


def test_the_line_is_that_of_the_field(tmp_path: Path) -> None:
    file = written(tmp_path, VOICE, changed(id="other", kind="song"))
    lines = file.read_text(encoding="utf-8").splitlines()
    en, _ = complaint(file)
    number = lines.index('   "kind": "song",') + 1
    assert f"line {number}," in en


def test_a_line_is_found_behind_escapes_and_nesting() -> None:
    text = '{"a \\" }": [1, {"b": "]}"}],\n "c": [\n [], {},\n {"d": null,\n "e": 2}]}'
    assert line_of(text, ("c", 2, "e")) == 5
    assert line_of(text, ("c", 2, "gone")) == 4
    assert line_of(text, ("c", 9)) == 2
    assert line_of(text, ("c", "d")) == 2
    assert line_of(text, (0,)) == 1
    assert line_of('\n {"a": 1}', ()) == 2
    assert line_of('{"a": 1,\n "a": 2}', ("a",)) == 2


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_every_value_is_found_on_its_own_line(value: Any) -> None:
    text = json.dumps(value, indent=1)
    lines = text.splitlines()

    def check(path: tuple[str | int, ...], part: Any) -> None:
        line = lines[line_of(text, path) - 1].strip().removesuffix(",")
        begin = json.dumps(part, indent=1).splitlines()[0]
        label = f"{json.dumps(path[-1])}: " if path and isinstance(path[-1], str) else ""
        assert line == label + begin
        pairs = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        for key, inner in pairs:
            check((*path, key), inner)

    check((), value)


@settings(max_examples=200, deadline=None)
@given(st.integers(min_value=0), st.integers(min_value=0, max_value=255), st.booleans())
def test_a_damaged_list_is_read_or_refused_with_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, at: int, byte: int, cut: bool
) -> None:
    file = tmp_path_factory.getbasetemp() / "damaged.json"
    whole = json.dumps({"models": [VOICE, CLOUD | {"id": "cloud"}]}, indent=1).encode()
    at %= len(whole)
    file.write_bytes(whole[:at] if cut else whole[:at] + bytes([byte]) + whole[at + 1 :])
    try:
        load_catalog(file)
    except InputError as error:
        assert str(file) in error.sentence("en")
        assert error.sentence("es") != error.sentence("en")


def test_broken_json_names_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "models.json"
    file.write_text('{\n "models": [,]\n}', encoding="utf-8")
    en, es = complaint(file)
    assert "line 2, file: it is not valid JSON at column 13" in en
    assert "línea 2, file: no es JSON válido en la columna 13" in es


def test_hostile_json_is_refused_not_followed(tmp_path: Path) -> None:
    file = tmp_path / "models.json"
    file.write_text("[" * 100_000, encoding="utf-8")
    assert "nested too deeply" in complaint(file)[0]
    file.write_text('{"models": ' + "9" * 5000 + "}", encoding="utf-8")
    assert "too many digits" in complaint(file)[0]
    file.write_bytes(b'{"models":\n "\xff"}')
    assert "line 2" in complaint(file)[0]
    file.write_bytes(b" " * (LARGEST_BYTES + 1))
    assert str(LARGEST_BYTES) in complaint(file)[1]


def test_something_else_than_an_object_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "models.json"
    for text in ("[]", "null", "3", '"models"'):
        file.write_text(text, encoding="utf-8")
        assert "an object in { }" in complaint(file)[0]


def test_a_list_that_is_not_there_says_so(tmp_path: Path) -> None:
    en, es = complaint(tmp_path / "gone.json")
    assert "cannot be read" in en
    assert "No se puede leer" in es


def test_equal_ids_are_refused_with_both_lines(tmp_path: Path) -> None:
    file = written(tmp_path, VOICE, VOICE)
    first, second = [
        number
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if line == '   "id": "my-voice",'
    ]
    en, es = complaint(file)
    assert f"line {second}, models[1].id" in en
    assert f"already used on line {first}" in en
    assert f"la línea {first}" in es


def test_ones_own_list_adds_and_replaces_by_id(tmp_path: Path) -> None:
    own = written(tmp_path, VOICE, changed(id="whisper-base", about_en="My base"))
    result = merged(catalog_file(), own)
    assert result.added == ("my-voice",)
    assert result.replaced == ("whisper-base",)
    assert find_model(result.models, "whisper-base").about_en == "My base"
    assert result.models[-1].id == "my-voice"
    assert load_all(catalog_file(), own) == result.models
    assert len(result.models) == len(load_catalog(catalog_file())) + 1


def test_no_list_of_ones_own_is_the_normal_case(tmp_path: Path) -> None:
    assert load_all(catalog_file(), tmp_path / "models.json") == load_catalog(catalog_file())


def test_an_unknown_model_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"no model called llama-3\.2-8b.*llama-3\.1-8b"):
        find_model(load_catalog(catalog_file()), "llama-3.2-8b")
