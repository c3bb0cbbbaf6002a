"""What the reference rig has and could have of models, and where each goes.

The rig: an RTX 5070 Ti with 16 GB, an RTX 2060 with 6 GB, 64 GB of memory.
"""

from __future__ import annotations

from jarvis.contracts.model_desk import ModelView
from jarvis.contracts.models import ModelKind
from jarvis.contracts.placement import DeviceShare, How, Placement, Refusal

GB = 1_000_000_000
_TONGUES = ("en", "es", "zh", "fr", "de", "pt", "it", "ru")


def text_view(identity: str, name: str, gigabytes: float, about: str, **more: object) -> ModelView:
    """Return a language model of the catalogue that is not here, unless `more` says otherwise."""
    values: dict[str, object] = {
        "id": identity,
        "name": name,
        "kind": "text",
        "state": "available",
        "engine": "llama.cpp",
        "source": "catalogue",
        "about": about,
        "bytes": int(gigabytes * GB),
        "quantization": identity.rpartition(":")[2].upper(),
        "licence": "Apache-2.0",
        "languages": _TONGUES,
        "abilities": ("chat", "tools"),
        "context_tokens": 32768,
    }
    return ModelView(**(values | more))  # type: ignore[arg-type]


def _other(identity: str, name: str, kind: ModelKind, gigabytes: float, about: str, **more: object) -> ModelView:
    engine = {"recognition": "faster-whisper", "voice": "piper", "embedding": "llama.cpp", "reranker": "llama.cpp"}
    values: dict[str, object] = {
        "kind": kind,
        "engine": engine.get(kind, "onnxruntime"),
        "abilities": (),
        "context_tokens": None,
    }
    return text_view(identity, name, gigabytes, about, **(values | more))


def rig_views() -> list[ModelView]:
    """Return what the reference rig has and could have."""
    damaged = "The file is damaged: its header ends early. It was left as it is; download the model again."
    return [
        text_view(
            "qwen2.5-7b:q4_k_m",
            "Qwen2.5 7B",
            4.68,
            "Quick everyday answers in many languages",
            state="active",
            path="/models/qwen2.5-7b-q4_k_m.gguf",
            device="GPU 0",
            vram_mib=5532.0,
            tokens_per_second=84.2,
            pinned=True,
        ),
        text_view("qwen2.5-7b:q8_0", "Qwen2.5 7B", 8.1, "Quick everyday answers in many languages"),
        text_view(
            "llama-3.1-8b:q4_k_m",
            "Llama 3.1 8B",
            4.92,
            "A sturdy all-rounder with a long context",
            licence="Llama 3.1 Community",
            gated=True,
            context_tokens=131072,
            abilities=("chat", "tools", "long_context"),
        ),
        text_view(
            "phi-4:q4_k_m",
            "Phi-4 14B",
            9.05,
            "Mathematics and careful reasoning",
            state="installed",
            path="/models/phi-4.gguf",
            licence="MIT",
            languages=("en",),
            abilities=("chat", "reasoning", "maths"),
            context_tokens=16384,
            tokens_per_second=41.0,
        ),
        text_view("qwen2.5-14b:q4_k_m", "Qwen2.5 14B", 8.99, "Longer answers and law", state="downloading"),
        text_view("qwen2.5-14b:q8_0", "Qwen2.5 14B", 15.7, "Longer answers and law"),
        text_view(
            "qwen3-32b:q4_k_m",
            "Qwen3 32B",
            19.8,
            "Hard questions, thought through step by step",
            abilities=("chat", "reasoning", "maths", "tools", "translation", "legal"),
            context_tokens=40960,
        ),
        text_view("qwen3-32b:q8_0", "Qwen3 32B", 34.8, "Hard questions, thought through step by step"),
        text_view(
            "llama-3.3-70b:q4_k_m",
            "Llama 3.3 70B",
            42.5,
            "The best answers, slowly",
            licence="Llama 3.3 Community",
            gated=True,
            context_tokens=131072,
        ),
        text_view("gpt-oss-120b:mxfp4", "gpt-oss 120B", 63.4, "Reasoning of the largest open kind"),
        text_view(
            "broken",
            "broken",
            2.0,
            "",
            state="failed",
            source="folder",
            licence="",
            failure=damaged,
            path="/models/broken.gguf",
            quantization="",
            languages=(),
            abilities=(),
            context_tokens=None,
        ),
        text_view(
            "old-friend",
            "old-friend",
            1.1,
            "",
            state="inactive",
            source="import",
            licence="",
            quantization="Q4_0",
            path="/home/ana/old-friend.gguf",
            languages=(),
            abilities=(),
        ),
        text_view(
            "ollama/llama3.2:3b",
            "ollama/llama3.2:3b",
            2.0,
            "",
            state="installed",
            source="ollama",
            engine="ollama",
            quantization="Q4_K_M",
            licence="",
            languages=(),
            abilities=(),
        ),
        _other(
            "whisper-large-v3-turbo:f16",
            "Whisper large v3 turbo",
            "recognition",
            1.62,
            "Hears almost everything",
            state="installed",
            path="/models/whisper",
            device="GPU 1",
            vram_mib=1840.0,
            licence="MIT",
        ),
        _other("whisper-base:f16", "Whisper base", "recognition", 0.15, "Hears clear speech on any computer"),
        _other(
            "voice-es-davefx:f32",
            "Dave, Spanish",
            "voice",
            0.063,
            "A calm Spanish voice",
            state="installed",
            path="/models/davefx.onnx",
            languages=("es",),
        ),
        _other("voice-en-lessac:f32", "Lessac, English", "voice", 0.063, "A clear English voice", languages=("en",)),
        _other(
            "bge-m3:q8_0",
            "BGE-M3",
            "embedding",
            0.63,
            "Finds memories by meaning in a hundred languages",
            state="installed",
            path="/models/bge-m3.gguf",
            licence="MIT",
            context_tokens=8192,
        ),
        _other("bge-reranker-v2-m3:f32", "BGE reranker v2 M3", "reranker", 2.29, "Puts what was found in order"),
        _other(
            "wake-hey-jarvis:int8",
            "Hey Jarvis",
            "wake",
            0.0,
            "Hears “hey Jarvis”",
            state="installed",
            engine="bundled",
            languages=("en", "es"),
        ),
        text_view(
            "openai/gpt-4o-mini",
            "GPT-4o mini",
            0,
            "Cheap and quick",
            source="cloud",
            engine="openai",
            quantization="",
            licence="Proprietary",
            context_tokens=128000,
        ),
    ]


def placed(model: str, how: How, gpus: dict[int, int], speed: float, reason: tuple[str, str]) -> Placement:
    """Return a placement with `gpus` layers by GPU."""
    return Placement(
        model=model,
        how=how,
        devices=tuple(DeviceShare(gpu=gpu, layers=layers, mib=layers * 180.0) for gpu, layers in gpus.items()),
        cpu_layers=10 if how == "partial" else 28 if how == "cpu" else 0,
        ram_mib=9000.0 if how in {"partial", "cpu"} else 300.0,
        context_tokens=8192,
        kv_type="f16",
        tokens_per_second=speed,
        load_seconds=9.0,
        reason_en=reason[0],
        reason_es=reason[1],
    )


FITS_ALONE = ("it fits whole on GPU 0 (needs 5.5 GiB of 15.2).", "cabe entero en la GPU 0 (necesita 5.5 GiB de 15.2).")
_BOTH = (
    "too big for one GPU, so split across both.",
    "demasiado grande para una GPU, así que se reparte entre las dos.",
)
_PART = ("10 layers stay in RAM, which is slow.", "10 capas se quedan en la RAM, que es lenta.")


def rig_fits() -> dict[str, Placement | Refusal]:
    """Return where each of `rig_views` goes with the rig to itself."""
    big = Refusal(
        model="gpt-oss-120b:mxfp4",
        missing_mib=9200.0,
        why_en="it needs 9.0 GiB more than there are.",
        why_es="necesita 9.0 GiB más de los que hay.",
    )
    return {
        "llama-3.3-70b:q4_k_m": placed("llama-3.3-70b:q4_k_m", "partial", {0: 27, 1: 9}, 2.1, _PART),
        "qwen3-32b:q4_k_m": placed("qwen3-32b:q4_k_m", "split", {0: 47, 1: 17}, 18.4, _BOTH),
        "gpt-oss-120b:mxfp4": big,
    }
