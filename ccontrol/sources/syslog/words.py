"""What is kept of a line that no table knows: a few words, and nothing that is a secret. Pure."""

import re
from typing import Final

from ccontrol.sources.syslog.message import Message

LONGEST_KEPT: Final = 200
LEFT_OUT: Final = "•••"
_SECRET: Final = re.compile(
    r"(?i)(?:pass(?:word|wd|wort|phrase|code)|kennwort|pwd|secret|token|credential"
    r"|(?<![a-z])(?:pass|pw|psk|bearer)(?![a-z])"
    r"|(?:(?<![a-z])pin|community|key|auth(?:orization)?)s?\"?\s?(?:[=:]|is\b|was\b))"
)
"""A word for a secret; of some only where a sign says that one follows: a key is a switch, too."""
_HARMLESS: Final = re.compile(
    r"(?i)s?\s(?:(?:was|is|has been|not)\s)?"
    r"(?:changed|set|enabled|disabled|expired|reset|removed|deleted|wrong|invalid|missing)\W*"
)
"""All that may follow such a word for a line to be kept whole."""


def kept(message: Message) -> tuple[str, bool]:
    """Return the words of a message that are kept, and whether something was left out of them.

    Behind a word for a secret nothing is kept: where it ends nobody can tell, it may hold commas,
    quotes and spaces.
    """
    told = f"{message.app or message.id}: {message.text}" if message.app else message.text
    for found in _SECRET.finditer(told):
        if not _HARMLESS.fullmatch(told, found.end()):
            return told[: found.end()][: LONGEST_KEPT - len(LEFT_OUT)] + LEFT_OUT, True
    return told[:LONGEST_KEPT], False
