"""The log of witnesses: durable, each thing once, read where it is needed, and provable."""

import os
import signal
import subprocess  # noqa: TID251 — a writer that is killed has to be a process of its own
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from ccontrol.model.engineering import Actor, Effect
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.witness import Heard
from ccontrol.poll.chores import fold_days
from ccontrol.poll.pipeline import Line
from ccontrol.poll.site import OpenSite
from ccontrol.store import witness_log
from ccontrol.store.index import Index
from ccontrol.store.journal import Journal
from ccontrol.store.room import Room
from ccontrol.store.witness_log import WitnessLog
from tests.unit.store.heard import download, heard, watch
from tests.unit.store.made_store import START, SetClock, Site

DAY = date(2031, 5, 6)
WHOSE = {"press-3"}, {"127.0.0.1"}


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def log(tmp_path: Path, clock: SetClock) -> WitnessLog:
    return WitnessLog(tmp_path / "witness", clock)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def told(log: WitnessLog, since: float, until: float) -> tuple[Heard, ...]:
    return log.about(*WHOSE, at(since), at(until)).heard


def test_what_was_taken_in_is_found_by_controller_and_time(log: WitnessLog) -> None:
    early, late = heard(download(at(1)), at(1)), heard(download(at(30)), at(30))
    seen = heard(watch(at(29)), at(30))
    assert log.take([early, late, seen]) == (early, late, seen)
    assert told(log, 29, 31) == (seen, late)
    assert told(log, 0, 5) == (early,)
    assert told(log, 5, 20) == ()


def test_other_controllers_are_not_told_of(log: WitnessLog) -> None:
    log.take([heard(download(at(1)), at(1), "press-4")])
    assert told(log, 0, 5) == ()


def test_what_nobody_knew_the_controller_of_is_found_by_its_address(log: WitnessLog) -> None:
    stranger = heard(download(at(1), "127.0.0.77"), at(1), "")
    log.take([stranger])
    assert told(log, 0, 5) == ()
    assert log.about({"new"}, {"127.0.0.77"}, at(0), at(5)).heard == (stranger,)


def test_a_station_that_is_a_controller_elsewhere_is_not_the_one_acted_upon(
    log: WitnessLog,
) -> None:
    log.take([heard(download(at(1), "127.0.0.77"), at(1), "")])
    assert log.about({"new"}, {"127.0.0.9"}, at(0), at(5)).heard == ()


def test_the_same_event_is_taken_in_once_whoever_hands_it_in_again(
    log: WitnessLog, tmp_path: Path, clock: SetClock
) -> None:
    event = download(at(1))
    other = replace(event, testimony=replace(event.testimony, name="late.pcap", first=77))
    again = heard(other, at(9))
    assert len(log.take([heard(event, at(1)), again])) == 1
    assert log.take([again]) == ()
    clock.pass_by(days=3)
    assert WitnessLog(tmp_path / "witness", clock).take([again]) == ()
    assert log.days() == (DAY,)


def test_a_forged_message_that_comes_first_does_not_take_the_place_of_the_true_one(
    log: WitnessLog,
) -> None:
    true = download(at(1))
    forged = replace(true, testimony=replace(true.testimony, weaknesses=("forgeable",)))
    assert len(log.take([heard(forged, at(1))])) == 1
    assert log.take([heard(true, at(1))]) == (heard(true, at(1)),)
    assert log.take([heard(forged, at(2)), heard(true, at(2))]) == ()


def test_an_event_counts_for_each_controller_behind_an_address(log: WitnessLog) -> None:
    event = download(at(1))
    assert len(log.take([heard(event, at(1)), heard(event, at(1), "press-4")])) == 2


def test_a_watch_that_is_handed_in_twice_is_one(log: WitnessLog) -> None:
    seen = heard(watch(at(1)), at(2))
    assert log.take([seen]) == (seen,)
    assert log.take([replace(seen, at=at(3))]) == ()


def test_what_came_later_is_found_though_it_lies_in_a_later_day(
    log: WitnessLog, clock: SetClock
) -> None:
    clock.pass_by(days=5)
    late = heard(download(at(1)), clock.now())
    log.take([late])
    assert told(log, 0, 5) == (late,)


def test_only_days_that_tell_of_the_time_are_read(
    log: WitnessLog, tmp_path: Path, clock: SetClock
) -> None:
    log.take([heard(download(at(1)), at(1))])
    clock.pass_by(days=1)
    log.take([heard(download(at(24 * 60)), at(24 * 60))])
    assert len(told(log, 0, 5)) == 1
    os.truncate(tmp_path / "witness" / "2031-05-07.jsonl", 20)
    assert log.about(*WHOSE, at(0), at(5)).spoiled == 0
    clock.pass_by(days=-1)


def test_of_when_a_folded_day_tells_is_known_without_reading_it(
    log: WitnessLog, tmp_path: Path, clock: SetClock
) -> None:
    log.take([heard(download(at(1)), at(1))])
    reading = log.read(DAY)
    assert len(list(reading)) == 1
    log.mark_folded(reading)
    path = tmp_path / "witness" / "2031-05-06.jsonl"
    path.write_bytes(b"x" * (path.stat().st_size - 1) + b"\n")
    fresh = WitnessLog(tmp_path / "witness", clock)
    assert fresh.about(*WHOSE, at(30), at(40)).spoiled == 0
    assert fresh.about(*WHOSE, at(0), at(5)).spoiled == 1


def test_a_line_torn_by_a_crash_is_told_and_the_event_can_be_handed_in_again(
    log: WitnessLog, tmp_path: Path, clock: SetClock
) -> None:
    event = heard(download(at(1)), at(1))
    log.take([event, heard(watch(at(1)), at(1))])
    path = tmp_path / "witness" / "2031-05-06.jsonl"
    raw = path.read_bytes()
    path.write_bytes(raw[: raw.index(b"\n") - 2])
    again = WitnessLog(tmp_path / "witness", clock)
    assert again.take([event]) == (event,)
    account = again.about(*WHOSE, at(0), at(5))
    assert (account.heard, account.spoiled) == ((event,), 1)


@pytest.fixture
def at_most(monkeypatch: pytest.MonkeyPatch) -> int:
    """A tenth of the events that an account may hold: a flood is the same and ten times as fast."""
    at_most = witness_log.EVENTS_AT_MOST // 10
    monkeypatch.setattr(witness_log, "EVENTS_AT_MOST", at_most)
    return at_most


def test_a_flood_leaves_the_last_events_and_says_how_many_it_left_out(
    log: WitnessLog, at_most: int
) -> None:
    flood = [heard(download(at(1), name=f"FC{n}"), at(1)) for n in range(at_most + 3)]
    log.take(flood)
    account = log.about(*WHOSE, at(0), at(5))
    assert account.left_out == 3
    assert account.heard == tuple(flood[3:])


def test_a_flood_of_others_hides_nobodys_download(log: WitnessLog, at_most: int) -> None:
    act = download(at(1), port=40_000)
    acts = [replace(act, actor=replace(act.actor, address="192.0.2.66"))]
    writes = replace(act, action="variable.write", effect=Effect.PARAM)
    acts += [
        replace(writes, actor=Actor(f"10.0.{n >> 8}.{n & 255}")) for n in range(at_most // 2 + 10)
    ]
    acts += [download(at(1), name=f"FC{n}") for n in range(2 * at_most)]
    log.take([heard(one, at(1)) for one in acts])
    account = log.about(*WHOSE, at(0), at(5))
    assert account.heard[0] == heard(acts[0], at(1))
    assert len(account.heard) == at_most
    assert account.left_out == len(acts) - at_most


def test_a_count_that_nobody_could_read_again_is_refused(log: WitnessLog) -> None:
    lost = replace(watch(at(1)), dropped=1 << 64)
    with pytest.raises(ValueError, match="no count"):
        log.take([heard(lost, at(1))])
    assert log.days() == ()


def test_what_no_line_can_hold_is_refused_and_nothing_is_written(log: WitnessLog) -> None:
    event = replace(download(at(1)), action="x" * (1 << 20))
    with pytest.raises(ValueError, match="more was said"):
        log.take([heard(download(at(1)), at(1)), heard(event, at(1))])
    assert log.days() == ()


def test_nothing_that_was_acknowledged_is_lost_by_kill_9(log: WitnessLog, tmp_path: Path) -> None:
    script = f"""
from datetime import timedelta
from pathlib import Path
from ccontrol.store.witness_log import WitnessLog
from tests.unit.store.heard import download, heard
from tests.unit.store.made_store import START, SetClock
log = WitnessLog(Path({str(tmp_path / "witness")!r}), SetClock())
for number in range(100_000):
    log.take([heard(download(START, name=f"FC{{number}}"), START)])
    print(number, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline() for _ in range(30)]
        writer.send_signal(signal.SIGKILL)
        acknowledged += writer.stdout.readlines()
    there = {each.said.objects[0].name for each in told(log, 0, 5)}  # type: ignore[union-attr]  # events alone
    told_of = {f"FC{int(line)}" for line in acknowledged if line.endswith(b"\n")}
    assert told_of <= there
    assert len(told_of) >= 30


# -- in the signed history -----------------------------------------------------------------------


def folded(site: Site, clock: SetClock, *, polls: bool = True) -> None:
    """A day with an event passed, and its summary was committed."""
    clock.time = datetime(2031, 5, 6, 12, tzinfo=UTC)
    journal, log = opened(site)
    if polls:
        journal.append(JournalEntry(clock.time, "press-3", Outcome.UNCHANGED))
    log.take(
        [
            heard(download(at(1)), at(1)),
            heard(watch(at(1)), at(1)),
            heard(watch(at(2)), at(2)),
        ]
    )
    clock.pass_by(days=1)
    index = Index(site.folder / "index.sqlite")
    line = Line(site.writer(), index, None, Room(site.git_dir, 0), clock)
    open_site = cast("OpenSite", SimpleNamespace(journal=journal, witnesses=log, name="north"))
    assert fold_days(line, open_site, clock) == 1
    assert (journal.unfolded(), log.unfolded()) == ((), ())
    line.close()
    index.close()


def opened(site: Site) -> tuple[Journal, WitnessLog]:
    own = site.git_dir / "ccontrol"
    return Journal(own / "journal", site.clock), WitnessLog(own / "witness", site.clock)


@pytest.fixture
def proved(tmp_path: Path, clock: SetClock) -> Site:
    site = Site.make(tmp_path)
    site.clock = clock
    folded(site, clock)
    return site


def raw(site: Site) -> Path:
    return site.git_dir / "ccontrol" / "witness" / "2031-05-06.jsonl"


def test_the_summary_of_a_day_names_the_file_of_its_witnesses(proved: Site) -> None:
    said = proved.git("show", "observed:journal/2031/05-06.toml")
    assert "[witness]" in said
    assert "events = 1" in said
    assert "watches = 2" in said
    assert f"file_bytes = {raw(proved).stat().st_size}" in said
    assert proved.verify().faults == ()


@pytest.mark.parametrize("cut", [True, False])
def test_evidence_that_was_taken_out_or_altered_is_told_by_verification(
    proved: Site, *, cut: bool
) -> None:
    lines = raw(proved).read_bytes().splitlines(keepends=True)
    altered = lines[0].replace(b"127.0.0.9", b"127.0.0.8")
    raw(proved).write_bytes(b"".join(lines[1:] if cut else [altered, *lines[1:]]))
    (fault,) = proved.verify().faults
    assert "is not the file that journal/2031/05-06.toml names" in fault.what


def test_a_day_that_grew_is_proved_as_far_as_it_was_folded(proved: Site, clock: SetClock) -> None:
    clock.time = datetime(2031, 5, 6, 23, tzinfo=UTC)
    _, log = opened(proved)
    log.take([heard(download(at(5)), at(5))])
    assert proved.verify().faults == ()


def test_a_summary_that_is_gone_though_the_day_was_folded_is_told(proved: Site) -> None:
    proved.write({"journal/2031/05-06.toml": b"form = 1\n"})
    whats = [fault.what for fault in proved.verify().faults]
    assert any("was folded once" in what for what in whats)


def test_a_day_that_the_retention_let_go_of_is_not_asked_for(proved: Site) -> None:
    raw(proved).unlink()
    assert proved.verify().faults == ()


def test_a_day_of_witnesses_without_a_poll_is_folded_too(tmp_path: Path, clock: SetClock) -> None:
    site = Site.make(tmp_path)
    site.clock = clock
    folded(site, clock, polls=False)
    assert "events = 1" in site.git("show", "observed:journal/2031/05-06.toml")
    assert site.verify().faults == ()
