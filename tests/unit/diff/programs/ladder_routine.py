"""A routine and what is told of changes to it."""

from ccontrol.diff.programs.changes import LogicKind
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.rungs import diff_rungs
from ccontrol.logic.ladder.model import Rung
from ccontrol.logic.ladder.neutral import read_rung

START = "[XIC(Start) ,XIC(Run) ]XIO(Stop)OTE(Run);"
RECIPE = "XIC(Go)MOV(5,Speed)TON(T1,?,?)Valve_AOI(V1,Open)JSR(Sub,0);"
ALARM = "GRT(Temp,80)LIM(1,Level,9)OTL(Hot);"
ROUTINE = tuple(map(read_rung, (START, RECIPE, ALARM)))


def told(before: tuple[Rung, ...], after: tuple[Rung, ...]) -> list[tuple[LogicKind, str]]:
    diffs = diff_rungs(before, after, Effort())
    return [(change.kind, change.sentence) for diff in diffs for change in diff.changes]


def changed(number: int, text: str) -> tuple[Rung, ...]:
    return tuple(read_rung(text) if n == number else rung for n, rung in enumerate(ROUTINE, 1))
