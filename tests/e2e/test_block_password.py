"""The password in a block's header changes: that is told, and it is nowhere on the disk."""

import subprocess  # noqa: TID251 — stock git shows every object of the store
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccontrol.cli import main
from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.block import Kind, make_block
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.server import Live, running
from tests.e2e.simulated_plant import CONTROLLER, Plant
from tests.unit.drivers.s7.test_decode_blocks import LATER

OLD, NEW = b"\xde\xad\xbe\xef", b"\xca\xfe\xf0\x0d"


def protect(cpu: Cpu, password: bytes) -> None:
    """Load a protected FC1; nothing of it but the password differs from the last one."""
    cpu.load(make_block(Kind.FC, 1, b"\x65\x00", changed=LATER, password=password))


@pytest.fixture
def live() -> Iterator[Live]:
    with running(plant.press()) as live:
        live.play(protect, OLD)
        yield live


@pytest.fixture
def press(live: Live, tmp_path: Path) -> Plant:
    assert main(["init", str(tmp_path), "--site", "north"]) == 0
    with (tmp_path / "ccontrol.toml").open("a") as config:
        config.write(CONTROLLER.format(name="press", port=live.port))
    return Plant(tmp_path, {"press": live})


def everything(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a site, and every object of its history unpacked."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()
    store = folder / "baselines" / "north"
    flags = ("--batch", "--batch-all-objects", "--buffer")
    listed = subprocess.run(
        ["git", "--git-dir", str(store), "cat-file", *flags], capture_output=True, check=True
    )
    yield "the objects of the store", listed.stdout


def forms(secret: bytes) -> tuple[bytes, ...]:
    """How a secret could stand somewhere."""
    digits = secret.hex()
    return (
        secret,
        digits.encode(),
        digits.upper().encode(),
        secret.hex(" ").encode(),
        b64encode(secret).rstrip(b"="),
    )


def test_that_it_changed_is_told_and_the_password_is_nowhere(press: Plant, live: Live) -> None:
    press.run("enroll", "press", "--yes")
    press.run("poll", "press", "--depth", "full")
    before = len(press.changes_of("press"))
    live.play(protect, NEW)
    polled = press.run("poll", "press", "--depth", "full")
    assert len(press.changes_of("press")) == before + 1, polled
    newest = press.json("changes")["changes"][0]["change_id"]
    told = press.run("show", newest)
    assert "password" in told.out
    said = [("what was printed", (polled.out + polled.err + told.out + told.err).encode())]
    found = [*everything(press.folder), *said]
    assert any(b"password" in content for _, content in found), "it was looked for where it is told"
    for name, content in found:
        for secret in (OLD, NEW):
            assert not any(form in content for form in forms(secret)), name
