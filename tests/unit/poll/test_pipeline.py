"""The line into the store: where a controller lies, what a poll touches, what a crash leaves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import process_time

import pytest

from ccontrol.canonical.parse import parse
from ccontrol.canonical.views import view
from ccontrol.errors import StoreError, UnreadableStateError
from ccontrol.logic import views
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.change import Kind
from ccontrol.model.controller import Controller
from ccontrol.model.secret import Seal
from ccontrol.model.snapshot import Listing, Read, Snapshot, Unread
from ccontrol.model.unit import Image, Unit, UnitId, fields
from ccontrol.poll.pipeline import Line
from ccontrol.poll.sighted import Sighted, Written
from ccontrol.store.index import Index
from ccontrol.store.index_rows import IndexedChange
from ccontrol.store.room import Room
from tests.unit.store.made_store import Site

PRESS = Controller("press-3", "plant-1", "hall-1", "s7", "192.0.2.1", 102)


class FailingIndex(Index):
    """An index whose file breaks at will."""

    broken = False

    def add_change(self, change: IndexedChange) -> None:
        if self.broken:
            raise StoreError("the index is locked")
        super().add_change(change)


@dataclass
class Works:
    """A store with a line into it."""

    site: Site
    index: FailingIndex
    line: Line = field(init=False)

    def __post_init__(self) -> None:
        self.line = self.opened()

    def opened(self) -> Line:
        room = Room(self.site.git_dir, 0)
        return Line(self.site.writer(), self.index, None, room, self.site.clock)

    def again(self) -> None:
        """Start anew, as after the end of the process."""
        self.line.close()
        self.line = self.opened()

    def take(self, snapshot: Snapshot, controller: Controller = PRESS) -> Written:
        return self.line.take(Sighted(controller, snapshot))

    def poll(self, *units: Unit, controller: Controller = PRESS, **other: object) -> Snapshot:
        self.site.clock.pass_by(seconds=60)
        keys: dict[str, set[str]] = {}
        for unit in units:
            keys.setdefault(unit.id.kind, set()).add(unit.id.key)
        whole = Snapshot(
            controller.id,
            "s7",
            Depth.FULL,
            self.site.clock.now(),
            {unit.id: Read(unit) for unit in units},
            {kind: Listing(frozenset(of), complete=True) for kind, of in keys.items()},
            facts="s7/1",
        )
        return replace(whole, **other)  # type: ignore[arg-type]  # fields by name

    def paths(self, root: str = "plant") -> list[str]:
        return sorted(self.line.writer.repository.read(root))

    def stored(self) -> dict[str, bytes]:
        read = self.line.writer.repository.read
        return {
            path: data for root in ("plant", "state", "views") for path, data in read(root).items()
        }

    def last_text(self) -> str:
        repository = self.line.writer.repository
        return repository.commit(repository.head() or "").text


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    works = Works(Site.make(tmp_path), FailingIndex(tmp_path / "index.sqlite"))
    yield works
    works.line.close()
    works.index.close()


def ob(key: str = "OB1", body: bytes = b"1", kind: str = "OB") -> Unit:
    image = Image("s7/1", (("body", body),))
    return Unit(UnitId(kind, key), Aspect.PROGRAM, key, fields(version="0.1"), image)


def mode(of: str) -> Unit:
    return Unit(UnitId("mode", "cpu"), Aspect.MODE, "operating mode", moving=fields(mode=of))


def test_a_controllers_folder_is_where_it_was_stored_first_whatever_is_configured(
    works: Works,
) -> None:
    works.take(works.poll(ob()))
    moved = replace(PRESS, area="hall-2")
    for _ in range(2):
        written = works.take(
            works.poll(ob(body=b"2" + works.site.clock.now().isoformat().encode())), moved
        )
        assert [change.kind for change in written.changes.changes] == [Kind.CHANGED]
        assert not written.changes.first
        assert written.record is not None
        assert written.record.area == "hall-1"
        works.again()
    assert {path.split("/")[1] for path in works.paths()} == {"hall-1"}
    assert works.line.state_of(moved) == works.line.state_of(PRESS) is not None


def test_a_new_controller_joins_the_area_that_differs_by_capitals_alone(works: Works) -> None:
    works.take(works.poll(ob()))
    other = replace(PRESS, id="press-4", area="HALL-1")
    works.take(works.poll(ob(), controller=other), other)
    assert {path.split("/")[1] for path in works.paths()} == {"hall-1"}


def test_a_controller_in_two_areas_is_refused_alone(works: Works) -> None:
    works.take(works.poll(ob()))
    other = replace(PRESS, id="press-4")
    form = works.line.writer.repository.read("plant/hall-1/press-3/form.press-3.toml")
    ((_, content),) = form.items()
    works.again()
    works.line.close()
    works.site.write({"plant/hall-9/press-3/form.press-3.toml": content})
    works.line = works.opened()
    with pytest.raises(UnreadableStateError, match="two areas"):
        works.take(works.poll(ob()))
    assert works.take(works.poll(ob(), controller=other), other).record is not None


@pytest.mark.parametrize("rubbish", [b"\xff", b"form = 2\n", b'form = 1\ncontroller = "x"\n'])
def test_what_cannot_be_understood_concerns_one_controller_alone(
    works: Works, rubbish: bytes
) -> None:
    works.take(works.poll(ob()))
    works.line.close()
    works.site.write({"plant/hall-1/press-3/form.press-3.toml": rubbish})
    works.line = works.opened()
    with pytest.raises(UnreadableStateError):
        works.take(works.poll(ob()))
    other = replace(PRESS, id="press-4")
    assert works.take(works.poll(ob(), controller=other), other).record is not None


def test_a_poll_touches_only_the_kinds_that_it_names(works: Works) -> None:
    works.take(works.poll(ob(), ob("FC1", kind="FC"), mode("RUN")))
    before = works.stored()
    written = works.take(works.poll(mode("STOP")))
    after = works.stored()
    assert {path for path in before.keys() | after if before.get(path) != after.get(path)} == {
        "state/hall-1/press-3/units/mode.press-3.toml"
    }
    assert written.kinds == {"mode"}
    assert set(written.state.units) == {UnitId("mode", "cpu")}


def test_what_is_written_by_kinds_is_what_would_be_written_whole(works: Works) -> None:
    from ccontrol.canonical.render import render  # noqa: PLC0415 — the law of this test alone

    polls = [
        works.poll(ob(), ob("FC1", kind="FC"), mode("RUN")),
        works.poll(ob("ob1"), ob()),
        works.poll(sightings={UnitId("FC", "FC1"): Unread("level 3")}, facts="s7/2"),
        works.poll(ob(body=b"9")),
        works.poll(listings={"FC": Listing(frozenset(), complete=True)}, sightings={}),
        works.poll(ob(), family="other"),
    ]
    for snapshot in polls:
        works.take(snapshot)
        state = parse({p: data for p, data in works.stored().items() if not p.startswith("views/")})
        assert works.stored() == render(state, "hall-1")


def test_unread_units_of_other_kinds_stay_unread(works: Works) -> None:
    works.take(works.poll(ob(), mode("RUN")))
    works.take(works.poll(sightings={UnitId("OB", "OB1"): Unread("level 3")}, listings={}))
    works.take(works.poll(mode("STOP")))
    state = works.line.state_of(PRESS)
    assert state is not None
    assert state.units[UnitId("OB", "OB1")].unread == "level 3"
    assert state.units[UnitId("OB", "OB1")].unit == ob()


def test_a_newer_driver_writes_anew_and_tells_of_no_change(works: Works) -> None:
    works.take(works.poll(ob()))
    newer = replace(ob(), fields=fields(version="0.1", size=4))
    written = works.take(works.poll(newer, facts="s7/2"))
    assert (written.record, bool(written.changes)) == (None, False)
    assert works.last_text().startswith("press-3: written anew by ccontrol, nothing changed\n")
    assert "\nClass: rendering\n" in works.last_text()
    state = works.line.state_of(PRESS)
    assert state is not None
    assert (state.facts, state.units[newer.id].unit) == ("s7/2", newer)
    later = works.take(
        works.poll(replace(newer, fields=fields(version="0.1", size=5)), facts="s7/2")
    )
    assert later.record is not None
    assert later.record.previous_change
    assert "\nClass: change\n" in works.last_text()


class Later:
    """A renderer of S7 blocks of a later version, which writes other text."""

    name = "mc7/later"

    @staticmethod
    def write(image: Image, words: Mapping[str, str]) -> tuple[str, str]:
        return "stl", "shown in a better way\n"


def test_a_newer_renderer_shows_anew_in_one_commit_and_tells_of_no_change(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    works.take(works.poll(ob(), mode("RUN")))
    before, first = works.stored(), works.line.writer.repository.head()
    monkeypatch.setitem(views._BY_MASK, "s7/1", Later)
    works.again()
    assert works.take(works.poll(mode("RUN"))).record is None
    assert works.last_text().startswith("press-3: written anew by ccontrol, nothing changed\n")
    assert "\nClass: rendering\n" in works.last_text()
    shown = works.line.writer.repository.head()
    assert works.line.writer.repository.commit(shown or "").parents == (first,)
    after = works.stored()
    assert {path: data for path, data in after.items() if not path.startswith("views/")} == {
        path: data for path, data in before.items() if not path.startswith("views/")
    }
    (view,) = (data for path, data in after.items() if path.endswith("OB1.press-3.stl"))
    assert view == b"// view mc7/later, mask s7/1: OB1\nshown in a better way\n"
    assert not any(path.endswith("OB1.press-3.txt") for path in after)
    works.again()
    works.take(works.poll(ob(), mode("RUN")))
    assert works.line.writer.repository.head() == shown
    assert works.site.verify().faults == ()


def test_a_change_behind_a_newer_renderer_is_a_commit_of_its_own(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    works.take(works.poll(ob(), ob("FC1", kind="FC")))
    monkeypatch.setitem(views._BY_MASK, "s7/1", Later)
    works.again()
    written = works.take(works.poll(ob(body=b"9")))
    assert written.record is not None
    repository = works.line.writer.repository
    change, shown, first = repository.history(limit=3)
    assert [one.trailer("Class") for one in (change, shown, first)] == [
        "change", "rendering", "change"
    ]  # fmt: skip
    assert written.record.previous_change == first.trailer("Change-Id")
    assert works.site.verify().faults == ()


def test_views_of_blocks_that_did_not_change_are_taken_over(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    works.take(works.poll(ob(), ob("OB35")))
    made: list[str] = []

    def counted(unit: Unit, image: Image) -> views.Rendered:
        made.append(unit.id.key)
        return view(unit, image)

    monkeypatch.setattr("ccontrol.canonical.render.view", counted)
    works.take(works.poll(ob(body=b"9"), ob("OB35")))
    assert made == ["OB1"]


def test_a_new_seal_key_is_no_change_and_seals_anew_at_once(works: Works) -> None:
    def sealed(key: bytes, secret: bytes) -> Unit:
        return replace(ob(), fields=fields(password=Seal(key).of(secret)))

    works.take(works.poll(sealed(b"one", b"secret")))
    assert not works.take(works.poll(sealed(b"other", b"secret"))).changes
    assert works.take(works.poll(sealed(b"other", b"another"))).record is not None


def test_the_engines_own_findings_interpret_nothing(works: Works) -> None:
    works.take(works.poll(ob()))
    head = works.line.writer.repository.head()
    assert not works.take(works.poll(facts="")).changes
    assert works.line.writer.repository.head() == head


def test_a_poll_that_was_committed_and_not_acknowledged_finds_its_record_again(
    works: Works,
) -> None:
    snapshot = works.poll(ob())
    first = works.take(snapshot)
    works.again()
    again = works.take(snapshot)
    assert (again.record, again.commit) == (first.record, first.commit)
    assert works.take(works.poll(ob())).record is None


def test_an_index_that_fails_costs_neither_the_commit_nor_the_chain(works: Works) -> None:
    works.index.broken = True
    first = works.take(works.poll(ob()))
    assert first.record is not None
    works.index.broken = False
    second = works.take(works.poll(ob(body=b"2")))
    assert second.record is not None
    assert second.record.previous_change == first.record.change_id
    assert [change.change_id for change in works.index.changes("press-3")] == [
        second.record.change_id,
        first.record.change_id,
    ]


def test_a_mode_that_moves_costs_little_beside_thousands_of_blocks(works: Works) -> None:
    """The budget is a few milliseconds on a quiet machine; ten times that still tells a blunder."""
    works.take(works.poll(*(ob(f"FC{n}", kind="FC") for n in range(600)), mode("RUN")))
    works.take(works.poll(mode("STOP")))
    begun = process_time()
    for at in range(10):
        works.take(works.poll(mode(f"RUN {at}")))
    assert (process_time() - begun) / 10 < 0.05
