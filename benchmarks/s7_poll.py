"""What a poll of a S7 controller costs: requests, bytes, and processor time on our side.

Prints its figures beside python-snap7's own client (50 threads, the same questions) in one run.
The simulated controllers live in a process of their own, so their work does not count as ours;
both sides share the machine, so wall times are worth less than processor times.

    python -m benchmarks.s7_poll [--controllers 50] [--rounds 3] [--delay-ms 5] [--pdu 480]
"""

import argparse
import asyncio
import contextlib
import json
import os
import resource
import subprocess  # noqa: TID251 — the simulator and the peer run in processes of their own
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import uvloop

from ccontrol.clock import SystemClock
from ccontrol.drivers.api import Ask, Pace
from ccontrol.drivers.s7 import S7Driver
from ccontrol.drivers.s7.options import S7Options
from ccontrol.drivers.s7.pdu import (
    BLOCK_TYPES,
    error_of,
    info_fingerprint,
    upload_payload,
    userdata_payload,
)
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture
from ccontrol.model.controller import Budget, Controller
from ccontrol.poll.pace import Gate, Turnstile
from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.hardware import cpu_315
from ccontrol.sim.s7.server import Server

BLOCKS = 150
LIMIT_MS = {Depth.GLANCE: 1.5, Depth.INVENTORY: 10.0, Depth.FULL: 100.0}
ROOT = Path(__file__).parent.parent


PACE_PER_S = 20.0


class Unpaced:
    """Lets everybody through at once."""

    async def turn(self) -> None:
        """Return."""


def default_pace() -> Pace:
    """The engine's own turnstile at its default of 20 requests a second, one per controller."""
    return Gate(Turnstile(SystemClock(), PACE_PER_S))


@dataclass(frozen=True)
class Cost:
    """What one poll of each controller took, as the median of some rounds."""

    cpu_ms: float
    wall_s: float


@contextlib.contextmanager
def simulators(count: int, delay_ms: float, pdu: int) -> Iterator[list[tuple[str, int]]]:
    """Serve that many CPUs with 150 blocks of 1 to 8 KB; yield where they listen."""
    command = [sys.executable, "-m", "benchmarks.s7_poll", "--serve", "--pdu", str(pdu)]
    command += ["--controllers", str(count), "--delay-ms", str(delay_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield [tuple(one) for one in json.loads(process.stdout.readline())]
        finally:
            process.terminate()


async def _serve(count: int, delay_ms: float, pdu: int) -> None:
    model = replace(cpu_315(), pdu_limit=pdu)
    blocks = plant.many_blocks(BLOCKS, least=640, most=5_400)  # images of 1 to 8 KB
    servers = []
    for number in range(count):
        cpu = plant.press(name=f"press-{number}", model=model)
        cpu.clear()
        cpu.moving.clear()
        cpu.load(*blocks)
        servers.append(Server(cpu, delay_s=delay_ms / 1000, keep_requests=10))
        await servers[-1].start()
    print(json.dumps([[server.host, server.port] for server in servers]), flush=True)
    await asyncio.Event().wait()


def controller(number: int, address: tuple[str, int]) -> Controller:
    """A controller as a configuration would have it, without a pace to keep."""
    budget = Budget(time_limit_s=300.0, answer_timeout_s=30.0)
    return Controller(
        f"press-{number}", "bench", "hall", "s7", *address, budget=budget, options=S7Options()
    )


async def ours(
    where: list[tuple[str, int]],
    depth: Depth,
    known: Mapping[str, str],
    pace: Callable[[], Pace] = Unpaced,
) -> list[Capture]:
    """Poll all of them at once."""
    driver, clock, ask = S7Driver(), SystemClock(), Ask(depth, known)
    polls = (
        driver.collect(controller(number, address), ask, pace(), clock)
        for number, address in enumerate(where)
    )
    captures = await asyncio.gather(*polls)
    faults = [capture.fault for capture in captures if capture.fault]
    assert not faults, faults[0]
    return captures


def cpu_s() -> float:
    """Processor time of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measure(
    where: list[tuple[str, int]],
    depth: Depth,
    known: Mapping[str, str],
    rounds: int,
    pace: Callable[[], Pace] = Unpaced,
) -> Cost:
    """Poll all of them several times over."""
    costs: list[Cost] = []

    async def all_rounds() -> None:
        await ours(where[:1], depth, known)  # builders, tables and loop are warm
        for _ in range(rounds):
            wall, cpu = time.perf_counter(), cpu_s()
            await ours(where, depth, known, pace)
            costs.append(Cost((cpu_s() - cpu) / len(where) * 1000, time.perf_counter() - wall))

    uvloop.run(all_rounds())
    return Cost(median(c.cpu_ms for c in costs), median(c.wall_s for c in costs))


def peer(where: list[tuple[str, int]], depth: Depth) -> Cost:
    """Run python-snap7's own client over the same controllers, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks._s7_poll_peer", depth.value, json.dumps(where)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    answer = json.loads(done.stdout)
    return Cost(answer["cpu_ms"], answer["wall_s"])


def fingerprints(capture: Capture) -> dict[str, str]:
    """What the engine would know after this poll."""
    names = {code: name for name, code in BLOCK_TYPES.items()}
    infos = (one for one in capture.exchanges if one.question.startswith("info "))
    known = {}
    for one in infos:
        _, code, number = one.question.split()[:3]
        name = names[int(code, 16)]
        known[f"{name}/{name}{int(number)}"] = info_fingerprint(userdata_payload(one.answers))
    return known


def least_requests(capture: Capture) -> int:
    """The fewest requests in which the same answers fit into messages of this length.

    Connection request, setup, one request for each list and info, and for an upload its start, its
    end and as many messages as its bytes need.
    """
    room = int(dict(capture.notes)["pdu_bytes"])
    least = 1
    for one in capture.exchanges:
        if one.question.startswith("upload "):
            least += 2 + -(-len(upload_payload(one.answers)) // (room - 18))
        elif one.question == "setup":
            least += 1
        else:
            whole = userdata_payload(one.answers) if not error_of(one.answers[-1]) else b""
            least += max(-(-len(whole) // (room - 26)), 1)
    return least


def print_requests(where: list[tuple[str, int]]) -> dict[str, str]:
    """Print what each depth asks; return the fingerprints of a whole read."""
    full = asyncio.run(ours(where[:1], Depth.FULL, {}))[0]
    known = fingerprints(full)
    print(f"{'depth':<12}{'requests':>9}{'least':>7}{'bytes out':>11}{'bytes in':>11}")
    for depth in Depth:
        one = full if depth is Depth.FULL else asyncio.run(ours(where[:1], depth, known))[0]
        least = least_requests(one)
        print(
            f"{depth.value:<12}{one.requests:>9}{least:>7}{one.bytes_sent:>11,}"
            f"{one.bytes_received:>11,}"
        )
        if depth is Depth.INVENTORY and one.requests > len(known) + 15:
            print(f"  MISSED: an inventory may ask {len(known)} + 15 questions")
    return known


def main(arguments: list[str]) -> int:
    """Print every figure; 1 when one of them missed its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--controllers", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--delay-ms", type=float, default=5.0)
    parser.add_argument("--pdu", type=int, default=480)
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args(arguments)
    if wanted.serve:
        asyncio.run(_serve(wanted.controllers, wanted.delay_ms, wanted.pdu))
        return 0
    missed = 0
    with simulators(1, 0.0, 240) as where:
        print(f"one controller with {BLOCKS} blocks of 1 to 8 KB, PDU 240")
        print_requests(where)
    with simulators(wanted.controllers, wanted.delay_ms, wanted.pdu) as where:
        print(f"\nthe same, PDU {wanted.pdu}")
        known = print_requests(where)
        print(
            f"\n{wanted.controllers} at once, {wanted.delay_ms:g} ms per message, unpaced; "
            f"processor time per controller ({os.cpu_count()} cores shared with the simulators)"
        )
        print(f"{'depth':<12}{'ours':>10}{'wanted':>10}{'snap7, threads':>16}{'ratio':>8}")
        for depth, limit in LIMIT_MS.items():
            cost = measure(where, depth, known, wanted.rounds)
            line = f"{depth.value:<12}{cost.cpu_ms:>7.2f} ms{limit:>7g} ms"
            if not wanted.no_peer:
                other = peer(where, depth)
                line += f"{other.cpu_ms:>13.1f} ms{other.cpu_ms / cost.cpu_ms:>7.1f}x"
            missed += cost.cpu_ms > limit
            print(line + ("" if cost.cpu_ms <= limit else "  MISSED"), flush=True)
        print(f"\nthe same at the default pace of {PACE_PER_S:g} requests a second each")
        print(f"{'depth':<12}{'ours':>10}{'takes':>10}")
        for depth in LIMIT_MS:
            cost = measure(where, depth, known, 1, default_pace)
            print(f"{depth.value:<12}{cost.cpu_ms:>7.2f} ms{cost.wall_s:>8.1f} s", flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
