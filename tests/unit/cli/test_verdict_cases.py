"""Leave, and what it is not: forged dates, windows that are edited, odd nights, odd clocks."""

import os
import subprocess  # noqa: TID251 — stock git is who commits here
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ccontrol.canonical.approvals import decision_path, parse_window, render_decision
from ccontrol.model.approval import Authorisation, Decision, DecisionKind
from ccontrol.model.record import Record
from tests.unit.cli.plants import Plant, Run
from tests.unit.cli.works import Works, at_work, journaled, window
from tests.unit.store.made_store import SetClock

BEGIN = datetime(2028, 2, 29, 18, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FORM = "--format=%T %P"


@pytest.fixture
def clock() -> SetClock:
    return SetClock(BEGIN - 3 * HOUR)


@pytest.fixture
def works(plant: Plant, run: Run, clock: SetClock) -> Iterator[Works]:
    with at_work(plant, run, clock) as works:
        works.look()
        yield works


def change(
    works: Works,
    clock: SetClock,
    when: datetime,
    body: bytes = b"\x65\x02",
    lasted: timedelta = MINUTE,
) -> Record:
    """Let a poll find a change that began at a time."""
    clock.time = when + lasted
    return works.change(body, when + lasted, when)


def word(works: Works, record: Record) -> Authorisation:
    return works.judged(record.change_id).word


def stock_git(works: Works, folder: Path, *arguments: str, dated: str = "") -> str:
    """Let bob use git as it is, with his own key."""
    own = ("gpg.format=ssh", f"user.signingkey={works.key('bob')}", "user.name=Bob")
    settings = [part for each in (*own, "user.email=bob@plant") for part in ("-c", each)]
    dates = {"GIT_AUTHOR_DATE": dated, "GIT_COMMITTER_DATE": dated} if dated else {}
    done = subprocess.run(
        ["git", *settings, *arguments],
        cwd=folder,
        capture_output=True,
        check=True,
        env={"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, **dates},
    )
    return done.stdout.decode().strip()


def forged(works: Works, dated: str) -> None:
    """Put another date on the newest commit of approved, with a signature that holds."""
    tree, parent = works.git("log", "-1", FORM, "approved").split()
    text = works.git("log", "-1", "--format=%B", "approved").strip()
    made = stock_git(
        works, works.plant.store, "commit-tree", "-S", tree, "-p", parent, "-m", text, dated=dated
    )
    works.git("update-ref", "refs/heads/approved", made)


def cloned(works: Works) -> Path:
    """Return a clone on approved, as people have it."""
    clone = works.key("clone")
    stock_git(
        works,
        works.plant.folder,
        "clone",
        "-q",
        "-b",
        "approved",
        str(works.plant.store),
        str(clone),
    )
    return clone


def pushed(works: Works, clone: Path, text: str) -> None:
    stock_git(works, clone, "commit", "-q", "-a", "-S", "-m", text)
    stock_git(works, clone, "push", "-q", "origin", "approved")
    works.look()


@pytest.mark.parametrize("what", ["approval", "window"])
def test_a_date_that_is_forged_to_before_the_change_makes_it_no_earlier(
    works: Works, clock: SetClock, what: str
) -> None:
    record = change(works, clock, BEGIN + HOUR)
    if what == "window":
        window(works, "CHG-1", BEGIN)
    else:
        works.ccontrol("approve", record.change_id, "--key", works.key("bob"))
    forged(works, "2028-02-28T09:00:00+0000")
    assert "2028-02-28" in works.git("log", "-1", "--format=%cI", "approved")
    works.look()
    assert word(works, record) is Authorisation.ACCEPTED_AFTERWARDS


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        (("--aspect", "program", "--object", "OB/*"), Authorisation.AUTHORISED),
        (("--aspect", "program", "--object", "FB/*"), Authorisation.OUT_OF_SCOPE),
        (("--aspect", "hardware", "--object", "OB/*"), Authorisation.OUT_OF_SCOPE),
        (("--aspect", "hardware", "--aspect", "program"), Authorisation.AUTHORISED),
    ],
)
def test_aspects_and_objects_both_have_to_allow_it(
    works: Works, clock: SetClock, scope: tuple[str, ...], said: Authorisation
) -> None:
    window(works, "CHG-1", BEGIN, *scope)
    works.look()
    assert word(works, change(works, clock, BEGIN + HOUR)) is said


def test_a_window_of_another_controller_allows_nothing(works: Works, clock: SetClock) -> None:
    times = ("--from", BEGIN.isoformat(), "--until", (BEGIN + HOUR).isoformat())
    words = ("--controller", "mixer-1", "--ticket", "T-1", "--key", works.key("bob"))
    works.ccontrol("window", "add", "CHG-1", *times, *words)
    works.look()
    assert word(works, change(works, clock, BEGIN)) is Authorisation.UNEXPLAINED


def test_a_window_that_is_widened_after_the_change_authorises_nothing_more(
    works: Works, clock: SetClock
) -> None:
    window(works, "CHG-1", BEGIN, "--object", "FB/*")
    works.look()
    record = change(works, clock, BEGIN + HOUR)
    assert word(works, record) is Authorisation.OUT_OF_SCOPE
    window(works, "CHG-1", BEGIN)
    works.look()
    assert word(works, record) is Authorisation.ACCEPTED_AFTERWARDS
    later = change(works, clock, BEGIN + HOUR + 5 * MINUTE, b"\x65\x03")
    assert word(works, later) is Authorisation.AUTHORISED


def test_a_window_that_is_narrowed_takes_leave_back_from_then_on_only(
    works: Works, clock: SetClock
) -> None:
    window(works, "CHG-1", BEGIN)
    works.look()
    before = change(works, clock, BEGIN + HOUR)
    window(works, "CHG-1", BEGIN, "--object", "FB/*")
    works.look()
    after = change(works, clock, BEGIN + HOUR + 5 * MINUTE, b"\x65\x03")
    assert word(works, before) is Authorisation.AUTHORISED
    assert word(works, after) is Authorisation.OUT_OF_SCOPE


@pytest.mark.parametrize("how", ["cancelled", "deleted"])
def test_a_window_that_is_gone_before_the_change_allows_nothing_and_after_it_takes_nothing(
    works: Works, clock: SetClock, how: str
) -> None:
    window(works, "CHG-1", BEGIN)
    works.look()
    before = change(works, clock, BEGIN + HOUR)
    clock.time = BEGIN + HOUR + 2 * MINUTE
    if how == "cancelled":
        works.ccontrol("window", "cancel", "CHG-1", "--key", works.key("bob"))
        works.look()
    else:
        clone = cloned(works)
        (clone / "changes" / "CHG-1.toml").unlink()
        pushed(works, clone, "Take CHG-1 back")
    after = change(works, clock, BEGIN + HOUR + 5 * MINUTE, b"\x65\x03")
    assert word(works, before) is Authorisation.AUTHORISED
    assert word(works, after) is Authorisation.UNEXPLAINED


def test_a_window_that_accepted_something_afterwards_and_is_deleted_accepts_it_no_more(
    works: Works, clock: SetClock
) -> None:
    record = change(works, clock, BEGIN + HOUR)
    window(works, "CHG-1", BEGIN)
    works.look()
    assert word(works, record) is Authorisation.ACCEPTED_AFTERWARDS
    clone = cloned(works)
    (clone / "changes" / "CHG-1.toml").unlink()
    pushed(works, clone, "Take CHG-1 back")
    assert word(works, record) is Authorisation.UNEXPLAINED


def test_a_window_file_of_stock_git_counts_as_well(works: Works, clock: SetClock) -> None:
    window(works, "CHG-1", BEGIN)
    works.look()
    clone = cloned(works)
    path = clone / "changes" / "CHG-1.toml"
    assert parse_window(path.read_bytes()).until == BEGIN + 2 * HOUR
    path.write_text(path.read_text().replace("T20:00:00", "T21:00:00"))
    assert parse_window(path.read_bytes()).until == BEGIN + 3 * HOUR
    pushed(works, clone, "Give CHG-1 an hour more")
    record = change(works, clock, BEGIN + 2 * HOUR + 30 * MINUTE)
    assert word(works, record) is Authorisation.AUTHORISED


BERLIN = ("--zone", "Europe/Berlin")
SPRING = datetime(2028, 3, 26, 0, 30, tzinfo=UTC)
"""01:30 in Berlin; at 02:00 the clock there goes to 03:00."""
AUTUMN = datetime(2028, 10, 29, 0, 30, tzinfo=UTC)
"""02:30 in Berlin for the first time; at 03:00 the clock there goes back to 02:00."""


@pytest.mark.parametrize(
    ("since", "until", "begun", "said"),
    [
        ("2028-03-26T01:30", "2028-03-26T03:30", SPRING + 50 * MINUTE, "authorised"),
        ("2028-03-26T01:30", "2028-03-26T03:30", SPRING + 70 * MINUTE, "out of window"),
        ("2028-10-29T01:30", "2028-10-29T03:30", AUTUMN - 50 * MINUTE, "authorised"),
        ("2028-10-29T01:30", "2028-10-29T03:30", AUTUMN + 110 * MINUTE, "authorised"),
        ("2028-10-29T01:30", "2028-10-29T03:30", AUTUMN + 130 * MINUTE, "out of window"),
        ("2028-02-29T23:00", "2028-03-01T01:00", BEGIN + 5 * HOUR + 30 * MINUTE, "authorised"),
        ("2028-02-28T23:00", "2028-02-29T01:00", BEGIN + 5 * HOUR + 30 * MINUTE, "out of window"),
    ],
)
def test_a_window_on_the_wall_is_as_long_as_that_night_was(
    works: Works, clock: SetClock, *, since: str, until: str, begun: datetime, said: str
) -> None:
    clock.time = BEGIN - timedelta(days=3)
    words = ("--controller", "press-3", "--ticket", "T-1", *BERLIN, "--key", works.key("bob"))
    works.ccontrol("window", "add", "CHG-1", "--from", since, "--until", until, *words)
    works.look()
    assert word(works, change(works, clock, begun)).value == said


def test_a_clock_that_was_set_back_gives_no_leave_to_what_has_happened(
    works: Works, clock: SetClock
) -> None:
    record = change(works, clock, BEGIN + HOUR)
    clock.time = BEGIN - 2 * HOUR  # the host's clock was set back
    window(works, "CHG-1", BEGIN)
    works.look()
    assert word(works, record) is Authorisation.ACCEPTED_AFTERWARDS
    meanwhile = change(works, clock, BEGIN + 30 * MINUTE, b"\x65\x03")
    assert word(works, meanwhile) is Authorisation.ACCEPTED_AFTERWARDS
    caught_up = change(works, clock, BEGIN + HOUR + 10 * MINUTE, b"\x65\x04")
    assert word(works, caught_up) is Authorisation.AUTHORISED


def test_a_clock_that_was_ahead_when_a_window_was_seen_makes_leave_late_never_early(
    works: Works, clock: SetClock
) -> None:
    clock.time = BEGIN + timedelta(days=1)
    window(works, "CHG-1", BEGIN)
    works.look()
    record = change(works, clock, BEGIN + HOUR)
    assert word(works, record) is Authorisation.ACCEPTED_AFTERWARDS


def test_what_happens_in_an_emergency_window_is_an_emergency(works: Works, clock: SetClock) -> None:
    window(works, "CHG-1", BEGIN, "--emergency", "--reason", "valve stuck")
    works.look()
    record = change(works, clock, BEGIN + HOUR)
    assert word(works, record) is Authorisation.EMERGENCY
    assert "opened in an emergency: valve stuck" in works.judged(record.change_id).reason


def test_a_decision_of_stock_git_by_who_asked_for_it_counts_nowhere(
    works: Works, clock: SetClock
) -> None:
    record = change(works, clock, BEGIN + HOUR)
    kind = DecisionKind.APPROVE
    asked = Decision(record.change_id, 1, kind, "press-3", "retrofit", "T-1", "bob@plant")
    clone = cloned(works)
    path = clone / decision_path(asked)
    path.parent.mkdir(parents=True)
    path.write_bytes(render_decision(asked))
    stock_git(works, clone, "add", ".")
    stock_git(works, clone, "commit", "-q", "-a", "-S", "-m", "Approve it")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        stock_git(works, clone, "push", "-q", "origin", "approved")
    assert b"bob@plant asked for it" in refused.value.stderr
    works.git("fetch", "-q", str(clone), "approved:approved")  # past the door, as the store's owner
    works.look()
    assert word(works, record) is Authorisation.UNEXPLAINED
    said = "bob@plant asked for it, and so may not approve it"
    assert said in works.ccontrol("verify", code=21)
    assert any(said in line for line in journaled(works, "failed"))
    assert said in works.ccontrol("status")
