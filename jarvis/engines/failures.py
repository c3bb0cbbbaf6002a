"""Every way in which a model behind an API fails, as one code and a sentence per language.

Knows no protocol and no client. The sentences never carry a key, the question or the answer.
"""

from __future__ import annotations

from jarvis.contracts.errors import EngineError

_SENTENCES: dict[str, tuple[bool, str, str]] = {
    "auth": (
        False,
        "{where} refused the key for {model}. Enter a valid one in the settings or with “jarvis keys set”.",
        "{where} rechazó la clave de {model}. Introduce una válida en los ajustes o con «jarvis keys set».",
    ),
    "quota": (
        False,
        "The account at {where} has no credit left for {model}. Add credit there or use a local model.",
        "La cuenta de {where} no tiene saldo para {model}. Recárgala allí o usa un modelo local.",
    ),
    "rate_limit": (
        True,
        "{where} takes no more questions for {model} right now. Wait a moment and ask again.",
        "{where} no admite más preguntas para {model} ahora mismo. Espera un momento y pregunta de nuevo.",
    ),
    "context_too_long": (
        False,
        "The conversation is too long for {model}{numbers}. Start a new conversation or ask something shorter.",
        "La conversación es demasiado larga para {model}{numbers}. Empieza otra o haz una pregunta más corta.",
    ),
    "model_unknown": (
        False,
        "{where} does not offer a model called {model}. Choose another one in the settings.",
        "{where} no ofrece ningún modelo llamado {model}. Elige otro en los ajustes.",
    ),
    "refused": (
        False,
        "{where} refused the question to {model}: {detail}. Check the model and the address in the settings.",
        "{where} rechazó la pregunta a {model}: {detail}. Revisa el modelo y la dirección en los ajustes.",
    ),
    "server": (
        True,
        "{where} had a fault of its own ({detail}). Ask again in a moment.",
        "{where} tuvo un fallo propio ({detail}). Pregunta de nuevo en un momento.",
    ),
    "unreachable": (
        True,
        "{where} could not be reached. Check the network and the address in the settings.",
        "No se pudo conectar con {where}. Revisa la red y la dirección en los ajustes.",
    ),
    "timeout": (
        True,
        "{where} did not answer in time. Ask again, or use another model.",
        "{where} no respondió a tiempo. Pregunta de nuevo o usa otro modelo.",
    ),
    "not_an_api": (
        False,
        "{where} answered with something else than a model's answer, such as a web page. "
        "Check the address in the settings; it usually ends in /v1.",
        "{where} respondió algo que no es la respuesta de un modelo, como una página web. "
        "Revisa la dirección en los ajustes; suele acabar en /v1.",
    ),
    "cut_off": (
        True,
        "The answer of {model} broke off; what had arrived is kept. Ask again.",
        "La respuesta de {model} se interrumpió; se conserva lo recibido. Pregunta de nuevo.",
    ),
    "empty": (
        True,
        "{model} gave an empty answer. Ask again or in other words.",
        "{model} dio una respuesta vacía. Pregunta de nuevo o con otras palabras.",
    ),
    "schema": (
        True,
        "The answer of {model} did not have the demanded form. Ask again.",
        "La respuesta de {model} no tenía la forma pedida. Pregunta de nuevo.",
    ),
    "answer_schema": (
        True,
        "The answer of {model} did not have the demanded form at {detail}; nothing was done with it. Ask again.",
        "La respuesta de {model} no tenía la forma pedida en {detail}; no se hizo nada con ella. Pregunta de nuevo.",
    ),
    "tool_schema": (
        True,
        "{model} filled in the tool {detail} wrongly, so it was not run. Ask again or in other words.",
        "{model} rellenó mal la herramienta {detail} y no se ejecutó. Pregunta de nuevo o con otras palabras.",
    ),
    "bad_schema": (
        False,
        "The form demanded of {model} cannot be asked for or checked, so nothing was sent. Mend the tool or the "
        "schema; a schema may refer only to itself.",
        "La forma pedida a {model} no se puede pedir o comprobar y no se envió nada. Corrige la herramienta o el "
        "esquema; un esquema solo puede referirse a sí mismo.",
    ),
    "too_much": (
        False,
        "{where} sent far more than an answer of {model} can be, so the connection was cut; what had arrived is kept. "
        "Check the address in the settings or ask another model.",
        "{where} envió mucho más de lo que puede ser una respuesta de {model} y se cortó la conexión; se conserva lo "
        "recibido. Revisa la dirección en los ajustes o pregunta a otro modelo.",
    ),
    "moved": (
        False,
        "{where} has moved to another address, to which nothing was sent. Enter the new address in the settings.",
        "{where} se ha mudado a otra dirección, a la que no se envió nada. Introduce la nueva en los ajustes.",
    ),
    "overloaded": (
        True,
        "{where} is overloaded and did not take the question to {model}. Ask again in a moment or use another model.",
        "{where} está saturado y no aceptó la pregunta a {model}. Pregunta de nuevo en un momento o usa otro modelo.",
    ),
    "blocked": (
        False,
        "{model} declined to answer this for its safety rules ({detail}); what had arrived is kept. "
        "Ask in other words or another model.",
        "{model} rechazó responder por sus normas de seguridad ({detail}); se conserva lo recibido. "
        "Pregunta con otras palabras o a otro modelo.",
    ),
    "only_thought": (
        True,
        "{model} used up its tokens thinking and never came to the answer. Allow longer answers or ask something "
        "smaller.",
        "{model} gastó sus tokens pensando y no llegó a responder. Permite respuestas más largas o pregunta algo "
        "más pequeño.",
    ),
    "no_package": (
        False,
        "Asking {where} needs the package {detail}, which is not installed; nothing was sent. "
        "Install it with “pip install jarvis-desktop[cloud]”.",
        "Preguntar a {where} necesita el paquete {detail}, que no está instalado; no se envió nada. "
        "Instálalo con «pip install jarvis-desktop[cloud]».",
    ),
    "ollama_stopped": (
        True,
        "Ollama does not answer at {where}, so {model} could not be asked. Start it with “ollama serve”.",
        "Ollama no responde en {where} y no se pudo preguntar a {model}. Arráncalo con «ollama serve».",
    ),
    "ollama_memory": (
        False,
        "Ollama has too little memory for {model}. Choose a smaller model or a smaller context in the settings.",
        "Ollama no tiene memoria suficiente para {model}. Elige un modelo o un contexto más pequeño en los ajustes.",
    ),
    "ollama_no_model": (
        False,
        "Ollama no longer has {model}. Fetch it with “ollama pull {model}” or choose another model.",
        "Ollama ya no tiene {model}. Descárgalo con «ollama pull {model}» o elige otro modelo.",
    ),
}

_CODES = {
    "answer_schema": "engine.schema",
    "tool_schema": "engine.schema",
    "ollama_stopped": "engine.unreachable",
    "ollama_memory": "engine.out_of_memory",
    "ollama_no_model": "engine.model_unknown",
}
"""Kinds that are a special case of another code."""

_BAD_TOOL: dict[str, tuple[str, str]] = {
    "unknown": (
        "{model} wanted a tool called {tool}, which there is not; nothing was run. Ask again or in other words.",
        "{model} quiso usar una herramienta llamada {tool}, que no existe; no se ejecutó nada. "
        "Pregunta de nuevo o con otras palabras.",
    ),
    "forbidden": (
        "{model} wanted the tool {tool} where it may not be used; nothing was run. Ask again.",
        "{model} quiso usar la herramienta {tool} donde no está permitida; no se ejecutó nada. Pregunta de nuevo.",
    ),
    "missing": (
        "{model} was to use a tool ({tool}) and did not. Ask again or in other words.",
        "{model} debía usar una herramienta ({tool}) y no lo hizo. Pregunta de nuevo o con otras palabras.",
    ),
    "no_json": (
        "{model} filled in the tool {tool} illegibly, so it was not run. Ask again.",
        "{model} rellenó la herramienta {tool} de forma ilegible y no se ejecutó. Pregunta de nuevo.",
    ),
}


def failure(kind: str, *, where: str, model: str, detail: str = "", numbers: str = "") -> EngineError:
    """Return the error of `kind`, whose code is `engine.<kind>` or the one it is a special case of.

    `where` is the server's name, `detail` a few technical words, `numbers` what was asked and what is possible.
    """
    retryable, en, es = _SENTENCES[kind]
    return EngineError(
        _CODES.get(kind, f"engine.{kind}"),
        en=en,
        es=es,
        retryable=retryable,
        where=where,
        model=model,
        detail=detail,
        numbers=numbers,
    )


def bad_tool(reason: str, *, model: str, tool: str) -> EngineError:
    """Return the error with code `engine.bad_tool`; `reason` is "unknown", "forbidden", "missing" or "no_json"."""
    en, es = _BAD_TOOL[reason]
    return EngineError("engine.bad_tool", en=en, es=es, model=model, tool=tool)
