"""Text logic held against each other statement by statement, whichever language it is.

A dialect cuts text into units (networks, or one for all) of statements and says what a difference
between two statements means; here is what all of them share: who is whom, moves, comments, layout.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ccontrol.diff.programs.changes import LineDiff, LogicChange, LogicKind, Place
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.lines import Gap, Pair, align, line_diffs
from ccontrol.diff.programs.severity import severity_of
from ccontrol.diff.programs.statement_pairs import likest, pair_up
from ccontrol.logic.printable import shortened

_LONGEST_QUOTE = 100
_MOVED_ALIKE = 0.6
"""Networks at different places that share less are not one that moved."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One instruction, statement or declaration."""

    line: int
    """Where it begins, counted from 1 over the whole text."""
    words: tuple[str, ...]
    """What it means, spelled in one way only: equal words, equal logic."""
    text: str
    """As its author spelled it, in one line."""
    declares: bool = False
    owner: int = 0
    """Of a parameter on a line of its own: the line of the call that it belongs to."""


@dataclass(frozen=True, slots=True)
class Comment:
    """Words for people."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A network; or all of a text whose language has none (number 0)."""

    number: int
    title: str
    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What a difference means, without the place."""

    kind: LogicKind
    sentence: str


class Dialect(Protocol):
    """One language of text logic."""

    respelled: LogicKind
    """What it is when two statements mean the same and are spelled otherwise."""

    def units(self, text: str) -> tuple[Unit, ...]:
        """Cut a text."""
        ...

    def changed(self, before: Statement, after: Statement) -> Said:
        """Say what it means that one statement became the other."""
        ...

    def moved(self, statement: Statement, was: Statement) -> Said:
        """Say what it means that a statement stands elsewhere."""
        ...

    def removed(self, statement: Statement) -> Said:
        """Say what it means that a statement is gone."""
        ...

    def added(self, statement: Statement, beside: Sequence[Statement]) -> Said:
        """Say what it means that a statement is new; `beside`: all that came with it."""
        ...


@dataclass(frozen=True, slots=True)
class TextDiff:
    """What changed in a text, and the lines to show."""

    changes: tuple[LogicChange, ...]
    lines: tuple[LineDiff, ...]


@dataclass(slots=True)
class _Loose:
    """Statements that found no partner: each new one with all that came beside it."""

    gone: list[Statement] = field(default_factory=list)
    new: list[tuple[Statement, list[Statement]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Sides:
    """A unit before and after."""

    before: Unit
    after: Unit

    def change(
        self, said: Said, before: int | None, after: int | None, *, line: bool = True
    ) -> LogicChange:
        """Return a change at these lines (None: not on this side)."""
        unit = self.before if after is None else self.after
        at = before if after is None else after
        network = f"network {unit.number}" if unit.number else ""
        titled = f"{network} ({unit.title})" if network and unit.title else network
        was = " of the old text" if after is None else ""
        places = (titled, f"line {at}{was}" if line and at is not None else "")
        where = ", ".join(place for place in places if place)
        return LogicChange(
            said.kind,
            severity_of(said.kind),
            f"{where}: {said.sentence}" if where else said.sentence,
            None if before is None else Place(self.before.number or before, self.before.title),
            None if after is None else Place(self.after.number or after, self.after.title),
        )


def diff_text(before: str, after: str, dialect: Dialect, effort: Effort) -> TextDiff:
    """Hold two texts of one dialect against each other."""
    old, new = before.splitlines(), after.splitlines()
    lines = line_diffs(old, new, align(old, new, effort).pairs)
    ours, theirs = dialect.units(before), dialect.units(after)
    changes = tuple(_unit_changes(ours, theirs, dialect, effort))
    if not changes and before != after:
        sentence = "laid out otherwise; every statement is as it was"
        changes = (LogicChange(LogicKind.LAYOUT, severity_of(LogicKind.LAYOUT), sentence),)
    return TextDiff(changes, lines)


def quoted(statement: Statement) -> str:
    """Return a statement as it stands in a sentence."""
    return f"`{shortened(statement.text, _LONGEST_QUOTE)}`"


def _unit_changes(
    before: Sequence[Unit], after: Sequence[Unit], dialect: Dialect, effort: Effort
) -> Iterator[LogicChange]:
    if len(before) == len(after) == 1:
        yield from _inside(_Sides(before[0], after[0]), dialect, effort)
        return
    found = align([_meaning(unit) for unit in before], [_meaning(unit) for unit in after], effort)
    pairs = list(found.pairs)
    for gap in found.gaps:
        ours = [_words(before[i]) for i in gap.before]
        theirs = [_words(after[j]) for j in gap.after]
        met = pair_up(ours, theirs, effort)
        pairs.extend((gap.before[i], gap.after[j]) for i, j in met)
    yield from _moved_units(before, after, pairs, effort)
    for i, j in sorted(pairs, key=lambda pair: pair[1]):
        yield from _inside(_Sides(before[i], after[j]), dialect, effort)
    yield from _lone_units(before, after, pairs)


def _meaning(unit: Unit) -> tuple[tuple[str, ...], ...]:
    return tuple(statement.words for statement in unit.statements)


def _words(unit: Unit) -> list[str]:
    """Return a unit's words for likeness: whole statements, the single words, and its title."""
    whole = [" ".join(statement.words) for statement in unit.statements]
    return [*whole, *(word for one in unit.statements for word in one.words), *unit.title.split()]


def _moved_units(
    before: Sequence[Unit], after: Sequence[Unit], pairs: list[tuple[int, int]], effort: Effort
) -> Iterator[LogicChange]:
    """Yield a move for each unit without a partner that stands elsewhere; pair the two."""
    ours, theirs = {i for i, _ in pairs}, {j for _, j in pairs}
    left = [i for i, unit in enumerate(before) if i not in ours and unit.statements]
    right = [j for j, unit in enumerate(after) if j not in theirs and unit.statements]
    old, new = {i: _words(before[i]) for i in left}, {j: _words(after[j]) for j in right}
    for i, j in likest(old, new, _MOVED_ALIKE, effort):
        pairs.append((i, j))
        said = Said(LogicKind.MOVED, f"moved; it was network {before[i].number}")
        sides = _Sides(before[i], after[j])
        yield sides.change(said, _first_line(before[i]), _first_line(after[j]), line=False)


def _lone_units(
    before: Sequence[Unit], after: Sequence[Unit], pairs: Sequence[tuple[int, int]]
) -> Iterator[LogicChange]:
    ours, theirs = {i for i, _ in pairs}, {j for _, j in pairs}
    for i, unit in enumerate(before):
        if i not in ours:
            said = Said(LogicKind.RUNG_REMOVED, f"network removed: {_summary(unit)}")
            yield _Sides(unit, unit).change(said, _first_line(unit), None, line=False)
    for j, unit in enumerate(after):
        if j not in theirs:
            said = Said(LogicKind.RUNG_ADDED, f"network added: {_summary(unit)}")
            yield _Sides(unit, unit).change(said, None, _first_line(unit), line=False)


def _summary(unit: Unit) -> str:
    texts = "; ".join(statement.text for statement in unit.statements)
    return f"`{shortened(texts, _LONGEST_QUOTE)}`" if texts else "without instructions"


def _first_line(unit: Unit) -> int:
    return unit.statements[0].line if unit.statements else 1


def _inside(sides: _Sides, dialect: Dialect, effort: Effort) -> Iterator[LogicChange]:
    before, after = sides.before.statements, sides.after.statements
    found = align([each.words for each in before], [each.words for each in after], effort)
    loose = _Loose()
    for gap in found.gaps:
        if not gap.compared:
            yield _not_compared(sides, gap)
            continue
        yield from _gap_changes(sides, gap, dialect, effort, loose)
    yield from _lone_statements(sides, dialect, loose)
    yield from _respelled(sides, dialect, found.pairs)
    if sides.before.title != sides.after.title:
        said = f'title "{sides.before.title}" became "{sides.after.title}"'
        lines = _first_line(sides.before), _first_line(sides.after)
        yield sides.change(Said(LogicKind.COMMENT, said), *lines, line=False)
    yield from _comment_changes(sides, effort)


def _respelled(sides: _Sides, dialect: Dialect, pairs: Sequence[Pair]) -> Iterator[LogicChange]:
    """Yield one change for all statements of a unit that are only spelled otherwise."""
    before, after = sides.before.statements, sides.after.statements
    spelled = [(before[i], after[j]) for i, j in pairs if before[i].text != after[j].text]
    if not spelled:
        return
    was, is_ = spelled[0]
    more = f", and {len(spelled) - 1} more so" if len(spelled) > 1 else ""
    sentence = f"{quoted(was)} is spelled {quoted(is_)}{more}"
    yield sides.change(Said(dialect.respelled, sentence), was.line, is_.line)


def _gap_changes(
    sides: _Sides, gap: Gap, dialect: Dialect, effort: Effort, loose: _Loose
) -> Iterator[LogicChange]:
    """Yield what was changed in a gap; what is only on one side is left loose."""
    ours = [sides.before.statements[i] for i in gap.before]
    theirs = [sides.after.statements[j] for j in gap.after]
    pairs = pair_up([each.words for each in ours], [each.words for each in theirs], effort)
    for i, j in pairs:
        yield sides.change(dialect.changed(ours[i], theirs[j]), ours[i].line, theirs[j].line)
    met, made = {i for i, _ in pairs}, {j for _, j in pairs}
    loose.gone.extend(each for i, each in enumerate(ours) if i not in met)
    beside = [each for j, each in enumerate(theirs) if j not in made]
    loose.new.extend((each, beside) for each in beside)


def _lone_statements(sides: _Sides, dialect: Dialect, loose: _Loose) -> Iterator[LogicChange]:
    """Yield what was moved, removed and added."""
    waiting: dict[tuple[str, ...], list[Statement]] = {}
    for statement in loose.gone:
        waiting.setdefault(statement.words, []).append(statement)
    arrived: list[tuple[Statement, list[Statement]]] = []
    for statement, beside in loose.new:
        if waiting.get(statement.words):
            was = waiting[statement.words].pop(0)
            yield sides.change(dialect.moved(statement, was), was.line, statement.line)
        else:
            arrived.append((statement, beside))
    calls = {statement.line for statement, _ in arrived}
    for statement, beside in arrived:
        if statement.owner not in calls:
            yield sides.change(dialect.added(statement, beside), None, statement.line)
    left = [statement for statements in waiting.values() for statement in statements]
    calls = {statement.line for statement in left}
    for statement in sorted(left, key=lambda each: each.line):
        if statement.owner not in calls:
            yield sides.change(dialect.removed(statement), statement.line, None)


def _not_compared(sides: _Sides, gap: Gap) -> LogicChange:
    old = [sides.before.statements[i].line for i in gap.before]
    new = [sides.after.statements[j].line for j in gap.after]
    sentence = (
        f"{len(old)} statements before and {len(new)} after differ; too many to be compared"
        " one by one"
    )
    return sides.change(Said(LogicKind.NOT_COMPARED, sentence), old[0], new[0])


def _comment_changes(sides: _Sides, effort: Effort) -> Iterator[LogicChange]:
    before, after = sides.before.comments, sides.after.comments
    found = align([each.text for each in before], [each.text for each in after], effort)
    for gap in found.gaps:
        ours = [before[i] for i in gap.before]
        theirs = [after[j] for j in gap.after]
        old = shortened(" ".join(each.text for each in ours), _LONGEST_QUOTE)
        new = shortened(" ".join(each.text for each in theirs), _LONGEST_QUOTE)
        if not ours:
            sentence = f'comment added: "{new}"'
        elif not theirs:
            sentence = f'comment removed: "{old}"'
        else:
            sentence = f'comment "{old}" became "{new}"'
        yield sides.change(
            Said(LogicKind.COMMENT, sentence),
            ours[0].line if ours else None,
            theirs[0].line if theirs else None,
        )
