"""How things are shown: harmless, plain in a pipe, framed on a terminal, JSON without surprises."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.cli import output, times
from ccontrol.cli.asjson import jsonable
from ccontrol.cli.output import Cell, Sheet, Tone
from ccontrol.model.judgement import Attribution, Origin, Severity
from ccontrol.model.secret import DOTS, Sealed, Secret
from ccontrol.model.unit import UnitId

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
STEERING = {chr(code) for code in (*range(32), *range(127, 160))} - {"\n"}
HIDING = set("\u200b\u200e\u200f\u202a\u202e\u2066\u2069\ufeff")


@given(st.text())
def test_no_text_can_steer_or_hide_in_a_cell(text: str) -> None:
    shown = output.harmless(text)
    assert not (STEERING | HIDING | {"\n"}) & set(shown)


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_a_plain_table_has_one_line_for_each_row(rows: list[tuple[str, str]]) -> None:
    lines = output.plain(Sheet(("a", "b"), tuple(rows))).split("\n")
    assert len(lines) == len(rows) + 1


def test_a_table_in_a_pipe_is_aligned_text_without_colours(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.show(Sheet(("name", "what"), (("a", Cell("bad", Tone.BAD)), ("longer", "x"))))
    assert capsys.readouterr().out == "name    what\na       bad\nlonger  x\n"


def test_a_table_on_a_terminal_is_framed_and_coloured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    output.show(Sheet(("name",), ((Cell("\x1b]0;owned\x07[red]x", Tone.BAD),),)))
    shown = capsys.readouterr().out
    assert "┃" in shown
    assert "\x1b[1;31m" in shown
    assert "\x1b]0;" not in shown
    assert "[red]x" in shown


def test_a_name_to_copy_is_in_one_piece_however_narrow_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    change = "20261123-65b5c8943d09309a"
    output.show(Sheet(("seen", "change", "what"), (("2026-11-23 09:01", change, "a b " * 20),)))
    assert change in capsys.readouterr().out


def test_json_is_ascii_and_cannot_steer_a_terminal_either(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.emit("ccontrol/test/1", {"text": "\x1b[31m\x7f\u202e\x9b"})
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert not STEERING & set(printed)
    assert json.loads(printed)["text"] == "\x1b[31m\x7f\u202e\x9b"


def test_nouns_have_one_form_in_json() -> None:
    east = datetime(2026, 3, 1, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    noun = {
        "at": east,
        "unit": UnitId("block", "OB1"),
        "severity": Severity.HIGH,
        "attribution": Attribution(Origin.UNKNOWN, "no evidence"),
        "sealed": Sealed("ab" * 16),
        "bytes": b"\x01\xff",
        "set": frozenset({"b", "a"}),
        "path": Path("a/b"),
        "secret": Secret("hunter2"),
    }
    assert jsonable(noun) == {
        "at": "2026-03-01T12:00:00Z",
        "unit": "block/OB1",
        "severity": "high",
        "attribution": {
            "origin": "unknown",
            "reason": "no evidence",
            "evidence": [],
            "confidence": "none",
            "actors": [],
            "weighed": [],
            "left_out": 0,
            "contradictions": [],
            "coverage": {"watching": "none", "sensors": [], "gaps": []},
        },
        "sealed": "sealed:" + "ab" * 16,
        "bytes": "01ff",
        "set": ["a", "b"],
        "path": "a/b",
        "secret": DOTS,
    }


def test_what_has_no_form_in_json_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no form"):
        jsonable({"x": object()})


@pytest.mark.parametrize(
    ("text", "seconds"), [("45s", 45), ("30m", 1_800), ("2h", 7_200), ("3d", 259_200)]
)
def test_spans_are_counted_from_now(text: str, seconds: int) -> None:
    assert times.ahead(text, NOW) == NOW + timedelta(seconds=seconds)
    assert times.back(text, NOW) == NOW - timedelta(seconds=seconds)


def test_a_time_without_a_zone_is_utc_and_one_with_a_zone_is_converted() -> None:
    assert times.moment("2026-03-01T18:00") == datetime(2026, 3, 1, 18, tzinfo=UTC)
    assert times.moment("2026-03-01T18:00+02:00") == datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert times.moment("2026-03-01") == datetime(2026, 3, 1, tzinfo=UTC)


@given(st.text())
def test_rubbish_instead_of_a_time_is_a_usage_error(text: str) -> None:
    try:
        times.ahead(text, NOW)
    except typer.BadParameter:
        return


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (59, "59 s ago"),
        (60, "1 min ago"),
        (3_900, "1 h 5 min ago"),
        (90_000, "1 d 1 h ago"),
        (-300, "in 5 min"),
    ],
)
def test_ages_are_said_in_words(seconds: int, words: str) -> None:
    assert times.age(NOW - timedelta(seconds=seconds), NOW) == words
    assert times.age(None, NOW) == "never"


@pytest.mark.parametrize("text", ["2026-03-01T12:00:01", "2027-01-01"])
def test_the_past_has_no_time_that_is_still_to_come(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="still to come"):
        times.back(text, NOW)
