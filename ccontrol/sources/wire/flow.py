"""One conversation between a station and a controller: who they are, and what passed so far."""

import struct
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from ccontrol.model.engineering import Claim, Role
from ccontrol.sources.acts import Act, Conversation
from ccontrol.sources.folding import End
from ccontrol.sources.wire.streams import Now, Stream

MOST_CLAIMS: Final = 8
LONGEST_CLAIM: Final = 128


class Decoder(Protocol):
    """What understands the messages of one flow. Made anew for each."""

    def hear(self, message: bytes, from_server: bool) -> None:
        """Take one message. May raise IndexError or struct.error where one contradicts itself."""


class Family(NamedTuple):
    """Protocols that share a port and a framing."""

    framing: Callable[[bytes, int], int]
    """See ccontrol.sources.wire.framing. Datagrams are messages by themselves and need none."""
    decoder: Callable[[Conversation], Decoder]


class Opening(NamedTuple):
    """What the first packet of a flow says of it."""

    key: bytes
    """As the packet had it."""
    over_tcp: bool
    ends: tuple[End, End]
    """The client's and the controller's."""
    macs: tuple[bytes, bytes]
    """The client's and the controller's; empty without an Ethernet header."""


ActSink = Callable[["Flow", Act], None]


class Flow:
    """A TCP connection, a pair of UDP ports or, for DCP, a pair of MAC addresses."""

    __slots__ = (
        "_decoder",
        "_held",
        "_now",
        "_sink",
        "claims",
        "client",
        "client_mac",
        "from_client",
        "from_server",
        "garbled",
        "is_encrypted",
        "key",
        "last_frame",
        "messages",
        "midway",
        "over_tcp",
        "overtaken",
        "recent",
        "server",
        "server_mac",
        "size_of",
        "station",
        "tears",
    )  # fmt: skip

    def __init__(
        self,
        opening: Opening,
        family: Family,
        now: Now,
        sink: ActSink,
    ) -> None:
        self.key = opening.key
        self.over_tcp = opening.over_tcp
        self.client, self.server = opening.ends
        self.client_mac, self.server_mac = opening.macs
        self.size_of = family.framing
        self._now = now
        self._sink = sink
        self._decoder = family.decoder(self)
        self.from_client = Stream(self, False, now)
        self.from_server = Stream(self, True, now)
        self.claims: tuple[Claim, ...] = ()
        self.station = Role.UNKNOWN
        self.messages = 0
        self.garbled = 0
        """Messages that contradict themselves."""
        self.tears = 0
        """How often bytes were missing, cut, or no message."""
        self.overtaken = False
        self.midway = False
        self.is_encrypted = False
        self.last_frame = now.frame
        self.recent: tuple[int, ...] = ()
        """Hashes of the last datagrams, so that one that was mirrored twice counts once."""
        self._held = 0
        """Bytes that the decoder holds back."""

    def give_up(self) -> None:
        """Hear what waits for something that will not come."""
        self.from_client.give_up()
        self.from_server.give_up()

    @property
    def is_settled(self) -> bool:
        """Everything that came was heard, and nothing is half heard."""
        streams = self.from_client.is_settled and self.from_server.is_settled
        return streams and not (self._held or self.midway)

    def hold(self, size: int) -> None:
        """Note that the decoder holds back so many bytes more; fewer when negative."""
        self._held += size
        self._now.held += size

    def end(self) -> None:
        """Let go of everything: nobody will hear this flow again."""
        self.release()
        self.hold(-self._held)

    def release(self) -> None:
        """Let go of bytes that wait for others."""
        self.from_client.release()
        self.from_server.release()

    def hear(self, message: bytes, from_server: bool) -> None:
        """Hand a message to the decoder; one that contradicts itself is counted, not raised."""
        self.messages += 1
        try:
            self._decoder.hear(message, from_server)
        except (IndexError, struct.error):
            self.garbled += 1

    def tear(self) -> None:
        """Note that packets are missing or cut."""
        self.tears += 1

    def tell(self, act: Act) -> None:
        """Stamp an act with where the reading stands and hand it on."""
        act.frame = self._now.frame
        act.time_ns = self._now.time_ns
        self._sink(self, act)

    def claim(self, kind: str, value: str) -> None:
        """Note what the client says of itself, each thing once."""
        said = Claim(kind, value[:LONGEST_CLAIM])
        if value and said not in self.claims and len(self.claims) < MOST_CLAIMS:
            self.claims = (*self.claims, said)

    def role(self, word: str) -> None:
        """Note what the client says it is."""
        self.station = Role(word)

    def encrypted(self) -> None:
        """Note that the rest cannot be read; told once."""
        if not self.is_encrypted:
            self.is_encrypted = True
            self.tell(Act("s7commplus", "session.encrypted"))
