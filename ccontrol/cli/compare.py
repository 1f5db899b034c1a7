"""`ccontrol compare`: what changed in the logic between two project files."""

from typing import Annotated

import typer

from ccontrol.cli.bounded import within_bounds
from ccontrol.cli.comparing import ComparedPart, Comparison, compare_files
from ccontrol.cli.output import Cell, Sheet, Tone, emit, say, show
from ccontrol.cli.picture_files import HtmlFile, PictureFiles, SvgFile
from ccontrol.cli.project_files import STDIN, opened, title_of
from ccontrol.cli.tones import severity_tone
from ccontrol.diff.programs.changes import NO_LOGIC, LogicChange, LogicKind
from ccontrol.poll.bounds import Bounds, project_time_s

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
    pictures = PictureFiles(html, svg)
    found = _compared(old, new, pictures, values=values, anyway=anyway)
    pictures.write(found.drawn)
    if as_json:
        emit("ccontrol/compare/1", _as_json(old, new, found))
    else:
        _tell(old, new, found)
    if found.changes_logic:
        raise typer.Exit(_DIFFERENT)


def _compared(
    old: str, new: str, pictures: PictureFiles, *, values: bool, anyway: bool
) -> Comparison:
    """Compare in a child: reading is not all that hostile files can make long."""
    titles = (title_of(old), title_of(new))
    with opened(old) as before, opened(new) as after:
        return within_bounds(
            lambda: compare_files(
                before, after, titles, pictures.draw, values=values, anyway=anyway
            ),
            Comparison,
            " and ".join(titles),
            Bounds(project_time_s(before.size + after.size)),
        )


def _as_json(old: str, new: str, found: Comparison) -> dict[str, object]:
    return {
        "old": title_of(old),
        "new": title_of(new),
        "differs_in_logic": found.changes_logic,
        "warnings": found.warnings,
        "renames": found.renames,
        "values_not_shown": found.hidden,
        "parts": [
            {
                "path": part.path,
                "language": part.language,
                "changes": part.changes,
                "lines": part.lines,
            }
            for part in found.parts
        ],
    }


def _tell(old: str, new: str, found: Comparison) -> None:
    for warning in found.warnings:
        say(f"doubtful: {warning}", Tone.BAD)
    for rename in found.renames:
        say(f"{rename.before} is called {rename.after} now, in {rename.places} places")
    for part in found.parts:
        _tell_part(part)
    say(_summary(old, new, found.changes))
    if found.hidden:
        differ = "1 value differs" if found.hidden == 1 else f"{found.hidden} values differ"
        say(f"{differ}; --values shows them.", Tone.QUIET)


def _tell_part(part: ComparedPart) -> None:
    """Print a part's changes; where only names are called otherwise, that was told already."""
    told = [each for each in part.changes if part.renamed or each.kind is not LogicKind.RENAMED_TAG]
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


def _summary(old: str, new: str, changes: tuple[LogicChange, ...]) -> str:
    names = f"{title_of(old)} → {title_of(new)}"
    if not changes:
        return f"{names}: no difference"
    grave = [change for change in changes if change.kind not in NO_LOGIC]
    if not grave:
        return f"{names}: the logic is the same; {_count(len(changes))} beside it"
    worst = max(change.severity for change in grave).word
    others = len(changes) - len(grave)
    more = f", and {others} that change no logic" if others else ""
    return f"{names}: {_count(len(grave))}, the gravest {worst}{more}"


def _count(changes: int) -> str:
    return "1 change" if changes == 1 else f"{changes} changes"
