"""onnxruntime sessions for the sentence encoder, with its weights mapped from a file rather than copied into memory.

A session over plain ONNX bytes takes the weights three times: the bytes, the copy, and the copy that is packed for the
products. In onnxruntime's own format the weights stay in the file; some 5 MiB of the packed copy are left, and the
session is there in 10 ms instead of 40. The format belongs to the version that wrote it. Both give the same numbers.
Knows no tokens and no cache.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from jarvis.engines.encoder.weights import DamagedWeights


def version() -> str:
    """Return the version of onnxruntime, which names the files that only it reads; ImportError without one."""
    import onnxruntime

    return str(onnxruntime.__version__)


def in_own_format(graph: bytes) -> bytes:
    """Return the ONNX bytes `graph` in onnxruntime's format, with the steps that fit any processor joined.

    Raises `DamagedWeights`, ImportError, and OSError where no temporary file can be written.
    """
    import onnxruntime

    options = _options()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.add_session_config_entry("session.save_model_format", "ORT")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "encoder.ort"
        options.optimized_model_filepath = str(file)
        _session(graph, options)
        return file.read_bytes()


def session_of(graph: bytes) -> Any:
    """Return a session over the ONNX bytes `graph`; raises `DamagedWeights` and ImportError."""
    return _session(graph, _options())


def mapped_session(file: Path) -> Any:
    """Return a session over a file that begins with what `in_own_format` made; raises as `session_of`.

    The file must never be changed in place while the session lives; it may be replaced.
    """
    options = _options()
    options.add_session_config_entry("session.load_model_format", "ORT")
    options.add_session_config_entry("session.use_memory_mapped_ort_model", "1")
    options.add_session_config_entry("session.use_ort_model_bytes_for_initializers", "1")
    return _session(str(file), options)


def _options() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # What a long question took would be kept for the next one, all day.
    options.enable_cpu_mem_arena = False
    # Without VNNI, processors add pairs of 8-bit products in 16 bits, which are too few; exact sums take little longer.
    options.add_session_config_entry("session.x64quantprecision", "1")
    return options


def _session(model: bytes | str, options: Any) -> Any:
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except (
        state.Fail,
        state.InvalidArgument,
        state.InvalidGraph,
        state.InvalidProtobuf,
        state.NoSuchFile,
        state.NotImplemented,
        state.RuntimeException,
    ) as error:
        raise DamagedWeights(f"onnxruntime cannot run the graph: {error}") from error
