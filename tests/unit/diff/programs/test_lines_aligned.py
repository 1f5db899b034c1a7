"""Lines are found again: exactly, in bounded effort, and what was not looked at is said."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.diff.programs import lines
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.lines import align, line_diffs

few_letters = st.lists(st.sampled_from("abcd"), max_size=24)


def common_length(one: list[str], other: list[str]) -> int:
    """The longest common subsequence, by the textbook."""
    above = [0] * (len(other) + 1)
    for item in one:
        row = [0]
        for j, met in enumerate(other):
            row.append(above[j] + 1 if item == met else max(above[j + 1], row[-1]))
        above = row
    return above[-1]


@settings(deadline=None)  # the machine may be busy
@given(few_letters, few_letters, st.sampled_from([0, 8, 1 << 26]))
def test_a_common_subsequence_is_a_longest_one_halved_or_whole(
    one: list[str], other: list[str], kept: int
) -> None:
    old, new = [ord(each) for each in one], [ord(each) for each in other]
    pairs: list[tuple[int, int]] = []
    square = lines._Square(0, len(old), 0, len(new))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_MOST_BITS_KEPT", kept)
        assert lines._common(square, old, new, pairs, Effort())
    assert len(pairs) == common_length(one, other)


@settings(deadline=None)  # the machine may be busy
@given(few_letters, few_letters)
def test_pairs_are_equal_rise_and_with_the_gaps_cover_everything(
    one: list[str], other: list[str]
) -> None:
    found = align(one, other, Effort())
    assert all(one[i] == other[j] for i, j in found.pairs)
    assert list(found.pairs) == sorted(set(found.pairs))
    assert sorted([i for i, _ in found.pairs] + [i for gap in found.gaps for i in gap.before]) == [
        *range(len(one))
    ]
    assert sorted([j for _, j in found.pairs] + [j for gap in found.gaps for j in gap.after]) == [
        *range(len(other))
    ]
    assert all(gap.compared for gap in found.gaps)


@settings(deadline=None)  # the machine may be busy
@given(few_letters, few_letters)
def test_both_texts_come_back_from_the_pairs(one: list[str], other: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "CONTEXT_LINES", 1000)
        shown = line_diffs(one, other, align(one, other, Effort()).pairs)
    if one == other:
        assert shown == ()
        return
    assert [line.text for line in shown if line.sign != "+"] == one
    assert [line.text for line in shown if line.sign != "-"] == other


def test_only_changed_lines_and_their_neighbours_are_shown() -> None:
    old = [f"line {number}" for number in range(100)]
    new = [*old[:50], "changed", *old[51:]]
    shown = line_diffs(old, new, align(old, new, Effort()).pairs)
    assert [line.text for line in shown if line.sign == " "] == [
        *old[47:50],
        *old[51:54],
    ]


def test_a_fifth_of_a_megabyte_of_lines_changed_is_within_the_default_effort() -> None:
    """The standard library's differ did not end within two minutes."""
    dice = random.Random(1)
    old = [f"{dice.randrange(2000):016d}" for _ in range(60_000)]
    new = [line if dice.random() > 0.2 else f"new {dice.randrange(2000)}" for line in old]
    found = align(old, new, Effort())
    assert len(found.pairs) > 40_000
    assert all(gap.compared for gap in found.gaps)


def test_what_is_beyond_the_effort_is_a_gap_that_says_so() -> None:
    old = ["same", *("ab" * 400), "end"]
    new = ["same", *("ba" * 400), "end"]
    found = align(old, new, Effort(100))
    assert found.pairs == ((0, 0), (len(old) - 1, len(new) - 1))
    assert [gap.compared for gap in found.gaps] == [False]


def test_effort_that_does_not_reach_for_one_is_left_for_a_smaller_one() -> None:
    effort = Effort(10)
    assert not effort.spend(11)
    assert effort.spend(10)
    assert not effort.spend(1)
    assert effort.left == 0
