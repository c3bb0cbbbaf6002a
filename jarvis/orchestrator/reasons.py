"""The sentences that say why a model comes first, why another comes after it, and why one may not answer.

English and Spanish, each built around what decides: the largest differences in quality, seconds and money between two
candidates. Knows no policy: it is given what was decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from jarvis.contracts.errors import Language
from jarvis.contracts.routing import Excluded, RouteCandidate

LEAST_QUALITY = 0.01
LEAST_SECONDS = 0.5
LEAST_USD = 0.0002
LEAST_RATED = 0.03
"""Smaller differences are not worth naming."""

Caveat = Literal["no_tools", "foreign"]
"""Tools are needed and it has none; it was not made for the language of the question."""

_EXCLUDED: dict[str, tuple[str, str]] = {
    "missing": ("{model} is not ready.", "{model} no está listo."),
    "privacy": (
        "{model} is in the cloud, and nothing may leave this computer.",
        "{model} está en la nube y nada puede salir de este equipo.",
    ),
    "private": (
        "{model} is in the cloud, and something in this question must not leave.",
        "{model} está en la nube y algo de esta pregunta no debe salir.",
    ),
    "vision": ("{model} cannot see pictures.", "{model} no puede ver imágenes."),
    "tools": ("{model} cannot use tools, which this needs.", "{model} no sabe usar herramientas y hacen falta."),
    "context": (
        "{model} takes {have} tokens at once, and this needs {need}.",
        "{model} admite {have} tokens a la vez y esto necesita {need}.",
    ),
    "resting": (
        "{model} failed just now and rests for {seconds} more.",
        "{model} acaba de fallar y descansa {seconds} más.",
    ),
    "budget": (
        "{model} could cost {usd}, and only {left} of the budget is left.",
        "{model} podría costar {usd} y del presupuesto solo quedan {left}.",
    ),
    "unpriced": (
        "The price of {model} is not known, so it is left out while there is a spending limit.",
        "No se conoce el precio de {model} y por eso no entra mientras haya un límite de gasto.",
    ),
}

_FIRST: dict[str, tuple[str, str]] = {
    "local": ("{model} answers on this computer in {first}", "{model} responde en este equipo en {first}"),
    "loads": (
        "{model} answers on this computer in {first}, loading included",
        "{model} responde en este equipo en {first}, carga incluida",
    ),
    "cloud": (
        "{model} answers over the network in {first} for {usd}",
        "{model} responde por la red en {first} por {usd}",
    ),
    "unpriced": (
        "{model} answers over the network in {first}, at a price that is not known",
        "{model} responde por la red en {first}, a un precio que no se conoce",
    ),
}

_WORDS: dict[str, tuple[str, str]] = {
    "pinned": ("as you chose", "como elegiste"),
    "asks": ("you are asked before anything is sent", "se te pregunta antes de enviar nada"),
    "explored": (
        "it is tried this time to learn how good it is for you",
        "esta vez se prueba para saber lo bueno que es para ti",
    ),
    "no_tools": ("none that can answer uses tools", "ninguno de los que pueden responder usa herramientas"),
    "foreign": ("it was not made for English", "no se hizo para el español"),
    "rated_up": (
        "how its answers did with you puts it {n} % higher",
        "cómo te han ido sus respuestas lo sube un {n} %",
    ),
    "rated_down": (
        "how its answers did with you puts it {n} % lower",
        "cómo te han ido sus respuestas lo baja un {n} %",
    ),
    "alone": ("no other model can answer now", "ningún otro modelo puede responder ahora"),
    "alone_private": (
        "nothing may leave this computer, and no other model here can answer",
        "nada puede salir de este equipo y aquí no puede responder otro modelo",
    ),
    "equal": ("{model} would be no better", "{model} no sería mejor"),
    "would": ("{model} would {parts}", "{model} {parts}"),
    "but": ("{model} would {parts} but {losses}", "{model} {parts}, pero {losses}"),
    "gain": ("gain {n} %", "ganaría un {n} %"),
    "lose": ("be {n} % less likely to be good", "acertaría un {n} % menos"),
    "begin_later": ("begin {n} later", "empezaría {n} después"),
    "begin_sooner": ("begin {n} sooner", "empezaría {n} antes"),
    "end_later": ("take {n} longer", "tardaría {n} más"),
    "end_sooner": ("take {n} less", "tardaría {n} menos"),
    "leaves": ("leave this computer", "saldría de este equipo"),
    "stays": ("stay on this computer", "se quedaría en este equipo"),
    "dearer": ("cost {n} more", "costaría {n} más"),
    "cheaper": ("save {n}", "ahorraría {n}"),
    "pinned_first": ("{model} was chosen by you", "elegiste {model}"),
}

_NO_MODEL = (
    "There is no language model to ask. Download one on the models page or with “jarvis models recommend”.",
    "No hay ningún modelo de lenguaje al que preguntar. Descarga uno en la página de modelos o con "
    "«jarvis models recommend».",
)
_NONE_CAN = (
    "No language model can answer this now. {why}",
    "Ningún modelo de lenguaje puede responder a esto ahora. {why}",
)
_PINNED_CANNOT = ("You chose {model}, but: {why} {rest}", "Elegiste {model}, pero: {why} {rest}")


def excluded_sentence(kind: str, language: Language, model: str, **values: str) -> str:
    """Return why `model` may not answer; `kind` is a code, or "private" or "unpriced" for their special cases."""
    return _EXCLUDED[kind][_index(language)].format(model=model, **values)


def first_sentence(
    first: RouteCandidate,
    others: Sequence[RouteCandidate],
    excluded: Sequence[Excluded],
    language: Language,
    *,
    loads: bool,
    pinned: bool,
    rated: float = 0.0,
    caveats: Sequence[Caveat] = (),
) -> str:
    """Return why `first` comes first: what it does, and against which other that was weighed.

    `rated` is how much of its quality, 0..1, comes from how this person took its answers; `caveats` are what it lacks
    and no other has, or what speaks against it.
    """
    kind = ("loads" if loads else "local") if first.where == "local" else "cloud"
    if kind == "cloud" and first.cost_usd is None:
        kind = "unpriced"
    sentence = _FIRST[kind][_index(language)].format(
        model=first.model, first=seconds_text(first.first_seconds, language), usd=money_text(first.cost_usd, language)
    )
    further = []
    if pinned:
        sentence += f", {_word('pinned', language)}"
    further += [_word(caveat, language) for caveat in caveats]
    if first.asks:
        further.append(_word("asks", language))
    if first.explored:
        further.append(_word("explored", language))
    elif not pinned:
        further.append(_against(first, others, excluded, language))
        if abs(rated) >= LEAST_RATED:
            word = _word("rated_up" if rated > 0 else "rated_down", language)
            further.append(word.format(n=f"{abs(rated) * 100:.0f}"))
    return "; ".join([sentence, *further]) + "."


def other_sentence(other: RouteCandidate, first: RouteCandidate, language: Language, *, pinned: bool) -> str:
    """Return why `other` comes after `first`."""
    sentence = _comparison(other, first, language)
    if pinned:
        chosen = _word("pinned_first", language).format(model=first.model)
        return f"{chosen[:1].upper()}{chosen[1:]}; {sentence}." if language == "es" else f"{chosen}; {sentence}."
    return sentence + "."


def spare_word(language: Language) -> str:
    """Return that a model is only asked when those in service fail."""
    return ("It is not in service.", "No está en servicio.")[_index(language)]


def none_sentence(excluded: Sequence[Excluded], language: Language) -> str:
    """Return why nothing can answer: there is no model, or what keeps the first one from it."""
    if not excluded:
        return _NO_MODEL[_index(language)]
    return _NONE_CAN[_index(language)].format(why=excluded[0].why)


def pinned_cannot(model: str, why: str, rest: str, language: Language) -> str:
    """Return `rest`, the reason for what answers instead, after why the chosen model cannot."""
    return _PINNED_CANNOT[_index(language)].format(model=model, why=why, rest=rest)


def seconds_text(seconds: float, language: Language) -> str:
    """Return such as "0.4 s", "12 s" or "3 min"."""
    if seconds >= 120:
        return f"{seconds / 60:.0f} min"
    return _number(f"{seconds:.1f}" if seconds < 9.95 else f"{seconds:.0f}", language) + " s"


def money_text(usd: float | None, language: Language) -> str:
    """Return such as "0.31 ¢" or "$1.20"; "–" where it is not known."""
    if usd is None:
        return "–"
    if usd >= 0.995:
        return f"{_number(f'{usd:.2f}', language)} $" if language == "es" else f"${usd:.2f}"
    cents = usd * 100
    if cents < 0.01:
        return ("less than 0.01 ¢", "menos de 0,01 ¢")[_index(language)]
    return _number(f"{cents:.2f}" if cents < 0.995 else f"{cents:.1f}", language) + " ¢"


def _against(
    first: RouteCandidate, others: Sequence[RouteCandidate], excluded: Sequence[Excluded], language: Language
) -> str:
    """The clause about the rival: the first of the better ones, or else the next in order."""
    if not others:
        private = any(each.code == "privacy" for each in excluded)
        return _word("alone_private" if private and first.where == "local" else "alone", language)
    better = (other for other in others if other.quality - first.quality >= LEAST_QUALITY / 2)
    rival = next(better, others[0])
    return _comparison(rival, first, language)


def _comparison(other: RouteCandidate, first: RouteCandidate, language: Language) -> str:
    """What would be won and lost with `other` in place of `first`."""
    gains, losses = [], []
    better = other.quality - first.quality
    percent = f"{max(round(abs(better) * 100), 1)}"
    if better >= LEAST_QUALITY / 2:
        gains.append(_word("gain", language).format(n=percent))
    elif better <= -LEAST_QUALITY / 2:
        losses.append(_word("lose", language).format(n=percent))
    if other.where != first.where:
        text = _word("leaves" if other.where == "cloud" else "stays", language)
        (losses if other.where == "cloud" else gains).append(text)
    what, longer = _more_seconds(other, first)
    if abs(longer) >= LEAST_SECONDS:
        word = f"{what}_{'later' if longer > 0 else 'sooner'}"
        text = _word(word, language).format(n=seconds_text(abs(longer), language))
        (losses if longer > 0 else gains).append(text)
    if other.cost_usd is not None and first.cost_usd is not None:
        dearer = other.cost_usd - first.cost_usd
        if abs(dearer) >= LEAST_USD:
            text = _word("dearer" if dearer > 0 else "cheaper", language).format(n=money_text(abs(dearer), language))
            (losses if dearer > 0 else gains).append(text)
    return _joined(other.model, gains, losses, language)


def _more_seconds(other: RouteCandidate, first: RouteCandidate) -> tuple[str, float]:
    """How much later `other` begins, or how much longer it takes altogether where it writes much slower or faster."""
    begins = other.first_seconds - first.first_seconds
    ends = other.seconds - first.seconds
    return ("end", ends) if abs(ends - begins) > max(abs(begins), 2.0) else ("begin", begins)


def _joined(model: str, gains: list[str], losses: list[str], language: Language) -> str:
    if gains and losses:
        return _word("but", language).format(
            model=model, parts=_listed(gains, language), losses=_listed(losses, language)
        )
    if gains or losses:
        return _word("would", language).format(model=model, parts=_listed(gains or losses, language))
    return _word("equal", language).format(model=model)


def _listed(parts: Sequence[str], language: Language) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + (" y " if language == "es" else " and ") + parts[-1]


def _word(name: str, language: Language) -> str:
    return _WORDS[name][_index(language)]


def _number(text: str, language: Language) -> str:
    return text.replace(".", ",") if language == "es" else text


def _index(language: Language) -> int:
    return 1 if language == "es" else 0
