"""Leave counts when it was seen before the change; what people decide later is told as that."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import typer

from ccontrol.approval.authorise import authorise
from ccontrol.approval.case import Case
from ccontrol.approval.windows import GRAIN, end_of
from ccontrol.canonical.approvals import parse_window, render_window
from ccontrol.cli.times import local_moment
from ccontrol.errors import UnreadableStateError
from ccontrol.model.approval import (
    Approvals,
    Authorisation,
    ChangeWindow,
    ExpectedFile,
    Scope,
    SignedCommit,
    WindowEnd,
    WindowVersion,
)
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.change import Change, ChangeSet, Kind
from ccontrol.model.judgement import Attribution, Origin, Severity, Verdict
from ccontrol.model.record import Record
from ccontrol.model.unit import UnitId

OPENS = datetime(2028, 2, 29, 18, 0, tzinfo=UTC)
WINDOW = ChangeWindow("CHG-1", ("press-*",), OPENS, OPENS + timedelta(hours=4), "T-1", "retrofit")
BERLIN = ZoneInfo("Europe/Berlin")


def commit(seen_at: datetime | None) -> SignedCommit:
    return SignedCommit("c" * 40, "", "ada@plant", "SHA256:x", OPENS, seen_at, "s", (), ())


def record(
    name: str = "OB1", aspect: Aspect = Aspect.PROGRAM, origin: Origin = Origin.NETWORK
) -> Record:
    change = Change(Kind.CHANGED, aspect, UnitId("OB", name), name)
    return Record(
        "20280229-0123456789abcdef",
        1,
        "press-3",
        "hall-2",
        "north",
        "Press 3",
        OPENS,
        None,
        Depth.FULL,
        ChangeSet("press-3", (change,)),
        Attribution(origin, "it was seen"),
        Verdict(Severity.LOW, "r", "because"),
    )


def case(
    window: ChangeWindow = WINDOW,
    *,
    seen: timedelta | None = -timedelta(hours=1),
    begun: timedelta = timedelta(minutes=5),
    lasted: timedelta = timedelta(minutes=5),
) -> Case:
    """A change that began so long after the window opens; that was seen so long after it."""
    version = WindowVersion(window, commit(None if seen is None else OPENS + seen))
    since = OPENS + begun
    return Case(record(), since, since + lasted, Approvals(windows=(version,)))


def word(wanted: Case) -> Authorisation:
    found = authorise(wanted)
    assert found is not None
    return found.word


def test_what_a_window_allows_is_authorised_on_a_leap_day() -> None:
    assert word(case()) is Authorisation.AUTHORISED


@pytest.mark.parametrize("seen", [timedelta(minutes=6), timedelta(days=3), None])
def test_a_window_that_was_seen_later_authorises_nothing(seen: timedelta | None) -> None:
    assert word(case(seen=seen)) is Authorisation.ACCEPTED_AFTERWARDS


def test_a_window_is_not_missed_by_the_grain_of_polls() -> None:
    assert word(case(begun=-GRAIN)) is Authorisation.OUT_OF_WINDOW  # wholly before it
    assert word(case(begun=-GRAIN, lasted=GRAIN * 2)) is Authorisation.AUTHORISED
    early = -GRAIN - timedelta(seconds=1)
    assert word(case(begun=early, lasted=GRAIN * 2)) is Authorisation.OUT_OF_WINDOW


def test_what_can_have_happened_for_days_is_out_of_window() -> None:
    found = authorise(case(begun=timedelta(hours=1), lasted=timedelta(days=3)))
    assert found is not None
    assert found.word is Authorisation.OUT_OF_WINDOW
    assert "nobody looked in between" in found.reason


@pytest.mark.parametrize(
    "scope", [Scope(objects=("FB/*",)), Scope(frozenset({Aspect.CONFIGURATION}))]
)
def test_what_a_window_does_not_allow_is_out_of_scope(scope: Scope) -> None:
    assert word(case(replace(WINDOW, scope=scope))) is Authorisation.OUT_OF_SCOPE


def test_a_sum_over_the_program_moves_with_the_object_that_a_window_allows() -> None:
    """Every S7 CPU sums up its blocks, so that a window of objects would never allow anything."""
    block = Change(Kind.CHANGED, Aspect.PROGRAM, UnitId("FC", "FC1"), "FC1")
    other = Change(Kind.CHANGED, Aspect.PROGRAM, UnitId("OB", "OB1"), "OB1")
    total = Change(Kind.CHANGED, Aspect.PROGRAM, UnitId("checksum", "program"), "its checksum")
    named = case(replace(WINDOW, scope=Scope(objects=("FC/*",))))
    for changes, wanted in (
        ((total, block), Authorisation.AUTHORISED),
        ((total, block, other), Authorisation.OUT_OF_SCOPE),
        ((total,), Authorisation.OUT_OF_SCOPE),  # nobody can tell which object it was
    ):
        told = replace(named.record, changes=ChangeSet("press-3", changes))
        assert word(replace(named, record=told)) is wanted


def test_another_file_than_the_expected_one_is_out_of_scope() -> None:
    expected = replace(WINDOW, files=(ExpectedFile("press.s7p", "aa" * 32),))
    loaded = replace(case(expected), files=frozenset({"bb" * 32}))
    assert word(loaded) is Authorisation.OUT_OF_SCOPE
    assert word(replace(loaded, files=frozenset({"aa" * 32}))) is Authorisation.AUTHORISED


def test_expected_files_that_did_not_come_are_said_and_forbid_nothing() -> None:
    files = (ExpectedFile("press.s7p", "aa" * 32), ExpectedFile("cpu.upd", "bb" * 32))
    for dropped, said in (
        (set(), "CHG-1 allows it; none of the files that it expects was dropped"),
        ({"aa" * 32}, "CHG-1 allows it; of the files that it expects, cpu.upd was not dropped"),
        ({"aa" * 32, "bb" * 32}, "CHG-1 allows it"),
    ):
        wanted = replace(case(replace(WINDOW, files=files)), dropped=frozenset(dropped))
        found = authorise(wanted)
        assert found is not None
        assert (found.word, found.reason) == (Authorisation.AUTHORISED, said)


def test_a_window_that_is_used_up_allows_nothing_more() -> None:
    once = replace(WINDOW, changes_at_most=1)
    assert word(case(once)) is Authorisation.AUTHORISED
    used = replace(case(once), uses={"CHG-1": 1})
    assert word(used) is Authorisation.OUT_OF_WINDOW


def test_what_was_taken_back_before_the_change_allows_nothing() -> None:
    held = case()
    (version,) = held.approvals.windows
    ended = replace(version, ended_at=OPENS)
    assert word(replace(held, approvals=Approvals(windows=(ended,)))) is Authorisation.UNAUTHORISED


def test_without_anybody_it_is_unauthorised_or_unexplained() -> None:
    nobody = replace(case(), approvals=Approvals())
    assert word(nobody) is Authorisation.UNAUTHORISED
    unknown = replace(nobody, record=record(origin=Origin.UNKNOWN))
    assert word(unknown) is Authorisation.UNEXPLAINED


def test_of_what_moves_by_itself_nothing_is_said() -> None:
    assert authorise(replace(case(), record=record(aspect=Aspect.MODE))) is None


def test_how_a_window_stands_is_said() -> None:
    day = timedelta(days=1)
    assert end_of(WINDOW, 0, OPENS - day) is WindowEnd.AHEAD
    assert end_of(WINDOW, 0, OPENS - timedelta(hours=23)) is WindowEnd.SOON
    assert end_of(WINDOW, 0, OPENS) is WindowEnd.OPEN
    assert end_of(WINDOW, 0, OPENS + day) is WindowEnd.NOT_USED
    assert end_of(WINDOW, 2, OPENS + day) is WindowEnd.USED
    assert end_of(replace(WINDOW, changes_at_most=2), 2, OPENS) is WindowEnd.USED_UP


def test_a_window_is_read_back_as_it_was_written() -> None:
    full = replace(
        WINDOW,
        scope=Scope(frozenset({Aspect.PROGRAM}), ("OB/*",)),
        changes_at_most=3,
        files=(ExpectedFile("press.s7p", "aa" * 32),),
        emergency=True,
        time_zone="Europe/Berlin",
    )
    assert parse_window(render_window(full)) == full


@pytest.mark.parametrize(
    "wrong",
    [
        ("\nobjects = [", "\nobject = ["),
        ("from = 2028-02-29T18:00:00Z", "from = 2028-02-29T18:00:00"),
        ("from = 2028-02-29T18:00:00Z", "from = 2029-02-29T18:00:00Z"),
        ('ticket = "T-1"', 'ticket = ""'),
    ],
)
def test_a_window_that_was_misspelt_is_refused_and_not_guessed(wrong: tuple[str, str]) -> None:
    text = render_window(replace(WINDOW, scope=Scope(objects=("OB/*",)))).decode()
    assert wrong[0] in text
    with pytest.raises(UnreadableStateError):
        parse_window(text.replace(*wrong).encode())


def test_a_time_means_the_clock_of_its_place() -> None:
    assert local_moment("2028-02-29T18:00", BERLIN) == datetime(2028, 2, 29, 17, 0, tzinfo=UTC)
    assert local_moment("2026-07-01T18:00", BERLIN) == datetime(2026, 7, 1, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "why"), [("2026-10-25T02:30", "twice"), ("2026-03-29T02:30", "never")]
)
def test_a_time_that_a_clock_shows_twice_or_never_is_refused(text: str, why: str) -> None:
    with pytest.raises(typer.BadParameter, match=why):
        local_moment(text, BERLIN)
    assert local_moment(f"{text}+01:00", BERLIN).utcoffset() == timedelta(0)
