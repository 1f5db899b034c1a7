"""A rename is told once, and nothing else hides behind it."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ccontrol.diff.programs.changes import LogicKind, Rename
from ccontrol.diff.programs.projects import compare_projects
from ccontrol.logic.ladder.model import Branch, Instruction, Rung
from ccontrol.logic.ladder.text import render
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect
from tests.unit.diff.programs.made_projects import kinds, part, project

TAGS = ("Start_PB", "Stop_PB", "Guard", "Motor_Run", "Lamp", "Level")
CODE = "IF Guard THEN x := 1; END_IF;\ny := NOT Guard;\n"


def tags(*names: str) -> Part:
    lines = "".join(f"{name} : BOOL\n" for name in sorted(names))
    return part("tags", f"TAGS\n{lines}", Language.DATA)


def test_a_name_that_changed_everywhere_is_told_as_one_rename() -> None:
    before = project(tags("Guard", "Lamp"), part("a", CODE))
    after = project(tags("Gate", "Lamp"), part("a", CODE.replace("Guard", "Gate")))
    found = compare_projects(before, after)
    assert found.renames == (Rename("Guard", "Gate", 3),)
    assert set(kinds(found)) == {LogicKind.RENAMED_TAG}
    assert found.changes_logic
    assert found.parts[0].before is not None
    assert "Guard" in found.parts[0].before.text


def test_a_name_that_is_still_used_somewhere_was_not_renamed() -> None:
    before = project(tags("Guard"), part("a", CODE), part("b", "z := Guard;\n"))
    after = project(
        tags("Gate"), part("a", CODE.replace("Guard", "Gate")), part("b", "z := Guard;\n")
    )
    assert compare_projects(before, after).renames == ()


def test_a_name_that_was_there_before_is_no_rename() -> None:
    before = project(tags("Guard", "Always_On"), part("a", CODE))
    after = project(tags("Always_On"), part("a", CODE.replace("Guard", "Always_On")))
    found = compare_projects(before, after)
    assert found.renames == ()
    assert LogicKind.OPERAND in kinds(found)


def test_another_declaration_under_another_name_is_no_rename() -> None:
    before = project(tags("Guard"), part("a", CODE))
    alias = part("tags", "TAGS\nAlways_On : BOOL := 1\n", Language.DATA)
    after = project(alias, part("a", CODE.replace("Guard", "Always_On")))
    assert compare_projects(before, after).renames == ()


def test_a_library_type_that_was_exchanged_everywhere_is_no_rename() -> None:
    old = "VAR\n  t1 : TON;\n  t2 : TON;\nEND_VAR\nt1(IN := a);\nt2(IN := b);\n"
    found = compare_projects(project(part("a", old)), project(part("a", old.replace("TON", "TOF"))))
    assert found.renames == ()
    assert kinds(found) == [LogicKind.DECLARATION] * 2


def test_mnemonics_in_two_languages_are_no_rename() -> None:
    old = "NETWORK 1\n      A     M 1.0\n      JC    end\nend:  NOP   0\n"
    new = old.replace("A     M", "U     M").replace("JC ", "SPB")
    found = compare_projects(
        project(part("a", old, Language.STL)), project(part("a", new, Language.STL))
    )
    assert found.renames == ()
    assert kinds(found) == [LogicKind.MNEMONIC_ONLY]


def test_a_setting_that_was_exchanged_everywhere_is_no_rename() -> None:
    old = part(
        "tasks", "TASKS\na = Periodic\nb = Periodic\n", Language.RECORD, Aspect.CONFIGURATION
    )
    new = part(
        "tasks", old.text.replace("Periodic", "Event"), Language.RECORD, Aspect.CONFIGURATION
    )
    found = compare_projects(project(old), project(new))
    assert kinds(found) == [LogicKind.SETTING] * 2


def test_a_renamed_routine_is_found_under_its_new_name() -> None:
    """Its heading and the jump to it are two places."""
    old, new = (
        project(
            part(f"routines/{name}", f"ROUTINE {name} (st)\nx := {limit};\n"),
            part("routines/Main", f"RUNG\n  JSR({name},0)\n", Language.LADDER),
        )
        for name, limit in (("Fill", 1), ("Drain", 2))
    )
    found = compare_projects(old, new)
    assert found.renames == (Rename("Fill", "Drain", 2),)
    assert [each for each in kinds(found) if each is not LogicKind.RENAMED_TAG] == [
        LogicKind.SETPOINT
    ]


def test_a_part_that_only_its_own_name_tells_apart_was_renamed() -> None:
    old = part("routines/Fill", "ROUTINE Fill (st)\nx := 1;\n")
    new = part("routines/Drain", "ROUTINE Drain (st)\nx := 1;\n")
    found = compare_projects(project(old), project(new))
    assert kinds(found) == [LogicKind.RENAMED_TAG]
    other = part("routines/Drain", "ROUTINE Drain (st)\nx := 2;\n")
    assert LogicKind.ROUTINE_REMOVED in kinds(compare_projects(project(old), project(other)))


def test_a_jump_to_another_routine_is_no_rename() -> None:
    old, new = (
        project(
            part("routines/Fill", "ROUTINE Fill (st)\nx := 1;\n"),
            part("routines/Drain", "ROUTINE Drain (st)\nx := 2;\n"),
            part("routines/Main", f"RUNG\n  JSR({name},0)\n", Language.LADDER),
        )
        for name in ("Fill", "Drain")
    )
    assert compare_projects(old, new).renames == ()


contacts = st.builds(
    lambda op, tag: Instruction(op, (tag,)), st.sampled_from(["XIC", "XIO"]), st.sampled_from(TAGS)
)
limits = st.builds(lambda n: Instruction("GRT", ("Level", str(n))), st.integers(0, 99))
elements = st.one_of(
    contacts, limits, st.builds(lambda a, b: Branch(((a,), (b,))), contacts, contacts)
)
rungs = st.builds(
    lambda series, out: Rung((*series, Instruction("OTE", (out,)))),
    st.lists(elements, min_size=1, max_size=4).map(tuple),
    st.sampled_from(TAGS),
)


def renamed(rung: Rung, old: str, new: str) -> Rung:
    def of(element: Instruction | Branch) -> Instruction | Branch:
        if isinstance(element, Branch):
            return Branch(tuple(tuple(map(of, leg)) for leg in element.legs))
        return Instruction(
            element.op, tuple(new if each == old else each for each in element.operands)
        )

    return Rung(tuple(map(of, rung.elements)))


def inverted(rung: Rung) -> Rung:
    """The rung with its first plain contact inverted; as it was where it has none."""
    series = list(rung.elements)
    for at, element in enumerate(series):
        if isinstance(element, Instruction) and element.op in {"XIC", "XIO"}:
            op = "XIO" if element.op == "XIC" else "XIC"
            series[at] = Instruction(op, element.operands)
            break
    return Rung(tuple(series))


def with_rungs(made: list[Rung], *names: str) -> Project:
    text = f"ROUTINE Main (ladder)\n{render(made)}"
    return project(tags(*names), part("main", text, Language.LADDER))


@settings(deadline=None)  # the machine may be busy
@given(st.lists(rungs, min_size=3, max_size=8), st.data())
def test_a_fold_never_hides_an_inverted_contact(made: list[Rung], data: st.DataObject) -> None:
    old = data.draw(st.sampled_from(TAGS))
    at = data.draw(st.integers(0, len(made) - 1))
    after = [renamed(each, old, "Brand_New") for each in made]
    after[at] = inverted(after[at])
    assume(after[at] != renamed(made[at], old, "Brand_New"))
    names = [name for name in TAGS if name != old]
    found = compare_projects(with_rungs(made, *TAGS), with_rungs(after, *names, "Brand_New"))
    told = [each for each in found.changes if each.kind is not LogicKind.RENAMED_TAG]
    assert any("XIC" in each.sentence or "XIO" in each.sentence for each in told)
