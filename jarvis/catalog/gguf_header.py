"""Reads the header of a GGUF model file: what it says of the model, and every tensor's name, type and place.

llama.cpp may abort the whole process on a damaged file, so this is looked at first. Format: ggml/docs/gguf.md,
versions 2 and 3. Reads only the header, never the weights; texts of the vocabulary are counted and skipped. Every
count in the file is taken for a lie until the file is long enough for it. Knows nothing about llama.cpp itself.
"""

from __future__ import annotations

import mmap
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from jarvis.catalog.tensor_types import TENSOR_TYPES, bytes_of, repacked_bytes, this_cpu
from jarvis.contracts.errors import EngineError

Damage = Literal[
    "missing", "unreadable", "not_gguf", "version", "truncated", "corrupt", "unknown_type", "old_experts", "no_model"
]
Value = bool | int | float | str | tuple[int | float | bool, ...]

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_LONGEST_KEY, _LONGEST_NAME, _LONGEST_KEPT_TEXT, _LONGEST_KEPT_ARRAY = 1024, 128, 256, 10_000
_MOST_ENTRIES, _MOST_TENSORS, _MOST_TEXTS, _MOST_KEPT_NUMBERS = 20_000, 50_000, 5_000_000, 200_000
_MOST_LAYERS, _LARGEST_NUMBER = 10_000, 1 << 40
_ALIGNMENT = 32
_OLD_EXPERT = re.compile(r"blk\.\d+\.ffn_(gate|up|down)\.\d+\.weight")
"""Experts one by one, as converters wrote them until April 2024; llama.cpp refuses them since November 2024."""

_SPLIT = re.compile(r"(?P<stem>.+)-(?P<part>\d{5})-of-(?P<count>\d{5})\.gguf")

_FIXED_MIB = 35
"""What llama.cpp holds besides weights and cache; measured over 14 loads, within 0.6 % of the resident size."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tensor:
    """One weight: `dimensions` innermost first, `kind` is ggml's type number, `offset` counts in the data part."""

    name: str
    kind: int
    dimensions: tuple[int, ...]
    offset: int
    bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class GgufHeader:
    """What a header says. Sizes are bytes; `kv_bytes_per_token` counts keys and values of all layers as f16.

    `values` are the metadata without long texts and arrays; `counts` are the lengths of those arrays.
    """

    architecture: str
    name: str
    context_tokens: int
    layers: int
    weight_bytes: int
    repacked_bytes: int
    kv_bytes_per_token: int
    values: Mapping[str, Value]
    counts: Mapping[str, int]
    tensors: tuple[Tensor, ...]

    def memory_mib(self, context_tokens: int) -> int:
        """MiB of memory to run it on the CPU with a context of `context_tokens`."""
        total = self.weight_bytes + self.repacked_bytes + self.kv_bytes_per_token * context_tokens
        return total // (1 << 20) + 1 + _FIXED_MIB

    def number(self, key: str, default: int = 0) -> int:
        """Return the whole number `<architecture>.<key>`; of an array its largest."""
        value = self.values.get(f"{self.architecture}.{key}", default)
        if isinstance(value, tuple):
            value = max(value, default=default)
        return value if isinstance(value, int) and not isinstance(value, bool) else default

    def per_layer(self, key: str, default: int = 0) -> tuple[int, ...]:
        """Return `<architecture>.<key>` for every layer, whether the file has one number or an array.

        `ValueError` for an array of anything else than whole numbers.
        """
        value = self.values.get(f"{self.architecture}.{key}")
        if isinstance(value, tuple) and value:
            if any(type(each) is not int for each in value):
                raise ValueError(f"{key} is not a list of whole numbers")
            return tuple(int(each) for each in value[: self.layers])
        return (self.number(key, default),) * self.layers


def read_gguf(path: Path, *, part: bool = False) -> GgufHeader:
    """Check and return the header of `path`; `EngineError` with code `model.<damage>` when it cannot be a model.

    A further `part` of a split model has tensors but says nothing of the model.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise damaged(path, "not_gguf")
            if size < 24:
                raise damaged(path, "truncated")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _Reader(path, data).header(part=part)
    except FileNotFoundError as error:
        raise damaged(path, "missing") from error
    except OverflowError as error:
        raise damaged(path, "corrupt") from error
    except (OSError, ValueError) as error:
        raise damaged(path, "unreadable") from error


def needed_mib(path: Path, header: GgufHeader, context_tokens: int) -> int:
    """MiB of memory to run the model at `path`, the further files of a split model included."""
    others = sum(part.stat().st_size for part in split_parts(path)[1:])
    return header.memory_mib(context_tokens) + (others >> 20)


def split_parts(path: Path) -> list[Path]:
    """Return all files of a model split as NAME-00001-of-00003.gguf, first part first; else only `path`."""
    found = _SPLIT.fullmatch(path.name)
    if found is None:
        return [path]
    stem, count = found["stem"], int(found["count"])
    return [path.with_name(f"{stem}-{part:05d}-of-{count:05d}.gguf") for part in range(1, count + 1)]


class _Reader:
    def __init__(self, path: Path, data: mmap.mmap) -> None:
        self._path = path
        self._data = data
        self._size = len(data)
        self._at = 4
        self._values: dict[str, Value] = {}
        self._counts: dict[str, int] = {}
        self._texts = self._kept = 0

    def header(self, *, part: bool) -> GgufHeader:
        if self._whole("I") not in (2, 3):
            raise self._bad("version")
        count, entries = self._whole("Q"), self._whole("Q")
        if count > _MOST_TENSORS or entries > _MOST_ENTRIES:
            raise self._bad("corrupt")
        for _ in range(entries):
            self._entry()
        tensors = tuple(self._tensors(count))
        if len({tensor.name for tensor in tensors}) != count:
            raise self._bad("corrupt")
        self._check_extents(tensors)
        kind = self._values.get("general.architecture")
        split = self._values.get("split.count", 1)
        if not part and (not isinstance(kind, str) or not kind or (not tensors and split in (0, 1))):
            raise self._bad("no_model")
        return self._summary(kind if isinstance(kind, str) else "", tensors)

    def _summary(self, kind: str, tensors: tuple[Tensor, ...]) -> GgufHeader:
        name = self._values.get("general.name")
        bare = GgufHeader(
            architecture=kind,
            name=name if isinstance(name, str) and name else self._path.stem,
            context_tokens=self._sane(f"{kind}.context_length"),
            layers=self._sane(f"{kind}.block_count", _MOST_LAYERS),
            weight_bytes=sum(tensor.bytes for tensor in tensors),
            repacked_bytes=sum(
                repacked_bytes(each.kind, each.dimensions, this_cpu()) for each in tensors if _is_matrix(each)
            ),
            kv_bytes_per_token=0,
            values=MappingProxyType(self._values),
            counts=MappingProxyType(self._counts),
            tensors=tensors,
        )
        width = self._sane(f"{kind}.embedding_length")
        try:
            heads = bare.per_layer("attention.head_count", 1)
            kv_heads = bare.per_layer("attention.head_count_kv", max(heads, default=1))
        except ValueError as error:
            raise self._bad("corrupt") from error
        if len(heads) < bare.layers or len(kv_heads) < bare.layers:
            raise self._bad("corrupt")
        if any(not 0 <= kv <= 1 << 20 or (kv and head % kv) for head, kv in zip(heads, kv_heads, strict=False)):
            raise self._bad("corrupt")
        head = width // max(1, max(heads, default=1))
        key = self._sane(f"{kind}.attention.key_length", default=head)
        value = self._sane(f"{kind}.attention.value_length", default=head)
        return replace(bare, kv_bytes_per_token=sum(kv_heads) * (key + value) * 2)

    def _sane(self, key: str, most: int = _LARGEST_NUMBER, *, default: int = 0) -> int:
        """Return a whole number of the metadata, `default` where there is none; damaged when it is absurd."""
        value = self._values.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            return default
        if not 0 <= value <= most:
            raise self._bad("corrupt")
        return value

    def _entry(self) -> None:
        key = self._text(_LONGEST_KEY)
        if not key or key in self._values or key in self._counts:
            raise self._bad("corrupt")
        kind = self._whole("I")
        if kind == _ARRAY:
            self._array(key)
        elif kind == _STRING:
            self._keep_text(key)
        else:
            (self._values[key],) = self._numbers(kind, 1)

    def _keep_text(self, key: str) -> None:
        length = self._whole("Q")
        start = self._at
        self._skip(length)
        if length <= _LONGEST_KEPT_TEXT:
            self._values[key] = self._data[start : self._at].decode("utf-8", "replace")
        else:
            self._counts[key] = length

    def _array(self, key: str) -> None:
        """Keep a short array of numbers; of any other only its length."""
        kind, count = self._whole("I"), self._whole("Q")
        if kind == _STRING:
            self._skip_texts(count)
            self._counts[key] = count
        elif count <= _LONGEST_KEPT_ARRAY and self._kept + count <= _MOST_KEPT_NUMBERS:
            self._kept += count
            self._values[key] = self._numbers(kind, count)
        else:
            self._skip(count * struct.calcsize(f"<{self._letter(kind)}"))
            self._counts[key] = count

    def _skip_texts(self, count: int) -> None:
        """Skip `count` texts; vocabularies have hundreds of thousands, so this loop does nothing else."""
        self._texts += count
        if count * 8 > self._size - self._at:
            raise self._bad("truncated")
        if self._texts > _MOST_TEXTS:
            raise self._bad("corrupt")
        length_at = struct.Struct("<Q").unpack_from
        data, at = self._data, self._at
        try:
            for _ in range(count):
                at += 8 + length_at(data, at)[0]
        except (struct.error, OverflowError) as error:
            raise self._bad("truncated") from error
        self._at = at
        self._skip(0)

    def _tensors(self, count: int) -> Iterator[Tensor]:
        for _ in range(count):
            name = self._text(_LONGEST_NAME)
            if _OLD_EXPERT.fullmatch(name):
                raise self._bad("old_experts")
            depth = self._whole("I")
            if not 0 < depth <= 4:
                raise self._bad("corrupt")
            dimensions = tuple(self._whole("Q") for _ in range(depth))
            kind, offset = self._whole("I"), self._whole("Q")
            if kind not in TENSOR_TYPES:
                raise self._bad("unknown_type")
            numbers = 1
            for length in dimensions:
                numbers *= length
            if not 0 < numbers < 1 << 63 or dimensions[0] % TENSOR_TYPES[kind].block:
                raise self._bad("corrupt")
            yield Tensor(name=name, kind=kind, dimensions=dimensions, offset=offset, bytes=bytes_of(kind, numbers))

    def _check_extents(self, tensors: tuple[Tensor, ...]) -> None:
        """Every tensor must lie in the file, aligned, and on no other."""
        alignment = self._sane("general.alignment", 1 << 20, default=_ALIGNMENT)
        if alignment <= 0 or alignment & (alignment - 1):
            raise self._bad("corrupt")
        start, end = -(-self._at // alignment) * alignment, 0
        for tensor in sorted(tensors, key=lambda each: each.offset):
            if tensor.offset < end or tensor.offset % alignment:
                raise self._bad("corrupt")
            end = tensor.offset + tensor.bytes
        if tensors and start + end > self._size:
            raise self._bad("truncated")

    def _text(self, longest: int) -> str:
        length = self._whole("Q")
        if length > longest:
            raise self._bad("corrupt")
        start = self._at
        self._skip(length)
        try:
            return self._data[start : self._at].decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._bad("corrupt") from error

    def _letter(self, kind: int) -> str:
        letter = _SCALARS.get(kind)
        if letter is None:
            raise self._bad("corrupt")
        return letter

    def _numbers(self, kind: int, count: int) -> tuple[int | float | bool, ...]:
        form = f"<{count}{self._letter(kind)}"
        start = self._at
        self._skip(struct.calcsize(form))
        return struct.unpack_from(form, self._data, start)

    def _whole(self, letter: Literal["I", "Q"]) -> int:
        start = self._at
        self._skip(4 if letter == "I" else 8)
        return int(struct.unpack_from(f"<{letter}", self._data, start)[0])

    def _skip(self, length: int) -> None:
        self._at += length
        if self._at > self._size:
            raise self._bad("truncated")

    def _bad(self, damage: Damage) -> EngineError:
        return damaged(self._path, damage)


def _is_matrix(tensor: Tensor) -> bool:
    return tensor.name.startswith("blk.") or tensor.name == "output.weight"


_SENTENCES: dict[Damage, tuple[str, str]] = {
    "missing": (
        "The model file {file} is not there any more. Put it back, or choose another one in the settings.",
        "El fichero del modelo {file} ya no está. Vuelve a ponerlo o elige otro en los ajustes.",
    ),
    "unreadable": (
        "The model file {file} could not be read. Check its permissions and the disk.",
        "No se pudo leer el fichero del modelo {file}. Revisa sus permisos y el disco.",
    ),
    "not_gguf": (
        "{file} is not a GGUF model, so it was not opened. Choose a .gguf file.",
        "{file} no es un modelo GGUF y no se ha abierto. Elige un fichero .gguf.",
    ),
    "version": (
        "{file} uses a version of GGUF that is not supported. Get the model in GGUF version 3.",
        "{file} usa una versión de GGUF no compatible. Consigue el modelo en GGUF versión 3.",
    ),
    "truncated": (
        "The model file {file} is incomplete, probably an interrupted download. Download or copy it again.",
        "El fichero del modelo {file} está incompleto, quizá por una descarga cortada. Descárgalo o cópialo otra vez.",
    ),
    "corrupt": (
        "The model file {file} is damaged, so it was not opened. Download or copy it again.",
        "El fichero del modelo {file} está dañado y no se ha abierto. Descárgalo o cópialo otra vez.",
    ),
    "unknown_type": (
        "{file} stores its weights in a way that this Jarvis does not know, so it was not opened. Choose another file "
        "or a newer Jarvis.",
        "{file} guarda sus pesos de una forma que este Jarvis no conoce y no se ha abierto. Elige otro fichero o un "
        "Jarvis más nuevo.",
    ),
    "old_experts": (
        "{file} was converted before April 2024 and stores its experts in a way that llama.cpp refuses by now. Get a "
        "newer conversion of the same model.",
        "{file} se convirtió antes de abril de 2024 y guarda sus expertos de una forma que llama.cpp ya rechaza. "
        "Consigue una conversión más nueva del mismo modelo.",
    ),
    "no_model": (
        "{file} is a GGUF file without a language model in it. Choose another file.",
        "{file} es un fichero GGUF sin un modelo de lenguaje. Elige otro fichero.",
    ),
}


def damaged(path: Path, damage: Damage) -> EngineError:
    """Return the error that says what is wrong with the model file at `path`."""
    en, es = _SENTENCES[damage]
    return EngineError(f"model.{damage}", en=en, es=es, retryable=False, file=path.name)
