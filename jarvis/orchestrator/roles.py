"""The specialists that Jarvis knows, and reading others from a file of the person's own.

The default models are those that Jarvis was made to run; a role whose model is not here is played by whichever
candidate is expected to do best in its field.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from jarvis.contracts.cooperation import CooperationRole, StageKind
from jarvis.contracts.errors import InputError
from jarvis.contracts.routing import DOMAINS, Domain

_KINDS: tuple[StageKind, ...] = ("specialist", "draft", "verify", "review", "integrate")
_NEEDED = ("draft", "verify", "review", "integrate")
"""Kinds that a cooperation cannot do without; the defaults stand in where a file has none."""

DEFAULT_ROLES: tuple[CooperationRole, ...] = (
    CooperationRole(
        id="legal",
        kind="specialist",
        domains=("legal", "reasoning"),
        prefers=("llama-3.3-70b", "qwen2.5-32b"),
        title_en="Legal and reasoning specialist",
        title_es="Especialista jurídico y de razonamiento",
        instruction_en="You are the specialist for law and argument. Name the rule that applies and the country it "
        "belongs to, apply it step by step, and say what depends on facts that you were not given.",
        instruction_es="Eres el especialista en derecho y argumentación. Nombra la norma aplicable y su país, aplícala "
        "paso a paso y di qué depende de hechos que no se te dieron.",
    ),
    CooperationRole(
        id="technical",
        kind="specialist",
        domains=("technical", "knowledge", "writing", "translation", "chat", "personal", "long_context"),
        prefers=("qwen2.5-32b", "qwen2.5-14b"),
        title_en="Technical specialist",
        title_es="Especialista técnico",
        instruction_en="You are the specialist for technical and factual questions. Be exact, give figures with their "
        "units, and mark what you are not sure of.",
        instruction_es="Eres el especialista en cuestiones técnicas y de hechos. Sé exacto, da cifras con sus unidades "
        "y marca aquello de lo que no estés seguro.",
    ),
    CooperationRole(
        id="maths",
        kind="specialist",
        domains=("maths", "reasoning"),
        prefers=("deepseek-r1-distill-qwen-14b", "qwen2.5-32b"),
        title_en="Mathematics and logic specialist",
        title_es="Especialista en matemáticas y lógica",
        instruction_en="You are the specialist for mathematics and logic. Work it out step by step, check the result "
        "in a second way, and state it plainly at the end.",
        instruction_es="Eres el especialista en matemáticas y lógica. Resuélvelo paso a paso, comprueba el resultado "
        "de otra manera y enúncialo con claridad al final.",
    ),
    CooperationRole(
        id="code",
        kind="specialist",
        domains=("code", "technical"),
        prefers=("qwen2.5-coder", "deepseek-coder", "qwen2.5-32b"),
        title_en="Programming specialist",
        title_es="Especialista en programación",
        instruction_en="You are the specialist for programming. Write code that runs as it stands, handle the edge "
        "cases, and say what you assumed.",
        instruction_es="Eres el especialista en programación. Escribe código que funcione tal cual, trata los casos "
        "límite y di qué supusiste.",
    ),
    CooperationRole(
        id="vision",
        kind="specialist",
        domains=("vision",),
        prefers=("llava", "qwen2.5-vl", "gemma-3"),
        title_en="Picture specialist",
        title_es="Especialista en imágenes",
        instruction_en="You are the specialist for pictures. Say what is there before you say what it means.",
        instruction_es="Eres el especialista en imágenes. Di qué se ve antes de decir qué significa.",
    ),
    CooperationRole(
        id="review",
        kind="review",
        domains=("long_context",),
        prefers=("llama-3.1-8b", "jamba", "command-r"),
        title_en="Context reviewer",
        title_es="Revisor de contexto",
        instruction_en="You review what specialists wrote against the conversation and what the user asked to be "
        "remembered. Do not rewrite and do not remove anything: write short notes, one a line, each naming the draft "
        "and what in it contradicts the conversation, the other drafts or itself, or is missing. Write “no remarks” "
        "when there is nothing.",
        instruction_es="Revisas lo que escribieron los especialistas frente a la conversación y lo que el usuario "
        "pidió recordar. No reescribas ni quites nada: escribe notas breves, una por línea, con el borrador y qué "
        "contradice a la conversación, a los otros borradores o a sí mismo, o qué falta. Escribe «sin observaciones» "
        "si no hay nada.",
    ),
    CooperationRole(
        id="integrate",
        kind="integrate",
        domains=DOMAINS,
        prefers=(),
        title_en="Putting it together",
        title_es="Integración",
        instruction_en="Write the one answer that the user gets, in English, from the drafts of specialists and the "
        "reviewer's notes. Where drafts disagree, decide for the better reason and say so if it matters. Do not speak "
        "of drafts, specialists or notes.",
        instruction_es="Escribe la única respuesta que recibe el usuario, en español, a partir de los borradores de "
        "los especialistas y las notas del revisor. Donde discrepen, decide por la mejor razón y dilo si importa. No "
        "hables de borradores, especialistas ni notas.",
    ),
    CooperationRole(
        id="draft",
        kind="draft",
        domains=DOMAINS,
        prefers=(),
        title_en="First answer",
        title_es="Primera respuesta",
        instruction_en="",
        instruction_es="",
    ),
    CooperationRole(
        id="verify",
        kind="verify",
        domains=DOMAINS,
        prefers=(),
        title_en="Check",
        title_es="Comprobación",
        instruction_en="You check an answer. Look for errors in reasoning, arithmetic and facts, and for parts of the "
        "question that it leaves out. Begin with exactly one word: SOUND if you would rely on it, UNSURE if not; then "
        "one sentence of reason.",
        instruction_es="Compruebas una respuesta. Busca errores de razonamiento, cálculo y hechos, y partes de la "
        "pregunta que no contesta. Empieza con exactamente una palabra: SÓLIDA si te fiarías de ella, DUDOSA si no; "
        "después, una frase con el motivo.",
    ),
)

_FIELDS = {
    "id": str,
    "kind": str,
    "domains": list,
    "prefers": list,
    "title_en": str,
    "title_es": str,
    "instruction_en": str,
    "instruction_es": str,
}


def roles_from_json(text: str, where: str) -> tuple[CooperationRole, ...]:
    """Return the roles in `text`, a JSON list of objects with the fields of `CooperationRole`; `where` names the file.

    Defaults stand in for the kinds that a cooperation needs and the file lacks. Raises `InputError` (code
    `cooperation.roles`) with the place and what is allowed there.
    """
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise _wrong(where, str(error), str(error)) from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _wrong(where, "a list of objects is expected", "se espera una lista de objetos")
    own = [_role(cast("dict[str, Any]", row), where, number) for number, row in enumerate(rows, 1)]
    have = {role.kind for role in own}
    if "specialist" not in have:
        own += [role for role in DEFAULT_ROLES if role.kind == "specialist"]
    return (*own, *(role for role in DEFAULT_ROLES if role.kind in _NEEDED and role.kind not in have))


def role_of(kind: StageKind, roles: Sequence[CooperationRole]) -> CooperationRole:
    """Return the first role of `kind`."""
    return next(role for role in roles if role.kind == kind)


def _role(row: Mapping[str, Any], where: str, number: int) -> CooperationRole:
    for name in row:
        if name not in _FIELDS:
            known = ", ".join(_FIELDS)
            raise _wrong(
                where,
                f"role {number} has the unknown field {name!r}; allowed are {known}",
                f"el papel {number} tiene el campo desconocido {name!r}; se permiten {known}",
            )
    for name, kind in _FIELDS.items():
        if not isinstance(row.get(name), kind):
            expected = "a list" if kind is list else "a text"
            en_espanol = "una lista" if kind is list else "un texto"
            raise _wrong(
                where,
                f"role {number}: {name} must be {expected}",
                f"papel {number}: {name} debe ser {en_espanol}",
            )
    domains = tuple(str(domain) for domain in row["domains"])
    wrong = [domain for domain in domains if domain not in DOMAINS]
    if wrong or row["kind"] not in _KINDS:
        bad = wrong[0] if wrong else row["kind"]
        allowed = ", ".join(DOMAINS if wrong else _KINDS)
        raise _wrong(
            where,
            f"role {number}: {bad!r} is not one of {allowed}",
            f"papel {number}: {bad!r} no es uno de {allowed}",
        )
    if not row["id"].strip() or (row["kind"] == "specialist" and not domains):
        raise _wrong(
            where,
            f"role {number}: a role needs an id, and a specialist at least one domain",
            f"papel {number}: un papel necesita un id y un especialista al menos un dominio",
        )
    return CooperationRole(
        id=row["id"],
        kind=row["kind"],
        domains=cast("tuple[Domain, ...]", domains),
        prefers=tuple(str(name) for name in row["prefers"]),
        title_en=row["title_en"],
        title_es=row["title_es"],
        instruction_en=row["instruction_en"],
        instruction_es=row["instruction_es"],
    )


def _wrong(where: str, en: str, es: str) -> InputError:
    return InputError(
        "cooperation.roles",
        en="{where} cannot be used: {problem}. The built-in roles are in use; mend the file.",
        es="{where} no se puede usar: {problema}. Se usan los papeles incluidos; corrige el fichero.",
        where=where,
        problem=en,
        problema=es,
    )
