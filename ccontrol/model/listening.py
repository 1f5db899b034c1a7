"""What a syslog listener is told: where it listens, and whose word it takes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sender:
    """An address from which a controller's own messages come."""

    address: str
    """An IP address; names are never looked up."""
    controller: str
    """The id of the controller that speaks from there."""


@dataclass(frozen=True, slots=True)
class Listening:
    """A site's syslog listener. Each way is "address:port", or empty where it is not wanted."""

    senders: tuple[Sender, ...]
    udp: str = ""
    tcp: str = ""
    tls: str = ""
    certificate: str = ""
    """File of the listener's own certificate chain, PEM; for TLS."""
    key: str = ""
    """File of the certificate's private key, PEM."""
    client_ca: str = ""
    """Who vouches for the senders' certificates. Empty: senders need none, and prove nothing."""
    idle_s: float = 86_400.0
    """A connection that says nothing for so long is closed."""

    @property
    def ways(self) -> tuple[tuple[str, str], ...]:
        """Return the ways that are wanted, each with its "address:port"."""
        every = (("udp", self.udp), ("tcp", self.tcp), ("tls", self.tls))
        return tuple((way, named) for way, named in every if named)


def endpoint(way: str) -> tuple[str, int]:
    """Return host and port of a way. Raises ValueError for what is not "address:port"."""
    host, colon, port = way.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit():
        raise ValueError("want an address and a port, as in 0.0.0.0:6514 or [::]:6514")
    return host.removeprefix("[").removesuffix("]"), int(port)
