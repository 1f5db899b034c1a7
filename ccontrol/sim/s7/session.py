"""One client's conversation with a CPU: message in, message out. Opens nothing, waits never."""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from ccontrol.sim.connection import RubbishError
from ccontrol.sim.s7 import szl, wire
from ccontrol.sim.s7.block import BY_LETTER, Kind
from ccontrol.sim.s7.cpu import Cpu
from ccontrol.sim.s7.diagnostics import bcd_time
from ccontrol.sim.s7.fault import NO_FAULT, Fault
from ccontrol.sim.s7.request_log import Request, RequestLog, classify
from ccontrol.sim.s7.szl_record import NO_SUCH_LIST, RefusedError

FUNCTION_UNKNOWN = 0x8104
PROTECTED = 0xD241
WRONG_PASSWORD = 0xD602
NO_SUCH_BLOCK = 0xD209
NO_SUCH_CODE_BLOCK = 0xD20C
NONE_OF_THIS_TYPE = 0xD20E
OBJECT_MISSING = 0x0A
_FOLLOW_UP = 0x12
_COUNTED = (Kind.OB, Kind.FB, Kind.FC, Kind.DB, Kind.SDB, Kind.SFC, Kind.SFB)


class JobRefusedError(Exception):
    """A job that the CPU answers with an error word."""

    def __init__(self, error: int) -> None:
        super().__init__(f"{error:04x}")
        self.error = error


@dataclass
class _Fragments:
    """The rest of an answer that did not fit into one message."""

    group: int
    subfunction: int
    unit: int
    whole: bytes
    room: int
    sent: int = 0

    def next(self, *, endless: bool) -> tuple[bytes, bool]:
        """The next piece, and whether more follow."""
        piece = self.whole[self.sent : self.sent + self.room]
        self.sent += len(piece)
        if endless and self.sent >= len(self.whole):
            self.sent = 0
            return piece, True
        return piece, self.sent < len(self.whole)


@dataclass
class _Upload:
    image: bytes
    sent: int = 0


def password_scrambled(password: str) -> bytes:
    """The eight bytes that a password becomes on the wire (capture step7_s300_AuthPassword)."""
    plain = password.encode("latin-1")[:8].ljust(8)
    wired = bytearray()
    for at, byte in enumerate(plain):
        wired.append(byte ^ 0x55 ^ (wired[at - 2] if at >= 2 else 0))  # noqa: PLR2004 — two back
    return bytes(wired)


class Session:
    """State of one connection: negotiated size, open uploads, fragments, password."""

    def __init__(self, cpu: Cpu, log: RequestLog, connection: int = 1) -> None:
        self._cpu = cpu
        self._log = log
        self._connection = connection
        self._pdu_length = cpu.model.pdu_limit
        self._uploads: dict[int, _Upload] = {}
        self._next_upload = 7
        self._fragments: _Fragments | None = None
        self._sequence = 0
        self._let_in = False
        self._jobs: dict[int, Callable[[wire.Pdu, Fault], bytes]] = {
            0xF0: self._setup,
            0x04: self._read_var,
            0x1D: self._start_upload,
            0x1E: self._go_on_uploading,
            0x1F: self._end_upload,
        }
        self._questions: dict[tuple[int, int], Callable[[bytes], bytes | None]] = {
            (3, 1): self._count_blocks,
            (3, 2): self._list_blocks,
            (3, 3): self._block_info,
            (4, 1): self._szl,
            (5, 1): self._enter_password,
            (5, 2): self._leave_password,
            (7, 1): self._clock,
        }

    def answer(self, pdu: wire.Pdu, fault: Fault = NO_FAULT) -> bytes:
        """Return the CPU's answer to one message, spoilt by the fault where it strikes."""
        request = classify(self._connection, pdu)
        self._log.note(request)
        if pdu.kind == wire.JOB:
            return self._answer_job(pdu, request, fault)
        if pdu.kind == wire.USERDATA:
            return self._answer_userdata(pdu, request, fault)
        return self._take(pdu)

    def asks(self) -> bytes:
        """Return the job that the CPU itself has for the client, empty for none."""
        return b""

    def _take(self, pdu: wire.Pdu) -> bytes:
        """Take the answer to a job of the CPU; return what answers that, empty for nothing."""
        raise RubbishError(f"an answer to nothing: {pdu.raw[:12].hex()}")

    # ---- jobs

    def _answer_job(self, pdu: wire.Pdu, request: Request, fault: Fault) -> bytes:
        handler = self._jobs.get(request.function or 0)
        if handler is None:
            return wire.refusal(pdu, FUNCTION_UNKNOWN)
        if fault.refusal is not None and handler != self._setup:
            return wire.refusal(pdu, fault.refusal)
        try:
            return handler(pdu, fault)
        except JobRefusedError as refused:
            return wire.refusal(pdu, refused.error)

    def _setup(self, pdu: wire.Pdu, _fault: Fault) -> bytes:
        if len(pdu.parameter) != 8:  # noqa: PLR2004 — function, spare, two parallelisms, length
            raise RubbishError("setup of another length")
        calling, called, length = struct.unpack(">HHH", pdu.parameter[2:])
        self._pdu_length = max(min(length, self._cpu.model.pdu_limit), 64)
        agreed = struct.pack(">BBHHH", 0xF0, 0, min(calling, 1), min(called, 1), self._pdu_length)
        return wire.reply(pdu, agreed)

    def _read_var(self, pdu: wire.Pdu, _fault: Fault) -> bytes:
        """Every variable is one that does not exist: values are read with the blocks."""
        count = pdu.parameter[1] if len(pdu.parameter) > 1 else 0
        return wire.reply(pdu, bytes((0x04, count)), bytes((OBJECT_MISSING, 0, 0, 0)) * count)

    def _start_upload(self, pdu: wire.Pdu, fault: Fault) -> bytes:
        if self._cpu.level >= 3 and not self._let_in:  # noqa: PLR2004 — no reading without password
            raise JobRefusedError(PROTECTED)
        kind, number, _where = block_name(pdu.parameter[11:18])
        image = self._cpu.upload(kind, number) if kind else None
        if kind is None or image is None:
            missing = NO_SUCH_BLOCK if kind in (Kind.DB, None) else NO_SUCH_CODE_BLOCK
            raise JobRefusedError(missing)
        number_of_upload, self._next_upload = self._next_upload, self._next_upload + 1
        self._uploads[number_of_upload] = _Upload(image)
        head = struct.pack(">BBHI", 0x1D, 0, 0x0100, number_of_upload)
        return wire.reply(pdu, head + b"\x07%07d" % fault.length(len(image)))

    def _upload(self, pdu: wire.Pdu) -> tuple[int, _Upload]:
        number = int.from_bytes(pdu.parameter[4:8], "big")
        if number not in self._uploads:
            raise JobRefusedError(FUNCTION_UNKNOWN)
        return number, self._uploads[number]

    def _go_on_uploading(self, pdu: wire.Pdu, fault: Fault) -> bytes:
        _, upload = self._upload(pdu)
        piece = upload.image[upload.sent : upload.sent + self._pdu_length - 18]
        upload.sent += len(piece)
        more = upload.sent < len(upload.image)
        if fault.endless and not more:
            upload.sent, more = 0, True
        return wire.reply(pdu, bytes((0x1E, more)), struct.pack(">HH", len(piece), 0xFB) + piece)

    def _end_upload(self, pdu: wire.Pdu, _fault: Fault) -> bytes:
        number, _ = self._upload(pdu)
        del self._uploads[number]
        return wire.reply(pdu, b"\x1f")

    # ---- user data

    def _answer_userdata(self, pdu: wire.Pdu, request: Request, fault: Fault) -> bytes:
        if request.group is None or request.subfunction is None:
            raise RubbishError("user data without a group")
        group, subfunction = request.group, request.subfunction
        if pdu.parameter[4] == _FOLLOW_UP:
            return self._follow_up(pdu, group, subfunction, fault)
        self._fragments = None
        self._sequence = self._sequence % 255 + 1
        size = int.from_bytes(pdu.data[2:4], "big")
        if fault.refusal is not None:
            return self._userdata_error(pdu, group, subfunction, fault.refusal)
        try:
            answer = self._ask(group, subfunction, pdu.data[4 : 4 + size])
        except RefusedError as refused:
            return self._userdata_error(pdu, group, subfunction, refused.error)
        if answer is None:
            return self._userdata(pdu, group, subfunction, 0, b"\x0a\x00\x00\x00", more=False)
        return self._first(pdu, group, subfunction, answer, fault)

    def _ask(self, group: int, subfunction: int, asked: bytes) -> bytes | None:
        """The whole answer; None where the CPU just nods."""
        handler = self._questions.get((group, subfunction))
        if handler is None:
            raise RefusedError(FUNCTION_UNKNOWN)
        return handler(asked)

    def _first(
        self, pdu: wire.Pdu, group: int, subfunction: int, answer: bytes, fault: Fault
    ) -> bytes:
        answer = fault.payload(group, subfunction, answer)
        room = self._pdu_length - 26
        if (group, subfunction) == (3, 2):
            room -= room % 8  # 208 bytes at a PDU of 240 (capture tia_s300_downloadOb1)
        fragments = _Fragments(group, subfunction, 0x60 + self._sequence % 128, answer, room)
        return self._fragment(pdu, fragments, fault)

    def _follow_up(self, pdu: wire.Pdu, group: int, subfunction: int, fault: Fault) -> bytes:
        waiting = self._fragments
        known = waiting and (waiting.group, waiting.subfunction) == (group, subfunction)
        if waiting is None or not known or pdu.parameter[7] != self._sequence:
            return self._userdata_error(pdu, group, subfunction, NO_SUCH_LIST)
        return self._fragment(pdu, waiting, fault)

    def _fragment(self, pdu: wire.Pdu, fragments: _Fragments, fault: Fault) -> bytes:
        several = fragments.sent > 0
        piece, more = fragments.next(endless=fault.endless)
        self._fragments = fragments if more else None
        unit = fragments.unit if several or more else 0
        data = struct.pack(">BBH", 0xFF, 9, len(piece)) + piece
        return self._userdata(pdu, fragments.group, fragments.subfunction, unit, data, more=more)

    def _userdata(
        self, pdu: wire.Pdu, group: int, subfunction: int, unit: int, data: bytes, *, more: bool
    ) -> bytes:
        head = (0, 1, 0x12, 8, _FOLLOW_UP, 0x80 | group, subfunction, self._sequence, unit, more)
        return wire.userdata(pdu.reference, bytes((*head, 0, 0)), data)

    def _userdata_error(self, pdu: wire.Pdu, group: int, subfunction: int, error: int) -> bytes:
        head = (0, 1, 0x12, 8, _FOLLOW_UP, 0x80 | group, subfunction, self._sequence, 0, 0)
        parameter = bytes(head) + struct.pack(">H", error)
        return wire.userdata(pdu.reference, parameter, b"\x0a\x00\x00\x00")

    # ---- what is asked

    def _count_blocks(self, _asked: bytes) -> bytes:
        counts = ((kind.letter, len(self._cpu.numbers(kind))) for kind in _COUNTED)
        return b"".join(struct.pack(">BBH", 0x30, letter, count) for letter, count in counts)

    def _list_blocks(self, asked: bytes) -> bytes:
        kind = BY_LETTER.get(asked[1]) if len(asked) == 2 else None  # noqa: PLR2004 — '0', letter
        entries = self._cpu.listing(kind) if kind else []
        if not entries:
            raise RefusedError(NONE_OF_THIS_TYPE)
        return b"".join(struct.pack(">HBB", *entry) for entry in entries)

    def _block_info(self, asked: bytes) -> bytes:
        kind, number, where = block_name(asked[1:8])
        block = self._cpu.block(kind, number) if kind and where == b"A" else None
        if block is None:
            raise RefusedError(NO_SUCH_BLOCK)
        return block.info

    def _szl(self, asked: bytes) -> bytes:
        if len(asked) != 4:  # noqa: PLR2004 — number and index
            raise RefusedError(NO_SUCH_LIST)
        return szl.read(self._cpu, *struct.unpack(">HH", asked))

    def _enter_password(self, asked: bytes) -> None:
        known = self._cpu.password
        if known is None and self._cpu.level == 1:
            return
        if known is None or asked != password_scrambled(known):
            raise RefusedError(WRONG_PASSWORD)
        self._let_in = True

    def _leave_password(self, _asked: bytes) -> None:
        self._let_in = False

    def _clock(self, _asked: bytes) -> bytes:
        return b"\x00\x19" + bcd_time(self._cpu.local_time())  # 19 even in 2016: a CPU 315-2


def block_name(text: bytes) -> tuple[Kind | None, int, bytes]:
    """Read type letter, five digits, file system; no type when it is no such name."""
    if len(text) != 7 or not text[1:6].isdigit():  # noqa: PLR2004 — as just said
        return None, 0, b""
    return BY_LETTER.get(text[0]), int(text[1:6]), text[6:]
