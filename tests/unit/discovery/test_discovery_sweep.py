"""A sweep among strangers that lie, shout or hold on: it asks who was named, and it ends."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import IPv4Address

import pytest

from ccontrol.clock import SystemClock
from ccontrol.discovery.sweep import Asking, Plan, Result
from ccontrol.drivers.enip.finder import FINDER as ENIP
from ccontrol.drivers.finder import Finder
from ccontrol.drivers.s7.finder import FINDER as S7
from tests.unit.drivers.enip.test_enip_finder import label

ASKED, SILENT, LIAR = "127.0.0.3", "127.0.0.4", "127.0.0.5"
HONEST = label(1, 0x0E, b"1756-L61/B LOGIX5561")
TIMEOUT_S = 0.4
Say = Callable[[socket.socket, tuple[str, int]], None]


def sweep(
    finder: Finder,
    port: int,
    *addresses: str,
    broadcasts: tuple[str, ...] = (),
    timeout_s: float = TIMEOUT_S,
) -> Result:
    """Ask these addresses."""
    named, all_of = (tuple(map(IPv4Address, some)) for some in (addresses, broadcasts))
    plan = Plan((Asking(finder, port),), named, all_of, 1_000.0, timeout_s)
    return asyncio.run(plan.carry_out(SystemClock(), lambda: None))


@contextmanager
def listening(host: str, say: Say, port: int = 0) -> Iterator[int]:
    """Somebody who answers each datagram in a way of his own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.bind((host, port))
        here.settimeout(0.05)
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                try:
                    _, who = here.recvfrom(2048)
                except TimeoutError:
                    continue
                say(here, who)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield here.getsockname()[1]
        finally:
            ended.set()
            thread.join()


def honest(here: socket.socket, who: tuple[str, int]) -> None:
    here.sendto(HONEST, who)


def in_anothers_name(here: socket.socket, who: tuple[str, int]) -> None:
    """Answer from an address that was named too, and for which nobody was asked here."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((SILENT, 0))
        other.sendto(label(1, 0x0E, b"1756-L85E/B", serial=0xBAD), who)
    honest(here, who)


def test_nobody_answers_for_another_address() -> None:
    with listening(ASKED, in_anothers_name) as port:
        result = sweep(ENIP, port, ASKED, SILENT)
    assert [(one.address, one.serial) for one in result.found] == [(ASKED, "00C0FFEE")]
    assert result.outside == ()


def thousandfold(_here: socket.socket, who: tuple[str, int]) -> None:
    """Answer a broadcast, so that nobody else is heard: many times, and at length."""
    with ExitStack() as stack:
        liar, other = (
            stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in "12"
        )
        liar.bind((LIAR, 0))
        other.bind((ASKED, 0))
        liar.sendto(b"\x63\x00" + bytes(60_000), who)
        for number in range(4_500):
            liar.sendto(label(1, 0x0E, b"1756-L61/B LOGIX5561", serial=number + 1), who)
            if not number % 50:
                time.sleep(0.002)  # so that the queue of the socket is not what decides
        other.sendto(HONEST, who)


def test_one_who_shouts_is_heard_once_and_drowns_nobody() -> None:
    everybody = "127.255.255.255"
    with listening(everybody, thousandfold) as port:
        result = sweep(ENIP, port, ASKED, LIAR, broadcasts=(everybody,), timeout_s=1.5)
    assert [(one.address, one.serial) for one in result.found] == [
        (ASKED, "00C0FFEE"), (LIAR, "00000001")
    ]  # fmt: skip


def test_who_answers_a_broadcast_and_was_not_named_is_told_and_not_asked() -> None:
    def from_elsewhere(_here: socket.socket, who: tuple[str, int]) -> None:
        for host in (ASKED, LIAR):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.bind((host, 0))
                other.sendto(HONEST, who)

    heard: list[tuple[str, int]] = []
    with ExitStack() as stack:
        port = stack.enter_context(listening("127.255.255.255", from_elsewhere))
        stack.enter_context(listening(LIAR, lambda _, who: heard.append(who), port))
        result = sweep(ENIP, port, ASKED, broadcasts=("127.255.255.255",))
    assert [one.address for one in result.found] == [ASKED]
    assert result.outside == (LIAR,)
    assert heard == []


@pytest.mark.parametrize("trickle", [b"", b"\x03"], ids=["silent", "a byte at a time"])
def test_a_port_that_holds_on_is_let_go_in_time(trickle: bytes) -> None:
    with socket.create_server((ASKED, 0)) as tarpit:
        tarpit.settimeout(0.05)
        ended = threading.Event()

        def hold() -> None:
            held: list[socket.socket] = []
            while not ended.is_set():
                try:
                    held.append(tarpit.accept()[0])
                except TimeoutError:
                    for one in held:
                        with one.dup() as same:
                            try:
                                same.send(trickle)
                            except OSError:
                                continue  # it was let go
            for one in held:
                one.close()

        thread = threading.Thread(target=hold)
        thread.start()
        began = time.monotonic()
        try:
            result = sweep(S7, tarpit.getsockname()[1], ASKED)
        finally:
            ended.set()
            thread.join()
    assert result.found == ()
    assert time.monotonic() - began < 5 * TIMEOUT_S
