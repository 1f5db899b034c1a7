"""S7comm (S7-300/400 and whatever speaks like them): jobs, answers, user data.

The controller itself asks for a download's data (0x1B, 0x1C): the one that loads is who answers.
Of user data only the function is read; what a password request carries is never looked at.
"""

# ruff: noqa: PLR2004 — a wire format is made of numbers; each is named in the line beside it

from typing import Final

from ccontrol.sources.acts import OK, Act, Conversation
from ccontrol.sources.wire.answers import Waiting
from ccontrol.sources.wire.s7_blocks import Loading, block_of, blocks_in, number
from ccontrol.sources.wire.s7_userdata import ASKED, REPORTED
from ccontrol.sources.wire.text import printable

_JOB, _ACK, _ACK_DATA, _USERDATA = 1, 2, 3, 7
_WRITE, _START_DOWNLOAD, _DOWNLOAD, _END_DOWNLOAD = 0x05, 0x1A, 0x1B, 0x1C
_START_UPLOAD, _UPLOAD, _END_UPLOAD, _PI, _STOP = 0x1D, 0x1E, 0x1F, 0x28, 0x29
_OF_INTEREST: Final = frozenset(
    {_WRITE, _START_DOWNLOAD, _DOWNLOAD, _END_DOWNLOAD, _START_UPLOAD, _END_UPLOAD, _PI, _STOP}
)
_AREAS: Final = {
    0x80: "P", 0x81: "I", 0x82: "Q", 0x83: "M", 0x84: "DB", 0x85: "DI", 0x86: "L",
    0x1C: "C", 0x1D: "T",
}  # fmt: skip
_COPY: Final = "EP"
_LOADS: Final = 4
"""Downloads that may be under way in one connection."""
Reference = tuple[int, bool]
"""A job's number and whether the controller asked: both ends count for themselves."""
Kept = tuple[int, tuple[Act, ...], int]
"""A job's function, the acts that it is, and the number of the upload that it ends."""


class S7comm:
    """One connection's S7 messages."""

    def __init__(self, flow: Conversation) -> None:
        self._flow = flow
        self._waiting: Waiting[Reference, Kept, bytes] = Waiting()
        self._asked: Waiting[tuple[int, int, int], Act, bytes] = Waiting()
        self._pulls: Waiting[Reference, str, bytes] = Waiting()
        self._loads: dict[str, Loading] = {}
        self._uploads: dict[int, str] = {}
        self.route: tuple[str, ...] = ()

    def hear(self, message: bytes, from_server: bool) -> None:
        """Take one S7 message."""
        kind = message[1]
        if kind == _JOB:
            if message[10] in _OF_INTEREST:
                self._job(message, from_server)
        elif kind in (_ACK, _ACK_DATA):
            self._answer(message, from_server)
        elif kind == _USERDATA:
            self._userdata(message, from_server)

    def _job(self, message: bytes, from_server: bool) -> None:
        reference = number(message, 4), from_server
        size = number(message, 6)
        parameter = message[10 : 10 + size]
        function = parameter[0]
        if function == _DOWNLOAD:
            early = self._pulls.asked(reference, block_of(parameter), self._flow.messages)
            if early is not None:
                self._pulled(block_of(parameter), early)
            return
        acts = self._acts(function, parameter)
        for act in acts:
            act.route = self.route
            self._flow.tell(act)
        upload = number(parameter, 6) if function == _END_UPLOAD else 0
        kept = (function, acts, upload)
        early = self._waiting.asked(reference, kept, self._flow.messages)
        if early is not None:
            self._settle(kept, early)

    def _acts(self, function: int, parameter: bytes) -> tuple[Act, ...]:
        if function in (_START_DOWNLOAD, _END_DOWNLOAD):
            return ((self._start if function == _START_DOWNLOAD else self._end)(parameter),)
        if function == _START_UPLOAD:
            return (_named("program.upload", block_of(parameter)),)
        if function == _END_UPLOAD:
            return (_named("program.upload", self._uploads.pop(number(parameter, 6), "")),)
        if function == _WRITE:
            return _written(parameter)
        return _service(parameter) if function == _PI else (Act("s7comm", "mode.stop"),)

    def _start(self, parameter: bytes) -> Act:
        name = block_of(parameter)
        if len(self._loads) >= _LOADS:
            del self._loads[next(iter(self._loads))]
        self._loads[name] = Loading(parameter)
        return _named("program.download", name)

    def _end(self, parameter: bytes) -> Act:
        name = block_of(parameter)
        act = _named("program.download", name)
        loading = self._loads.pop(name, None)
        if loading is not None:
            loading.tell(act)
        return act

    def _pulled(self, name: str, answer: bytes) -> None:
        """Take a piece of a block: the answer to what the controller asked for."""
        loading = self._loads.get(name)
        size = number(answer, 6)
        data = answer[12 + size :]
        if loading is not None and len(data) >= 4:
            loading.add(data[4 : 4 + number(data, 0)])

    def _answer(self, message: bytes, from_server: bool) -> None:
        reference = number(message, 4), not from_server
        parameter = message[12 : 12 + number(message, 6)]
        if parameter[:1] == b"\x1b":
            name = self._pulls.answered(reference)
            if name is not None:
                self._pulled(name, message)
            elif self._flow.overtaken:
                self._pulls.early(reference, message, self._flow.messages)
            return
        kept = self._waiting.answered(reference)
        if kept is not None:
            self._settle(kept, message)
        elif self._flow.overtaken:
            self._waiting.early(reference, message, self._flow.messages)

    def _settle(self, kept: Kept, message: bytes) -> None:
        function, acts, _ = kept
        size = number(message, 6)
        parameter, data = message[12 : 12 + size], message[12 + size :]
        error = number(message, 10)
        if error:
            for act in acts:
                act.settle(f"{error:04X}")
            return
        if function == _START_UPLOAD and len(parameter) >= 8 and len(self._uploads) < _LOADS:
            self._uploads[number(parameter, 6)] = acts[0].name
        for at, act in enumerate(acts):
            code = data[at] if function == _WRITE and at < len(data) else 0xFF
            act.settle(OK if code == 0xFF else f"{code:02X}")

    def _userdata(self, message: bytes, from_server: bool) -> None:
        parameter = message[10 : 10 + number(message, 6)]
        form, group = parameter[5] >> 4, parameter[5] & 0x0F
        function = group, parameter[6]
        if form == 4:
            action = ASKED.get(function) or ASKED.get((group, -1))
            if action is not None:
                self._ask(action, (number(message, 4), *function))
        elif form == 8:
            self._told(parameter, (number(message, 4), *function))
        elif form == 0 and from_server and function in REPORTED:
            data = message[10 + len(parameter) :]
            act = Act("s7comm", REPORTED[function], "entry" if group == 4 else "mode")
            act.name = data[4:6].hex().upper() if group == 4 else str(parameter[6])
            act.route = self.route
            act.settle(OK)
            self._flow.tell(act)

    def _ask(self, action: str, reference: tuple[int, int, int]) -> None:
        act = Act("s7comm", action)
        act.redacted = action == "credential.use"
        act.route = self.route
        self._flow.tell(act)
        early = self._asked.asked(reference, act, self._flow.messages)
        if early is not None:
            act.settle(_userdata_word(early))

    def _told(self, parameter: bytes, reference: tuple[int, int, int]) -> None:
        act = self._asked.answered(reference)
        if act is not None:
            act.settle(_userdata_word(parameter))
        elif self._flow.overtaken and reference[1:] in ASKED:
            self._asked.early(reference, parameter, self._flow.messages)


def _userdata_word(parameter: bytes) -> str:
    error = number(parameter, 10) if len(parameter) >= 12 else 0
    return f"{error:04X}" if error else OK


def _named(action: str, name: str) -> Act:
    return Act("s7comm", action, name.rstrip("0123456789"), name)


def _written(parameter: bytes) -> tuple[Act, ...]:
    """Return one act for each item of a write: the area, and the number of a data block."""
    acts = []
    at = 2
    for _ in range(parameter[1]):
        if at + 4 > len(parameter):
            break
        size = parameter[at + 1]
        item = parameter[at : at + 2 + size]
        area = "symbol"
        if size >= 10 and item[2] == 0x10:
            area = _AREAS.get(item[8], f"area {item[8]:02X}")
            area = f"DB{number(item, 6)}" if area in ("DB", "DI") else area
        acts.append(Act("s7comm", "variable.write", "variable", area))
        at += 2 + size + (size & 1)
    return tuple(acts) or (Act("s7comm", "variable.write", "variable"),)


def _service(parameter: bytes) -> tuple[Act, ...]:
    """Return what a programme invocation service (0x28) does."""
    size = number(parameter, 8)
    argument = parameter[10 : 10 + size]
    at = 10 + size
    service = printable(parameter[at + 1 : at + 1 + parameter[at]], "ascii")
    match service:
        case "_INSE" | "_DELE":
            action = "program.activate" if service == "_INSE" else "program.delete"
            return tuple(_named(action, name) for name in blocks_in(argument)) or (
                Act("s7comm", action),
            )
        case "P_PROGRAM":
            return (Act("s7comm", "mode.cold" if argument[:1] == b"C" else "mode.run"),)
        case "_MODU":
            copies = printable(argument, "ascii") == _COPY
            return (Act("s7comm", "memory.persist" if copies else "memory.write", "memory"),)
        case "_GARB":
            return (Act("s7comm", "memory.compress"),)
        case _:
            return (Act("s7comm", "object.command", "service", service[:32]),)
