"""Hashes over a list that only grows (RFC 6962, section 2.1): roots, proofs, their checks. Pure.

A whole subtree is named by its level and number: (0, n) is entry n, (k, n) the 2^k entries from
n·2^k on. Where such hashes are kept is ref_log's business.
"""

import hashlib
from collections.abc import Callable, Sequence

HASH_BYTES = 32
EMPTY = hashlib.sha256(b"").digest()
"""The root of a list without entries."""

Subtree = Callable[[int, int], bytes]
"""Level and number of a whole subtree → its hash."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry; it can never be taken for one of two subtrees."""
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbouring subtrees."""
    return hashlib.sha256(b"\1" + left + right).digest()


def position(level: int, number: int) -> int:
    """Return where a subtree's hash stands when every entry is followed by what it completes."""
    last = ((number + 1) << level) - 1
    return stored(last) + level


def stored(size: int) -> int:
    """Return how many hashes of whole subtrees a list of this size has, entries included."""
    return 2 * size - size.bit_count()


def completed(index: int, leaf: bytes, subtree: Subtree) -> list[bytes]:
    """Return what entry `index` adds: its own hash, then that of each subtree that it completes."""
    found, level = [leaf], 0
    while index >> level & 1:
        found.append(node_hash(subtree(level, (index >> level) - 1), found[-1]))
        level += 1
    return found


def root(size: int, subtree: Subtree) -> bytes:
    """Return the hash that stands for the first `size` entries."""
    return _span(0, size, subtree) if size else EMPTY


def consistency_proof(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """Return what shows that the first `old` of `new` entries are what they were."""
    if old == 0:
        return []
    start, end, found = 0, new, []
    while old != end:
        middle = start + _half(end - start)
        if old <= middle:
            found.append(_span(middle, end, subtree))
            end = middle
        else:
            found.append(_span(start, middle, subtree))
            start = middle
    if start:
        found.append(_span(start, end, subtree))
    return found[::-1]


def is_consistent(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether a proof shows that one list is the beginning of another, by their roots."""
    if new == 0 and new_root != EMPTY:
        return False
    if old in {0, new}:
        return not proof and (old_root == EMPTY if old == 0 else old_root == new_root)
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    if not 0 < old < new or not hashes:
        return False
    number, last = old - 1, new - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    return _both(number, last, hashes) == (old_root, new_root)


def _both(number: int, last: int, hashes: list[bytes]) -> tuple[bytes, bytes] | None:
    """Follow a proof up to both roots (RFC 9162, section 2.1.4.2); None when it does not end."""
    older = newer = hashes[0]
    for each in hashes[1:]:
        if last == 0:
            return None
        if number & 1 or number == last:
            older, newer = node_hash(each, older), node_hash(each, newer)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            newer = node_hash(newer, each)
        number, last = number >> 1, last >> 1
    return (older, newer) if last == 0 else None


def _span(start: int, end: int, subtree: Subtree) -> bytes:
    """Hash the entries from `start` to before `end`: a part as the tree divides itself."""
    pieces = []
    while start < end:
        level = (end - start).bit_length() - 1
        pieces.append(subtree(level, start >> level))
        start += 1 << level
    found = pieces.pop()
    while pieces:
        found = node_hash(pieces.pop(), found)
    return found


def _half(size: int) -> int:
    """Return the largest power of two below a size of at least 2."""
    return 1 << ((size - 1).bit_length() - 1)
