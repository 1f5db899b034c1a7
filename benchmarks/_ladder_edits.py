"""Ladder routines and random edits of them whose truth is known: what benchmark and tests share.

Routines are generated, or read from real project files where there are some.
"""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ccontrol.diff.programs.changes import LogicKind
from ccontrol.errors import BadFileError
from ccontrol.logic.file import ProjectFile
from ccontrol.logic.l5x import reader as l5x
from ccontrol.logic.ladder import text
from ccontrol.logic.ladder.mnemonics import Role, role
from ccontrol.logic.ladder.model import Branch, Element, Instruction, Rung, Series, instructions
from ccontrol.logic.ladder.neutral import read_rung
from ccontrol.logic.project import Language

Routine = tuple[Rung, ...]
_OPPOSITES = {"XIC": "XIO", "XIO": "XIC"}
_ROBBED = {Role.COIL: LogicKind.COIL_REMOVED, Role.CALL: LogicKind.CALL_REMOVED}
_FEWEST_RUNGS, _MOST_RUNGS = 6, 500


def corpus() -> Path:
    """Where real project files may lie."""
    beside = Path(__file__).parents[2] / "shared" / "corpus"
    return Path(os.environ.get("CCONTROL_CORPUS", beside)) / "l5x"


def real_routines(folder: Path, most_bytes: int = 1 << 30) -> list[Routine]:
    """Read every different ladder routine of six rungs or more; [] where there are none.

    Of a longer one its first 500: what nobody edits would only better the figures.
    """
    found: dict[str, Routine] = {}
    for path in sorted(folder.rglob("*.L5X")):
        if path.stat().st_size > most_bytes:
            continue
        try:
            with path.open("rb") as stream:
                file = ProjectFile(path.name, path.stat().st_size, stream)
                project = l5x.FORMAT.read(file, lambda _: "sealed")
        except BadFileError:
            continue
        for part in project.parts:
            if part.language is Language.LADDER:
                rungs = text.parse(part.text)
                if len(rungs) >= _FEWEST_RUNGS:
                    rungs = rungs[:_MOST_RUNGS]
                    found.setdefault(text.render(rungs), rungs)
    return list(found.values())


_PATTERNS = (
    "[XIC({m}_Start) ,XIC({m}_Run) ]XIO({m}_Stop)XIC({m}_Ok)OTE({m}_Run);",
    "XIC({m}_Run)TON({m}_Tmr,?,?);",
    "XIC({m}_Tmr.DN)XIO({m}_Fdbk)OTL({m}_Fault);",
    "XIC(Reset)XIC({m}_Fault)OTU({m}_Fault);",
    "GRT({m}_Temp,{n})ONS({m}_Hs)OTL({m}_Hot);",
    "XIC({m}_Auto)MOV({n},{m}_Sp)MUL({m}_Sp,{m}_K,{m}_Out);",
    "EQU({m}_Step,{n})[XIC({m}_Ok) MOV(1,{m}_Step) ,OTE({m}_Wait) ];",
    "JSR({m}_Control,0);",
    "XIC(Enable)Valve_AOI({m}_Aoi,{m}_Open,{m}_Closed,{m}_Cmd);",
    "[XIC({m}_Jog) XIO({m}_Auto) ,XIC({m}_Auto) [XIC(A) ,XIO(B) ] ]OTE({m}_Cmd);",
    "XIC({m}_Guard)XIC({m}_Estop)XIO({m}_Trip)OTE({m}_Permit);",
)


def generated_routines(seed: int, count: int, most_rungs: int = 60) -> list[Routine]:
    """Make routines as people write them: the same few rungs for one drive after the other."""
    chance = random.Random(seed)
    routines = []
    for _ in range(count):
        rungs: list[Rung] = []
        size = chance.randint(_FEWEST_RUNGS, most_rungs)
        while len(rungs) < size:
            drive = f"{chance.choice(['Pump', 'Fan', 'Conv', 'XV'])}{chance.randint(1, 400)}"
            for pattern in chance.sample(_PATTERNS, chance.randint(2, 6)):
                comment = f"{drive}: {chance.randint(1, 999)}" if chance.random() < 0.3 else ""
                rungs.append(read_rung(pattern.format(m=drive, n=chance.randint(1, 99)), comment))
        routines.append(tuple(rungs[:size]))
    return routines


@dataclass
class Script:
    """A routine before and after some edits, and what was done."""

    before: Routine
    after: list[Rung]
    origin: list[int | None]
    """Per rung after: which one it was, None: it is new."""
    done: dict[int, LogicKind | None] = field(default_factory=dict)
    """Per changed rung before: the kind injected; None: an edit of no particular kind."""


class Vandal:
    """Edits routines at random, the same way for the same seed."""

    def __init__(self, seed: int, routines: list[Routine]) -> None:
        self._chance = random.Random(seed)
        self._routines = routines
        self._edits = [self._modify, self._inject, self._insert, self._delete, self._move]
        self._tags = sorted(
            {
                operand
                for routine in routines
                for rung in routine
                for _, one in instructions(rung.elements)
                for operand in one.operands
                if operand.isidentifier()
            }
        )

    def script(self) -> Script:
        """Take a routine and edit it one to four times."""
        before = self._chance.choice(self._routines)
        script = Script(before, list(before), list(range(len(before))))
        for _ in range(self._chance.randint(1, 4)):
            self._chance.choice(self._edits)(script)
        return script

    def modified(self, routine: Routine, share: float) -> Routine:
        """Return the routine with about that share of its rungs modified."""
        return tuple(
            self._mutated(rung)[0] if self._chance.random() < share else rung for rung in routine
        )

    def _modify(self, script: Script) -> None:
        self._change(script, self._chance.randrange(len(script.after)), self._mutated)

    def _inject(self, script: Script) -> None:
        """Do what a saboteur does, to the first of some rungs that lets it be done."""
        sabotage = self._chance.choice(
            [self._sabotaged, self._sabotaged, self._stopped, self._robbed, self._set]
        )
        for at in self._chance.sample(range(len(script.after)), len(script.after)):
            if sabotage(script.after[at])[1] is not None:
                self._change(script, at, sabotage)
                return

    def _change(
        self,
        script: Script,
        at: int,
        mutated: Callable[[Rung], tuple[Rung, LogicKind | None]],
    ) -> None:
        origin = script.origin[at]
        if origin is None or origin in script.done:
            return
        rung, kind = mutated(script.after[at])
        if rung != script.after[at]:
            script.after[at] = rung
            script.done[origin] = kind

    def _sabotaged(self, rung: Rung) -> tuple[Rung, LogicKind | None]:
        """Invert a contact, or lay a branch around it."""
        if not any(_is_contact(one) for _, one in instructions(rung.elements)):
            return rung, None
        while True:
            changed, kind = self._mutated(rung)
            if kind is not None:
                return changed, kind

    def _stopped(self, rung: Rung) -> tuple[Rung, LogicKind | None]:
        """Put an AFI somewhere."""
        at = self._chance.randint(0, len(rung.elements))
        elements = (*rung.elements[:at], Instruction("AFI"), *rung.elements[at:])
        return replace(rung, elements=elements), LogicKind.AFI_INSERTED

    def _robbed(self, rung: Rung) -> tuple[Rung, LogicKind | None]:
        """Take a coil or a call away."""
        for at, one in enumerate(rung.elements):
            kind = _ROBBED.get(role(one)) if isinstance(one, Instruction) else None
            if kind is not None and len(rung.elements) > 1:
                elements = (*rung.elements[:at], *rung.elements[at + 1 :])
                return replace(rung, elements=elements), kind
        return rung, None

    def _set(self, rung: Rung) -> tuple[Rung, LogicKind | None]:
        """Change a constant."""
        for at, one in enumerate(rung.elements):
            if isinstance(one, Instruction) and any(map(str.isdigit, one.operands)):
                number = next(n for n, operand in enumerate(one.operands) if operand.isdigit())
                operands = list(one.operands)
                operands[number] = str(int(operands[number]) + self._chance.randint(1, 50))
                changed = Instruction(one.op, tuple(operands))
                elements = (*rung.elements[:at], changed, *rung.elements[at + 1 :])
                return replace(rung, elements=elements), LogicKind.SETPOINT
        return rung, None

    def _insert(self, script: Script) -> None:
        source = self._chance.choice(self._chance.choice(self._routines))
        at = self._chance.randint(0, len(script.after))
        script.after.insert(at, self._mutated(self._mutated(source)[0])[0])
        script.origin.insert(at, None)

    def _delete(self, script: Script) -> None:
        if len(script.after) > _FEWEST_RUNGS // 2:
            at = self._chance.randrange(len(script.after))
            del script.after[at]
            origin = script.origin.pop(at)
            if origin is not None:
                script.done.pop(origin, None)

    def _move(self, script: Script) -> None:
        at = self._chance.randrange(len(script.after))
        to = self._chance.randrange(len(script.after))
        script.after.insert(to, script.after.pop(at))
        script.origin.insert(to, script.origin.pop(at))

    def _mutated(self, rung: Rung) -> tuple[Rung, LogicKind | None]:
        elements, kind = self._series(rung.elements)
        return replace(rung, elements=elements), kind

    def _series(self, series: Series) -> tuple[Series, LogicKind | None]:
        if not series:
            return (self._contact(),), None
        at = self._chance.randrange(len(series))
        element = series[at]
        if isinstance(element, Branch):
            changed, kind = self._branch(element, is_last=at == len(series) - 1)
        else:
            changed, kind = self._instruction(element, may_go=len(series) > 1)
        return (*series[:at], *changed, *series[at + 1 :]), kind

    def _branch(self, branch: Branch, *, is_last: bool) -> tuple[Series, LogicKind | None]:
        at = self._chance.randrange(len(branch.legs))
        if self._chance.random() < 0.2 and len(branch.legs) > 2:
            return (Branch((*branch.legs[:at], *branch.legs[at + 1 :])),), None
        if self._chance.random() < 0.3:
            added = Branch((*branch.legs, (self._contact(),)))
            holds = all(any(map(_is_contact, leg)) for leg in branch.legs)
            return (added,), LogicKind.BYPASS_ADDED if holds and not is_last else None
        leg, kind = self._series(branch.legs[at])
        return (Branch((*branch.legs[:at], leg, *branch.legs[at + 1 :])),), kind

    def _instruction(self, one: Instruction, *, may_go: bool) -> tuple[Series, LogicKind | None]:
        way = self._chance.choice(["invert", "bypass", "operand", "insert", "remove"])
        if way == "invert" and _is_contact(one):
            return (Instruction(_OPPOSITES[one.op], one.operands),), LogicKind.INVERTED_CONTACT
        if way == "bypass" and _is_contact(one):
            legs = [(one,), (self._contact(),) if self._chance.random() < 0.7 else ()]
            self._chance.shuffle(legs)
            return (Branch(tuple(legs)),), LogicKind.BYPASS_ADDED
        if way == "operand" and one.operands:
            operands = list(one.operands)
            operands[self._chance.randrange(len(operands))] = self._chance.choice(self._tags)
            return (Instruction(one.op, tuple(operands)),), None
        if way == "remove" and may_go:
            return (), LogicKind.CONDITION_REMOVED if _is_contact(one) else None
        return (one, self._contact()), None

    def _contact(self) -> Instruction:
        return Instruction(self._chance.choice(["XIC", "XIO"]), (self._chance.choice(self._tags),))


def _is_contact(element: Element) -> bool:
    return isinstance(element, Instruction) and element.op in _OPPOSITES
