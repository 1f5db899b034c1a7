"""Code in hex as the lines of its statement list; and the real blocks, where they are."""

import os
from pathlib import Path

import pytest

from ccontrol.logic.mc7.code import disassemble
from ccontrol.logic.mc7.mnemonics import Spelling
from ccontrol.logic.mc7.names import Names

ROOT = Path(__file__).parents[4]


def stl(
    code: str,
    starts: tuple[int, ...] = (0,),
    *,
    spelling: Spelling = Spelling.ENGLISH,
    names: Names | None = None,
    fold: bool = True,
    temp_bytes: int = 0,
) -> list[str]:
    """Return the lines after the first heading, blanks made one, without the outer ones."""
    listing = disassemble(
        bytes.fromhex(code),
        starts,
        spelling=spelling,
        names=names,
        fold=fold,
        temp_bytes=temp_bytes,
    )
    return [" ".join(line.split()) for line in listing.text()][1:]


def real_blocks(pattern: str) -> list[Path]:
    """Return the real blocks of that name; skips the test where there are none."""
    corpus = Path(os.environ.get("CCONTROL_CORPUS", ROOT.parent / "shared" / "corpus"))
    found = sorted(corpus.glob(f"mc7/{pattern}"))
    if not found:
        pytest.skip(f"no captured blocks in {corpus}: set CCONTROL_CORPUS")
    return found
