"""Names that no project has and a hostile controller can: they stay names, and end no poll."""

import struct
import time
from collections.abc import Iterable
from dataclasses import replace

import pytest

from ccontrol.canonical.parse import parse
from ccontrol.canonical.render import render
from ccontrol.diff.compare import compare
from ccontrol.diff.merge import merge
from ccontrol.drivers.logix import questions
from ccontrol.drivers.logix.decode import interpret
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture, Exchange
from ccontrol.model.snapshot import Listing, Read
from ccontrol.model.unit import UnitId
from ccontrol.sim.logix import plant
from ccontrol.sim.logix.chassis import Chassis
from ccontrol.sim.logix.controller import controller_in
from ccontrol.sim.logix.project import Program, Tag
from ccontrol.sim.logix.server import running
from tests.unit.drivers.logix.polls import Poller, facts, unit
from tests.unit.drivers.logix.test_decode_real import AT

NAMES = {
    "long": "x" * 300,
    "as long as a segment can be": "x" * 247,
    "a path that is too long": ".".join("x" * 200 for _ in range(5)),
    "dots": "..",
    "a mark of questions": "MainProgram #2",
    "steering": "\x1b[2J\r\n",
    "of another alphabet": "\xe9\xff",
    "a way up": "../../etc",
    "a device": "CON",
}


@pytest.mark.parametrize("kind", NAMES)
def test_a_program_of_any_name_leaves_the_others_as_they_are(kind: str) -> None:
    chassis = plant.press()
    with running(chassis) as live:
        before = Poller(live).look(Depth.INVENTORY)
        live.play(lambda chassis: _add_program(chassis, NAMES[kind]))
        poller = Poller(live)
        capture = poller.poll(Depth.INVENTORY)
        assert capture.fault is None
        after = interpret(capture)
        assert facts(after, "program/MainProgram") == facts(before, "program/MainProgram")
        assert unit(after, "tags/controller") == unit(before, "tags/controller")
        (odd,) = after.listings["program"].keys - before.listings["program"].keys
        is_a_name = NAMES[kind] == "CON"
        assert isinstance(after.sightings[UnitId("program", odd)], Read) is is_a_name
        state = merge(None, after)
        assert parse(render(state, "hall-1")) == state


def _add_program(chassis: Chassis, name: str) -> None:
    cpu = controller_in(chassis)
    added = Program(name, tags=(Tag("Own", "DINT"),))
    cpu.take(replace(cpu.project, programs=(*cpu.project.programs, added)))


def _listed(names: Iterable[bytes], type_word: int = 0xC4) -> Capture:
    """A controller that lists symbols of these names."""
    entries = b"".join(
        struct.pack("<IH", number, len(name)) + name + struct.pack("<H12x", type_word)
        for number, name in enumerate(names, 1)
    )
    heard = Exchange(questions.SYMBOLS, (b"\xd5\0\0\0" + entries,))
    return Capture("press-3", "logix", Depth.FULL, AT, AT, (heard,), 1, 1, 1)


@pytest.mark.parametrize(
    "names",
    [
        (b"Foo", b"FOO", b"foo"),
        (b" ", b"\0", b"\0\0 "),
        (b"Task:", b"Map:", b"Cxn:", b"Program:"),
        (b"Task:A", b"Task:a", b"Task:A ", b"Task:\xe4"),
        (b"Task:" + b"x" * 60_000, b"y" * 60_000),
        (b"Task:" + bytes(range(1, 256)), bytes(range(255, 0, -1))),
        (b"Task:\xed\xa0\x80", b"Map:\xff\xfe"),
    ],
    ids=["cases", "blanks", "kinds alone", "almost one", "long", "every byte", "half characters"],
)
def test_symbols_of_any_name_become_facts_that_a_file_holds(names: tuple[bytes, ...]) -> None:
    snapshot = interpret(_listed(names))
    state = merge(None, snapshot)
    files = render(state, "hall-1")
    assert parse(files) == state
    assert len({path.lower() for path in files}) == len(files)
    assert max(len(part) for path in files for part in path.split("/")) <= 150
    assert compare(state, merge(state, snapshot)).changes == ()


def test_tags_that_differ_by_their_case_alone_are_both_told() -> None:
    assert facts(interpret(_listed((b"Foo", b"FOO"))), "tags/controller").keys() == {"Foo", "FOO"}


def test_a_thousand_modules_are_a_thousand_units_in_no_time() -> None:
    begun = time.process_time()
    snapshot = interpret(_listed(b"Map:Module_%d" % number for number in range(1000)))
    assert snapshot.listings["io-module"] == Listing(
        frozenset(f"Module_{number}" for number in range(1000)), complete=True
    )
    assert sum(isinstance(seen, Read) for seen in snapshot.sightings.values()) == 1001
    assert time.process_time() - begun < 5
