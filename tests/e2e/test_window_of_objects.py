"""A window for some blocks, at a real daemon over a simulated CPU that sums up its blocks."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from ccontrol.clock import SystemClock
from ccontrol.sim.s7.block import Kind, make_block
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.store.keys import generate, public_line
from tests.e2e.engine_plant import wait_until
from tests.e2e.simulated_plant import Plant, daemon_over, made
from tests.unit.drivers.s7.test_decode_blocks import LATER


def load(cpu: Cpu, kind: Kind, code: bytes) -> None:
    cpu.load(make_block(kind, 1, code, changed=LATER))


@pytest.fixture
def press(tmp_path: Path) -> Iterator[Plant]:
    with ExitStack() as stack:
        press = made(tmp_path, stack, ("press",))
        press.live["press"].play(load, Kind.FC, b"\x65\x00")
        roots = [public_line(generate(tmp_path / name).public_key) for name in ("root-1", "root-2")]
        generate(tmp_path / "ada")
        with (tmp_path / "ccontrol.toml").open("a") as config:
            config.write(f"\n[site.people]\nroots = {roots!r}\n".replace("'", '"'))
        yield press


def say(press: Plant, *words: str) -> None:
    answer = press.run(*words)
    assert answer.code == 0, (words, answer)


def appoint_ada(press: Plant) -> None:
    draft = str(press.folder / "people.toml")
    person = ("--person", "ada@plant", "--public-key", str(press.folder / "ada.pub"))
    say(press, "people", "draft", draft)
    say(press, "people", "add", draft, *person, "--role", "approver")
    for root in ("root-1", "root-2"):
        say(press, "people", "sign", draft, "--key", str(press.folder / root))
    say(press, "people", "commit", draft, "--key", str(press.folder / "ada"))


def give_leave(press: Plant, objects: str) -> None:
    now = SystemClock().now().replace(microsecond=0)
    times = (
        ("--from", (now - timedelta(hours=1)).isoformat()),
        ("--until", (now + timedelta(hours=2)).isoformat()),
    )
    words = ("--controller", "press", "--ticket", "T-1", "--requested-by", "bob@plant")
    key = ("--key", str(press.folder / "ada"))
    say(press, "window", "add", "CHG-1", *times[0], *times[1], *words, "--object", objects, *key)
    wait_until(lambda: b"CHG-1" in (press.folder / "log").read_bytes())  # the daemon saw it


def change(press: Plant, kind: Kind, code: bytes) -> str:
    before = {one["change_id"] for one in press.changes_of("press")}
    press.live["press"].play(load, kind, code)
    press.run("poll", "press", "--depth", "full")
    new = [one for one in press.changes_of("press") if one["change_id"] not in before]
    (told,) = new
    return str(told["authorisation"])


def test_a_window_of_objects_allows_these_and_no_others(press: Plant) -> None:
    with daemon_over(press):
        say(press, "enroll", "press", "--yes")
        press.run("poll", "press", "--depth", "full")
        appoint_ada(press)
        give_leave(press, "FC/*")
        press.run("poll", "press", "--depth", "full")
        assert change(press, Kind.FC, b"\x65\x01") == "authorised"
        assert change(press, Kind.OB, b"\x65\x00") == "out of scope"
