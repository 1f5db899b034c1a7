"""Who sits the exam: each family with a simulated plant of its own and a witness of its wire.

To add a family, write its `Examinee` here; the exam itself knows no family.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from ccontrol.drivers.logix.options import LogixOptions
from ccontrol.drivers.pccc.options import PcccOptions
from ccontrol.drivers.s7.options import S7Options
from ccontrol.model.secret import Secret
from ccontrol.sim.logix import plant as logix_plant
from ccontrol.sim.logix import scene as logix_scene
from ccontrol.sim.logix import server as logix_server
from ccontrol.sim.logix.project import DataType, Member, Tag
from ccontrol.sim.pccc import plant as pccc_plant
from ccontrol.sim.pccc import scene as pccc_scene
from ccontrol.sim.pccc import server as pccc_server
from ccontrol.sim.s7 import plant, scene
from ccontrol.sim.s7.server import Live, running

LOADED = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Plant:
    """One simulated controller: where it listens, and what it saw that was no read."""

    host: str
    port: int
    violations: Callable[[], int]
    change: Callable[[], None]
    """Let an engineer change the program."""


@dataclass(frozen=True)
class Locked:
    """A controller that wants a password, and the options that name it."""

    plant: Callable[[], AbstractContextManager[Plant]]
    options: object
    password: str


@dataclass(frozen=True)
class Examinee:
    """One family as the exam sees it."""

    family: str
    plant: Callable[[], AbstractContextManager[Plant]]
    options: object
    services: Callable[[bytes], set[str]]
    """Which services a recorded stream asked for, in the manifest's words. Shares no line with the
    driver's guard; raises ValueError for what it does not know."""
    locked: Locked | None = None
    """None for a family that sends no password, whatever a controller wants."""


def _plant(live: Live) -> Plant:
    def change() -> None:
        live.play(scene.network_download, plant.motor(1, "I0.2", "M11.0", "Q4.2", limit=77))

    return Plant(live.host, live.port, lambda: len(live.server.violations), change)


@contextmanager
def _press() -> Iterator[Plant]:
    with running(plant.press()) as live:
        yield _plant(live)


@contextmanager
def _locked_press() -> Iterator[Plant]:
    with running(plant.press()) as live:
        live.play(scene.protect, 3, "sesame")
        yield _plant(live)


_S7_JOBS = {
    0xF0: "job F0: set up communication",
    0x1D: "job 1D: start upload",
    0x1E: "job 1E: upload",
    0x1F: "job 1F: end upload",
}
_S7_USERDATA = {
    (3, 1): "user data 3/1: count blocks",
    (3, 2): "user data 3/2: list blocks of a type",
    (3, 3): "user data 3/3: block info",
    (4, 1): "user data 4/1: read system status list",
    (7, 1): "user data 7/1: read the clock",
    (5, 1): "user data 5/1: session password, only where one is configured",
}


def _s7_services(stream: bytes) -> set[str]:
    found = set()
    while stream:
        size = int.from_bytes(stream[2:4], "big")
        frame, stream = stream[:size], stream[size:]
        if stream[:1] not in (b"", b"\x03") or len(frame) != size or size < 7:
            raise ValueError(f"frames do not follow each other: {frame.hex()}")
        found.add(_s7_service(frame))
    return found


def _s7_service(frame: bytes) -> str:
    if frame[5] == 0xE0:
        return "COTP connection request"
    kind, parameter = frame[8], frame[17:]
    if kind == 1:
        service = _S7_JOBS.get(parameter[0])
    else:
        service = _S7_USERDATA.get((parameter[5] & 0x0F, parameter[6]))
    if service is None:
        raise ValueError(f"this is no read: {frame.hex()}")
    return service


@contextmanager
def _control_logix() -> Iterator[Plant]:
    with logix_server.running(logix_plant.press()) as live:

        def change() -> None:
            limits = DataType("Limits", (Member("Max", "REAL"), Member("Least", "REAL")))
            live.play(logix_scene.change_type, limits)
            live.play(logix_scene.add_tag, Tag("Bypass", "BOOL"), "MainProgram")
            live.play(logix_scene.online_edit, "MainProgram", "TwoHand")

        yield Plant(live.host, live.port, lambda: len(live.server.violations), change)


_LOGIX = {
    ("", 0x65): "encapsulation 65: register session",
    ("06", 0x52): "52 on class 06: unconnected send",
    ("06", 0x54): "54 or 5B on class 06: forward open, to the message router only",
    ("06", 0x5B): "54 or 5B on class 06: forward open, to the message router only",
    ("06", 0x4E): "4E on class 06: forward close",
    ("02", 0x0A): "0A on class 02: multiple service packet",
    ("01", 0x01): "01 on class 01: identity",
    ("64", 0x03): "03 on class 64: name of the project",
    ("8b", 0x03): "03 on class 8B: wall clock",
    ("8e", 0x03): "03 on class 8E: AuditValue and ChangesToDetect",
    ("ac", 0x03): "03 on class AC: edit counters",
    ("f4", 0x01): "01 on class F4: ports",
    ("f5", 0x01): "01 on class F5: TCP/IP",
    ("f6", 0x01): "01 on class F6: Ethernet link",
    ("6b", 0x55): "55 on class 6B: symbols of the controller",
    ("name 6b", 0x55): "55 on class 6B of a program: its symbols",
    ("6c", 0x03): "03 on class 6C: head of a template",
    ("6c", 0x4C): "4C on class 6C: template",
    ("name", 0x4C): "4C on a name: a tag, only where one is configured",
    ("68", 0x4B): "4B on class 68: programs, only for routine fingerprints",
    ("68", 0x03): "03 on class 68: name of a program, only for routine fingerprints",
    ("68 6d", 0x4B): "4B on class 68/6D: routines, only for routine fingerprints",
    ("68 6d", 0x03): "03 on class 68/6D: name, type, size, only for routine fingerprints",
    ("68 6d", 0x4C): "4C on class 68/6D: ladder, only for routine fingerprints",
    ("68 6d", 0x52): "52 on class 68/6D: other code, only for routine fingerprints",
}


def _logix_services(stream: bytes) -> set[str]:
    found = set()
    while stream:
        size = 24 + int.from_bytes(stream[2:4], "little")
        frame, stream = stream[:size], stream[size:]
        if len(frame) != size or frame[0] not in (0x65, 0x6F, 0x70):
            raise ValueError(f"frames do not follow each other: {frame.hex()}")
        if frame[0] == 0x65:
            found.add(_LOGIX["", 0x65])
        else:
            found |= _cip_services(frame[40 if frame[0] == 0x6F else 46 :])
    return found


def _cip_services(message: bytes) -> set[str]:
    size = 2 + 2 * message[1]
    named, data = (_cip_path(message[2:size]), message[0]), message[size:]
    if named not in _LOGIX:
        raise ValueError(f"this is no read: {message.hex()}")
    within: list[bytes] = []
    if named == ("06", 0x52):
        within = [data[4 : 4 + int.from_bytes(data[2:4], "little")]]
    if named == ("02", 0x0A):
        starts = [int.from_bytes(data[2 * n : 2 * n + 2], "little") for n in range(1, data[0] + 1)]
        within = [data[at:end] for at, end in pairwise([*starts, len(data)])]
    return {_LOGIX[named]}.union(*map(_cip_services, within))


def _cip_path(path: bytes) -> str:
    parts, at = [], 0
    while at < len(path):
        if path[at] == 0x20:
            parts.append(f"{path[at + 1]:02x}")
        if path[at] == 0x91:
            parts.append("name")
            at += 2 + path[at + 1] + path[at + 1] % 2
        else:
            at += {0x25: 4, 0x26: 6}.get(path[at], 2)
    return " ".join(parts)


@contextmanager
def _micrologix() -> Iterator[Plant]:
    with pccc_server.running(pccc_plant.press()) as live:

        def change() -> None:
            files = [pccc_plant.ladder(), pccc_plant.motor(limit=7)]
            live.play(pccc_scene.download, "MAIN_NEW", 0x8237, LOADED, files)

        yield Plant(live.host, live.port, lambda: len(live.server.violations), change)


_PCCC_COMMANDS = {
    (0x06, 0x03): "PCCC 06/03: diagnostic status",
    (0x0F, 0xA2): "PCCC 0F/A2: protected typed logical read with three address fields",
    (0x0F, 0x01): "PCCC 0F/01: word range read",
}


def _pccc_services(stream: bytes) -> set[str]:
    found = set()
    while stream:
        size = 24 + int.from_bytes(stream[2:4], "little")
        frame, stream = stream[:size], stream[size:]
        if len(frame) != size or frame[1]:
            raise ValueError(f"frames do not follow each other: {frame.hex()}")
        found.add(_pccc_service(frame))
    return found


def _pccc_service(frame: bytes) -> str:
    if frame[0] == 0x65 and frame[24:] == b"\x01\x00\x00\x00":
        return "encapsulation 65: register session"
    message = frame[40:]
    if frame[0] == 0x6F and frame[30:32] == b"\x02\x00" and frame[36:38] == b"\xb2\x00":
        if message == b"\x01\x02\x20\x01\x24\x01":
            return "01 on class 01: get all attributes of the identity"
        command = message[13:]
        if message[:6] == b"\x4b\x02\x20\x67\x24\x01" and len(command) > 4:
            return _PCCC_COMMANDS[command[0], command[4]]
    raise ValueError(f"this is no read: {frame.hex()}")


EXAMINEES = (
    Examinee("pccc", _micrologix, PcccOptions(actual_values=("N7",)), _pccc_services),
    Examinee(
        "logix",
        _control_logix,
        LogixOptions(slots=tuple(range(6)), routine_fingerprints=True),
        _logix_services,
    ),
    Examinee(
        "s7",
        _press,
        S7Options(),
        _s7_services,
        Locked(_locked_press, S7Options(password=Secret("sesame")), "sesame"),
    ),
)
