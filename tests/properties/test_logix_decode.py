"""Laws of the Logix decoder: total on rubbish, equal for equal answers, no removal by a fault."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.canonical.render import render
from ccontrol.diff.compare import compare
from ccontrol.diff.merge import merge
from ccontrol.drivers.logix.decode import interpret
from ccontrol.model.aspect import Depth
from ccontrol.model.capture import Capture, Exchange
from ccontrol.model.change import Kind
from tests.laws import examples

AT = datetime(2026, 3, 1, 6, 30, tzinfo=UTC)
QUESTIONS = (
    "identity", "edits", "audit", "objects", "project", "clock", "tcp/ip", "link", "ports",
    "slot 3", "slot 99999", "slot x", "symbols", "symbols Program:Main", "heads 101 F83",
    "heads 101", "heads zz", "template 101", "template F83", "template", "programs", "program 1A",
    "routines 1A", "routine 1A 2", "code 1A 2", "tag AuditCopy", "tag SafetySig", "open", "close",
)  # fmt: skip
NOTES = st.fixed_dictionaries(
    {},
    optional={
        "access": st.just("yes"),
        "audit_tag": st.just("AuditCopy"),
        "safety_tags": st.just("SafetySig"),
        "slots_missing": st.sampled_from(["3", "3 4", "x"]),
        "redundant": st.just("yes"),
        "download": st.just("in progress"),
    },
)
STATUS = st.sampled_from([0, 0, 0, 1, 5, 6, 8, 0x0A, 0x14, 0xFF])


@st.composite
def replies(draw: st.DrawFn) -> bytes:
    """Something that a message router could say; or not."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=80))
    service = draw(st.sampled_from([0x81, 0x83, 0x8A, 0xCB, 0xCC, 0xD2, 0xD5]))
    body = draw(st.one_of(st.binary(max_size=80), st.just(bytes(60)), attribute_lists(), symbols()))
    return bytes((service, 0, draw(STATUS), 0)) + body


@st.composite
def attribute_lists(draw: st.DrawFn) -> bytes:
    """Attributes of some lengths."""
    numbers = draw(st.lists(st.sampled_from([1, 2, 3, 4, 5, 6, 8, 9, 10, 0x19, 0x1B, 0x1C])))
    parts = [
        number.to_bytes(2, "little") + bytes(2) + draw(st.binary(max_size=10)) for number in numbers
    ]
    return len(numbers).to_bytes(2, "little") + b"".join(parts)


@st.composite
def symbols(draw: st.DrawFn) -> bytes:
    """Entries of a symbol list, some twice."""
    names = draw(st.lists(st.sampled_from([b"A", b"Task:T", b"Program:Main", b"__x", b"B\xff"])))
    return b"".join(
        number.to_bytes(4, "little") + len(name).to_bytes(2, "little") + name
        + draw(st.sampled_from([b"\xc4\x00", b"\x01\x81", b"\x83\x8f", b"\xd3\x20", b"\x68\x10"]))
        + bytes(12) + draw(st.sampled_from([b"", b"\0"]))
        for number, name in enumerate(names, 1)
    )  # fmt: skip


@st.composite
def captures(draw: st.DrawFn) -> Capture:
    """A poll that brought anything at all."""
    asked = draw(st.lists(st.sampled_from(QUESTIONS), max_size=12))
    exchanges = tuple(
        Exchange(
            question,
            tuple(draw(st.lists(replies(), max_size=3))),
            draw(st.sampled_from([None, None, None, "the line failed"])),
        )
        for question in asked
    )
    notes = tuple(sorted(draw(NOTES).items()))
    fault = draw(st.sampled_from([None, "it closed the connection"]))
    depth = draw(st.sampled_from(Depth))
    return Capture(
        "press-3", "logix", depth, AT, AT, exchanges, len(asked), 1, 1, fault, notes=notes
    )


@given(captures())
@settings(max_examples=examples(300), deadline=None)
def test_whatever_was_heard_becomes_a_snapshot_that_a_file_can_hold(capture: Capture) -> None:
    snapshot = interpret(capture)
    state = merge(None, snapshot)
    assert render(state, "hall-1")
    assert snapshot == interpret(capture)


@given(captures())
@settings(max_examples=examples(100), deadline=None)
def test_the_same_answers_twice_are_no_change(capture: Capture) -> None:
    snapshot = interpret(capture)
    state = merge(None, snapshot)
    assert compare(state, merge(state, snapshot)).changes == ()


@given(captures(), captures())
@settings(max_examples=examples(100), deadline=None)
def test_a_poll_of_faults_alone_removes_nothing(first: Capture, second: Capture) -> None:
    before = merge(None, interpret(first))
    broken = tuple(Exchange(one.question, (), "the line failed") for one in second.exchanges)
    poll = Capture(
        "press-3", "logix", second.depth, AT, AT, broken, 1, 1, 1, "it closed the connection"
    )
    changes = compare(before, merge(before, interpret(poll))).changes
    assert not any(change.kind in (Kind.REMOVED, Kind.ADDED) for change in changes)
