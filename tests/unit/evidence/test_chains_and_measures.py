"""Who answers for a change, since when, and how that is counted."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ccontrol.errors import UnreadableStateError
from ccontrol.evidence import chains
from ccontrol.evidence.chains import Chain
from ccontrol.evidence.facts import Attested
from ccontrol.evidence.framework import Framework, in_force, parse_framework
from ccontrol.evidence.measures import MEASURES, PEOPLE, Measured, measured, not_verified
from ccontrol.model.approval import Authorisation, Authorised
from ccontrol.model.attestation import Claim
from ccontrol.packing.frameworks import BUILT_IN, frameworks
from tests.unit.evidence.plain_facts import (
    NOON,
    approval,
    attested,
    change,
    decided,
    facts,
    signed,
)

BEFORE, AFTER = NOON - timedelta(days=1), NOON + timedelta(days=2)


@pytest.fixture(scope="module")
def cip() -> Framework:
    return in_force(frameworks(), "CIP-010-4", date(2026, 6, 1))


def told(framework: Framework, **more: object) -> str:
    (only,) = chains.chains(facts(framework, change("c1"), **more))
    return only.classification


def by_id(results: tuple[Measured, ...]) -> dict[str, Measured]:
    return {one.requirement.id: one for one in results}


def test_only_a_first_sight_before_the_change_makes_it_authorised(cip: Framework) -> None:
    assert told(cip) == chains.UNRESOLVED
    assert told(cip, approvals=(approval("t1", BEFORE),)) == chains.AUTHORISED
    assert told(cip, approvals=(approval("t1", AFTER),)) == chains.AFTERWARDS
    assert told(cip, approvals=(approval("t1", BEFORE, seen=False),)) == chains.UNPROVEN


def test_an_approval_whose_signature_does_not_count_approves_nothing(cip: Framework) -> None:
    assert told(cip, approvals=(approval("t1", BEFORE, fault="unsigned"),)) == chains.UNRESOLVED


def test_an_approval_of_something_else_approves_nothing(cip: Framework) -> None:
    assert told(cip, approvals=(approval("t9", BEFORE),)) == chains.UNRESOLVED


def test_decisions_are_words_of_their_own(cip: Framework) -> None:
    assert told(cip, decisions=(decided("emergency", "c1"),)) == chains.EMERGENCY
    assert told(cip, decisions=(decided("reject", "c1"),)) == chains.REJECTED
    assert told(cip, decisions=(decided("investigate", "c1"),)) == chains.INVESTIGATED
    assert told(cip, decisions=(decided("investigate", "c2"),)) == chains.UNRESOLVED


def test_what_departs_from_nothing_needs_no_approval(cip: Framework) -> None:
    made = facts(cip, change("c1", first=True))
    assert chains.chains(made)[0].classification == chains.FIRST
    assert by_id(measured(made))["R1 1.2"].of == 0


def test_a_later_approval_takes_an_earlier_change_with_it(cip: Framework) -> None:
    later = NOON + timedelta(days=10)
    made = facts(
        cip,
        change("c1", tree="t1"),
        change("c2", later, tree="t2"),
        approvals=(approval("t2", later + timedelta(days=1)),),
    )
    first, second = chains.chains(made)
    assert (first.days_to_update, second.days_to_update) == (11, 1)


@pytest.mark.parametrize(("days", "lacking"), [(30, 0), (31, 1)])
def test_thirty_days_are_calendar_days(cip: Framework, days: int, lacking: int) -> None:
    """From 10 February over the leap day."""
    made = facts(cip, change("c1"), approvals=(approval("t1", NOON + timedelta(days=days)),))
    assert by_id(measured(made))["R1 1.3"].lacking == lacking


def test_a_change_that_stays_open_for_too_long_is_lacking(cip: Framework) -> None:
    result = by_id(measured(facts(cip, change("c1"))))["R1 1.3"]
    assert (result.of, result.lacking) == (1, 1)
    assert "50 days" in result.shortfalls[0].text


def lacking(framework: Framework, requirement: str, **more: object) -> list[str]:
    """Return what does not hold of the one change."""
    found = by_id(measured(facts(framework, change("c1"), **more)))[requirement]
    assert (found.of, found.lacking) == (1, min(1, len(found.shortfalls)))
    return [one.text for one in found.shortfalls]


def before(said: Attested) -> Attested:
    """Return the same, seen first before the change."""
    return replace(said, signed=signed(BEFORE))


HASHES: dict[str, object] = {"file_sha256": "a" * 64, "vendor_hash": "sha256:" + "a" * 64}


def test_what_people_attested_is_counted_and_what_failed_is_not(cip: Framework) -> None:
    good = (
        attested(Claim.CONTROLS, "c1"),
        before(attested(Claim.TEST, "c1", differences="no drives")),
        before(attested(Claim.SOURCE, "c1", **HASHES)),
    )
    results = by_id(measured(facts(cip, change("c1"), attested=good)))
    assert [results[one].lacking for one in ("R1 1.4", "R1 1.5", "R1 1.6")] == [0, 0, 0]
    bad = (
        attested(Claim.CONTROLS, "c1", passed=False),
        before(attested(Claim.TEST, "c1")),
        before(attested(Claim.SOURCE, "c1", file_sha256="a" * 64, vendor_hash="b" * 64)),
    )
    results = by_id(measured(facts(cip, change("c1"), attested=bad)))
    assert [results[one].lacking for one in ("R1 1.4", "R1 1.5", "R1 1.6")] == [1, 1, 1]


def test_software_is_verified_before_it_is_used_or_not_at_all(cip: Framework) -> None:
    late = attested(Claim.SOURCE, "c1", **HASHES)
    assert "after the change" in lacking(cip, "R1 1.6", attested=(late,))[0]
    unseen = replace(late, signed=signed(BEFORE, seen=False))
    assert "not proven" in lacking(cip, "R1 1.6", attested=(unseen,))[0]
    early = before(late)
    assert lacking(cip, "R1 1.6", attested=(early,)) == []
    assert lacking(cip, "R1 1.6", attested=(early, late)) == [], "said again later"


def test_a_source_without_a_hash_of_the_vendor_or_a_method_was_not_verified(
    cip: Framework,
) -> None:
    bare = before(attested(Claim.SOURCE, "c1", file_sha256="a" * 64))
    assert "no method" in lacking(cip, "R1 1.6", attested=(bare,))[0]
    signature = before(attested(Claim.SOURCE, "c1", file_sha256="a" * 64, method="signed image"))
    assert lacking(cip, "R1 1.6", attested=(signature,)) == []
    failed = replace(signature, attestation=replace(signature.attestation, passed=False))
    assert "did not hold" in lacking(cip, "R1 1.6", attested=(signature, failed))[0]
    other = before(
        attested(Claim.SOURCE, "c1", file_sha256="a" * 64, method="x", file_name="other.upd")
    )
    assert len(lacking(cip, "R1 1.6", attested=(failed, other))) == 1, "each file by itself"


def test_a_test_that_failed_or_came_after_the_change_does_not_hold(cip: Framework) -> None:
    good = before(attested(Claim.TEST, "c1", differences="no drives"))
    failed = before(attested(Claim.TEST, "c1", differences="no drives", passed=False))
    late = attested(Claim.TEST, "c1", differences="no drives")
    assert lacking(cip, "R1 1.5", attested=(good,)) == []
    assert lacking(cip, "R1 1.5", attested=(good, failed)) == ["the test did not pass"]
    assert "after the change" in lacking(cip, "R1 1.5", attested=(late,))[0]


def test_only_what_was_authorised_before_holds_as_authorised(cip: Framework) -> None:
    assert lacking(cip, "R1 1.2", approvals=(approval("t1", BEFORE),)) == []
    (late,) = lacking(cip, "R1 1.2", approvals=(approval("t1", AFTER),))
    assert late.startswith("accepted afterwards: ")
    (unproven,) = lacking(cip, "R1 1.2", approvals=(approval("t1", BEFORE, seen=False),))
    assert unproven.startswith("accepted, time not proven: ")
    assert "nobody has approved it" in lacking(cip, "R1 1.2")[0]


def test_an_emergency_holds_once_it_is_documented_and_not_a_day_before(cip: Framework) -> None:
    bare = decided("emergency", "c1", reason="stuck")
    assert "documentation is missing" in lacking(cip, "R1 1.2", decisions=(bare,))[0]
    soon = facts(cip, change("c1", datetime(2028, 3, 31, 12, tzinfo=UTC)), decisions=(bare,))
    assert by_id(measured(soon))["R1 1.2"].lacking == 1, "on the day itself"
    written = decided("emergency", "c1", reason="stuck", conclusion="valve replaced")
    assert lacking(cip, "R1 1.2", decisions=(bare, written)) == []


def test_each_word_is_counted_beside_those_that_hold(cip: Framework) -> None:
    later = NOON + timedelta(days=10)
    made = facts(
        cip,
        change("c1"),
        change("c2", later, tree="t2"),
        change("c3", later + timedelta(days=1), tree="t3"),
        approvals=(approval("t1", AFTER), approval("t2", BEFORE)),
    )
    result = by_id(measured(made))["R1 1.2"]
    assert (result.of, result.holding) == (3, 1)
    assert result.words == (("accepted afterwards", 1), ("authorised", 1), ("unresolved", 1))


def test_what_was_accepted_afterwards_and_nobody_looked_into_is_told_as_that(
    cip: Framework,
) -> None:
    name = "R2 2.1 (investigation)"
    silent = approval("t1", AFTER)
    assert "accepted afterwards" in lacking(cip, name, approvals=(silent,))[0]
    named = replace(silent, change_ids=("c1",))
    assert lacking(cip, name, approvals=(named,)) == []
    looked = decided("investigate", "c1", conclusion="a contractor")
    assert lacking(cip, name, approvals=(silent,), decisions=(looked,)) == []
    agreed = decided("approve", "c1")
    assert lacking(cip, name, approvals=(silent,), decisions=(agreed,)) == []


def test_an_investigation_counts_once_it_has_a_conclusion(cip: Framework) -> None:
    name = "R2 2.1 (investigation)"
    open_ = facts(cip, change("c1"), decisions=(decided("investigate", "c1"),))
    assert by_id(measured(open_))[name].lacking == 1
    done = facts(cip, change("c1"), decisions=(decided("investigate", "c1", conclusion="x"),))
    assert by_id(measured(done))[name].lacking == 0


def test_nothing_at_all_in_a_period_is_told_as_it_is(cip: Framework) -> None:
    results = by_id(measured(facts(cip)))
    assert (results["R1 1.2"].of, results["R1 1.2"].lacking) == (0, 0)
    assert (results["R2 2.1"].of, results["R2 2.1"].lacking) == (1, 1)


def test_nobody_and_nothing_is_measured_as_nothing(cip: Framework) -> None:
    results = measured(facts(cip, assets=(), known={}, monitors={}))
    assert all(one.of == 0 for one in results if one.counted in {"assets", "changes"})


def test_the_edition_that_holds_is_taken_and_its_end_is_told_a_year_before() -> None:
    every = frameworks()
    old = in_force(every, "nerc-cip-010", date(2028, 6, 30))
    new = in_force(every, "nerc-cip-010", date(2028, 7, 1))
    assert (old.edition, new.edition) == ("CIP-010-4", "CIP-010-5")
    assert not any("ends on" in one for one in old.warnings(date(2027, 7, 1)))
    assert any("ends on 2028-07-01, in 365 days" in one for one in old.warnings(date(2027, 7, 2)))
    assert any("no longer in force" in one for one in old.warnings(date(2028, 7, 1)))
    assert any("not in force before" in one for one in new.warnings(date(2028, 6, 30)))


def test_an_edition_that_nobody_has_is_named_with_those_that_there_are() -> None:
    with pytest.raises(UnreadableStateError) as raised:
        in_force(frameworks(), "nerc-cip-099", date(2026, 6, 1))
    assert "CIP-010-4" in raised.value.hint


def test_every_framework_says_where_it_is_from_and_asks_for_what_can_be_counted() -> None:
    wanted = {"nerc-cip-010", "nerc-cip-007", "iec-62443-3-3", "nist-sp-800-53", "nis2"}
    every = frameworks()
    assert {one.id for one in every} == wanted
    for one in every:
        assert one.source
        assert one.dates_certain or one.note
        assert {each.measure for each in one.requirements} <= {PEOPLE, *MEASURES}
    assert len(every) == len(list(BUILT_IN.glob("*.toml")))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"form = 1", b"form = 2"),
        (b'effective_from = "2022', b'effective_from = "22'),
        (b'aspects = ["firmware"]', b'aspects = ["firmwear"]'),
    ],
)
def test_a_framework_that_is_none_is_refused(right: bytes, wrong: bytes) -> None:
    content = (BUILT_IN / "nerc-cip-010-4.toml").read_bytes()
    assert right in content
    with pytest.raises(UnreadableStateError):
        parse_framework("x", content.replace(right, wrong, 1))


def test_what_is_not_verified_is_said(cip: Framework) -> None:
    said = " ".join(
        not_verified(facts(cip, unsigned_days=(date(2028, 1, 3),), unreadable={"a": "torn"}))
    )
    for words in ("R3, R4", "1.1.2, 1.1.4, 1.1.5", "1 days have no signed journal", "a could not"):
        assert words in said


WINDOW = "c" * 40
ALLOWED = Authorised(
    Authorisation.AUTHORISED, "CHG-1 allows it", f"bob@plant ({WINDOW[:12]}), CHG-1", "T", "CHG-1"
)


def judged(cip: Framework, known: Authorised, **more: object) -> Chain:
    plain = change("c1")
    verdict = replace(plain.record.verdict, authorised=known, authorised_by=known.by)
    told = replace(plain, record=replace(plain.record, verdict=verdict))
    (only,) = chains.chains(facts(cip, told, **more))
    return only


def test_the_word_of_a_record_is_taken_where_the_commit_that_it_names_counts(
    cip: Framework,
) -> None:
    found = judged(cip, ALLOWED, counting=frozenset({WINDOW}))
    assert (found.classification, found.authorized_by) == ("authorised", WINDOW)
    for counting in (frozenset(), frozenset({"d" * 40}), None):
        found = judged(cip, ALLOWED, counting=counting)
        assert (found.classification, found.authorized_by) == (chains.UNRESOLVED, "")


def test_a_record_that_found_no_leave_is_believed_until_somebody_signs_unseen(
    cip: Framework,
) -> None:
    late = Authorised(Authorisation.UNAUTHORISED, "nobody authorised it")
    taken = approval("t1", AFTER)
    found = judged(cip, late, counting=frozenset(), approvals=(taken,))
    assert (found.classification, found.authorized_by) == ("unauthorised", "")
    unseen = approval("t1", AFTER, seen=False)
    found = judged(cip, late, counting=frozenset(), approvals=(unseen,))
    assert found.classification == chains.UNPROVEN


def test_what_was_attested_of_a_window_beforehand_is_said_of_its_change(cip: Framework) -> None:
    """A change has no name before it happened; the window that allows it has."""
    said = before(attested(Claim.TEST, "CHG-1", differences="no drives"))
    found = judged(cip, ALLOWED, counting=frozenset({WINDOW}), attested=(said,))
    assert found.said(Claim.TEST) == (said,)
    other = before(attested(Claim.TEST, "CHG-2", differences="no drives"))
    assert judged(cip, ALLOWED, counting=frozenset({WINDOW}), attested=(other,)).sayings == ()
