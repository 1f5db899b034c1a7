"""The words with which a processor says no, and what an operator can do about each.

Numbers: 1770-6.5.16, chapter 8 (STS and EXT STS); those of CIP: enip/status.
"""

from ccontrol.drivers.enip.status import NOT_SUPPORTED, is_passing, words
from ccontrol.drivers.pccc.answers import Answer
from ccontrol.model.snapshot import Unread

_EXTENDED = 0xF000
_LOCAL = 0x0F00
_PASSING = {
    0x2000: "the processor has a problem of its own and does not talk: it is asked again",
    0x3000: "the processor behind the interface is missing or off: it is asked again",
    0x4000: "the processor could not do it for a fault of its hardware: it is asked again",
    0x9000: "the processor has no room left for the question: it is asked again",
    0xA000: "the processor has no room left for the question: it is asked again",
    0xB000: "the processor is in the middle of a download: it is asked again",
    0xC000: "the processor has no room left for the question: it is asked again",
    0xF01A: "a programming station has the file open: it is asked again",
    0xF01B: "a programming station owns the program: it is asked again",
    0xF01F: "the processor has a passing problem of its own: it is asked again",
}
_STANDING = {
    0x1000: "the processor does not know the file or the command",
    0x5000: "the processor does not let the address be read",
    0x6000: "the processor's protection forbids it: allow reading, or live with what is left",
    0xF00B: "the processor's protection forbids it: allow reading, or live with what is left",
    0xF010: "the processor's protection forbids it: allow reading, or live with what is left",
}


def why_not(answer: Answer | None) -> Unread | None:
    """Return why an answer yields nothing; None when it is whole, or was not asked for."""
    if answer is None or answer.whole:
        return None
    if answer.fault:
        return Unread(answer.fault, transient=True)
    if answer.cip is not None:
        return Unread(words(answer.cip), transient=is_passing(answer.cip))
    return _pccc(answer.error)


def is_not_supported(answer: Answer | None) -> bool:
    """Tell whether the device said that it has no such object."""
    refusal = answer.cip if answer is not None else None
    return refusal is not None and refusal.status in NOT_SUPPORTED


def _pccc(error: int) -> Unread:
    numbers = f"STS 0x{error >> 8:02x}"
    if error & _EXTENDED == _EXTENDED:
        numbers += f", EXT STS 0x{error & 0xFF:02x}"
    if error & _LOCAL:
        return Unread(f"the interface could not reach the processor ({numbers})", transient=True)
    if error in _PASSING:
        return Unread(f"{_PASSING[error]} ({numbers})", transient=True)
    return Unread(f"{_STANDING.get(error, 'the processor refuses it')} ({numbers})")
