"""What time stamps and commits' own dates say against each other. Pure: no clock, no files.

A stamp proves that a commit was there at a time. A commit that is dated after its stamp, or stored
it before it was made, has a wrong date; one that is dated long before it was stamped may have been
made late and dated back.
"""

from datetime import datetime, timedelta

from ccontrol.store.time_stamp import TimeStamp

SLACK = timedelta(minutes=10)
"""So far two clocks may differ that nobody has set by each other."""
FRESH = timedelta(days=1)
"""Only a commit that is younger is given to the authority."""
LONG_BEFORE = timedelta(days=2)
"""A commit that is dated by more before its stamp is a finding: only FRESH ones are stamped."""


def head_fault(dated: datetime, stamp: TimeStamp) -> str:
    """Say what is odd about the date of a commit that was stamped; "" when nothing is."""
    slack = SLACK + stamp.accuracy
    if dated > stamp.at + slack:
        return f"it is dated {dated:%Y-%m-%d %H:%M:%S} UTC, after its stamp"
    if dated < stamp.at - LONG_BEFORE:
        return f"it is dated {dated:%Y-%m-%d %H:%M:%S} UTC, long before its stamp"
    return ""


def keeper_fault(dated: datetime, stamp: TimeStamp) -> str:
    """Say what is odd about the date of whoever stores a stamp; "" when nothing is."""
    if dated < stamp.at - SLACK - stamp.accuracy:
        return f"it was stored at {dated:%Y-%m-%d %H:%M:%S} UTC, before it was made"
    return ""
