"""What is kept of a line that no table knows: a few words, and nothing that is a secret. Pure."""

import re
from typing import Final

from ccontrol.sources.syslog.message import Message

LONGEST_KEPT: Final = 200
LEFT_OUT: Final = "•••"
_SECRET: Final = re.compile(
    r"(?i)((?:pass(?:word|wd|phrase|code)?|pwd|secret|token|credential|\bpin|community|key)s?)"
    r"(\"?\s?(?:[=:]|is\b|was\b)\s?)(\"[^\"]*\"?|'[^']*'?|[^,;]+)"
)
"""A word for a secret, and what is said to be it: up to the quote's end, the next comma or the end
of the line. Rather too much than a password."""


def kept(message: Message) -> tuple[str, bool]:
    """Return the words of a message that are kept, and whether something was left out of them."""
    told = f"{message.app or message.id}: {message.text}" if message.app else message.text
    words, left_out = _SECRET.subn(rf"\1\2{LEFT_OUT}", told)
    return words[:LONGEST_KEPT], left_out > 0
