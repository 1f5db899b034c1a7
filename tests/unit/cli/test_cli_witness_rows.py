"""How witnesses are told: whoever hears nothing stands out, and a quiet log does not."""

from datetime import UTC, datetime, timedelta

import pytest

from ccontrol.cli.running import Running
from ccontrol.cli.witness_rows import MUTE, is_deaf, tell_witnesses
from ccontrol.poll.overview import StrangerStatus, WitnessKind, WitnessStatus

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATELY, LONG_AGO = NOW - timedelta(seconds=5), NOW - MUTE - timedelta(seconds=1)
SOCKET = WitnessStatus(WitnessKind.SOCKET, "", "/run/ccontrol/witness", present=True)


def sensor(until: datetime | None = LATELY, *, present: bool = True) -> WitnessStatus:
    return WitnessStatus(WitnessKind.SENSOR, "span-a", "eth1", present, until, 1_234, 0)


def told(*witnesses: WitnessStatus, strangers: tuple[StrangerStatus, ...] = ()) -> Running:
    return Running(answers=True, pid=1, witnesses=witnesses, strangers=strangers)


@pytest.mark.parametrize(
    ("witness", "deaf"),
    [
        (sensor(), False),
        (sensor(present=False), True),
        (sensor(LONG_AGO), True),
        (sensor(None), False),
        (SOCKET, False),
        (WitnessStatus(WitnessKind.LOG, "zeek", "s7.log", True, LONG_AGO), False),
        (WitnessStatus(WitnessKind.LOG, "zeek", "s7.log", False, LONG_AGO), True),
        (WitnessStatus(WitnessKind.LISTENER, "syslog", "udp", True, LONG_AGO), True),
    ],
    ids=["hears", "gone", "mute", "just came", "socket", "quiet log", "stalled log", "mute ear"],
)
def test_who_hears_nothing_is_deaf(witness: WitnessStatus, *, deaf: bool) -> None:
    assert is_deaf(witness, NOW) is deaf


def test_the_socket_is_told_only_where_no_sensor_is_connected(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell_witnesses(told(sensor(), SOCKET), NOW, in_detail=False)
    assert (
        capsys.readouterr().out == "  sensor span-a (eth1): watched until 5 s ago; 1,234 packets\n"
    )
    tell_witnesses(told(SOCKET), NOW, in_detail=False)
    expected = "  witness socket (/run/ccontrol/witness): no sensor is connected\n"
    assert capsys.readouterr().out == expected


def test_many_strangers_are_counted_and_the_next_step_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = tuple(
        StrangerStatus(f"10.0.0.{number}", "10.0.9.9", "mode.stop", LATELY, number)
        for number in range(1, 8)
    )
    tell_witnesses(told(strangers=rows), NOW, in_detail=False)
    lines = capsys.readouterr().out.splitlines()
    first = "  engineering at 10.0.0.1, which no controller has: mode.stop by 10.0.9.9, 5 s ago"
    assert lines[0] == first
    assert lines[-1] == "  → 2 more such addresses; `ccontrol discover ADDRESS` asks who is there"
    tell_witnesses(told(strangers=rows), NOW, in_detail=True)
    assert len(capsys.readouterr().out.splitlines()) == len(rows) + 1


def test_a_name_that_a_sensor_gave_itself_cannot_draw_on_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    evil = WitnessStatus(WitnessKind.SENSOR, "a\x1b[2J", "b\nc", True, LATELY)
    tell_witnesses(told(evil), NOW, in_detail=False)
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert out.count("\n") == 1
