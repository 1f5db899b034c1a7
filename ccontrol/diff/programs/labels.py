"""Labels of a statement list: known by where they lead, not by their names.

A CPU holds no names of labels: whoever reads its code makes some. Most number them, and one jump
more renames all that follow it. Here the labels of two versions are found to be one by the
statement that they stand before. Holds no judgement: a jump that leads elsewhere keeps a name of
its own, and so is seen.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.lines import align
from ccontrol.diff.programs.statements import Statement, Unit

Words: TypeAlias = tuple[str, ...]


def shared_names(
    before: Sequence[Unit], after: Sequence[Unit], effort: Effort
) -> Mapping[str, str]:
    """Return for each label of `after` the name by which `before` knows it.

    A label that stands nowhere in `before` gets a name that no label there has. Nothing is renamed
    where a label stands twice, as in a source of several blocks.
    """
    ours, theirs = _Flow(before), _Flow(after)
    if not (ours.places and theirs.places) or ours.ambiguous or theirs.ambiguous:
        return {}
    partners = dict(align(ours.steps, theirs.steps, effort).pairs)
    partners[len(ours.steps)] = len(theirs.steps)
    at_step = {step: label for label, step in theirs.places.items()}
    names: dict[str, str] = {}
    for label, step in ours.places.items():
        previous = partners.get(step - 1, -2) + 1 if step else 0
        for place in (partners.get(step, -1), previous):
            if place in at_step and at_step[place] not in names:
                names[at_step[place]] = label
                break
    return names | {label: f"{label} (new)" for label in theirs.places if label not in names}


def renamed(unit: Unit, names: Mapping[str, str]) -> Unit:
    """Return a unit whose labels, and the jumps to them, mean those names."""
    if not names:
        return unit
    return replace(unit, statements=tuple(_renamed(each, names) for each in unit.statements))


def _renamed(statement: Statement, names: Mapping[str, str]) -> Statement:
    label = _label(statement)
    if label in names:
        return replace(statement, words=(f"{names[label]}:",))
    if _leads(statement, names):
        return replace(statement, words=(statement.words[0], names[statement.words[1]]))
    return statement


class _Flow:
    """The statements of a text without its labels, and before which one each label stands."""

    def __init__(self, units: Sequence[Unit]) -> None:
        statements = [each for unit in units for each in unit.statements if not each.declares]
        labels = Counter(label for each in statements if (label := _label(each)))
        self.ambiguous = any(count > 1 for count in labels.values())
        self.steps: list[Words] = []
        self.places: dict[str, int] = {}
        for each in statements:
            label = _label(each)
            if label:
                self.places[label] = len(self.steps)
            else:
                self.steps.append(each.words[:1] if _leads(each, labels) else each.words)


def _label(statement: Statement) -> str:
    alone = len(statement.words) == 1 and statement.words[0].endswith(":")
    return statement.words[0][:-1] if alone else ""


def _leads(statement: Statement, labels: Mapping[str, object]) -> bool:
    """Tell whether it is a jump to one of the labels."""
    words = statement.words
    return len(words) == 2 and words[1] in labels and words[0][:1] in "JL"  # noqa: PLR2004 — JU, LOOP
