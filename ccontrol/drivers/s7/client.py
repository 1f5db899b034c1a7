"""The door to python-snap7: its frames ask, its parsers judge what is no plain answer.

The only module that imports the library; its errors and its types stop here. None of its sockets,
threads, timers or loggers is used. What it decodes wrong (CPU state, protection, diagnostic buffer,
block info) is not decoded here at all: answers are handed on as bytes.
Its fragment loops end silently after 101 fragments; those here do not.
It builds each frame once; what differs from question to question is put at the end of it, in a
tenth of the time. Its parsers take 7 µs for an answer that pdu.plain_userdata sees through in 1:
so they are asked where that one hesitates. Tests hold that both ways come to the same.
"""

import logging
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from snap7.error import S7Error
from snap7.s7protocol import S7Protocol

from ccontrol.drivers.api import Pace
from ccontrol.drivers.s7 import pdu as wire
from ccontrol.drivers.s7.transport import Line
from ccontrol.errors import GarbledError
from ccontrol.model.secret import Secret

logging.getLogger("snap7").setLevel(logging.ERROR)
"""At DEBUG the library prints whole PDUs, passwords too; at WARNING a line for every refusal."""

PDU_ASKED = 960
_COUNTS, _LISTING, _INFO, _SZL = b"\x83\x01", b"\x83\x02", b"\x83\x03", b"\x84\x01"
_SZL_HEADER = 8
_MOST_BYTES = {
    _COUNTS: 256,
    _LISTING: 4 * 16_384,
    _INFO: 256,
    _SZL: _SZL_HEADER + 65_536,
}
"""Longest answer that makes sense: 16,000 DBs, a diagnostic buffer of 3,200 records of 20 bytes."""
_MOST_IMAGE = 3 * 65_535 + 72
"""A block's header tells of three parts, in 16 bits each; header and footer have 36 bytes."""

_VENDOR = S7Protocol()
_SETUP = _VENDOR.build_setup_communication_request(1, 1, PDU_ASKED)
_COUNT_ALL = _VENDOR.build_list_blocks_request()
_LIST_TYPE = _VENDOR.build_list_blocks_of_type_request(0)[:-1]
_DESCRIBE = _VENDOR.build_get_block_info_request(0, 0)[:-7]
_READ_CLOCK = _VENDOR.build_get_clock_request()
_READ_SZL = _VENDOR.build_read_szl_request(0, 0)[:-4]
_START_UPLOAD = _VENDOR.build_start_upload_request(0, 0)[:-7]
_UPLOAD = _VENDOR.build_upload_request(0)[:-1]
_END_UPLOAD = _VENDOR.build_end_upload_request(0)[:-1]
"""What stands before the type, the block, the list or the upload that is meant."""


@dataclass(slots=True)
class Heard:
    """What one question brought. Filled while asking, so that a fault loses nothing."""

    answers: list[bytes] = field(default_factory=list)
    """Whole messages in the order heard."""
    parts: list[bytes] = field(default_factory=list)
    """What they carry: joined, a list, an info or the image of a block."""


class Client:
    """Asks one controller, one request at a time, each in its turn.

    Methods fill `heard` and return the S7 error with which the controller refused, 0 when it did
    not. They raise GarbledError for an answer that is not the protocol, and whatever `Line` raises.
    """

    def __init__(self, line: Line, pace: Pace) -> None:
        self._line, self._pace = line, pace

    async def connect(self) -> None:
        """Open the connection."""
        await self._pace.turn()
        await self._line.connect()

    async def setup(self, heard: Heard) -> int:
        """Agree on the length of messages, one question at a time."""
        error, _ = await self._ask(_SETUP, heard)
        self._line.longest = PDU_ASKED  # the controller may agree to less, not to more
        return error

    def szl(self, number: int, index: int, heard: Heard) -> Awaitable[int]:
        """Read a system status list."""
        which = (number << 16 | index).to_bytes(4, "big")
        return self._userdata(_READ_SZL + which, _SZL, heard)

    async def clock(self, heard: Heard) -> int:
        """Read its clock: ten bytes, in one message."""
        error, _ = await self._ask(_READ_CLOCK, heard)
        return error

    def counts(self, heard: Heard) -> Awaitable[int]:
        """Ask how many blocks there are of each type."""
        return self._userdata(_COUNT_ALL, _COUNTS, heard)

    def listing(self, block_type: int, heard: Heard) -> Awaitable[int]:
        """Ask for the numbers of all blocks of a type."""
        return self._userdata(_LIST_TYPE + bytes((block_type,)), _LISTING, heard)

    def info(self, block_type: int, number: int, heard: Heard) -> Awaitable[int]:
        """Ask for the 78 bytes that describe a block."""
        return self._userdata(_DESCRIBE + _named(block_type, number), _INFO, heard)

    async def enter_password(self, password: Secret) -> int:
        """Legitimate this connection. The answer is not kept, the request never is."""
        scrambled = _scrambled(password)
        request = _VENDOR.build_set_session_password_request(scrambled)
        error, _ = await self._ask(request, Heard())
        return error

    async def upload(self, block_type: int, number: int, heard: Heard) -> int:
        """Read a whole block. An upload that breaks is ended, if the connection still lives."""
        error, _ = await self._ask(_START_UPLOAD + _named(block_type, number), heard)
        if error:
            return error
        upload, declared = wire.upload_begun(heard.answers[-1])
        try:
            error = await self._fragments(upload, declared, heard)
        except GarbledError:
            if self._line.error is None:
                await self._end_upload(upload, heard)
            raise
        await self._end_upload(upload, heard)
        return error

    async def _fragments(self, upload: int, declared: int, heard: Heard) -> int:
        if declared > _MOST_IMAGE:
            raise GarbledError(f"a block of {declared} bytes, more than a header can tell of")
        size, more, request = 0, True, _UPLOAD + bytes((upload,))
        while more:
            answer = await self._say(request, heard)
            if (plain := wire.plain_upload(answer)) is None:
                if error := _judged(answer)[0]:
                    return error
                plain = wire.upload_fragment(answer)
            part, more = plain
            heard.parts.append(part)
            size += len(part)
            if size > declared or (more and not part):
                raise GarbledError(f"an upload of {declared} bytes does not end after {size}")
        return 0

    async def _end_upload(self, upload: int, heard: Heard) -> None:
        await self._ask(_END_UPLOAD + bytes((upload,)), heard)

    async def _userdata(self, request: bytes, service: bytes, heard: Heard) -> int:
        size, most = 0, _MOST_BYTES[service]
        while True:
            answer = await self._say(request, heard)
            if (plain := wire.plain_userdata(answer, service)) is None:
                error, parsed = _judged(answer, service)
                if error:
                    return error
                plain = _part(parsed)
            part, following = plain
            heard.parts.append(part)
            if not size and service == _SZL:
                most = min(most, _announced(part))
            size += len(part)
            ended = following is None
            if size > (_MOST_BYTES[service] if ended else most) or not (part or ended):
                raise GarbledError(f"an answer of at most {most} bytes does not end after {size}")
            if following is None:
                return 0
            group, sub = service[0] & 0x0F, service[1]
            request = _VENDOR.build_userdata_followup_request(group, sub, following)

    async def _ask(self, request: bytes, heard: Heard) -> tuple[int, dict[str, Any]]:
        """Return the error of the controller's refusal, or 0 and the vendor's parsed answer."""
        return _judged(await self._say(request, heard))

    async def _say(self, request: bytes, heard: Heard) -> bytes:
        await self._pace.turn()
        answer = await self._line.ask(request)
        heard.answers.append(answer)
        return answer


def _named(block_type: int, number: int) -> bytes:
    """A block as it is asked for: type, five digits, and A for the active one."""
    return b"%c%05dA" % (block_type, number)


def _judged(answer: bytes, service: bytes = b"") -> tuple[int, dict[str, Any]]:
    try:
        parsed = _VENDOR.parse_response(answer)
        if service:
            group, sub = service[0] & 0x0F, service[1]
            _VENDOR.check_userdata_response(parsed, group, sub)
    except S7Error as error:
        if refusal := wire.error_of(answer):
            return refusal, {}
        raise GarbledError(f"the controller's answer is malformed: {error}") from error
    return 0, parsed


def _part(answer: dict[str, Any]) -> tuple[bytes, int | None]:
    parameters = answer["parameters"]
    following = parameters["sequence_number"] if parameters["last_data_unit"] else None
    return answer["data"].get("data", b""), following


def _announced(beginning: bytes) -> int:
    """Return how long a system status list says that it is: records of a length, and how many."""
    return _SZL_HEADER + int.from_bytes(beginning[4:6]) * int.from_bytes(beginning[6:8])


def _scrambled(password: Secret) -> bytes:
    try:
        return S7Protocol.encode_password(password.reveal())
    except ValueError:  # UnicodeEncodeError too, whose text would show the password
        raise GarbledError("the configured password cannot be sent to a S7 CPU") from None
