"""The mirror's hook behind an SSH server that no one here wrote, by stock git and OpenSSH's ssh."""

import getpass
import json
import shutil
import subprocess  # noqa: TID251 — strangers are programs
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.strangers.conftest import HERE, python_of
from tests.unit.store.mirrored import Mirrored
from tests.unit.store.test_mirror_transports import judge_pushes

pytestmark = pytest.mark.strangers


def a_key(path: Path) -> Path:
    keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)]
    subprocess.run(keygen, check=True, timeout=30)
    return path


@pytest.fixture
def ssh_port(tmp_path: Path) -> Iterator[int]:
    host, login = a_key(tmp_path / "host-key"), a_key(tmp_path / "login-key")
    command = [str(python_of("ssh-server")), str(HERE / "ssh_server.py"), str(host), f"{login}.pub"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield int(json.loads(process.stdout.readline())["port"])
        finally:
            process.kill()


def test_over_ssh_the_hook_judges_every_push(ssh_port: int, tmp_path: Path) -> None:
    assert shutil.which("ssh"), "OpenSSH's client is not installed"
    (tmp_path / "plant").mkdir()
    mirrored = Mirrored.make(tmp_path / "plant")
    options = f"-F none -i {tmp_path / 'login-key'} -o UserKnownHostsFile=/dev/null"
    command = f"ssh {options} -o StrictHostKeyChecking=no -o LogLevel=ERROR -o BatchMode=yes"
    url = f"ssh://{getpass.getuser()}@127.0.0.1:{ssh_port}{mirrored.git_dir}"
    judge_pushes(mirrored, url, {"GIT_SSH_COMMAND": command})
