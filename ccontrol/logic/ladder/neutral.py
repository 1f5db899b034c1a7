"""Rockwell's neutral rung text, `XIC(a)[XIO(b) ,XIC(c) ]OTE(d);`, to a tree and back.

Grammar: 1756-RM014 (Logix 5000 import/export), held against the corpus. Never recurses while it
reads, and takes time linear in the text. Knows no instruction: any name with operands is one.
"""

import re

from ccontrol.errors import BadFileError
from ccontrol.logic.ladder.model import Branch, Element, Instruction, Rung, Series
from ccontrol.logic.ladder.operands import PLAIN, cut, cut_plain

MOST_DEPTH = 64
"""Branches within branches; Studio 5000 draws 6, real rungs have 5."""

_HINT = "Open the project in its engineering tool; a rung that cannot be read is kept as it stands."
_STEP = re.compile(
    rf"\s*+(?:([\[\],;])|([A-Za-z_\\][A-Za-z0-9_:.\\]*+)\s*+(?:(\()(?:({PLAIN})(\)))?+)?+)"
)
_MARK, _OP, _OPENED = range(1, 4)


def parse(text: str) -> Series:
    """Return a rung's elements. Raises BadFileError with the place where it cannot be read."""
    series: list[Element] = []
    outer: list[tuple[list[Element], list[Series]]] = []
    at = 0
    while match := _STEP.match(text, at):
        at = match.end()
        mark, op, opened, plain, closed = match.groups()
        if closed is not None:
            series.append(Instruction(op, cut_plain(plain)))
        elif opened is not None:
            instruction, at = _instruction(op, text, match.start(_OPENED))
            series.append(instruction)
        elif op is not None:
            series.append(Instruction(op, bare=True))
            at = match.end(_OP)
        elif mark == ";":
            break
        else:
            series = _branch(mark, series, outer, match.start(_MARK))
    if outer:
        raise _bad("a branch does not end", len(text))
    if text[at:].strip():
        raise _bad("neither an instruction nor a branch", at)
    return tuple(series)


def read_rung(text: str, comment: str = "", type: str = "N") -> Rung:  # noqa: A002 — Rung's word
    """Return a rung of that text; one that cannot be read stands in it verbatim.

    The line breaks that Studio 5000 puts around each text are nobody's.
    """
    comment = comment.strip("\n")
    try:
        return Rung(parse(text), comment, type)
    except BadFileError:
        return Rung((), comment, type, verbatim=text.strip("\n"))


def write(series: Series) -> str:
    """Return the text of a rung as Studio 5000 writes it; parse() gives the same series back.

    True of everything that parse() returns. A name or operand from another family that means
    something here (a lone bracket, a comma) comes back as something else: see `text` for those.
    """
    return f"{''.join(map(_text_of, series)).rstrip()};"


def _instruction(op: str, text: str, opened: int) -> tuple[Instruction, int]:
    """Return one whose operands are more than plain; `opened` is where their parenthesis is."""
    found = cut(text, opened + 1)
    if found is None:
        raise _bad(f"the operands of {op[:40]} do not end", opened)
    return Instruction(op, found[0]), found[1]


def _branch(
    mark: str, series: list[Element], outer: list[tuple[list[Element], list[Series]]], at: int
) -> list[Element]:
    """Open, go on with or close a branch; return the series that goes on."""
    if mark == "[":
        if len(outer) == MOST_DEPTH:
            raise _bad(f"more than {MOST_DEPTH} branches within each other", at)
        outer.append((series, []))
        return []
    if not outer:
        raise _bad(f"{mark!r} outside a branch", at)
    before, legs = outer[-1]
    legs.append(tuple(series))
    if mark == ",":
        return []
    outer.pop()
    before.append(Branch(tuple(legs)))
    return before


def _text_of(element: Element) -> str:
    if isinstance(element, Instruction):
        return f"{element.op} " if element.bare else f"{element.op}({','.join(element.operands)})"
    legs = ("".join(f"{_text_of(one).rstrip()} " for one in leg) for leg in element.legs)
    return f"[{','.join(legs)}]"


def _bad(what: str, at: int) -> BadFileError:
    return BadFileError(f"rung text, character {at + 1}: {what}", hint=_HINT)
