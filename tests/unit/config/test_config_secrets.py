from pathlib import Path

import pytest

from ccontrol.config.load import parse
from ccontrol.config.secrets import HostSecrets, Reference, withheld
from ccontrol.config.settings import Config, KeyFile
from ccontrol.drivers.registry import DRIVERS, driver
from ccontrol.errors import ConfigError, SecretMissingError
from ccontrol.model.secret import DOTS
from tests.unit.config.families import (
    CONTROLLER,
    SEAL,
    SITE,
    ToyOptions,
    faults,
    read,
)

HOW_TO = 'write { env = "NAME" }, { file = "PATH" } or { credential = "NAME" }'


def options(config: Config) -> ToyOptions:
    found = config.sites[0].controllers[0].options
    assert isinstance(found, ToyOptions)
    return found


def keep(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_secret_comes_from_a_file_beside_the_configuration(folder: Path) -> None:
    keep(folder / "keys" / "cpu", "geheim\n")
    config = read(SITE + CONTROLLER + 'toy = { password = { file = "keys/cpu" } }\n', folder)
    password = options(config).password
    assert password is not None
    assert password.reveal() == "geheim"


def test_a_secret_comes_from_systemd(folder: Path, tmp_path: Path) -> None:
    keep(tmp_path / "seal-key", SEAL, 0o400)
    text = SITE.replace('{ env = "SEAL" }', '{ credential = "seal-key" }')
    config = read(text, folder, HostSecrets({"CREDENTIALS_DIRECTORY": str(tmp_path)}))
    assert config.sites[0].store.seal_key.reveal() == SEAL


def test_the_signing_key_may_be_a_credential_and_is_not_read_here(
    folder: Path, tmp_path: Path
) -> None:
    keep(tmp_path / "signing", "", 0o400)
    text = SITE.replace('{ file = "keys/signing-key" }', '{ credential = "signing" }')
    secrets = HostSecrets({"SEAL": SEAL, "CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert read(text, folder, secrets).sites[0].store.signing_key == KeyFile(tmp_path / "signing")


def test_no_secret_is_printed_with_the_configuration(folder: Path) -> None:
    keep(folder / "keys" / "cpu", "geheim")
    config = read(SITE + CONTROLLER + 'toy = { password = { file = "keys/cpu" } }\n', folder)
    for told in (repr(config), str(config), f"{config}"):
        assert DOTS in told
        assert SEAL not in told
        assert "geheim" not in told


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('"geheim"', f"a secret may not stand in this file; {HOW_TO}"),
        ("'''geheim'''", f"a secret may not stand in this file; {HOW_TO}"),
        ("1234", f"want a secret by reference: {HOW_TO}"),
        ("{}", f"want a secret by reference: {HOW_TO}"),
        ('{ env = "A", file = "geheim" }', f"want a secret by reference: {HOW_TO}"),
        ('{ text = "geheim" }', f"no such kind of reference; {HOW_TO}"),
        ("{ env = 5 }", f"want the name as a text: {HOW_TO}"),
        ('{ file = "a\\u0000geheim" }', f"want the name as a text: {HOW_TO}"),
        ('{ env = "" }', f"want the name as a text: {HOW_TO}"),
        ('{ env = "my geheim=" }', "want a name of letters, digits, '_', '.', '-' as env"),
        ('{ credential = "../geheim" }', "want a name of letters, digits, '_', '.', '-' as"),
    ],
)
def test_a_literal_secret_is_refused_and_never_repeated(
    folder: Path, written: str, said: str
) -> None:
    (fault,) = faults(SITE + CONTROLLER + f"toy = {{ password = {written} }}\n", folder)
    assert fault.startswith(f"site[north].controller[press-3].toy.password: {said}")
    assert "geheim" not in fault


def test_a_literal_secret_under_a_mistyped_key_is_not_repeated_either(folder: Path) -> None:
    found = faults(SITE + CONTROLLER + 'toy = { pasword = "geheim" }\n', folder)
    assert found == (
        "site[north].controller[press-3].toy.pasword: unknown key; did you mean 'password'?",
    )


def test_secrets_in_a_sites_defaults_are_looked_up_too(folder: Path) -> None:
    keep(folder / "keys" / "cpu", "geheim")
    text = SITE + '[site.defaults.toy]\npassword = { file = "keys/cpu" }\n' + CONTROLLER
    password = options(read(text, folder)).password
    assert password is not None
    assert password.reveal() == "geheim"
    assert len(faults(text.replace('{ file = "keys/cpu" }', '"geheim"'), folder)) == 1


def test_every_secret_that_is_missing_is_named_at_once(folder: Path) -> None:
    (folder / "keys" / "signing-key").unlink()
    keep(folder / "keys" / "open", "geheim", 0o644)
    keep(folder / "keys" / "empty", "\n")
    passwords = ('{ file = "keys/open" }', '{ file = "keys/empty" }', '{ credential = "cpu" }')
    text = SITE + "".join(
        CONTROLLER.replace("press-3", f"press-{n}").replace(".10", f".{n}")
        + f"toy = {{ password = {password} }}\n"
        for n, password in enumerate(passwords)
    )
    with pytest.raises(SecretMissingError) as caught:
        read(text, folder, HostSecrets({}))
    told = str(caught.value)
    assert "site[north].store.signing_key: " in told
    assert "No such file" in told
    assert "store.seal_key: the environment variable SEAL is not set" in told
    assert "controller[press-0].toy.password: " in told
    assert "every user of this host may use it; chmod 600" in told
    assert "keys/empty: is empty" in told
    assert "the service needs LoadCredential=cpu" in told
    assert "geheim" not in told


def test_a_missing_secret_of_the_defaults_is_named_once(folder: Path) -> None:
    text = SITE + '[site.defaults.toy]\npassword = { env = "CPU" }\n' + CONTROLLER
    with pytest.raises(SecretMissingError) as caught:
        read(text, folder)
    assert str(caught.value).count("CPU is not set") == 1


def test_faults_and_missing_secrets_are_told_together(folder: Path) -> None:
    text = SITE.replace("SEAL", "NONE") + CONTROLLER + "port = 0\n"
    assert faults(text, folder) == (
        "site[north].controller[press-3].port: want a number 1..65535, got 0",
        "site[north].store.seal_key: the environment variable NONE is not set",
    )


@pytest.mark.parametrize("text", ["short", SEAL[:-1], SEAL + "0", "g" * 64])
def test_a_seal_key_that_is_none_is_a_fault_that_does_not_show_it(folder: Path, text: str) -> None:
    keep(folder / "keys" / "seal", text)
    (fault,) = faults(SITE.replace('{ env = "SEAL" }', '{ file = "keys/seal" }'), folder)
    assert fault == "site[north].store.seal_key: what it names is not 64 hex digits"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 70_000])
def test_a_file_that_holds_no_secret_is_told_without_its_content(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "secret"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(SecretMissingError) as caught:
        HostSecrets({}).text(Reference("file", str(path)))
    assert len(str(caught.value)) < 300


def test_a_folder_is_no_secret(tmp_path: Path) -> None:
    with pytest.raises(SecretMissingError, match="is no file"):
        HostSecrets({}).text(Reference("file", str(tmp_path)))


def test_who_only_reads_the_history_needs_no_secrets_and_has_none(folder: Path) -> None:
    (folder / "keys" / "signing-key").unlink()
    text = SITE + CONTROLLER + 'toy = { password = { credential = "cpu" } }\n'
    config = read(text, folder, withheld)
    assert options(config).password is None
    store = config.sites[0].store
    assert store.signing_key == KeyFile(folder / "keys" / "signing-key")
    assert f"{store.seal_key!r} {store.seal_key}" == f"{DOTS} {DOTS}"
    with pytest.raises(SecretMissingError, match="SEAL"):
        store.seal_key.reveal()


def test_a_driver_that_looks_into_its_password_does_not_stop_who_only_reads(
    folder: Path,
) -> None:
    text = (SITE + CONTROLLER).replace('"toy"', '"s7"')
    text += '[site.controller.s7]\npassword = { credential = "cpu" }\n'
    families = {family: driver(family) for family in DRIVERS}
    config = parse(text, folder / "ccontrol.toml", families, withheld)
    assert config.sites[0].controllers[0].id == "press-3"
    keep(folder / "cpu", "longer than eight")
    secrets = HostSecrets({"SEAL": SEAL, "CREDENTIALS_DIRECTORY": str(folder)})
    with pytest.raises(ConfigError, match=r"s7\.password: a CPU's password has") as caught:
        parse(text, folder / "ccontrol.toml", families, secrets)
    assert "longer than eight" not in str(caught.value)
