"""The last look at every frame before it leaves: reads pass, nothing else does. Pure.

It stands below the vendor library's builders and knows nothing of them: it matches whole frames,
byte for byte where a byte has one right value. What it does not recognise, it refuses.
Services by PDU kind, function, and for user data by group and subfunction, since one group reads
and writes (7/1 reads the clock, 7/2 sets it; neither is needed). Layouts: public captures of STEP
7, TIA Portal and the genuine snap7 client talking to a CPU 315-2 PN/DP.
"""

# ruff: noqa: PLR2004 — a wire format is made of numbers; each is named in the line beside it

from collections.abc import Callable
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
)
"""Everything that may leave, in words."""

_HEAD = b"\x02\xf0\x80\x32"  # one whole message in one frame: nothing can be split past the guard
_JOB, _USERDATA = b"\x01\x00\x00", b"\x07\x00\x00"
_EMPTY_ITEM = b"\x0a\x00\x00\x00"
_TYPES = b"\x38\x41\x42\x43\x45"  # OB, DB, SDB, FC, FB


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets reads pass. `password` says whether one is configured: only then may one be sent."""

    password: bool = False

    def check(self, frame: bytes) -> None:
        """Return when the frame is one of the reads; raise ReadOnlyViolationError otherwise."""
        size = len(frame)
        framed = size > 7 and frame[:2] == b"\x03\x00" and frame[2] << 8 | frame[3] == size
        if not (framed and (self._is_read(frame) or _is_connect(frame))):
            raise ReadOnlyViolationError(
                f"refused to send a frame that is not on the list of reads: {frame[:20].hex()}…"
            )

    def _is_read(self, frame: bytes) -> bool:
        """Look the message up by everything that says what it is: sizes, kind, service.

        Bytes of a frame: 4 to 7 the envelope, 8 to 10 the kind, 11 and 12 the reference, 13 to 16
        the sizes of parameter and data, then the parameter: of a job 17 is the function, of user
        data 17 to 23 name method, group and subfunction, and 24 the fragment to go on with.
        """
        if frame[4:8] != _HEAD:
            return False
        if frame[8:11] == _USERDATA:
            service = frame[13:24]
            fits = _QUESTIONS.get(service) or (_PASSWORD.get(service) if self.password else None)
        else:
            fits = _JOBS.get(frame[13:18]) if frame[8:11] == _JOB else None
        return fits is not None and fits(frame)


def _is_connect(frame: bytes) -> bool:
    """Class 0, no data, and the three options that we send, in our order."""
    return (
        len(frame) == 22
        and frame[4:8] == b"\x11\xe0\x00\x00"
        and frame[10:13] == b"\x00\xc1\x02"
        and frame[15:17] == b"\xc2\x02"
        and frame[17] in (1, 2, 3)
        and frame[19:21] == b"\xc0\x01"
    )


def _is_setup(frame: bytes) -> bool:
    return len(frame) == 25 and frame[18] == 0


def _is_start_upload(frame: bytes) -> bool:
    """The file name has nine characters: _0, then the block."""
    name = b"\x00\x00\x00\x00\x00\x00\x00\x09_0"
    return len(frame) == 35 and frame[18:28] == name and _is_block(frame[28:])


def _is_upload(frame: bytes) -> bool:
    """Six empty bytes and the number of the upload."""
    return len(frame) == 25 and frame[18:24] == bytes(6)


def _is_block(name: bytes) -> bool:
    """Type, five digits, and A for the active one."""
    return len(name) == 7 and name[0] in _TYPES and name[1:6].isdigit() and name[6] == 0x41


def _is_empty(frame: bytes) -> bool:
    return frame[24:] == b"\x00" + _EMPTY_ITEM


def _is_szl(frame: bytes) -> bool:
    return len(frame) == 33 and frame[24:29] == b"\x00\xff\x09\x00\x04"


def _is_list(frame: bytes) -> bool:
    return len(frame) == 31 and frame[24:30] == b"\x00\xff\x09\x00\x02\x30" and frame[30] in _TYPES


def _is_info(frame: bytes) -> bool:
    return frame[24:30] == b"\x00\xff\x09\x00\x08\x30" and _is_block(frame[30:])


def _is_password(frame: bytes) -> bool:
    return len(frame) == 37 and frame[24:29] == b"\x00\xff\x09\x00\x08"


def _is_next(frame: bytes) -> bool:
    """A further fragment: names the last one, no more."""
    return frame[25:] == bytes(4) + _EMPTY_ITEM


def _first(group: int, subfunction: int, data_bytes: int) -> bytes:
    return bytes((0, 8, 0, data_bytes, 0, 1, 0x12, 4, 0x11, 0x40 | group, subfunction))


def _following(group: int, subfunction: int) -> bytes:
    return bytes((0, 12, 0, 4, 0, 1, 0x12, 8, 0x12, 0x40 | group, subfunction))


_Fits = Callable[[bytes], bool]
_JOBS: dict[bytes, _Fits] = {
    b"\x00\x08\x00\x00\xf0": _is_setup,
    b"\x00\x12\x00\x00\x1d": _is_start_upload,
    b"\x00\x08\x00\x00\x1e": _is_upload,
    b"\x00\x08\x00\x00\x1f": _is_upload,
}
_QUESTIONS: dict[bytes, _Fits] = {
    _first(3, 1, 4): _is_empty,
    _first(3, 2, 6): _is_list,
    _first(3, 3, 12): _is_info,
    _first(4, 1, 8): _is_szl,
    **{_following(3, subfunction): _is_next for subfunction in (1, 2, 3)},
    _following(4, 1): _is_next,
}
_PASSWORD: dict[bytes, _Fits] = {_first(5, 1, 12): _is_password}
