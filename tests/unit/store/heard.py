"""What witnesses could have handed in, for tests."""

from datetime import datetime, timedelta

from ccontrol.model.engineering import (
    Actor,
    Completeness,
    Effect,
    EngineeringEvent,
    Outcome,
    Target,
    Testimony,
    Touched,
    Witness,
)
from ccontrol.model.witness import Heard, Watch

SENSOR = "span-a"


def download(
    at: datetime,
    address: str = "127.0.0.1",
    *,
    seconds: float = 2.0,
    port: int = 50_000,
    kind: str = "OB",
    name: str = "OB1",
) -> EngineeringEvent:
    """An engineering station loaded a block into a controller."""
    return EngineeringEvent(
        first=at,
        last=at + timedelta(seconds=seconds),
        controller=Target(address, 102),
        actor=Actor("127.0.0.9", port),
        protocol="s7comm",
        action="program.download",
        effect=Effect.MODIFY,
        techniques=("T0843",),
        objects=(Touched(kind, name, Outcome(3)),),
        objects_left_out=0,
        count=3,
        outcome=Outcome(3),
        completeness=Completeness.FULL,
        redacted=False,
        testimony=Testimony(Witness.LIVE, SENSOR, 1, 9),
    )


def heard(said: EngineeringEvent | Watch, at: datetime, controller_id: str = "press-3") -> Heard:
    """A line of the log, taken in at a time."""
    return Heard(at, "" if isinstance(said, Watch) else controller_id, said, SENSOR)


def watch(since: datetime, seconds: float = 10.0) -> Watch:
    """A sensor watched for so long."""
    return Watch(SENSOR, since, since + timedelta(seconds=seconds), 100, 0, (("127.0.0.1", 40),))
