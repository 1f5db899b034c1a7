"""Sysmac Studio: sections by their names, rungs from their grid, running ids left out."""

import contextlib
import json

from hypothesis import given
from hypothesis import strategies as st

from ccontrol.errors import BadFileError
from tests.unit.logic.formats_text.hand_over import handed, texts
from tests.unit.logic.formats_text.packed import packed

OEM = """<Root><Entity type="Solution" name="Line" id="s"><Entity type="Pou" name="Main" id="p">
<Entity type="PouBody" subtype="Ladder" name="Section0" id="b1" dateLastModified="2026-01-01"/>
<Entity type="Variables" name="Globals" id="v1"/><Entity type="Odd" name="Odd" id="o1"/>
</Entity></Entity></Root>"""
VARIABLES = "[SLWD version=1.0]\n++D=BOOL\tN=Start\tAT=IOBus://rack#0\tCom=the button\n"


def _rung(shift: int = 0) -> dict[str, object]:
    return {
        "CLs": [
            {"__type": "LD", "Var": "Start", "Ix": 1 + shift},
            {"__type": "LD", "Var": "Run", "Y": 1, "Ix": 2 + shift},
            {"__type": "LD", "Var": "Stop", "Not": True, "X": 1, "Ix": 3 + shift},
            {"__type": "ST", "Var": "Run", "X": 2, "Ix": 4 + shift},
        ],
        "VLs": [{"X": 1, "Ix": 9 + shift}],
        "LRI": 7 + shift,
        "RRI": 8 + shift,
        "CMT": "the pump",
    }


def _file(*rungs: object, oem: str = OEM) -> bytes:
    body = "\n".join(json.dumps(rung) for rung in rungs)
    return packed(("s/s.oem", oem), ("s/b1.xml", body), ("s/v1.xml", VARIABLES), ("s/o1.bin", "x"))


def test_a_section_becomes_rungs_under_its_own_name() -> None:
    told = texts(handed("line.smc2", _file(_rung())))
    assert told["Line/Main/Section0.lad"] == (
        "SECTION Line/Main/Section0 (ladder)\nRUNG -> Run\n  // the pump\n"
        "  [ Contact(Start)\n  | Contact(Run)\n  ]\n  I_Contact(Stop)\n  Coil(Run)\n"
    )
    assert "Start AT IOBus://rack#0 : BOOL // the button\n" in told["Line/Main/Globals.txt"]
    assert "Line/Main/Odd (Odd) = 1 bytes" in told["other members.txt"]


def test_running_ids_and_dates_are_nobodys_change() -> None:
    other = _file(_rung(40), oem=OEM.replace("2026-01-01", "2027-02-02"))
    assert handed("line.smc2", other).parts == handed("line.smc2", _file(_rung())).parts


def test_a_cell_that_is_not_known_leaves_the_rung_as_stored_and_counted() -> None:
    rung = {**_rung(), "CLs": [{"__type": "IST", "TXT": "a := 1;"}]}
    told = handed("line.smc2", _file(rung))
    section = next(part for part in told.parts if part.language.suffix == "lad")
    assert section.unread == 1
    assert "a := 1;" in section.text


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda one: (
            st.lists(one, max_size=3)
            | st.dictionaries(st.sampled_from(["CLs", "VLs", "X", "Y", "__type", "In"]), one)
        ),
    )
)
def test_any_json_is_read(rung: object) -> None:
    assert handed("line.smc2", _file({"CLs": [], "more": 1}, rung)).parts


@given(st.integers(0, 500), st.binary(min_size=1, max_size=4))
def test_a_damaged_file_is_read_or_refused(at: int, junk: bytes) -> None:
    data = _file(_rung())
    with contextlib.suppress(BadFileError):
        assert handed("line.smc2", data[:at] + junk + data[at + len(junk) :]).parts
