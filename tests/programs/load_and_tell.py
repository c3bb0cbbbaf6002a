"""Child program: loads one GGUF with llama.cpp as verbosely as it can, one context after the other, and says what it
takes.

`python load_and_tell.py MODEL CONTEXT:KV_TYPE[:no-mmap]...`: before each load a line "LOAD ...", after it "RSS bytes"
and "SECONDS ...", all on standard error, where llama.cpp writes. Linux only for RSS.
"""

from __future__ import annotations

import gc
import os
import sys
import time

import llama_cpp
import psutil

from jarvis.catalog.tensor_types import rearranges_weights
from jarvis.engines.children.placed_llama import PlacedLlama

TYPES = {"f16": llama_cpp.GGML_TYPE_F16, "q8_0": llama_cpp.GGML_TYPE_Q8_0, "q4_0": llama_cpp.GGML_TYPE_Q4_0}


def main(model: str, cases: list[str]) -> None:
    """Load, tell, and let go, once per case."""
    for case in cases:
        context, kind, *more = case.split(":")
        before = psutil.Process().memory_info().rss
        os.write(2, f"\nLOAD {case}\n".encode())
        begun = time.monotonic()
        llama = PlacedLlama(
            model,
            rearranged=rearranges_weights(),
            n_ctx=int(context),
            n_batch=512,
            n_threads=1,
            n_gpu_layers=0,
            flash_attn=True,
            swa_full=False,
            use_mmap=more != ["no-mmap"],
            type_k=TYPES[kind],
            type_v=TYPES[kind],
            verbose=True,
        )
        os.write(2, f"\nSECONDS {time.monotonic() - begun:.3f}\n".encode())
        os.write(2, f"\nRSS {psutil.Process().memory_info().rss - before}\n".encode())
        llama.close()
        del llama
        gc.collect()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
    os._exit(0)
