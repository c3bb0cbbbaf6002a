"""Invented personal data with right checksums, written in the ways that people write them, and sentences around it."""

from __future__ import annotations

import random
import string
from collections.abc import Callable

from jarvis.contracts.guard import FindingKind

_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_FIRST = "ana luis marta john emily karim nuria peter lucia ahmed sofia james carla iker zoe pablo".split()
_LAST = "lopez garcia smith walker ortega rossi weber mendez clark ibarra novak dubois".split()
_HOSTS = "gmail.com hotmail.es correo.net empresa.es example.org mail.co.uk uni-bonn.de yahoo.com proton.me".split()
CONTACTS = ("Marta Ruiz Ortega", "Iñaki Etxebarria", "Siobhán O'Neill", "Ana", "Will Baker", "José Ángel Peña")
"""The contacts that the redactor is told of where names are looked for."""


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice(string.digits) for _ in range(count))


def _token(rng: random.Random, count: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    return "".join(rng.choice(alphabet) for _ in range(count))


def _email(rng: random.Random) -> str:
    first, last, host = rng.choice(_FIRST), rng.choice(_LAST), rng.choice(_HOSTS)
    return rng.choice(
        [
            f"{first}.{last}@{host}",
            f"{first}{rng.randint(1, 999)}@{host}",
            f"{first[0]}{last}+news@{host}",
            f"{first.upper()}_{last}@{host.upper()}",
            f"{first}-{last}@mail.{host}",
            f"{first} (at) {host.replace('.', ' (dot) ')}",
            f"{first}.{last}[at]{host}",
            f"{first} arroba {host.replace('.', ' punto ')}",
            f"{first} dot {last} at {host.replace('.', ' dot ')}",
            f"{first}．{last}＠{host}",
            f"{first}.{last}\u200b@\u200b{host}",
        ]
    )


def _phone(rng: random.Random) -> str:
    spanish = rng.choice("6789") + _digits(rng, 8)
    area, exchange, line = str(rng.randint(201, 989)), str(rng.randint(200, 999)), _digits(rng, 4)
    a, b, c = spanish[:3], spanish[3:6], spanish[6:]
    return rng.choice(
        [
            spanish,
            f"{a} {b} {c}",
            f"{a}-{b}-{c}",
            f"{a}.{b}.{c}",
            f"{a} {spanish[3:5]} {spanish[5:7]} {spanish[7:]}",
            f"{spanish[:2]} {spanish[2:5]} {spanish[5:7]} {spanish[7:]}",
            f"+34 {a} {b} {c}",
            f"+34{spanish}",
            f"0034 {spanish}",
            f"(+34) {a} {b} {c}",
            f"({area}) {exchange}-{line}",
            f"{area}-{exchange}-{line}",
            f"{area}.{exchange}.{line}",
            f"{area} {exchange} {line}",
            f"+1 {area} {exchange} {line}",
            f"+1 ({area}) {exchange}-{line}",
            f"1-{area}-{exchange}-{line}",
            f"+44 20 {_digits(rng, 4)} {_digits(rng, 4)}",
            f"+49 {rng.randint(150, 179)} {_digits(rng, 7)}",
            f"+33 6 {_digits(rng, 2)} {_digits(rng, 2)} {_digits(rng, 2)} {_digits(rng, 2)}",
            f"+52 55 {_digits(rng, 4)} {_digits(rng, 4)}",
            f"{a}\u00a0{b}\u2011{c}",
            f"{a}\n{b}\n{c}",
            spanish.translate({ord(d): chr(0xFF10 + int(d)) for d in string.digits}),
        ]
    )


def _luhn_digit(body: str) -> str:
    total = sum(
        sum(divmod(int(digit) * 2, 10)) if at % 2 == 0 else int(digit) for at, digit in enumerate(reversed(body))
    )
    return str(-total % 10)


def _card(rng: random.Random) -> str:
    prefix, length = rng.choice(
        [("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16), ("65", 16), ("4", 13)]
    )
    body = prefix + _digits(rng, length - len(prefix) - 1)
    number = body + _luhn_digit(body)
    if length == 16:
        groups = [number[at : at + 4] for at in range(0, 16, 4)]
    else:
        groups = [number[:4], number[4:10], number[10:]] if length == 15 else [number]
    return rng.choice(["", " ", "-", " ", "\u00a0", ".", "\n"]).join(groups)


def _iban(rng: random.Random) -> str:
    country, length = rng.choice([("ES", 24), ("ES", 24), ("DE", 22), ("FR", 27), ("PT", 25), ("GB", 22), ("NL", 18)])
    account = _digits(rng, length - 4)
    if country in ("GB", "NL"):
        account = _token(rng, 4, string.ascii_uppercase) + account[4:]
    number = "".join(str(int(character, 36)) for character in account + country + "00")
    whole = f"{country}{98 - int(number) % 97:02d}{account}"
    grouped = " ".join(whole[at : at + 4] for at in range(0, length, 4))
    return rng.choice([whole, grouped, whole.lower(), grouped.replace(" ", "-")])


def _dni(rng: random.Random) -> str:
    number = _digits(rng, 8)
    letter = _LETTERS[int(number) % 23]
    dotted = f"{number[:2]}.{number[2:5]}.{number[5:]}"
    return rng.choice(
        [
            f"{number}{letter}",
            f"{number}-{letter}",
            f"{number} {letter}",
            f"{dotted}-{letter}",
            f"{dotted}{letter}",
            f"{number}{letter.lower()}",
        ]
    )


def _nie(rng: random.Random) -> str:
    first, number = rng.choice("XYZ"), _digits(rng, 7)
    letter = _LETTERS[int(str("XYZ".index(first)) + number) % 23]
    return rng.choice(
        [f"{first}{number}{letter}", f"{first}-{number}-{letter}", f"{first.lower()}{number}{letter.lower()}"]
    )


def _nif(rng: random.Random) -> str:
    first, number = rng.choice("ABCDEFGHJNPQRSUVW"), _digits(rng, 7)
    check = _luhn_digit(number)
    last = "JABCDEFGHI"[int(check)] if first in "NPQRSW" else check
    return rng.choice([f"{first}{number}{last}", f"{first}-{number}{last}"])


def _passport(rng: random.Random) -> str:
    return _token(rng, 3, string.ascii_uppercase) + _digits(rng, 6)


def _ssn(rng: random.Random) -> str:
    area = rng.choice([rng.randint(1, 665), rng.randint(667, 899)])
    return f"{area:03d}-{rng.randint(1, 99):02d}-{rng.randint(1, 9999):04d}"


def _ip(rng: random.Random) -> str:
    six = ":".join(f"{rng.randint(0x1000, 0xFFFF):x}" for _ in range(8))
    return rng.choice(
        [
            ".".join(str(rng.randint(1, 254)) for _ in range(4)),
            f"192.168.{rng.randint(0, 255)}.{rng.randint(1, 254)}",
            six,
            f"2001:db8::{rng.randint(1, 0xFFFF):x}:{rng.randint(1, 0xFFFF):x}",
            f"fe80::{rng.randint(0x1000, 0xFFFF):x}",
        ]
    )


def _secret(rng: random.Random) -> str:
    upper = string.ascii_uppercase + string.digits
    return rng.choice(
        [
            f"sk-{_token(rng, 48)}",
            f"sk-proj-{_token(rng, 60)}",
            f"sk-ant-api03-{_token(rng, 90)}AA",
            f"AIza{_token(rng, 35)}",
            f"AKIA{_token(rng, 16, upper)}",
            f"ghp_{_token(rng, 36)}",
            f"github_pat_{_token(rng, 22)}_{_token(rng, 59)}",
            f"xoxb-{_digits(rng, 12)}-{_digits(rng, 12)}-{_token(rng, 24)}",
            f"hf_{_token(rng, 34)}",
            f"sk_live_{_token(rng, 24)}",
            f"glpat-{_token(rng, 20)}",
            f"eyJ{_token(rng, 30)}.eyJ{_token(rng, 60)}.{_token(rng, 43)}",
            f"-----BEGIN PRIVATE KEY-----\n{_token(rng, 64)}\n{_token(rng, 40)}\n-----END PRIVATE KEY-----",
        ]
    )


MAKERS: dict[FindingKind, Callable[[random.Random], str]] = {
    "email": _email,
    "phone": _phone,
    "card": _card,
    "iban": _iban,
    "dni": _dni,
    "nie": _nie,
    "nif": _nif,
    "passport": _passport,
    "ssn": _ssn,
    "ip": _ip,
    "secret": _secret,
    "name": lambda rng: rng.choice((*CONTACTS, "MARTA RUIZ ORTEGA", "jose angel peña", "inaki", "Marta", "Siobhan")),
}
"""How to make one piece of each kind."""

_WORDS: dict[FindingKind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "email": (("my e-mail is {}", "Write to {} please"), ("mi correo es {}", "Escribe a {}, por favor")),
    "phone": (("call me at {}", "My number is {}."), ("llámame al {}", "Mi teléfono es el {}.")),
    "card": (("my card is {}", "Pay with {} please"), ("mi tarjeta es {}", "Paga con {}, por favor")),
    "iban": (("my IBAN is {}", "Send it to {}."), ("mi cuenta es {}", "Haz el ingreso en {}.")),
    "dni": (("my ID is {}", "the tenant ({}) signed"), ("mi DNI es {}", "Don Luis, con DNI {}, firma")),
    "nie": (("my NIE is {}", "she has {} as number"), ("mi NIE es {}", "con NIE {} desde mayo")),
    "nif": (("the company's tax number is {}", "invoice us as {}"), ("el CIF de la empresa es {}", "factura a {}")),
    "passport": (("my passport is {}", "Passport: {}"), ("mi pasaporte es {}", "Pasaporte n.º {}")),
    "ssn": (("my SSN is {}", "It says {} on the form"), ("mi número de la seguridad social es {}", "pone {} ahí")),
    "ip": (("my server is {}", "Ping {} now"), ("mi servidor es {}", "Conecta con {} ahora")),
    "secret": (("use this key: {}", "Why does {} fail?"), ("usa esta clave: {}", "¿Por qué falla {}?")),
    "name": (("what did {} say?", "{}'s birthday is in May"), ("¿qué dijo {}?", "El cumpleaños de {} es en mayo")),
}
_AROUND = (
    "{}",
    "Hi! {} Thanks a lot",
    "Hola. {} Gracias y un saludo",
    'Summarise this note: "{}"',
    "- milk\n- {}\n- bread",
    "Traduce al inglés: {}",
    "{} And what time is it in Rome?",
)


def sentence(rng: random.Random, kind: FindingKind) -> tuple[str, str]:
    """Return a sentence, English or Spanish, and the piece of data of `kind` in it."""
    value = MAKERS[kind](rng)
    told = rng.choice(rng.choice(_WORDS[kind])).format(value)
    return rng.choice(_AROUND).format(told), value
