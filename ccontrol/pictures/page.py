"""Two projects held against each other → one HTML file for a browser or a printer.

No script, nothing from outside, and a policy within it by which a browser lets nothing of the kind
happen. Every word of the projects is escaped. What does not fit on a usable page is counted, with
where it can be seen.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from ccontrol.diff.programs.changes import LogicChange, LogicKind, PartDiff, ProjectDiff
from ccontrol.model.judgement import Severity
from ccontrol.pictures.frame import framed
from ccontrol.pictures.lettering import safe
from ccontrol.pictures.marks import Mark
from ccontrol.pictures.page_parts import Shown, part_body

_MOST_IN_CONTENTS = 2000
_OPEN_PARTS = 40
_WHERE = "`ccontrol diff` and `ccontrol compare` print every one of them."
_MEANINGS = {
    Mark.ADDED: "added (thick line)",
    Mark.REMOVED: "removed (dashed)",
    Mark.CHANGED: "changed (double)",
    Mark.MOVED: "moved (dotted)",
    Mark.SAME: "written otherwise, does the same",
}


def page(diff: ProjectDiff, before_title: str, after_title: str) -> str:
    """Return the whole page; the titles say what the two were and when."""
    shown = Shown()
    parts = [
        _part(part, number, shown, is_open=number <= _OPEN_PARTS and _matters(part))
        for number, part in enumerate(diff.parts, 1)
    ]
    title = f"{safe(before_title)} → {safe(after_title)}"
    body = "".join(
        (
            f"<h1>{title}</h1>",
            *_summary(diff),
            *_contents(diff.parts),
            *_left_out(shown),
            *parts,
        )
    )
    return framed(title, body)


def _summary(diff: ProjectDiff) -> Iterator[str]:
    counts = Counter(change.severity for change in diff.changes)
    if not counts:
        yield "<p>No difference.</p>"
    else:
        told = ", ".join(
            f"{counts[severity]} {severity.word}"
            for severity in sorted(Severity, reverse=True)
            if counts[severity]
        )
        total = counts.total()
        yield f"<p>{total} change{'' if total == 1 else 's'}: {told}.</p>"
        if not diff.changes_logic:
            yield "<p>What the controller does is the same: only words and drawings differ.</p>"
    for warning in diff.warnings:
        yield f'<p class="notice">Doubtful: {safe(warning)}</p>'
    for rename in diff.renames:
        names = f"{safe(rename.before)} is called {safe(rename.after)} now"
        yield f"<p>{names}, in {rename.places} place{'' if rename.places == 1 else 's'}.</p>"
    legend = "".join(
        f'<span class="{mark.value}"><b>{mark.sign}</b>{words}</span>'
        for mark, words in _MEANINGS.items()
    )
    yield f'<p class="legend">{legend}</p>'


def _contents(parts: tuple[PartDiff, ...]) -> Iterator[str]:
    if not parts:
        return
    yield "<h3>Parts</h3><table><tr><th>gravest</th><th>changes</th><th>part</th></tr>"
    for number, part in enumerate(parts[:_MOST_IN_CONTENTS], 1):
        yield (
            f'<tr><td>{_severity(part.changes)}</td><td class="count">{len(part.changes)}</td>'
            f'<td class="path"><a href="#part-{number}">{_name(part)}</a></td></tr>'
        )
    yield "</table>"
    if len(parts) > _MOST_IN_CONTENTS:
        more = len(parts) - _MOST_IN_CONTENTS
        yield f'<p class="notice">{more} more parts are not listed here. {_WHERE}</p>'


def _left_out(shown: Shown) -> Iterator[str]:
    for budget, what in (
        (shown.pictures, "Rungs and charts that this page does not draw"),
        (shown.lines, "Lines of text that this page does not show"),
        (shown.sentences, "Changes that this page does not tell"),
    ):
        if budget.left_out:
            yield f'<p class="notice">{what}: {budget.left_out}. {_WHERE}</p>'


def _matters(part: PartDiff) -> bool:
    """Tell whether a part is shown at once; what holds values, or words only, unfolds on demand."""
    return any(
        change.severity > Severity.INFO and change.kind is not LogicKind.VALUE
        for change in part.changes
    )


def _part(part: PartDiff, number: int, shown: Shown, *, is_open: bool) -> str:
    count = f"{len(part.changes)} change{'' if len(part.changes) == 1 else 's'}"
    head = f'{_severity(part.changes)}<h2 class="path">{_name(part)}</h2>'
    return (
        f'<details id="part-{number}"{" open" if is_open else ""}><summary>{head} '
        f'<span class="quiet">{count}</span></summary>{part_body(part, shown)}</details>\n'
    )


def _name(part: PartDiff) -> str:
    return f"{safe('/'.join(part.path))} ({part.language.value})"


def _severity(changes: Iterable[LogicChange]) -> str:
    grave = max((change.severity for change in changes), default=Severity.INFO)
    return f'<span class="severity {grave.word}">{grave.word}</span>'
