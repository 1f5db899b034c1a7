"""Laws of the statement list: any bytes are read, all of them, and no two codes look alike."""

import time
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccontrol.logic.mc7 import constants, opcodes
from ccontrol.logic.mc7.addressed import Form
from ccontrol.logic.mc7.code import disassemble
from ccontrol.logic.mc7.labels import RADII
from ccontrol.logic.mc7.lines import Listing
from ccontrol.logic.mc7.mnemonics import Spelling
from ccontrol.logic.mc7.networks import network_starts
from tests.laws import examples

SOON_S = 5.0
TABLE = opcodes.instructions(Spelling.ENGLISH)
KNOWN = [word for word, known in enumerate(TABLE) if known]
WORDS = st.integers(0, 0xFFFF)
STARTS = st.lists(st.integers(0, 200), max_size=4).map(lambda more: (0, *sorted(more)))
CALLS = ["1001", "41600000", "30030001", "7e660001", "3d60", "700b0004", "87000008", "1002", "fb7c"]


@st.composite
def programs(draw: st.DrawFn) -> bytes:
    """Instructions that exist, with whatever operands, calls among them, whole or torn."""
    pieces = draw(st.lists(st.one_of(
        st.sampled_from(KNOWN).flatmap(_whole),
        st.sampled_from(CALLS).map(bytes.fromhex),
        st.just(bytes.fromhex("".join(CALLS[:-1]))),
        st.binary(max_size=4),
    ), max_size=40))  # fmt: skip
    return b"".join(pieces)


def _whole(word: int) -> st.SearchStrategy[bytes]:
    known = TABLE[word]
    assert known is not None
    more = known.size - 2
    return st.binary(min_size=more, max_size=more).map(lambda rest: word.to_bytes(2, "big") + rest)


def _tiles(listing: Listing, code: bytes) -> bool:
    lines = [line for network in listing.networks for line in network.lines]
    ends = [line.at + line.size for line in lines]
    whole = len(code) if not lines or ends[-1] == len(code) else len(code) - 2
    return [line.at for line in lines] == [0, *ends][: len(lines)] and (
        not lines or ends[-1] == whole
    )


@given(st.one_of(st.binary(max_size=400), programs()), STARTS, st.sampled_from(Spelling))
@settings(max_examples=examples(300))
def test_whatever_the_bytes_are_every_one_stands_in_one_line(
    code: bytes, starts: Sequence[int], spelling: Spelling
) -> None:
    for fold in (True, False):
        listing = disassemble(code, starts, spelling=spelling, fold=fold)
        assert _tiles(listing, code)
        assert len(listing.networks) == len(starts)
        assert all(line.isascii() and line.isprintable() for line in listing.text())


@given(st.binary(max_size=60), st.integers(0, 0xFFFF))
def test_whatever_the_list_of_networks_is_it_is_read(additional: bytes, size: int) -> None:
    starts = network_starts(additional, size).starts
    assert starts[0] == 0
    assert list(starts) == sorted(starts)
    assert starts[-1] <= size


@pytest.mark.parametrize(
    "piece",
    ["1001", "700bffff", "700b0002", "fff800030000", "3d60700b0002", "00", "fb7c", "".join(CALLS)],
)
def test_the_largest_block_is_read_in_linear_time(piece: str) -> None:
    code = (bytes.fromhex(piece) * 0x1_0000)[:0xFFFE]
    begun = time.process_time()
    disassemble(code, tuple(range(0, 0xFFFE, 2)))
    assert time.process_time() - begun < SOON_S


def test_no_two_instructions_are_spelled_alike_but_the_documented_ones() -> None:
    """Of one length: a short form and its long one say the same, and do the same."""
    alike: dict[tuple[object, ...], set[int]] = defaultdict(set)
    seen: set[int] = set()
    for word in KNOWN:
        known = TABLE[word]
        assert known is not None
        if id(known) in seen and known.form in (Form.BYTE, Form.LOW_BITS):
            continue
        seen.add(id(known))
        alike[known.op, known.operand, known.size, known.form].add(word)
    doubles = {frozenset(words) for key, words in alike.items() if len(words) > 1 and key[1] != ""}
    by_parameter = {group for group in doubles if all(word >> 8 == 0xFB for word in group)}
    assert doubles == by_parameter
    assert all(0x80 <= word & 0xFF <= 0xDF for group in by_parameter for word in group)


class Rung(NamedTuple):
    """One instruction of its own, then one like many others, or a jump to that of another rung."""

    own: int
    like: int
    leads: int | None
    """The `own` of the rung that it jumps to."""


@st.composite
def rungs(draw: st.DrawFn) -> list[Rung]:
    length = draw(st.integers(2, 300))
    likes = draw(st.lists(st.integers(0, 2), min_size=1, max_size=5))
    ways = draw(st.lists(st.none() | st.integers(-40, 40), min_size=1, max_size=7))
    return [
        Rung(at, likes[at % len(likes)], None if way is None else (at + way) % length)
        for at in range(length)
        for way in (ways[at % len(ways)],)
    ]


def _labels(program: Sequence[Rung]) -> dict[int, str]:
    """Return the label of each rung that is led to, by its own number."""
    at = {rung.own: index for index, rung in enumerate(program)}
    parts = []
    for index, rung in enumerate(program):
        way = None if rung.leads is None else (at[rung.leads] - index) * 4 & 0xFFFF
        second = f"300700{rung.like:02x}" if way is None else f"fff8{way:04x}"
        parts.append(f"7e63{rung.own:04x}{second}")
    (network,) = disassemble(bytes.fromhex("".join(parts) + "6500")).networks
    return {rung.own: line.label for rung, line in zip(program, network.lines[1::2], strict=True)}


@given(rungs(), st.data())
@settings(max_examples=60, deadline=None)
def test_one_jump_more_renames_none_but_the_labels_beside_it(
    program: list[Rung], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(program)))
    target = data.draw(st.sampled_from([rung.own for rung in program]))
    before = _labels(program)
    after = _labels([*program[:at], Rung(9999, 0, target), *program[at:]])
    renamed = [own for own, name in before.items() if name and after[own] != name]
    reach = max(RADII) // 2 + 1
    beside = [own for own in range(at - reach, at + reach) if before.get(own)]
    # Each label beside it may part from one that was like it, and come to be like another; so may
    # the target's. How large the block is has no part in it.
    assert len(renamed) <= 2 * len(beside) + 4


@given(st.one_of(st.binary(max_size=400), programs()), st.booleans())
@settings(max_examples=examples(100))
def test_no_two_places_bear_one_label_and_every_jump_names_its_own(code: bytes, fold: bool) -> None:
    lines = [line for each in disassemble(code, fold=fold).networks for line in each.lines]
    places = {line.at: line.label for line in lines if line.label}
    assert len(set(places.values())) == len(places)
    jumps = [line for line in lines if line.target >= 0]
    assert all(line.operand == places.get(line.target, f"(byte {line.target})") for line in jumps)
    assert set(places) == {line.target for line in jumps} & {line.at for line in lines}


@pytest.mark.parametrize("name", ["binary", "integer", "characters", "bytes", "hex", "counter",
                                  "day", "S5 time", "offset"])  # fmt: skip
def test_no_two_words_are_spelled_alike(name: str) -> None:
    spell = opcodes.SPELLERS[name]
    assert len({spell(value, Spelling.ENGLISH) for value in range(0x1_0000)}) == 0x1_0000


@given(st.integers(0, 0xFFFF_FFFF), st.integers(0, 31))
@settings(max_examples=examples(500))
def test_no_bit_of_a_double_word_can_change_unseen(value: int, bit: int) -> None:
    for name, spell in opcodes.SPELLERS.items():
        if name.startswith("double") or name in ("real", "pointer", "time", "time of day"):
            one, other = spell(value, Spelling.ENGLISH), spell(value ^ 1 << bit, Spelling.ENGLISH)
            assert one != other, name


@given(st.integers(0, 0xFFFF_FFFF), st.integers(0, 31))
@settings(max_examples=examples(300))
def test_no_bit_of_a_parameter_can_change_unseen(value: int, bit: int) -> None:
    spelled = [constants.parameter(one, Spelling.GERMAN).text for one in (value, value ^ 1 << bit)]
    assert spelled[0] != spelled[1]
