"""What an embedder behind the guard is handed."""

from __future__ import annotations

import pytest

from jarvis.contracts.errors import EngineError
from jarvis.guard.embedding import GuardedEmbedder
from jarvis.guard.redaction import PatternRedactor
from tests.fakes.memory import AwayEmbedder, HashedEmbedder

TEXTS = ["Write to ana.perez@example.com", "The roof leaks", "Ignacia wants tea"]
REDACTOR = PatternRedactor(lambda: ["Ignacia"])


def test_one_at_home_is_handed_everything_as_it_is() -> None:
    inner = HashedEmbedder()
    guarded = GuardedEmbedder(inner, REDACTOR, stays=lambda: True)
    assert len(guarded.embed(TEXTS)) == len(guarded.embed(TEXTS, query=True)) == 3
    assert inner.texts == TEXTS * 2 and guarded.info() is inner.info() and guarded.why_not("es") is None
    guarded.close()
    assert inner.closed == 1


def test_one_elsewhere_is_handed_no_personal_data() -> None:
    inner = AwayEmbedder()
    guarded = GuardedEmbedder(inner, REDACTOR, stays=lambda: False)
    assert len(guarded.embed(TEXTS)) == 3 and len(guarded.embed(TEXTS, query=True)) == 3
    handed = " ".join(inner.texts)
    assert "ana.perez" not in handed and "Ignacia" not in handed and inner.texts.count("The roof leaks") == 2


@pytest.mark.parametrize(("language", "words"), [("en", "are to stay here"), ("es", "deben quedarse aquí")])
def test_a_question_with_personal_data_stays_where_that_is_wanted(language: str, words: str) -> None:
    inner = AwayEmbedder()
    guarded = GuardedEmbedder(inner, REDACTOR, stays=lambda: True)
    with pytest.raises(EngineError) as raised:
        guarded.embed(["What does Ignacia want?"], query=True)
    assert words in raised.value.sentence(language)  # type: ignore[arg-type]
    assert inner.texts == []
    assert len(guarded.embed(["What leaks?"], query=True)) == 1
