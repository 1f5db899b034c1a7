"""Which bytes of the local stack an instruction touches, so that scratch is told from variables.

Direct accesses alone: what a pointer in a register leads to is not to be known from the code.
"""

import re
from collections.abc import Iterator

from ccontrol.logic.mc7.lines import Line
from ccontrol.logic.mc7.mnemonics import Spelling
from ccontrol.logic.mc7.opcodes import instructions

VIA_LOCAL = "P#V "
"""How a parameter begins that lies in the local stack of the caller."""
_LOCAL = re.compile(r"(?:^|\[)L([BWD]?) %d")
_BYTES = {"": 1, "B": 1, "W": 2, "D": 4}


def local_bytes(line: Line, words: tuple[int, ...]) -> Iterator[int]:
    """Yield the bytes of the local stack that it names; of a parameter the first one."""
    for parameter in line.parameters:
        if parameter.startswith(VIA_LOCAL):
            yield int(parameter.removeprefix(VIA_LOCAL).partition(".")[0])
    at = line.at // 2
    known = instructions(Spelling.ENGLISH)[words[at]] if at + 1 < len(words) else None
    if known is not None and "L" in known.operand and (area := _LOCAL.search(known.operand)):
        yield from range(words[at + 1], words[at + 1] + _BYTES[area[1]])
