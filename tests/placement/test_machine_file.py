"""A described machine: what may be left out, what is refused and where, and the way back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.contracts.errors import InputError
from jarvis.contracts.hardware import Machine
from jarvis.placement.machine_file import (
    DISPLAY_RESERVE_MIB,
    DRIVER_RESERVE_MIB,
    SYSTEM_RESERVE_MIB,
    load_machine,
    machine_document,
)
from tests.placement.known_shapes import FLOOR, LAPTOP, RIG

TABLE = {"NVIDIA GeForce RTX 2060": 336.0}


def read(folder: Path, text: str) -> Machine:
    file = folder / "rig.json"
    file.write_bytes(text.encode())
    return load_machine(file, bandwidth_of=TABLE.get)


OLD = replace(LAPTOP, gpus=(replace(LAPTOP.gpus[0], compute_capability="6.1"),))


@pytest.mark.parametrize("machine", [RIG, LAPTOP, OLD, FLOOR])
def test_a_machine_comes_back_as_it_was_written(tmp_path: Path, machine: Machine) -> None:
    assert read(tmp_path, json.dumps(machine_document(machine))) == machine


def test_free_memory_and_bandwidth_may_be_left_out(tmp_path: Path) -> None:
    machine = read(
        tmp_path,
        """{"gpus": [{"name": "NVIDIA GeForce RTX 2060", "total_mib": 6144},
                     {"name": "X", "total_mib": 8192, "bandwidth_gbs": 100}],
            "ram_mib": 16384, "ram_bandwidth_gbs": 50, "cores": 8}""",
    )
    assert [card.free_mib for card in machine.gpus] == [6144 - DISPLAY_RESERVE_MIB, 8192 - DRIVER_RESERVE_MIB]
    assert [card.bandwidth_gbs for card in machine.gpus] == [336.0, 100.0]
    assert machine.ram_free_mib == 16384 - SYSTEM_RESERVE_MIB
    assert read(tmp_path, '{"ram_mib": 2000, "ram_bandwidth_gbs": 9, "cores": 1}').ram_free_mib == 0


GPU = '{"name": "X", "total_mib": 5, "bandwidth_gbs": 1}'
BASE = '"ram_mib": 16384, "ram_bandwidth_gbs": 50, "cores": 8'


@pytest.mark.parametrize(
    ("text", "line", "field", "said"),
    [
        ('{\n"ram_mib": 1,\n"cores": 2}', 1, "ram_bandwidth_gbs", "missing"),
        (f'{{{BASE},\n"gpus": [\n{{"name": "X",\n"total_mib": "many"}}]}}', 4, "gpus[0].total_mib", "whole number"),
        (f'{{{BASE},\n"gpus": [{{"name": "X", "total_mib": -5}}]}}', 2, "gpus[0].total_mib", "> 0"),
        (f'{{{BASE},\n"gpu": []}}', 2, "gpu", "no such field"),
        (f'{{{BASE},\n"gpus": [{{"name": "X", "total_mib": 5}}]}}', 2, "gpus[0].bandwidth_gbs", "bandwidth"),
        (
            f'{{{BASE},\n"gpus": [{{"name": "X", "bandwidth_gbs": 1, "total_mib": 5,\n"free_mib": 9}}]}}',
            3,
            "gpus[0].free_mib",
            "9 MiB free are more than all 5",
        ),
        (f'{{{BASE},\n\n"ram_free_mib": 99999}}', 3, "ram_free_mib", "more than all"),
        (
            f'{{{BASE},\n"gpus": [\n{{"name": "X", "total_mib": 5,\n"compute_capability": "sm_75"}}]}}',
            4,
            "gpus[0].compute_capability",
            "does not have the form",
        ),
        ('{"ram_mib": 1,\n,}', 2, "file", "not valid JSON"),
        ("[" * 100_000, 1, "file", "deep"),
        ("[]", 1, "file", "object"),
        ("", 1, "file", "not valid JSON"),
        (" " * 1_000_001, 1, "file", "longer than"),
        ('{"ram_mib": 9,\n"ram_bandwidth_gbs": 9,\n"cores": 9999}', 3, "cores", "≤ 4096"),
        (f'{{{BASE},\n"gpus": [{", ".join([GPU] * 17)}]}}', 2, "gpus", "at most 16"),
        (f'{{{BASE},\n"gpus": [\n{{"name": "\\ud800",\n"total_mib": 5}}]}}', 3, "file", "does not exist"),
        ('{"ram_bandwidth_gbs": 1,\n"ram_mib": Infinity}', 2, "ram_mib", "finite"),
        ('{"cores": NaN, "ram_mib": 1, "ram_bandwidth_gbs": 1e999}', 1, "ram_bandwidth_gbs", ""),
    ],
)
def test_a_mistake_is_told_with_file_line_field_and_what_is_allowed(
    tmp_path: Path, text: str, line: int, field: str, said: str
) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert caught.value.code == "machine.invalid"
    english, spanish = caught.value.sentence("en"), caught.value.sentence("es")
    assert f"rig.json, line {line}, " in english
    assert f"rig.json, línea {line}, " in spanish
    if said:
        assert field in english
        assert said in english
    assert english != spanish
    assert len(spanish) < 400 + len(str(tmp_path))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"cores" 3}', "se esperan dos puntos"),
        ('{"cores": }', "se espera un valor"),
        ('{"cores": 3 "x": 4}', "se espera una coma"),
        ('{"cores": "3}', "comillas finales"),
        ('{"cores": "\t"}', "un salto o un tabulador"),
        ('{"cores": "\\x"}', "barra invertida"),
        ("{} {}", "después del final"),
        ("{3: 4}", "un nombre entre comillas"),
    ],
)
def test_broken_json_is_explained_in_spanish_too(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert said in caught.value.sentence("es")


def test_bytes_that_are_no_text_name_their_line(tmp_path: Path) -> None:
    file = tmp_path / "rig.json"
    file.write_bytes(b'{\n"name": "\xff"}')
    with pytest.raises(InputError, match=r"line 2, file: not UTF-8"):
        load_machine(file, bandwidth_of=TABLE.get)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_machine(tmp_path / "none.json", bandwidth_of=TABLE.get)
    assert caught.value.code == "machine.unreadable"
    assert "No se puede leer" in caught.value.sentence("es")
