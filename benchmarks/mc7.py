"""How well and how fast S7 code is read: agreement with statement lists of others, instructions/s.

Each code block of the public corpus lies there as the CPU holds it (.bin), beside the statement
list that another disassembler made of it (.awl, German). Compared line by line, calls unfolded:
networks, labels, operations, operands and parameters all count, blanks do not, nor what a label is
called: only which one it is. The peer is the MC7
converter of Microsoft's ICSpector, where its sources are at hand.

    python -m benchmarks.mc7 [--corpus DIR] [--peer DIR/src]
"""

import argparse
import contextlib
import importlib
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from ccontrol.logic.mc7.block import Block, cut_image
from ccontrol.logic.mc7.code import disassemble
from ccontrol.logic.mc7.interface import read_interface
from ccontrol.logic.mc7.lines import Line, Listing
from ccontrol.logic.mc7.mnemonics import Spelling
from ccontrol.logic.mc7.networks import network_starts

ROOT = Path(__file__).parent.parent
GOAL, GOAL_PER_S = 0.99, 300_000
SECONDS = 3.0
_CODE_MARK = "AWL-Code"
_NETWORK = re.compile(r"Netzwerk\s+(\d+)\s*:?\s*$")


class Agreement(NamedTuple):
    """How one block compares: lines that agree, lines of the longer side, what differs."""

    block: str
    same: int
    lines: int
    unread: int
    differences: tuple[tuple[str, str], ...]


def ours(block: Block) -> list[str]:
    """Return our statement list, without blanks."""
    starts = network_starts(block.additional, len(block.body)).starts
    of_function = block.header.type == "FC"
    names = read_interface(block.interface, of_function=of_function).names
    listing = disassemble(block.body, starts, names=names, spelling=Spelling.GERMAN, fold=False)
    return ["".join(line.split("//")[0].split()) for line in _numbered(listing).text()]


def _numbered(listing: Listing) -> Listing:
    """Return it with labels as the other list has them: numbered by their first jump."""
    lines = [line for network in listing.networks for line in network.lines]
    labels = {line.label for line in lines if line.label}
    jumps = dict.fromkeys(line.operand for line in lines if line.operand in labels)
    names = {label: f"M{number:03}" for number, label in enumerate(jumps)}

    def named(line: Line) -> Line:
        operand = names.get(line.operand, line.operand)
        return line._replace(label=names.get(line.label, ""), operand=operand)

    networks = (each._replace(lines=tuple(map(named, each.lines))) for each in listing.networks)
    return listing._replace(networks=tuple(networks))


def theirs(awl: str) -> list[str]:
    """Return the statement list of an .awl, without blanks."""
    lines = awl.split(_CODE_MARK, 1)[1].splitlines()[1:]
    return [_NETWORK.sub(r"NETWORK\1", line).replace(" ", "") for line in lines if line.strip()]


def agreement(block: Path) -> Agreement:
    """Compare one block with its .awl."""
    cut = cut_image(block.read_bytes())
    left, right = ours(cut), theirs(block.with_suffix(".awl").read_text("latin-1"))
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    same = sum(size for _, _, size in matcher.get_matching_blocks())
    changed = [change for change in matcher.get_opcodes() if change[0] != "equal"]
    differences = tuple((" ".join(left[a:b]), " ".join(right[c:d])) for _, a, b, c, d in changed)
    unread = disassemble(cut.body).unread
    return Agreement(block.stem, same, max(len(left), len(right)), unread, differences)


def code_blocks(corpus: Path) -> Iterator[Path]:
    """Yield the code blocks that have a statement list beside them."""
    for path in sorted(corpus.glob("mc7/dotnet-toolbox/F*.bin")):
        if path.with_suffix(".awl").exists():
            yield path


def speed(blocks: list[Block], read: Callable[[Block], int]) -> float:
    """Return instructions per second of processor time, of the best round within some seconds."""
    begun, best = time.perf_counter(), 0.0
    while time.perf_counter() - begun < SECONDS:
        before = time.process_time()
        done = sum(map(read, blocks))
        best = max(best, done / (time.process_time() - before))
    return best


def reader(blocks: list[Block]) -> Callable[[Block], int]:
    """Return what disassembles a block, calls folded, and says how many instructions it has."""
    counts = {id(block): _instructions(block) for block in blocks}

    def read(block: Block) -> int:
        starts = network_starts(block.additional, len(block.body)).starts
        disassemble(block.body, starts)
        return counts[id(block)]

    return read


def _instructions(block: Block) -> int:
    return len(disassemble(block.body, fold=False).networks[0].lines)


def peer(sources: Path | None) -> Callable[[Block], int] | None:
    """Return ICSpector's converter, imported past the packages that it does not need."""
    if sources is None:
        return None
    for name in ("", ".analyzers", ".analyzers.s7", ".analyzers.s7.mc7", ".common"):
        package = ModuleType("forensic" + name)
        package.__path__ = [str(sources.joinpath(*package.__name__.split(".")))]
        sys.modules[package.__name__] = package
    sys.modules.setdefault("hexdump", ModuleType("hexdump"))  # it imports it, to print only
    convert = importlib.import_module("forensic.analyzers.s7.mc7.mc7_convert").mc7_to_awl
    return lambda block: _peer_count(convert, block)


def _peer_count(convert: Callable[[str], list[str]], block: Block) -> int:
    with contextlib.suppress(
        TypeError
    ):  # it ends so on some blocks; what it did until then is lost
        return len(convert(block.body.hex()))
    return 0


def report(found: list[Agreement]) -> float:
    """Print one line per block and every difference; return the share of all lines."""
    print(f"{'block':8} {'lines':>6} {'agree':>7} {'unread':>7}")
    for one in found:
        print(f"{one.block:8} {one.lines:6} {one.same / one.lines:7.2%} {one.unread:7}")
        for left, right in one.differences:
            print(f"    {left or '(nothing)'}   .awl: {right or '(nothing)'}")
    share = sum(one.same for one in found) / sum(one.lines for one in found)
    print(f"{'all':8} {sum(one.lines for one in found):6} {share:7.2%}")
    return share


def main(arguments: list[str] | None = None) -> int:
    """Compare and measure; non-zero where agreement or speed misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    beside = os.environ.get("CCONTROL_CORPUS", ROOT.parent / "shared" / "corpus")
    parser.add_argument("--corpus", type=Path, default=Path(beside))
    parser.add_argument("--peer", type=Path, help="the folder src of ICSpector, for its speed")
    options = parser.parse_args(arguments)
    paths = list(code_blocks(options.corpus))
    if not paths:
        print(f"no blocks in {options.corpus}: set CCONTROL_CORPUS")
        return 0
    share = report([agreement(path) for path in paths])
    blocks = [cut_image(path.read_bytes()) for path in paths]
    ours_per_s = speed(blocks, reader(blocks))
    print(f"ccontrol {ours_per_s:12,.0f} instructions/s (goal {GOAL_PER_S:,})")
    theirs_count = peer(options.peer)
    if theirs_count is None:
        print("ICSpector    not at hand (--peer)")
    else:
        print(f"ICSpector {speed(blocks, theirs_count):11,.0f} instructions/s")
    return int(share < GOAL or ours_per_s < GOAL_PER_S)


if __name__ == "__main__":
    sys.exit(main())
