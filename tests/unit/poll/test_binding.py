"""Dropped files and what runs: bound when both moved together, stale when either moved on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccontrol.canonical.bindings import (
    WITHIN,
    Binding,
    Bond,
    BoundFile,
    Seen,
    parse_binding,
    render_binding,
)
from ccontrol.canonical.project_files import FileFacts
from ccontrol.canonical.records import parse_record
from ccontrol.errors import StoreFullError
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.controller import Controller
from ccontrol.model.snapshot import Listing, Read, Snapshot
from ccontrol.model.unit import Image, Unit, UnitId, fields
from ccontrol.poll.binding import Standing, standing_of
from ccontrol.poll.catching_up import record_in
from ccontrol.poll.messages import ProjectRead
from ccontrol.poll.pipeline import Line
from ccontrol.poll.project_line import Dropped, take
from ccontrol.poll.sighted import Sighted
from ccontrol.store.index import Index
from ccontrol.store.room import Room
from tests.unit.store.made_store import Site

PRESS = Controller("press-3", "plant-1", "hall-1", "s7", "192.0.2.1", 102)
OVEN = replace(PRESS, id="oven-1")
HOUR = 3600.0


class Refusing(Room):
    """A disk that is full after so many looks at it."""

    looks = 0
    full_after = -1

    def check(self) -> None:
        """See Room."""
        Refusing.looks += 1
        if Refusing.looks == Refusing.full_after:
            raise StoreFullError("no room is left to write")


@dataclass
class Works:
    """A store with a line into it."""

    site: Site
    index: Index
    copies: Path
    line: Line = field(init=False)

    def __post_init__(self) -> None:
        self.line = self.opened()

    def opened(self) -> Line:
        room = Refusing(self.site.git_dir, 0)
        return Line(self.site.writer(), self.index, None, room, self.site.clock)

    def restarts(self) -> None:
        """The daemon was killed and comes back."""
        self.line.close()
        self.line = self.opened()
        self.line.bind_last((PRESS, OVEN))

    def seen(self, body: bytes, firmware: str = "V2.6") -> Sighted:
        units = (
            Unit(
                UnitId("OB", "OB1"),
                Aspect.PROGRAM,
                "OB1",
                fields(version="0.1"),
                Image("s7/1", (("body", body),)),
            ),
            Unit(UnitId("firmware", "cpu"), Aspect.FIRMWARE, "cpu", fields(version=firmware)),
        )
        listed = {each.id.kind: Listing(frozenset({each.id.key}), complete=True) for each in units}
        sightings = {each.id: Read(each) for each in units}
        now = self.site.clock.now()
        return Sighted(
            PRESS, Snapshot("press-3", "s7", Depth.FULL, now, sightings, listed, facts="1")
        )

    def runs(self, body: bytes, firmware: str = "V2.6", after_s: float = 60) -> None:
        self.site.clock.pass_by(seconds=after_s)
        self.line.take(self.seen(body, firmware))

    def dropped(
        self,
        content: bytes,
        name: str = "a.L5X",
        says: str = "",
        controller: Controller = PRESS,
        contradicts: str = "",
    ) -> Dropped:
        copy = self.copies / "copy"
        copy.write_bytes(content)
        now = self.site.clock.now()
        file = FileFacts(name, content.hex() * 32, len(content), "alice", now)
        part = Part(("Main",), Language.ST, Aspect.PROGRAM, f"{says or content.hex()}\n")
        form = "unknown/1" if name.endswith(".txt") else "l5x/1"
        read = ProjectRead(1, Project(form, "a", (part,)))
        return Dropped(controller, file, copy, read, now, contradicts)

    def drop(
        self,
        content: bytes,
        name: str = "a.L5X",
        *,
        says: str = "",
        contradicts: str = "",
        after_s: float = 60,
    ) -> None:
        self.site.clock.pass_by(seconds=after_s)
        dropped = self.dropped(content, name, says, contradicts=contradicts)
        assert take(self.line, dropped)
        assert not take(self.line, dropped)

    def about_to_be_refused(self, *, change_first: bool) -> Callable[[], object]:
        """Return what brings the second of drop and change; the store refuses the binding alone."""
        dropped, seen = self.dropped(b"\x01"), self.seen(b"2")
        Refusing.looks, Refusing.full_after = 0, 3 if change_first else 2
        if change_first:  # looks: for the file itself, its commit, the binding
            return lambda: take(self.line, dropped)
        return lambda: self.line.take(seen)

    def standing(self) -> Standing:
        return standing_of(self.line.writer.repository, self.line.home(PRESS))

    def bond(self) -> Bond:
        return self.standing().bond

    def bound(self) -> dict[str, str]:
        binding = self.standing().binding
        return {} if binding is None else {one.name: one.sha256[:2] for one in binding.files}


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    Refusing.looks, Refusing.full_after = 0, -1
    works = Works(Site.make(tmp_path), Index(tmp_path / "index.sqlite"), tmp_path)
    yield works
    works.line.close()
    works.index.close()
    works.site.verify().require_sound()


def test_a_file_dropped_before_a_change_is_bound_to_it(works: Works) -> None:
    works.runs(b"1")
    assert works.standing() == Standing(Bond.NEVER, None, ())
    works.drop(b"\x01")
    assert works.bond() is Bond.NEVER  # a first sight is no change
    works.runs(b"2")
    assert works.bond() is Bond.BOUND
    works.runs(b"3", after_s=9 * HOUR)
    assert works.bond() is Bond.STALE


def test_a_file_dropped_after_a_change_is_bound_to_it(works: Works) -> None:
    works.runs(b"1")
    works.runs(b"2")
    works.drop(b"\x01")
    assert works.bond() is Bond.BOUND
    works.drop(b"\x02", after_s=WITHIN.total_seconds())
    assert works.bond() is Bond.STALE
    assert works.bound() == {"a.L5X": "01"}
    assert [one.file.sha256[:2] for one in works.standing().stored] == ["02"]


def test_a_file_that_was_bound_is_not_bound_to_a_later_change_too(works: Works) -> None:
    """Whoever changes a controller in the afternoon finds a file of the morning."""
    works.runs(b"1")
    works.drop(b"\x01")
    works.runs(b"2")
    assert works.bond() is Bond.BOUND
    works.runs(b"3", after_s=HOUR)
    assert works.bond() is Bond.STALE
    works.drop(b"\x02")
    assert works.bond() is Bond.BOUND
    assert works.bound() == {"a.L5X": "02"}


def test_a_file_that_is_edited_after_it_was_bound_is_not_what_runs(works: Works) -> None:
    works.runs(b"1")
    works.runs(b"2")
    works.drop(b"\x01")
    works.drop(b"\x02")
    assert works.bond() is Bond.STALE
    assert works.bound() == {"a.L5X": "01"}
    works.runs(b"3")  # now it was loaded
    assert works.bond() is Bond.BOUND
    assert works.bound() == {"a.L5X": "02"}


def test_a_file_that_is_saved_again_and_says_the_same_stays_bound(works: Works) -> None:
    works.runs(b"1")
    works.runs(b"2")
    works.drop(b"\x01", says="same")
    works.drop(b"\x02", says="same", after_s=9 * HOUR)
    assert works.bond() is Bond.BOUND


def test_several_files_of_one_drop_are_bound_together_and_none_is_chosen(works: Works) -> None:
    works.runs(b"1")
    works.drop(b"\x01", "a.L5X")
    works.drop(b"\x02", "b.L5X")
    works.runs(b"2")
    works.drop(b"\x03", "c.L5X", after_s=HOUR)
    assert works.bond() is Bond.STALE, "it came after, and belongs to the next change perhaps"
    assert works.bound() == {"a.L5X": "01", "b.L5X": "02"}
    works.runs(b"3")
    assert works.bound() == {"a.L5X": "01", "b.L5X": "02", "c.L5X": "03"}
    assert works.bond() is Bond.BOUND


def test_files_that_are_dropped_one_by_one_after_a_change_are_one_drop(works: Works) -> None:
    works.runs(b"1")
    works.runs(b"2")
    for number in range(5):
        works.drop(bytes([number]), f"{number}.L5X", after_s=20 * 60)
    assert len(works.bound()) == 5
    works.drop(b"\x09", "late.L5X", after_s=40 * 60)
    assert "late.L5X" not in works.bound()
    assert works.bond() is Bond.STALE


def test_a_note_beside_the_project_does_not_take_its_place(works: Works) -> None:
    works.runs(b"1")
    works.runs(b"2")
    works.drop(b"\x01")
    works.drop(b"\x02", "note.txt", after_s=2 * HOUR)
    assert works.bond() is Bond.BOUND
    assert works.bound() == {"a.L5X": "01"}
    newest = works.standing().newest
    assert newest is not None
    assert newest.file.name == "a.L5X"


def test_a_change_that_no_project_file_is_the_reason_of_binds_nothing(works: Works) -> None:
    works.runs(b"1")
    works.runs(b"1", "V2.7")
    works.drop(b"\x01")
    assert works.bond() is Bond.NEVER


def test_a_file_that_calls_itself_another_controller_is_bound_to_nothing(works: Works) -> None:
    works.runs(b"1")
    works.runs(b"2")
    works.drop(b"\x01", contradicts="oven-1")
    assert works.bond() is Bond.NEVER


def test_one_file_dropped_for_two_controllers_says_so_where_it_is_bound(works: Works) -> None:
    works.runs(b"1")
    works.site.clock.pass_by(seconds=60)
    assert take(works.line, works.dropped(b"\x01", controller=OVEN))
    works.runs(b"2")
    works.drop(b"\x01", "other.L5X")
    binding = works.standing().binding
    assert binding is not None
    assert [one.also_for for one in binding.files] == [("oven-1",)]
    assert "the same file was dropped for oven-1" in works.site.git("log", "-1", "observed")


@pytest.mark.parametrize("change_first", [True, False])
def test_a_daemon_that_is_killed_before_it_binds_does_so_when_it_is_back(
    works: Works, *, change_first: bool
) -> None:
    works.runs(b"1")
    (works.runs if change_first else works.drop)(b"\x02")
    works.site.clock.pass_by(seconds=60)
    again = works.about_to_be_refused(change_first=change_first)
    with pytest.raises(StoreFullError):
        again()
    assert works.bond() is Bond.NEVER
    works.restarts()
    assert works.bond() is Bond.BOUND
    head = works.line.writer.repository.head()
    works.restarts()
    assert works.line.writer.repository.head() == head


@pytest.mark.parametrize("change_first", [True, False])
def test_a_store_that_refuses_the_binding_alone_gets_it_when_the_work_is_done_again(
    works: Works, *, change_first: bool
) -> None:
    works.runs(b"1")
    (works.runs if change_first else works.drop)(b"\x02")
    works.site.clock.pass_by(seconds=60)
    again = works.about_to_be_refused(change_first=change_first)
    with pytest.raises(StoreFullError):
        again()
    assert works.bond() is Bond.NEVER
    again()
    assert works.bond() is Bond.BOUND


@pytest.mark.parametrize("drop_first", [True, False])
def test_a_change_of_firmware_names_the_package_that_was_dropped_around_it(
    works: Works, *, drop_first: bool
) -> None:
    works.runs(b"1")
    if drop_first:
        works.drop(b"\x01", "6ES7315.upd")
    works.runs(b"1", "V2.7")
    if not drop_first:
        works.drop(b"\x01", "firmware/cpu.bin")
    records = {
        path: parse_record(content)
        for path, content in works.line.writer.repository.read("records").items()
        if path.endswith("/0002.toml")
    }
    (record,) = records.values()
    assert "01" * 32 in record.attribution.evidence[-1]
    repository = works.line.writer.repository
    judged = [record_in(one, repository, "Judgement") for one in repository.history()]
    assert record in judged, "whoever follows the history finds it"
    assert Aspect.FIRMWARE in record.changes.aspects
    assert works.bond() is Bond.NEVER, "firmware is no program"
    head = works.line.writer.repository.head()
    works.restarts()
    assert works.line.writer.repository.head() == head
    works.drop(b"\x02", "later.upd", after_s=9 * HOUR)
    assert not any(path.endswith("/0003.toml") for path in works.line.writer.repository.read())


def test_a_binding_reads_back_as_it_was() -> None:
    at = datetime(2026, 2, 3, tzinfo=UTC)
    change = Seen("20260203-0123456789abcdef", at, None, at, "ab" * 32)
    files = (BoundFile("a.L5X", "01" * 32, "", at), BoundFile("b", "02" * 32, "cd", at, ("x",)))
    binding = Binding(change, files, at)
    assert parse_binding(render_binding(binding)) == binding


def test_a_binding_of_an_earlier_form_is_none() -> None:
    assert parse_binding(b'form = 1\nfile = "a.L5X"\n') is None
