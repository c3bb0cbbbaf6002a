"""Pictures for a model that sees: the vision file, and a prompt cut into pieces of text and of picture.

Through llama.cpp's mtmd library. `cut` may be called from any thread, `read_picture` by the model's owner only.
"""

from __future__ import annotations

import ctypes
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp
from llama_cpp import mtmd_cpp

from jarvis.engines.children.chat_protocol import ProtocolError

_MARKS = 1 << 30
"""How many different marks there are: they are kept as 32-bit numbers below zero."""


class ProjectorError(RuntimeError):
    """The vision file could not be loaded beside this model."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """A piece of a prompt. `marks` are its tokens; for a picture, one negative mark per position, made from the
    picture's bytes so that the same picture is known again. It takes `cells` of the context."""

    marks: tuple[int, ...]
    cells: int
    chunk: Any = None


class Pieces:
    """A prompt with pictures, whose native memory lives as long as this does."""

    def __init__(self, chunks: Any, stretches: tuple[Stretch, ...]) -> None:
        self._chunks = chunks
        self.stretches = stretches

    def __del__(self) -> None:
        mtmd_cpp.mtmd_input_chunks_free(self._chunks)


class Projector:
    """The vision file beside a loaded model; raises `ProjectorError` when they do not fit together."""

    def __init__(self, path: Path, model: Any, *, threads: int, gpu: bool) -> None:
        self.marker = f"<__picture_{secrets.token_hex(8)}__>"
        self._marker_bytes = self.marker.encode("ascii")
        parameters = mtmd_cpp.mtmd_context_params_default()
        parameters.use_gpu = gpu
        parameters.print_timings = False
        parameters.n_threads = threads
        parameters.media_marker = self._marker_bytes
        parameters.warmup = False
        self._context: Any = mtmd_cpp.mtmd_init_from_file(str(path).encode("utf-8"), model, parameters)
        if not self._context:
            raise ProjectorError(f"{path.name} does not fit this model")
        if not mtmd_cpp.mtmd_support_vision(self._context):
            raise ProjectorError(f"{path.name} is not made for pictures")

    def cut(self, text: str, pictures: Sequence[bytes]) -> Pieces:
        """Return the prompt `text`, which holds the marker once for each picture, cut into pieces."""
        bitmaps = []
        try:
            for picture in pictures:
                bitmaps.append(self._bitmap(picture))
            return self._tokenized(text, bitmaps)
        finally:
            for bitmap in bitmaps:
                mtmd_cpp.mtmd_bitmap_free(bitmap)

    def read_picture(self, context: Any, stretch: Stretch, position: int, batch_tokens: int) -> bool:
        """Let the model look at the picture of `stretch`; False when the computation was broken off or failed."""
        behind = llama_cpp.llama_pos(0)
        result = mtmd_cpp.mtmd_helper_eval_chunk_single(
            self._context, context, stretch.chunk, position, 0, batch_tokens, False, ctypes.byref(behind)
        )
        return bool(result == 0)

    def _bitmap(self, picture: bytes) -> Any:
        buffer = (ctypes.c_uint8 * len(picture)).from_buffer_copy(picture)
        bitmap = mtmd_cpp.mtmd_helper_bitmap_init_from_buf(self._context, buffer, len(picture), False)
        if not bitmap:
            raise ProtocolError(400, "invalid_image", "image_url: the picture is damaged.")
        mtmd_cpp.mtmd_bitmap_set_id(bitmap, hashlib.sha256(picture).hexdigest().encode("ascii"))
        return bitmap

    def _tokenized(self, text: str, bitmaps: Sequence[Any]) -> Pieces:
        raw = text.encode("utf-8")
        given = mtmd_cpp.mtmd_input_text(text=raw, text_len=len(raw), add_special=False, parse_special=True)
        chunks = mtmd_cpp.mtmd_input_chunks_init()
        listed = (mtmd_cpp.mtmd_bitmap_p_ctypes * len(bitmaps))(*bitmaps)
        if mtmd_cpp.mtmd_tokenize(self._context, chunks, ctypes.byref(given), listed, len(bitmaps)) != 0:
            mtmd_cpp.mtmd_input_chunks_free(chunks)
            raise ProtocolError(400, "invalid_image", "image_url: the picture could not be prepared for this model.")
        stretches = [
            self._stretch(mtmd_cpp.mtmd_input_chunks_get(chunks, index), index)
            for index in range(mtmd_cpp.mtmd_input_chunks_size(chunks))
        ]
        return Pieces(chunks, tuple(stretches))

    def _stretch(self, chunk: Any, index: int) -> Stretch:
        cells = int(mtmd_cpp.mtmd_input_chunk_get_n_tokens(chunk))
        if mtmd_cpp.mtmd_input_chunk_get_type(chunk) == mtmd_cpp.MTMD_INPUT_CHUNK_TYPE_TEXT:
            count = ctypes.c_size_t()
            tokens = mtmd_cpp.mtmd_input_chunk_get_tokens_text(chunk, ctypes.byref(count))
            return Stretch(marks=tuple(tokens[: count.value]), cells=cells)
        name = (mtmd_cpp.mtmd_input_chunk_get_id(chunk) or b"") + index.to_bytes(4, "big")
        mark = -2 - int.from_bytes(hashlib.sha256(name).digest()[:4], "big") % _MARKS
        positions = int(mtmd_cpp.mtmd_input_chunk_get_n_pos(chunk))
        return Stretch(marks=(mark,) * positions, cells=cells, chunk=chunk)
