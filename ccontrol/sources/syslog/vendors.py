"""Which lines can mean something, cheaply, and what they mean: the vendors' tables together.

Rockwell's controllers (5580 from firmware 34.011) send RFC 5424 as well; their messages stand in
publication SYSLOG-RD001, which could not be had: none of them is in a table here.
"""

import re
from typing import Final

from ccontrol.sources.syslog import schneider, siemens
from ccontrol.sources.syslog.meant import Meant
from ccontrol.sources.syslog.message import Message

_MARKS: Final = re.compile(siemens.MARK + b"|" + schneider.MARK)
_READERS: Final = (siemens.read, schneider.read)


def may_mean(line: bytes) -> bool:
    """Whether a line can be in a table: what cannot is never taken apart, however many come."""
    return _MARKS.search(line) is not None


def read(message: Message) -> Meant | None:
    """Return what a message means; None where no table knows it."""
    found = (reader(message) for reader in _READERS)
    return next((meant for meant in found if meant is not None), None)
