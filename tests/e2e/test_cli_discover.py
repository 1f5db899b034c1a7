"""`ccontrol discover` against simulated controllers on addresses of their own."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ccontrol.sim.logix import plant as logix_plant
from ccontrol.sim.logix import server as logix
from ccontrol.sim.s7 import plant, scene
from ccontrol.sim.s7.server import Live, running
from tests.e2e.simulated_plant import Plant, made


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Plant, Live]]:
    """A configured press, and an oven at 127.0.0.3 on the press's port that nobody configured."""
    with ExitStack() as stack:
        known = made(tmp_path / "plant", stack, ("press-3",))
        port = known.live["press-3"].port
        oven = plant.mixer(name="oven")
        yield known, stack.enter_context(running(oven, host="127.0.0.3", port=port))


def ask(known: Plant, *more: str) -> tuple[str, ...]:
    return ("discover", *more, "--protocol", "s7", "--port", f"s7={known.live['press-3'].port}")


def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(site: tuple[Plant, Live]) -> None:
    known, oven = site
    said = known.run(*ask(known, "127.0.0.0/29"), "--dry-run", "--yes")
    assert said.code == 0
    assert "5 addresses" in said.out
    assert "Nothing was sent." in said.out
    assert not oven.server.requests + known.live["press-3"].server.requests


def test_nobody_is_asked_before_somebody_agreed(site: tuple[Plant, Live]) -> None:
    known, oven = site
    said = known.run(*ask(known, "127.0.0.3"))
    assert said.code == 2
    assert "--yes" in said.err
    assert not oven.server.requests


def test_the_new_one_is_found_with_its_name_and_the_configured_one_is_left_alone(
    site: tuple[Plant, Live],
) -> None:
    known, oven = site
    assert known.run("poll").code == 0
    requests = known.live["press-3"].server.requests
    said = known.run(*ask(known, "127.0.0.1-127.0.0.3"), "--yes", "--json")
    assert said.code == 1
    rows = said.json["rows"]
    assert [(row["standing"], row["address"]) for row in rows] == [
        ("known", "127.0.0.1"),
        ("new", "127.0.0.3"),
    ]
    assert rows[0]["controller"] == "north/press-3"
    assert rows[1]["found"]["family"] == "s7"
    assert rows[1]["found"]["order_number"].startswith("6ES7 3")
    assert rows[1]["found"]["serial"]
    assert said.json["questions"] == 2
    assert known.live["press-3"].server.requests == requests
    assert not oven.server.violations


def test_the_table_that_is_offered_makes_the_new_one_a_controller(
    site: tuple[Plant, Live],
) -> None:
    known, _ = site
    (row,) = known.run(*ask(known, "127.0.0.3"), "--yes", "--json").json["rows"]
    with (known.folder / "ccontrol.toml").open("a") as config:
        config.write("\n" + row["found"]["offer"] + "\n")
    assert known.run("config", "check").code == 0
    told = {one["controller_id"]: one["outcome"] for one in known.json("poll")["polls"]}
    assert "glanced" in told.values()
    assert len(told) == 2
    again = known.run(*ask(known, "127.0.0.3"), "--yes", "--json").json["rows"]
    assert [each["standing"] for each in again] == ["known"]


def test_a_serial_number_of_the_history_at_another_address_is_known_elsewhere(
    site: tuple[Plant, Live],
) -> None:
    known, oven = site
    known.run("enroll", "press-3", "--yes")
    assert known.run("poll", "press-3", "--depth", "full").code == 1
    with running(plant.press(name="press-3"), host="127.0.0.4", port=oven.port):
        said = known.run(*ask(known, "127.0.0.4"), "--yes", "--json").json["rows"]
    assert [(row["standing"], row["controller"]) for row in said] == [
        ("known elsewhere", "north/press-3")
    ]


def test_a_retired_controller_keeps_its_history_and_can_still_be_read_of(
    site: tuple[Plant, Live],
) -> None:
    known, _ = site
    known.run("enroll", "press-3", "--yes")
    assert known.run("poll", "press-3", "--depth", "full").code == 1
    config = known.folder / "ccontrol.toml"
    config.write_text(config.read_text().replace('id = "press-3"', 'id = "press-4"'))
    rows = known.run(*ask(known, "127.0.0.9"), "--yes", "--json").json["rows"]
    assert [(row["standing"], row["controller"]) for row in rows] == [("retired", "north/press-3")]
    assert known.changes_of("press-3")
    assert known.run("inventory", "press-3").out.count("6ES7 315")
    assert known.run("diff", "press-3", "1d").code in (0, 1)
    assert known.run("changes", "--controller", "nobody").code == 13


def test_several_protocols_are_asked_at_once_and_a_broadcast_adds_no_stranger(
    site: tuple[Plant, Live],
) -> None:
    known, oven = site
    with logix.running(logix_plant.press(), host="127.0.0.3") as line:
        ports = ("--port", f"s7={oven.port}", "--port", f"enip={line.server.port}")
        said = known.run("discover", "127.0.0.2/31", *ports, "--broadcast", "--yes", "--json")
    found = {row["found"]["family"]: row["found"] for row in said.json["rows"]}
    assert found.keys() == {"s7", "logix"}
    assert said.json["outside"] == []
    assert 'family = "logix"' in found["logix"]["offer"]


def test_one_without_a_free_connection_is_told_without_a_name(site: tuple[Plant, Live]) -> None:
    known, oven = site
    oven.play(scene.protect, 3, "sesame")  # a locked CPU still says who it is
    (row,) = known.run(*ask(known, "127.0.0.3"), "--yes", "--json").json["rows"]
    assert row["found"]["order_number"].startswith("6ES7 3")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("press-3", "--yes"), "press-3"),
        (("127.0.0.1", "--protocol", "modbus"), "modbus"),
        (("127.0.0.1", "--port", "s7=0"), "NAME=PORT"),
        (("127.0.0.1", "--json"), "--yes"),
        (("10.0.0.0/8", "--yes"), "65536"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused_before_anything_is_sent(
    site: tuple[Plant, Live], arguments: tuple[str, ...], word: str
) -> None:
    known, _ = site
    said = known.run("discover", *arguments)
    assert said.code == 2
    assert word in said.err
