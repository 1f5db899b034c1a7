"""The tables of [[site.alert]]: every setting with its type, bounds and default.

How they become channels is `channels`' business.
"""

import ipaddress
import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from ccontrol.config.schema import Host, Id, Line, PathText, Table
from ccontrol.model.alert import Channel, Event, Mail, Mqtt, Program, Syslog
from ccontrol.model.aspect import Aspect
from ccontrol.model.secret import Secret

_DAY_S = 86_400.0
_CHANNEL = Channel("", Program(()))
_SYSLOG, _MAIL = Syslog("", 0), Mail("", "", ())
_MQTT = Mqtt("")
_PLACEHOLDERS = ("{site}", "{controller}", "{event}", "{severity}")
_MAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
_NEVER_CHOSEN = frozenset({Event.HEARTBEAT, Event.TEST, Event.LOST, Event.FAILED})
"""Heartbeats have a setting of their own; the others go to everybody."""


def _an_event(text: str) -> str:
    known = [event.value for event in Event if event not in _NEVER_CHOSEN]
    if text not in known:
        raise ValueError(f"want one of {', '.join(known)}, got {text[:80]!a}")
    return text


def _an_aspect(text: str) -> str:
    if text not in [*Aspect]:
        raise ValueError(f"want one of {', '.join(Aspect)}, got {text[:80]!a}")
    return text


def _a_mail_address(text: str) -> str:
    if _MAIL_ADDRESS.fullmatch(text) is None:
        raise ValueError(f"want a mail address without a name, got {text[:80]!a}")
    return text


def _a_url(text: str) -> str:
    """HTTPS, so that the other side is who it says; plain HTTP to this host alone."""
    try:
        url = urlsplit(text)
        port_is_sound = url.port != 0
    except ValueError as error:
        raise ValueError(f"want a URL: {error}") from error
    if not (text.isascii() and text.isprintable() and " " not in text and port_is_sound):
        raise ValueError("want a URL of ASCII characters without spaces")
    if url.username is not None or url.fragment:
        raise ValueError("want a URL without a user and without #; the signature is the proof")
    is_safe = url.scheme == "https" or (url.scheme == "http" and _is_here(url.hostname or ""))
    if not is_safe or not url.hostname:
        raise ValueError("want https://…; http:// only to this host")
    return text


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _a_topic(text: str) -> str:
    """A topic to publish to: no wildcards (MQTT 5, 4.7.1), and not the broker's own (4.7.2)."""
    plain = text
    for name in _PLACEHOLDERS:
        plain = plain.replace(name, "")
    if "{" in plain or "}" in plain:
        raise ValueError(f"want no braces but {', '.join(_PLACEHOLDERS)}, got {text[:80]!a}")
    if not text or text[0] == "$" or "+" in text or "#" in text:
        raise ValueError(f"want a topic without + and # that does not begin with $, got {text!a}")
    return text


def _a_command(command: tuple[str, ...]) -> tuple[str, ...]:
    if not command or not command[0].startswith("/"):
        raise ValueError("want a list that begins with the whole path of a program")
    return command


EventWord = Annotated[str, AfterValidator(_an_event)]
AspectWord = Annotated[str, AfterValidator(_an_aspect)]
MailAddress = Annotated[str, AfterValidator(_a_mail_address)]
Url = Annotated[str, AfterValidator(_a_url)]
Topic = Annotated[Line, AfterValidator(_a_topic)]
Command = Annotated[tuple[Line, ...], AfterValidator(_a_command)]


class AlertTable(Table):
    """[[site.alert]]: a channel, and what goes out on it."""

    name: Id
    severity: Literal["info", "low", "medium", "high", "critical"] = "low"
    events: tuple[EventWord, ...] = ()
    aspects: tuple[AspectWord, ...] = ()
    controllers: tuple[Line, ...] = ()
    tags: tuple[Line, ...] = ()
    when: Literal["immediate", "hourly", "daily"] = "immediate"
    details: bool | None = None
    remind_s: float = Field(_CHANNEL.remind_s, ge=0, le=366 * _DAY_S)
    timeout_s: float = Field(_CHANNEL.timeout_s, ge=1, le=300)
    queue_limit: int = Field(_CHANNEL.queue_limit, ge=10, le=100_000)


class ClientKeyTable(Table):
    """client_key: where the key is that belongs to cert_file."""

    file: PathText | None = None
    credential: Id | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if (self.file is None) == (self.credential is None):
            raise ValueError('want one of { file = "PATH" }, { credential = "NAME" }')
        return self


class TlsTable(Table):
    """What every way with TLS has: who vouches for the receiver, and what shows that it is us."""

    ca_file: PathText | None = None
    cert_file: PathText | None = None
    client_key: ClientKeyTable | None = None

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        if (self.cert_file is None) != (self.client_key is None):
            raise ValueError("cert_file and client_key belong together")
        return self


class SyslogTable(TlsTable):
    """[site.alert.syslog]: a syslog receiver."""

    host: Host
    port: int | None = Field(None, ge=1, le=65_535)
    transport: Literal["tls", "tcp", "udp"] = "tls"
    form: Literal["rfc5424", "cef"] = "rfc5424"
    facility: Literal[
        "user", "daemon", "auth", "audit",
        "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ] = "local0"  # fmt: skip
    heartbeat_s: float = Field(_SYSLOG.heartbeat_s, ge=0, le=3_600)


class MailTable(Table):
    """[site.alert.mail]: a mail server and the people it writes to."""

    host: Host
    port: int = Field(_MAIL.port, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: MailAddress
    to: tuple[MailAddress, ...]
    user: Line = ""
    password: Secret | None = None
    ca_file: PathText | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if not self.to:
            raise ValueError("to names nobody")
        if self.password is not None and not self.user:
            raise ValueError("password without user")
        if self.password is not None and self.security == "none":
            raise ValueError("a password never goes out in clear; want starttls or tls")
        return self


class WebhookTable(TlsTable):
    """[site.alert.webhook]: an address that takes JSON."""

    url: Url
    secret: Secret


class MqttTable(TlsTable):
    """[site.alert.mqtt]: a broker."""

    host: Host
    port: int = Field(_MQTT.port, ge=1, le=65_535)
    security: Literal["tls", "none"] = "tls"
    version: Literal["5", "3.1.1"] = "5"
    topic: Topic = _MQTT.topic
    retain: bool = _MQTT.retain
    user: Line = ""
    password: Secret | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.password is not None and not self.user:
            raise ValueError("password without user")
        if self.password is not None and self.security == "none":
            raise ValueError("a password never goes out in clear; want tls")
        return self


class ProgramTable(Table):
    """[site.alert.exec]: a program of this host."""

    command: Command
