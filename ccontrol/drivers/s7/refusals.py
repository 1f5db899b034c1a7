"""The words with which a S7 CPU says no, and what an operator can do about each.

Numbers: the STEP 7 error list as in libnodave and in Wireshark's S7 dissector; seen in captures:
D209 and D20C (no such block), D241 (protection), 0A (no such object).
"""

from ccontrol.model.snapshot import Unread

NO_BLOCK_OF_TYPE = 0xD20E
NOT_SUPPORTED = frozenset({0x0A, 0xD401, 0xD402, 0x8104})
"""The CPU has no such list or service: nothing is there to be read, now or later."""

_PROTECTED = frozenset({0xD241, 0xD0A1})
_FAILSAFE = 0xD242
_GONE = frozenset({0xD209, 0xD20C})
_PASSING = {
    0xD240: "the CPU was busy with another download or upload: it is asked again",
    0x8500: "the CPU found the message too long",
    0x8702: "the CPU refused the address: behind a CP the first upload often fails",
}


def refused(error: int, level: int | None = None, *, password_refused: bool = False) -> Unread:
    """Return why a unit was not had, given the CPU's error word.

    `level` is the protection level in force, `password_refused` that a password was configured and
    did not help.
    """
    if error in _PASSING:
        return Unread(_PASSING[error], transient=True)
    if error in _PROTECTED:
        reason = _locked(level, password_refused=password_refused)
    elif error == _FAILSAFE:
        reason = "it belongs to the safety program: configure the password that allows reading it"
    elif error in _GONE:
        reason = "the CPU lists it, and says that it does not exist"
    else:
        reason = "the CPU refuses it; the STEP 7 help explains the error"
    return Unread(f"{reason} (error 0x{error:04x})")


def _locked(level: int | None, *, password_refused: bool) -> str:
    lock = f"protection level {level}" if level else "the CPU's protection level"
    if password_refused:
        return (
            f"{lock} forbids it, and the CPU refused the configured password or hung up on it: "
            "correct it, it is not sent again until the configuration changes"
        )
    return f"{lock} forbids it: lower it, or configure the password that allows reading"
