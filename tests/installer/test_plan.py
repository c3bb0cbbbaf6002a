from dataclasses import replace

import pytest

from installer.arguments import parse
from installer.facts import Gpu
from installer.plan import (
    build_jobs,
    cpu_fingerprint,
    environment_act,
    extra_requirements,
    plan_for,
    read_pins,
    torch_source,
)
from tests.fakes.installer import RTX, machine

AMD = Gpu(name="Radeon", maker="amd")


@pytest.mark.parametrize(
    ("words", "facts", "extras"),
    [
        ("run", machine(), ("voice", "cloud", "desktop")),
        ("run", machine(display=False), ("voice", "cloud")),
        ("run --no-desktop", machine(), ("voice", "cloud")),
        ("test", machine(display=False), ("voice", "cloud", "desktop", "test")),
        ("run --with-tuning", machine(), ("voice", "cloud", "desktop", "tuning")),
    ],
)
def test_the_parts_follow_from_command_and_machine(words, facts, extras):
    plan = plan_for(facts, parse(words.split()))
    assert plan.extras == extras
    assert plan.torch == ("test" in extras or "tuning" in extras)


@pytest.mark.parametrize(
    ("words", "facts", "flavour", "why"),
    [
        ("run", machine(), "cpu", ""),
        ("run", machine(gpus=(RTX,), nvcc=True), "cuda", ""),
        ("run", machine(gpus=(RTX,), nvcc=False), "cpu", "flavour_no_nvcc"),
        ("run --cpu", machine(gpus=(RTX,), nvcc=True), "cpu", "flavour_declined"),
        ("run", machine(gpus=(AMD,), nvcc=True), "cpu", "flavour_amd"),
    ],
)
def test_llama_is_built_for_what_is_there(words, facts, flavour, why):
    plan = plan_for(facts, parse(words.split()))
    assert (plan.flavour, plan.why_flavour) == (flavour, why)


@pytest.mark.parametrize(
    ("words", "facts", "answer"),
    [
        ("run", machine(gpus=(RTX,)), "no"),
        ("run --with-vllm", machine(gpus=(RTX,)), "yes"),
        ("run --with-vllm", machine(), "refused"),
        ("run --with-vllm --cpu", machine(gpus=(RTX,)), "refused"),
        ("run --with-vllm", machine(gpus=(AMD,)), "refused"),
        ("run --with-vllm", machine(gpus=(RTX,), system="macos"), "refused"),
        ("run --with-vllm", machine(gpus=(replace(RTX, capability=(7, 5)),)), "yes"),
        ("run --with-vllm", machine(gpus=(replace(RTX, capability=(7, 0)),)), "old"),
        ("run --with-vllm", machine(gpus=(RTX, replace(RTX, capability=(6, 1)))), "yes"),
        ("run --with-vllm", machine(gpus=(RTX,), disk_free_mib=11_000), "disk"),
        ("run --with-vllm", machine(gpus=(RTX,), disk_free_mib=11_000, vllm_begun=True), "yes"),
    ],
)
def test_vllm_needs_an_nvidia_card(words, facts, answer):
    assert plan_for(facts, parse(words.split())).vllm == answer


def test_cuda_packages_are_planned_for_only_on_an_nvidia_machine():
    laptop, rig = machine(), machine(gpus=(RTX,), nvcc=True)
    assert plan_for(rig, parse(["test"])).disk_mib > plan_for(laptop, parse(["test"])).disk_mib + 5000
    assert plan_for(rig, parse(["test", "--cpu"])).disk_mib == plan_for(laptop, parse(["test"])).disk_mib


LISTED = "torch (2.15.0) Available versions: 2.15.0 2.13.0+cpu 2.13.0".split()


@pytest.mark.parametrize(
    ("facts", "cpu", "listed", "answers", "source"),
    [
        (machine(), False, LISTED, None, "found"),
        (machine(), False, ["2.13.0"], None, None),
        (machine(), False, ["2.13.0"], True, "cpu-index"),
        (machine(), False, ["2.13.0"], False, "default-cuda"),
        (machine(gpus=(RTX,)), False, LISTED, None, "default"),
        (machine(gpus=(RTX,)), True, LISTED, None, "found"),
        (machine(gpus=(AMD,)), False, LISTED, None, "found"),
        (machine(system="macos"), False, [], None, "default"),
    ],
)
def test_torch_comes_from_the_smallest_place(facts, cpu, listed, answers, source):
    assert torch_source(facts, cpu=cpu, version="2.13.0", listed=listed, cpu_index_answers=answers) == source


PINS = {"numpy": "2.4.6", "torch": "2.13.0", "setuptools": "84.2.1"}


@pytest.mark.parametrize(
    ("state", "installed", "act"),
    [
        ({"exists": False}, {}, "create"),
        ({"works": False}, {}, "rebuild"),
        ({"same_python": False}, {}, "rebuild"),
        ({}, {"numpy": "2.4.6"}, "keep"),
        ({}, {}, "keep"),
        ({}, {"numpy": "2.4.5"}, "rebuild"),
        ({}, {"torch": "2.13.0+cpu"}, "keep"),
        ({}, {"setuptools": "65.5.0", "somebodys-own": "1.0"}, "keep"),
    ],
)
def test_a_working_environment_is_only_added_to(state, installed, act):
    facts = {"exists": True, "works": True, "same_python": True, **state}
    assert environment_act(**facts, installed=installed, pins=PINS) == act


def test_pins_are_read_with_normalised_names():
    assert read_pins("# no pin==1\nPySide6_Essentials==6.12.0\nruamel.yaml==0.1  # why\n\n") == {
        "pyside6-essentials": "6.12.0",
        "ruamel-yaml": "0.1",
    }


def test_the_package_that_is_built_in_the_background_is_left_out_of_its_extra():
    project = {"optional-dependencies": {"llama": ["llama-cpp-python>=0.3", "llama-index>=1", "uvicorn[standard]>=1"]}}
    assert extra_requirements(project, "llama", without="llama-cpp-python") == [
        "llama-index>=1",
        "uvicorn[standard]>=1",
    ]


def test_a_processor_is_known_by_its_instructions_whatever_their_order():
    one = cpu_fingerprint("x86_64", "model name : A\nflags\t\t: sse avx2\n")
    assert one == cpu_fingerprint("x86_64", "model name : B\nflags\t\t: avx2 sse\n")
    assert one != cpu_fingerprint("x86_64", "flags\t\t: sse avx2 avx512f\n")


@pytest.mark.parametrize(("cores", "ram_mib", "jobs"), [(2, 24_000, 2), (16, 64_000, 16), (8, 4096, 2), (4, 1000, 1)])
def test_compilers_fit_into_memory(cores, ram_mib, jobs):
    assert build_jobs(cores, ram_mib) == jobs
