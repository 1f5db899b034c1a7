"""Facts that no file could hold, or that would look like a change at every poll, are refused."""

from time import process_time
from typing import Any

import pytest

from ccontrol.errors import ModelError
from ccontrol.model.aspect import Aspect
from ccontrol.model.secret import Seal, Sealed
from ccontrol.model.state import Known, State
from ccontrol.model.unit import Fields, Image, Unit, UnitId, fields


def unit(kind: str = "OB", key: str = "OB1", of: Fields = (), **other: Any) -> Unit:  # noqa: ANN401 — any field
    return Unit(UnitId(kind, key), Aspect.PROGRAM, key, of, **other)


@pytest.mark.parametrize(
    "of",
    [
        (("a", 1), ("a", 2)),
        (("b", 1), ("a", 2)),
        (("a", 1.5),),
        (("a", ["x"]),),
        (("a", (1,)),),
        (("a", 2**63),),
        (("a", Aspect.PROGRAM),),
        (("a", "\ud800"),),
        (("\udfff", 1),),
        (("a", None),),
    ],
    ids=str,
)
def test_fields_that_no_file_gives_back_are_refused(of: Any) -> None:  # noqa: ANN401 — foreign on purpose
    with pytest.raises(ModelError):
        unit(of=of)
    with pytest.raises(ModelError):
        unit(moving=of)


def test_everything_that_a_field_may_hold_passes() -> None:
    of = fields(a="\U0001f4a9", b=-(2**63), c=True, d=Sealed("1:2"), e=("x", ""))
    assert unit(of=of).fields == of


@pytest.mark.parametrize("kind", ["", "a/b", "a.b", "-a", "\u00fc", "x" * 41, "a b"])
def test_a_kind_is_letters_digits_and_dashes(kind: str) -> None:
    with pytest.raises(ModelError):
        unit(kind)
    with pytest.raises(ModelError):
        State("press-3", "s7", unlisted={kind: ""})


def test_a_section_stands_once() -> None:
    with pytest.raises(ModelError):
        Image("m/1", (("a", b"1"), ("a", b"2")))


@pytest.mark.parametrize("odd", [{"title": "\ud800"}, {"fingerprint": "\ud800"}, {"values": "x"}])
def test_text_is_text_and_bytes_are_bytes(odd: dict[str, Any]) -> None:
    with pytest.raises(ModelError):
        Unit(**{"id": UnitId("OB", "OB1"), "aspect": Aspect.PROGRAM, "title": "", **odd})
    with pytest.raises(ModelError):
        unit(key="\ud800")


def test_something_known_has_a_fact_or_a_reason() -> None:
    with pytest.raises(ModelError):
        Known(None)
    with pytest.raises(ModelError):
        Known(None, "refused", "s7/1")


def test_a_unit_stands_under_its_own_name() -> None:
    with pytest.raises(ModelError):
        State("press-3", "s7", {UnitId("OB", "OB2"): Known(unit())})


def test_kinds_that_differ_by_case_alone_are_refused() -> None:
    with pytest.raises(ModelError):
        State("press-3", "s7", listed=frozenset({"OB", "ob"}))


def test_a_seal_signs_what_it_made() -> None:
    one, other = Seal(b"one"), Seal(b"other")
    assert one.of(b"x").seal_id == one.id != other.id
    assert one.of(b"x") == Seal(b"one").of(b"x") != one.of(b"y")
    assert len(one.id) == 8


def test_eight_thousand_units_are_checked_in_a_blink() -> None:
    of = fields(**{f"field_{n:02}": "text" for n in range(16)})
    begun = process_time()
    for number in range(8000):
        unit(key=f"OB{number}", of=of)
    assert process_time() - begun < 1.0
