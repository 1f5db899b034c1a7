from datetime import UTC, datetime
from pathlib import Path

import pytest

from ccontrol.errors import SigningError
from ccontrol.store import signing
from ccontrol.store.allowed_signers import AllowedSigner, AllowedSigners, only, parse
from ccontrol.store.keys import FileSigner, generate, public_line
from tests.unit.store.made_store import ssh_keygen

WHEN = datetime(2031, 5, 6, tzinfo=UTC)
DAEMON = "ccontrol@plant-1"


@pytest.fixture
def key(tmp_path: Path) -> FileSigner:
    return generate(tmp_path / "key")


def test_one_key_is_allowed_for_one_name_and_purpose(key: FileSigner) -> None:
    allowed = only(DAEMON, key.public_key)
    assert allowed.allow(DAEMON, key.public_key, "git", WHEN)
    assert not allowed.allow("somebody", key.public_key, "git", WHEN)
    assert not allowed.allow(DAEMON, key.public_key, "file", WHEN)
    assert not allowed.allow(DAEMON, b"another key", "git", WHEN)


def test_what_is_written_is_read_back(key: FileSigner) -> None:
    lines = (
        AllowedSigner((DAEMON,), key.public_key, ("git", "file"), WHEN, WHEN.replace(year=2032)),
        AllowedSigner(("a@b", "c@d"), key.public_key),
    )
    assert parse(AllowedSigners(lines).text()) == AllowedSigners(lines)


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ("20310505235959Z", False),
        ("20310506000000Z", True),
        ("20310507000001Z", True),
        ("20310507000002Z", False),
    ],
)
def test_a_key_holds_exactly_as_long_as_openssh_thinks(
    when: str,
    holds: bool,
    key: FileSigner,
    tmp_path: Path,
) -> None:
    text = f'{DAEMON} valid-after="20310506Z",valid-before="20310507000001Z" '
    text += public_line(key.public_key)
    moment = datetime.strptime(when, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    assert parse(text).allow(DAEMON, key.public_key, "git", moment) is holds
    (tmp_path / "allowed").write_text(text + "\n")
    (tmp_path / "sig").write_text(signing.sign(key, b"text"))
    flags = ("-f", str(tmp_path / "allowed"), "-I", DAEMON, "-n", "git", f"-Overify-time={when}")
    code = 0 if holds else 255
    ssh_keygen("-Y", "verify", *flags, "-s", str(tmp_path / "sig"), said=b"text", code=code)


def test_comments_patterns_and_trailing_words_are_understood(key: FileSigner) -> None:
    text = f"# people\n\n*@plant.example,{DAEMON} {public_line(key.public_key)} from the vault\n"
    assert parse(text).allow("ann@plant.example", key.public_key, "git", WHEN)


def test_a_pattern_that_takes_names_away_is_understood(key: FileSigner) -> None:
    allowed = parse(f"*@plant.example,!bob@plant.example {public_line(key.public_key)}")
    assert allowed.allow("ann@plant.example", key.public_key, "git", WHEN)
    assert not allowed.allow("bob@plant.example", key.public_key, "git", WHEN)


@pytest.mark.parametrize(
    "line",
    [
        "lonely",
        'who cert-authority="x" ssh-ed25519 AAAA',
        'who unknown="x" ssh-ed25519 AAAA',
        'who valid-after="20310506" ssh-ed25519 AAAA',
        'who valid-after="soon" ssh-ed25519 AAAA',
        "who ssh-ed25519 not*base64",
    ],
)
def test_a_line_that_cannot_be_taken_is_named(line: str) -> None:
    with pytest.raises(SigningError, match="line 2"):
        parse(f"# first\n{line}\n")
