"""kill -9 at any step of a change of keys: one of the two keys is in place, and it can go on."""

import signal
import subprocess  # noqa: TID251 — what is killed has to be a process
import sys
from pathlib import Path

import pytest

from ccontrol.errors import SigningError
from ccontrol.store.key_change import next_path, prepare, take_over
from ccontrol.store.keys import FileSigner, generate, public_line

_STEPS_AT_MOST = 60


def change(path: Path, step: int) -> int:
    """Change a key in a process that dies before a step; return what it ended with."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.store.changed_key", str(path), str(step)],
        capture_output=True,
        check=False,
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.returncode


def test_wherever_it_is_killed_a_whole_key_is_in_place_and_it_can_be_done_again(
    tmp_path: Path,
) -> None:
    kills = 0
    for step in range(_STEPS_AT_MOST):
        folder = tmp_path / str(step)
        folder.mkdir()
        path = folder / "signing-key"
        old = generate(path).public_key
        if change(path, step) == 0:
            break
        kills += 1
        waiting = next_path(path)
        found = FileSigner.load(path).public_key
        if waiting.exists():
            assert found == old
        new = prepare(path).public_key if found == old else found
        if path.with_name("signing-key.next.pub").exists():  # else it was all done
            take_over(path)
        assert FileSigner.load(path).public_key == new != old
        assert path.with_name("signing-key.pub").read_text().startswith(public_line(new))
        (retired,) = folder.glob("signing-key.retired-*")
        assert FileSigner.load(retired).public_key == old
        assert {each.name for each in folder.iterdir()} == {
            path.name,
            "signing-key.pub",
            retired.name,
        }
    assert kills > 10
    assert kills < _STEPS_AT_MOST - 1


def test_a_key_that_waits_is_not_made_anew_and_none_is_no_change(tmp_path: Path) -> None:
    path = tmp_path / "signing-key"
    generate(path)
    with pytest.raises(SigningError, match="there is no next key"):
        take_over(path)
    assert prepare(path).public_key == prepare(path).public_key
