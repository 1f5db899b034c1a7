"""Function blocks and steps as they are drawn: where they stand, and what is marked."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.diff.programs.changes import PartDiff
from ccontrol.diff.programs.projects import compare_projects
from ccontrol.logic.chart import Chart, Node, Wire, render
from ccontrol.logic.project import Language, Part
from ccontrol.model.aspect import Aspect
from ccontrol.pictures.chart_marks import chart_marks
from ccontrol.pictures.chart_pictures import chart_sides
from ccontrol.pictures.chart_places import MOST_NODES, Size, spread
from ccontrol.pictures.marks import Mark
from ccontrol.pictures.page import page
from ccontrol.pictures.svg import svg
from tests.unit.logic.l5x.plant import PLANT, edited
from tests.unit.logic.l5x.plant import project as plant
from tests.unit.pictures.drawn import overlapping

BLOCKS = Chart(
    (
        Node("IRef Start", "input", 0, 0, "Start"),
        Node("TON_01", "block", 100, 0, "TONR\nTON_01"),
        Node("ORef Motor", "output", 300, 0, "Motor"),
    ),
    (
        Wire("IRef Start", "", "TON_01", "TimerEnable"),
        Wire("TON_01", "DN", "ORef Motor", ""),
    ),
)
STEPS = Chart(
    (
        Node("Fill", "initial-step", 200, 100, "P Valve_Open"),
        Node("Full", "transition", 200, 180, "Level > 80"),
        Node("Branch", "diverge-simultaneous", 200, 220),
        Node("Heat", "step", 100, 300),
        Node("Stir", "step", 300, 300),
    ),
    (
        Wire("Fill", "", "Full", ""),
        Wire("Full", "", "Branch", ""),
        Wire("Branch", "1", "Heat", ""),
        Wire("Branch", "2", "Stir", ""),
        Wire("Stir", "", "Fill", ""),
    ),
)


def _part(chart: Chart | None) -> Part | None:
    if chart is None:
        return None
    return Part(("Main",), Language.LAYOUT, Aspect.PROGRAM, f"LAYOUT of Main\n{render(chart)}")


def _sides(before: Chart | None, after: Chart | None) -> dict[str, str]:
    drawn = (_part(before), _part(after))
    diff = PartDiff(("Main",), Language.LAYOUT, *drawn, (), drawn=drawn)
    return {side.words: side.picture.markup for side in chart_sides(diff)}


@given(
    st.lists(st.tuples(st.integers(-999, 999), st.integers(-999, 999)), min_size=1, max_size=15),
    st.lists(st.tuples(st.integers(8, 300), st.integers(8, 200)), min_size=15, max_size=15),
)
@settings(deadline=None, max_examples=60)
def test_no_node_overlaps_another_wherever_the_file_puts_them(
    corners: list[tuple[int, int]], sizes: list[tuple[int, int]]
) -> None:
    nodes = [Node(f"n{index}", "block", x, y) for index, (x, y) in enumerate(corners)]
    by_name = {f"n{index}": Size(*size) for index, size in enumerate(sizes)}
    places = list(spread(nodes, by_name).values())
    assert not list(overlapping([(p.x, p.y, p.right, p.bottom) for p in places]))
    assert min(place.x for place in places) == 0


def test_nodes_a_world_apart_are_drawn_near_each_other() -> None:
    nodes = [Node("a", "block", -999_999_999, 0), Node("b", "block", 999_999_999, 0)]
    places = spread(nodes, {"a": Size(40, 20), "b": Size(40, 20)})
    assert max(place.right for place in places.values()) < 1000


def test_a_node_that_only_stands_elsewhere_is_not_marked() -> None:
    moved = replace(BLOCKS, nodes=tuple(replace(node, x=node.x + 40) for node in BLOCKS.nodes))
    marks = chart_marks(moved, BLOCKS, Mark.ADDED)
    assert not marks.nodes
    assert not marks.wires


def test_blocks_and_wires_that_came_and_changed_are_marked_on_their_side() -> None:
    changed = replace(BLOCKS.nodes[2], label="Pump")
    new = Node("NOT_1", "function", 50, 80, "BNOT")
    after = Chart(
        (*BLOCKS.nodes[:2], changed, new), (*BLOCKS.wires, Wire("TON_01", "EN", "NOT_1", "In"))
    )
    sides = _sides(BLOCKS, after)
    assert sides["before, sheet 1"].count('<g class="symbol changed">') == 1
    assert sides["after, sheet 1"].count('<g class="symbol added">') == 1
    assert sides["after, sheet 1"].count('<path class="wire added"') == 1
    assert "TimerEnable" in sides["after, sheet 1"]


def test_each_sheet_is_a_picture_of_its_own() -> None:
    second = Node("Other", "block", 0, 0, "SEL\nOther", sheet=2)
    sides = _sides(None, replace(BLOCKS, nodes=(*BLOCKS.nodes, second)))
    assert list(sides) == ["after, sheet 1", "after, sheet 2"]


def test_steps_transitions_and_branches_have_their_own_shapes() -> None:
    drawn = _sides(None, STEPS)["after"]
    assert drawn.count('class="bar"') == 1
    assert drawn.count('class="box"') == 3
    assert "Level &gt; 80" in drawn
    assert "P Valve_Open" in drawn


@pytest.mark.parametrize("kind", ["block", "step", "converge-selection", "something-new"])
def test_a_node_of_any_kind_and_a_wire_to_nowhere_are_drawn_without_complaint(kind: str) -> None:
    chart = Chart((Node("a", kind, 0, 0),), (Wire("a", "", "gone", ""), Wire("a", "x", "a", "y")))
    assert _sides(None, chart)


def test_a_chart_too_large_or_not_ours_is_left_to_its_text() -> None:
    large = Chart(tuple(Node(f"n{n}", "block", n, 0) for n in range(MOST_NODES + 1)))
    assert _sides(None, large) == {}
    strange = Part(("Main",), Language.LAYOUT, Aspect.PROGRAM, "LAYOUT\nnothing of ours\n")
    assert chart_sides(PartDiff(("Main",), Language.LAYOUT, None, strange, ())) == ()


def test_a_chart_is_drawn_where_only_its_logic_differs_and_what_changed_is_marked() -> None:
    after = edited('Argument="Counts"', 'Argument="Others"')
    found = compare_projects(plant(PLANT), plant(after))
    (part,) = found.parts
    assert part.language is Language.FBD
    markup = [side.picture.markup for side in chart_sides(part)]
    assert [each.count('class="symbol changed"') for each in markup] == [1, 1]
    assert all("Valve_01" in each.split('class="symbol changed"')[1] for each in markup)
    assert page(found, "a", "b").count("<svg") == 2
    assert "Valve_01.Store: `Counts` became `Others`" in svg(found, "a", "b")


AT, AWAY = (f'ID="3" X="{x}" Y="60" Operand="SEL_01"' for x in (300, 340))


def test_a_chart_is_drawn_once_where_logic_and_layout_differ_else_by_itself() -> None:
    both = PLANT.replace('Argument="Counts"', 'Argument="Others"').replace(AT, AWAY)
    found = compare_projects(plant(PLANT), plant(both))
    drawn = {part.language: len(chart_sides(part)) for part in found.parts}
    assert drawn == {Language.FBD: 2, Language.LAYOUT: 0}
    moved = compare_projects(plant(PLANT), plant(PLANT.replace(AT, AWAY)))
    assert [len(chart_sides(part)) for part in moved.parts] == [2]
