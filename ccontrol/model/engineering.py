"""What somebody did to a controller, as a witness other than the poller saw it.

A witness is a recording of packets, a live wire, another sensor's log, or the controller itself. An
event says what was done, to what, by whom, and what the controller answered; it says nothing about
why, and nothing about whether a change that a poll found comes from it: that is attribution's
business.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Effect(StrEnum):
    """What an act can do to a controller, if it is not refused."""

    MODIFY = "modify"
    """Its program."""
    MODE = "mode"
    """Whether it runs."""
    PARAM = "param"
    """Values that it works with: variables, forces, its clock."""
    PERSIST = "persist"
    """What it will start with next time."""
    CREDENTIAL = "credential"
    """Who may do what, or a password that was given."""
    CONFIG = "config"
    """Its network, hardware or protection settings."""
    FIRMWARE = "firmware"
    READ = "read"
    """Nothing; but a program left the controller."""
    CONTEXT = "context"
    """Nothing by itself; it explains what stands beside it: sessions, locks, what it reported."""


class Witness(StrEnum):
    """What kind of source an event was seen in."""

    RECORDING = "recording"
    """A file of packets (pcap, pcapng), decoded here."""
    LIVE = "live"
    """Packets as they passed, decoded here."""
    ZEEK = "zeek"
    SURICATA = "suricata"
    CONTROLLER = "controller"
    """The controller's own log, as a poll read it."""
    SYSLOG = "syslog"
    """A message that the controller sent by itself."""


class Reach(StrEnum):
    """From where an act came, as far as its source tells."""

    NETWORK = "network"
    """Its packets were seen, or the controller says that it came over a network."""
    LOCAL = "local"
    """The controller names something at its own place: a switch, a card, its display."""
    UNSAID = "unsaid"


class Completeness(StrEnum):
    """How much of an event's traffic was seen."""

    FULL = "full"
    PARTIAL = "partial"
    """Packets were missing or cut while it went on, or the source tells only a part."""
    FLOW = "flow"
    """Encrypted: who spoke to whom and in which role, nothing of what was done."""


class Role(StrEnum):
    """What a station says it is. It says so itself: a hint, never proof."""

    ENGINEERING = "engineering"
    HMI = "hmi"
    OTHER = "other"
    UNKNOWN = "unknown"


class MacScope(StrEnum):
    """Whether a MAC address is the station's own."""

    LINK = "link"
    ROUTED = "routed"
    """It spoke for several addresses: a router's, or a gateway's."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """What a station said about itself in its own protocol, e.g. its host name."""

    kind: str
    """tsap, s7plus-session, cip-originator, umas-host, ams-net-id, fins-node, or user: whom the
    controller's own message names."""
    value: str


@dataclass(frozen=True, slots=True)
class Actor:
    """The station that acted. `address` is empty where the protocol knows MAC addresses only."""

    address: str
    port: int = 0
    mac: str = ""
    mac_scope: MacScope = MacScope.UNKNOWN
    role: Role = Role.UNKNOWN
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """The controller that was acted upon: an address, and the way from there to a module."""

    address: str
    port: int = 0
    mac: str = ""
    route: tuple[str, ...] = ()
    """Each step port/link for CIP ("1/0": backplane, slot 0), rack/slot for S7 ("0/2")."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the controller answered to the requests of an event, by number of requests."""

    done: int = 0
    refused: int = 0
    unanswered: int = 0
    """No answer was seen; whether it was done is not known."""
    errors: tuple[str, ...] = ()
    """The distinct error codes, as the protocol writes them, sorted."""

    @property
    def word(self) -> str:
        """Return done, refused, partly or unknown: the shortest true summary."""
        if self.done:
            return "partly" if self.refused else "done"
        return "refused" if self.refused else "unknown"


@dataclass(frozen=True, slots=True)
class Touched:
    """One thing that an event was about."""

    kind: str
    """OB, DB, SDB, routine, symbol, variable, …"""
    name: str
    outcome: Outcome
    size: int | None = None
    """Bytes of content that passed, where they could be counted."""
    sha256: str = ""
    """Of the content that passed, when all of it was seen. For holding against a poll."""
    facts: tuple[tuple[str, str], ...] = ()
    """What the content says about itself, by name, e.g. ("checksum", "5935"); sorted."""


@dataclass(frozen=True, slots=True)
class Testimony:
    """Where an event was seen, and what that source cannot see."""

    witness: Witness
    name: str
    """The file's or the sensor's name."""
    first: int
    """Number of the first packet or line that belongs to it, counted from 1."""
    last: int
    weaknesses: tuple[str, ...] = ()
    """Codes, each explained in docs/sources; empty for packets that were all seen."""


@dataclass(frozen=True, slots=True)
class EngineeringEvent:
    """Acts of one kind, in one conversation, with less than a minute between them."""

    first: datetime
    """By the source's clock."""
    last: datetime
    controller: Target
    actor: Actor
    protocol: str
    """s7comm, s7commplus, cip, pccc, modbus, umas, fins, ads, dcp or syslog."""
    action: str
    """One of ccontrol.sources.actions, e.g. "program.download"."""
    effect: Effect
    techniques: tuple[str, ...]
    """MITRE ATT&CK for ICS technique ids that such an act can be."""
    objects: tuple[Touched, ...]
    objects_left_out: int
    """Requests about things beyond those that are listed."""
    count: int
    """Requests that were folded into it."""
    outcome: Outcome
    completeness: Completeness
    redacted: bool
    """It carried a password or its like, which nobody kept."""
    testimony: Testimony
    reach: Reach = Reach.NETWORK
