"""Simulated processors of one process: what the benchmarks start."""

import json
import signal
import socket
import subprocess  # noqa: TID251 — the command line is what is tested
import sys

from tests.unit.sim.pccc.caller import IDENTITY, Caller


def test_one_process_serves_many_and_counts_in_the_end() -> None:
    command = [sys.executable, "-m", "ccontrol.sim", "--family", "pccc", "--port", "0"]
    with subprocess.Popen([*command, "--count", "3"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        serials = []
        for host, port in json.loads(process.stdout.readline())["listening"]:
            with socket.create_connection((host, port), timeout=60) as line:
                caller = Caller(line)
                caller.register()
                serials.append(int.from_bytes(caller.ask(IDENTITY)[14:18], "little"))
        process.send_signal(signal.SIGTERM)
        summary = json.loads(process.stdout.readline())
    assert process.returncode == 0
    assert serials == [0x40000000, 0x40000001, 0x40000002]
    assert summary["requests"] == {"65/-/-/-/-": 3, "6f/01/01/-/-": 3}
    assert (summary["connections"], summary["violations"]) == (3, 0)
