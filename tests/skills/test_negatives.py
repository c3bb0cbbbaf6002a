"""Sentences that no skill may take: open questions, near misses, and talk about the very words that skills use."""

from __future__ import annotations

import pytest

from jarvis.skills.book import SkillBook

ENGLISH = """
what is the meaning of life
set the table
tell me about timers
how do alarms work
play chess with me
remember the titans is a good film?
who invented the alarm clock
what is a timer
why is my alarm so loud
tell me a story about a timer
write a poem about reminders
what is love
what is photosynthesis
how many people live in Tokyo
what is the capital of Japan
what is the weather in London
what time does the shop open
what time is the meeting
what time is dinner
what time is love
when was Napoleon born
when did the war end
when is the best time to visit Japan
how long is the Nile
how long does it take to boil an egg
how long until the universe ends
how many days does it take to walk to Rome
how much is a new car
how much is it
how much does a house cost
how many calories are in an apple
how many planets are there
how far is the moon
what is the square root of all evil
what is the difference between a timer and an alarm
what is two
what is half of the population
divide and conquer
add insult to injury
times are changing
plus size clothes
what is the time complexity of quicksort
explain time zones
time flies
time is money
time travel
the time machine
in the kitchen what time is it
what's the time in the kitchen
convert to Christianity
convert this file to pdf
convert dollars to euros
how many euros are 5 dollars
how many feet does a spider have
how many feet does a dog have
5 feet under the ground
five miles from home
set a good example
set fire to the rain
start a business
start a conversation
create a website
stop global warming
stop the war
how do I stop smoking
cancel culture is bad
cancel my subscription
cancel my flight
pause for thought
can you pause the world
resume writing tips
how do I write a resume
extend my visa
extend your arm
give me five
give me five reasons to stay
give me a recipe for five people
add two eggs and some flour
wake me up before you go-go
wake me up when September ends lyrics
who wrote wake me up
what does alarm mean in Spanish
is there life on mars
are you sure
are you in love
who are the Beatles
who are you voting for
what are timers good for
what can you do about climate change
how can you help the poor
help me write an essay
help me with my homework
I need help with math
hello world in python
hi this is a test
good morning vietnam
thanks to him we won
thank you letter to my boss
bye bye miss american pie
repeat after me
repeat customers
say cheese
say hello to my little friend
say that I am late
what did you say to him
what did you do yesterday
speak to me about history
speak faster than light
talk is cheap
slow down climate change
slow cooker recipes
Spanish inquisition
in Spanish how do you say table
translate hello to spanish
switch the lights on
english breakfast
what language is spoken in Brazil
what day did the berlin wall fall
what day is best for gardening
which year did columbus sail
what year was it when we met
what month is best for skiing
what week of pregnancy does the baby kick
date ideas for tonight
set a date for the wedding
how many days until my birthday
when is the next train
remind yourself who you are
remind me who the president is?
do you remember the timer scene
a reminder is useful
reminders of the past
never mind the bollocks album
forget about Dre
nothing compares to you
nothing else matters
stop in the name of love
stop motion animation
quiet places near me
what is 5
seven
fifty
2026-11-21
555-1234
24/7
1/2/2026
12:30
c++
3 apples plus 2 pears
one plus phone review
ten commandments
twelve angry men
what is nine eleven
area 51
hours of sleep I need
minutes of the meeting
second world war
yard sale tips
stone age
pound cake recipe
cup of tea
write a python function that sets a timer
can you explain how to set an alarm on an iphone
is the timer app any good
my alarm did not go off yesterday
I set an alarm but overslept
I was reminded of you
the doctor said to take it every day at nine
tomorrow never dies
see you on monday at five
at five
ten minutes
in an hour
half past six
tonight
christmas
Tokyo
the pasta
yes
no
maybe
""".strip().splitlines()

SPANISH = """
cuál es el sentido de la vida
pon la mesa
háblame de los temporizadores
cómo funcionan las alarmas
juega al ajedrez conmigo
recuerda que eres mortal?
quién inventó el despertador
qué es un temporizador
por qué suena tan fuerte la alarma
escribe un poema sobre recordatorios
qué es el amor
cuánta gente vive en Tokio
cuál es la capital de Japón
qué tiempo hace en Londres
a qué hora abre la tienda
a qué hora es la reunión
a qué hora cenamos
cuándo nació Napoleón
cuándo acabó la guerra
cuánto mide el Nilo
cuánto se tarda en cocer un huevo
cuánto cuesta una casa
cuánto es
cuántas calorías tiene una manzana
cuántos planetas hay
cuántos pies tiene una araña
cuántos días dura un viaje a Roma
qué hora es en la cocina
la hora de la verdad
el tiempo vuela
la máquina del tiempo
convierte este archivo a pdf
convierte dólares a euros
cuántos euros son cinco dólares
pon un buen ejemplo
pon la lavadora
empieza una conversación
para qué sirve un martillo
para mí es igual
para siempre
para Elisa
cancela mi vuelo
cancela mi suscripción
dame cinco
dame cinco razones para quedarme
añade dos huevos y harina
despiértame cuando acabe septiembre letra
hay vida en marte
estás seguro
quiénes son los Beatles
quién eres para juzgarme
qué puedes hacer contra el cambio climático
ayúdame a escribir una carta
necesito ayuda con mis deberes
hola mundo en python
gracias a él ganamos
adiós muchachos compañeros de mi vida
repite conmigo
di patata
qué has dicho de mí
habla de historia
habla más de ti
habla con ella película
más despacio que una tortuga
inglés técnico para ingenieros
cómo se dice mesa en inglés
traduce hola al inglés
enciende las luces
desayuno inglés
qué idioma se habla en Brasil
qué día cayó el muro de Berlín
qué año descubrió Colón América
cuántos días faltan para mi cumpleaños
cuándo sale el próximo tren
recuérdame quién es el presidente?
una alarma es útil
nada es para siempre
nada que ver
otra vez tú
todo o nada
siete
2 + manzanas
doce hombres sin piedad
los diez mandamientos
media naranja
la segunda guerra mundial
minutos musicales
copa del mundo
escribe una función que ponga un temporizador
mi alarma no sonó ayer
puse una alarma pero me dormí
mañana nunca muere
nos vemos el lunes a las cinco
a las cinco
diez minutos
en una hora
esta noche
navidad
Tokio
sí
no
quizás
la pasta
""".strip().splitlines()


@pytest.mark.parametrize("sentence", ENGLISH)
def test_english_is_left_to_the_model(book: SkillBook, sentence: str) -> None:
    assert book.match(sentence) is None
    assert book.match(f"{sentence}?", "en") is None


@pytest.mark.parametrize("sentence", SPANISH)
def test_spanish_is_left_to_the_model(book: SkillBook, sentence: str) -> None:
    assert book.match(sentence) is None
    assert book.match(f"¿{sentence}?", "es") is None


@pytest.mark.parametrize(
    "sentence", ["", " ", "?", "...", "¿¡", "jarvis?" * 100, "x" * 5000, "please", "\n\t", "🤖", "ﬀ ß İ"]
)
def test_scraps_match_nothing(book: SkillBook, sentence: str) -> None:
    assert book.match(sentence) is None


def test_there_are_enough_of_them() -> None:
    assert len(ENGLISH) + len(SPANISH) >= 250
