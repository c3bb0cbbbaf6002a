"""llama-cpp-python's `Llama` with what it leaves out: experts kept in RAM, and grammars that wait for their cue.

Imported in the child only.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import llama_cpp
from llama_cpp import _internals
from llama_cpp._ctypes_extensions import load_shared_library
from llama_cpp._ggml import libggml_base_path
from llama_cpp.llama_grammar import LlamaGrammar

KV_BYTES = {"f16": llama_cpp.GGML_TYPE_F16, "q8_0": llama_cpp.GGML_TYPE_Q8_0, "q4_0": llama_cpp.GGML_TYPE_Q4_0}
"""ggml's number of each KV cache type."""

_TOP_K, _MIN_P = 40, 0.05
_PENALTY_TOKENS = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Sampling:
    """How one answer is drawn; `seed` None draws differently every time.

    A `grammar` with `triggers` (regular expressions whose first group begins the enforced text) holds only behind
    the first of them; without, from the first token on.
    """

    max_tokens: int | None
    temperature: float
    top_p: float
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    stops: tuple[str, ...] = ()
    seed: int | None = None
    grammar: LlamaGrammar | None = None
    triggers: tuple[str, ...] = ()


class _Override(ctypes.Structure):
    """llama.h: struct llama_model_tensor_buft_override."""

    _fields_ = (("pattern", ctypes.c_char_p), ("buffer_type", ctypes.c_void_p))


class PlacedLlama(llama_cpp.Llama):
    """A `Llama` whose weights matching one of `cpu_patterns` (regular expressions on tensor names) stay in RAM, and
    whose weights on the CPU are left as they are in the file unless they may be `rearranged`."""

    def __init__(self, path: str, *, cpu_patterns: Sequence[str] = (), rearranged: bool = True, **options: Any) -> None:
        self._rearranged = rearranged
        self._overrides = _overrides(cpu_patterns) if cpu_patterns else None
        self._chain: Any = None
        super().__init__(path, **options)

    @property
    def model_params(self) -> Any:
        """The parameters that the base class fills and loads with; it has no argument for either."""
        return self._model_params

    @model_params.setter
    def model_params(self, parameters: Any) -> None:
        parameters.use_extra_bufts = self._rearranged
        if self._overrides is not None:
            parameters.tensor_buft_overrides = ctypes.cast(self._overrides, ctypes.c_void_p)
        self._model_params = parameters

    def draw_with(self, sampling: Sampling, seed: int) -> None:
        """Draw the next answer in this way."""
        chain: Any = _new_chain()
        chain.add_penalties(
            n_vocab=self._n_vocab,
            penalty_last_n=_PENALTY_TOKENS,
            penalty_repeat=1.0,
            penalty_freq=sampling.frequency_penalty,
            penalty_present=sampling.presence_penalty,
        )
        if sampling.grammar is not None and sampling.triggers:
            chain.add_grammar_lazy_patterns(self._model, sampling.grammar, list(sampling.triggers), [])
        elif sampling.grammar is not None:
            chain.add_grammar(self._model, sampling.grammar)
        if sampling.temperature == 0:
            chain.add_greedy()
        else:
            chain.add_top_k(_TOP_K)
            chain.add_typical(1.0, 1)
            chain.add_top_p(sampling.top_p, 1)
            chain.add_min_p(_MIN_P, 1)
            chain.add_temp(sampling.temperature)
            chain.add_dist(seed)
        self._chain = chain

    def _init_sampler(self, *_settings: Any, **_more: Any) -> Any:
        return self._chain


def _new_chain() -> Any:
    build: Any = _internals.LlamaSampler
    return build()


def _overrides(patterns: Sequence[str]) -> Any:
    """Return the library's list of overrides that ends with an empty one."""
    base = load_shared_library("ggml-base", libggml_base_path)
    cpu = base.ggml_backend_cpu_buffer_type
    cpu.restype = ctypes.c_void_p
    entries = [_Override(pattern.encode("utf-8"), cpu()) for pattern in patterns]
    return (_Override * (len(entries) + 1))(*entries, _Override(None, None))
