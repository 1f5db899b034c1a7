"""The straight line of one dropped file: kept in the vault, its text and a record committed.

A thread of the site's writer does it. It may be done twice: a second time it finds nothing to do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ccontrol.canonical.change_id import change_id
from ccontrol.canonical.home import History, home_of
from ccontrol.canonical.layout import Home
from ccontrol.canonical.project_files import (
    PROJECT,
    SENTENCES,
    FileFacts,
    ProjectText,
    parse,
    project_folder,
    render,
)
from ccontrol.errors import ModelError
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect, Depth
from ccontrol.model.change import Change, ChangeSet, Kind
from ccontrol.model.controller import Controller
from ccontrol.model.judgement import Attribution, Origin, Severity
from ccontrol.model.record import Record
from ccontrol.model.unit import UnitId
from ccontrol.policy.judge import judge_file
from ccontrol.poll.authorised_anew import judge_anew
from ccontrol.poll.concerned import beside_files
from ccontrol.poll.messages import LogicTold, ProjectRead
from ccontrol.poll.pipeline import Line
from ccontrol.store.repository import Repository

_KINDS = {"added": Kind.ADDED, "removed": Kind.REMOVED, "changed": Kind.CHANGED}
_REASON = "a file was dropped into a watched folder; its owner there may be anybody's account"
NOTHING = Project("", "", ())
"""What is known of a file of which none could be read yet."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """One file on its way into the history."""

    controller: Controller
    file: FileFacts
    copy: Path
    """Our own copy of its bytes."""
    read: ProjectRead
    """What the decoder made of it, held against what was known before."""
    taken_at: datetime
    contradicts: str = ""
    """Id of another controller that the file says it is for."""


def known_text(git_dir: Path, controller: Controller, name: str) -> ProjectText | None:
    """Return what the store holds of a project file; None when it knows none of this name.

    Raises StoreError, or UnreadableStateError for a text that cannot be understood.
    """
    with Repository.open(git_dir) as repository:
        return _known(repository, home_of(repository, controller.id, controller.area), name)


def take(line: Line, dropped: Dropped) -> str:
    """Keep a file and commit its text; return the commit, "" when that very file is known.

    Raises StoreError when the store takes nothing now.
    """
    home = line.home(dropped.controller)
    before = _known(line.writer.repository, home, dropped.file.name)
    if before is not None and before.file.sha256 == dropped.file.sha256:
        _bind(line, dropped)  # the store may have refused that alone
        return ""
    with dropped.copy.open("rb") as content:
        artefact = line.keep(content)
    folder = _folder(line.writer.repository, home, dropped.file.name)
    after, files = _written(dropped, home, before, folder)
    record = _record(line, dropped, home, before, after)
    commit = line.commit_record(files, replace(record, artefact=artefact), folder)
    _bind(line, dropped)
    return commit


def _bind(line: Line, dropped: Dropped) -> None:
    """Say what the file goes with, and hold it against change windows that expect files."""
    controller = dropped.controller
    line.bind(controller)
    judge_anew(line, controller, beside_files(line, controller, dropped.taken_at))


def _folder(history: History, home: Home, name: str) -> str:
    return project_folder(home, history.names(home.folder(PROJECT)), name)


def _known(history: History, home: Home, name: str) -> ProjectText | None:
    folder = _folder(history, home, name)
    files = history.read(folder)
    return parse(files, folder) if files else None


def _written(
    dropped: Dropped, home: Home, before: ProjectText | None, folder: str
) -> tuple[ProjectText, dict[str, bytes]]:
    """Return what is known from now on, and its files; names that no file can hold are a fault."""
    after = _text(dropped, home, before)
    try:
        return after, render(after, folder)
    except ModelError as error:
        refused = replace(dropped.read, project=None, fault=str(error))
        after = _text(replace(dropped, read=refused), home, before)
        return after, render(after, folder)


def _text(dropped: Dropped, home: Home, before: ProjectText | None) -> ProjectText:
    """Return the text of the file; of one that cannot be read, the last one that could."""
    own = dropped.controller.id, home.area, dropped.file, dropped.taken_at
    if dropped.read.project is not None:
        read, sha256 = dropped.read.project, dropped.file.sha256
        return ProjectText(*own, read, sha256, contradicts=dropped.contradicts)
    fault = dropped.read.fault or "nobody knows why"
    if before is None:
        return ProjectText(*own, NOTHING, "", fault)
    return ProjectText(*own, before.project, before.text_of, fault)


def _record(
    line: Line, dropped: Dropped, home: Home, before: ProjectText | None, after: ProjectText
) -> Record:
    controller = dropped.controller
    previous = line.last_change_of(controller.id)
    changes = ChangeSet(controller.id, tuple(_changes(dropped, before, after)))
    attribution = Attribution(Origin.UNKNOWN, _REASON, _evidence(dropped, after))
    known = _gravity(dropped, after)
    return Record(
        change_id=change_id(
            controller.id,
            previous,
            before.file.sha256 if before else "",
            after.file.sha256,
            dropped.taken_at,
        ),
        number=1,
        controller_id=controller.id,
        area=home.area,
        site=controller.site,
        title=controller.title,
        taken_at=dropped.taken_at,
        previous_at=None,
        not_after=dropped.taken_at,
        depth=Depth.FULL,
        changes=changes,
        attribution=attribution,
        verdict=judge_file(known, changes, attribution, controller, line.policy()),
        previous_change=previous,
    )


def _evidence(dropped: Dropped, after: ProjectText) -> tuple[str, ...]:
    file = dropped.file
    told = (
        f"{file.name}: {file.size} bytes, sha256 {file.sha256}",
        f"owned by {file.owner}, last written {file.modified_at:%Y-%m-%d %H:%M:%S} UTC",
    )
    problems = after.project.problems if not after.fault else ()
    other = (f"it calls itself {dropped.contradicts}",) if dropped.contradicts else ()
    return (*told, *other, *dropped.read.warnings, *problems)


def _gravity(dropped: Dropped, after: ProjectText) -> Severity:
    gravest = max((told.severity for told in dropped.read.told), default=0)
    severity = Severity(min(max(gravest, 0), Severity.CRITICAL))
    return max(severity, Severity.MEDIUM) if after.fault else severity


def _changes(dropped: Dropped, before: ProjectText | None, after: ProjectText) -> Iterable[Change]:
    name = dropped.file.name
    whole = UnitId(PROJECT, name)
    if after.fault:
        sentence = f"cannot be read: {after.fault}"
        return [Change(Kind.LOST_SIGHT, Aspect.PROGRAM, whole, name, reason=sentence)]
    if before is None or not before.text_of:
        count = len(after.project.parts)
        sentence = f"first seen, {count} part{'' if count == 1 else 's'}"
        return [Change(Kind.FOUND, Aspect.PROGRAM, whole, name, reason=sentence)]
    told = _by_part(dropped.read.told)
    if not told:
        sentence = "another file with the same content"
        return [Change(Kind.RECOMPILED, Aspect.PROGRAM, whole, name, reason=sentence)]
    parts = {
        (part.path, part.language): part for part in (*before.project.parts, *after.project.parts)
    }
    found = [(parts.get(key) or _unknown(*key), group) for key, group in told.items()]
    found.sort(key=lambda one: (one[0].aspect is Aspect.VALUES, -_gravest(one[1])))
    return [_change(name, part, group) for part, group in found]


def _unknown(path: tuple[str, ...], language: Language) -> Part:
    """Stand for a part that no side has: what a decoder tells is never left out."""
    return Part(tuple(filter(None, path)) or ("?",), language, Aspect.PROGRAM, "")


def _gravest(told: Iterable[LogicTold]) -> int:
    return max(each.severity for each in told)


def _by_part(
    told: Iterable[LogicTold],
) -> Mapping[tuple[tuple[str, ...], Language], list[LogicTold]]:
    found: dict[tuple[tuple[str, ...], Language], list[LogicTold]] = {}
    for each in told:
        found.setdefault((each.path, each.language), []).append(each)
    return found


def _change(name: str, part: Part, told: list[LogicTold]) -> Change:
    title = part.text.partition("\n")[0] or part.name
    kind = _KINDS.get(told[0].of_part, Kind.CHANGED)
    gravest_first = sorted(told, key=lambda each: -each.severity)
    sentences = SENTENCES.join(each.sentence for each in gravest_first)
    unit = UnitId(PROJECT, f"{name}//{part.name}")
    logic = tuple(sorted({each.logic for each in told} - {""}))
    return Change(kind, part.aspect, unit, title, (), sentences, logic)
