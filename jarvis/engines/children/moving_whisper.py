"""A Whisper that computes as it was planned, and says so where it cannot: in another type, or on the processor.

Knows nothing about utterances.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from jarvis.contracts.errors import Language
from jarvis.contracts.placement import ComputeType, Decoding
from jarvis.engines.children.whisper import ChooseLanguage, HeardWindow, Stale, WhisperDecoder, Window
from jarvis.engines.children.whisper_place import (
    OUT_OF_MEMORY,
    Place,
    compute_types_for,
    is_unsupported,
    moved_note,
    type_note,
)
from jarvis.placement.recognition import BEAMS, TYPES, DeviceKind

_LOG = logging.getLogger(__name__)

_GPU_BATCH, _CPU_BATCH = 8, 1
"""Windows of a long recording that are recognised at once; a processor gains nothing by it."""


class LoadDecoder(Protocol):
    """Makes a decoder; raises what `WhisperDecoder` raises."""

    def __call__(self, folder: Path, place: Place, *, beam: int, threads: int) -> WhisperDecoder:
        """Load `folder` at `place`."""
        ...


class MovingWhisper:
    """The model in `folder` on `gpu`, else on the processor; `EngineError` when it is incomplete or damaged.

    `compute_type` and `beam` are used as they are given there; "auto" and 0 take the best of the device. A type that it
    cannot do gives way to the next of `recognition.TYPES`. `decoding` is what is used now. `note` is None, or why it is
    not on `gpu`, in English and Spanish, `type_note` why it computes otherwise than planned; `no_room` tells that
    another time may be better. `load_seconds` and `window_seconds` are measured: of loading, and of a window with
    hardly any words.
    """

    def __init__(
        self,
        folder: Path,
        *,
        gpu: int | None = None,
        compute_type: ComputeType | Literal["auto"] = "auto",
        beam: int = 0,
        threads: int = 0,
        load: LoadDecoder = WhisperDecoder,
    ) -> None:
        self._folder = folder
        self._gpu = gpu
        self._compute_type = compute_type
        self._beam = beam
        self._threads = threads
        self._load = load
        self.note: tuple[str, str] | None = None
        self.type_note: tuple[str, str] | None = None
        self.no_room = False
        self.load_seconds = self.window_seconds = 0.0
        try:
            self._decoder = self._loaded(gpu)
        except RuntimeError as error:
            if gpu is None:
                raise
            self._decoder = self._moved(gpu, error)

    @property
    def place(self) -> Place:
        """Where it runs now."""
        return self._decoder.place

    @property
    def decoding(self) -> Decoding:
        """How it computes there."""
        return Decoding(compute_type=self.place.compute_type, beam=self._decoder.beam)

    @property
    def languages(self) -> tuple[Language, ...]:
        """What it understands."""
        return self._decoder.languages

    @property
    def batch(self) -> int:
        """How many windows are worth recognising at once."""
        return _CPU_BATCH if self.place.gpu is None else _GPU_BATCH

    def decode(
        self,
        windows: Sequence[Window],
        *,
        choose: ChooseLanguage,
        hints: tuple[Sequence[str], str] = ((), ""),
        words: bool = False,
        short: bool = False,
        stale: Stale = lambda: False,
    ) -> list[HeardWindow]:
        """Recognise as `WhisperDecoder.decode` does; when the GPU fails, once more on the processor."""
        try:
            return self._decoder.decode(windows, choose=choose, hints=hints, words=words, short=short, stale=stale)
        except RuntimeError as error:
            if self.place.gpu is None:
                raise
            self._decoder = self._moved(self.place.gpu, error)
        return self._decoder.decode(windows, choose=choose, hints=hints, words=words, short=short, stale=stale)

    def _moved(self, gpu: int, error: RuntimeError) -> WhisperDecoder:
        _LOG.warning("GPU %d: %s", gpu, error)
        self.note, self.no_room = moved_note(gpu, str(error)), OUT_OF_MEMORY in str(error).lower()
        # What a failed load or the model itself holds of the GPU is let go first.
        self.__dict__.pop("_decoder", None)
        return self._loaded(None)

    def _loaded(self, gpu: int | None) -> WhisperDecoder:
        device: DeviceKind = "cpu" if gpu is None else "cuda"
        best, beam = TYPES[device][0], BEAMS[device]
        # What was planned for a GPU says nothing of the processor.
        here = gpu == self._gpu
        planned = self._compute_type if here and self._compute_type != "auto" else best
        types = list(compute_types_for(device, planned))
        while True:
            place = Place(gpu=gpu, compute_type=types.pop(0))
            try:
                decoder = self._measured(place, self._beam if here and self._beam else beam)
                break
            except RuntimeError as error:
                if not types or not is_unsupported(error):
                    raise
                _LOG.warning("%s cannot compute in %s: %s", place.name, place.compute_type, error)
        told = here and self._compute_type not in {"auto", place.compute_type}
        self.type_note = type_note(place, planned) if told else None
        return decoder

    def _measured(self, place: Place, beam: int) -> WhisperDecoder:
        began = time.perf_counter()
        decoder = self._load(self._folder, place, beam=beam, threads=self._threads)
        self.load_seconds = time.perf_counter() - began
        self.window_seconds = decoder.measure()
        return decoder
