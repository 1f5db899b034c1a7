"""Passwords and their like are in no event, no act and no error, however they come by."""

import struct

from ccontrol.canonical.events import render
from tests.unit.sources.wire import messages as m
from tests.unit.sources.wire.listening import listen, read_bytes
from tests.unit.sources.wire.packets import Line, Talk, pcap

SECRET = b"Hunter2!"


def test_no_password_is_kept_anywhere() -> None:
    line = Line()
    siemens = Talk(line)
    siemens.asks(m.connect(b"SIMATIC-ROOT-ES"))
    siemens.asks(m.userdata(1, 5, 1, b"\xff\x09\0\x08" + SECRET))
    siemens.answers(m.told(1, 5, 1, error=0xD602))
    for number, attribute in enumerate((b"\x82\x30", b"\x8e\x36")):
        answer = struct.pack(">I", 0x3C0) + b"\1" + attribute + b"\0\x14\0\x08" + SECRET
        siemens.asks(m.plus(3, m.plus_request(0x04F2, number, answer)))
        several = struct.pack(">I", 0x3C0) + b"\1\1" + attribute + b"\1\0\x15\x08" + SECRET
        siemens.asks(m.plus(3, m.plus_request(0x0542, 50 + number, several)))
    schneider = Talk(line, 502, 50_002)
    schneider.asks(m.umas(1, 0x6E, SECRET))
    acts = [act for _, act in listen(line.frames)]
    assert [act.action for act in acts] == ["credential.use"] * 6
    assert all(act.redacted for act in acts)
    reading = read_bytes(pcap(line.frames))
    kept = b"".join(render(event) for event in reading.events) + repr(reading).encode()
    for form in (SECRET, SECRET.hex().encode(), SECRET.decode().lower().encode()):
        assert form not in kept


def test_values_that_are_written_are_not_kept_either() -> None:
    line = Line()
    Talk(line, 502).asks(m.modbus(1, b"\x10\0\1\0\4\x08" + SECRET))
    Talk(line, 44_818, 50_002).asks(
        m.unconnected(m.cip(0x4D, b"\x91\x02Pw", b"\xd0\0\1\0" + SECRET))
    )
    Talk(line, 9_600, 50_003).asks(m.fins_tcp(m.fins(0x0305, 1, SECRET)))
    reading = read_bytes(pcap(line.frames))
    assert len(reading.events) == 3
    assert SECRET not in b"".join(render(event) for event in reading.events)
