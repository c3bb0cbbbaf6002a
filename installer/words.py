"""Everything the installer says, in English and Spanish, and the screen it says it on."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Literal, TextIO

Language = Literal["en", "es"]

SENTENCES: dict[str, tuple[str, str]] = {
    "usage": (
        "Usage: ./install_upgrade.sh run|test|install|doctor [options] [-- words for jarvis or pytest]\n"
        "  run      set everything up and start Jarvis      install  set everything up, start nothing\n"
        "  test     set everything up and run every check   doctor   show what was found, change nothing\n"
        "  --cpu           ignore the graphics card         --no-desktop    leave the window out\n"
        "  --with-tuning   add what fine-tuning needs       --with-vllm     add vLLM (needs an NVIDIA card)",
        "Uso: ./install_upgrade.sh run|test|install|doctor [opciones] [-- palabras para jarvis o pytest]\n"
        "  run      instala todo e inicia Jarvis            install  instala todo y no inicia nada\n"
        "  test     instala todo y hace las comprobaciones  doctor   muestra lo que hay, sin cambiar nada\n"
        "  --cpu           no usar la tarjeta gráfica       --no-desktop    sin ventana\n"
        "  --with-tuning   añade lo del ajuste fino         --with-vllm     añade vLLM (pide tarjeta NVIDIA)",
    ),
    "unknown": ("I do not know “{word}”; nothing was changed.", "No conozco «{word}»; no se ha cambiado nada."),
    "no_command": ("Say what to do; nothing was changed.", "Falta decir qué hacer; no se ha cambiado nada."),
    "system_other": (
        "This script runs on Linux and macOS; on Windows use it inside WSL. Nothing was changed.",
        "Este script funciona en Linux y macOS; en Windows úsalo dentro de WSL. No se ha cambiado nada.",
    ),
    "found": ("Found", "Encontrado"),
    "will": ("To be installed (kept where it already is)", "Se instalará (o se conserva si ya está)"),
    "row_system": ("System", "Sistema"),
    "row_python": ("Python", "Python"),
    "row_memory": ("Memory", "Memoria"),
    "row_disk": ("Disk", "Disco"),
    "row_gpu": ("Graphics", "Gráfica"),
    "row_display": ("Display", "Pantalla"),
    "row_sound": ("Sound", "Sonido"),
    "row_libraries": ("Libraries", "Bibliotecas"),
    "row_core": ("Jarvis", "Jarvis"),
    "row_llama": ("llama.cpp", "llama.cpp"),
    "row_torch": ("torch", "torch"),
    "row_vllm": ("vLLM", "vLLM"),
    "cores": ("{cores} cores, {gib} GiB", "{cores} núcleos, {gib} GiB"),
    "disk_free": ("{free} GiB free, about {need} GiB needed", "{free} GiB libres, hacen falta unos {need} GiB"),
    "gpu_none": ("none: everything runs on the processor", "ninguna: todo va en el procesador"),
    "gpu_driver": ("driver {driver}, CUDA {cuda}", "controlador {driver}, CUDA {cuda}"),
    "yes": ("yes", "sí"),
    "no": ("no", "no"),
    "sound_no": ("none: audio files take its place", "no hay: los ficheros de audio lo sustituyen"),
    "libraries_ok": ("all there", "están todas"),
    "libraries_missing": ("missing: {names}", "faltan: {names}"),
    "parts": ("core, {extras}", "núcleo, {extras}"),
    "desktop_declined": ("no window (--no-desktop)", "sin ventana (--no-desktop)"),
    "desktop_no_display": (
        "no window: there is no display; run this again from a desktop to add it",
        "sin ventana: no hay pantalla; repítelo desde un escritorio para añadirla",
    ),
    "llama_cpu": ("for the processor", "para el procesador"),
    "llama_cuda": ("with CUDA", "con CUDA"),
    "flavour_no_nvcc": (
        "for the processor: the CUDA compiler (nvcc) is missing; install the CUDA toolkit and run this again",
        "para el procesador: falta el compilador de CUDA (nvcc); instala el CUDA toolkit y repite esto",
    ),
    "flavour_declined": ("for the processor (--cpu)", "para el procesador (--cpu)"),
    "flavour_amd": (
        "for the processor: AMD cards are not used yet",
        "para el procesador: las tarjetas AMD aún no se usan",
    ),
    "torch_cpu": ("{version}, CPU build if one can be had", "{version}, la versión para CPU si la hay"),
    "torch_gpu": ("{version}, with CUDA", "{version}, con CUDA"),
    "vllm_yes": ("in an environment of its own, about 9 GiB", "en su propio entorno, unos 9 GiB"),
    "vllm_refused": (
        "no: vLLM runs only on an NVIDIA card, and none answered here (or --cpu was given)",
        "no: vLLM solo funciona con tarjeta NVIDIA, y aquí no responde ninguna (o se dio --cpu)",
    ),
    "vllm_old": (
        "no: vLLM needs a card of compute capability 7.5 or newer (GTX 16 or RTX 20 and later)",
        "no: vLLM necesita una tarjeta de capacidad de cómputo 7.5 o posterior (GTX 16 o RTX 20 en adelante)",
    ),
    "vllm_disk": (
        "no: vLLM needs about 10 GiB of free disk beside the rest; free some and repeat",
        "no: vLLM necesita unos 10 GiB libres en disco además del resto; libera espacio y repite",
    ),
    "disk_short": (
        "There are {free} GiB free here and about {need} GiB are needed; nothing was changed. Free some and repeat.",
        "Quedan {free} GiB libres y hacen falta unos {need} GiB; no se ha cambiado nada. Libera espacio y repite.",
    ),
    "already": (
        "Another installation is at work here (process {pid}); this one changed nothing. Wait for it, then repeat.",
        "Ya hay otra instalación en marcha aquí (proceso {pid}); esta no ha cambiado nada. Espera y repite.",
    ),
    "system_installing": ("Installing system packages: {names}", "Instalando paquetes del sistema: {names}"),
    "system_failed": (
        "They could not be installed; see {log}. Going on with what works.",
        "No se pudieron instalar; mira {log}. Se sigue con lo que funciona.",
    ),
    "system_line": (
        "Missing on this system: {names}. This line installs them; until then Jarvis goes on without:\n    {line}",
        "Faltan en este sistema: {names}. Esta línea los instala; mientras, Jarvis sigue sin ellos:\n    {line}",
    ),
    "system_no_line": (
        "Missing on this system: {names}. Install them with your package manager; until then Jarvis goes on without.",
        "Faltan en este sistema: {names}. Instálalos con tu gestor de paquetes; mientras, Jarvis sigue sin ellos.",
    ),
    "no_venv": (
        "This Python cannot make environments; nothing was changed. Install it with the line above, then repeat.",
        "Este Python no puede crear entornos; no se ha cambiado nada. Instálalo con la línea de arriba y repite.",
    ),
    "venv_failed": (
        "The environment could not be made ({why}); nothing else was changed. Repeat when that is solved.",
        "No se pudo crear el entorno ({why}); no se ha cambiado nada más. Repite cuando esté resuelto.",
    ),
    "rebuild": (
        "Python or pinned versions changed: a new environment is built; the old one stays until the new one works.",
        "Cambió Python o alguna versión fijada: se crea otro entorno; el viejo queda hasta que sirva el nuevo.",
    ),
    "step_venv": ("Environment", "Entorno"),
    "step_packages": ("Packages: {extras}", "Paquetes: {extras}"),
    "step_encoder": ("Encoder of questions (92 MB)", "Codificador de preguntas (92 MB)"),
    "encoder_failed": (
        "The encoder could not be installed; questions are judged by rules alone. Log: {log}",
        "El codificador no se pudo instalar; las preguntas se valoran solo con reglas. Registro: {log}",
    ),
    "step_torch": ("torch {version} ({source})", "torch {version} ({source})"),
    "step_vllm": ("vLLM (several GB)", "vLLM (varios GB)"),
    "vllm_done": ("vLLM {version} is installed.", "vLLM {version} está instalado."),
    "vllm_broken": (
        "vLLM was installed but does not start ({why}); the rest works. The log is {log}.",
        "vLLM se instaló pero no arranca ({why}); lo demás funciona. El registro es {log}.",
    ),
    "torch_found": ("CPU build", "versión para CPU"),
    "torch_cpu-index": ("CPU build from PyTorch", "versión para CPU de PyTorch"),
    "torch_default": ("default build", "versión normal"),
    "torch_default-cuda": (
        "no CPU build could be found: the default one brings about 3 GB of CUDA packages",
        "no se encontró versión para CPU: la normal trae unos 3 GB de paquetes CUDA",
    ),
    "pip_retry": (
        "The network does not answer; trying again in {seconds} s ({left} left)",
        "La red no responde; nuevo intento en {seconds} s (quedan {left})",
    ),
    "pip_network": (
        "The network was lost; what was installed and downloaded is kept. "
        "Repeat the same command when it is back: it goes on from here. Log: {log}",
        "Se perdió la red; lo instalado y descargado se conserva. "
        "Repite la misma orden cuando vuelva: seguirá desde aquí. Registro: {log}",
    ),
    "pip_disk": (
        "The disk is full; what was installed is kept. Free some space and repeat the same command. Log: {log}",
        "El disco está lleno; lo instalado se conserva. Libera espacio y repite la misma orden. Registro: {log}",
    ),
    "pip_failed": (
        "pip could not install this; what worked before still works. Its last words ({log}):",
        "pip no pudo instalarlo; lo que funcionaba sigue funcionando. Sus últimas palabras ({log}):",
    ),
    "part_failed": (
        "“{extra}” could not be installed; Jarvis goes on without it. Log: {log}",
        "«{extra}» no se pudo instalar; Jarvis sigue sin ello. Registro: {log}",
    ),
    "smoke": ("First question: “{question}”", "Primera pregunta: «{question}»"),
    "question": ("what time is it", "qué hora es"),
    "first_answer": ("First answer after {seconds} s: {answer}", "Primera respuesta a los {seconds} s: {answer}"),
    "smoke_failed": (
        "The new installation does not answer; the one before it stays in use. What it said:",
        "La instalación nueva no responde; se sigue usando la anterior. Lo que dijo:",
    ),
    "kept_earlier": (
        "An earlier .venv that this script did not make was kept as {path}.",
        "Un .venv anterior que no hizo este script se conservó como {path}.",
    ),
    "ready": ("Ready after {seconds} s; nothing had to be changed.", "Listo en {seconds} s; no hubo que cambiar nada."),
    "llama_have": ("llama.cpp is installed.", "llama.cpp está instalado."),
    "llama_cached": ("llama.cpp: the wheel built earlier is used.", "llama.cpp: se usa lo compilado antes."),
    "llama_started": (
        "llama.cpp is being built in the background (10–15 minutes on 2 cores); Jarvis works meanwhile, without a "
        "local model. “jarvis doctor” and the window show how far it is. Log: {log}",
        "llama.cpp se compila en segundo plano (10–15 minutos con 2 núcleos); Jarvis funciona mientras, sin modelo "
        "local. «jarvis doctor» y la ventana muestran cuánto lleva. Registro: {log}",
    ),
    "llama_running": ("llama.cpp is being built: {percent} %.", "llama.cpp se está compilando: {percent} %."),
    "llama_wait": (
        "Waiting for llama.cpp: {percent} % after {seconds} s",
        "Esperando a llama.cpp: {percent} % tras {seconds} s",
    ),
    "llama_done": ("llama.cpp is ready after {seconds} s.", "llama.cpp está listo tras {seconds} s."),
    "llama_failed": (
        "llama.cpp could not be built; Jarvis works without a local model. Repeat the command to try again. Log: {log}",
        "llama.cpp no se pudo compilar; Jarvis va sin modelo local. Repite la orden y lo reintenta. Registro: {log}",
    ),
    "llama_interrupted": (
        "The build of llama.cpp was interrupted. Repeating the command resumes it.",
        "La compilación de llama.cpp se interrumpió. Repetir la orden la retoma.",
    ),
    "llama_no_compiler": (
        "llama.cpp has to be compiled and there is no C++ compiler here; Jarvis works without a local model. "
        "Install the compiler, then repeat the command.",
        "Hay que compilar llama.cpp y aquí no hay compilador de C++; Jarvis funciona sin modelo local. "
        "Instala el compilador y repite la orden.",
    ),
    "no_display": (
        "There is no display here, so no window opens. These work without one:\n"
        "    .venv/bin/jarvis demo        one whole spoken turn\n"
        '    .venv/bin/jarvis ask "set a timer for ten minutes"',
        "Aquí no hay pantalla, así que no se abre ventana. Esto funciona sin ella:\n"
        "    .venv/bin/jarvis demo        un turno hablado completo\n"
        '    .venv/bin/jarvis ask "pon un temporizador de diez minutos"',
    ),
    "no_window": (
        "The window was left out; here is one whole spoken turn instead. “jarvis ask” answers in the terminal.",
        "Se dejó fuera la ventana; en su lugar va un turno hablado completo. «jarvis ask» responde en la terminal.",
    ),
    "headless_missing": (
        "Not installed, so the tests that need them are skipped: {names}",
        "Sin instalar, así que se saltan las pruebas que los necesitan: {names}",
    ),
    "starting": ("Starting Jarvis.", "Iniciando Jarvis."),
    "installed": ("Installed. Start it with: .venv/bin/jarvis", "Instalado. Para iniciarlo: .venv/bin/jarvis"),
    "interrupted": (
        "Stopped. Nothing is broken and what was done is kept: repeat the same command to go on.",
        "Detenido. No se ha roto nada y lo hecho se conserva: repite la misma orden para seguir.",
    ),
    "not_installed": ("Not installed yet: ./install_upgrade.sh run", "Aún sin instalar: ./install_upgrade.sh run"),
    "check_ok": ("ok      {check} ({seconds} s)", "bien    {check} ({seconds} s)"),
    "check_failed": ("FAILED  {check} ({seconds} s)", "FALLÓ   {check} ({seconds} s)"),
    "checks_failed": (
        "Failed so far: {names}. The tests still run.",
        "Fallos hasta ahora: {names}. Aún faltan las pruebas.",
    ),
}
"""Every sentence by name: English, Spanish."""


def language_of(environment: Mapping[str, str]) -> Language:
    """Return the language that the locale variables ask for; English unless it is Spanish."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "es" if environment[name].lower().startswith("es") else "en"
    return "en"


class Screen:
    """Where sentences go; a progress line overwrites itself on a terminal and is left out elsewhere."""

    def __init__(self, language: Language, out: TextIO | None = None) -> None:
        self.language = language
        self._out = out or sys.stdout
        self._open = False

    def sentence(self, name: str, **values: object) -> str:
        """Return sentence `name` in this screen's language."""
        return SENTENCES[name][self.language == "es"].format(**values)

    def say(self, name: str, **values: object) -> None:
        """Write sentence `name` on a line of its own."""
        self.text(self.sentence(name, **values))

    def text(self, text: str) -> None:
        """Write `text` on a line of its own."""
        self._out.write(("\r\033[K" if self._open else "") + text + "\n")
        self._out.flush()
        self._open = False

    def progress(self, text: str) -> None:
        """Show a passing `text`, on a terminal only."""
        if self._out.isatty():
            self._out.write(f"\r\033[K  {text[:90]}")
            self._out.flush()
            self._open = True
