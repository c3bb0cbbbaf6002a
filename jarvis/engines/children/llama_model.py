"""One GGUF in llama-cpp-python: prompts to tokens, tokens to text, stopped at any moment through the abort flag.

Only `prompt`, `grammar` and what they use may be called from any thread; everything else belongs to the one thread
that owns the model, since two threads on one context abort the process. Imported in the child only.
"""

from __future__ import annotations

import ctypes
import json
import secrets
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp
from llama_cpp.llama_grammar import LlamaGrammar

from jarvis.catalog.tensor_types import rearranges_weights
from jarvis.contracts.messages import ToolSpec
from jarvis.contracts.placement import KvType
from jarvis.engines.children.chat_answer import Finished
from jarvis.engines.children.chat_protocol import ProtocolError, Turn
from jarvis.engines.children.placed_llama import KV_BYTES, PlacedLlama, Sampling
from jarvis.engines.children.projector import Pieces, Projector, Stretch
from jarvis.engines.children.template import ChatTemplate
from jarvis.engines.children.text_pieces import TextPieces
from jarvis.engines.children.tool_book import ToolBook
from jarvis.engines.children.tool_calls import (
    HERMES,
    HERMES_END,
    MISTRAL,
    MISTRAL_ARGUMENTS,
    PYTHON_TAG,
    THINK,
    THOUGHT,
)

_ABORTED = "llama_decode returned 2"
_CONTROL = 1 << 3
"""llama.cpp's attribute of tokens that steer the conversation, such as <|im_end|>."""

_MARKS_IN_ANSWERS = frozenset({HERMES, HERMES_END, MISTRAL, MISTRAL_ARGUMENTS, "[CALL_ID]", PYTHON_TAG, THINK, THOUGHT})
"""Control tokens that are part of what is read out of an answer; all others are silent in it."""

_ANY_CHARACTER, _JSON_CHARACTER = r'[^"\\]', r'[^"\\\x00-\x1F\x7F]'
"""What the converter lets stand in a JSON string, and what may: RFC 8259 allows no bare control characters."""


class Aborted(Exception):
    """The abort flag was raised while the model was working."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadOptions:
    """How a model is loaded. `gpu_layers` -1 puts all on the GPU; `tensor_split` are the GPUs' shares in order.

    Weights matching one of `cpu_patterns` stay in RAM. `projector` is the vision file. A `seed` makes answers that
    name none repeatable.
    """

    context_tokens: int
    threads: int
    gpu_layers: int = -1
    tensor_split: tuple[float, ...] = ()
    main_gpu: int = 0
    kv_type: KvType = "f16"
    cpu_patterns: tuple[str, ...] = ()
    mmap: bool = True
    batch_tokens: int = 512
    projector: Path | None = None
    seed: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """A conversation ready to be read: `tokens` (negative where a picture stands), and the `cells` of context that
    it takes. `pieces` are there only with pictures. `thinking` says that it ends inside opened thoughts."""

    tokens: list[int]
    cells: int
    thinking: bool
    pieces: Pieces | None = None


class AbortFlag:
    """A flag that llama.cpp itself reads between two operations, without Python and its lock.

    The callback is the C library's `strlen` on a two-byte buffer: 0 while the first byte is zero, else 1.
    """

    def __init__(self, context: Any) -> None:
        self._buffer = ctypes.create_string_buffer(2)
        self._callback = ctypes.cast(_c_library().strlen, llama_cpp.ggml_abort_callback)
        address = ctypes.c_void_p(ctypes.addressof(self._buffer))
        llama_cpp.llama_set_abort_callback(context, self._callback, address)

    def up(self) -> None:
        """Make the running computation stop; from any thread."""
        self._buffer[0] = b"\x01"

    def down(self) -> None:
        """Allow computing again."""
        self._buffer[0] = b"\x00"

    @property
    def raised(self) -> bool:
        """True while it is up."""
        return self._buffer[0] != b"\x00"


class LlamaModel:
    """A loaded model with one context, which keeps the last conversation so that its prefix is not read again."""

    def __init__(self, path: Path, options: LoadOptions) -> None:
        self._batch_tokens = options.batch_tokens
        self._seed = options.seed
        self._llama: Any = PlacedLlama(
            str(path),
            cpu_patterns=options.cpu_patterns,
            rearranged=rearranges_weights(),
            n_ctx=options.context_tokens,
            n_batch=options.batch_tokens,
            n_ubatch=options.batch_tokens,
            n_threads=options.threads,
            n_threads_batch=options.threads,
            n_gpu_layers=options.gpu_layers,
            tensor_split=list(options.tensor_split) or None,
            main_gpu=options.main_gpu,
            use_mmap=options.mmap,
            type_k=KV_BYTES[options.kv_type],
            type_v=KV_BYTES[options.kv_type],
            flash_attn=True,
            swa_full=False,
            verbose=False,
        )
        self._window: int = llama_cpp.llama_model_n_swa(self._llama._model.model)
        self.context_tokens: int = self._llama.n_ctx()
        self.abort = AbortFlag(self._llama.ctx)
        self._rendering = threading.Lock()
        self._projector: Projector | None = None
        if options.projector is not None:
            gpu = options.gpu_layers != 0 and llama_cpp.llama_supports_gpu_offload()
            self._projector = Projector(options.projector, self._llama._model.model, threads=options.threads, gpu=gpu)
        control = self._find_control_tokens()
        self._marks = {token: text.encode("utf-8") for token, text in control.items() if text in _MARKS_IN_ANSWERS}
        self.template = ChatTemplate(
            self._llama.metadata.get("tokenizer.chat_template"),
            eos=self._token_text(self._llama.token_eos()),
            bos=self._token_text(self._llama.token_bos()),
            control=[text for text in control.values() if len(text) > 1],
        )

    @property
    def sees(self) -> bool:
        """True when it can look at pictures."""
        return self._projector is not None

    def prompt(self, turns: Sequence[Turn], tools: Sequence[ToolSpec] = (), *, answer_now: bool = False) -> Prompt:
        """Return a conversation ready for the answer; `ProtocolError` when it does not fit or cannot be shown.

        `answer_now` leaves no room for thoughts, as an answer needs whose form is enforced.
        """
        pictures = [part for turn in turns for part in turn.content if isinstance(part, bytes)]
        if pictures and self._projector is None:
            raise ProtocolError(400, "no_vision", "This model cannot see: it was loaded without a vision file.")
        marker = self._projector.marker if self._projector is not None else ""
        with self._rendering:
            rendered = self.template.render(turns, tools, marker=marker, answer_now=answer_now)
            if pictures and self._projector is not None:
                pieces = self._projector.cut(rendered.text, pictures)
                tokens = [mark for stretch in pieces.stretches for mark in stretch.marks]
                cells = sum(stretch.cells for stretch in pieces.stretches)
            else:
                pieces = None
                tokens = self._llama.tokenize(rendered.text.encode("utf-8"), add_bos=False, special=True)
                cells = len(tokens)
        if cells >= self.context_tokens:
            raise ProtocolError(
                400,
                "context_too_long",
                f"The prompt has {cells} tokens, but this model reads at most {self.context_tokens - 1}.",
                prompt_tokens=cells,
                context_tokens=self.context_tokens,
            )
        return Prompt(tokens=tokens, cells=cells, thinking=rendered.thinking, pieces=pieces)

    def grammar(self, schema: dict[str, Any]) -> LlamaGrammar:
        """Return the grammar of a JSON schema; `ProtocolError` for one that cannot be enforced."""
        return self._accepted(_rules(schema))

    def call_grammar(self, book: ToolBook) -> LlamaGrammar:
        """Return the grammar of an answer that calls a tool of `book`; `ProtocolError` as `grammar` does."""
        style = self.template.style
        return self._accepted(book.grammar(style, _rules(book.schema(style))))

    def _accepted(self, rules: str) -> LlamaGrammar:
        grammar = LlamaGrammar.from_string(rules, verbose=False)
        sampler = llama_cpp.llama_sampler_init_grammar(self._llama._model.vocab, rules.encode("utf-8"), b"root")
        if not sampler:
            raise _unsupported_schema("its grammar is not accepted")
        llama_cpp.llama_sampler_free(sampler)
        return grammar

    def answer(self, prompt: Prompt, sampling: Sampling) -> Iterator[str | Finished]:
        """Yield the answer's text as it is written, then one `Finished`; `Aborted` when the flag went up."""
        cached = self._known(prompt)
        room = self.context_tokens - prompt.cells
        limit = min(sampling.max_tokens or room, room)
        pieces = TextPieces(sampling.stops)
        written, ended = 0, False
        for token in self._sampled(prompt, cached, sampling):
            if llama_cpp.llama_vocab_is_eog(self._llama._model.vocab, token):
                ended = True
                break
            written += 1
            if text := pieces.add(self._piece(token)):
                yield text
            if pieces.stopped or written >= limit:
                break
        if text := pieces.finish():
            yield text
        yield Finished(
            finish_reason="stop" if ended or pieces.stopped else "length",
            prompt_tokens=prompt.cells,
            cached_tokens=cached,
            completion_tokens=written,
        )

    def _sampled(self, prompt: Prompt, known: int, sampling: Sampling) -> Iterator[int]:
        seed = self._seed if sampling.seed is None else sampling.seed
        self._llama.draw_with(sampling, secrets.randbits(32) if seed is None else seed & 0xFFFFFFFF)
        try:
            if prompt.pieces is None:
                if not known:
                    self._llama.reset()
                yield from self._llama.generate(prompt.tokens)
            else:
                last = self._read_pictures(prompt.pieces.stretches, known)
                yield from self._llama.generate(last, reset=False)
        except RuntimeError as error:
            if str(error) != _ABORTED:
                self._llama.reset()
                raise
            if self._llama._is_recurrent or self._llama._is_hybrid:
                # Their memory cannot be cut back to the last whole batch.
                self._llama.reset()
            raise Aborted from error

    def _known(self, prompt: Prompt) -> int:
        """Return how many tokens of `prompt` need not be read again: with pictures, whole pieces only.

        Sliding layers forget what lies before their window. Cut back to an earlier place, they lack a part of that
        place's window, and nothing in llama.cpp would say so: then all is read again. What only grows is safe.
        """
        known = self._llama._input_ids.tolist()
        if prompt.pieces is None:
            kept = min(int(self._llama.longest_token_prefix(known, prompt.tokens)), prompt.cells - 1)
        else:
            kept = 0
            for stretch in prompt.pieces.stretches[:-1]:
                if known[kept : kept + len(stretch.marks)] != list(stretch.marks):
                    break
                kept += len(stretch.marks)
        memory = self._llama._ctx.memory
        if not self._window or kept > llama_cpp.llama_memory_seq_pos_max(memory, 0):
            return kept
        needed = max(0, kept - self._window + 1)
        return kept if 0 <= llama_cpp.llama_memory_seq_pos_min(memory, 0) <= needed else 0

    def _read_pictures(self, stretches: Sequence[Stretch], known: int) -> list[int]:
        """Let the model read a prompt with pictures but for its last words, which are returned; the first `known`
        tokens are kept from the last prompt."""
        *before, last = stretches
        at = 0
        while at < known:
            at += len(before.pop(0).marks)
        if not self._llama._ctx.kv_cache_seq_rm(-1, at, -1):
            self._llama.reset()
            self._llama._ctx.kv_cache_clear()
            at, before = 0, list(stretches[:-1])
        self._llama.n_tokens = at
        for stretch in before:
            if self.abort.raised:
                raise Aborted
            if stretch.chunk is None:
                self._llama.eval(list(stretch.marks))
            else:
                self._look(stretch)
        return list(last.marks)

    def _look(self, stretch: Stretch) -> None:
        assert self._projector is not None
        begin = self._llama.n_tokens
        if not self._projector.read_picture(self._llama._ctx.ctx, stretch, begin, self._batch_tokens):
            self._llama._ctx.kv_cache_seq_rm(-1, begin, -1)
            if self.abort.raised:
                raise Aborted
            raise ProtocolError(500, "generation_failed", "The model could not look at the picture.")
        end = begin + len(stretch.marks)
        self._llama.input_ids[begin:end] = stretch.marks
        self._llama.n_tokens = end

    def _find_control_tokens(self) -> dict[int, str]:
        model = self._llama._model
        return {
            token: self._token_text(token)
            for token in range(self._llama.n_vocab())
            if model.token_get_attr(token) & _CONTROL
        }

    def _token_text(self, token: int) -> str:
        return "" if token < 0 else str(self._llama._model.token_get_text(token))

    def _piece(self, token: int) -> bytes:
        if token in self._marks:
            return self._marks[token]
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = llama_cpp.llama_token_to_piece(self._llama._model.vocab, token, buffer, size, 0, False)
            if length >= 0:
                return buffer.raw[:length]
            size = -length


def _rules(schema: dict[str, Any]) -> str:
    """Return the grammar rules of a schema, with `root` for the whole."""
    try:
        rules = LlamaGrammar.from_json_schema(json.dumps(schema), verbose=False)._grammar
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError, RecursionError) as error:
        raise _unsupported_schema(error) from error
    return str(rules).replace(f"char ::= {_ANY_CHARACTER}", f"char ::= {_JSON_CHARACTER}")


def _unsupported_schema(why: object) -> ProtocolError:
    return ProtocolError(400, "schema_unsupported", f"This JSON schema cannot be enforced: {why}")


def _c_library() -> ctypes.CDLL:
    return ctypes.CDLL("msvcrt" if hasattr(ctypes, "windll") else None)
