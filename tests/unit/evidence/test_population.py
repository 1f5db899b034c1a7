"""The population as its owner writes it, and every fault of it at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.errors import BadFileError
from ccontrol.evidence.population import merged, parse_population
from ccontrol.evidence.tables import Table, csv_bytes, tamed

GOOD = b"asset_id,controller_id,impact,class,in_scope_from,esp\nP1,press-3,High,bca,2028-02-29,E\n"


def test_an_asset_is_read_with_what_its_owner_says() -> None:
    (asset,) = parse_population("x", b"\xef\xbb\xbf" + GOOD)
    assert (asset.impact, asset.asset_class, asset.esp) == ("high", "BCA", "E")
    assert str(asset.in_scope_from) == "2028-02-29"


def test_every_fault_is_told_with_its_line() -> None:
    bad = b"asset_id,impact,clas,in_scope_from\nP1,huge,BCA,2027-02-29\n,low,,\nP1,low,,\n"
    with pytest.raises(BadFileError) as raised:
        parse_population("x", bad)
    for words in (
        "did you mean 'class'",
        "line 2: impact",
        "line 2: in_scope_from",
        "line 3: no",
        "line 4: 'P1' stands in line 2",
    ):
        assert words in str(raised.value)


@pytest.mark.parametrize("bad", [b"", b"asset_id\n", b"x\n1\n", b"asset_id\nP1,P2\n", b"\xff\xfe"])
def test_what_is_no_population_is_refused(bad: bytes) -> None:
    with pytest.raises(BadFileError):
        parse_population("x", bad)


@given(st.binary(max_size=300))
def test_rubbish_is_read_or_refused(rubbish: bytes) -> None:
    try:
        parse_population("x", b"asset_id,impact\n" + rubbish)
    except BadFileError:
        return


def test_a_controller_that_nobody_named_is_listed_as_such() -> None:
    found = merged(parse_population("x", GOOD), ("press-3", "mixer-1"))
    assert [(one.asset_id, one.is_declared) for one in found] == [("P1", True), ("mixer-1", False)]


@given(st.text())
def test_no_text_begins_like_a_formula(text: str) -> None:
    assert not tamed(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff20"])
def test_a_cell_that_begins_like_a_formula_is_marked(begin: str) -> None:
    """In full width, too: spreadsheets of East Asia take both for the same."""
    assert tamed(f"{begin}1+1").startswith("'")


@given(st.text(min_size=1))
def test_a_row_stays_one_row_whatever_stands_in_it(text: str) -> None:
    content = csv_bytes(Table("x", ("a", "b"), ((text, text),)))
    assert content.count(b"\r\n") == 2
