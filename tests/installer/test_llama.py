import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from installer import llama, llama_worker
from installer.environment import Environment
from tests.fakes.installer import RememberingScreen

ROOT = Path(__file__).parents[2]
FAKE_PIP = ROOT / "tests" / "programs" / "fake_pip.py"
WHEEL = "llama_cpp_python-0.3.36-py3-none-linux_x86_64.whl"


def make_wheel(path, *files):
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            archive.writestr(file, "")
    return path


@pytest.fixture
def job(tmp_path, monkeypatch):
    """A build whose pip is the fake one and whose environment has a package that loads."""
    environment = tmp_path / "environment"
    environment.mkdir()
    (tmp_path / "llama_cpp.py").write_text("def llama_supports_gpu_offload():\n    return False\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def make(**orders):
        orders_file = tmp_path / "orders.json"
        orders_file.write_text(json.dumps({"calls": str(tmp_path / "calls"), "say": "", **orders}))
        monkeypatch.setenv("FAKE_PIP", str(orders_file))
        return {
            "environment": str(environment),
            "pip": [sys.executable, str(FAKE_PIP)],
            "version": "0.3.36",
            "flavour": "cpu",
            "mark": "0.3.36-cpu",
            "jobs": 2,
            "nice": 0,
            "wheels": str(tmp_path / "wheels"),
            "constraints": "constraints.txt",
        }

    return make


def work(job):
    command = [sys.executable, str(ROOT / "installer"), "build-llama", json.dumps(job)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def calls(tmp_path):
    return [json.loads(line) for line in (tmp_path / "calls").read_text().splitlines()]


@pytest.mark.parametrize(
    ("line", "percent"),
    [
        ("  [123/456] Building CXX object a.o", 26),
        ("[456/456] Linking", 99),
        ("[ 42%] Building C object b.o", 42),
        ("[0/2] Re-checking", 0),
        ("  Building wheel for llama-cpp-python", None),
        ("see [1/2] of the manual", None),
        ("[1/0]", None),
    ],
)
def test_progress_is_read_from_ninja_and_make(line, percent):
    assert llama_worker.percent_in(line) == percent


def test_a_build_ends_with_an_installed_kept_wheel(job, tmp_path):
    orders = job(build_lines=["[1/4] a", "[2/4] b", "[4/4] c"], wheel=WHEEL)
    with work(orders) as process:
        output = process.communicate()[0]
    assert process.returncode == 0, output
    assert (tmp_path / "wheels" / WHEEL).exists()
    kinds = [(call["words"][0], "--only-binary" in call["words"]) for call in calls(tmp_path)]
    compiling = [("download", False), ("wheel", False)]
    assert kinds == [("wheel", True), *compiling, ("install", False), ("install", False)]
    assert calls(tmp_path)[2]["CMAKE_BUILD_PARALLEL_LEVEL"] == "2"
    assert calls(tmp_path)[2]["CMAKE_ARGS"] is None
    assert sorted(path.name for path in (tmp_path / "wheels").iterdir()) == [WHEEL, "lock"]
    state = llama.read_state(tmp_path / "environment")
    assert (state.state, state.percent, state.alive, state.mark) == ("done", 100, False, "0.3.36-cpu")


def test_the_next_clone_does_not_compile_again(job, tmp_path):
    orders = job(wheel=WHEEL)
    (tmp_path / "wheels").mkdir()
    make_wheel(tmp_path / "wheels" / WHEEL, "llama_cpp/lib/libggml-cpu.so")
    with work(orders) as process:
        process.communicate()
    assert process.returncode == 0
    assert {call["words"][0] for call in calls(tmp_path)} == {"install"}


def test_with_cuda_the_compiler_is_told_and_a_wheel_without_it_is_not_taken(job, tmp_path):
    orders = {**job(wheel=WHEEL), "flavour": "cuda"}
    with work(orders) as process:
        process.communicate()
    assert process.returncode == 1
    assert calls(tmp_path)[2]["CMAKE_ARGS"] == "-DGGML_CUDA=on"
    state = llama.read_state(tmp_path / "environment")
    assert state.last_lines[-1] == "pip made no cuda wheel of llama-cpp-python==0.3.36."


def test_a_failed_build_keeps_its_last_words_and_can_be_repeated(job, tmp_path):
    with work(job(build_lines=["[1/4] a"], wheel=None)) as process:
        process.communicate()
    state = llama.read_state(tmp_path / "environment")
    assert (process.returncode, state.state, state.percent) == (1, "failed", 25)
    assert "Killed signal" in state.last_lines[-1]
    (tmp_path / "calls").unlink()
    with work(job(wheel=WHEEL)) as process:
        process.communicate()
    assert llama.read_state(tmp_path / "environment").state == "done"
    assert "download" not in [call["words"][0] for call in calls(tmp_path)], (
        "the source and its objects are still there"
    )


def test_a_wheel_that_does_not_load_here_is_a_failure(job, tmp_path):
    (tmp_path / "llama_cpp.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGILL)\n")
    with work(job(wheel=WHEEL)) as process:
        process.communicate()
    assert llama.read_state(tmp_path / "environment").last_lines[-1] == "The built library does not load."


def _until_percent(process, tmp_path, percent):
    for line in process.stdout:
        if line.startswith(f"[{percent}/100]"):
            break
    return llama.read_state(tmp_path / "environment")


def test_a_killed_build_is_seen_as_interrupted_and_its_compilers_are_ended_by_the_next(job, tmp_path):
    process = work(job(build_lines=["[1/100] x", "[2/100] x"], compiles_on=True))
    _until_percent(process, tmp_path, 2)
    assert llama.read_state(tmp_path / "environment").alive
    process.kill()
    process.wait()
    state = llama.read_state(tmp_path / "environment")
    assert (state.state, state.alive) == ("building", False)
    os.killpg(process.pid, 0)
    llama_worker.end_leftovers(tmp_path / "environment")
    process.stdout.read()
    process.stdout.close()
    with work(job(wheel=WHEEL)) as again:
        again.communicate()
    assert llama.read_state(tmp_path / "environment").state == "done"


def test_asked_to_stop_a_build_takes_its_compilers_along(job, tmp_path):
    process = work(job(build_lines=["[1/100] x", "[2/100] x"], compiles_on=True))
    _until_percent(process, tmp_path, 2)
    process.terminate()
    process.wait()
    process.stdout.read()
    process.stdout.close()
    assert process.returncode == -signal.SIGKILL
    assert not llama.read_state(tmp_path / "environment").alive


def test_waiting_says_how_it_ended(job, tmp_path):
    environment = Environment.load(tmp_path / "environment")
    screen = RememberingScreen()
    with work(job(build_lines=["[1/2] a"], wheel=None)) as process:
        process.communicate()
    assert llama.wait_for_build(environment, screen) is False
    assert "could not be built" in screen.said
    assert "Killed signal" in screen.said
    with work(job(wheel=WHEEL)) as process:
        process.communicate()
    assert llama.wait_for_build(environment, screen) is True
    assert Environment.load(environment.folder).steps == {"llama": "0.3.36-cpu"}


def test_only_a_wheel_of_the_right_version_and_flavour_fits(tmp_path):
    header = make_wheel(tmp_path / WHEEL, "include/ggml-cuda.h", "llama_cpp/lib/libggml-cpu.so")
    (tmp_path / "cuda").mkdir()
    cuda = make_wheel(tmp_path / "cuda" / WHEEL, "llama_cpp/lib/libggml-cuda.so")
    (tmp_path / "broken").mkdir()
    broken = tmp_path / "broken" / WHEEL
    broken.write_text("half a download")
    paths = [tmp_path / "numpy-2.4.6.whl", broken, cuda, header]
    assert llama.fitting_wheel(paths, "0.3.36", "cpu") == header
    assert llama.fitting_wheel(paths, "0.3.36", "cuda") == cuda
    assert llama.fitting_wheel(paths, "0.3.37", "cpu") is None


def test_built_wheels_are_kept_where_jarvis_keeps_its_files(monkeypatch, tmp_path):
    monkeypatch.setenv("JARVIS_HOME", str(tmp_path))
    assert llama.wheel_folder("0.3.36", "cpu").parent == tmp_path / "cache" / "wheels"
    assert llama.wheel_folder("0.3.36", "cpu") != llama.wheel_folder("0.3.36", "cuda")
