"""Where the symbols of a rung stand: laws for any rung, and what a reader of ladder expects."""

from itertools import pairwise

import pytest
from hypothesis import given, settings

from ccontrol.logic.ladder.model import Branch, Instruction, Series, instructions
from ccontrol.logic.ladder.neutral import parse
from ccontrol.pictures.ladder import Plan, Symbol, plan
from tests.unit.pictures.drawn import SERIES, overlapping

WIDTH = 600.0
"""Narrow, so that short rungs have to go on in rows, too."""


def _by_name(found: Plan) -> dict[str, Symbol]:
    return {
        symbol.instruction.operands[0]: symbol
        for symbol in found.symbols
        if symbol.instruction.operands
    }


@given(SERIES)
@settings(max_examples=50, deadline=None)
def test_every_instruction_stands_once_and_none_overlaps_another(series: Series) -> None:
    found = plan(series, WIDTH)
    assert sorted(symbol.path for symbol in found.symbols) == sorted(
        path for path, _ in instructions(series)
    )
    assert not list(overlapping([symbol.corners for symbol in found.symbols]))


@given(SERIES)
@settings(max_examples=50, deadline=None)
def test_nothing_stands_outside_the_rails(series: Series) -> None:
    found = plan(series, WIDTH)
    assert found.width >= WIDTH
    for symbol in found.symbols:
        left, top, right, bottom = symbol.corners
        assert left >= 0
        assert right <= found.width
        assert top >= found.top
        assert bottom <= found.bottom
    for wire in found.wires:
        assert all(0 <= x <= found.width for x, _ in wire.points)
        assert all(found.top <= y <= found.bottom for _, y in wire.points)


@given(SERIES)
@settings(max_examples=30, deadline=None)
def test_wires_run_level_or_upright_and_through_no_symbol(series: Series) -> None:
    found = plan(series, WIDTH)
    for wire in found.wires:
        for (x, y), (to_x, to_y) in pairwise(wire.points):
            assert x == to_x or y == to_y
            ends = (min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y))
            for symbol in found.symbols:
                left, top, right, bottom = symbol.corners
                inside = ends[0] < right - 0.01 and ends[2] > left + 0.01
                assert not (inside and ends[1] < bottom and ends[3] > top)


def test_conditions_stand_at_the_left_and_outputs_at_the_right_rail() -> None:
    found = plan(parse("XIC(a)XIC(b)OTE(c);"), WIDTH)
    at = _by_name(found)
    assert at["a"].x < at["b"].x < 200
    assert at["c"].corners[2] > WIDTH - 30


def test_legs_stand_below_each_other_and_their_outputs_above_each_other() -> None:
    found = plan(parse("XIC(a)[OTE(b),XIC(c)OTE(d)];"), WIDTH)
    at = _by_name(found)
    assert at["d"].y > at["b"].y
    assert at["b"].corners[2] == pytest.approx(at["d"].corners[2])


def test_a_rung_wider_than_the_page_goes_on_in_rows() -> None:
    series = tuple(Instruction("XIC", (f"Conveyor_{n}.Ready",)) for n in range(30))
    found = plan((*series, Instruction("OTE", ("All",))), WIDTH)
    assert found.width == WIDTH
    assert len({symbol.y for symbol in found.symbols}) > 3
    assert sum(wire.is_turn for wire in found.wires) == len({s.y for s in found.symbols}) - 1
    assert [s.instruction for s in sorted(found.symbols, key=lambda s: (s.y, s.x))][-1].op == "OTE"


def test_a_leg_wider_than_the_page_goes_on_in_rows_and_comes_back_to_its_branch() -> None:
    leg = tuple(Instruction("XIC", (f"Conveyor_{n}.Ready",)) for n in range(30))
    found = plan((Branch((leg, ())), Instruction("OTE", ("All",))), WIDTH)
    assert found.width == WIDTH
    assert any(len(wire.points) == 3 for wire in found.wires)


def test_a_branch_nested_as_deep_as_a_file_may_hold_is_laid_out() -> None:
    series: Series = (Instruction("XIC", ("a",)),)
    for _ in range(64):
        series = (Branch((series, ())),)
    found = plan(series, WIDTH)
    assert len(found.symbols) == 1
