"""The service files: accepted by systemd's own judge, and as strict as promised."""

import re
import shlex
import shutil
import subprocess  # noqa: TID251 — systemd's own tools are the oracle
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from ccontrol.cli.app import app

FOLDER = Path(__file__).parents[3] / "systemd"
SERVICES = sorted(FOLDER.glob("*.service"))
EXPOSURE_AT_MOST = 1.5

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed here"
)


@pytest.fixture
def installed(tmp_path: Path) -> list[Path]:
    """The units, with the program's path replaced by one that exists on this machine."""
    for unit in (*SERVICES, *FOLDER.glob("*.timer")):
        text = unit.read_text().replace("/opt/ccontrol/.venv/bin/ccontrol", sys.executable)
        text = re.sub(r"^Documentation=.*\n", "", text, flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(text)
    return sorted(tmp_path.iterdir())


@needs_systemd
def test_systemd_finds_no_fault_in_the_units(installed: list[Path]) -> None:
    ours = {unit.name for unit in installed}
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, installed)],
        capture_output=True,
        text=True,
        check=False,
    )
    about_ours = [line for line in done.stderr.splitlines() if any(name in line for name in ours)]
    assert about_ours == []


@needs_systemd
@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_the_service_exposes_little(unit: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert found is not None, done.stdout
    assert float(found[1]) <= EXPOSURE_AT_MOST


def test_the_daemon_is_watched_and_gets_its_keys_as_credentials() -> None:
    text = (FOLDER / "ccontrol.service").read_text()
    for line in (
        "Type=notify",
        "WatchdogSec=60",
        "LoadCredential=signing-key:/etc/ccontrol/keys/signing-key",
        "StateDirectory=ccontrol",
        "User=ccontrol",
        "TimeoutStopSec=10",
    ):
        assert line in text.splitlines()


def test_the_daemon_can_tell_who_speaks_at_its_witness_socket() -> None:
    """In a user namespace of its own the kernel names every other user to it as "nobody"."""
    lines = (FOLDER / "ccontrol.service").read_text().splitlines()
    assert "PrivateUsers=yes" not in lines
    for line in ("RuntimeDirectory=ccontrol", "RuntimeDirectoryMode=0711"):
        assert line in lines
    sensor = (FOLDER / "ccontrol-sense@.service").read_text()
    assert "--socket /run/ccontrol/witness" in sensor


def test_the_sensor_has_one_right_and_a_user_of_its_own() -> None:
    lines = (FOLDER / "ccontrol-sense@.service").read_text().splitlines()
    for line in (
        "User=ccontrol-sense",
        "AmbientCapabilities=CAP_NET_RAW",
        "CapabilityBoundingSet=CAP_NET_RAW",
        "RestrictAddressFamilies=AF_PACKET AF_UNIX",
        "ProtectSystem=strict",
        "WatchdogSec=60",
        "LimitCORE=0",
    ):
        assert line in lines
    assert not [line for line in lines if line.startswith("LoadCredential")]
    assert "u ccontrol-sense" in (FOLDER / "sysusers.d" / "ccontrol.conf").read_text()


def lines_of(unit: Path, name: str) -> list[str]:
    """What a unit sets by that name, in its order."""
    found = re.findall(rf"^{name}=(.*)$", unit.read_text(), flags=re.MULTILINE)
    return [line.strip() for line in found]


def parse(words: list[str]) -> None:
    """Let the program read a command line as it would; nothing is run."""
    command: Any = typer.main.get_command(app)  # typer does not export its click's types
    rest = words
    while hasattr(command, "resolve_command"):
        context = command.make_context(command.name, rest)
        _, command, rest = command.resolve_command(
            context, [*context._protected_args, *context.args]
        )
    command.make_context(command.name, rest)


OURS = [
    pytest.param(unit, line, id=f"{unit.name} {line.partition('bin/ccontrol ')[2][:30]}")
    for unit in SERVICES
    for line in lines_of(unit, "ExecStart")
    if "/bin/ccontrol" in line
]


@pytest.mark.parametrize(("unit", "line"), OURS)
def test_the_program_understands_the_command_line_of_every_unit(unit: Path, line: str) -> None:
    text = re.sub(r"%[iI]", "north.git", line.replace("%H", "jump"))
    examples = re.findall(r"^# .*, e\.g\. ([A-Z_]+)=(.*)$", unit.read_text(), flags=re.MULTILINE)
    for name, value in examples:  # what the unit's own comment proposes
        text = text.replace(f"${name}", value)
    words = shlex.split(text)
    assert words[0].lstrip("-") == "/opt/ccontrol/.venv/bin/ccontrol"
    assert "$" not in text
    parse(words[1:])


def test_a_command_line_that_the_program_does_not_know_would_be_seen() -> None:
    with pytest.raises(Exception, match="No such option"):
        parse(["mirror", "pull", "/srv/mirror/north.git", "--unknown"])


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_every_user_and_folder_of_a_unit_is_made_by_systemd(unit: Path) -> None:
    users = (FOLDER / "sysusers.d" / "ccontrol.conf").read_text()
    made = {
        line.split()[1]
        for line in (FOLDER / "tmpfiles.d" / "ccontrol.conf").read_text().splitlines()
    }
    made |= {f"/var/lib/{name}" for name in lines_of(unit, "StateDirectory")}
    if "yes" not in lines_of(unit, "DynamicUser"):
        (user,) = lines_of(unit, "User")
        assert lines_of(unit, "Group") == [user]
        assert re.search(rf"^u {user} ", users, flags=re.MULTILINE)
    wanted = {*lines_of(unit, "WorkingDirectory"), *lines_of(unit, "ReadWritePaths")}
    assert wanted <= made
