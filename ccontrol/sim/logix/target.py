"""What a path points at: an object of a class, within a program or not, or a tag.

Logix nests classes (68/program/6D/routine) and lets `Program:Name` stand for the first pair.
"""

from dataclasses import dataclass

from ccontrol.sim.logix.cip import RefusedError, Segment, Status, Step

PROGRAM_CLASS, SYMBOL_CLASS = 0x68, 0x6B


@dataclass(frozen=True, slots=True)
class Target:
    """Class and instance pairs, outermost first, and the steps of a tag where there is one."""

    pairs: tuple[tuple[int, int], ...] = ()
    attribute: int | None = None
    program: str = ""
    tag: tuple[Step, ...] = ()

    @property
    def kind(self) -> int:
        """The innermost class; raises RefusedError when the path names none."""
        if not self.pairs:
            raise RefusedError(Status.PATH_SEGMENT)
        return self.pairs[-1][0]

    @property
    def instance(self) -> int:
        """The innermost instance."""
        return self.pairs[-1][1]

    @property
    def outer(self) -> tuple[int, int] | None:
        """The pair around the innermost one."""
        return self.pairs[-2] if len(self.pairs) > 1 else None


def target_of(steps: tuple[Step, ...]) -> Target:
    """Sort the steps of a path; raises RefusedError for an order that makes no sense."""
    program, rest = "", steps
    if rest and rest[0].kind is Segment.SYMBOL and rest[0].name.lower().startswith("program:"):
        program, rest = rest[0].name[len("program:") :], rest[1:]
        if not rest:
            return Target(program=program, tag=steps)
    if rest and rest[0].kind is Segment.SYMBOL:
        return Target(program=program, tag=rest)
    return _object(rest, program)


def _object(steps: tuple[Step, ...], program: str) -> Target:
    pairs: list[tuple[int, int]] = []
    attribute, at = None, 0
    while at < len(steps) and steps[at].kind is Segment.CLASS:
        instance = 0
        follows = at + 1 < len(steps) and steps[at + 1].kind is Segment.INSTANCE
        if follows:
            instance = steps[at + 1].number
        pairs.append((steps[at].number, instance))
        at += 2 if follows else 1
    rest = steps[at:]
    if rest and rest[0].kind is Segment.ATTRIBUTE:
        attribute, rest = rest[0].number, rest[1:]
    if rest and not (pairs and pairs[-1][0] == SYMBOL_CLASS):
        raise RefusedError(Status.PATH_SEGMENT)
    return Target(tuple(pairs), attribute, program, rest)
