"""What changed in the logic of a block, in the words that rules ask for."""

from dataclasses import replace

import pytest

from ccontrol.diff.compare import compare
from ccontrol.logic.mc7.block import cut_image
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import ChangeSet
from ccontrol.model.state import Known, State
from ccontrol.model.unit import Image, Unit, UnitId, fields
from ccontrol.poll import logic_words
from ccontrol.poll.logic_words import with_logic
from ccontrol.sim.s7 import plant
from ccontrol.sim.s7.block import Kind

TWO_HAND = plant.press().block(Kind.FB, 12)
assert TWO_HAND is not None
CUT = cut_image(TWO_HAND.image)
A_I, AN_I = b"\xc0\x00", b"\xe0\x00"
"""`A I 0.0` and `AN I 0.0`."""
INVERTED = CUT.body.replace(A_I, AN_I, 1)


def block(key: str, body: bytes, kind: str = "FB") -> Unit:
    sections = (
        ("header", CUT.raw_header),
        ("body", body),
        ("interface", CUT.interface),
        ("footer", CUT.raw_footer),
    )
    return Unit(
        UnitId(kind, key), Aspect.PROGRAM, key, fields(language="STL"), Image("s7/1", sections)
    )


def state(*units: Unit) -> State:
    known = {unit.id: Known(unit) for unit in units}
    return State("press-3", "s7", known, listed=frozenset(unit.id.kind for unit in units))


def told(before: State, after: State) -> ChangeSet:
    return with_logic(compare(before, after), before, after)


def test_an_inverted_contact_is_told_in_its_word() -> None:
    assert CUT.body != INVERTED
    (found,) = told(state(block("FB12", CUT.body)), state(block("FB12", INVERTED))).changes
    assert found.logic == ("inverted contact",)


def test_what_cannot_be_read_as_logic_has_no_words() -> None:
    def opaque(body: bytes) -> Unit:
        image = Image("s7/1", (("body", body),))
        return Unit(UnitId("FB", "FB12"), Aspect.PROGRAM, "FB12", (), image)

    (found,) = told(state(opaque(b"1")), state(opaque(b"2"))).changes
    assert found.logic == ()


def test_a_first_sight_and_what_came_or_went_has_no_words() -> None:
    after = state(block("FB12", CUT.body))
    assert with_logic(compare(None, after), None, after) == compare(None, after)
    changes = told(state(block("FB12", CUT.body)), state(block("FB13", CUT.body))).changes
    assert {found.logic for found in changes} == {()}


def test_more_than_is_compared_is_said_not_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logic_words, "BLOCKS_AT_MOST", 1)
    before = state(block("FB12", CUT.body), block("FB13", CUT.body))
    after = state(block("FB12", INVERTED), block("FB13", INVERTED))
    assert [found.logic for found in told(before, after).changes] == [
        ("inverted contact",),
        ("not compared",),
    ]


def test_changes_of_other_aspects_stay_as_they_are() -> None:
    mode = Unit(UnitId("mode", "cpu"), Aspect.MODE, "mode", moving=fields(mode="RUN"))
    stopped = replace(mode, moving=fields(mode="STOP"))
    changes = told(
        state(mode, block("FB12", CUT.body)), state(stopped, block("FB12", INVERTED))
    ).changes
    assert {found.aspect: found.logic for found in changes} == {
        Aspect.MODE: (),
        Aspect.PROGRAM: ("inverted contact",),
    }
