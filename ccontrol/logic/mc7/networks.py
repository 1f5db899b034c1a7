"""Where the networks of a code block begin: its additional part. Pure and total."""

import struct
from itertools import accumulate
from typing import NamedTuple

_COUNT = struct.Struct("<H")


class Networks(NamedTuple):
    """Where networks begin, as bytes of the code, rising; one may be empty."""

    starts: tuple[int, ...]
    trusted: bool
    """False where the block's list does not add up to its code: it is one network then."""


def network_starts(additional: bytes, code_bytes: int) -> Networks:
    """Read a list of networks: their number, then the length of each in bytes, little endian.

    The lengths of the real blocks add up to the code without its closing BE; an empty block has
    none. What follows the list (the places of jumps, for the editor) is not needed.
    """
    if len(additional) < _COUNT.size:
        return Networks((0,), trusted=not additional)
    (count,) = _COUNT.unpack_from(additional)
    if not count:
        return Networks((0,), trusted=code_bytes <= _COUNT.size)
    if count > len(additional) // _COUNT.size - 1:
        return Networks((0,), trusted=False)
    lengths = struct.unpack_from(f"<{count}H", additional, _COUNT.size)
    if code_bytes - sum(lengths) not in (0, _COUNT.size):
        return Networks((0,), trusted=False)
    return Networks(tuple(accumulate(lengths[:-1], initial=0)), trusted=True)
