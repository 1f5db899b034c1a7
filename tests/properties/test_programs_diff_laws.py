"""Laws of comparing programs: nothing that differs goes unsaid, and nothing raises."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.diff.programs.changes import NO_LOGIC
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.projects import compare_projects
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect

lines = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "RUNG -> Motor",
                "  XIC(Stop)",
                "  [ XIC(a)",
                "  | XIO(b)",
                "  ]",
                "  OTE(Motor)",
                "  // words",
                "NETWORK 1 Start",
                "      A     I 0.0",
                "      U     E 0.0 // go",
                "      =     Q 4.0",
                "VAR",
                "  x : INT := 5; // words",
                "END_VAR",
                "IF a AND NOT b THEN",
                "  y := 3; (* words *)",
                "END_IF;",
                "(* open",
                "name = value",
                "name : BOOL",
                "ROUTINE Main",
            ]
        ),
        st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=12),
    ),
    max_size=12,
).map(lambda found: "".join(f"{line}\n" for line in found))
names = st.sampled_from(["a", "b", "Motor", "Fill"])
parts = st.builds(
    Part,
    st.lists(names, min_size=1, max_size=2).map(tuple),
    st.sampled_from(Language),
    st.sampled_from(Aspect),
    lines,
    st.sampled_from(["", "", "", "protected"]),
)


def project(made: list[Part]) -> Project:
    unique = {(part.path, part.language): part for part in made}
    return Project("toy/1", "toy", tuple(unique[key] for key in sorted(unique)))


projects = st.lists(parts, max_size=4).map(project)
efforts = st.integers(0, 300) | st.just(1_000_000)


@settings(deadline=None)  # the machine may be busy
@given(projects, projects, efforts)
def test_every_part_that_differs_is_told_and_no_other(
    before: Project, after: Project, most: int
) -> None:
    found = compare_projects(before, after, Effort(most))
    assert all(part.changes for part in found.parts)
    told = {(part.path, part.language) for part in found.parts}
    told |= {(part.before.path, part.language) for part in found.parts if part.before}  # renamed
    if not found.renames:
        ours = {(part.path, part.language): (part.text, part.opaque) for part in before.parts}
        theirs = {(part.path, part.language): (part.text, part.opaque) for part in after.parts}
        assert told == {
            key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)
        }


@settings(deadline=None)  # the machine may be busy
@given(projects, projects, efforts)
def test_the_same_two_give_the_same_answer(before: Project, after: Project, most: int) -> None:
    first = compare_projects(before, after, Effort(most))
    assert first == compare_projects(before, after, Effort(most))


@settings(deadline=None)  # the machine may be busy
@given(
    st.lists(st.sampled_from(["a", "NOT", "AND", "OR", "(", ")", "b", ":=", "5", ";"]), min_size=1),
    st.lists(st.sampled_from(["a", "NOT", "AND", "OR", "(", ")", "b", ":=", "6", ";"]), min_size=1),
    st.sampled_from([" ", "\n", "  (* words *) "]),
)
def test_other_words_are_logic_and_other_gaps_are_not(
    one: list[str], other: list[str], gap: str
) -> None:
    def told(first: str, second: str) -> set[bool]:
        before, after = (
            Project("toy/1", "toy", (Part(("a",), Language.ST, Aspect.PROGRAM, text),))
            for text in (f"ROUTINE a\n{first}\n", f"ROUTINE a\n{second}\n")
        )
        return {change.kind in NO_LOGIC for change in compare_projects(before, after).changes}

    assert told(" ".join(one), gap.join(one)) <= {True}
    if [word for word in one if word != ";"] != [word for word in other if word != ";"]:
        assert False in told(" ".join(one), " ".join(other))
