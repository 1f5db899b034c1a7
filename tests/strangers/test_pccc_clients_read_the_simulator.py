"""pycomm3's SLCDriver and nodepccc, which share nothing, read the simulated processors right."""

import json
import shutil
import subprocess  # noqa: TID251 — strangers are programs
from pathlib import Path
from typing import Any

import pytest

from ccontrol.sim.pccc import plant
from ccontrol.sim.pccc.server import Live, running
from tests.strangers.conftest import ASIDE, HERE

pytestmark = pytest.mark.strangers

VALUES = {
    "S:57": 1400, "N7:0,10": list(range(100, 110)), "F8:0": 85.5, "T4:0.PRE": 100, "B3:0": 0,
    "ST9:0": "Press", "L10:1": 70_000,
}  # fmt: skip


def last_line(command: list[str], folder: Path | None = None) -> dict[str, Any]:
    """Run a stranger; returns the JSON on the last line that it printed."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr or done.stdout
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def slc_driver(cip_python: Path, what: str, live: Live) -> dict[str, Any]:
    return last_line([str(cip_python), str(HERE / "pccc_client.py"), what, str(live.port)])


def test_pycomm3_reads_a_micrologix(cip_python: Path) -> None:
    with running(plant.press()) as live:
        told = slc_driver(cip_python, "read", live)
        assert [one for one in live.server.violations if one.pccc is not None] == []
    assert told["identity"]["product_name"] == "1766-L32BWA B/15.00"
    assert told["type"] == "1766-LEC"
    assert told["values"] == {
        "S:1": 0x26, "S:57": 1400, "S:59": 15, "N7:3": 103, "N7:0{10}": list(range(100, 110)),
        "T4:0.PRE": 100, "C5:0.PRE": 5, "F8:0": 85.5, "B3/0": False, "I:0": 0, "N99:0": None,
    }  # fmt: skip


def test_pycomm3_lists_the_files_of_a_slc(cip_python: Path) -> None:
    """Its directory of a MicroLogix 1400 is empty, of a real one as well: its constants are off."""
    with running(plant.conveyor()) as live:
        told = slc_driver(cip_python, "read", live)
    assert told["type"] == "5/05"
    assert {name: one["length"] for name, one in told["files"].items()} == {
        "O0": 12, "I1": 16, "S2": 132, "B3": 4, "T4": 6, "C5": 6, "R6": 6, "N7": 20, "F8": 8,
    }  # fmt: skip


def test_what_pycomm3_writes_is_refused_and_written_down(cip_python: Path) -> None:
    with running(plant.press()) as live:
        told = slc_driver(cip_python, "attack", live)
        assert all(told[one] for one in ("integer", "bit", "preset"))
        assert len(live.server.violations) == 3


def test_nodepccc_reads_a_micrologix_without_a_connection() -> None:
    aside = ASIDE / "nodepccc"
    if not (aside / ".installed").exists() or shutil.which("node") is None:
        pytest.fail("nodepccc is not installed: run tests/strangers/install")
    with running(plant.press()) as live:
        told = last_line(["node", "client.js", str(live.port), *VALUES], aside)
        assert live.server.violations == []
    assert told == {"bad": False, "values": VALUES}
