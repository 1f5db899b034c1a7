"""Many simulated controllers in a process of their own, so that their work counts as nobody's.

Each has an address of its own in 127.77.0.0/16: a S7 CPU with twelve small blocks or, with --mixed,
every second one a ControlLogix with a small project. Prints one line of JSON when all of them
listen and another one at its end. A number on its standard input is the controller whose program an
engineer changes over the network; the end of its input is its own.

    python -m benchmarks._fleet_simulators --first 0 --count 1000 [--mixed]
"""

import argparse
import asyncio
import json
import resource
import sys

from ccontrol.clock import SystemClock
from ccontrol.sim.logix import plant as logix_plant
from ccontrol.sim.logix.scene import online_edit
from ccontrol.sim.logix.server import Server as LogixServer
from ccontrol.sim.s7.plant import fleet, motor
from ccontrol.sim.s7.scene import network_download
from ccontrol.sim.s7.server import Server as S7Server

Server = S7Server | LogixServer
ADDRESSES_PER_BYTE = 250
CLOCK = SystemClock()


def _address(number: int) -> str:
    return f"127.77.{number // ADDRESSES_PER_BYTE}.{number % ADDRESSES_PER_BYTE + 1}"


def is_logix(number: int, *, mixed: bool) -> bool:
    """Tell which ones are no S7 CPUs."""
    return mixed and number % 2 == 1


def _servers(first: int, count: int, *, mixed: bool) -> list[Server]:
    """Serve those from `first` on; earlier ones are somebody else's, names stay unique."""
    cpus, racks = fleet(first + count), logix_plant.fleet(first + count if mixed else 0)
    return [
        LogixServer(racks[number], host=_address(number), keep_requests=1)
        if is_logix(number, mixed=mixed)
        else S7Server(cpus[number], host=_address(number), keep_requests=1)
        for number in range(first, first + count)
    ]


def _change(server: Server, changes: int) -> None:
    if isinstance(server, LogixServer):
        online_edit(server.device, "MainProgram", "TwoHand", f"NOP(){changes};")
        return
    now = CLOCK.now()
    changed = motor(1, "I0.2", "M11.0", "Q4.2", limit=200 + changes, changed=now)
    network_download(server.device, changed)


async def _standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def _serve(servers: list[Server]) -> None:
    for server in servers:
        await server.start()
    listening = [(server.host, server.port) for server in servers]
    print(json.dumps({"listening": listening}), flush=True)
    changes = 0
    async for line in await _standard_input():
        changes += 1
        _change(servers[int(line)], changes)
    asked = sum(server.log.total for server in servers)
    written = sum(len(server.log.violations) for server in servers)
    print(json.dumps({"requests": asked, "violations": written}), flush=True)


def main() -> None:
    """Serve until the standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--mixed", action="store_true")
    wanted = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(_serve(_servers(wanted.first, wanted.count, mixed=wanted.mixed)))


if __name__ == "__main__":
    main()
