"""Between which polls a change happened: never a narrower window than is true."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ccontrol.diff.compare import compare
from ccontrol.diff.merge import merge
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.journal import Outcome
from ccontrol.model.snapshot import Listing, Read, Sighting, Snapshot, Unread, Word
from ccontrol.model.state import State
from ccontrol.model.unit import Unit, UnitId, fields
from ccontrol.poll.triage import Memory, face_of, shown
from ccontrol.poll.watched import Watched, confession
from ccontrol.poll.window import KEPT_EVERY, looks_before, remember, windows
from tests.unit.poll.toy import controller

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
WORDS, CARD = UnitId("checksum", "program"), UnitId("module", "1")
OF_BLOCKS = Word(WORDS, frozenset({"OB"}), "crc", frozenset({UnitId("OB", "OB9")}))
UNCHANGED, CHANGED, PENDING = Outcome.UNCHANGED, Outcome.CHANGED, Outcome.PENDING
Window = tuple[datetime | None, datetime]


def minute(at: float) -> datetime:
    return NOW + timedelta(minutes=at)


def ob(name: str, crc: str = "1", note: str = "") -> Unit:
    """A block: its crc goes into the words; its fingerprint is the crc; its note is in neither."""
    told = fields(crc=crc, note=note or None)
    return Unit(UnitId("OB", name), Aspect.PROGRAM, name, told, fingerprint=crc)


OLD = (ob("OB1"), ob("OB2", "2"))


def poll(
    at: float,
    depth: Depth = Depth.GLANCE,
    words: str = "aa",
    blocks: tuple[Unit, ...] = OLD,
    card: str = "1",
) -> Snapshot:
    """A poll that takes a minute; its depth decides what of all this it tells."""
    units = [Unit(WORDS, Aspect.PROGRAM, "words", fields(words=words))]
    deep = depth in {Depth.INVENTORY, Depth.FULL}
    if deep:
        units += blocks
    if depth in {Depth.DIAGNOSTICS, Depth.FULL}:
        units.append(Unit(CARD, Aspect.HARDWARE, "card", fields(order=card)))
    sightings: Mapping[UnitId, Sighting] = {unit.id: Read(unit) for unit in units}
    keys = frozenset(unit.id.key for unit in blocks)
    return Snapshot(
        "press-1",
        "toy",
        depth,
        minute(at),
        sightings,
        {"OB": Listing(keys, complete=True)} if deep else {},
        read_by=minute(at + 1),
        words=(OF_BLOCKS,),
    )


STORED = merge(None, poll(0, Depth.FULL))


@pytest.fixture
def watched() -> Watched:
    """One whose first sight was at minute 0, stored whole."""
    return watch()


def watch() -> Watched:
    face = face_of(STORED, {WORDS})
    one = Watched(controller(1), NOW, memory=Memory(face=face))
    remember(one, poll(0, Depth.FULL), CHANGED)
    return one


def shows(watched: Watched, snapshot: Snapshot, stored: State = STORED) -> Window:
    after = merge(stored, snapshot)
    looks = looks_before(watched, watched.memory, snapshot)
    whole, _ = windows(looks, snapshot, (stored, after), compare(stored, after))
    return whole.opened_at, whole.closed_at


MOVED = (ob("OB1", "3"), ob("OB2", "2"))


def test_a_download_happened_after_the_last_glance_that_saw_the_old_words(watched: Watched) -> None:
    remember(watched, poll(5), UNCHANGED)
    remember(watched, poll(10, words="bb"), PENDING)
    assert shows(watched, poll(12, Depth.INVENTORY, "bb", MOVED)) == (minute(5), minute(13))


def test_it_happened_before_the_first_look_that_showed_the_words_of_now(watched: Watched) -> None:
    remember(watched, poll(5), UNCHANGED)
    deep = poll(12, Depth.INVENTORY, "bb", MOVED)
    pending = shown(watched.memory.face, deep)
    watched.memory = replace(watched.memory, pending=pending, shown_by=minute(11))
    assert shows(watched, deep) == (minute(5), minute(11))
    other = poll(12, Depth.INVENTORY, "cc", MOVED)
    assert shows(watched, other) == (minute(5), minute(13)), "they moved once more since"


@pytest.mark.parametrize(
    ("blocks", "why"),
    [
        ((ob("OB1", "3"), ob("OB2", "2", note="x")), "what the words leave out moved as well"),
        ((ob("OB2", "1"), ob("OB1", "2")), "two blocks were exchanged: the words tell of neither"),
        ((ob("OB1", "3"), ob("OB2", "2"), ob("OB9", "4")), "the words leave out OB9"),
    ],
)
def test_a_unit_for_which_no_word_stands_widens_the_window(
    watched: Watched, blocks: tuple[Unit, ...], why: str
) -> None:
    remember(watched, poll(5), UNCHANGED)
    opened, _ = shows(watched, poll(12, Depth.INVENTORY, "bb", blocks))
    assert opened == minute(0), why


def test_an_inventory_proves_nothing_of_what_only_a_full_read_sees(watched: Watched) -> None:
    remember(watched, poll(5, Depth.INVENTORY), UNCHANGED)
    noted = (ob("OB1", note="x"), ob("OB2", "2"))
    assert shows(watched, poll(9, Depth.FULL, blocks=noted))[0] == minute(0)
    added = (*OLD, ob("OB9", "4"))
    assert shows(watched, poll(9, Depth.FULL, blocks=added))[0] == minute(5)


def test_modules_may_have_changed_since_somebody_looked_at_them(watched: Watched) -> None:
    remember(watched, poll(5), UNCHANGED)
    assert shows(watched, poll(6, Depth.DIAGNOSTICS, card="2"))[0] == minute(0)
    remember(watched, poll(6, Depth.DIAGNOSTICS), UNCHANGED)
    remember(watched, poll(7, Depth.INVENTORY), UNCHANGED)
    assert shows(watched, poll(8, Depth.FULL, card="2"))[0] == minute(6)
    assert shows(watched, poll(8, Depth.DIAGNOSTICS, "bb"))[0] == minute(7), "the words alone"


@pytest.mark.parametrize("outcome", [PENDING, Outcome.FAILED, Outcome.INCOMPLETE, Outcome.MISSED])
def test_a_poll_that_settled_nothing_proves_nothing(watched: Watched, outcome: Outcome) -> None:
    remember(watched, poll(5), outcome)
    assert shows(watched, poll(6, words="bb"))[0] == minute(0)


def test_a_poll_with_gaps_or_of_no_use_proves_nothing(watched: Watched) -> None:
    gap = {UnitId("OB", "OB1"): Unread("the line failed", transient=True)}
    remember(watched, replace(poll(5), sightings=gap), UNCHANGED)
    remember(watched, replace(poll(5), usable=False), UNCHANGED)
    assert shows(watched, poll(6, words="bb"))[0] == minute(0)


def test_after_a_restart_the_window_is_wider_by_an_hour_at_most(watched: Watched) -> None:
    for at in range(1, 200):
        remember(watched, poll(at), UNCHANGED)
    again = Watched(controller(1), minute(200), health=watched.health, memory=watched.memory)
    kept, _ = shows(again, poll(201, words="bb"))
    assert kept is not None
    assert timedelta(0) <= minute(199) - kept <= KEPT_EVERY


def test_a_quiet_hour_writes_the_health_once(watched: Watched) -> None:
    written = set()
    for at in range(61):
        remember(watched, poll(at), UNCHANGED)
        written.add(watched.health)
    assert len(written) == 2


@pytest.mark.parametrize("depth", Depth)
def test_nobody_can_tell_since_when_of_a_controller_never_seen_before(depth: Depth) -> None:
    assert shows(Watched(controller(1), NOW), poll(1, depth, "bb", MOVED, "2"))[0] is None


def test_a_finding_of_our_own_has_no_window(watched: Watched) -> None:
    watched.health = replace(watched.health, worker_deaths=1)
    assert shows(watched, confession(watched, minute(3))) == (None, minute(3))


PARTS = some.sampled_from(["OB1 crc", "OB2 crc", "OB1 note", "OB2 note", "card"])
LOOK = some.sampled_from(Depth)


@given(some.lists(PARTS | LOOK, min_size=1, max_size=12), LOOK)
def test_every_true_time_of_change_lies_in_the_window(
    story: list[str | Depth], last: Depth
) -> None:
    """Things change and polls look, in any order; looks that differ wait, the last one is told."""
    watched, changed_at = watch(), dict[str, datetime]()
    now = {"OB1 crc": "1", "OB2 crc": "2", "OB1 note": "", "OB2 note": "", "card": "1"}
    fresh = iter(range(3, 99))

    def look(at: float, depth: Depth) -> Snapshot:
        blocks = tuple(ob(name, now[f"{name} crc"], now[f"{name} note"]) for name in ("OB1", "OB2"))
        words = "aa" if blocks_alike(blocks) else f"{now['OB1 crc']} {now['OB2 crc']}"
        if depth is Depth.INVENTORY:  # blind to what leaves a fingerprint alone, until it moves
            blocks = tuple(
                old if new.fingerprint == old.fingerprint else new
                for old, new in zip(OLD, blocks, strict=True)
            )
        return poll(at, depth, words, blocks, now["card"])

    for at, step in enumerate(story, 2):
        if isinstance(step, Depth):
            snapshot = look(at * 10, step)
            alike = not compare(STORED, merge(STORED, snapshot))
            remember(watched, snapshot, UNCHANGED if alike else PENDING)
        else:
            now[step] = str(next(fresh))
            changed_at[step] = minute(at * 10)
    snapshot = look(1000, last)
    opened, closed = shows(watched, snapshot)
    told = compare(STORED, merge(STORED, snapshot))
    units = {str(change.unit).rpartition("/")[2] for change in told.changes}
    for part, true_at in changed_at.items():
        name = part.split()[0]
        if name in units or (name == "card" and str(CARD).rpartition("/")[2] in units):
            last_of_unit = max(when for each, when in changed_at.items() if each.startswith(name))
            assert opened is not None
            assert opened <= last_of_unit <= closed, (part, true_at)


def blocks_alike(blocks: tuple[Unit, ...]) -> bool:
    return all(old.fingerprint == new.fingerprint for old, new in zip(OLD, blocks, strict=True))
