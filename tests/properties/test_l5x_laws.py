"""Laws of reading L5X: no bytes crash it, no id or order of attributes shows in what it writes."""

import random
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.errors import BadFileError
from ccontrol.logic.project import Language
from tests.unit.logic.l5x.plant import PLANT, part, project, routine

DATA = PLANT.encode()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(DATA)), st.integers(0, 40), st.binary(max_size=12))
def test_a_damaged_file_is_read_or_refused(at: int, cut: int, put: bytes) -> None:
    damaged = DATA[:at] + put + DATA[at + cut :]
    try:
        read = project(damaged)
    except BadFileError:
        return
    for each in read.parts:
        assert all(line.isprintable() and line == line.rstrip() for line in each.text.splitlines())


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"<?xml?>", b"<RSLogix5000Content>"]))
def test_any_bytes_are_read_or_refused(data: bytes, head: bytes) -> None:
    with suppress(BadFileError):
        project(head + data)


@st.composite
def sheets(draw: st.DrawFn) -> list[tuple[str, int, int]]:
    """Wires between eight nodes: a target's pin takes what a source gives."""
    ends = st.tuples(st.sampled_from(["In1", "In2"]), st.integers(0, 7), st.integers(0, 7))
    return draw(st.lists(ends, max_size=14))


@settings(max_examples=60, deadline=None)
@given(sheets(), st.randoms(use_true_random=False))
def test_ids_and_places_of_blocks_do_not_show(
    wires: list[tuple[str, int, int]], chance: random.Random
) -> None:
    ids = list(range(8))
    before = sheet(wires, ids, chance)
    chance.shuffle(ids)
    assert before == sheet(wires, ids, chance)


def sheet(wires: list[tuple[str, int, int]], ids: list[int], chance: random.Random) -> str:
    kinds = ["BAND", "BAND", "BOR", "BNOT"]
    items = [
        f'<Function Type="{kind}" ID="{ids[at]}" X="{chance.randrange(999)}" Y="0"/>'
        for at, kind in enumerate(kinds)
    ]
    items += [
        f'<IRef ID="{ids[4]}" Operand="A"/>',
        f'<ORef ID="{ids[5]}" Operand="B"/>',
        f'<Block Type="SEL" ID="{ids[6]}" Operand="S1"/>',
        f'<Block Type="SEL" ID="{ids[7]}" Operand="S2"/>',
    ]
    items += [
        f'<Wire FromID="{ids[source]}" FromParam="Out" ToID="{ids[target]}" ToParam="{pin}"/>'
        for pin, source, target in wires
    ]
    chance.shuffle(items)
    read = routine("FBD", f"<FBDContent><Sheet Number='1'>{''.join(items)}</Sheet></FBDContent>")
    return part(read, "programs/P/routines/R").text


@settings(max_examples=60, deadline=None)
@given(sheets(), sheets())
def test_a_wire_more_or_less_always_shows(
    one: list[tuple[str, int, int]], more: list[tuple[str, int, int]]
) -> None:
    chance = random.Random(0)
    ids = list(range(8))
    if more:
        assert sheet(one, ids, chance) != sheet(one + more[:1], ids, chance)


def test_layouts_are_the_only_parts_that_hold_places() -> None:
    with_places = [each for each in project(PLANT).parts if "300 60" in each.text]
    assert {each.language for each in with_places} == {Language.LAYOUT}
