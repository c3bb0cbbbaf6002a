import pytest

from installer import facts
from installer.facts import Gpu

SMI = """NVIDIA GeForce RTX 5070 Ti, 16303, 580.95.05
NVIDIA GeForce RTX 2060, 6144, 580.95.05
"""

LSPCI = """00:02.0 VGA compatible controller: Intel Corporation UHD Graphics 630 (rev 02)
03:00.0 VGA compatible controller: Advanced Micro Devices, Inc. [AMD/ATI] Navi 31 [Radeon RX 7900 XTX] (rev c8)
04:00.0 Audio device: Advanced Micro Devices, Inc. [AMD/ATI] Navi 31 HDMI/DP Audio
"""

LDCONFIG = """312 libs found in cache `/etc/ld.so.cache'
	libEGL.so.1 (libc6,x86-64) => /lib/x86_64-linux-gnu/libEGL.so.1
	libxcb.so.1 (libc6,x86-64) => /lib/x86_64-linux-gnu/libxcb.so.1
"""


def test_two_nvidia_cards_are_read():
    gpus, driver = facts.parse_nvidia_gpus(SMI)
    assert gpus == [
        Gpu(name="NVIDIA GeForce RTX 5070 Ti", maker="nvidia", vram_mib=16303),
        Gpu(name="NVIDIA GeForce RTX 2060", maker="nvidia", vram_mib=6144),
    ]
    assert driver == "580.95.05"


def test_a_card_that_hides_its_memory_is_still_a_card():
    gpus, _ = facts.parse_nvidia_gpus("NVIDIA GB10, [N/A], 580.95.05\n")
    assert gpus == [Gpu(name="NVIDIA GB10", maker="nvidia", vram_mib=None)]


@pytest.mark.parametrize(
    "text", ["", "No devices were found\n", "Failed to initialize NVML: Driver/library mismatch\n"]
)
def test_complaints_of_nvidia_smi_are_no_cards(text):
    assert facts.parse_nvidia_gpus(text) == ([], "")


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("| NVIDIA-SMI 580.95.05   Driver Version: 580.95.05   CUDA Version: 13.0  |", "13.0"),
        ("| NVIDIA-SMI 595.1   KMD Version: 595.1   CUDA UMD Version: 13.2  |", "13.2"),
        ("| NVIDIA-SMI 390.157  Driver Version: 390.157 |", ""),
    ],
)
def test_the_cuda_version_is_in_the_heading(text, version):
    assert facts.parse_cuda_version(text) == version


def test_amd_cards_are_told_from_their_sound_device_and_from_other_makers():
    assert facts.parse_amd_gpus(LSPCI) == [Gpu(name="Navi 31 [Radeon RX 7900 XTX]", maker="amd")]


def test_memory_is_read_in_mib():
    assert facts.parse_ram_mib("MemTotal:       65769236 kB\nMemFree: 1 kB\n") == 64227
    assert facts.parse_ram_mib("") == 0


def test_libraries_are_read_by_their_file_names():
    assert facts.parse_ldconfig(LDCONFIG) == {"libEGL.so.1", "libxcb.so.1"}


def test_a_library_that_cannot_be_loaded_is_missing():
    wanted = {"C": "libc.so.6", "nothing": "libjarvis-has-no-such-thing.so.9"}
    assert facts.missing_libraries(wanted) == ("nothing",)


@pytest.mark.parametrize(
    ("system", "variables", "answers", "display"),
    [
        ("linux", {}, False, False),
        ("linux", {"DISPLAY": ":0"}, True, True),
        ("linux", {"DISPLAY": ":0"}, False, False),
        ("linux", {"DISPLAY": "host:10.0"}, False, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, False, True),
        ("macos", {}, False, True),
    ],
)
def test_a_display_is_one_that_answers(system, variables, answers, display):
    assert facts.has_display(system, variables, answers) is display


@pytest.mark.parametrize(
    ("system", "programs", "manager"),
    [
        ("linux", ["apt-get", "dnf"], "apt"),
        ("linux", ["dnf"], "dnf"),
        ("linux", ["pacman"], "pacman"),
        ("linux", [], "none"),
        ("macos", ["apt-get"], "brew"),
    ],
)
def test_the_package_manager_is_the_systems_own(system, programs, manager):
    assert facts.package_manager(system, programs) == manager


def test_a_program_that_hangs_or_fails_says_nothing():
    assert facts.output_of(["sleep", "5"], seconds=0.05) == ""
    assert facts.output_of(["false"]) == ""
    assert facts.output_of(["jarvis-has-no-such-program"]) == ""
    assert facts.output_of(["echo", "hello"]) == "hello\n"


def test_compute_capabilities_and_a_driver_that_does_not_tell_them():
    assert facts.parse_capabilities("12.0\n7.5\n") == [(12, 0), (7, 5)]
    assert facts.parse_capabilities("[N/A]\n8.9\n") == [None, (8, 9)]
    assert facts.parse_capabilities("") == []
