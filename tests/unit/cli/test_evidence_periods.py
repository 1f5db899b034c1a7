"""Periods that are odd: leap days, summer time, steps of the clock, nothing at all, too early."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ccontrol.cli import main
from ccontrol.clock import SystemClock
from ccontrol.errors import StoreError
from ccontrol.evidence.framework import in_force
from ccontrol.evidence.period import Period
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.packing.facts import Wanted, read_facts
from ccontrol.packing.frameworks import frameworks
from ccontrol.store.allowed_signers import AllowedSigners
from ccontrol.store.repository import Repository
from tests.unit.cli.packs import LAST, Person, commit_days, days_of, poll
from tests.unit.cli.plants import Plant, Run, block, seen, things
from tests.unit.store.made_store import Site

BOTH = ("press-3", "mixer-1")


def polls(since: date, until: date, who: Iterable[str] = BOTH) -> dict[date, list[JournalEntry]]:
    return {day: [poll(one, day) for one in who] for day in days_of(since, until)}


def pack(plant: Plant, folder: Path, since: date, until: date) -> "Told":
    key = Person.make(folder, "export").key
    words = ("--from", since.isoformat(), "--until", until.isoformat(), "--key", key)
    command = ("evidence", "export", "--framework", "nerc-cip-010", *words, "-o", folder / "pack")
    assert main([str(one) for one in ("--config", plant.config, *command)]) == 0
    return Told(folder / "pack")


class Told:
    """What a pack tells."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rows(self, name: str, **same: str) -> list[dict[str, str]]:
        text = (self.folder / f"{name}.csv").read_bytes().decode()
        rows = csv.DictReader(io.StringIO(text))
        return [row for row in rows if all(row[key] == value for key, value in same.items())]

    @property
    def page(self) -> str:
        return (self.folder / "summary.html").read_text()


def populate(plant: Plant, folder: Path, text: str) -> None:
    (folder / "assets.csv").write_text(text)
    words = ("--config", plant.config, "evidence", "population", folder / "assets.csv")
    assert main([str(one) for one in words]) == 0


def days_told(told: Told, asset: str) -> int:
    return sum(int(row["days"]) for row in told.rows("monitoring", asset_id=asset))


def test_the_leap_day_is_one_day_of_the_period(empty_plant: Plant, tmp_path: Path) -> None:
    commit_days(empty_plant, polls(date(2024, 2, 27), date(2024, 3, 2), ["press-3"]))
    told = pack(empty_plant, tmp_path, date(2024, 2, 28), date(2024, 3, 1))
    (run,) = told.rows("monitoring", asset_id="press-3")
    assert (run["days"], run["coverage"], run["full_reads"]) == ("3", "complete", "3")
    (clock,) = told.rows("monitoring_items", asset_id="press-3", item="1.1.1")
    assert (clock["kept"], clock["days_with_complete_read"]) == ("yes", "3")


def test_the_night_of_summer_time_neither_doubles_nor_loses_a_day(
    plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """29 March 2026 has 23 hours in Berlin. A poll at 23:30 UTC is of the 30th there."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    late = datetime(2026, 3, 29, 23, 30, tzinfo=UTC)
    days = polls(date(2026, 3, 28), date(2026, 3, 30))
    days[date(2026, 3, 29)].append(JournalEntry(late, "press-3", Outcome.UNCHANGED))
    commit_days(plant, days)
    told = pack(plant, tmp_path, date(2026, 3, 28), date(2026, 3, 30))
    (run,) = told.rows("monitoring", asset_id="press-3")
    assert (run["days"], run["full_reads"], run["answers"]) == ("3", "3", "4")


@pytest.mark.parametrize(("step_s", "is_lacking"), [(-3600, False), (90_000, True)])
def test_a_step_of_the_hosts_clock_is_listed_and_a_day_of_it_is_an_exception(
    plant: Plant, tmp_path: Path, step_s: int, *, is_lacking: bool
) -> None:
    days = polls(date(2026, 3, 2), date(2026, 3, 6))
    at = datetime(2026, 3, 4, 9, tzinfo=UTC)
    reason = f"the host's clock stepped by {step_s} s; the timetable was laid anew"
    days[date(2026, 3, 4)].append(JournalEntry(at, "", Outcome.MISSED, reason=reason))
    commit_days(plant, days)
    told = pack(plant, tmp_path, date(2026, 3, 2), date(2026, 3, 6))
    (step,) = told.rows("monitoring_gaps", kind="clock step")
    assert (step["from_day"], step["why"]) == ("2026-03-04", reason)
    lacking = told.rows("exceptions", requirement="R2 2.1")
    jumped = [row for row in lacking if "the clock was set 1 times" in row["exception"]]
    assert len(jumped) == (2 if is_lacking else 0)


def test_a_controller_that_came_and_went_within_the_period_is_held_to_its_days(
    plant: Plant, tmp_path: Path
) -> None:
    days = polls(date(2026, 3, 2), date(2026, 3, 20), ["press-3"])
    for day in days_of(date(2026, 3, 5), date(2026, 3, 9)):
        days[day].append(poll("mixer-1", day))
    commit_days(plant, days)
    head = "asset_id,impact,in_scope_from,in_scope_until\n"
    populate(plant, tmp_path, f"{head}press-3,high,,\nmixer-1,high,2026-03-05,2026-03-09\n")
    told = pack(plant, tmp_path, date(2026, 3, 2), date(2026, 3, 20))
    (run,) = told.rows("monitoring", asset_id="mixer-1")
    assert (run["from_day"], run["to_day"]) == ("2026-03-05", "2026-03-09")
    assert {row["kept"] for row in told.rows("monitoring_items", asset_id="mixer-1")} == {"yes"}
    assert not told.rows("exceptions", requirement="R2 2.1", asset_id="mixer-1")


def test_a_controller_that_went_without_a_word_of_its_owner_is_a_gap(
    plant: Plant, tmp_path: Path
) -> None:
    days = polls(date(2026, 3, 2), date(2026, 3, 4))
    days |= polls(date(2026, 3, 5), date(2026, 4, 20), ["press-3"])
    commit_days(plant, days)
    told = pack(plant, tmp_path, date(2026, 3, 2), date(2026, 4, 20))
    silent = told.rows("monitoring_gaps", asset_id="mixer-1", kind="not polled")
    assert [(row["from_day"], row["to_day"], row["days"]) for row in silent] == [
        ("2026-03-05", "2026-04-20", "47")
    ]
    (gap,) = told.rows("monitoring_gaps", asset_id="mixer-1", item="1.1.1")
    assert (gap["from_day"], gap["days"], gap["why"]) == ("2026-03-04", "47", "not ended")
    assert days_told(told, "mixer-1") == days_told(told, "press-3") == 50


def test_a_period_in_which_nothing_happened_is_all_gap_and_no_change(
    plant: Plant, tmp_path: Path
) -> None:
    commit_days(plant, polls(date(2026, 3, 2), date(2026, 3, 3)))
    commit_days(plant, polls(date(2026, 5, 30), date(2026, 5, 30)))
    told = pack(plant, tmp_path, date(2026, 4, 1), date(2026, 5, 10))
    assert told.rows("changes") == []
    (run,) = told.rows("monitoring", asset_id="press-3")
    assert (run["coverage"], run["days"], run["answers"]) == ("no signed journal", "40", "0")
    (clock,) = told.rows("monitoring_items", asset_id="press-3", item="1.1.1")
    assert (clock["kept"], clock["max_gap_days"], clock["gap_from"]) == ("no", "68", "2026-03-03")
    assert "40 days have no signed journal, between 2026-04-01 and 2026-05-10" in told.page


def test_days_before_the_store_began_are_days_without_a_journal(
    plant: Plant, tmp_path: Path
) -> None:
    """The population says since when it should have been watched; the first sight does not help."""
    commit_days(plant, polls(date(2026, 3, 1), date(2026, 3, 5)))
    head = "asset_id,impact,in_scope_from\n"
    populate(plant, tmp_path, f"{head}press-3,high,2026-01-01\nmixer-1,high,\n")
    told = pack(plant, tmp_path, date(2026, 1, 20), date(2026, 3, 5))
    first, second = told.rows("monitoring", asset_id="press-3")
    assert (first["coverage"], first["days"]) == ("no signed journal", "40")
    assert (second["coverage"], second["days"]) == ("complete", "5")
    (gap,) = told.rows("monitoring_gaps", asset_id="press-3", item="1.1.1")
    assert (gap["from_day"], gap["to_day"], gap["days"]) == ("2026-01-20", "2026-03-01", "40")
    assert days_told(told, "mixer-1") == 5, "in scope since its first sight"
    assert "40 days have no signed journal" in told.page


def test_a_period_that_was_over_before_the_store_began_shows_that_nobody_watched(
    plant: Plant, tmp_path: Path
) -> None:
    commit_days(plant, polls(date(2026, 3, 1), date(2026, 3, 2)))
    told = pack(plant, tmp_path, date(2026, 1, 1), date(2026, 1, 31))
    assert told.rows("changes") == []
    lacking = told.rows("exceptions", requirement="R2 2.1")
    assert {(row["asset_id"], row["exception"]) for row in lacking} == {
        (one, "it is not monitored") for one in BOTH
    }
    assert "31 days have no signed journal" in told.page


def test_a_period_after_the_end_of_the_history_is_refused(tmp_path: Path) -> None:
    site = Site.make(tmp_path)
    head = site.write({"plant/press/id": b"1"}).commit
    framework = in_force(frameworks(), "CIP-010-4", LAST)
    period = Period(date(2031, 5, 7), date(2031, 5, 8))
    wanted = Wanted("plant-1", framework, period, (), head, "", AllowedSigners(()))
    with (
        Repository.open(site.git_dir) as repository,
        pytest.raises(StoreError, match="ends on 2031-05-06, before the period begins"),
    ):
        read_facts(repository, wanted, lambda _change, _patch: None)


def test_a_period_that_is_not_over_or_runs_backwards_or_is_none_is_refused(
    plant: Plant, run: Run, tmp_path: Path
) -> None:
    key = Person.make(tmp_path, "export").key
    today = SystemClock().now().date()
    period = {
        "that day is not over yet": ("2026-03-01", today.isoformat()),
        "not over": ("2026-03-01", (today + timedelta(days=400)).isoformat()),
        "--from: it is after --until": ("2026-03-05", "2026-03-01"),
        "is no day such as": ("2026-02-30", "2026-03-01"),
    }
    for told, (since, until) in period.items():
        words = ("--from", since, "--until", until, "--key", key, "-o", tmp_path / "p")
        command = ("evidence", "export", "--framework", "nerc-cip-010", *words)
        answer = run("--config", plant.config, *command)
        assert answer.code != 0
        assert told in " ".join(answer.err.split())
        assert not (tmp_path / "p").exists()


def test_indicators_are_counted_apart_and_restart_nothing(plant: Plant, tmp_path: Path) -> None:
    """A glance restarts no clock; a full poll by a checksum is an indicator of that item alone."""
    days = polls(date(2026, 3, 2), date(2026, 3, 2))
    weak = (("program", "fingerprint"),)
    for day in days_of(date(2026, 3, 3), date(2026, 4, 20)):
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        press = JournalEntry(
            at, "press-3", Outcome.UNCHANGED, poll("press-3", day).depth, strengths=weak
        )
        days[day] = [press, JournalEntry(at, "mixer-1", Outcome.GLANCED)]
    commit_days(plant, days)
    told = pack(plant, tmp_path, date(2026, 3, 2), date(2026, 4, 20))
    items = {(row["asset_id"], row["item"]): row for row in told.rows("monitoring_items")}
    firmware, program = items["press-3", "1.1.1"], items["press-3", "1.1.3"]
    assert (firmware["kept"], firmware["days_indicator_only"]) == ("yes", "0")
    assert (program["kept"], program["days_indicator_only"]) == ("no", "49")
    assert (program["last_complete_read"], program["max_gap_days"]) == ("2026-03-02", "49")
    glanced = items["mixer-1", "1.1.1"]
    assert (glanced["kept"], glanced["days_indicator_only"]) == ("no", "0")
    assert glanced["last_complete_read"] == "2026-03-02"


def test_a_change_counts_for_the_day_of_utc_on_which_it_was_read(
    plant: Plant, tmp_path: Path
) -> None:
    plant.take(seen("press-3", *things(block("OB1", b"\x65\x09")), minute=18 * 60 - 1))
    commit_days(plant, polls(date(2026, 3, 1), date(2026, 3, 3)))
    on_the_day = pack(plant, tmp_path, date(2026, 3, 1), date(2026, 3, 1)).rows("changes")
    assert on_the_day[-1]["detected_utc"] == "2026-03-01T23:59:00Z"
    (tmp_path / "next").mkdir()
    assert pack(plant, tmp_path / "next", date(2026, 3, 2), date(2026, 3, 3)).rows("changes") == []
