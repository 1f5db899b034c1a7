"""Laws of ladder as text: nothing is lost from neutral text to tree to lines and back."""

from hypothesis import given
from hypothesis import strategies as st

from ccontrol.errors import BadFileError
from ccontrol.logic.ladder import neutral, text
from ccontrol.logic.ladder.model import Rung, Series
from tests.properties.ladder_values import ANY_RUNGS, LOGIX_SERIES


@given(LOGIX_SERIES)
def test_neutral_text_gives_the_same_tree_back(series: Series) -> None:
    assert neutral.parse(neutral.write(series)) == series


@given(st.lists(ANY_RUNGS, max_size=4))
def test_lines_give_the_same_rungs_back_whatever_they_hold(rungs: list[Rung]) -> None:
    shown = text.render(rungs)
    assert text.parse(shown) == tuple(rungs)
    assert all(line.isprintable() and line == line.rstrip() for line in shown.split("\n"))


@given(st.text("XIC()[],;'\"$ a\n\\", max_size=60) | st.text(max_size=60))
def test_any_rung_text_is_read_or_refused_and_what_is_read_settles(rung: str) -> None:
    try:
        series = neutral.parse(rung)
    except BadFileError:
        return
    once = neutral.write(series)
    assert neutral.parse(once) == series
    assert "".join(once.split()).rstrip(";") == "".join(rung.split()).rstrip(";").replace("( )", "")


@given(st.text("RUNG {}->\n []|~!#/XIC()'\"\\x", max_size=80) | st.text(max_size=80))
def test_any_lines_are_read_or_refused(lines: str) -> None:
    try:
        rungs = text.parse(f"RUNG\n{lines}")
    except BadFileError:
        return
    assert text.parse(text.render(rungs)) == rungs
