"""The sensor of the demo: on the loopback where that is allowed, else at a mirror of the plant."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial

from ccontrol.cli.demo.programs import Program
from ccontrol.cli.demo.stage import FILLER, WITNESS_SOCKET, Stage
from ccontrol.errors import SensorError
from ccontrol.sensor.tap import How, Tap
from ccontrol.sources.wire.protocols import PORTS

_QUIET_S = "2"


@contextmanager
def sensor(stage: Stage) -> Iterator[None]:
    """Run the real sensor until the block ends; the daemon has to be there already."""
    stage.narrator.chapter("The daemon starts, and a sensor beside it that overhears the network")
    stage.wait_until("the daemon has a door for witnesses", (stage.folder / WITNESS_SOCKET).exists)
    why_not = _why_not_the_loopback()
    if why_not:
        stage.narrator.tell(f"({why_not}; so it hears")
        stage.narrator.tell(" what a mirror port of the simulated controllers shows, by a pipe)")
    with _ears(stage, at_mirror=bool(why_not)) as program:
        stage.narrator.shell(" ".join(("ccontrol", *program.arguments)), "")
        with stage.program(program):
            stage.wait_until("the daemon listens to it", partial(stage.hears, "a sensor listens"))
            yield


def _why_not_the_loopback() -> str:
    """Return why nobody may listen there; empty: the sensor can."""
    try:
        with closing(Tap("lo", How(frozenset(PORTS)))):
            return ""
    except SensorError as error:
        return str(error)


@contextmanager
def _ears(stage: Stage, *, at_mirror: bool) -> Iterator[Program]:
    """Yield the sensor's program, with the mirror's packets at its standard input if need be."""
    if not at_mirror:
        yield Program("sensor", stage.folder, _arguments(stage, "lo"))
        return
    near, far = os.pipe()
    try:
        stage.controllers.mirror.begin(far)
        yield Program("sensor", stage.folder, _arguments(stage, "-"), near)
    finally:
        stage.controllers.mirror.end()
        os.close(near)
        os.close(far)


def _arguments(stage: Stage, where: str) -> tuple[str, ...]:
    ports = (
        f"--port={live.port}={'enip' if name == FILLER else 's7'}"
        for name, live in stage.controllers.everyone.items()
    )
    return ("sense", where, f"--socket={WITNESS_SOCKET}", f"--quiet={_QUIET_S}", *ports)
