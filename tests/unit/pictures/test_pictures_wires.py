"""Wires of function blocks: around the boxes, not upon each other; and which node is which."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.logic.chart import Chart, Node, Wire
from ccontrol.pictures.chart_marks import chart_marks
from ccontrol.pictures.chart_pairs import paired
from ccontrol.pictures.chart_places import Place
from ccontrol.pictures.marks import Mark
from ccontrol.pictures.routes import Routes
from ccontrol.pictures.shapes import Point


def crossed(way: Sequence[Point], place: Place) -> bool:
    return any(
        min(x, to_x) < place.right - 1
        and max(x, to_x) > place.x + 1
        and min(y, to_y) < place.bottom - 1
        and max(y, to_y) > place.y + 1
        for (x, y), (to_x, to_y) in pairwise(way)
    )


def upright(way: Sequence[Point]) -> list[tuple[float, tuple[float, float]]]:
    return [(x, (y, to_y)) for (x, y), (to_x, to_y) in pairwise(way) if x == to_x and y != to_y]


def test_a_wire_runs_around_the_box_that_stands_in_its_way() -> None:
    source, middle, target = (Place(x, 0, 40, 40) for x in (0, 100, 200))
    way = Routes((source, middle, target), 1).route("a", (40, 20), (200, 20))
    assert not crossed(way, middle)
    assert (way[0], way[-1]) == ((40, 20), (200, 20))


def test_two_wires_of_two_sources_do_not_lie_upon_each_other() -> None:
    boxes = [Place(0, 0, 40, 20), Place(0, 40, 40, 20), Place(300, 0, 40, 60)]
    routes = Routes(boxes, 2)
    first = routes.route("a", (40, 10), (300, 50))
    second = routes.route("b", (40, 50), (300, 10))
    shared = [
        min(max(one), max(other)) - max(min(one), min(other))
        for x, one in upright(first)
        for also_x, other in upright(second)
        if x == also_x
    ]
    assert upright(first)
    assert upright(second)
    assert all(length <= 0 for length in shared)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=12, unique=True),
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=12),
)
def test_wires_begin_and_end_at_their_boxes_and_have_right_angles_only(
    cells: list[tuple[int, int]], ends: list[tuple[int, int]]
) -> None:
    boxes = [Place(x * 120.0, y * 80.0, 60, 40) for x, y in cells]
    routes = Routes(boxes, len(ends))
    for number, (one, other) in enumerate(ends):
        source, target = boxes[one % len(boxes)], boxes[other % len(boxes)]
        start, end = (source.right, source.y + 20), (target.x, target.y + 20)
        way = list(routes.route(number, start, end))
        assert (way[0], way[-1]) == (start, end)
        assert all(x == to_x or y == to_y for (x, y), (to_x, to_y) in pairwise(way))


REFERENCES = Chart(
    (
        Node("IRef Start", "input", 0, 0, "Start"),
        Node("IRef Start (2)", "input", 0, 90, "Start"),
        Node("A", "block", 100, 0, "TON\nA"),
        Node("B", "block", 100, 90, "TON\nB"),
    ),
    (Wire("IRef Start", "", "A", "In"), Wire("IRef Start (2)", "", "B", "In")),
)


def test_one_more_reference_to_a_tag_leaves_the_others_unmarked() -> None:
    more = Chart(
        (
            Node("IRef Start", "input", 0, -90, "Start"),
            Node("C", "block", 100, -90, "TON\nC"),
            Node("IRef Start (2)", "input", 0, 0, "Start"),
            Node("IRef Start (3)", "input", 0, 90, "Start"),
            *REFERENCES.nodes[2:],
        ),
        (
            Wire("IRef Start", "", "C", "In"),
            Wire("IRef Start (2)", "", "A", "In"),
            Wire("IRef Start (3)", "", "B", "In"),
        ),
    )
    assert paired(REFERENCES, more)["IRef Start (3)"] == "IRef Start (2)"
    marks = chart_marks(more, REFERENCES, Mark.ADDED)
    assert marks.nodes == {"IRef Start": Mark.ADDED, "C": Mark.ADDED}
    assert list(marks.wires) == [Wire("IRef Start", "", "C", "In")]
    assert not chart_marks(REFERENCES, more, Mark.REMOVED).nodes


def test_what_the_logic_says_of_a_block_is_marked_though_it_is_drawn_as_before() -> None:
    marks = chart_marks(REFERENCES, REFERENCES, Mark.ADDED, {"B", "Nothing"})
    assert marks.nodes == {"B": Mark.CHANGED}
