"""The sensor on the loopback: the highest rate at which the kernel drops nothing for it.

The sensor runs as a process of its own, decoding and telling events; packets of real recordings (or
ones made by hand, where there are none) are put on the loopback at growing rates, a few seconds
each. Needs CAP_NET_RAW. What is told: packets a second that were sent and taken, what the kernel
dropped by its own count, processor time of the sensor, its peak of memory. Sender and sensor share
the machine; what the sender cannot reach is told as it is.

    python -m benchmarks.sense [--seconds 3] [--rates 10000,20000,40000,60000,80000,120000,200000]
"""

import argparse
import json
import mmap
import os
import resource
import socket
import struct
import subprocess  # noqa: TID251 — the sensor is a process of its own
import sys
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.wire import ROOT, mixed
from ccontrol.sensor.bpf import Instruction
from ccontrol.sensor.packet_filter import program
from ccontrol.sources.wire.protocols import PORTS
from tests.unit.sensor.machine import run as passes

PACKETS = 8_192
SOL_PACKET, BLOCK, SLOT, HEAD = 263, 1 << 16, 2_048, 32
GOAL = 40_000
"""Packets a second without a drop: ten times what a busy cell of 100 controllers shows."""
SENSOR = """
import json, sys
from ccontrol.clock import SystemClock
from ccontrol.sensor import sensor
from ccontrol.sensor.ear import Orders
from ccontrol.sensor.confine import bound, confine
from ccontrol.sensor.tap import How, Tap, Taps
from ccontrol.sources.wire.protocols import PORTS
from ccontrol.sources.wire.table import Watchlist
sensor.WATCH_S = 0.5
class Told:
    wants_to_send, is_done = False, True
    events = 0
    def fileno(self): return None
    def turn(self): return None
    def hint(self, act): pass
    def close(self): pass
    def put(self, said):
        if hasattr(said, "packets"):
            print(json.dumps([said.packets, said.dropped, self.events]), flush=True)
        else:
            self.events += 1
        return True
class Manager:
    def say(self, *words): pass
taps = Taps([Tap("lo", How(frozenset(PORTS)))])
confine()
bound()
sensor.Sensor(Orders("lo", Watchlist()), Told(), SystemClock()).run(taps, Manager())
"""


@dataclass(frozen=True)
class Step:
    """What came of one rate."""

    sent: int
    seconds: float
    taken: int
    dropped: int
    cpu: float
    """Of one processor, by the sensor."""


class Sender:
    """Puts frames on the loopback from a ring that the kernel empties by itself (TPACKET_V2)."""

    def __init__(self, frames: list[bytes]) -> None:
        self.door = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.door.setsockopt(SOL_PACKET, 10, 1)  # PACKET_VERSION, TPACKET_V2
        ring = struct.pack("=4I", BLOCK, len(frames) * SLOT // BLOCK, SLOT, len(frames))
        self.door.setsockopt(SOL_PACKET, 13, ring)  # PACKET_TX_RING
        self.door.bind(("lo", 0))
        self.ring = mmap.mmap(self.door.fileno(), len(frames) * SLOT)
        for at, frame in enumerate(frames):
            self.ring[at * SLOT + HEAD : at * SLOT + HEAD + len(frame)] = frame
            struct.pack_into("=II", self.ring, at * SLOT, 0, len(frame))
        self.slots = len(frames)
        self.at = 0

    def send(self, rate: int, seconds: float) -> tuple[int, float]:
        """Send a few each millisecond; return how many, and the time it took."""
        sent, begun = 0, time.perf_counter()
        while (passed := time.perf_counter() - begun) < seconds:
            due = min(int(passed * rate) - sent, self.slots // 4)
            for _ in range(due):
                struct.pack_into("=I", self.ring, self.at * SLOT, 1)  # TP_STATUS_SEND_REQUEST
                self.at = (self.at + 1) % self.slots
            if due:
                self.door.send(b"")
            sent += due
            time.sleep(0.0005)
        return sent, time.perf_counter() - begun


def main(arguments: list[str]) -> int:
    """Print each rate and the highest without drops; non-zero when the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rates", default="10000,20000,40000,60000,80000,120000,200000")
    options = parser.parse_args(arguments)
    frames = watched(PACKETS)
    size = sum(map(len, frames)) / len(frames)
    print(f"packets of {size:.0f} bytes on average, all of which pass the kernel's filter")
    sender = Sender(frames)
    child = subprocess.Popen([sys.executable, "-c", SENSOR], stdout=subprocess.PIPE, cwd=ROOT)
    best = 0.0
    try:
        counts(child, 1)
        for rate in map(int, options.rates.split(",")):
            step = measured(child, sender, rate, options.seconds)
            real = step.sent / step.seconds
            print(
                f"{real:10,.0f} packets/s sent, {step.taken / step.seconds:10,.0f} taken, "
                f"{step.dropped:8,} dropped, {step.cpu:4.0%} of a processor"
            )
            best = max(best, real) if not step.dropped and step.taken >= step.sent else best
    finally:
        child.terminate()
        _, _, used = os.wait4(child.pid, 0)
        child.returncode = 0
    reached = best >= GOAL
    print(
        f"{best:,.0f} packets/s without a drop, {peak_mb(used):.1f} MB at its peak: goal {GOAL:,}, "
        f"{'reached' if reached else 'MISSED'}"
    )
    return 0 if reached else 1


def watched(count: int) -> list[bytes]:
    """Frames that the kernel's filter lets through, for none else would be measured."""
    code = program(PORTS)
    return list(islice((frame.data for frame in mixed() if fits(code, frame.data)), count))


def fits(code: tuple[Instruction, ...], data: bytes) -> bool:
    return len(data) <= SLOT - HEAD and bool(passes(code, data))


def measured(child: "subprocess.Popen[bytes]", sender: Sender, rate: int, seconds: float) -> Step:
    before = processor_s(child.pid)
    sent, lasted = sender.send(rate, seconds)
    taken, dropped = counts(child, 6)
    return Step(sent, lasted, taken, dropped, (processor_s(child.pid) - before) / lasted)


def counts(child: "subprocess.Popen[bytes]", quiet: int) -> tuple[int, int]:
    """Sum up what the sensor tells until it took nothing for so many reports."""
    assert child.stdout is not None
    taken = dropped = silent = 0
    while silent < quiet:
        packets, lost, _ = json.loads(child.stdout.readline())
        taken += packets
        dropped += lost
        silent = 0 if packets > 50 or lost else silent + 1  # other programs use the loopback, too
    return taken, dropped


def processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mb(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
