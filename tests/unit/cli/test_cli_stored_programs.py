"""What the history holds of a controller as a program: views, facts, dropped project files."""

from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from ccontrol.canonical.bindings import binding_path
from ccontrol.canonical.layout import Home
from ccontrol.canonical.project_files import FileFacts, ProjectText, project_folder, render
from ccontrol.cli.plant import Watched
from ccontrol.cli.stored_programs import stored_program
from ccontrol.config.settings import Site
from ccontrol.diff.programs.changes import LogicKind
from ccontrol.diff.programs.projects import compare_projects
from ccontrol.logic.ladder import text as ladder
from ccontrol.logic.ladder.model import Instruction, Rung
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect
from ccontrol.model.controller import Controller
from ccontrol.pictures.page import page
from ccontrol.store.repository import Repository
from tests.unit.store.made_store import Site as Made

PRESS = Controller("press-3", "plant-1", "hall-1", "s7", "192.0.2.1", 102, name="Press 3")
HOME = Home("hall-1", "press-3")
WATCHED = Watched(cast(Site, None), PRESS)  # only the controller is asked


def _dropped(contact: str) -> dict[str, bytes | None]:
    rungs = (Rung((Instruction(contact, ("Guard",)), Instruction("OTE", ("Motor",)))),)
    text = "ROUTINE Main (ladder) in program Press\n" + ladder.render(rungs)
    part = Part(("programs", "Press", "Main"), Language.LADDER, Aspect.PROGRAM, text)
    at = datetime(2026, 2, 3, tzinfo=UTC)
    file = FileFacts("Press 3.L5X", contact[-2:] * 32, 9, "alice", at)
    kept = ProjectText("press-3", "hall-1", file, at, Project("l5x/1", "P", (part,)), file.sha256)
    return dict(render(kept, project_folder(HOME, (), file.name)))


def test_a_contact_inverted_in_a_dropped_file_is_found_and_drawn(tmp_path: Path) -> None:
    made = Made.make(tmp_path)
    first = made.write(_dropped("XIC")).commit
    second = made.write(_dropped("XIO")).commit
    with Repository.open(made.git_dir) as repository:
        old, new = (stored_program(repository, WATCHED, one) for one in (first, second))
    diff = compare_projects(old, new)
    assert LogicKind.INVERTED_CONTACT in {change.kind for change in diff.changes}
    assert [part.path for part in diff.parts] == [
        ("project", "Press 3.L5X"),
        ("project", "Press 3.L5X", "programs", "Press", "Main"),
    ]
    assert '<g class="badge changed">' in page(diff, "a", "b")


def test_before_the_first_commit_there_is_nothing(tmp_path: Path) -> None:
    made = Made.make(tmp_path)
    made.write(_dropped("XIC"))
    with Repository.open(made.git_dir) as repository:
        assert stored_program(repository, WATCHED, "").parts == ()


def test_a_binding_beside_the_files_is_no_file(tmp_path: Path) -> None:
    made = Made.make(tmp_path)
    head = made.write({**_dropped("XIC"), binding_path(HOME): b"form = 1\n"}).commit
    with Repository.open(made.git_dir) as repository:
        assert stored_program(repository, WATCHED, head).parts
