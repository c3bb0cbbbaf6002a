"""Every sentence of the resource window, in English and Spanish. Knows no widget."""

from __future__ import annotations

from jarvis.desktop.texts import Text

RESOURCES = Text(en="Resources", es="Recursos")
LOOKING = Text(en="Looking at this machine…", es="Mirando este equipo…")
LATE = Text(
    en="No new values for {seconds} seconds: the machine or its driver is busy. They go on by themselves.",
    es="Sin valores nuevos desde hace {seconds} segundos: el equipo o su controlador está ocupado. Seguirán solos.",
)
LOOK_FAILED = Text(
    en="{why} The last values are shown in grey; the next look is in a second.",
    es="{why} Los últimos valores se ven en gris; se vuelve a mirar en un segundo.",
)
NO_GPU = Text(
    en="This machine has no graphics card that Jarvis can detect: models run on the processor.",
    es="Este equipo no tiene ninguna tarjeta gráfica que Jarvis pueda detectar: los modelos usan el procesador.",
)

# Measuring
MEASURE_HEADING = Text(en="How fast this computer is", es="Velocidad de este equipo")
MEASURE_ABOUT = Text(
    en="Measures memory and disk, in about three seconds, so that what is expected of each model fits this computer. "
    "What is measured is kept until you measure again.",
    es="Mide la memoria y el disco, en unos tres segundos, para que lo que se prevé de cada modelo se ajuste a este "
    "equipo. Lo medido se conserva hasta que vuelvas a medir.",
)
MEASURE = Text(en="Measure this computer", es="Medir este equipo")
MEASURE_STOP = Text(en="Stop measuring", es="Dejar de medir")
MEASURE_PROGRESS = Text(en="How far measuring is", es="Avance de la medición")
MEASURING = Text(en="Measuring…", es="Midiendo…")
MEASURING_MEMORY = Text(en="Measuring the memory ({at} of {of})…", es="Midiendo la memoria ({at} de {of})…")
MEASURING_DISK = Text(en="Measuring the disk ({at} of {of})…", es="Midiendo el disco ({at} de {of})…")
MEASURE_STOPPED = Text(
    en="Stopped; what was known before is kept.", es="Medición interrumpida; se conserva lo que se sabía."
)
MEASURED = Text(en="Memory {ram} GB/s  ·  disk {disk} GB/s", es="Memoria {ram} GB/s  ·  disco {disk} GB/s")
MEASURED_NO_DISK = Text(
    en="Memory {ram} GB/s. The disk is measured once a model is here to be read.",
    es="Memoria {ram} GB/s. El disco se medirá cuando haya aquí un modelo que leer.",
)

# One GPU
GPU_TITLE = Text(en="GPU {index} · {name}", es="GPU {index} · {name}")
USED_OF = Text(en="{used} of {total}", es="{used} de {total}")
GPU_GONE = Text(en="Does not answer; these are its last values.", es="No responde; estos son sus últimos valores.")
GPU_LOAD = Text(
    en="Utilisation {load}  ·  Temperature {heat}  ·  Power {power} of {limit}",
    es="Uso {load}  ·  Temperatura {heat}  ·  Potencia {power} de {limit}",
)
GPU_LOAD_NO_LIMIT = Text(
    en="Utilisation {load}  ·  Temperature {heat}  ·  Power {power}",
    es="Uso {load}  ·  Temperatura {heat}  ·  Potencia {power}",
)
GPU_LOAD_NAME = Text(en="Utilisation, temperature and power", es="Uso, temperatura y potencia")
GPU_BAR = Text(en="Who holds the memory of GPU {index}", es="Quién ocupa la memoria de la GPU {index}")
GPU_PLOT = Text(en="Last five minutes of GPU {index}", es="Últimos cinco minutos de la GPU {index}")
SERIES_MEMORY = Text(en="Memory", es="Memoria")
SERIES_BUSY = Text(en="Utilisation", es="Uso")
NO_HISTORY = Text(en="The history begins now.", es="El historial empieza ahora.")
LAYERS = Text(en="{name}, {layers} layers", es="{name}, {layers} capas")
LAYERS_FROM = Text(en="{name}, layers {first} to {last}", es="{name}, capas {first} a {last}")
ONE_LAYER = Text(en="{name}, 1 layer", es="{name}, 1 capa")
PLACED = Text(en="{name} (placed, not measured)", es="{name} (previsto, sin medir)")
SPEECH = Text(en="Speech: {name}", es="Voz: {name}")
EMBEDDINGS = Text(en="Memory search: {name}", es="Búsqueda en la memoria: {name}")
JARVIS_PART = Text(en="Jarvis: {name}", es="Jarvis: {name}")
JARVIS_ITSELF = Text(en="Jarvis itself", es="El propio Jarvis")
OTHER_PROGRAM = Text(en="Other program: {name}", es="Otro programa: {name}")
OTHERS = Text(en="Other programs and the driver", es="Otros programas y el controlador")
FREE = Text(en="Free", es="Libre")
SECONDS_AGO = Text(en="{seconds} s ago", es="hace {seconds} s")
MINUTES_AGO = Text(en="{minutes} min ago", es="hace {minutes} min")
NOW = Text(en="now", es="ahora")

# The machine
CPU = Text(en="Processor", es="Procesador")
RAM = Text(en="Memory (RAM)", es="Memoria (RAM)")
DISK = Text(en="Disk with the models", es="Disco de los modelos")
DISK_FREE = Text(en="{free} free of {total}", es="{free} libres de {total}")

# Models in memory
RESIDENT = Text(en="Models in memory", es="Modelos en memoria")
NOTHING_RESIDENT = Text(
    en="No model is in memory; one is loaded with the next question that needs it.",
    es="No hay ningún modelo en memoria; se carga con la próxima pregunta que lo necesite.",
)
MEASURED_SPEED = Text(en="{speed} tokens/s measured", es="{speed} tokens/s medidos")
IN_VRAM = Text(en="{memory} on the GPU", es="{memory} en la GPU")
IN_RAM = Text(en="{memory} RAM", es="{memory} de RAM")
PINNED = Text(en="pinned", es="fijado")
ELSEWHERE = Text(en="held by another Jarvis process", es="lo tiene otro proceso de Jarvis")
UNLOAD = Text(en="Unload", es="Quitar de memoria")
UNLOADING = Text(en="Unloading…", es="Quitando…")
UNLOAD_NAME = Text(en="Take {model} out of memory", es="Quitar {model} de la memoria")
UNLOADED = Text(en="{model} is out of memory; it stays in service.", es="{model} salió de la memoria; sigue activo.")
NOT_OURS = Text(
    en="Another Jarvis process holds it. “Free the GPUs” empties every GPU.",
    es="Lo tiene otro proceso de Jarvis. «Liberar las GPU» vacía todas las GPU.",
)
KINDS = {
    "text": Text(en="text", es="texto"),
    "embedding": Text(en="memory search", es="búsqueda en la memoria"),
    "reranker": Text(en="ordering of finds", es="orden de lo encontrado"),
    "recognition": Text(en="speech recognition", es="reconocimiento de voz"),
    "voice": Text(en="voice", es="síntesis de voz"),
    "wake": Text(en="wake word", es="palabra de activación"),
    "turn": Text(en="turn-taking", es="turnos de palabra"),
}

# All GPUs
FREE_GPUS = Text(en="Free the GPUs", es="Liberar las GPU")
FREEING = Text(en="Emptying the GPUs…", es="Vaciando las GPU…")
FREED = Text(en="{memory} freed in {seconds}.", es="{memory} liberados en {seconds}.")
HELD = Text(
    en="The GPUs are kept free for other programs: models run on the processor until they are used again.",
    es="Las GPU se mantienen libres para otros programas: los modelos usan el procesador hasta que se vuelvan a usar.",
)
USE_AGAIN = Text(en="Use the GPUs again", es="Volver a usar las GPU")
COST_TODAY = Text(en="Cost today: {cost}", es="Coste de hoy: {cost}")
SPEED_NOW = Text(en="Now: about {speed} tokens/s", es="Ahora: unos {speed} tokens/s")
NO_SPEED_NOW = Text(en="Now: no answer is being written", es="Ahora: no se escribe ninguna respuesta")

# What would fit
WHAT_FITS = Text(en="What would fit now?", es="¿Qué cabría ahora?")
ASKING_FITS = Text(en="Reckoning…", es="Calculando…")
NOTHING_TO_FIT = Text(
    en="There is no text model on this disk yet; fetch one in the models' window.",
    es="Aún no hay ningún modelo de texto en este disco; consigue uno en la ventana de modelos.",
)
FITS = Text(en="Fits", es="Cabe")
FITS_NOT = Text(en="Does not fit", es="No cabe")
