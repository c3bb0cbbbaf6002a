import subprocess
import sys
from pathlib import Path

import pytest

from installer.arguments import Arguments, UsageError, parse

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["run"], Arguments(command="run")),
        (["test", "--cpu"], Arguments(command="test", cpu=True)),
        (["run", "--no-desktop", "--with-tuning"], Arguments(command="run", desktop=False, tuning=True)),
        (["install", "--with-vllm"], Arguments(command="install", vllm=True)),
        (["run", "--", "ask", "--cpu"], Arguments(command="run", words=("ask", "--cpu"))),
        (["run", "--", "--help"], Arguments(command="run", words=("--help",))),
        (["run", "--help"], Arguments(command="help")),
        (["--help"], Arguments(command="help")),
    ],
)
def test_command_lines_are_understood(words, expected):
    assert parse(words) == expected


@pytest.mark.parametrize("words", [[], ["remove"], ["run", "--gpu"], ["run", "extra"], ["install", "--", "ask"]])
def test_anything_else_is_a_usage_error(words):
    with pytest.raises(UsageError):
        parse(words)


@pytest.mark.parametrize(
    ("locale", "said"), [("C.UTF-8", "nothing was changed"), ("es_ES.UTF-8", "no se ha cambiado nada")]
)
def test_an_unknown_option_prints_usage_and_exits_with_2(locale, said):
    done = subprocess.run(
        [ROOT / "install_upgrade.sh", "run", "--gpu"],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": locale, "JARVIS_PYTHON": sys.executable},
    )
    assert done.returncode == 2
    assert "--gpu" in done.stdout
    assert said in done.stdout
    assert "install_upgrade.sh run|test|install|doctor" in done.stdout


def test_no_fitting_python_is_one_clear_sentence(tmp_path):
    for name in ("python3", "python", "python3.11", "python3.12", "python3.13"):
        fake = tmp_path / name
        fake.write_text("#!/bin/sh\nexit 1\n")
        fake.chmod(0o755)
    done = subprocess.run(
        ["/bin/bash", ROOT / "install_upgrade.sh", "--help"],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C"},
    )
    if done.returncode == 0:
        pytest.skip("a Python outside PATH was found")
    assert done.returncode == 1
    assert done.stderr.startswith("Jarvis needs Python 3.11, 3.12 or 3.13 and there is none here")
    assert done.stderr.count("\n") == 1
