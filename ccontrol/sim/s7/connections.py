"""How many clients a CPU lets in, by the type that they ask for.

Layout of SZL 0132 index 1: operation list of the VIPA SPEED7 (HB00, chapter 17.11). It fits the
record of a CPU 315-2 PN/DP: 16 connections, one kept for a PG, one for an OP, 14 free.
"""

import enum
import struct
from collections import Counter
from dataclasses import dataclass, field


class ClientType(enum.IntEnum):
    """First byte of the called TSAP."""

    PG = 1
    OP = 2
    OTHER = 3


@dataclass
class Connections:
    """Places for clients. `elsewhere` counts those that other stations hold and no socket shows."""

    total: int = 16
    reserved_pg: int = 1
    reserved_op: int = 1
    elsewhere: Counter[ClientType] = field(default_factory=Counter)
    here: Counter[ClientType] = field(default_factory=Counter)

    def used(self, kind: ClientType) -> int:
        """Places that clients of this type hold."""
        return self.elsewhere[kind] + self.here[kind]

    @property
    def free(self) -> int:
        """Places that anybody may still take."""
        held = max(self.used(ClientType.PG), self.reserved_pg)
        held += max(self.used(ClientType.OP), self.reserved_op) + self.used(ClientType.OTHER)
        return max(self.total - held, 0)

    def admit(self, kind: ClientType) -> bool:
        """Give a client a place, or say that there is none."""
        reserved = {ClientType.PG: self.reserved_pg, ClientType.OP: self.reserved_op}.get(kind, 0)
        if self.used(kind) >= reserved and not self.free:
            return False
        self.here[kind] += 1
        return True

    def release(self, kind: ClientType) -> None:
        """Take the place back."""
        self.here[kind] -= 1

    def record(self) -> bytes:
        """The 40 bytes of SZL 0132 index 1."""
        words = (
            1,
            self.reserved_pg,
            self.reserved_op,
            self.used(ClientType.PG),
            self.used(ClientType.OP),
            0,  # configured S7 connections
            self.used(ClientType.OTHER),
            self.free,
            0,
            20,  # per cent of the cycle that communication may take
        )
        return struct.pack(">10H", *words).ljust(38, b"\0") + b"\x00\x03"
