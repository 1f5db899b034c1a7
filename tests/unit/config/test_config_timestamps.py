"""[site.timestamps]: whom to ask, whose stamps count, and every fault that is told."""

import re
from pathlib import Path

import pytest

from ccontrol.config.load import parse
from ccontrol.config.schema import Table
from ccontrol.config.settings import TimestampSettings
from ccontrol.config.timestamp_schema import TimestampsTable
from ccontrol.errors import CcontrolError, ConfigError, SecretMissingError
from tests.unit.config.test_config_alerts import BEGIN, EXAMPLE, FAMILIES, Given

URL = 'url = "https://tsa.example/tsr"\n'


def timestamps(text: str, folder: Path) -> TimestampSettings | None:
    (folder / "root.pem").touch()
    (folder / "tls.pem").touch()
    config = parse(
        f"{BEGIN}\n[site.timestamps]\n{text}", folder / "ccontrol.toml", FAMILIES, Given()
    )
    return config.sites[0].timestamps


def told(text: str, folder: Path) -> str:
    with pytest.raises(CcontrolError) as caught:
        timestamps(text, folder)
    return str(caught.value)


def test_without_the_table_nobody_is_asked() -> None:
    config = parse(BEGIN, Path("/nowhere/ccontrol.toml"), FAMILIES, Given())
    assert config.sites[0].timestamps is None


def test_every_setting_is_taken_and_paths_begin_at_the_file(tmp_path: Path) -> None:
    text = (
        f'{URL}authorities = ["root.pem"]\npolicy = "1.3.6.1.4.1.99999.1"\nca_file = "tls.pem"\n'
        'user = "north"\npassword = { file = "tsa" }\n'
    )
    found = timestamps(text, tmp_path)
    assert found is not None
    assert found.authorities == (tmp_path / "root.pem",)
    assert (found.ca_file, found.policy) == (str(tmp_path / "tls.pem"), "1.3.6.1.4.1.99999.1")
    assert (found.user, found.password is not None) == ("north", True)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('authorities = ["root.pem"]', "timestamps.url"),
        (f"{URL}authorities = []", "names nobody"),
        (URL, "timestamps.authorities"),
        ('url = "ftp://x/"\nauthorities = ["root.pem"]', "want http"),
        ('url = ""\nauthorities = ["root.pem"]', "want the URL of a time stamp authority"),
        (f'{URL}authorities = ["root.pem"]\npolicy = "1.2.x"', "want an OID"),
        (f'{URL}authorities = ["root.pem"]\npassword = {{ file = "p" }}', "password without user"),
        (
            'url = "http://x/"\nauthorities = ["root.pem"]\nuser = "u"\npassword = { file = "p" }',
            "never goes out in clear",
        ),
        (f'{URL}authorities = ["root.pem"]\nuser = "a:b"', "without ':'"),
        (f'{URL}authority = ["root.pem"]', "did you mean 'authorities'"),
    ],
)
def test_each_fault_is_told_with_its_place(text: str, fault: str, tmp_path: Path) -> None:
    assert fault in told(text, tmp_path)


def test_files_that_are_not_there_are_all_named(tmp_path: Path) -> None:
    text = f'{URL}authorities = ["root.pem", "gone.pem"]\nca_file = "lost.pem"'
    with pytest.raises(SecretMissingError) as caught:
        timestamps(text, tmp_path)
    assert "gone.pem" in str(caught.value)
    assert "lost.pem" in str(caught.value)


def test_several_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        timestamps('url = "ftp://x"\nauthorities = 5\npolicy = "x"', tmp_path)
    assert len(caught.value.faults) == 3


def test_the_example_shows_every_setting_of_the_table_that_is_not_switched_on() -> None:
    section = EXAMPLE.read_text().partition("# [site.timestamps]")[2].partition("\n\n")[0]
    shown = re.findall(r"^# ([a-z_]+) = ", section, re.MULTILINE)
    assert set(TimestampsTable.model_fields) == set(shown)
    assert issubclass(TimestampsTable, Table)
