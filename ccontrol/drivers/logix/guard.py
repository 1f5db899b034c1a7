"""What may be asked of a Logix controller, in words. The frames are judged in enip.guard. Pure.

Services and objects: 1756-PM020 (tags, templates, edit counters), The CIP Networks Library (the
rest). The objects of routines are not documented by Rockwell; their services are those with which a
1756-L61 answers an upload of FactoryTalk Linx, and they may leave only where the owner wants it.
"""

from ccontrol.drivers.enip import guard
from ccontrol.drivers.enip.guard import ATTRIBUTES, NO_PARAMETERS, Guard, Read, guard_of

_READS = {
    "01 on class 01: identity": Read("01", 0x01, NO_PARAMETERS),
    "01 on class 02: list of objects": Read("02", 0x01, NO_PARAMETERS),
    "03 on class 64: name of the project": Read("64", 0x03, ATTRIBUTES),
    "03 on class 8B: wall clock": Read("8B", 0x03, ATTRIBUTES),
    "03 on class 8E: AuditValue and ChangesToDetect": Read("8E", 0x03, ATTRIBUTES),
    "03 on class AC: edit counters": Read("AC", 0x03, ATTRIBUTES),
    "01 on class F4: ports": Read("F4", 0x01, NO_PARAMETERS),
    "01 on class F5: TCP/IP": Read("F5", 0x01, NO_PARAMETERS),
    "01 on class F6: Ethernet link": Read("F6", 0x01, NO_PARAMETERS),
    "55 on class 6B: symbols of the controller": Read("6B", 0x55, ATTRIBUTES),
    "55 on class 6B of a program: its symbols": Read("name/6B", 0x55, ATTRIBUTES),
    "03 on class 6C: head of a template": Read("6C", 0x03, ATTRIBUTES),
    "4C on class 6C: template": Read("6C", 0x4C, rb".{6}"),
    "4C on a name: a tag, only where one is configured": Read("name", 0x4C, rb"[\x01-\x10]\x00"),
}
_ROUTINE_READS = {
    "4B on class 68: programs, only for routine fingerprints": Read("68", 0x4B, NO_PARAMETERS),
    "03 on class 68: name of a program, only for routine fingerprints": Read(
        "68", 0x03, ATTRIBUTES
    ),
    "4B on class 68/6D: routines, only for routine fingerprints": Read(
        "68/6D", 0x4B, NO_PARAMETERS
    ),
    "03 on class 68/6D: name, type, size, only for routine fingerprints": Read(
        "68/6D", 0x03, ATTRIBUTES
    ),
    "4C on class 68/6D: ladder, only for routine fingerprints": Read(
        "68/6D", 0x4C, rb"\x00\x00.{4}"
    ),
    "52 on class 68/6D: other code, only for routine fingerprints": Read(
        "68/6D", 0x52, rb"\x00\x00.{4}"
    ),
}
SERVICES = (
    guard.SESSION,
    guard.ROUTED,
    guard.CONNECT,
    guard.DISCONNECT,
    guard.PACKET,
    *_READS,
    *_ROUTINE_READS,
)
"""Everything that may leave, in words."""

_PLAIN, _WITH_ROUTINES = guard_of(_READS), guard_of(_READS | _ROUTINE_READS)


def guard_for(*, routines: bool) -> Guard:
    """Return the guard of one poll; `routines` says whether the owner asked for fingerprints."""
    return _WITH_ROUTINES if routines else _PLAIN
