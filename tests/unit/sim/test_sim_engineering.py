"""An engineering station really loads: only where the CPU was told of it, and as captured."""

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snap7.client import Client
from snap7.error import S7Error
from snap7.type import Block as BlockType

from ccontrol.sim.connection import RubbishError
from ccontrol.sim.s7 import plant, wire
from ccontrol.sim.s7.block import Block, Kind, make_block
from ccontrol.sim.s7.cpu import Cpu, Mode
from ccontrol.sim.s7.diagnostics import Event
from ccontrol.sim.s7.engineering import CONTROL, END_LOAD, LOAD, START_LOAD, STOP, Engineering
from ccontrol.sim.s7.fault import Delay, Fault
from ccontrol.sim.s7.mc7 import Variable
from ccontrol.sim.s7.request_log import RequestLog
from ccontrol.sim.s7.server import Live, running
from ccontrol.sim.s7.station import TurnedDownError, at_work, download
from tests.unit.sim.conftest import Caller

ES = "127.0.0.9"
OB1 = plant.ob1(1, 3)


def events(cpu: Cpu) -> list[int]:
    return [int.from_bytes(entry[:2], "big") for entry in cpu.diagnostics.readable(running=True)]


def test_a_station_stops_loads_and_starts_and_the_cpu_tells_of_it(cpu: Cpu) -> None:
    big = plant.many_blocks(1, least=3_000)[0]
    before = cpu.words()
    with running(cpu, {ES}) as live:
        download(live.host, live.port, ES, (OB1, big))
        assert live.server.violations == []
        functions = {request.function for request in live.server.engineering}
        assert functions == {START_LOAD, LOAD, END_LOAD, CONTROL, STOP}
        assert live.server.log.total == 0
    assert cpu.block(Kind.OB, 1) == OB1
    assert cpu.block(*big.key) == big
    assert cpu.words() != before
    assert cpu.mode is Mode.RUN
    assert Event.STOP_BY_PG in events(cpu)


def test_a_station_deletes(cpu: Cpu) -> None:
    with running(cpu, {ES}) as live, at_work(live.host, live.port, ES) as station:
        station.delete((Kind.FC, 2))
        with pytest.raises(TurnedDownError):
            station.delete((Kind.FC, 2))
    assert cpu.block(Kind.FC, 2) is None


@pytest.mark.parametrize("named", [(), (ES,)])
def test_whoever_was_not_named_is_refused_and_it_counts(cpu: Cpu, named: tuple[str, ...]) -> None:
    with running(cpu, named) as live, at_work(live.host, live.port, "127.0.0.1") as station:
        for act in (station.stop, lambda: station.load(OB1), station.start):
            with pytest.raises(TurnedDownError):
                act()
        refused = [request.function for request in live.server.violations]
        assert refused == [STOP, START_LOAD, CONTROL]
        assert live.server.engineering == []
    assert cpu.mode is Mode.RUN
    assert cpu.block(Kind.OB, 1) != OB1


def test_a_reader_that_answers_what_nobody_asked_is_hung_up_on(
    call: Callable[..., Caller], live: Live
) -> None:
    caller = call()
    caller.send(bytes.fromhex("320300000001000100000000") + b"\x1c")
    assert caller.hear() == b""
    assert len(live.server.violations) == 1


def test_a_protected_cpu_wants_its_password_first(cpu: Cpu) -> None:
    cpu.level, cpu.password = 2, "secret"
    with (
        running(cpu, {ES}) as live,
        at_work(live.host, live.port, ES) as station,
        pytest.raises(TurnedDownError, match="D241"),
    ):
        station.load(OB1)


def test_what_the_cpu_asks_comes_behind_its_answer_though_that_is_late(cpu: Cpu) -> None:
    late: list[Fault] = [Delay(seconds=0.05)]
    with running(cpu, {ES}, faults=late) as live, at_work(live.host, live.port, ES) as station:
        station.load(OB1)
    assert cpu.block(Kind.OB, 1) == OB1


def test_a_block_that_is_none_is_never_in_force(cpu: Cpu) -> None:
    cut = Block(OB1.image[:-2])
    with (
        running(cpu, {ES}) as live,
        at_work(live.host, live.port, ES) as station,
        pytest.raises(TurnedDownError),
    ):
        station.load(cut)
    assert cpu.block(Kind.OB, 1) != cut
    assert cpu.loaded == {}


def test_python_snap7_loads_a_block_too(cpu: Cpu) -> None:
    block = plant.data_block(10, *(Variable("STATIC", "INT", at) for at in range(200)))
    with running(cpu, {"127.0.0.1"}) as live:
        client = Client()
        client.connect(live.host, 0, 2, live.port)
        client.download(bytearray(block.image), 10)
        client.plc_stop()
        client.plc_hot_start()
        with pytest.raises(S7Error):
            client.delete(BlockType.OB, 77)
        client.disconnect()
        assert cpu.loaded == {block.key: block}
    assert cpu.mode is Mode.RUN


CAPTURED = (
    # tia_s300_downloadOb1: a block of 332 bytes, 212 of them code, and what puts it in force
    "1a00010000000000095f30383030303031500d31303030333332303030323132",
    "1b00000000000000095f3038303030303150",
    "1c00000000000000095f3038303030303150",
    "28000000000000fd000a01003038303030303150055f494e5345",
    # tia_s300_downloadHwConfig
    "29000000000009505f50524f4752414d",
    "28000000000000fd000a01003042303230303041055f44454c45",
)


def test_the_frames_are_those_of_tia_portal_and_a_real_cpu(cpu: Cpu) -> None:
    code = bytes(212)
    block = make_block(Kind.OB, 1, code, changed=plant.BUILT, interface=bytes(332 - 72 - len(code)))
    with running(cpu, {ES}) as live, at_work(live.host, live.port, ES) as station:
        station.load(block)
        station.stop()
        with pytest.raises(TurnedDownError):
            station.delete((Kind.SDB, 2000))
        jobs = [asked.raw[10:].hex() for asked in live.server.engineering if asked.kind == wire.JOB]
    assert jobs == [CAPTURED[0], *CAPTURED[3:]]


def test_the_cpu_asks_for_a_block_as_a_real_one_does(cpu: Cpu) -> None:
    session = Engineering(cpu, RequestLog())
    session.answer(wire.parse_pdu(wire.job(0xBD0A, bytes.fromhex(CAPTURED[0]))))
    asked = session.asks()
    assert asked[10:].hex() == CAPTURED[1]
    assert session.asks() == b""
    piece = bytes.fromhex("0008") + b"\x00\xfb" + bytes(8)
    session.answer(wire.parse_pdu(wire.reply(wire.parse_pdu(asked), b"\x1b\x00", piece)))
    ended = session.asks()
    assert ended[10:].hex() == CAPTURED[2]
    assert int.from_bytes(ended[4:6], "big") - int.from_bytes(asked[4:6], "big") == 2


@given(
    st.lists(
        st.tuples(
            st.sampled_from([wire.JOB, wire.ACK_DATA]),
            st.integers(0, 4),
            st.sampled_from([START_LOAD, LOAD, END_LOAD, CONTROL, STOP]),
            st.binary(max_size=40),
            st.binary(max_size=80),
        ),
        max_size=8,
    )
)
def test_whatever_a_station_says_it_is_answered_or_hung_up_on(
    said: list[tuple[int, int, int, bytes, bytes]],
) -> None:
    cpu = plant.press()
    session = Engineering(cpu, RequestLog())
    session.answer(wire.parse_pdu(wire.job(1, bytes.fromhex(CAPTURED[0]))))
    with contextlib.suppress(RubbishError):
        for kind, reference, function, parameter, data in said:
            message = wire.job(reference, bytes((function,)) + parameter, data)
            if kind == wire.ACK_DATA:
                message = bytes((0x32, kind)) + message[2:10] + b"\0\0" + message[10:]
            session.answer(wire.parse_pdu(message))
            session.asks()
    assert all(key == block.key for key, block in cpu.loaded.items())


def test_a_station_reads_like_everybody_else(cpu: Cpu) -> None:
    with running(cpu, {"127.0.0.1"}) as live:
        client = Client()
        client.connect(live.host, 0, 2, live.port)
        assert client.get_cpu_info().ModuleName == b"press-3"
        client.disconnect()
