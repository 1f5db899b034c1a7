import pytest

from ccontrol.errors import BadFileError
from ccontrol.logic.ladder.model import Branch, Instruction, Rung
from ccontrol.logic.ladder.neutral import MOST_DEPTH, parse, read_rung, write


def xic(tag: str) -> Instruction:
    return Instruction("XIC", (tag,))


def test_a_rung_is_its_instructions_and_branches() -> None:
    series = parse("\nXIC(a)[XIO(b) XIC(c) ,[XIC(d) ,] ]OTE(e);\n")
    legs = ((Instruction("XIO", ("b",)), xic("c")), (Branch(((xic("d"),), ())),))
    assert series == (xic("a"), Branch(legs), Instruction("OTE", ("e",)))


@pytest.mark.parametrize(
    ("text", "operands"),
    [
        ("TON(T1,?,?);", ("T1", "?", "?")),
        ("MOV( 5 , x[1,2] );", ("5", "x[1,2]")),
        ("CMP((a > 5) AND LIM(1, b, 3));", ("(a > 5) AND LIM(1, b, 3)",)),
        ("CONCAT('it$'s, (',b,c);", ("'it$'s, ('", "b", "c")),
        ("COP(a[b[0]],c,1);", ("a[b[0]]", "c", "1")),
        ("JSR(Main,,2);", ("Main", "", "2")),
        (r"OTE(\Pump.Run);", (r"\Pump.Run",)),
        ("NOP();", ()),
        ("NOP( );", ()),
    ],
)
def test_operands_are_cut_at_their_own_commas_only(text: str, operands: tuple[str, ...]) -> None:
    (instruction,) = parse(text)
    assert isinstance(instruction, Instruction)
    assert instruction.operands == operands


def test_parentheses_that_a_file_leaves_out_come_back_left_out() -> None:
    assert parse("AFI OTE(a);") == (Instruction("AFI", bare=True), Instruction("OTE", ("a",)))
    assert write(parse("AFI() OTE(a);")) == "AFI()OTE(a);"
    assert write(parse("[AFI,]OTE(a);")) == "[AFI ,]OTE(a);"


def test_a_rung_is_written_as_studio_5000_writes_it() -> None:
    text = "[XIC(a) XIO(b) ,[XIC(c) ,XIC(d) ] XIC(e) ]OTE(f)OTE(g);"
    assert write(parse(text)) == text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("XIC(a", "character 4"),
        ("XIC(a))OTE(b);", "character 7"),
        ("XIC(a)]OTE(b);", "character 7"),
        ("XIC(a),OTE(b);", "character 7"),
        ("[XIC(a);", "character 9"),
        ("CMP(a]);", "character 4"),
        ("CONCAT('a,b,c);", "character 7"),
        ("XIC(a)%OTE(b);", "character 7"),
        ("XIC(a);OTE(b);", "character 8"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(BadFileError, match=f"{place}:"):
        parse(text)


def test_an_unreadable_rung_is_kept_as_it_stands() -> None:
    assert read_rung("\nXIC(a\n", "\nwhy\n", "I") == Rung((), "why", "I", verbatim="XIC(a")


@pytest.mark.parametrize("sign", ["[", "[[,", "F("])
def test_ten_thousand_nested_branches_are_refused_not_followed(sign: str) -> None:
    with pytest.raises(BadFileError):
        parse(sign * 10_000)
    text = "[" * 10_000 + "XIC(a)" + "]" * 10_000
    assert read_rung(text).verbatim == text


def test_branches_nest_as_deep_as_is_said() -> None:
    text = "[" * MOST_DEPTH + "XIC(a) " + "] " * (MOST_DEPTH - 1) + "]OTE(b);"
    assert write(parse(text)) == text


def test_a_megabyte_of_nothing_much_is_read_in_linear_time() -> None:
    assert parse(" " * 1_000_000 + ";") == ()
    for text in ("a" * 1_000_000, "XIC(" + "a[0]" * 250_000, "XIC(" + "[" * 1_000_000):
        assert read_rung(text + "!").verbatim
