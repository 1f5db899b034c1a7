"""What a poll of a Logix controller costs: requests, bytes, time and memory.

Prints its figures beside the tag lists of pycomm3 and pylogix in one run: three simulated
controllers with the same project, one for each client, in a process of their own; each client in a
process of its own. The peers come from `tests/strangers/install`; they list tags and types, and no
chassis, edit counters or AuditValue. Nobody is paced, but where it says so.

    python -m benchmarks.logix_poll [--tags 10000] [--delay-ms 0]
"""

import argparse
import asyncio
import contextlib
import json
import subprocess  # noqa: TID251 — simulator, peers and we ourselves run in processes of their own
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks._logix_poll_ours import COLD, EDITED, GLANCE, PACE_PER_S, PACED, POLLS, WARM, Poll
from ccontrol.sim.logix import plant
from ccontrol.sim.logix.scene import online_edit
from ccontrol.sim.logix.server import Server

ROOT = Path(__file__).parent.parent
PEERS_PYTHON = ROOT / ".aside" / "cip-clients" / "bin" / "python"
PEERS = ("pycomm3", "pylogix")
GLANCE_REQUESTS, GLANCE_BYTES = 3, 450
WARM_SHARE = 1 / 3
"""Of the requests of a cold FULL: the most that one with a warm template cache may ask."""


@dataclass(frozen=True)
class Asked:
    """What a simulated controller was asked, as it counts itself; registering left out."""

    requests: int
    bytes_out: int
    bytes_in: int


class Simulators:
    """The process that plays one controller for each client: ours is the first."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.where: list[tuple[str, int]] = [tuple(one) for one in json.loads(self._line())]

    def edit(self) -> None:
        """Let an engineer edit a routine of the controller that is ours."""
        self._tell("edit")
        self._line()

    def asked(self) -> list[Asked]:
        """What each of them was asked so far."""
        self._tell("count")
        return [Asked(*one) for one in json.loads(self._line())]

    def _tell(self, word: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextlib.contextmanager
def simulators(tags: int, delay_ms: float) -> Iterator[Simulators]:
    """Serve a controller with so many tags for each client."""
    command = [sys.executable, "-m", "benchmarks.logix_poll", "--serve", "--tags", str(tags)]
    command += ["--delay-ms", str(delay_ms)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        try:
            yield Simulators(process)
        finally:
            process.terminate()


async def _serve(tags: int, delay_ms: float) -> None:
    project = plant.many_tags(tags)
    racks = plant.fleet(1 + len(PEERS), project)
    servers = [Server(rack, delay_s=delay_ms / 1000, keep_requests=10) for rack in racks]
    for server in servers:
        await server.start()
    print(json.dumps([[server.host, server.port] for server in servers]), flush=True)
    loop = asyncio.get_running_loop()
    while word := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        if word == "edit":
            online_edit(racks[0], "Program_0", "Main")
        logs = [server.log for server in servers]
        print(json.dumps([[log.total, log.bytes_in, log.bytes_out] for log in logs]), flush=True)


def ours(sims: Simulators) -> dict[str, Poll]:
    """Poll as the engine does, in a process of its own."""
    host, port = sims.where[0]
    command = [sys.executable, "-m", "benchmarks._logix_poll_ours", host, str(port)]
    polls = {}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for name in POLLS:
            if name == EDITED:
                sims.edit()
            process.stdin.write("go\n")
            process.stdin.flush()
            polls[name] = Poll(**json.loads(process.stdout.readline()))
    counted = sims.asked()[0].requests
    assert counted == sum(one.requests for one in polls.values()), "we count as the controller does"
    return polls


def peer(sims: Simulators, name: str) -> Poll:
    """List the tags with a library that no one here wrote, in a process of its own."""
    number = 1 + PEERS.index(name)
    host, port = sims.where[number]
    command = [str(PEERS_PYTHON), "-m", "benchmarks._logix_poll_peer", name, host, str(port)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    told, asked = json.loads(done.stdout), sims.asked()[number]
    return Poll(name, asked.requests, asked.bytes_out, asked.bytes_in, **told)


def _row(poll: Poll) -> str:
    return (
        f"{poll.name:<16}{poll.requests:>9}{poll.bytes_out:>11,}{poll.bytes_in:>11,}"
        f"{poll.seconds:>9.2f} s{poll.cpu_s:>7.2f} s{poll.memory_mb:>8.1f} MB{poll.tags:>8}"
    )


def _judge(what: str, found: float, goal: float) -> bool:
    kept = found <= goal
    print(f"{what:<52}{found:>9.4g}{goal:>9.4g}{'' if kept else '  MISSED'}")
    return kept


def main(arguments: list[str]) -> int:
    """Print every figure; 1 when one of them missed its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tags", type=int, default=10_000)
    parser.add_argument("--delay-ms", type=float, default=0.0)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args(arguments)
    if wanted.serve:
        asyncio.run(_serve(wanted.tags, wanted.delay_ms))
        return 0
    print(f"a project of {wanted.tags:,} tags; all after registering a session")
    print(f"{'poll':<16}{'requests':>9}{'bytes out':>11}{'bytes in':>11}", end="")
    print(f"{'time':>11}{'CPU':>9}{'memory':>11}{'tags':>8}")
    with simulators(wanted.tags, wanted.delay_ms) as sims:
        polls = ours(sims)
        for poll in polls.values():
            print(_row(poll))
        if PEERS_PYTHON.exists():
            for name in PEERS:
                print(_row(peer(sims, name)))
        else:
            print("  pycomm3, pylogix: not installed here; tests/strangers/install does it")
    print(f"  default pace: {PACE_PER_S:g} requests a second, by a process that knows nothing yet")
    print(f"\n{'':<52}{'ours':>9}{'goal':>9}")
    glance, cold = polls[GLANCE], polls[COLD]
    goals = (
        _judge("glance, requests", glance.requests, GLANCE_REQUESTS),
        _judge("glance, bytes both ways", glance.bytes_out + glance.bytes_in, GLANCE_BYTES),
        _judge(
            "full again, share of the requests", polls[WARM].requests / cold.requests, WARM_SHARE
        ),
        _judge(
            "full after an edit, templates known, likewise",
            polls[EDITED].requests / cold.requests,
            WARM_SHARE,
        ),
        _judge("tags not listed", wanted.tags - min(one.tags for one in (cold, polls[PACED])), 0),
    )
    return int(not all(goals))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
