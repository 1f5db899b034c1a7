"""Laws of merge and compare: what may never be lost, and when nothing may be said."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ccontrol.canonical.render import render
from ccontrol.diff.compare import compare
from ccontrol.diff.merge import merge
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import Kind
from ccontrol.model.snapshot import Snapshot, Unread
from ccontrol.model.state import Known, State
from ccontrol.model.unit import UnitId
from tests.properties.values import plain_states, snapshots


def without_own_words(state: State) -> State:
    """Leave out what compare must not look at: fingerprints, titles, counters."""
    units: dict[UnitId, Known] = {}
    for unit_id, known in state.units.items():
        unit = known.unit
        if unit is not None:
            moving = () if unit.aspect is Aspect.INVENTORY else unit.moving
            unit = replace(unit, fingerprint="", title="", moving=moving)
        units[unit_id] = Known(unit, known.unread)
    return replace(state, units=units, controller_id="")


def facts(state: State) -> dict[str, bytes]:
    files = render(without_own_words(state), "a")
    return {path: data for path, data in files.items() if not path.startswith("views/")}


@given(plain_states())
def test_a_state_does_not_differ_from_itself(state: State) -> None:
    assert not compare(state, state)


@given(plain_states(), plain_states(any_family=True))
def test_something_is_told_exactly_when_some_fact_differs(before: State, after: State) -> None:
    assert bool(compare(before, after)) == (facts(before) != facts(after))


@given(plain_states(), snapshots())
def test_something_is_told_exactly_when_a_poll_brought_a_fact(
    before: State,
    snapshot: Snapshot,
) -> None:
    after = merge(before, snapshot)
    assert bool(compare(before, after)) == (facts(before) != facts(after))


@given(plain_states())
def test_a_first_sight_tells_all_and_judges_nothing_as_changed(state: State) -> None:
    changes = compare(None, state)
    assert changes.first
    assert all(
        change.kind in {Kind.FOUND, Kind.LOST_SIGHT, Kind.RAISED} for change in changes.changes
    )
    assert {change.unit for change in changes.changes} >= state.units.keys()


@given(plain_states(), plain_states())
def test_changes_come_in_one_order(before: State, after: State) -> None:
    again = replace(after, units=dict(reversed(list(after.units.items()))))
    assert compare(before, after) == compare(before, again)


@given(st.none() | plain_states(), snapshots())
def test_merging_a_poll_twice_is_merging_it_once(state: State | None, snapshot: Snapshot) -> None:
    once = merge(state, snapshot)
    assert merge(once, snapshot) == once


@given(plain_states(), snapshots(glance=True))
def test_a_glance_removes_nothing(state: State, glance: Snapshot) -> None:
    assert merge(state, glance).units.keys() >= state.units.keys()


@given(plain_states(), snapshots())
def test_what_could_not_be_read_keeps_its_facts(state: State, snapshot: Snapshot) -> None:
    after = merge(state, replace(snapshot, listings={}))
    for unit_id, sighting in snapshot.sightings.items():
        if isinstance(sighting, Unread) and unit_id in state.units:
            assert after.units[unit_id].unit == state.units[unit_id].unit


@given(plain_states(), snapshots())
def test_only_a_complete_list_removes(state: State, snapshot: Snapshot) -> None:
    after = merge(state, snapshot)
    for unit_id in state.units.keys() - after.units.keys():
        listing = snapshot.listings[unit_id.kind]
        assert listing.complete
        assert unit_id.key not in listing.keys


@given(plain_states(), snapshots())
def test_the_order_of_sightings_does_not_matter(state: State, snapshot: Snapshot) -> None:
    turned = replace(snapshot, sightings=dict(reversed(list(snapshot.sightings.items()))))
    assert merge(state, turned) == merge(state, snapshot)


@given(plain_states(), snapshots())
def test_a_fault_of_the_line_alone_changes_nothing(state: State, snapshot: Snapshot) -> None:
    blip = replace(
        snapshot,
        sightings=dict.fromkeys(snapshot.sightings, Unread("cut", transient=True)),
        listings={
            kind: replace(listing, complete=False, transient=True)
            for kind, listing in snapshot.listings.items()
        },
        findings=frozenset(),
        checked=frozenset(),
        strengths={},
    )
    assert merge(state, blip) == state


@given(plain_states(), snapshots())
def test_an_unusable_poll_changes_nothing(state: State, snapshot: Snapshot) -> None:
    assert merge(state, replace(snapshot, usable=False, family="other")) == state


@given(plain_states(), snapshots())
def test_a_state_is_always_one_that_can_be_stored(state: State, snapshot: Snapshot) -> None:
    assert all(
        known.unit is not None or known.unread is not None
        for known in merge(state, snapshot).units.values()
    )
