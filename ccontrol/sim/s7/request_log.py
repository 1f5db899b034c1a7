"""What a server was asked: the proof that a driver only reads.

Holds the list of what counts as reading; everything else is a violation, known or not.
"""

from dataclasses import dataclass

from ccontrol.sim import request_log
from ccontrol.sim.s7.wire import JOB, USERDATA, Pdu

READING_JOBS = {0xF0: "setup", 0x04: "read var", 0x1D: "start upload", 0x1E: "upload", 0x1F: "end"}
READING_USERDATA = {
    (3, 1): "count blocks",
    (3, 2): "list blocks",
    (3, 3): "block info",
    (4, 1): "read SZL",
    (5, 1): "enter password",
    (5, 2): "leave password",
    (7, 1): "read clock",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request: jobs have a function, user data a group and a subfunction."""

    connection: int
    kind: int
    function: int | None
    group: int | None
    subfunction: int | None
    raw: bytes

    @property
    def code(self) -> tuple[int, int | None, int | None, int | None]:
        """What it is, without what it says."""
        return self.kind, self.function, self.group, self.subfunction

    @property
    def reads(self) -> bool:
        """Whether it is on the list of reads."""
        if self.kind != USERDATA:  # an answer is no read, for a reader is asked nothing
            return self.kind == JOB and self.function in READING_JOBS
        return (self.group, self.subfunction) in READING_USERDATA


def classify(connection: int, pdu: Pdu) -> Request:
    """Say what a message asks for; a user data header that is too short asks for nothing known."""
    if pdu.kind == USERDATA:
        known = len(pdu.parameter) >= 8  # noqa: PLR2004 — shortest user data parameter
        group = pdu.parameter[5] & 0x0F if known else None
        subfunction = pdu.parameter[6] if known else None
        return Request(connection, pdu.kind, None, group, subfunction, pdu.raw)
    function = pdu.parameter[0] if pdu.parameter else None
    return Request(connection, pdu.kind, function, None, None, pdu.raw)


RequestLog = request_log.RequestLog[Request]
