"""`a > b` and `b < a` are the same; and whatever is told as the same is the same for all values."""

import math
import operator
from collections.abc import Callable, Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.diff.programs.changes import NO_LOGIC, LogicKind
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.fbd import diff_fbd
from ccontrol.diff.programs.rungs import diff_rungs
from ccontrol.diff.programs.st import diff_st
from ccontrol.diff.programs.words import meaning_of
from ccontrol.logic.ladder.neutral import read_rung
from tests.unit.diff.programs.made_projects import kinds

SAYS: Mapping[str, Callable[[float, float], bool]] = {
    "GRT": operator.gt,
    "GEQ": operator.ge,
    "LES": operator.lt,
    "LEQ": operator.le,
    "EQU": operator.eq,
    "NEQ": operator.ne,
}
VALUES = (-1.0, 0.0, 1.0, 2.0, math.nan)
SAME_FOR = [dict(zip("abcd", values, strict=True)) for values in product((0, 1, 2), repeat=4)]


def _rung_kinds(before: str, after: str) -> list[LogicKind]:
    diffs = diff_rungs((read_rung(before),), (read_rung(after),), Effort())
    return [change.kind for diff in diffs for change in diff.changes]


@pytest.mark.parametrize("old", SAYS)
@pytest.mark.parametrize("new", SAYS)
def test_no_ladder_comparison_is_told_as_the_same_that_is_not(old: str, new: str) -> None:
    for one, other in product("AB01", repeat=2):
        for ours in ((one, other), (other, one)):
            before, after = f"{old}({one},{other})OTE(x);", f"{new}({','.join(ours)})OTE(x);"
            found = set(_rung_kinds(before, after))
            if found <= NO_LOGIC:
                assert found or before == after
                assert _worth(old, one, other) == _worth(new, *ours)


def _worth(op: str, one: str, other: str) -> list[bool]:
    """Return what a comparison says, for all values of its tags."""
    helds = ({"A": a, "B": b, "0": 0.0, "1": 1.0} for a, b in product(VALUES, repeat=2))
    return [SAYS[op](held[one], held[other]) for held in helds]


@pytest.mark.parametrize("sign", ["=", "<>", "<", "<=", ">", ">="])
def test_a_comparison_read_from_its_other_side_is_no_change_of_logic(sign: str) -> None:
    mirrored = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(sign, sign)
    for text in ("IF {} THEN\n", "x := {} AND c;\n", "x := c OR ({});\n"):
        old, new = (f"ROUTINE a\n{text.format(f'a {sign} b')}" for _ in "ab")
        new = f"ROUTINE a\n{text.format(f'b {mirrored} a')}"
        assert kinds(diff_st(old, new, Effort()).changes) == [LogicKind.MNEMONIC_ONLY]
    assert _rung_kinds(f"CMP(a{sign}b)OTE(x);", f"CMP(b{mirrored}a)OTE(x);") == [
        LogicKind.MNEMONIC_ONLY
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a + b > c", "a + c < b"),
        ("a > b * c", "b < a * c"),
        ("NOT a > b", "NOT b < a"),
        ("s.a > b", "s.b < a"),
        ("a > b.c", "b < a.c"),
        ("a > b", "b <= a"),
        ("a > b AND c", "c < b AND a"),
    ],
)
def test_sides_that_are_bound_to_something_else_are_a_change(old: str, new: str) -> None:
    found = diff_st(f"ROUTINE a\nx := {old};\n", f"ROUTINE a\nx := {new};\n", Effort()).changes
    assert not set(kinds(found)) & NO_LOGIC


FUNCTIONS = "ROUTINE a (function blocks)\nLamp := {}\n"


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (
            "GRT__F(SourceA := a, SourceB := b)",
            "LES__F(SourceA := b, SourceB := a)",
            LogicKind.MNEMONIC_ONLY,
        ),
        (
            "GRT__F(SourceA := a, SourceB := b)",
            "LEQ__F(SourceA := b, SourceB := a)",
            LogicKind.INSTRUCTION_CHANGED,
        ),
        (
            "GRT__F(EN := a, SourceA := b)",
            "LES__F(EN := b, SourceA := a)",
            LogicKind.INSTRUCTION_CHANGED,
        ),
    ],
)
def test_a_function_is_mirrored_at_its_two_sides_alone(old: str, new: str, kind: LogicKind) -> None:
    found = diff_fbd(FUNCTIONS.format(old), FUNCTIONS.format(new), Effort()).changes
    assert kinds(found) == [kind]


sides = st.sampled_from(("a", "b", "c", "d", "1"))
terms = st.one_of(
    sides.map(lambda one: [one]),
    st.tuples(sides, st.sampled_from("+-*"), sides).map(list),
    sides.map(lambda one: ["NOT", one]),
)
relations = st.tuples(terms, st.sampled_from(("<", "<=", ">", ">=", "=", "<>")), terms).map(
    lambda held: [*held[0], held[1], *held[2]]
)
expressions = st.lists(
    st.tuples(relations, st.sampled_from(("AND", "OR", "XOR"))), min_size=1, max_size=3
).map(lambda held: [word for relation, join in held for word in (*relation, join)][:-1])
_SIGNS: tuple[Mapping[str, str], ...] = (
    {"<": ">", ">": "<", "<=": ">=", ">=": "<="},
    {">": "<="},
    {},
)


@given(expressions, st.data())
def test_no_expression_is_told_as_the_same_that_is_not(
    before: list[str], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(before) - 3))
    signs = data.draw(st.sampled_from(_SIGNS))
    one, sign, other = before[at : at + 3]
    after = [*before[:at], other, signs.get(sign, sign), one, *before[at + 3 :]]
    if meaning_of(before, after) in NO_LOGIC:
        assert all(_value(before, held) == _value(after, held) for held in SAME_FOR)


_LEVELS = (("OR",), ("XOR",), ("AND",), ("=", "<>"), ("<", "<=", ">", ">="), ("+", "-"), ("*",))
_DOES: Mapping[str, Callable[[float, float], float]] = {
    "OR": lambda one, other: bool(one) or bool(other),
    "XOR": lambda one, other: bool(one) != bool(other),
    "AND": lambda one, other: bool(one) and bool(other),
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


def _value(words: list[str], held: Mapping[str, float], level: int = 0) -> float:
    """Return what an expression without parentheses is worth, by the precedence of IEC 61131-3."""
    if level == len(_LEVELS):
        first, *rest = words
        return not _value(rest, held, level) if first == "NOT" else held.get(first, 1)
    places = [i for i, word in enumerate(words) if word in _LEVELS[level]]
    if not places:
        return _value(words, held, level + 1)
    last = places[-1]
    left = _value(words[:last], held, level)
    return _DOES[words[last]](left, _value(words[last + 1 :], held, level + 1))
