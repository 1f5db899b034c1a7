"""The same hook behind real servers: OpenSSH's sshd, and git's own http-backend."""

import getpass
import http.server
import os
import shutil
import socket
import subprocess  # noqa: TID251 — sshd and git http-backend are the strangers
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from pwd import getpwnam

import pytest

from ccontrol.store import mirror
from ccontrol.store.keys import generate
from tests.unit.store.mirrored import NOTHING, Mirrored

APPROVED = "refs/heads/approved"
SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


def _backend() -> Path:
    done = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True)
    return Path(done.stdout.strip()) / "git-http-backend"


def _lacks_for_sshd() -> str:
    if SSHD is None:
        return "sshd is not installed here"
    if os.getuid() == 0:
        try:
            getpwnam("sshd")
        except KeyError:
            return "sshd run by root wants the user sshd"
    return ""


@pytest.fixture
def mirrored(tmp_path: Path) -> Mirrored:
    return Mirrored.make(tmp_path)


@pytest.fixture
def http_url(mirrored: Mirrored) -> Iterator[str]:
    """git http-backend behind a small server that says who pushes, as a proxy with logins would."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve(b"")

        def do_POST(self) -> None:
            self._serve(self.rfile.read(int(self.headers["Content-Length"])))

        def _serve(self, body: bytes) -> None:
            path, _, query = self.path.partition("?")
            done = subprocess.run(
                [_backend()],
                input=body,
                env={
                    "PATH": os.environ["PATH"],
                    "GIT_PROJECT_ROOT": str(mirrored.folder),
                    "GIT_HTTP_EXPORT_ALL": "1",
                    "REMOTE_USER": "ann",
                    "REQUEST_METHOD": self.command,
                    "PATH_INFO": path,
                    "QUERY_STRING": query,
                    "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                    "CONTENT_LENGTH": str(len(body)),
                    "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                },
                capture_output=True,
                check=False,
            )
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            lines = [line.partition(b": ") for line in head.split(b"\r\n")]
            fields = {name.decode(): value.decode() for name, _, value in lines}
            self.send_response(int(fields.pop("Status", "200").split()[0]))
            for name, value in fields.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — its own name
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/mirror.git"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.skipif(not _backend().is_file(), reason="git http-backend is not installed here")
def test_over_http_the_hook_judges_every_push(mirrored: Mirrored, http_url: str) -> None:
    judge_pushes(mirrored, http_url)


def judge_pushes(mirrored: Mirrored, url: str, env: Mapping[str, str] = NOTHING) -> None:
    mirrored.engineer(url, env=env)
    generate(mirrored.folder / "stranger")
    mirrored.approve("stranger")
    refused = mirrored.push("approved", env=env)
    assert refused.returncode != 0
    assert "remote: ccontrol mirror: refs/heads/approved" in refused.stderr
    assert "signed by nobody who may sign" in refused.stderr
    mirrored.undo()
    approved = mirrored.approve()
    done = mirrored.push("approved", env=env)
    assert done.returncode == 0, done.stderr
    assert mirrored.stands_at(APPROVED) == approved
    mirrored.in_clone("tag", "bare")
    assert "only signed tags" in mirrored.push("bare", env=env).stderr
    deleted = mirrored.push("--delete", "approved", env=env)
    assert deleted.returncode != 0
    assert mirrored.stands_at(APPROVED) == approved
    other = mirrored.folder / "second.git"
    daemon = mirrored.site.daemon.trust.signers
    mirror.make(other, url, daemon, mirrored.anchor)
    saved = dict(os.environ)
    try:
        os.environ.update(env)
        assert mirror.pull(other)[1] == f"{APPROVED} {approved}"
    finally:
        os.environ.clear()
        os.environ.update(saved)


@pytest.fixture
def ssh_port(tmp_path: Path) -> Iterator[int]:
    """An sshd of our own on loopback, run by whoever runs the tests, with keys of its own."""
    generate(tmp_path / "host-key")
    generate(tmp_path / "login-key")
    shutil.copy(tmp_path / "login-key.pub", tmp_path / "authorized_keys")
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = int(door.getsockname()[1])
    lines = (
        f"Port {port}",
        "ListenAddress 127.0.0.1",
        f"HostKey {tmp_path / 'host-key'}",
        f"AuthorizedKeysFile {tmp_path / 'authorized_keys'}",
        f"PidFile {tmp_path / 'sshd.pid'}",
        "StrictModes no",
        "UsePAM no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
    )
    (tmp_path / "sshd_config").write_text("\n".join(lines) + "\n")
    command = [str(SSHD), "-D", "-e", "-f", str(tmp_path / "sshd_config")]
    with (
        (tmp_path / "sshd.log").open("wb") as log,
        subprocess.Popen(command, stderr=log) as process,
    ):
        try:
            _wait_for(port, process, tmp_path / "sshd.log")
            yield port
        finally:
            process.terminate()


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(log.read_text())


@pytest.mark.skipif(bool(_lacks_for_sshd()), reason=_lacks_for_sshd() or "it is here")
def test_over_ssh_the_hook_judges_every_push(
    mirrored: Mirrored, ssh_port: int, tmp_path: Path
) -> None:
    options = f"-F none -i {tmp_path / 'login-key'} -o UserKnownHostsFile=/dev/null"
    command = f"ssh {options} -o StrictHostKeyChecking=no -o LogLevel=ERROR -o BatchMode=yes"
    url = f"ssh://{getpass.getuser()}@127.0.0.1:{ssh_port}{mirrored.git_dir}"
    judge_pushes(mirrored, url, {"GIT_SSH_COMMAND": command})
