"""What all logs share: lines of bounded length, conversations, requests and their answers."""

import ipaddress
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from ccontrol.model.engineering import Claim, Role
from ccontrol.sources.acts import Act
from ccontrol.sources.folding import End, Folding

LONGEST_LINE: Final = 1 << 20
TALKS: Final = 4096
WAITING: Final = 64
_NS: Final = 1_000_000_000


class Lines:
    """The lines of a log, as bytes without their ends; too long ones are passed over."""

    def __init__(self, file: BinaryIO, begun: bytes) -> None:
        """Take a file of which the beginning was read already."""
        self._file = file
        self._begun = begun
        self.number = 0
        self.bytes_read = 0
        self.unread = 0
        """Lines that could not be read: too long, cut, not what the log's head says."""
        self.ends_cut = False
        """The last line has no end: the file was copied while it was written."""

    def __iter__(self) -> Iterator[bytes]:
        while line := self._line():
            self.number += 1
            self.bytes_read += len(line)
            if not line.endswith(b"\n"):
                if len(line) >= LONGEST_LINE:
                    self._pass_over()
                    continue
                self.ends_cut = True
            yield line.rstrip(b"\r\n")

    def _line(self) -> bytes:
        begun, self._begun = self._begun, b""
        if begun.endswith(b"\n"):
            return begun
        return begun + self._file.readline(LONGEST_LINE - len(begun))

    def _pass_over(self) -> None:
        self.unread += 1
        while (rest := self._file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
            self.bytes_read += len(rest)


@dataclass(eq=False, slots=True)
class Talk:
    """A conversation as a log tells it."""

    client: End
    server: End
    waiting: dict[str, deque[Act | None]]
    client_mac: bytes = b""
    server_mac: bytes = b""
    station: Role = Role.UNKNOWN
    claims: tuple[Claim, ...] = ()
    tears: int = 0

    def asked(self, reference: str, act: Act | None) -> None:
        """Note a request, also one that matters nobody: its answer must not go to another."""
        if len(self.waiting) >= WAITING:
            del self.waiting[next(iter(self.waiting))]
        waiting = self.waiting.setdefault(reference, deque(maxlen=WAITING))
        waiting.append(act)

    def answered(self, reference: str, word: str) -> None:
        """Give the oldest request of that reference its answer."""
        waiting = self.waiting.get(reference)
        if not waiting:
            return
        act = waiting.popleft()
        if act is not None:
            act.settle(word)
        if not waiting:
            del self.waiting[reference]


class Talks:
    """The conversations of one log; the oldest are forgotten."""

    def __init__(self, folding: Folding) -> None:
        self._folding = folding
        self._known: dict[tuple[str, End, End], Talk] = {}

    def between(self, uid: str, client: End, server: End) -> Talk:
        """Return the conversation of that id between these ends."""
        key = uid, client, server
        talk = self._known.get(key)
        if talk is None:
            if len(self._known) >= TALKS:
                del self._known[next(iter(self._known))]
            talk = self._known[key] = Talk(client, server, {})
        return talk

    def tell(self, talk: Talk, act: Act, line: int, time_ns: int) -> None:
        """Fold an act that stands in a line."""
        act.frame, act.time_ns = line, time_ns
        self._folding.add(talk, act)


def end(address: str, port: int) -> End:
    """Return an end of a conversation. Raises ValueError for what is no address."""
    return ipaddress.ip_address(address).packed, port


def nanoseconds(seconds: str) -> int:
    """Return "1459304596.760525" as nanoseconds. Raises ValueError."""
    whole, _, fraction = seconds.partition(".")
    return int(whole) * _NS + int((fraction + "0" * 9)[:9])


def json_object(line: bytes) -> dict[str, Any] | None:
    """Return a line of JSON that is an object; None for any other."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
