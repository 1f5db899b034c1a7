"""exec: real programs that take, refuse, hang and talk without end."""

import json
import sys
import time
from pathlib import Path

import pytest

from ccontrol.alerts import program
from ccontrol.errors import DeliveryError
from ccontrol.model.alert import Program
from tests.unit.alerts.receivers import SOON_S, an_alert, wait_for

SAVE = (
    "import sys,os,json; "
    "open(sys.argv[1],'w').write(sys.stdin.read()+'\\n'+json.dumps(dict(os.environ)))"
)


def test_a_program_gets_json_and_none_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "open sesame")
    file = tmp_path / "$(touch pwned); got"
    program.send(Program((sys.executable, "-c", SAVE, str(file))), [an_alert()], 20.0)
    body, environment = file.read_text().splitlines()
    assert json.loads(body)["alerts"][0]["controller"] == "press-3"
    assert "MAIL_PASSWORD" not in json.loads(environment)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("/bin/false",), "ended with code 1"),
        (("/nowhere/at/all",), "No such file"),
        (("/bin/sh", "-c", "kill -9 $$"), "ended with code -9"),
    ],
)
def test_a_program_that_does_not_end_well_has_taken_nothing(
    command: tuple[str, ...], words: str
) -> None:
    with pytest.raises(DeliveryError, match=words):
        program.send(Program(command), [an_alert()], 20.0)


def test_a_program_that_hangs_is_killed_with_what_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    script = f"sleep 600 & echo $! > {mark}; sleep 600"
    begun = time.monotonic()
    with pytest.raises(DeliveryError, match="within 1 s"):
        program.send(Program(("/bin/sh", "-c", script)), [an_alert()], 1.0)
    assert time.monotonic() - begun < SOON_S
    wait_for(lambda: not runs(int(mark.read_text())))


def runs(pid: int) -> bool:
    """Whether it is more than an entry that nobody has collected yet."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_program_that_does_not_listen_and_talks_without_end_costs_nothing() -> None:
    with pytest.raises(DeliveryError, match="within 1 s"):
        program.send(Program(("/usr/bin/yes",)), [an_alert()] * 500, 1.0)
