"""What a project file of any format calls a secret is sealed in its text, and nothing else is."""

import time

import pytest

from tests.unit.logic.formats_text.hand_over import handed, texts
from tests.unit.logic.formats_text.packed import packed
from tests.unit.logic.formats_text.tc6 import project

WORD = "swordfish"
SEAL = f"sealed {len(WORD)}"
_STRING = "<type><string/></type>"
PLCOPEN = project(
    f"<ST><xhtml:p>x := 1; sPassword := '{WORD}';</xhtml:p></ST>",
    f'<localVars><variable name="Password">{_STRING}<initialValue>'
    f'<simpleValue value="{WORD}"/></initialValue></variable>'
    f'<variable name="Login">{_STRING}<initialValue><structValue><value member="pwd">'
    f'<simpleValue value="{WORD}"/></value></structValue></initialValue></variable>'
    f'<variable name="Level">{_STRING}<initialValue><simpleValue value="open"/></initialValue>'
    "</variable></localVars>",
    after=f'<addData><data name="v/x" handleUnknown="discard"><s Password="{WORD}"/></data>'
    "</addData>",
)
_MEMBERS = "http://www.siemens.com/automation/Openness/SW/Interface/v5"
SIMATICML = f"""<Document><Engineering version="V19"/><SW.Blocks.GlobalDB ID="0"><AttributeList>
<Interface><Sections xmlns="{_MEMBERS}"><Section Name="Static">
<Member Name="Password" Datatype="String"><StartValue>{WORD}</StartValue></Member>
<Member Name="Passwords" Datatype="Array[0..1] of String"><Subelement Path="0"><StartValue>{WORD}
</StartValue></Subelement></Member>
<Member Name="Level" Datatype="String"><StartValue>open</StartValue></Member>
</Section></Sections></Interface><Name>Login</Name><WebPassword>{WORD}</WebPassword>
</AttributeList></SW.Blocks.GlobalDB></Document>"""
TAGS = f"""<Document><Engineering version="V19"/><SW.Tags.PlcTagTable ID="0"><AttributeList>
<Name>All</Name></AttributeList><ObjectList><SW.Tags.PlcUserConstant ID="1"><AttributeList>
<DataTypeName>String</DataTypeName><Name>WebPassword</Name><Value>{WORD}</Value></AttributeList>
</SW.Tags.PlcUserConstant></ObjectList></SW.Tags.PlcTagTable></Document>"""
XEF = f"""<FEFExchangeFile><fileHeader product="Control Expert"/>
<dataBlock><variables name="Password" typeName="string"><variableInit value="{WORD}"/></variables>
<variables name="Level" typeName="string"><variableInit value="open"/>
<attribute name="UserPwd" value="{WORD}"/></variables></dataBlock>
<program><identProgram name="Calc" type="section" task="MAST"/><STSource>Password := '{WORD}';
</STSource></program>
<settings><entry name="SNMP_SetCommunity" value="{WORD}"/><option passWord="{WORD}"/></settings>
</FEFExchangeFile>"""
TREE = """<Root><Entity type="Solution" name="Line" id="s"><Entity type="PouBody" name="Code"
 id="c1"/><Entity type="Variables" name="Globals" id="v1"/></Entity></Root>"""
GLOBALS = f"[SLWD version=1.0]\n++D=STRING\tN=Password\tI={WORD}\n++D=STRING\tN=n\tI=open\n"
CODE = f"<StructuredText><Text>Password := '{WORD}';</Text></StructuredText>"
SMC2 = packed(("s/s.oem", TREE), ("s/v1.xml", GLOBALS), ("s/c1.xml", CODE))
TWINCAT = f"""<TcPlcObject Version="1.1.0.1"><POU Name="Login" Id="{{1}}" SpecialFunc="None">
<Declaration><![CDATA[FUNCTION_BLOCK Login
VAR
  sPassword : STRING(20) := '{WORD}';
  sLevel : STRING := 'open';
END_VAR]]></Declaration><Implementation><ST><![CDATA[fb(Pwd := "{WORD}", Level := 'open');]]></ST>
</Implementation></POU></TcPlcObject>"""
S7DCL = f"""DATA_BLOCK "Login"
VAR
  Password : String := '{WORD}';
  Level : String := 'open';
END_VAR
END_DATA_BLOCK
"""
SCL = f"""FUNCTION_BLOCK "Login"
VAR
  Password {{ S7_SetPoint := 'True'}} : String := '{WORD}';
  Password2 AT %MB4 : String := '{WORD}';
  Level : String := 'open';
END_VAR
BEGIN
  #"My Password" := '{WORD}'; #level := 'open';
END_FUNCTION_BLOCK
"""
L5X = f"""<RSLogix5000Content SchemaRevision="1.0" SoftwareRevision="33.00" TargetName="A"
 TargetType="Controller" ContainsContext="false" ExportOptions="Decorated"><Controller Use="Target"
 Name="A" ProcessorType="1756-L83E" MajorRev="33"><Programs><Program Name="P"><Routines>
<Routine Name="R" Type="ST"><STContent><Line Number="0"><![CDATA[Password := '{WORD}';]]></Line>
</STContent></Routine></Routines></Program></Programs></Controller></RSLogix5000Content>"""
FILES: dict[str, bytes | str] = {
    "plc.xml": PLCOPEN,
    "Login.xml": SIMATICML,
    "All.xml": TAGS,
    "station.xef": XEF,
    "line.smc2": SMC2,
    "Login.TcPOU": TWINCAT,
    "Login.s7dcl": S7DCL,
    "Login.scl": SCL,
    "A.L5X": L5X,
}


@pytest.mark.parametrize("name", FILES)
def test_a_secret_does_not_reach_the_text(name: str) -> None:
    told = handed(name, FILES[name])
    text = "\n".join((*texts(told).values(), *told.problems))
    assert WORD not in text
    assert "sealed" in text


@pytest.mark.parametrize("name", sorted(FILES.keys() - {"All.xml", "A.L5X"}))
def test_what_no_name_calls_a_secret_is_shown(name: str) -> None:
    assert "open" in "".join(texts(handed(name, FILES[name])).values())


def test_code_keeps_everything_but_the_literal() -> None:
    text = texts(handed("Login.TcPOU", TWINCAT))["blocks/Login.st"]
    assert "sPassword : STRING(20) := sealed 11;" in text
    assert "fb(Pwd := sealed 11, Level := 'open');" in text


def test_a_secret_that_is_worked_out_is_not_taken_for_a_literal() -> None:
    code = "FUNCTION_BLOCK A\nVAR x : INT; END_VAR\nPassword := Other + 1;\nEND_FUNCTION_BLOCK\n"
    assert "Password := Other + 1;" in "".join(texts(handed("A.st", code)).values())


def test_a_line_without_end_is_looked_through_in_no_time() -> None:
    for piece in ("pwd ", "pwd:", "pwd := ", "pwd := '", "a.pwd.", "pwd AT x", "pwd {a} : "):
        code = "FUNCTION_BLOCK A\n" + piece * (300_000 // len(piece)) + "\nEND_FUNCTION_BLOCK\n"
        began = time.process_time()
        handed("A.st", code)
        assert time.process_time() - began < 2
