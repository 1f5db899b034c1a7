"""Strategies for rungs, whatever family and however hostile the file they come from."""

from hypothesis import strategies as st

from ccontrol.logic.ladder.model import Branch, Element, Instruction, Rung, Series

TAGS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}(\[[0-9]\])?(\.[A-Z]{2})?", fullmatch=True)
OPERANDS = TAGS | st.sampled_from(["?", "5", "-1.5", "x[1,2]", "(a+b)*LIM(c, 3)", "'it$'s'", ""])
OPS = st.sampled_from(
    ["XIC", "XIO", "OTE", "OTL", "TON", "MOV", "EQU", "EQ", "JSR", "AFI", "Aoi_1"]
)
WILD = st.text(max_size=6) | st.text("[]|(),'\"$~#/!-\\ \n{}", max_size=6)


def _written(operands: list[str]) -> tuple[str, ...]:
    return () if operands == [""] else tuple(operands)


LOGIX = st.builds(Instruction, OPS, st.lists(OPERANDS, max_size=3).map(_written)) | st.builds(
    Instruction, OPS, bare=st.just(value=True)
)
ANY = LOGIX | st.builds(Instruction, WILD, st.lists(WILD, max_size=3).map(tuple), st.booleans())


def series_of(
    leaves: st.SearchStrategy[Instruction], fewest_legs: int
) -> st.SearchStrategy[Series]:
    def legs(inner: st.SearchStrategy[Element]) -> st.SearchStrategy[Element]:
        leg = st.lists(inner, max_size=3).map(tuple)
        branches = st.lists(leg, min_size=fewest_legs, max_size=3).map(tuple).map(Branch)
        return inner | branches

    elements: st.SearchStrategy[Element] = st.recursive(leaves, legs, max_leaves=6)
    return st.lists(elements, max_size=4).map(tuple)


LOGIX_SERIES = series_of(LOGIX, 1)
LOGIX_RUNGS = st.builds(
    Rung, LOGIX_SERIES, st.sampled_from(["", "Start", "Stop"]), st.sampled_from(["N", "N", "I"])
)
ANY_RUNGS = st.builds(Rung, series_of(ANY, 0), WILD, WILD | st.just("N"), WILD, st.none() | WILD)
