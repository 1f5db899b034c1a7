"""What the files look like, to the letter where people or other programs rely on it."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from time import process_time

import pytest

from ccontrol.canonical import toml
from ccontrol.canonical.change_id import change_id
from ccontrol.canonical.parse import parse
from ccontrol.canonical.quick import quick
from ccontrol.canonical.render import render
from ccontrol.canonical.spoken import spoken
from ccontrol.errors import ModelError, UnreadableStateError
from ccontrol.logic.printable import printable
from ccontrol.model.aspect import Aspect, Strength
from ccontrol.model.secret import Sealed
from ccontrol.model.state import Known, State
from ccontrol.model.unit import Image, Unit, UnitId, fields

AT = datetime(2026, 2, 3, 4, 5, 6, 7, UTC)
OB1 = Unit(
    UnitId("OB", "OB1"),
    Aspect.PROGRAM,
    "OB1 CYCL_EXC",
    fields(name="M\u00fcller\x1b", size=12, locked=True, flags=("a",), password=Sealed("ab12")),
    Image("s7/1", (("body", bytes(range(20))), ("empty", b""))),
    fields(code_time="2020-01-01"),
    b"\x01",
    "ff00",
)
PLANT = """\
kind = "OB"
key = "OB1"
aspect = "program"

[fields]
flags = [
  "a",
]
locked = true
name = "M\\u00FCller\\u001B"
password = { sealed = "ab12" }
size = 12

[image]
mask = "s7/1"

[[image.sections]]
name = "body"
bytes = 20
hex = '''
00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f
10 11 12 13
'''

[[image.sections]]
name = "empty"
bytes = 0
hex = '''
'''
"""
MOVING = """\
kind = "OB"

[unit.OB1]
title = "OB1 CYCL_EXC"
fingerprint = "ff00"

[unit.OB1.moving]
code_time = "2020-01-01"
"""
VIEW = """\
// view sections/1, mask s7/1: OB1 CYCL_EXC

flags     a
locked    yes
name      M\u00fcller\\x1b
password  sealed ab12
size      12

section body: 20 bytes
000000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  ................
000010  10 11 12 13                                      ....

section empty: 0 bytes
"""


def state_of(*units: Unit) -> State:
    return State("press-3", "s7", {unit.id: Known(unit) for unit in units})


def test_a_unit_is_spread_over_plant_view_and_state() -> None:
    files = render(state_of(OB1), "hall")
    assert files["plant/hall/press-3/OB/OB1.press-3.toml"].decode() == PLANT
    assert files["views/hall/press-3/OB/OB1.press-3.txt"].decode() == VIEW
    assert files["state/hall/press-3/units/OB.press-3.toml"].decode() == MOVING
    assert "state/hall/press-3/values/OB/OB1.press-3.toml" in files
    assert set(files) >= {
        "plant/hall/press-3/form.press-3.toml",
        "state/hall/press-3/sight.press-3.toml",
        "views/hall/press-3/renderer.press-3.toml",
    }
    assert len(files) == 7


def test_what_moves_by_itself_touches_nothing_that_is_approved() -> None:
    later = replace(OB1, moving=fields(code_time="2021"), values=b"\x02", fingerprint="ee")
    before, after = (render(state_of(unit), "hall") for unit in (OB1, later))
    moved = {path for path in before if before[path] != after[path]}
    assert moved
    assert all(path.startswith("state/") for path in moved)


def test_a_unit_with_nothing_but_moving_facts_has_no_file_in_plant() -> None:
    mode = Unit(UnitId("mode", "cpu"), Aspect.MODE, "mode", moving=fields(mode="RUN"))
    files = render(state_of(mode), "hall")
    assert [path for path in files if path.startswith("plant/")] == [
        "plant/hall/press-3/form.press-3.toml",
    ]
    assert parse(files) == state_of(mode)


def test_files_of_an_unknown_form_are_refused_with_the_next_step() -> None:
    files = dict(render(state_of(), "hall"))
    path = "plant/hall/press-3/form.press-3.toml"
    files[path] = files[path].replace(b"form = 1", b"form = 2")
    with pytest.raises(UnreadableStateError, match="form 2") as caught:
        parse(files)
    assert "version of ccontrol" in caught.value.hint


def test_two_files_for_one_unit_are_refused() -> None:
    files = dict(render(state_of(OB1), "hall"))
    files["plant/hall/press-3/OB/other.press-3.toml"] = PLANT.encode()
    with pytest.raises(UnreadableStateError, match="two files"):
        parse(files)


def test_a_folder_without_its_form_is_refused() -> None:
    with pytest.raises(UnreadableStateError, match="form is missing"):
        parse({})


def test_half_a_character_is_a_defect_that_is_named() -> None:
    with pytest.raises(ModelError, match="surrogate"):
        toml.quoted("\ud800")


def test_a_time_is_written_in_utc() -> None:
    east = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert tomllib.loads(toml.line("at", east))["at"] == AT
    assert toml.line("at", east) == "at = 2026-02-03T04:05:06.000007Z"


def test_text_for_people_shows_what_would_steer_a_terminal() -> None:
    assert printable("a\x1b[2J\n\u202eb\u00a0\u00e9") == "a\\x1b[2J\\n\\u202eb\\xa0\u00e9"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("C:\\x", "C:\\\\x"),
        ("\\x1b", "\\\\x1b"),
        ("a\u115f\u3164\u2800\u034f\ufe0f\ufff9\U000e0041b", None),
        ("e\u0301", "e\u0301"),
        ("\u0301e", "\\u0301e"),
        ("1\u0338", "1\\u0338"),
        ("\u05d0\u05d1", "\u05d0\u05d1"),
        ("\u05d0 1", "\\u05d0 1"),
        ("\u0627\u0661", "\\u0627\u0661"),
    ],
)
def test_nothing_hides_poses_or_turns_round(text: str, shown: str | None) -> None:
    told = printable(text)
    assert told == shown if shown is not None else told.isascii()


def test_values_are_spoken_as_people_say_them() -> None:
    spoken_words = [
        spoken(value)
        for value in (None, (), True, 1, "", ("a", "b"), Sealed("5ea10001:" + "0" * 32))
    ]
    sealed = "sealed 5ea10001:00000000"
    assert spoken_words == ["(absent)", "(none)", "yes", "1", '""', "a, b", sealed]


def test_a_change_id_is_the_same_after_a_crash_and_new_for_each_change() -> None:
    first = change_id("press-3", "", "a", "b", AT)
    assert first == change_id("press-3", "", "a", "b", AT.astimezone(timezone(timedelta(hours=9))))
    others = {
        change_id("press-4", "", "a", "b", AT),
        change_id("press-3", first, "a", "b", AT),
        change_id("press-3", "", "ab", "", AT),
        change_id("press-3", "", "a", "b", AT + timedelta(microseconds=1)),
    }
    assert first.startswith("20260203-")
    assert len({first} | others) == 5


def test_what_we_write_of_usual_names_needs_no_general_reader() -> None:
    files = render(replace(state_of(OB1), strengths={Aspect.MODE: Strength.NONE}), "hall")
    assert all(quick(data.decode()) for path, data in files.items() if path.endswith(".toml"))


def test_150_blocks_of_4_kb_are_rendered_and_parsed_in_a_blink() -> None:
    """The budgets are 100 and 150 ms on a quiet machine; ten times that still tells a blunder."""
    blocks = [
        replace(OB1, id=UnitId("OB", f"FC{n}"), image=Image("s7/1", (("body", bytes(4096)),)))
        for n in range(150)
    ]
    begun = process_time()
    files = render(state_of(*blocks), "hall")
    rendered = process_time()
    parse(files)
    assert rendered - begun < 1.0
    assert process_time() - rendered < 1.5
