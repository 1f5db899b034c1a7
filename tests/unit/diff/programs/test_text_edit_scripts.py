"""Random edits of made programs, whose truth is known: every inverted contact is told as one."""

import random
from collections.abc import Callable

import pytest

from ccontrol.diff.programs.changes import LogicKind
from ccontrol.diff.programs.effort import Effort
from ccontrol.diff.programs.st import diff_st
from ccontrol.diff.programs.statements import TextDiff
from ccontrol.diff.programs.stl import diff_stl

SCRIPTS = 150
Text = list[list[str]]
"""Networks or blocks of lines."""


def stl(dice: random.Random) -> Text:
    networks: Text = []
    for number in range(1, 15):
        lines = [f"NETWORK {number}"]
        for _ in range(dice.randrange(2, 7)):
            op = dice.choice(["A ", "AN", "A ", "O "])
            lines.append(
                f"      {op}    {dice.choice('IM')} {dice.randrange(30)}.{dice.randrange(8)}"
            )
        lines.append(f"      L     {dice.randrange(1000)}")
        lines.append(f"      =     Q {number}.{dice.randrange(8)}")
        networks.append(lines)
    return networks


def structured(dice: random.Random) -> Text:
    return [
        [
            (
                f"IF {'NOT ' if dice.random() < 0.5 else ''}in{dice.randrange(40)} AND "
                f"x{dice.randrange(40)} > {dice.randrange(99)} THEN"
            ),
            f"  out{number} := {dice.randrange(1000)};",
            f"  Timer{dice.randrange(5)}(IN := in{dice.randrange(40)});",
            "END_IF;",
        ]
        for number in range(20)
    ]


def inverted_stl(line: str) -> str:
    for op, other in (("AN", "A "), ("A ", "AN"), ("O ", "ON")):
        if line.startswith(f"      {op}  "):
            return line.replace(op, other, 1)
    return line


def inverted_st(line: str) -> str:
    if not line.startswith("IF "):
        return line
    return line.replace("IF NOT ", "IF ") if "NOT" in line else line.replace("IF ", "IF NOT ")


def shuffled(text: Text, dice: random.Random, *, keep: set[int]) -> Text:
    """The text with other blocks gone, new, or with another constant."""
    edited: Text = []
    for index, block in enumerate(text):
        if index in keep:
            edited.append(block)
            continue
        chance = dice.random()
        if chance < 0.1:
            continue
        if chance < 0.2:
            edited.append([line.replace(" 1", " 7") for line in block])
            continue
        if chance < 0.3:
            edited.append([line.replace("2", "5") for line in block])
        edited.append(block)
    return edited


@pytest.mark.parametrize(
    ("made", "inverted", "compared"),
    [(stl, inverted_stl, diff_stl), (structured, inverted_st, diff_st)],
    ids=["stl", "st"],
)
def test_every_inverted_contact_is_told_whatever_else_was_edited(
    made: Callable[[random.Random], Text],
    inverted: Callable[[str], str],
    compared: Callable[[str, str, Effort], TextDiff],
) -> None:
    told, done = 0, 0
    for seed in range(SCRIPTS):
        dice = random.Random(seed)
        text = made(dice)
        at = dice.randrange(len(text))
        lines = list(text[at])
        row = next(n for n, line in enumerate(lines) if inverted(line) != line)
        lines[row] = inverted(lines[row])
        after = shuffled([*text[:at], lines, *text[at + 1 :]], dice, keep={at})
        found = compared(
            "\n".join(sum(text, ["HEAD"])) + "\n", "\n".join(sum(after, ["HEAD"])) + "\n", Effort()
        )
        done += 1
        told += any(
            change.kind is LogicKind.INVERTED_CONTACT
            and " ".join(lines[row].split())[:30] in change.sentence
            for change in found.changes
        )
    assert done == SCRIPTS
    assert told / done >= 0.995, f"{told} of {done}"
