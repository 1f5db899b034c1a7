"""Our Logix driver reads cpppo's server, which refuses and invents, and is not fooled by it."""

import asyncio

import pytest

from ccontrol.clock import SystemClock
from ccontrol.drivers.api import Ask
from ccontrol.drivers.logix import LogixDriver
from ccontrol.drivers.logix.options import LogixOptions
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.controller import Controller
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Read, Snapshot, Unread
from ccontrol.model.unit import UnitId

pytestmark = pytest.mark.strangers
EDITS, AUDIT = UnitId("edits", "controller"), UnitId("audit", "controller")


class Unpaced:
    async def turn(self) -> None:
        """Let everybody through."""


def look(port: int, depth: Depth, options: LogixOptions) -> Snapshot:
    controller = Controller(
        "stranger", "north", "hall", "logix", "127.0.0.1", port, options=options
    )
    driver = LogixDriver()
    poll = driver.collect(controller, Ask(depth), Unpaced(), SystemClock())
    return driver.interpret(asyncio.run(poll), Seal(b"stranger" * 4))


@pytest.mark.parametrize("depth", Depth)
def test_who_it_is_is_read_and_what_it_lacks_is_not_invented(cip_server: int, depth: Depth) -> None:
    snapshot = look(cip_server, depth, LogixOptions(slots=(0,)))
    identity = snapshot.sightings[UnitId("identity", "controller")]
    assert isinstance(identity, Read)
    assert identity.unit.title == "1756-L61/B LOGIX5561"
    assert not isinstance(snapshot.sightings.get(AUDIT), Read)
    assert isinstance(snapshot.sightings[EDITS], Unread)  # its list tells no count, against CIP
    assert snapshot.strengths.get(Aspect.PROGRAM) in (None, Strength.NONE)


def test_a_tag_that_nobody_fills_is_no_audit_value(cip_server: int) -> None:
    snapshot = look(cip_server, Depth.GLANCE, LogixOptions(slots=(), audit_tag="AuditCopy"))
    audit = snapshot.sightings[AUDIT]
    assert isinstance(audit, Unread)
    assert "no GSV instruction fills it" in audit.reason
