import subprocess  # noqa: TID251 — a command beside the daemon is a process of its own
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from ccontrol.errors import StoreError
from ccontrol.store.standing import WHOLE_SITE, Enrolment, Health, Pause, Standing
from tests.unit.store.made_store import START

PAUSE = Pause(at=START, by="anna", reason="commissioning", until=START + timedelta(hours=4))
ENROLMENT = Enrolment(at=START, by="anna")


@pytest.fixture
def standing(tmp_path: Path) -> Standing:
    return Standing(tmp_path / "standing")


def again(tmp_path: Path) -> Standing:
    return Standing(tmp_path / "standing")


def test_decisions_outlive_a_restart(standing: Standing, tmp_path: Path) -> None:
    standing.pause("press-3", PAUSE)
    standing.pause(WHOLE_SITE, replace(PAUSE, until=None))
    standing.enrol("press-4", ENROLMENT)
    restarted = again(tmp_path)
    assert restarted.pauses == {"press-3": PAUSE, WHOLE_SITE: replace(PAUSE, until=None)}
    assert restarted.enrolled == {"press-4": ENROLMENT}


def test_a_pause_that_is_ended_is_handed_back_and_gone(standing: Standing, tmp_path: Path) -> None:
    standing.pause("press-3", PAUSE)
    assert standing.resume("press-3") == PAUSE
    assert standing.resume("press-3") is None
    assert again(tmp_path).pauses == {}


def test_a_command_beside_the_daemon_is_seen_at_the_next_look(
    standing: Standing, tmp_path: Path
) -> None:
    assert not standing.refresh()
    command = again(tmp_path)
    command.pause("press-3", PAUSE)
    assert standing.refresh()
    assert standing.pauses == {"press-3": PAUSE}
    assert not standing.refresh()
    command.resume("press-3")
    assert standing.refresh()
    assert standing.pauses == {}


def test_two_writers_lose_nothing_of_each_other(standing: Standing, tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from ccontrol.store.standing import Standing
from tests.unit.store.test_standing import PAUSE
standing = Standing(Path({str(tmp_path / "standing")!r}))
for number in range(25):
    standing.pause(f"{{sys.argv[1]}}-{{number}}", PAUSE)
"""
    writers = [subprocess.Popen([sys.executable, "-c", script, name]) for name in ("a", "b")]
    for number in range(25):
        standing.pause(f"own-{number}", PAUSE)
    assert [writer.wait() for writer in writers] == [0, 0]
    standing.refresh()
    assert len(standing.pauses) == 75


def test_a_new_controller_has_a_blank_health(standing: Standing) -> None:
    assert standing.health("press-3") == Health()


def test_health_outlives_a_restart_and_the_last_one_counts(
    standing: Standing, tmp_path: Path
) -> None:
    standing.put_health({"press-3": Health(failures=1), "press-4": Health(log_marker="4303")})
    standing.put_health({"press-3": Health(failures=2, quarantined_until=START)})
    restarted = again(tmp_path)
    assert restarted.health("press-3") == Health(failures=2, quarantined_until=START)
    assert restarted.health("press-4") == Health(log_marker="4303")


def test_equal_health_is_not_written_again(standing: Standing, tmp_path: Path) -> None:
    standing.put_health({"press-3": Health(failures=1)})
    size = (tmp_path / "standing" / "health.jsonl").stat().st_size
    standing.put_health({"press-3": Health(failures=1), "press-4": Health()})
    assert (tmp_path / "standing" / "health.jsonl").stat().st_size == size


def test_the_file_of_health_does_not_grow_for_ever(standing: Standing, tmp_path: Path) -> None:
    for number in range(5):
        standing.put_health({f"c{n}": Health(failures=number + 1) for n in range(300)})
    path = tmp_path / "standing" / "health.jsonl"
    assert len(path.read_bytes().splitlines()) < 1_500
    restarted = again(tmp_path)
    assert all(restarted.health(f"c{n}") == Health(failures=5) for n in range(300))


@pytest.mark.parametrize("tidy", ["daemon", "command"])
def test_what_another_process_learnt_outlives_the_tidying_of_the_file(
    standing: Standing, tmp_path: Path, tidy: str
) -> None:
    names = [f"c{number}" for number in range(300)]
    standing.put_health({name: Health(failures=1) for name in names})
    command = again(tmp_path)
    command.put_health({"press-3": Health(refused_password="a seal")})
    standing.put_health({"press-4": Health(failures=7)})
    tidying = standing if tidy == "daemon" else command
    for number in range(5):
        tidying.put_health({name: Health(failures=number + 2) for name in names})
    restarted = again(tmp_path)
    assert restarted.health("press-3") == Health(refused_password="a seal")
    assert restarted.health("press-4") == Health(failures=7)
    assert restarted.health("c0") == Health(failures=6)


def test_a_late_line_of_the_daemon_buries_no_refusal_that_a_command_wrote(tmp_path: Path) -> None:
    daemon = again(tmp_path)
    daemon.put_health({"press-3": Health(failures=1, refused_password="old")})
    again(tmp_path).put_health({"press-3": Health(failures=1, refused_password="a seal")})
    daemon.put_health({"press-3": Health(failures=2, refused_password="old")})
    daemon.put_health({"press-3": Health(failures=3, refused_password="old")})
    assert again(tmp_path).health("press-3") == Health(failures=3, refused_password="a seal")
    daemon.put_health({"press-3": Health(failures=3, refused_password="news of its own")})
    assert again(tmp_path).health("press-3").refused_password == "news of its own"


def test_a_refusal_of_before_a_restart_is_not_taken_for_news(tmp_path: Path) -> None:
    again(tmp_path).put_health({"press-3": Health(refused_password="old")})
    daemon = again(tmp_path)
    again(tmp_path).put_health({"press-3": Health(refused_password="a seal")})
    daemon.put_health({"press-3": Health(failures=1, refused_password="old")})
    assert again(tmp_path).health("press-3").refused_password == "a seal"


def test_a_torn_line_of_health_costs_nothing_that_counted(
    standing: Standing, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    standing.put_health({"press-3": Health(failures=1)})
    with (tmp_path / "standing" / "health.jsonl").open("ab") as file:
        file.write(b'["press-3",{"failures"')
    restarted = again(tmp_path)
    assert restarted.health("press-3") == Health(failures=1)
    assert "no health in line 2" in caplog.text
    restarted.put_health({"press-3": Health(failures=3)})
    assert again(tmp_path).health("press-3") == Health(failures=3)


def test_health_of_an_older_version_is_taken_as_far_as_it_goes(tmp_path: Path) -> None:
    folder = tmp_path / "standing"
    folder.mkdir()
    (folder / "health.jsonl").write_text('["press-3",{"failures":4,"of_old":true}]\n')
    assert again(tmp_path).health("press-3") == Health(failures=4)


@pytest.mark.parametrize("rubbish", [b"", b"{", b"[]", b'{"a": 1}', b'{"a": {"by": "x"}}', b"\xff"])
def test_a_damaged_table_stops_loudly_for_forgetting_a_pause_would_be_worse(
    standing: Standing, tmp_path: Path, rubbish: bytes
) -> None:
    standing.pause("press-3", PAUSE)
    (tmp_path / "standing" / "pauses.json").write_bytes(rubbish)
    with pytest.raises(StoreError, match=r"pauses\.json: damaged"):
        again(tmp_path)


AWARE = st.datetimes(timezones=st.just(START.tzinfo))


@given(st.builds(Health, next_full_at=st.none() | AWARE, quarantined_until=st.none() | AWARE))
def test_the_form_of_health_loses_nothing(health: Health) -> None:
    form = TypeAdapter(Health)
    assert form.validate_json(form.dump_json(health)) == health
