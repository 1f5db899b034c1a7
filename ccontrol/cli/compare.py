"""`ccontrol compare`: what changed in the logic between two project files."""

from dataclasses import replace
from typing import Annotated

import typer

from ccontrol.cli.output import Cell, Sheet, Tone, emit, say, show
from ccontrol.cli.picture_files import HtmlFile, PictureFiles, SvgFile
from ccontrol.cli.project_files import STDIN, SealsInOneCall, read_project, title_of
from ccontrol.cli.tones import severity_tone
from ccontrol.diff.programs.changes import NO_LOGIC, LogicKind, PartDiff, ProjectDiff
from ccontrol.diff.programs.projects import compare_projects, differences_of_origin
from ccontrol.errors import BadFileError

_DIFFERENT = 1


def command(
    *,
    old: Annotated[str, typer.Argument(metavar="OLD", help="A project file; - for a pipe.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same project, later.")],
    values: Annotated[
        bool, typer.Option("--values", help="Count and show what tags and data hold, too.")
    ] = False,
    anyway: Annotated[
        bool,
        typer.Option(
            "--anyway", help="Compare files of other formats or export options, with a warning."
        ),
    ] = False,
    html: HtmlFile = None,
    svg: SvgFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show what changed in the logic between two project files.

    One sentence for each change, with what it means and how grave it is. Ends with code 1 when
    they differ in logic, declarations or settings; with 0 when only comments, layout, the spelling
    of mnemonics or, without --values, values differ; a preset of a timer or counter that no program
    writes is no mere value. Needs no store and no configuration.

    \b
    Example:
      ccontrol compare Press3-before.L5X Press3.L5X
      ccontrol compare Press3-before.L5X Press3.L5X --html changes.html
      ccontrol compare OB1.awl OB1-new.awl --json
    """  # noqa: D301 — \b is click's mark for "keep these lines"
    if old == new == STDIN:
        raise typer.BadParameter("only one of the two can come from standard input")
    diff = _compared(old, new, anyway=anyway)
    hidden = 0
    if not values:
        hidden = sum(change.kind is LogicKind.VALUE for change in diff.changes)
        diff = _without_values(diff)
    PictureFiles(html, svg).write(diff, title_of(old), title_of(new))
    if as_json:
        emit("ccontrol/compare/1", _as_json(old, new, diff, hidden))
    else:
        _tell(old, new, diff, hidden)
    if diff.changes_logic:
        raise typer.Exit(_DIFFERENT)


def _compared(old: str, new: str, *, anyway: bool) -> ProjectDiff:
    seal = SealsInOneCall()
    before, after = read_project(old, seal), read_project(new, seal)
    reasons = differences_of_origin(before, after)
    if reasons and not anyway:
        raise BadFileError(
            f"{title_of(old)} and {title_of(new)} cannot be compared blindly: {'; '.join(reasons)}",
            hint="Export both in the same way, or use --anyway and doubt what it says.",
        )
    return compare_projects(before, after)


def _without_values(diff: ProjectDiff) -> ProjectDiff:
    parts = (
        replace(
            part,
            changes=tuple(each for each in part.changes if each.kind is not LogicKind.VALUE),
        )
        for part in diff.parts
    )
    return replace(diff, parts=tuple(part for part in parts if part.changes))


def _as_json(old: str, new: str, diff: ProjectDiff, hidden: int) -> dict[str, object]:
    return {
        "old": title_of(old),
        "new": title_of(new),
        "differs_in_logic": diff.changes_logic,
        "warnings": diff.warnings,
        "renames": diff.renames,
        "values_not_shown": hidden,
        "parts": [
            {
                "path": part.path,
                "language": part.language,
                "changes": part.changes,
                "lines": part.lines,
            }
            for part in diff.parts
        ],
    }


def _tell(old: str, new: str, diff: ProjectDiff, hidden: int) -> None:
    for warning in diff.warnings:
        say(f"doubtful: {warning}", Tone.BAD)
    for rename in diff.renames:
        say(f"{rename.before} is called {rename.after} now, in {rename.places} places")
    for part in diff.parts:
        _tell_part(part)
    say(_summary(old, new, diff))
    if hidden:
        differ = "1 value differs" if hidden == 1 else f"{hidden} values differ"
        say(f"{differ}; --values shows them.", Tone.QUIET)


def _tell_part(part: PartDiff) -> None:
    """Print a part's changes; where only names are called otherwise, that was told already."""
    renamed = part.before is not None and part.before.path != part.path
    told = [each for each in part.changes if renamed or each.kind is not LogicKind.RENAMED_TAG]
    if not told:
        return
    rows = tuple(
        (
            Cell(change.severity.word, severity_tone(change.severity)),
            change.kind.value,
            change.sentence,
        )
        for change in told
    )
    title = f"{'/'.join(part.path)} ({part.language.value})"
    show(Sheet(("severity", "what", "where and how"), rows, title))
    say()


def _summary(old: str, new: str, diff: ProjectDiff) -> str:
    names = f"{title_of(old)} → {title_of(new)}"
    if not diff.changes:
        return f"{names}: no difference"
    grave = [change for change in diff.changes if change.kind not in NO_LOGIC]
    if not grave:
        return f"{names}: the logic is the same; {_count(len(diff.changes))} beside it"
    worst = max(change.severity for change in grave).word
    others = len(diff.changes) - len(grave)
    more = f", and {others} that change no logic" if others else ""
    return f"{names}: {_count(len(grave))}, the gravest {worst}{more}"


def _count(changes: int) -> str:
    return "1 change" if changes == 1 else f"{changes} changes"
