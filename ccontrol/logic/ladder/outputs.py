"""What a rung drives: the words by which people know it, whatever its number is today."""

from ccontrol.logic.ladder.mnemonics import Role, destination, role
from ccontrol.logic.ladder.model import Instruction, Rung, flat


def driven(rung: Rung) -> tuple[str, ...]:
    """Return what its coils and boxes write to and what it calls, from left to right, each once."""
    found = map(_driven_by, flat(rung.elements))
    return tuple(dict.fromkeys(name for name in found if name))


def _driven_by(instruction: Instruction) -> str:
    if role(instruction) is Role.CONDITION:
        return ""
    return destination(instruction)
