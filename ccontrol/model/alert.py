"""An alert: what people and their tools are told, and where to it goes. Frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ccontrol.model.aspect import Aspect
from ccontrol.model.judgement import Severity
from ccontrol.model.secret import Secret

AUTHORISATION_REASON = "authorisationreason"
"""Name of the fact why a change counts as authorised or not. It may name what is in a program."""


class Event(StrEnum):
    """What an alert is about. The words are stable: rules in SIEMs refer to them."""

    CHANGE = "change"
    """The history holds a change."""
    JUDGED_ANEW = "change-judged-anew"
    """Evidence that came later gave a change that is in the history another origin or verdict."""
    UNRECORDED = "change-not-recorded"
    """A change was seen and the store takes nothing: it is told before it is committed."""
    WINDOW_ENDED = "change-window-ended"
    """A change window is over: used, not used, or used up."""
    FINDING = "finding"
    """A finding about a controller began, stands or is over."""
    STRANGE = "engineering-to-unknown"
    """Somebody works on an address that no controller of the configuration has."""
    STORE = "store-trouble"
    """The store of a site takes nothing, or what people decided cannot be read."""
    APPROVED = "approved-does-not-count"
    """Something on `approved` does not hold: nothing that people sign after it counts."""
    REWRITTEN = "approved-rewritten"
    """`approved` lost what had been seen on it; what was seen goes on to count."""
    LOG_HEAD = "log-head"
    """How long the log of ref updates is, and its hash: for whoever keeps it elsewhere."""
    COSIGNER = "cosigner-refuses"
    """A checkpoint witness on another host has seen another history, or more of it."""
    CLOSED = "site-closed"
    """A site cannot be opened: nothing of it is watched."""
    DELIVERY = "delivery-trouble"
    """A channel does not take its alerts; told by the others."""
    LOST = "alerts-lost"
    """A queue was full: so many alerts never went out."""
    FAILED = "daemon-failed"
    """The service manager has given the daemon up."""
    TEST = "test"
    HEARTBEAT = "heartbeat"


class Phase(StrEnum):
    """Where in its life that stands which an alert is about."""

    HAPPENED = "happened"
    """It has no duration."""
    RAISED = "raised"
    STILL = "still"
    CLEARED = "cleared"


class When(StrEnum):
    """When a channel sends what it has."""

    AT_ONCE = "immediate"
    HOURLY = "hourly"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to tell. Texts are printable, and one line each but for `details`."""

    id: str
    """Stable: the same thing told twice has the same id. Letters, digits, "-" and "."."""
    event: Event
    phase: Phase
    at: datetime
    site: str
    severity: Severity
    weighs: Severity
    """What a channel's least severity is held against: of what is over, that of its beginning."""
    text: str
    """One sentence without logic and without addresses."""
    details: str = ""
    """What may hold names from programs: left out where a channel wants none."""
    about: str = ""
    """Names what lasts: equal in raised, still and cleared. Empty for what only happened."""
    controller: str = ""
    name: str = ""
    area: str = ""
    address: str = ""
    tags: tuple[str, ...] = ()
    aspects: tuple[Aspect, ...] = ()
    rule: str = ""
    origin: str = ""
    confidence: str = ""
    techniques: tuple[str, ...] = ()
    change_id: str = ""
    commit: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    """More, by names of lower-case ASCII letters, e.g. the numbers of a heartbeat."""


@dataclass(frozen=True, slots=True)
class ToldAlert:
    """That an alert went out on a channel, or waits for it: what is kept of it."""

    channel: str
    at: datetime
    """The alert's own time."""
    told_at: datetime | None
    """When the channel acknowledged it; None: it has not."""
    id: str
    event: Event
    phase: Phase
    severity: Severity
    text: str
    controller: str = ""
    change_id: str = ""


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """What shows a receiver that it is us: files in PEM, the key unencrypted and ours alone."""

    cert_file: str
    """Our certificate, then those that lead to whom the receiver trusts."""
    key_file: str


@dataclass(frozen=True, slots=True)
class Syslog:
    """A syslog receiver: RFC 5424 over UDP (5426), TCP with octet counting (6587), TLS (5425)."""

    host: str
    port: int
    transport: str = "tls"
    """"udp", "tcp" or "tls"."""
    form: str = "rfc5424"
    """"rfc5424" or "cef": what the text of a message is."""
    facility: str = "local0"
    ca_file: str = ""
    """Who vouches for the receiver; empty: whom this host trusts."""
    heartbeat_s: float = 60.0
    """Between two heartbeats; 0: none."""
    own: ClientCertificate | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail server that takes mail for these people."""

    host: str
    sender: str
    to: tuple[str, ...]
    port: int = 587
    security: str = "starttls"
    """"starttls", "tls" (from the first byte) or "none"."""
    user: str = ""
    password: Secret | None = None
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that takes JSON by HTTPS, signed with a secret that both sides know."""

    url: str
    secret: Secret
    ca_file: str = ""
    own: ClientCertificate | None = None


@dataclass(frozen=True, slots=True)
class Mqtt:
    """An MQTT broker; each alert is a message with quality of service 1, "at least once"."""

    host: str
    port: int = 8_883
    security: str = "tls"
    """"tls" or "none"."""
    version: str = "5"
    """"5" or "3.1.1"."""
    topic: str = "ccontrol/{site}/{controller}"
    """With {site}, {controller}, {event}, {severity} in it, or without."""
    retain: bool = False
    """Whether the broker hands the last message of a topic to who comes later."""
    user: str = ""
    password: Secret | None = None
    ca_file: str = ""
    own: ClientCertificate | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """A program of this host that takes JSON on its standard input."""

    command: tuple[str, ...]
    """The program's path and its arguments; no shell reads them."""


Way = Syslog | Mail | Webhook | Program | Mqtt


@dataclass(frozen=True, slots=True)
class Channel:
    """Where alerts go, and which."""

    name: str
    way: Way
    severity: Severity = Severity.LOW
    """The least that is told."""
    events: tuple[Event, ...] = ()
    """Empty: all."""
    aspects: tuple[Aspect, ...] = ()
    """Empty: all. What has no aspect, such as trouble of a store, passes always."""
    controllers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    """With controllers or tags: who is named, or has one of the tags. What is about no controller
    passes always."""
    when: When = When.AT_ONCE
    details: bool = False
    """Whether names from programs, and addresses, go out."""
    remind_s: float = 0.0
    """Between two reminders of what still stands; 0: none."""
    timeout_s: float = 20.0
    """For one attempt, from connecting to the receiver's word."""
    queue_limit: int = 5_000
    """Most alerts that wait; further ones are counted and told as lost."""
