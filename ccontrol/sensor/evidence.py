"""Which packets are worth keeping as evidence, without what nobody may keep. Pure.

Kept are the packets of a conversation in which somebody changed something: from its beginning, as
far as that is remembered, until a minute after the last such act. Writing variables alone does not
count: an HMI does nothing else all day.

A packet is kept with its payload only when every byte of it was heard once, as part of whole
messages that were understood and carry no password or its like. Whatever else comes by — a segment
that is sent again, a message with a piece missing, rubbish — is kept with its heads alone, and its
payload is zeros. From a password until its answer nothing of a conversation's payload is kept: the
password may go on in further pieces.
"""

from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

from ccontrol.model.engineering import Effect
from ccontrol.sources.actions import ACTIONS
from ccontrol.sources.acts import UNANSWERED, Act
from ccontrol.sources.wire.flow import Flow
from ccontrol.sources.wire.recording import Frame
from ccontrol.sources.wire.table import FLOW_LIMIT

AFTER_NS: Final = 60 * 1_000_000_000
OPENING_FRAMES: Final = 8
"""A handshake, and what both ends call themselves."""
RECENT_FRAMES: Final = 64
UNSURE_FRAMES: Final = 256
"""More than this that nobody has made sense of yet, and it is rubbish."""
REMEMBERED_BYTES: Final = 1 << 23
"""Of all conversations together; those that were quiet longest are forgotten first."""
_MASK: Final = 0xFFFFFFFF
_OVERHEAD: Final = 128
"""About what a frame takes beside its bytes."""
_MOST: Final = 2 * FLOW_LIMIT
CHANGES: Final = frozenset(Effect) - {Effect.READ, Effect.CONTEXT}


class Exhibit(NamedTuple):
    """A packet as it is kept."""

    frame: Frame
    blank: bool
    """Its payload was replaced by zeros."""


ExhibitSink = Callable[[Exhibit], None]


class Evidence:
    """Remembers conversations; hands on what is worth keeping."""

    def __init__(self, sink: ExhibitSink) -> None:
        self._sink = sink
        self._conversations: dict[Flow, _Conversation] = {}
        """The one that was quiet longest stands first."""
        self._holding: dict[Flow, None] = {}
        """Those that hold packets, in the same order."""
        self._bytes = 0

    def told(self, flow: Flow, act: Act) -> None:
        """Note an act, before the packet that completed it is taken."""
        effect = ACTIONS[act.action].effect
        conversation = self._of(flow)
        if act.redacted or effect is Effect.CREDENTIAL:
            conversation.secret = act
        if effect in CHANGES and act.action != "variable.write":
            conversation.worth_until_ns = act.time_ns + AFTER_NS

    def take(self, frame: Frame, flow: Flow, payload: tuple[int, int]) -> None:
        """Take a packet that was just heard; `payload` is where its flow's bytes stand in it."""
        conversation = self._of(flow)
        before = conversation.bytes
        for kept in conversation.take(frame, payload):
            self._sink(kept)
        self._bytes += conversation.bytes - before
        self._holding.pop(flow, None)
        if conversation.bytes:
            self._holding[flow] = None
        while self._bytes > REMEMBERED_BYTES:
            oldest = next(iter(self._holding))
            del self._holding[oldest]
            self._bytes -= self._conversations[oldest].forget()

    def close(self) -> None:
        """Hand on, without payloads, what nobody made sense of in conversations worth keeping."""
        for conversation in self._conversations.values():
            for kept in conversation.rest():
                self._sink(kept)

    def _of(self, flow: Flow) -> "_Conversation":
        """Return what is known of a conversation, which is now the last to be forgotten.

        The wire itself gives up flows that were quiet longest: what goes here is over.
        """
        conversation = self._conversations.pop(flow, None) or _Conversation(flow)
        self._conversations[flow] = conversation
        if len(self._conversations) > _MOST:
            oldest = next(iter(self._conversations))
            self._holding.pop(oldest, None)
            self._bytes -= self._conversations.pop(oldest).forget()
        return conversation


class _Unsure(NamedTuple):
    """A packet of which nobody knows yet whether its payload may be kept."""

    frame: Frame
    begin: int
    size: int


class _Heard(NamedTuple):
    """How far a conversation was heard and understood, at one moment."""

    client: int | None = None
    """The client's next byte, by its sequence number."""
    server: int | None = None
    messages: int = 0
    faults: int = 0


class _Conversation:
    """One conversation's packets."""

    __slots__ = (
        "_flow", "_heard", "_opening", "_recent", "_unsure", "bytes", "secret", "worth_until_ns",
    )  # fmt: skip

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self.secret: Act | None = None
        """A password that has not been answered yet."""
        self.worth_until_ns = 0
        self.bytes = 0
        self._unsure: list[_Unsure] = []
        self._opening: list[Exhibit] = []
        self._recent: deque[Exhibit] = deque()
        self._heard = _Heard()

    def take(self, frame: Frame, payload: tuple[int, int]) -> tuple[Exhibit, ...]:
        """Take a packet; return what is worth keeping and was not returned before."""
        begin, end = payload
        size = max(0, min(end, len(frame.data)) - begin)
        self._unsure.append(_Unsure(frame, begin, size))
        self.bytes += _weight(frame)
        if not self._flow.is_settled and len(self._unsure) < UNSURE_FRAMES:
            return ()
        self._judge()
        return self._drained() if frame.time_ns <= self.worth_until_ns else ()

    def forget(self) -> int:
        """Let go of all packets; return how many bytes that were."""
        self._unsure.clear()
        self._opening.clear()
        self._recent.clear()
        freed, self.bytes = self.bytes, 0
        return freed

    def rest(self) -> tuple[Exhibit, ...]:
        """Return, without their payloads, packets that nobody made sense of, if it is worth it."""
        return tuple(map(_blanked, self._unsure)) if self.worth_until_ns else ()

    def _judge(self) -> None:
        """Decide what of the unsure packets may be kept, now that they were all heard, or never."""
        heard = _heard(self._flow)
        blank = self.secret is not None or not self._is_clear(heard)
        for each in self._unsure:
            self._keep(_blanked(each) if blank and each.size else Exhibit(each.frame, blank=False))
        self._unsure.clear()
        self._heard = heard
        if self.secret is not None and self.secret.outcome != UNANSWERED:
            self.secret = None

    def _is_clear(self, heard: _Heard) -> bool:
        """Tell whether all bytes of the unsure packets, and no others, were understood."""
        before = self._heard
        if heard.faults != before.faults or not self._flow.is_settled:
            return False
        if not self._flow.over_tcp:
            return heard.messages > before.messages
        steps = _step(before.client, heard.client), _step(before.server, heard.server)
        size = sum(each.size for each in self._unsure)
        return None not in steps and sum(step or 0 for step in steps) == size

    def _keep(self, kept: Exhibit) -> None:
        if len(self._opening) < OPENING_FRAMES:
            self._opening.append(kept)
            return
        self._recent.append(kept)
        if len(self._recent) > RECENT_FRAMES:
            self.bytes -= _weight(self._recent.popleft().frame)

    def _drained(self) -> tuple[Exhibit, ...]:
        kept = (*self._opening, *self._recent)
        self.forget()
        return kept


def _heard(flow: Flow) -> _Heard:
    faults = flow.tears + flow.garbled
    return _Heard(flow.from_client.next, flow.from_server.next, flow.messages, faults)


def _step(begin: int | None, end: int | None) -> int | None:
    """Return how many bytes one side went on; None when it is not known from where."""
    if begin is None or end is None:
        return 0 if begin == end else None
    return (end - begin) & _MASK


def _weight(frame: Frame) -> int:
    return len(frame.data) + _OVERHEAD


def _blanked(unsure: _Unsure) -> Exhibit:
    data = unsure.frame.data
    head = data[: unsure.begin]
    return Exhibit(unsure.frame._replace(data=head + bytes(len(data) - len(head))), blank=True)
