"""A machine for the kernel's packet filters, to hold programs against: classic BPF, as far as used.

Made from the description of its instructions alone (Linux, filter.rst); knows nothing of ours.
"""

from collections.abc import Sequence

LOADS = {0x20: 4, 0x28: 2, 0x30: 1, 0x40: 4, 0x48: 2, 0x50: 1, 0xB1: 1}
"""Instructions that read the packet, and how many bytes; the last: an IPv4 header's length."""


def run(program: Sequence[tuple[int, int, int, int]], packet: bytes) -> int:
    """How many bytes of the packet the program lets pass; 0: it is rejected."""
    at = accumulator = index = 0
    while True:
        code, yes, no, k = program[at]
        at += 1
        match code & 0x07:
            case 6:  # return
                return k
            case 4:
                accumulator = calculated(code, accumulator, index if code & 0x08 else k)
            case 5:
                at += jumped(code, accumulator, k, yes, no)
            case _ if code in LOADS:
                value = loaded(code, packet, k, index)
                if value is None:
                    return 0
                accumulator, index = (accumulator, value) if code == 0xB1 else (value, index)
            case _:
                accumulator, index = moved(code, accumulator, index, k)


def loaded(code: int, packet: bytes, k: int, index: int) -> int | None:
    """What stands in the packet; None beyond its end."""
    size = LOADS[code]
    begin = k + (index if code & 0xE0 == 0x40 else 0)
    piece = packet[begin : begin + size]
    if len(piece) < size:
        return None
    return 4 * (piece[0] & 0x0F) if code == 0xB1 else int.from_bytes(piece, "big")


def moved(code: int, accumulator: int, index: int, k: int) -> tuple[int, int]:
    match code:
        case 0x01:
            return accumulator, k
        case 0x07:
            return accumulator, accumulator
        case 0x87:
            return index, index
    raise AssertionError(f"no such instruction: {code:#x}")


def calculated(code: int, left: int, right: int) -> int:
    match code & 0xF0:
        case 0x00:
            return (left + right) & 0xFFFFFFFF
        case 0x50:
            return left & right
        case 0x60:
            return (left << right) & 0xFFFFFFFF
    raise AssertionError(f"no such calculation: {code:#x}")


def jumped(code: int, accumulator: int, k: int, yes: int, no: int) -> int:
    match code & 0xF0:
        case 0x00:
            return k
        case 0x10:
            return yes if accumulator == k else no
        case 0x40:
            return yes if accumulator & k else no
    raise AssertionError(f"no such jump: {code:#x}")
