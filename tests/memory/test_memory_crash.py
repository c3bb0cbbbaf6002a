import random
from pathlib import Path

import pytest

from benchmarks.memory import crash


@pytest.mark.parametrize("seed", [3])
def test_killed_at_random_moments_it_keeps_finds_and_forgets(tmp_path: Path, seed: int) -> None:
    lines: list[str] = []
    assert crash.run(tmp_path, 3, seed, ["hashed-1", "hashed-2"], lines.append) == 0, "\n".join(lines)
    assert len(lines) == 4 and lines[-1].startswith("3 kills (1 adding, 1 switching, 1 forgetting)")


def test_the_check_itself_sees_what_is_left(tmp_path: Path) -> None:
    embedder = crash.embedder_named("hashed-1", tmp_path)
    name, other = "00000100002", "00000100003"
    assert crash.traces(tmp_path, [name], [embedder]) == []
    for needle in random.Random(1).sample(crash.needles(name, embedder), 5):
        (tmp_path / "left").write_bytes(b"....." + needle + b".....")
        assert crash.traces(tmp_path, [name, other], [embedder]) == [f"{name} in left"]
