"""Why a model goes where it goes, or nowhere, as one sentence in English and one in Spanish.

Knows the outcome only; decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from jarvis.contracts.placement import KvType, Placement
from jarvis.placement.cuts import Cut
from jarvis.placement.fitting import Fitting
from jarvis.placement.plan_table import where

_BITS: dict[KvType, int] = {"f16": 16, "q8_0": 8, "q4_0": 4}


def placed(fitting: Fitting, cut: Cut, *, wished_context: int, forced: int | None, smaller: int) -> tuple[str, str]:
    """Return the sentences for a model that has its place at `cut`."""
    en, es = _where(fitting, cut, forced, smaller)
    if fitting.kv_type != "f16":
        bits = _BITS[fitting.kv_type]
        en, es = f"{en}; cache in {bits} bit to save memory", f"{es}; caché en {bits} bits para ahorrar memoria"
    if fitting.context < wished_context:
        trained = fitting.shape.context_tokens
        if 0 < trained <= fitting.context:
            en += f"; {fitting.context} tokens of context, the most the model was trained for"
            es += f"; {fitting.context} tokens de contexto, lo máximo para lo que se entrenó"
        else:
            en += f"; {fitting.context} tokens of context instead of {wished_context}"
            es += f"; {fitting.context} tokens de contexto en vez de {wished_context}"
    if smaller:
        en += f"; made smaller {_times(smaller, 'en')} because loading it ran out of memory"
        es += f"; reducido {_times(smaller, 'es')} porque al cargarlo faltó memoria"
    return f"{en}.", f"{es}."


def refused(fitting: Fitting, *, missing_mib: float, gpu: int | None, smaller: int) -> tuple[str, str]:
    """Return the sentences for a model without a place: `missing_mib` are short on `gpu`, or in RAM if it is None."""
    memory_en, memory_es = ("of RAM", "de RAM") if gpu is None else (f"on GPU {gpu}", f"en la GPU {gpu}")
    missing = _gib(missing_mib)
    en = f"no place even with {fitting.context} tokens of context and a cache in {_BITS[fitting.kv_type]} bit: "
    es = f"no cabe ni con {fitting.context} tokens de contexto y caché en {_BITS[fitting.kv_type]} bits: "
    if smaller:
        en = "it ran out of memory and can be made no smaller: "
        es = "faltó memoria y no se puede reducir más: "
    return (
        f"{en}{missing} GiB {memory_en} are missing. Free memory, or choose a smaller model or quantization.",
        f"{es}faltan {comma(missing)} GiB {memory_es}. Libera memoria, o elige un modelo o una cuantización menor.",
    )


def left_out(beside: Placement | None, alone: Placement) -> tuple[str, str]:
    """Return the sentences for a model that is loaded at `alone` when asked rather than kept at `beside`.

    `beside` is its best place with the others resident, None when there is none.
    """
    en = "is not kept in memory: beside the others it has no place"
    es = "no se mantiene en memoria: junto a los demás no cabe"
    if beside is not None:
        speed = _speed(beside)
        en = f"is not kept in memory: beside the others it would answer with {speed} tokens/s ({where(beside, 'en')})"
        with_others = f"{comma(speed)} tokens/s ({where(beside, 'es')})"
        es = f"no se mantiene en memoria: junto a los demás respondería a {with_others}"
    speed, loads = _speed(alone), f"{alone.load_seconds:.0f} s"
    return (
        f"{en}; when asked it takes their place ({where(alone, 'en')}: {speed} tokens/s after {loads}).",
        f"{es}; al pedirlo ocupa su lugar ({where(alone, 'es')}: {comma(speed)} tokens/s tras {loads}).",
    )


def _where(fitting: Fitting, cut: Cut, forced: int | None, smaller: int) -> tuple[str, str]:
    if not cut.gpus:
        return _in_ram(fitting, cut, forced, smaller)
    held = fitting.gpu_mib(cut)
    if len(cut.gpus) == 1 and not cut.cpu_layers and not cut.expert_cpu_layers:
        gpu = cut.gpus[0]
        needs, has = _gib(held[gpu]), _gib(_free(fitting, gpu))
        return (
            f"fits whole on GPU {gpu} (needs {needs} GiB of {has})",
            f"cabe entero en la GPU {gpu} (necesita {comma(needs)} GiB de {comma(has)})",
        )
    en, es = _too_large(fitting, forced, smaller)
    parts_en = [f"{layers} {_plural(layers, 'layer')} on GPU {gpu}" for gpu, layers in _layers(cut)]
    parts_es = [f"{layers} {_plural(layers, 'capa')} en la GPU {gpu}" for gpu, layers in _layers(cut)]
    if cut.cpu_layers:
        parts_en.append(f"{cut.cpu_layers} in RAM")
        parts_es.append(f"{cut.cpu_layers} en la RAM")
    en, es = f"{en} {_list(parts_en, 'and')}", f"{es} {_list(parts_es, 'y')}"
    experts = cut.expert_cpu_layers - cut.cpu_layers
    if experts > 0:
        en += f", the routed experts of {experts} {_plural(experts, 'layer')} in RAM"
        es += f", los expertos de {experts} {_plural(experts, 'capa')} en la RAM"
    return en, es


def _in_ram(fitting: Fitting, cut: Cut, forced: int | None, smaller: int) -> tuple[str, str]:
    needs, has = _gib(fitting.ram_mib(cut)), _gib(fitting.machine.ram_free_mib)
    if forced == 0:
        en, es = "in RAM as asked", "en la RAM, como se pidió"
    elif smaller and fitting.gpus:
        en, es = "away from the GPUs, all in RAM", "fuera de las GPU, todo en la RAM"
    elif not fitting.gpus:
        en, es = "no GPU to use, so all in RAM", "no hay GPU que usar, así que todo en la RAM"
    else:
        en, es = "no GPU has room for it, so all in RAM", "ninguna GPU tiene sitio, así que todo en la RAM"
    return f"{en} (needs {needs} GiB of {has})", f"{es} (necesita {comma(needs)} GiB de {comma(has)})"


def _too_large(fitting: Fitting, forced: int | None, smaller: int) -> tuple[str, str]:
    if forced is not None and forced > 0:
        return (
            f"{forced} {_plural(forced, 'layer')} asked for the GPUs, so",
            f"se pidieron {forced} {_plural(forced, 'capa')} en las GPU, así que",
        )
    if smaller:
        return "less on the GPUs than would fit by estimate:", "menos en las GPU de lo que cabría según la estimación:"
    whole = {
        gpu.index: fitting.gpu_mib(Cut(cpu_layers=0, gpus=(gpu.index,), layers=(fitting.count,)))[gpu.index]
        for gpu in fitting.gpus
    }
    largest = max(fitting.gpus, key=lambda gpu: (gpu.free_mib, -gpu.index))
    needs, has = _gib(whole[largest.index]), _gib(largest.free_mib)
    return (
        f"does not fit on GPU {largest.index} (needs {needs} GiB of {has}), so",
        f"no cabe en la GPU {largest.index} (necesita {comma(needs)} GiB de {comma(has)}), así que",
    )


def _layers(cut: Cut) -> list[tuple[int, int]]:
    return list(zip(cut.gpus, cut.layers, strict=True))


def _free(fitting: Fitting, index: int) -> float:
    return next(gpu.free_mib for gpu in fitting.gpus if gpu.index == index)


def _speed(placement: Placement) -> str:
    return f"{placement.tokens_per_second:.{0 if placement.tokens_per_second >= 10 else 1}f}"


def comma(number: str) -> str:
    """Return a number below a thousand as Spanish writes it."""
    return number.replace(".", ",")


def _gib(mib: float) -> str:
    return f"{mib / 1024:.1f}"


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def _times(count: int, language: str) -> str:
    if language == "es":
        return "una vez" if count == 1 else f"{count} veces"
    return "once" if count == 1 else f"{count} times"


def _list(parts: Sequence[str], last: str) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"
