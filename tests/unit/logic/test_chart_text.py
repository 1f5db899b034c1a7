"""Charts as lines: exact both ways, whatever stands in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.errors import BadFileError
from ccontrol.logic.chart import Chart, Node, Wire, parse, render

words = st.text(max_size=12)
numbers = st.integers(-999_999_999, 999_999_999)
nodes = st.builds(
    Node,
    words,
    st.sampled_from(["step", "in-connector"]),
    numbers,
    numbers,
    words,
    numbers,
    numbers,
)
wires = st.builds(Wire, words, words, words, words, st.booleans())


@given(st.lists(nodes, max_size=5), st.lists(wires, max_size=5))
def test_a_chart_comes_back_as_it_was(some: list[Node], joined: list[Wire]) -> None:
    text = render(Chart(tuple(some), tuple(joined)))
    back = parse(text)
    assert sorted(map(repr, back.nodes)) == sorted(map(repr, some))
    assert sorted(map(repr, back.wires)) == sorted(map(repr, joined))
    assert render(back) == text
    assert text.isprintable() or set(text) - {"\n"} == {c for c in text if c.isprintable()}


def test_the_order_in_which_a_file_holds_nodes_says_nothing() -> None:
    one, other = Node("a", "step", 1, 2), Node("b", "stop", 3, 4)
    assert render(Chart((one, other))) == render(Chart((other, one)))


def test_a_first_line_that_names_it_is_passed_over() -> None:
    assert parse('LAYOUT of x\nwire "a" "" "b" "In1" feedback\n') == Chart(
        (), (Wire("a", "", "b", "In1", feedback=True),)
    )


@pytest.mark.parametrize(
    "line", ["rubbish", 'node step "a"', 'wire "a" "b" "c"', 'node x "a" 1 2 3']
)
def test_any_other_line_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(BadFileError, match="line 2 is no part of a chart"):
        parse(f"LAYOUT\n{line}\n")


def test_escapes_that_nobody_writes_stay_as_they_are() -> None:
    (node,) = parse(r'node step "\q\Uffffffff" 1 0 0 0 ""').nodes
    assert node.name == r"\q\Uffffffff"
