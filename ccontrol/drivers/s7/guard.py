"""The last look at every frame before it leaves: reads pass, nothing else does. Pure.

It stands below the vendor library's builders and knows nothing of them: it matches whole frames,
byte for byte where a byte has one right value. What it does not recognise, it refuses.
Services by PDU kind, function, and for user data by group and subfunction, since reading and
setting the clock (7/1, 7/2) share a function. Layouts: public captures of STEP 7, TIA Portal and
the genuine snap7 client talking to a CPU 315-2 PN/DP.
"""

# ruff: noqa: PLR2004 — a wire format is made of numbers; each is named in the line beside it

from dataclasses import dataclass

from ccontrol.errors import ReadOnlyViolationError

SERVICES = (
    "COTP connection request",
    "job F0: set up communication",
    "job 1D: start upload",
    "job 1E: upload",
    "job 1F: end upload",
    "user data 3/1: count blocks",
    "user data 3/2: list blocks of a type",
    "user data 3/3: block info",
    "user data 4/1: read system status list",
    "user data 5/1: session password, only where one is configured",
    "user data 7/1: read clock",
)
"""Everything that may leave, in words."""

_TYPES = b"\x38\x41\x42\x43\x45"  # OB, DB, SDB, FC, FB
_DATA_UNIT = b"\x02\xf0\x80"  # one whole message in one frame: nothing can be split past the guard
_DATA_AT, _PARAMETER_AT = 7, 17
_EMPTY_ITEM = b"\x0a\x00\x00\x00"
_FIRST = b"\x00\x01\x12\x04\x11"
_NEXT = b"\x00\x01\x12\x08\x12"
_FIRST_BYTES, _NEXT_BYTES = 8, 12


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets reads pass. `password` says whether one is configured: only then may one be sent."""

    password: bool = False

    def check(self, frame: bytes) -> None:
        """Return when the frame is one of the reads; raise ReadOnlyViolationError otherwise."""
        if not (_is_framed(frame) and (self._is_read(frame) or _is_connect(frame))):
            raise ReadOnlyViolationError(
                f"refused to send a frame that is not on the list of reads: {frame[:20].hex()}…"
            )

    def _is_read(self, frame: bytes) -> bool:
        message = frame[_DATA_AT:]
        if frame[4:_DATA_AT] != _DATA_UNIT or not _adds_up(message):
            return False
        parameter_bytes = message[7]
        if message[1] == 0x01:
            return len(message) == 10 + parameter_bytes and _is_job(message[10:])
        cut = 10 + parameter_bytes
        return message[1] == 0x07 and self._is_userdata(message[10:cut], message[cut:])

    def _is_userdata(self, parameter: bytes, data: bytes) -> bool:
        service = parameter[5:7]
        if parameter[:5] == _FIRST and len(parameter) == _FIRST_BYTES and not parameter[7]:
            if service == b"\x45\x01":
                return self.password and len(data) == 12 and data[:4] == b"\xff\x09\x00\x08"
            wanted = _ITEMS.get(service)
            return wanted is not None and wanted(data)
        # a further fragment of a list, an info or a system status list: names the last one, no more
        return (
            parameter[:5] == _NEXT
            and len(parameter) == _NEXT_BYTES
            and service in _CONTINUED
            and parameter[8:] == bytes(4)
            and data == _EMPTY_ITEM
        )


def _is_framed(frame: bytes) -> bool:
    return (
        len(frame) >= _DATA_AT
        and frame[:2] == b"\x03\x00"
        and int.from_bytes(frame[2:4], "big") == len(frame)
    )


def _adds_up(message: bytes) -> bool:
    return (
        len(message) > 10
        and message[0] == 0x32
        and message[2:4] == b"\x00\x00"
        and len(message) == 10 + (message[6] << 8 | message[7]) + (message[8] << 8 | message[9])
    )


def _is_connect(frame: bytes) -> bool:
    """Class 0, no data, and the three options that we send, in our order."""
    return (
        len(frame) == 22
        and frame[4:7] == b"\x11\xe0\x00"
        and frame[7] == 0
        and frame[10:13] == b"\x00\xc1\x02"
        and frame[15:17] == b"\xc2\x02"
        and frame[17] in (1, 2, 3)
        and frame[19:21] == b"\xc0\x01"
    )


def _is_job(parameter: bytes) -> bool:
    function = parameter[0]
    if function in (0x1E, 0x1F):
        return len(parameter) == 8 and parameter[1:7] == bytes(6)
    if function == 0x1D:
        return (
            len(parameter) == 18
            and parameter[1:9] == b"\x00\x00\x00\x00\x00\x00\x00\x09"
            and parameter[9:11] == b"_0"
            and _is_block(parameter[11:])
        )
    return function == 0xF0 and len(parameter) == 8 and parameter[1] == 0


def _is_block(name: bytes) -> bool:
    """Type, five digits, and A for the active one."""
    return len(name) == 7 and name[0] in _TYPES and name[1:6].isdigit() and name[6:] == b"A"


def _is_empty(data: bytes) -> bool:
    return data == _EMPTY_ITEM


def _is_szl(data: bytes) -> bool:
    return len(data) == 8 and data[:4] == b"\xff\x09\x00\x04"


def _is_list(data: bytes) -> bool:
    return len(data) == 6 and data[:5] == b"\xff\x09\x00\x02\x30" and data[5] in _TYPES


def _is_info(data: bytes) -> bool:
    return data[:5] == b"\xff\x09\x00\x08\x30" and _is_block(data[5:])


_ITEMS = {
    b"\x43\x01": _is_empty,
    b"\x43\x02": _is_list,
    b"\x43\x03": _is_info,
    b"\x44\x01": _is_szl,
    b"\x47\x01": _is_empty,
}
_CONTINUED = frozenset({b"\x43\x01", b"\x43\x02", b"\x43\x03", b"\x44\x01"})
