"""How much one file may cost while it is read, and how much of it is taken in.

Numbers only. Chosen so that a book, a thesis or a year of mail passes whole, and nothing that a file does can fill
the disk, the memory or the evening.
"""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadLimits:
    """Bounds for one file. `memory_bytes` bounds the address space of the child that reads, where the system can
    (not on Windows); `seconds` bounds both its clock and its processor time, `seconds_per_mib` is added for size.

    `text_bytes` of text are taken in from a file at most, `table_bytes` from a table or source file, `mail_bytes` from
    a mailbox. `packed_bytes` bounds what a zip-based document unpacks to, all its parts together.
    """

    memory_bytes: int = 1024 * MIB
    seconds: float = 60.0
    seconds_per_mib: float = 0.25
    longest_seconds: float = 900.0
    text_bytes: int = 8 * MIB
    table_bytes: int = 2 * MIB
    mail_bytes: int = 64 * MIB
    packed_bytes: int = 256 * MIB

    def seconds_for(self, size: int) -> float:
        """Return how long a file of `size` bytes may take."""
        return min(self.seconds + self.seconds_per_mib * size / MIB, self.longest_seconds)


LARGEST_BYTES = 4096 * MIB
"""Files beyond this are not even opened."""
