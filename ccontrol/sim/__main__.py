"""Serve many simulated controllers from one process: `python -m ccontrol.sim --count 2000`.

`--family logix` serves ControlLogix chassis instead of S7 CPUs, `--family pccc` MicroLogix 1400.
Prints one line of JSON once all of them listen ({"listening": [[host, port], …]}), and on SIGTERM
or SIGINT another one with what they were asked in sum.
"""

import argparse
import asyncio
import json
import resource
import signal
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ccontrol.sim.logix import l5x
from ccontrol.sim.logix import plant as logix_plant
from ccontrol.sim.logix.server import Server as LogixServer
from ccontrol.sim.pccc import plant as pccc_plant
from ccontrol.sim.pccc.server import Server as PcccServer
from ccontrol.sim.s7 import plant as s7_plant
from ccontrol.sim.s7.server import Server as S7Server
from ccontrol.sim.server import How, Server

_PER_ADDRESS_BYTE = 250

_Server = Server[Any, Any, Any]


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ccontrol.sim", description=__doc__)
    parser.add_argument("--family", choices=sorted(_FAMILIES), default="s7", help="which kind")
    parser.add_argument("--count", type=int, default=1, help="how many controllers")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=20000, help="first port, 0 for any free ones")
    parser.add_argument(
        "--addresses", action="store_true", help="one port, an address 127.77.x.y for each"
    )
    parser.add_argument("--delay-ms", type=float, default=0.0, help="time per message")
    parser.add_argument("--blocks", type=int, default=0, help="s7: blocks of 1 to 8 KB on top")
    parser.add_argument("--tags", type=int, default=0, help="logix: a project of that many tags")
    parser.add_argument("--l5x", type=Path, help="logix: the project of this file")
    parser.add_argument("--keep-requests", type=int, default=100, help="requests kept of each")
    return parser.parse_args(argv)


def _address(number: int) -> str:
    return f"127.77.{number // _PER_ADDRESS_BYTE}.{number % _PER_ADDRESS_BYTE + 1}"


def _listening(wanted: argparse.Namespace, number: int) -> How[Any]:
    return {
        "host": _address(number) if wanted.addresses else wanted.host,
        "port": wanted.port + (number if wanted.port and not wanted.addresses else 0),
        "delay_s": wanted.delay_ms / 1000,
        "keep_requests": wanted.keep_requests,
    }


def _s7(wanted: argparse.Namespace) -> list[_Server]:
    cpus = s7_plant.fleet(wanted.count, s7_plant.many_blocks(wanted.blocks))
    return [S7Server(cpu, **_listening(wanted, number)) for number, cpu in enumerate(cpus)]


def _logix(wanted: argparse.Namespace) -> list[_Server]:
    project = logix_plant.many_tags(wanted.tags) if wanted.tags else None
    if wanted.l5x is not None:
        project = l5x.load(wanted.l5x)
    racks = logix_plant.fleet(wanted.count, project)
    return [LogixServer(rack, **_listening(wanted, number)) for number, rack in enumerate(racks)]


def _pccc(wanted: argparse.Namespace) -> list[_Server]:
    processors = pccc_plant.fleet(wanted.count)
    return [PcccServer(one, **_listening(wanted, number)) for number, one in enumerate(processors)]


_FAMILIES: dict[str, Callable[[argparse.Namespace], list[_Server]]] = {
    "s7": _s7,
    "logix": _logix,
    "pccc": _pccc,
}


def _say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _summary(servers: Sequence[_Server]) -> dict[str, object]:
    counts: Counter[str] = Counter()
    for server in servers:
        for code, count in server.log.counts.items():
            counts["/".join("-" if part is None else f"{part:02x}" for part in code)] += count
    return {
        "requests": dict(sorted(counts.items())),
        "connections": sum(server.log.connections for server in servers),
        "turned_away": sum(server.log.turned_away for server in servers),
        "bytes_in": sum(server.log.bytes_in for server in servers),
        "bytes_out": sum(server.log.bytes_out for server in servers),
        "violations": sum(len(server.log.violations) for server in servers),
    }


async def _serve(servers: Sequence[_Server]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    for server in servers:
        await server.start()
    _say(listening=[[server.host, server.port] for server in servers])
    await stop.wait()
    for server in servers:
        await server.stop()
    _say(**_summary(servers))


def _allow_many_sockets(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * count + 100
    if soft != resource.RLIM_INFINITY and soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def main(argv: list[str] | None = None) -> None:
    """Serve until a signal comes."""
    wanted = _arguments(argv)
    _allow_many_sockets(wanted.count)
    asyncio.run(_serve(_FAMILIES[wanted.family](wanted)))


if __name__ == "__main__":
    main()
