"""No bytes can stop the witness: every decoder, every wrapping, every file of rubbish."""

import io
import random
import struct
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccontrol.errors import BadFileError
from ccontrol.sources.actions import ACTIONS
from ccontrol.sources.acts import Act, Tally
from ccontrol.sources.files import read
from ccontrol.sources.wire import framing
from ccontrol.sources.wire.cip_path import path_of
from ccontrol.sources.wire.flow import Family, Flow, Opening
from ccontrol.sources.wire.links import innermost
from ccontrol.sources.wire.protocols import DCP_FAMILY, STREAMS
from ccontrol.sources.wire.recording import Frame
from ccontrol.sources.wire.streams import NO_MESSAGE, Now
from ccontrol.sources.wire.table import Watchlist
from tests.laws import examples
from tests.unit.sources.wire import messages as m
from tests.unit.sources.wire.listening import listen
from tests.unit.sources.wire.packets import Line, Talk, pcap, pcapng

QUICK = settings(
    max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

GOOD = {
    "s7": [
        m.connect(b"SIMATIC-ROOT-ES"),
        m.job(1, m.block_name(0x1A, b"_0800001P") + b"\x0d1000332000212"),
        m.job(2, m.service(b"_INSE", b"\1\x000800001P")),
        m.ack(2, b"\x28"),
        m.userdata(3, 7, 2, bytes(10)),
        m.told(3, 7, 2),
        m.plus(1, m.plus_request(0x04CA, 1, m.new_object(3, 0x8A320001, b"\x94\x57"))),
        m.plus(2, m.plus_request(0x0542, 2, b"\0\0\0\0\1\4\0\x88\xd0\xb8\x80\x06" + bytes(20))),
        m.plus(3, m.plus_answer(0x04CA, 1, b"\0\2\x87\x40\x87\x07")),
    ],
    "enip": [
        m.unconnected(m.forward_open(0xBBBB)),
        m.unconnected(m.cip(0x0A, m.epath((2, 1)), m.several(m.cip(8, m.epath((0x68, 2)))))),
        m.connected(
            m.cip(0x4B, m.epath((0x67, 1)), b"\x07" + bytes(6) + b"\x0f\0\1\0\x80\6"), 1, 2
        ),
        m.connected(m.cip_answer(0x4B, 0, b"\x07" + bytes(10)), 1, 2),
    ],
    "modbus": [m.modbus(1, b"\x10\0\1\0\1\2ab"), m.umas(2, 0x38, bytes(33) + b"\x5a\0\x40")],
    "fins": [m.fins_tcp(m.fins(0x0307, 1)), m.fins_tcp(m.fins(0x0307, 1, b"\0\0", answer=True))],
    "ads": [m.ams(5, bytes(8), port=10_000), m.ams(5, bytes(4), answer=True)],
}


def ear(family: Family) -> tuple[Flow, list[Act]]:
    """A flow of its own, whose acts land in the list."""
    acts: list[Act] = []
    opening = Opening(bytes(12), True, ((bytes(4), 1), (bytes(4), 2)), (b"", b""))
    return Flow(opening, family, Now(), lambda _, act: acts.append(act)), acts


@st.composite
def spoilt(draw: st.DrawFn) -> tuple[str, bytes]:
    """A good message with some bytes changed, cut or added."""
    name = draw(st.sampled_from(sorted(GOOD)))
    message = bytearray(draw(st.sampled_from(GOOD[name])))
    for _ in range(draw(st.integers(0, 6))):
        message[draw(st.integers(0, len(message) - 1))] = draw(st.integers(0, 255))
    cut = draw(st.integers(0, len(message)))
    return name, bytes(message[:cut]) + draw(st.binary(max_size=20))


@QUICK
@given(
    st.sampled_from(sorted(STREAMS)), st.lists(st.tuples(st.binary(max_size=200), st.booleans()))
)
def test_every_decoder_takes_any_message(name: str, said: list[tuple[bytes, bool]]) -> None:
    flow, acts = ear(STREAMS[name])
    for message, from_server in said:
        flow.hear(message, from_server)
    assert {act.action for act in acts} <= ACTIONS.keys()


@QUICK
@given(st.lists(st.tuples(spoilt(), st.booleans()), max_size=12))
def test_every_decoder_takes_messages_that_are_nearly_good(
    said: list[tuple[tuple[str, bytes], bool]],
) -> None:
    flows = {name: ear(family) for name, family in STREAMS.items()}
    for (name, message), from_server in said:
        flow, acts = flows[name]
        flow.hear(message, from_server)
        for act in acts:
            act.tallies = (Tally(),)
            assert act.action in ACTIONS
            assert len(act.name) <= 300


@QUICK
@given(st.binary(max_size=120), st.booleans())
def test_dcp_takes_any_frame(message: bytes, from_server: bool) -> None:
    flow, acts = ear(DCP_FAMILY)
    flow.hear(b"\xfe\xfd\4" + message, from_server)
    assert {act.action for act in acts} <= ACTIONS.keys()


FRAMINGS: list[Callable[[bytes, int], int]] = [
    framing.tpkt,
    framing.enip,
    framing.modbus,
    framing.fins,
    framing.ams,
]


@QUICK
@given(st.sampled_from(FRAMINGS), st.binary(min_size=1, max_size=60), st.data())
def test_a_framing_never_stands_still(
    frame: Callable[[bytes, int], int], data: bytes, draw: st.DataObject
) -> None:
    at = draw.draw(st.integers(0, len(data) - 1))
    size = frame(data, at)
    assert size in {NO_MESSAGE, 0} or size >= 6


@QUICK
@given(st.sampled_from([0, 1, 12, 101, 108, 113, 228, 276, 999]), st.binary(max_size=200))
def test_any_frame_of_any_link_is_unwrapped_or_passed_over(link: int, data: bytes) -> None:
    packet = innermost(link, data)
    assert packet is None or len(packet.key) in {12, 16, 36}


@QUICK
@given(st.binary(max_size=120))
def test_any_path_ends(data: bytes) -> None:
    path = path_of(data)
    assert len(path.symbol) <= 64
    assert len(path.route) <= 8


@QUICK
@given(
    st.sampled_from([b"", b"\xd4\xc3\xb2\xa1", b"\x0a\x0d\x0d\x0a", b"#separator \\x09\n", b'{"']),
    st.binary(max_size=400),
)
def test_any_file_is_read_or_refused(magic: bytes, rest: bytes) -> None:
    try:
        reading = read(io.BytesIO(magic + rest), "rubbish", Watchlist())
    except BadFileError:
        return
    assert reading.events == ()


FORMS: list[Callable[[list[Frame]], bytes]] = [pcap, pcapng]


@QUICK
@given(st.sampled_from(FORMS), st.integers(0, 2**32), st.integers(1, 8))
def test_a_recording_with_spoilt_bytes_is_read_as_far_as_it_goes(
    form: Callable[[list[Frame]], bytes], seed: int, spoils: int
) -> None:
    line = Line()
    talk = Talk(line)
    talk.asks(m.connect(b"\x01\x02"))
    m.load_block(talk, 3)
    data = bytearray(form(line.frames))
    chance = random.Random(seed)
    for _ in range(spoils):
        data[chance.randrange(4, len(data))] = chance.randrange(256)
    try:
        reading = read(io.BytesIO(bytes(data)), "spoilt", Watchlist())
    except BadFileError:
        return
    assert reading.items <= len(line.frames) + spoils


@QUICK
@given(st.integers(0, 2**32), st.sampled_from(sorted(GOOD)))
def test_order_duplication_and_cutting_into_segments_change_nothing(seed: int, name: str) -> None:
    chance = random.Random(seed)
    port = {"s7": 102, "enip": 44_818, "modbus": 502, "fins": 9_600, "ads": 48_898}[name]
    stream = b"".join(GOOD[name][:3])
    whole, pieces = Line(), Line()
    Talk(whole, port).asks(stream)
    talk = Talk(pieces, port)
    at = 0
    while at < len(stream):
        size = chance.randrange(1, 60)
        talk.asks(stream[at : at + size])
        at += size
    head, body = pieces.frames[:3], pieces.frames[3:]
    body = [frame for frame in body for _ in range(chance.randrange(1, 3))]
    for at in range(len(body) - 1):
        if chance.random() < 0.3:
            body[at], body[at + 1] = body[at + 1], body[at]
    want = [(act.action, act.name) for _, act in listen(whole.frames)]
    assert [(act.action, act.name) for _, act in listen(head + body)] == want


def test_a_time_beyond_every_calendar_is_still_an_event() -> None:
    line = Line()
    Talk(line).asks(m.job(1, m.service(b"_GARB")))
    frames = [frame._replace(time_ns=2**64 * 10**9 - 1) for frame in line.frames]
    data = pcapng(frames[:0])
    for frame in frames:
        packet = struct.pack("<IIIII", 0, 2**32 - 1, 2**32 - 1, len(frame.data), frame.length)
        body = packet + frame.data + bytes(-len(frame.data) % 4)
        size = struct.pack("<I", 12 + len(body))
        data += struct.pack("<I", 6) + size + body + size
    (event,) = read(io.BytesIO(data), "late", Watchlist()).events
    assert event.first.year in range(1970, 10_000)
