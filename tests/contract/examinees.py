"""Who sits the exam: each family with a simulated plant of its own and a witness of its wire.

To add a family, write its `Examinee` here; the exam itself knows no family.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from ccontrol.drivers.pccc.options import PcccOptions
from ccontrol.drivers.s7.options import S7Options
from ccontrol.model.secret import Secret
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
        "s7",
        _press,
        S7Options(),
        _s7_services,
        Locked(_locked_press, S7Options(password=Secret("sesame")), "sesame"),
    ),
)
