"""What was found in a machine is said in both languages, whatever it has."""

from __future__ import annotations

from dataclasses import replace

from jarvis.contracts.hardware import GpuDevice, Machine
from jarvis.placement.machine_told import machine_told

BIG = GpuDevice(index=0, name="RTX 5070 Ti", total_mib=16303, free_mib=16000, bandwidth_gbs=896.0)
SMALL = GpuDevice(index=1, name="RTX 2060", total_mib=6144, free_mib=6000, bandwidth_gbs=336.0)
RIG = Machine(ram_mib=65536, ram_free_mib=50000, ram_bandwidth_gbs=50.0, cores=16, gpus=(BIG, SMALL))


def test_two_cards() -> None:
    assert machine_told(RIG, 411_648, "en") == (
        "This computer: GPU 0 RTX 5070 Ti (15.9 GiB), GPU 1 RTX 2060 (6.0 GiB), 64.0 GiB of memory, 16 cores, "
        "402 GiB free on the disk."
    )
    assert machine_told(RIG, 411_648, "es") == (
        "Este equipo: GPU 0 RTX 5070 Ti (15,9 GiB), GPU 1 RTX 2060 (6,0 GiB), 64,0 GiB de memoria, 16 núcleos, "
        "402 GiB libres en el disco."
    )


def test_none_and_one_that_shares_the_memory() -> None:
    plain = replace(RIG, gpus=(), cores=1, ram_mib=8192)
    assert machine_told(plain, 2048, "en") == (
        "This computer: no graphics card that models can use, 8.0 GiB of memory, 1 core, 2.0 GiB free on the disk."
    )
    assert "sin tarjeta gráfica" in machine_told(plain, 2048, "es") and "1 núcleo," in machine_told(plain, 2048, "es")
    assert "64.0 GiB of memory shared with the graphics," in machine_told(replace(RIG, unified=True), 2048, "en")
    assert "compartida con la gráfica" in machine_told(replace(RIG, unified=True), 2048, "es")
