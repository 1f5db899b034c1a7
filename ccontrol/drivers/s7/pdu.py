"""S7 messages as bytes: their parts, what they carry, and the error they report.

Pure, and shared by the half that asks and the half that decodes. Every function is total: bytes
that are not the protocol raise GarbledError and nothing else. Holds no meaning of a payload.
Layouts as seen in public captures of a CPU 315-2 PN/DP and an IM151-8 (snap7_s300_everything).
"""

# ruff: noqa: PLR2004 — a wire format is made of numbers; each is named in the line beside it

import hashlib
import struct
from collections.abc import Iterable
from typing import NamedTuple

from ccontrol.errors import GarbledError

PROTOCOL_ID = 0x32
JOB, ACK, ACK_DATA, USERDATA = 0x01, 0x02, 0x03, 0x07
SETUP, START_UPLOAD, UPLOAD, END_UPLOAD = 0xF0, 0x1D, 0x1E, 0x1F
BLOCK_TYPES = {"OB": 0x38, "FB": 0x45, "FC": 0x43, "DB": 0x41, "SDB": 0x42}
"""Code of a block type as it is asked for, in lists, infos and uploads alike."""

INFO_BYTES = 78
_INFO_PASSWORD = slice(18, 22)  # 6 bytes before the block header, password at its offset 12
_REQUEST_HEADER, _ANSWER_HEADER = 10, 12
_USERDATA_PARAMETER, _ITEM_HEADER = 12, 4
_UPLOAD_MARK = 0x00FB
_START_ACK = 16
_SUCCESS = 0xFF
_PLAIN_USERDATA = struct.Struct(">IxxHH5s2sBxB4sH")
"""Kind, two sizes, how the parameter begins, service, number, more, errors and item, its length."""
_PLAIN_UPLOAD = struct.Struct(">IxxHHHBBHH")
"""Kind, two sizes, error word, function, more, length of what is carried, mark."""


class Pdu(NamedTuple):
    """One S7 message in its parts."""

    kind: int
    """JOB, ACK, ACK_DATA or USERDATA."""
    reference: int
    parameter: bytes
    data: bytes
    error: int
    """Error word of the header; 0 in requests and user data, which have none there."""


def parse(pdu: bytes) -> Pdu:
    """Cut a message into its parts. Raises GarbledError when its lengths do not add up."""
    if len(pdu) < _REQUEST_HEADER or pdu[0] != PROTOCOL_ID:
        raise GarbledError(f"not a S7 message: {_shown(pdu)}")
    kind = pdu[1]
    if kind in (ACK, ACK_DATA):
        start = _ANSWER_HEADER
    elif kind in (JOB, USERDATA):
        start = _REQUEST_HEADER
    else:
        raise GarbledError(f"S7 message of unknown kind 0x{kind:02x}: {_shown(pdu)}")
    cut = start + _word(pdu, 6)
    if len(pdu) < start or len(pdu) != cut + _word(pdu, 8):
        raise GarbledError(f"the lengths in a S7 message do not add up: {_shown(pdu)}")
    error = _word(pdu, 10) if start == _ANSWER_HEADER else 0
    return Pdu(kind, _word(pdu, 4), pdu[start:cut], pdu[cut:], error)


def error_of(pdu: bytes) -> int:
    """Return the error that an answer reports, 0 when it reports none.

    Values above 0xFF are S7 error words (0xD241: protection level), others are the return code of
    the answer's only data item (0x0A: no such object).
    """
    parts = parse(pdu)
    if parts.kind != USERDATA:
        return parts.error
    if len(parts.parameter) == _USERDATA_PARAMETER and (word := _word(parts.parameter, 10)):
        return word
    if len(parts.data) < _ITEM_HEADER:
        raise GarbledError(f"user data without a data item: {_shown(pdu)}")
    return 0 if parts.data[0] == _SUCCESS else parts.data[0]


def group_of(pdu: bytes) -> tuple[int, int]:
    """Return function group and subfunction of a user data answer, e.g. (4, 1) for a SZL."""
    parameter = _userdata_parameter(parse(pdu), pdu)
    return parameter[5] & 0x0F, parameter[6]


def more_follows(pdu: bytes) -> int | None:
    """Return the number to ask the next fragment with, or None when this one was the last."""
    parameter = _userdata_parameter(parse(pdu), pdu)
    if parameter[9] not in (0, 1):
        raise GarbledError(f"user data neither last nor to be continued: {_shown(pdu)}")
    return parameter[7] if parameter[9] else None


def item_of(pdu: bytes) -> bytes:
    """Return the data that one fragment of user data carries."""
    data = parse(pdu).data
    if len(data) < _ITEM_HEADER or _word(data, 2) != len(data) - _ITEM_HEADER:
        raise GarbledError(f"a data item's length does not fit its message: {_shown(pdu)}")
    return data[_ITEM_HEADER:]


def plain_userdata(pdu: bytes, service: bytes) -> tuple[bytes, int | None] | None:
    """Look at a user data answer the quick way: what it carries, and the number to go on with.

    `service` is its sixth and seventh byte of parameter: group (with 0x80) and subfunction. None
    when anything is not exactly as in a good answer, for somebody else to say what.
    """
    size = len(pdu) - _PLAIN_USERDATA.size
    if size < 0:
        return None
    kind, parameter, data, head, found, number, more, sound, length = _PLAIN_USERDATA.unpack_from(
        pdu
    )
    if (
        kind == 0x32070000
        and parameter == _USERDATA_PARAMETER
        and data == size + _ITEM_HEADER
        and head == b"\x00\x01\x12\x08\x12"
        and found == service
        and more < 2
        and sound == b"\x00\x00\xff\x09"
        and length == size
    ):
        return pdu[26:], number if more else None
    return None


def plain_upload(pdu: bytes) -> tuple[bytes, bool] | None:
    """Look at a part of an upload the quick way, see `plain_userdata`: its bytes, and if more."""
    size = len(pdu) - _PLAIN_UPLOAD.size
    if size < 0:
        return None
    kind, parameter, data, error, function, more, length, mark = _PLAIN_UPLOAD.unpack_from(pdu)
    if (
        kind == 0x32030000
        and parameter == 2
        and data == size + _ITEM_HEADER
        and not error
        and function == UPLOAD
        and more < 2
        and length == size
        and mark == _UPLOAD_MARK
    ):
        return pdu[18:], more == 1
    return None


def userdata_payload(answers: tuple[bytes, ...]) -> bytes:
    """Join the fragments of one user data answer.

    Raises GarbledError when one of them is malformed or reports an error (see `error_of`), or when
    the last of them says that more would follow.
    """
    if not answers:
        raise GarbledError("no answer")
    parts = [_sound_item(pdu) for pdu in answers]
    if any(more_follows(pdu) is None for pdu in answers[:-1]):
        raise GarbledError("a fragment arrived after the last one")
    if more_follows(answers[-1]) is not None:
        raise GarbledError(f"the answer breaks off after {len(answers)} fragments")
    return b"".join(parts)


def upload_begun(start_ack: bytes) -> tuple[int, int]:
    """Return the number that the CPU gave to an upload, and the size in bytes that it announces."""
    parameter = parse(start_ack).parameter
    digits = parameter[9:_START_ACK]
    if len(parameter) != _START_ACK or parameter[0] != START_UPLOAD or not digits.isdigit():
        raise GarbledError(f"not the beginning of an upload: {_shown(start_ack)}")
    return parameter[7], int(digits)


def upload_fragment(pdu: bytes) -> tuple[bytes, bool]:
    """Return the bytes that one upload answer carries, and whether more follow."""
    parts = parse(pdu)
    data = parts.data
    if parts.error or len(parts.parameter) != 2 or parts.parameter[0] != UPLOAD:
        raise GarbledError(f"not a part of an upload: {_shown(pdu)}")
    if len(data) < _ITEM_HEADER or _word(data, 2) != _UPLOAD_MARK:
        raise GarbledError(f"an upload's data has no mark: {_shown(pdu)}")
    if _word(data, 0) != len(data) - _ITEM_HEADER or parts.parameter[1] > 1:
        raise GarbledError(f"an upload's length does not fit its message: {_shown(pdu)}")
    return data[_ITEM_HEADER:], parts.parameter[1] == 1


def upload_payload(answers: tuple[bytes, ...]) -> bytes:
    """Join an upload: its start, its fragments and (when there is one) its end.

    Raises GarbledError when a part is malformed or an error, or when the bytes are not as many as
    the start announced.
    """
    if not answers:
        raise GarbledError("no answer")
    _, declared = upload_begun(answers[0])
    image = b"".join(_fragments(answers[1:]))
    if len(image) != declared:
        raise GarbledError(f"upload of {declared} bytes announced, {len(image)} received")
    return image


def info_fingerprint(info: bytes) -> str:
    """Return what tells whether a block must be read again: 32 hex digits over its info.

    The four bytes of the block's password are left out, so that no secret can be guessed from it:
    a new password alone is seen at FULL depth only.
    """
    if len(info) != INFO_BYTES:
        raise GarbledError(f"a block info has {len(info)} bytes instead of {INFO_BYTES}")
    masked = info[: _INFO_PASSWORD.start] + bytes(4) + info[_INFO_PASSWORD.stop :]
    return hashlib.sha256(masked).hexdigest()[:32]


def _fragments(answers: tuple[bytes, ...]) -> Iterable[bytes]:
    more = True
    for pdu in answers:
        if not more:  # the acknowledgement of the end, or its refusal: both after the last byte
            break
        part, more = upload_fragment(pdu)
        yield part
    if more:
        raise GarbledError(f"the upload breaks off after {len(answers)} fragments")


def _sound_item(pdu: bytes) -> bytes:
    if error := error_of(pdu):
        raise GarbledError(f"the controller refuses: error 0x{error:04x}")
    return item_of(pdu)


def _userdata_parameter(parts: Pdu, pdu: bytes) -> bytes:
    if parts.kind != USERDATA or len(parts.parameter) != _USERDATA_PARAMETER:
        raise GarbledError(f"not an answer to a user data request: {_shown(pdu)}")
    return parts.parameter


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "big")


def _shown(pdu: bytes) -> str:
    return f"{pdu[:24].hex()}{'…' if len(pdu) > 24 else ''} ({len(pdu)} bytes)"
