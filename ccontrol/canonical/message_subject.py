"""The one line by which people will know a change: what, in an engineer's words, folded to fit."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from ccontrol.canonical.phrases import (
    arrow,
    field_name,
    finding_name,
    first_clause,
    is_about_sight,
    name,
    short_name,
    sight_sentence,
)
from ccontrol.canonical.project_files import PROJECT, SENTENCES
from ccontrol.logic.printable import printable, shortened
from ccontrol.model.aspect import Aspect
from ccontrol.model.change import ECHOES, Change, ChangeSet, Difference, Kind
from ccontrol.model.record import Record

FITS = 72
"""What git's own tools show on one line: names are folded until it does."""
_STRETCHED = 110
"""What it may grow to before a whole phrase is left out."""
_LONGEST = 120
_LONGEST_TITLE = 32
_LONGEST_DETAIL = 32
_NAMES = (8, 5, 3, 2, 1)
_FACTS = frozenset({Kind.ADDED, Kind.REMOVED, Kind.CHANGED})
_WORDS = {
    "changed": "{} changed",
    "added": "{} added",
    "removed": "{} removed",
    "detail": "",
    "raised": "",
    "lost sight": "",
    "sight": "",
    "recompiled": "{} recompiled, same content",
    "regained": "{} readable again",
    "found": "{} first seen",
    "cleared": "",
    "values": "values of {} changed",
}
"""What is told, in this order; an empty sentence is made from the change itself."""
_PHRASES_AT_MOST = 20
_MORE = "; and more"
_PLACE = re.compile(r"(?P<of>rung|network|line) \d[^`]*?: ")
"""Where a change is, which may move: `network 3, line 141: `, `rung 12, was 11 (Motor): `."""
_BARE = re.compile(r"(?:added|removed|moved)\b")

_Phrase = Callable[[int], str]
"""How many names at most → the words."""


def subject(record: Record) -> str:
    """Return the subject: the controller, then what became of what, at most 72 wide if it can."""
    title = shortened(printable(record.title or record.controller_id), _LONGEST_TITLE)
    if record.changes.first:
        return f"{title}: {_first_sight(record.changes)}"
    changes = record.changes.changes
    head = f"{title}: "
    if changes and all(change.unit.kind == PROJECT for change in changes):
        return shortened(f"{head}{_project_file(changes)}", _LONGEST)
    phrases = list(_phrases(_telling(changes) or changes))[:_PHRASES_AT_MOST]
    if not phrases:
        return f"{head}nothing differs"
    return shortened(_fitting(head, phrases), _LONGEST)


def _project_file(changes: Sequence[Change]) -> str:
    """Return "project file Press.L5X: Main: contact Start inverted: XIC became XIO; and 2 more".

    The gravest stands first, as the record has it; what tags held is counted only where nothing
    else changed.
    """
    named, _, part = changes[0].unit.key.partition("//")
    file = f"project file {shortened(printable(named), _LONGEST_TITLE)}"
    if not part:
        return f"{file}: {first_clause(changes[0].reason)}"
    logic = [change for change in changes if change.aspect is not Aspect.VALUES]
    told = [clause for change in logic or changes for clause in change.reason.split(SENTENCES)]
    name = shortened(printable(part.rpartition("/")[2]), _LONGEST_TITLE)
    first = shortened(printable(_placeless(told[0])), _STRETCHED - len(file) - len(name))
    more = f"; and {len(told) - 1} more" if len(told) > 1 else ""
    return f"{file}: {name}: {first}{more}"


def _placeless(sentence: str) -> str:
    """Return a sentence without where it is, as far as it still says what it is about."""
    found = _PLACE.match(sentence)
    if found is None:
        return sentence
    rest = sentence[found.end() :]
    return f"{found['of']} {rest}" if _BARE.match(rest) else rest


def _first_sight(changes: ChangeSet) -> str:
    units = [
        change
        for change in changes.changes
        if change.kind is Kind.FOUND and not is_about_sight(change)
    ]
    unread = sum(change.aspect is Aspect.SIGHT for change in units)
    tail = f", {unread} of them not readable" if unread else ""
    raised = dict.fromkeys(
        finding_name(change) for change in changes.changes if change.kind is Kind.RAISED
    )
    told = [f"first sight, {len(units)} unit{'' if len(units) == 1 else 's'}{tail}", *raised]
    return shortened("; ".join(told), _LONGEST - _LONGEST_TITLE)


def _telling(changes: Sequence[Change]) -> list[Change]:
    """Leave out what only repeats the others, unless there is nothing else to tell."""
    named = [change for change in changes if change.unit.kind not in ECHOES]
    aspects = {change.aspect for change in named if change.kind in _FACTS}
    kinds = {change.unit.kind for change in changes if not is_about_sight(change)}
    counted = any(change.kind in {Kind.ADDED, Kind.REMOVED} for change in named)
    return [
        change
        for change in changes
        if not (is_about_sight(change) and _is_aside(change, kinds))
        and not (change.unit.kind in ECHOES and change.aspect in aspects)
        and not (change.aspect is Aspect.INVENTORY and counted)
    ]


def _is_aside(change: Change, kinds: set[str]) -> bool:
    """A list is told where none of its units is; how well an aspect is seen, where nothing is."""
    if change.unit.kind == "list":
        return change.kind is Kind.FOUND or change.unit.key in kinds
    return change.kind is Kind.FOUND or bool(kinds)


def _phrases(changes: Iterable[Change]) -> Iterator[_Phrase]:
    piles: dict[str, list[Change]] = {pile: [] for pile in _WORDS}
    for change in changes:
        piles[_pile(change)].append(change)
    for pile, words in _WORDS.items():
        if words:
            yield from _group(piles[pile], words)
        elif pile == "lost sight":
            yield from _lost(piles[pile])
        else:
            yield from (_said(_sentence(pile, change)) for change in piles[pile])


def _pile(change: Change) -> str:
    if is_about_sight(change):
        return "sight"
    if change.aspect is Aspect.VALUES and change.kind is Kind.CHANGED:
        return "values"
    return "detail" if _detail(change) else change.kind.value


def _sentence(pile: str, change: Change) -> str:
    match pile:
        case "detail":
            return _detail(change)
        case "sight":
            return sight_sentence(change)
        case "cleared":
            return f"{finding_name(change)} is over"
    return finding_name(change)


def _detail(change: Change) -> str:
    """Return "network card firmware 2.8 → 3.1" where one short field says it, else ""."""
    told = _headline(change) if change.kind is Kind.CHANGED else None
    if told is None or told.name.startswith("section "):
        return ""
    values = arrow(told)
    if len(values) > _LONGEST_DETAIL:
        return ""
    title, field = name(change), field_name(told)
    if change.aspect is Aspect.FIRMWARE and field == "version":
        field = "firmware"
    return f"{title} {values}" if title.lower().endswith(field) else f"{title} {field} {values}"


def _headline(change: Change) -> Difference | None:
    """Return the only difference, or the one that bears the name of the aspect itself."""
    if len(change.differences) == 1:
        return change.differences[0]
    named = (one for one in change.differences if one.name == change.aspect.value)
    return next(named, None)


def _group(changes: list[Change], words: str) -> Iterator[_Phrase]:
    if changes:
        yield lambda most: words.format(_names(changes, most))


def _lost(changes: list[Change]) -> Iterator[_Phrase]:
    reasons: dict[str, list[Change]] = {}
    for change in changes:
        reasons.setdefault(first_clause(change.reason), []).append(change)
    for reason, group in reasons.items():
        tail = f" ({reason})" if reason else ""
        yield from _group(group, "lost sight of {}" + tail.replace("{", "{{").replace("}", "}}"))


def _names(changes: Iterable[Change], most: int) -> str:
    names = list(dict.fromkeys(short_name(change) for change in changes))
    if len(names) <= most + 1:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"


def _said(text: str) -> _Phrase:
    return lambda _most: text


def _fitting(head: str, phrases: list[_Phrase]) -> str:
    """Return the first wording that fits: fewer and fewer names, then fewer phrases."""
    for most in _NAMES:
        told = list(dict.fromkeys(phrase(most) for phrase in phrases))
        if len(head) + len("; ".join(told)) <= FITS:
            return head + "; ".join(told)
    wanted = len(told)
    while len(told) > 1 and len(head) + len("; ".join(told)) > _STRETCHED - len(_MORE):
        told.pop()
    return head + "; ".join(told) + (_MORE if len(told) < wanted else "")
