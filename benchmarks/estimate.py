"""What models of real sizes are predicted to take in RAM, beside what llama.cpp logs and what the process grows by.

Makes the models on the spot, weights a hole of zeros: `python -m benchmarks.estimate [FOLDER]` prints a Markdown table.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from jarvis.catalog.gguf_shape import shape_of_gguf
from jarvis.placement.estimate import cpu_estimate
from tests.fakes.measured_loads import Case, loads
from tests.fakes.shaped_gguf import a_model, shaped_gguf

CASES: tuple[Case, ...] = ((2048, "f16", True), (2048, "f16", False), (8192, "q8_0", False), (32_768, "f16", False))
"""Context, type of cache, and whether the file is mapped; Jarvis does not map what stays in RAM."""


QWEN_VOCABULARY = 151_936

SHAPES = {
    "Qwen2.5-0.5B": a_model(
        "qwen2", (24, 896, 4864), (14, 2, 64), QWEN_VOCABULARY, weights="Q5_0", output="Q8_0", tied=True
    ),
    "Qwen2.5-1.5B": a_model("qwen2", (28, 1536, 8960), (12, 2, 128), QWEN_VOCABULARY, tied=True),
    "Qwen2.5-3B": a_model("qwen2", (36, 2048, 11_008), (16, 2, 128), QWEN_VOCABULARY, tied=True),
    "Qwen2.5-7B, 4 of 28 layers": a_model("qwen2", (4, 3584, 18_944), (28, 4, 128), QWEN_VOCABULARY),
    "Llama-3.1-8B, 4 of 32 layers": a_model("llama", (4, 4096, 14_336), (32, 8, 128), 128_256),
    "Mistral-7B, 4 of 32 layers": a_model("llama", (4, 4096, 14_336), (32, 8, 128), 32_768),
    "Gemma-3-4B, 6 of 34 layers": a_model("gemma3", (6, 2560, 10_240), (8, 4, 256), 262_144, window=1024, tied=True),
    "Qwen3-30B-A3B, 4 of 48 layers": a_model("qwen3moe", (4, 2048, 768), (32, 4, 128), QWEN_VOCABULARY, experts=128),
}


def main(folder: Path) -> None:
    """Print one row per model and case; every load is in a process of its own, the file in the page cache."""
    print("|Model|context, KV|weights: said / logged|KV|compute|total less compute|RSS|load|\n|-|-|-|-|-|-|-|-|")
    for name, dimensions in SHAPES.items():
        path = shaped_gguf(folder / "model.gguf", dimensions)
        shape = shape_of_gguf(path)
        loads(path, CASES[:1])
        for case in CASES:
            context, kind, mmap = case
            (logged,) = loads(path, (case,))
            said = cpu_estimate(shape, context=context, kv_type=kind, mmap=mmap)
            weights = logged.plain + logged.repacked
            print(
                f"|{name}|{context}, {kind}{', mapped' if mmap else ''}|{said.weights_mib:.1f} / {weights:.1f}"
                f"|{said.kv_mib:.2f} / {logged.kv:.2f}|{said.compute_mib:.2f} / {logged.compute:.2f}"
                f"|{said.total_mib - said.compute_mib:.0f}|{logged.grown:.0f}|{logged.seconds:.2f} s|",
                flush=True,
            )
        path.unlink()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))
