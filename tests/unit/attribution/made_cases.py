"""Cases made by hand: a press, ten minutes, and whatever a test says was heard in them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ccontrol.attribution.case import Case
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, ChangeSet, Difference, Kind
from ccontrol.model.controller import Controller
from ccontrol.model.engineering import (
    Actor,
    Completeness,
    EngineeringEvent,
    Outcome,
    Reach,
    Role,
    Target,
    Testimony,
    Touched,
    Witness,
)
from ccontrol.model.judgement import Window
from ccontrol.model.snapshot import LogEntry
from ccontrol.model.unit import Unit, UnitId, Value, fields
from ccontrol.model.witness import Hearing, OwnConnection, Watch
from ccontrol.sources.actions import ACTIONS

PRESS = Controller("press-3", "north", "hall", "s7", "192.0.2.1", 102)
OPENED = datetime(2026, 2, 3, 4, 0, tzinfo=UTC)
CLOSED = OPENED + timedelta(minutes=10)
WINDOW = Window(OPENED, CLOSED)
OB1 = UnitId("OB", "OB1")
DONE, REFUSED, UNANSWERED = Outcome(done=1), Outcome(refused=1, errors=("D209",)), Outcome(
    unanswered=1
)  # fmt: skip
ENGINEER = Actor("192.0.2.50", 50_001, role=Role.ENGINEERING)


def at(minutes: float) -> datetime:
    return OPENED + timedelta(minutes=minutes)


def changed(
    unit: UnitId = OB1,
    aspect: Aspect = Aspect.PROGRAM,
    kind: Kind = Kind.CHANGED,
    **differences: tuple[Value | None, Value | None],
) -> Change:
    told = tuple(Difference(name, *pair) for name, pair in sorted(differences.items()))
    return Change(kind, aspect, unit, unit.key, told)


CARD = changed(UnitId("hardware", "memory-card"), Aspect.HARDWARE, serial=("MMC 1111", "MMC 2222"))
KEY = changed(UnitId("protection", "cpu"), Aspect.PROTECTION, mode_switch=(1, 2))
MODE = changed(UnitId("mode", "cpu"), Aspect.MODE, mode=("RUN", "STOP"))


def block(crc: str, code_time: str = "2026-02-03T04:00:00.000", key: str = "OB1") -> Unit:
    kind = key.rstrip("0123456789")
    moving = fields(code_time=code_time)
    return Unit(
        UnitId(kind, key), Aspect.PROGRAM, key, fields(crc=crc, mc7_bytes=100), None, moving
    )


def touched(
    name: str = "OB1",
    outcome: Outcome = DONE,
    kind: str = "",
    size: int | None = None,
    **facts: str,
) -> Touched:
    said = tuple(sorted((fact.replace("_", "-"), value) for fact, value in facts.items()))
    return Touched(kind or name.rstrip("0123456789"), name, outcome, size, facts=said)


def event(
    action: str = "program.download",
    *objects: Touched,
    actor: Actor = ENGINEER,
    when: float = 5,
    outcome: Outcome = DONE,
    completeness: Completeness = Completeness.FULL,
    witness: Witness = Witness.LIVE,
    reach: Reach = Reach.NETWORK,
    weaknesses: tuple[str, ...] = (),
    left_out: int = 0,
) -> EngineeringEvent:
    meaning = ACTIONS[action]
    return EngineeringEvent(
        first=at(when),
        last=at(when),
        controller=Target(PRESS.address, PRESS.port),
        actor=actor,
        protocol="s7comm",
        action=action,
        effect=meaning.effect,
        techniques=meaning.techniques,
        objects=objects,
        objects_left_out=left_out,
        count=1,
        outcome=outcome,
        completeness=completeness,
        redacted=False,
        testimony=Testimony(witness, "span-a", 1, 2, weaknesses),
        reach=reach,
    )


def entry(action: str, reach: Reach, code: str = "4303") -> LogEntry:
    return LogEntry(code, "what it says", "2026-02-03T04:05:06", "00", action, reach)


def watch(
    since: float = -1, until: float = 11, dropped: int = 0, heard: int = 9, sensor: str = "span-a"
) -> Watch:
    told = ((PRESS.address, heard),) if heard else ()
    return Watch(sensor, at(since), at(until), 1000, dropped, told)


def own(
    since: float, until: float, port: int = 41_000, address: str = "192.0.2.9"
) -> OwnConnection:
    return OwnConnection(address, port, at(since), at(until))


def case(
    *changes: Change,
    events: Iterable[EngineeringEvent] = (),
    watches: Iterable[Watch] = (),
    log: Iterable[LogEntry] = (),
    before: Iterable[Unit] = (),
    after: Iterable[Unit] = (),
    window: Window = WINDOW,
    hearing: Hearing | None = None,
    first: bool = False,
) -> Case:
    heard = hearing or Hearing()
    return Case(
        ChangeSet(PRESS.id, changes, first),
        (window,) * len(changes),
        PRESS,
        {unit.id: unit for unit in before},
        {unit.id: unit for unit in after},
        tuple(log),
        replace(heard, events=tuple(events) or heard.events, watches=tuple(watches)),
    )
