"""The simulators of one process: what the benchmarks start."""

import asyncio
import json
import signal
import subprocess  # noqa: TID251 — the command line is what is tested
import sys

from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.server import Server
from tests.unit.sim.conftest import knock


def test_one_process_serves_many_and_counts_in_the_end() -> None:
    command = [sys.executable, "-m", "ccontrol.sim", "--count", "5", "--port", "0", "--blocks", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        listening = json.loads(process.stdout.readline())["listening"]
        names = set()
        for _, port in listening:
            caller, _ = knock(port)
            caller.setup()
            names.add(caller.szl(0x1C)[1][2:].rstrip(b"\0"))
            caller.line.close()
        process.send_signal(signal.SIGTERM)
        summary = json.loads(process.stdout.readline())
    assert names == {b"unit-%04d" % number for number in range(5)}
    assert summary["requests"] == {"01/f0/-/-": 5, "07/-/04/01": 10}
    assert (summary["connections"], summary["violations"]) == (5, 0)
    assert process.returncode == 0


def test_each_may_have_an_address_of_its_own() -> None:
    command = [sys.executable, "-m", "ccontrol.sim", "--count", "3", "--port", "0", "--addresses"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        hosts = [host for host, _ in json.loads(process.stdout.readline())["listening"]]
        process.send_signal(signal.SIGTERM)
    assert hosts == ["127.77.0.1", "127.77.0.2", "127.77.0.3"]


def test_many_servers_share_one_loop() -> None:
    async def serve() -> int:
        servers = [Server(cpu, keep_requests=1) for cpu in plant.fleet(50)]
        for server in servers:
            await server.start()
        ports = {server.port for server in servers}
        for server in servers:
            await server.stop()
        return len(ports)

    assert asyncio.run(serve()) == 50
