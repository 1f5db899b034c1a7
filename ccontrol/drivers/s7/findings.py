"""The findings that the S7 driver can raise: their codes, and the sentences for an engineer.

A sentence names no number that moves: a finding that stands must stay one and the same.
"""

from ccontrol.model.aspect import Aspect
from ccontrol.model.finding import Finding

CHECKSUM_MISMATCH = "checksum-mismatch"
HIDDEN_BLOCK = "hidden-block"
INFO_MISMATCH = "info-mismatch"

FINDINGS = (CHECKSUM_MISMATCH, HIDDEN_BLOCK, INFO_MISMATCH)

_OF_BLOCK = {
    CHECKSUM_MISMATCH: "its own checksum does not fit its code, although it was read twice alike: "
    "it was altered by other means than an engineering tool, or is damaged",
    INFO_MISMATCH: "the CPU says other sizes, dates or another checksum of it than its image has, "
    "although both were read twice",
}


def of_block(code: str, name: str, number: int) -> Finding:
    """Return what is wrong with one block; `name` is its type."""
    aspect = Aspect.CONFIGURATION if name == "SDB" else Aspect.PROGRAM
    text = f"{name}{number}: {_OF_BLOCK[code]}."
    return Finding(code, f"{name}/{name}{number}", aspect, text)


def hidden_block(aspect: Aspect) -> Finding:
    """Return that the CPU's words for program or configuration do not follow from its blocks."""
    what, types = "program", "OB, FB, FC and DB"
    if aspect is Aspect.CONFIGURATION:
        what, types = "hardware configuration", "SDB"
    return Finding(
        HIDDEN_BLOCK,
        "",
        aspect,
        f"The CPU's own checksum of its {what} does not follow from the blocks that it lists "
        f"({types}): a hidden block, or a CPU that does not tell the truth.",
    )
