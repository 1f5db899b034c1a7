"""Lines of witnesses: what is written is read back, and nothing else passes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.canonical.witness import (
    Act,
    Handed,
    Hello,
    Kept,
    Line,
    Whom,
    gist,
    parse_heard,
    parse_line,
    render_heard,
    render_line,
)
from ccontrol.model import engineering
from ccontrol.model.engineering import (
    Actor,
    Completeness,
    Effect,
    EngineeringEvent,
    Outcome,
    Reach,
    Target,
    Touched,
    Witness,
)
from ccontrol.model.witness import Heard, Watch

AT = datetime(2026, 2, 3, 4, 5, 6, 789, UTC)
WATCH = Watch("span-a", AT, AT, 12, 3, (("192.0.2.1", 4), ("2001:db8::1", 8)))
EVENT = EngineeringEvent(
    AT, AT, Target("192.0.2.1", 102, route=("0/2",)), Actor("192.0.2.9", 51_000), "s7comm",
    "mode.stop", Effect.MODE, ("T0858",), (Touched("OB", "OB1", Outcome(1)),), 0, 1, Outcome(1),
    Completeness.FULL, False, engineering.Testimony(Witness.SYSLOG, "hall-1", 1, 1), Reach.LOCAL,
)  # fmt: skip
LINES: tuple[Line, ...] = (
    Hello("span-a", "eth1", "1.0"),
    Whom((("192.0.2.1", 102),)),
    Act(AT, "192.0.2.1", "192.0.2.9", 51_000, Effect.MODIFY),
    Handed(7, WATCH),
    Handed(8, EVENT),
    Kept(8),
)


@pytest.mark.parametrize(
    "line", LINES, ids=[type(line).__name__ for line in LINES[:4]] + ["e", "k"]
)
def test_a_line_is_read_as_it_was_written(line: Line) -> None:
    assert parse_line(render_line(line)) == line
    assert render_line(line).count(b"\n") == 1


@pytest.mark.parametrize("said", [WATCH, EVENT], ids=["watch", "event"])
def test_a_line_of_the_log_is_read_as_it_was_written(said: EngineeringEvent | Watch) -> None:
    heard = Heard(AT, "press-3", said, "span-a")
    assert parse_heard(render_heard(heard)) == heard


@given(st.binary(max_size=60) | st.sampled_from(LINES).map(render_line), st.integers(0, 400))
def test_whatever_is_no_line_is_refused_with_one_kind_of_error(line: bytes, cut: int) -> None:
    for parse in (parse_line, parse_heard):
        try:
            parse(line[:cut])
        except ValueError:
            continue


def test_an_event_that_was_altered_is_refused() -> None:
    line = render_line(Handed(8, EVENT)).replace(b"192.0.2.9", b"192.0.2.8")
    with pytest.raises(ValueError, match="changed after"):
        parse_line(line)


@pytest.mark.parametrize("said", [b'{"at": 5, "controller": "a", "source": "b"}', b"[]", b"{}"])
def test_a_line_of_another_shape_is_no_line(said: bytes) -> None:
    with pytest.raises(ValueError, match="no "):
        parse_heard(said)


def test_the_gist_of_a_line_is_the_same_whenever_it_was_taken_in() -> None:
    one, other = (Heard(at, "press-3", EVENT, "span-a") for at in (AT, AT + timedelta(days=1)))
    assert gist(render_heard(one)) == gist(render_heard(other))
    elsewhere = Heard(AT, "press-4", EVENT, "span-a")
    assert gist(render_heard(one)).same != gist(render_heard(elsewhere)).same
    assert (gist(render_heard(one)).since, gist(render_heard(one)).until) == (AT, AT)


@given(st.binary(max_size=200) | st.just(render_heard(Heard(AT, "p", WATCH))), st.integers(0, 400))
def test_whatever_is_no_line_of_a_log_has_no_gist(line: bytes, cut: int) -> None:
    try:
        gist(line[:cut])
    except ValueError:
        return
