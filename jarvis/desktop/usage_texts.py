"""Every sentence of the usage window, in English and Spanish. Knows no widget."""

from __future__ import annotations

from jarvis.desktop.texts import Text

USAGE = Text(en="Usage", es="Uso")
SPAN = Text(en="Which days", es="Qué días")
WEEK = Text(en="Last 7 days", es="Últimos 7 días")
MONTH = Text(en="Last 30 days", es="Últimos 30 días")
THIS_MONTH = Text(en="This month", es="Este mes")
YEAR = Text(en="A year", es="Un año")
DAYS = Text(en="{first} to {last}", es="del {first} al {last}")
READING = Text(en="Adding up…", es="Sumando…")
NOTHING = Text(
    en="No question was answered in these days, so there is nothing to add up.",
    es="En estos días no se respondió ninguna pregunta, así que no hay nada que sumar.",
)
FAILED = Text(en="{why} Nothing was changed.", es="{why} No se cambió nada.")
TRY_AGAIN = Text(en="Try again", es="Reintentar")

# Totals
COST = Text(en="Cost", es="Coste")
SAVED = Text(en="Saved", es="Ahorrado")
SAVED_AGAINST = Text(en="against {reference}", es="frente a {reference}")
PRICES_OF = Text(en="prices of {day}", es="precios del {day}")
SAVED_AGAINST_NOTHING = Text(en="no cloud model to compare with", es="sin modelo en la nube con que comparar")
UNPRICED = Text(en="without {count} calls of unknown price", es="sin {count} llamadas de precio desconocido")
UNPRICED_ONE = Text(en="without 1 call of unknown price", es="sin 1 llamada de precio desconocido")
TOKENS = Text(en="Tokens", es="Tokens")
TOKENS_PARTS = Text(en="{read} read, {written} written", es="{read} leídos, {written} escritos")
ANSWERS = Text(en="Answers", es="Respuestas")
ANSWERS_CALLS = Text(en="from {calls} model calls", es="con {calls} llamadas a modelos")
ANSWERS_CALL = Text(en="from 1 model call", es="con 1 llamada a un modelo")
FREE_ANSWERS = Text(en="Free answers", es="Respuestas gratis")
FREE_FROM = Text(en="by skills, memory and the cache", es="por habilidades, memoria y caché")
ENERGY = Text(en="Energy", es="Energía")
ENERGY_KNOWN = Text(en="only what devices measure", es="solo lo que los dispositivos miden")
ENERGY_UNKNOWN = Text(en="no device measures it", es="ningún dispositivo la mide")

# Budget
BUDGET = Text(en="Budget", es="Presupuesto")
BUDGET_DAY = Text(en="Today", es="Hoy")
BUDGET_MONTH = Text(en="This month", es="Este mes")
OF_LIMIT = Text(en="{spent} of {limit}", es="{spent} de {limit}")
NO_LIMIT = Text(en="{spent}, no limit", es="{spent}, sin límite")
LIMIT_REACHED = Text(
    en="{spent} of {limit}: reached, cloud models are not asked", es="{spent} de {limit}: agotado, no se usa la nube"
)
OPEN = Text(en="{usd} is set aside for calls under way.", es="{usd} se reservan para llamadas en curso.")
LOST = Text(
    en="{usd} counts in full for calls that were cut off.",
    es="{usd} cuentan enteros por llamadas que se cortaron.",
)
AHEAD = Text(
    en="{usd} is dated after today, because the clock was ahead.",
    es="{usd} tienen fecha posterior a hoy, porque el reloj iba adelantado.",
)
TRUST_CLOCK = Text(en="Count it as today's", es="Contarlo como de hoy")
TRUSTED = Text(en="{usd} counts as today's now.", es="{usd} cuentan ahora como de hoy.")

# Plots
COST_BY_DAY = Text(en="Cost by day", es="Coste por día")
SAVED_BY_DAY = Text(en="Saved by day", es="Ahorrado por día")
TOKENS_BY_DAY = Text(en="Tokens by day", es="Tokens por día")
FIRST_BY_DAY = Text(en="Seconds to the first word by day", es="Segundos hasta la primera palabra, por día")
HALF_WITHIN = Text(en="half of the answers within", es="la mitad de las respuestas en")
MOST_WITHIN = Text(en="95 of 100 within", es="95 de cada 100 en")
COST_BY_MODEL = Text(en="Cost by model", es="Coste por modelo")
SAVED_BY_MODEL = Text(en="Saved by model", es="Ahorrado por modelo")
TOKENS_BY_MODEL = Text(en="Tokens by model", es="Tokens por modelo")
FIRST_BY_MODEL = Text(en="Seconds to the first word by model", es="Segundos hasta la primera palabra, por modelo")
NO_VALUES = Text(en="Nothing in these days.", es="Nada en estos días.")

# Tables
BY_MODEL = Text(en="By model", es="Por modelo")
MODEL = Text(en="Model", es="Modelo")
FIRST_WORD = Text(en="First word", es="1.ª palabra")
FIRST_SLOW = Text(en="95 % within", es="El 95 % en")
REMARK = Text(en="Remark", es="Observación")
SUSPECT = Text(en="⚠ {count} with doubtful token counts", es="⚠ {count} con tokens dudosos")
UNKNOWN_PRICE = Text(en="price unknown", es="precio desconocido")
DECISIONS = Text(en="Latest choices of a model", es="Últimas elecciones de modelo")
NO_MODEL = Text(en="none", es="ninguno")
NO_DECISIONS = Text(en="No model was chosen yet.", es="Aún no se eligió ningún modelo.")
MORE = Text(en="Show more", es="Mostrar más")
