"""Real last words of servers: which of them mean that memory ran out."""

import pytest

from jarvis.engines.runners.out_of_memory import killed_for_memory, out_of_memory_error, out_of_memory_line
from jarvis.processes.exits import ChildExit


@pytest.mark.parametrize(
    "line",
    [
        "ggml_backend_cuda_buffer_type_alloc_buffer: allocating 44 MiB on device 0: cudaMalloc failed: out of memory",
        "CUDA error: out of memory",
        "ggml_gallocr_reserve_n_impl: failed to allocate CUDA0 buffer of size 313524224",
        "ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer of size 34359738368",
        "llama_init_from_model: failed to initialize the context: failed to allocate buffer for kv cache",
        "llama_init_from_model: failed to initialize the context: failed to allocate compute pp buffers",
        "ggml_vulkan: vk::Device::allocateMemory: ErrorOutOfDeviceMemory",
        "ggml_metal_graph_compute: error: Insufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)",
        "ggml_metal_log_allocated_size: failed to allocate Metal buffer of 9663676416 bytes (out of memory)",
        "ROCm error: out of memory",
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.16 GiB.",
        "torch.OutOfMemoryError: HIP out of memory. Tried to allocate 448.00 MiB.",
        "ValueError: Free memory on device cuda:0 on startup is less than desired GPU memory utilization",
        "ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`",
        "cache is needed, which is larger than the available KV cache memory (0.31 GiB).",
        "terminate called after throwing an instance of 'std::bad_alloc'",
        "mmap: Cannot allocate memory",
    ],
)
def test_memory_ran_out(line):
    assert out_of_memory_line(["loading", f"  {line} ", "exiting"]) == line


@pytest.mark.parametrize(
    "line",
    [
        "ggml_cuda_host_malloc: failed to allocate 512.00 MiB of pinned memory: out of memory",
        "error loading model: invalid magic characters: 'chee', expected 'GGUF'",
        "error: invalid argument: --cheese",
        "couldn't bind HTTP server socket, hostname: 127.0.0.1, port: 8080",
        "",
    ],
)
def test_something_else_went_wrong(line):
    assert out_of_memory_line([line]) is None


def test_the_error_names_model_and_reason_in_both_languages():
    error = out_of_memory_error("big:q4_k_m", "cudaMalloc {failed}: out of memory")
    assert (error.code, error.retryable) == ("engine.out_of_memory", True)
    for language in ("en", "es"):
        assert "big:q4_k_m" in error.sentence(language) and "cudaMalloc {failed}" in error.sentence(language)


def test_a_forced_end_that_nobody_asked_for_is_the_kernels() -> None:
    assert killed_for_memory(ChildExit(code=None, signal="SIGKILL"))
    assert not killed_for_memory(ChildExit(code=None, signal="SIGKILL", wanted=True))
    assert not killed_for_memory(ChildExit(code=None, signal="SIGSEGV"))
