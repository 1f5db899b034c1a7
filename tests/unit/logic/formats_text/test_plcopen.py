"""TC6 XML of any namespace: rungs as rungs, charts as equations, ids and places left out."""

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.diff.programs.projects import compare_projects
from ccontrol.errors import BadFileError
from ccontrol.logic.ladder.model import Branch, Instruction, Series
from ccontrol.logic.ladder.text import parse
from ccontrol.logic.wiring import END, RAIL, Edge, reduced
from tests.unit.logic.formats_text.hand_over import handed, texts
from tests.unit.logic.formats_text.tc6 import coil, contact, project

SEAL_IN = (
    '<LD><leftPowerRail localId="1"/>'
    + contact(2, "Start", 1)
    + contact(3, "Run", 1, y=20)
    + contact(4, "Stop", 2, 3, more='negated="true"')
    + coil(5, "Run", 4)
    + contact(6, "Run", 1, more='edge="rising"', y=90)
    + coil(7, "Lamp", 6, more='storage="set"', y=90)
    + "</LD>"
)


@pytest.mark.parametrize("namespace", ["tc6.xsd", "tc6_0200", "tc6_0201"])
def test_a_ladder_becomes_rungs_in_every_namespace(namespace: str) -> None:
    told = texts(handed("plc.xml", project(SEAL_IN, namespace=namespace)))
    assert told["pous/Main.lad"] == (
        "PROGRAM Main (ladder)\n"
        "RUNG -> Run\n  [ Contact(Start)\n  | Contact(Run)\n  ]\n  I_Contact(Stop)\n  Coil(Run)\n"
        "RUNG -> Lamp\n  P_Contact(Run)\n  S_Coil(Lamp)\n"
    )


def test_ids_places_and_dates_are_nobodys_change() -> None:
    other = re.sub(r'(ocalId|efLocalId)="(\d)"', r'\1="4\2"', project(SEAL_IN))
    other = re.sub(r'<position x="\d+"', '<position x="7"', other)
    other = other.replace("2026-01-01", "2027-03-03").replace("2026-02-02", "2027-03-03")
    assert handed("plc.xml", other).parts == handed("plc.xml", project(SEAL_IN)).parts


def test_a_block_stands_in_the_rung_with_its_other_pins_as_operands() -> None:
    body = (
        '<LD><leftPowerRail localId="1"/>'
        + contact(2, "Start", 1)
        + contact(3, "Reset", 1, y=50)
        + '<inVariable localId="4"><expression>T#5s</expression></inVariable>'
        '<block localId="5" typeName="TP2" instanceName="Timer"><inputVariables>'
        '<variable formalParameter="IN"><connectionPointIn><connection refLocalId="2"/>'
        '</connectionPointIn></variable><variable formalParameter="PT"><connectionPointIn>'
        '<connection refLocalId="4"/></connectionPointIn></variable>'
        '<variable formalParameter="R"><connectionPointIn><connection refLocalId="3"/>'
        "</connectionPointIn></variable></inputVariables><inOutVariables/><outputVariables>"
        '<variable formalParameter="Q"><connectionPointOut/></variable>'
        '<variable formalParameter="ET"><connectionPointOut/></variable></outputVariables></block>'
        + coil(6, "Motor", 5).replace('refLocalId="5"', 'refLocalId="5" formalParameter="Q"')
        + '<outVariable localId="7"><connectionPointIn><connection refLocalId="5" '
        'formalParameter="ET"/></connectionPointIn><expression>Since</expression></outVariable></LD>'
    )
    told = handed("plc.xml", project(body))
    assert (
        "Timer.TP2(PT := T#5s,R := Reset,ET => Since)\n  Coil(Motor)"
        in texts(told)["pous/Main.lad"]
    )
    assert not told.problems


def test_a_bridge_is_written_as_wires_and_counted() -> None:
    body = (
        '<LD><leftPowerRail localId="1"/>'
        + contact(2, "a", 1)
        + contact(3, "b", 1)
        + contact(4, "bridge", 2)
        + coil(5, "x", 2)
        + coil(6, "y", 3, 4)
        + "</LD>"
    )
    told = handed("plc.xml", project(body))
    ladder = next(part for part in told.parts if part.language.suffix == "lad")
    assert ladder.unread == 1
    assert "5: Coil(y) <- 2, 3" in ladder.text


def test_comments_stand_above_the_rung_below_them() -> None:
    note = '<comment localId="9"><position y="40"/><content>Lamp on</content></comment></LD>'
    told = texts(handed("plc.xml", project(SEAL_IN.replace("</LD>", note))))["pous/Main.lad"]
    assert "RUNG -> Lamp\n  // Lamp on\n" in told


def test_function_blocks_become_sorted_equations_and_a_layout() -> None:
    body = (
        '<FBD><inVariable localId="1"><position x="5" y="6"/><expression>a</expression>'
        "</inVariable>"
        '<block localId="2" typeName="ADD"><inputVariables><variable formalParameter="IN1" '
        'negated="true"><connectionPointIn><connection refLocalId="1"/></connectionPointIn>'
        "</variable></inputVariables><inOutVariables/><outputVariables>"
        '<variable formalParameter="OUT"/></outputVariables></block><outVariable localId="3">'
        '<connectionPointIn><connection refLocalId="2" formalParameter="OUT"/></connectionPointIn>'
        "<expression>b</expression></outVariable></FBD>"
    )
    told = texts(handed("plc.xml", project(body)))
    assert told["pous/Main.fbd"] == "PROGRAM Main (function blocks)\nb := ADD(IN1 := NOT a)\n"
    assert 'node input "a" 1 5 6 0 "a"' in told["pous/Main.layout"]


def test_a_chart_says_what_follows_what() -> None:
    body = (
        '<SFC><step localId="1" name="Idle" initialStep="true"/>'
        '<actionBlock localId="2"><connectionPointIn><connection refLocalId="1"/>'
        '</connectionPointIn><action qualifier="N"><reference name="Wait"/></action></actionBlock>'
        '<transition localId="3"><connectionPointIn><connection refLocalId="1"/>'
        "</connectionPointIn><condition><inline><ST><xhtml:p>Start</xhtml:p></ST></inline></condition></transition>"
        '<jumpStep localId="4" targetName="Idle"><connectionPointIn><connection refLocalId="3"/>'
        "</connectionPointIn></jumpStep></SFC>"
    )
    assert texts(handed("plc.xml", project(body)))["pous/Main.sfc"] == (
        "PROGRAM Main (sequential function chart)\nSTEP Idle (initial)\n  N Wait\n"
        "TRANSITION Idle -> Idle\n    Start\n"
    )


def test_a_body_in_a_language_of_a_vendors_own_is_told_and_not_passed_over() -> None:
    cfc = (
        '<addData><data name="http://www.3s-software.com/plcopenxml/cfc">'
        '<CFC><block typeName="{kind}"/></CFC></data></addData>'
    )
    read = handed("a.xml", project(cfc.format(kind="AND")))
    assert "data.CFC.block.typeName = AND" in texts(read)["pous/Main/as stored.txt"]
    assert any("pous/Main/as stored" in problem for problem in read.problems)
    found = compare_projects(read, handed("a.xml", project(cfc.format(kind="OR"))))
    assert found.changes_logic


def test_text_types_variables_and_tasks_are_parts() -> None:
    declared = (
        '<localVars retain="true"><variable name="n" address="%MW1"><type><array><dimension '
        'lower="0" upper="9"/><baseType><INT/></baseType></array></type></variable></localVars>'
    )
    told = texts(handed("plc.xml", project("<ST><xhtml:p>n := 1;</xhtml:p></ST>", declared)))
    assert told["pous/Main.st"] == "PROGRAM Main (structured text)\nn := 1;\n"
    assert told["pous/Main/interface.txt"].endswith(
        "VAR RETAIN\n  n AT %MW1 : ARRAY [0..9] OF INT\n"
    )
    assert told["types/Mode.txt"] == "TYPE Mode : (off, on := 2)\n"
    assert "interval = T#20ms" in told["configurations/Config0.txt"]


@given(st.integers(0, 1400), st.binary(min_size=1, max_size=3))
def test_a_damaged_file_is_read_or_refused(at: int, junk: bytes) -> None:
    data = project(SEAL_IN).encode()
    with contextlib.suppress(BadFileError):
        assert handed("plc.xml", data[:at] + junk + data[at + len(junk) :]).parts


def _series() -> st.SearchStrategy[Series]:
    leaf = st.builds(lambda name: Instruction(f"i{name}"), st.integers(0, 99))
    inner = st.recursive(
        leaf,
        lambda one: st.builds(
            lambda legs: Branch(tuple(tuple(leg) for leg in legs)),
            st.lists(st.lists(one, min_size=1, max_size=3), min_size=2, max_size=3),
        ),
        max_leaves=8,
    )
    return st.lists(inner, min_size=1, max_size=4).map(tuple)


def _edges(series: Series, source: str, target: str, names: list[str]) -> list[Edge]:
    made: list[Edge] = []
    for number, element in enumerate(series):
        last = number == len(series) - 1
        names.append("")
        onward = target if last else f"p{len(names)}"
        if isinstance(element, Instruction):
            made.append(Edge(source, onward, (element,), (len(names),)))
        else:
            for leg in element.legs:
                made += _edges(leg, source, onward, names)
        source = onward
    return made


def _flat(series: Series) -> Series:
    """Return the series with branches that are a leg of their own put into the outer branch."""
    found: list[Instruction | Branch] = []
    for element in series:
        if isinstance(element, Branch):
            legs: list[Series] = []
            for leg in map(_flat, element.legs):
                alone = leg[0] if len(leg) == 1 else None
                legs += alone.legs if isinstance(alone, Branch) else (leg,)
            found.append(Branch(tuple(legs)))
        else:
            found.append(element)
    return tuple(found)


@given(_series(), st.randoms())
def test_whatever_is_drawn_from_series_and_branches_comes_back(
    series: Series, order: object
) -> None:
    edges = _edges(series, RAIL, END, [])
    order.shuffle(edges)  # type: ignore[attr-defined]  # hypothesis gives a Random
    assert reduced(edges) == _flat(series)


def test_ladder_text_of_a_file_reads_back() -> None:
    told = texts(handed("plc.xml", project(SEAL_IN)))["pous/Main.lad"]
    assert len(parse(told)) == 2


def _chain(count: int, last: int) -> str:
    """Return functions that feed each other; the first takes what the `last` gives."""
    blocks = "".join(
        f'<block localId="{at}" typeName="NOT"><inputVariables><variable formalParameter="IN">'
        f'<connectionPointIn><connection refLocalId="{at - 1 if at else last}"/>'
        "</connectionPointIn></variable></inputVariables><outputVariables>"
        '<variable formalParameter="OUT"/></outputVariables></block>'
        for at in range(count)
    )
    return f"<FBD>{blocks}</FBD>"


@pytest.mark.parametrize("last", [2999, -1])
def test_long_chains_and_loops_of_functions_end(last: int) -> None:
    told = texts(handed("plc.xml", project(_chain(3000, last))))["pous/Main.fbd"]
    assert told.count("NOT") >= 3000
    assert max(map(len, told.splitlines())) < 200
