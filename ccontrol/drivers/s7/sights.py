"""Why an answer of a S7 CPU yields nothing. What it yields is put together in drivers.sights."""

from ccontrol.drivers.s7.answers import Answer
from ccontrol.drivers.s7.refusals import NOT_SUPPORTED, refused
from ccontrol.model.snapshot import Unread


def why_not(answer: Answer | None, level: int | None = None) -> Unread | None:
    """Return why an answer yields nothing; None when it is whole, not asked for, or not supported.

    A CPU without such a list is no fault: what it does not have is not invented.
    """
    if answer is None or answer.whole or answer.error in NOT_SUPPORTED:
        return None
    return refused(answer.error, level) if answer.error else Unread(answer.fault, transient=True)


def is_not_supported(answer: Answer | None) -> bool:
    """Tell whether the CPU said that it has no such list."""
    return answer is not None and not answer.whole and answer.error in NOT_SUPPORTED
