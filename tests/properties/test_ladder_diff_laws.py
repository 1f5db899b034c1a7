"""Laws of the ladder diff: nothing is lost, equal rungs have nothing to tell, marks point right."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.diff.programs.changes import LogicKind, RungDiff
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.pairing import pair_rungs
from ccontrol.diff.programs.rungs import diff_rungs
from ccontrol.logic.ladder.model import Branch, Element, ElementPath, Rung, Series
from tests.properties.ladder_values import ANY_RUNGS, LOGIX_RUNGS

RUNGS = st.lists(LOGIX_RUNGS, max_size=4)
EFFORTS = st.sampled_from([0, 5, 50, 20_000_000])


def element_at(series: Series, path: ElementPath) -> Element | Series:
    found: Element = series[path[0]]
    for number, index in zip(path[1::2], path[2::2], strict=False):
        assert isinstance(found, Branch)
        found = found.legs[number][index]
    if len(path) % 2:
        return found
    assert isinstance(found, Branch)
    return found.legs[path[-1]]


@settings(max_examples=50)
@given(RUNGS)
def test_a_routine_does_not_differ_from_itself(rungs: list[Rung]) -> None:
    assert diff_rungs(rungs, list(rungs), Effort()) == ()


@settings(max_examples=50)
@given(RUNGS, RUNGS, EFFORTS)
def test_every_rung_is_paired_once_whatever_the_effort(
    before: list[Rung], after: list[Rung], most: int
) -> None:
    pairs = pair_rungs(before, after, Effort(most))
    assert [pair.after for pair in pairs if pair.after is not None] == list(range(len(after)))
    ours = [pair.before for pair in pairs if pair.before is not None]
    assert sorted(ours) == list(range(len(before)))
    stayed = [pair.before for pair in pairs if pair.before is not None and not pair.moved]
    assert stayed == sorted(stayed)


@settings(max_examples=50)
@given(RUNGS, RUNGS, EFFORTS)
def test_whatever_differs_is_told(before: list[Rung], after: list[Rung], most: int) -> None:
    diffs = diff_rungs(before, after, Effort(most))
    changes = [change for diff in diffs for change in diff.changes]
    assert bool(changes) == (before != after)
    for diff in diffs:
        assert bool(diff.changes) or diff.before == diff.after
        assert bool(diff.changes) == (diff.before != diff.after) or moved(diff)
        assert all(change.sentence.isprintable() for change in diff.changes)


def moved(diff: RungDiff) -> bool:
    return any(change.kind is LogicKind.MOVED for change in diff.changes)


@settings(max_examples=50)
@given(RUNGS, RUNGS)
def test_marks_point_at_elements_and_what_is_unmarked_is_the_same_on_both_sides(
    before: list[Rung], after: list[Rung]
) -> None:
    for diff in diff_rungs(before, after, Effort()):
        for rung, marks in ((diff.before, diff.before_marks), (diff.after, diff.after_marks)):
            for path in marks:
                assert rung is not None
                assert element_at(rung.elements, path) is not None
        if not diff.before_marks and not diff.after_marks and diff.before and diff.after:
            assert diff.before.elements == diff.after.elements


@settings(max_examples=50)
@given(st.lists(ANY_RUNGS, max_size=3), st.lists(ANY_RUNGS, max_size=3))
def test_rungs_of_any_family_and_of_rubbish_are_compared(
    before: list[Rung], after: list[Rung]
) -> None:
    changes = [change for diff in diff_rungs(before, after, Effort()) for change in diff.changes]
    assert bool(changes) == (before != after)
    assert all(change.sentence.isprintable() for change in changes)
