"""The witness on the wire beside tshark: packets a second and memory, on one recording, in one run.

Both read the same file, each in a process of its own, start included: ours tells events, tshark
prints the fields that the same judgement would need (`-T fields`). The recording is made of the
real ones where they are at hand (CCONTROL_CORPUS), each several times with other addresses, else of
messages made by hand. Time is told twice: on the clock, and as processor time. Both programs work
on one thread, so that on a quiet machine the two agree; on a busy one the clock shows whose turn it
was. The goal is held against processor time.

    python -m benchmarks.wire [--packets 300000]
"""

import argparse
import os
import resource
import shutil
import struct
import subprocess  # noqa: TID251 — both run in processes of their own
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path

from ccontrol.sources.wire.recording import Frame, Recording
from tests.unit.sources.wire import messages as m
from tests.unit.sources.wire.packets import Line, Talk

ROOT = Path(__file__).parent.parent
CORPUS = Path(os.environ.get("CCONTROL_CORPUS", ROOT.parent / "shared" / "corpus")) / "pcap"
WORDS = ("s7", "eip", "cip", "modbus", "omron", "beckoff", "modicon", "advantech")
FASTER, LEANER = 4.0, 10.0
FIELDS = (
    "frame.number", "frame.time_epoch", "eth.src", "ip.src", "ip.dst", "tcp.srcport", "tcp.dstport",
    "tcp.stream", "s7comm.header.rosctr", "s7comm.header.pduref", "s7comm.header.errcod",
    "s7comm.param.func", "s7comm.param.userdata.funcgroup", "s7comm.param.userdata.subfunc",
    "s7comm.data.blockcontrol.block_number", "s7comm.param.pistart.servicename", "enip.session",
    "cip.rr", "cip.sc", "cip.class", "cip.instance", "cip.symbol", "cip.genstat",
    "modbus.func_code", "modbus.data", "omron.command", "omron.response.code", "ams.cmdid",
)  # fmt: skip
OURS = """
import sys
from ccontrol.sources.files import read
from ccontrol.sources.wire.table import Watchlist
with open(sys.argv[1], "rb") as file:
    reading = read(file, "recording", Watchlist())
print(reading.items, reading.watched, len(reading.events))
"""


@dataclass(frozen=True)
class Run:
    """What one program needed."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    said: str


def main(arguments: list[str]) -> int:
    """Print both, and the ratios; non-zero when the goal is missed or there is no tshark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--packets", type=int, default=300_000)
    packets: int = parser.parse_args(arguments).packets
    tshark = shutil.which("tshark")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recording.pcap"
        size = write(path, packets)
        source = "real recordings" if CORPUS.exists() else "messages made by hand"
        print(f"{packets:,} packets, {size / 1e6:.1f} MB, of {source}")
        ours = run([sys.executable, "-c", OURS, str(path)])
        tell("ccontrol", ours, packets)
        read, watched, events = ours.said.split()
        print(f"  read {read}, of controllers {watched}, events {events}")
        if tshark is None:
            print("no tshark here: `apt-get install tshark` for the peer's figures")
            return 1
        fields = [word for field in FIELDS for word in ("-e", field)]
        theirs = run([tshark, "-n", "-r", str(path), "-T", "fields", *fields])
    tell("tshark -T fields", theirs, packets)
    faster = theirs.cpu_s / ours.cpu_s
    leaner = theirs.peak_mb / ours.peak_mb
    reached = faster >= FASTER and leaner >= LEANER
    print(f"{faster:.1f} times as fast, {leaner:.1f} times as lean: goal {FASTER:.0f} and "
          f"{LEANER:.0f}, {'reached' if reached else 'MISSED'}")  # fmt: skip
    return 0 if reached else 1


def tell(name: str, done: Run, packets: int) -> None:
    print(
        f"{name:18} {packets / done.wall_s:10,.0f} packets/s on the clock, "
        f"{packets / done.cpu_s:10,.0f} per second of processor, {done.peak_mb:6.1f} MB at its peak"
    )


def run(command: list[str]) -> Run:
    """Run a program to its end; peak and processor time are the kernel's own account of it."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, cwd=ROOT)
        _, status, used = os.wait4(child.pid, 0)
        wall_s = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"{command[0]} ended with {child.returncode}")
        out.seek(0)
        said = out.readline()
    return Run(wall_s, used.ru_utime + used.ru_stime, peak_mb(used), said)


def peak_mb(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / 1024


def write(path: Path, packets: int) -> int:
    """Write a recording of so many packets; return its size."""
    with path.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1))
        for frame, _ in zip(mixed(), range(packets), strict=False):
            seconds, rest = divmod(frame.time_ns, 10**9)
            out.write(struct.pack("<IIII", seconds, rest // 1000, len(frame.data), frame.length))
            out.write(frame.data)
    return path.stat().st_size


def mixed() -> Iterator[Frame]:
    """Frames without end: every source in turn, with other addresses each time round."""
    sources = real() or [made()]
    for turn in count():
        for frames in sources:
            for frame in frames:
                data = bytearray(frame.data)
                if data[12:14] == b"\x08\x00" and len(data) > 34:
                    data[27] ^= turn & 0xFF
                    data[31] ^= turn & 0xFF
                yield frame._replace(data=bytes(data))


def real() -> list[list[Frame]]:
    found = []
    for path in sorted(CORPUS.glob("*/*.pcap*")):
        if any(word in path.name.lower() for word in WORDS):
            with path.open("rb") as file:
                found.append([f for f in Recording(file, path.name).frames() if f.link == 1])
    return found


def made() -> list[Frame]:
    """A plant's usual talk: mostly reading and writing values, now and then a load."""
    line = Line()
    talks = [Talk(line, port, 50_000 + at) for at, port in enumerate((102, 44_818, 502, 9_600))]
    for number, talk in zip(range(4_000), cycle(talks)):
        reference = number & 0xFFFF
        mark = number.to_bytes(8, "big")
        if talk.port == 102:
            talk.asks(m.job(reference, b"\x04\x01\x12\x0a\x10\x02\0\x10\0\1\x84\0\0\0"))
            talk.answers(m.ack(reference, b"\x04\1", b"\xff\4\0\x80" + bytes(16)))
        elif talk.port == 44_818:
            tags = m.several(*(m.cip(0x4C, b"\x91\x06Speed1", b"\1\0") for _ in range(4)))
            talk.asks(m.unconnected(m.cip(0x0A, b"\x20\2\x24\1", tags), mark))
            values = m.several(*(m.cip_answer(0x4C, 0, b"\xc4\0\1\0\0\0") for _ in range(4)))
            talk.answers(m.unconnected(m.cip_answer(0x0A, 0, values), mark))
        elif talk.port == 502:
            talk.asks(m.modbus(reference, b"\x06\0\1\0\2"))
            talk.answers(m.modbus(reference, b"\x06\0\1\0\2"))
        else:
            talk.asks(m.fins_tcp(m.fins(0x0101, number & 0xFF, bytes(6))))
            talk.answers(m.fins_tcp(m.fins(0x0101, number & 0xFF, bytes(20), answer=True)))
    m.load_block(talks[0], 7)
    return line.frames


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
