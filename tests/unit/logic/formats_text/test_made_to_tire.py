"""Files of a few hundred kilobytes that were made to keep a reader busy for minutes."""

import json
import time
from collections.abc import Callable

import pytest

from ccontrol.errors import BadFileError
from tests.unit.logic.formats_text.hand_over import handed, texts
from tests.unit.logic.formats_text.packed import packed
from tests.unit.logic.formats_text.tc6 import contact, project

MOST_S = 3.0
"""Of processor time; each took at least twice as long, most of them far more, and takes a tenth."""
MANY = 6000


def l5x(inside: str) -> str:
    return f'<RSLogix5000Content><Controller Name="A">{inside}</Controller></RSLogix5000Content>'


def point(tag: str, key: str, *sources: str) -> str:
    wires = "".join(f'<connection refLocalId="{source}"/>' for source in sources)
    return f'<{tag} localId="{key}"><connectionPointIn>{wires}</connectionPointIn></{tag}>'


def chart_of_divergences() -> str:
    """Every transition reaches every divergence, and each of those all others."""
    names = [f"d{number}" for number in range(100)]
    flow = "".join(point("simultaneousDivergence", name, *names) for name in names)
    ends = "".join(point("transition", f"t{number}", "d0") for number in range(MANY // 3))
    return project(f"<SFC>{flow}{ends}</SFC>")


def one_id_for_all() -> str:
    alike = '<inVariable localId="1"/>' * 2 * MANY
    return project(f"<FBD>{alike}</FBD>")


def comments_below_all_rungs() -> str:
    rungs = "".join(contact(number, "a", 0, y=number) for number in range(1, MANY))
    below = '<comment localId="c"><position x="0" y="99999"/><content>x</content></comment>'
    return project(f'<LD><leftPowerRail localId="0"/>{rungs}{below * MANY}</LD>')


def contacts_of_an_operand() -> str:
    chain = "".join(contact(number, "a", number - 1) for number in range(1, MANY))
    wires = (f'<connectionPointIn><connection refLocalId="{at}"/>' for at in (0, MANY - 1))
    pin = "".join(
        f'<variable formalParameter="{name}">{wire}</connectionPointIn></variable>'
        for name, wire in zip(("EN", "IN"), wires, strict=True)
    )
    block = f'<block localId="b" typeName="ADD"><inputVariables>{pin}</inputVariables></block>'
    return project(f'<LD><leftPowerRail localId="0"/>{chain}{block}</LD>')


def _wide_block(language: str) -> str:
    pins = "".join(f'<variable formalParameter="O{number}"/>' for number in range(MANY))
    wire = f'<connection refLocalId="b" formalParameter="O{MANY - 1}"/>'
    taken = "".join(
        f'<outVariable localId="{number}"><connectionPointIn>{wire}</connectionPointIn>'
        "<expression>x</expression></outVariable>"
        for number in range(MANY)
    )
    block = f'<block localId="b" typeName="T"><outputVariables>{pins}</outputVariables></block>'
    return project(f"<{language}>{block}{taken}</{language}>")


def blocks_of_data_within_each_other() -> str:
    inside = '<variables name="a" typeName="INT"/>' * MANY
    nested = f"{'<dataBlock>' * 200}{inside}{'</dataBlock>' * 200}"
    return f"<FEFExchangeFile>{nested}</FEFExchangeFile>"


def sections_of_one_program() -> str:
    return f"<FEFExchangeFile><program>{'<STSource/>' * 2 * MANY}</program></FEFExchangeFile>"


def parameters_of_an_alarm() -> str:
    many = f"{'<AParameters/>' * 2 * MANY}{'<B/>' * 2 * MANY}"
    return l5x(f'<Tags><Tag Name="t"><Data Format="Alarm">{many}</Data></Tag></Tags>')


def a_grid_of_links() -> bytes:
    cells = [{"__type": "LD", "Var": "a", "X": 0, "Y": row} for row in range(1999)] * 8
    links = [{"X": 1, "Y": row} for row in reversed(range(1998))]
    tree = '<Project><Entity id="aa" name="P"/></Project>'
    return packed(("p.oem", tree), ("aa.xml", json.dumps({"CLs": cells, "VLs": links})))


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("a.xml", chart_of_divergences),
        ("a.xml", one_id_for_all),
        ("a.xml", comments_below_all_rungs),
        ("a.xml", contacts_of_an_operand),
        ("a.xml", lambda: _wide_block("LD")),
        ("a.xml", lambda: _wide_block("FBD")),
        ("a.xef", blocks_of_data_within_each_other),
        ("a.xef", sections_of_one_program),
        ("a.L5X", parameters_of_an_alarm),
        ("a.smc2", a_grid_of_links),
    ],
)
def test_a_made_file_takes_time_by_its_size(name: str, made: Callable[[], str | bytes]) -> None:
    data = made()
    begun = time.process_time()
    assert handed(name, data).parts
    assert time.process_time() - begun < MOST_S


def test_an_element_with_more_attributes_than_any_is_refused() -> None:
    """libxml2 looks for each of them from the first on: 1.3 MB took four minutes."""
    many = " ".join(f'a{number}="1"' for number in range(100_000))
    with pytest.raises(BadFileError, match="more than 500 attributes"):
        handed("a.L5X", l5x(f"<Tags><Tag {many}/></Tags>"))


def test_ways_that_were_not_followed_are_told_and_counted() -> None:
    told = handed("a.xml", chart_of_divergences())
    assert "and what was not followed" in texts(told)["pous/Main.sfc"]
    chart = next(part for part in told.parts if part.language == "sfc")
    assert chart.unread
    assert any("places do not parse" in problem for problem in told.problems)


def test_steps_behind_divergences_of_an_honest_chart_are_all_told() -> None:
    names = [f"d{number}" for number in range(30)]
    flow = "".join(
        point("selectionDivergence", name, names[number - 1] if number else "t")
        for number, name in enumerate(names)
    )
    steps = "".join(
        f'<step localId="s{number}" name="S{number}"><connectionPointIn>'
        f'<connection refLocalId="{name}"/></connectionPointIn></step>'
        for number, name in enumerate(names)
    )
    told = handed("a.xml", project(f'<SFC><transition localId="t"/>{flow}{steps}</SFC>'))
    said = texts(told)["pous/Main.sfc"]
    assert f"-> {', '.join(f'S{number}' for number in range(30))}\n" in said
    assert not told.problems
