"""The line between reader and CPU: who is let in, and what goes wrong."""

import socket
import struct
import time
from collections.abc import Callable
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccontrol.sim.s7 import fault
from ccontrol.sim.s7.connections import ClientType
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.server import Live
from tests.unit.sim.conftest import Caller, error_of, knock

Call: TypeAlias = Callable[..., Caller]
MODE = b"\x04\x24\x00\x00"


def test_a_wrong_slot_is_turned_away(live: Live) -> None:
    caller, answer = knock(live.port, b"\x02\x05")
    assert answer[5] == 0x80
    assert caller.packet() == b""
    caller.line.close()
    assert live.server.log.turned_away == 1


def test_a_full_cpu_turns_away_and_says_so_before(call: Call, live: Live) -> None:
    cpu = live.cpu
    cpu.connections.elsewhere[ClientType.OTHER] = 13
    first = call()
    words = struct.unpack(">8H", first.szl(0x0132, 1)[0][:16])
    assert words == (1, 1, 1, 0, 1, 0, 13, 1)
    call()
    caller, answer = knock(live.port)
    caller.line.close()
    assert answer[5] == 0x80
    call(called=b"\x01\x02")  # the place that is kept for a PG


def test_a_place_is_free_again_when_its_client_leaves(live: Live) -> None:
    live.cpu.connections.total = 3
    for _ in range(6):
        caller, answer = knock(live.port)
        assert answer[5] == 0xD0
        caller.line.shutdown(socket.SHUT_RDWR)
        caller.line.close()
        _until(lambda: not live.cpu.connections.here[ClientType.OP])


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_it_loses_power_and_comes_back_on_its_port(call: Call, live: Live) -> None:
    caller = call()
    port = live.port
    live.vanish()
    with pytest.raises(ConnectionError):
        _hear_the_end(caller)
    with pytest.raises(ConnectionRefusedError):
        knock(port)
    live.come_back()
    assert live.port == port
    assert call().szl(0x0424)


def _hear_the_end(caller: Caller) -> None:
    if caller.line.recv(10) == b"":
        raise ConnectionResetError("closed")


def test_segments_are_put_together_in_both_directions(call: Call, live: Live) -> None:
    live.faults.append(fault.Segmented(size=9))
    caller = call()
    pdu = bytes.fromhex("3207000000990008000800011204114401 00ff0900040424 0000")
    for at in range(0, len(pdu), 7):
        piece = pdu[at : at + 7]
        end = 0x80 if at + 7 >= len(pdu) else 0
        caller.line.sendall(struct.pack(">HHBBB", 0x300, len(piece) + 7, 2, 0xF0, end) + piece)
    assert error_of(caller.hear()) == 0
    assert caller.szl(0x1C)


def test_silence(call: Call, live: Live) -> None:
    live.faults.append(fault.Silence(first=2, last=2))
    caller = call()
    caller.line.settimeout(0.1)
    with pytest.raises(TimeoutError):
        caller.userdata(4, 1, MODE)
    caller.line.settimeout(60)
    assert caller.szl(0x0424)


def test_reset(call: Call, live: Live) -> None:
    live.faults.append(fault.Reset(first=2))
    with pytest.raises(ConnectionResetError):
        call().userdata(4, 1, MODE)


def test_cut_in_the_middle_of_an_answer(call: Call, live: Live) -> None:
    live.faults.append(fault.Cut(first=3, keep=20))
    caller = call()
    assert caller.szl(0x0424)
    assert caller.userdata(4, 1, MODE) == b""
    assert len(caller.buffer) == 20


def test_delay_and_order(call: Call, live: Live) -> None:
    live.faults.append(fault.Delay(seconds=0.05, first=2, last=2))
    caller = call()
    started = time.monotonic()
    ask = bytes.fromhex("3207000000090008000800011204114401 00ff0900040424 0000")
    caller.send(ask)
    caller.send(ask[:5] + b"\x0a" + ask[6:])
    assert [caller.hear()[5], caller.hear()[5]] == [9, 10]
    assert time.monotonic() - started >= 0.05


def test_dribbling(call: Call, live: Live) -> None:
    live.faults.append(fault.Dribble(first=2, rate=200))
    caller = call()
    started = time.monotonic()
    assert caller.szl(0x0424)
    assert time.monotonic() - started >= 0.2


def test_a_truncated_list_announces_more_than_it_has(call: Call, live: Live) -> None:
    live.faults.append(fault.Truncated(missing=20))
    found = call().whole(4, 1, b"\x00\xa0\x00\x00")
    length, count = struct.unpack(">HH", found[4:8])
    assert len(found) - 8 == length * (count - 1)


def test_wrong_counts(call: Call, live: Live, cpu: Cpu) -> None:
    live.faults.append(fault.WrongCount(by=2))
    caller = call()
    found = caller.whole(4, 1, MODE)
    assert struct.unpack(">HH", found[4:8]) == (20, 3)
    counts = dict(struct.iter_unpack(">2sH", caller.whole(3, 1)))
    assert counts[b"08"] == 3


def test_a_stale_reference(call: Call, live: Live) -> None:
    live.faults.append(fault.StaleReference(first=2))
    caller = call()
    answer = caller.userdata(4, 1, MODE)
    assert int.from_bytes(answer[4:6], "big") == caller.reference - 1


def test_rubbish(call: Call, live: Live) -> None:
    live.faults.append(fault.Rubbish(first=2, last=2, data=b"\xff" * 9))
    caller = call()
    assert caller.userdata(4, 1, MODE) == b"\xff" * 9


def test_fragments_without_end(call: Call, live: Live) -> None:
    live.faults.append(fault.Endless(first=2))
    caller = call()
    answer = caller.userdata(4, 1, MODE)
    for _ in range(200):
        assert answer[19] == 1
        answer = caller.follow_up(4, 1, answer[17])
    start = caller.job(b"\x1d\x00\x00\x00\x00\x00\x00\x00\x09_0A00010A")
    for _ in range(200):
        assert caller.job(b"\x1e\x00\x00\x00" + start[16:20])[13] == 1


def test_a_flood_ends_with_its_client(call: Call, live: Live) -> None:
    live.faults.append(fault.Flood(first=2, last=2, connection=1))
    caller = call()
    assert caller.szl(0x0424)
    assert all(caller.hear()[26:30] == MODE for _ in range(300))
    caller.line.close()
    assert call().szl(0x0424)


def test_a_refusal_of_the_first_upload(call: Call, live: Live) -> None:
    live.faults.append(fault.Refuse(first=2, last=2))
    caller = call()
    assert caller.job(b"\x1d\x00\x00\x00\x00\x00\x00\x00\x09_0A00010A")[-2:] == b"\x87\x02"
    assert caller.upload(b"0A00010")


def test_a_fault_may_strike_one_connection_only(call: Call, live: Live) -> None:
    live.faults.append(fault.Reset(connection=2))
    first = call()
    caller, _ = knock(live.port)
    with pytest.raises(ConnectionResetError):
        caller.setup()
    caller.line.close()
    assert first.szl(0x0424)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=60), st.booleans())
def test_hostile_bytes_never_hurt_the_others(live: Live, rubbish: bytes, framed: bool) -> None:
    caller, _ = knock(live.port)
    frame = struct.pack(">HHBBB", 0x300, len(rubbish) + 7, 2, 0xF0, 0x80) + rubbish
    caller.line.sendall(frame if framed else rubbish)
    caller.line.close()
    other, answer = knock(live.port)
    assert answer[5] == 0xD0
    assert other.setup() == 240
    other.line.close()
