"""What a poll makes known, and what is told of it."""

from dataclasses import replace
from datetime import UTC, datetime
from time import process_time
from typing import Any

import pytest

from ccontrol.attribution.judge import judge
from ccontrol.diff.compare import compare, written_anew
from ccontrol.diff.merge import NOT_IN_PART, NOT_YET, UNCONFIRMED, merge
from ccontrol.errors import ModelError
from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.change import Change, Difference, Kind
from ccontrol.model.finding import Finding
from ccontrol.model.judgement import Origin
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Confirmed, Listing, Read, Sighting, Snapshot, Unread
from ccontrol.model.state import Known, State
from ccontrol.model.unit import Image, Unit, UnitId, fields
from tests.unit.attribution.made_cases import case

HIDDEN = Finding("hidden-block", "", Aspect.PROGRAM, "the sum does not follow")
MISMATCH = Finding("checksum-mismatch", "block/FC2", Aspect.PROGRAM, "content contradicts")


def block(key: str, body: bytes = b"1", **moving: str) -> Unit:
    return Unit(
        UnitId("block", key),
        Aspect.PROGRAM,
        key,
        fields(version="0.1"),
        Image("m/1", (("body", body),)),
        fields(**moving),
        None,
        f"print of {key}",
    )


def poll(*units: Unit, listed: str = "", **other: Any) -> Snapshot:  # noqa: ANN401 — fields by name
    sightings: dict[UnitId, Sighting] = {unit.id: Read(unit) for unit in units}
    if listed:
        other["listings"] = {"block": Listing(frozenset(listed.split()), complete=True)}
    whole = Snapshot("press-3", "s7", Depth.FULL, datetime(2026, 2, 3, tzinfo=UTC), sightings)
    return replace(whole, **other)


def unread(reason: str, *keys: str, transient: bool = False) -> Snapshot:
    why = Unread(reason, transient)
    return poll(sightings={UnitId("block", key): why for key in keys})


def told(before: State | None, after: State) -> list[tuple[Kind, Aspect, str]]:
    return [
        (change.kind, change.aspect, change.unit.key) for change in compare(before, after).changes
    ]


def only(before: State, after: State) -> Change:
    (change,) = compare(before, after).changes
    return change


BEFORE = merge(None, poll(block("OB1"), block("FC2"), listed="OB1 FC2"))


def test_the_first_state_is_a_first_sight_and_nothing_is_added() -> None:
    changes = compare(None, BEFORE)
    assert changes.first
    assert {change.kind for change in changes.changes} == {Kind.FOUND}


def test_a_block_that_a_complete_list_lacks_is_removed() -> None:
    after = merge(BEFORE, poll(listed="OB1"))
    assert told(BEFORE, after) == [(Kind.REMOVED, Aspect.PROGRAM, "FC2")]


def test_an_incomplete_list_removes_nothing_and_is_told_once() -> None:
    short = poll(listings={"block": Listing(frozenset({"OB1"}), complete=False, reason="refused")})
    after = merge(BEFORE, short)
    assert told(BEFORE, after) == [
        (Kind.LOST_SIGHT, Aspect.PROGRAM, "FC2"),
        (Kind.LOST_SIGHT, Aspect.SIGHT, "block"),
    ]
    assert after.units[UnitId("block", "FC2")].unread == NOT_IN_PART
    assert not compare(after, merge(after, short))
    again = merge(after, poll(block("OB1"), block("FC2"), listed="OB1 FC2"))
    assert told(after, again) == [
        (Kind.REGAINED, Aspect.PROGRAM, "FC2"),
        (Kind.REGAINED, Aspect.SIGHT, "block"),
    ]


def test_what_is_listed_and_was_never_read_is_known_to_be_there() -> None:
    for why in ({}, {UnitId("block", "FC2"): Unread("cut", transient=True)}):
        seen: dict[UnitId, Sighting] = {UnitId("block", "OB1"): Read(block("OB1")), **why}
        first = merge(None, replace(poll(listed="OB1 FC2"), sightings=seen))
        assert first.units[UnitId("block", "FC2")] == Known(None, NOT_YET)
        assert not first.proven
        assert not compare(first, merge(first, replace(poll(listed="OB1 FC2"), sightings=seen)))
        read = merge(first, poll(block("OB1"), block("FC2"), listed="OB1 FC2"))
        assert told(first, read) == [(Kind.FOUND, Aspect.PROGRAM, "FC2")]


def test_a_new_block_whose_reading_was_cut_is_told_at_once() -> None:
    cut = {UnitId("block", "FB3"): Unread("cut", transient=True)}
    after = merge(BEFORE, replace(poll(listed="OB1 FC2 FB3"), sightings=cut))
    change = only(BEFORE, after)
    assert (change.kind, change.aspect, change.reason) == (Kind.ADDED, Aspect.SIGHT, NOT_YET)


def test_a_list_that_the_line_cut_makes_nothing_known() -> None:
    cut = Listing(frozenset({"OB1", "FC2"}), complete=False, reason="cut", transient=True)
    assert merge(None, poll(listings={"block": cut})).units == {}


def test_a_new_block_is_added_even_while_its_list_is_not_complete() -> None:
    def short(*keys: str) -> Snapshot:
        listing = Listing(frozenset(keys), complete=False, reason="SDB: refused")
        return poll(*map(block, keys), listings={"block": listing})

    before = merge(None, short("OB1"))
    change = only(before, merge(before, short("OB1", "FC2")))
    assert (change.kind, change.reason) == (Kind.ADDED, "its list was not complete before")
    assert judge(case(change)).origin is Origin.UNKNOWN


def test_what_a_controller_never_offered_is_no_gap_and_what_it_stops_offering_is() -> None:
    lock = Unit(UnitId("lock", "cpu"), Aspect.PROTECTION, "lock", fields(level=3))
    lacks = poll(
        sightings={lock.id: Unread("not offered", optional=True)},
        listings={"lock": Listing(frozenset(), False, "not offered", optional=True)},
    )
    assert merge(None, lacks) == merge(None, poll())
    before = merge(None, poll(lock, listings={"lock": Listing(frozenset({"cpu"}), complete=True)}))
    after = merge(before, lacks)
    assert after.units[lock.id] == Known(lock, "not offered")
    assert not after.proven
    assert (Kind.LOST_SIGHT, Aspect.PROTECTION, "cpu") in told(before, after)


def test_a_newer_driver_is_no_change_and_a_change_under_it_is() -> None:
    old = merge(BEFORE, replace(poll(block("OB1"), block("FC2")), facts="s7/1"))
    more = replace(
        block("OB1", b"other mask"), fields=fields(version="0.1", size=3), image=Image("m/2", ())
    )
    new = merge(old, replace(poll(more), facts="s7/2"))
    assert not compare(old, new)
    assert written_anew(old, new)
    assert (new.facts, new.units[UnitId("block", "FC2")].facts) == ("s7/2", "s7/1")
    late = replace(block("FC2", b"x"), fields=fields(version="0.1", size=4))
    assert not told(new, merge(new, replace(poll(late), facts="s7/2")))[1:]
    changed = replace(more, fields=fields(version="0.2", size=3))
    assert told(old, merge(old, replace(poll(changed), facts="s7/2"))) == [
        (Kind.CHANGED, Aspect.PROGRAM, "OB1")
    ]


def test_what_two_seals_made_is_not_compared() -> None:
    def sealed(key: bytes, secret: bytes) -> State:
        lock = Unit(UnitId("lock", "cpu"), Aspect.PROTECTION, "lock")
        return merge(None, poll(replace(lock, fields=fields(password=Seal(key).of(secret)))))

    before = sealed(b"one", b"secret")
    assert not compare(before, sealed(b"other", b"secret"))
    assert written_anew(before, sealed(b"other", b"secret"))
    assert not written_anew(before, sealed(b"one", b"secret"))
    assert told(before, sealed(b"one", b"other")) == [(Kind.CHANGED, Aspect.PROTECTION, "cpu")]


def test_a_poll_of_another_controller_is_never_laid_over_this_one() -> None:
    with pytest.raises(ModelError, match="another controller"):
        merge(BEFORE, replace(poll(), controller_id="press-4"))


def test_a_finding_is_over_for_what_was_checked_and_nothing_else() -> None:
    other = replace(MISMATCH, subject="block/OB1")
    raised = merge(BEFORE, poll(findings=frozenset({MISMATCH, other})))
    after = merge(raised, poll(checked=frozenset({("checksum-mismatch", "block/OB1")})))
    assert after.findings == {MISMATCH}


def test_a_thing_without_a_name_to_be_seen_is_called_by_its_key() -> None:
    nameless = merge(None, poll(replace(block("OB1"), title=" ")))
    assert compare(None, nameless).changes[0].title == "OB1"


def test_a_new_block_is_added_only_where_the_list_was_known_before() -> None:
    after = merge(BEFORE, poll(block("FB3"), listed="OB1 FC2 FB3"))
    assert told(BEFORE, after) == [(Kind.ADDED, Aspect.PROGRAM, "FB3")]
    glanced = merge(None, poll())
    deeper = merge(glanced, poll(block("FB3"), listed="FB3"))
    assert told(glanced, deeper) == [
        (Kind.FOUND, Aspect.PROGRAM, "FB3"),
        (Kind.FOUND, Aspect.SIGHT, "block"),
    ]


def test_a_block_we_may_not_upload_is_lost_sight_not_removed() -> None:
    after = merge(BEFORE, unread("level 3", "FC2"))
    change = only(BEFORE, after)
    assert (change.kind, change.aspect, change.reason) == (
        Kind.LOST_SIGHT,
        Aspect.PROGRAM,
        "level 3",
    )
    assert after.units[UnitId("block", "FC2")] == Known(block("FC2"), "level 3")


def test_a_fault_of_the_line_is_no_difference() -> None:
    assert merge(BEFORE, unread("silence", "FC2", transient=True)) == BEFORE


def test_a_block_that_comes_back_as_it_was_is_regained() -> None:
    blind = merge(BEFORE, unread("level 3", "FC2"))
    back = poll(sightings={UnitId("block", "FC2"): Confirmed("print of FC2")})
    assert told(blind, merge(blind, back)) == [(Kind.REGAINED, Aspect.PROGRAM, "FC2")]


def test_a_block_that_comes_back_different_has_changed_while_out_of_sight() -> None:
    blind = merge(BEFORE, unread("level 3", "FC2"))
    change = only(blind, merge(blind, poll(block("FC2", b"2"))))
    assert change.kind is Kind.CHANGED
    assert "out of sight" in change.reason


def test_a_reason_that_changes_is_a_matter_of_sight() -> None:
    blind = merge(BEFORE, unread("level 3", "FC2"))
    change = only(blind, merge(blind, unread("wrong password", "FC2")))
    assert (change.kind, change.aspect) == (Kind.CHANGED, Aspect.SIGHT)
    assert change.differences == (Difference("reason", "level 3", "wrong password"),)


def test_a_confirmation_without_facts_to_confirm_is_not_believed() -> None:
    stranger = poll(sightings={UnitId("block", "FC2"): Confirmed("another print")})
    assert merge(BEFORE, stranger).units[UnitId("block", "FC2")].unread == UNCONFIRMED


def test_a_new_block_that_cannot_be_read_is_added_to_what_we_cannot_see() -> None:
    after = merge(BEFORE, replace(unread("level 3", "FB9"), listings={}))
    change = only(BEFORE, after)
    assert (change.kind, change.aspect) == (Kind.ADDED, Aspect.SIGHT)
    assert "level 3" in change.reason
    read = merge(after, poll(block("FB9")))
    assert told(after, read) == [(Kind.FOUND, Aspect.PROGRAM, "FB9")]


def test_a_recompiled_block_is_told_as_exactly_that() -> None:
    dated = merge(BEFORE, poll(block("OB1", date="2020")))
    change = only(dated, merge(dated, poll(block("OB1", date="2021"))))
    assert change.kind is Kind.RECOMPILED
    assert change.differences == (Difference("date", "2020", "2021"),)


def test_a_change_names_fields_sections_and_dates() -> None:
    dated = merge(BEFORE, poll(block("OB1", date="2020")))
    after = merge(dated, poll(replace(block("OB1", b"22", date="2021"), fields=fields(version=1))))
    change = only(dated, after)
    assert [difference.name for difference in change.differences] == [
        "version",
        "section body",
        "date",
    ]
    assert str(change.differences[1].after).startswith("2 bytes, sha256 ")


def test_true_and_one_are_different_values() -> None:
    lock = Unit(UnitId("lock", "cpu"), Aspect.PROTECTION, "lock", fields(on=True))
    before, after = (merge(None, poll(replace(lock, fields=fields(on=on)))) for on in (True, 1))
    assert told(before, after) == [(Kind.CHANGED, Aspect.PROTECTION, "cpu")]


def test_actual_values_are_told_apart_from_the_program() -> None:
    before, after = (
        merge(None, poll(replace(block("DB1", code), values=values)))
        for code, values in ((b"1", b"a"), (b"2", b"b"))
    )
    assert told(before, after) == [
        (Kind.CHANGED, Aspect.PROGRAM, "DB1"),
        (Kind.CHANGED, Aspect.VALUES, "DB1"),
    ]


def test_a_counter_that_moves_by_itself_is_no_change() -> None:
    count = Unit(UnitId("inventory", "blocks"), Aspect.INVENTORY, "blocks", moving=fields(db=5))
    before, after = (
        merge(None, poll(replace(count, moving=fields(db=number)))) for number in (5, 6)
    )
    assert before != after
    assert not compare(before, after)


def test_a_finding_is_over_only_when_it_was_checked() -> None:
    raised = merge(BEFORE, poll(findings=frozenset({HIDDEN})))
    assert told(BEFORE, raised) == [(Kind.RAISED, Aspect.PROGRAM, "")]
    assert merge(raised, poll()) == raised
    checked = merge(raised, poll(checked=frozenset({("hidden-block", "")})))
    assert told(raised, checked) == [(Kind.CLEARED, Aspect.PROGRAM, "")]


def test_a_finding_that_says_something_new_is_raised_again_not_cleared() -> None:
    raised = merge(BEFORE, poll(findings=frozenset({HIDDEN})))
    other = replace(HIDDEN, text="another sum")
    after = merge(
        raised, poll(findings=frozenset({other}), checked=frozenset({("hidden-block", "")}))
    )
    assert told(raised, after) == [(Kind.RAISED, Aspect.PROGRAM, "")]


def test_what_was_found_about_a_removed_block_goes_with_it() -> None:
    raised = merge(BEFORE, poll(findings=frozenset({MISMATCH})))
    assert merge(raised, poll(listed="OB1")).findings == frozenset()


def test_seeing_less_well_is_told_as_losing_sight() -> None:
    well = merge(BEFORE, poll(strengths={Aspect.PROGRAM: Strength.CONTENT}))
    worse = merge(well, poll(strengths={Aspect.PROGRAM: Strength.INDICATOR}))
    assert only(well, worse).kind is Kind.LOST_SIGHT
    assert only(worse, well).kind is Kind.REGAINED


def test_another_family_behind_the_same_name_starts_anew() -> None:
    after = merge(BEFORE, replace(poll(block("OB1")), family="other"))
    kinds = {(change.kind, str(change.unit)) for change in compare(BEFORE, after).changes}
    assert (Kind.CHANGED, "controller/family") in kinds
    assert (Kind.REMOVED, "block/FC2") in kinds


def test_blocks_are_told_in_the_order_of_their_numbers() -> None:
    keys = ("OB10", "OB2", "FC3", "OB1", "OB0" + "9" * 5000)
    after = merge(None, poll(*map(block, keys)))
    assert [key for _, _, key in told(None, after)][:4] == ["FC3", "OB1", "OB2", "OB10"]


def test_an_unchanged_glance_costs_next_to_nothing() -> None:
    """The budget is 2 ms on a quiet machine, transport excluded."""
    face = merge(None, poll(*(block(f"FC{n}") for n in range(6))))
    glance = poll(*(block(f"FC{n}") for n in range(6)))
    begun = process_time()
    for _ in range(100):
        assert not compare(face, merge(face, glance))
    assert (process_time() - begun) / 100 < 0.002
