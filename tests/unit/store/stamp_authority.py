"""A time stamp authority that nobody here wrote: openssl's, behind a small server on 127.0.0.1.

It answers with the host's time. Where a test needs another one, the time is written into the
answer's TSTInfo and the whole is signed anew, by `openssl cms` with the authority's own key.
"""

import re
import subprocess  # noqa: TID251 — the authority is openssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

POLICY = "1.2.3.4.1"
_CONFIGURATION = """\
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/certs.pem
signer_digest = sha256
default_policy = {policy}
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_chain = yes
"""
_TSA = "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"
_CA = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n"
_GENERALIZED_TIME = re.compile(rb"\x18\x0f[0-9]{14}Z")


def openssl(*arguments: str | Path, said: bytes = b"", code: int = 0) -> bytes:
    """Run openssl; return what it printed."""
    done = subprocess.run(
        ["openssl", *map(str, arguments)], input=said, capture_output=True, check=False
    )
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout + (done.stderr if code else b"")


@dataclass
class StampAuthority:
    """A root, an authority between, and the one that stamps; all three in `folder`."""

    folder: Path

    @classmethod
    def make(
        cls, folder: Path, name: str = "time.plant", days: int = 3000, usage: str = _TSA
    ) -> "StampAuthority":
        folder.mkdir()
        made = cls(folder)
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        files = ("-keyout", folder / "root.key", "-out", made.ca)
        openssl("req", "-x509", *curve, "-days", "9000", "-subj", f"/CN=root of {name}", *files)
        made._certify("between", f"between for {name}", "root", _CA, 8000)
        made._certify("tsa", name, "between", usage, days)
        chain = (folder / "between.pem").read_text() + made.ca.read_text()
        (folder / "certs.pem").write_text(chain)
        (folder / "serial").write_text("01\n")
        text = _CONFIGURATION.format(folder=folder, policy=POLICY)
        (folder / "tsa.cnf").write_text(text)
        return made

    @property
    def ca(self) -> Path:
        return self.folder / "root.pem"

    def query(self, content: bytes, *options: str) -> bytes:
        (self.folder / "content").write_bytes(content)
        asked = ("ts", "-query", "-data", self.folder / "content", "-sha256", "-cert")
        return openssl(*asked, *options)

    def answer(self, query: bytes, at: datetime | None = None) -> bytes:
        """Stamp what a query names, with the host's time or another one."""
        path = self.folder / "query"
        path.write_bytes(query)
        asked = ("ts", "-reply", "-config", self.folder / "tsa.cnf", "-queryfile", path)
        answer = openssl(*asked)
        return answer if at is None else self.dated(answer, at)

    def dated(self, answer: bytes, at: datetime) -> bytes:
        """Return an answer with another time in it, signed by the same key."""
        (self.folder / "answer").write_bytes(answer)
        read = ("-in", self.folder / "answer", "-token_out", "-out", self.folder / "token")
        openssl("ts", "-reply", *read)
        told = openssl(
            *("cms", "-verify", "-noverify", "-inform", "DER", "-in", self.folder / "token"),
            *("-binary", "-nosigs"),
        )
        time = f"{at:%Y%m%d%H%M%S}Z".encode()
        changed, count = _GENERALIZED_TIME.subn(b"\x18\x0f" + time, told)
        assert count == 1
        (self.folder / "info").write_bytes(changed)
        token = openssl(
            *("cms", "-sign", "-binary", "-nodetach", "-cades", "-md", "sha256", "-nosmimecap"),
            *("-econtent_type", "1.2.840.113549.1.9.16.1.4", "-outform", "DER"),
            *("-signer", self.folder / "tsa.pem", "-inkey", self.folder / "tsa.key"),
            *("-certfile", self.folder / "certs.pem", "-in", self.folder / "info"),
        )
        granted = b"\x30\x03\x02\x01\x00"
        return b"\x30\x82" + (len(granted) + len(token)).to_bytes(2) + granted + token

    def _certify(self, name: str, subject: str, by: str, usage: str, days: int) -> None:
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        key, request = self.folder / f"{name}.key", self.folder / f"{name}.csr"
        openssl("req", *curve, "-subj", f"/CN={subject}", "-keyout", key, "-out", request)
        (self.folder / f"{name}.ext").write_text(usage)
        openssl(
            *("x509", "-req", "-in", request, "-days", str(days), "-CAcreateserial"),
            *("-CA", self.folder / f"{by}.pem", "-CAkey", self.folder / f"{by}.key"),
            *("-extfile", self.folder / f"{name}.ext", "-out", self.folder / f"{name}.pem"),
        )


@dataclass
class Served:
    """An authority that is asked over HTTP. What it answers may be set to anything."""

    url: str
    asked: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


Answering = Callable[[bytes], bytes | None]
"""From a query to the body of the answer; None: it says nothing and closes."""


@contextmanager
def serving_stamps(answering: Answering, status: int = 200) -> Iterator[Served]:
    """Answer queries on 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        served: ClassVar[Served]

        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            self.served.headers.append(dict(self.headers.items()))
            body = answering(query)
            self.served.asked.append(query)
            if body is None:
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Handler.served = Served(f"http://127.0.0.1:{server.server_port}/tsr")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Handler.served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
