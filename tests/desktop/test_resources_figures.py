"""Numbers as they are written in English and Spanish."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jarvis.desktop.resources_figures import compact, energy, memory, number, percent, seconds


@pytest.mark.parametrize(
    ("made", "en", "es"),
    [
        (lambda lang: number(1234.56, lang, 1), "1,234.6", "1.234,6"),
        (lambda lang: memory(0, lang), "0\u00a0MiB", "0\u00a0MiB"),
        (lambda lang: memory(1023, lang), "1,023\u00a0MiB", "1.023\u00a0MiB"),
        (lambda lang: memory(1536, lang), "1.5\u00a0GiB", "1,5\u00a0GiB"),
        (lambda lang: memory(2_048_000, lang), "2,000\u00a0GiB", "2.000\u00a0GiB"),
        (lambda lang: percent(None, lang), "—", "—"),
        (lambda lang: percent(99.5, lang), "100%", "100\u00a0%"),
        (lambda lang: energy(None, lang), "—", "—"),
        (lambda lang: energy(1.9e6, lang), "527.8\u00a0Wh", "527,8\u00a0Wh"),
        (lambda lang: energy(7.2e6, lang), "2.0\u00a0kWh", "2,0\u00a0kWh"),
        (lambda lang: seconds(0.456, lang), "0.46\u00a0s", "0,46\u00a0s"),
        (lambda lang: seconds(12.34, lang), "12.3\u00a0s", "12,3\u00a0s"),
        (lambda lang: seconds(None, lang), "—", "—"),
        (lambda lang: compact(9_999, lang), "9,999", "9.999"),
        (lambda lang: compact(20_000, lang), "20\u00a0k", "20\u00a0k"),
        (lambda lang: compact(1_250_000, lang), "1.2\u00a0M", "1,2\u00a0M"),
    ],
)
def test_figures(made: Callable[[str], str], en: str, es: str) -> None:
    assert (made("en"), made("es")) == (en, es)
