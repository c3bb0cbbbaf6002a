"""A plan as a Markdown table, for the README and the terminal. Knows nothing of how it was made."""

from __future__ import annotations

from jarvis.contracts.errors import Language
from jarvis.contracts.placement import Placement, Plan, Refusal

_HEADS: dict[Language, tuple[str, ...]] = {
    "en": ("Model", "Where", "GPU GiB", "RAM GiB", "Context", "Cache", "Tokens/s", "Loads in"),
    "es": ("Modelo", "Dónde", "GiB de GPU", "GiB de RAM", "Contexto", "Caché", "Tokens/s", "Carga en"),
}


def plan_markdown(plan: Plan, *, language: Language = "en") -> str:
    """Return one row per model, placed ones first; a refused one says in its row what is missing."""
    heads = _HEADS[language]
    rows = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    rows += [_placed(placement, language) for placement in plan.placements]
    rows += [_refused(refusal, len(heads), language) for refusal in plan.refused]
    return "\n".join(rows) + "\n"


def where(placement: Placement, language: Language = "en") -> str:
    """Return where a model goes in a few words, such as "27 layers on GPU 0, 9 on GPU 1, 44 in RAM"."""
    ram, gpu, layers = ("in RAM", "on GPU", "layers") if language == "en" else ("en RAM", "en GPU", "capas")
    if not placement.devices:
        return "RAM"
    if len(placement.devices) == 1 and placement.how == "one_gpu":
        return f"GPU {placement.devices[0].gpu}"
    parts = [f"{share.layers} {gpu} {share.gpu}" for share in placement.devices]
    parts[0] = parts[0].replace(f" {gpu}", f" {layers} {gpu}", 1)
    if placement.cpu_layers:
        parts.append(f"{placement.cpu_layers} {ram}")
    if placement.expert_cpu_layers:
        experts = "experts of" if language == "en" else "expertos de"
        parts.append(f"{experts} {placement.expert_cpu_layers} {ram}")
    return ", ".join(parts)


def _placed(placement: Placement, language: Language) -> str:
    gpu = " + ".join(f"{share.mib / 1024:.1f}" for share in placement.devices) or "–"
    text = placement.tokens_per_second > 0
    speed = "–" if not text else f"{placement.tokens_per_second:.{0 if placement.tokens_per_second >= 10 else 1}f}"
    cells = (
        placement.model,
        ", ".join([where(placement, language), *([placement.decoding.told(language)] if placement.decoding else [])]),
        gpu,
        f"{placement.ram_mib / 1024:.1f}",
        str(placement.context_tokens) if text else "–",
        placement.kv_type if text else "–",
        speed if not placement.measured else f"{speed} *",
        f"{placement.load_seconds:.0f} s",
    )
    return "| " + " | ".join(cells) + " |"


def _refused(refusal: Refusal, width: int, language: Language) -> str:
    return f"| {refusal.model} | {refusal.why(language)} |" + " |" * (width - 2)
