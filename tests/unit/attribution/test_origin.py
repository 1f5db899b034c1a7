"""Where a change came from, as far as this version may say."""

from ccontrol.attribution.judge import judge
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Change, ChangeSet, Kind
from ccontrol.model.judgement import Origin
from ccontrol.model.snapshot import LogEntry
from ccontrol.model.unit import UnitId

STOP = LogEntry("4303", "STOP by the mode switch", "2026-02-03T04:05:06", "00")


def changed(kind: Kind, aspect: Aspect = Aspect.PROGRAM) -> ChangeSet:
    return ChangeSet("press-3", (Change(kind, aspect, UnitId("block", "OB1"), "OB1"),))


def test_without_evidence_the_origin_is_unknown_even_beside_a_log() -> None:
    found = judge(changed(Kind.CHANGED), (STOP,))
    assert found.origin is Origin.UNKNOWN
    assert found.evidence == ("2026-02-03T04:05:06 4303 STOP by the mode switch",)


def test_a_first_sight_is_our_own_doing() -> None:
    assert judge(ChangeSet("press-3", (), first=True), (STOP,)).origin is Origin.SELF


def test_a_first_look_in_a_new_place_is_our_own_doing() -> None:
    assert judge(changed(Kind.FOUND), ()).origin is Origin.SELF
    assert judge(changed(Kind.REGAINED, Aspect.SIGHT), ()).origin is Origin.SELF
    assert judge(changed(Kind.REGAINED), ()).origin is Origin.UNKNOWN
