"""Programs that no one here wrote, as fixtures. `tests/strangers/install` puts them in place."""

import json
import socket
import subprocess  # noqa: TID251 — strangers are programs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
SNAP7_PYTHON = HERE.parent.parent / ".aside" / "snap7-c" / "bin" / "python"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def snap7_python() -> Path:
    """The python that has the genuine C snap7."""
    if not SNAP7_PYTHON.with_name("pip").parent.parent.joinpath(".installed").exists():
        pytest.fail("the C snap7 is not installed: run tests/strangers/install")
    return SNAP7_PYTHON


@dataclass(frozen=True)
class CClient:
    """The genuine C client, run once per call."""

    python: Path

    def run(self, what: str, port: int, slot: int = 2, *more: str) -> dict[str, Any]:
        """`read` or `attack` a CPU on 127.0.0.1; returns what c_client.py printed."""
        command = [str(self.python), str(HERE / "c_client.py"), what, "127.0.0.1", str(port)]
        done = subprocess.run(
            [*command, str(slot), *more], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


@pytest.fixture
def c_client(snap7_python: Path) -> CClient:
    return CClient(snap7_python)


@dataclass(frozen=True)
class CServer:
    """Where the genuine C server listens. It has DB1 to DB3 (2, 100, 600 bytes); slot 2."""

    host: str
    port: int


@pytest.fixture
def c_server(snap7_python: Path) -> Iterator[CServer]:
    port = _free_port()
    command = [str(snap7_python), str(HERE / "c_server.py"), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        yield CServer("127.0.0.1", port)
        process.kill()
