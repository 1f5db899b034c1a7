"""Strategies: states, snapshots, captures, records and journal lines, as hostile as they can be."""

from datetime import UTC, datetime
from itertools import product

from hypothesis import strategies as st

from ccontrol.model.aspect import Aspect, Depth, Strength
from ccontrol.model.capture import Capture, Exchange
from ccontrol.model.change import Change, ChangeSet, Difference, Kind
from ccontrol.model.engineering import Reach
from ccontrol.model.finding import Finding
from ccontrol.model.journal import JournalEntry, Outcome
from ccontrol.model.judgement import Severity, Verdict, Window
from ccontrol.model.record import Record
from ccontrol.model.secret import Sealed
from ccontrol.model.snapshot import (
    Confirmed,
    Listing,
    LogEntry,
    Read,
    Sighting,
    Snapshot,
    Unread,
)
from ccontrol.model.state import Known, State
from ccontrol.model.unit import Fields, Image, Unit, UnitId, Value
from tests.properties.witnessed import ATTRIBUTIONS

# What a controller may call its parts: paths, device names, escapes, bidi marks, quotes, nothing.
NASTY = (
    "",
    ".",
    "..",
    "../../etc/passwd",
    ".git",
    "git~1",
    "CON",
    "con.txt",
    "AUX",
    "'''",
    '"""',
    "a\nb",
    "\x1b[2J",
    "\u202egpj.exe",
    "OB1",
    "ob1",
    "OB10",
    "-rf",
    "\u00fcber",
    "\U0001f4a9",
    "x" * 300,
    "form",
    "sight",
    "units",
    "values",
    "a.b",
    "=41",
    "@",
    "\x00",
    " ",
)
texts = st.sampled_from(NASTY) | st.text(max_size=12)
keys = st.sampled_from(NASTY) | st.text(max_size=6)
kinds = st.sampled_from(("OB", "module", "con", "form", "values", "units", "-".join("abc")))
values: st.SearchStrategy[Value] = st.one_of(
    texts,
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.builds(Sealed, texts),
    st.lists(texts, max_size=3).map(tuple),
)
times = st.datetimes(timezones=st.just(UTC))
aspects = st.sampled_from(Aspect)


def _fields(named: dict[str, Value]) -> Fields:
    return tuple(sorted(named.items()))


fields: st.SearchStrategy[Fields] = st.dictionaries(texts, values, max_size=3).map(_fields)
images = st.builds(
    Image,
    texts,
    st.dictionaries(texts, st.binary(max_size=40), max_size=3).map(lambda of: tuple(of.items())),
)


# Strategies are made once: Hypothesis spends more on making one than on drawing from it.
_own_titles = st.none() | texts
_maybe_images = st.none() | images
_maybe_values = st.none() | st.binary(max_size=40)
_fingerprints = st.sampled_from(("", "ab", "cd"))
_maybe_reasons = st.none() | texts
_facts = st.sampled_from(("s7/1", "s7/1", "s7/2", ""))


def _known(draw: st.DrawFn, unit_id: UnitId) -> Known:
    unread = draw(_maybe_reasons)
    if unread is not None and draw(st.booleans()):
        return Known(None, unread)
    title = draw(_own_titles)
    unit = Unit(
        unit_id,
        draw(aspects),
        unit_id.key if title is None else title,
        draw(fields),
        draw(_maybe_images),
        draw(fields),
        draw(_maybe_values),
        draw(_fingerprints),
    )
    return Known(unit, unread, draw(_facts))


PLAIN_IDS = [UnitId(kind, key) for kind in ("block", "lock") for key in "ab"]
_PLAIN_FIELDS: tuple[Fields, ...] = ((), (("a", 1),), (("a", True),), (("a", "1"), ("b", ("x",))))
_PLAIN_IMAGES = (
    None,
    Image("m/1", ()),
    Image("m/2", ()),
    Image("m/1", (("a", b"1"), ("b", b"2"))),
    Image("m/1", (("b", b"2"), ("a", b"1"))),
)
_PLAIN_UNITS = {
    unit_id: [
        Unit(unit_id, aspect, title, approved, image, moving, actual, fingerprint)
        for aspect, title, approved, image, moving, actual, fingerprint in product(
            (Aspect.PROGRAM, Aspect.MODE, Aspect.INVENTORY),
            (unit_id.key, "x"),
            _PLAIN_FIELDS,
            _PLAIN_IMAGES,
            _PLAIN_FIELDS[:3],
            (None, b"", b"1"),
            ("", "ab"),
        )
    ]
    for unit_id in PLAIN_IDS
}
"""Few units that differ in little, so that two states meet in them."""
_REASONS = ("", "level 3", "refused")


_plain_known = {
    unit_id: st.builds(
        Known,
        st.sampled_from(of),
        st.sampled_from((None, None, *_REASONS)),
    )
    | st.sampled_from([Known(None, reason) for reason in _REASONS])
    for unit_id, of in _PLAIN_UNITS.items()
}
_sightings: dict[UnitId, st.SearchStrategy[Sighting]] = {
    unit_id: st.builds(Read, st.sampled_from(of))
    | st.builds(Confirmed, _fingerprints)
    | st.builds(Unread, st.sampled_from(_REASONS), st.booleans(), st.booleans())
    for unit_id, of in _PLAIN_UNITS.items()
}


_FINDINGS = [
    Finding(code, subject, Aspect.PROGRAM, text)
    for code, subject, text in product(("hidden-block", "stale"), ("", "block/a"), ("1", "2\n"))
]
findings = st.frozensets(st.sampled_from(_FINDINGS), max_size=2)
unit_ids = st.builds(UnitId, kinds, keys)
plain_ids = st.sets(st.sampled_from(PLAIN_IDS), max_size=3).map(sorted)
_plain_strengths: st.SearchStrategy[dict[Aspect, Strength]] = st.sampled_from(
    (
        {},
        {Aspect.PROGRAM: Strength.CONTENT},
        {Aspect.PROGRAM: Strength.NONE, Aspect.MODE: Strength.CONTENT},
    ),
)
_plain_unlisted: st.SearchStrategy[dict[str, str]] = st.sampled_from(
    ({}, {"block": "x"}, {"block": "y"}, {"lock": ""}),
)
_plain_listed: st.SearchStrategy[frozenset[str]] = st.sampled_from(
    (frozenset(), frozenset({"block"}), frozenset({"lock"})),
)
strengths = st.dictionaries(aspects, st.sampled_from(Strength), max_size=3)


@st.composite
def states(draw: st.DrawFn) -> State:
    """As hostile as can be."""
    ids = draw(st.lists(unit_ids, max_size=4, unique=True))
    return State(
        controller_id=draw(texts),
        family="s7",
        units={unit_id: _known(draw, unit_id) for unit_id in ids},
        unlisted=draw(st.dictionaries(kinds, texts, max_size=2)),
        listed=draw(st.frozensets(kinds, max_size=3)),
        strengths=draw(strengths),
        findings=draw(findings),
        facts=draw(_facts),
    )


_families = st.sampled_from(("s7", "s7", "other"))


@st.composite
def plain_states(draw: st.DrawFn, *, any_family: bool = False) -> State:
    """Few units that differ in little: for laws about two states."""
    return State(
        controller_id="press-3",
        family=draw(_families) if any_family else "s7",
        units={unit_id: draw(_plain_known[unit_id]) for unit_id in draw(plain_ids)},
        unlisted=draw(_plain_unlisted),
        listed=draw(_plain_listed),
        strengths=draw(_plain_strengths),
        findings=draw(findings),
    )


_checked: st.SearchStrategy[frozenset[tuple[str, str]]] = st.sampled_from(
    (frozenset(), frozenset({("stale", ""), ("stale", "block/a"), ("x", "")})),
)
listings = st.builds(
    Listing,
    st.frozensets(st.sampled_from("abc"), max_size=3),
    st.booleans(),
    st.sampled_from(("x", "z")),
    st.booleans(),
    st.booleans(),
)


@st.composite
def snapshots(draw: st.DrawFn, *, glance: bool = False) -> Snapshot:
    """A glance names no lists; anything else may."""
    ids = draw(plain_ids)
    return Snapshot(
        controller_id="press-3",
        family="s7",
        depth=Depth.GLANCE if glance else Depth.FULL,
        taken_at=datetime(2026, 2, 3, tzinfo=UTC),
        sightings={unit_id: draw(_sightings[unit_id]) for unit_id in ids},
        listings={} if glance else draw(st.dictionaries(st.just("block"), listings)),
        findings=draw(findings),
        checked=draw(_checked),
        strengths=draw(st.sampled_from(({}, {Aspect.PROGRAM: Strength.INDICATOR}))),
        usable=draw(st.sampled_from((True, True, False))),
    )


any_text = st.text(st.characters(), max_size=12) | texts  # lone surrogates too
exchanges = st.builds(
    Exchange,
    any_text,
    st.lists(st.binary(max_size=40), max_size=3).map(tuple),
    st.none() | any_text,
    st.integers(0, 2**40),
)
captures = st.builds(
    Capture,
    st.sampled_from(("press-3", "A", "a.b_c-9" * 9)),
    any_text,
    st.sampled_from(Depth),
    times,
    times,
    st.lists(exchanges, max_size=4).map(tuple),
    st.integers(0, 2**40),
    st.integers(0, 2**40),
    st.integers(0, 2**40),
    st.none() | any_text,
    any_text,
    st.lists(st.tuples(any_text, any_text), max_size=2).map(tuple),
)
differences = st.builds(Difference, texts, st.none() | values, st.none() | values)
changes = st.builds(
    Change,
    st.sampled_from(Kind),
    aspects,
    unit_ids,
    texts,
    st.lists(differences, max_size=3).map(tuple),
    texts,
)
windows = st.builds(Window, st.none() | times, times)
log_entries = st.builds(
    LogEntry, texts, texts, texts, texts, texts, st.sampled_from(Reach), st.none() | times
)
logs = st.lists(log_entries, max_size=2).map(tuple)
change_ids = st.from_regex(r"[0-9]{8}-[0-9a-f]{16}", fullmatch=True).filter(str.isascii)


@st.composite
def records(draw: st.DrawFn) -> Record:
    controller_id = draw(texts)
    told = tuple(draw(st.lists(changes, max_size=6)))
    return Record(
        change_id=draw(change_ids),
        number=draw(st.integers(1, 9999)),
        controller_id=controller_id,
        area=draw(texts),
        site=draw(texts),
        title=draw(texts),
        taken_at=draw(times),
        previous_at=draw(st.none() | times),
        not_after=draw(st.none() | times),
        depth=draw(st.sampled_from(Depth)),
        changes=ChangeSet(controller_id, told, draw(st.booleans())),
        attribution=draw(ATTRIBUTIONS),
        verdict=draw(
            st.builds(
                Verdict,
                st.sampled_from(Severity),
                texts,
                texts,
                texts,
                st.lists(texts, max_size=2).map(tuple),
            ),
        ),
        log=draw(logs),
        artefact=draw(texts),
        windows=tuple(draw(windows) for _ in told) if draw(st.booleans()) else (),
        previous_change=draw(texts),
    )


entries = st.builds(
    JournalEntry,
    times,
    any_text,
    st.sampled_from(Outcome),
    st.none() | st.sampled_from(Depth),
    st.integers(0, 2**40),
    st.integers(0, 2**40),
    st.integers(0, 2**40),
    st.integers(0, 2**40),
    any_text,
    any_text,
    st.integers(0, 2**40),
    st.sampled_from(("", "GarbledError")),
    st.dictionaries(st.sampled_from(Aspect), st.sampled_from(Strength)).map(
        lambda known: tuple(sorted((one.value, how.value) for one, how in known.items()))
    ),
    st.none() | times,
)
