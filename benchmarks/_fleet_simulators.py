"""Many simulated CPUs in a process of their own, so that their work does not count as anybody's.

Each has an address of its own in 127.77.0.0/16 and twelve small blocks. Prints one line of JSON
when all of them listen and another one at its end. A number on its standard input is the CPU to
which an engineer downloads a changed block over the network; the end of its input is its own.

    python -m benchmarks._fleet_simulators --first 0 --count 1000
"""

import argparse
import asyncio
import json
import resource
import sys

from ccontrol.clock import SystemClock
from ccontrol.sim.s7.plant import fleet, motor
from ccontrol.sim.s7.scene import network_download
from ccontrol.sim.s7.server import Server

ADDRESSES_PER_BYTE = 250
CLOCK = SystemClock()


def _address(number: int) -> str:
    return f"127.77.{number // ADDRESSES_PER_BYTE}.{number % ADDRESSES_PER_BYTE + 1}"


def _servers(first: int, count: int) -> list[Server]:
    """Serve the CPUs from `first` on; earlier ones are somebody else's, names stay unique."""
    cpus = fleet(first + count)[first:]
    return [Server(cpu, host=_address(first + at), keep_requests=1) for at, cpu in enumerate(cpus)]


def _download(server: Server, downloads: int) -> None:
    now = CLOCK.now()
    changed = motor(1, "I0.2", "M11.0", "Q4.2", limit=200 + downloads, changed=now)
    network_download(server.cpu, changed)


async def _standard_input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


async def _serve(servers: list[Server]) -> None:
    for server in servers:
        await server.start()
    blocks = len(servers[0].cpu.true_blocks())
    listening = [(server.host, server.port) for server in servers]
    print(json.dumps({"listening": listening, "blocks": blocks}), flush=True)
    downloads = 0
    async for line in await _standard_input():
        downloads += 1
        _download(servers[int(line)], downloads)
    asked = sum(server.log.total for server in servers)
    written = sum(len(server.log.violations) for server in servers)
    print(json.dumps({"requests": asked, "violations": written}), flush=True)


def main() -> None:
    """Serve until the standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, required=True)
    wanted = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(_serve(_servers(wanted.first, wanted.count)))


if __name__ == "__main__":
    main()
