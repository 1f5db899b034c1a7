"""The one line by which people will know a change. Whole messages are held by tests/golden."""

from datetime import UTC, datetime

import pytest

from ccontrol.canonical.message import message
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.change import Change, ChangeSet, Difference, Kind
from ccontrol.model.judgement import Attribution, Origin, Severity, Verdict
from ccontrol.model.record import Record
from ccontrol.model.unit import UnitId, Value

AT = datetime(2026, 2, 3, tzinfo=UTC)


def subject(*changes: Change, title: str = "press-3", first: bool = False) -> str:
    record = Record(
        "20260203-0123456789abcdef",
        1,
        "press-3",
        "hall",
        "north",
        title,
        AT,
        None,
        Depth.FULL,
        ChangeSet("press-3", changes, first),
        Attribution(Origin.UNKNOWN, ""),
        Verdict(Severity.INFO, "nothing", ""),
    )
    return message(record).subject


def change(
    kind: Kind,
    key: str,
    aspect: Aspect = Aspect.PROGRAM,
    of: str = "block",
    reason: str = "",
    **moved: tuple[Value | None, Value | None],
) -> Change:
    differences = tuple(Difference(name, old, new) for name, (old, new) in moved.items())
    return Change(kind, aspect, UnitId(of, key), key, differences, reason)


def blocks(kind: Kind, count: int) -> list[Change]:
    return [change(kind, f"FC{number}") for number in range(count)]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (blocks(Kind.CHANGED, 2), "FC0, FC1 changed"),
        (blocks(Kind.ADDED, 30), "FC0, FC1, FC2, FC3, FC4, FC5, FC6, FC7 and 22 more added"),
        (blocks(Kind.REMOVED, 1), "FC0 removed"),
        (blocks(Kind.RECOMPILED, 1), "FC0 recompiled, same content"),
        (
            [change(Kind.LOST_SIGHT, "OB1", reason="protection level 3: ask for the password")],
            "lost sight of OB1 (protection level 3)",
        ),
        ([change(Kind.REGAINED, "OB1")], "OB1 readable again"),
        (
            [change(Kind.CHANGED, "network card", Aspect.FIRMWARE, version=("2.8", "3.1"))],
            "network card firmware 2.8 → 3.1",
        ),
        (
            [
                change(
                    Kind.CHANGED,
                    "operating mode",
                    Aspect.MODE,
                    mode=("RUN", "STOP"),
                    previous=("x", "RUN"),
                ),
            ],
            "operating mode RUN → STOP",
        ),
        ([change(Kind.RAISED, "block/OB1", of="checksum-mismatch")], "block/OB1 (OB1)"),
        ([change(Kind.CHANGED, "DB1", Aspect.VALUES)], "values of DB1 changed"),
        (
            [change(Kind.LOST_SIGHT, "block", Aspect.SIGHT, "list", "refused. Ask.")],
            "block list not complete (refused)",
        ),
        (
            [change(Kind.FOUND, "block", Aspect.SIGHT, "list")],
            "block list complete for the first time",
        ),
        (
            [change(Kind.FOUND, "mode", Aspect.SIGHT, "strength", strength=(None, "content"))],
            "mode seen by content",
        ),
        ([], "nothing differs"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_change_is_told_in_an_engineers_words(changes: list[Change], told: str) -> None:
    assert subject(*changes) == f"press-3: {told}"


def test_a_checksum_is_not_named_beside_the_blocks_that_moved_it() -> None:
    words = change(Kind.CHANGED, "program", of="checksum", crc=("a", "b"))
    assert subject(words, *blocks(Kind.CHANGED, 1)) == "press-3: FC0 changed"
    assert subject(words) == "press-3: program crc a → b"
    hardware = change(Kind.CHANGED, "hardware", Aspect.CONFIGURATION, "checksum", crc=("a", "b"))
    assert "hardware" in subject(hardware, *blocks(Kind.CHANGED, 1))


def test_block_counts_are_not_named_beside_the_blocks_that_were_added() -> None:
    count = change(Kind.CHANGED, "number", Aspect.INVENTORY, "inventory", fc=(1, 2))
    assert subject(count, *blocks(Kind.ADDED, 1)) == "press-3: FC0 added"
    assert subject(count, *blocks(Kind.CHANGED, 1)) != "press-3: FC0 changed"


def test_much_is_folded_to_what_git_shows_on_one_line() -> None:
    many = [*blocks(Kind.CHANGED, 40), *blocks(Kind.ADDED, 40)]
    told = subject(*many)
    assert told == "press-3: FC0, FC1 and 38 more changed; FC0, FC1 and 38 more added"
    assert len(told) <= 72


def test_a_long_title_and_long_names_are_cut() -> None:
    long = [change(Kind.CHANGED, "x" * 300), change(Kind.ADDED, "y" * 300)]
    assert len(subject(*long, title="t" * 300)) <= 120


def test_braces_in_a_reason_are_just_braces() -> None:
    assert "{0}" in subject(change(Kind.LOST_SIGHT, "OB1", reason="{0}{x}"))


def test_a_first_sight_tells_numbers_and_findings() -> None:
    found = [change(Kind.FOUND, "OB1"), change(Kind.FOUND, "FC1", Aspect.SIGHT)]
    raised = Change(Kind.RAISED, Aspect.PROGRAM, UnitId("hidden-block", ""), "hidden block")
    told = subject(*found, raised, first=True)
    assert told == "press-3: first sight, 2 units, 1 of them not readable; hidden block"


def test_thousands_of_changes_take_no_time() -> None:
    many = [
        change(Kind.LOST_SIGHT, f"FC{number}", reason=f"reason {number}") for number in range(8000)
    ]
    assert len(subject(*many)) <= 120


def part(path: str, *sentences: str, aspect: Aspect = Aspect.PROGRAM) -> Change:
    """A part of a project file that changed."""
    key = f"p.L5X//{path}"
    return change(Kind.CHANGED, key, aspect, "project", "; ".join(sentences))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            [part("Main", "rung 2, was 1 (B3:0/1): contact Stop inverted: XIC became XIO")],
            "Main: contact Stop inverted: XIC became XIO",
        ),
        (
            [part("tags", "`read_ary : DINT[5,5]` added", "`b : INT` added")],
            "tags: `read_ary : DINT[5,5]` added; and 1 more",
        ),
        (
            [part("reads", "rung 12 (a, b): added: COP(a,b,25)")],
            "reads: rung added: COP(a,b,25)",
        ),
        (
            [part("Main", "rung 6 (Run): moved here from rung 1")],
            "Main: rung moved here from rung 1",
        ),
        (
            [part("FC1", "network 3, line 141: contact inverted: `U E 0.0` became `UN E 0.0`")],
            "FC1: contact inverted: `U E 0.0` became `UN E 0.0`",
        ),
        (
            [
                part("Main", "rung 1 (m): XIC(a) became XIC(b)"),
                part("values/tags", "x: 1 became 2", "y: 1 became 2", aspect=Aspect.VALUES),
            ],
            "Main: XIC(a) became XIC(b)",
        ),
        (
            [part("values/tags", "x: 1 became 2", aspect=Aspect.VALUES)],
            "tags: x: 1 became 2",
        ),
    ],
)
def test_a_project_file_is_known_by_the_first_thing_in_it(changes: list[Change], told: str) -> None:
    assert subject(*changes) == f"press-3: project file p.L5X: {told}"
