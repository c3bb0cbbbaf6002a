"""System status: many ways to ask, and answers that hold the machine's own figures."""

from dataclasses import replace

import pytest

from jarvis.contracts.messages import Request
from jarvis.contracts.skills import GpuReading, SystemReading
from tests.fakes.host import FixedSystem
from tests.fakes.skills import FakePorts
from tests.skills.phrasings import lines, rows

SAYINGS = {
    ("en", "summary"): """
        system status
        what's the system status
        status report
        give me a status report
        how is the computer doing?
        how's my computer running
        how busy is the computer
        show me the system info
        computer stats
        what is the status of the computer
        show me the resource usage
        hey Jarvis, system report please
    """,
    ("es", "summary"): """
        estado del sistema
        dime el estado del sistema
        estado del ordenador
        informe de estado
        dame un informe de estado
        ¿cómo está el ordenador?
        cómo va el equipo
        qué tal va el ordenador
        muéstrame el estado del equipo
        uso de recursos
        qué recursos se están usando
        dime el uso de recursos
    """,
    ("en", "cpu"): """
        what's the CPU usage
        what is the cpu load?
        how busy is the CPU
        how busy is the processor right now
        cpu usage
        processor load
        how much cpu is being used
        how much CPU are you using
        show me the cpu usage
        tell me the processor usage
        how's the cpu doing
        what's the current CPU utilization
    """,
    ("es", "cpu"): """
        uso de la CPU
        dime el uso de la CPU
        cuál es el uso de la cpu
        ¿cuál es la carga del procesador?
        cuánta cpu se está usando
        cómo va la cpu
        cómo está el procesador
        carga de la cpu
        muéstrame el uso del procesador
        cuánta cpu estoy usando
        ¿cómo de ocupado está el procesador?
        qué tal va el procesador
    """,
    ("en", "memory"): """
        how much RAM is free?
        how much memory is being used
        how much RAM is used
        how much memory is left
        how much free memory do I have
        how much RAM do I have
        how much ram does this computer have
        what's the memory usage
        memory usage
        ram usage
        how much memory are you using
        am I running out of memory
    """,
    ("es", "memory"): """
        cuánta RAM queda libre
        ¿cuánta memoria queda?
        cuánta memoria se está usando
        cuánta RAM tengo
        cuánta memoria libre hay
        cuánta memoria RAM tiene este ordenador
        uso de memoria
        uso de la RAM
        dime el uso de memoria
        cómo va la memoria
        cuánta memoria está ocupada
        cuánta memoria hay en uso
    """,
    ("en", "disk"): """
        how much disk space is left
        how much disk space do I have left?
        how much free space do I have
        how much space is left on my disk
        how much storage do I have left
        how full is my disk
        how full is the hard drive
        disk usage
        disk space
        what's the disk usage
        am I running out of disk space
        is my disk almost full
    """,
    ("es", "disk"): """
        cuánto espacio queda
        cuánto espacio queda en el disco
        ¿cuánto espacio en disco queda?
        cuánto disco me queda
        cuánto espacio libre tengo
        cómo de lleno está el disco
        uso del disco
        espacio en disco
        dime el espacio libre en disco
        cuánto almacenamiento queda
        cómo está el disco duro
        me queda espacio en el disco
    """,
    ("en", "battery"): """
        how much battery is left
        how much battery do I have
        what's the battery level
        battery level
        battery
        how's the battery
        how's the battery doing
        what is my battery percentage
        how much charge is left
        is the laptop plugged in
        is my laptop charging?
        check the battery
    """,
    ("es", "battery"): """
        cuánta batería queda
        ¿cuánta batería me queda?
        cuánta batería tengo
        nivel de batería
        dime el nivel de batería
        cuál es el nivel de la batería
        cómo está la batería
        cómo va la batería
        batería
        ¿está cargando el portátil?
        está enchufado el ordenador
        a cuánto está la batería
    """,
    ("en", "gpu"): """
        how much VRAM is free
        how much vram is used
        how much video memory is left
        how much vram do I have
        how much free VRAM is there
        what's the GPU usage
        gpu usage
        vram usage
        how busy is the GPU
        how's the graphics card doing
        what GPU do I have
        how full is the vram
    """,
    ("es", "gpu"): """
        cuánta VRAM queda
        cuánta VRAM se está usando
        cuánta memoria de vídeo queda libre
        cuánta vram tengo
        cuánta VRAM libre hay
        uso de la GPU
        dime el uso de la GPU
        uso de VRAM
        cómo está la tarjeta gráfica
        cómo va la GPU
        qué tarjeta gráfica tengo
        qué gpu tiene este ordenador
    """,
    ("en", "model"): """
        what model is loaded?
        which model is loaded
        which models are loaded
        what model are you using
        which model are you running
        what language model are you using right now
        is a model loaded
        are any models loaded
        what's the loaded model
        loaded models
        which model is running
        which llm is loaded
    """,
    ("es", "model"): """
        qué modelo está cargado
        ¿qué modelo hay cargado?
        qué modelos están cargados
        qué modelo usas
        qué modelo estás usando
        qué modelo de lenguaje usas
        hay algún modelo cargado
        cuál es el modelo cargado
        qué modelo está en uso
        modelo cargado
        con qué modelo funcionas
        dime el modelo actual
    """,
}

NOT_SYSTEM = """
    how does a CPU work
    what is RAM
    how much memory does an elephant have
    how much space is between the stars
    what is the solar system
    how are you
    how is the weather
    who invented the battery
    what is the best GPU for gaming
    which model of car should I buy
    what is a disk
    how full is a full moon
    battery recycling
    status quo
    how much does a computer cost
    qué es la RAM
    cómo funciona una CPU
    cuánta memoria tiene un elefante
    cuánto espacio hay entre las estrellas
    qué es el sistema solar
    cómo estás
    quién inventó la batería
    qué modelo de coche me compro
    cuánto cuesta un ordenador
    estado civil
"""

READING = SystemReading(
    cpu_percent=12.4,
    ram_used_mib=6144,
    ram_total_mib=65536,
    disk_free_mib=204_800,
    disk_total_mib=512_000,
)
GPUS = (
    GpuReading(name="RTX 5070 Ti", used_mib=3072, total_mib=16384, utilisation_percent=41),
    GpuReading(name="RTX 2060", used_mib=512, total_mib=6144, utilisation_percent=0),
)


@pytest.fixture
def fakes() -> FakePorts:
    return FakePorts(system=FixedSystem(READING))


@pytest.mark.parametrize(("language", "intent", "sentence"), rows(SAYINGS))
def test_ways_to_say_it(match, language, intent, sentence):
    found = match(sentence, language)
    assert found is not None
    assert (found.skill, found.risk) == (f"system.{intent}", "none")


@pytest.mark.parametrize("sentence", lines(NOT_SYSTEM))
def test_not_system(match, sentence):
    found = match(sentence)
    assert found is None or not found.skill.startswith("system.")


@pytest.mark.parametrize(
    ("changes", "sentence", "answer"),
    [
        ({}, "cpu usage", "The processor is 12 % busy."),
        ({}, "uso de la CPU", "El procesador está ocupado al 12 %."),
        ({}, "how much RAM is free?", "6 of 64 GB of memory are in use; 58 GB are free."),
        ({"ram_used_mib": 6700}, "uso de memoria", "Hay 6,5 de 64 GB de memoria en uso; quedan 57,5 GB libres."),
        ({}, "disk usage", "200 of 500 GB are free on the disk."),
        ({}, "how much battery is left", "This computer has no battery."),
        ({"battery_percent": 58, "battery_charging": False}, "battery", "The battery is at 58 %."),
        ({"battery_percent": 58, "battery_charging": True}, "batería", "La batería está al 58 % y cargando."),
        ({"battery_percent": 100, "battery_charging": True}, "battery", "The battery is full and plugged in."),
        ({"battery_percent": 80, "battery_charging": None}, "battery", "The battery is at 80 %."),
        ({}, "qué tarjeta gráfica tengo", "No veo ninguna GPU NVIDIA en este equipo."),
        (
            {"gpus": GPUS},
            "how much VRAM is free",
            "RTX 5070 Ti: 3 of 16 GB of video memory in use, 41 % busy. "
            "RTX 2060: 0.5 of 6 GB of video memory in use, 0 % busy.",
        ),
        ({}, "which model is loaded", "No model is loaded."),
        ({"loaded_models": ("tiny.gguf",)}, "qué modelo está cargado", "Hay un modelo cargado: tiny.gguf."),
        ({"loaded_models": ("a", "b")}, "loaded models", "2 models are loaded: a and b."),
        (
            {},
            "system status",
            "The processor is 12 % busy. 6 of 64 GB of memory are in use; 58 GB are free. "
            "200 of 500 GB are free on the disk. No model is loaded.",
        ),
    ],
)
def test_answers(say, fakes, changes, sentence, answer):
    fakes.system.reading = replace(READING, **changes)
    assert say(sentence).text == answer


def test_every_saying_can_be_read_back_and_run(book):
    for language, _, sentence in rows(SAYINGS):
        found = book.match(sentence, language)
        assert "{" not in book.read_back(found)
        assert book.run(found, Request(text=sentence)).text
