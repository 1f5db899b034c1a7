"""The packet sockets: the only place that opens one. Receives, and never sends.

The filter is in force, and locked, before the first packet can arrive. Packets come through a ring
of blocks that the kernel shares with us, so that a busy moment costs no call for each.
"""

import ctypes
import errno
import mmap
import os
import socket
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ccontrol.errors import SensorError
from ccontrol.sensor.blocks import KERNEL, STATUS_AT, USER, frames_of
from ccontrol.sensor.bpf import packed
from ccontrol.sensor.packet_filter import program
from ccontrol.sources.wire.recording import Frame

BLOCK_BYTES: Final = 1 << 18
_FRAME_BYTES: Final = 1 << 11
"""Only checked by the kernel: a block of TPACKET_V3 takes frames of any size."""
_RETIRE_MS: Final = 50
"""A block that is not full is handed over after so long."""
_EVERY_PROTOCOL: Final = 3
_ETHERNET, _LOOPBACK = 1, 772
"""ARPHRD_ETHER and ARPHRD_LOOPBACK of linux/if_arp.h."""
_SO_ATTACH_FILTER, _SO_LOCK_FILTER = 26, 44
_SOL_PACKET: Final = 263
_ADD_MEMBERSHIP, _RX_RING, _STATISTICS, _VERSION, _IGNORE_OUTGOING = 1, 5, 6, 10, 23
_PROMISCUOUS, _TPACKET_V3 = 1, 2
_WHY: Final = {
    errno.EPERM: "this needs the right CAP_NET_RAW, which systemd/ccontrol-sense@.service gives",
    errno.ENODEV: "there is no such interface",
}


@dataclass(frozen=True, slots=True)
class How:
    """How an interface is listened to."""

    ports: frozenset[int]
    """TCP and UDP ports of controllers."""
    promiscuous: bool = False
    """Also frames to MAC addresses other than the interface's own: a mirror port needs it."""
    buffer_bytes: int = 1 << 24
    """Of the ring; taken from the kernel's memory, a whole number of blocks."""


class Tap:
    """An interface that is listened to."""

    def __init__(self, interface: str, how: How) -> None:
        """Begin to listen. Raises SensorError when that cannot be."""
        self.interface = interface
        self._blocks = max(2, how.buffer_bytes // BLOCK_BYTES)
        self._at = 0
        try:
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0)
            try:
                self._ring = self._opened(how)
            except BaseException:  # whatever it was goes on; the socket must not stay
                self._socket.close()
                raise
        except OSError as error:
            why = _WHY.get(error.errno or 0, error.strerror)
            raise SensorError(f"cannot listen on {interface}: {why}") from error

    def _opened(self, how: How) -> mmap.mmap:
        door = self._socket
        door.bind((self.interface, 0))  # no protocol: nothing is received yet
        kind = door.getsockname()[3]
        if kind not in (_ETHERNET, _LOOPBACK):
            raise SensorError(f"{self.interface} is no Ethernet interface (its type is {kind})")
        _attach(door, how.ports)
        if kind == _LOOPBACK:  # there each packet passes twice, on its way out and in
            door.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, 1)
        size = self._blocks * BLOCK_BYTES
        door.setsockopt(_SOL_PACKET, _VERSION, _TPACKET_V3)
        ring = struct.pack("=7I", BLOCK_BYTES, self._blocks, _FRAME_BYTES, size // _FRAME_BYTES,
                           _RETIRE_MS, 0, 0)  # fmt: skip
        door.setsockopt(_SOL_PACKET, _RX_RING, ring)
        if how.promiscuous:
            index = socket.if_nametoindex(self.interface)
            door.setsockopt(
                _SOL_PACKET, _ADD_MEMBERSHIP, struct.pack("=iHH8x", index, _PROMISCUOUS, 0)
            )
        shared = mmap.mmap(door.fileno(), size, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
        door.bind((self.interface, _EVERY_PROTOCOL))
        return shared

    def fileno(self) -> int:
        """Return what to wait on: it is readable when frames are there."""
        return self._socket.fileno()

    def frames(self, number: int) -> list[Frame]:
        """Return the frames of the next block, none if there is none; numbered after `number`."""
        begin = self._at * BLOCK_BYTES
        status_at = begin + STATUS_AT
        if not struct.unpack_from("=I", self._ring, status_at)[0] & USER:
            return []
        frames = frames_of(self._ring[begin : begin + BLOCK_BYTES], number)
        struct.pack_into("=I", self._ring, status_at, KERNEL)
        self._at = (self._at + 1) % self._blocks
        return frames

    def losses(self) -> int:
        """Return how many packets the kernel dropped for want of room since the last call.

        Raises SensorError when the interface went down or away: nothing is heard there any more.
        """
        trouble = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if trouble:
            raise SensorError(f"{self.interface} is not heard any more: {os.strerror(trouble)}")
        counts = self._socket.getsockopt(_SOL_PACKET, _STATISTICS, 12)  # reading sets them to 0
        return int(struct.unpack_from("=II", counts)[1])

    def close(self) -> None:
        """Listen no more."""
        self._ring.close()
        self._socket.close()


class Taps:
    """Several interfaces as one wire: both fibres of a tap, or the mirrors of two switches."""

    def __init__(self, taps: Sequence[Tap]) -> None:
        self._taps = taps
        self._number = 0

    def filenos(self) -> tuple[int, ...]:
        """Return what to wait on."""
        return tuple(tap.fileno() for tap in self._taps)

    def frames(self) -> list[Frame]:
        """Return the frames of the next block of each, none when there are none; one count."""
        found: list[Frame] = []
        for tap in self._taps:
            frames = tap.frames(self._number)
            self._number += len(frames)
            found += frames
        return found

    def losses(self) -> int:
        """Return how many packets were dropped since the last call. Raises SensorError."""
        return sum(tap.losses() for tap in self._taps)

    def close(self) -> None:
        """Listen no more."""
        for tap in self._taps:
            tap.close()


def _attach(door: socket.socket, ports: Iterable[int]) -> None:
    code = packed(program(ports))
    held = ctypes.create_string_buffer(code, len(code))
    # struct sock_fprog: how many instructions of 8 bytes, and where they are
    door.setsockopt(
        socket.SOL_SOCKET,
        _SO_ATTACH_FILTER,
        struct.pack("@HP", len(code) // 8, ctypes.addressof(held)),
    )
    door.setsockopt(socket.SOL_SOCKET, _SO_LOCK_FILTER, 1)
