"""One GGUF in llama-cpp-python: prompts to tokens, tokens to text, stopped at any moment through the abort flag.

Only `count` and `prompt_tokens` may be called from any thread; everything else belongs to the one thread that
owns the model, since two threads on one context abort the process. Imported in the child only.
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
from llama_cpp.llama_chat_format import Jinja2ChatFormatter
from llama_cpp.llama_grammar import LlamaGrammar

from jarvis.engines.children.chat_protocol import Finished, ProtocolError
from jarvis.engines.children.text_pieces import TextPieces

CHATML = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""The prompt format used for a model that carries none of its own."""

_ABORTED = "llama_decode returned 2"
_BATCH_TOKENS = 512
_CONTROL = 1 << 3
"""llama.cpp's attribute of tokens that steer the conversation, such as <|im_end|>."""


class Aborted(Exception):
    """The abort flag was raised while the model was working."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sampling:
    """How one answer is drawn; `seed` None draws differently every time."""

    max_tokens: int | None
    temperature: float
    top_p: float
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    stops: tuple[str, ...] = ()
    seed: int | None = None
    grammar: LlamaGrammar | None = None


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


class LlamaModel:
    """A loaded model with one context, which keeps the last conversation so that its prefix is not read again."""

    def __init__(self, path: Path, *, context_tokens: int, threads: int, gpu_layers: int) -> None:
        self._llama: Any = llama_cpp.Llama(
            str(path),
            n_ctx=context_tokens,
            n_batch=_BATCH_TOKENS,
            n_threads=threads,
            n_threads_batch=threads,
            n_gpu_layers=gpu_layers,
            flash_attn=True,
            verbose=False,
        )
        self.context_tokens: int = self._llama.n_ctx()
        self.abort = AbortFlag(self._llama.ctx)
        self._rendering = threading.Lock()
        template = self._llama.metadata.get("tokenizer.chat_template")
        self.has_template = template is not None
        self._formatter: Any = Jinja2ChatFormatter(
            template=template or CHATML,
            eos_token=self._token_text(self._llama.token_eos()),
            bos_token=self._token_text(self._llama.token_bos()),
        )
        self._control_texts = self._find_control_texts()

    def prompt_tokens(self, messages: Sequence[dict[str, str]]) -> list[int]:
        """Return the tokens of a conversation, ready for the answer; `ProtocolError` when they do not fit."""
        clean = [{"role": m["role"], "content": self._without_control(m["content"])} for m in messages]
        with self._rendering:
            text = self._render(clean)
            tokens: list[int] = self._llama.tokenize(text.encode("utf-8"), add_bos=False, special=True)
        if len(tokens) >= self.context_tokens:
            raise ProtocolError(
                400,
                "context_too_long",
                f"The prompt has {len(tokens)} tokens, but this model reads at most {self.context_tokens - 1}.",
                prompt_tokens=len(tokens),
                context_tokens=self.context_tokens,
            )
        return tokens

    def grammar(self, schema: dict[str, Any]) -> LlamaGrammar:
        """Return the grammar of a JSON schema; `ProtocolError` for one that cannot be enforced."""
        try:
            grammar = LlamaGrammar.from_json_schema(json.dumps(schema), verbose=False)
        except (ValueError, KeyError, TypeError, AttributeError, AssertionError, RecursionError) as error:
            raise _unsupported_schema(error) from error
        sampler = llama_cpp.llama_sampler_init_grammar(
            self._llama._model.vocab, grammar._grammar.encode("utf-8"), grammar._root.encode("utf-8")
        )
        if not sampler:
            raise _unsupported_schema("its grammar is not accepted")
        llama_cpp.llama_sampler_free(sampler)
        return grammar

    def answer(self, tokens: Sequence[int], sampling: Sampling) -> Iterator[str | Finished]:
        """Yield the answer's text as it is written, then one `Finished`; `Aborted` when the flag went up."""
        cached = self._llama.longest_token_prefix(self._llama._input_ids.tolist(), list(tokens))
        room = self.context_tokens - len(tokens)
        limit = min(sampling.max_tokens or room, room)
        pieces = TextPieces(sampling.stops)
        written, ended = 0, False
        for token in self._sampled(tokens, sampling):
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
            prompt_tokens=len(tokens),
            cached_tokens=min(cached, len(tokens) - 1),
            completion_tokens=written,
        )

    def _sampled(self, tokens: Sequence[int], sampling: Sampling) -> Iterator[int]:
        self._llama.set_seed(secrets.randbits(32) if sampling.seed is None else sampling.seed & 0xFFFFFFFF)
        try:
            yield from self._llama.generate(
                tokens,
                temp=sampling.temperature,
                top_p=sampling.top_p,
                frequency_penalty=sampling.frequency_penalty,
                presence_penalty=sampling.presence_penalty,
                repeat_penalty=1.0,
                grammar=sampling.grammar,
            )
        except RuntimeError as error:
            if str(error) != _ABORTED:
                self._llama.reset()
                raise
            if self._llama._is_recurrent or self._llama._is_hybrid:
                # Their memory cannot be cut back to the last whole batch.
                self._llama.reset()
            raise Aborted from error

    def _render(self, messages: list[dict[str, str]]) -> str:
        try:
            return str(self._formatter(messages=messages).prompt)
        except Exception as error:
            # A template is a program out of the model file and may raise anything.
            if len(messages) < 2 or messages[0]["role"] != "system":
                raise ProtocolError(400, "template", f"The model's template refused the messages: {error}") from error
            # Some models know no system role: what it says goes in front of the first message.
            first, second, *rest = messages
            merged = {"role": second["role"], "content": f"{first['content']}\n\n{second['content']}"}
            return self._render([merged, *rest])

    def _find_control_texts(self) -> tuple[str, ...]:
        model = self._llama._model
        texts = (
            self._token_text(token) for token in range(self._llama.n_vocab()) if model.token_get_attr(token) & _CONTROL
        )
        return tuple(text for text in texts if len(text) > 1)

    def _without_control(self, text: str) -> str:
        """Break up what would steer the conversation if it stood in a message, such as a pasted <|im_end|>."""
        for control in self._control_texts:
            if control in text:
                text = text.replace(control, f"{control[0]}\u200b{control[1:]}")
        return text

    def _token_text(self, token: int) -> str:
        return "" if token < 0 else str(self._llama._model.token_get_text(token))

    def _piece(self, token: int) -> bytes:
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = llama_cpp.llama_token_to_piece(self._llama._model.vocab, token, buffer, size, 0, False)
            if length >= 0:
                return buffer.raw[:length]
            size = -length


def _unsupported_schema(why: object) -> ProtocolError:
    return ProtocolError(400, "schema_unsupported", f"This JSON schema cannot be enforced: {why}")


def _c_library() -> ctypes.CDLL:
    return ctypes.CDLL("msvcrt" if hasattr(ctypes, "windll") else None)
