"""Numbers as they are written in English and Spanish."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jarvis.desktop.resources_figures import compact, energy, memory, number, percent, seconds


@pytest.mark.parametrize(
    ("made", "en", "es"),
    [
        (lambda lang: number(1234.56, lang, 1), "1,234.6", "1.234,6"),
        (lambda lang: memory(0, lang), "0 MiB", "0 MiB"),
        (lambda lang: memory(1023, lang), "1,023 MiB", "1.023 MiB"),
        (lambda lang: memory(1536, lang), "1.5 GiB", "1,5 GiB"),
        (lambda lang: memory(2_048_000, lang), "2,000 GiB", "2.000 GiB"),
        (lambda lang: percent(None, lang), "—", "—"),
        (lambda lang: percent(99.5, lang), "100%", "100 %"),
        (lambda lang: energy(None, lang), "—", "—"),
        (lambda lang: energy(1.9e6, lang), "527.8 Wh", "527,8 Wh"),
        (lambda lang: energy(7.2e6, lang), "2.0 kWh", "2,0 kWh"),
        (lambda lang: seconds(0.456, lang), "0.46 s", "0,46 s"),
        (lambda lang: seconds(12.34, lang), "12.3 s", "12,3 s"),
        (lambda lang: seconds(None, lang), "—", "—"),
        (lambda lang: compact(9_999, lang), "9,999", "9.999"),
        (lambda lang: compact(20_000, lang), "20 k", "20 k"),
        (lambda lang: compact(1_250_000, lang), "1.2 M", "1,2 M"),
    ],
)
def test_figures(made: Callable[[str], str], en: str, es: str) -> None:
    assert (made("en"), made("es")) == (en, es)
