"""What is found and what stays, kind by kind, English and Spanish, and in disguise."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.contracts.guard import FindingKind
from jarvis.guard import redaction as redaction_module
from jarvis.guard.redaction import PatternRedactor
from tests.guard.ordinary import ordinary_sentences
from tests.guard.personal_data import CONTACTS, MAKERS, sentence

FOLDER = Path(__file__).parent
"""`found.txt` has a text and the values in it per line, `stays.txt` texts without personal data."""
REDACTOR = PatternRedactor(lambda: CONTACTS)

FOUND: list[tuple[FindingKind, str, str]] = [
    ("email", "my email is john.doe@example.com please", "john.doe@example.com"),
    ("email", "escríbeme a maría.lópez+x@correo.es.", "maría.lópez+x@correo.es"),
    ("email", "Write to ana99@mail.com. Then call me", "ana99@mail.com"),
    ("email", "send it to john dot smith at gmail dot com", "john dot smith at gmail dot com"),
    ("email", "mándalo a juan punto perez arroba gmail punto com", "juan punto perez arroba gmail punto com"),
    ("email", "reach me: jane (at) mail (dot) com", "jane (at) mail (dot) com"),
    ("email", "juan(a)empresa.es", "juan(a)empresa.es"),
    ("email", '"john smith"@example.com wrote', '"john smith"@example.com'),
    ("email", "john%40example.com", "john%40example.com"),
    ("email", "ｊｏｈｎ＠ｅｘａｍｐｌｅ．ｃｏｍ", "ｊｏｈｎ＠ｅｘａｍｐｌｅ．ｃｏｍ"),
    ("phone", "call me at 612 345 678", "612 345 678"),
    ("phone", "mi número es 612345678", "612345678"),
    ("phone", "el fijo es 91 123 45 67", "91 123 45 67"),
    ("phone", "6 12 34 56 78", "6 12 34 56 78"),
    ("phone", "0034 612 345 678", "0034 612 345 678"),
    ("phone", "(555) 123-4567", "(555) 123-4567"),
    ("phone", "call 555-1234", "555-1234"),
    ("phone", "ring 020 7946 0958", "020 7946 0958"),
    ("phone", "+44 20 7946 0958 is mine", "+44 20 7946 0958"),
    ("phone", "６１２３４５６７８", "６１２３４５６７８"),
    ("phone", "612\u200b345\u200b678", "612\u200b345\u200b678"),
    ("phone", "612–345–678", "612–345–678"),
    ("phone", "612\n345\n678", "612\n345\n678"),
    ("phone", "612345678 es mi teléfono", "612345678"),
    (
        "phone",
        "mi teléfono es seis doce treinta y cuatro cincuenta y seis setenta y ocho",
        "seis doce treinta y cuatro cincuenta y seis setenta y ocho",
    ),
    ("phone", "dial five five five one two three four", "five five five one two three four"),
    ("phone", '{"body": "Tel\\n612345678\\n"}', "612345678"),
    ("email", '{"from": "juan\\u0040correo.es"}', "juan\\u0040correo.es"),
    ("card", "4111 1111 1111 1111", "4111 1111 1111 1111"),
    ("card", "378282246310005", "378282246310005"),
    ("card", "mi tarjeta es 4111 1111 1111 1112", "4111 1111 1111 1112"),
    ("card", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"),
    ("iban", "ES91 2100 0418 4502 0005 1332", "ES91 2100 0418 4502 0005 1332"),
    ("iban", "gb82west12345698765432 please", "gb82west12345698765432"),
    ("iban", "my IBAN is DE89 3704 0044 0532 0130 01", "DE89 3704 0044 0532 0130 01"),
    ("dni", "12345678Z", "12345678Z"),
    ("dni", "12.345.678-Z", "12.345.678-Z"),
    ("dni", "mi DNI es 12345678", "12345678"),
    ("dni", "DNI 12345678 a", "12345678 a"),
    ("nie", "X1234567L", "X1234567L"),
    ("nie", "y-1234567-x", "y-1234567-x"),
    ("nif", "A58818501", "A58818501"),
    ("nif", "CIF: b-12345678", "b-12345678"),
    ("passport", "pasaporte AAB123456", "AAB123456"),
    ("passport", "my passport number is 123456789", "123456789"),
    ("ssn", "123-45-6789", "123-45-6789"),
    ("ssn", "social security number 123456789", "123456789"),
    ("ip", "192.168.1.34:8080", "192.168.1.34"),
    ("ip", "192[.]168[.]1[.]34", "192[.]168[.]1[.]34"),
    ("ip", "2001:db8::ff00:42:8329", "2001:db8::ff00:42:8329"),
    ("ip", "fe80::1", "fe80::1"),
    (
        "secret",
        "sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789",
        "sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789",
    ),
    ("secret", "AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ("secret", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("secret", "password: hunter2", "hunter2"),
    ("secret", "my password is hunter and that is all", "hunter"),
    ("secret", "la contraseña del wifi es Casa2024!", "Casa2024!"),
    ("secret", "my pin is 1234", "1234"),
    ("secret", "api key: 3f9a8b7c6d5e4f3a2b1c", "3f9a8b7c6d5e4f3a2b1c"),
    ("secret", "postgres://admin:s3cret@localhost/x", "admin:s3cret"),
    ("secret", "cambia la contraseña a Gato1234", "Gato1234"),
    ("name", "what did marta ruiz ortega say", "marta ruiz ortega"),
    ("name", "IÑAKI's birthday", "IÑAKI"),
    ("name", "el cumple de jose angel pena", "jose angel pena"),
    ("name", "tell Siobhan", "Siobhan"),
]


@pytest.mark.parametrize(("kind", "text", "value"), FOUND)
def test_found(kind: str, text: str, value: str) -> None:
    found = REDACTOR.findings(text)
    assert [(finding.kind, text[finding.start : finding.end]) for finding in found] == [(kind, value)]


STAYS = """
set a timer for 612 345 678 seconds
what is 612345678 plus 3
2 + 34612345678
¿dónde está mi pedido 987654321?
is 6084271124 a prime number?
call me on 2026-11-21 at 10:30
llámame el 21/11/2026 a las 10:30
remind me to call in 30 minutes
version 1.2.3.4 of the driver
255.255.255.0 on 127.0.0.1
std::vector, fe::ad and 12:30:45
look at google dot com
react@18.2.0 broke
the resolution is 1920x1080
40.416775, -73.7037901
0.612345678
convert 12345678 m to km
1450–1750 C.E. was the age
population 678 901 234 people
12345678A
order A58818501 arrived
1234 5678 9012 3456
978-84-376-0494-7
what is a password manager
my password is not working
la clave es tener paciencia
la contraseña es muy corta
the token limit is 4096
the secret to happiness is love
is my password secure?
count one two three four five six seven eight nine ten
at 10 p.m. and wakes up at 6 a.m. and goes on
cuánto es 1507295486 más 236223119
will it rain
the ratio is 16:9 and costs $1,234,567.89
d41d8cd98f00b204e9800998ecf8427e
""".strip().splitlines()


@pytest.mark.parametrize("text", STAYS)
def test_stays(text: str) -> None:
    assert REDACTOR.findings(text) == ()


def test_all_kinds_in_thousands_of_sentences() -> None:
    rng = random.Random(20261121)
    missed = []
    for kind in MAKERS:
        for _ in range(250):
            text, value = sentence(rng, kind)
            start, end = text.index(value), text.index(value) + len(value)
            if not any(found.start <= start and found.end >= end for found in REDACTOR.findings(text)):
                missed.append((kind, text))
    assert missed == []


def test_what_people_write_is_found() -> None:
    missed = []
    for line in (FOLDER / "found.txt").read_text(encoding="utf-8").splitlines():
        text, *values = line.replace("\\n", "\n").split("|")
        found = REDACTOR.findings(text)
        for value in values:
            start, end = text.index(value), text.index(value) + len(value)
            if not any(finding.start <= start and finding.end >= end for finding in found):
                missed.append((text, value))
    assert missed == []


def test_ordinary_sentences_stay_whole() -> None:
    written = (FOLDER / "stays.txt").read_text(encoding="utf-8").splitlines()
    wrong = [text for text in written if PatternRedactor().findings(text)]
    assert len(written) > 450
    assert len(wrong) < len(written) / 100, wrong
    texts = ordinary_sentences(2000)
    wrong = [text for text in texts if REDACTOR.findings(text)]
    assert len(set(texts)) > 1000
    assert len(wrong) < len(texts) // 100, wrong[:20]


@given(st.text(alphabet="0123456789 -.@:abXZ+()[]/\n６–\u200bé", max_size=80))
def test_findings_are_ordered_apart_and_within(text: str) -> None:
    at = 0
    for finding in REDACTOR.findings(text):
        assert at <= finding.start < finding.end <= len(text)
        at = finding.end


def test_overlapping_findings_are_one() -> None:
    [found] = PatternRedactor(lambda: ["Marta"]).findings("marta@example.com")
    assert (found.kind, found.start, found.end) == ("email", 0, 17)


def test_names_are_asked_for_at_every_text() -> None:
    names = ["Nuria"]
    redactor = PatternRedactor(lambda: names)
    assert redactor.redact("Pablo and Nuria").text == "Pablo and [NAME_1]"
    names.append("Pablo")
    assert redactor.redact("Pablo and Nuria").text == "[NAME_1] and [NAME_2]"


def test_a_name_that_is_a_word_needs_its_capital() -> None:
    redactor = PatternRedactor(lambda: ["Rosa Blanco"])
    assert redactor.redact("una rosa en blanco").text == "una rosa en blanco"
    assert redactor.redact("llama a Rosa, a rosa blanco y a la señora Blanco").text == (
        "llama a [NAME_1], a [NAME_2] y a la señora [NAME_3]"
    )


@pytest.mark.parametrize("text", ["", "   ", "🙂🙂", "١٢٣", "\x00\x01"])
def test_nothing_in_little(text: str) -> None:
    assert REDACTOR.findings(text) == ()


HEAVY = (
    "612 345 678 ",
    "6 ",
    "123 ",
    "4444 ",
    "AB12 ",
    "@",
    "a.",
    "x@y.zz ",
    " at x.com",
    "sk-",
    "eyJ",
    "::",
    "+1 ",
    "(",
    " ",
    "password is ",
    "https://a:",
    "one ",
    "\n",
    "-----BEGIN PRIVATE KEY-----",
    "٣",
    "A1b2",
    "1.",
    "\u200b",
)


@pytest.mark.parametrize("piece", HEAVY)
def test_a_text_twice_as_long_yields_twice_as_much(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    real = redaction_module._FINDERS

    def counting(find):  # type: ignore[no-untyped-def]
        def finder(text):  # type: ignore[no-untyped-def]
            for hit in find(text):
                looked.append(1)
                yield hit

        return finder

    monkeypatch.setattr(redaction_module, "_FINDERS", tuple(counting(find) for find in real))
    text = piece * (20_000 // len(piece))
    REDACTOR.findings(text)
    once = len(looked)
    REDACTOR.findings(text * 2)
    assert len(looked) - once <= 2 * once + 8


def test_no_pattern_repeats_without_a_bound() -> None:
    from jarvis.guard import addresses, context, credentials, numbers, papers, spoken_numbers

    patterns = [
        (module.__name__, name, value.pattern)
        for module in (addresses, context, credentials, numbers, papers, spoken_numbers)
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern)
    ]
    assert len(patterns) > 40
    for module, name, pattern in patterns:
        bare = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "x", pattern)
        unbounded = re.findall(r"(?:[*+](?![+])|\{\d+,\})", re.sub(r"[*+}]\+", "", bare))
        assert not unbounded, (module, name, unbounded)
