"""A ladder of every family that docs/programs/pictures.md names is drawn, with what changed."""

import json
import re
from pathlib import Path

import pytest

from ccontrol.diff.programs.projects import compare_projects
from ccontrol.logic.project import Project
from ccontrol.pictures.page import page
from ccontrol.pictures.svg import svg
from tests.unit.logic.formats_text.hand_over import handed
from tests.unit.logic.formats_text.packed import packed
from tests.unit.logic.formats_text.tc6 import coil, contact, project

_TWICE = 2
DOCS = Path("docs/programs/pictures.md")
XEF = """<FEFExchangeFile><fileHeader product="Control Expert V15.0"/>
<program><identProgram name="Pump" type="section" task="MAST"/><LDSource nbColumns="11"><networkLD>
<typeLine><contact typeContact="openContact" contactVariableName="Guard"/><HLink nbCells="9"/>
<coil typeCoil="coil" coilVariableName="Motor"/></typeLine></networkLD></LDSource></program>
</FEFExchangeFile>"""
WITH_A_BLOCK = XEF.replace(
    "</typeLine>", '</typeLine><FFBBlock instanceName="T9" typeName="TON"/>', 1
)
S7DCL = """{ S7_PreferredLanguage := "LAD" }
FUNCTION_BLOCK "Pump"
    { S7_Language := "LAD" }
    NETWORK
        RUNG wire#powerrail
            Contact( #Guard )
            Coil( #Motor )
        END_RUNG
    END_NETWORK
END_FUNCTION_BLOCK
"""
PLCOPEN = project(
    f'<LD><leftPowerRail localId="1"/>{contact(2, "Guard", 1)}{coil(3, "Motor", 2)}</LD>'
)
L5X = """<RSLogix5000Content SchemaRevision="1.0" SoftwareRevision="33.00" TargetName="A"
 TargetType="Controller" ContainsContext="false" ExportOptions="Decorated"><Controller Use="Target"
 Name="A" ProcessorType="1756-L83E" MajorRev="33"><Programs><Program Name="P"><Routines>
<Routine Name="R" Type="RLL"><RLLContent><Rung Number="0" Type="N">
<Text><![CDATA[XIC(Guard)OTE(Motor);]]></Text></Rung></RLLContent></Routine></Routines></Program>
</Programs></Controller></RSLogix5000Content>"""


def smc2(inverted: bool) -> bytes:
    tree = (
        '<Root><Entity type="Pou" name="Main" id="p"><Entity type="PouBody" subtype="Ladder"'
        ' name="Section0" id="b1"/></Entity></Root>'
    )
    guard: dict[str, object] = {"__type": "LD", "Var": "Guard"}
    cells = [
        {**guard, "Not": True} if inverted else guard,
        {"__type": "ST", "Var": "Motor", "X": 1},
    ]
    return packed(("s/s.oem", tree), ("s/b1.xml", json.dumps({"CLs": cells, "VLs": []})))


FILES: dict[str, tuple[str, bytes | str, bytes | str]] = {
    "Rockwell L5X": ("A.L5X", L5X, L5X.replace("XIC(G", "XIO(G")),
    "PLCopen TC6": (
        "plc.xml",
        PLCOPEN,
        PLCOPEN.replace('localId="2" ', 'localId="2" negated="true" '),
    ),
    "SIMATIC SD": ("Pump.s7dcl", S7DCL, S7DCL.replace("Contact(", "I_Contact(")),
    "Omron Sysmac (.smc2)": ("line.smc2", smc2(inverted=False), smc2(inverted=True)),
    "Control Expert": ("station.xef", XEF, XEF.replace("openContact", "closedContact")),
}


def both(name: str, before: bytes | str, after: bytes | str) -> tuple[Project, Project]:
    return handed(name, before), handed(name, after)


@pytest.mark.parametrize("family", FILES)
def test_a_ladder_is_drawn_before_and_after(family: str) -> None:
    before, after = both(*FILES[family])
    diff = compare_projects(before, after)
    shown = page(diff, "before", "after")
    assert re.search("contact #?Guard inverted", shown)
    picture = svg(diff, "before", "after")
    for text in (shown, picture):
        assert "<svg" in text
        assert len(re.findall(r">#?Guard<", text)) == len(re.findall(r">#?Motor<", text)) == _TWICE


def test_the_docs_name_these_families_and_no_other_ladder() -> None:
    table = DOCS.read_text().partition("## What has a picture")[2].split("\n## ")[0]
    rows = [line.split("|")[1:3] for line in table.splitlines() if line.startswith("| ")]
    drawn = {of.strip() for of, ladder in rows if ladder.strip().startswith(("yes", "contacts"))}
    assert drawn == FILES.keys()


def test_a_ladder_with_blocks_of_control_expert_is_told_as_text() -> None:
    changed = WITH_A_BLOCK.replace("openContact", "closedContact")
    before, after = both("station.xef", WITH_A_BLOCK, changed)
    shown = page(compare_projects(before, after), "before", "after")
    assert "<svg" not in shown
    assert "closedContact" in shown
