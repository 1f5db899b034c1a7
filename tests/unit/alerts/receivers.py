"""Real receivers on 127.0.0.1 for the tests of alerts, well-behaved and not."""

import gc
import ipaddress
import json
import socket
import socketserver
import ssl
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ccontrol.model.alert import Alert, ClientCertificate, Event, Phase
from ccontrol.model.aspect import Aspect
from ccontrol.model.judgement import Severity

AT = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
HERE = "127.0.0.1"
SOON_S = 30.0
"""What has a limit of a second is over by then, however busy the machine; what has none, is not."""


def an_alert(number: int = 1, **other: Any) -> Alert:  # noqa: ANN401 — fields by name
    fields: dict[str, Any] = {
        "id": f"change-20260301-{number:016x}-1",
        "event": Event.CHANGE,
        "phase": Phase.HAPPENED,
        "at": AT,
        "site": "north",
        "severity": Severity.HIGH,
        "weighs": Severity.HIGH,
        "text": f"Press 3: program: {number} changed",
        "controller": "press-3",
        "aspects": (Aspect.PROGRAM,),
    }
    return Alert(**{**fields, **other})


def wait_for(happened: Callable[[], bool], timeout_s: float = 60.0) -> None:
    end = time.monotonic() + timeout_s
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate of 127.0.0.1, and its key."""

    file: Path
    key: Path

    def server(self, asking_for: "Certificate | None" = None) -> ssl.SSLContext:
        """A server's side; with a certificate it wants one of its clients, too."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        if asking_for is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(asking_for.file)
        return context

    @property
    def shown(self) -> ClientCertificate:
        """The same, as a client shows it."""
        return ClientCertificate(str(self.file), str(self.key))


def certificate(folder: Path, host: str = HERE) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver")])
    now = datetime.now(UTC)  # noqa: TID251 — TLS asks the host's own clock
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    found = Certificate(folder / "ca.pem", folder / "ca.key")
    found.file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    found.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return found


@dataclass
class Received:
    """What a receiver got, and where it listens."""

    port: int = 0
    messages: list[bytes] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return [raw.decode() for raw in self.messages]

    @property
    def without_heartbeats(self) -> list[str]:
        return [text for text in self.texts if " heartbeat " not in text]


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def octet_counted(stream: bytes) -> list[bytes]:
    """Split a stream by the lengths in it, as RFC 6587 wants."""
    found = []
    while stream:
        length, _, rest = stream.partition(b" ")
        found.append(rest[: int(length)])
        assert len(found[-1]) == int(length)
        stream = rest[int(length) :]
    return found


@contextmanager
def syslog_udp() -> Iterator[Received]:
    received = Received()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            received.messages.append(self.request[0])

    with serving(server := socketserver.UDPServer((HERE, 0), Handler)):
        received.port = server.server_address[1]
        yield received


@contextmanager
def syslog_tcp(tls: ssl.SSLContext | None = None, port: int = 0) -> Iterator[Received]:
    received = Received()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            door = self.request
            try:
                if tls is not None:
                    door = tls.wrap_socket(door, server_side=True)
                stream = b""
                while piece := door.recv(65_536):
                    stream += piece
            except OSError:
                return  # it does not trust us, or hung up
            received.messages.extend(octet_counted(stream))
            door.close()

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True

    with serving(server := Server((HERE, port), Handler)):
        received.port = server.server_address[1]
        yield received


@contextmanager
def deaf(*, drip: bytes = b"") -> Iterator[int]:
    """Accept and say nothing, or one byte now and then for ever; the port comes out."""
    stop = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while not stop.wait(0.2):
                try:
                    self.request.sendall(drip)
                except OSError:
                    return

    with serving(server := socketserver.ThreadingTCPServer((HERE, 0), Handler)):
        yield server.server_address[1]
        stop.set()


def closed_port() -> int:
    with socket.socket() as door:
        door.bind((HERE, 0))
        port: int = door.getsockname()[1]
    return port


@dataclass
class Hook:
    """A webhook's other side."""

    port: int = 0
    status: int = 200
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.requests]


@contextmanager
def webhook(tls: ssl.SSLContext | None = None) -> Iterator[Hook]:
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.requests.append((dict(self.headers), body))
            self.send_response(hook.status)
            if hook.status in {301, 302, 307}:
                self.send_header("Location", f"http://{HERE}:{hook.port}/elsewhere")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer((HERE, 0), Handler)
    hook.port = server.server_address[1]
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    with serving(server):
        yield hook


@dataclass
class Mailbox:
    """What a mail server took."""

    port: int = 0
    refuses: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 — aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if address == self.refuses:
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 — aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        raw = envelope.content
        assert isinstance(raw, bytes)
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 taken"

    def login(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, who: LoginPassword
    ) -> AuthResult:
        self.logins.append((who.login, who.password))
        return AuthResult(success=who.password == b"open sesame", handled=False)


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None, *, at_once: bool = False) -> Iterator[Mailbox]:
    box = Mailbox(port=closed_port())
    more = {"ssl_context": tls} if at_once else {"tls_context": tls, "require_starttls": bool(tls)}
    server = Controller(
        box,
        hostname=HERE,
        port=box.port,
        authenticator=box.login,
        auth_require_tls=not at_once,
        **more,
    )
    server.start()
    try:
        yield box
    finally:
        time.sleep(0.1)  # it hears that we hung up
        server.stop()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # aiosmtpd leaves what it talked over to the collector
            gc.collect()
