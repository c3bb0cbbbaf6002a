"""Rewrites a Spanish question to one canonical sentence, by rules of which each keeps the meaning.

The Spanish counterpart of `reuse_frames`, under the same law: what no rule knows of keeps two questions apart.
"""

from __future__ import annotations

import re

from jarvis.orchestrator.reuse_frames import rewritten, rules

_WH = (
    r"(?:qué|quién|quiénes|cuál|cuáles|cuándo|dónde|adónde|cómo|cuánto|cuánta|cuántos|cuántas|(?:por|para|de|en|a|"
    r"con|desde|hasta) (?:qué|quién|cuál|dónde|cuándo|cuánto))"
)
_ASKING = re.compile(
    r"^(?:(?:me )?(?:puedes|podrías|puede|podría|podés) (?:decir|contar|indicar)(?:me)?|"
    rf"(?:me )?(?:puedes|podrías|puede|podría|podés) (?:explicar|aclarar)(?:me)?(?= {_WH}\b)|me (?:dices|dirías)|"
    rf"me (?:explicas|cuentas|explicarías)(?= {_WH}\b)|(?:dime|dígame|decime)(?= (?:{_WH}|si|el|la|los|las)\b)|"
    rf"(?:explícame|explíqueme|explica|cuéntame|recuérdame)(?= {_WH}\b)|"
    r"(?:quiero|quisiera|necesito|querría|quería) (?:saber|conocer|entender)|me gustaría (?:saber|conocer|entender)|"
    rf"(?:sabes|sabrías|sabe|sabrías decirme|sabes decirme|alguien sabe|tienes idea de)(?= (?:{_WH}|si)\b)|"
    r"me pregunto|"
    rf"(?:bueno|pues|a ver|eh|oye)(?= (?:{_WH}|dime|explica|explícame|define)\b)"
    r") (?=.)"
)
_QUESTION_WORDS = {
    "que": "qué",
    "quien": "quién",
    "cual": "cuál",
    "cuales": "cuáles",
    "cuando": "cuándo",
    "donde": "dónde",
    "como": "cómo",
    "cuanto": "cuánto",
    "cuantos": "cuántos",
    "cuantas": "cuántas",
}
_LANGUAGES = (
    "inglés|español|castellano|francés|alemán|italiano|portugués|japonés|chino|ruso|árabe|catalán|latín|coreano|"
    "griego|euskera|vasco|gallego|turco|sueco|polaco"
)
_OF_WORDS = rules(
    (rf"^cómo (?:se dice|se diría|digo|puedo decir|decir|dirías) (.+) en ({_LANGUAGES})$", r"traduce \1 a \2"),
    (rf"^(?:me )?(?:puedes|podrías|puede|podría) (?:traducir|traducirme) (.+) al ({_LANGUAGES})$", r"traduce \1 a \2"),
    (rf"^(?:traduce|tradúceme|traducir) (.+) (?:al|en) ({_LANGUAGES})$", r"traduce \1 a \2"),
    (rf"^cuál es la traducción de (.+) (?:al|en) ({_LANGUAGES})$", r"traduce \1 a \2"),
    (rf"^(?:qué|cuál) es la palabra (?:en )?({_LANGUAGES}) para (.+)$", r"traduce \2 a \1"),
    (r"^(?:me )?(?:puedes|podrías) (?:definir|definirme) (.+)$", r"define \1"),
    (r"^(?:define|defíneme) (?:la palabra|el término) (.+)$", r"define \1"),
    (r"^qué significa (?:la palabra |el término )?(.+)$", r"define \1"),
    (r"^qué quiere decir (?:la palabra |el término )?(.+)$", r"define \1"),
    (r"^(?:cuál es )?(?:el )?significado de (?:la palabra|el término) (.+)$", r"define \1"),
    (r"^(?:cuál es )?(?:la )?definición de (?:la palabra |el término )?(.+)$", r"define \1"),
    (r"^(?:cuál es )?(?:el )?significado de (\S+)$", r"define \1"),
    (r"^cómo (?:se escribe|escribo) (.+)$", r"cómo escribir \1"),
    (r"^cómo (?:se pronuncia|pronuncio) (.+)$", r"cómo pronunciar \1"),
)
_PASSIVES = dict(
    pair.split(":")
    for pair in (
        "hace:hacer cocina:cocinar calcula:calcular prepara:preparar limpia:limpiar instala:instalar usa:usar "
        "cuece:cocer fríe:freír hierve:hervir lava:lavar juega:jugar ata:atar resuelve:resolver "
        "configura:configurar congela:congelar actualiza:actualizar arregla:arreglar quita:quitar"
    ).split()
)
_MINE = dict(
    pair.split(":")
    for pair in (
        "hago:hacer cocino:cocinar calculo:calcular preparo:preparar limpio:limpiar instalo:instalar uso:usar "
        "cuezo:cocer frío:freír hiervo:hervir lavo:lavar juego:jugar ato:atar resuelvo:resolver "
        "configuro:configurar congelo:congelar actualizo:actualizar arreglo:arreglar quito:quitar elimino:eliminar "
        "convierto:convertir"
    ).split()
)
_DOING = re.compile(rf"^cómo (?:se ({'|'.join(_PASSIVES)})|({'|'.join(_MINE)})) (?=.)")

_PHRASES = rules(
    (r"\b(?:los )?(?:estados unidos de américa|estados unidos|eeuu)(?= |$)", "eeuu"),
    (r"\b(?:la )?(?:segunda guerra mundial|2ª guerra mundial|2a guerra mundial|ii guerra mundial)(?= |$)", "gm2"),
    (r"\b(?:la )?(?:primera guerra mundial|1ª guerra mundial|1a guerra mundial|i guerra mundial)(?= |$)", "gm1"),
    (r"\binteligencia artificial(?= |$)", "ia"),
    (r"\b(?:kilómetros|kilometros|kms)(?= |$)", "km"),
    (r"\b(?:kilogramos|kilos)(?= |$)", "kg"),
    (r"\b(?:centímetros|centimetros)(?= |$)", "cm"),
    (r"\bcomputador(?:a?)(?= |$)", "ordenador"),
    (rf"^({_WH} \w+) (?:exactamente|realmente) (?=.)", r"\1 "),
    (r"^qué clase de ", "qué tipo de "),
)
_OF = r"(?= (?:del?|entre) )"
_LA = (
    "capital|población|altura|longitud|edad|moneda|raíz cuadrada|raíz cúbica|fórmula química|distancia|diferencia|"
    "historia|velocidad|temperatura|profundidad|superficie"
)
_EL = "área|peso|símbolo químico|punto de ebullición|punto de fusión|número atómico|radio|diámetro|argumento|autor"
_MAIN = rules(
    (r"^(?:dime|dame|nombra|indica|enumera|lista) (?=(?:el|la) )", "cuál es "),
    (r"^(?:dime|dame|nombra|indica|enumera|lista) (?=(?:los|las) )", "cuáles son "),
    (rf"^(?:la )?({_LA}){_OF}", r"cuál es la \1"),
    (rf"^(?:el )?({_EL}){_OF}", r"cuál es el \1"),
    (r"^(?=(?:el|la) (?:\S+ ){1,2}de )(?!.*\b(?:es|son|era|fue|está|están)\b)", "cuál es "),
    (r"^qué ciudad es (?=la capital )", "cuál es "),
    (r"^(?:cuál es )?(?:la (?:manera|forma)|el modo) de (?=\w+r )", "cómo "),
    (
        r"^cómo (?:puedo|puede uno|se puede|se puede uno|podemos|podría|hago para|hacer para|se hace para) (?=\w+r )",
        "cómo ",
    ),
    (r"^(?:cómo es de alt[oa]|cuánto mide de alto|qué altura tiene|qué tan alt[oa] es) ", "cuál es la altura de "),
    (r"^(?:cuánto pesa|qué peso tiene) ", "cuál es el peso de "),
    (r"^(?:cuántos años tiene|qué edad tiene) ", "cuál es la edad de "),
    (r"^qué profundidad tiene ", "cuál es la profundidad de "),
    (r"^(?:cuánta gente vive|cuántas personas viven) en ", "cuál es la población de "),
    (r"^(?:cuántos habitantes tiene|cuánta población tiene|qué población tiene) ", "cuál es la población de "),
    (r"^cuál es (?:la|el) número de (\S+) (?:en|que hay en|de) ", r"cuántos \1 hay en "),
    (r"^cuántas (?=\S+ hay en )", "cuántos "),
    (r"^cuánto se tarda en ", "cuánto tiempo se tarda en "),
    (r"^qué distancia hay (del?) (.+) (al?) (.+)$", r"cuál es la distancia \1 \2 \3 \4"),
    (r"^(?:qué distancia hay|cuál es la distancia) entre (.+) y (.+)$", r"cuál es la distancia de \1 a \2"),
    (r"^a qué distancia está (.+) de(l?) (.+)$", r"cuál es la distancia de \1 a\2 \3"),
    (r"^(cuál es (?:la|el) (?:altura|peso|edad|profundidad|población|distancia) de) el ", r"\1l "),
    (r"^(cuál es la distancia .+ a) el ", r"\1l "),
    (r"^qué diferencia hay entre ", "cuál es la diferencia entre "),
    (r"^en qué se diferencian? (.+) (?:y|de) (.+)$", r"cuál es la diferencia entre \1 y \2"),
    (r"^quién es (?:el autor|la autora|el escritor|la escritora) de ", "quién escribió "),
    (r"^quién es (?:el director|la directora) de ", "quién dirigió "),
    (r"^cuándo acabó ", "cuándo terminó "),
    (
        r"^(?:hazme|haz|dame|puedes hacerme) un resumen de |^(?:puedes|podrías) (?:resumir|resumirme) |^resúmeme ",
        "resume ",
    ),
    (r"^(?:calcula|cuánto es) la raíz ", "cuál es la raíz "),
    (r"^cuál es (?:el|la) número de (\S+)$", r"cuántos \1 hay"),
    (r"^quién fue (?:el pintor|la pintora) de ", "quién pintó "),
    (r"^quién fue (?:el inventor|la inventora) de ", "quién inventó "),
    (r"^quién fue (?:el descubridor|la descubridora) de ", "quién descubrió "),
    (r"^quién fue (?:el compositor|la compositora) de ", "quién compuso "),
    (r"^quién fue (?:el fundador|la fundadora) de ", "quién fundó "),
    (r"^quién (escribió|pintó|inventó|descubrió|compuso|fundó) el ", r"quién \1 el "),
    (r"^cuál es la fecha de nacimiento de ", "cuándo nació "),
    (r"^en qué fecha nació ", "cuándo nació "),
    (r"^dónde (?:se encuentra|queda|está situad[oa]|está ubicad[oa]|se ubica) ", "dónde está "),
    (r"^dónde (?:se encuentran|quedan|están situad[oa]s) ", "dónde están "),
    (r"^cuál es la (?:ubicación|localización) de ", "dónde está "),
    (r"^en qué (país|ciudad|continente) (?:se encuentra|queda|está situad[oa]|está ubicad[oa]) ", r"en qué \1 está "),
    (
        r"^(?:cuál es la razón por la que|por qué razón|por qué motivo|cuál es el motivo por el que|"
        r"a qué se debe que) ",
        "por qué ",
    ),
    (r"^(?:puedes|podrías) (?:explicar|explicarme) ", "explica "),
    (r"^(?:explícame|explíqueme) ", "explica "),
    (r"^(?:calcula|cuánto (?:es|son|da)|cuál es el resultado de|qué resultado da) (?=[\d(.-])", "cuánto es "),
    (r"^(?:convertir|pasa|cambia) (?=\d)", "convierte "),
    (r"^cuántos (\w+) (?:son|hay en) (\d\S* \w+)$", r"convierte \2 a \1"),
    (r"^cuánto (?:es|son) (\d\S* \w+) en (\w+)$", r"convierte \1 a \2"),
)
_PLURAL = re.compile(r"^qué son (los|las) ((?:[\w-]*[aeiouáéíóú]s ?){1,3})$")


def spanish_key(normal: str) -> str:
    """Return the canonical sentence of a normalised Spanish question."""
    text = _without_asking(normal)
    of_words = rewritten(text, _OF_WORDS)
    if of_words != text or re.match(r"(?:define|traduce|cómo (?:escribir|pronunciar)) ", of_words):
        # What follows are the words asked about: not one of them may change.
        return of_words
    text = rewritten(text, _PHRASES)
    text = rewritten(text, _MAIN)
    text = _DOING.sub(lambda match: f"cómo {_PASSIVES.get(match[1]) or _MINE[match[2]]} ", text)
    plural = _PLURAL.match(text)
    if plural and " " in plural[2]:
        article = {"los": "un", "las": "una"}[plural[1]]
        text = f"qué es {article} " + " ".join(word.removesuffix("s") for word in plural[2].split())
    return text


def _without_asking(text: str) -> str:
    while True:
        shorter = _ASKING.sub("", text, count=1)
        if shorter == text:
            return text
        first, space, rest = shorter.partition(" ")
        if first in {"el", "la", "los", "las"}:
            return f"{'cuál es' if first in {'el', 'la'} else 'cuáles son'} {shorter}"
        if first == "si" and len(rest.split()) > 1:
            return rest
        text = _QUESTION_WORDS.get(first, first) + space + rest
