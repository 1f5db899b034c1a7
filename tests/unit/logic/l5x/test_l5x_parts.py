"""What an L5X says, as the lines that a person reads."""

import pytest

from ccontrol.logic import chart as charts
from ccontrol.logic.ladder import text as ladder_text
from ccontrol.logic.project import Language
from ccontrol.model.aspect import Aspect
from tests.unit.logic.l5x.plant import PLANT, controller, edited, part, project, routine


def test_a_ladder_reads_one_instruction_a_line_and_parses_back() -> None:
    main = part(project(PLANT), "programs/Filling/routines/Main")
    assert main.language is Language.LADDER
    assert main.text.startswith(
        "ROUTINE Main (ladder) in program Filling\n"
        "Description = The valve\n"
        "RUNG -> Valve_Open\n"
        "  // Open while the bottle stands\n"
        "  // under the spout\n"
        "  XIC(Start)\n"
        "  [ XIO(Full)\n"
        "  | XIC(Manual)\n"
        "  ]\n"
        "  OTE(Valve_Open)\n"
    )
    assert len(ladder_text.parse(main.text)) == 3


def test_structured_text_keeps_its_lines() -> None:
    assert part(project(PLANT), "programs/Filling/routines/Scale").text == (
        "ROUTINE Scale (structured text) in program Filling\n"
        "IF Level > 80.0 THEN\n"
        "    Level := 80.0; // no more\n"
        "END_IF;\n"
    )


def test_function_blocks_are_equations_without_ids() -> None:
    assert part(project(PLANT), "programs/Filling/routines/Mix").text == (
        "ROUTINE Mix (function blocks) in program Filling\n"
        "// Stirs while filling\n"
        "SEL_01 : SEL\n"
        "SEL_01.In1 := feedback(SEL_01.Out)\n"
        "SEL_01.SelectorIn := BAND__F(In1 := BNOT__F(In := Start), In2 := Manual)\n"
        "Stirrer := SEL_01.Out\n"
        "Valve_01 : Valve\n"
        "Valve_01.Open := Start\n"
        "Valve_01.Store := Counts\n"
    )


def test_a_chart_of_steps_tells_what_follows_what() -> None:
    assert part(project(PLANT), "programs/Filling/routines/Cycle").text == (
        "ROUTINE Cycle (sequential function chart) in program Filling\n"
        "BRANCH selection branch after Wait\n"
        "  | Bottle_There\n"
        "  | Abandoned\n"
        "STEP Fill\n"
        "  ACTION Pour (NonStored)\n"
        "    Valve_Open := 1;\n"
        "STEP Wait (initial)\n"
        "  => selection branch after Wait\n"
        "STOP Halt\n"
        "TRANSITION Abandoned\n"
        "  WHEN\n"
        "    Stop_All\n"
        "  => Halt\n"
        "TRANSITION Bottle_There\n"
        "  WHEN\n"
        "    Start AND NOT Full\n"
        "  => Fill\n"
    )


@pytest.mark.parametrize(("name", "nodes", "wires"), [("Mix", 8, 7), ("Cycle", 6, 5)])
def test_a_chart_is_kept_as_it_is_drawn(name: str, nodes: int, wires: int) -> None:
    layout = part(project(PLANT), f"programs/Filling/routines/{name}", Language.LAYOUT)
    chart = charts.parse(layout.text)
    assert (len(chart.nodes), len(chart.wires)) == (nodes, wires)
    names = {node.name for node in chart.nodes}
    assert len(names) == nodes
    assert {end for wire in chart.wires for end in (wire.source, wire.target)} <= names


def test_a_branch_reaches_over_what_it_joins() -> None:
    layout = part(project(PLANT), "programs/Filling/routines/Cycle", Language.LAYOUT)
    (branch,) = [node for node in charts.parse(layout.text).nodes if "selection" in node.kind]
    assert (branch.x, branch.y, branch.width) == (100, 160, 200)


def test_a_type_is_its_members_in_their_order_without_generated_hosts() -> None:
    assert part(project(PLANT), "types/Recipe").text == (
        "DATA TYPE Recipe\n"
        "Description = What a batch is made of\n"
        "Active : BIT\n"
        "Held : BIT\n"
        "Amounts : REAL[4] // Litres\n"
    )


def test_definitions_values_and_forces_of_tags_lie_apart() -> None:
    read = project(PLANT)
    tags = part(read, "controller/tags")
    assert (
        "FillTimer : TIMER // How long the valve\\nstays open\nFillTimer.DN // Full\n" in tags.text
    )
    assert tags.aspect is Aspect.PROGRAM
    values = part(read, "values/controller/tags")
    assert "FillTimer.PRE = 5000\nFillTimer.ACC = 120\n" in values.text
    assert values.aspect is Aspect.VALUES
    assert part(read, "controller/forces").text == "FORCES of the controller\nBatch.Active = 1\n"


def test_equal_neighbours_of_an_array_share_a_line() -> None:
    values = part(project(PLANT), "values/controller/tags").text
    assert "Counts[0,0]..[0,1] = 0\nCounts[0,2] = 7\nCounts[1,0]..[1,2] = 0\n" in values


def test_a_password_is_sealed_wherever_its_name_says_so() -> None:
    text = "".join(each.text for each in project(PLANT).parts)
    assert "Operator_Password = sealed 8\n" in text
    assert "hunter" not in text
    nested = controller(
        '<Tags><Tag Name="Door" DataType="Lock"><Data Format="Decorated"><Structure '
        'DataType="Lock"><DataValueMember Name="Password" Value="4711"/></Structure></Data></Tag>'
        '</Tags><Web AdminPassword="4711"/>'
    )
    assert "4711" not in "".join(each.text for each in nested.parts)


@pytest.mark.parametrize(
    ("path", "aspect"),
    [
        ("controller", Aspect.CONFIGURATION),
        ("controller/firmware", Aspect.FIRMWARE),
        ("controller/Security", Aspect.PROTECTION),
        ("controller/SafetyInfo", Aspect.PROTECTION),
        ("instructions/Valve/signature", Aspect.PROTECTION),
        ("instructions/Valve/interface", Aspect.PROGRAM),
        ("modules/Inputs", Aspect.HARDWARE),
        ("values/modules/Inputs", Aspect.VALUES),
        ("tasks/Fast", Aspect.CONFIGURATION),
        ("programs/Filling/program", Aspect.PROGRAM),
    ],
)
def test_each_part_belongs_to_a_side_of_the_controller(path: str, aspect: Aspect) -> None:
    assert part(project(PLANT), path).aspect is aspect


def test_protected_content_says_that_it_is_opaque_and_who_it_is() -> None:
    read = project(PLANT)
    secret = part(read, "instructions/Secret/instruction")
    assert "source protected" in secret.opaque
    assert "EditedDate = 2026-02-02T09:59:00.000Z\n" in secret.text
    assert "PARAMETER Start : BOOL" in part(read, "instructions/Secret/interface").text
    assert "nobody can tell" in part(read, "programs/Filling/routines/Hidden").opaque
    assert len(read.problems) == 2
    assert "c2Vjc" not in "".join(each.text for each in read.parts)


def test_the_file_says_who_it_is_for_and_how_it_was_exported() -> None:
    read = project(PLANT)
    facts = dict(read.facts)
    assert read.title == facts["controller"] == "Plant"
    assert (facts["software"], facts["processor"]) == ("35.01", "1756-L83ES")
    assert facts["exported"].endswith("2026")
    assert read.comparable.startswith("Controller: AllProjDocTrans DecoratedData ")


def test_a_rung_that_does_not_parse_stands_as_it_was_found_and_is_counted() -> None:
    read = project(edited("XIC(Start)[XIO(Full) ,XIC(Manual) ]", "XIC(Start)[XIO(Full"))
    main = part(read, "programs/Filling/routines/Main")
    assert main.unread == 1
    assert "! XIC(Start)[XIO(FullOTE(Valve_Open);" in main.text
    assert any("Main: 1 place does not parse" in problem for problem in read.problems)


def test_pending_edits_of_text_are_parts_beside_the_original() -> None:
    line = "<Line Number='0'><![CDATA[a := {};]]></Line>"
    read = routine(
        "ST",
        f'<STContent OnlineEditType="Original">{line.format(1)}</STContent>'
        f'<STContent OnlineEditType="PendingEdits">{line.format(2)}</STContent>',
    )
    assert "a := 1;" in part(read, "programs/P/routines/R").text
    pending = part(read, "programs/P/routines/R/PendingEdits").text
    assert pending.startswith("ROUTINE R (structured text) in program P, PendingEdits\n")
    assert "a := 2;" in pending


def test_what_a_partial_export_brings_along_lies_under_context() -> None:
    read = project(
        '<RSLogix5000Content TargetName="Main" TargetType="Routine" ContainsContext="true">'
        '<Controller Use="Context" Name="Plant"><DataTypes Use="Context">'
        '<DataType Name="Recipe"><Members/></DataType></DataTypes>'
        '<Programs Use="Context"><Program Use="Context" Name="Filling">'
        '<Tags Use="Context"><Tag Name="Level" DataType="REAL"/></Tags>'
        '<Routines Use="Context"><Routine Use="Target" Name="Main" Type="RLL"><RLLContent>'
        "<Rung Number='0'><Text>NOP();</Text></Rung></RLLContent></Routine>"
        '<Routine Use="Reference" Name="Other"/></Routines></Program></Programs></Controller>'
        "</RSLogix5000Content>"
    )
    names = {each.name for each in read.parts}
    assert "programs/Filling/routines/Main" in names
    assert {"context/types/Recipe", "context/programs/Filling/tags"} <= names
    assert "only names it" in part(read, "programs/Filling/routines/Other").opaque


def test_rungs_exported_alone_are_no_context_though_their_routine_is() -> None:
    read = project(
        '<RSLogix5000Content TargetType="Rung"><Controller Use="Context" Name="Plant">'
        '<Programs Use="Context"><Program Use="Context" Name="Filling"><Routines Use="Context">'
        '<Routine Use="Context" Name="Main" Type="RLL"><RLLContent Use="Context">'
        '<Rung Use="Target" Number="0"><Text>NOP();</Text></Rung></RLLContent></Routine>'
        "</Routines></Program></Programs></Controller></RSLogix5000Content>"
    )
    assert part(read, "programs/Filling/routines/Main").text.endswith("RUNG\n  NOP()\n")


def test_two_things_of_one_name_both_stay() -> None:
    two = '<DataType Name="A"><Members/></DataType>' * 2
    read = controller(f"<DataTypes>{two}</DataTypes>")
    assert {"types/A", "types/A (2)"} <= {each.name for each in read.parts}
    assert any("more than once" in problem for problem in read.problems)


@pytest.mark.parametrize("kind", ["RLL", "ST", "FBD", "SFC"])
def test_an_empty_routine_is_of_its_language(kind: str) -> None:
    assert (
        part(routine(kind, ""), "programs/P/routines/R").language.name[:2]
        == ("LADDER" if kind == "RLL" else kind)[:2]
    )


def test_an_unknown_attribute_or_child_of_anything_known_is_written() -> None:
    for place in (
        '<Rung Number="2"',
        '<Routine Name="Main"',
        '<Task Name="Fast"',
        '<Tag Name="Ask"',
        '<Step ID="1"',
        '<Block Type="SEL"',
        '<Program Name="Filling"',
        '<Member Name="Held"',
        '<Module Name="Inputs"',
        '<Parameter Name="Limit"',
        '<Trend Name="Levels"',
    ):
        text = "".join(each.text for each in project(edited(place, f'{place} Novel="quite"')).parts)
        assert "Novel" in text, place
        assert "quite" in text, place


def test_a_function_used_twice_has_a_line_and_a_name_made_of_what_flows_in() -> None:
    sheet = (
        '<FBDContent><Sheet Number="1"><IRef ID="{0}" Operand="A"/>'
        '<Function Type="BNOT" ID="{1}"/>'
        '<ORef ID="{2}" Operand="B"/><ORef ID="{3}" Operand="C"/>'
        '<Wire FromID="{0}" ToID="{1}" ToParam="In"/>'
        '<Wire FromID="{1}" FromParam="Out" ToID="{2}"/>'
        '<Wire FromID="{1}" FromParam="Out" ToID="{3}"/></Sheet></FBDContent>'
    )
    lines = part(
        routine("FBD", sheet.format(0, 1, 2, 3)), "programs/P/routines/R"
    ).text.splitlines()
    name = lines[2].partition(" : ")[0]
    assert name.startswith("BNOT#")
    assert lines[1:] == [
        f"B := {name}.Out",
        f"{name} : function",
        f"{name}.In := A",
        f"C := {name}.Out",
    ]
    again = part(routine("FBD", sheet.format(9, 3, 1, 7)), "programs/P/routines/R")
    assert again.text.splitlines() == lines


def test_a_loop_of_functions_is_told_and_ends() -> None:
    sheet = (
        '<FBDContent><Sheet Number="1"><Function Type="BAND" ID="0"/><Function Type="BOR" ID="1"/>'
        '<Wire FromID="0" FromParam="Out" ToID="1" ToParam="In1"/>'
        '<Wire FromID="1" FromParam="Out" ToID="0" ToParam="In1"/></Sheet></FBDContent>'
    )
    text = part(routine("FBD", sheet), "programs/P/routines/R").text
    assert text.count(" : function") == 2
    assert text.count(".In1 := ") == 2


def test_a_node_without_wires_is_told() -> None:
    sheet = '<Sheet><IRef ID="0" Operand="A"/><ORef ID="1" Operand="B"/></Sheet>'
    text = part(routine("FBD", f"<FBDContent>{sheet}</FBDContent>"), "programs/P/routines/R").text
    assert "A : IRef, not wired\n" in text
    assert "B : ORef, not wired\n" in text


def test_safety_says_so_in_the_first_line() -> None:
    read = controller(
        '<Programs><Program Name="P" Class="Safety"><Routines><Routine Name="R" Type="RLL"/>'
        '</Routines></Program></Programs><Tasks><Task Name="T" Class="Safety"/></Tasks>'
        '<AddOnInstructionDefinitions><AddOnInstructionDefinition Name="I" Class="Safety"/>'
        "</AddOnInstructionDefinitions>"
    )
    first = {each.name: each.text.partition("\n")[0] for each in read.parts}
    assert first["programs/P/routines/R"] == "ROUTINE R in safety program P"
    assert first["programs/P/program"] == "SAFETY PROGRAM P"
    assert first["tasks/T"] == "SAFETY TASK T"
    assert first["instructions/I/instruction"] == "SAFETY ADD-ON INSTRUCTION I"


def test_an_action_that_calls_a_routine_says_which() -> None:
    step = (
        '<Step ID="0" Operand="S"><Action ID="1" Operand="A" Qualifier="NonStored"><Body>'
        '<JSR Routine="Other"/></Body></Action></Step>'
    )
    read = routine("SFC", f"<SFCContent>{step}</SFCContent>")
    assert "    JSR.Routine = Other\n" in part(read, "programs/P/routines/R").text


def test_a_blank_at_the_end_of_a_value_shows() -> None:
    with_blank = controller('<Tasks><Task Name="T" Novel="a "/></Tasks>')
    assert "Novel = a\\x20\n" in part(with_blank, "tasks/T").text


def test_text_in_an_array_is_read() -> None:
    array = '<Array DataType="X" Dimensions="2"><Element Index="[0]">one</Element></Array>'
    read = controller(f'<Tags><Tag Name="t"><Data Format="Decorated">{array}</Data></Tag></Tags>')
    assert "t[0] = one\n" in part(read, "values/controller/tags").text


@pytest.mark.parametrize("kind", ["chain", "fan", "loop"])
def test_a_sheet_of_three_thousand_functions_is_read_in_time(kind: str) -> None:
    count = 3_000
    pairs = {
        "chain": [(at, at + 1) for at in range(count - 1)],
        "fan": [(0, at) for at in range(1, count)],
        "loop": [(at, (at + 1) % count) for at in range(count)],
    }[kind]
    nodes = "".join(f'<Function Type="F" ID="{at}"/>' for at in range(count))
    wires = "".join(
        f'<Wire FromID="{one}" FromParam="Out" ToID="{other}" ToParam="In"/>'
        for one, other in pairs
    )
    sheet = f'<FBDContent><Sheet Number="1">{nodes}{wires}</Sheet></FBDContent>'
    assert len(part(routine("FBD", sheet), "programs/P/routines/R").text) < 20_000_000


def test_a_chart_of_three_thousand_branches_is_read_in_time() -> None:
    count = 3_000
    branches = "".join(
        f'<Branch ID="{at}" BranchType="Selection" BranchFlow="Diverge"><Leg ID="L{at}"/></Branch>'
        for at in range(count)
    )
    links = "".join(f'<DirectedLink FromID="L{at}" ToID="{at + 1}"/>' for at in range(count))
    read = routine("SFC", f"<SFCContent>{branches}{links}</SFCContent>")
    assert len(part(read, "programs/P/routines/R").text) < 20_000_000
