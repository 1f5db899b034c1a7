"""A connection that ends by itself: one limit for connecting, TLS and every answer together.

The one door of alerts to the network. A receiver that sends a byte now and then would hold up
whoever only bounds each single read.
"""

import fcntl
import socket
import ssl
import struct
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ccontrol.errors import DeliveryError
from ccontrol.model.alert import ClientCertificate

FINISH_S = 2.0
"""So long a receiver may take to close after it has everything."""


@contextmanager
def connected(
    host: str, port: int, limit_s: float, tls: ssl.SSLContext | None = None
) -> Iterator[socket.socket]:
    """Connect, with TLS when a context is given; the block has what is left of the limit.

    Raises DeliveryError, also for whatever the network does to the block.
    """
    late = threading.Event()
    try:
        with socket.create_connection((host, port), limit_s) as raw, raw.dup() as spare:
            timer = threading.Timer(limit_s, _cut_off, (spare, late))
            timer.daemon = True
            timer.start()
            try:
                with raw if tls is None else tls.wrap_socket(raw, server_hostname=host) as door:
                    yield door
            finally:
                timer.cancel()
        if late.is_set():  # what we cut off ourselves looks like a receiver that closed
            raise TimeoutError
    except (OSError, ssl.SSLError) as error:  # SSLError: also a certificate nobody vouches for
        why = f"no answer within {limit_s:g} s" if late.is_set() else _words(error)
        raise DeliveryError(f"{host}:{port}: {why}") from error


def trusting(ca_file: str, own: ClientCertificate | None = None) -> ssl.SSLContext:
    """Return what verifies a receiver's certificate and name; there is no way around it.

    With `own` it shows the receiver ours. Raises DeliveryError for files that hold nothing of that.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise DeliveryError(f"{ca_file}: {_words(error)}", hint="Check ca_file.") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if own is not None:
        _show(context, own)
    return context


def _show(context: ssl.SSLContext, own: ClientCertificate) -> None:
    try:
        # Without a password callback OpenSSL would ask a terminal for it, and wait.
        context.load_cert_chain(own.cert_file, own.key_file, password=lambda: "")
    except (OSError, ssl.SSLError) as error:
        hint = "Check cert_file and client_key: they belong together, the key is unencrypted."
        raise DeliveryError(f"{own.cert_file}: {_words(error)}", hint=hint) from error


def finish(door: socket.socket) -> None:
    """Say that nothing more comes, and wait until the other side has everything.

    A receiver that closes has read to the end. One that keeps its side open until the timeout has
    it when its host has acknowledged every byte. Raises OSError when it has not.
    """
    door.settimeout(FINISH_S)
    try:
        _say_the_end(door)
    except TimeoutError:
        if _unacknowledged(door):
            raise


def _say_the_end(door: socket.socket) -> None:
    if isinstance(door, ssl.SSLSocket):
        is_late = door.version() == "TLSv1.3"
        with suppress(ssl.SSLEOFError, ssl.SSLZeroReturnError):  # it closed without a word
            door.unwrap()
        if is_late and not _has_agreed(door):
            raise ConnectionResetError("it closed before it had agreed to the connection")
        return
    door.shutdown(socket.SHUT_WR)
    while door.recv(4_096):
        pass


def _has_agreed(door: ssl.SSLSocket) -> bool:
    """Tell whether a receiver finished a handshake of TLS 1.3, with our certificate or without.

    There we may send before it has (RFC 8446, 4.4), and who refuses us closes like one who has read
    to the end. Whoever agreed has sent a ticket for a next session.
    """
    session = door.session
    return session is not None and session.has_ticket


def _unacknowledged(door: socket.socket) -> int:
    """Return how many bytes the other host has not acknowledged (tcp(7), SIOCOUTQ)."""
    found: tuple[int] = struct.unpack("i", fcntl.ioctl(door, termios.TIOCOUTQ, b"\0\0\0\0"))
    return found[0]


def _cut_off(door: socket.socket, late: threading.Event) -> None:
    late.set()
    with suppress(OSError):  # it is closed already
        door.shutdown(socket.SHUT_RDWR)


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
