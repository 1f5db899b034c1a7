"""Names for the places that jumps lead to, made so that an edit elsewhere leaves them alone.

The CPU holds none, and numbers would rename every label after a new one: one jump more would be a
diff of hundreds of lines. So a name is made from what stands there: from the instruction itself,
with as few of its neighbours as tell it from other such places. Where jumps lead is no part of it.
Four characters, as STEP 7 has them; the same in every language of mnemonics.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import count
from zlib import crc32

from ccontrol.logic.mc7.lines import NO_TARGET, Line

PLACE = "?"
"""Label of a line that has none yet."""
RADII = (0, 1, 2, 4, 8)
"""How many neighbours on either side a name is made from: the fewest that do."""
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NAMES = len(_DIGITS) ** 3
"""More than any block has instructions."""
_OPCODE_BYTES = 2


def labelled(lines: Sequence[Line], code: bytes) -> list[Line]:
    """Return the lines, each `PLACE` and each jump that leads there with a name. Linear.

    `code` is that of the lines.
    """
    places = [index for index, line in enumerate(lines) if line.label]
    if not places:
        return list(lines)
    said = [_said(line, code) for line in lines]
    names = {lines[index].at: name for index, name in _names(places, said).items()}
    return [_named(line, names) for line in lines]


def _said(line: Line, code: bytes) -> bytes:
    """Return what a line does: its bytes without the way that it jumps.

    Of a folded call the name of its block: the places of its scratch are not shown, either.
    """
    if line.op == "CALL":
        return line.operand.encode("ascii")
    size = line.size if line.target == NO_TARGET else _OPCODE_BYTES
    return code[line.at : line.at + size]


def _names(places: Sequence[int], said: Sequence[bytes]) -> dict[int, str]:
    names: dict[int, str] = {}
    taken: set[str] = set()
    left = places
    around: dict[int, bytes] = {}
    for radius in RADII:
        around = {at: b"/".join(said[max(0, at - radius) : at + radius + 1]) for at in left}
        found = {at: _name(text) for at, text in around.items()}
        shared = Counter(found.values())
        names |= {at: name for at, name in found.items() if shared[name] == 1 and name not in taken}
        taken.update(names.values())
        left = [at for at in left if at not in names]
    alike: dict[bytes, int] = defaultdict(int)
    for at in left:
        names[at] = _next(around[at], alike[around[at]], taken)
        alike[around[at]] += 1
        taken.add(names[at])
    return names


def _next(text: bytes, ordinal: int, taken: set[str]) -> str:
    """Return a free name for one of several places that are alike, by its ordinal among them."""
    tries = (_name(b"%b#%d.%d" % (text, ordinal, each)) for each in count())
    return next(name for name in tries if name not in taken)


def _name(text: bytes) -> str:
    high, low = divmod(crc32(text) % _NAMES, len(_DIGITS))
    first, second = divmod(high, len(_DIGITS))
    return f"M{_DIGITS[first]}{_DIGITS[second]}{_DIGITS[low]}"


def _named(line: Line, names: Mapping[int, str]) -> Line:
    if line.label:
        line = line._replace(label=names[line.at])
    return line._replace(operand=names[line.target]) if line.target in names else line
