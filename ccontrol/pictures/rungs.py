"""What is said of one changed rung beside its picture: ordinals, what stays put, before and after.

Rungs of a routine that came or went whole are changed rungs, too: every one is new, or gone.
"""

from ccontrol.diff.programs.changes import LogicKind, PartDiff, RungDiff
from ccontrol.errors import BadFileError
from ccontrol.logic.ladder import text as ladder
from ccontrol.logic.ladder.model import Rung, instructions
from ccontrol.logic.ladder.outputs import driven
from ccontrol.logic.printable import printable, shortened
from ccontrol.logic.project import Language, Part
from ccontrol.pictures.ladder_svg import rung_picture
from ccontrol.pictures.marks import marks_after, marks_before
from ccontrol.pictures.shapes import Side

_MOST_ANCHOR = 80


def rungs_of(part: PartDiff) -> tuple[RungDiff, ...]:
    """Return the rungs to draw: the changed ones; of a routine that is new or gone, all of it."""
    if part.language is not Language.LADDER or part.rungs:
        return part.rungs
    if part.before is None and part.after is not None:
        return tuple(
            RungDiff(None, rung, None, number, after_marks=_every(rung, LogicKind.RUNG_ADDED))
            for number, rung in enumerate(_rungs(part.after), 1)
        )
    if part.after is None and part.before is not None:
        return tuple(
            RungDiff(rung, None, number, None, before_marks=_every(rung, LogicKind.RUNG_REMOVED))
            for number, rung in enumerate(_rungs(part.before), 1)
        )
    return ()


def heading(diff: RungDiff) -> str:
    """Return both ordinals and what the rung is known by: `rung 12, was 11: Motor_Run`."""
    now, was = diff.after_number, diff.before_number
    if now is None:
        words = f"rung {was} before, none now" if was is not None else "rung"
    elif was is None:
        words = f"rung {now}, none before"
    else:
        words = f"rung {now}" if now == was else f"rung {now}, was {was}"
    anchor = _anchor(diff.after) or _anchor(diff.before)
    return f"{words}: {anchor}" if anchor else words


def sides(diff: RungDiff) -> tuple[Side, ...]:
    """Return the pictures of a rung, before above after; one where both look the same."""
    if diff.before == diff.after and diff.after is not None:
        if not diff.changes:
            return (Side("as it was", rung_picture(diff.after, diff.after_number, {})),)
        return (Side("", rung_picture(diff.after, diff.after_number, marks_after(diff))),)
    found = []
    if diff.before is not None:
        picture = rung_picture(diff.before, diff.before_number, marks_before(diff))
        found.append(Side("before", picture))
    if diff.after is not None:
        picture = rung_picture(diff.after, diff.after_number, marks_after(diff))
        found.append(Side("after", picture))
    return tuple(found)


def _rungs(part: Part) -> tuple[Rung, ...]:
    """Return the rungs of a whole routine; none where its text is none of ours: it is told as text.

    The comparison says so already of a text that cannot be taken apart.
    """
    try:
        return ladder.parse(part.text)
    except BadFileError:
        return ()


def _every(rung: Rung, kind: LogicKind) -> dict[tuple[int, ...], LogicKind]:
    return {path: kind for path, _ in instructions(rung.elements)}


def _anchor(rung: Rung | None) -> str:
    if rung is None:
        return ""
    words = ", ".join(driven(rung)) or rung.title or rung.comment.strip().partition("\n")[0]
    return shortened(printable(words), _MOST_ANCHOR)
