"""A machine to plan for, and a screen that remembers."""

import io
from dataclasses import replace
from typing import Any

from installer.facts import Facts, Gpu
from installer.words import Screen

LAPTOP = Facts(
    system="linux",
    machine="x86_64",
    python="3.11.7",
    python_home="/usr",
    has_venv=True,
    cores=4,
    ram_mib=8192,
    disk_free_mib=50_000,
    gpus=(),
    driver="",
    cuda="",
    nvcc=False,
    compiler=True,
    display=True,
    sound=True,
    manager="apt",
    may_install=False,
    missing_libraries=(),
)

RTX = Gpu(name="NVIDIA GeForce RTX 5070 Ti", maker="nvidia", vram_mib=16303)


def machine(**changes: Any) -> Facts:
    """Return a laptop with 4 cores, 8 GB and no graphics card, changed as given."""
    return replace(LAPTOP, **changes)


class RememberingScreen(Screen):
    """Keeps what was said; `said` is all of it."""

    def __init__(self, language: str = "en") -> None:
        self.out = io.StringIO()
        super().__init__(language, self.out)  # type: ignore[arg-type]

    @property
    def said(self) -> str:
        """Everything written so far."""
        return self.out.getvalue()
