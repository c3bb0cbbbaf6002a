"""Where in a text an address begins and ends, and which may be opened at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.desktop.addresses import LONGEST_BARE, link_address, mail_address, pieces_of, web_address


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://example.org", ["https://example.org"]),
        ("HTTPS://Example.org/A", ["HTTPS://Example.org/A"]),
        ("(https://example.org/a_(b))", ["https://example.org/a_(b)"]),
        ("«https://example.org/a», “www.example.org”", ["https://example.org/a", "www.example.org"]),
        ("¿https://example.org/a?", ["https://example.org/a"]),
        ("https://example.org/a?b=c!", ["https://example.org/a?b=c"]),
        ("http://localhost:8000/x http://192.168.0.1/", ["http://localhost:8000/x", "http://192.168.0.1/"]),
        ("https://españa.example/ñ", ["https://españa.example/ñ"]),
        ("one,https://a.example/,two", ["https://a.example/,two"]),
        ("one,https://a.example,two", []),
        ("https:// www. https://. www.x https://x", ["www.x"]),
        ("xhttps://example.org ftp://www.example.org a@www.example.org", []),
        ('<a href="https://example.org">', []),
        ("https://bank.example%2eevil.example", []),
        ("https://bank.example\u3002evil.example", []),
        ("https://bank.example\\@evil.example", []),
        ("https://example.org/\u200e", []),
        ("https://example.org/" + "x" * LONGEST_BARE, []),
    ],
)
def test_an_address_is_found_and_ends_where_the_sentence_goes_on(text: str, found: list[str]) -> None:
    assert [piece for piece, address in pieces_of(text) if address] == found


@given(st.text(alphabet="a.:/@()wh tps\u202e\u200b\"'-_%\u0430", max_size=60))
def test_nothing_of_a_text_is_lost_and_only_what_may_be_opened_is_found(text: str) -> None:
    pieces = list(pieces_of(text))
    assert "".join(piece for piece, _ in pieces) == text
    assert all(link_address(address) == address and address.endswith(piece) for piece, address in pieces if address)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("mailto:ann@example.org", True),
        ("MAILTO:ann@example.org,bob@example.org?subject=Tea&body=One%0ATwo&cc=c@example.org", True),
        ("mailto:", False),
        ("mailto:ann", False),
        ("mailto:ann@example.org?attachment=/etc/passwd", False),
        ("mailto:ann@example.org?X-Priority=1", False),
        ("mailto:ann@example.org?subject=a%0ABcc:eve@example.org", False),
        ("mailto:ann@example.org%0ABcc:eve@example.org", False),
        ("mailto:ann@bank.example@evil.example", False),
        ('mailto:"ann"@example.org', False),
        ("mailto:ann@example.org?subject=x#&attach=/etc/passwd", False),
        ("mailto:ann@example.org?subject=x;attach=/etc/passwd", False),
    ],
)
def test_a_mail_says_no_more_than_whom_what_about_and_what(text: str, allowed: bool) -> None:
    assert mail_address(text) == (text if allowed else None)


@pytest.mark.parametrize("text", ["https://example.org:99999/x", "https://example.org:0/x", "https://example.org:x/"])
def test_an_address_with_an_impossible_port_is_text(text: str) -> None:
    assert web_address(text) is None
    assert list(pieces_of(text)) == [(text, "")]


def test_an_endless_run_of_brackets_takes_no_time() -> None:
    text = "https://example.org/" + "(" * 20_000 + ")" * 200_000
    assert list(pieces_of(text)) == [(text, "")]
