"""A cross-encoder's folder, loaded strictly offline: how well a text answers a question, 0 to 1.

Knows nothing about the wire. Runs in the child only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jarvis.engines.children.sentence_model import offline_torch, on_device, quantised, refuse_foreign_code
from jarvis.engines.embedding.model_folder import broken

_GPU_BATCH = 16


class CrossModel:
    """The cross-encoder in `folder`; arguments and errors as those of `SentenceModel`."""

    def __init__(self, folder: Path, *, device: str, int8: bool, max_tokens: int, threads: int = 0) -> None:
        refuse_foreign_code(folder)
        torch = offline_torch(threads)
        from sentence_transformers import CrossEncoder

        def load(where: str) -> Any:
            return CrossEncoder(
                str(folder), device=where, max_length=max_tokens, local_files_only=True, trust_remote_code=False
            )

        self._model, self.device = on_device(load, folder, device, torch)
        if self._model.num_labels != 1:
            raise broken(folder, f"num_labels: {self._model.num_labels}")
        self._torch = torch
        self._batch = 1 if self.device.startswith("CPU") else _GPU_BATCH
        if device == "cpu" and int8 and quantised(self._model, torch):
            self.device = "CPU int8"
        elif self._batch > 1:
            self._model.half()

    def rank(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return one score 0..1 per text, in their order."""
        scores = self._model.predict(
            [(question, text) for text in texts],
            batch_size=self._batch,
            show_progress_bar=False,
            activation_fn=self._torch.nn.Sigmoid(),
            convert_to_numpy=True,
        )
        return [float(score) for score in scores]
