"""A person's own key wherever it lies: an agent, a certificate; each signs a commit that counts."""

import os
import subprocess  # noqa: TID251 — OpenSSH's agent holds the keys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.unit.cli.works import ROOTS, Works
from tests.unit.store.made_store import ssh_keygen


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A real ssh-agent without any key."""
    with running(tmp_path / "agent") as path:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
        yield path


@contextmanager
def running(path: Path) -> Iterator[Path]:
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.DEVNULL)
    try:
        while not path.exists():
            assert process.poll() is None
        yield path
    finally:
        process.terminate()
        process.wait()


def hand_over(key: Path) -> None:
    """Let the agent have a key, and nobody else."""
    added = ["ssh-add", "-q", str(key)]
    subprocess.run(added, check=True, env=os.environ, capture_output=True)
    key.unlink()


def signed(works: Works, who: str) -> None:
    """Say that the newest commit is theirs, and that all of it counts."""
    assert works.git("log", "-1", "--format=%ae", "approved").strip() == who
    assert "sound" in works.ccontrol("verify")


def test_a_key_that_only_the_agent_holds(works: Works, agent: Path) -> None:
    hand_over(works.key("ada"))
    works.ccontrol("approve", "press-3", "--key", works.key("ada.pub"))
    signed(works, "ada@plant")
    works.ccontrol("approve", "mixer-1")
    signed(works, "ada@plant")


def test_an_agent_with_several_keys_wants_to_know_which(works: Works, agent: Path) -> None:
    for name in ("ada", "bob"):
        hand_over(works.key(name))
    told = works.ccontrol("approve", "press-3", code=26)
    assert "Say which one with --key FILE.pub" in told
    works.ccontrol("approve", "press-3", "--key", works.key("bob.pub"))
    signed(works, "bob@plant")


def test_a_draft_or_a_key_that_is_not_there_is_told_with_the_next_step(
    works: Works, tmp_path: Path
) -> None:
    nothing, draft = tmp_path / "nothing", works.key("second.toml")
    told = works.ccontrol("people", "sign", nothing, "--key", works.key("root-1"), code=50)
    assert "`ccontrol people draft FILE` writes a draft" in told
    works.ccontrol("people", "commit", nothing, "--key", works.key("ada"), code=50)
    works.ccontrol("people", "draft", draft)
    eve = ("--person", "eve@plant", "--public-key", nothing, "--role", "approver")
    assert "Name the .pub file" in works.ccontrol("people", "add", draft, *eve, code=26)


def test_a_certificate_of_an_authority_that_the_roots_named(works: Works) -> None:
    for name in ("ca", "eve"):
        ssh_keygen("-q", "-t", "ed25519", "-N", "", "-f", str(works.key(name)))
    draft = works.key("second.toml")
    works.ccontrol("people", "draft", draft)
    person = ("--person", "eve@plant", "--public-key", works.key("ca.pub"), "--authority")
    works.ccontrol("people", "add", draft, *person, "--role", "approver")
    for root in ROOTS:
        works.ccontrol("people", "sign", draft, "--key", works.key(root))
    works.ccontrol("people", "commit", draft, "--key", works.key("ada"))
    ca, public = str(works.key("ca")), str(works.key("eve.pub"))
    cert = works.key("eve-cert.pub")
    ssh_keygen("-q", "-s", ca, "-I", "eve", "-n", "mallory@plant", "-V", "-1m:+1h", public)
    told = works.ccontrol("approve", "press-3", "--key", cert, code=26)
    assert "belongs to nobody who may sign" in told
    assert works.baselines()["press-3"] == ("not approved", 0)
    ssh_keygen("-q", "-s", ca, "-I", "eve", "-n", "eve@plant", "-V", "-1m:+1h", public)
    works.ccontrol("approve", "press-3", "--key", cert)
    signed(works, "eve@plant")
    works.look()
    assert works.baselines()["press-3"] == ("in baseline", 0)
