"""Which embedder it is, and why: by the setting, by what is installed, by the GPU that the plan gives. Pure.

A server is asked only where the person set `memory.embedder` to it and gave an address: with it every text leaves this
process, and perhaps this computer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from jarvis.contracts.errors import Language
from jarvis.contracts.placement import Plan

EmbedderKind = Literal["minilm", "sentence-transformers", "llama", "server"]

BGE = "bge-m3"

SENTENCES_MIB, GGUF_MIB = 2600, 1000
"""What BGE-M3 takes on a processor: as 8-bit torch with its 250,002 rows in full precision, and as a Q8_0 GGUF."""

RAM_SHARE = 4
"""Of its own accord Jarvis gives the memory no more than a fourth of the computer's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Here:
    """What there is on this computer. `bge_folder` and `bge_gguf` are BGE-M3's places where they are installed.

    `gpu` is the index of the GPU that the plan gives to BGE-M3, None the processor. `ram_mib` is all the memory of this
    computer, 0 where it is unknown; what is free now must not count, or the vectors would change with it. `bge_bytes`
    is what `jarvis models download bge-m3` would fetch.
    """

    minilm: bool = False
    sentence_transformers: bool = False
    llama_cpp: bool = False
    bge_folder: Path | None = None
    bge_gguf: Path | None = None
    bge_gguf_id: str = f"{BGE}:q8_0"
    gpu: int | None = None
    ram_mib: int = 0
    bge_bytes: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One embedder; `kind` None is none. `path` is its file or folder, `model` its id.

    The reason says why it is this one; the notice, often empty, what the person could gain.
    """

    kind: EmbedderKind | None
    model: str = ""
    path: Path | None = None
    gpu: int | None = None
    reason_en: str
    reason_es: str
    notice_en: str = ""
    notice_es: str = ""

    def reason(self, language: Language) -> str:
        """The reason in `language`."""
        return self.reason_es if language == "es" else self.reason_en

    def notice(self, language: Language) -> str:
        """The notice in `language`; empty where there is nothing to say."""
        return self.notice_es if language == "es" else self.notice_en


def choose(setting: str, here: Here, *, url: str = "", model: str = "", languages: Sequence[Language]) -> Choice:
    """Return the embedder for `memory.embedder` = `setting` and somebody who speaks `languages`.

    `url` and `model` are the settings of the server. What was set and cannot be had is said in the reason, and the
    best that is here takes its place.
    """
    if setting == "server":
        if url.strip():
            return _choice("server", model, None, None, f"set so: {url}", f"así está en los ajustes: {url}")
        why = ("memory.embedder_url has no address", "memory.embedder_url no tiene ninguna dirección")
        return _instead(_best(here, languages), why)
    if setting == "minilm":
        return _minilm(here, languages, "set so", "así está en los ajustes") if here.minilm else _none()
    if setting != BGE:
        return _best(here, languages)
    best = _best(replace(here, ram_mib=0), languages)
    return best if best.model.startswith(BGE) else _instead(best, _why_no_bge(here))


def gpu_of(plan: Plan, model: str) -> int | None:
    """Return the one GPU that holds `model` whole in `plan`; None where it has none."""
    placement = plan.of(model)
    if placement is None or placement.how != "one_gpu":
        return None
    return placement.devices[0].gpu


def _best(here: Here, languages: Sequence[Language]) -> Choice:
    where_en, where_es = ("the processor", "el procesador") if here.gpu is None else (f"GPU {here.gpu}",) * 2
    if here.bge_folder is not None and here.sentence_transformers and _fits(here, SENTENCES_MIB):
        return _choice(
            "sentence-transformers",
            BGE,
            here.bge_folder,
            here.gpu,
            f"BGE-M3 understands both languages and weighs words; it runs on {where_en}",
            f"BGE-M3 entiende los dos idiomas y da peso a las palabras; funciona en {where_es}",
        )
    if here.bge_gguf is not None and here.llama_cpp and _fits(here, GGUF_MIB):
        return _choice(
            "llama",
            here.bge_gguf_id,
            here.bge_gguf,
            here.gpu,
            f"BGE-M3 understands both languages; it runs on {where_en}",
            f"BGE-M3 entiende los dos idiomas; funciona en {where_es}",
        )
    if here.minilm:
        return _minilm(here, languages, "it comes with Jarvis", "viene con Jarvis")
    return _none()


def _minilm(here: Here, languages: Sequence[Language], en: str, es: str) -> Choice:
    notice_en = notice_es = ""
    if "es" in languages:
        missing_en, missing_es = _how_to_bge(here)
        notice_en = f"Spanish memories are found by their words; BGE-M3 also finds them by meaning: {missing_en}"
        notice_es = f"Los recuerdos en español se buscan por sus palabras; BGE-M3 también por su sentido: {missing_es}"
    return _choice("minilm", "all-MiniLM-L6-v2", None, None, en, es, notice_en, notice_es)


def _how_to_bge(here: Here) -> tuple[str, str]:
    """What is to be done to have BGE-M3, in both languages."""
    if here.bge_gguf is None and here.bge_folder is None:
        size = here.bge_bytes / 1e9
        en, es = (f" ({size:.1f} GB)", f" ({size:.1f} GB)".replace(".", ",")) if size else ("", "")
        return f"jarvis models download bge-m3{en}", f"jarvis models download bge-m3{es}"
    return ("set memory.embedder to bge-m3", "pon memory.embedder en bge-m3") if _runs(here) else _why_no_bge(here)


def _why_no_bge(here: Here) -> tuple[str, str]:
    """Why BGE-M3 cannot be had at all, in both languages."""
    if here.bge_gguf is None and here.bge_folder is None:
        return (
            "BGE-M3 is not installed (jarvis models download bge-m3)",
            "BGE-M3 no está instalado (jarvis models download bge-m3)",
        )
    extra = "llama" if here.bge_gguf is not None else "memory"
    return (
        f"BGE-M3 lacks its package (pip install jarvis-desktop[{extra}])",
        f"a BGE-M3 le falta su paquete (pip install jarvis-desktop[{extra}])",
    )


def _runs(here: Here) -> bool:
    folder = here.bge_folder is not None and here.sentence_transformers
    return folder or (here.bge_gguf is not None and here.llama_cpp)


def _fits(here: Here, mib: int) -> bool:
    return here.gpu is not None or not here.ram_mib or here.ram_mib >= RAM_SHARE * mib


def _instead(best: Choice, why: tuple[str, str]) -> Choice:
    return Choice(
        kind=best.kind,
        model=best.model,
        path=best.path,
        gpu=best.gpu,
        reason_en=f"{why[0]}; instead: {best.reason_en}",
        reason_es=f"{why[1]}; en su lugar: {best.reason_es}",
        notice_en=best.notice_en,
        notice_es=best.notice_es,
    )


def _none() -> Choice:
    return _choice(
        None,
        "",
        None,
        None,
        "no embedder is installed, so memories are found by their words alone; install Jarvis again",
        "no hay ningún modelo de embeddings instalado y los recuerdos se buscan solo por sus palabras; vuelve a "
        "instalar Jarvis",
    )


def _choice(
    kind: EmbedderKind | None,
    model: str,
    path: Path | None,
    gpu: int | None,
    en: str,
    es: str,
    notice_en: str = "",
    notice_es: str = "",
) -> Choice:
    return Choice(
        kind=kind,
        model=model,
        path=path,
        gpu=gpu,
        reason_en=en,
        reason_es=es,
        notice_en=notice_en,
        notice_es=notice_es,
    )
