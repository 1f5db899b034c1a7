"""The tables of [site.syslog]: where a site listens for its controllers' own messages, and to whom.

How they become a Listening, and what must hold between them, is `listeners`' business.
"""

import ipaddress
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from ccontrol.config.schema import Id, Line, PathText, Table
from ccontrol.model.listening import Listening, endpoint

_LISTENING = Listening(())
_MOST_PORT = 65_535


def _an_endpoint(text: str) -> str:
    host, port = endpoint(text)
    _an_address(host)
    if not 0 < port <= _MOST_PORT:
        raise ValueError(f"want a port 1..{_MOST_PORT}, got {port}")
    return text


def _an_address(text: str) -> str:
    """No name: who may speak must not hang on whoever answers for names."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise ValueError(f"want an IP address, got {text[:80]!a}") from error


Endpoint = Annotated[str, AfterValidator(_an_endpoint)]
Address = Annotated[str, AfterValidator(_an_address)]


class PrivateKeyTable(Table):
    """key: where the private key of the listener's certificate is."""

    file: PathText | None = None
    credential: Id | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if (self.file is None) == (self.credential is None):
            raise ValueError('want one of { file = "PATH" }, { credential = "NAME" }')
        return self


class ListenerTable(Table):
    """[site.syslog]: the listener of a site."""

    udp: Endpoint | None = None
    tcp: Endpoint | None = None
    tls: Endpoint | None = None
    certificate: PathText | None = None
    key: PrivateKeyTable | None = None
    client_ca: PathText | None = None
    idle_s: float = Field(_LISTENING.idle_s, ge=60, le=31 * 86_400.0)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if not (self.udp or self.tcp or self.tls):
            raise ValueError("want at least one of udp, tcp, tls")
        if self.tls and not (self.certificate and self.key):
            raise ValueError("tls wants a certificate and its key")
        if not self.tls and (self.certificate or self.key or self.client_ca):
            raise ValueError("certificate, key and client_ca are for tls, which is not here")
        return self


class SenderTable(Table):
    """[[site.syslog.sender]]: an address from which a controller's messages come."""

    address: Address
    controller: Line
