r"""A stream of bytes → lines of syslog: octet counting or one line each (RFC 6587, RFC 5425). Pure.

Which of both, each message says by itself: a count is digits and a space, and a message begins with
"<". Whatever comes, no more than one line and one piece are held.
"""

import re
from collections.abc import Iterator
from typing import Final

from ccontrol.sources.syslog.message import LONGEST_LINE

MOST_COUNTED: Final = 1 << 20
"""A message that says it is longer ends the conversation: nobody sends it, it only hides others."""
_COUNT: Final = re.compile(rb"([1-9]\d{0,9}) ")
_DIGITS: Final = re.compile(rb"[1-9]\d{0,9}")
_ENDS: Final = b"\r\n\0"


class FramingError(ValueError):
    """The stream cannot be followed any further."""


class Splitter:
    """One connection's bytes."""

    def __init__(self) -> None:
        self.cut = 0
        """Lines that were longer than LONGEST_LINE, and lost their end."""
        self._held = b""
        self._skip = 0
        """Bytes of a counted message that was cut, still to come."""
        self._skips_line = False
        """The end of a line that was cut is still to come."""

    @property
    def is_within(self) -> bool:
        """Whether a message has begun and not ended."""
        return bool(self._held or self._skip or self._skips_line)

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Yield the lines that end in this piece. Raises FramingError."""
        held = self._held + piece
        self._held = b""
        while True:
            held = self._after_what_was_cut(held)
            line, rest = self._first(held)
            if line is None:
                self._held = rest
                return
            if line:
                yield line
            held = rest

    def end(self) -> bytes:
        """Return the line that the connection's end ends; empty where there is none."""
        line, self._held = self._held, b""
        return b"" if _COUNT.match(line) else line[:LONGEST_LINE]

    def _after_what_was_cut(self, held: bytes) -> bytes:
        if self._skip:
            skipped = min(self._skip, len(held))
            self._skip -= skipped
            held = held[skipped:]
        if self._skips_line and held:
            _, end, rest = held.partition(b"\n")
            self._skips_line = not end
            held = rest
        return held if self._skip or self._skips_line else held.lstrip(_ENDS)

    def _first(self, held: bytes) -> tuple[bytes | None, bytes]:
        """Return the first line and what follows; None where it has not ended yet."""
        counted = _COUNT.match(held)
        if counted is not None:
            return self._counted(held, counted.end(), int(counted[1]))
        if _DIGITS.fullmatch(held):
            return None, held
        line, end, rest = held.partition(b"\n")
        if not end and len(held) <= LONGEST_LINE:
            return None, held
        if len(line) > LONGEST_LINE:
            self.cut += 1
            self._skips_line = not end
            return line[:LONGEST_LINE], rest
        return line, rest

    def _counted(self, held: bytes, begin: int, length: int) -> tuple[bytes | None, bytes]:
        if length > MOST_COUNTED:
            raise FramingError(f"a message of {length} bytes was announced")
        taken = min(length, LONGEST_LINE)
        if len(held) < begin + taken:
            return None, held
        if length > LONGEST_LINE:
            self.cut += 1
            self._skip = begin + length - min(len(held), begin + length)
        return held[begin : begin + taken], held[begin + length :]
