"""Texts as numbers, compared with the library that the model was trained with."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from jarvis.engines.encoder.minilm import package_folder
from jarvis.engines.encoder.wordpiece import WordPieces
from tests.engines.encoder.stand_in import model_folder

SETTLED = [
    code
    for code in range(1, 0x30000)
    if unicodedata.ucd_3_2_0.category(chr(code)) == unicodedata.category(chr(code)) not in {"Cn", "Cs"}
]
"""Characters that have been of one kind since Unicode 3.2, so that every library's tables agree on them."""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, WordPieces]:
    """The library's tokenizer and ours: of the package where it is installed, else of its stand-in."""
    folder = package_folder()
    if folder is None:
        folder = tmp_path_factory.mktemp("package")
        model_folder(folder)
    library = Tokenizer.from_file(str(folder / "tokenizer.json"))
    library.no_truncation()
    library.no_padding()
    return library, WordPieces(folder / "tokenizer.json")


def test_every_settled_character_gives_the_librarys_numbers(both: tuple[Any, WordPieces]) -> None:
    library, ours = both
    for start in range(0, len(SETTLED), 500):
        text = " ".join(f"a{chr(code)}b" for code in SETTLED[start : start + 500])
        assert ours.encode(text) == library.encode(text).ids, hex(SETTLED[start])


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(
        st.one_of(
            st.characters(max_codepoint=0x17F, categories=("L", "M", "N", "P", "S", "Z", "Cc")),
            st.sampled_from([chr(code) for code in SETTLED]),
        )
    )
)
@example("What's the 2nd-largest city in España, por favor?")
@example("unaffable [MASK] and [SEP]s[CLS]")
@example("a" * 101 + " " + "b" * 100)
@example("\u039f\u0394\u039f\u03a3 \u0130stanbul \ufb01n \u4e2d\u6587")
def test_texts_give_the_librarys_numbers(both: tuple[Any, WordPieces], text: str) -> None:
    library, ours = both
    assert ours.encode(text) == library.encode(text).ids


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("model", {"type": "BPE", "vocab": {}}),
        ("normalizer", {"type": "Sequence"}),
        ("normalizer", {"type": "BertNormalizer", "lowercase": False, "clean_text": True, "strip_accents": None}),
        ("normalizer", {"type": "BertNormalizer", "lowercase": True, "clean_text": True, "strip_accents": False}),
    ],
)
def test_tokenizers_of_another_kind_are_refused(tmp_path: Path, part: str, value: dict[str, object]) -> None:
    model_folder(tmp_path)
    file = tmp_path / "tokenizer.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), part: value}))
    with pytest.raises((ValueError, KeyError)):
        WordPieces(file)
