"""One direction of a TCP connection: bytes in order, cut into a protocol's messages.

Segments may come twice, late or never, and may have been cut by the recorder. What is lost is
passed over as soon as the receiver acknowledges it, or when too much waits behind it; the next
message is looked for where a segment begins, since these protocols begin their messages there.
"""

from typing import Final, NamedTuple, Protocol

MESSAGE_LIMIT: Final = 1 << 16
"""Longest message that is kept whole. Of a longer one the decoder gets the head."""
HEAD: Final = 512
WAITING_SEGMENTS: Final = 64
WAITING_BYTES: Final = 1 << 16
"""More than this behind a hole, and the hole is given up."""
_MASK: Final = 0xFFFFFFFF
_OLD: Final = 1 << 31
_TOO_FAR: Final = 1 << 24
_HOLES: Final = 8
NO_MESSAGE: Final = -1
"""What a framing says of bytes at which no message begins; 0 says that more are needed."""


class Listener(Protocol):
    """What a stream needs of the flow that it belongs to."""

    def size_of(self, data: bytes, at: int) -> int:
        """Return a message's whole size, 0 to wait for more bytes, or NO_MESSAGE."""

    def hear(self, message: bytes, from_server: bool) -> None:
        """Take one whole message, or the head of one that is torn."""

    def tear(self) -> None:
        """Note that bytes are missing, or are no message."""


class Now:
    """Where the reading stands, shared by everything on one wire."""

    __slots__ = ("frame", "held", "time_ns")

    def __init__(self) -> None:
        self.frame = 0
        self.time_ns = 0
        self.held = 0
        """Bytes that all streams together hold back."""


class _Segment(NamedTuple):
    """A segment that waits for what stands before it."""

    data: bytes
    cut: int
    frame: int
    time_ns: int


class Stream:
    """Bytes from one side. `next` is None until the first segment says where they begin."""

    __slots__ = (
        "_aligned", "_begun", "_holes", "_listener", "_now", "_skip", "acked", "from_server",
        "next", "waiting",
    )  # fmt: skip

    def __init__(self, listener: Listener, from_server: bool, now: Now) -> None:
        self._listener = listener
        self.from_server = from_server
        self._now = now
        self._begun = b""
        """The beginning of a message whose rest has yet to come."""
        self._aligned = False
        """A message begins where the next byte stands."""
        self._skip = 0
        """Bytes still to come of a message that is not kept."""
        self._holes: list[tuple[int, int]] = []
        """First byte and size of what was given up lately: it may come late."""
        self.next: int | None = None
        self.acked: int | None = None
        """What the other side has acknowledged last."""
        self.waiting: dict[int, _Segment] = {}

    def opened(self, first: int) -> None:
        """A handshake said where the bytes begin: here begins a message."""
        self.next = first & _MASK
        self._aligned = True

    def release(self) -> None:
        """Let go of everything that is held back."""
        self._now.held -= len(self._begun) + sum(len(each.data) for each in self.waiting.values())
        self._begun = b""
        self.waiting.clear()

    def take(self, seq: int, data: bytes, cut: int) -> None:
        """Take a segment, behind whose recorded bytes `cut` more were on the wire."""
        if seq == self.next and not (cut or self._begun or self.waiting or self._skip):
            # Nearly every segment is the next one, and holds one whole message.
            size = self._listener.size_of(data, 0)
            if size == len(data) <= MESSAGE_LIMIT:
                self.next = (seq + size) & _MASK
                self._aligned = True
                self._listener.hear(data, self.from_server)
                return
        if self.next is None:
            self.next = seq
        ahead = (seq - self.next) & _MASK
        if ahead == 0:
            self._in_order(data, cut)
            if self.waiting:
                self._go_on()
        else:
            self._out_of_order(seq, data, cut, ahead)

    def _out_of_order(self, seq: int, data: bytes, cut: int, ahead: int) -> None:
        if ahead >= _OLD:
            self._late(seq, data, cut, _MASK + 1 - ahead)
        elif ahead > _TOO_FAR:
            self._lost(seq)
            self._in_order(data, cut)
        elif seq not in self.waiting:
            self._wait(seq, data, cut)

    def give_up_acknowledged(self) -> None:
        """Pass over what is missing before what the other side has already: it is lost to us."""
        while self.waiting and self.acked is not None:
            first = self._first_waiting()
            if not 0 < (self.acked - first) & _MASK < _OLD:
                return
            self._lost(first)
            self._go_on()

    def give_up(self) -> None:
        """Pass over everything that is missing: nothing more comes."""
        while self.waiting:
            self._lost(self._first_waiting())
            self._go_on()

    def give_up_before(self, time_ns: int) -> None:
        """Pass over what is missing before segments that have waited since before then."""
        while self.waiting and min(each.time_ns for each in self.waiting.values()) < time_ns:
            self._lost(self._first_waiting())
            self._go_on()

    @property
    def is_settled(self) -> bool:
        """Nothing that came is held back, and no message is half heard."""
        return not (self._begun or self.waiting or self._skip)

    def _first_waiting(self) -> int:
        begin = self.next or 0
        return min(self.waiting, key=lambda seq: (seq - begin) & _MASK)

    def _wait(self, seq: int, data: bytes, cut: int) -> None:
        self.waiting[seq] = _Segment(data, cut, self._now.frame, self._now.time_ns)
        self._now.held += len(data)
        size = sum(len(each.data) for each in self.waiting.values())
        if len(self.waiting) > WAITING_SEGMENTS or size > WAITING_BYTES:
            self._lost(self._first_waiting())
            self._go_on()
        self.give_up_acknowledged()

    def _go_on(self) -> None:
        """Take what waited and has its turn now, each with the time at which it passed."""
        now = self._now
        here = now.frame, now.time_ns
        while self.waiting and self.next is not None:
            seq = self._first_waiting()
            ahead = (seq - self.next) & _MASK
            if 0 < ahead < _OLD:
                break
            data, cut, now.frame, now.time_ns = self.waiting.pop(seq)
            now.held -= len(data)
            if ahead == 0:
                self._in_order(data, cut)
            else:
                self._late(seq, data, cut, _MASK + 1 - ahead)
        now.frame, now.time_ns = here

    def _lost(self, seq: int) -> None:
        """Give up what stands before `seq`."""
        begin = self.next if self.next is not None else seq
        self._holes = [*self._holes[-_HOLES:], (begin, (seq - begin) & _MASK)]
        self.next = seq
        self._unalign()

    def _unalign(self) -> None:
        self._now.held -= len(self._begun)
        self._begun = b""
        self._aligned = False
        self._skip = 0
        self._listener.tear()

    def _late(self, seq: int, data: bytes, cut: int, behind: int) -> None:
        """Take of a segment what is new: its end, or a hole that it fills after all."""
        if behind < len(data):
            self._in_order(data[behind:], cut)
            return
        size = len(data)
        for at, (begin, missing) in enumerate(self._holes):
            before = (seq - begin) & _MASK
            if not cut and before + size <= missing:
                after = ((seq + size) & _MASK, missing - before - size)
                self._holes[at : at + 1] = [(begin, before), after]
                self._alone(data)
                return

    def _alone(self, data: bytes) -> None:
        """Hear the whole messages of a segment that stands outside the order."""
        at = 0
        while at < len(data):
            size = self._listener.size_of(data, at)
            if not 0 < size <= len(data) - at:
                return
            self._listener.hear(data[at : at + size], self.from_server)
            at += size

    def _in_order(self, data: bytes, cut: int) -> None:
        self.next = ((self.next or 0) + len(data) + cut) & _MASK
        if self._skip:
            passed = min(self._skip, len(data))
            self._skip -= passed
            data = data[passed:]
        if self._begun:
            self._now.held -= len(self._begun)
            data = self._begun + data
            self._begun = b""
        rest = self._messages(data) if data else 0
        if cut:
            self._cut_off(data, rest, cut)
        elif rest < len(data):
            self._begun = data[rest:]
            self._now.held += len(self._begun)

    def _messages(self, data: bytes) -> int:
        """Hear every whole message; return where the unfinished one begins."""
        listener = self._listener
        at = 0
        while at < len(data):
            size = listener.size_of(data, at)
            if size < 0:
                self._unalign()
                return len(data)
            if not self._aligned:
                self._aligned = True
            if size > MESSAGE_LIMIT:
                self._head(data[at:], size)
                return len(data)
            if size == 0 or at + size > len(data):
                return at
            listener.hear(data[at : at + size], self.from_server)
            at += size
        return at

    def _head(self, data: bytes, size: int) -> None:
        """Hear the head of a message that is too long, and pass over the rest."""
        if len(data) < size:
            self._skip = size - len(data)
        else:
            self._unalign()  # several messages in one segment of over 64 KiB: look further on
        self._listener.tear()
        self._listener.hear(data[:HEAD], self.from_server)

    def _cut_off(self, data: bytes, rest: int, cut: int) -> None:
        """The recorder cut this segment: hear the head of its last message, find the next."""
        self._listener.tear()
        if self._skip:
            self._aligned = cut <= self._skip
            self._skip = max(0, self._skip - cut)
            return
        size = self._listener.size_of(data, rest) if rest < len(data) else 0
        if rest < len(data):
            self._listener.hear(data[rest:], self.from_server)
        missing = size - (len(data) - rest) - cut
        if size <= 0 or missing < 0:
            self._aligned = False
        else:
            self._skip = missing
