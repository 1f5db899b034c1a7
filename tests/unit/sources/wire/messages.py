"""Messages of the protocols, made by hand from their published layouts, and short conversations."""

import struct

from tests.unit.sources.wire.packets import CONTROLLER_MAC, STATION_MAC, Line, Talk, ethernet


def tpkt(cotp: bytes) -> bytes:
    return struct.pack(">BBH", 3, 0, 4 + len(cotp)) + cotp


def data(message: bytes, *, last: bool = True) -> bytes:
    return tpkt(bytes((2, 0xF0, 0x80 if last else 0)) + message)


def connect(called: bytes, calling: bytes = b"\x01\x00") -> bytes:
    names = b"\xc1" + bytes((len(calling),)) + calling + b"\xc2" + bytes((len(called),)) + called
    return tpkt(bytes((6 + len(names), 0xE0)) + b"\0\0\0\1\0" + names)


def s7(kind: int, reference: int, parameter: bytes, content: bytes = b"", error: int = -1) -> bytes:
    head = struct.pack(">BBHHHH", 0x32, kind, 0, reference, len(parameter), len(content))
    if error >= 0:
        head += struct.pack(">H", error)
    return data(head + parameter + content)


def job(reference: int, parameter: bytes, content: bytes = b"") -> bytes:
    return s7(1, reference, parameter, content)


def ack(reference: int, parameter: bytes, content: bytes = b"", error: int = 0) -> bytes:
    return s7(3, reference, parameter, content, error)


def service(name: bytes, argument: bytes = b"") -> bytes:
    """A job's parameter that calls a service (0x28)."""
    head = b"\x28" + bytes(6) + b"\xfd" + struct.pack(">H", len(argument))
    return head + argument + bytes((len(name),)) + name


def block_name(function: int, name: bytes) -> bytes:
    return bytes((function, 0)) + bytes(6) + bytes((len(name),)) + name


def image(size: int = 300, checksum: int = 0x5935) -> bytes:
    """A block whose head says its size, and whose last 36 bytes hold a checksum."""
    head = b"pp\1\1\3\x08\0\1" + struct.pack(">I", size) + bytes(4)
    head += struct.pack(">IH", 1_000, 11_000) * 2 + bytes(8)
    tail = bytes(26) + struct.pack(">H", checksum) + bytes(8)
    return head + (bytes(range(1, 200)) * 9)[: size - 72] + tail


def load_block(talk: Talk, reference: int, name: bytes = b"_0800001P", block: bytes = b"") -> None:
    """A whole load: asked for by the controller in two pieces, ended, put into use."""
    block = block or image()
    start = block_name(0x1A, name) + b"\x0d1" + b"%06d" % len(block) + b"%06d" % 100
    talk.asks(job(reference, start))
    talk.answers(ack(reference, b"\x1a"))
    for at, piece in enumerate((block[:150], block[150:])):
        talk.answers(job(at, block_name(0x1B, name)))
        content = struct.pack(">HH", len(piece), 0x00FB) + piece
        talk.asks(ack(at, bytes((0x1B, 1 - at)), content))
    talk.answers(job(2, block_name(0x1C, name)))
    talk.asks(ack(2, b"\x1c"))
    talk.asks(job(reference + 1, service(b"_INSE", b"\1\0" + name[1:])))
    talk.answers(ack(reference + 1, b"\x28"))


def userdata(reference: int, group: int, sub: int, content: bytes = b"") -> bytes:
    return s7(7, reference, bytes((0, 1, 0x12, 4, 0x11, 0x40 | group, sub, 0)), content)


def told(reference: int, group: int, sub: int, error: int = 0) -> bytes:
    head = bytes((0, 1, 0x12, 8, 0x12, 0x80 | group, sub, 0, 0, 0))
    return s7(7, reference, head + struct.pack(">H", error), b"\x0a\0\0\0")


def plus(version: int, body: bytes, *, last: bool = True) -> bytes:
    digest = b"\x20" + bytes(32) if version == 3 else b""
    whole = digest + body
    trailer = struct.pack(">BBH", 0x72, version, 0) if last else b""
    return data(struct.pack(">BBH", 0x72, version, len(whole)) + whole + trailer)


def plus_request(function: int, number: int, content: bytes, session: int = 0x3C0) -> bytes:
    return struct.pack(">BHHHHIB", 0x31, 0, function, 0, number, session, 0x34) + content


def plus_answer(function: int, number: int, content: bytes = b"\0") -> bytes:
    return struct.pack(">BHHHHB", 0x32, 0, function, 0, number, 0x34) + content


def text(attribute: bytes, value: bytes) -> bytes:
    return b"\xa3" + attribute + b"\0\x15" + bytes((len(value),)) + value


def new_object(parent: int, ident: int, kind: bytes, *texts: bytes) -> bytes:
    head = struct.pack(">I", parent) + b"\0\4\0\0\0\0\0\xa1" + struct.pack(">I", ident)
    return head + kind + b"\0\0" + b"".join(texts) + b"\xa2\0\0\0\0"


def enip(command: int, content: bytes, context: bytes = b"\1\2\3\4\5\6\7\x08") -> bytes:
    return struct.pack("<HHII8sI", command, len(content), 0x1111, 0, context, 0) + content


def unconnected(cip: bytes, context: bytes = b"\1\2\3\4\5\6\7\x08") -> bytes:
    items = struct.pack("<IHHHHHH", 0, 0, 2, 0, 0, 0xB2, len(cip)) + cip
    return enip(0x6F, items, context)


def connected(cip: bytes, connection: int, count: int) -> bytes:
    head = struct.pack("<IHHHHI", 0, 0, 2, 0xA1, 4, connection)
    return enip(0x70, head + struct.pack("<HHH", 0xB1, len(cip) + 2, count) + cip)


def epath(*steps: tuple[int, int]) -> bytes:
    return b"".join(
        bytes((0x20, kind)) + b"\x25\0" + struct.pack("<H", instance) for kind, instance in steps
    )


def cip(service_code: int, path: bytes, content: bytes = b"") -> bytes:
    return bytes((service_code, len(path) // 2)) + path + content


def cip_answer(service_code: int, status: int = 0, content: bytes = b"") -> bytes:
    return bytes((service_code | 0x80, 0, status, 0)) + content


def several(*requests: bytes) -> bytes:
    """The content of a packet of several services, or of the answer to one."""
    at = 2 + 2 * len(requests)
    begins = []
    for request in requests:
        begins.append(at)
        at += len(request)
    return struct.pack(f"<H{len(begins)}H", len(begins), *begins) + b"".join(requests)


def forward_open(to_originator: int, slot: int = 3, serial: int = 0xCAFE) -> bytes:
    way = bytes((1, slot)) + b"\x20\x02\x24\x01"
    content = struct.pack("<BBIIHHI", 3, 250, 0, to_originator, 7, 0x004D, serial)
    content += struct.pack("<B3xIHIHB", 3, 1, 0x43F4, 1, 0x43F4, 0xA3)
    return cip(0x54, b"\x20\x06\x24\x01", content + bytes((len(way) // 2,)) + way)


def modbus(number: int, pdu: bytes, unit: int = 1) -> bytes:
    return struct.pack(">HHHB", number, 0, len(pdu) + 1, unit) + pdu


def umas(number: int, function: int, content: bytes = b"", session: int = 0x21) -> bytes:
    return modbus(number, bytes((0x5A, session, function)) + content)


def fins(command: int, number: int = 1, content: bytes = b"", *, answer: bool = False) -> bytes:
    icf = 0xC0 if answer else 0x80
    head = bytes((icf, 0, 2, 0, 20, 0, 0, 10, 0, number))
    return head + command.to_bytes(2, "big") + content


def fins_tcp(message: bytes) -> bytes:
    return b"FINS" + struct.pack(">III", 8 + len(message), 2, 0) + message


def ams(command: int, content: bytes, *, port: int = 851, answer: bool = False) -> bytes:
    mine, theirs = bytes((192, 0, 2, 10, 1, 1)), bytes((192, 0, 2, 20, 1, 1))
    source, target = (theirs, mine) if answer else (mine, theirs)
    flags = 5 if answer else 4
    head = target + struct.pack("<H", port) + source
    head += struct.pack("<HHHIII", 33_000, command, flags, len(content), 0, 77)
    return struct.pack("<HI", 0, len(head) + len(content)) + head + content


def dcp(line: Line, blocks: bytes, *, answer: bool = False) -> None:
    head = struct.pack(">HBBIHH", 0xFEFD, 4, int(answer), 0x1234, 0, len(blocks))
    macs = (CONTROLLER_MAC, STATION_MAC) if answer else (STATION_MAC, CONTROLLER_MAC)
    line.put(ethernet(*macs, 0x8892, (head + blocks).ljust(46, b"\0")))


def dcp_block(option: int, sub: int, value: bytes) -> bytes:
    return struct.pack(">BBH", option, sub, len(value)) + value + bytes(len(value) & 1)
