"""ISO on TCP (port 102): COTP, which cuts messages into pieces and opens with names of both ends.

What the pieces carry decides who decodes it: 0x32 is S7comm, 0x72 is S7CommPlus. The connect
request is always in clear, also before an encrypted session, and names the station's role.
"""

# ruff: noqa: PLR2004 — a wire format is made of numbers; each is named in the line beside it

from typing import Final

from ccontrol.sources.acts import Conversation
from ccontrol.sources.wire.s7comm import S7comm
from ccontrol.sources.wire.s7plus import S7CommPlus
from ccontrol.sources.wire.text import printable

_CONNECT, _DATA = 0xE0, 0xF0
_CALLING, _CALLED = 0xC1, 0xC2
_LONGEST: Final = 1 << 16
_S7COMM, _S7PLUS = 0x32, 0x72
_TLS: Final = (b"\x14\x03", b"\x15\x03", b"\x16\x03", b"\x17\x03")
_KINDS: Final = {1: "engineering", 2: "hmi", 3: "other"}
"""First byte of the called TSAP of S7comm: what the connection is used for."""
_NAMES: Final = (
    (b"SIMATIC-ROOT-ES", "engineering"), (b"SIMATIC-ROOT-HMI", "hmi"), (b"SIMATIC-ROOT", "other"),
)  # fmt: skip


class Iso:
    """One connection to port 102."""

    def __init__(self, flow: Conversation) -> None:
        self._flow = flow
        self._s7comm = S7comm(flow)
        self._s7plus = S7CommPlus(flow)
        self._pieces: dict[bool, bytes] = {}

    def hear(self, message: bytes, from_server: bool) -> None:
        """Take one TPKT."""
        kind = message[5] & 0xF0
        begin = 5 + message[4]
        if kind == _CONNECT:
            self._connect(message[11:begin])
        elif kind == _DATA:
            self._piece(message[begin:], bool(message[6] & 0x80), from_server)

    def _piece(self, data: bytes, last: bool, from_server: bool) -> None:
        if self._pieces:
            begun = self._pieces.pop(from_server, b"")
            self._flow.hold(-len(begun))
            data = begun + data
        if not last:
            if len(data) <= _LONGEST:
                self._pieces[from_server] = data
                self._flow.hold(len(data))
            return
        mark = data[:1]
        if mark == b"\x32":
            self._s7comm.hear(data, from_server)
        elif mark == b"\x72":
            self._s7plus.hear(data, from_server)
        elif data[:2] in _TLS:
            self._flow.encrypted()
        else:
            self._flow.tear()  # the rest of a message whose first piece was lost, or rubbish

    def _connect(self, options: bytes) -> None:
        """Read the names of both ends: a number for S7comm, a word for S7CommPlus."""
        at = 0
        while at + 2 <= len(options):
            code, size = options[at], options[at + 1]
            value = options[at + 2 : at + 2 + size]
            if code == _CALLED:
                self._called(value)
            elif code == _CALLING:
                self._flow.claim("tsap-calling", _shown(value))
            at += 2 + size

    def _called(self, value: bytes) -> None:
        self._flow.claim("tsap", _shown(value))
        if len(value) == 2:
            self._flow.role(_KINDS.get(value[0], "unknown"))
            self._s7comm.route = (f"{value[1] >> 5}/{value[1] & 0x1F}",)
            return
        for name, role in _NAMES:
            if value.startswith(name):
                self._flow.role(role)
                return


def _shown(value: bytes) -> str:
    return value.hex() if len(value) <= 2 else printable(value)
