"""Names as drivers report them, and the bandwidth that belongs to each."""

import pytest

from jarvis.hardware import bandwidth_table
from jarvis.hardware.bandwidth import UNKNOWN_GPU_GBS, bandwidth_gbs, computed_bandwidth_gbs, gpu_bandwidth_gbs


@pytest.mark.parametrize(
    ("name", "gbs"),
    [
        ("NVIDIA GeForce GTX 1080 Ti", 484.0),
        ("NVIDIA GeForce GTX 1650 with Max-Q Design", 112.0),
        ("NVIDIA GeForce RTX 2060", 336.0),
        ("NVIDIA GeForce RTX 3050 6GB Laptop GPU", 168.0),
        ("NVIDIA GeForce RTX 3070 Ti Laptop GPU", 448.0),
        ("NVIDIA GeForce RTX 3070", 448.0),
        ("NVIDIA GeForce RTX 4070 Ti SUPER", 672.0),
        ("NVIDIA GeForce RTX 4090", 1008.0),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", 576.0),
        ("NVIDIA GeForce RTX 5070 Ti", 896.0),
        ("NVIDIA GeForce RTX 5070 Ti Laptop GPU", 672.0),
        ("NVIDIA RTX A4000", 448.0),
        ("NVIDIA RTX 6000 Ada Generation", 960.0),
        ("NVIDIA RTX PRO 6000 Blackwell Workstation Edition", 1792.0),
        ("Quadro RTX 6000", 672.0),
        ("Tesla V100-SXM2-16GB", 900.0),
        ("NVIDIA A100-SXM4-80GB", 2039.0),
        ("NVIDIA A100-SXM4-40GB", 1555.0),
        ("NVIDIA A10", 600.0),
        ("NVIDIA L40S", 864.0),
        ("NVIDIA H100 80GB HBM3", 3350.0),
        ("NVIDIA H200", 4800.0),
        ("AMD Radeon RX 7900 XTX", 960.0),
        ("AMD Radeon RX 9070 XT", 640.0),
        ("AMD Radeon(TM) RX 6700 XT", 384.0),
        ("AMD Instinct MI300X", 5300.0),
        ("Apple M1", 68.0),
        ("Apple M4 Max", 410.0),
    ],
)
def test_the_longest_name_counts(name, gbs):
    assert gpu_bandwidth_gbs(name) == gbs


@pytest.mark.parametrize("name", ["", "NVIDIA GeForce RTX 4070Ti", "NVIDIA L400", "AMD Radeon Graphics", "Apple M40"])
def test_part_of_a_word_is_no_match(name):
    assert gpu_bandwidth_gbs(name) is None


def test_clock_and_bus_give_what_the_maker_says():
    assert computed_bandwidth_gbs(10_501, 384) == pytest.approx(1008, abs=1)
    assert computed_bandwidth_gbs(2_619, 5_120) == pytest.approx(3352, abs=1)
    assert computed_bandwidth_gbs(None, 384) is None
    assert computed_bandwidth_gbs(0, 384) is None


def test_a_card_known_by_nothing_gets_a_low_figure_and_the_log_says_so(caplog):
    assert bandwidth_gbs("Cheese 9000") == UNKNOWN_GPU_GBS
    assert "Cheese 9000" in caplog.text
    caplog.clear()
    assert bandwidth_gbs("Cheese 9000") == UNKNOWN_GPU_GBS
    assert caplog.text == "", "once is enough"


def test_the_table_is_sound():
    tables = ("GEFORCE", "GEFORCE_LAPTOP", "WORKSTATION", "DATA_CENTRE", "AMD", "APPLE")
    together = [getattr(bandwidth_table, table) for table in tables]
    assert sum(map(len, together)) == len(bandwidth_table.KNOWN), "a name stands in two tables"
    assert all(name == name.lower().strip() for name in bandwidth_table.KNOWN)
    assert all(40 < gbs <= 8000 for gbs in bandwidth_table.KNOWN.values())
