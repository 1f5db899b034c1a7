"""What the store keeps of a project file: nothing is lost on the way there and back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccontrol.canonical.layout import Home
from ccontrol.canonical.project_files import (
    FileFacts,
    ProjectText,
    facts_path,
    parse,
    project_folder,
    render,
)
from ccontrol.errors import UnreadableStateError
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect

HOME = Home("hall-1", "press-3")
AT = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


def parts() -> st.SearchStrategy[tuple[Part, ...]]:
    one = st.builds(
        Part,
        path=st.lists(NAMES | st.sampled_from(["A", "a", "A.txt"]), min_size=1, max_size=3).map(
            tuple
        ),
        language=st.sampled_from(Language),
        aspect=st.sampled_from([Aspect.PROGRAM, Aspect.VALUES, Aspect.HARDWARE]),
        text=st.sampled_from(["", "XIC(a)\n", "one\ntwo\n", "grün\n"]),
        opaque=st.sampled_from(["", "source protected"]),
        unread=st.integers(0, 9),
    )
    return st.lists(one, max_size=8, unique_by=lambda part: (part.path, part.language)).map(
        lambda found: tuple(sorted(found, key=lambda part: (part.path, part.language)))
    )


@st.composite
def kept(draw: st.DrawFn) -> ProjectText:
    project = Project(
        "l5x/1",
        draw(NAMES),
        draw(parts()),
        tuple(draw(st.lists(st.tuples(NAMES, NAMES), max_size=3))),
        draw(NAMES),
        tuple(draw(st.lists(NAMES, max_size=2))),
    )
    file = FileFacts(draw(NAMES), "ab" * 32, 1234, "alice", AT)
    return ProjectText("press-3", "hall-1", file, AT, project, "cd" * 32, draw(NAMES))


@given(kept())
def test_the_text_of_a_project_file_loses_nothing(text: ProjectText) -> None:
    folder = project_folder(HOME, (), text.file.name)
    files = render(text, folder)
    assert parse(files, folder) == text
    assert all(path.startswith("project/hall-1/press-3/") for path in files)
    assert len({path.lower() for path in files}) == 1 + len(text.project.parts)


def test_a_file_spelt_with_other_capitals_is_the_same_file() -> None:
    assert project_folder(HOME, ("Press3.L5X",), "PRESS3.l5x") == (
        "project/hall-1/press-3/Press3.L5X"
    )


def test_a_part_that_is_gone_is_told_not_guessed() -> None:
    part = Part(("Main",), Language.LADDER, Aspect.PROGRAM, "RUNG\n")
    file = FileFacts("a.L5X", "ab" * 32, 4, "alice", AT)
    text = ProjectText("press-3", "hall-1", file, AT, Project("l5x/1", "a", (part,)), "ab" * 32)
    files = render(text, "project/x")
    del files["project/x/text/Main.lad"]
    with pytest.raises(UnreadableStateError, match=r"text/Main\.lad is missing"):
        parse(files, "project/x")
    with pytest.raises(UnreadableStateError, match=r"file\.toml is missing"):
        parse({}, "project/x")
    assert facts_path("project/x") == "project/x/file.toml"
