"""Simulated chassis of one process: what the benchmarks start."""

import asyncio
import json
import signal
import socket
import subprocess  # noqa: TID251 — the command line is what is tested
import sys
from pathlib import Path

from ccontrol.sim.logix import plant
from ccontrol.sim.logix.controller import controller_in
from ccontrol.sim.logix.server import Server
from tests.unit.sim.logix.caller import BACKPLANE, Caller, attributes, message, path
from tests.unit.sim.logix.test_logix_l5x import DOCUMENT

NAME = message(0x0E, path(0x64, 1, attribute=1))


def served(*arguments: str) -> tuple[list[bytes], dict[str, object]]:
    """Ask each of them for its controller's name; returns the names and what they counted."""
    command = [sys.executable, "-m", "ccontrol.sim", "--family", "logix", "--port", "0"]
    with subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        names = []
        for host, port in json.loads(process.stdout.readline())["listening"]:
            with socket.create_connection((host, port), timeout=60) as line:
                caller = Caller(line)
                caller.register()
                names.append(caller.at(BACKPLANE, NAME).data[2:])
        process.send_signal(signal.SIGTERM)
        summary = json.loads(process.stdout.readline())
    assert process.returncode == 0
    return names, summary


def test_one_process_serves_many_and_counts_in_the_end() -> None:
    names, summary = served("--count", "3", "--tags", "20")
    assert names == [b"Unit_0000", b"Unit_0001", b"Unit_0002"]
    assert summary["requests"] == {"65/-/-": 3, "6f/0e/64": 3, "6f/52/06": 3}
    assert (summary["connections"], summary["violations"]) == (3, 0)


def test_it_serves_the_project_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "made.L5X"
    file.write_bytes(DOCUMENT)
    command = [sys.executable, "-m", "ccontrol.sim", "--family", "logix", "--port", "0"]
    with subprocess.Popen([*command, "--l5x", file], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ((host, port),) = json.loads(process.stdout.readline())["listening"]
        with socket.create_connection((host, port), timeout=60) as line:
            caller = Caller(line)
            caller.register()
            listed = caller.at(b"\1\2", message(0x55, path(0x6B, 0), attributes(1))).data
            assert b"Local:5:I" in listed
        process.send_signal(signal.SIGTERM)


def test_many_servers_share_one_loop_and_have_serials_of_their_own() -> None:
    async def serve() -> tuple[int, int]:
        servers = [Server(chassis, keep_requests=1) for chassis in plant.fleet(50)]
        for server in servers:
            await server.start()
        ports = {server.port for server in servers}
        for server in servers:
            await server.stop()
        return len(ports), len({controller_in(server.device).serial for server in servers})

    assert asyncio.run(serve()) == (50, 50)
