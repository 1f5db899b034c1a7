"""What differs in sight and findings: lists that could not be had, how well each aspect is seen."""

from collections.abc import Iterator

from ccontrol.model.aspect import Aspect, Strength
from ccontrol.model.change import Change, Difference, Kind
from ccontrol.model.finding import Finding
from ccontrol.model.state import State
from ccontrol.model.unit import UnitId

_WEAKNESS = {strength: place for place, strength in enumerate(Strength)}


def sight_changes(before: State, after: State) -> Iterator[Change]:
    """Yield what differs in lists, strengths and findings, in no order."""
    yield from _lists(before, after)
    yield from _strengths(before, after)
    yield from _findings(before.findings, after.findings)


def _lists(before: State, after: State) -> Iterator[Change]:
    for kind in before.listed ^ after.listed:
        yield _list(Kind.FOUND if kind in after.listed else Kind.REMOVED, kind)
    for kind in before.unlisted.keys() | after.unlisted:
        old, new = before.unlisted.get(kind), after.unlisted.get(kind)
        if old == new:
            continue
        if old is None:
            yield _list(Kind.LOST_SIGHT, kind, reason=new or "")
        elif new is None:
            yield _list(Kind.REGAINED, kind)
        else:
            yield _list(Kind.CHANGED, kind, (Difference("reason", old, new),), new)


def _list(
    kind: Kind,
    of: str,
    differences: tuple[Difference, ...] = (),
    reason: str = "",
) -> Change:
    return Change(kind, Aspect.SIGHT, UnitId("list", of), f"{of} list", differences, reason)


def _strengths(before: State, after: State) -> Iterator[Change]:
    for aspect in before.strengths.keys() | after.strengths:
        old, new = before.strengths.get(aspect), after.strengths.get(aspect)
        if old != new:
            difference = Difference("strength", _word(old), _word(new))
            unit_id = UnitId("strength", aspect.value)
            title = f"sight of {aspect.value}"
            yield Change(_kind(old, new), Aspect.SIGHT, unit_id, title, (difference,))


def _kind(old: Strength | None, new: Strength | None) -> Kind:
    if old is None:
        return Kind.FOUND
    return Kind.LOST_SIGHT if new is None or _WEAKNESS[new] > _WEAKNESS[old] else Kind.REGAINED


def _word(strength: Strength | None) -> str | None:
    return strength.value if strength else None


def _findings(before: frozenset[Finding], after: frozenset[Finding]) -> Iterator[Change]:
    raised = after - before
    again = {_about(finding) for finding in raised}
    for finding in raised:
        yield _finding(Kind.RAISED, finding)
    for finding in before - after:
        if _about(finding) not in again:
            yield _finding(Kind.CLEARED, finding)


def _about(finding: Finding) -> tuple[str, str, Aspect]:
    return finding.code, finding.subject, finding.aspect


def _finding(kind: Kind, finding: Finding) -> Change:
    """A finding's change is about the unit `<code>/<subject>`, for rules to know it by."""
    unit_id = UnitId(finding.code, finding.subject)
    title = finding.code.replace("-", " ")
    return Change(kind, finding.aspect, unit_id, title, (), finding.text)
