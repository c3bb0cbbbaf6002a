"""Sentences of the settings' pages, their search, cards and looks, in English and Spanish. Knows no widget."""

from __future__ import annotations

from types import MappingProxyType

from jarvis.desktop.texts import Text

# Pages
PAGE_PRIVACY = Text(en="Language, privacy", es="Idioma, privacidad")
PAGE_ANSWERS = Text(en="Answers, models", es="Respuestas, modelos")
PAGE_ROUTING = Text(en="Routing, budget", es="Elección, gasto")
ABOUT_KEYS = Text(en="Keys of providers", es="Claves de los proveedores")

# Search
SEARCH = Text(en="Search settings", es="Buscar ajustes")
HITS = Text(en="Found: {count}", es="Encontrados: {count}")
NO_HIT = Text(
    en="No setting has these words. Fewer or other words may find it.",
    es="Ningún ajuste tiene esas palabras. Prueba con menos o con otras.",
)

HIT_CHANGED = Text(en="{place} · changed", es="{place} · cambiado")

# Privacy as cards
PRIVACY_HEADING = Text(en="How much may leave this computer", es="Cuánto puede salir de este equipo")
PRIVACY_HERE = Text(en="Only this computer", es="Solo este equipo")
PRIVACY_HERE_BODY = Text(
    en="No question leaves. What models here cannot answer stays unanswered.",
    es="Ninguna pregunta sale. Lo que los modelos de aquí no sepan queda sin respuesta.",
)
PRIVACY_ASK = Text(en="Ask each time", es="Preguntar cada vez")
PRIVACY_ASK_BODY = Text(
    en="Before a question goes to the cloud you see it and say yes or no. Personal data is replaced; pictures are not "
    "sent.",
    es="Antes de ir a la nube ves la pregunta y dices sí o no. Los datos personales se sustituyen; las imágenes no "
    "salen.",
)
PRIVACY_CLOUD = Text(en="Cloud when that is best", es="La nube si conviene")
PRIVACY_CLOUD_BODY = Text(
    en="Questions go there without asking you when a cloud model is better. Personal data is replaced first.",
    es="Si un modelo en la nube es mejor, la pregunta se envía sin consultarte. Antes se sustituyen los datos "
    "personales.",
)
PRIVACY_OWN = Text(en="The settings below are a mixture of your own.", es="Los ajustes de abajo son una mezcla propia.")

# Choice of model as cards
ROUTING_HEADING = Text(en="What counts when a model is chosen", es="Qué cuenta al elegir el modelo")
ROUTING_FAST_BODY = Text(
    en="The first words come soon; a smaller model is good enough more often.",
    es="Las primeras palabras llegan pronto; más veces basta un modelo pequeño.",
)
ROUTING_BALANCED_BODY = Text(
    en="Easy questions are answered quickly and cheaply, hard ones by a better model.",
    es="Lo fácil se responde rápido y barato; lo difícil, con un modelo mejor.",
)
ROUTING_BEST_BODY = Text(
    en="The model that most likely answers well, also where it takes longer or costs more.",
    es="El modelo que más probablemente acierte, aunque tarde o cueste más.",
)

# Money
SPENT_READING = Text(en="Adding up what was spent…", es="Sumando lo gastado…")
SPENT = Text(en="Spent today: {day}. This month: {month}.", es="Gastado hoy: {day}. Este mes: {month}.")
SPENT_OF = Text(en="{spent} of {limit}", es="{spent} de {limit}")
SPENT_LEFT = Text(en="{left} may still be spent.", es="Aún se pueden gastar {left}.")
SPENT_NO_LIMIT = Text(en="No limit is set.", es="No hay límite.")

# Looks
ACCENT_NAME = Text(en="Accent: {name}", es="Acento: {name}")

CHOICE_NAMES = MappingProxyType(
    {
        "indigo": Text(en="Indigo", es="Añil"),
        "blue": Text(en="Blue", es="Azul"),
        "teal": Text(en="Teal", es="Turquesa"),
        "green": Text(en="Green", es="Verde"),
        "orange": Text(en="Orange", es="Naranja"),
        "pink": Text(en="Pink", es="Rosa"),
        "small": Text(en="Small", es="Pequeño"),
        "normal": Text(en="Normal", es="Mediano"),
        "large": Text(en="Large", es="Grande"),
        "very_large": Text(en="Very large", es="Muy grande"),
        "full": Text(en="Everything moves", es="Todo se mueve"),
        "reduced": Text(en="Nothing moves by itself", es="Nada se mueve solo"),
    }
)
"""What the choices of the looks are called."""
