"""Tags and code as a simulated controller lets them be read."""

import struct

import pytest

from ccontrol.sim.logix import plant
from ccontrol.sim.logix.controller import l73
from ccontrol.sim.logix.project import Access, Language, Project, Routine, Tag
from ccontrol.sim.logix.server import running
from tests.unit.sim.logix.caller import (
    BACKPLANE,
    Caller,
    attributes,
    calling,
    message,
    name,
    path,
)  # fmt: skip


@pytest.mark.parametrize(
    ("tag", "count", "wanted"),
    [
        ("Actual", 1, "ca0000002042"),
        ("Recipe", 3, "c400000102030405060708090a0b"),
        ("Press.Max", 1, "ca000000ab42"),
        ("Press.Enabled", 1, "c100ff"),
        ("Program:MainProgram.Left", 1, "c10000"),
        ("Label", 1, "a002ce0f05000000" + b"Press".hex() + "00" * 79),
    ],
)  # fmt: skip
def test_tags_are_read_by_their_names(tag: str, count: int, wanted: str) -> None:
    with running(plant.press()) as live, calling(live) as caller:
        reply = caller.at(BACKPLANE, message(0x4C, name(tag), struct.pack("<H", count)))
        assert (reply.status, reply.data.hex()) == (0, wanted)
        assert live.server.violations == []


def test_a_tag_that_is_closed_to_others_is_listed_and_not_read() -> None:
    project = Project("P", tags=(Tag("Closed", "DINT", access=Access.NONE), Tag("Open", "DINT")))
    with running(plant.chassis_of(project)) as live, calling(live) as caller:
        listed = caller.at(BACKPLANE, message(0x55, path(0x6B, 0), attributes(1, 10))).data
        assert b"Closed\3" in listed
        assert b"Open\0" in listed
        assert caller.at(BACKPLANE, message(0x4C, name("Closed"), b"\1\0")).status == 0x0F


def test_elements_are_read_from_an_index_on_and_not_beyond_the_last() -> None:
    def element(index: int) -> bytes:
        return name("Recipe") + bytes((0x28, index))

    with running(plant.press()) as live, calling(live) as caller:
        reply = caller.at(BACKPLANE, message(0x4C, element(8), struct.pack("<H", 2)))
        assert reply.data.hex() == "c4002021222324252627"
        for index, count in ((8, 3), (10, 1)):
            beyond = caller.at(BACKPLANE, message(0x4C, element(index), struct.pack("<H", count)))
            assert (beyond.status, beyond.extended) == (0xFF, (0x2105,))
        for unknown in ("Nobody", "Recipe.Member", "Press.Nobody", "Program:Nobody.Left"):
            assert caller.at(BACKPLANE, message(0x4C, name(unknown), b"\1\0")).status == 5


def test_a_long_tag_is_read_in_fragments() -> None:
    value = bytes(range(256)) * 8
    project = Project("P", tags=(Tag("Long", "DINT", (512,), value),))
    with running(plant.chassis_of(project, l73())) as live, calling(live) as caller:
        caller.open(BACKPLANE, 500)
        whole = b""
        statuses: list[int] = []
        while not statuses or statuses[-1] == 6:
            asked = struct.pack("<HI", 512, len(whole))
            reply = caller.linked(message(0x52, name("Long"), asked))
            statuses.append(reply.status)
            assert reply.data[:2] == b"\xc4\0"
            whole += reply.data[2:]
        assert whole == value
        assert statuses == [6, 6, 6, 6, 0]


@pytest.mark.parametrize("language", Language)
def test_routines_are_read_with_type_size_name_and_code(language: Language) -> None:
    code = bytes(range(256)) * 4
    project = plant.press_project().with_routine("MainProgram", Routine("Deep", language, code))
    with running(plant.chassis_of(project, l73())) as live, calling(live) as caller:
        caller.open(BACKPLANE, 500)
        (program,) = struct.unpack("<I", caller.linked(message(0x4B, path(0x68, 0))).data)
        listed = caller.linked(message(0x4B, path(0x68, program, 0x6D, 0))).data
        numbers = struct.unpack(f"<{len(listed) // 4}I", listed)
        facts = {}
        for number in numbers:
            asked = message(0x03, path(0x68, program, 0x6D, number), attributes(1, 6, 0x19))
            data = caller.linked(asked).data
            kind, size = struct.unpack_from("<6xH4xI", data)
            facts[data[24:].decode()] = (number, kind, size)
        number, kind, size = facts["Deep"]
        assert (len(facts), kind, size) == (4, language.value, 1024)
        where = path(0x68, program, 0x6D, number)
        assert read_code(caller, where, ladder=language is Language.LADDER) == code


def read_code(caller: Caller, where: bytes, *, ladder: bool) -> bytes:
    whole = b""
    while True:
        if ladder:
            reply = caller.linked(message(0x4C, where, struct.pack("<IH", 0, len(whole) // 4)))
            assert reply.data[:4] == bytes(4)
            whole += reply.data[4:]
        else:
            reply = caller.linked(message(0x52, where, struct.pack("<HI", 0, len(whole))))
            whole += reply.data
        if reply.status != 6:
            return whole
