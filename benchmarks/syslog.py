"""The syslog listener under a flood: lines a second, what was lost, and what it costs.

A process of its own sends at a steady pace over UDP to a listener on 127.0.0.1, most of it noise of
a configured sender, one line in a hundred a message that means something. Goal: at 10,000 lines a
second no such message is lost, and what the kernel dropped is told. Then the same as fast as the
sender can, over TCP, where nothing may be dropped: how many lines one listener takes in a second.
There is no peer: no other program turns these lines into such events.

    python -m benchmarks.syslog [--lines-per-s 10000] [--seconds 10]
"""

import argparse
import subprocess  # noqa: TID251 — the sender is a process of its own
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from ccontrol.clock import SystemClock
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.listening import Listening, Sender
from ccontrol.model.witness import Heard, Watch
from ccontrol.sources.syslog.listener import Listener

HERE = "127.0.0.1"
ACT_EVERY = 100
SENDER = """
import socket, sys, time
way, port, lines, pace, every = sys.argv[1], *map(int, sys.argv[2:])
noise = b"<14>1 2024-05-01T12:00:00Z plc app - - - temperature %d of motor 7 is normal again"
act = b'<109>1 - plc PG/HMIComm - - [s userName="u%d"] SE_USER_PROGRAM_CHANGED'
kind = socket.SOCK_DGRAM if way == "udp" else socket.SOCK_STREAM
with socket.socket(socket.AF_INET, kind) as door:
    door.connect(("127.0.0.1", port))
    begun, piece = time.monotonic(), []
    for number in range(lines):
        line = act % (number % 7) if number % every == 0 else noise % number
        if way == "udp":
            door.send(line)
        else:
            piece.append(line + b"\\n")
        if number % 100 == 99:
            door.sendall(b"".join(piece)) if piece else None
            piece.clear()
            wait = begun + number / pace - time.monotonic() if pace else 0
            time.sleep(wait) if wait > 0 else None
    door.sendall(b"".join(piece)) if piece else None
    print(time.monotonic() - begun)
"""


@dataclass
class Counting:
    """A sink that only counts."""

    acts: int = 0
    lines: int = 0
    events: int = 0
    dropped: int = 0
    watched: threading.Event = field(default_factory=threading.Event)

    def append_many(self, heard: Sequence[Heard]) -> None:
        for one in heard:
            if isinstance(one.said, Watch):
                self.dropped += one.said.dropped
            elif isinstance(one.said, EngineeringEvent):
                self.events += 1
                self.lines += one.said.count
                self.acts += one.said.count if one.said.action == "program.modify" else 0


def flood(way: str, lines: int, pace: int, every: int = ACT_EVERY) -> tuple[Counting, float, float]:
    """Send lines and return what came of them, the seconds, and the listener's processor time."""
    sink = Counting()
    udp, tcp = (f"{HERE}:0" if way == each else "" for each in ("udp", "tcp"))
    settings = Listening((Sender(HERE, "press-3"),), udp=udp, tcp=tcp)
    listener = Listener(settings, sink, SystemClock(), print)
    listener.start()
    assert listener.wait_open(10)
    cpu, begun = time.process_time(), time.monotonic()
    arguments = [way, str(listener.ports[way]), str(lines), str(pace), str(every)]
    subprocess.run([sys.executable, "-c", SENDER, *arguments], check=True, stdout=subprocess.PIPE)
    end = time.monotonic() + 30
    while listener.taken < lines and time.monotonic() < end:
        time.sleep(0.01)
        if way == "udp" and time.monotonic() - begun > lines / max(pace, 1) + 3:
            break
    took = time.monotonic() - begun
    listener.stop(30)
    return sink, took, time.process_time() - cpu


def main(arguments: list[str]) -> int:
    """Run both; 1 when a message that means something was lost at the pace that is asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks.syslog", description=__doc__)
    parser.add_argument("--lines-per-s", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=10)
    asked = parser.parse_args(arguments)
    lines = asked.lines_per_s * asked.seconds
    acts = -(-lines // ACT_EVERY)
    sink, took, cpu = flood("udp", lines, asked.lines_per_s)
    print(
        f"UDP at {asked.lines_per_s} lines/s: {sink.lines} of {lines} lines heard, "
        f"{sink.dropped} dropped and told, {sink.acts} of {acts} engineering messages, "
        f"{sink.events} events; {cpu / took:.0%} of one processor"
    )
    full, took, cpu = flood("tcp", lines, 0)
    print(
        f"TCP as fast as it comes: {full.lines / took:,.0f} lines/s, {cpu / lines * 1e6:.1f} µs of "
        f"processor time each, {full.acts} of {acts} engineering messages"
    )
    meant, took, cpu = flood("tcp", lines, 0, every=1)
    print(
        f"TCP, each a message that means something: {meant.lines / took:,.0f} lines/s, "
        f"{cpu / lines * 1e6:.1f} µs each, {meant.acts} of {lines}, {meant.events} events"
    )
    return 0 if sink.acts == acts and full.acts == acts else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
