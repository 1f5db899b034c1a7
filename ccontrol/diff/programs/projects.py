"""Two projects held against each other: which parts are new, gone or changed, and in what.

Parts are matched by path and language; equal ones cost a comparison of their text. How a language
is compared stands in its own module.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ccontrol.diff.programs import severity
from ccontrol.diff.programs.changes import (
    LogicChange,
    LogicKind,
    PartDiff,
    ProjectDiff,
    Rename,
)
from ccontrol.diff.programs.declarations import diff_declarations
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.fbd import diff_fbd
from ccontrol.diff.programs.lines import align, line_diffs
from ccontrol.diff.programs.presets import with_presets
from ccontrol.diff.programs.renames import Key, fold
from ccontrol.diff.programs.rungs import diff_rungs
from ccontrol.diff.programs.sfc import diff_sfc
from ccontrol.diff.programs.st import diff_st
from ccontrol.diff.programs.statements import TextDiff
from ccontrol.diff.programs.stl import diff_stl
from ccontrol.errors import BadFileError
from ccontrol.logic.ladder import text as ladder
from ccontrol.logic.printable import shortened
from ccontrol.logic.project import Language, Part, Project
from ccontrol.model.aspect import Aspect

_LOGIC = frozenset({Language.LADDER, Language.STL, Language.ST, Language.FBD, Language.SFC})
_CHARTS = frozenset({Language.FBD, Language.SFC})
_TEXTS = {
    Language.STL: diff_stl,
    Language.ST: diff_st,
    Language.FBD: diff_fbd,
    Language.SFC: diff_sfc,
}
_RUNG = re.compile(r"^RUNG\b", re.MULTILINE)
_LONGEST_TITLE = 120
_MOST_NAMED = 5


def differences_of_origin(before: Project, after: Project) -> tuple[str, ...]:
    """Say why two projects should not be held against each other blindly; mostly nothing."""
    reasons = []
    if before.format != after.format:
        reasons.append(f"they are of different formats: {before.format} and {after.format}")
    if before.comparable != after.comparable:
        ours, theirs = (project.comparable or "nothing said" for project in (before, after))
        reasons.append(f"they were exported differently: {ours} before, {theirs} after")
    return tuple(reasons)


def compare_projects(before: Project, after: Project, effort: Effort | None = None) -> ProjectDiff:
    """Return what differs, part by part in the order of their paths.

    Within the effort (otherwise the default one) to the instruction; beyond it a part says that it
    differs and was not compared. `warnings` tell what makes the comparison doubtful.
    """
    effort = effort or Effort()
    folded = fold(before, after)
    ours, theirs = _by_key(folded.before.parts), _by_key(after.parts)
    parts: list[PartDiff] = []
    called_otherwise = _called_otherwise(ours, theirs)
    for key in sorted((ours.keys() | theirs.keys()) - set(called_otherwise.values())):
        if key in called_otherwise:
            parts.append(_same_under(ours[called_otherwise[key]], theirs[key]))
            continue
        old, new = ours.get(key), theirs.get(key)
        renames = folded.by_part.get(key[0], ()) if key[1] is not Language.LAYOUT else ()
        found = _part_diff(old, new, renames, effort)
        if found is not None:
            parts.append(replace(found, before=folded.originals.get(key, old)))
    warnings = (*differences_of_origin(before, after), *_unseen(ours, theirs))
    told = with_presets(_drawn(parts, ours, theirs), after)
    return ProjectDiff(tuple(told), folded.renames, warnings)


def _drawn(
    parts: Sequence[PartDiff], before: Mapping[Key, Part], after: Mapping[Key, Part]
) -> Iterator[PartDiff]:
    """Yield the parts, with the chart to draw: once, beside the logic where that differs."""
    logic = {part.path for part in parts if part.language in _CHARTS}
    for part in parts:
        key = (part.path, Language.LAYOUT)
        if part.language in _CHARTS or (part.language is key[1] and part.path not in logic):
            yield replace(part, drawn=(before.get(key), after.get(key)))
        else:
            yield part


def _unseen(before: Mapping[Key, Part], after: Mapping[Key, Part]) -> tuple[str, ...]:
    """Say which parts look the same only because nobody can read them; a hash would tell."""
    names = [
        part.name
        for key, part in after.items()
        if part.opaque and part.language is not Language.LISTING
        if key in before and before[key].text == part.text
    ]
    if not names:
        return ()
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    told = ", ".join(names[:_MOST_NAMED])
    return (f"nobody can tell whether these changed, they cannot be read: {told}{more}",)


def _by_key(parts: Iterable[Part]) -> Mapping[Key, Part]:
    return {(part.path, part.language): part for part in parts}


def _called_otherwise(before: Mapping[Key, Part], after: Mapping[Key, Part]) -> dict[Key, Key]:
    """Return the parts whose own name is all that is new: the new key and the old one."""
    gone = _by_content(part for key, part in before.items() if key not in after)
    new = _by_content(part for key, part in after.items() if key not in before)
    return {
        theirs[0]: gone[content][0]
        for content, theirs in new.items()
        if len(theirs) == 1 and len(gone.get(content, ())) == 1
    }


def _by_content(parts: Iterable[Part]) -> dict[object, list[Key]]:
    """Return the parts by all that they are but their own name; not those that hold too little."""
    found: dict[object, list[Key]] = {}
    for part in parts:
        title, _, text = part.text.partition("\n")
        if text and not part.opaque:
            title = title.replace(part.path[-1], "\0")
            content = (part.path[:-1], part.language, part.aspect, title, text)
            found.setdefault(content, []).append((part.path, part.language))
    return found


def _same_under(before: Part, after: Part) -> PartDiff:
    sentence = f"{_title(after)} was called {before.path[-1]}; it holds the same"
    change = severity.change(LogicKind.RENAMED_TAG, sentence)
    if severity.is_safety(after):
        change = severity.raised(change)
    return PartDiff(after.path, after.language, before, after, (change,))


def _part_diff(
    before: Part | None, after: Part | None, renames: Iterable[Rename], effort: Effort
) -> PartDiff | None:
    if before is None or after is None:
        return _on_one_side(before, after)
    told = [_renamed(rename) for rename in renames]
    if before.text == after.text and before.opaque == after.opaque and not told:
        return None
    found = _changed(before, after, effort)
    changes = (*told, *found.changes)
    if severity.is_safety(before) or severity.is_safety(after):
        changes = tuple(map(severity.raised, changes))
    return replace(found, changes=changes)


def _on_one_side(before: Part | None, after: Part | None) -> PartDiff | None:
    """Return a part that is new or gone, with all of its text."""
    part = after or before
    if part is None:
        return None
    change = severity.change(*_arrival(part) if after else _departure(part))
    if severity.is_safety(part):
        change = severity.raised(change)
    old, new = ([] if each is None else each.text.splitlines() for each in (before, after))
    lines = line_diffs(old, new, ())
    return PartDiff(part.path, part.language, before, after, (change,), lines=lines)


def _arrival(part: Part) -> tuple[LogicKind, str]:
    return _kind(part, LogicKind.ROUTINE_ADDED, LogicKind.PART_ADDED), f"{_title(part)} added"


def _departure(part: Part) -> tuple[LogicKind, str]:
    return _kind(part, LogicKind.ROUTINE_REMOVED, LogicKind.PART_REMOVED), f"{_title(part)} removed"


def _kind(part: Part, routine: LogicKind, other: LogicKind) -> LogicKind:
    if part.language is Language.LAYOUT:
        return LogicKind.LAYOUT
    if part.aspect is Aspect.VALUES:
        return LogicKind.VALUE
    return routine if part.language in _LOGIC else other


def _title(part: Part) -> str:
    """Return what a part calls itself, else its name."""
    first = part.text.partition("\n")[0]
    return shortened(first, _LONGEST_TITLE) if first else part.name


def _renamed(rename: Rename) -> LogicChange:
    places = "1 place" if rename.places == 1 else f"{rename.places} places"
    return severity.change(
        LogicKind.RENAMED_TAG, f"{rename.before} is called {rename.after} now, in {places} here"
    )


def _changed(before: Part, after: Part, effort: Effort) -> PartDiff:
    """Return how a part that is on both sides differs, each language in its own way."""
    found = PartDiff(after.path, after.language, before, after, ())
    if before.opaque or after.opaque:
        return _with_text(found, _opaque(before, after, effort))
    if before.text == after.text:
        return found
    if after.language is Language.LADDER:
        return _ladder(found, before, after, effort)
    if after.language in _TEXTS:
        return _with_text(found, _TEXTS[after.language](before.text, after.text, effort))
    if after.language is Language.LAYOUT:
        return replace(found, changes=(severity.change(LogicKind.LAYOUT, "drawn at other places"),))
    return _with_text(found, diff_declarations(before, after, effort))


def _with_text(found: PartDiff, text: TextDiff) -> PartDiff:
    return replace(found, changes=text.changes, lines=text.lines)


def _opaque(before: Part, after: Part, effort: Effort) -> TextDiff:
    """Say what is known of content that nobody can read: that it is another one."""
    old, new = before.text.splitlines(), after.text.splitlines()
    lines = line_diffs(old, new, align(old, new, effort).pairs)
    reason = after.opaque or before.opaque
    if before.text == after.text and before.opaque == after.opaque:
        return TextDiff((), ())
    if bool(before.opaque) != bool(after.opaque):
        how = "can be read no more" if after.opaque else "can be read now and could not before"
        sentence = f"its content {how} ({reason})"
    else:
        sentence = f"its content changed, in what cannot be read ({reason})"
    return TextDiff((severity.change(LogicKind.PROTECTED_CONTENT, sentence),), lines)


def _ladder(found: PartDiff, before: Part, after: Part, effort: Effort) -> PartDiff:
    """Compare what stands before the first rung by its lines, and then the rungs."""
    old_head, old_rungs = _cut(before.text)
    new_head, new_rungs = _cut(after.text)
    try:
        rungs = diff_rungs(ladder.parse(old_rungs), ladder.parse(new_rungs), effort)
    except BadFileError as error:
        return _with_text(found, _unread(before, after, effort, error))
    head = TextDiff((), ())
    if old_head != new_head:
        old, new = replace(before, text=old_head), replace(after, text=new_head)
        head = diff_declarations(old, new, effort)
    changes = (*head.changes, *(change for rung in rungs for change in rung.changes))
    if not changes:
        changes = (severity.change(LogicKind.LAYOUT, "written otherwise; every rung is as it was"),)
    return replace(found, changes=changes, rungs=rungs, lines=head.lines)


def _cut(text: str) -> tuple[str, str]:
    """Return the lines before the first rung, and the rest."""
    found = _RUNG.search(text)
    at = found.start() if found else len(text)
    return text[:at], text[at:]


def _unread(before: Part, after: Part, effort: Effort, error: BadFileError) -> TextDiff:
    old, new = before.text.splitlines(), after.text.splitlines()
    lines = line_diffs(old, new, align(old, new, effort).pairs)
    sentence = f"its text differs and cannot be taken apart: {error}"
    return TextDiff((severity.change(LogicKind.NOT_COMPARED, sentence),), lines)
