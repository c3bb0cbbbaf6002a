"""That what is found is called by its right name and found wholly, in forms, logs, markup and speech; and what only
looks like it stays."""

from __future__ import annotations

import pytest

from jarvis.contracts.guard import FindingKind
from jarvis.guard.redaction import PatternRedactor

REDACTOR = PatternRedactor(lambda: ("Elena Torres",))
SEED = "abandon ability able about above absent absorb abstract absurd abuse access accident"

FOUND: list[tuple[FindingKind, str, str]] = [
    ("iban", "Mi cuenta bancaria es 0049-1500-05-1234567892.", "0049-1500-05-1234567892"),
    ("iban", "cuenta 21000418450200051332", "21000418450200051332"),
    ("email", "login: x99@hotmail.com / pass pending", "x99@hotmail.com"),
    ("email", "mi correo es ana@[192.168.1.5]", "ana@[192.168.1.5]"),
    ("phone", "ponme con el +34 610-95-8719", "+34 610-95-8719"),
    ("phone", '{"telefono":"+34 756-10-8857"}', "+34 756-10-8857"),
    ("phone", "apunta este número: 34 663 352 955", "34 663 352 955"),
    ("phone", "mi núm es (0034) 742502481", "(0034) 742502481"),
    ("phone", "<p>whatsapp me: (503)-627-5388</p>", "(503)-627-5388"),
    ("phone", "el teléfono de mi primo en Miami es (773) 555-0404", "(773) 555-0404"),
    ("phone", "borra +34 649 089 273 del documento", "+34 649 089 273"),
    ("card", "4215 6864 8942 8", "4215 6864 8942 8"),
    ("card", "5490-3858-3274-0170 04/29", "5490-3858-3274-0170"),
    ("nif", "factura a nombre de Talleres Ruiz, F 98254287", "F 98254287"),
    ("nif", "proveedor v68871995 pendiente de pago", "v68871995"),
    ("passport", "PASSPORT # XKY750684", "XKY750684"),
    ("passport", "<passport>RHQ228075</passport>", "RHQ228075"),
    ("passport", "doc. de viaje LPA 707402", "LPA 707402"),
    ("ssn", "passport AAA123456, SSN 536-22-1234", "536-22-1234"),
    ("ssn", "Social Security # 280 95 1973", "280 95 1973"),
    ("ssn", "<ssn>120699046</ssn>", "120699046"),
    ("ssn", "resume este texto: «<ssn>267.66.7364</ssn>»", "267.66.7364"),
    ("ip", "ssh -l root fe80::263a:d12c%eth0", "fe80::263a:d12c%eth0"),
    ("ip", "Os paso los datos que pedisteis. where is 54.197.133.44 located?", "54.197.133.44"),
    ("ip", "<p>static ip: 81.194.105.244</p>", "81.194.105.244"),
    ("ip", "Failed password from ::ffff:100.135.254.53 port 55222", "::ffff:100.135.254.53"),
    ("secret", "mysql -u root -phunter2", "hunter2"),
    ("secret", "contraseña wifi hunter2", "hunter2"),
    ("secret", "mi pass es S3cr3t!2024", "S3cr3t!2024"),
    ("secret", "cambia la contraseña a correcthorsebatterystaple", "correcthorsebatterystaple"),
    ("secret", "CVV 965", "965"),
    ("secret", "cvc: 552", "552"),
    ("secret", "unlock code 5439", "5439"),
    ("secret", "OTP 356060", "356060"),
    ("secret", 'psk="dragon123"', "dragon123"),
    ("secret", "<password>NosVemos#99</password>", "NosVemos#99"),
    ("secret", "<p>sudo password is Ilovecats1</p>", "Ilovecats1"),
    ("secret", "mi PIN es el 2183", "2183"),
    ("secret", "pin number 2934", "2934"),
    ("secret", "código SMS 1718", "1718"),
    ("secret", "693351 is your verification code", "693351"),
    ("secret", "482913 es tu código de verificación", "482913"),
    ("secret", "el código de desbloqueo es 5364", "5364"),
    ("secret", "the safe combination is 5036", "5036"),
    ("secret", "pw: x7Kp2mQz", "x7Kp2mQz"),
    ("secret", "the password's hunter22", "hunter22"),
    ("secret", 'contraseña "perro azul 12"', "perro azul 12"),
    ("secret", "use 9931 as the pin", "9931"),
    ("secret", "the code to the gate is 7788#", "7788#"),
    ("secret", "Cookie: session=8f14e45fceea167a5a36dedd4bea2543", "8f14e45fceea167a5a36dedd4bea2543"),
    ("secret", f"mi frase semilla es {SEED}", SEED),
    ("phone", "Teléfonos: 915 55 12 34 / 655 12 12 12", "915 55 12 34"),
    ("phone", "Teléfonos: 915 55 12 34 / 655 12 12 12", "655 12 12 12"),
    ("passport", "Passport: C01X00T47", "C01X00T47"),
    ("name", "¿cuándo es el cumple de elena torres?", "elena torres"),
]
STAYS = [
    "factorise 9312475569",
    "item no. 654923234",
    "votos: 618765241",
    "3613% of 4581477036",
    "log2(664870914)",
    "n = 621337565; n % 18",
    "960646104 en romano",
    "the sequence 622817813",
    "768926815 followers",
    "se vendieron 865 772 061 entradas",
    "995 532 860 neuronas",
    "1 in 723069688 chance",
    "roughly 701321179 ants",
    "987654321",
    "4294967295",
    "upgrade from 6.14.21.9 to 6.14.21.10",
    "BIOS 9.11.21.2",
    "figure 4.8.22.6",
    '<input type="password" name="password">',
    "INV-204518 is overdue",
    "is a password needed?",
    "the pass is closed.",
    "la clave es la paciencia",
    "v20241030 is out",
    "3.000.000.000",
    "600.000.000",
    "mil millones son 1000000000",
    "the password's too short",
    "seed phrase explained please",
    "my passport expires 2029-05-12",
    "120 / 80",
    "my cousin pays 30 in the bar",
]


@pytest.mark.parametrize(("kind", "text", "value"), FOUND, ids=[text for _, text, _ in FOUND])
def test_named_rightly_and_whole(kind: FindingKind, text: str, value: str) -> None:
    found = [(finding.kind, text[finding.start : finding.end]) for finding in REDACTOR.findings(text)]
    assert (kind, value) in found


@pytest.mark.parametrize("text", STAYS)
def test_nothing_is_taken_from_it(text: str) -> None:
    assert REDACTOR.findings(text) == ()
