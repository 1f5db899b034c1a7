"""Who answers ListIdentity, and who only seems to."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.drivers.enip.finder import FINDER
from ccontrol.drivers.finder import Found
from ccontrol.sim.logix import plant
from ccontrol.sim.logix.server import running

QUESTION = bytes.fromhex("6300 0000 00000000 00000000 f401000000000000 00000000")
"""It lets devices put off their answers by half a second at most."""
LONGEST_S = 0.3


class Turns:
    """Counts what was sent."""

    def __init__(self) -> None:
        self.passed = 0

    async def turn(self) -> None:
        self.passed += 1


def ask(address: str, port: int) -> tuple[Found, ...]:
    return asyncio.run(FINDER.ask(address, port, LONGEST_S, Turns()))


@contextmanager
def answering(*answers: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Somebody at 127.0.0.1 who answers each datagram with these bytes."""
    heard: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.bind(("127.0.0.1", 0))
        here.settimeout(0.05)
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                try:
                    data, who = here.recvfrom(2048)
                except TimeoutError:
                    continue
                heard.append(data)
                for answer in answers:
                    here.sendto(answer, who)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield here.getsockname()[1], heard
        finally:
            ended.set()
            thread.join()


def label(vendor: int, product_type: int, name: bytes, serial: int = 0x00C0FFEE) -> bytes:
    """A ListIdentity answer, by hand, after volume 2 of the CIP library, table 2-4.4."""
    item = b"\x01\x00" + b"\x00\x02\xaf\x12\x7f\x00\x00\x01" + bytes(8)
    item += vendor.to_bytes(2, "little") + product_type.to_bytes(2, "little") + b"\xa6\x00"
    item += b"\x14\x0b" + b"\x60\x31" + serial.to_bytes(4, "little")
    item += bytes((len(name),)) + name + b"\x03"
    data = b"\x01\x00" + b"\x0c\x00" + len(item).to_bytes(2, "little") + item
    return b"\x63\x00" + len(data).to_bytes(2, "little") + bytes(20) + data


def test_a_controller_is_found_by_one_datagram_that_asks_for_its_label() -> None:
    with running(plant.press()) as live:
        (found,) = ask(live.server.host, live.server.port)
        assert (found.family, found.title, found.serial) == ("logix", "1756-L83E/B", "00C0FFEE")
        assert not live.server.violations
    with answering() as (port, heard):
        turns = Turns()
        assert asyncio.run(FINDER.ask("127.0.0.1", port, LONGEST_S, turns)) == ()
        assert heard == [QUESTION]
        assert turns.passed == 1


def test_a_broadcast_brings_everybody_and_waits_the_whole_time_for_them() -> None:
    with running(plant.press(), host="127.255.255.255") as live:
        began = time.monotonic()
        found = ask("127.255.255.255", live.server.port)
        assert [each.title for each in found] == ["1756-L83E/B"]
        assert time.monotonic() - began >= LONGEST_S


def test_nobody_there_is_no_error() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    assert ask("127.0.0.1", port) == ()


@pytest.mark.parametrize(
    ("vendor", "product_type", "name", "family"),
    [
        (1, 0x0E, b"1756-L61/B LOGIX5561", "logix"),
        (1, 0x0E, b"5069-L320ERM/A", "logix"),
        (1, 0x0E, b"1766-L32BXB C/15.00", "pccc"),
        (1, 0x0E, b"1747-L553/C C/13", "pccc"),
        (1, 0x0E, b"2080-LC50-48QWB", "logix"),
        (1, 0x0C, b"1756-EN2TR/C", "logix"),
        (1, 0x0C, b"1761-NET-ENI/D", "pccc"),
        (1, 0x02, b"PowerFlex 525", ""),
        (47, 0x0E, b"NJ501-1300", ""),
        (0, 0, b"", ""),
    ],
)
def test_the_family_follows_from_vendor_type_and_name(
    vendor: int, product_type: int, name: bytes, family: str
) -> None:
    with answering(label(vendor, product_type, name)) as (port, _):
        (found,) = ask("127.0.0.1", port)
    assert found.family == family
    assert found.firmware == "20.011"
    assert bool(found.note) == (family == "" or (product_type, family) == (0x0C, "logix"))


def test_names_of_strangers_cannot_steer_a_terminal() -> None:
    with answering(label(1, 0x0E, b"1756\x1b[2J\x00\n")) as (port, _):
        (found,) = ask("127.0.0.1", port)
    assert found.title.isprintable()


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 90))
def test_rubbish_is_nobody_and_never_an_error(rubbish: bytes, cut: int) -> None:
    whole = label(1, 0x0E, b"1756-L61/B LOGIX5561")
    with answering(rubbish, whole[:cut]) as (port, _):
        assert all(isinstance(each, Found) for each in ask("127.0.0.1", port))
