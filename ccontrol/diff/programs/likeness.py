"""How alike two rungs, series or instructions are, from 0 to 1. Weights only; decides nothing.

What an instruction works on weighs twice its mnemonic: people recognise a rung by its tags. The
weights were tried out (benchmarks.ladder_diff), not derived.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice
from operator import eq
from typing import TypeAlias

from ccontrol.logic.ladder.mnemonics import CONTRARIES, canonical, name, role
from ccontrol.logic.ladder.model import (
    Branch,
    Element,
    Instruction,
    Rung,
    Series,
    flat,
)

Bag: TypeAlias = frozenset[tuple[str, int]]
"""Tokens, each with a running number: so two sets' intersection counts what occurs twice."""

_WORD_OR_OP = re.compile(r"[\w:.\\#]+\(?")
_WORD = re.compile(r"[\w:.\\#]+")

_MOST_WORDS = 1000
"""A longer rung is known by its beginning."""

SAME_WORDS = 0.35
"""What an equal comment or title adds."""
SAME_OP = 0.35
OPPOSITE = 0.5
"""The same contact, negated."""
OTHER_OP = 0.45
"""Another instruction of the same role on the same operands: OTE became OTL."""
OPPOSITE_ELSEWHERE = 0.15
BRANCH = 0.15
"""Two branches with nothing in common."""


def bag(series: Series) -> Bag:
    """Return the mnemonics of a series, its operands, and the words in these."""
    return _bag(flat(series))


def rung_bag(rung: Rung) -> Bag:
    """Return the bag of a rung, or of the beginning of a very long one.

    Of one that could not be read it is nearly the same, by its text.
    """
    if rung.verbatim is None:
        return _bag(islice(flat(rung.elements), _MOST_WORDS))
    words = islice(_WORD_OR_OP.finditer(rung.verbatim), _MOST_WORDS)
    found = Counter(match.group() for match in words)
    return _numbered({word: n * (1 if word[-1] == "(" else 2) for word, n in found.items()})


def _bag(found: Iterable[Instruction]) -> Bag:
    words: list[str] = []
    for instruction in found:
        words.append(f"{name(instruction.op)}(")
        for operand in instruction.operands:
            words.append(operand)
            words += (operand,) if operand.isidentifier() else _WORD.findall(operand)
    return _numbered(Counter(words))


def _numbered(found: Mapping[str, int]) -> Bag:
    return frozenset((token, number) for token, count in found.items() for number in range(count))


def bags_alike(one: Bag, other: Bag) -> float:
    """Return the share of what both have (Dice's coefficient)."""
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 1.0


def rungs_alike(one: Rung, other: Rung, one_bag: Bag, other_bag: Bag) -> float:
    """Return how alike two rungs are; what their authors said of them counts, too."""
    words = [(one.comment, other.comment), (one.title, other.title)]
    bonus = SAME_WORDS if any(before and before == after for before, after in words) else 0.0
    return min(1.0, bags_alike(one_bag, other_bag) + bonus)


def elements_alike(one: Element, other: Element, one_bag: Bag, other_bag: Bag) -> float:
    """Return how alike two elements are; 0: they cannot be the same one, changed.

    The bags are asked for branches only.
    """
    if isinstance(one, Branch) or isinstance(other, Branch):
        if isinstance(one, Branch) and isinstance(other, Branch):
            return BRANCH + (1 - BRANCH) * bags_alike(one_bag, other_bag)
        return 0.0
    return _instructions_alike(one, other)


def _instructions_alike(one: Instruction, other: Instruction) -> float:
    before, after = name(one.op), name(other.op)
    if before == after:
        return SAME_OP + (1 - SAME_OP) * _share(one.operands, other.operands)
    if after in CONTRARIES.get(before, ()):
        return OPPOSITE if one.operands == other.operands else OPPOSITE_ELSEWHERE
    if one.operands and one.operands == other.operands and role(one) is role(other):
        return OTHER_OP
    return 0.0


def _share(before: tuple[str, ...], after: tuple[str, ...]) -> float:
    most = max(len(before), len(after))
    return sum(map(eq, before, after)) / most if most else 1.0


def with_one_name(series: Iterable[Element]) -> Series:
    """Return a series with one name for each instruction that has had several."""
    return tuple(map(_with_one_name, series))


def _with_one_name(element: Element) -> Element:
    if isinstance(element, Branch):
        return Branch(tuple(map(with_one_name, element.legs)))
    return Instruction(canonical(element.op), element.operands)
