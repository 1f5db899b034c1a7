"""A dropped file and what runs: bound when both moved together, stale when either moved on."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ccontrol.canonical.bindings import WITHIN, Binding, Bond, parse_binding, render_binding
from ccontrol.canonical.project_files import FileFacts
from ccontrol.logic.project import Project
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.controller import Controller
from ccontrol.model.snapshot import Listing, Read, Snapshot
from ccontrol.model.unit import Image, Unit, UnitId, fields
from ccontrol.poll.binding import Standing, standing_of
from ccontrol.poll.messages import ProjectRead
from ccontrol.poll.pipeline import Line, Sighted
from ccontrol.poll.project_line import Dropped, take
from ccontrol.store.index import Index
from ccontrol.store.room import Room
from tests.unit.store.made_store import Site

PRESS = Controller("press-3", "plant-1", "hall-1", "s7", "192.0.2.1", 102)


@dataclass
class Works:
    """A store with a line into it."""

    site: Site
    index: Index
    line: Line = field(init=False)

    def __post_init__(self) -> None:
        room = Room(self.site.git_dir, 0)
        self.line = Line(self.site.writer(), self.index, None, room, self.site.clock)

    def runs(self, body: bytes) -> None:
        self.site.clock.pass_by(seconds=60)
        unit = Unit(
            UnitId("OB", "OB1"),
            Aspect.PROGRAM,
            "OB1",
            fields(version="0.1"),
            Image("s7/1", (("body", body),)),
        )
        listed = {"OB": Listing(frozenset({"OB1"}), complete=True)}
        now = self.site.clock.now()
        seen = Snapshot("press-3", "s7", Depth.FULL, now, {unit.id: Read(unit)}, listed, facts="1")
        self.line.take(Sighted(PRESS, seen))

    def drop(self, content: bytes, copies: Path) -> None:
        self.site.clock.pass_by(seconds=60)
        copy = copies / "copy"
        copy.write_bytes(content)
        now = self.site.clock.now()
        file = FileFacts("a.L5X", content.hex() * 32, len(content), "alice", now)
        read = ProjectRead(1, Project("l5x/1", "a", ()))
        assert take(self.line, Dropped(PRESS, file, copy, read, now))
        assert not take(self.line, Dropped(PRESS, file, copy, read, now))

    def standing(self) -> Standing:
        return standing_of(self.line.writer.repository, self.line.home(PRESS))


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    works = Works(Site.make(tmp_path), Index(tmp_path / "index.sqlite"))
    yield works
    works.line.close()
    works.index.close()
    works.site.verify().require_sound()


def test_a_file_dropped_before_a_change_is_bound_to_it(works: Works, tmp_path: Path) -> None:
    works.runs(b"1")
    assert works.standing() == Standing(Bond.NEVER, None, None)
    works.drop(b"\x01", tmp_path)
    assert works.standing().bond is Bond.NEVER  # a first sight is no change
    works.runs(b"2")
    assert works.standing().bond is Bond.BOUND
    works.site.clock.pass_by(hours=9)
    works.runs(b"3")
    assert works.standing().bond is Bond.STALE


def test_a_file_dropped_after_a_change_is_bound_to_it(works: Works, tmp_path: Path) -> None:
    works.runs(b"1")
    works.runs(b"2")
    works.drop(b"\x01", tmp_path)
    assert works.standing().bond is Bond.BOUND
    works.site.clock.pass_by(seconds=WITHIN.total_seconds())
    works.drop(b"\x02", tmp_path)
    standing = works.standing()
    assert standing.bond is Bond.STALE
    assert standing.binding is not None
    assert standing.binding.sha256 == "01" * 32
    assert standing.newest is not None
    assert standing.newest.sha256 == "02" * 32


def test_a_binding_reads_back_as_it_was(works: Works) -> None:
    binding = Binding("a.L5X", "01" * 32, "ab" * 32, works.site.clock.now())
    assert parse_binding(render_binding(binding)) == binding
