"""Bounds of token counts from characters: English and Spanish alike, other scripts, code, and nonsense."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.engines.token_bounds import fewest_tokens, likely_tokens, most_tokens

ENGLISH = (
    "The quick brown fox jumps over the lazy dog. Routing that knows the physics of this machine is what we want, "
    "isn't it? Please explain it at length, with examples from history and science. "
)
SPANISH = (
    "El veloz murciélago hindú comía feliz cardillo y kiwi; la cigüeña tocaba el saxofón detrás del palenque de paja. "
    "¿Podrías explicármelo con más detalle, por favor? "
)
CODE = 'for i in range(10):\n    print(f"{i:>3} {a[i]!r}")\n\nclass Foo(Bar):\n    def go(self, x: int) -> None:\n'


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        (ENGLISH * 20, (801, 881)),
        (SPANISH * 20, (981, 1_301)),
        ("3.14159265358979323846264338327950288419716939937510 " * 20, (400, 1_060)),
        ("QmFzZTY0IGVuY29kaW5nIHNjaGVtZXMgYXJl+IGNvbW1vbmx5/IHVzZWQgd2hlbiB0aGVyZSBpcyBhIG5lZWQ=" * 20, (1_140, 1_240)),
        ("今天天气很好，我们去公园散步吧。请解释一下这个问题。" * 20, (300, 400)),
        ("Сегодня хорошая погода, давайте погуляем в парке. " * 20, (281, 342)),
        ("😀😃🎉👩‍👩‍👧‍👦🇪🇸🔥" * 40, (520, 1_240)),
        ("aB3$xY9! kL0 Zz " * 40, (481, 521)),
        ("a" * 2_000, (63, 250)),
        (" " * 500 + "\n" * 100, (9, 21)),
        ("", (0, 0)),
    ],
)
def test_what_published_tokenizers_counted_lies_between_the_bounds(text: str, tokens: tuple[int, int]) -> None:
    """English and Spanish: by seventeen vocabularies of 32,000 to 262,000; all else: by the five of 128,000 up."""
    fewest, most = tokens
    assert fewest_tokens(text) <= fewest
    assert most_tokens(text) >= most


@pytest.mark.parametrize(("text", "tokens"), [(ENGLISH, 41), (SPANISH, 53), (CODE, 43)])
def test_the_estimate_is_near_and_the_bounds_are_not_far(text: str, tokens: int) -> None:
    assert likely_tokens(text) == pytest.approx(tokens, rel=1 / 3)
    assert most_tokens(text) < 3.5 * tokens
    assert fewest_tokens(text) > tokens / 4


@given(st.text(max_size=300))
def test_the_bounds_are_in_order_and_no_token_is_shorter_than_a_byte(text: str) -> None:
    assert 0 <= fewest_tokens(text) <= max(len(text), 0)
    assert most_tokens(text) <= len(text.encode("utf-8", "replace"))
    assert fewest_tokens(text) <= most_tokens(text)


def test_lone_surrogates_count() -> None:
    assert most_tokens("\ud800 a") >= 1
