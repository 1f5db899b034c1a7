"""Which bytes of the local stack an instruction touches, so that scratch is told from variables.

Direct accesses alone: what a pointer in a register leads to is not to be known from the code.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from ccontrol.logic.mc7.lines import Line
from ccontrol.logic.mc7.mnemonics import Spelling
from ccontrol.logic.mc7.opcodes import instructions

VIA_LOCAL = "P#V "
"""How a parameter begins that lies in the local stack of the caller."""
_LOCAL = re.compile(r"(?:^|\[)L([BWD]?) %d")
_BYTES = {"": 1, "B": 1, "W": 2, "D": 4}


def local_bytes(line: Line, words: tuple[int, ...]) -> Sequence[int]:
    """Return the bytes of the local stack that it names; of a parameter the first one."""
    at = line.at // 2
    size = _sizes()[words[at]] if at + 1 < len(words) else 0
    direct = range(words[at + 1], words[at + 1] + size) if size else ()
    return (*direct, *_pointed(line)) if line.parameters else direct


def touching(lines: Iterable[Line], words: tuple[int, ...]) -> Iterator[tuple[Line, Sequence[int]]]:
    """Yield each line that names bytes of the local stack, and those."""
    sizes, last = _sizes(), len(words) - 1
    for line in lines:
        at = line.at // 2
        if line.parameters or (at < last and sizes[words[at]]):
            yield line, local_bytes(line, words)


def _pointed(line: Line) -> Iterator[int]:
    for parameter in line.parameters:
        if parameter.startswith(VIA_LOCAL):
            yield int(parameter.removeprefix(VIA_LOCAL).partition(".")[0])


@cache
def _sizes() -> bytes:
    """By the first word of an instruction: how many bytes of the local stack its second names."""
    sizes = bytearray(0x1_0000)
    for word, known in enumerate(instructions(Spelling.ENGLISH)):
        if known is not None and (area := _LOCAL.search(known.operand)):
            sizes[word] = _BYTES[area[1]]
    return bytes(sizes)
