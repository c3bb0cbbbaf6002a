"""Where a model goes that cannot be cut, for hearing or remembering: on one GPU, or all in RAM. Pure."""

from __future__ import annotations

from jarvis.contracts.hardware import GpuDevice, Machine
from jarvis.contracts.placement import Decoding, DeviceShare, Placement, Refusal
from jarvis.placement import reasons
from jarvis.placement.fitting import Margin, slowest_first
from jarvis.placement.recognition import decoding_on, memory_mib
from jarvis.placement.wishes import Wish


def one_piece(wish: Wish, machine: Machine, margin: Margin) -> list[Placement | Refusal]:
    """Return the places of a wish without a shape, or one refusal: the slowest GPU first, since speech and embeddings
    lose nothing there; then the CPU."""
    options: list[Placement | Refusal] = []
    # CTranslate2 as it is installed runs on no other GPUs.
    gpus = [gpu for gpu in machine.gpus if wish.role != "recognition" or gpu.vendor == "nvidia"]
    for gpu in sorted(gpus, key=slowest_first):
        if _needed(wish, gpu) <= gpu.free_mib - margin.one_mib:
            options.append(_fixed(wish, machine, gpu))
    if _needed(wish, None) <= machine.ram_free_mib - margin.ram_mib:
        options.append(_fixed(wish, machine, None))
    if options:
        return options
    rooms = [(_needed(wish, gpu) - gpu.free_mib + margin.one_mib, gpu.index) for gpu in gpus]
    missing, where = min([(_needed(wish, None) - machine.ram_free_mib + margin.ram_mib, -1), *rooms])
    memory_en, memory_es = ("of RAM", "de RAM") if where < 0 else (f"on GPU {where}", f"en la GPU {where}")
    gib = f"{missing / 1024:.1f} GiB"
    en = f"no place beside the others: {gib} {memory_en} are missing. Free memory, or choose a smaller one."
    es = f"no cabe junto a los demás: faltan {reasons.comma(gib)} {memory_es}. Libera memoria o elige uno menor."
    return [Refusal(model=wish.model, missing_mib=missing, why_en=en, why_es=es)]


def _decoding(wish: Wish, gpu: GpuDevice | None) -> Decoding | None:
    return decoding_on(gpu) if wish.role == "recognition" else None


def _needed(wish: Wish, gpu: GpuDevice | None) -> float:
    """MiB that a model in one piece takes on `gpu`, None for RAM."""
    decoding = _decoding(wish, gpu)
    if decoding is None or not wish.half_mib:
        return wish.fixed_mib
    return memory_mib(wish.half_mib, decoding, on_gpu=gpu is not None)


def _fixed(wish: Wish, machine: Machine, gpu: GpuDevice | None) -> Placement:
    mib, decoding = _needed(wish, gpu), _decoding(wish, gpu)
    needs = f"{mib / 1024:.1f}"
    place_en, place_es = ("in RAM", "en la RAM") if gpu is None else (f"on GPU {gpu.index}", f"en la GPU {gpu.index}")
    en, es = f"{place_en} (needs {needs} GiB)", f"{place_es} (necesita {reasons.comma(needs)} GiB)"
    if decoding is not None:
        en, es = f"{en}, computing in {decoding.told('en')}", f"{es}; calcula en {decoding.told('es')}"
    return Placement(
        model=wish.model,
        how="cpu" if gpu is None else "one_gpu",
        devices=() if gpu is None else (DeviceShare(gpu=gpu.index, layers=0, mib=mib),),
        cpu_layers=0,
        ram_mib=mib if gpu is None else 0.0,
        context_tokens=0,
        kv_type="f16",
        tokens_per_second=0.0,
        load_seconds=1.0 + wish.size_mib * 2**20 / (machine.disk_gbs * 1e9),
        reason_en=f"{en}.",
        reason_es=f"{es}.",
        decoding=decoding,
    )
