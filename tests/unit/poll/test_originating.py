"""The line asks witnesses, and a recorded change is judged anew: real store, real git, no edits."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ccontrol.canonical.records import parse_record, record_path, render_record
from ccontrol.cli.told_changes import Wanted, changes_in
from ccontrol.config.policies import built_in
from ccontrol.config.settings import KeyFile, StoreSettings
from ccontrol.config.settings import Site as Settings
from ccontrol.drivers.logix.options import LogixOptions
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import ChangeSet
from ccontrol.model.controller import Controller
from ccontrol.model.engineering import EngineeringEvent
from ccontrol.model.judgement import Confidence, Grade, Origin, Window
from ccontrol.model.record import Record
from ccontrol.model.secret import Secret
from ccontrol.model.snapshot import LogEntry
from ccontrol.model.unit import Unit, UnitId, fields
from ccontrol.model.witness import Hearing
from ccontrol.poll.originating import Around, anew, beside_of
from ccontrol.poll.pipeline import Line
from ccontrol.poll.sighted import Sighted, Written
from ccontrol.poll.window import Looks
from ccontrol.store.index_rows import IndexedChange
from ccontrol.store.message import Message
from ccontrol.store.room import Room
from tests.unit.attribution.made_cases import changed, event, touched
from tests.unit.poll.test_pipeline import PRESS, FailingIndex, Works, ob
from tests.unit.store.made_store import Site

HOUR = timedelta(hours=1)


@dataclass
class Told:
    """Witnesses that heard what a test says, and remember for what they were asked."""

    hearing: Hearing = field(default_factory=Hearing)
    asked: list[tuple[str, datetime | None, datetime]] = field(default_factory=list)

    def about(self, controller: Controller, since: datetime | None, until: datetime) -> Hearing:
        self.asked.append((controller.id, since, until))
        return self.hearing


@dataclass
class Watched(Works):
    """A store whose line asks witnesses."""

    witnesses: Told = field(default_factory=Told)

    def opened(self) -> Line:
        room = Room(self.site.git_dir, 0)
        writer = self.site.writer()
        return Line(writer, self.index, None, room, self.site.clock, witnesses=self.witnesses)

    def seen(self, *units: Unit, log: tuple[LogEntry, ...] = ()) -> Written:
        """Take a poll; everything was last seen a minute before."""
        snapshot = self.poll(*units)
        since = snapshot.taken_at - timedelta(minutes=1)
        looks = Looks(since, since, since, since)
        return self.line.take(Sighted(PRESS, snapshot, log, looks))

    def download(self) -> EngineeringEvent:
        at = self.site.clock.now() + timedelta(seconds=40)
        return replace(event("program.download", touched()), first=at, last=at)

    def around(self, record: Record) -> Around:
        repository = self.line.writer.repository
        return Around((None, self.line.state_of(PRESS)), beside_of(repository, record))


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Watched]:
    works = Watched(Site.make(tmp_path), FailingIndex(tmp_path / "index.sqlite"))
    yield works
    works.line.close()
    works.index.close()


def card(serial: str) -> Unit:
    name = UnitId("hardware", "memory-card")
    return Unit(name, Aspect.HARDWARE, "memory card", fields(serial=serial))


def record_of(written: Written) -> Record:
    assert written.record is not None
    return written.record


def test_a_change_is_committed_with_what_witnesses_heard(works: Watched) -> None:
    works.seen(ob())
    works.witnesses.hearing = Hearing((works.download(),))
    record = record_of(works.seen(ob(body=b"2")))
    assert (record.attribution.origin, record.attribution.confidence) == (
        Origin.NETWORK, Confidence.PROBABLE,
    )  # fmt: skip
    name, since, until = works.witnesses.asked[-1]
    assert name == PRESS.id
    assert record.previous_at is not None
    assert since == record.previous_at - timedelta(minutes=1)
    assert until == record.taken_at + timedelta(minutes=1)
    repository = works.line.writer.repository
    head = repository.commit(repository.head() or "")
    assert (head.trailer("Origin"), head.trailer("Confidence")) == ("network", "probable")
    assert "Origin network, probable: program.download of OB1 by 192.0.2.50" in head.text
    assert "By 192.0.2.50:50001" in head.text
    stored = repository.read(record_path(record))[record_path(record)]
    assert parse_record(stored) == record
    assert parse_record(stored).attribution.weighed[0].event == works.witnesses.hearing.events[0]


def test_a_card_that_an_earlier_poll_found_swapped_explains_the_program(works: Watched) -> None:
    works.seen(ob(), card("MMC 1"))
    works.seen(ob(), card("MMC 2"))
    late = works.poll(ob(body=b"2"), card("MMC 2"))
    since = late.taken_at - HOUR
    record = record_of(
        works.line.take(Sighted(PRESS, late, looks=Looks(since, since, since, since)))
    )
    assert (record.attribution.origin, record.attribution.confidence) == (
        Origin.LOCAL, Confidence.PROBABLE,
    )  # fmt: skip
    again = record_of(works.seen(ob(body=b"3"), card("MMC 2")))
    assert again.attribution.origin is Origin.UNKNOWN, "the card was swapped long before"


def test_nothing_new_is_no_new_judgement(works: Watched) -> None:
    works.seen(ob())
    works.witnesses.hearing = Hearing((works.download(),))
    record = record_of(works.seen(ob(body=b"2")))
    around = works.around(record)
    assert anew(record, PRESS, around, works.witnesses.hearing, built_in()) is None
    assert anew(record, PRESS, around, Hearing(), built_in()) is None, (
        "what was weighed is in the record"
    )


def test_an_act_on_another_slot_behind_the_same_address_is_not_ours(works: Watched) -> None:
    works.seen(ob())
    load = replace(works.download(), objects=(), protocol="cip")
    record = record_of(works.seen(ob(body=b"2")))
    there = replace(load, controller=replace(load.controller, route=("1/3",)))
    around, ours = works.around(record), replace(PRESS, options=LogixOptions())
    assert anew(record, ours, around, Hearing((there,)), built_in()) is None
    assert anew(record, PRESS, around, Hearing((there,)), built_in()) is not None, (
        "no way is configured"
    )


def test_a_project_file_that_was_dropped_is_nobodys_act_on_a_controller(works: Watched) -> None:
    works.seen(ob())
    download = replace(works.download(), objects=())
    record = record_of(works.seen(ob(body=b"2")))
    dropped = changed(UnitId("project", "Press.L5X"))
    of_a_file = replace(record, changes=ChangeSet(PRESS.id, (dropped,)))
    around, hearing = works.around(record), Hearing((download,))
    assert anew(of_a_file, PRESS, around, hearing, built_in()) is None
    assert anew(record, PRESS, around, hearing, built_in()) is not None


def test_later_evidence_makes_the_next_judgement_and_edits_nothing(works: Watched) -> None:
    works.seen(ob())
    download = works.download()
    record = record_of(works.seen(ob(body=b"2")))
    first = replace(
        record, attribution=replace(record.attribution, evidence=("firmware package x",))
    )
    assert first.attribution.origin is Origin.UNKNOWN
    later = anew(first, PRESS, works.around(first), Hearing((download,)), built_in())
    assert later is not None
    assert later.number == 2
    assert (later.attribution.origin, later.attribution.weighed[0].grade) == (
        Origin.NETWORK, Grade.OBJECT,
    )  # fmt: skip
    assert later.attribution.evidence == ("firmware package x",), "what others added is kept"
    unjudged = ("number", "attribution", "verdict")
    assert all(
        getattr(later, name) == getattr(first, name)
        for name in Record.__dataclass_fields__
        if name not in unjudged
    )
    assert anew(later, PRESS, works.around(later), Hearing((download,)), built_in()) is None


def test_a_later_judgement_is_told_in_the_place_of_its_change(works: Watched) -> None:
    works.seen(ob())
    download = works.download()
    record = record_of(works.seen(ob(body=b"2")))
    newest = record_of(works.seen(ob(body=b"3")))
    later = anew(record, PRESS, works.around(record), Hearing((download,)), built_in())
    assert later is not None
    named = (("Class", "evidence"), ("Controller", PRESS.id), ("Judgement", record_path(later)))
    text = Message("press-3: judged anew", "", named)
    works.line.commit_file(record_path(later), render_record(later), text)
    repository = works.line.writer.repository
    assert len(repository.read(record_path(record).rpartition("/")[0])) == 2
    assert [(one.change_id, one.origin, one.confidence) for one in changes_of(works)[:2]] == [
        (newest.change_id, Origin.UNKNOWN, Confidence.NONE),
        (record.change_id, Origin.NETWORK, Confidence.PROBABLE),
    ]


def changes_of(works: Watched) -> tuple[IndexedChange, ...]:
    """As `ccontrol changes` lists them: by git alone, for the index lies elsewhere here."""
    store = StoreSettings(works.site.git_dir, KeyFile(Path("unused")), Secret("00" * 32), "")
    return changes_in(Settings("plant-1", "", store, ()), Wanted())


def test_windows_of_changes_that_differ_are_kept_in_the_record(works: Watched) -> None:
    works.seen(ob(), card("MMC 1"))
    snapshot = works.poll(ob(body=b"2"), card("MMC 2"))
    since = snapshot.taken_at - HOUR
    near = snapshot.taken_at - timedelta(minutes=1)
    looks = Looks(near, since, near, near)
    record = record_of(works.line.take(Sighted(PRESS, snapshot, looks=looks)))
    assert set(record.windows) == {
        Window(since, snapshot.taken_at), Window(near, snapshot.taken_at),
    }  # fmt: skip
    assert parse_record(render_record(record)) == record
