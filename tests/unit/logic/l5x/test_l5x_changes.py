"""Every kind of real change is seen in the text, in the part where an engineer looks for it."""

import pytest

from tests.unit.logic.l5x.plant import PLANT, changed_lines, edited, project

MAIN, MIX, CYCLE = (f"programs/Filling/routines/{name}" for name in ("Main", "Mix", "Cycle"))
RUNG = """<Rung Number="2" Type="N">
<Text>
<![CDATA[JSR(Mix,0);]]>"""

# What is changed, into what, the part that shows it, and what stands in the lines that come.
CHANGES = {
    "operand": ("GRT(Level,80)", "GRT(Level,95)", MAIN, "GRT(Level,95)"),
    "inverted contact": ("XIO(Full)", "XIC(Full)", MAIN, "XIC(Full)"),
    "bypass": ("[XIO(Full) ,XIC(Manual) ]", "[XIO(Full) ,XIC(Manual) , ]", MAIN, "| --"),
    "new rung": (RUNG, RUNG.replace("JSR(Mix,0);", "OTL(Bell);]]></Text></Rung><Rung Number='3' "
        "Type='N'><Text><![CDATA[JSR(Mix,0);"), MAIN, "OTL(Bell)"),
    "pending edit": ('<Rung Number="2" Type="N">', '<Rung Number="2" Type="I">', MAIN, "RUNG {I}"),
    "rung comment": ("under the spout", "under the pipe", MAIN, "// under the pipe"),
    "tag type": ('Name="Level" TagType="Base" DataType="REAL"',
        'Name="Level" TagType="Base" DataType="LREAL"', "programs/Filling/tags", "Level : LREAL"),
    "alias": ("Inputs:I.Data.0", "Inputs:I.Data.1", "controller/tags", "Inputs:I.Data.1"),
    "tag constant": ('DataType="Recipe" Constant="true"', 'DataType="Recipe" Constant="false"',
        "controller/tags", "Batch : Recipe"),
    "message path": ("Inputs, 2, 192.0.2.7", "Inputs, 2, 192.0.2.99", "controller/tag-settings",
        "192.0.2.99"),
    "alarm message": ("Too hot", "Much too hot", "controller/tag-settings",
        "Much too hot"),
    "alarm definition": ('ConditionType="TRIP"', 'ConditionType="TRIP_H"',
        "controller/AlarmDefinitions", "TRIP_H"),
    "preset": ('Value="5000"', 'Value="9000"', "values/controller/tags", "FillTimer.PRE = 9000"),
    "array element": ('Index="[0,2]" Value="7"', 'Index="[0,2]" Value="8"',
        "values/controller/tags", "Counts[0,2] = 8"),
    "secret value": ("'hunter'", "'hunter2'", "values/controller/tags", "sealed 9"),
    "force": ('Name="Active" DataType="BOOL" Value="1"', 'Name="Active" DataType="BOOL" Value="0"',
        "controller/forces", "Batch.Active = 0"),
    "task period": ('Rate="10"', 'Rate="20"', "tasks/Fast", "Rate = 20"),
    "watchdog": ('Watchdog="500"', 'Watchdog="5000"', "tasks/Fast", "Watchdog = 5000"),
    "unscheduled": ('<ScheduledProgram Name="Filling"/>', "", "tasks/Fast", None),
    "inhibited program": ('Disabled="false" UseAsFolder', 'Disabled="true" UseAsFolder',
        "programs/Filling/program", "Disabled = true"),
    "test edits": ('TestEdits="false"', 'TestEdits="true"', "programs/Filling/program",
        "TestEdits = true"),
    "module revision": ('Major="3"', 'Major="4"', "modules/Inputs", "Major = 4"),
    "electronic key": ("CompatibleModule", "Disabled", "modules/Inputs", "EKey.State = Disabled"),
    "requested interval": ('RPI="20000"', 'RPI="2000"', "modules/Inputs", "RPI = 2000"),
    "module configuration": ('Name="FilterOffOn_0_7" DataType="SINT" Radix="Decimal" Value="1"',
        'Name="FilterOffOn_0_7" DataType="SINT" Radix="Decimal" Value="9"', "modules/Inputs",
        "FilterOffOn_0_7 = 9"),
    "type member": ('Name="Amounts" DataType="REAL" Dimension="4"',
        'Name="Amounts" DataType="REAL" Dimension="8"', "types/Recipe", "REAL[8]"),
    "parameter default": ('Value="500"/>\n</DefaultData>', 'Value="501"/>\n</DefaultData>',
        "instructions/Valve/interface", ":= 501"),
    "instruction revision": ('Revision="1.2"', 'Revision="1.3"', "instructions/Valve/instruction",
        "Revision = 1.3"),
    "instruction logic": ("XIC(Open)TON", "XIO(Open)TON", "instructions/Valve/routines/Logic",
        "XIO(Open)"),
    "instruction signature": ("16#0badcafe", "16#0badf00d", "instructions/Valve/signature",
        "16#0badf00d"),
    "encoded instruction": ('EditedDate="2026-02-02T09:59:00.000Z"',
        'EditedDate="2026-03-03T09:59:00.000Z"', "instructions/Secret/instruction", "2026-03-03"),
    "encoded signature": ('SignatureID="B9E26BEF"', 'SignatureID="00000000"',
        "instructions/Secret/signature", "SignatureID = 00000000"),
    "statement": ("IF Level &gt; 80.0" if "IF Level &gt;" in PLANT else "IF Level > 80.0",
        "IF Level >= 80.0", "programs/Filling/routines/Scale", "IF Level >= 80.0 THEN"),
    "wire": ('FromID="1" ToID="5"', 'FromID="0" ToID="5"', MIX, "In2 := Start"),
    "feedback": ('<FeedbackWire FromID="3"', '<Wire FromID="3"', MIX, "SEL_01.In1 := SEL_01.Out"),
    "function": ("BAND__F", "BOR__F", MIX, "BOR__F("),
    "block argument": ('Argument="Counts"', 'Argument="Others"', MIX, "Valve_01.Store := Others"),
    "condition": ("Start AND NOT Full", "Start", CYCLE, "    Start"),
    "action": ("Valve_Open := 1;", "Valve_Open := 0;", CYCLE, "    Valve_Open := 0;"),
    "qualifier": ('Qualifier="NonStored"', 'Qualifier="Stored"', CYCLE, "Pour (Stored)"),
    "initial step": ('InitialStep="true"', 'InitialStep="false"', CYCLE, "STEP Wait"),
    "link": ('FromID="3" ToID="1"', 'FromID="3" ToID="8"', CYCLE, "=> Halt"),
    "branch": ('"Selection"', '"Simultaneous"', CYCLE, "simultaneous branch after Wait"),
    "change detection": ("16#ffff_ffff_ffff_ffff", "16#ffff_ffff_ffff_fffd", "controller/Security",
        "16#ffff_ffff_ffff_fffd"),
    "safety signature": ("16#1a2b_3c4d", "16#0000_0000", "controller/SafetyInfo", "16#0000_0000"),
    "safety lock": ('SafetyLocked="true"', 'SafetyLocked="false"', "controller/SafetyInfo",
        "SafetyLocked = false"),
    "firmware": ('MinorRev="11"', 'MinorRev="13"', "controller/firmware", "MinorRev = 13"),
    "software": ('SoftwareRevision="35.01"', 'SoftwareRevision="36.00"', "export", "36.00"),
    "processor": ("1756-L83ES", "1756-L85E", "controller", "1756-L85E"),
    "trend": ('SamplePeriod="10"', 'SamplePeriod="50"', "trends/Levels", "SamplePeriod = 50"),
    "an element of the future": ('Mode="Brisk"', 'Mode="Slow"', "controller/NewFromTheFuture",
        "Mode = Slow"),
}  # fmt: skip


@pytest.mark.parametrize("kind", CHANGES)
def test_a_real_change_is_seen_where_it_belongs(kind: str) -> None:
    old, new, path, came = CHANGES[kind]
    seen = changed_lines(project(PLANT), project(edited(old, new)))
    assert path in seen
    assert came is None or any(came in line for line in seen[path][1])


@pytest.mark.parametrize("kind", CHANGES)
def test_nothing_else_changes_with_it(kind: str) -> None:
    old, new, path, _ = CHANGES[kind]
    assert set(changed_lines(project(PLANT), project(edited(old, new)))) == {path}


def test_the_order_of_parameters_is_seen_for_it_decides_what_a_call_means() -> None:
    before = PLANT
    start = before.index('<Parameter Name="Open"')
    middle = before.index('<Parameter Name="Limit"')
    end = before.index("</Parameters>\n<LocalTags>")
    after = before[:start] + before[middle:end] + before[start:middle] + before[end:]
    assert [part.text for part in project(before).parts if "Valve/interface" in part.name] != [
        part.text for part in project(after).parts if "Valve/interface" in part.name
    ]


def test_the_order_of_members_is_seen_for_it_decides_where_they_lie() -> None:
    after = PLANT.replace('Name="Active" DataType="BIT"', 'Name="X" DataType="BIT"')
    after = after.replace('Name="Held" DataType="BIT"', 'Name="Active" DataType="BIT"')
    after = after.replace('Name="X" DataType="BIT"', 'Name="Held" DataType="BIT"')
    texts = [part.text for part in project(after).parts if part.name == "types/Recipe"]
    assert texts[0].index("Held") < texts[0].index("Active : BIT")


def test_an_added_routine_is_a_part_of_its_own() -> None:
    after = edited('<Routine Name="Scale"', '<Routine Name="New" Type="RLL"/><Routine Name="Scale"')
    assert set(changed_lines(project(PLANT), project(after))) == {"programs/Filling/routines/New"}
