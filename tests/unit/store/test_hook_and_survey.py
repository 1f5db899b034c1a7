"""The shell hook refuses whatever the survey refuses for who asked, and says where it refuses more.

Real pushes by stock git into a store whose door is the hook; the same commit then goes past it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ccontrol.canonical.approvals import (
    decision_path,
    render_decision,
    render_sighting,
    render_window,
    sighting_path,
    window_path,
)
from ccontrol.clock import SystemClock
from ccontrol.errors import MirrorError
from ccontrol.model.approval import ChangeWindow, Decision, DecisionKind, Sighting
from ccontrol.store import gate, mirror
from ccontrol.store.layout import APPROVED
from ccontrol.store.message import Message
from tests.unit.store.made_people import Crowd
from tests.unit.store.made_store import START, SetClock, Site, git
from tests.unit.store.mirrored import Mirrored

NOW = SystemClock().now().replace(microsecond=0)
PRESS, MILL, NEW = "plant/hall/press-3", "plant/hall/mill-1", "plant/hall/new-1"
SAID = Message("as it is", "", (("Class", "approval"),))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ASKED, UNCLEAR, LATER = "bob@plant asked for CHG-1", "no plain ASCII", "within two days"
UNSEEN = "is not known here yet"


@dataclass
class Door:
    """A store behind its door, and Bob with a clone; Ada approved both controllers 40 days ago."""

    crowd: Crowd
    clone: Path
    base: str

    @classmethod
    def make(cls, folder: Path) -> "Door":
        site = Site.make(folder)
        site.clock = SetClock(NOW)
        site.write({f"{each}/OB/OB1.toml": b"1" for each in (PRESS, MILL, NEW)})
        crowd = Crowd.make(site)
        crowd.begin()
        door = cls(crowd, folder, "")
        door.see(NOW - 41 * DAY)
        for each in (PRESS, MILL):
            door.ada({f"{each}/OB/OB1.toml": b"1"}, NOW - 40 * DAY)
        return cls(crowd, crowd.clone("bob@plant"), door.head())

    def head(self) -> str:
        return self.crowd.site.git("rev-parse", APPROVED).strip()

    def see(self, at: datetime) -> None:
        """Let the daemon see where approved stands, at that time."""
        sighting = Sighting(self.head(), at)
        self.crowd.sighted[sighting.commit] = at
        self.crowd.site.write({sighting_path(sighting.commit): render_sighting(sighting)})

    def ada(self, files: dict[str, bytes], at: datetime | None = None) -> None:
        """Let Ada sign on the daemon's host; unless a time is given nobody sees that yet."""
        self.crowd.write("ada@plant", dict(files), SAID)
        if at is not None:
            self.see(at)

    def begin(self) -> None:
        """Put everything back."""
        self.crowd.site.git("update-ref", APPROVED, self.base)

    def bob(self, files: dict[str, bytes], who: str = "bob") -> None:
        """Commit in the clone what stands in the files."""
        for path, content in files.items():
            (self.clone / path).parent.mkdir(parents=True, exist_ok=True)
            (self.clone / path).write_bytes(content)
        git("add", "--all", where=self.clone)
        key = f"user.signingkey={self.crowd.site.folder / who}"
        git("-c", key, "commit", "-S", "--quiet", "-m", "as it is", where=self.clone)

    def follow(self) -> None:
        """Let Bob have what the store has."""
        git("fetch", "--quiet", "origin", where=self.clone)
        git("switch", "--quiet", "--force-create", "approved", "origin/approved", where=self.clone)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Door:
    return Door.make(tmp_path_factory.mktemp("door"))


@pytest.fixture
def door(built: Door) -> Iterator[Door]:
    built.begin()
    yield built
    built.begin()


def window(begins: timedelta = -HOUR, ends: timedelta = HOUR, *about: str) -> ChangeWindow:
    about = about or ("press-3",)
    return ChangeWindow("CHG-1", about, NOW + begins, NOW + ends, "T", "retrofit", "bob@plant")


def files_of(*what: ChangeWindow | Decision) -> dict[str, bytes]:
    return {
        decision_path(one) if isinstance(one, Decision) else window_path(one.id): (
            render_decision(one) if isinstance(one, Decision) else render_window(one)
        )
        for one in what
    }


def decision(kind: DecisionKind, day: datetime, controller: str = "press-3") -> dict[str, bytes]:
    change = f"{day:%Y%m%d}-0123456789abcdef"
    return files_of(Decision(change, 1, kind, controller, reason="because"))


OWN = window()
PRESSED, MILLED = {f"{PRESS}/OB/OB1.toml": b"2"}, {f"{MILL}/OB/OB1.toml": b"2"}
BEGUN = {f"{NEW}/OB/OB1.toml": b"2"}
AGO = NOW - 9 * DAY

SITUATIONS: dict[str, tuple[ChangeWindow, dict[str, bytes], str, str]] = {
    # the window, what Bob does, words of what the door says, and of what the survey says
    "its controller, now": (OWN, PRESSED, ASKED, ASKED),
    "a pattern in capitals": (window(-HOUR, HOUR, "x", "PRESS-*"), PRESSED, ASKED, ASKED),
    "a pattern with one letter": (window(-HOUR, HOUR, "press-?"), PRESSED, ASKED, ASKED),
    "a pattern with two letters": (window(-HOUR, HOUR, "press-??"), PRESSED, "", ""),
    "a bracket is no pattern": (window(-HOUR, HOUR, "press-[3]"), PRESSED, "", ""),
    "another controller": (OWN, MILLED, "", ""),
    "both controllers": (OWN, MILLED | PRESSED, ASKED, ASKED),
    "a file more": (OWN, {f"{PRESS}/OB/OB2.toml": b""}, ASKED, ASKED),
    "long before the last approval": (window(-50 * DAY, -41 * DAY), PRESSED, "", ""),
    "a day before it": (window(-50 * DAY, -41 * DAY + HOUR), PRESSED, ASKED, ASKED),
    "within a day from now": (window(23 * HOUR, 30 * HOUR), PRESSED, ASKED, ASKED),
    "within two days": (window(26 * HOUR, 30 * HOUR), PRESSED, LATER, ""),
    "far ahead": (window(3 * DAY, 4 * DAY), PRESSED, "", ""),
    "a first approval": (window(-90 * DAY, -89 * DAY, "new-*"), BEGUN, ASKED, ASKED),
    "in capitals and blanks": (replace(OWN, requester=" Bob@PLANT\u00a0"), PRESSED, ASKED, ASKED),
    "by somebody else": (replace(OWN, requester="eve@plant"), PRESSED, "", ""),
    "by nobody": (replace(OWN, requester=""), PRESSED, "", ""),
    "by who looks alike": (replace(OWN, requester="b\u00f6b@plant"), PRESSED, UNCLEAR, ""),
    "a cancelled one": (replace(OWN, cancelled=True), PRESSED, ASKED, ASKED),
    "an approving decision": (OWN, decision(DecisionKind.APPROVE, NOW), ASKED, ASKED),
    "of another day": (OWN, decision(DecisionKind.APPROVE, AGO), "", ""),
    "of the day before": (OWN, decision(DecisionKind.APPROVE, NOW - DAY), ASKED, ASKED),
    "of another controller": (OWN, decision(DecisionKind.APPROVE, NOW, "mill-1"), "", ""),
    "of one beyond ASCII": (OWN, decision(DecisionKind.APPROVE, NOW, "m\u00fchle"), UNCLEAR, ""),
    "of one between blanks": (
        replace(OWN, controllers=(" press-3 ",)),
        decision(DecisionKind.APPROVE, NOW, " press-3 "),
        ASKED,
        ASKED,
    ),
    "a rejection": (OWN, decision(DecisionKind.REJECT, NOW), "", ""),
    "an investigation": (OWN, decision(DecisionKind.INVESTIGATE, NOW), "", ""),
    "a new version": (OWN, files_of(replace(OWN, requester="", changes_at_most=9)), ASKED, ASKED),
    "taking it back": (OWN, files_of(replace(OWN, requester="", cancelled=True)), "", ""),
    "another window": (OWN, files_of(replace(OWN, id="CHG-2", requester="")), "", ""),
}  # fmt: skip


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_door_refuses_what_the_survey_refuses(door: Door, situation: str) -> None:
    held, does, by_door, by_survey = SITUATIONS[situation]
    door.ada(files_of(held), NOW - 39 * DAY)
    door.follow()
    door.bob(does)
    judged(door, by_door, by_survey)


def judged(door: Door, by_door: str, by_survey: str) -> None:
    """Push, which the door refuses with these words (none: it takes it); then survey the same."""
    stood = door.head()
    said = git("push", "origin", "approved", code=1 if by_door else 0, where=door.clone)
    assert by_door in said
    assert (door.head() == stood) is bool(by_door)
    door.crowd.lay_in(door.clone)
    found = "".join(what for _commit, what in door.crowd.survey().faults)
    assert by_survey in found
    assert bool(found) is bool(by_survey), found


def test_an_earlier_version_counts_as_well(door: Door) -> None:
    door.ada(files_of(OWN), NOW - 39 * DAY)
    door.ada(files_of(replace(OWN, requester="")), NOW - 38 * DAY)
    door.follow()
    door.bob(PRESSED)
    judged(door, ASKED, ASKED)


def test_a_window_of_the_same_push_counts_as_well(door: Door) -> None:
    door.follow()
    door.bob(files_of(OWN), "ada")
    door.bob(PRESSED)
    judged(door, ASKED, ASKED)


def test_a_window_that_was_deleted_counts_as_well(door: Door) -> None:
    door.ada(files_of(OWN), NOW - 39 * DAY)
    door.follow()
    (door.clone / window_path("CHG-1")).unlink()
    door.bob({}, "ada")
    door.bob(PRESSED)
    judged(door, ASKED, ASKED)


@pytest.mark.parametrize("seen", [True, False])
def test_a_later_approval_settles_a_window_once_the_daemons_sight_of_it_is_known(
    door: Door, seen: bool
) -> None:
    door.ada(files_of(window(-30 * DAY, -29 * DAY)), NOW - 39 * DAY)
    door.ada({f"{PRESS}/OB/OB1.toml": b"3"}, NOW - 20 * DAY if seen else None)
    door.follow()
    door.bob(PRESSED)
    judged(door, "" if seen else UNSEEN, "")


@pytest.mark.parametrize("by_people", [True, False])
def test_where_who_asks_may_approve_neither_refuses(door: Door, by_people: bool) -> None:
    crowd, site = door.crowd, door.crowd.site
    if by_people:
        people = replace(crowd.people(2), requester_approves=True)
        crowd.write("ada@plant", crowd.people_files(people, "root-1", "root-2"), SAID)
    crowd.requester_approves = not by_people
    gate.install(site.git_dir, site.daemon.trust.signers, crowd.judging.anchor)
    try:
        door.ada(files_of(OWN), NOW - 39 * DAY)
        door.follow()
        door.bob(PRESSED)
        judged(door, "", "")
    finally:
        crowd.requester_approves = False
        gate.install(site.git_dir, site.daemon.trust.signers, crowd.judging.anchor)


@pytest.mark.parametrize("hours", [2, 26])
def test_a_pull_judges_by_when_the_daemon_saw_the_approval(tmp_path: Path, hours: int) -> None:
    mirrored = Mirrored.make(tmp_path)
    ahead = START + timedelta(hours=hours)
    asked = replace(OWN, controllers=("press",), since=ahead, until=ahead + HOUR)
    mirrored.crowd.write("ada@plant", dict(files_of(asked)), SAID)
    mirror.pull(mirrored.git_dir)
    mirrored.engineer()
    name = mirrored.approve("bob", path="plant/hall/press/note")
    mirrored.site.git("fetch", "--quiet", str(mirrored.clone), f"approved:{APPROVED}")
    mirrored.site.write({sighting_path(name): render_sighting(Sighting(name, START))})
    if hours == 2:
        with pytest.raises(MirrorError, match=ASKED):
            mirror.pull(mirrored.git_dir)
    else:
        assert f"{APPROVED} {name}" in mirror.pull(mirrored.git_dir)
