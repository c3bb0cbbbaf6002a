"""A driver of two unequal GPUs that answers as pynvml does, errors included."""

from types import SimpleNamespace

GIB = 1 << 30


class FakeNvml:
    nvmlMemory_v2 = 0x02000028  # noqa: N815

    class NVMLError(Exception):
        pass

    def __init__(self) -> None:
        self.present = True
        self.starts = 0
        self.knows_memory_v2 = True
        self.knows_utilisation = True

    def nvmlInit(self):
        self.starts += 1
        if not self.present:
            raise self.NVMLError("Driver Not Loaded")

    def nvmlShutdown(self):
        pass

    def nvmlDeviceGetCount(self):
        return 2

    def nvmlDeviceGetHandleByIndex(self, index):
        return index

    def nvmlDeviceGetName(self, handle):
        return ("NVIDIA GeForce RTX 5070 Ti", b"NVIDIA GeForce RTX 2060")[handle]

    def nvmlDeviceGetMemoryInfo(self, handle, version=None):
        if version == self.nvmlMemory_v2 and not self.knows_memory_v2:
            raise self.NVMLError("Function Not Found")
        return SimpleNamespace(used=(3 * GIB, GIB // 2)[handle], total=(16 * GIB, 6 * GIB)[handle])

    def nvmlDeviceGetUtilizationRates(self, handle):
        if not self.knows_utilisation:
            raise self.NVMLError("Not Supported")
        return SimpleNamespace(gpu=(41, 0)[handle], memory=7)

    def nvmlDeviceGetCudaComputeCapability(self, handle):
        return ((12, 0), (7, 5))[handle]

    def nvmlSystemGetDriverVersion(self):
        return "580.65.06"

    def nvmlSystemGetCudaDriverVersion_v2(self):
        return 13010
