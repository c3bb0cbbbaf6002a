"""Ordinary commands and questions, full of numbers that belong to nobody."""

from __future__ import annotations

import random
import string

_ENGLISH = """
set a timer for {n} minutes
set a timer for {big} seconds
wake me up at {time} on {day}
remind me to call mum at {time} on {date}
call me a taxi at {time}
text me the score at {time}
what is {n} times {big}
what is {big} plus {big2}
how much is {dec} percent of {price}
divide {big} by {n}
what's the square root of {big}
is {big} a prime number?
convert {big} metres to miles
convert {price} to euros
how many days until {date}
what happened between {year} and {year2}
who won the {year} World Cup?
from {year}-{year2} how much did it grow?
where is my order {big}?
my order number is {big}, has it shipped?
track the package {big}
invoice {big} from {date} has not been paid
is ticket {big} closed?
upgrade to version {ver}
what changed between {ver} and {ver2}
python {ver} fails with error {n}
read chapter {n} section {ver}
find the book with ISBN {isbn}
what is at {coord}?
is flight {flight} on time?
turn to page {n} and read {n2} lines
play {year} hits at volume {n}
the population is {big} people
it costs {price}, is that a lot?
the score was {n}-{n2}
what is {n} + {n2} * {n3}?
solve {n}x + {n2} = {n3}
add {n} eggs and {n2} litres of milk to the shopping list
set the brightness to {n}%
how far is {n} km in miles
what is the speed of light, {spaced} metres per second?
a list: {n}, {n2}, {n3}, {n}
the ratio is {n}:{n2}
what does HTTP error {n} mean?
what is a password manager?
is my password strong enough?
how do I reset a password?
what is the meaning of a token in a language model?
the key is to start early
what is the secret of a good paella?
what does my passport need to look like?
do I need a visa for Japan in {year}?
how do credit cards work?
what is an IP address?
look up pasta at wikipedia dot org
open github.com and show issue {n}
explain std::vector and a::b in C++
the file is {n} MB and took {dec} seconds
it was {n} degrees at {time}
meet me at {n} Main Street
take {n} mg twice a day
the resolution is {n}x{n2} at {n3} Hz
count from one to ten
say one two three four five six seven eight nine ten
a number with {n} zeros
on {isodate} at {time} there is a meeting
the timestamp {epoch} is which date?
round {dec} to two places
multiply {spaced} by {n}
will it rain on {day}?
who wrote Don Quixote?
translate good morning into Spanish
tell me a joke about cats
summarise the French Revolution in {n} words
model {model} or {model2}, which is faster?
what's the mean of {n} {n2} {n3}
what is {big} in words?
{n} out of {n2} people agree
the barcode is {ean}
mask 255.255.255.0 on 127.0.0.1 means what?
"""
_SPANISH = """
pon un temporizador de {n} minutos
pon un temporizador de {big} segundos
despiértame a las {time} el {day}
recuérdame llamar a mamá a las {time} el {date}
llámame un taxi para las {time}
llama a casa dentro de {n} minutos
cuánto es {n} por {big}
cuánto es {big} más {big2}
cuánto es el {dec} por ciento de {price}
divide {big} entre {n}
cuál es la raíz cuadrada de {big}
¿es {big} un número primo?
convierte {big} metros a kilómetros
convierte {price} a dólares
¿cuántos días faltan para el {date}?
¿qué pasó entre {year} y {year2}?
¿quién ganó el Mundial de {year}?
¿cuánto creció en {year}-{year2}?
¿dónde está mi pedido {big}?
mi número de pedido es {big}, ¿ya salió?
sigue el paquete {big}
la factura {big} del {date} no está pagada
¿está cerrado el ticket {big}?
actualiza a la versión {ver}
¿qué cambió entre la {ver} y la {ver2}?
el capítulo {n}, apartado {ver}
busca el libro con ISBN {isbn}
¿qué hay en {coord}?
¿llega a su hora el vuelo {flight}?
ve a la página {n} y lee {n2} líneas
pon éxitos de {year} con volumen {n}
la población es de {big} habitantes
cuesta {price}, ¿es mucho?
quedaron {n}-{n2}
¿cuánto es {n} + {n2} * {n3}?
resuelve {n}x + {n2} = {n3}
añade {n} huevos y {n2} litros de leche a la lista
pon el brillo al {n}%
cuántas millas son {n} km
la luz va a {spaced} metros por segundo
una lista: {n}, {n2}, {n3}, {n}
la proporción es {n}:{n2}
¿qué significa el error {n}?
¿qué es un gestor de contraseñas?
¿es segura mi contraseña?
la clave es empezar pronto
la clave del éxito es la constancia
¿cuál es el secreto de una buena paella?
¿qué necesito para renovar el pasaporte en {year}?
¿cómo funcionan las tarjetas de crédito?
¿qué es una dirección IP?
¿cuánto tarda en llegar la carta al {n} de la calle Mayor?
el fichero ocupa {n} MB y tardó {dec} segundos
hacía {n} grados a las {time}
toma {n} mg dos veces al día
la resolución es {n}x{n2} a {n3} Hz
cuenta de uno a diez
di uno dos tres cuatro cinco seis siete ocho nueve diez
el {isodate} a las {time} hay una reunión
¿qué fecha es el instante {epoch}?
redondea {dec} a dos decimales
multiplica {spaced} por {n}
¿lloverá el {day}?
¿quién escribió el Quijote?
traduce buenos días al inglés
cuéntame un chiste de gatos
resume la Revolución francesa en {n} palabras
¿cuál es más rápido, {model} o {model2}?
¿cuál es la media de {n} {n2} {n3}?
¿cómo se escribe {big} en letras?
el código de barras es {ean}
mi número favorito es el {n}
la reserva {big} es para {n} personas
el expediente {big} se abrió el {date}
"""


def ordinary_sentences(count: int, seed: int = 7) -> list[str]:
    """Return `count` sentences without personal data, half English, half Spanish."""
    rng = random.Random(seed)
    english, spanish = _ENGLISH.strip().splitlines(), _SPANISH.strip().splitlines()
    return [_filled((english, spanish)[at % 2][at // 2 % len((english, spanish)[at % 2])], rng) for at in range(count)]


def _filled(template: str, rng: random.Random) -> str:
    digits = "".join(rng.choice(string.digits) for _ in range(12))
    big = rng.randint(10**8, 10**10 - 1)
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1900, 2030)
    values = {
        "n": rng.randint(2, 600),
        "n2": rng.randint(2, 2000),
        "n3": rng.randint(2, 99),
        "big": big,
        "big2": rng.randint(10**8, 10**9 - 1),
        "spaced": f"{rng.randint(100, 999)} {digits[:3]} {digits[3:6]}",
        "dec": f"{rng.randint(1, 99)}.{digits[:7]}",
        "price": rng.choice(["${}", "{} €", "{} euros", "£{}"]).format(rng.randint(100, 10**9)),
        "year": year,
        "year2": year + rng.randint(1, 60),
        "time": rng.choice([f"{rng.randint(0, 23)}:{rng.randint(10, 59)}", f"{rng.randint(1, 12)}"]),
        "day": rng.choice(["Monday", "el lunes", "Friday", "viernes", f"{day}"]),
        "date": rng.choice([f"{day}/{month}/{year}", f"{day}-{month:02d}-{year}", f"{day}.{month}.{year}"]),
        "isodate": f"{year}-{month:02d}-{day:02d}",
        "ver": ".".join(str(rng.randint(0, 30)) for _ in range(rng.randint(2, 4))),
        "ver2": ".".join(str(rng.randint(0, 30)) for _ in range(3)),
        "isbn": f"978-{digits[0]}-{digits[1:3]}-{digits[3:9]}-{digits[9]}",
        "ean": rng.choice(["84", "40", "50", "30"]) + digits[:11],
        "coord": f"{rng.randint(-89, 89)}.{digits[:6]}, {rng.randint(-179, 179)}.{digits[6:12]}",
        "flight": rng.choice(["IB", "UX", "BA", "VY"]) + str(rng.randint(10, 9999)),
        "epoch": rng.randint(10**9, 2 * 10**9),
        "model": rng.choice(["RTX 5090", "Ryzen 9 9950X", "H200", "A12 3450", "qwen2.5-7b:q4_k_m"]),
        "model2": rng.choice(["RTX 4090", "Core i9-14900K", "M4", "phi-4:q8_0"]),
    }
    return template.format(**values)
