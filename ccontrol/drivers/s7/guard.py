r"""The last look at every frame before it leaves: reads pass, nothing else does. Pure.

It stands below the vendor library's builders and knows nothing of them: each read is written down
as a whole frame, from the first byte to the last, so also in its length. `.` is a byte that may
have any value (a reference, a list's number, the number of an upload); every other byte has the one
value, or one of the few, that a read has. What does not match from end to end is refused.
User data is told apart by group and subfunction, since one group reads and writes: 7/1 reads the
clock, 7/2 would set it. Layouts: public captures of STEP 7, TIA Portal and the
genuine snap7 client talking to a CPU 315-2 PN/DP.
"""

import re
from dataclasses import dataclass

from ccontrol.errors import ReadOnlyViolationError

_PACKET = rb"\x03\x00\x00"  # RFC 1006; the byte that follows is the length of the whole frame
_MESSAGE = rb"\x02\xf0\x80\x32"  # one message in one frame: nothing can be split past the guard
_JOB = _MESSAGE + rb"\x01\x00\x00.."
_USERDATA = _MESSAGE + rb"\x07\x00\x00.."
_ASK = rb"\x00\x01\x12\x04\x11"
_GO_ON = _PACKET + rb"\x21" + _USERDATA + rb"\x00\x0c\x00\x04\x00\x01\x12\x08\x12"
_FROM = rb".\x00\x00\x00\x00\x0a\x00\x00\x00"  # names the fragment to go on from, no more
_TYPE = rb"[\x38\x41\x42\x43\x45]"  # OB, DB, SDB, FC, FB
_BLOCK = _TYPE + rb"[0-9]{5}A"  # A for the active one

_FORMS = {
    "COTP connection request": (  # class 0, no data, the three options that we send, in our order
        _PACKET + rb"\x16\x11\xe0\x00\x00..\x00\xc1\x02..\xc2\x02[\x01-\x03].\xc0\x01."
    ),
    "job F0: set up communication": _PACKET + rb"\x19" + _JOB + rb"\x00\x08\x00\x00\xf0\x00.{6}",
    "job 1D: start upload": (  # the file name has nine characters: _0, then the block
        _PACKET + rb"\x23" + _JOB + rb"\x00\x12\x00\x00\x1d\x00{7}\x09_0" + _BLOCK
    ),
    "job 1E: upload": _PACKET + rb"\x19" + _JOB + rb"\x00\x08\x00\x00\x1e\x00{6}.",
    "job 1F: end upload": _PACKET + rb"\x19" + _JOB + rb"\x00\x08\x00\x00\x1f\x00{6}.",
    "user data 3/1: count blocks": (
        _PACKET + rb"\x1d" + _USERDATA + rb"\x00\x08\x00\x04" + _ASK + rb"\x43\x01\x00\x0a\x00{3}"
        rb"|" + _GO_ON + rb"\x43\x01" + _FROM
    ),
    "user data 3/2: list blocks of a type": (
        _PACKET + rb"\x1f" + _USERDATA + rb"\x00\x08\x00\x06" + _ASK + rb"\x43\x02\x00"
        rb"\xff\x09\x00\x02\x30" + _TYPE + rb"|" + _GO_ON + rb"\x43\x02" + _FROM
    ),
    "user data 3/3: block info": (
        _PACKET + rb"\x25" + _USERDATA + rb"\x00\x08\x00\x0c" + _ASK + rb"\x43\x03\x00"
        rb"\xff\x09\x00\x08\x30" + _BLOCK + rb"|" + _GO_ON + rb"\x43\x03" + _FROM
    ),
    "user data 7/1: read the clock": (
        _PACKET + rb"\x1d" + _USERDATA + rb"\x00\x08\x00\x04" + _ASK + rb"\x47\x01\x00\x0a\x00{3}"
    ),
    "user data 4/1: read system status list": (
        _PACKET + rb"\x21" + _USERDATA + rb"\x00\x08\x00\x08" + _ASK + rb"\x44\x01\x00"
        rb"\xff\x09\x00\x04.{4}|" + _GO_ON + rb"\x44\x01" + _FROM
    ),
}
_PASSWORD_FORM = {
    "user data 5/1: session password, only where one is configured": (
        _PACKET + rb"\x25" + _USERDATA + rb"\x00\x08\x00\x0c" + _ASK + rb"\x45\x01\x00"
        rb"\xff\x09\x00\x08.{8}"
    )
}
SERVICES = (*_FORMS, *_PASSWORD_FORM)
"""Everything that may leave, in words."""

_is_read = re.compile(b"|".join(_FORMS.values()), re.DOTALL).fullmatch
_is_password = re.compile(b"|".join(_PASSWORD_FORM.values()), re.DOTALL).fullmatch


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets reads pass. `password` says whether one is configured: only then may one be sent."""

    password: bool = False

    def check(self, frame: bytes) -> None:
        """Return when the frame is one of the reads; raise ReadOnlyViolationError otherwise."""
        if not (_is_read(frame) or (self.password and _is_password(frame))):
            raise ReadOnlyViolationError(
                f"refused to send a frame that is not on the list of reads: {frame[:20].hex()}…"
            )
