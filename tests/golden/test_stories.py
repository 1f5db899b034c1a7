"""Stories as folders of plain files: two states of a controller, and all that is said of them.

stories/<name>/before and after hold the files of the store (before may be absent: a first sight);
log.txt, if any, the new entries of the controller's own log. message.txt and record.toml are what
must come out. The files of a state are also held against their own canonical form, views included.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ccontrol.attribution.case import Case
from ccontrol.attribution.judge import judge as attribute
from ccontrol.canonical.change_id import change_id
from ccontrol.canonical.message import message
from ccontrol.canonical.parse import parse
from ccontrol.canonical.records import render_record
from ccontrol.canonical.render import render
from ccontrol.config.policies import built_in
from ccontrol.diff.compare import compare
from ccontrol.model.aspect import Depth
from ccontrol.model.controller import Controller
from ccontrol.model.judgement import Window
from ccontrol.model.record import Record
from ccontrol.model.snapshot import LogEntry
from ccontrol.model.state import State
from ccontrol.policy.judge import judge

STORIES = sorted((Path(__file__).parent / "stories").iterdir())
AT = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
PRESS = Controller("press-3", "north", "hall", "s7", "192.0.2.1", 102)


def told(record: Record) -> str:
    text = message(record)
    trailers = "\n".join(f"{name}: {value}" for name, value in text.trailers)
    return f"{text.subject}\n\n{text.body}\n\n{trailers}\n"


def record_of(before: State | None, after: State, log: tuple[LogEntry, ...]) -> Record:
    changes = compare(before, after)
    window = Window(AT - timedelta(minutes=5) if before else None, AT)
    case = Case(changes, (window,) * len(changes.changes), PRESS, log=log)
    attribution = attribute(case)
    return Record(
        change_id=change_id(PRESS.id, "", "before", "after", AT),
        number=1,
        controller_id=PRESS.id,
        area=PRESS.area,
        site=PRESS.site,
        title=PRESS.title,
        taken_at=AT,
        previous_at=AT - timedelta(minutes=5) if before else None,
        depth=Depth.FULL,
        changes=changes,
        attribution=attribution,
        verdict=judge(changes, attribution, PRESS, built_in()),
        log=log,
    )


def log_of(story: Path) -> Iterator[LogEntry]:
    path = story / "log.txt"
    for line in path.read_text().splitlines() if path.exists() else ():
        at, code, text = line.split(" ", 2)
        yield LogEntry(code, text, at, "")


def files_under(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def hold(folder: Path, came: Mapping[str, bytes], *, accept: bool) -> None:
    """Hold what came out against the files in the folder, or put it there."""
    if accept:
        for name in files_under(folder).keys() - came.keys():
            (folder / name).unlink()
        for name, content in came.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    there = files_under(folder)
    assert sorted(there) == sorted(came)
    for name, content in came.items():
        assert there[name].decode() == content.decode(), name


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_a_story_is_told_to_the_letter(story: Path, *, accept: bool) -> None:
    states: list[State | None] = []
    for moment in (story / "before", story / "after"):
        if not moment.exists():
            states.append(None)
            continue
        state = parse(files_under(moment))
        hold(moment, render(state, PRESS.area), accept=accept)
        states.append(state)
    before, after = states
    assert after is not None
    record = record_of(before, after, tuple(log_of(story)))
    said = {"message.txt": told(record).encode(), "record.toml": render_record(record)}
    for name, content in said.items():
        if accept:
            (story / name).write_bytes(content)
        assert (story / name).read_bytes().decode() == content.decode(), name


def test_there_are_stories() -> None:
    assert STORIES
