"""Cut the operands of an instruction apart, as Rockwell's neutral text and our own text do.

Commas within parentheses, brackets and quotes belong to an operand: `CMP(a > (b, c))`, `x[1,2]`.
Knows nothing of instructions.
"""

import re

PLAIN = r"(?:[^()\[\]'\"]++|\[[^()\[\]'\",]*+\])*+"
"""A list of operands that may be cut at every comma. Possessive: never tries a second way."""

_PIECE = re.compile(r"\"(?:\$.|[^\"$])*+\"|'(?:\$.|[^'$])*+'|[()\[\]'\",]", re.DOTALL)
_SIMPLE = re.compile(r"[^()\[\]'\",\s]++(?:,[^()\[\]'\",\s]++)*+")
"""Operands that a comma ends and nothing else could: most of them. Others are cut, to see."""
_DEEPER = frozenset("([")
_QUOTES = frozenset("'\"")


def cut(text: str, start: int) -> tuple[tuple[str, ...], int] | None:
    """Return the operands that begin at `start`, behind "(", and where it goes on behind ")".

    Blanks around an operand are nobody's and left out. None: there is no end to them.
    """
    depth, operand_at = 0, start
    found: list[str] = []
    for match in _PIECE.finditer(text, start):
        sign = match.group()
        if sign in _DEEPER:
            depth += 1
        elif sign == ")" and depth == 0:
            found.append(text[operand_at : match.start()].strip())
            return (() if found == [""] else tuple(found)), match.end()
        elif sign in {")", "]"}:
            depth -= 1
        elif sign in _QUOTES:
            return None  # a quote that nothing closes
        elif sign == "," and depth == 0:
            found.append(text[operand_at : match.start()].strip())
            operand_at = match.end()
        if depth < 0:
            return None  # a bracket that nothing opened
    return None


def cut_plain(text: str) -> tuple[str, ...]:
    """Return the operands of a list that matched PLAIN."""
    if not text or text.isspace():
        return ()
    return tuple([operand.strip() for operand in text.split(",")])


def joined(operands: tuple[str, ...]) -> str | None:
    """Return them as one list; None when cutting it would not give the same operands back."""
    text = ",".join(operands)
    if _SIMPLE.fullmatch(text) and text.count(",") == len(operands) - 1:
        return text
    if not operands or cut(f"{text})", 0) == (operands, len(text) + 1):
        return text
    return None
