"""Programs that no one here wrote, as fixtures. `tests/strangers/install` puts them in place."""

import contextlib
import json
import socket
import subprocess  # noqa: TID251 — strangers are programs
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ASIDE = HERE.parent.parent / ".aside"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def python_of(name: str) -> Path:
    """Return the Python that has what a lock file here names."""
    if not (ASIDE / name / ".installed").exists():
        pytest.fail(f"{name} is not installed: run tests/strangers/install")
    return ASIDE / name / "bin" / "python"


def _told_by(python: Path, script: str, *arguments: str) -> dict[str, Any]:
    """Run a script with a stranger's python; returns the JSON that it printed."""
    done = subprocess.run(
        [str(python), str(HERE / script), *arguments],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture(scope="session")
def snap7_python() -> Path:
    """The python that has the genuine C snap7."""
    return python_of("snap7-c")


@pytest.fixture(scope="session")
def cip_python() -> Path:
    """The python that has pycomm3, pylogix and cpppo."""
    return python_of("cip-clients")


@dataclass(frozen=True)
class CipClient:
    """CIP clients that no one here wrote, run once per call."""

    python: Path

    def run(self, what: str, port: int, path: str = "") -> dict[str, Any]:
        """`pycomm3`, `slots`, `pylogix`, `cpppo` or `attack` a chassis on 127.0.0.1."""
        return _told_by(self.python, "cip_client.py", what, str(port), path)


@pytest.fixture
def cip_client(cip_python: Path) -> CipClient:
    return CipClient(cip_python)


@dataclass(frozen=True)
class CClient:
    """The genuine C client, run once per call."""

    python: Path

    def run(self, what: str, port: int, slot: int = 2, *more: str) -> dict[str, Any]:
        """`read` or `attack` a CPU on 127.0.0.1; returns what c_client.py printed."""
        return _told_by(self.python, "c_client.py", what, "127.0.0.1", str(port), str(slot), *more)


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


@pytest.fixture
def cip_server(cip_python: Path) -> Iterator[int]:
    """Where cpppo's server listens, as a 1756-L61 with two tags; yields its port."""
    port = _free_port()
    command = [str(cip_python), "-m", "cpppo.server.enip", "--address", f"127.0.0.1:{port}"]
    tags = ["Speed=DINT[10]", "AuditCopy=DINT[2]"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen([*command, *tags], stdout=quiet, stderr=quiet) as process:
        assert _listens(port)
        yield port
        process.kill()


def _listens(port: int) -> bool:
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        time.sleep(0.1)
    return False
