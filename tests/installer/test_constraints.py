import re
import tomllib
from pathlib import Path

import pytest

from installer.plan import normalised, read_pins

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
REQUIREMENTS = sorted(
    {*PROJECT["dependencies"], *(line for lines in PROJECT["optional-dependencies"].values() for line in lines)}
)


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_everything_that_is_required_is_pinned(requirement):
    name = re.split(r"[\s<>=!~;\[]", requirement, maxsplit=1)[0]
    assert normalised(name) in read_pins((ROOT / "constraints.txt").read_text())


def test_pins_hold_on_every_platform():
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert lines == sorted(lines)
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line)] == []
