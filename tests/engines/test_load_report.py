"""What llama.cpp's own lines tell about a load: sizes, layers, devices, and memory that ran out."""

from __future__ import annotations

import pytest

from jarvis.engines.children.load_report import failure_of, last_error, report_of

TWO_GPUS = """\
load_tensors: layer   0 assigned to device CPU, is_swa = 0
load_tensors: layer   1 assigned to device CUDA0, is_swa = 0
load_tensors: layer   2 assigned to device CUDA0, is_swa = 0
load_tensors: layer   3 assigned to device CUDA1, is_swa = 0
load_tensors: offloading 2 repeating layers to GPU
load_tensors: offloaded 3/4 layers to GPU
load_tensors:   CPU_Mapped model buffer size =   281.81 MiB
load_tensors:        CUDA0 model buffer size =  4403.49 MiB
load_tensors:        CUDA1 model buffer size =  1200.50 MiB
llama_context:  CUDA_Host  output buffer size =     0.58 MiB
llama_kv_cache:      CUDA0 KV buffer size =   400.00 MiB
llama_kv_cache:      CUDA0 KV buffer size =    48.00 MiB
sched_reserve:      CUDA0 compute buffer size =   304.75 MiB
""".splitlines()


def test_sizes_and_layers_of_two_gpus_are_read() -> None:
    document = report_of(TWO_GPUS).document()
    assert document["devices"] == ["CUDA0", "CUDA1"]
    assert document["gpu_layers"] == 3
    assert document["layers"] == {"CPU": 1, "CUDA0": 2, "CUDA1": 1}
    sizes = {(entry["device"], entry["kind"]): entry["mib"] for entry in document["buffers"]}
    assert sizes["CUDA0", "model"] == 4403.49
    assert sizes["CUDA0", "kv"] == 448.0, "the caches of sliding-window and full layers together"
    assert sizes["CUDA_Host", "output"] == 0.58


def test_a_load_on_the_cpu_names_no_device() -> None:
    report = report_of(["load_tensors:          AMX model buffer size =     0.75 MiB", TWO_GPUS[6]])
    assert report.devices == ()
    assert report.document()["gpu_layers"] == 0


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("ggml_backend_cuda_buffer_type_alloc_buffer: allocating 9 MiB on device 0: cudaMalloc failed: out of memory",
         "out_of_memory"),
        ("llama_model_load: error loading model: unable to allocate CUDA0 buffer", "out_of_memory"),
        ("graph_reserve: failed to allocate compute buffers", "out_of_memory"),
        ("ggml_aligned_malloc: insufficient memory (attempted to allocate 9 MB)\nstd::bad_alloc", "out_of_memory"),
        ("llama_model_load: error loading model: missing tensor 'blk.1.attn_q.weight'", "damaged"),
        ("load_tensors: loading model tensors, this can take a while", "damaged"),
    ],
)  # fmt: skip
def test_memory_that_ran_out_is_told_from_damage(line: str, why: str) -> None:
    assert failure_of(line.splitlines()) == why


def test_the_telling_line_is_kept() -> None:
    lines = ["load: vocabulary", "llama_model_load: error loading model: missing tensor 'x'", "failed to load"]
    assert last_error(lines) == "error loading model: missing tensor 'x'"
    assert last_error(["fine"]) == ""
