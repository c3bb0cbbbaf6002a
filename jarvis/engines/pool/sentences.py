"""Everything that the pool says to people: errors and notices, in both languages.

Knows nothing about when they are said.
"""

from __future__ import annotations

from jarvis.contracts.errors import EngineError
from jarvis.contracts.placement import Placement, Refusal
from jarvis.contracts.ports import EngineNotice
from jarvis.engines.pool.state import Ending
from jarvis.processes.exits import literal

_ENDINGS: dict[Ending, tuple[str, str, str]] = {
    "died": (
        "engine.died",
        "The model {model} ended in the middle of the answer ({why}); what had arrived is kept. "
        "Ask again and it starts anew.",
        "El modelo {model} terminó a mitad de la respuesta ({why}); se conserva lo recibido. "
        "Pregunta de nuevo y volverá a arrancar.",
    ),
    "hung": (
        "engine.died",
        "The model {model} no longer answered and was ended ({why}); what had arrived is kept. "
        "Ask again and it starts anew.",
        "El modelo {model} dejó de responder y se terminó ({why}); se conserva lo recibido. "
        "Pregunta de nuevo y volverá a arrancar.",
    ),
    "stuck": (
        "engine.stuck",
        "The model {model} got no further with the answer ({why}) and was ended; what had arrived is kept. "
        "Ask again, or in fewer words.",
        "El modelo {model} no avanzaba con la respuesta ({why}) y se terminó; se conserva lo recibido. "
        "Pregunta de nuevo, o con menos palabras.",
    ),
    "freed": (
        "engine.freed",
        "The graphics cards were freed while {model} was answering; what had arrived is kept. "
        "Ask again: it answers on the processor, or on the cards once they may be used.",
        "Se liberaron las tarjetas gráficas mientras {model} respondía; se conserva lo recibido. "
        "Pregunta de nuevo: responderá en el procesador, o en las tarjetas cuando se puedan usar.",
    ),
    "updated": (
        "engine.updating",
        "The model {model} is being updated and was taken out of service; what had arrived is kept. "
        "Ask again in a moment.",
        "El modelo {model} se está actualizando y se retiró del servicio; se conserva lo recibido. "
        "Pregunta de nuevo en un momento.",
    ),
    "unloaded": (
        "engine.unloaded",
        "The model {model} was unloaded while it was answering; what had arrived is kept. Ask again to load it anew.",
        "El modelo {model} se descargó de la memoria mientras respondía; se conserva lo recibido. "
        "Pregunta de nuevo para cargarlo otra vez.",
    ),
    "closed": (
        "engine.closed",
        "Jarvis is closing, so {model} stopped answering; what had arrived is kept. Ask again after the next start.",
        "Jarvis se está cerrando y {model} dejó de responder; se conserva lo recibido. "
        "Pregunta de nuevo tras el próximo inicio.",
    ),
}


def ended(ending: Ending, model: str, why: str = "") -> EngineError:
    """Return what the holder of a running answer is told about the end of the child."""
    code, en, es = _ENDINGS.get(ending, _ENDINGS["died"])
    return EngineError(code, en=en, es=es, model=model, why=why or ending)


def out_of_memory(model: str) -> EngineError:
    """Return the error for a model that found no room, not even with smaller settings."""
    return EngineError(
        "engine.out_of_memory",
        en="{model} ran out of memory while loading, also with smaller settings. Close other programs that use the "
        "graphics card, lower the context, or choose a smaller model.",
        es="{model} se quedó sin memoria al cargarse, también con ajustes menores. Cierra otros programas que usen la "
        "tarjeta gráfica, reduce el contexto o elige un modelo más pequeño.",
        model=model,
    )


def broken() -> EngineError:
    """Return the error for a fault of the pool itself."""
    return EngineError(
        "engine.pool_failed",
        en="Running models were ended because of a fault inside Jarvis; what had arrived is kept. Ask again: they "
        "start anew. The log has the details.",
        es="Se terminaron los modelos en marcha por un fallo interno de Jarvis; se conserva lo recibido. Pregunta de "
        "nuevo: volverán a arrancar. El registro tiene los detalles.",
    )


def start_failed(model: str, why: str) -> EngineError:
    """Return the error for a model that could not be started, or not even placed."""
    return EngineError(
        "engine.start_failed",
        en="The model {model} could not be started{why}. Try again; its log is in the logs folder.",
        es="No se pudo iniciar el modelo {model}{why}. Inténtalo de nuevo; su registro está en la carpeta de "
        "registros.",
        model=model,
        why=f" ({why})" if why else "",
    )


def withdrawn(ending: Ending, model: str) -> EngineError:
    """Return what somebody is told who waited for a model that was taken out of service (`updated`) or unloaded."""
    if ending == "updated":
        return EngineError(
            "engine.updating",
            en="The model {model} is being updated, so it did not answer. Ask again in a moment.",
            es="El modelo {model} se está actualizando y no respondió. Pregunta de nuevo en un momento.",
            model=model,
        )
    return EngineError(
        "engine.unloaded",
        en="The model {model} was unloaded before it could answer. Ask again to load it anew.",
        es="El modelo {model} se descargó de la memoria antes de poder responder. Pregunta de nuevo para cargarlo.",
        model=model,
    )


def no_place(refusal: Refusal, held: bool, pinned: tuple[str, ...] = (), foreign: tuple[str, ...] = ()) -> EngineError:
    """Return the error for a model that placement refuses; `pinned` and `foreign` models hold memory meanwhile."""
    en, es = literal(refusal.why_en), literal(refusal.why_es)
    if held:
        en += " The graphics cards are being left free; end that to use them."
        es += " Las tarjetas gráficas se están dejando libres; termina eso para usarlas."
    if pinned:
        names = literal(", ".join(pinned))
        en += f" Kept in memory because pinned: {names}; unpin or unload what you do not need."
        es += f" Fijos en memoria: {names}; suelta o descarga lo que no necesites."
    if foreign:
        names = literal(", ".join(foreign))
        en += f" Held by another process: {names}; close it or unload it there."
        es += f" En memoria por otro proceso: {names}; ciérralo o descárgalo allí."
    return EngineError("engine.no_place", en=en, es=es, retryable=False)


def still_busy(wanted: str, busy: str) -> EngineError:
    """Return the error for a wait for another model's answers that took too long."""
    return EngineError(
        "engine.busy",
        en="{busy} is still answering another question, so {wanted} could not take its place yet; that answer goes "
        "on. Ask again when it is finished, or stop it.",
        es="{busy} sigue respondiendo otra pregunta y {wanted} aún no pudo ocupar su lugar; esa respuesta continúa. "
        "Pregunta de nuevo cuando termine, o detenla.",
        wanted=wanted,
        busy=busy,
    )


def still_loading(wanted: str, loading: str) -> EngineError:
    """Return the error for a wait for another model's load that took too long."""
    return EngineError(
        "engine.busy",
        en="{loading} is still being loaded, so {wanted} could not be loaded yet. Ask again when it is there.",
        es="{loading} todavía se está cargando y {wanted} aún no pudo cargarse. Pregunta de nuevo cuando esté listo.",
        wanted=wanted,
        loading=loading,
    )


def loading_first(wanted: str, loading: str) -> EngineNotice:
    """Return the notice that another model is loaded before this one."""
    return EngineNotice(
        code="engine.loading_first",
        en=f"{loading} is being loaded first; {wanted} comes right after that.",
        es=f"{loading} se está cargando primero; {wanted} viene justo después.",
    )


def loading_elsewhere(wanted: str) -> EngineNotice:
    """Return the notice that another Jarvis process loads a model first."""
    return EngineNotice(
        code="engine.loading_elsewhere",
        en=f"Another running Jarvis is loading a model; {wanted} comes right after that.",
        es=f"Otro Jarvis en marcha está cargando un modelo; {wanted} viene justo después.",
    )


def queued(wanted: str, busy: str) -> EngineNotice:
    """Return the notice that another model answers first."""
    return EngineNotice(
        code="engine.queue",
        en=f"{busy} is still answering; {wanted} takes its place right after that.",
        es=f"{busy} todavía está respondiendo; {wanted} ocupará su lugar justo después.",
    )


def swapping(wanted: str, leaving: tuple[str, ...]) -> EngineNotice:
    """Return the notice that models are unloaded to make room."""
    names_en, names_es = " and ".join(leaving), " y ".join(leaving)
    return EngineNotice(
        code="engine.swap",
        en=f"Unloading {names_en} to make room for {wanted}.",
        es=f"Descargando {names_es} para hacer sitio a {wanted}.",
    )


def vram_missing(gpu: int, missing_mib: float) -> EngineNotice:
    """Return the notice that freed GPU memory did not come back in time."""
    return EngineNotice(
        code="engine.vram",
        en=f"GPU {gpu} has not given back {missing_mib:.0f} MiB of its memory; going on with what is free.",
        es=f"La GPU {gpu} no ha devuelto {missing_mib:.0f} MiB de su memoria; se continúa con lo que está libre.",
    )


def retrying_smaller(model: str) -> EngineNotice:
    """Return the notice that a load is tried again with less."""
    return EngineNotice(
        code="engine.smaller",
        en=f"{model} ran out of memory; loading it again with a smaller context, cache or share of the graphics card.",
        es=f"{model} se quedó sin memoria; se carga de nuevo con menos contexto, caché o parte en la tarjeta gráfica.",
    )


def on_processor(model: str) -> EngineNotice:
    """Return the notice that the GPUs are left alone."""
    return EngineNotice(
        code="engine.held",
        en=f"The graphics cards are being left free, so {model} answers on the processor and more slowly.",
        es=f"Las tarjetas gráficas se están dejando libres: {model} responde en el procesador y más despacio.",
    )


def device_of(placement: Placement) -> str:
    """Return "GPU 0", "GPU 0+1", "GPU 0+CPU" or "CPU"."""
    gpus = "+".join(str(share.gpu) for share in placement.devices if share.layers or share.mib)
    if not gpus:
        return "CPU"
    spills = placement.how == "partial" or placement.cpu_layers or placement.expert_cpu_layers
    return f"GPU {gpus}+CPU" if spills else f"GPU {gpus}"
