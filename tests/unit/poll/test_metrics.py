"""Numbers for Prometheus: somebody else's parser reads them, and nobody is held up."""

import asyncio
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families as parsed

from ccontrol.model.aspect import Depth
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.poll import gauge_door
from ccontrol.poll.gauge_door import GaugeDoor
from ccontrol.poll.metrics import GAUGE, Metric, Sample, exposition
from ccontrol.poll.tally import POLLS, Tally
from tests.unit.alerts.receivers import AT, HERE, closed_port, wait_for

BODY = b"ccontrol_info{} 1\n"


@given(st.text(), st.text(), st.floats(allow_nan=False, allow_infinity=False))
def test_whatever_things_are_called_somebody_elses_parser_reads_the_same(
    label: str, words: str, value: float
) -> None:
    site = label.replace("\r", "")  # its parser ends a line there, too
    sample: Sample = ((("site", site),), value)
    told = exposition([Metric("x", GAUGE, words.replace("\r", ""), (sample,))])
    (family,) = parsed(told.decode())
    (read,) = family.samples
    assert read.labels == {"site": site}
    assert read.value == value


def test_polls_are_counted_by_what_came_of_them() -> None:
    tally = Tally()
    for outcome in Outcome:
        tally.add(JournalEntry(AT, "press-3", outcome, Depth.GLANCE, requests=4, bytes_sent=9))
    tally.add(JournalEntry(AT, "", Outcome.FAILED, reason="of the store"))
    assert tally.outcomes == dict.fromkeys(POLLS, 1)
    assert (tally.requests, tally.bytes_sent) == (4 * len(Outcome), 9 * len(Outcome))


@dataclass
class Served:
    """A door in a loop of its own."""

    port: int
    door: GaugeDoor
    loop: asyncio.AbstractEventLoop

    def settle(self, port: int | None) -> None:
        wanted = None if port is None else (HERE, port)
        asyncio.run_coroutine_threadsafe(self.door.settle(wanted), self.loop).result(10)

    def get(self, method: str = "GET", path: str = "/metrics") -> tuple[int, bytes]:
        asking = http.client.HTTPConnection(HERE, self.port, timeout=10)
        try:
            asking.request(method, path)
            answer = asking.getresponse()
            return answer.status, answer.read()
        finally:
            asking.close()


@pytest.fixture
def served() -> Iterator[Served]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    found = Served(closed_port(), GaugeDoor(lambda: BODY), loop)
    found.settle(found.port)
    yield found
    asyncio.run_coroutine_threadsafe(found.door.close(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_a_client_gets_the_numbers_and_nothing_else(served: Served) -> None:
    assert served.get() == (200, BODY)
    assert served.get(path="/metrics?name[]=x") == (200, BODY)
    assert served.get("HEAD") == (200, b"")
    assert served.get(path="/")[0] == 404
    assert served.get("POST")[0] == 405


def test_it_moves_and_closes_as_the_configuration_wants(served: Served) -> None:
    old, served.port = served.port, closed_port()
    served.settle(served.port)
    assert served.get() == (200, BODY)
    served.settle(None)
    for port in (old, served.port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HERE, port), 5)


def test_a_place_that_is_taken_is_tried_again(served: Served) -> None:
    with socket.create_server((HERE, 0)) as taken:
        served.port = taken.getsockname()[1]
        served.settle(served.port)
    served.settle(served.port)
    assert served.get() == (200, BODY)


def test_who_asks_nothing_is_let_go_of_and_holds_nobody_up_for_long(
    served: Served,
) -> None:
    served.door.doorway.answer_s = 0.5
    with ExitStack() as stack:
        for _ in range(3 * gauge_door.CONNECTIONS_AT_MOST):
            stack.enter_context(socket.create_connection((HERE, served.port), 5))
        begun = time.monotonic()
        wait_for(lambda: answers(served))
        assert time.monotonic() - begun < 10


def answers(served: Served) -> bool:
    try:
        return served.get() == (200, BODY)
    except OSError:
        return False  # there are too many at once


@pytest.mark.parametrize("said", [b"x" * 100_000, b"\0\r\n\r\n", b"GET\r\n\r\n", b"GET /metrics"])
def test_what_is_no_question_is_no_harm(served: Served, said: bytes) -> None:
    with socket.create_connection((HERE, served.port), 5) as door:
        door.sendall(said)
        door.shutdown(socket.SHUT_WR)
        try:
            heard = door.recv(1_000)
        except ConnectionResetError:
            heard = b""
    assert heard == b"" or heard.startswith(b"HTTP/1.1 40")
    assert served.get() == (200, BODY)
