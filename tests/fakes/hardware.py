"""A driver of two unequal GPUs that answers as pynvml does, errors included; and an AMD card's folder."""

from pathlib import Path
from types import SimpleNamespace

GIB = 1 << 30


class FakeNvml:
    nvmlMemory_v2 = 0x02000028  # noqa: N815
    NVML_CLOCK_MEM = 2

    class NVMLError(Exception):
        pass

    def __init__(self) -> None:
        self.present = True
        self.reloading = False
        self.starts = 0
        self.knows_memory_v2 = True
        self.knows_utilisation = True
        self.names = ["NVIDIA GeForce RTX 5070 Ti", b"NVIDIA GeForce RTX 2060"]
        self.buses = [1, 2]
        self.lost: set[int] = set()
        self.silent: set[str] = set()
        self.millijoules = [5_000_000, 9_000_000]
        self.compute: dict[int, list[tuple[int, int | None]]] = {}
        self.graphics: dict[int, list[tuple[int, int | None]]] = {}

    def nvmlInit(self):
        self.starts += 1
        if not self.present or self.reloading:
            raise self.NVMLError("Driver Not Loaded")

    def nvmlShutdown(self):
        pass

    def nvmlDeviceGetCount(self):
        if self.reloading:
            raise self.NVMLError("Uninitialized")
        return 2

    def nvmlDeviceGetHandleByIndex(self, index):
        self._answer(index)
        return index

    def nvmlDeviceGetPciInfo(self, handle):
        return SimpleNamespace(domain=0, bus=self._told("pci", handle, self.buses), device=0)

    def nvmlDeviceGetName(self, handle):
        return self.names[handle]

    def nvmlDeviceGetMemoryInfo(self, handle, version=None):
        self._answer(handle)
        if version == self.nvmlMemory_v2 and not self.knows_memory_v2:
            raise self.NVMLError("Function Not Found")
        used, total = (3 * GIB, GIB // 2)[handle], (16 * GIB, 6 * GIB)[handle]
        return SimpleNamespace(used=used, total=total, free=total - used - GIB // 4)

    def nvmlDeviceGetUtilizationRates(self, handle):
        if not self.knows_utilisation:
            raise self.NVMLError("Not Supported")
        return SimpleNamespace(gpu=(41, 0)[handle], memory=7)

    def nvmlDeviceGetCudaComputeCapability(self, handle):
        return ((12, 0), (7, 5))[handle]

    def nvmlDeviceGetTemperature(self, handle, sensor):
        assert sensor == 0
        return self._told("temperature", handle, (61, 48))

    def nvmlDeviceGetPowerUsage(self, handle):
        return self._told("power", handle, (120_500, 30_000))

    def nvmlDeviceGetTotalEnergyConsumption(self, handle):
        return self._told("energy", handle, self.millijoules)

    def nvmlDeviceGetEnforcedPowerLimit(self, handle):
        return self._told("power", handle, (300_000, 160_000))

    def nvmlDeviceGetMemoryBusWidth(self, handle):
        return self._told("bus", handle, (256, 192))

    def nvmlDeviceGetMaxClockInfo(self, handle, kind):
        assert kind == self.NVML_CLOCK_MEM
        return self._told("bus", handle, (14_001, 7_001))

    def nvmlDeviceGetComputeRunningProcesses(self, handle):
        return self._processes(self.compute.get(handle, []))

    def nvmlDeviceGetGraphicsRunningProcesses(self, handle):
        return self._processes(self.graphics.get(handle, []))

    def nvmlSystemGetDriverVersion(self):
        return "580.65.06"

    def nvmlSystemGetCudaDriverVersion_v2(self):
        return 13010

    def _answer(self, handle):
        if self.reloading or handle in self.lost:
            raise self.NVMLError("GPU is lost")

    def _told(self, question, handle, answers):
        if question in self.silent:
            raise self.NVMLError("Not Supported")
        return answers[handle]

    def _processes(self, held):
        if "processes" in self.silent:
            raise self.NVMLError("Not Supported")
        return [SimpleNamespace(pid=pid, usedGpuMemory=used) for pid, used in held]


def amd_card(sys: Path, *, card: int = 0, bus: str = "0000:03:00.0", **files: str) -> Path:
    """Write the folder of an RX 7900 XTX as the kernel shows it; `files` replace some, "" leaves one out."""
    device = sys / "devices" / bus
    told = {
        "vendor": "0x1002",
        "device": "0x744c",
        "revision": "0xc8",
        "mem_info_vram_total": str(24 * GIB),
        "mem_info_vram_used": str(2 * GIB),
        "gpu_busy_percent": "37",
        "hwmon/hwmon4/temp1_input": "58000",
        "hwmon/hwmon4/power1_average": "87000000",
        "hwmon/hwmon4/power1_cap": "303000000",
        **{name.replace("__", "/"): text for name, text in files.items()},
    }
    for name, text in told.items():
        if text:
            (device / name).parent.mkdir(parents=True, exist_ok=True)
            (device / name).write_text(f"{text}\n", encoding="ascii")
    link = sys / "class" / "drm" / f"card{card}"
    link.mkdir(parents=True)
    (link / "device").symlink_to(device)
    (sys / "class" / "drm" / f"card{card}-HDMI-A-1").mkdir()
    return device
