"""SIMATIC SD: networks as rungs, titles joined from the resources beside them."""

import contextlib
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.errors import BadFileError
from ccontrol.logic.file import ProjectFile
from ccontrol.logic.project import Project
from ccontrol.logic.simatic_sd import FORMAT
from tests.unit.logic.formats_text.hand_over import handed, texts

DCL = """{
    S7_BlockNumber := "952";
    S7_BlockTitle := "MLC_b";
    S7_PreferredLanguage := "LAD"
}
FUNCTION_BLOCK "Pump"
    VAR_INPUT
        Start : Bool;
    END_VAR
    {
        S7_Language := "LAD";
        S7_NetworkTitle := "MLC_t"
    }
    NETWORK
        RUNG wire#powerrail
            Contact( #Start )
            wire#w1
            I_Contact( #Stop )
            { S7_Templates := "time_type := Time" }
            #Timer.TON(
                pt := T#5s,
                et =>
            )
            Coil( #Run )
        END_RUNG
        RUNG wire#powerrail
            Contact( #Run )
        END_RUNG wire#w1
    END_NETWORK
    {
        S7_Language := "SCL"
    }
    NETWORK
        #n := #n + 1;
    END_NETWORK
END_FUNCTION_BLOCK
"""
LADDER = """FUNCTION_BLOCK "Pump" (ladder)
RUNG -> #Timer, #Run
  # MLC_t
  [ Contact(#Start)
  | Contact(#Run)
  ]
  I_Contact(#Stop)
  #Timer.TON(pt := T#5s,et =>,{time_type := Time})
  Coil(#Run)
RUNG
  # (in SCL: see networks in SCL)
"""


def _file(name: str, text: str) -> ProjectFile:
    return ProjectFile(name, len(text.encode()), io.BytesIO(text.encode()))


def _with_resources(text: str) -> Project:
    return FORMAT.read(replace(_file("Pump.s7dcl", DCL), beside=_file("Pump.s7res", text)), str)


def test_networks_are_rungs_and_scl_stands_as_text() -> None:
    told = texts(handed("Pump.s7dcl", "\ufeff" + DCL))
    assert told["blocks/Pump.lad"] == LADDER
    assert told["blocks/Pump/networks in SCL.st"].endswith("        #n := #n + 1;\n")
    assert 'S7_BlockNumber := "952"' in told["blocks/Pump.st"]
    assert "Start : Bool;" in told["blocks/Pump.st"]


def test_titles_are_joined_when_the_resources_are_there() -> None:
    told = texts(_with_resources("t:\n  - id: MLC_t\n    en-US: Run the pump\n"))
    assert "  # Run the pump\n" in told["blocks/Pump.lad"]


def test_broken_resources_are_told_and_the_block_is_read_all_the_same() -> None:
    told = _with_resources("[")
    assert texts(told)["blocks/Pump.lad"] == LADDER
    assert told.problems == ("Pump.s7res: no texts of SIMATIC SD",)


@pytest.mark.parametrize(
    "resources",
    [
        "MultiLingualTexts:\n  - id: MLC_t\n    en-US: Run\n    de-DE: Lauf\n",
        (
            '<root><Comment Id="MLC_t"><MultiLanguageText Lang="en-US">Run</MultiLanguageText>'
            '<MultiLanguageText Lang="de-DE">Lauf</MultiLanguageText></Comment></root>'
        ),
    ],
)
def test_resources_of_both_versions_are_texts_by_key(resources: str) -> None:
    told = texts(handed("Pump.s7res", resources))
    assert told == {"texts.txt": "TEXTS\nMLC_t = [de-DE] Lauf / [en-US] Run\n"}


def test_an_alias_in_the_resources_is_refused() -> None:
    with pytest.raises(BadFileError, match="no texts"):
        handed("a.s7res", "a: &x [1]\nb: *x\n")


def test_a_wire_into_a_pin_is_kept_verbatim_and_counted() -> None:
    told = handed("Pump.s7dcl", DCL.replace("pt := T#5s", "pt := wire#w9"))
    ladder = next(part for part in told.parts if part.language.suffix == "lad")
    assert ladder.unread == 1
    assert "pt := wire#w9" in ladder.text


@given(st.integers(0, len(DCL)), st.text(max_size=8), st.integers(0, 60))
def test_whatever_is_cut_or_put_in_is_read_or_refused(at: int, junk: str, less: int) -> None:
    with contextlib.suppress(BadFileError):
        assert handed("Pump.s7dcl", DCL[:at] + junk + DCL[at + less :]).parts


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for name in ("a.s7dcl", "a.s7res"):
        with contextlib.suppress(BadFileError):
            handed(name, data)
