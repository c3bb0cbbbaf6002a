import pytest

from installer.system_packages import (
    COMPILER,
    DESKTOP,
    PORTAUDIO,
    TEST_TOOLS,
    VENV,
    install_line,
    missing,
    packages_for,
)
from tests.fakes.installer import machine


def nothing(program):
    return None


def everything(program):
    return f"/usr/bin/{program}"


def names(needs):
    return [need.name for need in needs]


def test_only_what_is_wanted_and_absent_is_missing():
    facts = machine(missing_libraries=("PortAudio", "EGL"))
    assert names(missing(facts, desktop=False, tests=False, compiler=False)) == ["PortAudio"]
    assert names(missing(facts, desktop=True, tests=False, compiler=False)) == ["PortAudio", "EGL"]


def test_the_compiler_is_asked_for_only_when_something_is_compiled():
    facts = machine(compiler=False, has_venv=False)
    assert names(missing(facts, desktop=True, tests=False, compiler=True)) == ["venv", "C++"]
    assert names(missing(facts, desktop=True, tests=False, compiler=False)) == ["venv"]


def test_the_checks_need_programs_that_the_product_does_not():
    assert missing(machine(), desktop=True, tests=True, compiler=True, which=everything) == []
    assert missing(machine(), desktop=True, tests=True, compiler=True, which=nothing) == list(TEST_TOOLS)
    assert missing(machine(system="macos"), desktop=True, tests=True, compiler=True, which=nothing) == []


@pytest.mark.parametrize("manager", ["apt", "dnf", "pacman"])
def test_every_need_has_a_package_on_every_linux(manager):
    for need in (PORTAUDIO, *DESKTOP, COMPILER, VENV, *TEST_TOOLS):
        assert packages_for([need], manager, "3.11.7"), need.name


@pytest.mark.parametrize(
    ("manager", "root", "line"),
    [
        ("apt", True, "apt-get install -y --no-install-recommends libportaudio2 libegl1 python3.12-venv"),
        ("apt", False, "sudo apt-get install -y --no-install-recommends libportaudio2 libegl1 python3.12-venv"),
        ("dnf", False, "sudo dnf install -y portaudio libglvnd-egl python3"),
        ("pacman", False, "sudo pacman -S --needed portaudio libglvnd python"),
        ("brew", False, "brew install portaudio python@3.13"),
        ("none", False, ""),
    ],
)
def test_the_line_to_type_is_exact(manager, root, line):
    needs = [PORTAUDIO, DESKTOP[0], VENV]
    assert install_line(packages_for(needs, manager, "3.12.1"), manager, root=root) == line


def test_a_package_that_brings_two_libraries_is_named_once():
    assert packages_for(DESKTOP[:2], "pacman", "3.11.7") == ["libglvnd"]
