"""Who sits the exam: each family with a simulated plant of its own and a witness of its wire.

To add a family, write its `Examinee` here; the exam itself knows no family.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from ccontrol.drivers.s7.options import S7Options
from ccontrol.model.secret import Secret
from ccontrol.sim.s7 import plant, scene
from ccontrol.sim.s7.server import Live, running


@dataclass(frozen=True)
class Plant:
    """One simulated controller: where it listens, and what it saw that was no read."""

    host: str
    port: int
    violations: Callable[[], int]
    change: Callable[[], None]
    """Let an engineer change the program."""


@dataclass(frozen=True)
class Examinee:
    """One family as the exam sees it."""

    family: str
    plant: Callable[[], AbstractContextManager[Plant]]
    options: object
    locked_plant: Callable[[], AbstractContextManager[Plant]]
    """A controller that wants a password, which is `password`."""
    locked_options: object
    password: str
    services: Callable[[bytes], set[str]]
    """Which services a recorded stream asked for, in the manifest's words. Shares no line with the
    driver's guard; raises ValueError for what it does not know."""


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


EXAMINEES = (
    Examinee(
        "s7",
        _press,
        S7Options(),
        _locked_press,
        S7Options(password=Secret("sesame")),
        "sesame",
        _s7_services,
    ),
)
