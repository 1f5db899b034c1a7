"""Control Expert: sections of an exchange file, alone or packed, dates and places left out."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.errors import BadFileError
from tests.unit.logic.formats_text.hand_over import handed, texts
from tests.unit.logic.formats_text.packed import packed

LADDER = """<typeLine><contact typeContact="openContact" contactVariableName="Start"/>
<shortCircuit><VLink/><HLink nbCells="1"/></shortCircuit>
<contact typeContact="closedContact" contactVariableName="Stop"/><HLink nbCells="7"/>
<coil typeCoil="coil" coilVariableName="Run"/></typeLine>
<typeLine><contact typeContact="openContact" contactVariableName="Run"/><HLink nbCells="1"/>
<emptyCell nbCells="9"/></typeLine><typeLine><emptyLine nbRows="2"/></typeLine>
<typeLine><contact typeContact="PContact" contactVariableName="Run"/><HLink nbCells="9"/>
<coil typeCoil="setCoil" coilVariableName="Lamp"/></typeLine>"""


def _xef(ladder: str = LADDER) -> str:
    return f"""<FEFExchangeFile><fileHeader product="Control Expert V15.0" dateTime="dt#2026-1-1"/>
<contentHeader name="Station" version="1.0" dateTime="dt#2026-1-1"/>
<DDTSource DDTName="Recipe"><structure><variables name="Level" typeName="INT"/></structure>
</DDTSource>
<dataBlock><variables name="Start" typeName="EBOOL" topologicalAddress="%M1"><comment>go</comment>
</variables></dataBlock>
<program><identProgram name="Calc" type="section" task="MAST"/><STSource>a := 1;
b := 2;</STSource></program>
<program><identProgram name="Pump" type="section" task="MAST"/><LDSource nbColumns="11"><networkLD>
{ladder}</networkLD></LDSource></program>
<program><identProgram name="Flow" type="section" task="MAST"/><FBDSource><networkFBD>
<FFBBlock instanceName="T1" typeName="TON"><objPosition posX="10" posY="2"/><descriptionFFB>
<inputVariable invertedPin="true" formalParameter="IN" effectiveParameter="Start"/>
<outputVariable invertedPin="false" formalParameter="Q"/></descriptionFFB></FFBBlock>
<linkFB><linkSource parentObjectName="T1" pinName="Q"/><linkDestination parentObjectName="C1"
pinName="CU"/></linkFB></networkFBD></FBDSource></program>
</FEFExchangeFile>"""


def test_sections_types_and_variables_are_parts() -> None:
    told = texts(handed("station.xef", _xef()))
    assert told["sections/Calc.st"] == "SECTION Calc of task MAST (text)\na := 1;\nb := 2;\n"
    assert told["sections/Flow.fbd"].endswith("C1.CU := T1.Q\nT1 : TON\nT1.IN := NOT Start\n")
    assert told["variables.txt"] == "VARIABLES\nStart AT %M1 : EBOOL // go\n"
    assert told["types/Recipe.txt"] == "TYPE Recipe\nLevel : INT\n"


def test_a_grid_of_contacts_and_coils_becomes_rungs() -> None:
    assert texts(handed("station.xef", _xef()))["sections/Pump.lad"] == (
        "SECTION Pump of task MAST (ladder)\nRUNG -> Run\n  [ Contact(Start)\n  | Contact(Run)\n"
        "  ]\n  I_Contact(Stop)\n  Coil(Run)\nRUNG -> Lamp\n  P_Contact(Run)\n  S_Coil(Lamp)\n"
    )


def test_a_ladder_with_blocks_is_kept_as_stored_and_counted() -> None:
    block = '<FFBBlock instanceName="T9" typeName="TON"><objPosition posX="3"/></FFBBlock>'
    told = handed("station.xef", _xef(LADDER + block))
    stored = next(part for part in told.parts if part.path == ("sections", "Pump"))
    assert stored.unread == 1
    assert "T9" in stored.text


def test_dates_and_places_are_nobodys_change() -> None:
    other = _xef().replace("2026-1-1", "2027-2-2").replace('posX="10"', 'posX="99"')
    assert handed("a.xef", other).parts == handed("a.xef", _xef()).parts


def test_a_packed_file_reads_like_the_one_inside() -> None:
    told = texts(handed("a.zef", packed(("unitpro.xef", _xef()), ("DTM/x.bin", b"1"))))
    assert "DTM/x.bin = 1 bytes" in told.pop("other members.txt")
    assert told == texts(handed("a.xef", _xef()))
    with pytest.raises(BadFileError, match=r"unitpro\.xef"):
        handed("a.zef", packed(("x", b"1")))


@given(st.integers(0, len(_xef())), st.binary(min_size=1, max_size=3))
def test_a_damaged_file_is_read_or_refused(at: int, junk: bytes) -> None:
    data = _xef().encode()
    with contextlib.suppress(BadFileError):
        assert handed("a.xef", data[:at] + junk + data[at + len(junk) :]).parts
