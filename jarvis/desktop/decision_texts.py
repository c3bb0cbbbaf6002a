"""Every sentence of how an answer came about, in English and Spanish. Knows no widget."""

from __future__ import annotations

from jarvis.desktop.texts import Text

TITLE = Text(en="How this answer came about", es="Cómo surgió esta respuesta")
READING = Text(en="Reading what was recorded…", es="Leyendo lo que se guardó…")
NOT_ROUTED = Text(
    en="No choice between models was recorded for this answer.",
    es="De esta respuesta no se guardó ninguna elección entre modelos.",
)

# The question
QUESTION = Text(en="The question", es="La pregunta")
DIFFICULTY = Text(en="Difficulty", es="Dificultad")
DIFFICULTIES = (
    Text(en="{percent} · easy", es="{percent} · fácil"),
    Text(en="{percent} · middling", es="{percent} · media"),
    Text(en="{percent} · hard", es="{percent} · difícil"),
)
"""Below a third, below two thirds, above."""
CHANCES = Text(en="Answered well by", es="La responde bien")
CHANCES_OF = Text(
    en="a small model with {weak}, a large one with {strong}",
    es="un modelo pequeño con {weak}, uno grande con {strong}",
)
SUBJECT = Text(en="Subject", es="Tema")
LANGUAGE = Text(en="Language", es="Idioma")
JUDGED_BY = Text(en="Judged by", es="Juzgada por")
JUDGES = {
    "rules": Text(en="rules alone", es="reglas solamente"),
    "head": Text(en="Jarvis' classifier", es="el clasificador de Jarvis"),
}
NEEDS = Text(en="Needs", es="Necesita")
NEED_NAMES = {
    "vision": Text(en="a model that sees", es="un modelo que vea"),
    "tools": Text(en="tools", es="herramientas"),
    "long_context": Text(en="much to be read at once", es="leer mucho de una vez"),
    "fresh_information": Text(en="news of today", es="noticias de hoy"),
}
LENGTH = Text(en="Expected length", es="Longitud esperada")
TOKENS = Text(en="about {count} tokens", es="unos {count} tokens")
LANGUAGES = {"en": Text(en="English", es="inglés"), "es": Text(en="Spanish", es="español")}
DOMAIN_NAMES = {
    "chat": Text(en="conversation", es="conversación"),
    "code": Text(en="programming", es="programación"),
    "maths": Text(en="mathematics", es="matemáticas"),
    "reasoning": Text(en="reasoning", es="razonamiento"),
    "legal": Text(en="law", es="derecho"),
    "technical": Text(en="technology", es="técnica"),
    "writing": Text(en="writing", es="redacción"),
    "knowledge": Text(en="general knowledge", es="cultura general"),
    "translation": Text(en="translation", es="traducción"),
    "long_context": Text(en="long texts", es="textos largos"),
    "vision": Text(en="pictures", es="imágenes"),
    "personal": Text(en="about you", es="sobre ti"),
}

# The models
CANDIDATES = Text(en="Models that could answer, in the order tried", es="Modelos que podían responder, por orden")
COLUMN_MODEL = Text(en="Model", es="Modelo")
COLUMN_PLACE = Text(en="Where", es="Dónde")
COLUMN_SCORE = Text(en="Score", es="Puntuación")
COLUMN_QUALITY = Text(en="Good answer", es="Buena respuesta")
COLUMN_COST = Text(en="Cost", es="Coste")
COLUMN_FIRST = Text(en="First word", es="Primera palabra")
COLUMN_WHOLE = Text(en="Whole answer", es="Respuesta entera")
COLUMN_NOTE = Text(en="Remark", es="Nota")
HERE = Text(en="this computer", es="este equipo")
CLOUD = Text(en="cloud", es="nube")
ANSWERED = Text(en="answered", es="respondió")
EXPLORED = Text(en="tried to learn about it", es="probado para conocerlo")
ASKS = Text(en="asks you first", es="te pregunta antes")
FREE = Text(en="nothing", es="nada")
NOT_KNOWN = Text(en="not known", es="no se sabe")
SOME_SECONDS = Text(en="{seconds} s", es="{seconds} s")
LEFT_OUT = Text(en="Models left out", es="Modelos descartados")
CODES = {
    "missing": Text(en="was not ready", es="no estaba listo"),
    "privacy": Text(en="is in the cloud, and this was to stay here", es="está en la nube y esto debía quedarse aquí"),
    "budget": Text(en="could have passed the spending limit", es="podía superar el límite de gasto"),
    "context": Text(en="takes too little text at once", es="admite poco texto de una vez"),
    "vision": Text(en="cannot see pictures", es="no puede ver imágenes"),
    "tools": Text(en="cannot use tools", es="no sabe usar herramientas"),
    "resting": Text(en="had just failed and was resting", es="acababa de fallar y descansaba"),
}
CODE_OTHER = Text(en="was left out ({code})", es="quedó descartado ({code})")
LEFT_OUT_ONE = Text(en="{model}: {why}", es="{model}: {why}")

# What happened
FAILED_BEFORE = Text(en="What failed before it", es="Lo que falló antes")
STOPPED_HOP = Text(en="stopped by you", es="detenido por ti")
HOP = Text(en="a model failed ({code})", es="un modelo falló ({code})")
ASIDE = Text(en="On the way", es="Por el camino")
CALLS = Text(en="Calls that were made", es="Llamadas que se hicieron")
COLUMN_PART = Text(en="Part", es="Parte")
COLUMN_IN = Text(en="Tokens in", es="Tokens leídos")
COLUMN_CACHED = Text(en="From cache", es="De la caché")
COLUMN_OUT = Text(en="Tokens out", es="Tokens escritos")
COLUMN_RATE = Text(en="Tokens/s", es="Tokens por s")
COLUMN_TOOK = Text(en="Took", es="Tardó")
PART_ANSWER = Text(en="answer", es="respuesta")
ESTIMATED = Text(en="tokens estimated", es="tokens estimados")
SUSPECT = Text(en="doubtful: {why}", es="dudoso: {why}")
